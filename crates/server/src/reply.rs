//! What is answered when nothing is served: fixed codes, never the words of a node, a store or a handler (catalogue row 172).

use std::time::Duration;

use bytes::Bytes;
use http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderName, RETRY_AFTER, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use quittance_core::json::{Object, Value};
use quittance_core::rejection::Retry;
use quittance_core::wire::{SettleResponse, Version};
use quittance_core::{DecodeError, Fault, Limits, Rejection, header};

/// How long a client is to wait where nobody knows better.
pub(crate) const COME_BACK: Duration = Duration::from_secs(2);

/// What is wrong with a request, apart from its payment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Refusal {
    /// The target is no resource that could be sold.
    Target,
    /// A method that is not for sale.
    Method,
    /// The body is longer than is looked at.
    TooLarge,
    /// The body did not come in time.
    Slow,
    /// The body broke off.
    Broken,
    /// The payer may not buy here.
    Denied,
    /// The payment carries no binding, and it has to.
    BindingMissing,
    /// The payment carries no name, and it has to.
    NameMissing,
}

impl Refusal {
    const fn parts(self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::Target => (StatusCode::BAD_REQUEST, "invalid_target", "the path or query of the request has no canonical form"),
            Self::Method => (StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "this method is not for sale"),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "too_large", "the body is longer than is allowed"),
            Self::Slow => (StatusCode::REQUEST_TIMEOUT, "too_slow", "the body did not come in time"),
            Self::Broken => (StatusCode::BAD_REQUEST, "broken_off", "the body ended before its end"),
            Self::Denied => (StatusCode::FORBIDDEN, "payer_denied", "this account may not pay here; nothing was charged"),
            Self::BindingMissing => {
                (StatusCode::BAD_REQUEST, "invalid_payload", "the extension quittance-binding is required; nothing was charged")
            }
            Self::NameMissing => {
                (StatusCode::BAD_REQUEST, "invalid_payload", "the extension payment-identifier is required; nothing was charged")
            }
        }
    }
}

impl From<Refusal> for Response<Bytes> {
    fn from(refusal: Refusal) -> Self {
        let (status, code, message) = refusal.parts();
        let mut response = error(status, code, message, None);
        if refusal == Refusal::Method {
            response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE"));
        }
        response
    }
}

/// A payment that cannot be read (HTTP transport v2, "Error Handling": 400).
pub(crate) fn malformed(wrong: &DecodeError) -> Response<Bytes> {
    error(StatusCode::BAD_REQUEST, wrong.code(), wrong.kind().name(), Some(Retry::Never))
}

/// A payment that is refused for good, or in a way in which no terms help.
pub(crate) fn rejected(rejection: Rejection) -> Response<Bytes> {
    let status = StatusCode::from_u16(rejection.status()).unwrap_or(StatusCode::PAYMENT_REQUIRED);
    let mut response = error(status, rejection.reason(), rejection.description(), Some(rejection.retry()));
    if status == StatusCode::SERVICE_UNAVAILABLE {
        wait(&mut response, COME_BACK);
    }
    response
}

/// Something of ours is down (rule 15): never 402, which would ask for a second payment.
pub(crate) fn fault(fault: Fault, after: Duration) -> Response<Bytes> {
    let status = StatusCode::from_u16(fault.status()).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
    let mut response = error(status, fault.code(), fault.description(), Some(fault.retry()));
    if status == StatusCode::SERVICE_UNAVAILABLE {
        wait(&mut response, after);
    }
    response
}

/// The payment is somebody else's, or spent, or being worked on.
pub(crate) fn conflict(code: &str, message: &str, after: Option<Duration>) -> Response<Bytes> {
    let retry = if after.is_some() { Retry::SameBytesLater } else { Retry::UnknownOutcome };
    let mut response = error(StatusCode::CONFLICT, code, message, Some(retry));
    if let Some(after) = after {
        wait(&mut response, after);
    }
    response
}

/// The payer has had enough for now.
pub(crate) fn limited(after: Duration) -> Response<Bytes> {
    let message = "this account has made as many payments as it may for now; nothing was charged";
    let mut response = error(StatusCode::TOO_MANY_REQUESTS, "rate_limited", message, Some(Retry::SameBytesLater));
    wait(&mut response, after);
    response
}

/// A mistake of ours.
pub(crate) fn bug() -> Response<Bytes> {
    error(StatusCode::INTERNAL_SERVER_ERROR, "internal_error", "something went wrong on our side", None)
}

fn error(status: StatusCode, code: &str, message: &str, retry: Option<Retry>) -> Response<Bytes> {
    let mut body = Object::from_iter([("error", Value::from(code)), ("message", Value::from(message))]);
    if let Some(retry) = retry {
        body.insert("retry", retry.word());
    }
    text(status, body.to_string())
}

fn wait<B>(response: &mut Response<B>, after: Duration) {
    let seconds = after.as_secs().saturating_add(u64::from(after.subsec_nanos() > 0)).max(1);
    response.headers_mut().insert(RETRY_AFTER, seconds.into());
}

/// JSON with a status, which nobody may keep (rule 30).
pub(crate) fn text(status: StatusCode, body: String) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// Puts a receipt, or the news that a settlement failed, into the header of the version that the payment spoke.
pub(crate) fn put_receipt(headers: &mut HeaderMap, version: Version, receipt: &SettleResponse) {
    let text = header::encode(receipt, &Limits::HEADER).ok().and_then(|text| HeaderValue::try_from(text).ok());
    if let Some(value) = text {
        headers.insert(name(version.receipt_header()), value);
    }
}

/// A header's name as this library writes it.
pub(crate) fn name(text: &'static str) -> HeaderName {
    HeaderName::from_bytes(text.as_bytes()).expect("the names of the specification are names of headers")
}
