//! Secret keys, and the only code that signs.

use k256::ecdsa::SigningKey;
use k256::elliptic_curve::zeroize::Zeroizing;

use super::curve::{self, Parity};
use super::ecdsa::Signature;
use super::public_key::PublicKey;
use crate::address::Address;
use crate::eip712::Digest;
use crate::hex::{self, HexError};

/// A secret key.
///
/// It has no `Debug`, `Display`, `Clone` or serde form and gives its bytes to nobody; the errors of reading it carry no part of the
/// text. It is overwritten with zeros when dropped, and so is the buffer it was read through; copies that the compiler makes of a
/// moved value are beyond what safe Rust can clear, so keep it in one place and lend it (catalogue row 236).
///
/// Signing is k256's constant-time code and stays there, whatever verification is made of.
///
/// ```compile_fail,E0277
/// fn logs<T: core::fmt::Debug>() {}
/// logs::<quittance_core::signature::SecretKey>();
/// ```
/// ```compile_fail,E0277
/// fn copies<T: Clone>() {}
/// copies::<quittance_core::signature::SecretKey>();
/// ```
pub struct SecretKey(SigningKey);

reasons! {
    /// Why text or bytes are not a secret key.
    pub enum SecretKeyError {
        /// The text does not begin with `0x`.
        Prefix = "secret_key_prefix", "a secret key must start with 0x";
        /// Not 64 digits.
        Length = "secret_key_length", "a secret key has sixty-four hexadecimal digits";
        /// A character is not a hexadecimal digit.
        Digit = "secret_key_digit", "not a hexadecimal digit";
        /// Zero, or not below the order of the group.
        Range = "secret_key_range", "a secret key is above zero and below the group order";
    }
}

impl SecretKey {
    /// Reads `0x` and 64 hexadecimal digits.
    ///
    /// # Errors
    /// [`SecretKeyError`]; none of them says anything about the text beyond its own name.
    pub fn parse(text: &str) -> Result<Self, SecretKeyError> {
        Self::from_bytes(&Zeroizing::new(hex::decode_array(text)?))
    }

    /// Takes 32 bytes, a number above zero and below the order of the group. For a new key they must come from a cryptographic
    /// random number generator.
    ///
    /// # Errors
    /// [`SecretKeyError::Range`] for zero and for the order or above.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, SecretKeyError> {
        SigningKey::from_slice(bytes).map(Self).map_err(|_| SecretKeyError::Range)
    }

    /// The public key.
    #[must_use]
    pub fn public_key(&self) -> PublicKey {
        let sec1 = self.0.verifying_key().to_sec1_point(false);
        curve::decode(sec1.as_bytes()).map(PublicKey::on_curve).expect("the public key of a secret key is a point of the curve")
    }

    /// The account that this key signs for.
    #[must_use]
    pub fn address(&self) -> Address {
        self.public_key().address()
    }

    /// Signs a digest: deterministic as RFC 6979 says (HMAC with SHA-256), `s` low, so the same digest always gives the same
    /// signature (row 105).
    ///
    /// One signature in about 2^128 would stand for a point whose x-coordinate is not below the order; 27 and 28 cannot say
    /// so, and that signature would recover to another address. The payment would be refused and nothing else happens.
    #[must_use]
    pub fn sign(&self, digest: &Digest) -> Signature {
        let (signature, id) = self.0.sign_prehash_recoverable(digest.as_bytes());
        let (r, s) = signature.split_bytes();
        let parity = if id.is_y_odd() { Parity::Odd } else { Parity::Even };
        Signature::from_scalars(r.into(), s.into(), parity).expect("k256 signs with r and s in range and s low")
    }
}

impl From<HexError> for SecretKeyError {
    fn from(error: HexError) -> Self {
        match error {
            HexError::Prefix => Self::Prefix,
            HexError::Digit => Self::Digit,
            HexError::Length => Self::Length,
        }
    }
}

#[cfg(test)]
mod tests;
