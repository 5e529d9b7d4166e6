//! `header/…`: from the bytes of a header to the facts in it, and back.

use base64_of::base64_of;
use quittance_core::json::Object;
use quittance_core::wire::Version;
use quittance_core::{Limits, header};
use serde_json::{Value, json};

use super::{abridged, bytes, limits, refusal, repeated, text, wire};
use crate::vectors::Outcome;

/// The bytes of the header, in one of the forms that the format has for long and for unprintable ones.
fn value_of(input: &Value) -> Vec<u8> {
    if let Some(text) = input["header"].as_str() {
        text.as_bytes().to_vec()
    } else if let Some(hex) = input["headerHex"].as_str() {
        bytes(hex)
    } else if input["repeat"].is_object() {
        repeated(&input["repeat"]).into_bytes()
    } else {
        base64_of(repeated(&input["base64OfRepeat"]).as_bytes()).into_bytes()
    }
}

/// The facts, and the header that is written again where it is not the one that was read.
fn facts(value: &[u8], facts: Value, object: impl Into<Object>) -> Value {
    let facts = abridged(facts);
    let again = header::encode(object, &Limits::HEADER.with_bytes(usize::MAX)).expect("there is no limit");
    if again.as_bytes() == value { json!({ "facts": facts }) } else { json!({ "facts": facts, "header": again }) }
}

pub(super) fn payment(group: &Value, input: &Value) -> Outcome {
    let value = value_of(input);
    if group["version"] == 1 {
        let payment = header::x_payment(&value, &limits(group)).map_err(|e| refusal(&e))?;
        Ok(facts(&value, wire::payload_v1(&payment), &payment))
    } else {
        let payment = header::payment_signature(&value, &limits(group)).map_err(|e| refusal(&e))?;
        Ok(facts(&value, wire::payload_v2(&payment), &payment))
    }
}

pub(super) fn required(group: &Value, input: &Value) -> Outcome {
    let value = value_of(input);
    let required = header::payment_required(&value, &limits(group)).map_err(|e| refusal(&e))?;
    Ok(facts(&value, wire::required_v2(&required), &required))
}

pub(super) fn response(group: &Value, input: &Value) -> Outcome {
    let value = value_of(input);
    let response = header::payment_response(&value, &limits(group)).map_err(|e| refusal(&e))?;
    Ok(facts(&value, wire::settlement(&response), &response))
}

pub(super) fn siwx(group: &Value, input: &Value) -> Outcome {
    let value = value_of(input);
    let proof = header::sign_in_with_x(&value, &limits(group)).map_err(|e| refusal(&e))?;
    Ok(facts(&value, wire::identity(&proof), &proof))
}

pub(super) fn extension_responses(group: &Value, input: &Value) -> Outcome {
    let value = value_of(input);
    let responses = header::extension_responses(&value, &limits(group)).map_err(|e| refusal(&e))?;
    Ok(facts(&value, json!({ "extensions": super::reread(&responses.responses.to_string()) }), &responses))
}

pub(super) fn set(group: &Value, input: &Value) -> Outcome {
    let headers = input["headers"].as_array().expect("a list of headers");
    let pairs = headers.iter().map(|pair| (pair[0].as_str().expect("a name"), pair[1].as_str().expect("a value").as_bytes()));
    let Some(found) = header::find_payment(pairs).map_err(|e| refusal(&e))? else { return Ok(json!({ "payment": null })) };
    let (name, mut facts) = match found.version {
        Version::V1 => {
            let payment = header::x_payment(found.value, &limits(group)).map_err(|e| refusal(&e))?;
            (header::X_PAYMENT, wire::payload_v1(&payment))
        }
        _ => {
            let payment = header::payment_signature(found.value, &limits(group)).map_err(|e| refusal(&e))?;
            (header::PAYMENT_SIGNATURE, wire::payload_v2(&payment))
        }
    };
    let (scheme, network) = (text(&facts, "scheme").to_owned(), text(&facts, "network").to_owned());
    let version = facts["version"].take();
    Ok(json!({ "payment": { "name": name, "version": version, "scheme": scheme, "network": network } }))
}

/// Base64 of another hand than the one under test.
mod base64_of {
    pub(super) fn base64_of(bytes: &[u8]) -> String {
        const SYMBOLS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let mut out = String::new();
        for chunk in bytes.chunks(3) {
            let word = chunk.iter().chain([0, 0].iter()).take(3).fold(0u32, |word, byte| word << 8 | u32::from(*byte));
            for i in 0..4 {
                let symbol = SYMBOLS[(word >> (18 - 6 * i) & 63) as usize];
                out.push(if i <= chunk.len() { char::from(symbol) } else { '=' });
            }
        }
        out
    }
}
