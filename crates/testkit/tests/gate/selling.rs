//! What is paid for, what is not, and what becomes of a payment when the upstream fails.

use std::sync::Arc;

use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::front::Front;
use crate::upstream::GOODS;
use crate::wire::{Answer, ask, raw, request};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upstream_is_sold_and_learns_who_paid_but_not_how() {
    let front = Front::open().await;
    let asked = front.asked("/v1/echo?a=1").await;
    assert_eq!(asked.resource.unwrap().url, "https://api.example.com/v1/echo?a=1");
    assert_eq!((front.seen.served(), asked.accepts.len()), (0, 1), "nobody asks the upstream for nothing");
    let payment = front.payment("GET", "/v1/echo?a=1").await;
    let answer = front.pay("/v1/echo?a=1", &payment).await;
    assert!(answer.status == 200 && answer.text().starts_with(GOODS), "{answer:?}");
    assert!(answer.header("payment-response").is_some());
    assert_eq!((answer.header("cache-control"), front.sold(), front.seen.served()), (Some("private"), 1, 1));
    let seen = front.seen.last();
    let buyer = crate::node::key(crate::place::BUYER).address();
    for line in [
        "GET /v1/echo?a=1 HTTP/1.1",
        &format!("host: 127.0.0.1:{}", front.port),
        &format!("quittance-payer: {buyer}"),
        "quittance-network: eip155:84532",
        "quittance-amount: 10000",
        "quittance-transaction: 0x",
        "x-forwarded-host: api.example.com",
        "x-forwarded-proto: https",
        "x-forwarded-for: 127.0.0.1",
        "forwarded: for=127.0.0.1;host=\"api.example.com\";proto=https",
    ] {
        assert!(seen.lines().any(|seen| seen.starts_with(line)), "{line} is not in\n{seen}");
    }
    // row 109: nothing in it can be spent elsewhere
    assert!(!seen.contains("payment-signature") && !seen.contains(&payment[..40]), "{seen}");
    let free = front.get("/free/echo", &[("payment-signature", &payment), ("x-payment", "p")]).await;
    assert!(free.status == 200 && !front.seen.last().contains("payment"), "{}", front.seen.last());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_107_110_111_and_115_a_payment_buys_one_answer_to_one_request() {
    let front = Front::open().await;
    let payment = front.payment("GET", "/v1/a").await;
    let bought = front.pay("/v1/a", &payment).await;
    assert_eq!(bought.status, 200);
    let again = front.pay("/v1/a", &payment).await;
    assert_eq!((again.status, &again.body), (200, &bought.body), "its buyer has the same answer again");
    for (method, target, body) in [("GET", "/v1/b", &b""[..]), ("POST", "/v1/a", b""), ("GET", "/v1/a", b"other")] {
        let other = ask(&front.at, method, target, &[("payment-signature", &payment)], body).await;
        assert!(matches!(other.status, 402 | 409), "{method} {target}: {other:?}");
    }
    assert_eq!((front.sold(), front.seen.served()), (1, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_108_a_payment_for_the_cheap_route_is_none_for_the_dear_one() {
    let routes =
        json!({ "route": [{ "path": "/v1/cheap" }, { "path": "/v1/*", "price": "$1" }, { "path": "/free/*", "free": true }] });
    let front = Front::with(routes).await;
    let (cheap, dear) = (front.asked("/v1/cheap").await, front.asked("/v1/dear").await);
    assert_eq!((&*cheap.accepts[0].amount, &*dear.accepts[0].amount), ("10000", "1000000"));
    // for what the cheap one asks, whichever request it is bound to
    for bound_to in ["/v1/cheap", "/v1/dear"] {
        let payment = front.signed(cheap.accepts[0].clone(), "GET", bound_to);
        for target in ["/v1/dear", "/v1/dear?/v1/cheap", "/v1//cheap", "/v1/cheap/../dear"] {
            let answer = front.pay(target, &payment).await;
            assert!(matches!(answer.status, 400 | 402 | 404), "{target}: {answer:?}");
        }
    }
    assert_eq!((front.sold(), front.seen.served()), (0, 0));
    let payment = front.payment("GET", "/v1/dear").await;
    assert_eq!(front.pay("/v1/dear", &payment).await.status, 200);
    assert_eq!((front.sold(), front.seen.served()), (100, 1), "the price is that of the route");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_174_who_is_slow_holds_nobody_up() {
    let limits = json!({ "read_seconds": 1, "paid_body_seconds": 1, "answer_seconds": 20 });
    let front = Front::with(json!({ "limits": limits })).await;
    // heads that never end, and a paid request whose body never comes
    let mut slow = Vec::new();
    for _ in 0..50 {
        let mut stream = tokio::net::TcpStream::connect(&front.at).await.unwrap();
        stream.write_all(b"GET /free/echo HTTP/1.1\r\nhost: a\r\nx: ").await.unwrap();
        slow.push(stream);
    }
    let payment = front.payment("POST", "/v1/a").await;
    let mut stream = tokio::net::TcpStream::connect(&front.at).await.unwrap();
    let head = format!("POST /v1/a HTTP/1.1\r\nhost: a\r\npayment-signature: {payment}\r\ncontent-length: 9\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    slow.push(stream);
    // an upstream that does not answer, for one route
    let sleeping = front.payment("GET", "/v1/sleeps").await;
    let (at, payment) = (front.at.clone(), sleeping.clone());
    let asleep = tokio::spawn(async move { ask(&at, "GET", "/v1/sleeps", &[("payment-signature", &payment)], b"").await });
    assert_eq!(front.get("/free/echo", &[]).await.status, 200);
    let payment = front.payment("GET", "/v1/b").await;
    assert_eq!(front.pay("/v1/b", &payment).await.status, 200);
    // each of the slow ones is let go of; what it ends with is the server's to say
    for stream in &mut slow {
        let mut rest = Vec::new();
        let ended = stream.read_to_end(&mut rest).await;
        let text = String::from_utf8_lossy(&rest);
        assert!(ended.is_err() || rest.is_empty() || text.starts_with("HTTP/1.1 408"), "{text}");
    }
    asleep.abort();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_117_of_a_thousand_copies_of_a_payment_one_is_settled_and_one_is_served() {
    let front = Front::open().await;
    let payment = front.payment("GET", "/v1/a").await;
    let bytes: Arc<[u8]> = request("GET", "/v1/a", &[("payment-signature", &payment)], b"").into();
    let all: Vec<_> = (0..1_000)
        .map(|_| {
            let (at, bytes) = (front.at.clone(), Arc::clone(&bytes));
            tokio::spawn(async move { Answer::read(&raw(&at, &bytes).await) })
        })
        .collect();
    let mut bodies = std::collections::BTreeSet::new();
    for one in all {
        let answer = one.await.unwrap();
        if answer.status == 200 {
            bodies.insert(answer.body);
        } else {
            assert_eq!(answer.status, 409, "{answer:?}");
        }
    }
    // a copy that comes late may have what its buyer has bought again: it is the same answer
    assert_eq!((bodies.len(), front.sold(), front.seen.served()), (1, 1, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_charged_for_an_upstream_that_is_not_there() {
    let front = Front::open().await;
    let payment = front.payment("GET", "/v1/a").await;
    front.upstream.abort();
    let _gone = tokio::time::timeout(std::time::Duration::from_secs(5), async {
        while tokio::net::TcpStream::connect(("127.0.0.1", front.port)).await.is_ok() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    let down = front.pay("/v1/a", &payment).await;
    assert_eq!((down.status, down.code().as_str(), down.header("payment-response")), (502, "upstream_unreachable", None));
    assert_eq!((front.get("/free/a", &[]).await.status, front.sold()), (502, 0));
    let (_, _up) = front.seen.listen(front.port).await;
    let up = front.pay("/v1/a", &payment).await;
    assert_eq!((up.status, front.sold()), (200, 1), "{up:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_156_what_the_upstream_fails_to_deliver_is_owed_and_not_charged_again() {
    // what is done with a payment may take so long, and nobody else is at it in the meantime
    let limits = json!({ "verify_seconds": 5, "settle_seconds": 10, "connect_seconds": 1, "answer_seconds": 2 });
    for (path, status) in [("/v1/fails", Some(500)), ("/v1/breaks", None), ("/v1/asks", Some(502))] {
        let front = Front::with(json!({ "limits": limits })).await;
        let payment = front.payment("GET", path).await;
        let failed = front.pay(path, &payment).await;
        let is_broken = status.map_or(!failed.whole || failed.status == 502, |status| failed.status == status);
        assert!(is_broken && failed.header("payment-response").is_some(), "{path}: {failed:?}");
        assert_eq!(front.sold(), 1, "{path}");
        if path == "/v1/asks" {
            assert_eq!(failed.code(), "upstream_asks_for_payment");
            continue;
        }
        let mut again = front.pay(path, &payment).await;
        // that it broke off is written down when it is seen
        for _ in 0..200 {
            if again.status != 409 {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(25)).await;
            again = front.pay(path, &payment).await;
        }
        assert!(again.status == 200 && again.text().starts_with(GOODS), "{path}: {again:?}");
        assert_eq!((front.sold(), front.seen.served()), (1, 2), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upstream_that_says_nothing_is_a_timeout_and_its_payment_is_kept() {
    let front = Front::with(json!({ "limits": { "answer_seconds": 1 } })).await;
    let payment = front.payment("GET", "/v1/sleeps").await;
    let late = front.pay("/v1/sleeps", &payment).await;
    assert_eq!((late.status, late.code().as_str()), (504, "upstream_timeout"));
    assert!(late.header("payment-response").is_some() && late.text().contains("send the same payment again"), "{late:?}");
    assert_eq!(front.sold(), 1);
    assert_eq!(front.get("/free/sleeps", &[]).await.status, 504);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_157_where_the_work_comes_first_a_failure_costs_nothing() {
    let route = json!([{ "path": "/v1/*", "order": "serve", "exposure": "$1" }]);
    let front = Front::with(json!({ "route": route })).await;
    let payment = front.payment("GET", "/v1/fails").await;
    let failed = front.pay("/v1/fails", &payment).await;
    assert_eq!((failed.status, failed.header("payment-response"), front.sold()), (500, None, 0));
    let again = front.pay("/v1/fails", &payment).await;
    assert_eq!((again.status, front.sold(), front.seen.served()), (200, 1, 2), "{again:?}");
    assert!(!front.seen.last().contains("quittance-transaction"), "the money moves after the work");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_may_not_pay_and_who_pays_too_often_is_not_charged() {
    let quota = json!([{ "path": "/v1/*", "quota": { "payments": 2, "seconds": 3_600 } }]);
    let front = Front::with(json!({ "route": quota })).await;
    let mut statuses = Vec::new();
    for _ in 0..3 {
        let payment = front.payment("GET", "/v1/a").await;
        statuses.push(front.pay("/v1/a", &payment).await.status);
    }
    assert_eq!((statuses, front.sold()), (vec![200, 200, 429], 2));
    let buyer = crate::node::key(crate::place::BUYER).address();
    let list = std::env::temp_dir().join(format!("quittance-gate-deny-{}", std::process::id()));
    std::fs::write(&list, format!("# nobody\n{buyer}\n")).unwrap();
    let front = Front::with(json!({ "deny_list": list.to_str().unwrap() })).await;
    std::fs::remove_file(&list).unwrap();
    let payment = front.payment("GET", "/v1/a").await;
    assert_eq!((front.pay("/v1/a", &payment).await.status, front.sold(), front.seen.served()), (403, 0, 0));
}
