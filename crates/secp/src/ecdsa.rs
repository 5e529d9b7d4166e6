//! Recovery and verification: SEC 1 version 2, sections 4.1.6 and 4.1.4.

use crate::field::Field;
use crate::ladder::sum_of_products;
use crate::point::{Affine, Jacobian};
use crate::scalar::Scalar;

/// The `b` of `y^2 = x^3 + b`.
const B: Field = Field::from_words([7, 0, 0, 0]);

/// Whether a y-coordinate is even or odd.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(clippy::exhaustive_enums, reason = "there is no third parity")]
pub enum Parity {
    /// Even.
    Even,
    /// Odd.
    Odd,
}

/// A signature with what it should be a signature of, for the functions that take many.
#[derive(Clone, Copy, Debug)]
pub struct Signed<'a> {
    pub(crate) prehash: &'a [u8; 32],
    pub(crate) r: &'a [u8; 32],
    pub(crate) s: &'a [u8; 32],
    pub(crate) parity: Parity,
}

impl<'a> Signed<'a> {
    /// What [`recover`] takes.
    #[must_use]
    pub const fn new(prehash: &'a [u8; 32], r: &'a [u8; 32], s: &'a [u8; 32], parity: Parity) -> Self {
        Self { prehash, r, s, parity }
    }
}

/// The point (x then y, big-endian) of the key that made the signature.
///
/// `None` if `r` or `s` is 0 or not below the group's order, if no point has `r` for its x-coordinate, or if the key would be
/// the point at infinity. `s` may be high. The x-coordinate is `r` itself and never `r + n`.
#[must_use]
pub fn recover(prehash: &[u8; 32], r: &[u8; 32], s: &[u8; 32], parity: Parity) -> Option<[u8; 64]> {
    let (r_scalar, s) = (Scalar::in_signature(r)?, Scalar::in_signature(s)?);
    let point = lift(r, parity)?;
    let inverse = r_scalar.inverse();
    let base = Scalar::reduced(prehash).mul(&inverse).negate();
    let key = sum_of_products(&base, &s.mul(&inverse), &point);
    Some(to_bytes(&key.to_affine()?))
}

/// Whether the key (x then y, big-endian) made the signature.
///
/// `false` also if the key is no point of the curve, if `r` or `s` is 0 or not below the group's order, and if `s` is higher
/// than half the order: such a signature is the twin of another one.
#[must_use]
pub fn verify(key: &[u8; 64], prehash: &[u8; 32], r: &[u8; 32], s: &[u8; 32]) -> bool {
    let (Some(key), Some(r_scalar), Some(s)) = (on_curve(key), Scalar::in_signature(r), Scalar::in_signature(s)) else {
        return false;
    };
    if s.is_high() {
        return false;
    }
    let inverse = s.inverse();
    let sum = sum_of_products(&Scalar::reduced(prehash).mul(&inverse), &r_scalar.mul(&inverse), &key);
    x_is(&sum, r)
}

/// The point that an x-coordinate and the parity of y stand for, x then y, if there is one.
#[must_use]
pub fn decompress(x: &[u8; 32], parity: Parity) -> Option<[u8; 64]> {
    lift(x, parity).map(|point| to_bytes(&point))
}

/// Whether the bytes, x then y, are a point of the curve, both coordinates below `p`.
#[must_use]
pub fn is_point(bytes: &[u8; 64]) -> bool {
    on_curve(bytes).is_some()
}

pub(crate) fn lift(x: &[u8; 32], parity: Parity) -> Option<Affine> {
    let x = Field::from_bytes(x)?;
    let y = x.square().mul(&x).add(&B).sqrt()?;
    // y is never 0: the order of the group is odd
    Some(Affine { x, y }.negate_if(y.is_odd() != (parity == Parity::Odd)))
}

pub(crate) fn on_curve(bytes: &[u8; 64]) -> Option<Affine> {
    let ([x, y], []) = bytes.as_chunks::<32>() else { return None };
    let (x, y) = (Field::from_bytes(x)?, Field::from_bytes(y)?);
    x.square().mul(&x).add(&B).equals(&y.square()).then_some(Affine { x, y })
}

pub(crate) fn to_bytes(point: &Affine) -> [u8; 64] {
    let mut bytes = [0; 64];
    let (x, y) = bytes.split_at_mut(32);
    x.copy_from_slice(&point.x.to_bytes());
    y.copy_from_slice(&point.y.to_bytes());
    bytes
}

/// Whether the x-coordinate of the point is `r` modulo `n`. It may be `r + n`, if that is below `p`.
fn x_is(point: &Jacobian, r: &[u8; 32]) -> bool {
    let z2 = point.z.square();
    let is = |x: Field| x.mul(&z2).equals(&point.x);
    !point.is_infinity()
        && (Field::from_bytes(r).is_some_and(is) || Scalar::plus_order(r).is_some_and(|x| Field::from_bytes(&x).is_some_and(is)))
}

#[cfg(test)]
mod tests;
