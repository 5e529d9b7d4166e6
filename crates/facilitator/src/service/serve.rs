//! The server: bounds what comes before a request, and ends without leaving anything half done.

use std::fmt;
use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use quittance_core::Facilitator;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::time::{sleep, timeout};

use super::Service;
use super::router::router;

/// How the service ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(clippy::exhaustive_enums, reason = "all ended or some did not")]
pub enum Served {
    /// Every request that was read has been answered, or carried out without anybody to answer.
    Whole,
    /// Some were still being worked on when the time to wait was over.
    Interrupted,
}

/// Why the service ended before it was told to.
#[derive(Debug)]
pub struct ServeError(io::Error);

impl fmt::Display for ServeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no more connections can be taken: {}", self.0)
    }
}

impl std::error::Error for ServeError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

/// How often in a row the system may fail to take a connection.
const FAILURES: u32 = 100;
/// The most bytes of the headers of a request.
const HEADERS: usize = 16 * 1024;

impl<F: Facilitator + Send + Sync + 'static> Service<F> {
    /// Serves until it is told to stop, then takes no more requests and waits for those that are open.
    ///
    /// # Errors
    ///
    /// [`ServeError`] when the system gives no more connections, again and again.
    pub async fn serve(self, listener: TcpListener, stop: impl Future<Output = ()> + Send) -> Result<Served, ServeError> {
        let shared = Arc::new(self.0);
        let options = shared.options;
        let app = TowerToHyperService::new(router(Arc::clone(&shared)));
        let connections = Arc::new(Semaphore::new(options.connections.clamp(1, Semaphore::MAX_PERMITS)));
        let (stopping, told) = watch::channel(());
        let mut server = http1::Builder::new();
        server.timer(TokioTimer::new()).header_read_timeout(options.read).max_buf_size(HEADERS.max(8_192)).half_close(true);
        let mut stop = std::pin::pin!(stop);
        let mut failures = 0;
        loop {
            let place = tokio::select! {
                () = &mut stop => break,
                place = Arc::clone(&connections).acquire_owned() => place,
            };
            let accepted = tokio::select! {
                () = &mut stop => break,
                accepted = listener.accept() => accepted,
            };
            let stream = match accepted {
                Ok((stream, _)) => stream,
                Err(error) if failures >= FAILURES => return Err(ServeError(error)),
                Err(_) => {
                    // no more files, say, which the end of another connection may cure
                    failures += 1;
                    sleep(Duration::from_millis(50)).await;
                    continue;
                }
            };
            failures = 0;
            // answers are small and waited for
            let _unset = stream.set_nodelay(true);
            let connection = server.serve_connection(TokioIo::new(stream), app.clone());
            let mut told = told.clone();
            tokio::spawn(async move {
                let _place = place;
                let mut connection = std::pin::pin!(connection);
                // what goes wrong with a connection is told to nobody: the other side has gone or speaks no HTTP
                tokio::select! {
                    _ended = connection.as_mut() => return,
                    _stopping = told.changed() => connection.as_mut().graceful_shutdown(),
                }
                let _ended = connection.await;
            });
        }
        drop(listener);
        drop(stopping);
        // first the connections, whose requests may still begin to be read, and then what is done for those who have gone
        let all = |semaphore: Arc<Semaphore>, most: usize| async move {
            let most = u32::try_from(most.clamp(1, Semaphore::MAX_PERMITS)).unwrap_or(u32::MAX);
            drop(semaphore.acquire_many_owned(most).await);
        };
        let ended = timeout(options.drain, async {
            all(connections, options.connections).await;
            all(Arc::clone(&shared.places), options.concurrency).await;
        });
        Ok(if ended.await.is_ok() { Served::Whole } else { Served::Interrupted })
    }
}
