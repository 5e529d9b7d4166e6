//! Many signatures at once.
//!
//! The inversions are shared: of `r` or `s` before the sums, of `Z` after them, and between the additions of [`sums`](crate::sums).
//! Nothing else is. A number that cannot be inverted never gets among the others, so each verdict is what the item gets alone,
//! whatever its neighbours are.

use crate::ecdsa::{Signed, lift, to_bytes};
use crate::field::Field;
use crate::known::{KnownKey, is_of, x_is};
use crate::ladder::sum_of_products;
use crate::point::{Affine, Jacobian};
use crate::scalar::Scalar;
use crate::sums::{SIDE, sum_all};

/// [`recover`](crate::recover) for each of many signatures; `each` gets the keys in their order.
///
/// It takes about nine tenths of the time of one by one.
pub fn recover_many(signed: &[Signed<'_>], mut each: impl FnMut(Option<[u8; 64]>)) {
    for chunk in signed.chunks(SIDE) {
        let mut inputs = [None; SIDE];
        let mut inverses = [Scalar::ONE; SIDE];
        for ((input, inverse), signed) in inputs.iter_mut().zip(&mut inverses).zip(chunk) {
            *input = lifted(signed);
            if let Some((r, ..)) = input {
                *inverse = *r;
            }
        }
        invert_all(&mut inverses);
        let mut sums = [Jacobian::INFINITY; SIDE];
        for (((sum, input), inverse), signed) in sums.iter_mut().zip(&inputs).zip(&inverses).zip(chunk) {
            if let Some((_, s, point)) = input {
                let base = Scalar::reduced(signed.prehash).mul(inverse).negate();
                *sum = sum_of_products(&base, &s.mul(inverse), point);
            }
        }
        normalized(&sums).iter().take(chunk.len()).for_each(|key| each(key.as_ref().map(to_bytes)));
    }
}

/// [`KnownKey::recovers`] for each of many signatures, each with the key that it should be of; `each` gets the verdicts in their order.
///
/// It takes about three quarters of the time of one by one, from four items on. It wants some 150 KiB of the stack, a third of that where
/// tables are small.
pub fn recovers_many(signed: &[(Signed<'_>, &KnownKey)], mut each: impl FnMut(bool)) {
    for chunk in signed.chunks(SIDE) {
        let mut inputs = [None; SIDE];
        let mut inverses = [Scalar::ONE; SIDE];
        for ((input, inverse), (signed, _)) in inputs.iter_mut().zip(&mut inverses).zip(chunk) {
            *input = Scalar::in_signature(signed.r).zip(Scalar::in_signature(signed.s));
            if let Some((_, s)) = input {
                *inverse = *s;
            }
        }
        invert_all(&mut inverses);
        let mut summands = [const { None }; SIDE];
        for (((summands, input), inverse), (signed, key)) in summands.iter_mut().zip(&inputs).zip(&inverses).zip(chunk) {
            *summands = input.as_ref().map(|(r, _)| key.summands(signed.prehash, r, inverse));
        }
        let mut sums = sum_all(&mut summands);
        // what has another x needs no inversion to be told
        for (sum, (signed, _)) in sums.iter_mut().zip(chunk) {
            if !x_is(sum, signed.r) {
                *sum = Jacobian::INFINITY;
            }
        }
        for (point, (signed, _)) in normalized(&sums).iter().zip(chunk) {
            each(point.as_ref().is_some_and(|point| is_of(point, signed.parity)));
        }
    }
}

/// `r`, `s` and the nonce's point.
fn lifted(signed: &Signed<'_>) -> Option<(Scalar, Scalar, Affine)> {
    Some((Scalar::in_signature(signed.r)?, Scalar::in_signature(signed.s)?, lift(signed.r, signed.parity)?))
}

/// The points in affine coordinates; `None` for infinity.
fn normalized(points: &[Jacobian; SIDE]) -> [Option<Affine>; SIDE] {
    let mut inverses = points.map(|point| if point.is_infinity() { Field::ONE } else { point.z });
    invert_all(&mut inverses);
    let mut affine = [None; SIDE];
    for ((affine, point), inverse) in affine.iter_mut().zip(points).zip(&inverses) {
        if !point.is_infinity() {
            *affine = Some(point.scaled_back(inverse));
        }
    }
    affine
}

/// What there is a product and an inverse of.
trait Invertible: Copy {
    const ONE: Self;
    fn times(&self, other: &Self) -> Self;
    fn inverted(&self) -> Self;
}

impl Invertible for Field {
    const ONE: Self = Self::ONE;
    fn times(&self, other: &Self) -> Self {
        self.mul(other)
    }
    fn inverted(&self) -> Self {
        self.inverse()
    }
}

impl Invertible for Scalar {
    const ONE: Self = Self::ONE;
    fn times(&self, other: &Self) -> Self {
        self.mul(other)
    }
    fn inverted(&self) -> Self {
        self.inverse()
    }
}

/// Replaces each number by its inverse, for one inversion and three products each (Montgomery). None may be 0.
fn invert_all<T: Invertible>(numbers: &mut [T; SIDE]) {
    let mut product = T::ONE;
    // each the product of all before it
    let products = numbers.map(|number| {
        let before = product;
        product = before.times(&number);
        before
    });
    let mut inverse = product.inverted();
    for (number, before) in numbers.iter_mut().zip(&products).rev() {
        let this = inverse.times(before);
        inverse = inverse.times(number);
        *number = this;
    }
}

#[cfg(test)]
mod tests;
