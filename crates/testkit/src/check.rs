//! One check per feature: what this implementation makes of the input of a case.
//!
//! A check returns the same members that the format's README promises for its feature, or the name of the reason for refusal. It
//! decides nothing itself: every verdict and every value comes from the crates under test.

mod binding;
mod evm;
mod guard;
mod header;
mod json;
mod question;
mod reasons;
mod settlement;
mod statement;
mod terms;
mod types;
mod wire;

use quittance_core::{DecodeError, Limits};
use serde_json::{Value, json};

use crate::vectors::Outcome;

/// A check: the parameters of the group and the input of the case, to an outcome.
pub type Check = fn(&Value, &Value) -> Outcome;

/// The check for a feature.
#[must_use]
pub fn of(feature: &str) -> Option<Check> {
    Some(match feature {
        "binding/nonce" => binding::nonce,
        "binding/resource" => binding::resource,
        "evm/authorization" => evm::authorization,
        "evm/domain" => evm::domain,
        "evm/exact" => evm::exact,
        "evm/erc6492" => evm::erc6492,
        "evm/message" => evm::message,
        "evm/multicall3" => question::multicall3,
        "evm/on-chain" => settlement::on_chain,
        "evm/personal" => evm::personal,
        "evm/question" => question::question,
        "evm/settlement" => settlement::settlement,
        "evm/upto" => evm::upto,
        "evm/signature" => evm::signature,
        "evm/signing" => evm::signing,
        "evm/typed-data" => evm::typed_data,
        "guard/audit-entry" => guard::audit_entry,
        "guard/audit-log" => guard::audit_log,
        "guard/escaped" => guard::escaped,
        "guard/salted-hash" => guard::salted_hash,
        "header/extension-responses" => header::extension_responses,
        "header/payment" => header::payment,
        "header/required" => header::required,
        "header/response" => header::response,
        "header/set" => header::set,
        "header/siwx" => header::siwx,
        "json/text" => json::text,
        "reasons/codes" => reasons::codes,
        "statement/check" => statement::check,
        "statement/sign" => statement::sign,
        "terms/answer" => terms::answer,
        "terms/hash" => terms::hash,
        "terms/matching" => terms::matching,
        "terms/window" => terms::window,
        "types/address" => types::address,
        "types/amount" => types::amount,
        "types/money" => types::money,
        "types/network" => types::network,
        "types/nonce" => types::nonce,
        "types/payment-id" => types::payment_id,
        "types/permit2-nonce" => types::permit2_nonce,
        "types/time" => types::time,
        "types/v1-network-names" => types::v1_network_names,
        "wire/bazaar" => statement::bazaar,
        "wire/discovery" => wire::discovery,
        "wire/mapping" => wire::mapping,
        "wire/offer-receipt" => statement::offer_receipt,
        "wire/payment-payload" => wire::payment_payload,
        "wire/payment-required" => wire::payment_required,
        "wire/requirements" => wire::requirements,
        "wire/resource-info" => wire::resource_info,
        "wire/settle-request" => wire::settle_request,
        "wire/settle-response" => wire::settle_response,
        "wire/supported" => wire::supported,
        "wire/verify-request" => wire::verify_request,
        "wire/verify-response" => wire::verify_response,
        _ => return None,
    })
}

/// The name of what is wrong with bytes.
fn refusal(error: &DecodeError) -> String {
    error.kind().name().into()
}

/// A text member of an input. Vectors are checked against their schemas, so that one is missing is a mistake of this crate.
fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("no text {name} in {value}"))
}

/// Bytes that are written as `0x` and hexadecimal digits, or without the prefix.
fn bytes(text: &str) -> Vec<u8> {
    let digits = text.strip_prefix("0x").unwrap_or(text);
    assert!(digits.len().is_multiple_of(2), "an even number of digits: {text}");
    (0..digits.len()).step_by(2).map(|i| u8::from_str_radix(&digits[i..i + 2], 16).expect("hexadecimal digits")).collect()
}

/// Exactly thirty-two bytes.
fn word(text: &str) -> [u8; 32] {
    bytes(text).try_into().expect("thirty-two bytes")
}

/// The text of [`bytes`], with the prefix.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::from("0x"), |text, byte| format!("{text}{byte:02x}"))
}

/// `{before, unit, times, after}`: how the format writes long texts.
fn repeated(value: &Value) -> String {
    let times = value["times"].as_u64().and_then(|n| usize::try_from(n).ok()).expect("a number of times");
    format!("{}{}{}", text(value, "before"), text(value, "unit").repeat(times), text(value, "after"))
}

/// JSON text of this implementation, as the other reader reads it.
fn reread(text: &str) -> Value {
    serde_json::from_str(text).expect("what is written is JSON")
}

/// The limits of a group, or those of a header.
fn limits(group: &Value) -> Limits {
    let limit = |name: &str| group["limits"][name].as_u64().and_then(|n| usize::try_from(n).ok());
    let bytes = limit("bytes").unwrap_or(Limits::HEADER.bytes);
    Limits::HEADER.with_bytes(bytes).with_depth(limit("depth").unwrap_or(Limits::HEADER.depth))
}

/// Facts with texts and lists beyond a thousand elements given by their length, as the format writes them.
fn abridged(value: Value) -> Value {
    const LONG: usize = 1_000;
    match value {
        Value::String(text) if text.len() > LONG => json!({ "length": text.len() }),
        Value::Array(elements) if elements.len() > LONG => json!({ "length": elements.len() }),
        Value::Array(elements) => elements.into_iter().map(abridged).collect(),
        Value::Object(members) => Value::Object(members.into_iter().map(|(name, value)| (name, abridged(value))).collect()),
        other => other,
    }
}
