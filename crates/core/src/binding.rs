//! The bound nonce: one payment for one request, inside the signature that every wallet already makes.
//!
//! In `exact` on EVM the payer signs from, to, value, window and a free 32-byte nonce. Neither the resource nor the terms are signed,
//! so a captured payment buys another resource of the same seller (catalogue rows 107 to 109). Here the nonce is made of what the
//! payment is for:
//!
//! ```text
//! nonce = keccak256( T ‖ termsHash ‖ keccak256(method) ‖ keccak256(resource) ‖ metadataHash ‖ salt )
//! T            = keccak256("quittance-binding/1")
//! metadataHash = sha256 of the RFC 8785 text of the metadata object; 32 zero bytes when there is none
//! ```
//!
//! Six words of 32 bytes, so no two different inputs share a preimage, and any EVM library can compute it as
//! `keccak256(abi.encode(…))`. A seller that knows the extension recomputes the nonce; everybody else sees an ordinary one. The fresh
//! part is never left out: without it the same buyer could not buy the same thing twice (row 96). The salt is the buyer's secret until
//! it is shown to the seller; the settled calldata does not reveal it, so it later proves who may have the stored answer (row 127).
//! The same value as a decimal number serves as a Permit2 nonce.

use alloc::string::String;
use core::fmt;

use crate::error::ShapeError;
use crate::hash::{keccak256, sha256};
use crate::hex::{self, HexError};
use crate::json::{Object, canonical};
use crate::nonce::Nonce;
use crate::resource::Resource;
use crate::terms_hash::TermsHash;

/// The id of the extension that carries salt and metadata; its wire type is [`wire::Binding`](crate::wire::Binding).
pub const EXTENSION: &str = "quittance-binding";

/// `keccak256("quittance-binding/1")`: keeps these nonces apart from every other use of the hash.
pub const TAG: [u8; 32] = hex::literal("0x1c0c507ece7a57e23431242df7f9a92aec480ab8a5b5c3cb7731711b24fadfb2");

/// Thirty-two fresh random bytes, the buyer's secret.
///
/// It has no `Debug` and no `Display`; [`expose`](Self::expose) is for the extension and for storage.
#[derive(Clone, PartialEq, Eq)]
pub struct Salt([u8; 32]);

impl Salt {
    /// Takes bytes from a cryptographic random source. Bytes that are not fresh bind two purchases together.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Reads `0x` and 64 hexadecimal digits.
    ///
    /// # Errors
    ///
    /// [`HexError`] for any other text.
    pub fn parse(text: &str) -> Result<Self, HexError> {
        hex::decode_array(text).map(Self)
    }

    /// The secret, as `0x` and 64 digits.
    #[must_use]
    pub fn expose(&self) -> String {
        hex::encode(&self.0)
    }
}

reasons! {
    /// Why a nonce cannot be bound, or is not.
    pub enum BindingError {
        /// The method is empty, longer than 32 bytes, or holds something other than visible ASCII.
        Method = "binding_method", "a method is 1 to 32 visible ASCII characters";
        /// The nonce that was signed is not the one these terms, this request and this salt give.
        Nonce = "binding_nonce", "the signed nonce is not bound to this request";
    }
}

/// What a payment is for.
#[derive(Clone, PartialEq, Eq)]
pub struct Binding<'a> {
    terms: TermsHash,
    method: &'a str,
    resource: &'a Resource,
    metadata: Option<&'a Object>,
}

impl<'a> Binding<'a> {
    /// A request for `resource` by `method`, under `terms`. Methods are compared as they are sent: `get` is not `GET`.
    ///
    /// # Errors
    ///
    /// [`BindingError::Method`].
    pub fn new(terms: TermsHash, method: &'a str, resource: &'a Resource) -> Result<Self, BindingError> {
        if !(1..=32).contains(&method.len()) || !method.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(BindingError::Method);
        }
        Ok(Self { terms, method, resource, metadata: None })
    }

    /// The same, with signed metadata riding along: agent version, trace id, policy preferences.
    #[must_use]
    pub const fn with_metadata(self, metadata: &'a Object) -> Self {
        Self { metadata: Some(metadata), ..self }
    }

    /// The 192 bytes that are hashed.
    #[must_use]
    pub fn preimage(&self, salt: &Salt) -> [u8; 192] {
        let metadata = self.metadata.map_or([0; 32], |object| sha256(canonical(&object.clone().into()).as_bytes()));
        let words = [
            TAG,
            *self.terms.as_bytes(),
            keccak256(self.method.as_bytes()),
            keccak256(self.resource.as_str().as_bytes()),
            metadata,
            salt.0,
        ];
        let mut out = [0; 192];
        for (slot, word) in out.chunks_exact_mut(32).zip(words) {
            slot.copy_from_slice(&word);
        }
        out
    }

    /// The nonce to sign.
    #[must_use]
    pub fn nonce(&self, salt: &Salt) -> Nonce {
        Nonce::from_bytes(keccak256(&self.preimage(salt)))
    }

    /// Checks that a signed nonce is this one.
    ///
    /// # Errors
    ///
    /// [`BindingError::Nonce`].
    pub fn check(&self, salt: &Salt, signed: Nonce) -> Result<(), BindingError> {
        if self.nonce(salt) == signed { Ok(()) } else { Err(BindingError::Nonce) }
    }
}

impl fmt::Debug for Binding<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Binding({})", self.terms)
    }
}

/// Whether a seller insists on bound nonces.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
#[non_exhaustive]
pub enum Mode {
    /// A payment without a binding is refused.
    Required,
    /// A payment with a binding is held to it; one without is taken.
    Preferred,
}

impl Mode {
    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Preferred => "preferred",
        }
    }

    /// Reads the word.
    ///
    /// # Errors
    ///
    /// [`ShapeError::Grammar`] for any other: what a seller insists on is not guessed at.
    pub fn parse(word: &str) -> Result<Self, ShapeError> {
        [Self::Required, Self::Preferred].into_iter().find(|mode| mode.as_str() == word).ok_or(ShapeError::Grammar)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Value;

    fn nonces(resource: &str, method: &str, metadata: Option<&Object>) -> Result<Nonce, BindingError> {
        let resource = Resource::parse(resource).unwrap();
        let binding = Binding::new(TermsHash::from_bytes([7; 32]), method, &resource)?;
        let binding = metadata.map_or_else(|| binding.clone(), |object| binding.clone().with_metadata(object));
        let salt = Salt::from_bytes([9; 32]);
        let nonce = binding.nonce(&salt);
        assert_eq!(binding.check(&salt, nonce), Ok(()));
        assert_eq!(binding.check(&Salt::from_bytes([8; 32]), nonce), Err(BindingError::Nonce));
        Ok(nonce)
    }

    #[test]
    fn the_tag_is_the_hash_of_its_name() {
        assert_eq!(TAG, keccak256(b"quittance-binding/1"));
    }

    #[test]
    fn row_96_and_107_every_part_counts() {
        let with = Object::from_iter([("agent", Value::from("a/1"))]);
        let empty = Object::new();
        let base = nonces("https://a.example/42", "GET", None);
        for other in [
            nonces("https://a.example/99", "GET", None),
            nonces("https://a.example/42", "POST", None),
            nonces("https://a.example/42", "get", None),
            nonces("https://a.example/42", "GET", Some(&with)),
            nonces("https://a.example/42", "GET", Some(&empty)),
        ] {
            assert!(other.is_ok() && other != base);
        }
        assert_eq!(nonces("https://a.example/42", "", None), Err(BindingError::Method));
        assert_eq!(nonces("https://a.example/42", "GE T", None), Err(BindingError::Method));
    }
}
