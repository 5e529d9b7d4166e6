//! The group law on `y^2 = x^3 + b` in Jacobian coordinates: `(X, Y, Z)` is the point `(X / Z^2, Y / Z^3)`, and `Z = 0` is
//! infinity.
//!
//! No formula here contains `b`, so all of them hold on every such curve over the field: on secp256k1, on its images under
//! `(x, y) -> (u^2 x, u^3 y)`, and on the small groups that the tests walk through completely.
//!
//! Both formulas that the main loop lives on return the *negative* of the result. Then `Y` is a sum of two products, which one
//! reduction serves, and no subtraction is left in it; the sign costs the caller one bit that it keeps beside the point.
//! [`Sum`] is that point with its bit.

use crate::field::Field;
use crate::table::BETA;

/// A finite point.
#[derive(Clone, Copy)]
pub(crate) struct Affine {
    pub(crate) x: Field,
    pub(crate) y: Field,
}

/// Any point.
#[derive(Clone, Copy)]
pub(crate) struct Jacobian {
    pub(crate) x: Field,
    pub(crate) y: Field,
    pub(crate) z: Field,
}

impl Affine {
    /// The sign of a digit is a coin's toss, which is why no branch is taken on it.
    #[inline(always)]
    pub(crate) const fn negate_if(&self, negative: bool) -> Self {
        Self { x: self.x, y: self.y.negate_if(negative) }
    }

    /// The image under the endomorphism.
    #[inline(always)]
    pub(crate) const fn image(&self) -> Self {
        Self { x: self.x.mul(&BETA), y: self.y }
    }
}

impl Jacobian {
    pub(crate) const INFINITY: Self = Self { x: Field::ONE, y: Field::ONE, z: Field::ZERO };

    pub(crate) const fn is_infinity(&self) -> bool {
        self.z.is_zero()
    }

    /// The finite point, or `None` for infinity.
    pub(crate) const fn to_affine(self) -> Option<Affine> {
        if self.is_infinity() {
            return None;
        }
        Some(self.scaled_back(&self.z.inverse()))
    }

    /// The affine point, given `1 / z`.
    pub(crate) const fn scaled_back(&self, inverse: &Field) -> Affine {
        let square = inverse.square();
        Affine { x: self.x.mul(&square), y: self.y.mul(&square.mul(inverse)) }
    }

    /// `-2 self`. Infinity stays infinity, because `Z` is multiplied; no other point of odd order doubles to it.
    ///
    /// With `L = 3/2 X^2`, `T = X Y^2`: `X' = L^2 - 2 T`, `Y' = L (T - X') - Y^4`, `Z' = Y Z`.
    #[cfg_attr(not(feature = "small"), inline(always))]
    #[cfg_attr(feature = "small", inline(never))]
    pub(crate) const fn negative_double(&self) -> Self {
        let slope = self.x.square().three_halves();
        let y2 = self.y.square();
        let t = self.x.mul(&y2);
        let x = slope.square().sub_twice(&t);
        let y = slope.mul_plus_square(&x.sub(&t), &y2);
        Self { x, y, z: self.y.mul(&self.z) }
    }

    /// `-(self + point)`.
    #[inline(always)]
    pub(crate) const fn negative_add(&self, point: &Affine) -> Self {
        self.negative_add_in(point, &self.z, &Field::ONE)
    }

    /// `-(self + point)`, where `point` lies on the curve whose image under `(x, y) -> (x / u^2, y / u^3)` this one is;
    /// `z_u` is `self.z * u`.
    ///
    /// With `H = X - x Z^2`, `R = Y - y Z^3`, `V = X H^2`: `X' = R^2 + H^3 - 2 V`, `Y' = R (X' - V) + Y H^3`, and `Z' = -Z H`,
    /// or for the negative point, `Z H`.
    #[cfg_attr(not(feature = "small"), inline(always))]
    #[cfg_attr(feature = "small", inline(never))]
    pub(crate) const fn negative_add_in(&self, point: &Affine, z_u: &Field, u: &Field) -> Self {
        if self.is_infinity() {
            let u2 = u.square();
            return Self { x: point.x.mul(&u2), y: point.y.negate().mul(&u2.mul(u)), z: Field::ONE };
        }
        let z2 = z_u.square();
        let h = self.x.sub(&point.x.mul(&z2));
        let r = self.y.sub(&point.y.mul(&z2.mul(z_u)));
        if h.is_zero() {
            return self.negative_add_same_x(&r);
        }
        let h2 = h.square();
        let h3 = h2.mul(&h);
        let v = self.x.mul(&h2);
        let x = r.square_plus(&h3).sub_twice(&v);
        let y = r.mul_plus_mul(&x.sub(&v), &self.y, &h3);
        Self { x, y, z: self.z.mul(&h) }
    }
}

impl Jacobian {
    /// `-(self + point)` for a point with the same x: if `r`, the difference of their y, is 0, the points are one and it is a
    /// doubling; else they cancel. Chance never comes here.
    #[cold]
    #[inline(never)]
    const fn negative_add_same_x(&self, r: &Field) -> Self {
        if r.is_zero() { self.negative_double() } else { Self::INFINITY }
    }
}

/// A sum that grows by doublings and additions.
#[derive(Clone, Copy)]
pub(crate) struct Sum {
    point: Jacobian,
    /// Whether the sum is the negative of `point`.
    negative: bool,
}

impl Sum {
    pub(crate) const ZERO: Self = Self { point: Jacobian::INFINITY, negative: false };

    pub(crate) const fn is_zero(&self) -> bool {
        self.point.is_infinity()
    }

    #[inline(always)]
    pub(crate) const fn double(&mut self) {
        self.point = self.point.negative_double();
        self.negative = !self.negative;
    }

    #[inline(never)]
    pub(crate) const fn add(&mut self, point: &Affine) {
        self.point = self.point.negative_add(&point.negate_if(self.negative));
        self.negative = !self.negative;
    }

    /// Adds a point of the curve of which this one is the image under `(x, y) -> (x / u^2, y / u^3)`.
    #[inline(never)]
    pub(crate) const fn add_in(&mut self, point: &Affine, u: &Field) {
        let z_u = self.point.z.mul(u);
        self.point = self.point.negative_add_in(&point.negate_if(self.negative), &z_u, u);
        self.negative = !self.negative;
    }

    pub(crate) const fn value(&self) -> Jacobian {
        let Jacobian { x, y, z } = self.point;
        Jacobian { x, y: if self.negative { y.negate() } else { y }, z }
    }
}

#[cfg(test)]
mod tests;
