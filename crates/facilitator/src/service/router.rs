//! The routes, and what is done around each request.

use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::http::header::{ALLOW, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, HeaderValue, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use futures_util::FutureExt as _;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use hyper::body::{Body, Bytes};
use quittance_core::json::{Object, Value};
use quittance_core::wire::{SettleRequest, VerifyRequest};
use quittance_core::{DecodeError, Facilitator, Fault, Limits};
use tokio::time::{Instant, timeout};
use tower_service::Service as TowerService;
use tracing::Instrument as _;

use super::reply::{self, Refusal, Response};
use super::{Ready, Service, Shared, callers, cors, document};
use crate::metrics::Operation;

/// The routes: their paths, the method that each takes, and what is behind them.
pub(super) const ROUTES: [(&str, Method, Route); 6] = [
    ("/verify", Method::POST, Route::Verify),
    ("/settle", Method::POST, Route::Settle),
    ("/supported", Method::GET, Route::Supported),
    ("/health", Method::GET, Route::Health),
    ("/metrics", Method::GET, Route::Metrics),
    ("/openapi.json", Method::GET, Route::Document),
];

/// What can be asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Route {
    Verify,
    /// Where money moves.
    Settle,
    Supported,
    Health,
    Metrics,
    Document,
}

impl Route {
    /// Whether strangers may ask for it.
    const fn is_open(self) -> bool {
        matches!(self, Self::Health | Self::Document)
    }
}

impl<F: Facilitator + Send + Sync + 'static> Service<F> {
    /// The service as a router, for a server of one's own. [`serve`](Self::serve) is the server that belongs to it: it bounds what is before a
    /// request, and waits for what is open at its end.
    pub fn into_router(self) -> Router {
        let routes = Routes::new(self);
        // each path by itself, so that what its host lays over routes lies over these too
        let router = ROUTES.iter().fold(Router::new(), |router, (path, ..)| router.route_service(path, routes.clone()));
        router.fallback_service(routes)
    }
}

/// What answers requests. Six paths without parameters are compared faster than a router is asked, and this is on the way of every verification.
pub(super) struct Routes<F>(pub(super) Arc<Shared<F>>);

impl<F> Routes<F> {
    pub(super) fn new(service: Service<F>) -> Self {
        Self(Arc::new(service.0))
    }
}

impl<F> Clone for Routes<F> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

/// A body whose reading may fail in any way.
pub(super) trait Incoming: Body<Data: Send, Error: Into<Box<dyn std::error::Error + Send + Sync>>> + Send + 'static {}

impl<B: Body<Data: Send, Error: Into<Box<dyn std::error::Error + Send + Sync>>> + Send + 'static> Incoming for B {}

impl<F: Facilitator + Send + Sync + 'static, B: Incoming> TowerService<Request<B>> for Routes<F> {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let shared = Arc::clone(&self.0);
        Box::pin(async move { Ok(around(shared, request).await) })
    }
}

/// Who may ask, who hears of it, and what every answer says.
async fn around<F: Facilitator + Send + Sync + 'static, B: Incoming>(shared: Arc<Shared<F>>, request: Request<B>) -> Response {
    let number = shared.numbers.fetch_add(1, Ordering::Relaxed);
    let found = ROUTES.iter().find(|(path, ..)| *path == request.uri().path());
    let (name, route) = found.map_or(("other", None), |(path, method, route)| (*path, Some((method, *route))));
    let origin = cors::allowed(&shared.origins, request.headers()).cloned();
    let before = origin.is_some() && cors::asks_before(request.method(), request.headers());
    let caller = callers::who(&shared.callers, request.headers()).map(|name| name.map(str::to_owned));
    let mut response = match route {
        _ if before => reply::text(StatusCode::NO_CONTENT, "text/plain", ""),
        route if caller.is_err() && !route.is_some_and(|(_, route)| route.is_open()) => Refusal::Stranger.into(),
        None => Refusal::Path.into(),
        Some((method, _)) if !takes(method, request.method()) => not_allowed(method),
        Some((_, route)) => {
            let answering = answer(Arc::clone(&shared), route, number, request);
            // neither takes anybody along when it panics
            let answered = if route == Route::Settle {
                // a task of its own goes on when whoever asked has gone
                tokio::spawn(answering).await.ok()
            } else {
                AssertUnwindSafe(answering).catch_unwind().await.ok()
            };
            answered.unwrap_or_else(|| {
                tracing::error!(request = number, route = name, "a request panicked");
                Refusal::Bug.into()
            })
        }
    };
    let status = response.status().as_u16();
    shared.metrics.answered(name, status);
    let caller = caller.ok().flatten();
    tracing::debug!(request = number, route = name, status, caller = caller.as_deref(), "answered");
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(reply::REQUEST, HeaderValue::from(number));
    if let Some(origin) = origin {
        cors::allow(&origin, before, headers);
    }
    response
}

/// What can be read can be asked for without its body, which the server leaves out.
fn takes(wanted: &Method, method: &Method) -> bool {
    wanted == method || (wanted == Method::GET && method == Method::HEAD)
}

fn not_allowed(wanted: &Method) -> Response {
    let mut response = Response::from(Refusal::Method);
    let allowed = if wanted == Method::GET { "GET,HEAD" } else { "POST" };
    response.headers_mut().insert(ALLOW, HeaderValue::from_static(allowed));
    response
}

async fn answer<F: Facilitator + Send + Sync + 'static, B: Incoming>(
    shared: Arc<Shared<F>>,
    route: Route,
    number: u64,
    request: Request<B>,
) -> Response {
    match route {
        Route::Verify => verify(&shared, number, request).await,
        Route::Settle => settle(&shared, number, request).await,
        Route::Supported => supported(&shared).await,
        Route::Health => health(&shared),
        Route::Metrics => reply::text(StatusCode::OK, "text/plain; version=0.0.4; charset=utf-8", shared.metrics.text()),
        Route::Document => document::answer(),
    }
}

async fn verify<F: Facilitator, B: Incoming>(shared: &Shared<F>, number: u64, request: Request<B>) -> Response {
    let operation = Operation::Verify;
    let read = |body: &[u8], limits: &Limits| VerifyRequest::from_json(body, limits);
    judge(shared, operation, (number, request), read, async |request| {
        let verdict = bounded(shared.options.verify, Fault::VerifyFailed, shared.facilitator.verify(&request)).await?;
        let reason = if verdict.is_valid { None } else { Some(verdict.invalid_reason.clone().unwrap_or_default()) };
        Ok((reason, Object::from(&verdict)))
    })
    .await
}

async fn settle<F: Facilitator, B: Incoming>(shared: &Shared<F>, number: u64, request: Request<B>) -> Response {
    let operation = Operation::Settle;
    let read = |body: &[u8], limits: &Limits| SettleRequest::from_json(body, limits);
    judge(shared, operation, (number, request), read, async |request| {
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
async fn judge<F, B: Incoming, R>(
    shared: &Shared<F>,
    operation: Operation,
    (number, request): (u64, Request<B>),
    read: impl Fn(&[u8], &Limits) -> Result<R, DecodeError>,
    work: impl AsyncFnOnce(R) -> Result<(Option<String>, Object), Fault>,
) -> Response {
    // held until the end, also for a request that nobody waits for any more
    let Ok(_place) = Arc::clone(&shared.places).try_acquire_owned() else { return Refusal::Busy.into() };
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
async fn collect<B: Incoming>(request: Request<B>, most: usize, time: Duration) -> Result<Bytes, Refusal> {
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

async fn supported<F: Facilitator>(shared: &Shared<F>) -> Response {
    match bounded(shared.options.verify, Fault::VerifyFailed, shared.facilitator.supported()).await {
        Ok(supported) => reply::json(StatusCode::OK, &Object::from(&supported)),
        Err(fault) => reply::fault(fault),
    }
}

fn health<F>(shared: &Shared<F>) -> Response {
    let (status, ready) = match (shared.ready)() {
        Ready::Yes => (StatusCode::OK, true),
        Ready::No => (StatusCode::SERVICE_UNAVAILABLE, false),
    };
    reply::json(status, &Object::from_iter([("live", Value::from(true)), ("ready", Value::from(ready))]))
}
