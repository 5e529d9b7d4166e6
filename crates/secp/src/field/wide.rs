//! Products for machines that multiply 64 bits into 128.
#![expect(clippy::cast_possible_truncation, reason = "splitting a double word into its halves is what reduction does")]

use super::{FOLD, add_over, add_small, mask};
use crate::words::{Words, add, add4, mul_add, mul4};

#[inline(always)]
pub(super) const fn mul(a: Words, b: Words) -> Words {
    let (low, high) = mul4(a, b);
    reduce(low, high, false)
}

#[inline(always)]
pub(super) const fn square(a: Words) -> Words {
    let (low, high) = square4(a);
    reduce(low, high, false)
}

/// `a^2 + b`.
#[inline(always)]
pub(super) const fn square_plus(a: Words, b: Words) -> Words {
    let (low, high) = square4(a);
    let (low, carry) = add4(low, b);
    // (2^256 - 1)^2 + 2^256 - 1 has 512 bits, so the carry ends in the high words
    let (high, _) = add_small(high, carry as u64);
    reduce(low, high, false)
}

/// `a * b + c * d`.
#[inline(always)]
pub(super) const fn mul_plus_mul(a: Words, b: Words, c: Words, d: Words) -> Words {
    reduce_sum(mul4(a, b), mul4(c, d))
}

/// `a * b + c^2`.
#[inline(always)]
pub(super) const fn mul_plus_square(a: Words, b: Words, c: Words) -> Words {
    reduce_sum(mul4(a, b), square4(c))
}

/// The sum of two double-length numbers, reduced.
#[inline(always)]
const fn reduce_sum(a: (Words, Words), b: (Words, Words)) -> Words {
    let (low, carry) = add4(a.0, b.0);
    let ([a4, a5, a6, a7], [b4, b5, b6, b7]) = (a.1, b.1);
    let (r4, k) = add(a4, b4, carry);
    let (r5, k) = add(a5, b5, k);
    let (r6, k) = add(a6, b6, k);
    let (r7, k) = add(a7, b7, k);
    reduce(low, [r4, r5, r6, r7], k)
}

/// Some 256-bit number congruent to `low + 2^256 high + 2^512 top`.
#[inline(always)]
const fn reduce(low: Words, high: Words, top: bool) -> Words {
    let ([l0, l1, l2, l3], [h0, h1, h2, h3]) = (low, high);
    let (r0, c) = mul_add(l0, h0, FOLD, 0);
    let (r1, c) = mul_add(l1, h1, FOLD, c);
    let (r2, c) = mul_add(l2, h2, FOLD, c);
    let (r3, c) = mul_add(l3, h3, FOLD, c);
    // at most 2^34: what is left above 256 bits, and 2^512 folded once
    let over = c + (FOLD & mask(top));
    let over = (over as u128) * (FOLD as u128);
    add_over([r0, r1, r2, r3], over as u64, (over >> 64) as u64)
}

/// The square: low words, high words. Ten products instead of sixteen.
#[inline(always)]
const fn square4(a: Words) -> (Words, Words) {
    let [a0, a1, a2, a3] = a;
    let (p1, c) = mul_add(0, a0, a1, 0);
    let (p2, c) = mul_add(0, a0, a2, c);
    let (p3, p4) = mul_add(0, a0, a3, c);
    let (p3, c) = mul_add(p3, a1, a2, 0);
    let (p4, p5) = mul_add(p4, a1, a3, c);
    let (p5, p6) = mul_add(p5, a2, a3, 0);
    // each mixed product counts twice
    let p7 = p6 >> 63;
    let p6 = p6 << 1 | p5 >> 63;
    let p5 = p5 << 1 | p4 >> 63;
    let p4 = p4 << 1 | p3 >> 63;
    let p3 = p3 << 1 | p2 >> 63;
    let p2 = p2 << 1 | p1 >> 63;
    let p1 = p1 << 1;
    let (p0, high) = mul_add(0, a0, a0, 0);
    let (p1, k) = add(p1, high, false);
    let (low, high) = mul_add(0, a1, a1, 0);
    let (p2, k) = add(p2, low, k);
    let (p3, k) = add(p3, high, k);
    let (low, high) = mul_add(0, a2, a2, 0);
    let (p4, k) = add(p4, low, k);
    let (p5, k) = add(p5, high, k);
    let (low, high) = mul_add(0, a3, a3, 0);
    let (p6, k) = add(p6, low, k);
    let (p7, _) = add(p7, high, k);
    ([p0, p1, p2, p3], [p4, p5, p6, p7])
}
