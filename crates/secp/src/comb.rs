//! Odd multiples of points that are met often: of `P`, of `2^STRIDE P`, of `2^(2 STRIDE) P` and so on.
//!
//! With one table for every [`STRIDE`] bits of a factor, each digit finds a multiple that is at most [`STRIDE`] doublings away from
//! its place, and the digits whose distance is the same can be added up before any doubling.
#![expect(clippy::indexing_slicing, reason = "every index is masked to the table's length, or counted in a constant loop")]

use crate::field::Field;
use crate::point::{Affine, Jacobian, Sum};
use crate::table::{GENERATOR, along};

/// Whether tables are to be few and small: in WebAssembly, on 32-bit machines, and where the feature says so.
const SMALL: bool = cfg!(any(feature = "small", not(target_pointer_width = "64")));

/// The distance in bits between one row of multiples and the next, and how many doublings a sum takes.
pub(crate) const STRIDE: usize = if SMALL { 32 } else { 8 };

/// Rows for a factor of 128 bits.
pub(crate) const ROWS: usize = 128 / STRIDE;

/// Multiples in each row of a known key: 8 KiB for a key, or 2 KiB if tables are small.
///
/// With half of that a check takes 9 percent more instructions alone and 10 more in a batch, with half and a [`STRIDE`] of 16, 2 and 12
/// more; with twice as much it takes 7 fewer.
pub(crate) const KEY_LENGTH: usize = 8;

/// Multiples in each row of the generator: 128 KiB, or 8 KiB if tables are small.
pub(crate) const BASE_LENGTH: usize = if SMALL { 32 } else { 128 };

/// Odd multiples of the generator, beside those of [`table`](crate::table): these have more rows. The compiler computes them.
#[allow(long_running_const_eval, reason = "some ten thousand field multiplications")]
pub(crate) static BASE: Comb<BASE_LENGTH> = Comb::new(&GENERATOR);

/// `1 R` to `(2 LENGTH - 1) R` for each `R` of `P`, `2^STRIDE P`, `2^(2 STRIDE) P`, …, in affine coordinates. `LENGTH` is a power of
/// 2.
///
/// A point is as long as a line of the cache, and lies in one: which one is read next nobody can foresee, so each line is waited for.
#[derive(Clone, Copy)]
#[repr(align(64))]
pub(crate) struct Comb<const LENGTH: usize> {
    rows: [[Affine; LENGTH]; ROWS],
}

impl<const LENGTH: usize> Comb<LENGTH> {
    /// The window of the digits that the rows have multiples for.
    pub(crate) const WINDOW: u32 = LENGTH.trailing_zeros() + 2;

    /// How often a row doubles in length, beginning with one multiple.
    const STEPS: usize = LENGTH.trailing_zeros() as usize;

    /// Computes the multiples of a point whose order is odd and greater than `2 LENGTH`.
    ///
    /// In a row, the first `k` multiples plus `2 k R` are the next `k`. All `2^i P` that this takes come out of one run of doublings
    /// and share one inversion; then the rows grow side by side, and each step of all shares one as well.
    pub(crate) const fn new(point: &Affine) -> Self {
        const { assert!(Self::STEPS < MOST_STEPS, "there is room for the powers") };
        const { assert!(Self::STEPS <= STRIDE, "a row needs no power beyond the next one's first") };
        let steps = powers::<LENGTH>(point);
        let mut rows = [[*point; LENGTH]; ROWS];
        let mut row = 0;
        while row < ROWS {
            rows[row][0] = steps[row][0];
            row += 1;
        }
        let mut products = [[Field::ONE; LENGTH]; ROWS];
        let (mut known, mut step) = (1, 1);
        while known < LENGTH {
            let mut product = Field::ONE;
            let mut at = 0;
            while at < ROWS * known {
                let (row, i) = (at / known, at % known);
                products[row][i] = product;
                product = product.mul(&steps[row][step].x.sub(&rows[row][i].x));
                at += 1;
            }
            // the inverse of a product, times the product of all factors but one, is the inverse of that one
            let mut inverse = product.inverse();
            while at > 0 {
                at -= 1;
                let (row, i) = (at / known, at % known);
                let (first, second) = (rows[row][i], steps[row][step]);
                let (dx, dy) = (second.x.sub(&first.x), second.y.sub(&first.y));
                rows[row][known + i] = along(&first, &second.x, &dy.mul(&inverse.mul(&products[row][i])));
                inverse = inverse.mul(&dx);
            }
            known *= 2;
            step += 1;
        }
        Self { rows }
    }

    /// The multiples, row after row.
    pub(crate) const fn points(&self) -> &[Affine] {
        self.rows.as_flattened()
    }

    /// Where among them the multiple for an odd digit is: `|digit| 2^(STRIDE row) P`.
    #[inline(always)]
    #[expect(clippy::cast_possible_truncation, reason = "there are some thousand points at most")]
    pub(crate) const fn index(row: usize, digit: i16) -> u16 {
        (row * LENGTH) as u16 + (digit.unsigned_abs() >> 1)
    }

    /// The point itself.
    pub(crate) const fn point(&self) -> &Affine {
        &self.rows[0][0]
    }
}

/// Powers of two that a row can need at most.
const MOST_STEPS: usize = 9;

/// For each row's `R`: `R, 2 R, 4 R, …, LENGTH R`.
const fn powers<const LENGTH: usize>(point: &Affine) -> [[Affine; MOST_STEPS]; ROWS] {
    let mut powers = [[Jacobian::INFINITY; MOST_STEPS]; ROWS];
    let mut sum = Sum::ZERO;
    sum.add(point);
    let mut row = 0;
    while row < ROWS {
        let mut i = 0;
        while i <= STRIDE {
            if i <= Comb::<LENGTH>::STEPS {
                powers[row][i] = sum.value();
            }
            // the last is the next row's first
            if i < STRIDE {
                sum.double();
            }
            i += 1;
        }
        row += 1;
    }
    normalized::<LENGTH>(&powers, point)
}

/// The same points in affine coordinates.
const fn normalized<const LENGTH: usize>(
    points: &[[Jacobian; MOST_STEPS]; ROWS],
    filling: &Affine,
) -> [[Affine; MOST_STEPS]; ROWS] {
    let mut products = [[Field::ONE; MOST_STEPS]; ROWS];
    let mut affine = [[*filling; MOST_STEPS]; ROWS];
    let width = Comb::<LENGTH>::STEPS + 1;
    let mut product = Field::ONE;
    let mut at = 0;
    while at < ROWS * width {
        let (row, i) = (at / width, at % width);
        products[row][i] = product;
        product = product.mul(&points[row][i].z);
        at += 1;
    }
    let mut inverse = product.inverse();
    while at > 0 {
        at -= 1;
        let (row, i) = (at / width, at % width);
        affine[row][i] = points[row][i].scaled_back(&inverse.mul(&products[row][i]));
        inverse = inverse.mul(&points[row][i].z);
    }
    affine
}

#[cfg(test)]
mod tests;
