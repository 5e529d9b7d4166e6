//! What the tests of this crate buy and sell.

use alloc::string::String;

use quittance_core::registry::{self, networks};
use quittance_core::{Account, Address, Asset, Money, Network, Nonce, ReplayKey, Resource, Terms, UnixSeconds};

use crate::budget::{Purchase, Signed};
use crate::fingerprint::Fingerprint;

pub(crate) const NOW: u64 = 1_740_672_100;
pub(crate) const PAYEE: &str = "0x209693Bc6afc0C5328bA36FaF03C514EF312287C";

pub(crate) fn at(seconds: u64) -> UnixSeconds {
    UnixSeconds::from_secs(NOW + seconds)
}

pub(crate) fn terms_on(network: Network, price: &str) -> Terms {
    Terms::exact(registry::default_asset(network).unwrap(), &Money::parse(price).unwrap(), PAYEE, 60).unwrap()
}

pub(crate) fn terms(price: &str) -> Terms {
    terms_on(networks::BASE_SEPOLIA, price)
}

pub(crate) fn asset() -> Asset {
    terms("$1").asset().clone()
}

pub(crate) fn request(path: &str) -> Fingerprint {
    let mut url = String::from("https://api.example.com/");
    url.push_str(path);
    Fingerprint::of("GET", &Resource::parse(&url).unwrap(), b"")
}

/// A purchase of a path under its own name.
pub(crate) fn purchase(name: &str, task: &str, price: &str) -> Purchase {
    Purchase::new(name.parse().unwrap(), task.parse().unwrap(), request(name), &terms(price))
}

pub(crate) fn key(nonce: u8) -> ReplayKey {
    key_of(1, nonce)
}

pub(crate) fn key_of(payer: u8, nonce: u8) -> ReplayKey {
    let Some(token) = asset().token().address() else { panic!("a token of an EVM network") };
    let (network, from) = (networks::BASE_SEPOLIA, Address::from_bytes([payer; 20]));
    ReplayKey::Eip3009 { network, token, from, nonce: Nonce::from_bytes([nonce; 32]) }
}

pub(crate) fn payer(number: u8) -> Account {
    Account::Evm(Address::from_bytes([number; 20]))
}

pub(crate) fn signed(nonce: u8, expires: UnixSeconds) -> Signed {
    Signed::new(key(nonce), expires, b"eyJ4NDAyVmVyc2lvbiI6MX0=")
}
