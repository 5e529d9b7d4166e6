//! A gate and a facilitator that does as it should not: rows 154, 174 to 176 and 181. Between the gate and the real one stands somebody who answers for it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{Response, StatusCode};
use quittance_core::wire::{SettleRequest, SettleResponse, VerifyRequest, VerifyResponse};
use quittance_core::{Facilitator, Limits, Nonce, SecretKey};
use quittance_guard::memory::MemoryReplayLog;
use quittance_guard::receipt::Attested;
use quittance_remote::{Builder, Key, RemoteFacilitator};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::front::{Engine, Front, encoded};
use crate::node::key;
use crate::place::{BUYER, KEY, Place};
use crate::surface::Trap;

const A: &str = "/v1/a";

/// How a question is answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Way {
    /// As the real one does.
    Honestly,
    /// By a word that it is elsewhere.
    Redirected(u16, String),
    /// Without end.
    Endlessly,
    /// A byte now and then.
    Slowly,
    /// Not at all.
    Never,
    /// It is done, and nobody is told.
    Silently,
    /// "Valid", without a look.
    Valid,
    /// "Settled", by a transaction, without doing anything.
    Settled(String),
    /// "The nonce is used", and nothing more.
    Used,
}

/// Who answers, and how from now on: to what a payment is worth, and to be paid.
#[derive(Clone)]
pub(crate) struct Between {
    ways: Arc<Mutex<(Way, Way)>>,
    url: Arc<str>,
    pub(crate) asked: Arc<AtomicUsize>,
}

impl Between {
    /// A gate whose facilitator this is.
    pub(crate) async fn open(verify: Way, settle: Way) -> (Self, Front<RemoteFacilitator>) {
        Self::before(verify, settle, |_| json!({})).await
    }

    /// A gate with more in its configuration.
    pub(crate) async fn before(verify: Way, settle: Way, more: impl FnOnce(&Place) -> Value) -> (Self, Front<RemoteFacilitator>) {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap()).into();
        let between = Self { ways: Arc::new(Mutex::new((verify, settle))), url, asked: Arc::default() };
        let place = Place::open().await;
        let (engine, own) = (place.facilitator.clone(), between.clone());
        let app = Router::new().fallback(move |request: Request| {
            let (own, engine) = (own.clone(), engine.clone());
            async move { own.answer(&engine, request).await }
        });
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        let limits =
            json!({ "verify_seconds": 5, "settle_seconds": 5, "look_seconds": 1, "answer_seconds": 5, "connect_seconds": 5 });
        let mut more = more(&place);
        more["limits"] = limits;
        let remote = between.remote().build().unwrap();
        let front = Front::settled_by(place, (remote, Attested::Answer), MemoryReplayLog::new(100), more).await;
        (between, front)
    }

    /// How a gate asks it.
    pub(crate) fn remote(&self) -> Builder {
        RemoteFacilitator::builder(&self.url).unwrap().key(Key::bearer(KEY).unwrap()).allow_plain_http()
    }

    pub(crate) fn turns(&self, verify: Way, settle: Way) {
        *self.ways.lock().unwrap() = (verify, settle);
    }

    async fn answer(&self, engine: &Engine, request: Request) -> Response<Body> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let settles = request.uri().path().ends_with("/settle");
        let way = { self.ways.lock().unwrap().clone() };
        let way = if settles { way.1 } else { way.0 };
        let body = axum::body::to_bytes(request.into_body(), 1 << 20).await.unwrap();
        let json = |text: String| Response::builder().header("content-type", "application/json").body(text.into()).unwrap();
        match way {
            Way::Honestly if settles => {
                json(engine.settle(&SettleRequest::from_json(&body, &Limits::BODY).unwrap()).await.unwrap().to_json())
            }
            Way::Honestly => json(engine.verify(&VerifyRequest::from_json(&body, &Limits::BODY).unwrap()).await.unwrap().to_json()),
            Way::Redirected(status, to) => {
                let status = StatusCode::from_u16(status).unwrap();
                Response::builder().status(status).header("location", to).body(Body::empty()).unwrap()
            }
            Way::Endlessly => json(" ".repeat(10 << 20)),
            Way::Slowly => {
                let (sender, receiver) = mpsc::channel(1);
                tokio::spawn(async move {
                    while sender.send(Ok::<_, std::convert::Infallible>(" ")).await.is_ok() {
                        tokio::time::sleep(Duration::from_millis(20)).await;
                    }
                });
                json(String::new()).map(|_| Body::from_stream(crate::upstream::Pieces(receiver)))
            }
            Way::Never => std::future::pending().await,
            Way::Silently => {
                let settled = engine.settle(&SettleRequest::from_json(&body, &Limits::BODY).unwrap()).await.unwrap();
                assert!(settled.success, "{settled:?}");
                std::future::pending().await
            }
            Way::Settled(transaction) => {
                let payer = key(BUYER).address().to_string();
                json(SettleResponse::settled("eip155:84532", transaction, payer).to_json())
            }
            Way::Used => json(SettleResponse::failed("eip155:84532", "invalid_exact_evm_nonce_already_used").to_json()),
            Way::Valid => {
                let mut verdict = VerifyResponse::valid("");
                verdict.payer = None;
                json(verdict.to_json())
            }
        }
    }
}

/// Whatever goes wrong with a payment's verification, nothing has moved; whatever goes wrong with its settlement, nobody is asked for another
/// payment; and the same one is good when the facilitator is.
async fn recovers(between: &Between, front: &Front<RemoteFacilitator>, bad: Way) {
    for settles in [false, true] {
        let (sold, served) = (front.sold(), front.seen.served());
        let payment = front.payment("GET", A).await;
        between.turns(if settles { Way::Honestly } else { bad.clone() }, if settles { bad.clone() } else { Way::Honestly });
        let refused = front.pay(A, &payment).await;
        assert!(matches!(refused.status, 502 | 503), "{bad:?}: {refused:?}");
        assert_eq!(refused.header("payment-required"), None, "{bad:?}: another payment might be a second one");
        assert_eq!((front.sold(), front.seen.served()), (sold, served), "{bad:?}");
        between.turns(Way::Honestly, Way::Honestly);
        let again = front.pay(A, &payment).await;
        assert_eq!((again.status, front.sold(), front.seen.served()), (200, sold + 1, served + 1), "{bad:?}: {again:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_175_a_facilitator_that_is_elsewhere_is_not_followed() {
    let (between, front) = Between::open(Way::Honestly, Way::Honestly).await;
    let thief = Trap::set().await;
    for status in [301, 302, 307, 308] {
        recovers(&between, &front, Way::Redirected(status, format!("http://{}/verify", thief.at))).await;
    }
    thief.was_avoided().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_176_an_answer_without_end_is_not_waited_for() {
    let (between, front) = Between::open(Way::Honestly, Way::Honestly).await;
    for bad in [Way::Endlessly, Way::Slowly] {
        recovers(&between, &front, bad).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_174_a_facilitator_that_is_slow_holds_up_nobody_but_who_pays() {
    let (between, front) = Between::open(Way::Never, Way::Never).await;
    let payment = front.payment("GET", A).await;
    let (at, paying) = (front.at.clone(), payment.clone());
    let slow = tokio::spawn(async move { crate::wire::ask(&at, "GET", A, &[("payment-signature", &paying)], b"").await });
    while between.asked.load(Ordering::SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!((front.get("/free/a", &[]).await.status, front.get(A, &[]).await.status), (200, 402));
    assert!(!slow.is_finished(), "it is asked at this moment");
    let late = slow.await.unwrap();
    assert_eq!((late.status, late.header("retry-after").is_some(), front.sold()), (503, true, 0), "{late:?}");
    between.turns(Way::Honestly, Way::Honestly);
    assert_eq!((front.pay(A, &payment).await.status, front.sold()), (200, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_181_a_facilitator_that_finds_everything_valid_sells_nothing() {
    let (between, front) = Between::open(Way::Valid, Way::Honestly).await;
    let offer = front.asked(A).await.accepts[0].clone();
    let honest = front.plain(&key(BUYER), offer.clone(), Nonce::from_bytes([1; 32]));
    let with = |name: &str, value: &str| {
        let mut forged = honest.clone();
        forged.payload.insert(name, value);
        encoded(&forged)
    };
    let stranger = front.plain(&key(5), offer.clone(), Nonce::from_bytes([1; 32]));
    let signature = stranger.payload.member("signature").unwrap().as_str().unwrap().to_owned();
    let mut cheap = offer.clone();
    cheap.amount = "1".into();
    let mut cheap = front.plain(&key(BUYER), cheap, Nonce::from_bytes([2; 32]));
    cheap.accepted = offer.clone();
    for forged in [with("signature", &signature), with("signature", &format!("0x{}", "00".repeat(65))), encoded(&cheap)] {
        let refused = front.pay(A, &forged).await;
        assert!(matches!(refused.status, 400 | 402), "{refused:?}");
    }
    assert_eq!(between.asked.load(Ordering::SeqCst), 0, "nobody is asked about what is not signed");
    // what is signed by somebody without money is not sold either: the chain moves nothing
    let poor = SecretKey::from_bytes(&[9; 32]).unwrap();
    let refused = front.pay(A, &encoded(&front.plain(&poor, offer, Nonce::from_bytes([3; 32])))).await;
    assert_eq!(refused.status, 402, "{refused:?}");
    assert_eq!(between.asked.load(Ordering::SeqCst), 2, "it was believed, and then asked to settle");
    assert_eq!((front.sold(), front.seen.served()), (0, 0));
}

/// Nothing here asks a second facilitator by itself. An operator can name another while an outcome is open, and even one in the gate's own process
/// goes by a log that may know nothing of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_154_a_second_facilitator_is_not_asked_about_what_the_first_left_open() {
    for (way, settled) in [(Way::Silently, 1), (Way::Never, 0)] {
        let (between, front) = Between::open(Way::Honestly, way).await;
        let payment = front.payment("GET", A).await;
        assert_eq!((front.pay(A, &payment).await.status, front.sold()), (503, settled));
        let other = front.beside((front.place.another().await, Attested::Chain), &json!({})).await;
        for _ in 0..2 {
            let said = crate::wire::ask(&other, "GET", A, &[("payment-signature", &payment)], b"").await;
            assert!(said.status == 503 && said.header("payment-required").is_none(), "it is no reason to pay once more: {said:?}");
            assert_eq!((front.sold(), front.seen.served()), (settled, 0));
        }
        between.turns(Way::Honestly, Way::Honestly);
        assert_eq!((front.pay(A, &payment).await.status, front.sold(), front.seen.served()), (200, 1, 1));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_154_a_facilitator_that_keeps_its_name_goes_on_at_another_url_with_what_is_open() {
    for (way, settled) in [(Way::Silently, 1), (Way::Never, 0)] {
        let (between, front) = Between::open(Way::Honestly, way).await;
        let payment = front.payment("GET", A).await;
        assert_eq!((front.pay(A, &payment).await.status, front.sold()), (503, settled));
        let old = between.remote().build().unwrap();
        let elsewhere = || RemoteFacilitator::builder(&front.place.url).unwrap().key(Key::bearer(KEY).unwrap()).allow_plain_http();
        for (moved, status) in [(elsewhere(), 503), (elsewhere().named(old.name()), 200)] {
            let next = front.beside((moved.build().unwrap(), Attested::Answer), &json!({})).await;
            let said = crate::wire::ask(&next, "GET", A, &[("payment-signature", &payment)], b"").await;
            assert_eq!(said.status, status, "{said:?}");
        }
        assert_eq!((front.sold(), front.seen.served()), (1, 1));
    }
}
