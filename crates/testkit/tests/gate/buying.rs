//! Our buyer at our gate, with real money, rows 183 to 188: whatever becomes of the connection between them, it signs once and pays once. And row 177: it
//! asks nobody whom a seller names.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::Response;
use quittance_client::{Buyer, Error, Evidence, Lookup, Reconciled, Settings};
use quittance_core::registry::networks::BASE_SEPOLIA;
use quittance_core::wire::{Extension, Extensions, PaymentRequired, ResourceInfo, SettleResponse};
use quittance_core::{Address, Limits, SecretKey, Signature, Signer, SigningRequest, header};
use quittance_guard::Ledger;
use quittance_guard::memory::MemoryLedger;
use quittance_guard::policy::Policy;
use quittance_testkit::power::PoweredLedger;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::front::Front;
use crate::node::key;
use crate::place::{BUYER, Way};
use crate::surface::Trap;
use crate::upstream::GOODS;
use crate::wire::{Answer, raw, request};

/// What becomes of a request with a payment on its way to the gate.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Fate {
    /// It arrives, and so does its answer.
    Passes,
    /// The connection breaks before the gate has it.
    IsLost,
    /// The gate has it, and the connection breaks before the answer.
    LosesAnswer,
    /// It is swallowed, and the connection stays open.
    Hangs,
    /// The gate has it, and the answer is another: a fresh 402.
    IsAskedAgain,
    /// The same, with a receipt that says that it failed.
    IsCalledFailed,
}

/// A way to the gate, and what passed on it.
struct Road {
    fate: Mutex<Fate>,
    /// The payments, in their order.
    payments: Mutex<Vec<String>>,
}

impl Road {
    /// A gate at the end of a road. Buyers know only where the road begins.
    async fn open() -> (Arc<Self>, String, Front) {
        Self::with(json!({})).await
    }

    /// To a gate with more in its configuration.
    async fn with(mut more: Value) -> (Arc<Self>, String, Front) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        more["origin"] = origin.as_str().into();
        let front = Front::with(more).await;
        let road = Arc::new(Self { fate: Mutex::new(Fate::Passes), payments: Mutex::default() });
        let (own, at) = (Arc::clone(&road), front.at.clone());
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (own, at) = (Arc::clone(&own), at.clone());
                tokio::spawn(async move { own.pass(stream, &at).await });
            }
        });
        (road, origin, front)
    }

    fn leads_to(&self, fate: Fate) {
        *self.fate.lock().unwrap() = fate;
    }

    /// How many payments there were, all of the same bytes.
    fn same(&self) -> usize {
        let payments = self.payments.lock().unwrap();
        assert!(payments.iter().all(|payment| *payment == payments[0]), "{payments:?}");
        payments.len()
    }

    /// One request, and its answer.
    async fn pass(&self, mut stream: TcpStream, at: &str) {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            match stream.read_u8().await {
                Ok(byte) => head.push(byte),
                Err(_) => return,
            }
        }
        let head = String::from_utf8(head).unwrap();
        let mut lines = head.lines();
        let line = lines.next().unwrap().split(' ').map(str::to_owned).collect::<Vec<_>>();
        let headers = lines.filter_map(|line| line.split_once(": ")).filter(|(name, _)| !["host", "connection"].contains(name));
        let headers = headers.collect::<Vec<_>>();
        let bytes = request(&line[0], &line[1], &headers, b"");
        let forward = raw(at, &bytes);
        let Some((_, payment)) = headers.iter().find(|(name, _)| *name == "payment-signature") else {
            let _sent = stream.write_all(&forward.await).await;
            return;
        };
        self.payments.lock().unwrap().push((*payment).to_owned());
        let fate = { *self.fate.lock().unwrap() };
        match fate {
            Fate::Passes => _ = stream.write_all(&forward.await).await,
            Fate::IsLost => {}
            Fate::LosesAnswer => drop(forward.await),
            Fate::Hangs => std::future::pending().await,
            Fate::IsAskedAgain | Fate::IsCalledFailed => {
                drop(forward.await);
                let asked = Answer::read(&raw(at, &request("GET", &line[1], &[], b"")).await);
                let mut answer = format!(
                    "HTTP/1.1 402 Payment Required\r\nconnection: close\r\ncontent-length: 0\r\npayment-required: {}\r\n",
                    asked.header("payment-required").unwrap()
                );
                if fate == Fate::IsCalledFailed {
                    let failed = SettleResponse::failed("eip155:84532", "invalid_exact_evm_payload_signature");
                    answer.push_str(&format!("payment-response: {}\r\n", header::encode(&failed, &Limits::HEADER).unwrap()));
                }
                let _sent = stream.write_all((answer + "\r\n").as_bytes()).await;
            }
        }
    }
}

/// A key that counts how often it signs.
struct Counting(SecretKey, Arc<AtomicUsize>);

impl Signer for Counting {
    type Error = std::convert::Infallible;

    fn address(&self) -> Address {
        self.0.address()
    }

    async fn sign(&self, request: &SigningRequest<'_>) -> Result<Signature, Self::Error> {
        self.1.fetch_add(1, Ordering::SeqCst);
        let Ok(signature) = Signer::sign(&self.0, request).await;
        Ok(signature)
    }
}

fn buyer<L: Ledger + Send + Sync>(origin: &str, ledger: L, signed: &Arc<AtomicUsize>) -> Buyer<Counting, L> {
    buyer_by("", origin, ledger, signed)
}

/// With more in the policy.
fn buyer_by<L: Ledger + Send + Sync>(more: &str, origin: &str, ledger: L, signed: &Arc<AtomicUsize>) -> Buyer<Counting, L> {
    let policy = format!(
        "{more}allow_http = true\nper_payment = \"$0.05\"\nper_task = \"$1\"\nnetworks = [\"base-sepolia\"]\norigins = [{origin:?}]\n"
    );
    let mut settings = Settings::default();
    settings.pause = Duration::from_millis(5);
    let signer = Counting(key(BUYER), Arc::clone(signed));
    Buyer::builder(signer, Policy::from_toml(&policy).unwrap(), ledger).settings(settings).build().unwrap()
}

async fn buy<L: Ledger + Send + Sync>(buyer: &Buyer<Counting, L>, origin: &str) -> Result<quittance_client::Answer, Error> {
    buyer.get(&format!("{origin}/v1/a")).purchase("report-42").unwrap().task("task-1").unwrap().send().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_183_185_186_and_188_whatever_becomes_of_the_connection_it_signs_once_and_has_what_it_paid_for() {
    for fate in [Fate::IsLost, Fate::LosesAnswer, Fate::IsAskedAgain, Fate::IsCalledFailed] {
        let (road, origin, front) = Road::open().await;
        let signed = Arc::default();
        let buyer = buyer(&origin, MemoryLedger::new(100), &signed);
        road.leads_to(fate);
        let open = buy(&buyer, &origin).await.unwrap_err();
        assert!(matches!(open, Error::Open { .. } | Error::Refused { status: 402, .. }), "{fate:?}: {open:?}");
        assert_eq!(buyer.open().await.unwrap().len(), 1, "{fate:?}: what was signed counts");
        assert_eq!(front.sold(), u64::from(fate != Fate::IsLost), "{fate:?}");
        // the same purchase, asked for by whoever tries again
        road.leads_to(Fate::Passes);
        let had = buy(&buyer, &origin).await.unwrap();
        assert!(had.status() == 200 && had.body().starts_with(GOODS.as_bytes()), "{fate:?}");
        let again = buy(&buyer, &origin).await.unwrap();
        assert_eq!(again.receipt().unwrap().transaction, had.receipt().unwrap().transaction, "{fate:?}");
        assert!(road.same() >= 2 && buyer.open().await.unwrap().is_empty(), "{fate:?}");
        assert_eq!((signed.load(Ordering::SeqCst), front.sold(), front.seen.served()), (1, 1, 1), "{fate:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_184_a_buyer_that_dies_after_it_signed_goes_on_with_what_it_signed() {
    let (road, origin, front) = Road::open().await;
    let signed = Arc::default();
    let first = Arc::new(buyer(&origin, PoweredLedger::new(100), &signed));
    road.leads_to(Fate::Hangs);
    let (own, at) = (Arc::clone(&first), origin.clone());
    let buying = tokio::spawn(async move { buy(&own, &at).await.map(drop) });
    while road.payments.lock().unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    buying.abort();
    drop(buying.await);
    let (ledger, _) = first.ledger().lose_power();
    road.leads_to(Fate::Passes);
    let second = buyer(&origin, ledger, &signed);
    assert_eq!(second.open().await.unwrap().len(), 1, "what was signed was on the disk before it was sent");
    let had = buy(&second, &origin).await.unwrap();
    assert!(had.body().starts_with(GOODS.as_bytes()) && road.same() == 2);
    assert_eq!((signed.load(Ordering::SeqCst), front.sold(), front.seen.served()), (1, 1, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_186_and_187_a_gate_that_seems_to_ask_for_ever_gets_one_signature_and_the_chain_says_what_it_cost() {
    for fate in [Fate::IsAskedAgain, Fate::IsCalledFailed] {
        let (road, origin, front) = Road::open().await;
        let signed = Arc::default();
        let buyer = buyer(&origin, MemoryLedger::new(100), &signed);
        road.leads_to(fate);
        for _ in 0..5 {
            let refused = buy(&buyer, &origin).await;
            assert!(matches!(refused, Err(Error::Refused { status: 402, .. } | Error::Open { .. })), "{fate:?}: {refused:?}");
            assert_eq!(buyer.open().await.unwrap().len(), 1, "{fate:?}: it counts until it is known");
        }
        road.same();
        assert_eq!((signed.load(Ordering::SeqCst), front.sold()), (1, 1), "{fate:?}");
        let lookup = Lookup::new(BASE_SEPOLIA, &front.place.node.devnet.url()).unwrap().at_depth(0);
        let found = buyer.reconcile(&lookup).await.unwrap();
        assert!(matches!(found.as_slice(), [Reconciled { evidence: Some(Evidence::Settled(_)), .. }]), "{fate:?}: {found:?}");
        assert!(buyer.open().await.unwrap().is_empty());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_188_many_at_once_for_one_purchase_sign_once_and_pay_once() {
    let (road, origin, front) = Road::open().await;
    let signed = Arc::default();
    let buyer = Arc::new(buyer(&origin, MemoryLedger::new(100), &signed));
    let all: Vec<_> = (0..20)
        .map(|_| {
            let (buyer, origin) = (Arc::clone(&buyer), origin.clone());
            tokio::spawn(async move { buy(&buyer, &origin).await.map(|answer| answer.body().to_vec()) })
        })
        .collect();
    let mut bodies = std::collections::BTreeSet::new();
    for one in all {
        match one.await.unwrap() {
            Ok(body) => _ = bodies.insert(body),
            Err(error) => {
                assert!(matches!(error, Error::Busy(_) | Error::Open { .. } | Error::Refused { status: 409, .. }), "{error:?}")
            }
        }
    }
    let had = buy(&buyer, &origin).await.unwrap();
    bodies.insert(had.body().to_vec());
    assert!(bodies.len() == 1 && road.same() >= 1, "{bodies:?}");
    assert_eq!((signed.load(Ordering::SeqCst), front.sold(), front.seen.served()), (1, 1, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_177_a_buyer_asks_nobody_whom_a_seller_names() {
    let trap = Trap::set().await;
    let url = format!("http://{}/", trap.at);
    let did = format!("did:web:{}#key", trap.at.replace(':', "%3A"));
    // on the first request, on the paid one
    for (first, paid) in [(Some(302), None), (Some(308), None), (None, Some(307)), (None, Some(303)), (None, None)] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let (own, elsewhere, did) = (origin.clone(), url.clone(), did.clone());
        let app = Router::new().fallback(async move |request: Request| {
            let paying = request.headers().contains_key("payment-signature");
            let named = |mut answer: axum::http::response::Builder| {
                for name in ["location", "content-location", "link", "refresh", "alt-svc"] {
                    answer = answer.header(name, &elsewhere);
                }
                answer
            };
            if let Some(status) = if paying { paid } else { first } {
                return named(Response::builder().status(status)).body(Body::empty()).unwrap();
            }
            let mut extensions = Extensions::new();
            for id in ["offer-receipt", "bazaar", "example"] {
                let mut entry = Extension::default();
                for name in ["url", "jku", "icon", "iconUrl"] {
                    entry.info.insert(name, elsewhere.as_str());
                }
                entry.info.insert("kid", did.as_str());
                extensions.insert(id, &entry);
            }
            if paying {
                let mut settled =
                    SettleResponse::settled("eip155:84532", format!("0x{}", "ab".repeat(32)), key(BUYER).address().to_string());
                settled.extensions = Some(extensions);
                let receipt = header::encode(&settled, &Limits::HEADER).unwrap();
                return named(Response::builder())
                    .header(header::PAYMENT_RESPONSE, receipt)
                    .body(elsewhere.clone().into())
                    .unwrap();
            }
            let mut about = ResourceInfo::new(format!("{own}{}", request.uri()));
            about.description = Some(elsewhere.clone());
            let mut offer = Way::Eip3009.offer();
            let mut extra = offer.extra.take().unwrap();
            extra.insert("facilitator", elsewhere.as_str());
            extra.insert("jwks_uri", elsewhere.as_str());
            offer.extra = Some(extra);
            let mut required = PaymentRequired::new(about, vec![offer]);
            required.extensions = Some(extensions);
            let asked = header::encode(&required, &Limits::BODY).unwrap();
            named(Response::builder().status(402)).header(header::PAYMENT_REQUIRED, asked).body("{}".into()).unwrap()
        });
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        let buyer = buyer(&origin, MemoryLedger::new(100), &Arc::default());
        let had = buy(&buyer, &origin).await;
        match (first, paid) {
            (Some(status), _) => assert_eq!(had.unwrap().status(), status, "it is an answer"),
            (_, Some(_)) => assert!(matches!(had, Err(Error::Refused { .. })), "{had:?}"),
            (None, None) => assert_eq!(had.unwrap().body(), url.as_bytes()),
        }
    }
    trap.was_avoided().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_198_what_is_paid_up_front_is_bought_by_whose_policy_names_that_and_by_nobody_else() {
    let (road, origin, front) = Road::with(json!({ "route": [{ "path": "/v1/*", "order": "upfront" }] })).await;
    let signed = Arc::default();
    let refused = buy(&buyer(&origin, MemoryLedger::new(100), &signed), &origin).await.unwrap_err();
    assert!(matches!(&refused, Error::Denied(denied) if denied.to_string().contains("upfront")), "{refused:?}");
    assert_eq!((signed.load(Ordering::SeqCst), front.sold(), front.seen.served()), (0, 0, 0));
    let names = buyer_by("payment_flows = [\"upfront\"]\n", &origin, MemoryLedger::new(100), &signed);
    let answer = buy(&names, &origin).await.unwrap();
    assert!(answer.receipt().is_some(), "{answer:?}");
    assert_eq!((signed.load(Ordering::SeqCst), road.same(), front.sold(), front.seen.served()), (1, 1, 1, 1));
}
