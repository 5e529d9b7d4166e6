//! What pages in browsers may see: the headers of payment, and of named origins everything (catalogue row 180).

use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS,
    ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
};
use http::{HeaderMap, HeaderValue, Method};

use crate::origin::Origin;

/// Whether a browser asks what it may ask.
pub(crate) fn asks_before(method: &Method, headers: &HeaderMap) -> bool {
    *method == Method::OPTIONS && headers.contains_key(ORIGIN) && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

/// The origin of a request, if its pages may have the answer.
pub(crate) fn allowed(origins: &[Origin], headers: &HeaderMap) -> Option<HeaderValue> {
    let from = headers.get(ORIGIN)?;
    origins.iter().any(|origin| origin.is(from)).then(|| from.clone())
}

/// Says so. Leave that somebody around this layer has given is kept; cookies are never sent along.
pub(crate) fn mark(allowed: Option<&HeaderValue>, headers: &mut HeaderMap) {
    headers.append(
        ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static("payment-required, payment-response, x-payment-response, retry-after"),
    );
    if let Some(origin) = allowed
        && !headers.contains_key(ACCESS_CONTROL_ALLOW_ORIGIN)
    {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        headers.append(VARY, HeaderValue::from_static("origin"));
    }
}

/// What a browser is told that asks before.
pub(crate) fn before(headers: &mut HeaderMap) {
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, HEAD, POST, PUT, PATCH, DELETE"));
    headers.insert(
        ACCESS_CONTROL_ALLOW_HEADERS,
        HeaderValue::from_static("payment-signature, x-payment, content-type, accept, access-control-expose-headers"),
    );
    headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
}
