//! A connection on which nothing happens holds nothing.
//!
//! The parser of HTTP keeps room for what is read and for what is written as long as it lives, some twenty kilobytes of each connection, and most
//! connections wait for their next request. So it lives from the first byte of a request to the last of its answer, and whoever asks once more
//! gets another: what that costs is little beside a request. Between the two there is the connection itself, and who would serve it. Where a
//! request had a body it stays for good.
//!
//! How long is waited is bounded as before: so long for a request to begin, and from then on so long for its head.

use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use http::{Request, Response};
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::watch;
use tokio::time::timeout;
use tower_service::Service;

/// How much is read of a request before somebody is there to parse it.
const FIRST: usize = 4_096;

/// Serves a connection until it ends, or until all do and its request is answered. Without a request it waits so long for one to begin.
pub(crate) async fn serve<S, B>(
    server: &http1::Builder,
    mut stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    service: S,
    within: Duration,
    mut told: watch::Receiver<()>,
) where
    S: Service<Request<Incoming>, Response = Response<B>, Error = Infallible> + Clone + Send + Unpin + 'static,
    S::Future: Send + 'static,
    B: Body<Data: Send, Error: Into<Box<dyn std::error::Error + Send + Sync>>> + Send + 'static,
{
    let lull = Arc::new(Lull::default());
    let mut service = TowerToHyperService::new(Noticed { inner: service, lull: Arc::clone(&lull) });
    let mut begun = Vec::new();
    loop {
        if begun.is_empty() {
            let first = std::future::poll_fn(|context| first(Pin::new(&mut stream), context));
            let read = tokio::select! {
                read = timeout(within, first) => read,
                _stopping = told.changed() => break,
            };
            match read {
                Ok(Ok(read)) if !read.is_empty() => begun = read,
                // the other side has gone, or says nothing
                _ => break,
            }
        }
        lull.asked.store(false, Ordering::Release);
        let refilled = Refilled { begun, taken: 0, inner: stream, lull: Arc::clone(&lull) };
        // what only a request needs is not kept room for
        let mut connection = Box::pin(server.serve_connection(TokioIo::new(refilled), service));
        let (mut lets_go, mut ends) = (false, false);
        let idle = loop {
            let next = std::future::poll_fn(|context| {
                if connection.as_mut().poll(context).is_ready() {
                    return Poll::Ready(false);
                }
                if ends || !lull.is_one() {
                    return Poll::Pending;
                }
                // what was asked is answered: it ends where it stands, and leaves the connection as it is
                ends = true;
                connection.as_mut().graceful_shutdown();
                match connection.as_mut().get_mut().poll_without_shutdown(context) {
                    Poll::Ready(ended) => Poll::Ready(ended.is_ok()),
                    Poll::Pending => Poll::Pending,
                }
            });
            tokio::select! {
                biased;
                idle = next => break idle,
                _stopping = told.changed(), if !lets_go => {
                    (lets_go, ends) = (true, true);
                    connection.as_mut().graceful_shutdown();
                }
            }
        };
        // what goes wrong with a connection is told to nobody: the other side has gone or speaks no HTTP
        if !idle {
            return;
        }
        let parts = Pin::into_inner(connection).into_parts();
        let refilled = parts.io.into_inner();
        begun = [&*parts.read_buf, refilled.rest()].concat();
        (stream, service) = (refilled.inner, parts.service);
    }
    let _ended = tokio::io::AsyncWriteExt::shutdown(&mut stream).await;
}

/// The first bytes of a request. Nothing is held for them before they are there.
fn first(stream: Pin<&mut impl AsyncRead>, context: &mut Context<'_>) -> Poll<io::Result<Vec<u8>>> {
    let mut room = [const { std::mem::MaybeUninit::uninit() }; FIRST];
    let mut buffer = ReadBuf::uninit(&mut room);
    ready!(stream.poll_read(context, &mut buffer))?;
    Poll::Ready(Ok(buffer.filled().to_vec()))
}

/// What is known of a connection from both of its sides.
#[derive(Default)]
struct Lull {
    /// A request has come since somebody began to parse.
    asked: AtomicBool,
    /// And is not answered yet.
    busy: AtomicBool,
    /// Something waits to be taken by the other side.
    blocked: AtomicBool,
    /// A request with a body has come. Whether somebody reads that to its end only the parser can tell, which drains the rest or ends the
    /// connection for it; so it stays, and nothing of a body is taken for a request.
    bodied: AtomicBool,
}

impl Lull {
    /// Whether a request was answered and there is none.
    fn is_one(&self) -> bool {
        let flags = [&self.asked, &self.busy, &self.blocked, &self.bodied].map(|flag| flag.load(Ordering::Acquire));
        flags == [true, false, false, false]
    }
}

/// A connection of which some was read before.
struct Refilled<I> {
    begun: Vec<u8>,
    taken: usize,
    inner: I,
    lull: Arc<Lull>,
}

impl<I> Refilled<I> {
    fn rest(&self) -> &[u8] {
        self.begun.get(self.taken..).unwrap_or_default()
    }

    fn notice<T>(&self, polled: Poll<T>) -> Poll<T> {
        self.lull.blocked.store(polled.is_pending(), Ordering::Release);
        polled
    }
}

impl<I: AsyncRead + Unpin> AsyncRead for Refilled<I> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.rest().is_empty() {
            return Pin::new(&mut self.inner).poll_read(context, buffer);
        }
        let count = self.rest().len().min(buffer.remaining());
        buffer.put_slice(self.rest().get(..count).unwrap_or_default());
        self.taken += count;
        if self.rest().is_empty() {
            (self.begun, self.taken) = (Vec::new(), 0);
        }
        Poll::Ready(Ok(()))
    }
}

impl<I: AsyncWrite + Unpin> AsyncWrite for Refilled<I> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.inner).poll_write(context, bytes);
        self.notice(polled)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.inner).poll_write_vectored(context, slices);
        self.notice(polled)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut self.inner).poll_flush(context);
        self.notice(polled)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut self.inner).poll_shutdown(context);
        self.notice(polled)
    }
}

/// A service of which is noticed what it is at.
#[derive(Clone)]
struct Noticed<S> {
    inner: S,
    lull: Arc<Lull>,
}

impl<S, B> Service<Request<Incoming>> for Noticed<S>
where
    S: Service<Request<Incoming>, Response = Response<B>, Future: Send + 'static>,
{
    type Response = Response<Answer<B>>;
    type Error = S::Error;
    // what becomes of a request is kept apart from its connection
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<Incoming>) -> Self::Future {
        if !request.body().is_end_stream() {
            self.lull.bodied.store(true, Ordering::Release);
        }
        let busy = Busy::new(&self.lull);
        let answer = self.inner.call(request);
        Box::pin(async move {
            let answer = answer.await?;
            Ok(answer.map(|inner| Answer { inner: Box::pin(inner), _busy: busy }))
        })
    }
}

/// A request that is not answered yet.
struct Busy(Arc<Lull>);

impl Busy {
    fn new(lull: &Arc<Lull>) -> Self {
        lull.busy.store(true, Ordering::Release);
        lull.asked.store(true, Ordering::Release);
        Self(Arc::clone(lull))
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.busy.store(false, Ordering::Release);
    }
}

/// An answer; the request is answered when it is gone.
struct Answer<B> {
    inner: Pin<Box<B>>,
    _busy: Busy,
}

impl<B: Body> Body for Answer<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        self.inner.as_mut().poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

#[cfg(test)]
mod tests;
