//! `binding/…`: the bound nonce and the canonical resource in it.

use quittance_core::json::Object;
use quittance_core::{Binding, Limits, Nonce, Resource, Salt, TermsHash, header};
use serde_json::{Value, json};

use super::{hex, refusal, text};
use crate::vectors::Outcome;

pub(super) fn resource(_group: &Value, input: &Value) -> Outcome {
    let resource = Resource::parse(text(input, "url")).map_err(|e| e.name())?;
    Ok(json!({ "canonical": resource.as_str(), "origin": resource.origin() }))
}

pub(super) fn nonce(_group: &Value, input: &Value) -> Outcome {
    let metadata: Option<Object> = match input["metadata"].as_str() {
        None => None,
        Some(text) => {
            let envelope = header::Envelope::from_json(text.as_bytes(), &Limits::BODY).map_err(|e| refusal(&e))?;
            Some(envelope.into_object())
        }
    };
    let terms = TermsHash::parse(text(input, "termsHash")).map_err(|e| e.name())?;
    let resource = Resource::parse(text(input, "resource")).map_err(|e| e.name())?;
    let salt = Salt::parse(text(input, "salt")).map_err(|e| e.name())?;
    let binding = Binding::new(terms, text(input, "method"), &resource).map_err(|e| e.name())?;
    let binding = metadata.as_ref().map_or_else(|| binding.clone(), |metadata| binding.clone().with_metadata(metadata));
    let preimage = binding.preimage(&salt);
    let nonce = binding.nonce(&salt);
    if let Some(signed) = input["nonce"].as_str() {
        let signed = Nonce::parse(signed).map_err(|e| e.name())?;
        binding.check(&salt, signed).map_err(|e| e.name())?;
    }
    Ok(json!({
        "metadataHash": hex(&preimage[128..160]),
        "preimage": hex(&preimage),
        "nonce": nonce.to_string(),
        "decimal": nonce.to_decimal().to_string(),
    }))
}
