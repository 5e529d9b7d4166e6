//! Arithmetic modulo the order `n` of the group, and the cut into two halves of 128 bits.

use crate::inverse::{self, Modulus};
use crate::words::{self, Words, add4, less4, mul4, sub4};

/// `n`.
const ORDER: Words = [0xbfd2_5e8c_d036_4141, 0xbaae_dce6_af48_a03b, 0xffff_ffff_ffff_fffe, 0xffff_ffff_ffff_ffff];
/// `n / 2` rounded down.
const HALF_ORDER: Words = [0xdfe9_2f46_681b_20a0, 0x5d57_6e73_57a4_501d, 0xffff_ffff_ffff_ffff, 0x7fff_ffff_ffff_ffff];
/// `2^256 - n`, which has 129 bits.
const FOLD: [u64; 3] = [0x402d_a173_2fc9_bebf, 0x4551_2319_50b7_5fc4, 1];

/// A number below `n`.
#[derive(Clone, Copy)]
pub(crate) struct Scalar(Words);

/// A factor of a sum of points: up to 128 bits with a sign.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Half {
    pub(crate) magnitude: u128,
    pub(crate) negative: bool,
}

impl Scalar {
    pub(crate) const ONE: Self = Self([1, 0, 0, 0]);

    /// The number, if it lies in `1..n`, as the two of a signature must.
    pub(crate) const fn in_signature(bytes: &[u8; 32]) -> Option<Self> {
        let words = words::from_be_bytes(bytes);
        let [w0, w1, w2, w3] = words;
        if (w0 | w1 | w2 | w3) == 0 || !less4(words, ORDER) { None } else { Some(Self(words)) }
    }

    /// The number modulo `n`, as a hash is taken.
    pub(crate) const fn reduced(bytes: &[u8; 32]) -> Self {
        Self(below_order(words::from_be_bytes(bytes)))
    }

    /// `bytes + n`, if that has 256 bits.
    pub(crate) fn plus_order(bytes: &[u8; 32]) -> Option<[u8; 32]> {
        let (words, carry) = add4(words::from_be_bytes(bytes), ORDER);
        (!carry).then(|| words::to_be_bytes(words))
    }

    /// Whether the number is greater than `n / 2`.
    pub(crate) const fn is_high(&self) -> bool {
        less4(HALF_ORDER, self.0)
    }

    pub(crate) const fn negate(&self) -> Self {
        // 0 becomes n, which is 0 again
        Self(below_order(sub4(ORDER, self.0).0))
    }

    pub(crate) const fn mul(&self, other: &Self) -> Self {
        let (low, high) = mul4(self.0, other.0);
        // 2^256 is FOLD: 512 bits become 385, then at most 257.6, then 256 and a carry
        let (low, high) = fold(low, high);
        let (low, high) = fold(low, high);
        let (low, [carry, ..]) = fold(low, high);
        let [f0, f1, f2] = FOLD;
        let words = if carry == 0 { low } else { add4(low, [f0, f1, f2, 0]).0 };
        Self(below_order(words))
    }

    /// The inverse, and 0 for 0.
    #[inline(never)]
    pub(crate) const fn inverse(&self) -> Self {
        const MODULUS: Modulus = Modulus::complement(FOLD);
        Self(inverse::inverse(self.0, &MODULUS))
    }

    /// The number as `first + lambda second` modulo `n`, where `lambda` is the factor by which the curve's endomorphism
    /// multiplies.
    ///
    /// The pairs `(a, b)` with `a + lambda b = 0 mod n` form a lattice of determinant `n` with the short basis `(A1, -B1)`,
    /// `(A2, A1)`. Taking from `(k, 0)` the lattice point nearest in basis coordinates leaves `(first, second)`. The
    /// coordinates `k A1 / n` and `k B1 / n` are approached by multiplying with [`G1`] and [`G2`] and dropping 384 bits, each
    /// off by at most `1/2 + 2^-129` in all, so `|first| <= (A1 + A2) (1/2 + 2^-129) < 0.636 * 2^128` and `|second| <= (A1 +
    /// B1) (1/2 + 2^-129) < 0.541 * 2^128`. Hence neither magnitude needs more than 128 bits, and arithmetic modulo 2^256 finds
    /// both with their signs.
    pub(crate) const fn split(&self) -> (Half, Half) {
        let c1 = rounded_shift(mul4(self.0, G1));
        let c2 = rounded_shift(mul4(self.0, G2));
        let first = sub4(sub4(self.0, mul4(c1, A1).0).0, mul4(c2, A2).0).0;
        let second = sub4(mul4(c1, B1).0, mul4(c2, A1).0).0;
        (signed(first), signed(second))
    }
}

const A1: Words = [0xe86c_90e4_9284_eb15, 0x3086_d221_a7d4_6bcd, 0, 0];
const A2: Words = [0x57c1_108d_9d44_cfd8, 0x14ca_50f7_a8e2_f3f6, 1, 0];
const B1: Words = [0x6f54_7fa9_0abf_e4c3, 0xe443_7ed6_010e_8828, 0, 0];
/// `2^384 A1 / n`, rounded.
const G1: Words = [0xe893_209a_45db_b031, 0x3daa_8a14_71e8_ca7f, 0xe86c_90e4_9284_eb15, 0x3086_d221_a7d4_6bcd];
/// `2^384 B1 / n`, rounded.
const G2: Words = [0x1571_b4ae_8ac4_7f71, 0x2212_08ac_9df5_06c6, 0x6f54_7fa9_0abf_e4c4, 0xe443_7ed6_010e_8828];

/// The product divided by 2^384, rounded.
const fn rounded_shift((_, [_, round, h2, h3]): (Words, Words)) -> Words {
    add4([h2, h3, 0, 0], [round >> 63, 0, 0, 0]).0
}

/// A number of at most 128 bits and its sign, from two's complement.
const fn signed(words: Words) -> Half {
    let negative = words[3] >> 63 == 1;
    let [w0, w1, ..] = if negative { sub4([0; 4], words).0 } else { words };
    Half { magnitude: wide(w0, w1), negative }
}

const fn wide(low: u64, high: u64) -> u128 {
    low as u128 | (high as u128) << 64
}

/// `low + FOLD high`.
const fn fold(low: Words, high: Words) -> (Words, Words) {
    let [f0, f1, f2] = FOLD;
    let (product, over) = mul4(high, [f0, f1, f2, 0]);
    let (low, carry) = add4(low, product);
    (low, add4(over, [carry as u64, 0, 0, 0]).0)
}

const fn below_order(words: Words) -> Words {
    let (reduced, borrow) = sub4(words, ORDER);
    if borrow { words } else { reduced }
}

#[cfg(test)]
mod tests;
