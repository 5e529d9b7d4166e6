//! A gate that is told of new prices, that is asked how it is, that speaks TLS, and that ends.

use std::sync::Arc;
use std::time::Duration;

use quittance_service::{Served, Tls};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::front::{Front, config};
use crate::upstream::GOODS;
use crate::wire::{Answer, ask, request};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_price_counts_from_the_next_request_and_an_offer_that_was_made_is_honoured() {
    let front = Front::open().await;
    let payment = front.payment("GET", "/v1/a").await;
    let other = front.payment("GET", "/v1/b").await;
    let read = |more: serde_json::Value| config(front.port, &more);
    assert_eq!(front.gate.reload(read(json!({ "price": "$0.02" })).unwrap()).unwrap(), [""; 0]);
    assert_eq!(front.asked("/v1/a").await.accepts[0].amount, "20000");
    let bought = front.pay("/v1/a", &payment).await;
    assert_eq!((bought.status, front.sold()), (200, 1), "{bought:?}");
    assert_eq!(front.pay("/v1/b", &payment).await.status, 402, "for what it was offered for");

    // what cannot be used changes nothing
    assert!(read(json!({ "price": "dear" })).unwrap_err().starts_with("route[0].price: money"));
    let overlap = json!({ "route": [{ "path": "/v1/a" }, { "path": "/V1/a" }] });
    let refused = front.gate.reload(read(overlap).unwrap()).unwrap_err();
    assert_eq!(refused.to_string(), "/v1/a and /V1/a are one path to many servers, and cannot have two prices");
    assert_eq!(front.asked("/v1/a").await.accepts[0].amount, "20000");

    // what only a new start can change is named
    let waiting = front.gate.reload(read(json!({ "behind_proxy": true, "upstream": "http://127.0.0.1:1" })).unwrap()).unwrap();
    assert_eq!(waiting, ["upstream", "behind_proxy"]);
    // a route that is gone is gone
    front.gate.reload(read(json!({ "route": [{ "path": "/v2/*" }] })).unwrap()).unwrap();
    assert_eq!((front.pay("/v1/b", &other).await.status, front.sold()), (404, 1));
    let metrics = ask(&front.admin, "GET", "/metrics", &[], b"").await.text();
    assert!(metrics.contains("quittance_gate_reloads_total{outcome=\"taken\"} 3"), "{metrics}");
    assert!(metrics.contains("quittance_gate_reloads_total{outcome=\"refused\"} 1"), "{metrics}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn operators_see_what_happens_and_buyers_do_not_see_them() {
    let front = Front::open().await;
    front.asked("/v1/a").await;
    let payment = front.payment("GET", "/v1/a").await;
    front.pay("/v1/a", &payment).await;
    front.get("/free/a", &[]).await;
    let health = ask(&front.admin, "GET", "/health", &[], b"").await;
    assert_eq!((health.status, health.text().as_str()), (200, "{\"status\":\"ok\",\"upstream\":\"up\"}"));
    let metrics = ask(&front.admin, "GET", "/metrics", &[], b"").await.text();
    for line in [
        "quittance_gate_answers_total{route=\"/v1/*\",status=\"402\"} 2",
        "quittance_gate_answers_total{route=\"/v1/*\",status=\"200\"} 1",
        "quittance_gate_answers_total{route=\"/free/*\",status=\"200\"} 1",
        "quittance_gate_settlements_total{network=\"eip155:84532\",outcome=\"settled\"} 1",
        "quittance_gate_charged_total{network=\"eip155:84532\",asset=\"0x036CbD53842c5426634e7929541eC2318f3dCF7e\"} 10000",
        "quittance_gate_upstream_seconds_count 2",
        "quittance_gate_open_requests 0",
    ] {
        assert!(metrics.lines().any(|written| written == line), "{line} is not in\n{metrics}");
    }
    for path in ["/health", "/metrics"] {
        assert_eq!(front.get(path, &[]).await.status, 404, "{path}");
    }
    assert_eq!(ask(&front.admin, "POST", "/health", &[], b"").await.status, 405);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_ends_when_what_was_begun_has_ended() {
    let front = Front::open().await;
    let before = front.place.balance(crate::place::seller());
    let payment = front.payment("GET", "/v1/waits").await;
    let (at, bytes) = (front.at.clone(), request("GET", "/v1/waits", &[("payment-signature", &payment)], b""));
    let open = tokio::spawn(async move { crate::wire::raw(&at, &bytes).await });
    while front.seen.served() == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    front.stop.send(true).unwrap();
    while TcpStream::connect(&front.at).await.is_ok() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let health = ask(&front.admin, "GET", "/health", &[], b"").await;
    assert_eq!((health.status, front.served.is_finished()), (503, false));
    front.seen.go.add_permits(1);
    let answer = Answer::read(&open.await.unwrap());
    assert!(answer.status == 200 && answer.text().starts_with(GOODS), "{answer:?}");
    assert_eq!(
        (front.served.await.unwrap().unwrap(), front.place.balance(crate::place::seller())),
        (Served::Whole, before + 10_000)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_158_it_ends_when_what_was_begun_for_somebody_who_has_gone_has_ended() {
    let front = Front::open().await;
    let payment = front.payment("GET", "/v1/waits").await;
    let mut stream = TcpStream::connect(&front.at).await.unwrap();
    stream.write_all(&request("GET", "/v1/waits", &[("payment-signature", &payment)], b"")).await.unwrap();
    while front.seen.served() == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    drop(stream);
    front.stop.send(true).unwrap();
    while TcpStream::connect(&front.at).await.is_ok() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    front.seen.go.add_permits(1);
    assert_eq!(front.served.await.unwrap().unwrap(), Served::Whole);
    let open = quittance_guard::ReplayLog::open(&*front.log, quittance_core::UnixSeconds::from_secs(u64::MAX)).await.unwrap();
    assert!(open.is_empty(), "{open:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_speaks_tls_and_takes_a_new_certificate() {
    let front = Front::with(json!({ "tls": { "certificate": "certificate.pem", "key": "key.pem" } })).await;
    let folder = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/gate"));
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(folder.join("certificate.pem")).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let versions = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let trusting = tokio_rustls::TlsConnector::from(Arc::new(versions.with_root_certificates(roots).with_no_client_auth()));
    let secure = async |bytes: Vec<u8>| {
        let stream = TcpStream::connect(&front.at).await.unwrap();
        let mut stream = trusting.connect(ServerName::try_from("localhost").unwrap(), stream).await.unwrap();
        stream.write_all(&bytes).await.unwrap();
        let mut answer = Vec::new();
        let _end = stream.read_to_end(&mut answer).await;
        Answer::read(&answer)
    };
    let asked = secure(request("GET", "/v1/a", &[], b"")).await;
    let required = asked.header("payment-required").unwrap();
    let required = quittance_core::header::payment_required(required.as_bytes(), &quittance_core::Limits::HEADER).unwrap();
    let payment = front.signed(required.accepts[0].clone(), "GET", "/v1/a");
    let bought = secure(request("GET", "/v1/a", &[("payment-signature", &payment)], b"")).await;
    assert!(bought.status == 200 && bought.text().starts_with(GOODS), "{bought:?}");
    // who does not speak it hears nothing
    let plain = crate::wire::raw(&front.at, &request("GET", "/free/a", &[], b"")).await;
    assert!(!String::from_utf8_lossy(&plain).contains("HTTP/1.1"));
    assert!(Tls::read(&folder.join("certificate.pem"), &folder.join("main.rs")).is_err());
    assert!(Tls::read(&folder.join("key.pem"), &folder.join("key.pem")).is_err());
    let tls = json!({ "tls": { "certificate": "certificate.pem", "key": "main.rs" }, "price": "$5" });
    assert!(front.gate.reload(config(front.port, &tls).unwrap()).is_err());
    let unchanged = secure(request("GET", "/v1/a", &[], b"")).await;
    assert_eq!(unchanged.header("payment-required").map(|asked| asked.len() > 100), Some(true));
    assert!(!unchanged.text().contains("5000000"), "{unchanged:?}");
}
