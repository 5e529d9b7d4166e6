//! A gate in front of an upstream, and what is paid to it.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use quittance_core::binding::{Binding, Mode};
use quittance_core::wire::{self, Extension, PaymentPayload, ResourceInfo};
use quittance_core::{Facilitator as _, Limits, Resource, Salt, Terms, UnixSeconds, Window, header};
use quittance_evm::{EXACT, UPTO, Unsigned};
use quittance_facilitator::{Facilitator, Rpc};
use quittance_gate::{Config, Gate, Means};
use quittance_guard::memory::MemoryReplayLog;
use quittance_guard::receipt::Attested;
use quittance_server::Clock;
use quittance_service::config::{Around, Format};
use quittance_service::{ServeError, Served};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::node::key;
use crate::place::{BUYER, PRICE, Place, seller};
use crate::upstream::Seen;
use crate::wire::{Answer, ask};

/// What everybody here is called.
pub(crate) const ORIGIN: &str = "https://api.example.com";

pub(crate) type Engine = Facilitator<Rpc, MemoryReplayLog>;

pub(crate) struct Front {
    pub(crate) place: Place,
    pub(crate) seen: Seen,
    pub(crate) upstream: JoinHandle<()>,
    pub(crate) port: u16,
    pub(crate) gate: Gate<Engine, MemoryReplayLog>,
    pub(crate) log: Arc<MemoryReplayLog>,
    pub(crate) at: String,
    pub(crate) admin: String,
    pub(crate) stop: watch::Sender<bool>,
    pub(crate) served: JoinHandle<Result<Served, ServeError>>,
    salts: AtomicU8,
    before: u64,
}

impl Front {
    /// Everything below `/v1/` costs a cent, everything below `/free/` nothing.
    pub(crate) async fn open() -> Self {
        Self::with(json!({})).await
    }

    /// The same with other members of its configuration.
    pub(crate) async fn with(more: Value) -> Self {
        let place = Place::open().await;
        let seen = Seen::new();
        let (port, upstream) = seen.listen(0).await;
        let mut config = config(port, &more).unwrap();
        let supported = place.facilitator.supported().await.unwrap();
        config.charged_by(Some(&supported)).unwrap();
        let log = Arc::new(MemoryReplayLog::new(10_000));
        let means = Means {
            facilitator: place.facilitator.clone(),
            attested: Attested::Chain,
            log: Arc::clone(&log),
            schemes: vec![&EXACT, &UPTO],
            clock: Clock::system(),
        };
        let gate = Gate::new(config, means).unwrap();
        let (stop, told) = watch::channel(false);
        let listen = || async { tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap() };
        let (listener, admin) = (listen().await, listen().await);
        let (at, of_admin) = (listener.local_addr().unwrap().to_string(), admin.local_addr().unwrap().to_string());
        let stopped = |mut told: watch::Receiver<bool>| async move {
            // a test that has ended is as good as a word
            let _told = told.wait_for(|stop| *stop).await;
        };
        let (serving, stopping) = (gate.clone(), stopped(told.clone()));
        let served = tokio::spawn(async move { serving.serve(listener, stopping).await });
        let serving = gate.clone();
        tokio::spawn(async move { serving.serve_admin(admin, std::future::pending()).await });
        let before = place.balance(seller());
        Self { place, seen, upstream, port, gate, log, at, admin: of_admin, stop, served, salts: AtomicU8::new(1), before }
    }

    /// How many cents have come in.
    pub(crate) fn sold(&self) -> u64 {
        (self.place.balance(seller()) - self.before) / PRICE
    }

    /// What has come in, in the smallest unit, when all that was begun has ended.
    pub(crate) async fn end(self) -> u64 {
        self.stop.send(true).unwrap();
        self.served.await.unwrap().unwrap();
        self.place.balance(seller()) - self.before
    }

    pub(crate) async fn get(&self, target: &str, headers: &[(&str, &str)]) -> Answer {
        ask(&self.at, "GET", target, headers, b"").await
    }

    /// The offers of a 402.
    pub(crate) async fn asked(&self, target: &str) -> wire::PaymentRequired {
        let answer = self.get(target, &[]).await;
        assert_eq!(answer.status, 402, "{answer:?}");
        header::payment_required(answer.header("payment-required").unwrap().as_bytes(), &Limits::HEADER).unwrap()
    }

    /// A payment for what a request costs now, bound to it.
    pub(crate) async fn payment(&self, method: &str, target: &str) -> String {
        let asked = self.asked(target).await;
        self.signed(asked.accepts[0].clone(), method, target)
    }

    /// A payment for an offer.
    pub(crate) fn signed(&self, offer: wire::PaymentRequirements, method: &str, target: &str) -> String {
        let (key, terms) = (key(BUYER), Terms::parse(offer.clone()).unwrap());
        let url = format!("{ORIGIN}{target}");
        let salt = Salt::from_bytes([self.salts.fetch_add(1, Ordering::SeqCst); 32]);
        let nonce = Binding::new(terms.hash(), method, &Resource::parse(&url).unwrap()).unwrap().nonce(&salt);
        let window = Window::new(UnixSeconds::from_secs(0), UnixSeconds::from_secs(self.place.node.time() + 50));
        let unsigned = Unsigned::new(&terms, key.address(), nonce, window).unwrap();
        let payload = unsigned.signed(key.sign(&unsigned.request().digest()));
        let mut payment = PaymentPayload::new(offer, payload);
        let mut extensions = wire::Extensions::new();
        let answer = wire::Binding::advertise(Mode::Preferred).answer(salt, None);
        extensions.insert(quittance_core::binding::EXTENSION, &Extension::from(&answer));
        payment.extensions = Some(extensions);
        payment.resource = Some(ResourceInfo::new(url));
        header::encode(&payment, &Limits::HEADER).unwrap()
    }

    pub(crate) async fn pay(&self, target: &str, payment: &str) -> Answer {
        self.get(target, &[("payment-signature", payment)]).await
    }
}

/// A configuration, and what is wrong with it.
pub(crate) fn config(port: u16, more: &Value) -> Result<Config, String> {
    let mut file = json!({
        "upstream": format!("http://127.0.0.1:{port}"), "origin": ORIGIN, "store": "sqlite:unused.db", "sealing_key": "${SEAL}",
        "network": "base-sepolia", "pay_to": seller().to_string(), "price": "$0.01",
        "route": [{ "path": "/v1/*" }, { "path": "/free/*", "free": true }],
    });
    for (key, value) in more.as_object().unwrap() {
        file[key] = value.clone();
    }
    let variable = |_: &str| Some("33".repeat(32));
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/gate"));
    Config::read(&file.to_string(), Format::Json, Around { variable: &variable, folder }).map_err(|error| error.to_string())
}
