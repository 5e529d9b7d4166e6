//! Public keys: points of the curve.

use core::fmt;

use super::curve;
use super::ecdsa::{SignatureError, check_scalars};
use crate::address::Address;
use crate::eip712::Digest;
use crate::{hash, hex};

/// A point of the curve other than infinity: x and y, 32 bytes each, big-endian.
///
/// The protocol names accounts by [`Address`]; the key itself matters to who wants to check several signatures of one payer
/// without recovering each, and to test corpora that give keys.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PublicKey([u8; 64]);

reasons! {
    /// Why bytes are not a public key.
    pub enum PublicKeyError {
        /// Neither 33 bytes that begin with 2 or 3, nor 65 that begin with 4.
        Encoding = "public_key_encoding", "a public key is 33 bytes from 02 or 03, or 65 bytes from 04";
        /// The coordinates are out of range or belong to no point of the curve.
        NotOnCurve = "public_key_not_on_curve", "not a point of the curve";
    }
}

impl PublicKey {
    /// Reads a key as SEC 1 writes it, compressed or not. The hybrid and compact encodings are refused, and so is infinity.
    ///
    /// # Errors
    /// [`PublicKeyError`].
    pub fn from_sec1(bytes: &[u8]) -> Result<Self, PublicKeyError> {
        match (bytes.first(), bytes.len()) {
            (Some(2 | 3), 33) | (Some(4), 65) => curve::decode(bytes).map(Self).ok_or(PublicKeyError::NotOnCurve),
            _ => Err(PublicKeyError::Encoding),
        }
    }

    /// Wraps what the curve's own arithmetic returned.
    pub(super) const fn on_curve(point: [u8; 64]) -> Self {
        Self(point)
    }

    /// The coordinates, x before y.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 64] {
        &self.0
    }

    /// The key as SEC 1 writes it in 33 bytes.
    #[must_use]
    pub fn compressed(&self) -> [u8; 33] {
        let [.., last] = self.0;
        let mut out = [if last & 1 == 0 { 2 } else { 3 }; 33];
        out.iter_mut().skip(1).zip(self.0).for_each(|(to, from)| *to = from);
        out
    }

    /// The account of this key: the last twenty bytes of the keccak-256 of its coordinates.
    #[must_use]
    pub fn address(&self) -> Address {
        let mut address = [0; 20];
        address.iter_mut().zip(hash::keccak256(&self.0).iter().skip(12)).for_each(|(to, from)| *to = *from);
        Address::from_bytes(address)
    }

    /// Checks that this key made the signature `r`, `s` of the digest, under the rules that a [`Signature`](super::Signature)
    /// keeps.
    ///
    /// This needs no parity, so it also accepts the rare signature whose point has an x-coordinate of `r + n`. [`recover`] gives
    /// another key for that one, or none, as the chain does; a payment is therefore checked with [`verify`].
    ///
    /// [`recover`]: super::recover
    /// [`verify`]: super::verify
    ///
    /// # Errors
    /// [`SignatureError::RangeR`], [`RangeS`](SignatureError::RangeS), [`HighS`](SignatureError::HighS), or
    /// [`WrongSigner`](SignatureError::WrongSigner) if the equation does not hold.
    pub fn verify(&self, digest: &Digest, r: &[u8; 32], s: &[u8; 32]) -> Result<(), SignatureError> {
        check_scalars(r, s)?;
        if curve::verify(&self.0, digest.as_bytes(), r, s) { Ok(()) } else { Err(SignatureError::WrongSigner) }
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", hex::encode(&self.0))
    }
}

#[cfg(test)]
mod tests;
