//! `types/…`: quantities and identifiers.

use quittance_core::{Address, Amount, Money, Network, Nonce, PaymentId, UnixSeconds, registry};
use serde_json::{Value, json};

use super::{hex, text};
use crate::vectors::Outcome;

pub(super) fn amount(_group: &Value, input: &Value) -> Outcome {
    let amount = Amount::parse(text(input, "text")).map_err(|e| e.name())?;
    Ok(json!({ "decimal": amount.to_string(), "word": hex(&amount.to_be_bytes()) }))
}

pub(super) fn address(group: &Value, input: &Value) -> Outcome {
    let parse = if group["party"] == true { Address::parse_party } else { Address::parse };
    let address = parse(text(input, "text")).map_err(|e| e.name())?;
    Ok(json!({ "address": address.to_string(), "bytes": hex(address.as_bytes()) }))
}

pub(super) fn network(_group: &Value, input: &Value) -> Outcome {
    let network = Network::parse(text(input, "text")).map_err(|e| e.name())?;
    let chain_id = network.chain_id().map(|id| id.to_string());
    let mut facts = json!({ "namespace": network.namespace(), "reference": network.reference() });
    if let Some(chain_id) = chain_id {
        facts["chainId"] = json!(chain_id);
    }
    Ok(facts)
}

pub(super) fn nonce(_group: &Value, input: &Value) -> Outcome {
    let nonce = Nonce::parse(text(input, "text")).map_err(|e| e.name())?;
    Ok(json!({ "nonce": nonce.to_string(), "decimal": nonce.to_decimal().to_string() }))
}

pub(super) fn permit2_nonce(_group: &Value, input: &Value) -> Outcome {
    let nonce = Nonce::parse_decimal(text(input, "text")).map_err(|e| e.name())?;
    Ok(json!({ "nonce": nonce.to_string(), "decimal": nonce.to_decimal().to_string() }))
}

pub(super) fn payment_id(_group: &Value, input: &Value) -> Outcome {
    let id = PaymentId::parse(text(input, "text")).map_err(|e| e.name())?;
    Ok(json!({ "id": id.as_str() }))
}

pub(super) fn time(_group: &Value, input: &Value) -> Outcome {
    let time = UnixSeconds::parse(text(input, "text")).map_err(|e| e.name())?;
    Ok(json!({ "seconds": time.to_string() }))
}

pub(super) fn money(_group: &Value, input: &Value) -> Outcome {
    let decimals = input["decimals"].as_u64().and_then(|n| u8::try_from(n).ok()).expect("decimals of a token");
    let money = Money::parse(text(input, "text")).map_err(|e| e.name())?;
    let amount = money.to_amount(decimals).map_err(|e| e.name())?;
    Ok(match money.ticker() {
        Some(ticker) => json!({ "amount": amount.to_string(), "ticker": ticker }),
        None => json!({ "amount": amount.to_string() }),
    })
}

pub(super) fn v1_network_names(_group: &Value, input: &Value) -> Outcome {
    let network = registry::network_by_v1_name(text(input, "text")).ok_or("network_v1_name")?;
    Ok(json!({ "network": network.to_string() }))
}
