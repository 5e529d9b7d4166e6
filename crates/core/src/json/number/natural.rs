//! Whole numbers of any length, as far as the decimal text of a double needs them.

use alloc::vec;
use alloc::vec::Vec;
use core::cmp::Ordering;
use core::iter::repeat;

/// A whole number: 32 bits in each limb, the lowest limb first, the highest not zero. Zero has none.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Natural(Vec<u32>);

impl Natural {
    pub(super) fn new(value: u64) -> Self {
        let [low, high] = halves(value);
        let mut new = Self(vec![low, high]);
        new.trim();
        new
    }

    pub(super) const fn is_zero(&self) -> bool {
        self.0.is_empty()
    }

    /// How many bits the number has.
    #[cfg(any(test, not(target_pointer_width = "64")))]
    pub(super) fn bits(&self) -> u32 {
        self.0.iter().map(|_| u32::BITS).sum::<u32>() - self.spare_bits()
    }

    /// How many bits of the highest limb are not used.
    pub(super) fn spare_bits(&self) -> u32 {
        self.0.last().map_or(0, |limb| limb.leading_zeros())
    }

    /// `factor * self + summand`, for a factor that is not zero.
    pub(super) fn times_plus(&mut self, factor: u32, summand: u32) {
        let mut carry = summand;
        for limb in &mut self.0 {
            [*limb, carry] = halves(u64::from(*limb) * u64::from(factor) + u64::from(carry));
        }
        if carry > 0 {
            self.0.push(carry);
        }
    }

    /// `10^exponent * self`.
    pub(super) fn times_ten_to(&mut self, exponent: u32) {
        for _ in 0..exponent / 9 {
            self.times_plus(1_000_000_000, 0);
        }
        self.times_plus(10_u32.pow(exponent % 9), 0);
    }

    /// `2^exponent * self`.
    pub(super) fn times_two_to(&mut self, exponent: u32) {
        if !self.is_zero() {
            self.times_plus(1 << (exponent % u32::BITS), 0);
            let mut limbs = vec![0; (exponent / u32::BITS) as usize];
            limbs.append(&mut self.0);
            self.0 = limbs;
        }
    }

    /// `self - factor * other`, which must not be below zero.
    pub(super) fn minus_times(&mut self, factor: u32, other: &Self) {
        // what is still to be taken off, from this limb on
        let mut owed = 0;
        for (limb, other) in self.0.iter_mut().zip(other.0.iter().copied().chain(repeat(0))) {
            let [low, high] = halves(owed + u64::from(factor) * u64::from(other));
            let (rest, borrow) = limb.overflowing_sub(low);
            *limb = rest;
            owed = u64::from(high) + u64::from(borrow);
        }
        self.trim();
    }

    /// Divides, and leaves the remainder. The quotient must be below `2^32`, and the divisor use all bits of its highest limb.
    pub(super) fn divide(&mut self, divisor: &Self) -> u32 {
        let Some((last, highest)) = divisor.0.iter().enumerate().next_back() else { return 0 };
        let limb = |index| self.0.get(index).copied().map_or(0, u64::from);
        let top = limb(last + 1) << 32 | limb(last);
        // at most the quotient, because the divisor is less than with 1 more in its highest limb, and a few less than that at most
        let mut quotient = u32::try_from(top / (u64::from(*highest) + 1)).unwrap_or(u32::MAX);
        self.minus_times(quotient, divisor);
        while *self >= *divisor {
            self.minus_times(1, divisor);
            quotient += 1;
        }
        quotient
    }

    fn trim(&mut self) {
        while self.0.last() == Some(&0) {
            self.0.pop();
        }
    }
}

impl PartialOrd for Natural {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Natural {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.len().cmp(&other.0.len()).then_with(|| self.0.iter().rev().cmp(other.0.iter().rev()))
    }
}

/// The lower half and the higher.
#[expect(clippy::cast_possible_truncation, reason = "cutting a number in two is what it is for")]
const fn halves(value: u64) -> [u32; 2] {
    [value as u32, (value >> 32) as u32]
}
