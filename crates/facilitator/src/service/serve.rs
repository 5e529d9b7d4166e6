//! The service behind a listener.

use std::sync::Arc;

use quittance_core::Facilitator;
use quittance_service::{Bounds, ServeError, Served};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use super::Service;
use super::router::Routes;

impl<F: Facilitator + Send + Sync + 'static> Service<F> {
    /// Serves until it is told to stop, then takes no more requests and waits for those that are open.
    ///
    /// # Errors
    ///
    /// [`ServeError`] when the system gives no more connections, again and again.
    pub async fn serve(self, listener: TcpListener, stop: impl Future<Output = ()> + Send) -> Result<Served, ServeError> {
        let options = self.0.options;
        let mut bounds = Bounds::default();
        bounds.connections = options.connections;
        bounds.read = options.read;
        bounds.drain = options.drain;
        let places = Arc::clone(&self.0.places);
        let most = u32::try_from(options.concurrency.clamp(1, Semaphore::MAX_PERMITS)).unwrap_or(u32::MAX);
        let after = async move { drop(places.acquire_many_owned(most).await) };
        quittance_service::serve(listener, bounds, Routes::new(self), stop, after).await
    }
}
