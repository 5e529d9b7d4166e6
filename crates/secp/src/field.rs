//! Arithmetic modulo `p = 2^256 - 2^32 - 977`, the field the curve's coordinates live in.
//!
//! An element is four 64-bit words holding *any* of the 256-bit numbers it is congruent to: a number below `2^256 - p` and that
//! number plus `p` are the same element, and nothing but [`Field::to_bytes`], [`Field::is_zero`] and [`Field::is_odd`] tells
//! them apart. So no operation ever compares with `p`. Whatever runs over 256 bits is folded back in, because `2^256` is
//! congruent to [`FOLD`]: after a product that is four multiplications, after a sum one conditional addition.
//!
//! Sums and differences are the same everywhere. Products come from `wide` where the machine multiplies 64 bits into 128, and
//! from `narrow` where it does not; the tests run both.
//!
//! This form was chosen by measurement over five limbs of 52 bits, which need no carries between limbs but 25 products instead
//! of 16: on x86-64 it multiplies in 7 ns against 12.7 and squares in 6 against 11.

use crate::inverse::{self, Modulus};
use crate::words::{self, Words, add, add4, sub, sub4};

#[cfg(any(test, not(target_pointer_width = "64")))]
mod narrow;
#[cfg(any(test, target_pointer_width = "64"))]
mod wide;

#[cfg(not(target_pointer_width = "64"))]
use narrow as product;
#[cfg(target_pointer_width = "64")]
use wide as product;

/// `2^256 - p`.
const FOLD: u64 = 0x1_0000_03d1;

const P: Words = [0u64.wrapping_sub(FOLD), u64::MAX, u64::MAX, u64::MAX];

/// An element of the field.
#[derive(Clone, Copy)]
pub(crate) struct Field(Words);

impl Field {
    pub(crate) const ZERO: Self = Self([0; 4]);
    pub(crate) const ONE: Self = Self([1, 0, 0, 0]);

    /// An element from its least significant word first; any words are an element.
    pub(crate) const fn from_words(words: Words) -> Self {
        Self(words)
    }

    /// The element that the big-endian bytes write, if they write it as a number below `p`.
    pub(crate) const fn from_bytes(bytes: &[u8; 32]) -> Option<Self> {
        let words = words::from_be_bytes(bytes);
        if words::less4(words, P) { Some(Self(words)) } else { None }
    }

    /// The number below `p` in big-endian bytes.
    pub(crate) fn to_bytes(self) -> [u8; 32] {
        words::to_be_bytes(self.canonical())
    }

    /// The number below `p`. There is at most one `p` to take off, since `2 p` has 257 bits.
    const fn canonical(self) -> Words {
        let (reduced, borrow) = sub4(self.0, P);
        if borrow { self.0 } else { reduced }
    }

    #[inline(always)]
    pub(crate) const fn is_zero(&self) -> bool {
        let [w0, w1, w2, w3] = self.0;
        // the lowest word alone answers for nearly every element
        if w0 != 0 && w0 != P[0] {
            return false;
        }
        (w0 | w1 | w2 | w3) == 0 || (w0 == P[0] && (w1 & w2 & w3) == u64::MAX)
    }

    pub(crate) const fn is_odd(&self) -> bool {
        self.canonical()[0] & 1 == 1
    }

    #[inline(always)]
    pub(crate) const fn equals(&self, other: &Self) -> bool {
        self.sub(other).is_zero()
    }

    #[cfg_attr(not(feature = "small"), inline(always))]
    #[cfg_attr(feature = "small", inline(never))]
    pub(crate) const fn add(&self, other: &Self) -> Self {
        let (sum, carry) = add4(self.0, other.0);
        Self(add_fold(sum, FOLD & mask(carry)))
    }

    #[cfg_attr(not(feature = "small"), inline(always))]
    #[cfg_attr(feature = "small", inline(never))]
    pub(crate) const fn sub(&self, other: &Self) -> Self {
        let (difference, borrow) = sub4(self.0, other.0);
        Self(sub_fold(difference, FOLD & mask(borrow)))
    }

    /// `self - 2 other`.
    #[cfg_attr(not(feature = "small"), inline(always))]
    #[cfg_attr(feature = "small", inline(never))]
    pub(crate) const fn sub_twice(&self, other: &Self) -> Self {
        let [b0, b1, b2, b3] = other.0;
        let twice = [b0 << 1, b1 << 1 | b0 >> 63, b2 << 1 | b1 >> 63, b3 << 1 | b2 >> 63];
        let (difference, borrow) = sub4(self.0, twice);
        // 2^256 was left out of the double if its top bit is set, and once more by the subtraction
        let times = (b3 >> 63) + borrow as u64;
        Self(sub_fold(difference, FOLD * times))
    }

    #[inline(always)]
    pub(crate) const fn negate(&self) -> Self {
        Self::ZERO.sub(self)
    }

    /// The negative where it is asked for, in the same time as the number itself.
    #[cfg_attr(not(feature = "small"), inline(always))]
    #[cfg_attr(feature = "small", inline(never))]
    pub(crate) const fn negate_if(&self, negative: bool) -> Self {
        let ([a0, a1, a2, a3], [b0, b1, b2, b3], mask) = (self.0, self.negate().0, mask(negative));
        Self([a0 ^ (a0 ^ b0) & mask, a1 ^ (a1 ^ b1) & mask, a2 ^ (a2 ^ b2) & mask, a3 ^ (a3 ^ b3) & mask])
    }

    /// `self * 3/2`: the element plus its half, which is half of `self + p` if the number is odd.
    #[cfg_attr(not(feature = "small"), inline(always))]
    #[cfg_attr(feature = "small", inline(never))]
    pub(crate) const fn three_halves(&self) -> Self {
        let odd = self.0[0] & 1;
        // adding p is adding 2^256 and taking off FOLD
        let ([a0, a1, a2, a3], borrow) = sub_small(self.0, FOLD & odd.wrapping_neg());
        let top = odd - borrow as u64;
        let half = [a0 >> 1 | a1 << 63, a1 >> 1 | a2 << 63, a2 >> 1 | a3 << 63, a3 >> 1 | top << 63];
        self.add(&Self(half))
    }

    #[inline(always)]
    pub(crate) const fn mul(&self, other: &Self) -> Self {
        Self(product::mul(self.0, other.0))
    }

    #[inline(always)]
    pub(crate) const fn square(&self) -> Self {
        Self(product::square(self.0))
    }

    /// `self * a + b * c` with one reduction.
    #[inline(always)]
    pub(crate) const fn mul_plus_mul(&self, a: &Self, b: &Self, c: &Self) -> Self {
        Self(product::mul_plus_mul(self.0, a.0, b.0, c.0))
    }

    /// `self * a + b^2` with one reduction.
    #[inline(always)]
    pub(crate) const fn mul_plus_square(&self, a: &Self, b: &Self) -> Self {
        Self(product::mul_plus_square(self.0, a.0, b.0))
    }

    /// `self^2 + a`.
    #[inline(always)]
    pub(crate) const fn square_plus(&self, a: &Self) -> Self {
        Self(product::square_plus(self.0, a.0))
    }

    /// The inverse, and 0 for 0.
    #[inline(never)]
    pub(crate) const fn inverse(&self) -> Self {
        const MODULUS: Modulus = Modulus::complement([FOLD, 0, 0]);
        Self(inverse::inverse(self.canonical(), &MODULUS))
    }

    /// A square root if there is one. Of the two, which one is not said.
    #[inline(never)]
    pub(crate) const fn sqrt(&self) -> Option<Self> {
        let root = self.root_power();
        if root.square().equals(self) { Some(root) } else { None }
    }

    /// `self^((p + 1) / 4)`, which is a root of every square because `p + 1` is divisible by 4.
    ///
    /// In binary the exponent is 223 ones, a zero, 22 ones, four zeros, two ones, two zeros. Shifting an exponent is squaring, joining
    /// two is multiplying; so each power is the one before it, squared so many times, times an earlier one.
    #[expect(clippy::indexing_slicing, reason = "every index is counted in a constant loop, or stands in the constant")]
    const fn root_power(&self) -> Self {
        const STEPS: [(u32, usize); 13] = [
            (1, 0),  // 2 ones
            (1, 0),  // 3
            (3, 2),  // 6
            (3, 2),  // 9
            (2, 1),  // 11
            (11, 5), // 22
            (22, 6), // 44
            (44, 7), // 88
            (88, 8), // 176
            (44, 7), // 220
            (3, 2),  // 223
            (23, 6), // a zero and 22 ones
            (6, 1),  // four zeros and two ones
        ];
        let mut powers = [*self; STEPS.len() + 1];
        let mut step = 0;
        while step < STEPS.len() {
            let (times, factor) = STEPS[step];
            powers[step + 1] = powers[step].square_times(times).mul(&powers[factor]);
            step += 1;
        }
        powers[step].square_times(2)
    }

    /// `self^(2^times)`.
    #[inline(always)]
    const fn square_times(&self, times: u32) -> Self {
        let mut power = *self;
        let mut done = 0;
        while done < times {
            power = power.square();
            done += 1;
        }
        power
    }
}

/// All ones if the bit is set.
#[inline(always)]
const fn mask(bit: bool) -> u64 {
    (bit as u64).wrapping_neg()
}

#[inline(always)]
const fn add_small(words: Words, small: u64) -> (Words, bool) {
    let [w0, w1, w2, w3] = words;
    let (w0, k) = add(w0, small, false);
    let (w1, k) = add(w1, 0, k);
    let (w2, k) = add(w2, 0, k);
    let (w3, k) = add(w3, 0, k);
    ([w0, w1, w2, w3], k)
}

#[inline(always)]
const fn sub_small(words: Words, small: u64) -> (Words, bool) {
    let [w0, w1, w2, w3] = words;
    let (w0, k) = sub(w0, small, false);
    let (w1, k) = sub(w1, 0, k);
    let (w2, k) = sub(w2, 0, k);
    let (w3, k) = sub(w3, 0, k);
    ([w0, w1, w2, w3], k)
}

/// `words + fold`, where `fold` has 35 bits at most.
///
/// A carry out of the lowest word happens once in 2^29 times unless somebody seeks it, so the rest is off the path.
#[inline(always)]
const fn add_fold(words: Words, fold: u64) -> Words {
    let [w0, w1, w2, w3] = words;
    let (w0, carry) = add(w0, fold, false);
    if carry { carry_on([w0, w1, w2, w3], 1) } else { [w0, w1, w2, w3] }
}

/// `words - fold`, where `fold` has 35 bits at most.
#[inline(always)]
const fn sub_fold(words: Words, fold: u64) -> Words {
    let [w0, w1, w2, w3] = words;
    let (w0, borrow) = sub(w0, fold, false);
    if borrow { borrow_on([w0, w1, w2, w3]) } else { [w0, w1, w2, w3] }
}

/// Carries 1 into the word at an index, and on. If it runs over 2^256, the words are left small enough that adding [`FOLD`]
/// ends it.
#[cold]
#[inline(never)]
const fn carry_on(words: Words, index: u8) -> Words {
    let [w0, w1, w2, w3] = words;
    let (w1, k) = add(w1, 0, index == 1);
    let (w2, k) = add(w2, 0, k || index == 2);
    let (w3, k) = add(w3, 0, k);
    add_small([w0, w1, w2, w3], FOLD & mask(k)).0
}

/// Borrows 1 from the second word, and on. If it runs below 0, the words are left so close to 2^256 that taking off [`FOLD`]
/// ends it.
#[cold]
#[inline(never)]
const fn borrow_on(words: Words) -> Words {
    let [w0, w1, w2, w3] = words;
    let (w1, k) = sub(w1, 0, true);
    let (w2, k) = sub(w2, 0, k);
    let (w3, k) = sub(w3, 0, k);
    sub_small([w0, w1, w2, w3], FOLD & mask(k)).0
}

/// `words + low + 2^64 high`, for a `high` of a few bits at most: after it a carry is as rare as in [`add_fold`].
#[inline(always)]
const fn add_over(words: Words, low: u64, high: u64) -> Words {
    let [w0, w1, w2, w3] = words;
    let (w0, k) = add(w0, low, false);
    let (w1, k) = add(w1, high, k);
    if k { carry_on([w0, w1, w2, w3], 2) } else { [w0, w1, w2, w3] }
}

#[cfg(test)]
mod tests;
