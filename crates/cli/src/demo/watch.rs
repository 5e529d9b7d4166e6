//! Who stands between agent, shop and facilitator, and says what passes: never a signature, and of a payment its hash.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Response, StatusCode};
use axum::middleware::Next;
use quittance_core::header::{self, PAYMENT_REQUIRED, PAYMENT_RESPONSE, PAYMENT_SIGNATURE};
use quittance_core::wire::{SettleRequest, SettleResponse, SupportedResponse, VerifyRequest, VerifyResponse};
use quittance_core::{Amount, Facilitator, Fault, Limits, Network, Terms, binding, sha256};
use quittance_guard::text::escape;
use serde_json::Value;

use super::story::{Scene, Teller};
use crate::format;

/// How much of a stranger's text is shown.
const SHOWN: usize = 160;
/// More than the shop ever says.
const LONGEST: usize = 1 << 20;

/// What is seen.
pub(crate) struct Watch {
    pub(crate) teller: Arc<Teller>,
    /// The agent's audit log.
    pub(crate) log: Arc<Mutex<Vec<String>>>,
    /// Whether packets are told.
    pub(crate) telling: AtomicBool,
    /// Whether the next paid answer is lost on its way.
    pub(crate) losing: AtomicBool,
    /// How many requests came with a payment, and how often a facilitator has settled one.
    pub(crate) payments: AtomicUsize,
    pub(crate) settlements: AtomicUsize,
    /// The payment that was told of last.
    last: Mutex<String>,
}

impl Watch {
    pub(crate) fn new(teller: Arc<Teller>) -> Self {
        Self {
            teller,
            log: Arc::default(),
            telling: AtomicBool::new(false),
            losing: AtomicBool::new(false),
            payments: AtomicUsize::new(0),
            settlements: AtomicUsize::new(0),
            last: Mutex::default(),
        }
    }

    /// The payment that was told of last, as anybody on the way could have seen it.
    pub(crate) fn last_payment(&self) -> String {
        unpoisoned(&self.last).clone()
    }

    /// The last line of the agent's log.
    pub(crate) fn last_line(&self) -> String {
        unpoisoned(&self.log).last().cloned().unwrap_or_default()
    }

    /// What the agent has written of a stage.
    pub(crate) fn event(&self, stage: &str) -> Option<Value> {
        let lines = unpoisoned(&self.log);
        let events = lines.iter().rev().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        events.map(|mut line| line["event"].take()).find(|event| event["stage"] == stage)
    }

    async fn tell(&self, scene: Scene) {
        if self.telling.load(Ordering::SeqCst) {
            self.teller.tell(scene).await;
        }
    }
}

pub(crate) fn unpoisoned<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Between agent and shop.
pub(crate) async fn between(State(watch): State<Arc<Watch>>, request: Request, next: Next) -> Response<Body> {
    let line = format!("{} {}", request.method(), request.uri());
    let payment = request.headers().get(PAYMENT_SIGNATURE).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let paid = payment.is_some();
    match payment {
        Some(payment) => {
            watch.payments.fetch_add(1, Ordering::SeqCst);
            if let Some(event) = watch.event("intent") {
                watch.tell(pause(&event)).await;
            }
            watch.tell(retry(&line, &payment)).await;
            if watch.telling.load(Ordering::SeqCst) {
                *unpoisoned(&watch.last) = payment;
            }
        }
        None => watch.tell(Scene::packet(1, format!("agent → shop: {line}")).with("payment", "none")).await,
    }
    let response = next.run(request).await;
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, LONGEST).await.unwrap_or_default();
    if paid && parts.status == StatusCode::OK && watch.losing.swap(false, Ordering::SeqCst) {
        // a body that fails before its first byte ends the connection
        return Response::new(Body::new(Lost));
    }
    match (parts.status, paid) {
        (StatusCode::PAYMENT_REQUIRED, false) => watch.tell(terms(&parts.headers)).await,
        (StatusCode::OK, true) => watch.tell(delivery(&parts.headers, &body)).await,
        _ => {}
    }
    Response::from_parts(parts, Body::from(body))
}

fn terms(headers: &HeaderMap) -> Scene {
    let scene = Scene::packet(2, "shop → agent: 402 Payment Required");
    let asked = headers.get(PAYMENT_REQUIRED).and_then(|value| header::payment_required(value.as_bytes(), &Limits::HEADER).ok());
    let Some(asked) = asked else { return scene };
    let offer = asked.accepts.first().and_then(|offer| Terms::parse(offer.clone()).ok());
    let Some(offer) = offer else { return scene };
    let price = format::amount(offer.amount(), offer.network(), &offer.requirements().asset);
    let is_bound = asked.extensions.as_ref().is_some_and(|offered| matches!(offered.entry(binding::EXTENSION), Ok(Some(_))));
    let scene = scene
        .with("price", format!("{price} on {}", offer.network()))
        .with("pay to", offer.pay_to().to_string())
        .with("within", format!("{} seconds", offer.requirements().max_timeout_seconds));
    let scene = match &asked.resource {
        Some(resource) => scene.with("resource", escape(&resource.url, SHOWN).to_string()),
        None => scene,
    };
    if is_bound { scene.with("binding", "a payment can be bound to this one request by its nonce") } else { scene }
}

/// The policy pause, as the agent has written it down before it signed.
fn pause(event: &Value) -> Scene {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let budget = &event["budget"];
    let network = Network::parse(&text(&event["network"])).ok();
    let money = |name: &str| {
        let amount = Amount::parse(&text(&budget[name])).ok();
        let shown = amount.zip(network).map(|(amount, network)| format::amount(amount, network, &text(&event["asset"])));
        shown.unwrap_or_default()
    };
    Scene::packet(3, "agent: policy pause")
        .with("decision", format!("{} ({})", text(&event["policy_decision"]), text(&event["policy_rule"])))
        .with("terms", text(&event["terms_hash"]))
        .with("budget", format!("{} of {} before, {} after", money("before"), money("limit"), money("after")))
        .with("kept", "the intent and the signed bytes are in the ledger before anything is sent")
}

fn retry(line: &str, payment: &str) -> Scene {
    let digest = sha256(payment.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    Scene::packet(4, format!("agent → shop: {line}"))
        .with("payment", format!("PAYMENT-SIGNATURE, {} bytes, sha256 {digest}", payment.len()))
        .with("nonce", "bound to terms, method and resource; whoever repeats it elsewhere is refused")
}

fn delivery(headers: &HeaderMap, body: &Bytes) -> Scene {
    let receipt = headers.get(PAYMENT_RESPONSE).and_then(|value| header::payment_response(value.as_bytes(), &Limits::HEADER).ok());
    let scene = Scene::packet(6, "shop → agent: 200 OK");
    let scene = match receipt {
        Some(receipt) => scene.with("receipt", format!("PAYMENT-RESPONSE: transaction {}", receipt.transaction)),
        None => scene,
    };
    scene.with("body", escape(&String::from_utf8_lossy(body), SHOWN).to_string())
}

/// A body that ends in an error at once.
struct Lost;

impl axum::body::HttpBody for Lost {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<http_body::Frame<Bytes>, Self::Error>>> {
        std::task::Poll::Ready(Some(Err(std::io::ErrorKind::ConnectionReset.into())))
    }
}

/// A facilitator whose answers are told.
pub(crate) struct Overheard<F> {
    pub(crate) facilitator: F,
    pub(crate) watch: Arc<Watch>,
}

impl<F: Facilitator + Send + Sync> Facilitator for Overheard<F> {
    fn name(&self) -> &str {
        self.facilitator.name()
    }

    async fn verify(&self, request: &VerifyRequest) -> Result<VerifyResponse, Fault> {
        self.facilitator.verify(request).await
    }

    async fn settle(&self, request: &SettleRequest) -> Result<SettleResponse, Fault> {
        let settled = self.facilitator.settle(request).await?;
        if settled.success {
            self.watch.settlements.fetch_add(1, Ordering::SeqCst);
            let scene = Scene::packet(5, "facilitator → shop: verified and settled")
                .with("payer", settled.payer.clone().unwrap_or_default())
                .with("transaction", settled.transaction.clone())
                .with("evidence", "the token's own Transfer and AuthorizationUsed, in the logs of that transaction");
            self.watch.tell(scene).await;
        }
        Ok(settled)
    }

    async fn supported(&self) -> Result<SupportedResponse, Fault> {
        self.facilitator.supported().await
    }
}
