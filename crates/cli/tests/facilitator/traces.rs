//! Traces by OTLP: a collector hears of whole requests, and of nothing that is anybody's secret.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::chain::{Chain, ether_key, key, nobody};
use crate::payment::Payment;
use crate::process::{Program, folder};

/// What stands in everything that is no operator's business.
const SENTINEL: &str = "sentinel";

/// What was sent to a collector: the path, the kind, the body.
type Sent = Arc<Mutex<Vec<(String, String, Vec<u8>)>>>;

/// A collector on this machine.
fn collector() -> (String, Sent) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let sent = Sent::default();
    let kept = Arc::clone(&sent);
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let kept = Arc::clone(&kept);
            std::thread::spawn(move || hear(&stream, &kept));
        }
    });
    (url, sent)
}

/// Hears requests until the connection ends.
fn hear(stream: &TcpStream, sent: &Sent) -> Option<()> {
    let mut reader = BufReader::new(stream);
    loop {
        let mut first = String::new();
        if reader.read_line(&mut first).ok()? == 0 {
            return None;
        }
        let (mut kind, mut length) = (String::new(), 0);
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).ok()?;
            match line.trim_end().split_once(": ") {
                Some((name, value)) if name.eq_ignore_ascii_case("content-type") => kind = value.into(),
                Some((name, value)) if name.eq_ignore_ascii_case("content-length") => length = value.parse().ok()?,
                Some(_) => {}
                None => break,
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
        sent.lock().expect("nobody panics").push((path, kind, body));
        let mut stream = stream;
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: application/x-protobuf\r\ncontent-length: 0\r\n\r\n").ok()?;
    }
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// One request, with what strangers put into headers and URLs.
fn send(url: &str, path: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(url.trim_start_matches("http://")).expect("it listens");
    let length = body.len();
    write!(
        stream,
        "POST {path}?email={SENTINEL} HTTP/1.1\r\nhost: f\r\nconnection: close\r\ncontent-type: application/json\r\n\
         authorization: Bearer {SENTINEL}-key-0123456789\r\ncookie: {SENTINEL}\r\nuser-agent: {SENTINEL}\r\n\
         traceparent: 00-5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e-5e5e5e5e5e5e5e5e-01\r\ntracestate: {SENTINEL}=1\r\n\
         content-length: {length}\r\n\r\n{body}"
    )
    .expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    answer
}

#[test]
fn row_220_traces_tell_of_requests_and_hold_nothing_of_what_is_in_them() {
    let (chain, (collector, sent)) = (Chain::start(100), collector());
    let folder = folder("traces");
    let file = json!({
        "listen": "127.0.0.1:0", "store": "${STORE}", "sealing_key": "${SEAL}", "patience_seconds": 30,
        "caller": [{ "name": "shop", "key": "${SHOP}" }],
        "chain": [{
            "network": format!("eip155:{}", chain.id), "rpc": ["${CHAIN}"], "poll_ms": 20, "signer": [{ "key": "${SIGNER}" }],
        }],
    });
    let config = folder.join("f.json");
    fs::write(&config, file.to_string()).expect("written");
    let (store, signer) = (format!("sqlite:{}", folder.join("f.db").display()), ether_key(8));
    let shop = format!("{SENTINEL}-key-0123456789");
    let variables = [
        ("CHAIN", chain.url.as_str()),
        ("SIGNER", signer.as_str()),
        ("STORE", store.as_str()),
        ("SEAL", &"5e".repeat(32)),
        ("SHOP", &shop),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.as_str()),
    ];
    let arguments = ["facilitator", "--json", "--log", "debug", "--config", config.to_str().expect("plain")];
    let program = Program::start(&arguments, &variables).expect("the facilitator starts");
    let (payer, payee) = (key(1), nobody());
    let mut request: Value =
        serde_json::from_str(&Payment { chain: &chain, payer: &payer, payee, amount: 10_000 }.eip3009()).expect("JSON");
    request["paymentPayload"]["resource"] = json!({ "url": format!("https://shop.example/{SENTINEL}?email={SENTINEL}") });
    let signature = request["paymentPayload"]["payload"]["signature"].as_str().expect("text").to_owned();
    let forged = {
        let mut forged = request.clone();
        forged["paymentPayload"]["payload"]["signature"] = format!("0x{}", "5e".repeat(65)).into();
        forged.to_string()
    };
    for path in ["/verify", "/settle", "/settle"] {
        let answer = send(&program.url(), path, &request.to_string());
        assert!(answer.contains("\"isValid\":true") || answer.contains("\"success\":true"), "{answer}");
    }
    for path in ["/verify", "/settle", &format!("/{SENTINEL}")] {
        send(&program.url(), path, &forged);
        send(&program.url(), path, &format!("{{\"{SENTINEL}\":1,\"{SENTINEL}\":1}}"));
    }
    assert_eq!(chain.balance(payee), 10_000);
    // what is left is sent in the end
    assert!(program.ends_well());
    let sent = sent.lock().expect("nobody panics");
    assert!(sent.iter().all(|(path, kind, _)| path == "/v1/traces" && kind == "application/x-protobuf"), "{sent:?}");
    let all = sent.iter().flat_map(|(_, _, body)| body.iter().copied()).collect::<Vec<_>>();
    for part in ["quittance", "verify", "settle", "verdict", "settled", "eip3009_signature"] {
        assert!(holds(&all, part.as_bytes()), "{part} is not in {} bytes", all.len());
    }
    let bytes = |text: &str| {
        let digits = text.trim_start_matches("0x").as_bytes().chunks(2);
        digits.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).expect("digits"), 16).expect("digits")).collect::<Vec<_>>()
    };
    let secrets = [
        SENTINEL.as_bytes().to_vec(),
        signature.trim_start_matches("0x").as_bytes()[..40].to_vec(),
        bytes(&signature)[..20].to_vec(),
        signer.trim_start_matches("0x").as_bytes()[..40].to_vec(),
        bytes(&signer)[..20].to_vec(),
        chain.url.as_bytes().to_vec(),
        // a trace that a stranger names is not gone on with
        vec![0x5e; 8],
        "5e5e5e5e".into(),
    ];
    for secret in secrets {
        assert!(!holds(&all, &secret), "{:?}", String::from_utf8_lossy(&secret));
    }
}
