//! Texts of the protocol that are one thing each: an amount, an address, a network.

use alloc::string::ToString as _;

use quittance_core::{Address, Amount, Money, Network, Nonce, PaymentId, UnixSeconds, registry};

use crate::answer::{Answer, Problem, members, shown};
use crate::arguments;
use crate::digits::hex;

/// Reads a text as what it is said to be.
pub(crate) fn parse(kind: &[u8], given: &[u8]) -> Answer {
    let given = arguments::text(given)?;
    match arguments::text(kind)? {
        "amount" => {
            let amount = Amount::parse(given).map_err(Problem::of_kind)?;
            Ok(members([("decimal", shown(amount)), ("word", hex(&amount.to_be_bytes()).into())]))
        }
        "address" => Address::parse(given).map_err(Problem::of_kind).map(address),
        "party" => Address::parse_party(given).map_err(Problem::of_kind).map(address),
        "network" => {
            let network = Network::parse(given).map_err(Problem::of_kind)?;
            let mut parts =
                members([("namespace", network.namespace().into()), ("reference", network.reference().to_string().into())]);
            if let Some(id) = network.chain_id() {
                parts.insert("chainId", id.to_string());
            }
            Ok(parts)
        }
        "v1-network-name" => {
            let unknown = || Problem::named("network_v1_name", "version 1 of the protocol has no network of this name");
            Ok(members([("network", shown(registry::network_by_v1_name(given).ok_or_else(unknown)?))]))
        }
        "nonce" => Nonce::parse(given).map_err(Problem::of_kind).map(nonce),
        "permit2-nonce" => Nonce::parse_decimal(given).map_err(Problem::of_kind).map(nonce),
        "payment-id" => PaymentId::parse(given).map_err(Problem::of_kind).map(|id| members([("id", id.as_str().into())])),
        "time" => UnixSeconds::parse(given).map_err(Problem::of_kind).map(|time| members([("seconds", shown(time))])),
        _ => Err(Problem::named("unknown_name", "no quantity has this name")),
    }
}

/// A price in the smallest unit of a token with so many decimals.
pub(crate) fn price(given: &[u8], decimals: u8) -> Answer {
    let money = Money::parse(arguments::text(given)?).map_err(Problem::of_kind)?;
    let mut price = members([("amount", shown(money.to_amount(decimals).map_err(Problem::of_kind)?))]);
    if let Some(ticker) = money.ticker() {
        price.insert("ticker", ticker);
    }
    Ok(price)
}

fn address(address: Address) -> quittance_core::json::Object {
    members([("address", shown(address)), ("bytes", hex(address.as_bytes()).into())])
}

fn nonce(nonce: Nonce) -> quittance_core::json::Object {
    members([("nonce", shown(nonce)), ("decimal", shown(nonce.to_decimal()))])
}
