//! Numbers by their grouping and check digits: cards, telephones, social security.

use alloc::string::String;
use core::ops::Range;

use super::find::{Place, Sensitive, ends_at};

/// The most characters and digits that are looked at.
const LONGEST: usize = 32;
const DIGITS: usize = 19;

/// The longest run of groups from here that is one of the three.
pub(super) fn look(place: Place<'_>) -> Option<(Sensitive, Range<usize>)> {
    let first = *place.rest.as_bytes().first()?;
    if !(first.is_ascii_digit() || matches!(first, b'+' | b'(')) || is_inside_a_number(place.before) {
        return None;
    }
    let (mut digits, mut shape) = (String::new(), String::new());
    let mut found = None;
    for (at, byte) in place.rest.bytes().enumerate().take(LONGEST) {
        let end = at.saturating_add(1);
        match byte {
            b'0'..=b'9' if digits.len() < DIGITS => {
                digits.push(char::from(byte));
                shape.push('d');
            }
            b' ' | b'-' | b'.' | b'(' | b')' | b'/' | b'+' => shape.push(char::from(byte)),
            _ => break,
        }
        let group_ends = !place.rest.as_bytes().get(end).is_some_and(u8::is_ascii_digit) && ends_at(place.rest, end);
        if byte.is_ascii_digit() && group_ends {
            found = kind(&digits, &shape, place.before).map(|kind| (kind, 0..end)).or(found);
        }
    }
    found
}

/// Whether the digits in front belong to the same number: `1.` of `1.555`.
fn is_inside_a_number(before: &str) -> bool {
    let mut back = before.bytes().rev();
    matches!(back.next(), Some(b'-' | b'.' | b'/')) && back.next().is_some_and(|byte| byte.is_ascii_digit())
}

fn kind(digits: &str, shape: &str, before: &str) -> Option<Sensitive> {
    if is_card(digits, shape) {
        Some(Sensitive::Card)
    } else if is_social_security(digits, shape, before) {
        Some(Sensitive::SocialSecurity)
    } else if is_phone(digits, shape) {
        Some(Sensitive::Phone)
    } else {
        None
    }
}

/// Issuers' ranges with their lengths, groups by one separator throughout, and the check digit of ISO/IEC 7812.
fn is_card(digits: &str, shape: &str) -> bool {
    let separators = || shape.bytes().filter(|byte| *byte != b'd');
    let uniform = separators().all(|byte| byte == b' ') || separators().all(|byte| byte == b'-');
    let front: u32 = digits.get(..4).and_then(|front| front.parse().ok()).unwrap_or_default();
    let issued = match front {
        2221..=2720 | 3528..=3589 | 5100..=5599 => digits.len() == 16,
        3000..=3059 | 3600..=3699 | 3800..=3999 => digits.len() == 14,
        3400..=3499 | 3700..=3799 => digits.len() == 15,
        4000..=4999 => matches!(digits.len(), 13 | 16 | 19),
        6011 | 6200..=6299 | 6440..=6599 => (16..=19).contains(&digits.len()),
        _ => false,
    };
    uniform && issued && luhn(digits)
}

fn luhn(digits: &str) -> bool {
    let sum = digits.bytes().rev().enumerate().fold(0_u32, |sum, (place, byte)| {
        let digit = u32::from(byte & 0x0f);
        let weighed = match (place & 1, digit) {
            (0, digit) => digit,
            (_, digit @ 0..=4) => digit.saturating_mul(2),
            (_, digit) => digit.saturating_mul(2).saturating_sub(9),
        };
        sum.saturating_add(weighed)
    });
    sum.checked_rem(10) == Some(0)
}

/// Three groups by dashes; by spaces or without any only where the word in front says what it is.
fn is_social_security(digits: &str, shape: &str, before: &str) -> bool {
    let part = |range: Range<usize>| digits.get(range).unwrap_or_default();
    let (area, group, serial) = (part(0..3), part(3..5), part(5..9));
    let issued = !matches!(area, "000" | "666") && !area.starts_with('9') && group != "00" && serial != "0000";
    let called = || {
        let before = before.trim_end_matches([' ', ':', '#', '=']);
        before.len().checked_sub(3).and_then(|at| before.get(at..)).is_some_and(|word| word.eq_ignore_ascii_case("ssn"))
    };
    issued && (shape == "ddd-dd-dddd" || (matches!(shape, "ddd dd dddd" | "ddddddddd") && called()))
}

fn is_phone(digits: &str, shape: &str) -> bool {
    let bare = !shape.contains([' ', '-', '.', '(', ')', '/']);
    match shape.strip_prefix('+') {
        // E.164; a bare number needs a digit more, or every difference would be a telephone
        Some(rest) if !rest.contains('+') && (8..=15).contains(&digits.len()) => {
            digits.starts_with(|digit| digit != '0') && !(bare && digits.len() < 9) && single_separators(rest)
        }
        Some(_) => false,
        None => is_north_american(digits, shape) || is_national(digits, shape),
    }
}

/// Whether groups are parted by single marks, or by a mark and a bracket.
fn single_separators(shape: &str) -> bool {
    !["  ", "--", "..", "//", "((", "))", "- ", " -", ". ", " .", "/ ", " /"].iter().any(|pair| shape.contains(pair))
}

fn is_north_american(digits: &str, shape: &str) -> bool {
    let shape = shape.strip_prefix("d-").or_else(|| shape.strip_prefix("d ")).filter(|_| digits.len() == 11).unwrap_or(shape);
    let digits = digits.strip_prefix('1').filter(|rest| rest.len() == 10).unwrap_or(digits);
    let begins = |at: usize| digits.as_bytes().get(at).is_some_and(|digit| (b'2'..=b'9').contains(digit));
    let grouped =
        matches!(shape, "(ddd) ddd-dddd" | "(ddd)ddd-dddd" | "(ddd) ddd dddd" | "ddd-ddd-dddd" | "ddd.ddd.dddd" | "ddd ddd dddd");
    digits.len() == 10 && grouped && begins(0) && begins(3)
}

/// A zero in front of an area: `030/1234567`, `0171 2345678`; or five pairs: `06 12 34 56 78`.
fn is_national(digits: &str, shape: &str) -> bool {
    if !digits.starts_with('0') || digits.starts_with("00") {
        return false;
    }
    if matches!(shape, "dd dd dd dd dd" | "dd.dd.dd.dd.dd" | "dd-dd-dd-dd-dd") {
        return true;
    }
    let Some((area, rest)) = shape.split_once([' ', '/', '-']) else { return false };
    let area_fits = (3..=5).contains(&area.len()) && area.bytes().all(|byte| byte == b'd');
    let rest_fits = rest.bytes().all(|byte| matches!(byte, b'd' | b' ')) && !rest.starts_with(' ') && !rest.contains("  ");
    area_fits && rest_fits && (9..=12).contains(&digits.len())
}
