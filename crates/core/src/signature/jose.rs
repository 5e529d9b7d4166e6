//! Signatures as JSON Web Signatures carry them (ES256K, RFC 8812): `r ‖ s`, without a recovery byte and with either `s`.
//!
//! No contract reads these, so the twin of a low `s` is as good as it: such a signature identifies nothing.

use super::curve::{HALF_ORDER, ORDER, Parity};
use super::ecdsa::Signature;
use super::public_key::PublicKey;
use super::recover::recover;
use crate::address::Address;
use crate::eip712::Digest;

/// Whether a key made a signature.
pub(crate) fn is_signed_by_key(key: &PublicKey, digest: &Digest, signature: &[u8; 64]) -> bool {
    scalars(signature).is_some_and(|(r, s)| key.verify(digest, &r, &s).is_ok())
}

/// Whether the key of an account did: one of the two that can have made it.
pub(crate) fn is_signed_by_account(address: Address, digest: &Digest, signature: &[u8; 64]) -> bool {
    let Some((r, s)) = scalars(signature) else { return false };
    let by = |parity| Signature::from_scalars(r, s, parity).and_then(|signature| recover(digest, &signature));
    address != Address::ZERO && [Parity::Even, Parity::Odd].into_iter().any(|parity| by(parity) == Ok(address))
}

/// `r` and the low one of the two `s`.
fn scalars(signature: &[u8; 64]) -> Option<([u8; 32], [u8; 32])> {
    let (r, s) = signature.split_first_chunk::<32>()?;
    let s: [u8; 32] = s.try_into().ok()?;
    Some((*r, if s > HALF_ORDER && s < ORDER { negated(&s) } else { s }))
}

/// `n - s`, for `s` below `n`.
fn negated(s: &[u8; 32]) -> [u8; 32] {
    let mut out = [0; 32];
    let mut borrow = 0;
    for ((to, minuend), subtrahend) in out.iter_mut().zip(ORDER).zip(s).rev() {
        let (first, under) = minuend.overflowing_sub(*subtrahend);
        let (second, over) = first.overflowing_sub(borrow);
        *to = second;
        borrow = u8::from(under || over);
    }
    out
}
