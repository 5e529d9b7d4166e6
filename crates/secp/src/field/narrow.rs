//! Products for machines that multiply 32 bits into 64, which includes WebAssembly.
//!
//! For the time of one product the elements are cut into nine limbs of 29 bits. A product of limbs then has 58 bits, and nine
//! of them, twice over for a sum of two products, fit a column of 64 bits without a carry.

use super::{FOLD, Field, add_over};
use crate::words::Words;

/// Nine limbs of 29 bits; the last has 24.
type Limbs = [u64; 9];
/// A product before any carry, `sum of column[i] * 2^(29 i)`. Each column is at most `18 * 2^58 + 2^29 < 2^63`.
type Columns = [u64; 17];

const BITS: u32 = 29;
const LIMB: u64 = (1 << BITS) - 1;

#[inline(never)]
pub(super) const fn mul(a: Words, b: Words) -> Words {
    reduce(product(limbs(a), limbs(b)))
}

#[inline(never)]
pub(super) const fn square(a: Words) -> Words {
    reduce(squared(limbs(a)))
}

/// One reduction for a sum of products saves time, and its code costs bytes.
const TOGETHER: bool = cfg!(not(feature = "small"));

/// `a^2 + b`.
#[inline(never)]
pub(super) const fn square_plus(a: Words, b: Words) -> Words {
    if !TOGETHER {
        return Field(square(a)).add(&Field(b)).0;
    }
    let [b0, b1, b2, b3, b4, b5, b6, b7, b8] = limbs(b);
    reduce(sum(squared(limbs(a)), [b0, b1, b2, b3, b4, b5, b6, b7, b8, 0, 0, 0, 0, 0, 0, 0, 0]))
}

/// `a * b + c * d`.
#[inline(never)]
pub(super) const fn mul_plus_mul(a: Words, b: Words, c: Words, d: Words) -> Words {
    if !TOGETHER {
        return Field(mul(a, b)).add(&Field(mul(c, d))).0;
    }
    reduce(sum(product(limbs(a), limbs(b)), product(limbs(c), limbs(d))))
}

/// `a * b + c^2`.
#[inline(never)]
pub(super) const fn mul_plus_square(a: Words, b: Words, c: Words) -> Words {
    if !TOGETHER {
        return Field(mul(a, b)).add(&Field(square(c))).0;
    }
    reduce(sum(product(limbs(a), limbs(b)), squared(limbs(c))))
}

#[inline(always)]
const fn limbs(words: Words) -> Limbs {
    let [w0, w1, w2, w3] = words;
    [
        w0 & LIMB,
        w0 >> 29 & LIMB,
        (w0 >> 58 | w1 << 6) & LIMB,
        w1 >> 23 & LIMB,
        (w1 >> 52 | w2 << 12) & LIMB,
        w2 >> 17 & LIMB,
        (w2 >> 46 | w3 << 18) & LIMB,
        w3 >> 11 & LIMB,
        w3 >> 40,
    ]
}

#[inline(always)]
#[rustfmt::skip]
const fn product(a: Limbs, b: Limbs) -> Columns {
    let ([a0, a1, a2, a3, a4, a5, a6, a7, a8], [b0, b1, b2, b3, b4, b5, b6, b7, b8]) = (a, b);
    [
        a0 * b0,
        a0 * b1 + a1 * b0,
        a0 * b2 + a1 * b1 + a2 * b0,
        a0 * b3 + a1 * b2 + a2 * b1 + a3 * b0,
        a0 * b4 + a1 * b3 + a2 * b2 + a3 * b1 + a4 * b0,
        a0 * b5 + a1 * b4 + a2 * b3 + a3 * b2 + a4 * b1 + a5 * b0,
        a0 * b6 + a1 * b5 + a2 * b4 + a3 * b3 + a4 * b2 + a5 * b1 + a6 * b0,
        a0 * b7 + a1 * b6 + a2 * b5 + a3 * b4 + a4 * b3 + a5 * b2 + a6 * b1 + a7 * b0,
        a0 * b8 + a1 * b7 + a2 * b6 + a3 * b5 + a4 * b4 + a5 * b3 + a6 * b2 + a7 * b1 + a8 * b0,
        a1 * b8 + a2 * b7 + a3 * b6 + a4 * b5 + a5 * b4 + a6 * b3 + a7 * b2 + a8 * b1,
        a2 * b8 + a3 * b7 + a4 * b6 + a5 * b5 + a6 * b4 + a7 * b3 + a8 * b2,
        a3 * b8 + a4 * b7 + a5 * b6 + a6 * b5 + a7 * b4 + a8 * b3,
        a4 * b8 + a5 * b7 + a6 * b6 + a7 * b5 + a8 * b4,
        a5 * b8 + a6 * b7 + a7 * b6 + a8 * b5,
        a6 * b8 + a7 * b7 + a8 * b6,
        a7 * b8 + a8 * b7,
        a8 * b8,
    ]
}

/// Each mixed product counts twice.
#[inline(always)]
#[rustfmt::skip]
const fn squared(a: Limbs) -> Columns {
    let [a0, a1, a2, a3, a4, a5, a6, a7, a8] = a;
    let [d0, d1, d2, d3, d4, d5, d6, d7] = [a0 << 1, a1 << 1, a2 << 1, a3 << 1, a4 << 1, a5 << 1, a6 << 1, a7 << 1];
    [
        a0 * a0,
        d0 * a1,
        d0 * a2 + a1 * a1,
        d0 * a3 + d1 * a2,
        d0 * a4 + d1 * a3 + a2 * a2,
        d0 * a5 + d1 * a4 + d2 * a3,
        d0 * a6 + d1 * a5 + d2 * a4 + a3 * a3,
        d0 * a7 + d1 * a6 + d2 * a5 + d3 * a4,
        d0 * a8 + d1 * a7 + d2 * a6 + d3 * a5 + a4 * a4,
        d1 * a8 + d2 * a7 + d3 * a6 + d4 * a5,
        d2 * a8 + d3 * a7 + d4 * a6 + a5 * a5,
        d3 * a8 + d4 * a7 + d5 * a6,
        d4 * a8 + d5 * a7 + a6 * a6,
        d5 * a8 + d6 * a7,
        d6 * a8 + a7 * a7,
        d7 * a8,
        a8 * a8,
    ]
}

#[inline(always)]
#[rustfmt::skip]
const fn sum(a: Columns, b: Columns) -> Columns {
    let [a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15, a16] = a;
    let [b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, b10, b11, b12, b13, b14, b15, b16] = b;
    [a0 + b0, a1 + b1, a2 + b2, a3 + b3, a4 + b4, a5 + b5, a6 + b6, a7 + b7, a8 + b8,
     a9 + b9, a10 + b10, a11 + b11, a12 + b12, a13 + b13, a14 + b14, a15 + b15, a16 + b16]
}

/// Some 256-bit number congruent to the product.
///
/// `2^261 = 2^5 FOLD = 2^8 2^29 + 31264`: a high limb goes into two low columns.
#[inline(always)]
const fn reduce(columns: Columns) -> Words {
    const LOW: u64 = (FOLD << 5) & LIMB;
    const HIGH: u32 = 8;
    let [c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15, c16] = columns;

    let (h0, c10) = (c9 & LIMB, c10 + (c9 >> BITS));
    let (h1, c11) = (c10 & LIMB, c11 + (c10 >> BITS));
    let (h2, c12) = (c11 & LIMB, c12 + (c11 >> BITS));
    let (h3, c13) = (c12 & LIMB, c13 + (c12 >> BITS));
    let (h4, c14) = (c13 & LIMB, c14 + (c13 >> BITS));
    let (h5, c15) = (c14 & LIMB, c15 + (c14 >> BITS));
    let (h6, c16) = (c15 & LIMB, c16 + (c15 >> BITS));
    // the two products together are below 2^513, which leaves 20 bits for the last
    let (h7, h8) = (c16 & LIMB, c16 >> BITS);

    let c0 = c0 + h0 * LOW;
    let c1 = c1 + h1 * LOW + (h0 << HIGH) + (c0 >> BITS);
    let c2 = c2 + h2 * LOW + (h1 << HIGH) + (c1 >> BITS);
    let c3 = c3 + h3 * LOW + (h2 << HIGH) + (c2 >> BITS);
    let c4 = c4 + h4 * LOW + (h3 << HIGH) + (c3 >> BITS);
    let c5 = c5 + h5 * LOW + (h4 << HIGH) + (c4 >> BITS);
    let c6 = c6 + h6 * LOW + (h5 << HIGH) + (c5 >> BITS);
    let c7 = c7 + h7 * LOW + (h6 << HIGH) + (c6 >> BITS);
    let c8 = c8 + h8 * LOW + (h7 << HIGH) + (c7 >> BITS);

    let [c0, c1, c2, c3, c4, c5, c6, c7] = [c0 & LIMB, c1 & LIMB, c2 & LIMB, c3 & LIMB, c4 & LIMB, c5 & LIMB, c6 & LIMB, c7 & LIMB];
    let words =
        [c0 | c1 << 29 | c2 << 58, c2 >> 6 | c3 << 23 | c4 << 52, c4 >> 12 | c5 << 17 | c6 << 46, c6 >> 18 | c7 << 11 | c8 << 40];
    // what lies above 256 bits: below 2^39 from the last column, below 2^34 from what the last high limb pushed out
    let over = (c8 >> 24) + (h8 << (HIGH + 5));
    let (low, carry) = (over << 32).overflowing_add(over * (FOLD & 0xffff_ffff));
    add_over(words, low, (over >> 32) + carry as u64)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert, proptest};

    use super::super::wide;
    use super::{Field, mul, mul_plus_mul, mul_plus_square, square, square_plus};
    use crate::samples::{edges, words};
    use crate::words::Words;

    /// Both kinds of product agree, though not always in the spelling.
    fn check([a, b, c, d]: [Words; 4]) -> bool {
        let same = |narrow, wide| Field(narrow).equals(&Field(wide));
        same(mul(a, b), wide::mul(a, b))
            && same(square(a), wide::square(a))
            && same(square_plus(a, b), wide::square_plus(a, b))
            && same(mul_plus_mul(a, b, c, d), wide::mul_plus_mul(a, b, c, d))
            && same(mul_plus_square(a, b, c), wide::mul_plus_square(a, b, c))
    }

    #[test]
    fn edge_values_multiply_as_in_wide_words() {
        for a in edges().chain([[u64::MAX; 4]]) {
            for b in edges().chain([[u64::MAX; 4]]) {
                assert!(check([a, b, a, b]) && check([a, b, b, b]), "{a:x?} {b:x?}");
            }
        }
    }

    proptest! {
        #[test]
        fn any_values_multiply_as_in_wide_words(a in words(), b in words(), c in words(), d in words()) {
            prop_assert!(check([a, b, c, d]));
        }
    }
}
