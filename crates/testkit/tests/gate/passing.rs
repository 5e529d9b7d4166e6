//! What passes through, and what does not.

use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::front::Front;
use crate::upstream::{BIG, GOODS};
use crate::wire::{Answer, ask, raw, request};

/// Reads until a text has come.
async fn until(stream: &mut TcpStream, text: &str) -> String {
    let mut read = Vec::new();
    while !String::from_utf8_lossy(&read).contains(text) {
        let mut piece = [0; 4_096];
        let length = tokio::time::timeout(Duration::from_secs(60), stream.read(&mut piece)).await.unwrap().unwrap();
        assert!(length > 0, "it hung up after {}", String::from_utf8_lossy(&read));
        read.extend(&piece[..length]);
    }
    String::from_utf8(read).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_arrives_piece_by_piece_also_when_it_is_paid_for() {
    let front = Front::open().await;
    let payment = front.payment("GET", "/v1/streams").await;
    for (target, headers) in [("/free/streams", vec![]), ("/v1/streams", vec![("payment-signature", payment.as_str())])] {
        let mut stream = TcpStream::connect(&front.at).await.unwrap();
        stream.write_all(&request("GET", target, &headers, b"")).await.unwrap();
        let mut all = String::new();
        for piece in 0..3 {
            // the next one goes when the one before has arrived
            front.seen.go.add_permits(1);
            all.push_str(&until(&mut stream, &format!("{GOODS} {piece};")).await);
        }
        stream.read_to_string(&mut all).await.unwrap();
        assert!(all.ends_with("0\r\n\r\n"), "{target}: {all}");
    }
    assert_eq!(front.sold(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_goes_up_piece_by_piece_and_a_big_one_comes_down() {
    let front = Front::open().await;
    let mut stream = TcpStream::connect(&front.at).await.unwrap();
    stream
        .write_all(b"POST /free/takes HTTP/1.1\r\nhost: a\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n4\r\nwiki\r\n")
        .await
        .unwrap();
    front.seen.arrived.acquire().await.unwrap().forget();
    stream.write_all(b"5\r\npedia\r\n0\r\nx-late: forged\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    assert_eq!(Answer::read(&answer).text(), format!("{GOODS}: took 9 bytes"));
    assert!(!front.seen.last().contains("x-late"), "row 19: a trailer is no header");

    let big = ask(&front.at, "POST", "/free/takes", &[], &vec![b'y'; BIG]).await;
    assert_eq!(big.text(), format!("{GOODS}: took {BIG} bytes"));
    assert_eq!(front.get("/free/big", &[]).await.body.len(), BIG);
    let payment = front.payment("GET", "/v1/big").await;
    let bought = front.pay("/v1/big", &payment).await;
    assert_eq!((bought.status, bought.body.len(), front.sold()), (200, BIG, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bodies_have_their_bounds() {
    let limits = json!({ "paid_body_bytes": 1_000, "free_body_bytes": 2_000, "header_bytes": 8_192 });
    let front = Front::with(json!({ "limits": limits })).await;
    let payment = front.payment("POST", "/v1/a").await;
    let paid = async |length: usize| ask(&front.at, "POST", "/v1/a", &[("payment-signature", &payment)], &vec![b'x'; length]).await;
    assert_eq!((paid(1_001).await.status, front.sold()), (413, 0));
    assert_eq!(ask(&front.at, "POST", "/free/a", &[], &[b'x'; 2_001]).await.status, 413);
    let chunked = b"POST /free/a HTTP/1.1\r\nhost: a\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n";
    let chunked = [&chunked[..], b"7d1\r\n", &[b'x'; 0x7d1], b"\r\n0\r\n\r\n"].concat();
    assert_eq!(Answer::read(&raw(&front.at, &chunked).await).status, 413);
    assert_eq!(paid(1_000).await.status, 200);
    let long = front.get("/free/a", &[("x-long", &"x".repeat(40_000))]).await;
    assert_eq!((long.status, front.seen.served()), (431, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_114_129_and_178_no_header_of_a_clients_reaches_the_upstream_in_the_place_of_ours() {
    let front = Front::open().await;
    let forged = [
        ("quittance-payer", "0xevil"),
        ("Quittance_Payer", "0xevil"),
        ("quittance-transaction", "0xevil"),
        ("x-forwarded-for", "evil"),
        ("x-forwarded-host", "evil.example"),
        ("x_forwarded_proto", "evil"),
        ("forwarded", "for=evil"),
        ("x-original-url", "/v1/evil"),
        ("x-rewrite-url", "/v1/evil"),
        ("x-http-method-override", "EVIL"),
        ("proxy-authorization", "evil"),
        ("te", "evil"),
        ("keep-alive", "evil"),
        ("x-once", "evil"),
        // what is taken off with the connection is taken off before ours is put on
        ("connection", "close, x-once, quittance-payer, x-forwarded-for"),
    ];
    assert_eq!(front.get("/free/echo", &forged).await.status, 200);
    assert!(!front.seen.last().contains("evil") && !front.seen.last().contains("quittance"), "{}", front.seen.last());
    let payment = front.payment("GET", "/v1/echo").await;
    let paying = [&forged[..], &[("payment-signature", payment.as_str())]].concat();
    assert_eq!(front.get("/v1/echo", &paying).await.status, 200);
    let seen = front.seen.last();
    assert!(
        !seen.contains("evil") && seen.contains("quittance-payer: 0x") && seen.contains("x-forwarded-for: 127.0.0.1"),
        "{seen}"
    );
    // an edge that takes a payment for one of its own connection's headers leaves a request that has not paid
    let stripped = [("payment-signature", payment.as_str()), ("connection", "close, payment-signature")];
    assert_eq!(front.get("/v1/other", &stripped).await.status, 402);
    let answer = front.get("/free/hops", &[]).await;
    assert_eq!((answer.header("x-once"), answer.header("x-lasting")), (None, Some("1")));
    let payment = front.payment("GET", "/v1/hops").await;
    let answer = front.pay("/v1/hops", &payment).await;
    assert!(answer.header("payment-response").is_some_and(|receipt| receipt != "forged"), "row 163: {answer:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_113_no_spelling_of_a_path_that_is_sold_is_free() {
    let route = json!([{ "path": "/v1/echo" }, { "path": "/v1/dear/{id}", "price": "$1" }]);
    let front = Front::with(json!({ "route": route, "unlisted": "free" })).await;
    for (target, status) in [
        ("/v1/echo", 402),
        ("/other", 200),
        ("/V1/echo", 400),
        ("/v1/echo/", 400),
        ("//v1/echo", 400),
        ("/v1//echo", 400),
        ("/v1/%65cho", 400),
        ("/v1/%2565cho", 400),
        ("/v1/echo;a=b", 400),
        ("/x/../v1/echo", 400),
        ("/x/%2e%2e/v1/echo", 400),
        ("/v1\\echo", 400),
        ("/v1%2fdear/7", 400),
        ("/v1/dear/7/", 400),
        ("http://evil.example/v1/echo", 402),
        ("*", 400),
    ] {
        assert_eq!(front.get(target, &[]).await.status, status, "{target}");
    }
    assert_eq!(front.seen.served(), 1);
    assert_eq!(front.asked("http://evil.example/v1/dear/7").await.accepts[0].amount, "1000000", "row 114");
    let listed = Front::open().await;
    let answer = listed.get("/other", &[]).await;
    assert_eq!((answer.status, answer.code().as_str(), listed.seen.served()), (404, "not_found", 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_131_no_other_protocol_is_spoken_past_a_payment() {
    let front = Front::open().await;
    let payment = front.payment("GET", "/v1/a").await;
    let upgrade = [("payment-signature", payment.as_str()), ("upgrade", "websocket"), ("connection", "close, upgrade")];
    let answer = front.get("/v1/a", &upgrade).await;
    assert_eq!((answer.status, answer.code().as_str(), front.sold()), (501, "upgrade_not_supported", 0));
    for method in ["CONNECT", "TRACE"] {
        let target = if method == "CONNECT" { "evil.example:443" } else { "/v1/a" };
        let answer = ask(&front.at, method, target, &[("payment-signature", &payment)], b"").await;
        assert_eq!(answer.status, 405, "{method}");
    }
    assert_eq!((front.sold(), front.seen.served()), (0, 0));
    // HTTP/2 is an offer that nobody has to take
    let offered = [("upgrade", "h2c"), ("connection", "close, upgrade, http2-settings"), ("http2-settings", "AAMAAABk")];
    assert_eq!(front.get("/free/a", &offered).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_179_one_request_is_one_request() {
    let front = Front::open().await;
    let smuggled = "GET /v1/smuggled HTTP/1.1\r\nhost: a\r\n\r\n";
    for head in [
        "content-length: 5\r\ncontent-length: 50\r\n",
        "content-length: 5, 50\r\n",
        "content-length: +5\r\n",
        "content-length : 5\r\n",
        "transfer-encoding: chunked\r\ntransfer-encoding: identity\r\n",
        "transfer-encoding: xchunked\r\n",
        "transfer-encoding:\x0bchunked\r\n",
    ] {
        let bytes = format!("POST /free/a HTTP/1.1\r\nhost: a\r\n{head}\r\nhello{smuggled}");
        let answer = String::from_utf8(raw(&front.at, bytes.as_bytes()).await).unwrap();
        assert_eq!(answer.matches("HTTP/1.1 ").count(), usize::from(!answer.is_empty()), "{head:?}: {answer}");
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400"), "{head:?}: {answer}");
    }
    assert_eq!(front.seen.served(), 0);
    // with both, the chunks count (RFC 9112, section 6.3), and the upstream is told of one length
    let both = "POST /free/a HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
    let answer = raw(&front.at, both.as_bytes()).await;
    let answer = Answer::read(&answer);
    if answer.status == 200 {
        let seen = front.seen.last();
        assert!(seen.contains("5 bytes") && !seen.contains("content-length: 4"), "{seen}");
    } else {
        assert_eq!((answer.status, front.seen.served()), (400, 0));
    }
    let before = front.seen.served();
    let early = format!("POST /v1/a HTTP/1.1\r\nhost: a\r\ncontent-length: {}\r\n\r\n{smuggled}", smuggled.len());
    let answer = String::from_utf8(raw_for_a_while(&front.at, early.as_bytes()).await).unwrap();
    assert_eq!((answer.matches("HTTP/1.1 ").count(), front.seen.served()), (1, before), "a body is no request: {answer}");
}

/// Sends bytes on a connection that stays open, says that no more come, and reads what there is.
async fn raw_for_a_while(at: &str, bytes: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(at).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut answer = Vec::new();
    let _end = stream.read_to_end(&mut answer).await;
    answer
}
