//! `terms/…`: hashes of offers, which offer a payment takes, and windows.

use quittance_core::header::Envelope;
use quittance_core::json::Object;
use quittance_core::terms_hash::canonical_terms;
use quittance_core::wire::{PaymentPayload, PaymentRequirements, SettleResponse, v1};
use quittance_core::{DecodeError, Limits, Payment, Settling, Terms, TermsHash, UnixSeconds, Window, WindowRule, find_offer};
use serde_json::{Value, json};

use super::{refusal, text};
use crate::vectors::Outcome;

pub(super) fn hash(_group: &Value, input: &Value) -> Outcome {
    let given = text(input, "requirements").as_bytes();
    let offer = if input["version"] == 1 {
        v1::PaymentRequirements::from_json(given, &Limits::BODY).and_then(|offer| offer.to_v2())
    } else {
        PaymentRequirements::from_json(given, &Limits::BODY)
    };
    let offer = offer.map_err(|e| refusal(&e))?;
    Ok(json!({ "canonical": canonical_terms(&offer), "hash": TermsHash::of(&offer).to_string() }))
}

fn offer(text: &str) -> Result<PaymentRequirements, DecodeError> {
    Envelope::from_json(text.as_bytes(), &Limits::BODY)?.try_into()
}

pub(super) fn matching(_group: &Value, input: &Value) -> Outcome {
    let offers = input["offers"].as_array().expect("a list of offers").iter();
    let offers: Result<Vec<Terms>, DecodeError> =
        offers.map(|text| offer(text.as_str().expect("an offer is text")).and_then(Terms::parse)).collect();
    let offers = offers.map_err(|e| refusal(&e))?;
    let accepted = offer(text(input, "accepted")).map_err(|e| refusal(&e))?;
    // What is paid with does not matter here; the payload of an unknown transfer method is carried along unread.
    let payload: Object = [("delegationManager", "0x"), ("transaction", "AA==")].into_iter().collect();
    let payment: Payment = PaymentPayload::new(accepted, payload).try_into().map_err(|e: DecodeError| refusal(&e))?;
    let found = find_offer(&offers, &payment).map_err(|e| e.code())?;
    let index = offers.iter().position(|offer| core::ptr::eq(offer, found)).expect("the offer found is one of the offers");
    Ok(json!({ "index": index }))
}

/// What a seller asked by an offer, or a buyer by a payment alone.
pub(super) fn answer(group: &Value, input: &Value) -> Outcome {
    let given = text(group, "payment").as_bytes();
    let payment: Result<Payment, DecodeError> = if group["version"] == 1 {
        v1::PaymentPayload::from_json(given, &Limits::BODY).and_then(TryInto::try_into)
    } else {
        PaymentPayload::from_json(given, &Limits::BODY).and_then(TryInto::try_into)
    };
    let payment = payment.map_err(|e| refusal(&e))?;
    let asked = match group["offer"].as_str() {
        Some(given) => Settling::of_offer(&offer(given).map_err(|e| refusal(&e))?, payment.from()).map_err(|e| refusal(&e))?,
        None => Settling::of_payment(&payment).expect("a payment of an amount"),
    };
    let said = SettleResponse::from_json(text(input, "text").as_bytes(), &Limits::BODY).map_err(|e| refusal(&e))?;
    let answered = asked.judge(&said).map_err(|e| e.name())?;
    Ok(json!({ "transaction": answered.transaction(), "charged": answered.charged().to_string() }))
}

pub(super) fn window(group: &Value, input: &Value) -> Outcome {
    let seconds = |value: &Value, name: &str| UnixSeconds::parse(text(value, name)).map_err(|e| e.name());
    let rule = match text(group, "rule") {
        "eip3009" => WindowRule::EIP3009,
        "permit2" => WindowRule::PERMIT2,
        other => panic!("no rule {other}"),
    };
    let rule = match input["margin"].as_str() {
        Some(margin) => rule.with_margin(margin.parse().expect("a margin in seconds")),
        None => rule,
    };
    let now = seconds(if input["now"].is_string() { input } else { group }, "now")?;
    let window = Window::new(seconds(input, "validAfter")?, seconds(input, "validBefore")?);
    window.judge(now, &rule).map(|()| Value::Null).map_err(|e| e.name().into())
}
