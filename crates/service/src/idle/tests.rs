use std::convert::Infallible;
use std::future::{Ready, ready};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use http::{Request, Response};
use http_body::{Body, Frame};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper_util::rt::TokioTimer;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, DuplexStream, ReadBuf, duplex};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tower_service::Service;

use super::{FIRST, serve};

/// Answers with the path, in two pieces, of which the second comes a moment later.
#[derive(Clone, Default)]
struct Echo(Arc<AtomicUsize>);

struct Pieces(Vec<Bytes>);

impl Service<Request<Incoming>> for Echo {
    type Response = Response<Pieces>;
    type Error = Infallible;
    type Future = Ready<Result<Response<Pieces>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Incoming>) -> Self::Future {
        self.0.fetch_add(1, Ordering::SeqCst);
        let path = request.uri().path().as_bytes();
        ready(Ok(Response::new(Pieces(path.chunks(3).rev().map(Bytes::copy_from_slice).collect()))))
    }
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        // the rest has to be asked for once more
        context.waker().wake_by_ref();
        Poll::Ready(self.0.pop().map(|piece| Ok(Frame::data(piece))))
    }
}

/// How much room whoever reads holds while there is nothing to read.
struct Watched(DuplexStream, Arc<AtomicUsize>);

impl AsyncRead for Watched {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<std::io::Result<()>> {
        let room = buffer.remaining();
        let polled = Pin::new(&mut self.0).poll_read(context, buffer);
        if polled.is_pending() {
            self.1.store(room, Ordering::SeqCst);
        }
        polled
    }
}

impl AsyncWrite for Watched {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}

const WITHIN: Duration = Duration::from_secs(10);

/// A connection that is served, with so much room between its ends.
struct Served {
    there: DuplexStream,
    room: Arc<AtomicUsize>,
    calls: Arc<AtomicUsize>,
    stop: watch::Sender<()>,
    task: JoinHandle<()>,
}

fn begin(between: usize) -> Served {
    let (here, there) = duplex(between);
    let (stop, told) = watch::channel(());
    let (room, echo) = (Arc::new(AtomicUsize::new(0)), Echo::default());
    let (calls, here) = (Arc::clone(&echo.0), Watched(here, Arc::clone(&room)));
    let mut server = http1::Builder::new();
    server.timer(TokioTimer::new()).header_read_timeout(WITHIN).half_close(true);
    let task = tokio::spawn(async move { serve(&server, here, echo, WITHIN, told).await });
    Served { there, room, calls, stop, task }
}

fn ask(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: a\r\n\r\n")
}

impl Served {
    /// Reads until a text has come.
    async fn read_to(&mut self, end: &str) -> String {
        let mut read = Vec::new();
        while !read.ends_with(end.as_bytes()) {
            let byte = self.there.read_u8().await.expect("the connection ended");
            read.push(byte);
        }
        String::from_utf8(read).unwrap()
    }
}

const LAST: &str = "0\r\n\r\n";

#[tokio::test(start_paused = true)]
async fn row_174_between_two_requests_nobody_holds_anything() {
    let mut served = begin(10_000);
    for turn in 1..=5 {
        tokio::time::sleep(WITHIN / 2).await;
        // who parses has room for more
        assert_eq!(served.room.load(Ordering::SeqCst), FIRST, "before request {turn}");
        served.there.write_all(ask("/path/of/it").as_bytes()).await.unwrap();
        let answer = served.read_to(LAST).await;
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && !answer.contains("connection: close"), "{answer}");
        assert_eq!(served.calls.load(Ordering::SeqCst), turn);
    }
    drop(served.there);
    served.task.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn requests_that_come_together_are_answered_in_their_order_whatever_they_are_cut_into() {
    let all: String = ["/a", "/b/c/d", "/e"].map(ask).concat();
    for cut in 1..all.len() {
        // an answer that does not fit waits for room
        let served = begin(7);
        let (first, second) = all.split_at(cut);
        let (first, second) = (first.to_owned(), second.to_owned());
        let (mut read, mut write) = tokio::io::split(served.there);
        let writing = tokio::spawn(async move {
            write.write_all(first.as_bytes()).await.unwrap();
            tokio::time::sleep(WITHIN / 2).await;
            write.write_all(second.as_bytes()).await.unwrap();
            write.shutdown().await.unwrap();
        });
        let mut answers = String::new();
        read.read_to_string(&mut answers).await.unwrap();
        writing.await.unwrap();
        let bodies: Vec<_> = answers.split(LAST).map(|answer| answer.split("\r\n\r\n").nth(1).unwrap_or_default()).collect();
        assert_eq!(bodies, ["2\r\n/a\r\n", "3\r\n/b/\r\n3\r\nc/d\r\n", "2\r\n/e\r\n", ""], "cut at {cut}: {answers}");
        assert_eq!(served.calls.load(Ordering::SeqCst), 3);
        served.task.await.unwrap();
        drop(served.stop);
    }
}

#[tokio::test(start_paused = true)]
async fn row_174_who_does_not_begin_or_does_not_end_a_request_is_let_go_of() {
    let start = Instant::now();
    let mut served = begin(1_000);
    assert_eq!(served.there.read(&mut [0]).await.unwrap(), 0);
    assert_eq!(start.elapsed(), WITHIN);
    served.task.await.unwrap();

    let mut served = begin(1_000);
    served.there.write_all(ask("/").as_bytes()).await.unwrap();
    served.read_to(LAST).await;
    let start = Instant::now();
    served.there.write_all(b"GET /again").await.unwrap();
    let mut rest = String::new();
    served.there.read_to_string(&mut rest).await.unwrap();
    assert!(rest.is_empty() || rest.starts_with("HTTP/1.1 408 "), "{rest}");
    assert_eq!(start.elapsed().as_secs(), WITHIN.as_secs());
    served.task.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_server_that_stops_lets_go_of_who_waits_at_once_and_of_who_asks_when_that_is_answered() {
    let mut served = begin(1_000);
    served.there.write_all(ask("/").as_bytes()).await.unwrap();
    served.read_to(LAST).await;
    let start = Instant::now();
    drop(served.stop);
    assert_eq!(served.there.read(&mut [0]).await.unwrap(), 0);
    served.task.await.unwrap();

    let mut served = begin(20);
    served.there.write_all(ask("/a/b/c/d/e/f").as_bytes()).await.unwrap();
    drop(served.stop);
    let mut answer = String::new();
    served.there.read_to_string(&mut answer).await.unwrap();
    assert!(answer.ends_with(LAST), "{answer}");
    served.task.await.unwrap();
    assert_eq!(start.elapsed(), Duration::ZERO);
}

/// What looks like a request, in the place of a body.
const HIDDEN: &str = "GET /hidden HTTP/1.1\r\nhost: a\r\n\r\n";

#[tokio::test(start_paused = true)]
async fn row_179_a_body_that_nobody_read_is_never_the_next_request() {
    let chunked = format!("{:x}\r\n{HIDDEN}\r\n0\r\n\r\n", HIDDEN.len());
    let length = format!("content-length: {}", HIDDEN.len());
    for (headers, body) in [
        (length.clone(), HIDDEN),
        (format!("{length}\r\nexpect: 100-continue"), HIDDEN),
        ("transfer-encoding: chunked".to_owned(), &chunked),
        // there is more to come than ever comes
        ("content-length: 5000".to_owned(), HIDDEN),
    ] {
        for together in [true, false] {
            let mut served = begin(10_000);
            let head = format!("POST /sold HTTP/1.1\r\nhost: a\r\n{headers}\r\n\r\n");
            let first = if together { [head.as_str(), body].concat() } else { head };
            served.there.write_all(first.as_bytes()).await.unwrap();
            let answer = served.read_to(LAST).await;
            assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{headers}: {answer}");
            if !together {
                tokio::time::sleep(WITHIN / 2).await;
                // the connection may have ended before
                drop(served.there.write_all(body.as_bytes()).await);
            }
            drop(served.there.shutdown().await);
            let mut rest = String::new();
            drop(served.there.read_to_string(&mut rest).await);
            assert!(!rest.contains("200 OK") && served.calls.load(Ordering::SeqCst) == 1, "{headers}, {together}: {rest}");
            served.task.await.unwrap();
        }
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_has_sent_a_body_is_served_as_before() {
    let mut served = begin(10_000);
    for turn in 1..=3 {
        let ask = format!("POST /sold HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\n\r\nbody{}", ask("/after"));
        served.there.write_all(ask.as_bytes()).await.unwrap();
        served.read_to(LAST).await;
        served.read_to(LAST).await;
        assert_eq!(served.calls.load(Ordering::SeqCst), 2 * turn);
    }
    drop(served.there);
    served.task.await.unwrap();
}
