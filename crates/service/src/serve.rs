//! The server: bounds what comes before a request, and ends without leaving anything half done.

use std::convert::Infallible;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http::{Request, Response};
use http_body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::TokioTimer;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::time::{sleep, timeout};
use tower_service::Service;

use crate::idle;
use crate::patient::Patient;
use crate::tls::Tls;

/// How much strangers may make a server do before there is a request.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Bounds {
    /// How many connections are open at a time; one more waits.
    pub connections: usize,
    /// How long the headers of a request may take to come, and how long a connection may wait for the next request.
    pub read: Duration,
    /// How long nothing of an answer may be taken.
    pub write: Duration,
    /// The most bytes of the headers of a request.
    pub headers: usize,
    /// How long open requests are waited for at the end.
    pub drain: Duration,
    /// What the server shows who it is with; plain HTTP without it.
    pub tls: Option<Tls>,
}

impl Default for Bounds {
    fn default() -> Self {
        let (read, minute) = (Duration::from_secs(10), Duration::from_secs(60));
        Self { connections: 4_096, read, write: minute, headers: 16 * 1024, drain: minute, tls: None }
    }
}

/// Who a request came from: the other end of its connection. It stands among the extensions of every request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a connection has one other end")]
pub struct Peer(pub SocketAddr);

/// How a server ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(clippy::exhaustive_enums, reason = "all ended or some did not")]
pub enum Served {
    /// Every request that was read has been answered, or carried out without anybody to answer.
    Whole,
    /// Some were still being worked on when the time to wait was over.
    Interrupted,
}

/// Why a server ended before it was told to.
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

/// Serves until it is told to stop, then takes no more requests and waits for those that are open, and after them for what is done for those who
/// have gone.
///
/// # Errors
///
/// [`ServeError`] when the system gives no more connections, again and again.
pub async fn serve<S, B>(
    listener: TcpListener,
    bounds: Bounds,
    service: S,
    stop: impl Future<Output = ()> + Send,
    after: impl Future<Output = ()> + Send,
) -> Result<Served, ServeError>
where
    S: Service<Request<Incoming>, Response = Response<B>, Error = Infallible> + Clone + Send + Unpin + 'static,
    S::Future: Send + 'static,
    B: Body<Data: Send, Error: Into<Box<dyn std::error::Error + Send + Sync>>> + Send + 'static,
{
    let most = u32::try_from(bounds.connections.clamp(1, Semaphore::MAX_PERMITS)).unwrap_or(u32::MAX);
    let connections = Arc::new(Semaphore::new(bounds.connections.clamp(1, Semaphore::MAX_PERMITS)));
    let (stopping, told) = watch::channel(());
    let mut server = http1::Builder::new();
    server.timer(TokioTimer::new()).header_read_timeout(bounds.read).max_buf_size(bounds.headers.max(8_192)).half_close(true);
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
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
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
        let (server, service, told) = (server.clone(), WithPeer(service.clone(), Peer(peer)), told.clone());
        let stream = Patient::new(stream, bounds.write);
        let (acceptor, within) = (bounds.tls.as_ref().map(Tls::acceptor), bounds.read);
        tokio::spawn(async move {
            let _place = place;
            match acceptor {
                None => idle::serve(&server, stream, service, within, told).await,
                // what most connections have no use for is not kept room for in all of them
                Some(acceptor) => {
                    Box::pin(async move {
                        // who does not finish to shake hands in time, or shows something else, is told nothing
                        if let Ok(Ok(stream)) = timeout(within, acceptor.accept(stream)).await {
                            idle::serve(&server, stream, service, within, told).await;
                        }
                    })
                    .await;
                }
            }
        });
    }
    drop(listener);
    drop(stopping);
    // first the connections, whose requests may still begin to be read, and then what is done for those who have gone
    let ended = timeout(bounds.drain, async {
        drop(connections.acquire_many_owned(most).await);
        after.await;
    });
    Ok(if ended.await.is_ok() { Served::Whole } else { Served::Interrupted })
}

/// A service whose requests know where they come from.
#[derive(Clone)]
struct WithPeer<S>(S, Peer);

impl<S: Service<Request<Incoming>>> Service<Request<Incoming>> for WithPeer<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, context: &mut std::task::Context<'_>) -> std::task::Poll<Result<(), S::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<Incoming>) -> Self::Future {
        request.extensions_mut().insert(self.1);
        self.0.call(request)
    }
}
