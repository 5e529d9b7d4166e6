//! Results out of what the seller's layer answers.

use bytes::Bytes;
use http::header::RETRY_AFTER;
use http::{HeaderMap, Response, StatusCode};
use quittance_core::Limits;
use quittance_core::header::{self, Envelope, PAYMENT_REQUIRED, PAYMENT_RESPONSE, X_PAYMENT_RESPONSE};
use quittance_core::json::Object;
use serde_json::{Map, Value, json};

use crate::values::{PAYMENT, RECEIPT, value};

/// Marks a response as what the tool itself made, which is not what is sold.
#[derive(Clone)]
struct Failed;

/// What a tool made, as the answer of a handler: a failure is one over HTTP too.
pub(crate) fn made(result: &Value) -> Response<Bytes> {
    if !result.is_object() {
        return broken();
    }
    let mut response = Response::new(Bytes::from(result.to_string()));
    if result.get("isError").and_then(Value::as_bool) == Some(true) {
        *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        response.extensions_mut().insert(Failed);
    }
    response
}

/// Something is wrong on this side.
pub(crate) fn broken() -> Response<Bytes> {
    let mut response =
        Response::new(Bytes::from_static(br#"{"error":"internal_error","message":"something went wrong on our side"}"#));
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    response
}

/// The code in an answer that serves nothing.
pub(crate) fn code(body: &[u8]) -> String {
    let read: Value = serde_json::from_slice(body).unwrap_or_default();
    read["error"].as_str().unwrap_or("invalid_payload").to_owned()
}

/// The result that an answer becomes. `error` says why terms are given where the answer has no reason of its own for it.
pub(crate) fn result(response: Response<Bytes>, error: Option<&str>) -> Value {
    let (parts, body) = response.into_parts();
    let is_made = parts.status == StatusCode::OK || parts.extensions.get::<Failed>().is_some();
    let mut result = if is_made {
        serde_json::from_slice(&body).unwrap_or_default()
    } else if let Some(terms) = terms(&parts.headers, error) {
        refusal(&terms)
    } else {
        let after = parts.headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
        let mut said: Map<String, Value> = serde_json::from_slice(&body).unwrap_or_default();
        said.insert("status".into(), parts.status.as_u16().into());
        if let Some(after) = after {
            said.insert("retryAfter".into(), after.into());
        }
        refusal(&said.into())
    };
    own(&mut result, receipt(&parts.headers));
    result
}

/// A result for a call that is not looked at any further.
pub(crate) fn wrong(status: StatusCode, code: &str, message: &str) -> Value {
    refusal(&json!({"error": code, "message": message, "retry": "never", "status": status.as_u16()}))
}

/// Both of the places in which callers look.
fn refusal(said: &Value) -> Value {
    json!({"isError": true, "structuredContent": said, "content": [{"type": "text", "text": said.to_string()}]})
}

fn terms(headers: &HeaderMap, error: Option<&str>) -> Option<Value> {
    let mut terms = header::payment_required(headers.get(PAYMENT_REQUIRED)?.as_bytes(), &Limits::HEADER).ok()?;
    if let Some(error) = error {
        terms.error = Some(error.to_owned());
    }
    Some(value(&Object::from(&terms)))
}

fn receipt(headers: &HeaderMap) -> Option<Value> {
    let found = headers.get(PAYMENT_RESPONSE).or_else(|| headers.get(X_PAYMENT_RESPONSE))?;
    Envelope::from_header(found.as_bytes(), &Limits::HEADER).ok().map(|receipt| value(&receipt.into_object()))
}

/// The members of payment are ours: a tool, or a server behind it, has no say in them (catalogue row 163).
fn own(result: &mut Value, receipt: Option<Value>) {
    let Value::Object(result) = result else { return };
    if receipt.is_none() && !result.contains_key("_meta") {
        return;
    }
    let meta = result.entry("_meta").or_insert_with(|| json!({}));
    if !meta.is_object() {
        *meta = json!({});
    }
    if let Value::Object(meta) = meta {
        meta.remove(PAYMENT);
        meta.remove(RECEIPT);
        if let Some(receipt) = receipt {
            meta.insert(RECEIPT.into(), receipt);
        }
    }
}
