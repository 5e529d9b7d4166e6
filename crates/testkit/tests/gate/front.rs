//! A gate in front of an upstream, and what is paid to it.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use quittance_client::Lookup;
use quittance_core::binding::{Binding, Mode};
use quittance_core::eip712::Domain;
use quittance_core::eip712::eip3009::Authorization;
use quittance_core::wire::{self, Eip3009Payload, Extension, PaymentPayload, PaymentRequirements, ResourceInfo};
use quittance_core::{
    Facilitator as _, Limits, Network, Nonce, Resource, Salt, Scheme, SecretKey, Terms, UnixSeconds, Window, header,
};
use quittance_evm::{EXACT, UPTO, Unsigned};
use quittance_facilitator::{Facilitator, Rpc};
use quittance_gate::{Config, Gate, Means};
use quittance_guard::memory::MemoryReplayLog;
use quittance_guard::receipt::Attested;
use quittance_server::{Clock, Said, Witness};
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

pub(crate) struct Front<F = Engine> {
    pub(crate) place: Place,
    pub(crate) seen: Seen,
    pub(crate) upstream: JoinHandle<()>,
    pub(crate) port: u16,
    pub(crate) gate: Gate<F, MemoryReplayLog>,
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
        Self::remembering(10_000, more).await
    }

    /// The same with a log for so many payments.
    pub(crate) async fn remembering(capacity: usize, more: Value) -> Self {
        let place = Place::open().await;
        let engine = place.facilitator.clone();
        Self::settled_by(place, (engine, Attested::Chain), MemoryReplayLog::new(capacity), more).await
    }
}

impl<F: quittance_core::Facilitator + Send + Sync + 'static> Front<F> {
    /// The same with another facilitator before the place's own, and what its word is worth.
    pub(crate) async fn settled_by(
        place: Place,
        (facilitator, attested): (F, Attested),
        log: MemoryReplayLog,
        more: Value,
    ) -> Self {
        let seen = Seen::new();
        let (port, upstream) = seen.listen(0).await;
        let mut config = config(port, &more).unwrap();
        let supported = place.facilitator.supported().await.unwrap();
        config.charged_by(Ok(&supported)).unwrap();
        let log = Arc::new(log);
        let witnesses = config.look.iter().map(|(network, url)| witness(*network, url)).collect();
        let (schemes, clock): (Vec<&dyn Scheme>, _) = (vec![&EXACT, &UPTO], Clock::system());
        let means = Means { facilitator, attested, log: Arc::clone(&log), schemes, clock, witnesses };
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

    /// Another gate on the same log, before another facilitator; where it listens.
    pub(crate) async fn beside<G>(&self, (facilitator, attested): (G, Attested), more: &Value) -> String
    where
        G: quittance_core::Facilitator + Send + Sync + 'static,
    {
        let log = Arc::clone(&self.log);
        let config = config(self.port, more).unwrap();
        let witnesses = config.look.iter().map(|(network, url)| witness(*network, url)).collect();
        let means = Means { facilitator, attested, log, schemes: vec![&EXACT], clock: Clock::system(), witnesses };
        let gate = Gate::new(config, means).unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap().to_string();
        tokio::spawn(async move { gate.serve(listener, std::future::pending()).await });
        at
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
        self.asked_by("GET", target).await
    }

    async fn asked_by(&self, method: &str, target: &str) -> wire::PaymentRequired {
        let answer = ask(&self.at, method, target, &[], b"").await;
        assert_eq!(answer.status, 402, "{answer:?}");
        header::payment_required(answer.header("payment-required").unwrap().as_bytes(), &Limits::HEADER).unwrap()
    }

    /// A payment for what a request costs now, bound to it.
    pub(crate) async fn payment(&self, method: &str, target: &str) -> String {
        let asked = self.asked_by(method, target).await;
        self.signed(asked.accepts[0].clone(), method, target)
    }

    /// A payment for an offer.
    pub(crate) fn signed(&self, offer: PaymentRequirements, method: &str, target: &str) -> String {
        encoded(&self.bound(offer, method, target, Mode::Preferred))
    }

    /// The same before it is written down, for a route that says so about binding.
    pub(crate) fn bound(&self, offer: PaymentRequirements, method: &str, target: &str, mode: Mode) -> PaymentPayload {
        let terms = Terms::parse(offer.clone()).unwrap();
        let url = format!("{ORIGIN}{target}");
        let salt = Salt::from_bytes([self.salts.fetch_add(1, Ordering::SeqCst); 32]);
        let nonce = Binding::new(terms.hash(), method, &Resource::parse(&url).unwrap()).unwrap().nonce(&salt);
        let mut payment = self.plain(&key(BUYER), offer, nonce);
        let mut extensions = wire::Extensions::new();
        let answer = wire::Binding::advertise(mode).answer(salt, None);
        extensions.insert(quittance_core::binding::EXTENSION, &Extension::from(&answer));
        payment.extensions = Some(extensions);
        payment.resource = Some(ResourceInfo::new(url));
        payment
    }

    /// A payment for an offer as most clients make it, bound to nothing.
    pub(crate) fn plain(&self, key: &SecretKey, offer: PaymentRequirements, nonce: Nonce) -> PaymentPayload {
        let terms = Terms::parse(offer.clone()).unwrap();
        let window = Window::new(UnixSeconds::from_secs(0), UnixSeconds::from_secs(self.place.node.time() + 50));
        let payload = match Unsigned::new(&terms, key.address(), nonce, window) {
            Ok(unsigned) => unsigned.signed(key.sign(&unsigned.request().digest())),
            // of a token that no registry knows, the tests know what it is called
            Err(_) => {
                let (token, to) = (terms.asset().token().address().unwrap(), terms.pay_to().address().unwrap());
                let domain = Domain::token("USDC", "2", terms.network().chain_id().unwrap(), token).separator();
                let transfer = Authorization { from: key.address(), to, value: terms.amount(), window, nonce };
                (&Eip3009Payload::sign(key, &domain, transfer)).into()
            }
        };
        PaymentPayload::new(offer, payload)
    }

    pub(crate) async fn pay(&self, target: &str, payment: &str) -> Answer {
        self.get(target, &[("payment-signature", payment)]).await
    }
}

/// Who looks at a chain through a node, as the command does.
fn witness(network: Network, url: &str) -> (Network, Arc<dyn Witness>) {
    let lookup = Arc::new(Lookup::new(network, url).unwrap().at_depth(0));
    let sees = move |said: Said| {
        let lookup = Arc::clone(&lookup);
        async move { lookup.shows(&said.key, (&said.asset, &said.payee, said.charged), &said.transaction).await }
    };
    (network, Arc::new(sees))
}

/// A payment as it stands in a header.
pub(crate) fn encoded(payment: &PaymentPayload) -> String {
    header::encode(payment, &Limits::HEADER).unwrap()
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
