//! Routes of the other ways to pay: by Permit2, and up to a ceiling of which the gate charges what was delivered.

use quittance_core::wire::SupportedResponse;
use quittance_core::{Facilitator as _, Fault};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::front::{Front, config};
use crate::upstream::GOODS;
use crate::wire::{Answer, ask, request};

/// The ceiling, in the smallest unit.
const CEILING: u64 = 10_000;

/// A gate that charges up to a cent by a meter, and a buyer who has approved Permit2.
async fn charging(meter: Value) -> Front {
    let route = json!({ "path": "/v1/*", "scheme": "upto", "meter": meter, "exposure": "$0.02" });
    let front = Front::with(json!({ "route": [route] })).await;
    front.place.approve();
    front
}

/// The answer to one paid request, and what was charged for it.
async fn bought(meter: Value, target: &str) -> (Answer, u64) {
    let front = charging(meter).await;
    let payment = front.payment("GET", target).await;
    let answer = front.pay(target, &payment).await;
    (answer, front.end().await)
}

fn tenth_of_a_cent(by: &str, every: u64) -> Value {
    json!({ "by": by, "every": every, "price": "$0.001" })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_route_is_paid_by_permit2() {
    let front = Front::with(json!({ "route": [{ "path": "/v1/*", "transfer": "permit2" }] })).await;
    front.place.approve();
    let offer = front.asked("/v1/a").await.accepts.remove(0);
    let method = offer.extra.as_ref().unwrap().member("assetTransferMethod").unwrap();
    assert_eq!((&*offer.scheme, method.as_str()), ("exact", Some("permit2")));
    let payment = front.signed(offer, "GET", "/v1/a");
    let answer = front.pay("/v1/a", &payment).await;
    assert!(answer.status == 200 && answer.text().starts_with(GOODS), "{answer:?}");
    assert_eq!((answer.header("payment-response").is_some(), front.end().await), (true, CEILING));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_delivered_is_charged_by_what_it_has_and_nothing_for_nothing() {
    for (meter, target, charged) in [
        (tenth_of_a_cent("bytes", 100), "/v1/says?bytes=301", 4_000),
        (tenth_of_a_cent("bytes", 100), "/v1/says?bytes=0", 0),
        (tenth_of_a_cent("lines", 1), "/v1/says?lines=3", 3_000),
        // an hour has begun and does not end here
        (tenth_of_a_cent("seconds", 3_600), "/v1/says?bytes=9", 1_000),
        // a client's error and one of the upstream's are no delivery
        (tenth_of_a_cent("bytes", 1), "/v1/says?bytes=3&status=404", 0),
        (tenth_of_a_cent("bytes", 1), "/v1/fails", 0),
    ] {
        let (answer, paid) = bought(meter, target).await;
        assert!(answer.whole && paid == charged, "{target}: {paid} and not {charged}: {answer:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_161_an_answer_ends_where_its_price_ends() {
    for (meter, target, length) in [
        (tenth_of_a_cent("bytes", 7), "/v1/says?bytes=1000", 70),
        (tenth_of_a_cent("bytes", 7), "/v1/big", 70),
        (tenth_of_a_cent("lines", 2), "/v1/says?lines=100", 120),
    ] {
        let (answer, paid) = bought(meter, target).await;
        assert_eq!((answer.status, answer.body.len(), paid), (200, length, CEILING), "{target}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_161_to_163_the_upstream_says_the_charge_and_is_believed_up_to_the_ceiling() {
    let by_upstream = || json!({ "by": "upstream" });
    for (target, charged) in [
        ("/v1/says?bytes=9&charge=3000", 3_000),
        ("/v1/says?bytes=9&charge=0", 0),
        ("/v1/says?bytes=9&charge=10000", CEILING),
        ("/v1/says?bytes=0&charge=2000", 2_000),
        // another word for it is nobody's
        ("/v1/says?bytes=9&charge=1&override=10000", 1),
    ] {
        let (answer, paid) = bought(by_upstream(), target).await;
        assert_eq!((answer.status, paid), (200, charged), "{target}: {answer:?}");
        for name in ["quittance-charge", "settlement-overrides"] {
            assert_eq!(answer.header(name), None, "{target}");
        }
    }
    for said in ["charge=10001", "charge=", "charge=-1", "charge=50%25", "charge=1&charge=1", "override=1"] {
        let (answer, paid) = bought(by_upstream(), &format!("/v1/says?bytes=9&{said}")).await;
        assert_eq!((answer.status, answer.code().as_str(), paid), (502, "upstream_charge", 0), "{said}: {answer:?}");
        assert!(answer.header("quittance-charge").is_none() && answer.text().contains("charged nothing"), "{answer:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_has_no_body_costs_what_the_upstream_says() {
    for (method, target, status) in [
        ("POST", "/v1/says?status=204&charge=5000", 204),
        ("GET", "/v1/says?status=304&charge=5000", 304),
        ("HEAD", "/v1/says?bytes=9&charge=5000", 200),
    ] {
        let front = charging(json!({ "by": "upstream" })).await;
        let payment = front.payment(method, target).await;
        let answer = ask(&front.at, method, target, &[("payment-signature", payment.as_str())], b"").await;
        assert_eq!((answer.status, answer.body.len()), (status, 0), "{method} {target}: {answer:?}");
        assert_eq!(front.end().await, 5_000, "{method} {target}");
    }
    // what was authorized is the most that it may cost
    let (answer, paid) = bought(json!({ "by": "upstream" }), "/v1/says?status=204&charge=10001").await;
    assert_eq!((answer.status, paid), (502, 0), "{answer:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_163_a_charge_is_heard_in_no_other_route_and_reaches_no_client() {
    let front = Front::open().await;
    let free = ask(&front.at, "GET", "/free/says?charge=1", &[("quittance-charge", "1")], b"").await;
    assert_eq!((free.status, free.header("quittance-charge")), (200, None));
    assert!(!front.seen.last().contains("quittance-charge"), "{}", front.seen.last());
    let payment = front.payment("GET", "/v1/says?charge=1").await;
    let paid = front.pay("/v1/says?charge=1", &payment).await;
    assert_eq!((paid.status, paid.header("quittance-charge"), front.end().await), (200, None, CEILING));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_158_who_hangs_up_pays_for_what_was_sent() {
    let piece = format!("{GOODS} 0;").len();
    let front = charging(tenth_of_a_cent("bytes", piece as u64)).await;
    let payment = front.payment("GET", "/v1/streams").await;
    let mut stream = TcpStream::connect(&front.at).await.unwrap();
    stream.write_all(&request("GET", "/v1/streams", &[("payment-signature", &payment)], b"")).await.unwrap();
    front.seen.go.add_permits(2);
    let mut seen = Vec::new();
    while !String::from_utf8_lossy(&seen).contains(&format!("{GOODS} 1;")) {
        assert!(stream.read_buf(&mut seen).await.unwrap() > 0, "{}", String::from_utf8_lossy(&seen));
    }
    drop(stream);
    assert_eq!(front.end().await, 2_000);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lines_are_counted_in_plain_text_and_in_nothing_else() {
    let front = charging(tenth_of_a_cent("lines", 1)).await;
    let payment = front.payment("GET", "/v1/says?lines=2").await;
    let headers = [("payment-signature", payment.as_str()), ("accept-encoding", "gzip")];
    let answer = ask(&front.at, "GET", "/v1/says?lines=2", &headers, b"").await;
    assert!(answer.status == 200 && !front.seen.last().contains("accept-encoding"), "{}", front.seen.last());
    let payment = front.payment("GET", "/v1/says?lines=2&coding=gzip").await;
    let answer = front.pay("/v1/says?lines=2&coding=gzip", &payment).await;
    assert_eq!((answer.status, answer.code().as_str(), front.end().await), (502, "upstream_charge", 2_000));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_149_one_payer_has_so_much_under_way_and_no_more() {
    let front = charging(tenth_of_a_cent("bytes", 1_000)).await;
    let mut open = Vec::new();
    for _ in 0..2 {
        let payment = front.payment("GET", "/v1/streams").await;
        let mut stream = TcpStream::connect(&front.at).await.unwrap();
        stream.write_all(&request("GET", "/v1/streams", &[("payment-signature", &payment)], b"")).await.unwrap();
        front.seen.go.add_permits(1);
        let mut head = [0; 12];
        stream.read_exact(&mut head).await.unwrap();
        assert_eq!(&head, b"HTTP/1.1 200");
        open.push(stream);
    }
    let payment = front.payment("GET", "/v1/says?bytes=1").await;
    assert_eq!(front.pay("/v1/says?bytes=1", &payment).await.status, 429);
    drop(open);
    front.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_164_a_ceiling_names_who_charges_it_or_is_not_sold() {
    let front = charging(json!({ "by": "upstream" })).await;
    let offer = front.asked("/v1/a").await.accepts.remove(0);
    let named = |offer: &quittance_core::wire::PaymentRequirements| {
        offer.extra.as_ref().unwrap().member("facilitatorAddress").and_then(|name| name.as_str().map(str::to_owned))
    };
    assert_eq!((&*offer.scheme, named(&offer).is_some()), ("upto", true));
    // one for whom somebody else would charge
    let mut other = offer.clone();
    other.extra.as_mut().unwrap().insert("facilitatorAddress", crate::place::seller().to_string().as_str());
    let payment = front.signed(other, "GET", "/v1/a");
    assert_eq!(front.pay("/v1/a", &payment).await.status, 402);

    // the facilitator does not say, and the file does not
    let route = json!([{ "path": "/v1/*", "meter": { "by": "upstream" }, "exposure": "$1" }]);
    let mut unnamed = config(front.port, &json!({ "route": route })).unwrap();
    let silent = SupportedResponse::new(Vec::new());
    let error = unnamed.charged_by(Ok(&silent)).unwrap_err().to_string();
    assert!(error.starts_with("facilitator.address: is missing: the facilitator does not say"), "{error}");
    // one that is not there has said nothing, which is an outage and is called one
    for fault in [Fault::FacilitatorTimeout, Fault::FacilitatorUnreachable] {
        let error = unnamed.charged_by(Err(fault)).unwrap_err().to_string();
        assert!(error.contains("did not answer") && error.contains(&fault.to_string()), "{error}");
    }
    assert_eq!(front.gate.reload(unnamed).unwrap_err().to_string(), "/v1/*: an offer does not say who charges it");
    let facilitator = json!({ "url": "http://127.0.0.1:1", "address": crate::place::seller().to_string() });
    let mut written = config(front.port, &json!({ "route": route, "facilitator": facilitator })).unwrap();
    written.charged_by(Err(Fault::FacilitatorTimeout)).unwrap();
    written.charged_by(Ok(&silent)).unwrap();
    assert_eq!(named(written.routes[0].offers[0].requirements()), Some(crate::place::seller().to_string()));
    // but one that says who does is believed about itself: nothing that is signed for somebody else would be charged
    let mut supported = front.place.facilitator.supported().await.unwrap();
    let error = written.charged_by(Ok(&supported)).unwrap_err().to_string();
    assert!(error.starts_with("facilitator.address: is nobody who charges `upto`"), "{error}");
    assert!(error.contains(&named(&offer).unwrap()), "{error}");
    for place in ["eip155:*", written.routes[0].offers[0].network().as_str()] {
        // another one of its own, however it is written
        supported.signers = Some(vec![(place.into(), vec![crate::place::seller().to_string().to_lowercase()])]);
        written.charged_by(Ok(&supported)).unwrap();
    }
    assert_eq!(front.end().await, 0);
}
