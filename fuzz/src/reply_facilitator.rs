//! What servers and facilitators say to each other: requests, verdicts, receipts, what is supported.

use quittance_core::wire::{
    ExtensionResponses, SettleRequest, SettleResponse, SupportedResponse, VerifyRequest, VerifyResponse, Version,
};
use quittance_core::{Limits, Network, Reason, header, registry};

use crate::vectors::Vectors;
use crate::{base64, json_laws};

/// A body of either side, or the value of a header.
pub fn run(data: &[u8]) {
    if let Some(inside) = base64::decode(data) {
        let receipt = header::payment_response(data, &Limits::HEADER);
        if let Ok(receipt) = receipt {
            assert!(SettleResponse::from_json(&inside, &Limits::HEADER).as_ref() == Ok(&receipt));
        }
        if header::extension_responses(data, &Limits::HEADER).is_ok() {
            assert!(json_laws::object::<ExtensionResponses>(&inside).is_some());
        }
    }
    if let Some(verdict) = json_laws::object::<VerifyResponse>(data) {
        // catalogue row 135: a verdict is a JSON boolean and nothing that resembles one
        assert_eq!(common(data)["isValid"], serde_json::Value::Bool(verdict.is_valid));
        assert!(!verdict.is_valid || verdict.invalid_reason.as_deref().unwrap_or_default().is_empty());
        check_reason(verdict.invalid_reason.as_deref());
    }
    if let Some(receipt) = json_laws::object::<SettleResponse>(data) {
        assert_eq!(common(data)["success"], serde_json::Value::Bool(receipt.success));
        let named = Network::parse(&receipt.network).is_ok() || registry::network_by_v1_name(&receipt.network).is_some();
        assert!(named || receipt.network.is_empty() && !receipt.success, "a receipt for no network");
        check_reason(receipt.error_reason.as_deref());
    }
    if let Some(supported) = json_laws::object::<SupportedResponse>(data) {
        assert!(supported.kinds.iter().all(|kind| !kind.scheme.is_empty() && !kind.network.is_empty()));
    }
    let verify = json_laws::object::<VerifyRequest>(data);
    let settle = json_laws::object::<SettleRequest>(data);
    assert!(verify == settle.map(|request| request.0), "one object, two names");
    if let Some(request) = verify {
        let said = common(data)["x402Version"].as_u64();
        assert_eq!(said, Some(if request.version() == Version::V1 { 1 } else { 2 }));
    }
}

/// Bodies and headers.
pub fn seeds(vectors: &Vectors) -> Vec<Vec<u8>> {
    let mut seeds = vectors.texts(&["header/response", "header/extension-responses"], "header");
    let bodies = ["wire/verify-request", "wire/settle-request", "wire/verify-response", "wire/settle-response", "wire/supported"];
    seeds.extend(vectors.texts(&bodies, "text"));
    seeds
}

fn common(data: &[u8]) -> serde_json::Value {
    serde_json::from_slice(data).expect("a common reader takes what the strict one takes")
}

/// A reason that is known has a spelling of the specification's, which means the same.
fn check_reason(text: Option<&str>) {
    if let Reason::Rejection(rejection) = Reason::parse(text.unwrap_or_default()) {
        assert_eq!(Reason::parse(rejection.reason()), Reason::Rejection(rejection));
    }
}
