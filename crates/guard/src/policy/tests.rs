//! Tests of the policy, named by the catalogue's rows.

mod approval;
mod file;
mod laws;
mod offers;
mod request;
mod schema;
mod signed;

use alloc::borrow::ToOwned as _;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use alloc::{format, vec};

use quittance_core::registry::{AssetInfo, assets, default_asset, networks};
use quittance_core::wire::{PaymentRequirements, ResourceInfo};
use quittance_core::{Account, Money, Network, Resource, Terms, UnixSeconds};

use super::*;
use crate::label::PurchaseId;

const PAYEE: &str = "0x209693Bc6afc0C5328bA36FaF03C514EF312287C";
const OTHER: &str = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
const URL: &str = "https://api.example.com/report/42";
const NOW: u64 = 1_740_672_100;

/// The policy most tests begin with; a test adds lines, which come first so that they are not in a table.
const BASE: &str = r#"
per_payment = "$0.05"
networks = ["base", "base-sepolia"]
origins = ["https://api.example.com"]
"#;

fn policy(more: &str) -> Policy {
    let text = format!("{BASE}{more}");
    Policy::from_toml(&text).unwrap_or_else(|error| panic!("{error} in {text}"))
}

/// The token of that ticker on a network.
fn token(network: Network, ticker: &str) -> &'static AssetInfo {
    assets().iter().find(|info| info.network == network && info.symbol == ticker).unwrap()
}

/// An offer of the default asset on Base.
fn offer(price: &str) -> PaymentRequirements {
    offer_on(networks::BASE, price)
}

fn offer_on(network: Network, price: &str) -> PaymentRequirements {
    offer_in(default_asset(network).unwrap(), price)
}

fn offer_in(asset: &AssetInfo, price: &str) -> PaymentRequirements {
    let payee = if asset.erc20().is_some() { PAYEE } else { "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v" };
    let money = Money::parse(price.split(' ').next().unwrap()).unwrap();
    Terms::exact(asset, &money, payee, 60).unwrap().requirements().clone()
}

fn terms(offer: PaymentRequirements) -> Terms {
    Terms::parse(offer).unwrap()
}

/// A request, its answer, and what is known, in owned form.
#[derive(Clone)]
struct Scene {
    offers: Vec<Terms>,
    url: String,
    method: &'static str,
    purchase: &'static str,
    now: u64,
    claims: Vec<ResourceInfo>,
    signed: Vec<quittance_core::wire::Artifact<quittance_core::wire::OfferPayload>>,
    reason: Option<&'static str>,
    prices: Vec<KnownPrice>,
    pins: Vec<Pin>,
    approval: Option<Approval>,
}

impl Scene {
    fn new(offers: impl IntoIterator<Item = PaymentRequirements>) -> Self {
        Self {
            offers: offers.into_iter().map(terms).collect(),
            url: URL.into(),
            method: "GET",
            purchase: "report-42",
            now: NOW,
            claims: Vec::new(),
            signed: Vec::new(),
            reason: None,
            prices: Vec::new(),
            pins: Vec::new(),
            approval: None,
        }
    }

    fn at(url: &str) -> Self {
        Self { url: url.to_owned(), ..Self::new([offer("$0.01")]) }
    }

    fn decide(&self, policy: &Policy) -> Decision {
        let resource = Resource::parse(&self.url).unwrap();
        let purchase = PurchaseId::parse(self.purchase).unwrap();
        let mut snapshot = Snapshot::new(&self.offers, &resource, self.method, &purchase, UnixSeconds::from_secs(self.now));
        snapshot.claims = &self.claims;
        snapshot.signed = &self.signed;
        snapshot.reason = self.reason;
        snapshot.prices = &self.prices;
        snapshot.pins = &self.pins;
        snapshot.approval = self.approval.as_ref();
        policy.decide(&snapshot)
    }

    fn allowed(&self, policy: &Policy) -> Allowed {
        match self.decide(policy) {
            Decision::Allow(allowed) => allowed,
            other => panic!("{other:?}"),
        }
    }

    fn asked(&self, policy: &Policy) -> ApprovalRequest {
        match self.decide(policy) {
            Decision::Ask(request) => request,
            other => panic!("{other:?}"),
        }
    }

    fn denied(&self, policy: &Policy) -> Denied {
        match self.decide(policy) {
            Decision::Deny(denied) => denied,
            other => panic!("{other:?}"),
        }
    }
}

/// `allow 10000`, `ask 10000`, or the name of the denial.
fn outcome(decision: &Decision) -> String {
    match decision {
        Decision::Allow(allowed) => format!("allow {}", allowed.terms().amount()),
        Decision::Ask(request) => format!("ask {}", request.terms().amount()),
        Decision::Deny(denied) => denied.denial().name().to_string(),
    }
}

fn check(policy: &Policy, scene: &Scene, expected: &str) {
    let decision = scene.decide(policy);
    assert_eq!(outcome(&decision), expected, "{decision:?}");
}

fn paid(asset: &AssetInfo, amount: u64) -> KnownPrice {
    let asset = quittance_core::Asset::parse(asset.network, asset.id).unwrap();
    KnownPrice::new(PriceSource::Paid, asset, quittance_core::Amount::from_u64(amount))
}

fn pin(network: Network, payee: &str) -> Pin {
    Pin::new(network, Account::parse(network, payee).unwrap())
}

#[test]
fn the_example_of_the_experience_reads_as_it_stands() {
    let policy = Policy::from_toml(
        r#"
        # policy.toml: what is not allowed here is refused
        per_payment = "$0.05"
        per_task    = "$0.50"
        per_day     = "$5.00"
        networks    = ["base", "base-sepolia"]
        origins     = ["https://api.example.com"]
        max_window  = "15m"
        ask_above   = "$1.00"
        "#,
    );
    let scene = Scene::new([offer("$0.01")]);
    let allowed = scene.allowed(&policy.unwrap());
    let limits: Vec<_> = allowed.limits().iter().map(|limit| format!("{} {}", limit.meter, limit.max)).collect();
    assert_eq!(limits, ["task 500000", "day 5000000"]);
    assert_eq!((allowed.asset().symbol, allowed.window(), allowed.approval()), ("USDC", 60, None));
    assert_eq!(allowed.rule(), "0.01 <= 0.05 USDC per payment; origin https://api.example.com; payee new; window 60 s <= 900 s");
    assert_eq!(allowed.pin(), Some(&pin(networks::BASE, PAYEE)));
    assert_eq!(vec![allowed.shown_resource()], [URL]);
}
