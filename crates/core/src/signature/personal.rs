//! Personal messages (EIP-191, version `0x45`), which wallets sign for sign-in texts.

use alloc::format;

use super::ecdsa::{Signature, SignatureError};
use super::recover::recover;
use super::secret_key::SecretKey;
use crate::address::Address;
use crate::eip712::Digest;
use crate::hash;

/// The digest of a personal message: keccak-256 over a fixed prefix, the length of the message in decimal, and the message.
///
/// The prefix begins with `0x19`, as the digest of typed data does, and continues differently, so a personal signature over any
/// bytes, be they a payment's digest, never is a payment's signature (catalogue row 90).
#[must_use]
pub fn personal_digest(message: &[u8]) -> Digest {
    let mut bytes = format!("\x19Ethereum Signed Message:\n{}", message.len()).into_bytes();
    bytes.extend_from_slice(message);
    Digest::from_bytes(hash::keccak256(&bytes))
}

/// The address whose key signed this personal message.
///
/// # Errors
/// As [`recover`].
pub fn recover_personal(message: &[u8], signature: &Signature) -> Result<Address, SignatureError> {
    recover(&personal_digest(message), signature)
}

impl SecretKey {
    /// Signs a personal message.
    #[must_use]
    pub fn sign_personal(&self, message: &[u8]) -> Signature {
        self.sign(&personal_digest(message))
    }
}

#[cfg(test)]
mod tests;
