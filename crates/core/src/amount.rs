//! Token amounts in atomic units.
//!
//! On the wire an amount is a decimal string and nothing else (core specification v2, section 5.1; scheme `exact` on EVM): a JSON
//! number would pass through a double in half of the implementations. General integer readers accept more than that, each something
//! else, `""`, `0x10`, `1_000`, ` 5 `, `+5`, and what two readers disagree about is money (catalogue rows 28 and 31).
//!
//! Inside, an amount is the `uint256` of the token contract. It has checked arithmetic only, and no idea of the token it counts:
//! decimals are the asset's and are given where they are needed.

use alloc::string::{String, ToString as _};
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
        text.as_bytes().chunks(DIGITS_AT_ONCE).try_fold(Self::ZERO, |high, chunk| {
            let (scale, low) = chunk.iter().try_fold((1_u128, 0_u128), |(scale, low), byte| {
                let digit = char::from(*byte).to_digit(10)?;
                Some((scale.checked_mul(10)?, low.checked_mul(10)?.checked_add(digit.into())?))
            })?;
            high.checked_mul(Self::from_u128(scale))?.checked_add(Self::from_u128(low))
        })
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
        match self.to_u128() {
            Some(small) => small.to_string(),
            None => {
                let (high, low) = self.split_digits();
                alloc::format!("{}{low:0width$}", high.digits(), width = DIGITS_AT_ONCE)
            }
        }
    }
}

/// As many decimal digits as always fit a `u128`.
const DIGITS_AT_ONCE: usize = 38;

mod encapsulate {
    //! The only place that knows which big integer is inside.

    use k256::elliptic_curve::bigint::{CheckedAdd as _, CheckedSub as _, NonZero, U256};

    use super::DIGITS_AT_ONCE;

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
    #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub struct Amount(U256);

    impl Amount {
        /// The amount equal to a `u64`.
        #[must_use]
        pub const fn from_u64(units: u64) -> Self {
            Self(U256::from_u64(units))
        }

        /// The amount equal to a `u128`.
        #[must_use]
        pub const fn from_u128(units: u128) -> Self {
            Self(U256::from_u128(units))
        }

        /// The amount whose ABI word is given.
        #[must_use]
        pub const fn from_be_bytes(word: [u8; 32]) -> Self {
            Self(U256::from_be_slice(&word))
        }

        /// The ABI word: 32 bytes, most significant first.
        #[must_use]
        pub fn to_be_bytes(self) -> [u8; 32] {
            self.0.to_be_bytes().as_slice().try_into().expect("256 bits are 32 bytes")
        }

        /// The sum, unless it exceeds [`Amount::MAX`].
        #[must_use]
        pub fn checked_add(self, other: Self) -> Option<Self> {
            self.0.checked_add(&other.0).into_option().map(Self)
        }

        /// The difference, unless it is negative.
        #[must_use]
        pub fn checked_sub(self, other: Self) -> Option<Self> {
            self.0.checked_sub(&other.0).into_option().map(Self)
        }

        /// The product, unless it exceeds [`Amount::MAX`].
        #[must_use]
        pub fn checked_mul(self, other: Self) -> Option<Self> {
            self.0.checked_mul(&other.0).into_option().map(Self)
        }

        /// Cuts off the last [`DIGITS_AT_ONCE`] decimal digits.
        pub(super) fn split_digits(self) -> (Self, u128) {
            const SCALE: NonZero<U256> = U256::from_u128(10_u128.pow(38)).to_nz().expect_copied("a power of ten is not zero");
            const { assert!(DIGITS_AT_ONCE == 38) };
            let (high, low) = self.0.div_rem_vartime(&SCALE);
            (Self(high), Self(low).to_u128().expect("38 digits fit a u128"))
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
