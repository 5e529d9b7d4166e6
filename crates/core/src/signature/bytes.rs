//! The `signature` member of a payload: bytes whose meaning is not known yet.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::ecdsa::SignatureError;
use super::erc6492::{Wrapped, WrapperError};
use crate::hex;

/// The most bytes that a payload's signature may have, 8 KiB.
///
/// A key's has 65. A passkey wallet's has about a kilobyte and its ERC-6492 wrapper two or three. What is larger is refused before
/// anything is allocated for it (catalogue rows 80 and 98).
pub const MAX_SIGNATURE_BYTES: usize = 8 * 1024;

/// The bytes of a payload's `signature`, as they came.
///
/// They may be a key's signature, whatever a contract wallet understands (even nothing at all: some wallets look up an approval
/// that they already hold), or an ERC-6492 wrapper around either. [`shape`](Self::shape) tells the wrapper from the rest, and
/// that is all the bytes can tell: who answers for the payer is a matter of [`AccountCode`](super::AccountCode).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SignatureBytes(Vec<u8>);

/// What the bytes of a signature look like.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "bytes end in the suffix of ERC-6492 or they do not")]
pub enum Shape<'a> {
    /// A wrapper of ERC-6492: the signature of a wallet that may not be deployed yet. If it is, its code decides about
    /// [`Wrapped::inner`] (catalogue row 99).
    Counterfactual(Wrapped<'a>),
    /// Anything else. For an account without code, [`Signature::from_bytes`](super::Signature::from_bytes) reads it; for one with
    /// code, it goes to the contract as it is, 65 bytes or not (row 102).
    Bare(&'a [u8]),
}

impl SignatureBytes {
    /// Reads `0x` and hexadecimal digits of either case.
    ///
    /// # Errors
    /// [`SignatureError::Prefix`], [`TooLarge`](SignatureError::TooLarge), [`Digit`](SignatureError::Digit) or
    /// [`Length`](SignatureError::Length) for an odd number of digits. The size is checked before anything is allocated.
    pub fn parse(text: &str) -> Result<Self, SignatureError> {
        let digits = text.strip_prefix("0x").ok_or(SignatureError::Prefix)?;
        if digits.len() > 2 * MAX_SIGNATURE_BYTES {
            return Err(SignatureError::TooLarge);
        }
        Ok(Self(hex::decode(text)?))
    }

    /// Takes bytes.
    ///
    /// # Errors
    /// [`SignatureError::TooLarge`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SignatureError> {
        if bytes.len() > MAX_SIGNATURE_BYTES {
            return Err(SignatureError::TooLarge);
        }
        Ok(Self(bytes.to_vec()))
    }

    /// What the bytes look like.
    ///
    /// # Errors
    /// [`WrapperError`] if the bytes end as a wrapper does and are not one.
    pub fn shape(&self) -> Result<Shape<'_>, WrapperError> {
        Ok(match Wrapped::parse(&self.0)? {
            Some(wrapped) => Shape::Counterfactual(wrapped),
            None => Shape::Bare(&self.0),
        })
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The text that a payload carries, in lower case.
    #[must_use]
    pub fn to_hex(&self) -> String {
        hex::encode(&self.0)
    }
}

impl From<super::Signature> for SignatureBytes {
    fn from(signature: super::Signature) -> Self {
        Self(signature.to_bytes().to_vec())
    }
}

impl fmt::Debug for SignatureBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SignatureBytes({} bytes)", self.0.len())
    }
}

impl fmt::Debug for Shape<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Counterfactual(wrapped) => f.debug_tuple("Counterfactual").field(wrapped).finish(),
            Self::Bare(bytes) => write!(f, "Bare({} bytes)", bytes.len()),
        }
    }
}

#[cfg(test)]
mod tests;
