//! Keys that are met often.

use core::fmt;

use crate::comb::{BASE, Comb, KEY_LENGTH};
use crate::ecdsa::{Parity, on_curve, to_bytes};
use crate::field::Field;
use crate::point::{Affine, Jacobian};
use crate::scalar::Scalar;
use crate::sums::Summands;

/// A key with a table of its multiples, which makes checking its signatures cost about half of a recovery, and little more than a
/// third in a batch: there is no square root, and of 128 doublings 8 are left.
///
/// A table is 128 points, 8 KiB; 10,000 keys are 80 MiB. With the feature `small`, and always on 32-bit machines and in
/// WebAssembly, it is 32 points, 2 KiB, and 32 doublings are left. To make one costs about as much as one recovery.
///
/// It answers one question: whether [`recover`](crate::recover) would give this key. It takes variable time, as all here.
pub struct KnownKey {
    pub(crate) multiples: Comb<KEY_LENGTH>,
}

impl KnownKey {
    /// Takes a point, x then y, big-endian; `None` if it does not lie on the curve.
    #[must_use]
    pub fn new(key: &[u8; 64]) -> Option<Self> {
        Some(Self { multiples: Comb::new(&on_curve(key)?) })
    }

    /// The point, x then y, big-endian.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; 64] {
        to_bytes(self.multiples.point())
    }

    /// Whether [`recover`](crate::recover) gives this key for this signature: `true` exactly where it does.
    ///
    /// The equation alone does not say that. It holds for the signature with the other parity as well, which recovers to another key,
    /// and for an x-coordinate of `r + n`, which recovery never takes; here both are refused.
    #[must_use]
    pub fn recovers(&self, prehash: &[u8; 32], r: &[u8; 32], s: &[u8; 32], parity: Parity) -> bool {
        let (Some(r_scalar), Some(s)) = (Scalar::in_signature(r), Scalar::in_signature(s)) else { return false };
        let nonce_point = self.summands(prehash, &r_scalar, &s.inverse()).sum();
        x_is(&nonce_point, r) && nonce_point.to_affine().is_some_and(|point| is_of(&point, parity))
    }

    /// What the nonce's point is the sum of, if the key made the signature: `z/s G + r/s Q`.
    pub(crate) fn summands(&self, prehash: &[u8; 32], r: &Scalar, s_inverse: &Scalar) -> Summands<'_> {
        Summands::new(&BASE, &Scalar::reduced(prehash).mul(s_inverse), &self.multiples, &r.mul(s_inverse))
    }
}

impl fmt::Debug for KnownKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KnownKey(..)")
    }
}

/// Whether the x-coordinate is `r` itself. No inversion is needed to tell.
pub(crate) fn x_is(point: &Jacobian, r: &[u8; 32]) -> bool {
    !point.is_infinity() && Field::from_bytes(r).is_some_and(|r| r.mul(&point.z.square()).equals(&point.x))
}

/// Whether the y-coordinate has this parity.
pub(crate) fn is_of(point: &Affine, parity: Parity) -> bool {
    point.y.is_odd() == (parity == Parity::Odd)
}

#[cfg(test)]
mod tests;
