//! 32-byte nonces.
//!
//! EIP-3009 writes a nonce as 0x-hexadecimal `bytes32`, Permit2 as a decimal `uint256`, and the specification's two Permit2 samples
//! differ in it. The two readers here are apart on purpose: each transport form has one notation, and both give the same 32 bytes,
//! so that a nonce has one key in a replay log however it was written (catalogue rows 32 and 33).

use core::fmt;

use crate::amount::{Amount, AmountError};
use crate::hex::{self, HexError};

reasons! {
    /// Why text is not a nonce.
    pub enum NonceError {
        /// The text does not begin with `0x`.
        Prefix = "nonce_prefix", "a nonce must start with 0x";
        /// Not 64 digits.
        Length = "nonce_length", "a nonce has sixty-four hexadecimal digits";
        /// A character is not a hexadecimal digit.
        Digit = "nonce_digit", "not a hexadecimal digit";
        /// A Permit2 nonce that is not canonical decimal text: empty, with a leading zero, or with another character.
        Decimal = "nonce_decimal", "a Permit2 nonce is written in decimal digits, without a leading zero";
        /// A Permit2 nonce above 2^256 - 1.
        TooLarge = "nonce_too_large", "a Permit2 nonce is at most 2^256 - 1";
    }
}

/// A nonce of EIP-3009 or Permit2; its canonical text is lower-case hexadecimal.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Nonce([u8; 32]);

impl Nonce {
    /// Reads the `bytes32` nonce of EIP-3009: `0x` and 64 digits of either case.
    ///
    /// # Errors
    ///
    /// Names what the text breaks (catalogue row 32).
    pub fn parse(text: &str) -> Result<Self, NonceError> {
        hex::decode_array(text).map(Self).map_err(|reason| match reason {
            HexError::Prefix => NonceError::Prefix,
            HexError::Length => NonceError::Length,
            HexError::Digit => NonceError::Digit,
        })
    }

    /// Reads the `uint256` nonce of Permit2: decimal text, by the grammar of an amount.
    ///
    /// # Errors
    ///
    /// [`NonceError::Decimal`] for any other notation, hexadecimal included (catalogue row 33); [`NonceError::TooLarge`] above
    /// 2^256 - 1.
    pub fn parse_decimal(text: &str) -> Result<Self, NonceError> {
        let number = Amount::parse(text).map_err(|reason| match reason {
            AmountError::Empty | AmountError::LeadingZero | AmountError::Digit => NonceError::Decimal,
            AmountError::TooLarge => NonceError::TooLarge,
        })?;
        Ok(Self(number.to_be_bytes()))
    }

    /// The nonce with these bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes, which are also the ABI word.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The nonce as the number that Permit2 writes.
    #[must_use]
    pub const fn to_decimal(self) -> Amount {
        Amount::from_be_bytes(self.0)
    }
}

impl fmt::Display for Nonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&hex::encode(&self.0))
    }
}

canonical_text!(Nonce, NonceError, "a nonce of 32 hexadecimal bytes");

#[cfg(test)]
mod tests {
    use alloc::string::{String, ToString as _};
    use proptest::prelude::*;

    use super::*;

    const SAMPLE: &str = "0xf3746613c2d920b5fdabc0856f2aeb2d4f88ee6037b8cc5d04a71a4462f13480";

    fn check(text: &str, expected: Result<&str, NonceError>) {
        let parsed = Nonce::parse(text);
        assert_eq!(parsed.map(|nonce| nonce.to_string()), expected.map(String::from), "{text:?}");
        assert_eq!(text.parse(), parsed, "FromStr: {text:?}");
        assert_eq!(serde_json::from_value(text.into()).ok(), parsed.ok(), "serde: {text:?}");
    }

    fn check_decimal(text: &str, expected: Result<Amount, NonceError>) {
        assert_eq!(Nonce::parse_decimal(text).map(Nonce::to_decimal), expected, "{text:?}");
    }

    #[test]
    fn row_32_either_case_is_one_nonce() {
        check(SAMPLE, Ok(SAMPLE));
        check(&SAMPLE.to_uppercase().replace("0X", "0x"), Ok(SAMPLE));
    }

    #[test]
    fn row_32_other_notations() {
        let digits = &SAMPLE[2..];
        check(&SAMPLE[..64], Err(NonceError::Length));
        check(&std::format!("{SAMPLE}00"), Err(NonceError::Length));
        check(&SAMPLE[..65], Err(NonceError::Length));
        check("0x", Err(NonceError::Length));
        check(digits, Err(NonceError::Prefix));
        check(&std::format!("0X{digits}"), Err(NonceError::Prefix));
        check("", Err(NonceError::Prefix));
        check("12345", Err(NonceError::Prefix));
        check(&SAMPLE.replace("0xf3", "0xg3"), Err(NonceError::Digit));
        check(&SAMPLE.replace("0xf3", "0x 3"), Err(NonceError::Digit));
    }

    #[test]
    fn row_33_permit2_writes_decimal_only() {
        check_decimal("0", Ok(Amount::ZERO));
        check_decimal(
            "33247007178036348590600165115003213498",
            Ok(Amount::from_u128(33_247_007_178_036_348_590_600_165_115_003_213_498)),
        );
        check_decimal(&Amount::MAX.to_string(), Ok(Amount::MAX));
        check_decimal("115792089237316195423570985008687907853269984665640564039457584007913129639936", Err(NonceError::TooLarge));
        for text in ["", "01", SAMPLE, "0x1", "-1", "1.0", " 1"] {
            check_decimal(text, Err(NonceError::Decimal));
        }
    }

    #[test]
    fn row_33_both_notations_are_one_nonce() {
        let decimal = Nonce::parse(SAMPLE).unwrap().to_decimal().to_string();
        assert_eq!(Nonce::parse_decimal(&decimal), Nonce::parse(SAMPLE));
        // By an independent big integer.
        assert_eq!(decimal, "110117680976134290040645500446194905769275902069351365960831693135107775870080");
    }

    #[test]
    fn debug_shows_the_text() {
        assert_eq!(std::format!("{:?}", Nonce::parse(SAMPLE).unwrap()), std::format!("Nonce({SAMPLE})"));
    }

    proptest! {
        #[test]
        fn text_reads_back(bytes: [u8; 32]) {
            let nonce = Nonce::from_bytes(bytes);
            prop_assert_eq!(nonce.as_bytes(), &bytes);
            prop_assert_eq!(Nonce::parse(&nonce.to_string()), Ok(nonce));
            prop_assert_eq!(Nonce::parse_decimal(&nonce.to_decimal().to_string()), Ok(nonce));
            prop_assert_eq!(serde_json::to_string(&nonce).unwrap(), std::format!("\"{nonce}\""));
        }

        #[test]
        fn no_text_panics(text in ".{0,80}") {
            let _ = (Nonce::parse(&text), Nonce::parse_decimal(&text));
        }
    }
}
