//! What is sent, to whom, and for how long.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::http::Response;
use quittance_core::wire::{SettleRequest, SupportedKind, SupportedResponse, VerifyRequest, VerifyResponse, Version};
use quittance_core::{Facilitator as _, Fault, Limits};
use quittance_remote::{Endpoint, Key, RemoteError, RemoteFacilitator};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::place::{Place, builder, payer, settle, verify};

#[tokio::test]
async fn what_is_sent_is_the_specification_s_object() {
    let place = Place::saying(200, VerifyResponse::valid(payer()).to_json()).await;
    let slash = builder(&format!("{}/", place.url)).build().unwrap();
    slash.verify(&verify()).await.unwrap();
    slash.settle(&settle()).await.unwrap_err();
    let asked = place.asked();
    assert_eq!(asked.iter().map(|asked| asked.line.as_str()).collect::<Vec<_>>(), ["POST /verify", "POST /settle"]);
    assert_eq!(VerifyRequest::from_json(&asked[0].body, &Limits::BODY).unwrap(), verify());
    assert_eq!(SettleRequest::from_json(&asked[1].body, &Limits::BODY).unwrap(), settle());
    assert!(asked.iter().all(|asked| asked.headers["content-type"] == "application/json"));
    assert!(asked.iter().all(|asked| !asked.headers.contains_key("authorization")));
}

#[tokio::test]
async fn row_175_a_redirect_is_not_followed() {
    for status in [301, 302, 303, 307, 308] {
        let thief = Place::saying(200, VerifyResponse::valid(payer()).to_json()).await;
        let place = format!("{}/verify", thief.url);
        let moved =
            Place::open(move |_| Response::builder().status(status).header("location", &place).body(Body::empty()).unwrap());
        let remote = moved.await.builder().key(Key::bearer("sentinel-sentinel").unwrap()).build().unwrap();
        assert_eq!(remote.verify(&verify()).await.unwrap_err(), Fault::FacilitatorReply, "{status}");
        assert!(thief.asked().is_empty());
    }
}

#[tokio::test]
async fn row_176_an_answer_without_end_is_not_read_to_its_end() {
    let place = Place::saying(200, " ".repeat(10 << 20)).await;
    assert_eq!(place.remote().verify(&verify()).await.unwrap_err(), Fault::FacilitatorReply);
    // one byte every now and then, for longer than anybody waits
    let trickle = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", trickle.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = trickle.accept().await.unwrap();
            tokio::spawn(async move {
                let head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n";
                stream.write_all(head).await.unwrap();
                while stream.write_all(b" ").await.is_ok() {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            });
        }
    });
    assert_eq!(builder(&url).build().unwrap().settle(&settle()).await.unwrap_err(), Fault::ConnectionLost);
}

#[tokio::test]
async fn rows_138_and_140_no_answer_is_a_fault_that_says_whether_anything_arrived() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let listening = tokio::spawn(async move {
        let mut held = Vec::new();
        loop {
            held.push(silent.accept().await.unwrap());
        }
    });
    let remote = builder(&url).build().unwrap();
    assert_eq!(remote.settle(&settle()).await.unwrap_err(), Fault::FacilitatorTimeout);
    listening.abort();
    let _ = listening.await;
    let nobody = builder(&url).build().unwrap();
    assert_eq!(nobody.settle(&settle()).await.unwrap_err(), Fault::FacilitatorUnreachable);
    // it reads, and hangs up
    let rude = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", rude.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = rude.accept().await.unwrap();
            let _ = stream.read(&mut [0; 64 * 1024]).await;
        }
    });
    assert_eq!(builder(&url).build().unwrap().settle(&settle()).await.unwrap_err(), Fault::ConnectionLost);
}

#[tokio::test]
async fn row_220_a_key_is_shown_to_the_facilitator_and_to_nobody_else() {
    let place = Place::saying(200, VerifyResponse::valid(payer()).to_json()).await;
    let key = Key::bearer("sentinel-0123456789").unwrap();
    let remote = place.builder().key(key.clone()).build().unwrap();
    remote.verify(&verify()).await.unwrap();
    assert_eq!(place.asked()[0].headers["authorization"], "Bearer sentinel-0123456789");
    let shown = format!("{key:?}{remote:?}{:?}{:?}", place.builder().key(key.clone()), Key::bearer("sentinel ").unwrap_err());
    assert!(!shown.contains("sentinel") && !shown.contains(&place.url), "{shown}");
    for wrong in ["", "a b", "a\r\nb", "ä"] {
        assert!(Key::bearer(wrong).is_err());
    }
    assert!(Key::authorization("Bearer a\nb").is_err() && Key::authorization(" a").is_err());
    // another for each question, or none when none can be had
    let each = place.builder().keys(|endpoint| match endpoint {
        Endpoint::Verify => Ok(Key::authorization("Token verify").unwrap()),
        _ => Err(Fault::RandomUnavailable),
    });
    let each = each.build().unwrap();
    each.verify(&verify()).await.unwrap();
    assert_eq!(place.asked()[1].headers["authorization"], "Token verify");
    assert_eq!(each.settle(&settle()).await.unwrap_err(), Fault::RandomUnavailable);
    assert_eq!(place.asked().len(), 2);
}

#[tokio::test]
async fn what_it_can_do_is_asked_once_in_a_while() {
    let times = AtomicUsize::new(0);
    let place = Place::open(move |asked| {
        assert_eq!(asked.line, "GET /supported");
        if times.fetch_add(1, Ordering::Relaxed) > 0 {
            return Response::builder().status(500).body(Body::empty()).unwrap();
        }
        Response::new(SupportedResponse::new(vec![SupportedKind::new(Version::V2, "exact", "eip155:84532")]).to_json().into())
    });
    let remote = place.await.remote();
    let (one, other) = tokio::join!(remote.supported(), remote.supported());
    assert_eq!(one.unwrap(), other.unwrap());
    assert_eq!(remote.supported().await.unwrap().kinds.len(), 1);
    let wrong = Place::saying(200, "[]").await.remote();
    assert_eq!(wrong.supported().await.unwrap_err(), Fault::FacilitatorReply);
}

#[test]
fn https_unless_it_is_on_this_machine_or_somebody_says_otherwise() {
    assert!(RemoteFacilitator::new("https://facilitator.example/x402/").is_ok());
    for here in ["http://127.0.0.1:4022", "http://localhost", "http://[::1]:4022/x402"] {
        assert!(RemoteFacilitator::new(here).is_ok(), "{here}");
    }
    for elsewhere in ["http://facilitator:4022", "http://192.0.2.1:4022", "http://127.0.0.1.example"] {
        assert!(matches!(RemoteFacilitator::new(elsewhere), Err(RemoteError::Plain)), "{elsewhere}");
    }
    assert!(RemoteFacilitator::builder("http://facilitator:4022").unwrap().allow_plain_http().build().is_ok());
    assert!(matches!(RemoteFacilitator::new("https://facilitator.example/?key=1"), Err(RemoteError::Query)));
    for wrong in ["facilitator.example", "https://user:word@facilitator.example", "file:///etc/passwd", "https://127.1/"] {
        assert!(matches!(RemoteFacilitator::new(wrong), Err(RemoteError::Url(_))), "{wrong}");
    }
    let plain = RemoteFacilitator::builder("mcp://tool/a").unwrap().allow_plain_http().build();
    assert!(matches!(plain, Err(RemoteError::Plain)));
}
