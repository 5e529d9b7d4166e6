//! What a server says, put where HTTP has it.

use std::time::Duration;

use http::header::{CONTENT_TYPE, HeaderName, RETRY_AFTER};
use http::{HeaderMap, HeaderValue};
use quittance_core::Limits;
use quittance_core::header::{self, PAYMENT_REQUIRED, PAYMENT_RESPONSE};
use quittance_core::json::Object;
use quittance_core::wire::PaymentRequired;
use quittance_remote::{Exchange, Lost};
use serde_json::Value;

use crate::buyer::NoResult;
use crate::values::{CODE, RECEIPT, object};

/// The status of an answer that is an error of JSON-RPC.
pub(crate) const NO_RESULT: u16 = 500;
/// The status of a result in which the tool says that it failed. Whatever a tool does, it is not for the buyer to have it done again.
const FAILED: u16 = 422;
/// The same where the money has moved: the seller owes what was bought, and runs the tool again for the same payment.
const OWED: u16 = 502;
/// How much is read of what stands for terms.
const LIMITS: Limits = Limits::BODY;

/// The exchange that a call was.
pub(crate) fn exchange(answer: Result<Value, NoResult>, took: Duration) -> Result<Exchange, Lost> {
    let (status, headers, body) = match answer {
        Ok(result) => of_result(&result),
        Err(NoResult::Error(error)) => of_error(&error),
        Err(NoResult::NotSent) => return Err(Lost::Unreachable),
        Err(NoResult::Lost) => return Err(Lost::Broken),
    };
    Ok(Exchange::new(status, headers, body, took))
}

/// Whether an answer asks for money.
pub(crate) fn asks(answer: &Result<Value, NoResult>) -> bool {
    match answer {
        Ok(result) => of_result(result).0 == 402,
        Err(NoResult::Error(error)) => of_error(error).0 == 402,
        Err(NoResult::NotSent | NoResult::Lost) => false,
    }
}

type Said = (u16, HeaderMap, Vec<u8>);

fn of_result(result: &Value) -> Said {
    let mut headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
    if let Some(receipt) = result.get("_meta").and_then(|meta| meta.get(RECEIPT)).and_then(|receipt| object(receipt, &LIMITS).ok())
    {
        put(&mut headers, PAYMENT_RESPONSE, receipt);
    }
    let whole = || result.to_string().into_bytes();
    if result.get("isError").and_then(Value::as_bool) != Some(true) {
        return (200, headers, whole());
    }
    let receipt = result.get("_meta").and_then(|meta| meta.get(RECEIPT));
    let has_moved = receipt.and_then(|receipt| receipt.get("success")).and_then(Value::as_bool) == Some(true);
    let failed = if has_moved { OWED } else { FAILED };
    let said = structured(result).or_else(|| written(result));
    let Some(said) = said else { return (failed, headers, whole()) };
    if is_terms(&said) {
        return asking(headers, &said);
    }
    // a seller of this workspace says which of its refusals it is
    let status = said.get("status").and_then(Value::as_u64).and_then(|status| u16::try_from(status).ok());
    let status = status.filter(|status| (400..600).contains(status) && *status != 402 && *status != NO_RESULT);
    if let Some(after) = said.get("retryAfter").and_then(Value::as_u64) {
        headers.insert(RETRY_AFTER, after.into());
    }
    (status.unwrap_or(failed), headers, whole())
}

/// What stands in the member for programs.
fn structured(result: &Value) -> Option<Value> {
    result.get("structuredContent").filter(|said| said.is_object()).cloned()
}

/// The same out of the text for people.
fn written(result: &Value) -> Option<Value> {
    let text = result.get("content")?.get(0)?.get("text")?.as_str().filter(|text| text.len() <= LIMITS.bytes)?;
    serde_json::from_str(text).ok().filter(Value::is_object)
}

fn of_error(error: &Value) -> Said {
    let terms = error.get("data").filter(|data| error.get("code").and_then(Value::as_i64) == Some(CODE) && is_terms(data));
    match terms {
        Some(terms) => asking(HeaderMap::new(), terms),
        None => (NO_RESULT, HeaderMap::new(), error.to_string().into_bytes()),
    }
}

fn is_terms(said: &Value) -> bool {
    said.get("accepts").is_some_and(Value::is_array)
}

/// Terms in the place in which their version has them: a header, or else the body.
fn asking(mut headers: HeaderMap, terms: &Value) -> Said {
    let body = terms.to_string().into_bytes();
    if PaymentRequired::from_json(&body, &LIMITS).is_ok()
        && let Ok(terms) = object(terms, &LIMITS)
    {
        put(&mut headers, PAYMENT_REQUIRED, terms);
    }
    (402, headers, body)
}

/// What does not fit is not there.
fn put(headers: &mut HeaderMap, name: &str, object: Object) {
    let text = header::encode(object, &LIMITS).ok().and_then(|text| HeaderValue::try_from(text).ok());
    if let (Some(value), Ok(name)) = (text, HeaderName::from_bytes(name.as_bytes())) {
        headers.insert(name, value);
    }
}
