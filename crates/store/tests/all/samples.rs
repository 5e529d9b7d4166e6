//! What the tests and examples buy and sell. The same program in every process, so nothing here is random.
#![allow(dead_code, missing_docs, unreachable_pub, reason = "each program uses a part of it")]

use quittance_core::binding::Binding;
use quittance_core::registry::{self, networks};
use quittance_core::{Account, Address, Amount, Asset, Money, Nonce, ReplayKey, Resource, Salt, Terms, UnixSeconds};
use quittance_guard::budget::{Limit, Meter, Purchase, Signed, Subject, Sum};
use quittance_guard::receipt::{Attested, Receipt};
use quittance_guard::replay::{Bound, Demand, Request};
use quittance_guard::{Fingerprint, TaskId};
use quittance_store::SealingKey;

pub const NOW: u64 = 1_740_672_100;
/// What a signature looks like in these tests; nothing of it may ever be found in clear.
pub const SIGNATURE: &[u8] = b"sentinel-signature-eyJ4NDAyVmVyc2lvbiI6Mn0";

pub fn sealing_key() -> SealingKey {
    SealingKey::from_bytes([7; 32])
}

pub fn at(seconds: u64) -> UnixSeconds {
    UnixSeconds::from_secs(NOW + seconds)
}

pub fn terms(price: &str) -> Terms {
    let asset = registry::default_asset(networks::BASE_SEPOLIA).unwrap();
    Terms::exact(asset, &Money::parse(price).unwrap(), "0x209693Bc6afc0C5328bA36FaF03C514EF312287C", 60).unwrap()
}

pub fn asset() -> Asset {
    terms("$1").asset().clone()
}

pub fn fingerprint(path: &str) -> Fingerprint {
    Fingerprint::of("GET", &Resource::parse(&format!("https://api.example.com/{path}")).unwrap(), b"")
}

pub fn address(number: u64) -> Address {
    let mut bytes = [0x11; 20];
    bytes[12..].copy_from_slice(&number.to_be_bytes());
    Address::from_bytes(bytes)
}

pub fn payer(number: u64) -> Account {
    Account::Evm(address(number))
}

pub fn nonce(number: u64) -> Nonce {
    let mut bytes = [0; 32];
    bytes[24..].copy_from_slice(&number.to_be_bytes());
    // spread over the whole range, as real ones are
    Nonce::from_bytes(quittance_core::sha256(&bytes))
}

pub fn key_by(from: u64, number: u64) -> ReplayKey {
    let token = asset().token().address().unwrap();
    ReplayKey::Eip3009 { network: networks::BASE_SEPOLIA, token, from: address(from), nonce: nonce(number) }
}

pub fn key(number: u64) -> ReplayKey {
    key_by(1, number)
}

/// A claim of payment `number` by payer `from` for a path.
pub fn claim_by(from: u64, number: u64, path: &str, seconds: u64) -> Request {
    let demand = Demand::new(fingerprint(path), at(seconds));
    Request::new(key_by(from, number), payer(from), asset(), Amount::from_u64(10_000), at(100_000), demand)
}

pub fn claim(number: u64, path: &str, seconds: u64) -> Request {
    claim_by(1, number, path, seconds)
}

/// The same with the secret of its nonce, which is therefore another.
pub fn bound(path: &str, salt: u8, seconds: u64) -> Request {
    let resource = Resource::parse(&format!("https://api.example.com/{path}")).unwrap();
    let binding = Binding::new(terms("$0.01").hash(), "GET", &resource).unwrap();
    let salt = Salt::from_bytes([salt; 32]);
    let ReplayKey::Eip3009 { network, token, from, .. } = key(1) else { unreachable!() };
    let key = ReplayKey::Eip3009 { network, token, from, nonce: binding.nonce(&salt) };
    let mut request = claim(1, path, seconds);
    request.demand.bound = Some(Bound::prove(&binding, &salt, key).unwrap());
    Request::new(key, request.payer, request.asset, request.amount, request.keep_until, request.demand)
}

pub fn receipt(transaction: &str, attested: Attested) -> Receipt {
    Receipt::new(Amount::from_u64(10_000), transaction, attested)
}

/// A purchase of a path under its own name.
pub fn purchase(name: &str, task: &str, price: &str) -> Purchase {
    Purchase::new(name.parse().unwrap(), task.parse().unwrap(), fingerprint(name), &terms(price))
}

pub fn cents(cents: u64) -> Amount {
    Amount::from_u64(cents * 10_000)
}

pub fn limits(of: &[(Meter, u64)]) -> Vec<Limit> {
    of.iter().map(|(meter, max)| Limit::new(*meter, cents(*max))).collect()
}

pub fn task(name: &str) -> Sum {
    Sum::new(Subject::Task(TaskId::parse(name).unwrap()), asset())
}

pub fn wallet(meter: Meter) -> Sum {
    Sum::new(Subject::Wallet(meter), asset())
}

pub fn signed(number: u64, expires: UnixSeconds) -> Signed {
    Signed::new(key(number), expires, SIGNATURE)
}
