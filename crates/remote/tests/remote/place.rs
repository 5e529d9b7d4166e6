//! A facilitator on a port of its own, whose every answer a test decides.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, Response};
use quittance_core::eip712::Domain;
use quittance_core::eip712::eip3009::Authorization;
use quittance_core::json::Object;
use quittance_core::registry::{default_asset, networks};
use quittance_core::wire::{Eip3009Payload, PaymentPayload, SettleRequest, VerifyRequest, v1};
use quittance_core::{Money, Nonce, SecretKey, Terms, UnixSeconds, Window};
use quittance_remote::{Builder, RemoteFacilitator, Times};

pub(crate) const PAYEE: &str = "0x209693Bc6afc0C5328bA36FaF03C514EF312287C";
pub(crate) const TX: &str = "0x78427842784278427842784278427842784278427842784278427842784242a7";

/// What was asked.
#[derive(Clone)]
pub(crate) struct Asked {
    pub(crate) line: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

pub(crate) struct Place {
    pub(crate) url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Place {
    pub(crate) async fn open(answer: impl Fn(&Asked) -> Response<Body> + Send + Sync + 'static) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (seen, answer) = (Arc::clone(&asked), Arc::new(answer));
        let app = Router::new().fallback(move |request: Request| {
            let (seen, answer) = (Arc::clone(&seen), Arc::clone(&answer));
            async move {
                let line = format!("{} {}", request.method(), request.uri());
                let headers = request.headers().clone();
                let body = to_bytes(request.into_body(), 1 << 20).await.unwrap().to_vec();
                let now = Asked { line, headers, body };
                seen.lock().unwrap().push(now.clone());
                answer(&now)
            }
        });
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { url, asked }
    }

    /// One that says the same whatever it is asked.
    pub(crate) async fn saying(status: u16, body: impl Into<String>) -> Self {
        let body = body.into();
        Self::open(move |_| Response::builder().status(status).body(Body::from(body.clone())).unwrap()).await
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    pub(crate) fn builder(&self) -> Builder {
        builder(&self.url)
    }

    pub(crate) fn remote(&self) -> RemoteFacilitator {
        self.builder().build().unwrap()
    }
}

/// A facilitator by plain http that is not waited for long.
pub(crate) fn builder(url: &str) -> Builder {
    let mut times = Times::default();
    times.connect = Duration::from_secs(2);
    times.verify = Duration::from_millis(300);
    times.settle = Duration::from_millis(300);
    times.supported = Duration::from_millis(300);
    RemoteFacilitator::builder(url).unwrap().times(times).allow_plain_http()
}

pub(crate) fn key() -> SecretKey {
    SecretKey::from_bytes(&[7; 32]).unwrap()
}

pub(crate) fn payer() -> String {
    key().address().to_string()
}

/// A cent, really signed.
pub(crate) fn verify() -> VerifyRequest {
    let (payload, terms) = signed();
    VerifyRequest::v2(PaymentPayload::new(terms.requirements().clone(), payload), terms.requirements().clone())
}

pub(crate) fn settle() -> SettleRequest {
    SettleRequest(verify())
}

/// The same in the words of version 1.
pub(crate) fn settle_first() -> SettleRequest {
    let (payload, terms) = signed();
    let about = quittance_core::wire::ResourceInfo::new("https://shop.example/report");
    let offer = v1::PaymentRequirements::from_v2(terms.requirements(), &about).unwrap();
    SettleRequest(VerifyRequest::v1(v1::PaymentPayload::new("exact", "base-sepolia", payload), offer))
}

fn signed() -> (Object, Terms) {
    let asset = default_asset(networks::BASE_SEPOLIA).unwrap();
    let terms = Terms::exact(asset, &Money::parse("$0.01").unwrap(), PAYEE, 60).unwrap();
    let (from, to) = (key().address(), terms.pay_to().address().unwrap());
    let window = Window::new(UnixSeconds::from_secs(0), UnixSeconds::from_secs(1_790_000_060));
    let authorization = Authorization { from, to, value: terms.amount(), window, nonce: Nonce::from_bytes([3; 32]) };
    let token = terms.asset().token().address().unwrap();
    let domain = Domain::token("USDC", "2", 84_532, token).separator();
    (Object::from(&Eip3009Payload::sign(&key(), &domain, authorization)), terms)
}
