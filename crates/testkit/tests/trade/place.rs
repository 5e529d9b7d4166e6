//! A chain, a facilitator behind HTTP, and a seller that asks it.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, Response};
use quittance_core::eip712::permit2::PERMIT2;
use quittance_core::json::Object;
use quittance_core::registry::{default_asset, networks};
use quittance_core::wire::{
    self, Extension, Extensions, PaymentPayload, PaymentRequired, PaymentRequirements, ResourceInfo, SettleRequest, VerifyRequest,
    v1,
};
use quittance_core::{Address, Amount, Facilitator as _, Limits, Network, binding, header, keccak256};
use quittance_facilitator::service::Caller;
use quittance_facilitator::{
    ChainSettings, ChainSetup, Clock, EndpointUrl, Facilitator, Metrics, Rpc, RpcOptions, Service, Settings,
};
use quittance_guard::memory::MemoryReplayLog;
use quittance_remote::{Key, RemoteFacilitator};

use crate::node::{Node, key};

pub(crate) const PRICE: u64 = 10_000;
/// The caller that the facilitator knows.
pub(crate) const KEY: &str = "a-key-that-only-the-seller-has";
/// Which of the sandbox's accounts does what.
pub(crate) const BUYER: usize = 1;
const SELLER: usize = 2;
pub(crate) const FACILITATOR: usize = 3;

pub(crate) struct Place {
    pub(crate) node: Node,
    pub(crate) url: String,
    pub(crate) facilitator: Facilitator<Rpc, MemoryReplayLog>,
}

impl Place {
    pub(crate) async fn open() -> Self {
        Self::on(Node::start().await, &[]).await
    }

    /// The same on a node of one's own, and on other chains beside it.
    pub(crate) async fn on(node: Node, others: &[(Network, &Node)]) -> Self {
        let metrics = Arc::new(Metrics::new());
        let all = [&[(networks::BASE_SEPOLIA, &node)], others].concat();
        let facilitator = engine(&all, FACILITATOR, &metrics).await;
        let service = Service::new(facilitator.clone(), metrics).for_callers(vec![Caller::new("seller", KEY).unwrap()]);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(service.serve(listener, std::future::pending()));
        Self { node, url, facilitator }
    }

    /// Another facilitator, which knows nothing of the first.
    pub(crate) async fn another(&self) -> Facilitator<Rpc, MemoryReplayLog> {
        engine(&[(networks::BASE_SEPOLIA, &self.node)], FACILITATOR + 1, &Arc::new(Metrics::new())).await
    }

    pub(crate) fn remote(&self) -> RemoteFacilitator {
        RemoteFacilitator::builder(&self.url).unwrap().key(Key::bearer(KEY).unwrap()).allow_plain_http().build().unwrap()
    }

    /// What an account has of the token.
    pub(crate) fn balance(&self, of: Address) -> u64 {
        balance(&self.node, token(), of)
    }

    /// Lets Permit2 take the buyer's tokens.
    pub(crate) fn approve(&self) {
        self.approve_of(token());
    }

    /// The same of some token.
    pub(crate) fn approve_of(&self, token: Address) {
        let most = Amount::MAX.to_be_bytes();
        let data = [&keccak256(b"approve(address,uint256)")[..4], &[0; 12], PERMIT2.as_bytes(), &most].concat();
        self.node.send(BUYER, token, &data);
    }
}

/// A facilitator on some chains, with a log of its own.
async fn engine(chains: &[(Network, &Node)], signer: usize, metrics: &Arc<Metrics>) -> Facilitator<Rpc, MemoryReplayLog> {
    let mut setups = Vec::new();
    for (network, node) in chains {
        let nodes = vec![EndpointUrl::parse(&node.devnet.url()).unwrap()];
        let rpc = Rpc::connect(*network, nodes, RpcOptions::default(), metrics).await.unwrap();
        let mut of_chain = ChainSettings::default();
        of_chain.poll = Duration::from_millis(10);
        setups.push(ChainSetup::new(Arc::new(rpc), vec![key(signer)]).with(of_chain));
    }
    let log = Arc::new(MemoryReplayLog::new(10_000));
    Facilitator::new(setups, log, Clock::system(), Settings::default(), Arc::clone(metrics)).unwrap()
}

/// What an account has of a token on a chain.
pub(crate) fn balance(node: &Node, token: Address, of: Address) -> u64 {
    let data = [&keccak256(b"balanceOf(address)")[..4], &[0; 12], of.as_bytes()].concat();
    let returned = node.call(None, Some(token), &data, 1_000_000).unwrap();
    u64::from_be_bytes(returned[24..32].try_into().unwrap())
}

pub(crate) fn token() -> Address {
    Address::parse_party(default_asset(networks::BASE_SEPOLIA).unwrap().id).unwrap()
}

pub(crate) fn seller() -> Address {
    key(SELLER).address()
}

/// What is sold, and how.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Way {
    /// In the words of version 1.
    First,
    Eip3009,
    Permit2,
    /// Up to the price, charging so much.
    Upto(u64),
}

impl Way {
    pub(crate) fn offer(self) -> PaymentRequirements {
        let mut extra = Object::new();
        extra.insert("name", "USDC");
        extra.insert("version", "2");
        let scheme = match self {
            Self::First | Self::Eip3009 => "exact",
            Self::Permit2 => {
                extra.insert("assetTransferMethod", "permit2");
                "exact"
            }
            Self::Upto(_) => {
                extra.insert("assetTransferMethod", "permit2");
                extra.insert("facilitatorAddress", key(FACILITATOR).address().to_string().as_str());
                "upto"
            }
        };
        let asset = default_asset(networks::BASE_SEPOLIA).unwrap().id;
        let requirements = PaymentRequirements::new(scheme, "eip155:84532", PRICE.to_string(), asset, seller().to_string(), 60);
        requirements.with_extra(extra)
    }
}

/// A seller that asks the facilitator and believes it.
pub(crate) struct Shop {
    pub(crate) origin: String,
    /// Whether an answer that was paid for is lost on its way.
    pub(crate) loses: Arc<AtomicBool>,
    pub(crate) delivered: Arc<AtomicUsize>,
    pub(crate) payments: Arc<Mutex<Vec<String>>>,
}

impl Shop {
    pub(crate) async fn open(way: Way, facilitator: RemoteFacilitator) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let shop = Self { origin: origin.clone(), loses: Arc::default(), delivered: Arc::default(), payments: Arc::default() };
        let (loses, delivered, payments) = (Arc::clone(&shop.loses), Arc::clone(&shop.delivered), Arc::clone(&shop.payments));
        let app = Router::new().fallback(move |request: Request| {
            let (facilitator, url) = (facilitator.clone(), format!("{origin}{}", request.uri()));
            let (loses, delivered, payments) = (Arc::clone(&loses), Arc::clone(&delivered), Arc::clone(&payments));
            async move {
                let headers = request.headers();
                let Some(payment) = headers.get(header::PAYMENT_SIGNATURE).or_else(|| headers.get(header::X_PAYMENT)) else {
                    return ask(way, &url);
                };
                payments.lock().unwrap().push(payment.to_str().unwrap().to_owned());
                // who settles verifies, and says the same again to the same bytes
                let request = charged(way, read(way, headers, &url));
                let settled = facilitator.settle(&SettleRequest(request)).await.unwrap();
                assert!(settled.success, "{settled:?}");
                if loses.load(Ordering::Relaxed) {
                    let lost = std::io::Error::other("the connection broke");
                    return Response::new(Body::from_stream(Lost(Some(lost))));
                }
                delivered.fetch_add(1, Ordering::Relaxed);
                let name = if way == Way::First { header::X_PAYMENT_RESPONSE } else { header::PAYMENT_RESPONSE };
                let value = header::encode(&settled, &Limits::HEADER).unwrap();
                Response::builder().header(name, value).body(Body::from("the report")).unwrap()
            }
        });
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        shop
    }

    /// A seller that takes payments, keeps them, and says that they are wrong.
    pub(crate) async fn refusing() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let shop = Self { origin: origin.clone(), loses: Arc::default(), delivered: Arc::default(), payments: Arc::default() };
        let app = Router::new().fallback(async move |request: Request| ask(Way::Eip3009, &format!("{origin}{}", request.uri())));
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        shop
    }

    pub(crate) fn url(&self) -> String {
        format!("{}/v1/report/42", self.origin)
    }
}

struct Lost(Option<std::io::Error>);

impl futures_core::Stream for Lost {
    type Item = Result<&'static [u8], std::io::Error>;

    fn poll_next(mut self: std::pin::Pin<&mut Self>, _: &mut std::task::Context<'_>) -> std::task::Poll<Option<Self::Item>> {
        std::task::Poll::Ready(self.0.take().map(Err))
    }
}

fn ask(way: Way, url: &str) -> Response<Body> {
    let mut about = ResourceInfo::new(url);
    about.description = Some("a report".into());
    let answer = Response::builder().status(402);
    if way == Way::First {
        let offer = v1::PaymentRequirements::from_v2(&way.offer(), &about).unwrap();
        return answer.body(v1::PaymentRequired::new("pay", vec![offer]).to_json().into()).unwrap();
    }
    let mut required = PaymentRequired::new(about, vec![way.offer()]);
    let mut extensions = Extensions::new();
    extensions.insert(binding::EXTENSION, &Extension::from(&wire::Binding::advertise(binding::Mode::Preferred)));
    required.extensions = Some(extensions);
    answer.header(header::PAYMENT_REQUIRED, header::encode(&required, &Limits::BODY).unwrap()).body("{}".into()).unwrap()
}

/// The payment, beside the seller's own offer.
fn read(way: Way, headers: &HeaderMap, url: &str) -> VerifyRequest {
    if way == Way::First {
        let payment = header::x_payment(headers[header::X_PAYMENT].as_bytes(), &Limits::HEADER).unwrap();
        return VerifyRequest::v1(payment, v1::PaymentRequirements::from_v2(&way.offer(), &ResourceInfo::new(url)).unwrap());
    }
    let payment: PaymentPayload =
        header::payment_signature(headers[header::PAYMENT_SIGNATURE].as_bytes(), &Limits::HEADER).unwrap();
    VerifyRequest::v2(payment, way.offer())
}

/// The same with what was used in the place of the ceiling.
fn charged(way: Way, request: VerifyRequest) -> VerifyRequest {
    match (way, request) {
        (Way::Upto(used), VerifyRequest::V2 { payload, mut requirements, .. }) => {
            requirements.amount = used.to_string();
            VerifyRequest::v2(payload, requirements)
        }
        (_, request) => request,
    }
}
