//! A seller on a port of its own, whose every answer a test decides.

use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, Response};
use quittance_client::{Builder, Buyer, Host, Settings};
use quittance_core::header;
use quittance_core::registry::{default_asset, networks};
use quittance_core::signature::{SecretKey, Signature};
use quittance_core::signer::SigningRequest;
use quittance_core::wire::{PaymentRequired, ResourceInfo, SettleResponse, v1};
use quittance_core::{
    Address, Amount, Limits, Money, Payment, Progress, Scheme, Signer, Terms, UnixSeconds, VerifyInput, find_offer,
};
use quittance_evm::EXACT;
use quittance_guard::budget::{Subject, Sum};
use quittance_guard::memory::MemoryLedger;
use quittance_guard::policy::Policy;
use quittance_guard::{Ledger as _, TaskId};

pub(crate) const PAYEE: &str = "0x209693Bc6afc0C5328bA36FaF03C514EF312287C";
pub(crate) const NOW: UnixSeconds = UnixSeconds::from_secs(1_790_000_000);
pub(crate) const TX: &str = "0x78427842784278427842784278427842784278427842784278427842784242a7";

/// What a seller was asked.
#[derive(Clone)]
pub(crate) struct Asked {
    pub(crate) headers: HeaderMap,
    /// Which request this is, counted from 0.
    pub(crate) number: usize,
}

impl Asked {
    pub(crate) fn payment(&self) -> Option<String> {
        let header = self.headers.get(header::PAYMENT_SIGNATURE).or_else(|| self.headers.get(header::X_PAYMENT))?;
        Some(header.to_str().unwrap().to_owned())
    }
}

pub(crate) struct Seller {
    pub(crate) origin: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Seller {
    /// Begins to sell; an answer of `None` breaks the connection.
    pub(crate) async fn open(answer: impl Fn(&Asked) -> Option<Response<Body>> + Send + Sync + 'static) -> Self {
        Self::at(move |asked, _| answer(asked)).await
    }

    /// The same, told the URL that it sells.
    pub(crate) async fn at(answer: impl Fn(&Asked, &str) -> Option<Response<Body>> + Send + Sync + 'static) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let named = url_at(&origin);
        let (seen, answer) = (Arc::clone(&asked), Arc::new(move |asked: &Asked| answer(asked, &named)));
        let app = Router::new().fallback(move |request: Request| {
            let (seen, answer) = (Arc::clone(&seen), Arc::clone(&answer));
            async move {
                let now = {
                    let mut seen = seen.lock().unwrap();
                    let now = Asked { headers: request.headers().clone(), number: seen.len() };
                    seen.push(now.clone());
                    now
                };
                // a body that fails before anything is written ends the connection without an answer
                answer(&now).unwrap_or_else(|| Response::new(Body::from_stream(Broken::AtOnce)))
            }
        });
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { origin, asked }
    }

    pub(crate) fn url(&self) -> String {
        url_at(&self.origin)
    }

    /// Everything that was asked.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// The payments that arrived, each as often as it did.
    pub(crate) fn payments(&self) -> Vec<String> {
        self.asked().iter().filter_map(Asked::payment).collect()
    }
}

fn url_at(origin: &str) -> String {
    format!("{origin}/v1/report/42")
}

/// A body that breaks off.
pub(crate) enum Broken {
    /// Before anything of it was written, and with it the answer.
    AtOnce,
    /// After its beginning.
    Midway,
    /// After a moment in which what there is goes out.
    Soon,
}

impl futures_core::Stream for Broken {
    type Item = Result<&'static [u8], std::io::Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match *self {
            Self::Midway => {
                *self = Self::Soon;
                Poll::Ready(Some(Ok(b"the rep")))
            }
            Self::Soon => {
                *self = Self::AtOnce;
                context.waker().wake_by_ref();
                Poll::Pending
            }
            Self::AtOnce => Poll::Ready(Some(Err(std::io::Error::other("the seller hangs up")))),
        }
    }
}

pub(crate) fn terms(price: &str) -> Terms {
    Terms::exact(default_asset(networks::BASE_SEPOLIA).unwrap(), &Money::parse(price).unwrap(), PAYEE, 60).unwrap()
}

/// The 402 of version 2.
pub(crate) fn ask(price: &str, url: &str) -> Response<Body> {
    let required = PaymentRequired::new(ResourceInfo::new(url), [terms(price).requirements().clone()].into());
    let value = header::encode(&required, &Limits::BODY).unwrap();
    Response::builder().status(402).header(header::PAYMENT_REQUIRED, value).body(Body::from("{}")).unwrap()
}

/// The 402 of version 1.
pub(crate) fn ask_first(price: &str, url: &str) -> Response<Body> {
    let mut about = ResourceInfo::new(url);
    about.description = Some("a report".into());
    let offer = v1::PaymentRequirements::from_v2(terms(price).requirements(), &about).unwrap();
    Response::builder().status(402).body(Body::from(v1::PaymentRequired::new("pay", [offer].into()).to_json())).unwrap()
}

/// The payer of a payment that is right, as the scheme finds it.
pub(crate) fn verify(asked: &Asked, price: &str) -> Option<Address> {
    let headers = asked.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
    let payment = Payment::from_headers(headers, &Limits::HEADER).unwrap()?;
    let offers = [terms(price)];
    let terms = find_offer(&offers, &payment).unwrap();
    match EXACT.verify(&VerifyInput::offline(&payment, terms, NOW)).unwrap() {
        Progress::Verified(verified) => verified.payer().address(),
        other => panic!("{other:?}"),
    }
}

/// The paid answer, with the receipt that `change` makes of an honest one.
pub(crate) fn deliver(payer: Address, change: impl FnOnce(&mut SettleResponse)) -> Response<Body> {
    let mut receipt = SettleResponse::settled("eip155:84532", TX, payer.to_string());
    change(&mut receipt);
    let value = header::encode(&receipt, &Limits::HEADER).unwrap();
    Response::builder().header(header::PAYMENT_RESPONSE, value).body(Body::from("the report")).unwrap()
}

/// Asks for a cent, and delivers to who paid it.
pub(crate) fn honest(asked: &Asked, url: &str) -> Response<Body> {
    verify(asked, "$0.01").map_or_else(|| ask("$0.01", url), |payer| deliver(payer, |_| {}))
}

/// A key that counts how often it signs.
pub(crate) struct Counted {
    key: SecretKey,
    pub(crate) signed: Arc<AtomicUsize>,
}

impl Signer for Counted {
    type Error = core::convert::Infallible;

    fn address(&self) -> Address {
        self.key.address()
    }

    async fn sign(&self, request: &SigningRequest<'_>) -> Result<Signature, Self::Error> {
        self.signed.fetch_add(1, Ordering::Relaxed);
        Ok(self.key.sign(&request.digest()))
    }
}

pub(crate) type TestBuyer = Buyer<Counted, MemoryLedger>;

/// A buyer with a policy for one seller, and the count of its signatures.
pub(crate) fn buyer(seller: &Seller) -> (TestBuyer, Arc<AtomicUsize>) {
    buyer_under(seller, "")
}

/// The same under a policy with more lines.
pub(crate) fn buyer_under(seller: &Seller, more: &str) -> (TestBuyer, Arc<AtomicUsize>) {
    buyer_of(&format!("{}{more}", policy(seller)))
}

/// A buyer that may buy from several.
pub(crate) fn buyer_of_all(sellers: &[Seller]) -> (TestBuyer, Arc<AtomicUsize>) {
    let origins = sellers.iter().map(|seller| format!("{:?}", seller.origin)).collect::<Vec<_>>().join(", ");
    buyer_of(&policy_for(&origins))
}

/// A buyer with a policy.
pub(crate) fn buyer_of(policy: &str) -> (TestBuyer, Arc<AtomicUsize>) {
    let (builder, signed) = builder_of(policy);
    (builder.build().unwrap(), signed)
}

pub(crate) fn builder(seller: &Seller) -> (Builder<Counted, MemoryLedger>, Arc<AtomicUsize>) {
    builder_of(&policy(seller))
}

fn policy(seller: &Seller) -> String {
    policy_for(&format!("{:?}", seller.origin))
}

fn policy_for(origins: &str) -> String {
    let limits = "per_payment = \"$0.05\"\nper_task = \"$0.50\"\nper_day = \"$5\"\nnetworks = [\"base-sepolia\"]\n";
    format!("allow_http = true\norigins = [{origins}]\n{limits}")
}

fn builder_of(policy: &str) -> (Builder<Counted, MemoryLedger>, Arc<AtomicUsize>) {
    let signed = Arc::new(AtomicUsize::new(0));
    let signer = Counted { key: SecretKey::from_bytes(&[7; 32]).unwrap(), signed: Arc::clone(&signed) };
    let mut settings = Settings::default();
    settings.timeout = Duration::from_secs(5);
    settings.pause = Duration::from_millis(1);
    settings.longest_pause = Duration::from_millis(10);
    let fresh = AtomicUsize::new(1);
    let host = Host::new(
        || Ok(NOW),
        move |bytes| {
            let number = fresh.fetch_add(1, Ordering::Relaxed).to_be_bytes();
            bytes.iter_mut().zip(number.iter().cycle()).for_each(|(byte, from)| *byte = *from);
            Ok(())
        },
    );
    let builder = Buyer::builder(signer, Policy::from_toml(policy).unwrap(), MemoryLedger::new(1_000));
    (builder.settings(settings).host(host), signed)
}

/// What the buyer has spent or set aside for a task.
pub(crate) async fn spent(buyer: &TestBuyer, task: &str) -> Amount {
    let sum = Sum::new(Subject::Task(TaskId::parse(task).unwrap()), terms("$0.01").asset().clone());
    buyer.ledger().spent(&sum, NOW).await.unwrap()
}
