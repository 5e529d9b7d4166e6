//! HTTP under JSON-RPC: one path, one method, a bound on the body.
//!
//! A request has to say that it is JSON. A browser then asks before it sends one for somebody else's page, and is told no unless
//! the sandbox was begun with [`Cors::Open`].

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, CONNECTION, CONTENT_LENGTH,
    CONTENT_TYPE,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::Response;
use http_body::{Body as _, Frame};
use tokio::net::TcpListener;

use crate::rpc::{Reply, answer};
use crate::shared::Shared;

/// How large a request may be: a batch of transactions that deploy large contracts fits.
const MOST_BYTES: usize = 8 << 20;

/// Whether pages in a browser may use the sandbox.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cors {
    /// No page but one from the sandbox itself, which serves none.
    #[default]
    Closed,
    /// Any page.
    Open,
}

/// Serves until the task is ended.
pub(crate) async fn serve(listener: TcpListener, shared: Arc<Shared>, cors: Cors) {
    let router = Router::new().fallback(handle).with_state((shared, cors));
    // it only ends with the task: errors of single connections are theirs
    let _ended = axum::serve(listener, router).await;
}

async fn handle(State((shared, cors)): State<(Arc<Shared>, Cors)>, request: Request) -> Response {
    let mut response = respond(&shared, cors, request).await;
    if cors == Cors::Open {
        let headers = response.headers_mut();
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("POST"));
        headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("content-type"));
    }
    response
}

async fn respond(shared: &Shared, cors: Cors, request: Request) -> Response {
    match *request.method() {
        Method::POST => {}
        Method::OPTIONS if cors == Cors::Open => return bare(StatusCode::NO_CONTENT),
        _ => return bare(StatusCode::METHOD_NOT_ALLOWED),
    }
    if !is_json(request.headers()) {
        return bare(StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }
    let body = request.into_body();
    // what says beforehand that it is too large is not waited for
    if body.size_hint().lower() > MOST_BYTES as u64 {
        return bare(StatusCode::PAYLOAD_TOO_LARGE);
    }
    let Ok(body) = to_bytes(body, MOST_BYTES).await else {
        return bare(StatusCode::PAYLOAD_TOO_LARGE);
    };
    match answer(shared, &body).await {
        Reply::Answer(answer) => {
            let mut response = Response::new(Body::from(answer.to_string()));
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            response
        }
        Reply::Nothing => bare(StatusCode::NO_CONTENT),
        Reply::Lost => {
            let mut response = Response::new(Body::new(Broken));
            response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from_static("1"));
            response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            response
        }
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}

fn bare(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

/// A body that ends before the byte it promised, upon which the connection breaks.
struct Broken;

impl http_body::Body for Broken {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        Poll::Ready(Some(Err(std::io::Error::other("lost on request"))))
    }
}
