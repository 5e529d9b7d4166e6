//! The service over real connections, before a facilitator that answers as it is told.

mod answers;
mod life;
mod schema;
mod secrets;

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use quittance_core::wire::{
    SettleRequest, SettleResponse, SupportedKind, SupportedResponse, VerifyRequest, VerifyResponse, Version,
};
use quittance_core::{Facilitator, Fault};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, Semaphore, oneshot};
use tokio::task::JoinHandle;

use super::{ServeError, Served, Service};
use crate::metrics::Metrics;

/// What a facilitator is told to say.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mood {
    Yes,
    No,
    Down(Fault),
    Panics,
    /// It says yes once it is let.
    Waits,
}

struct Told {
    mood: Mood,
    entered: Arc<Notify>,
    go: Arc<Semaphore>,
    finished: Arc<Notify>,
}

impl Told {
    fn new(mood: Mood) -> Self {
        Self { mood, entered: Arc::default(), go: Arc::new(Semaphore::new(0)), finished: Arc::default() }
    }

    async fn answer<T>(&self, yes: T, no: T) -> Result<T, Fault> {
        self.entered.notify_one();
        match self.mood {
            Mood::Yes => Ok(yes),
            Mood::No => Ok(no),
            Mood::Down(fault) => Err(fault),
            Mood::Panics => panic!("on request"),
            Mood::Waits => {
                self.go.acquire().await.unwrap().forget();
                self.finished.notify_one();
                Ok(yes)
            }
        }
    }
}

impl Facilitator for Told {
    fn name(&self) -> &str {
        "told"
    }

    async fn verify(&self, _request: &VerifyRequest) -> Result<VerifyResponse, Fault> {
        self.answer(VerifyResponse::valid(PAYER), VerifyResponse::invalid("permit2_allowance_required", Some(PAYER.into()))).await
    }

    async fn settle(&self, request: &SettleRequest) -> Result<SettleResponse, Fault> {
        let network = if request.0.version() == Version::V1 { "base" } else { "eip155:8453" };
        let (yes, no) = (SettleResponse::settled(network, HASH, PAYER), SettleResponse::failed(network, "insufficient_funds"));
        self.answer(yes, no).await
    }

    async fn supported(&self) -> Result<SupportedResponse, Fault> {
        let mut supported = SupportedResponse::new(vec![SupportedKind::new(Version::V2, "exact", "eip155:8453")]);
        supported.signers = Some(vec![("eip155:*".into(), vec![PAYER.into()])]);
        self.answer(supported, SupportedResponse::new(vec![])).await
    }
}

const PAYER: &str = "0x857b06519E91e3A54538791bDbb0E22373e36b66";
const HASH: &str = "0x1111111111111111111111111111111111111111111111111111111111111111";

/// A request in the words of version 2.
fn v2() -> Value {
    let requirements = json!({
        "scheme": "exact", "network": "eip155:8453", "amount": "10000", "asset": "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913",
        "payTo": "0x209693Bc6afc0C5328bA36FaF03C514EF312287C", "maxTimeoutSeconds": 60, "extra": { "name": "USD Coin", "version": "2" },
    });
    let payload = json!({ "signature": "0xab", "authorization": {} });
    json!({
        "x402Version": 2, "paymentPayload": { "x402Version": 2, "accepted": requirements, "payload": payload },
        "paymentRequirements": requirements,
    })
}

/// A request in the words of version 1.
fn v1() -> Value {
    let requirements = json!({
        "scheme": "exact", "network": "base", "maxAmountRequired": "10000", "asset": "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913",
        "payTo": "0x209693Bc6afc0C5328bA36FaF03C514EF312287C", "maxTimeoutSeconds": 60, "resource": "https://shop.example/report",
        "description": "a report", "mimeType": "application/json",
    });
    let payload = json!({ "signature": "0xab", "authorization": {} });
    json!({
        "x402Version": 1, "paymentPayload": { "x402Version": 1, "scheme": "exact", "network": "base", "payload": payload },
        "paymentRequirements": requirements,
    })
}

/// A service that runs.
struct Running {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    server: JoinHandle<Result<Served, ServeError>>,
}

impl Running {
    async fn start(service: Service<Told>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, told) = oneshot::channel();
        let server = tokio::spawn(service.serve(listener, async move { drop(told.await) }));
        Self { address, stop: Some(stop), server }
    }

    fn stop(&mut self) {
        drop(self.stop.take());
    }

    /// Sends bytes and reads until the other side closes.
    async fn raw(&self, bytes: &[u8]) -> Answer {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        Answer::read(&answer)
    }

    async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        self.raw(&request(method, path, headers, body)).await
    }

    async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send("POST", path, &[("content-type", "application/json")], &body.to_string()).await
    }

    async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], "").await
    }
}

fn request(method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Vec<u8> {
    let headers = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect::<String>();
    let length = body.len();
    format!("{method} {path} HTTP/1.1\r\nhost: f\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}")
        .into_bytes()
}

struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Answer {
    fn read(bytes: &[u8]) -> Self {
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {text}"));
        Self { status: head[9..12].parse().unwrap(), head: head.to_ascii_lowercase(), body: body.into() }
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("not JSON: {}", self.body))
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    fn code(&self) -> String {
        self.json()["error"]["code"].as_str().unwrap_or_default().into()
    }
}

fn service(mood: Mood) -> Service<Told> {
    Service::new(Told::new(mood), Arc::new(Metrics::new()))
}

/// Until something is so.
async fn until<T>(mut so: impl AsyncFnMut() -> Option<T>) -> T {
    loop {
        if let Some(value) = so().await {
            return value;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// At most a minute, after which something hangs.
async fn soon<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(60), work).await.unwrap()
}
