//! What is answered, and with which status.

use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use http_body_util::Full;
use hyper::body::Bytes;
use quittance_core::json::{Object, Value};
use quittance_core::rejection::Retry;
use quittance_core::wire::{SettleResponse, VerifyResponse};
use quittance_core::{DecodeError, Fault};

use crate::metrics::Operation;

/// An answer: all of them are whole before they are sent.
pub(super) type Response = axum::http::Response<Full<Bytes>>;

/// How long a caller is to wait who was told to come back, in seconds.
const COME_BACK: HeaderValue = HeaderValue::from_static("2");

/// Why there is no verdict.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Refusal {
    /// There is no such route.
    Path,
    /// The route takes other methods.
    Method,
    /// The body is not said to be plain JSON.
    MediaType,
    /// The body is longer than allowed.
    TooLarge,
    /// The body did not come in time.
    Slow,
    /// The body broke off.
    Broken,
    /// The caller is nobody that is known.
    Stranger,
    /// Too much is being done already.
    Busy,
    /// A mistake of ours.
    Bug,
}

impl Refusal {
    const fn parts(self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::Path => (StatusCode::NOT_FOUND, "not_found", "there is no such route; GET /openapi.json says which there are"),
            Self::Method => (StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "the route takes another method"),
            Self::MediaType => {
                (StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", "send JSON, with content-type: application/json")
            }
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "too_large", "the body is longer than is allowed"),
            Self::Slow => (StatusCode::REQUEST_TIMEOUT, "too_slow", "the body did not come in time"),
            Self::Broken => (StatusCode::BAD_REQUEST, "broken_off", "the body ended before its end"),
            Self::Stranger => (StatusCode::UNAUTHORIZED, "unauthorized", "send a key, in authorization: Bearer or x-api-key"),
            Self::Busy => (StatusCode::SERVICE_UNAVAILABLE, "busy", "too many requests are being worked on; nothing was done"),
            Self::Bug => (StatusCode::INTERNAL_SERVER_ERROR, "internal_error", "something went wrong on our side"),
        }
    }
}

impl From<Refusal> for Response {
    fn from(refusal: Refusal) -> Self {
        let (status, code, message) = refusal.parts();
        let mut response = json(status, &Object::from_iter([("error", error(code, message, None))]));
        match refusal {
            Refusal::Busy => {
                response.headers_mut().insert(RETRY_AFTER, COME_BACK);
            }
            Refusal::Stranger => {
                response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            _ => {}
        }
        response
    }
}

/// Something of ours is down. Neither `isValid` nor `success` is in the answer: nobody is to read a verdict out of it.
pub(super) fn fault(fault: Fault) -> Response {
    let status = StatusCode::from_u16(fault.status()).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
    let next = match fault.retry() {
        Retry::SameBytesLater => "same_bytes_later",
        _ => "unknown_outcome",
    };
    let error = error(fault.code(), fault.description(), Some(("retry", next.into())));
    let mut response = json(status, &Object::from_iter([("error", error)]));
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(RETRY_AFTER, COME_BACK);
    }
    response
}

/// What is malformed cannot be valid and cannot be settled, and this says where and why.
pub(super) fn malformed(operation: Operation, wrong: &DecodeError) -> Response {
    let message = wrong.to_string();
    let mut verdict = match operation {
        Operation::Verify => {
            let mut verdict = VerifyResponse::invalid(wrong.code(), None);
            verdict.invalid_message = Some(message.clone());
            Object::from(&verdict)
        }
        Operation::Settle => {
            let mut verdict = SettleResponse::failed("", wrong.code());
            verdict.error_message = Some(message.clone());
            Object::from(&verdict)
        }
    };
    let place = match (wrong.path(), wrong.offset()) {
        (Some(path), _) => Some(("path", path.into())),
        (None, Some(offset)) => Some(("offset", Value::from(u32::try_from(offset).unwrap_or(u32::MAX)))),
        (None, None) => None,
    };
    verdict.insert("error", error(wrong.kind().name(), &message, place));
    json(StatusCode::BAD_REQUEST, &verdict)
}

fn error(code: &str, message: &str, more: Option<(&str, Value)>) -> Value {
    let members = [("code", Value::from(code)), ("message", Value::from(message))];
    Value::Object(members.into_iter().chain(more).collect())
}

/// JSON with a status.
pub(super) fn json(status: StatusCode, body: &Object) -> Response {
    text(status, "application/json", body.to_string())
}

/// Text of a kind with a status.
pub(super) fn text(status: StatusCode, kind: &'static str, text: impl Into<Bytes>) -> Response {
    let mut response = Response::new(Full::new(text.into()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

/// What a log calls a request, so that whoever sent it can say which one they mean.
pub(super) const REQUEST: HeaderName = HeaderName::from_static("x-request-id");
