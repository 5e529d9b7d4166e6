//! Times in bodies: RFC 3339 in UTC, or whole seconds since 1970.

use quittance_core::UnixSeconds;
use quittance_core::json::Value;

reasons! {
    /// Why a value is not a time.
    pub enum TimestampError {
        /// Neither text nor a whole number.
        Type = "timestamp_type", "a time is text or a whole number of seconds";
        /// Neither RFC 3339 nor decimal digits.
        Form = "timestamp_form", "not a time of RFC 3339 and not whole seconds";
        /// A month, day, hour, minute or second that does not exist.
        Range = "timestamp_range", "no such date or time of day";
        /// An offset other than zero.
        Offset = "timestamp_offset", "a time must be in UTC";
        /// Before 1970.
        Early = "timestamp_early", "a time before 1970";
    }
}

/// Reads a time: `2026-11-20T18:31:04Z`, with a fraction of a second or without, `+00:00` for `Z`; or seconds since 1970 in decimal text.
///
/// A fraction is dropped. A leap second counts as the second after it, as POSIX has it.
///
/// # Errors
///
/// [`TimestampError`] for anything else. The letters are capitals; no offset but zero is read, because a time that has to be converted is one
/// that two readers can disagree about.
pub fn parse_timestamp(text: &str) -> Result<UnixSeconds, TimestampError> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return UnixSeconds::parse(text).map_err(|_| TimestampError::Form);
    }
    let mut rest = Reader(text.as_bytes());
    let year = rest.digits(4)?;
    let month = rest.sign(b'-')?.digits(2)?;
    let day = rest.sign(b'-')?.digits(2)?;
    let hour = rest.sign(b'T')?.digits(2)?;
    let minute = rest.sign(b':')?.digits(2)?;
    let second = rest.sign(b':')?.digits(2)?;
    if rest.sign(b'.').is_ok() {
        rest.digits(1)?;
        while rest.digits(1).is_ok() {}
    }
    match rest.0 {
        b"Z" | b"+00:00" | b"-00:00" => {}
        [b'+' | b'-', a, b, b':', c, d] if [a, b, c, d].iter().all(|byte| byte.is_ascii_digit()) => {
            return Err(TimestampError::Offset);
        }
        _ => return Err(TimestampError::Form),
    }
    let leap_second = second == 60 && (hour, minute) == (23, 59);
    let exists = (1..=12).contains(&month) && (1..=days_in(year, month)).contains(&day);
    if !exists || hour > 23 || minute > 59 || (second > 59 && !leap_second) {
        return Err(TimestampError::Range);
    }
    let days = days_since_1970(year, month, day).ok_or(TimestampError::Early)?;
    let of_day = hour.saturating_mul(3_600).saturating_add(minute.saturating_mul(60)).saturating_add(second);
    Ok(UnixSeconds::from_secs(days.saturating_mul(86_400).saturating_add(of_day)))
}

/// Reads a time that stands in a body.
pub(super) fn of(value: &Value) -> Result<UnixSeconds, TimestampError> {
    match value {
        Value::String(text) => parse_timestamp(text),
        Value::Number(number) => number.as_u64().map(UnixSeconds::from_secs).ok_or(TimestampError::Type),
        _ => Err(TimestampError::Type),
    }
}

const fn is_leap(year: u64) -> bool {
    (year.is_multiple_of(4) && !year.is_multiple_of(100)) || year.is_multiple_of(400)
}

const fn days_in(year: u64, month: u64) -> u64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from the beginning of 1970 to a date of the Gregorian calendar that exists.
fn days_since_1970(year: u64, month: u64, day: u64) -> Option<u64> {
    // the leap years that are over by the beginning of a year
    let leaps = |year: u64| {
        let over = year.saturating_sub(1);
        (over / 4).saturating_sub(over / 100).saturating_add(over / 400)
    };
    let years = year.checked_sub(1970)?;
    let before = years.saturating_mul(365).saturating_add(leaps(year)).saturating_sub(leaps(1970));
    let months = (1..month).map(|month| days_in(year, month)).fold(0, u64::saturating_add);
    Some(before.saturating_add(months).saturating_add(day.saturating_sub(1)))
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn digits(&mut self, count: usize) -> Result<u64, TimestampError> {
        let (digits, rest) = self.0.split_at_checked(count).ok_or(TimestampError::Form)?;
        let number = digits.iter().try_fold(0_u64, |number, byte| {
            let digit = char::from(*byte).to_digit(10)?;
            Some(number.saturating_mul(10).saturating_add(digit.into()))
        });
        let number = number.ok_or(TimestampError::Form)?;
        self.0 = rest;
        Ok(number)
    }

    fn sign(&mut self, sign: u8) -> Result<&mut Self, TimestampError> {
        let rest = self.0.strip_prefix(&[sign]).ok_or(TimestampError::Form)?;
        self.0 = rest;
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::String;

    use proptest::prelude::*;

    use super::*;

    fn check(text: &str, expected: Result<u64, TimestampError>) {
        assert_eq!(parse_timestamp(text).map(UnixSeconds::as_secs), expected, "{text:?}");
    }

    #[test]
    fn times() {
        check("1970-01-01T00:00:00Z", Ok(0));
        check("2025-02-27T16:01:29Z", Ok(1_740_672_089));
        check("2025-02-27T16:01:29.999999999Z", Ok(1_740_672_089));
        check("2025-02-27T16:01:29+00:00", Ok(1_740_672_089));
        check("2000-02-29T23:59:59Z", Ok(951_868_799));
        check("2016-12-31T23:59:60Z", Ok(1_483_228_800));
        check("9999-12-31T23:59:59Z", Ok(253_402_300_799));
        check("1740672089", Ok(1_740_672_089));
        check("0", Ok(0));
    }

    #[test]
    fn what_is_no_time() {
        for text in [
            "",
            "2025-02-27",
            "2025-02-27T16:01Z",
            "2025-02-27T16:01:29",
            "2025-02-27t16:01:29Z",
            "2025-02-27T16:01:29z",
            "2025-02-27 16:01:29Z",
            "2025-2-27T16:01:29Z",
            "2025-02-27T16:01:29.Z",
            "2025-02-27T16:01:29,5Z",
            "2025-02-27T16:01:29ZZ",
            "+025-02-27T16:01:29Z",
            "20250227T160129Z",
            "Thu, 27 Feb 2025 16:01:29 GMT",
            "01740672089",
            "18446744073709551616",
            "1740672089.5",
            "-1",
            "\u{ff12}025-02-27T16:01:29Z",
        ] {
            check(text, Err(TimestampError::Form));
        }
        for text in [
            "2025-00-27T16:01:29Z",
            "2025-13-27T16:01:29Z",
            "2025-02-29T16:01:29Z",
            "1900-02-29T16:01:29Z",
            "2025-04-31T16:01:29Z",
            "2025-02-00T16:01:29Z",
            "2025-02-27T24:00:00Z",
            "2025-02-27T16:60:00Z",
            "2025-02-27T16:01:60Z",
        ] {
            check(text, Err(TimestampError::Range));
        }
        check("2025-02-27T16:01:29+01:00", Err(TimestampError::Offset));
        check("1969-12-31T23:59:59Z", Err(TimestampError::Early));
    }

    proptest! {
        #[test]
        fn days_follow_each_other(year in 1970_u64..=9999, month in 1_u64..=12, day in 1_u64..=31) {
            prop_assume!(day <= days_in(year, month));
            let next = if day < days_in(year, month) {
                (year, month, day + 1)
            } else if month < 12 {
                (year, month + 1, 1)
            } else {
                (year + 1, 1, 1)
            };
            let (today, tomorrow) = (days_since_1970(year, month, day), days_since_1970(next.0, next.1, next.2));
            prop_assert_eq!(today.map(|days| days + 1), tomorrow);
        }

        #[test]
        fn no_text_panics(text in any::<String>(), digits in "[0-9TZ:+. -]{0,30}") {
            let _ = (parse_timestamp(&text), parse_timestamp(&digits));
        }
    }
}
