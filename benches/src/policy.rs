//! The policy pause of a buyer: one decision by a policy of fifty rules.

use std::fmt::Write as _;
use std::hint::black_box;

use quittance_core::registry::{default_asset, networks};
use quittance_core::wire::ResourceInfo;
use quittance_core::{Money, Resource, Terms};
use quittance_guard::PurchaseId;
use quittance_guard::policy::{Decision, KnownPrice, Pin, Policy, PriceSource, Snapshot};

use crate::inputs::NOW;
use crate::path::Call;

/// An offer was taken.
pub(crate) const ALLOWED: &str = "allowed";
/// The answer was refused.
pub(crate) const PRICE_CHANGED: &str = "price_changed";

const PAYEE: &str = "0x209693Bc6afc0C5328bA36FaF03C514EF312287C";

/// Fifty rules, half of them about one origin; the one that is about the request is the last.
fn rules() -> Policy {
    let mut text = String::from(
        "per_payment = \"$0.05\"\nper_task = \"$0.50\"\nper_day = \"$5.00\"\nask_above = \"$0.04\"\n\
         networks = [\"base\", \"base-sepolia\", \"polygon\"]\n",
    );
    for number in 0..50 {
        let origin = if number % 2 == 0 { format!("https://api-{number}.example.com") } else { "https://api.example.com".into() };
        let rule = format!(
            "[[resource]]\nurl = \"{origin}/v1/kind-{number}/*\"\nmethods = [\"GET\"]\nprice = \"$0.01\"\nper_payment = \"$0.02\"\n"
        );
        text.write_str(&rule).expect("a String takes everything");
    }
    Policy::from_toml(&text).expect("a policy")
}

/// Three offers on three networks, a description, a known price and a known payee.
fn deciding(index: u8, price: &str) -> Call {
    let policy = rules();
    let offer = |network, price: &str| {
        let asset = default_asset(network).expect("it has one");
        Terms::exact(asset, &Money::parse(price).expect("a price"), PAYEE, 60).expect("an offer")
    };
    let dear = offer(networks::POLYGON, "$0.9");
    let offers = [dear, offer(networks::BASE_SEPOLIA, price), offer(networks::BASE, price)];
    let url = format!("https://api.example.com/v1/kind-49/report-{index}?format=json&page=2&lang=en");
    let resource = Resource::parse(&url).expect("a URL");
    let mut info = ResourceInfo::new(url);
    info.description = Some("A daily report with sources, the current price and its change over the last day".into());
    let claims = [info];
    let purchase = PurchaseId::parse(&format!("report-{index}")).expect("a label");
    let prices = [KnownPrice::new(PriceSource::Paid, offers[2].asset().clone(), offers[2].amount())];
    let pins = [Pin::new(networks::BASE, offers[2].pay_to().clone())];
    Call::new(move || {
        let mut snapshot = Snapshot::new(&offers, &resource, "GET", &purchase, NOW);
        (snapshot.claims, snapshot.prices, snapshot.pins) = (&claims, &prices, &pins);
        match policy.decide(black_box(&snapshot)) {
            Decision::Allow(allowed) if allowed.terms().network() == networks::BASE => ALLOWED,
            Decision::Deny(denied) => denied.denial().name(),
            _ => "wrong",
        }
    })
}

/// The price is as it was.
pub(crate) fn allowing(index: u8) -> Call {
    deciding(index, "$0.01")
}

/// It is twice that.
pub(crate) fn refusing(index: u8) -> Call {
    deciding(index, "$0.02")
}
