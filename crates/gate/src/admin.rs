//! `/health` and `/metrics`.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};

use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue, X_CONTENT_TYPE_OPTIONS};
use http::{Method, Request, Response, StatusCode};
use hyper::body::Incoming;
use quittance_core::Facilitator;
use quittance_core::json::{Object, Value};
use quittance_guard::replay::ReplayLog;
use tower_service::Service;

use crate::body::AnswerBody;
use crate::gate::Gate;
use crate::reply::{Payment, Refusal};

/// What an operator asks.
pub(crate) struct Admin<F, L>(pub(crate) Gate<F, L>);

impl<F, L> Clone for Admin<F, L> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<F: Facilitator + Send + Sync + 'static, L: ReplayLog + Send + Sync + 'static> Service<Request<Incoming>> for Admin<F, L> {
    type Response = Response<AnswerBody>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Incoming>) -> Self::Future {
        let gate = self.0.clone();
        Box::pin(async move {
            Ok(match (request.method(), request.uri().path()) {
                (&Method::GET | &Method::HEAD, "/health") => gate.health().await,
                (&Method::GET | &Method::HEAD, "/metrics") => {
                    answer(StatusCode::OK, "text/plain; version=0.0.4; charset=utf-8", gate.0.metrics.text())
                }
                (_, "/health" | "/metrics") => Refusal::method(&[Method::GET, Method::HEAD]),
                _ => Refusal::Unlisted.answer(Payment::None),
            })
        })
    }
}

impl<F: Facilitator + Send + Sync + 'static, L: ReplayLog + Send + Sync + 'static> Gate<F, L> {
    /// Whether it takes requests, and whether there is anything behind it. An upstream that is down does not make the gate unwell: to start the
    /// gate again would not help.
    async fn health(&self) -> Response<AnswerBody> {
        let stopping = self.0.stopping.load(Ordering::Relaxed);
        let (status, word) = if stopping { (StatusCode::SERVICE_UNAVAILABLE, "stopping") } else { (StatusCode::OK, "ok") };
        let upstream = if self.0.proxy.is_there().await { "up" } else { "down" };
        let body = Object::from_iter([("status", Value::from(word)), ("upstream", Value::from(upstream))]);
        answer(status, "application/json", body.to_string())
    }
}

fn answer(status: StatusCode, kind: &'static str, body: String) -> Response<AnswerBody> {
    let mut response = Response::new(AnswerBody::own(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response.headers_mut().insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}
