//! Numbers, times and long values, as people read them.

use alloc::format;
use alloc::string::{String, ToString as _};

use quittance_core::{Amount, Asset, UnixSeconds};

/// An amount in whole units of a token that the registry knows, else in the smallest ones.
pub(crate) fn amount(amount: Amount, asset: &Asset) -> String {
    match asset.registered() {
        Some(info) => format!("{} {}", amount.format_units(info.decimals), info.symbol),
        None => format!("{amount} of the smallest unit"),
    }
}

/// A time of day in UTC, and how far off it is.
pub(crate) fn time(time: UnixSeconds, now: UnixSeconds) -> String {
    if time == UnixSeconds::from_secs(0) {
        return "no time: from the beginning".to_string();
    }
    let (at, now) = (time.as_secs(), now.as_secs());
    let off = match (at.checked_sub(now), now.saturating_sub(at)) {
        (Some(0), _) => "now".to_string(),
        (Some(left), _) => format!("in {}", span(left)),
        (None, past) => format!("{} ago", span(past)),
    };
    match date(at) {
        Some(date) => format!("{date}, {off}"),
        None => off,
    }
}

/// A length of time, as coarse as it is long.
pub(crate) fn span(seconds: u64) -> String {
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        7_200..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}

/// The date and time of day in UTC, up to the year 9999.
pub(crate) fn date(seconds: u64) -> Option<String> {
    let (mut day, of_day) = (seconds / 86_400, seconds % 86_400);
    let mut year = 1970;
    loop {
        let length = if is_leap(year) { 366 } else { 365 };
        if day < length {
            break;
        }
        (day, year) = (day - length, year + 1);
        if year > 9999 {
            return None;
        }
    }
    let mut month = 1;
    for length in [31, if is_leap(year) { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if day < length {
            break;
        }
        (day, month) = (day - length, month + 1);
    }
    let (hour, minute, second) = (of_day / 3_600, of_day / 60 % 60, of_day % 60);
    Some(format!("{year:04}-{month:02}-{:02}T{hour:02}:{minute:02}:{second:02}Z", day + 1))
}

const fn is_leap(year: u64) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

/// The two ends of something that is not to be shown.
pub(crate) fn ends(text: &str) -> String {
    let characters = text.chars().count();
    if characters <= 16 {
        return format!("({characters} characters)");
    }
    let tail = text.char_indices().nth(characters - 4).and_then(|(at, _)| text.get(at..)).unwrap_or_default();
    format!("{}…{tail} ({characters} characters)", text.chars().take(6).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        let check = |seconds, expected: &str| assert_eq!(date(seconds).as_deref(), Some(expected));
        check(0, "1970-01-01T00:00:00Z");
        check(951_782_399, "2000-02-28T23:59:59Z");
        check(951_782_400, "2000-02-29T00:00:00Z");
        check(1_795_286_464, "2026-11-21T18:41:04Z");
        check(4_107_542_399, "2100-02-28T23:59:59Z");
        check(4_107_542_400, "2100-03-01T00:00:00Z");
        check(253_402_300_799, "9999-12-31T23:59:59Z");
        assert_eq!(date(253_402_300_800), None);
        assert_eq!(date(u64::MAX), None);
    }

    #[test]
    fn row_220_of_a_secret_the_ends_are_shown() {
        let secret = "0x".to_string() + &"ab".repeat(65);
        assert_eq!(ends(&secret), "0xabab…abab (132 characters)");
        assert_eq!(ends("0xabababab"), "(10 characters)");
        assert_eq!(ends(&"ü".repeat(20)), "üüüüüü…üüüü (20 characters)");
    }
}
