//! What strangers may make the gate say and ask: rows 130, 171 to 173, 177 and 180.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use quittance_core::Nonce;
use quittance_core::binding::Mode;
use quittance_core::wire::{self, ResourceInfo};
use quittance_guard::memory::MemoryReplayLog;
use quittance_guard::receipt::Attested;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::front::{Front, encoded};
use crate::node::key;
use crate::place::{BUYER, Place};
use crate::wire::{Answer, ask, request};

/// Somewhere that nobody is to go.
pub(crate) struct Trap {
    pub(crate) at: String,
    visits: Arc<AtomicUsize>,
}

impl Trap {
    pub(crate) async fn set() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (at, visits) = (listener.local_addr().unwrap().to_string(), Arc::new(AtomicUsize::new(0)));
        let seen = Arc::clone(&visits);
        tokio::spawn(async move {
            loop {
                drop(listener.accept().await.unwrap());
                seen.fetch_add(1, Ordering::SeqCst);
            }
        });
        Self { at, visits }
    }

    /// Nobody has come, until it is visited now.
    pub(crate) async fn was_avoided(&self) {
        let mut visit = TcpStream::connect(&self.at).await.unwrap();
        assert_eq!(visit.read(&mut [0]).await.unwrap(), 0, "it hangs up on who visits it");
        while self.visits.load(Ordering::SeqCst) == 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(self.visits.load(Ordering::SeqCst), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_177_a_gate_asks_nobody_whom_a_stranger_names() {
    let front =
        Front::with(json!({ "route": [{ "path": "/v1/*", "binding": "ignored" }, { "path": "/free/*", "free": true }] })).await;
    let trap = Trap::set().await;
    let url = format!("http://{}/", trap.at);
    let did = format!("did:web:{}#key", trap.at.replace(':', "%3A"));
    let headers = [
        ("host", trap.at.as_str()),
        ("x-forwarded-host", trap.at.as_str()),
        ("forwarded", trap.at.as_str()),
        ("x-original-url", url.as_str()),
        ("referer", url.as_str()),
        ("origin", url.as_str()),
    ];
    for target in ["/v1/a", "/free/a", &format!("{url}v1/a"), &format!("{url}free/a")] {
        let answer = front.get(target, &headers).await;
        assert!(matches!(answer.status, 200 | 402), "{target}: {answer:?}");
    }
    // in a payment: as what it is for, and in extensions that have to do with URLs elsewhere
    let mut payment = front.plain(&key(BUYER), front.asked("/v1/a").await.accepts[0].clone(), Nonce::from_bytes([1; 32]));
    let mut extensions = wire::Extensions::new();
    for id in ["offer-receipt", "bazaar", "payment-identifier", "example"] {
        let mut entry = wire::Extension::default();
        for name in ["url", "kid", "jku", "icon", "resource", "signedReceipt"] {
            entry.info.insert(name, if name == "kid" { did.as_str() } else { url.as_str() });
        }
        extensions.insert(id, &entry);
    }
    payment.extensions = Some(extensions);
    let paid = front.pay("/v1/a", &encoded(&payment)).await;
    payment.resource = Some(ResourceInfo::new(&url));
    let refused = front.pay("/v1/a", &encoded(&payment)).await;
    assert!(matches!(paid.status, 200 | 400 | 402) && matches!(refused.status, 400 | 402 | 409), "{paid:?} {refused:?}");
    trap.was_avoided().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_130_conditions_and_ranges_tell_nothing_before_payment() {
    let front = Front::open().await;
    let conditions = [("if-none-match", "*"), ("range", "bytes=0-0"), ("if-modified-since", "Sat, 28 Nov 2026 00:00:00 GMT")];
    let target = "/v1/public";
    let names = |answer: &Answer| {
        answer.head.lines().skip(1).filter_map(|line| line.split(':').next()).map(str::to_owned).collect::<Vec<_>>()
    };
    let (with, without) = (front.get(target, &conditions).await, front.get(target, &[]).await);
    assert_eq!((with.status, names(&with), with.body.len()), (402, names(&without), without.body.len()));
    assert_eq!((with.header("etag"), with.header("content-range"), front.seen.served()), (None, None, 0));
    // nor is what is paid for cut to a piece, or left out as known
    let payment = front.payment("GET", target).await;
    let paid = front.get(target, &[&conditions[..], &[("payment-signature", payment.as_str())]].concat()).await;
    let seen = front.seen.last();
    assert!(paid.status == 200 && !seen.contains("if-") && !seen.contains("range"), "{paid:?} {seen}");
    // HEAD learns no more than GET
    let head = ask(&front.at, "HEAD", target, &conditions, b"").await;
    assert_eq!((head.status, head.header("etag"), head.body.len()), (402, None, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_171_a_page_for_people_holds_no_markup_of_anybody_elses() {
    let markup = "<script>alert('x')</script><img src=x onerror=\"alert(1)\">";
    let front = Front::with(json!({ "route": [{ "path": "/v1/*", "description": markup }] })).await;
    let page = [("accept", "text/html"), ("user-agent", "Mozilla/5.0")];
    for target in ["/v1/'onload='x", "/v1/a?%22%3E%3Cscript%3E", "/v1/a?'><b>"] {
        let answer = front.get(target, &page).await;
        let text = answer.text();
        assert!(!["<script", "<img", "<b>", "'onload", "onerror=\""].iter().any(|word| text.contains(word)), "{target}: {text}");
        assert!(answer.status == 400 || text.contains("&lt;script"), "{target}: it is shown as it was written: {text}");
    }
    let refused = front.get("/v1/a", &[&page[..], &[("payment-signature", "%%%")]].concat()).await;
    assert!(refused.status == 400 && !refused.text().contains('<'), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_172_a_refusal_is_a_code_and_nothing_of_the_machine() {
    let front = Front::open().await;
    let bound = front.payment("GET", "/v1/a").await;
    let other = front.payment("GET", "/v1/b").await;
    let mut answers = vec![
        front.pay("/v1/a", "%%%").await,
        front.get("/v1/a", &[("payment-signature", "e30="), ("x-payment", "e30=")]).await,
        front.get("/v1/p%", &[]).await,
        front.get("/nowhere", &[]).await,
        front.pay("/v1/b", &bound).await,
    ];
    // the node is gone, and then the upstream
    front.place.node.devnet.inject(None, quittance_devnet::Fault::LoseRequest, 1_000);
    answers.push(front.pay("/v1/a", &bound).await);
    front.place.node.devnet.clear_faults();
    front.upstream.abort();
    while TcpStream::connect(("127.0.0.1", front.port)).await.is_ok() {
        tokio::task::yield_now().await;
    }
    answers.push(front.pay("/v1/b", &other).await);
    answers.push(front.get("/free/a", &[]).await);
    let statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses, [400, 400, 400, 404, 402, 503, 502, 502]);
    let secret =
        [front.place.node.devnet.url().replace("http://", ""), front.place.url.replace("http://", ""), front.port.to_string()];
    for answer in answers {
        let text = format!("{}{}", answer.head, answer.text());
        let machine = [".rs", "panicked", "127.0.0.1", "eth_", "sqlite"].iter().any(|word| text.contains(word));
        assert!(!machine && !secret.iter().any(|word| text.contains(word.trim_end_matches('/'))), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_173_ten_thousand_pieces_of_garbage_cost_nobody_a_question() {
    let place = Place::open().await;
    let remote = place.remote();
    let front = Front::settled_by(place, (remote, Attested::Answer), MemoryReplayLog::new(100), json!({})).await;
    // of what is well formed and wrong: another amount, another payee, another signature
    let offer = front.asked("/v1/a").await.accepts[0].clone();
    let mut wrong = offer.clone();
    wrong.amount = "1".into();
    let cheap = encoded(&front.bound(wrong, "GET", "/v1/a", Mode::Preferred));
    let mut forged = front.bound(offer, "GET", "/v1/a", Mode::Preferred);
    let signature = forged.payload.member("signature").unwrap().as_str().unwrap().to_owned();
    let digit = if &signature[10..11] == "0" { "1" } else { "0" };
    forged.payload.insert("signature", format!("{}{digit}{}", &signature[..10], &signature[11..]).as_str());
    let forged = encoded(&forged);
    let asked = || front.place.facilitator.metrics().text().contains("quittance_http_answers_total{");
    assert!(!asked());
    let long = "A".repeat(9_000);
    let pieces = ["", "%%%", "MTIz", "e30=", "bnVsbA==", long.as_str(), cheap.as_str(), forged.as_str()];
    let mut statuses = std::collections::BTreeMap::<String, usize>::new();
    // many to a connection
    for _ in 0..25 {
        let mut stream = TcpStream::connect(&front.at).await.unwrap();
        let mut bytes = Vec::new();
        for number in 0..400 {
            let last = if number == 399 { "close" } else { "keep-alive" };
            bytes.extend(request(
                "GET",
                "/v1/a",
                &[("connection", last), ("payment-signature", pieces[number % pieces.len()])],
                b"",
            ));
        }
        let (mut reads, mut writes) = stream.split();
        let mut answers = Vec::new();
        let (written, read) = tokio::join!(writes.write_all(&bytes), reads.read_to_end(&mut answers));
        written.unwrap();
        read.unwrap();
        let answers = String::from_utf8_lossy(&answers).into_owned();
        for line in answers.lines().filter(|line| line.contains("HTTP/1.1 ")) {
            let status = line.split("HTTP/1.1 ").nth(1).unwrap()[..3].to_owned();
            *statuses.entry(status).or_default() += 1;
        }
    }
    assert_eq!(statuses, [("400".to_owned(), 7_500), ("402".to_owned(), 2_500)].into(), "each is answered");
    assert_eq!((asked(), front.seen.served(), front.sold()), (false, 0, 0));
    // and an honest one is served as ever
    let payment = front.payment("GET", "/v1/a").await;
    assert_eq!((front.pay("/v1/a", &payment).await.status, asked()), (200, true));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_180_pages_of_named_origins_see_the_headers_of_payment_and_nobody_lends_them_credentials() {
    let front = Front::with(json!({ "cors_origins": ["https://shop.example"] })).await;
    let (known, stranger) = (("origin", "https://shop.example"), ("origin", "https://evil.example"));
    let wish = ("access-control-request-method", "GET");
    let before = ask(&front.at, "OPTIONS", "/v1/a", &[known, wish], b"").await;
    assert_eq!(before.header("access-control-allow-origin"), Some("https://shop.example"), "{before:?}");
    assert!(before.header("access-control-allow-headers").is_some_and(|names| names.contains("payment-signature")), "{before:?}");
    let before = ask(&front.at, "OPTIONS", "/v1/a", &[stranger, wish], b"").await;
    assert_eq!((before.header("access-control-allow-origin"), before.header("payment-required")), (None, None));
    let payment = front.payment("GET", "/v1/a").await;
    let paying = ("payment-signature", payment.as_str());
    for (headers, status, exposed) in [(vec![known], 402, "payment-required"), (vec![known, paying], 200, "payment-response")] {
        let answer = front.get("/v1/a", &headers).await;
        assert_eq!((answer.status, answer.header("access-control-allow-origin")), (status, Some("https://shop.example")));
        assert!(answer.header("access-control-expose-headers").is_some_and(|names| names.contains(exposed)), "{answer:?}");
        assert_eq!(answer.header("access-control-allow-credentials"), None);
    }
    let answer = front.get("/v1/a", &[stranger]).await;
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (402, None));
    assert_eq!(front.sold(), 1);
}
