//! Where the API is that is sold.

use std::fmt;

use http::Uri;
use http::uri::{Authority, Scheme};
use quittance_server::Origin;

/// Scheme, host and port of an upstream: `http://127.0.0.1:3000`.
#[derive(Clone, PartialEq, Eq)]
pub struct Upstream {
    pub(crate) scheme: Scheme,
    pub(crate) authority: Authority,
}

/// The text is no upstream.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("an upstream is http:// or https://, a host in small letters, and a port if it is an unusual one; nothing behind it")]
pub struct UpstreamError;

impl Upstream {
    /// Reads an upstream.
    ///
    /// # Errors
    ///
    /// [`UpstreamError`], also for a URL with a path or a user.
    pub fn parse(text: &str) -> Result<Self, UpstreamError> {
        let origin = Origin::parse(text.strip_suffix('/').unwrap_or(text)).map_err(|_| UpstreamError)?;
        let uri: Uri = origin.as_str().parse().map_err(|_| UpstreamError)?;
        let parts = uri.into_parts();
        Ok(Self { scheme: parts.scheme.ok_or(UpstreamError)?, authority: parts.authority.ok_or(UpstreamError)? })
    }

    pub(crate) fn is_encrypted(&self) -> bool {
        self.scheme == Scheme::HTTPS
    }

    /// Where a connection goes.
    pub(crate) fn address(&self) -> (&str, u16) {
        let host = self.authority.host().trim_start_matches('[').trim_end_matches(']');
        let usual = if self.is_encrypted() { 443 } else { 80 };
        (host, self.authority.port_u16().unwrap_or(usual))
    }
}

impl fmt::Display for Upstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme, self.authority)
    }
}

impl fmt::Debug for Upstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Upstream({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_upstream_is_an_origin() {
        for (text, address) in [
            ("http://127.0.0.1:3000", Some(("127.0.0.1", 3_000))),
            ("http://api.internal/", Some(("api.internal", 80))),
            ("https://[::1]:8443", Some(("::1", 8_443))),
            ("https://api.internal", Some(("api.internal", 443))),
            ("http://user@api.internal", None),
            ("http://api.internal/v1", None),
            ("ftp://api.internal", None),
            ("127.0.0.1:3000", None),
            ("", None),
        ] {
            let upstream = Upstream::parse(text).ok();
            assert_eq!(upstream.as_ref().map(Upstream::address), address, "{text}");
        }
    }
}
