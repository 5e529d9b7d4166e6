//! From a digest and a signature to whoever signed.

use super::curve;
use super::ecdsa::{Signature, SignatureError};
use super::public_key::PublicKey;
use crate::address::Address;
use crate::eip712::Digest;

/// Checks that the key of `expected` made this signature of this digest.
///
/// This is the rule for an account that has no code. If there is code at the address, the code is asked instead (ERC-1271), and
/// what this function says has no weight there: see [`AccountCode`](super::AccountCode).
///
/// # Errors
/// [`SignatureError::ZeroSigner`] if `expected` is the zero address, before anything is computed: on chain the zero address is
/// what a *failed* recovery looks like, and a payer of zero must never equal it (catalogue row 82).
/// [`SignatureError::NotRecoverable`] as [`recover`], and [`SignatureError::WrongSigner`] for any other key (row 75).
pub fn verify(digest: &Digest, signature: &Signature, expected: Address) -> Result<(), SignatureError> {
    if expected == Address::ZERO {
        return Err(SignatureError::ZeroSigner);
    }
    if recover(digest, signature)? != expected {
        return Err(SignatureError::WrongSigner);
    }
    Ok(())
}

/// The address whose key made this signature of this digest.
///
/// Every signature but a few recovers to *some* address, so the result means nothing until it is compared with one that is known
/// from elsewhere; [`verify`] does both.
///
/// # Errors
/// [`SignatureError::NotRecoverable`] if no key can have made the signature (row 81).
pub fn recover(digest: &Digest, signature: &Signature) -> Result<Address, SignatureError> {
    recover_public_key(digest, signature).map(|key| key.address())
}

/// The key that made this signature of this digest.
///
/// # Errors
/// As [`recover`].
pub fn recover_public_key(digest: &Digest, signature: &Signature) -> Result<PublicKey, SignatureError> {
    curve::recover(digest.as_bytes(), signature.r(), signature.s(), signature.parity())
        .map(PublicKey::on_curve)
        .ok_or(SignatureError::NotRecoverable)
}

#[cfg(test)]
mod tests;
