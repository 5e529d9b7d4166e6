//! Token amounts in atomic units.
//!
//! On the wire an amount is a decimal string and nothing else (core specification v2, section 5.1; scheme `exact` on EVM): a JSON
//! number would pass through a double in half of the implementations. General integer readers accept more than that, each something
//! else, `""`, `0x10`, `1_000`, ` 5 `, `+5`, and what two readers disagree about is money (catalogue rows 28 and 31).
//!
//! Inside, an amount is the `uint256` of the token contract. It has checked arithmetic only, and no idea of the token it counts:
//! decimals are the asset's and are given where they are needed.

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::fmt;

use crate::text::{NotDecimal, require_decimal};

pub use encapsulate::Amount;

reasons! {
    /// Why text is not an amount.
    pub enum AmountError {
        /// No digits.
        Empty = "amount_empty", "an amount must not be empty";
        /// A leading zero.
        LeadingZero = "amount_leading_zero", "an amount has no leading zero";
        /// Something other than the digits 0 to 9.
        Digit = "amount_digit", "an amount is written in the digits 0 to 9 only";
        /// Above 2^256 - 1.
        TooLarge = "amount_too_large", "an amount is at most 2^256 - 1";
    }
}

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self::from_u64(0);

    /// The largest `uint256`, 2^256 - 1.
    pub const MAX: Self = Self::from_be_bytes([0xff; 32]);

    /// Reads decimal text of the grammar `0|[1-9][0-9]{0,77}`, at most 2^256 - 1 (catalogue rows 28 to 31).
    ///
    /// # Errors
    ///
    /// Names what the text breaks; a character that is no digit is reported before a leading zero.
    pub fn parse(text: &str) -> Result<Self, AmountError> {
        require_decimal(text).map_err(|reason| match reason {
            NotDecimal::Empty => AmountError::Empty,
            NotDecimal::Digit => AmountError::Digit,
            NotDecimal::LeadingZero => AmountError::LeadingZero,
        })?;
        Self::from_digits(text).ok_or(AmountError::TooLarge)
    }

    /// The number that ASCII digits write, leading zeros allowed; nothing if it does not fit or something else is among them.
    pub(crate) fn from_digits(text: &str) -> Option<Self> {
        let mut limbs = [0; LIMBS];
        for chunk in text.as_bytes().chunks(DIGITS_AT_ONCE) {
            let (mut scale, mut carry) = (1, 0);
            for byte in chunk {
                scale *= 10;
                carry = carry * 10 + u64::from(char::from(*byte).to_digit(10)?);
            }
            for limb in &mut limbs {
                carry += u64::from(*limb) * scale;
                (*limb, carry) = (low(carry), carry >> u32::BITS);
            }
            if carry > 0 {
                return None;
            }
        }
        Some(Self::from_limbs(limbs))
    }

    /// The sum, unless it exceeds [`Amount::MAX`].
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        let (mut words, mut carry) = (self.words(), false);
        for (word, other) in words.iter_mut().zip(other.words()) {
            let (sum, first) = word.overflowing_add(other);
            let (sum, second) = sum.overflowing_add(carry.into());
            (*word, carry) = (sum, first | second);
        }
        (!carry).then(|| Self::from_words(words))
    }

    /// The difference, unless it is negative.
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        let (mut words, mut borrow) = (self.words(), false);
        for (word, other) in words.iter_mut().zip(other.words()) {
            let (difference, first) = word.overflowing_sub(other);
            let (difference, second) = difference.overflowing_sub(borrow.into());
            (*word, borrow) = (difference, first | second);
        }
        (!borrow).then(|| Self::from_words(words))
    }

    /// The product, unless it exceeds [`Amount::MAX`].
    #[must_use]
    pub fn checked_mul(self, other: Self) -> Option<Self> {
        let (words, mut product) = (self.words(), [0_u64; 2 * WORDS]);
        for (place, factor) in other.words().into_iter().enumerate().filter(|(_, factor)| *factor != 0) {
            let mut carry = 0;
            for (sum, word) in product.iter_mut().skip(place).zip(words.into_iter().chain([0])) {
                carry += u128::from(*sum) + u128::from(factor) * u128::from(word);
                (*sum, carry) = (lower(carry), carry >> u64::BITS);
            }
        }
        let (words, over) = product.split_first_chunk()?;
        (*over == [0; WORDS]).then(|| Self::from_words(*words))
    }

    /// Ten to the power of `exponent`, where that fits: up to 77.
    pub(crate) fn power_of_ten(exponent: u8) -> Option<Self> {
        (0..exponent).try_fold(Self::from_u64(1), |power, _| power.checked_mul(Self::from_u64(10)))
    }

    /// Whether this is nothing.
    #[must_use]
    pub fn is_zero(self) -> bool {
        self == Self::ZERO
    }

    /// The same number as `u128`, where it fits.
    #[must_use]
    pub fn to_u128(self) -> Option<u128> {
        let bytes = self.to_be_bytes();
        let (high, low) = bytes.split_at_checked(16)?;
        high.iter().all(|byte| *byte == 0).then(|| u128::from_be_bytes(low.try_into().expect("half of 32 bytes is 16")))
    }

    /// Writes the amount in whole units of an asset with so many decimals, for people: 10000 at 6 decimals is `0.01`.
    ///
    /// It is exact, has no superfluous zeros and no separators, and [`Money`](crate::money::Money) reads it back to the same
    /// amount.
    #[must_use]
    pub fn format_units(self, decimals: u8) -> impl fmt::Display {
        Units { digits: self.digits(), decimals: decimals.into() }
    }

    fn digits(self) -> String {
        if let Some(small) = self.to_u128().and_then(|small| u64::try_from(small).ok()) {
            return small.to_string();
        }
        let mut limbs = self.limbs();
        let mut digits = Vec::new();
        while limbs != [0; LIMBS] {
            let mut rest = 0;
            for limb in limbs.iter_mut().rev() {
                rest = rest << u32::BITS | u64::from(*limb);
                (*limb, rest) = (low(rest / 10), rest % 10);
            }
            digits.push(low(rest));
        }
        digits.into_iter().rev().filter_map(|digit| char::from_digit(digit, 10)).collect()
    }

    fn from_words(words: [u64; WORDS]) -> Self {
        let mut word = [0; 32];
        word.rchunks_mut(8).zip(words).for_each(|(bytes, part)| bytes.copy_from_slice(&part.to_be_bytes()));
        Self::from_be_bytes(word)
    }

    /// The number in words of 64 bits, the least significant first, for counting.
    fn words(self) -> [u64; WORDS] {
        let mut words = [0; WORDS];
        let word = self.to_be_bytes();
        words.iter_mut().rev().zip(word.as_chunks().0).for_each(|(part, bytes)| *part = u64::from_be_bytes(*bytes));
        words
    }

    fn from_limbs(limbs: [u32; LIMBS]) -> Self {
        let mut word = [0; 32];
        word.rchunks_mut(4).zip(limbs).for_each(|(bytes, limb)| bytes.copy_from_slice(&limb.to_be_bytes()));
        Self::from_be_bytes(word)
    }

    /// The number in words of 32 bits, the least significant first: its text is made of and read into these.
    fn limbs(self) -> [u32; LIMBS] {
        let mut limbs = [0; LIMBS];
        let word = self.to_be_bytes();
        limbs.iter_mut().rev().zip(word.as_chunks().0).for_each(|(limb, bytes)| *limb = u32::from_be_bytes(*bytes));
        limbs
    }
}

const WORDS: usize = 4;
const LIMBS: usize = 8;

/// Nine decimal digits fit a limb.
const DIGITS_AT_ONCE: usize = 9;

/// The lower half.
#[expect(clippy::cast_possible_truncation, reason = "cutting off the upper half is what it is for")]
const fn low(value: u64) -> u32 {
    value as u32
}

/// The lower half.
#[expect(clippy::cast_possible_truncation, reason = "cutting off the upper half is what it is for")]
const fn lower(value: u128) -> u64 {
    value as u64
}

mod encapsulate {
    //! The only place that knows how the number is kept.

    /// A number of atomic units of some token, from 0 to 2^256 - 1.
    ///
    /// ```
    /// use quittance_core::amount::Amount;
    ///
    /// let amount = Amount::parse("10000")?;
    /// assert_eq!(amount, Amount::from_u64(10_000));
    /// assert_eq!(amount.format_units(6).to_string(), "0.01");
    /// assert!(Amount::parse("1e4").is_err());
    /// # Ok::<(), quittance_core::amount::AmountError>(())
    /// ```
    // the ABI word: amounts are read, compared and hashed, and hardly ever counted with; the order of words is that of the numbers
    #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub struct Amount([u8; 32]);

    impl Amount {
        /// The amount equal to a `u64`.
        #[must_use]
        pub const fn from_u64(units: u64) -> Self {
            Self::from_u128(units as u128)
        }

        /// The amount equal to a `u128`.
        #[must_use]
        pub const fn from_u128(units: u128) -> Self {
            let mut word = [0; 32];
            word.split_at_mut(16).1.copy_from_slice(&units.to_be_bytes());
            Self(word)
        }

        /// The amount whose ABI word is given.
        #[must_use]
        pub const fn from_be_bytes(word: [u8; 32]) -> Self {
            Self(word)
        }

        /// The ABI word: 32 bytes, most significant first.
        #[must_use]
        pub const fn to_be_bytes(self) -> [u8; 32] {
            self.0
        }
    }
}

struct Units {
    digits: String,
    decimals: usize,
}

impl fmt::Display for Units {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let padded = alloc::format!("{:0>width$}", self.digits, width = self.decimals.saturating_add(1));
        let (whole, fraction) = padded.split_at(padded.len().saturating_sub(self.decimals));
        match fraction.trim_end_matches('0') {
            "" => f.pad(whole),
            fraction => f.pad(&alloc::format!("{whole}.{fraction}")),
        }
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad_integral(true, "", &self.digits())
    }
}

canonical_text!(Amount, AmountError, "an amount in decimal text");

#[cfg(test)]
mod tests;
