//! Times.
//!
//! A time is whole seconds since 1970 as decimal text on the wire (core specification v2, section 5.2; scheme `exact` on EVM). The
//! clock is never read here: whoever calls says what time it is.

use core::fmt;

use crate::text::{NotDecimal, require_decimal};

reasons! {
    /// Why text is not a time.
    pub enum TimeError {
        /// No digits.
        Empty = "time_empty", "a time must not be empty";
        /// A leading zero.
        LeadingZero = "time_leading_zero", "a time has no leading zero";
        /// Something other than the digits 0 to 9.
        Digit = "time_digit", "a time is written in the digits 0 to 9 only";
        /// Above 2^64 - 1.
        TooLarge = "time_too_large", "a time is at most 2^64 - 1 seconds";
    }
}

/// A time: whole seconds since the beginning of 1970, UTC.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UnixSeconds(u64);

impl UnixSeconds {
    /// Reads decimal text of the grammar `0|[1-9][0-9]*`, at most 2^64 - 1 (catalogue rows 28, 30, 31 and 53).
    ///
    /// # Errors
    ///
    /// Names what the text breaks. The chain would take a `uint256`; a time beyond 2^64 is no time.
    pub fn parse(text: &str) -> Result<Self, TimeError> {
        require_decimal(text).map_err(|reason| match reason {
            NotDecimal::Empty => TimeError::Empty,
            NotDecimal::Digit => TimeError::Digit,
            NotDecimal::LeadingZero => TimeError::LeadingZero,
        })?;
        text.parse().map(Self).map_err(|_| TimeError::TooLarge)
    }

    /// The time so many seconds after the beginning of 1970.
    #[must_use]
    pub const fn from_secs(seconds: u64) -> Self {
        Self(seconds)
    }

    /// The seconds since the beginning of 1970.
    #[must_use]
    pub const fn as_secs(self) -> u64 {
        self.0
    }

    /// The time so many seconds later, unless there is none.
    #[must_use]
    pub const fn checked_add(self, seconds: u64) -> Option<Self> {
        match self.0.checked_add(seconds) {
            Some(later) => Some(Self(later)),
            None => None,
        }
    }

    /// The time so many seconds earlier, or the beginning of 1970.
    #[must_use]
    pub const fn saturating_sub(self, seconds: u64) -> Self {
        Self(self.0.saturating_sub(seconds))
    }
}

impl fmt::Display for UnixSeconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

canonical_text!(UnixSeconds, TimeError, "seconds since 1970 in decimal text");

#[cfg(test)]
mod tests {
    use alloc::string::{String, ToString as _};
    use proptest::prelude::*;

    use super::*;

    const NOW: u64 = 1_740_672_100;

    fn at(seconds: u64) -> UnixSeconds {
        UnixSeconds::from_secs(seconds)
    }

    fn check(text: &str, expected: Result<u64, TimeError>) {
        let parsed = UnixSeconds::parse(text);
        assert_eq!(parsed.map(UnixSeconds::as_secs), expected, "{text:?}");
        assert_eq!(text.parse(), parsed, "FromStr: {text:?}");
        assert_eq!(serde_json::from_value(text.into()).ok(), parsed.ok(), "serde: {text:?}");
    }

    #[test]
    fn times() {
        check("0", Ok(0));
        check("1740672089", Ok(1_740_672_089));
        check("18446744073709551615", Ok(u64::MAX));
        assert_eq!(std::format!("{:?}", at(NOW)), "UnixSeconds(1740672100)");
        assert_eq!(at(NOW).checked_add(60), Some(at(NOW + 60)));
        assert_eq!(at(u64::MAX).checked_add(1), None);
        assert_eq!(at(NOW).saturating_sub(60), at(NOW - 60));
        assert_eq!(at(59).saturating_sub(60), at(0));
    }

    #[test]
    fn rows_28_and_31_other_notations_of_a_time() {
        check("", Err(TimeError::Empty));
        check("01740672089", Err(TimeError::LeadingZero));
        for text in ["-1", "+1", "1.0", "1e9", "0x67c0", " 1", "1 ", "1_000", "\u{ff11}", "2025-02-27T16:01:29Z"] {
            check(text, Err(TimeError::Digit));
        }
    }

    #[test]
    fn row_30_json_numbers() {
        assert!(serde_json::from_str::<UnixSeconds>("1740672089").is_err());
        assert!(serde_json::from_str::<UnixSeconds>("null").is_err());
    }

    #[test]
    fn row_53_a_time_beyond_64_bits_is_no_time() {
        for text in ["18446744073709551616", "115792089237316195423570985008687907853269984665640564039457584007913129639935"] {
            check(text, Err(TimeError::TooLarge));
        }
    }

    proptest! {
        #[test]
        fn time_text_reads_back(seconds: u64) {
            let text: String = at(seconds).to_string();
            prop_assert_eq!(UnixSeconds::parse(&text), Ok(at(seconds)));
            prop_assert_eq!(serde_json::to_string(&at(seconds)).unwrap(), std::format!("\"{text}\""));
        }

        #[test]
        fn no_text_panics(text in ".{0,30}") {
            let _ = UnixSeconds::parse(&text);
        }
    }
}
