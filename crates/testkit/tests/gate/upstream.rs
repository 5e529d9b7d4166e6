//! An API that knows nothing of payments, and does as its paths say.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{HeaderValue, Response, StatusCode};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinHandle;

/// What every good answer begins with.
pub(crate) const GOODS: &str = "what was sold";
/// A body that nobody wants to hold twice.
pub(crate) const BIG: usize = 24 << 20;

/// What an upstream saw and what it waits for.
#[derive(Clone)]
pub(crate) struct Seen {
    pub(crate) served: Arc<AtomicUsize>,
    /// The last request, as lines.
    pub(crate) last: Arc<Mutex<String>>,
    /// Lets a piece of a stream go.
    pub(crate) go: Arc<Semaphore>,
    /// Pieces of a request's body, as they arrive.
    pub(crate) arrived: Arc<Semaphore>,
}

impl Seen {
    pub(crate) fn new() -> Self {
        let (go, arrived) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
        Self { served: Arc::default(), last: Arc::default(), go, arrived }
    }

    pub(crate) fn served(&self) -> usize {
        self.served.load(Ordering::SeqCst)
    }

    pub(crate) fn last(&self) -> String {
        self.last.lock().unwrap().clone()
    }

    /// Begins to serve at an address: of any port, or of one that was used before.
    pub(crate) async fn listen(&self, port: u16) -> (u16, JoinHandle<()>) {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await.unwrap();
        let (port, seen) = (listener.local_addr().unwrap().port(), self.clone());
        let app = Router::new().fallback(move |request: Request| {
            let seen = seen.clone();
            async move { seen.answer(request).await }
        });
        (port, tokio::spawn(async move { axum::serve(listener, app).await.unwrap() }))
    }

    async fn answer(&self, request: Request) -> Response<Body> {
        let count = self.served.fetch_add(1, Ordering::SeqCst) + 1;
        let mut lines = vec![format!("{} {} {:?}", request.method(), request.uri(), request.version())];
        let headers = request.headers().iter();
        lines.extend(headers.map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(value.as_bytes()))));
        let what = request.uri().path().rsplit('/').next().unwrap_or_default().to_owned();
        *self.last.lock().unwrap() = lines.join("\n");
        if what == "takes" {
            let length = self.take(request.into_body()).await;
            return Response::new(Body::from(format!("{GOODS}: took {length} bytes")));
        }
        let uri = request.uri().clone();
        let body = axum::body::to_bytes(request.into_body(), usize::MAX).await.unwrap_or_default();
        lines.push(format!("{} bytes", body.len()));
        *self.last.lock().unwrap() = lines.join("\n");
        let mut response = Response::new(Body::from(format!("{GOODS} {count}\n{}", lines.join("\n"))));
        match what.as_str() {
            "streams" => *response.body_mut() = Body::from_stream(self.pieces()),
            "says" => say(uri.query().unwrap_or_default(), &mut response),
            "big" => *response.body_mut() = Body::from(vec![b'x'; BIG]),
            "sleeps" => tokio::time::sleep(Duration::from_secs(600)).await,
            "waits" => self.go.acquire().await.unwrap().forget(),
            "missing" => *response.status_mut() = StatusCode::NOT_FOUND,
            // whoever stands between may keep it, for what it says of itself
            "public" => {
                let headers = response.headers_mut();
                headers.insert("cache-control", HeaderValue::from_static("public, max-age=600"));
                headers.insert("etag", HeaderValue::from_static("\"one\""));
                for name in ["cdn-cache-control", "example-cache-control", "surrogate-control"] {
                    headers.insert(name, HeaderValue::from_static("max-age=600"));
                }
                headers.insert("x-accel-expires", HeaderValue::from_static("600"));
            }
            "asks" => *response.status_mut() = StatusCode::PAYMENT_REQUIRED,
            "fails" if count == 1 => *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR,
            // more is announced than comes
            "breaks" if count == 1 => {
                let (sender, receiver) = mpsc::channel(2);
                tokio::spawn(async move {
                    let _sent = sender.send(Ok(Bytes::from_static(GOODS.as_bytes()))).await;
                    // the head has gone by then; if not, there is no answer at all, which is no better
                    tokio::time::sleep(Duration::from_millis(200)).await;
                    let _broken = sender.send(Err(std::io::Error::other("it breaks"))).await;
                });
                *response.body_mut() = Body::from_stream(Pieces(receiver));
            }
            "hops" => {
                let headers = response.headers_mut();
                headers.insert("connection", HeaderValue::from_static("x-once"));
                headers.insert("x-once", HeaderValue::from_static("1"));
                headers.insert("payment-response", HeaderValue::from_static("forged"));
                headers.insert("x-lasting", HeaderValue::from_static("1"));
            }
            _ => {}
        }
        response
    }

    /// Pieces that go when they are let go.
    fn pieces(&self) -> Pieces<Result<Bytes, Infallible>> {
        let (sender, receiver) = mpsc::channel(1);
        let go = Arc::clone(&self.go);
        tokio::spawn(async move {
            for piece in 0..3 {
                go.acquire().await.unwrap().forget();
                if sender.send(Ok(Bytes::from(format!("{GOODS} {piece};")))).await.is_err() {
                    return;
                }
            }
        });
        Pieces(receiver)
    }

    /// Takes a body, and says of each piece that it has come.
    async fn take(&self, body: Body) -> usize {
        let mut body = std::pin::pin!(body.into_data_stream());
        let mut length = 0;
        while let Some(Ok(piece)) = std::future::poll_fn(|context| futures_core::Stream::poll_next(body.as_mut(), context)).await {
            length += piece.len();
            self.arrived.add_permits(1);
        }
        length
    }
}

/// Answers as it is told in the query: so many bytes or lines, under a status, with headers that gates listen to.
fn say(query: &str, response: &mut Response<Body>) {
    for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
        let number = || value.parse().unwrap();
        match name {
            "bytes" => *response.body_mut() = Body::from("x".repeat(number())),
            "lines" => *response.body_mut() = Body::from("line\n\n".repeat(number())),
            "status" => *response.status_mut() = value.parse().unwrap(),
            "charge" => _ = response.headers_mut().append("quittance-charge", value.parse().unwrap()),
            "override" => _ = response.headers_mut().append("settlement-overrides", value.parse().unwrap()),
            "coding" => _ = response.headers_mut().append("content-encoding", value.parse().unwrap()),
            _ => panic!("{name}"),
        }
    }
}

pub(crate) struct Pieces<T>(pub(crate) mpsc::Receiver<T>);

impl<T> futures_core::Stream for Pieces<T> {
    type Item = T;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        self.0.poll_recv(context)
    }
}
