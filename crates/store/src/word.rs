//! How single values stand in a column.
//!
//! A time beyond 2^63 seconds is kept as the last moment that fits a column, 292 billion years from now.

use quittance_core::{Account, Amount, Asset, Fault, Network, Rejection, ReplayKey, UnixSeconds};
use quittance_guard::receipt::{Attested, Receipt};

use crate::db::{Row, Value};
use crate::recent::Name;

/// What cannot be read was not written by this crate, or is torn.
pub(crate) const TORN: Fault = Fault::StoreInconsistent;

pub(crate) fn number(number: impl TryInto<i64>) -> i64 {
    number.try_into().unwrap_or(i64::MAX)
}

pub(crate) fn seconds(at: UnixSeconds) -> i64 {
    number(at.as_secs())
}

pub(crate) fn unsigned(number: i64) -> Result<u64, Fault> {
    number.try_into().map_err(|_| TORN)
}

pub(crate) fn count(number: i64) -> Result<u32, Fault> {
    number.try_into().map_err(|_| TORN)
}

pub(crate) fn time(number: i64) -> Result<UnixSeconds, Fault> {
    unsigned(number).map(UnixSeconds::from_secs)
}

pub(crate) fn flag(set: bool) -> Value {
    Value::from(i64::from(set))
}

pub(crate) fn maybe_seconds(at: Option<UnixSeconds>) -> Value {
    Value::Int(at.map(seconds))
}

pub(crate) fn maybe_text(text: Option<&str>) -> Value {
    Value::Text(text.map(Into::into))
}

pub(crate) fn amount(text: &str) -> Result<Amount, Fault> {
    Amount::parse(text).map_err(|_| TORN)
}

pub(crate) fn asset_text(asset: &Asset) -> String {
    format!("{}/{}", asset.network(), asset.token())
}

pub(crate) fn asset(text: &str) -> Result<Asset, Fault> {
    let (network, token) = text.split_once('/').ok_or(TORN)?;
    Asset::parse(Network::parse(network).map_err(|_| TORN)?, token).map_err(|_| TORN)
}

pub(crate) fn account(network: Network, text: &str) -> Result<Account, Fault> {
    Account::parse(network, text).map_err(|_| TORN)
}

pub(crate) fn key(text: &str) -> Result<ReplayKey, Fault> {
    ReplayKey::parse(text).map_err(|_| TORN)
}

/// The name of a payment's row.
pub(crate) fn id(key: &ReplayKey) -> Value {
    Name::of(key).id[..].into()
}

pub(crate) fn hash(bytes: Vec<u8>) -> Result<[u8; 32], Fault> {
    bytes.try_into().map_err(|_| TORN)
}

pub(crate) fn rejection(code: &str) -> Result<Rejection, Fault> {
    Rejection::from_code(code).ok_or(TORN)
}

/// The three columns of a receipt: charged, hash, attested.
pub(crate) fn receipt_values(receipt: Option<&Receipt>) -> [Value; 3] {
    [
        Value::Text(receipt.map(|receipt| receipt.charged.to_string())),
        maybe_text(receipt.map(|receipt| &*receipt.transaction)),
        maybe_text(receipt.map(|receipt| receipt.attested.as_str())),
    ]
}

/// The receipt that begins at a column.
pub(crate) fn receipt(row: &Row, at: usize) -> Result<Receipt, Fault> {
    let attested = Attested::parse(&row.text(at + 2)?).ok_or(TORN)?;
    Ok(Receipt::new(amount(&row.text(at)?)?, &row.text(at + 1)?, attested))
}
