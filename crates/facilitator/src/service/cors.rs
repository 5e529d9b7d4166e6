//! Which pages of browsers may ask: none but those of named origins.

use std::fmt;

use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
};
use axum::http::{HeaderMap, HeaderValue, Method, Uri};

/// An origin, as browsers write it: `https://shop.example`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Origin(HeaderValue);

/// Not an origin.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OriginError(());

impl fmt::Display for OriginError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "an origin is http:// or https://, a host in small letters, and a port if it is an unusual one; nothing behind it",
        )
    }
}

impl std::error::Error for OriginError {}

impl Origin {
    /// Reads an origin.
    ///
    /// # Errors
    ///
    /// [`OriginError`], also for `*`: a page that everybody can put up may ask with nobody's key.
    pub fn parse(text: &str) -> Result<Self, OriginError> {
        let uri: Uri = text.parse().map_err(|_| OriginError(()))?;
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else { return Err(OriginError(())) };
        let usual = match scheme {
            "https" => 443,
            "http" => 80,
            _ => return Err(OriginError(())),
        };
        let as_browsers_do = format!("{scheme}://{authority}") == text
            && !authority.as_str().contains('@')
            && authority.port_u16() != Some(usual)
            && text.bytes().all(|byte| !byte.is_ascii_uppercase());
        if !as_browsers_do {
            return Err(OriginError(()));
        }
        HeaderValue::from_str(text).map(Self).map_err(|_| OriginError(()))
    }
}

/// The one of the origins that a request comes from.
pub(super) fn allowed<'o>(origins: &'o [Origin], headers: &HeaderMap) -> Option<&'o Origin> {
    let from = headers.get(ORIGIN)?;
    origins.iter().find(|origin| origin.0 == from)
}

/// Whether a browser asks what it may ask.
pub(super) fn asks_before(method: &Method, headers: &HeaderMap) -> bool {
    *method == Method::OPTIONS && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

/// Tells a browser that the page may have the answer; before it asks, also what it may ask with.
pub(super) fn allow(origin: &Origin, before: bool, headers: &mut HeaderMap) {
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.0.clone());
    headers.insert(VARY, HeaderValue::from_static("origin"));
    if before {
        headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST"));
        headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("authorization, content-type, x-api-key"));
        headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_written_as_browsers_write_it() {
        for (text, fine) in [
            ("https://shop.example", true),
            ("http://127.0.0.1:3000", true),
            ("https://shop.example/", false),
            ("https://shop.example:443", false),
            ("https://Shop.example", false),
            ("https://user@shop.example", false),
            ("shop.example", false),
            ("ftp://shop.example", false),
            ("null", false),
            ("*", false),
            ("", false),
        ] {
            assert_eq!(Origin::parse(text).is_ok(), fine, "{text}");
        }
    }
}
