//! What a request asks for, as one hash.

use core::fmt;

use quittance_core::{Resource, sha256};

/// The method, the canonical resource and the body of a request, hashed into one value.
///
/// A payment is claimed for one fingerprint, and the same payment with another method, resource or body is another request (catalogue
/// rows 110 to 112). It is
///
/// ```text
/// sha256( sha256("quittance-request/1") ‖ sha256(method) ‖ sha256(resource) ‖ sha256(body) )
/// ```
///
/// over words of 32 bytes, so that no two requests share a preimage. It prints itself: nothing of the request can be read off it, but who
/// can guess a whole request can check the guess, so what is secret in a URL is not made public by logging this, and is not protected
/// by it either.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// The fingerprint of a request. A method is compared as it is sent; a request without a body has an empty one.
    #[must_use]
    pub fn of(method: &str, resource: &Resource, body: &[u8]) -> Self {
        Self::with_body_hash(method, resource, &sha256(body))
    }

    /// The same for a body that was hashed while it arrived.
    #[must_use]
    pub fn with_body_hash(method: &str, resource: &Resource, body: &[u8; 32]) -> Self {
        let words = [sha256(b"quittance-request/1"), sha256(method.as_bytes()), sha256(resource.as_str().as_bytes()), *body];
        Self(sha256(words.as_flattened()))
    }

    /// A fingerprint that was stored.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("sha256:")?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_110_to_112_every_part_counts() {
        let of = |method, url, body: &[u8]| Fingerprint::of(method, &Resource::parse(url).unwrap(), body);
        let base = of("GET", "https://a.example/r?a=1&b=2", b"");
        assert_eq!(base, of("GET", "https://A.example:443/r?a=1&b=2", b""));
        for other in [
            of("POST", "https://a.example/r?a=1&b=2", b""),
            of("GET", "https://a.example/r?b=2&a=1", b""),
            of("GET", "https://a.example/r?a=1&b=2", b"{}"),
            of("GET", "https://a.example//r?a=1&b=2", b""),
        ] {
            assert_ne!(base, other);
        }
    }
}
