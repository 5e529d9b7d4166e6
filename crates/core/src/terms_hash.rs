//! One name for one offer: SHA-256 over its canonical JSON.

use alloc::string::String;
use core::fmt;

use crate::hash::sha256;
use crate::hex::{self, HexError};
use crate::json::{Object, Value, canonical};
use crate::wire::PaymentRequirements;

/// The hash of an offer.
///
/// It is SHA-256 over the RFC 8785 text of the v2 `PaymentRequirements` object as the seller wrote it: every member, known or not,
/// with its text unchanged, except that an `extra` that is `null` or empty is left out, because absent, `null` and `{}` mean the same
/// (catalogue row 43). A v1 offer is mapped to v2 first. Written as `sha256:` and 64 lower-case digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TermsHash([u8; 32]);

impl TermsHash {
    const PREFIX: &'static str = "sha256:";

    /// The hash of an offer.
    #[must_use]
    pub fn of(offer: &PaymentRequirements) -> Self {
        Self(sha256(canonical_terms(offer).as_bytes()))
    }

    /// Takes thirty-two bytes that are such a hash.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Reads the written form.
    ///
    /// # Errors
    ///
    /// [`HexError`] when it is not `sha256:` and 64 lower-case hexadecimal digits: a hash has one spelling.
    pub fn parse(text: &str) -> Result<Self, HexError> {
        let digits = text.strip_prefix(Self::PREFIX).ok_or(HexError::Prefix)?;
        if digits.bytes().any(|b| b.is_ascii_uppercase()) {
            return Err(HexError::Digit);
        }
        hex::decode_array_bare(digits).map(Self)
    }
}

/// The canonical text that [`TermsHash`] is taken over.
#[must_use]
pub fn canonical_terms(offer: &PaymentRequirements) -> String {
    let mut object = Object::from(offer);
    if object.member("extra").and_then(Value::as_object).is_some_and(Object::is_empty) {
        object.remove("extra");
    }
    canonical(&object.into())
}

impl fmt::Display for TermsHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Self::PREFIX)?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

canonical_text!(TermsHash, HexError, "sha256: and 64 lower-case hexadecimal digits");

#[cfg(test)]
mod tests {
    use alloc::string::ToString as _;

    use super::*;

    fn check(text: &str, expected: Result<[u8; 32], HexError>) {
        let parsed = TermsHash::parse(text);
        assert_eq!(parsed.map(|hash| *hash.as_bytes()), expected, "{text}");
        assert_eq!(text.parse(), parsed, "FromStr: {text}");
        assert_eq!(serde_json::from_value(text.into()).ok(), parsed.ok(), "serde: {text}");
    }

    #[test]
    fn a_hash_has_one_spelling() {
        let text = TermsHash::from_bytes([0xab; 32]).to_string();
        check(&text, Ok([0xab; 32]));
        check(&text.to_uppercase(), Err(HexError::Prefix));
        check(&text.replace('b', "B"), Err(HexError::Digit));
        check(&text.replace("sha256:", "0x"), Err(HexError::Prefix));
        check(&text.replace("ab", "a"), Err(HexError::Length));
        check("", Err(HexError::Prefix));
    }
}
