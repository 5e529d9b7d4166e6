//! The routes, and what is done around each request.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, HeaderValue, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, Response, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::routing::{get, post};
use futures_util::FutureExt as _;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use hyper::body::Bytes;
use quittance_core::json::{Object, Value};
use quittance_core::wire::{SettleRequest, VerifyRequest};
use quittance_core::{DecodeError, Facilitator, Fault, Limits};
use tokio::time::{Instant, timeout};
use tracing::Instrument as _;

use super::reply::{self, Refusal};
use super::{Ready, Service, Shared, callers, cors, document};
use crate::metrics::Operation;

/// The routes with their methods.
pub(super) const ROUTES: [(&str, &str); 6] = [
    ("/verify", "post"),
    (SETTLE, "post"),
    ("/supported", "get"),
    ("/health", "get"),
    ("/metrics", "get"),
    ("/openapi.json", "get"),
];

/// Where money moves.
const SETTLE: &str = "/settle";

/// The routes that strangers may take.
const OPEN: [&str; 2] = ["/health", "/openapi.json"];

type All<F> = Arc<Shared<F>>;

impl<F: Facilitator + Send + Sync + 'static> Service<F> {
    /// The service as a router, for a server of one's own. [`serve`](Self::serve) is the server that belongs to it: it bounds what is before a
    /// request, and waits for what is open at its end.
    pub fn into_router(self) -> Router {
        router(Arc::new(self.0))
    }
}

pub(super) fn router<F: Facilitator + Send + Sync + 'static>(shared: All<F>) -> Router {
    Router::new()
        .route("/verify", post(verify::<F>))
        .route(SETTLE, post(settle::<F>))
        .route("/supported", get(supported::<F>))
        .route("/health", get(health::<F>))
        .route("/metrics", get(metrics::<F>))
        .route("/openapi.json", get(async || document::answer()))
        .method_not_allowed_fallback(async || Response::from(Refusal::Method))
        .fallback(async || Response::from(Refusal::Path))
        .layer(from_fn_with_state(Arc::clone(&shared), around::<F>))
        .with_state(shared)
}

/// A request's number, under which the log has it.
#[derive(Clone, Copy)]
struct Number(u64);

/// Who may ask, who hears of it, and what every answer says.
async fn around<F: Facilitator + Send + Sync + 'static>(
    State(shared): State<All<F>>,
    mut request: Request,
    next: Next,
) -> Response<Body> {
    let number = shared.numbers.fetch_add(1, Ordering::Relaxed);
    let route = ROUTES.iter().find(|(route, _)| *route == request.uri().path()).map_or("other", |(route, _)| *route);
    let origin = cors::allowed(&shared.origins, request.headers()).cloned();
    let before = origin.is_some() && cors::asks_before(request.method(), request.headers());
    let caller = callers::who(&shared.callers, request.headers()).map(|name| name.map(str::to_owned));
    let mut response = if before {
        reply::text(StatusCode::NO_CONTENT, "text/plain", Body::empty())
    } else if caller.is_err() && !OPEN.contains(&route) {
        Refusal::Stranger.into()
    } else {
        request.extensions_mut().insert(Number(number));
        // neither takes anybody along when it panics
        let answered = if route == SETTLE {
            // a task of its own goes on when whoever asked has gone
            tokio::spawn(next.run(request)).await.ok()
        } else {
            AssertUnwindSafe(next.run(request)).catch_unwind().await.ok()
        };
        answered.unwrap_or_else(|| {
            tracing::error!(request = number, route, "a request panicked");
            Refusal::Bug.into()
        })
    };
    let status = response.status().as_u16();
    shared.metrics.answered(route, status);
    let caller = caller.ok().flatten();
    tracing::debug!(request = number, route, status, caller = caller.as_deref(), "answered");
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(reply::REQUEST, HeaderValue::from(number));
    if let Some(origin) = origin {
        cors::allow(&origin, before, headers);
    }
    response
}

async fn verify<F: Facilitator + Send + Sync + 'static>(State(shared): State<All<F>>, request: Request) -> Response<Body> {
    let operation = Operation::Verify;
    let read = |body: &[u8], limits: &Limits| VerifyRequest::from_json(body, limits);
    answer(&shared, operation, request, read, async |request| {
        let verdict = bounded(shared.options.verify, Fault::VerifyFailed, shared.facilitator.verify(&request)).await?;
        let reason = if verdict.is_valid { None } else { Some(verdict.invalid_reason.clone().unwrap_or_default()) };
        Ok((reason, Object::from(&verdict)))
    })
    .await
}

async fn settle<F: Facilitator + Send + Sync + 'static>(State(shared): State<All<F>>, request: Request) -> Response<Body> {
    let operation = Operation::Settle;
    let read = |body: &[u8], limits: &Limits| SettleRequest::from_json(body, limits);
    answer(&shared, operation, request, read, async |request| {
        let outcome = bounded(shared.options.settle, Fault::SettleFailed, shared.facilitator.settle(&request)).await?;
        let reason = if outcome.success { None } else { Some(outcome.error_reason.clone().unwrap_or_default()) };
        Ok((reason, Object::from(&outcome)))
    })
    .await
}

async fn bounded<T>(most: Duration, late: Fault, work: impl Future<Output = Result<T, Fault>>) -> Result<T, Fault> {
    timeout(most, work).await.unwrap_or(Err(late))
}

/// Reads a request and works on it, if there is room.
async fn answer<F, R>(
    shared: &Shared<F>,
    operation: Operation,
    request: Request,
    read: impl Fn(&[u8], &Limits) -> Result<R, DecodeError>,
    work: impl AsyncFnOnce(R) -> Result<(Option<String>, Object), Fault>,
) -> Response<Body> {
    // held until the end, also for a request that nobody waits for any more
    let Ok(_place) = Arc::clone(&shared.places).try_acquire_owned() else { return Refusal::Busy.into() };
    let number = request.extensions().get::<Number>().map_or(0, |number| number.0);
    let body = match collect(request, shared.options.body, shared.options.read).await {
        Ok(body) => body,
        Err(refusal) => return refusal.into(),
    };
    let began = Instant::now();
    let request = match read(&body, &Limits::BODY.with_bytes(shared.options.body)) {
        Ok(request) => request,
        Err(wrong) => {
            shared.metrics.verdict(operation, Some(wrong.code()), began.elapsed());
            tracing::info!(
                request = number,
                operation = operation.as_str(),
                code = wrong.code(),
                why = wrong.kind().name(),
                "malformed"
            );
            return reply::malformed(operation, &wrong);
        }
    };
    drop(body);
    // one for a whole request, in traces
    let span = match operation {
        Operation::Verify => tracing::info_span!("verify", request = number, code = tracing::field::Empty),
        Operation::Settle => tracing::info_span!("settle", request = number, code = tracing::field::Empty),
    };
    let outcome = work(request).instrument(span.clone()).await;
    let _within = span.enter();
    let took = began.elapsed();
    let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    match outcome {
        Ok((reason, verdict)) => {
            let code = shared.metrics.verdict(operation, reason.as_deref(), took);
            span.record("code", code);
            tracing::info!(request = number, operation = operation.as_str(), code, micros, "verdict");
            reply::json(StatusCode::OK, &verdict)
        }
        Err(fault) => {
            shared.metrics.fault(operation, fault, took);
            span.record("code", fault.code());
            tracing::warn!(request = number, operation = operation.as_str(), code = fault.code(), micros, "fault");
            reply::fault(fault)
        }
    }
}

/// The body, if it is JSON and comes whole.
async fn collect(request: Request, most: usize, time: Duration) -> Result<Bytes, Refusal> {
    if !is_json(request.headers()) {
        return Err(Refusal::MediaType);
    }
    let collected = timeout(time, Limited::new(request.into_body(), most).collect()).await.map_err(|_| Refusal::Slow)?;
    let body = collected.map_err(|error| if error.is::<LengthLimitError>() { Refusal::TooLarge } else { Refusal::Broken })?;
    Ok(body.to_bytes())
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut parts = kind.split(';').map(str::trim);
    let json = parts.next().is_some_and(|kind| kind.eq_ignore_ascii_case("application/json"));
    let plain = parts.all(|part| part.eq_ignore_ascii_case("charset=utf-8") || part.eq_ignore_ascii_case("charset=\"utf-8\""));
    json && plain && !headers.contains_key(CONTENT_ENCODING)
}

async fn supported<F: Facilitator + Send + Sync + 'static>(State(shared): State<All<F>>) -> Response<Body> {
    match bounded(shared.options.verify, Fault::VerifyFailed, shared.facilitator.supported()).await {
        Ok(supported) => reply::json(StatusCode::OK, &Object::from(&supported)),
        Err(fault) => reply::fault(fault),
    }
}

async fn health<F: Facilitator + Send + Sync + 'static>(State(shared): State<All<F>>) -> Response<Body> {
    let (status, ready) = match (shared.ready)() {
        Ready::Yes => (StatusCode::OK, true),
        Ready::No => (StatusCode::SERVICE_UNAVAILABLE, false),
    };
    reply::json(status, &Object::from_iter([("live", Value::from(true)), ("ready", Value::from(ready))]))
}

async fn metrics<F: Facilitator + Send + Sync + 'static>(State(shared): State<All<F>>) -> Response<Body> {
    reply::text(StatusCode::OK, "text/plain; version=0.0.4; charset=utf-8", shared.metrics.text())
}
