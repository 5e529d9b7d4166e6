//! Whether a seller's receipt is one of this purchase.

use quittance_core::header::{PAYMENT_RESPONSE, X_PAYMENT_RESPONSE, payment_response};
use quittance_core::registry::network_by_v1_name;
use quittance_core::rejection::Reason;
use quittance_core::wire::{Asked, SettleResponse};
use quittance_core::{Address, Amount, Limits, Network};
use quittance_guard::audit::Settlement;
use quittance_guard::budget::Record;
use quittance_guard::{Attested, Receipt};

use crate::transport::Exchange;

/// The receipt of an answer, if there is one that holds: of this payer, on this network, in a transaction that the network can have, for no
/// more than was signed (catalogue rows 136 and 203). It is the seller's word all the same.
pub(crate) fn of(exchange: &Exchange, record: &Record, payer: Address) -> Option<Receipt> {
    let said = said(exchange)?;
    let signed = record.signed.as_ref()?;
    let network = named(&said.network)?;
    let charged = match said.amount.as_deref() {
        Some(text) => Amount::parse(text).ok()?,
        None => record.purchase.amount,
    };
    let is_ours = said.success
        && network == signed.key().network()
        && said.payer.as_deref().is_none_or(|claimed| Address::parse(claimed) == Ok(payer))
        && charged <= record.purchase.amount;
    let receipt = Receipt::new(charged, &said.transaction, Attested::Answer);
    (is_ours && Settlement::of(network, &receipt).is_some()).then_some(receipt)
}

/// Why the seller refused, in the receipt or in the terms that it sent once more.
pub(crate) fn reason(exchange: &Exchange) -> Option<Reason> {
    if let Some(reason) = said(exchange).and_then(|said| said.error_reason) {
        return Some(Reason::parse(&reason));
    }
    let asked = Asked::read(exchange.header("payment-required"), &exchange.body, &Limits::BODY).ok()?;
    asked.reason().map(Reason::parse)
}

fn said(exchange: &Exchange) -> Option<SettleResponse> {
    let header = exchange.header(PAYMENT_RESPONSE).or_else(|| exchange.header(X_PAYMENT_RESPONSE))?;
    payment_response(header, &Limits::BODY).ok()
}

fn named(network: &str) -> Option<Network> {
    Network::parse(network).ok().or_else(|| network_by_v1_name(network))
}
