//! One request, from the client to whoever answers it.

use std::convert::Infallible;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::request::Parts;
use http::{Method, Request, Response};
use http_body_util::Limited;
use hyper::body::{Body as _, Incoming};
use quittance_core::{Facilitator, Limits, header};
use quittance_guard::replay::ReplayLog;
use quittance_server::Sold;
use quittance_service::metrics::Gauge;
use tokio::time::Instant;
use tower_service::Service;

use crate::body::{AnswerBody, GateBody, RequestBody, Timed};
use crate::config::Unlisted;
use crate::forward;
use crate::gate::{Gate, Now};
use crate::metrics::Counted;
use crate::proxy::Proxy;
use crate::reply::{Payment, Refusal};
use crate::table::Found;

/// A gate as a tower service over what hyper reads from a connection.
pub struct GateService<F, L>(pub(crate) Gate<F, L>);

impl<F, L> Clone for GateService<F, L> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<F: Facilitator + Send + Sync + 'static, L: ReplayLog + Send + Sync + 'static> Service<Request<Incoming>>
    for GateService<F, L>
{
    type Response = Response<GateBody>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Incoming>) -> Self::Future {
        let gate = self.0.clone();
        Box::pin(async move { Ok(gate.answer(request).await) })
    }
}

/// Who answers.
enum Way<F, L> {
    Sold(Arc<str>, Sold<Proxy, Counted<F>, L>),
    Free(Arc<str>),
}

/// Why nobody does.
enum No {
    Refused(Refusal),
    /// The path has these methods.
    Method(Vec<Method>),
}

impl No {
    fn answer(&self) -> Response<AnswerBody> {
        match self {
            Self::Refused(refusal) => refusal.answer(Payment::None),
            Self::Method(methods) => Refusal::method(methods),
        }
    }
}

/// One request more, as long as this lives.
struct Open(Arc<Gauge>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.down();
    }
}

impl<F: Facilitator + Send + Sync + 'static, L: ReplayLog + Send + Sync + 'static> Gate<F, L> {
    async fn answer(&self, request: Request<Incoming>) -> Response<GateBody> {
        let open = Open(self.0.metrics.open());
        open.0.up();
        let now = self.now();
        let (mut parts, body) = request.into_parts();
        forward_only(&mut parts);
        let upgrade = forward::is_upgrade(&parts.headers);
        forward::scrub(&mut parts.headers, now.config.chain);
        let (name, response) = match now.way(&parts, upgrade) {
            Err(no) => ("", no.answer().map(GateBody::Plain)),
            Ok(way) => {
                let longest = match &way {
                    // the layer has its own bound, which it answers for
                    Way::Sold(..) => now.config.options.body.saturating_add(1),
                    Way::Free(_) => now.config.free_body,
                };
                let is_too_long = body.size_hint().lower() > longest as u64;
                let body = RequestBody::Passing(Timed::new(Limited::new(body, longest), now.config.times.idle));
                let (name, response) = self.go(way, Request::from_parts(parts, body), is_too_long).await;
                self.0.metrics.answered(&name, response.status().as_u16());
                return response;
            }
        };
        self.0.metrics.answered(name, response.status().as_u16());
        response
    }

    async fn go(&self, way: Way<F, L>, request: Request<RequestBody>, is_too_long: bool) -> (Arc<str>, Response<GateBody>) {
        match way {
            Way::Free(name) if is_too_long => (name, Refusal::TooLarge.answer(Payment::None).map(GateBody::Plain)),
            Way::Free(name) => {
                let Ok(response) = self.0.proxy.clone().call(request).await;
                (name, response.map(GateBody::Plain))
            }
            Way::Sold(name, mut sold) => {
                let paying =
                    [header::PAYMENT_SIGNATURE, header::X_PAYMENT].iter().any(|name| request.headers().contains_key(*name));
                // nothing is charged for what is not there (catalogue row 156)
                if paying && !self.0.proxy.is_there().await {
                    self.0.metrics.upstream_failed(Refusal::Unreachable.code());
                    tracing::warn!(route = &*name, "the upstream is not there; nothing was charged");
                    return (name, Refusal::Unreachable.answer(Payment::Untouched).map(GateBody::Plain));
                }
                let began = Instant::now();
                let Ok(response) = sold.call(request).await;
                if paying {
                    told(&name, &response, began);
                }
                (name, response.map(GateBody::Sold))
            }
        }
    }
}

/// What an operator may know of a payment: who paid in which transaction, as it stands on the chain for everybody. Not for what, and nothing that
/// was signed.
fn told<B>(route: &str, response: &Response<B>, began: Instant) {
    let (status, millis) = (response.status().as_u16(), u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX));
    let receipt = [header::PAYMENT_RESPONSE, header::X_PAYMENT_RESPONSE].iter().find_map(|name| response.headers().get(*name));
    match receipt.and_then(|receipt| header::payment_response(receipt.as_bytes(), &Limits::HEADER).ok()) {
        Some(receipt) => {
            let (payer, transaction) = (receipt.payer.unwrap_or_default(), receipt.transaction);
            tracing::info!(route, status, millis, settled = receipt.success, payer, transaction, "answered a payment");
        }
        None => tracing::info!(route, status, millis, "answered a payment without a receipt"),
    }
}

/// A target is a path here, whatever else it says: where it goes is not the client's to choose (catalogue row 114).
fn forward_only(parts: &mut Parts) {
    let target = parts.uri.path_and_query().map_or("/", |target| target.as_str());
    if let Ok(uri) = target.parse() {
        parts.uri = uri;
    }
}

impl<F, L> Now<F, L> {
    /// Who answers a request, or why nobody does.
    fn way(&self, parts: &Parts, upgrade: bool) -> Result<Way<F, L>, No> {
        let refused = |refusal: Refusal| Err(No::Refused(refusal));
        if matches!(parts.method, Method::CONNECT | Method::TRACE) {
            return Err(No::Method(Vec::new()));
        }
        if upgrade {
            return refused(Refusal::Upgrade);
        }
        if !parts.uri.path().starts_with('/') {
            return refused(Refusal::Target);
        }
        match self.table.find(&parts.method, parts.uri.path()) {
            Found::Route(entry) => Ok(match &entry.sold {
                Some(sold) => Way::Sold(Arc::clone(&entry.name), sold.clone()),
                None => Way::Free(Arc::clone(&entry.name)),
            }),
            Found::Unlisted => match self.config.unlisted {
                Unlisted::Refused => refused(Refusal::Unlisted),
                Unlisted::Free => Ok(Way::Free(Unlisted::NAME.into())),
            },
            Found::Method(methods) => Err(No::Method(methods)),
            Found::Ambiguous => refused(Refusal::Ambiguous),
            Found::Nonsense => refused(Refusal::Target),
        }
    }
}

impl<F, L> fmt::Debug for GateService<F, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("GateService").finish()
    }
}
