//! `json/text`: the strict reader and the canonical writer.

use quittance_core::json::{canonical, parse};
use serde_json::{Value, json};

use super::{bytes, limits, refusal, repeated};
use crate::vectors::Outcome;

pub(super) fn text(group: &Value, input: &Value) -> Outcome {
    let given = if let Some(text) = input["text"].as_str() {
        text.as_bytes().to_vec()
    } else if let Some(hex) = input["hex"].as_str() {
        bytes(hex)
    } else {
        repeated(&input["repeat"]).into_bytes()
    };
    let value = parse(&given, &limits(group)).map_err(|e| refusal(&e))?;
    Ok(json!({ "canonical": canonical(&value), "text": value.to_string() }))
}
