//! A shop: a route that is sold, its facilitator, a chain, and buyers.

use std::future::ready;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::Response;
use axum::routing::any;
use axum::{Extension, Router};
use quittance_core::binding::{self, Mode};
use quittance_core::wire::{self, Extensions, PaymentPayload, PaymentRequirements, ResourceInfo, SettleResponse};
use quittance_core::{Amount, Binding, Limits, Resource, Salt, Terms, header};
use quittance_evm::EXACT;
use quittance_guard::memory::MemoryReplayLog;
use quittance_guard::receipt::Attested;
use quittance_guard::replay::ReplayLog;
use quittance_server::{Clock, Options, Origin, Paid, Route, Seller, Setup};
use quittance_testkit::chain::Node;
use quittance_testkit::payer::Order;
use tower::ServiceExt as _;

use crate::engine::Stage;

pub(crate) const ORIGIN: &str = "https://api.example.com";
/// What the handler says.
pub(crate) const GOODS: &str = "what was sold";

/// The engine of these tests.
pub(crate) type Engine = quittance_facilitator::Facilitator<Node, MemoryReplayLog>;

/// A seller, the engine behind it, and what happened.
pub(crate) struct Shop<F> {
    pub(crate) stage: Stage,
    pub(crate) log: Arc<MemoryReplayLog>,
    pub(crate) seller: Seller<F, MemoryReplayLog>,
    pub(crate) served: Arc<AtomicUsize>,
    pub(crate) app: Router,
}

impl Shop<Engine> {
    /// A shop that sells everything below `/v1/` for one price.
    pub(crate) fn new() -> Self {
        Self::selling(|route| route)
    }

    pub(crate) fn selling(set: impl FnOnce(Route) -> Route) -> Self {
        Self::with(Stage::new(), |stage| stage.facilitator.clone(), |setup| setup, set)
    }
}

impl<F: quittance_core::Facilitator + Send + Sync + 'static> Shop<F> {
    /// The same shop with another log, where a facilitator's word is all that is known of a settlement.
    pub(crate) fn taking_its_word(self, facilitator: F) -> Self {
        let mut options = Options::default();
        options.attested = Attested::Answer;
        Self::with(self.stage, |_| facilitator, |setup| setup.options(options), |route| route)
    }

    pub(crate) fn with(
        stage: Stage,
        facilitator: impl FnOnce(&Stage) -> F,
        setup: impl FnOnce(Setup<F, MemoryReplayLog>) -> Setup<F, MemoryReplayLog>,
        set: impl FnOnce(Route) -> Route,
    ) -> Self {
        Self::on(Arc::new(MemoryReplayLog::new(10_000)), stage, facilitator, setup, set)
    }

    /// The same shop after a start with another facilitator: its log is the same.
    pub(crate) fn started_again<G: quittance_core::Facilitator + Send + Sync + 'static>(self, facilitator: G) -> Shop<G> {
        self.started_again_with(facilitator, |setup| setup, |route| route)
    }

    /// The same with another configuration too.
    pub(crate) fn started_again_with<G: quittance_core::Facilitator + Send + Sync + 'static>(
        self,
        facilitator: G,
        setup: impl FnOnce(Setup<G, MemoryReplayLog>) -> Setup<G, MemoryReplayLog>,
        set: impl FnOnce(Route) -> Route,
    ) -> Shop<G> {
        Shop::on(self.log, self.stage, |_| facilitator, setup, set)
    }

    fn on(
        log: Arc<MemoryReplayLog>,
        stage: Stage,
        facilitator: impl FnOnce(&Stage) -> F,
        setup: impl FnOnce(Setup<F, MemoryReplayLog>) -> Setup<F, MemoryReplayLog>,
        set: impl FnOnce(Route) -> Route,
    ) -> Self {
        let chain = stage.chain.clone();
        let mut options = Options::default();
        options.attested = Attested::Chain;
        let begun = Seller::setup(facilitator(&stage), Arc::clone(&log), Origin::parse(ORIGIN).unwrap())
            .scheme(&EXACT)
            .clock(Clock::new(move || Ok(chain.now())))
            .options(options);
        let seller = setup(begun).build().unwrap();
        let served = Arc::new(AtomicUsize::new(0));
        let offer = Terms::parse(stage.order(0).offer(60)).unwrap();
        let layer = seller.sell(set(Route::new([offer]).description("a report"))).unwrap();
        let app = Router::new().route("/v1/{*rest}", any(goods).layer(layer)).layer(Extension(Arc::clone(&served)));
        Self { stage, log, seller, served, app }
    }

    /// How often the handler ran.
    pub(crate) fn served(&self) -> usize {
        self.served.load(Ordering::SeqCst)
    }

    /// How many payments' worth the payee has.
    pub(crate) fn sold(&self) -> Amount {
        self.stage.paid()
    }

    /// What the terms say that a request is answered with.
    pub(crate) async fn terms(&self, path: &str) -> wire::PaymentRequired {
        let answer = self.ask(Ask::get(path)).await;
        assert_eq!(answer.status, StatusCode::PAYMENT_REQUIRED);
        answer.terms()
    }

    pub(crate) async fn ask(&self, ask: Ask) -> Answer {
        answer(&self.app, ask).await
    }

    /// A payment whose nonce is bound to a request.
    pub(crate) fn bound(&self, salt: u8, method: &str, path: &str) -> PaymentPayload {
        bound_order(self.stage.order(0), salt, method, path)
    }

    /// A payment as most clients make it.
    pub(crate) fn plain(&self, nonce: u8) -> PaymentPayload {
        self.stage.order(nonce).payment(60)
    }

    pub(crate) async fn remembered(&self) -> usize {
        self.log.open(quittance_core::UnixSeconds::from_secs(u64::MAX)).await.unwrap().len()
    }
}

pub(crate) fn bound_order(order: Order, salt: u8, method: &str, path: &str) -> PaymentPayload {
    let offer = order.offer(60);
    bound_to(offer, order, salt, method, path)
}

/// The same for an offer as it was made.
pub(crate) fn bound_to(offer: PaymentRequirements, mut order: Order, salt: u8, method: &str, path: &str) -> PaymentPayload {
    let salt = Salt::from_bytes([salt; 32]);
    let resource = Resource::parse(&format!("{ORIGIN}{path}")).unwrap();
    order.nonce = Binding::new(Terms::parse(offer.clone()).unwrap().hash(), method, &resource).unwrap().nonce(&salt);
    let mut payment = order.payment(60);
    payment.accepted = offer;
    with_binding(payment, wire::Binding::advertise(Mode::Preferred).answer(salt, None), path)
}

pub(crate) fn with_binding(mut payment: PaymentPayload, binding: wire::Binding, path: &str) -> PaymentPayload {
    let mut extensions = payment.extensions.take().unwrap_or_default();
    extensions.insert(binding::EXTENSION, &wire::Extension::from(&binding));
    payment.extensions = Some(extensions);
    payment.resource = Some(ResourceInfo::new(format!("{ORIGIN}{path}")));
    payment
}

/// A payment with another extension.
pub(crate) fn with_extension(mut payment: PaymentPayload, id: &str, entry: &wire::Extension) -> PaymentPayload {
    let mut extensions: Extensions = payment.extensions.take().unwrap_or_default();
    extensions.insert(id, entry);
    payment.extensions = Some(extensions);
    payment
}

/// A request.
#[derive(Clone)]
pub(crate) struct Ask {
    pub(crate) method: Method,
    pub(crate) target: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Ask {
    pub(crate) fn get(target: &str) -> Self {
        Self { method: Method::GET, target: target.to_owned(), headers: HeaderMap::new(), body: Vec::new() }
    }

    pub(crate) fn method(self, method: &str) -> Self {
        Self { method: method.parse().unwrap(), ..self }
    }

    pub(crate) fn body(self, body: &str) -> Self {
        Self { body: body.into(), ..self }
    }

    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.append(name, HeaderValue::from_str(value).unwrap());
        self
    }

    pub(crate) fn paying(self, payment: &PaymentPayload) -> Self {
        let text = header::encode(payment, &Limits::HEADER).unwrap();
        self.header("payment-signature", &text)
    }

    pub(crate) fn paying_v1(self, payment: &wire::v1::PaymentPayload) -> Self {
        let text = header::encode(payment, &Limits::HEADER).unwrap();
        self.header("x-payment", &text)
    }
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub(crate) fn terms(&self) -> wire::PaymentRequired {
        header::payment_required(self.headers["payment-required"].as_bytes(), &Limits::HEADER).unwrap()
    }

    pub(crate) fn offers(&self) -> Vec<PaymentRequirements> {
        self.terms().accepts
    }

    pub(crate) fn receipt(&self) -> Option<SettleResponse> {
        let value = self.headers.get("payment-response").or_else(|| self.headers.get("x-payment-response"))?;
        Some(header::payment_response(value.as_bytes(), &Limits::HEADER).unwrap())
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    /// It is what was sold.
    pub(crate) fn is_goods(&self) -> bool {
        self.status == StatusCode::OK && self.text().starts_with(GOODS)
    }

    /// It is refused with this status and nothing of what is sold in it.
    pub(crate) fn refused(&self, status: u16) -> &Self {
        assert_eq!(self.status.as_u16(), status, "{self:?}");
        assert!(!self.text().contains(GOODS), "{self:?}");
        assert_eq!(self.header("cache-control"), Some("no-store"), "{self:?}");
        self
    }

    /// What the terms of a refusal, or its body, give as the reason.
    pub(crate) fn reason(&self) -> String {
        if self.headers.contains_key("payment-required") {
            return self.terms().error.unwrap_or_default();
        }
        let value: serde_json::Value = serde_json::from_slice(&self.body).unwrap();
        value["error"].as_str().unwrap().to_owned()
    }
}

/// The beginning of an answer, whose body is yet to be taken.
pub(crate) async fn begin(app: &Router, ask: Ask) -> Response {
    let mut request = Request::builder().method(ask.method).uri(ask.target).body(Body::from(ask.body)).unwrap();
    *request.headers_mut() = ask.headers;
    app.clone().oneshot(request).await.unwrap()
}

pub(crate) async fn answer(app: &Router, ask: Ask) -> Answer {
    let (parts, body) = begin(app, ask).await.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    Answer { status: parts.status, headers: parts.headers, body }
}

/// How long an answer in pieces is.
pub(crate) fn announced() -> usize {
    (0..100).map(|piece| format!("{GOODS} {piece};").len()).sum()
}

/// The handler. What it is told in the query is what it does.
pub(crate) async fn goods(
    Extension(served): Extension<Arc<AtomicUsize>>,
    paid: Option<Extension<Paid>>,
    request: Request,
) -> Response {
    let count = served.fetch_add(1, Ordering::SeqCst) + 1;
    assert!(paid.is_some(), "the handler ran without a payment");
    assert!(!request.headers().contains_key("payment-signature") && !request.headers().contains_key("x-payment"));
    let query = request.uri().query().unwrap_or_default().to_owned();
    let mut response = Response::new(Body::from(format!("{GOODS} {count}")));
    let headers = response.headers_mut();
    match query.as_str() {
        "fails" => *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR,
        "fails=first" if count == 1 => *response.status_mut() = StatusCode::BAD_GATEWAY,
        "panics" => panic!("the handler panics"),
        "panics=first" if count == 1 => panic!("the handler panics"),
        "spoils=first" if count == 1 => *response.body_mut() = Body::new(Spoilt),
        "slow" => tokio::time::sleep(std::time::Duration::from_secs(20)).await,
        "streams" | "streams=announced" => {
            if query.ends_with("announced") {
                headers.insert("content-length", HeaderValue::from(announced()));
            }
            let pieces = (0..100).map(|piece| Ok::<_, std::convert::Infallible>(Bytes::from(format!("{GOODS} {piece};"))));
            *response.body_mut() = Body::from_stream(tokio_stream(pieces));
        }
        "overrides" => {
            headers.insert("payment-response", HeaderValue::from_static("forged"));
            headers.insert("settlement-overrides", HeaderValue::from_static("{\"amount\":\"1\"}"));
            headers.insert("cache-control", HeaderValue::from_static("public, max-age=600"));
        }
        "conditions" => {
            let seen: Vec<_> = request.headers().keys().map(|name| name.as_str().to_owned()).collect();
            *response.body_mut() = Body::from(format!("{GOODS} {}", seen.join(" ")));
        }
        _ => {}
    }
    response
}

/// A body that is announced and panics when it is made.
struct Spoilt;

impl http_body::Body for Spoilt {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<http_body::Frame<Bytes>, Self::Error>>> {
        panic!("the body panics")
    }

    fn size_hint(&self) -> http_body::SizeHint {
        http_body::SizeHint::with_exact(GOODS.len() as u64)
    }
}

/// Pieces that come one by one.
fn tokio_stream<T>(pieces: impl Iterator<Item = T>) -> impl futures_core::Stream<Item = T> {
    Pieces(Box::new(pieces.into_iter().collect::<Vec<_>>().into_iter()))
}

struct Pieces<T>(Box<std::vec::IntoIter<T>>);

impl<T> futures_core::Stream for Pieces<T> {
    type Item = T;

    fn poll_next(mut self: std::pin::Pin<&mut Self>, _: &mut std::task::Context<'_>) -> std::task::Poll<Option<T>> {
        std::task::Poll::Ready(self.0.next())
    }
}

/// A request that does nothing but wait for its answer.
pub(crate) async fn settle_down() {
    for _ in 0..50 {
        ready(()).await;
        tokio::task::yield_now().await;
    }
}
