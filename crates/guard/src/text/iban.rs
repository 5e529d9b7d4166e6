//! Account numbers by ISO 13616.

use core::ops::Range;

use super::find::{Place, Sensitive, ends_at};

/// Country and length, four characters each.
const COUNTRIES: &str = "AD24AE23AL28AT20AZ28BA20BE16BG22BH22BR29CH21CR22CY28CZ24DE22DK18DO28EE20EG29ES24FI18FO18FR27GB22GE22GI23\
GL18GR27GT28HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20LB28LC32LI21LT20LU20LV21MC27MD24ME22MK19MR27MT31MU30NL18NO15PK24PL28PS29PT25QA29\
RO24RS22SA24SC31SE24SI19SK24SM27ST25SV28TL23TN24TR26UA29VA22VG24XK20";

/// Together, or with single spaces between the groups, in either case.
pub(super) fn look(place: Place<'_>) -> Option<(Sensitive, Range<usize>)> {
    let country = place.rest.get(..2)?;
    if !place.rest.as_bytes().get(2..4)?.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let known = |row: &&[u8]| row.get(..2).is_some_and(|name| name.eq_ignore_ascii_case(country.as_bytes()));
    let row = COUNTRIES.as_bytes().chunks(4).find(known)?;
    let length: usize = core::str::from_utf8(row.get(2..)?).ok()?.parse().ok()?;
    let end = end_of(place.rest, length)?;
    let symbols = || place.rest.get(..end).unwrap_or_default().bytes().filter(|byte| *byte != b' ');
    (remainder(symbols()) == Some(1) && ends_at(place.rest, end)).then_some((Sensitive::Iban, 0..end))
}

/// Where so many letters and digits end, single spaces between them not counted.
fn end_of(text: &str, length: usize) -> Option<usize> {
    let (mut seen, mut spaced) = (0_usize, true);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b' ' if !spaced => spaced = true,
            byte if byte.is_ascii_alphanumeric() => {
                spaced = false;
                seen = seen.saturating_add(1);
            }
            _ => return None,
        }
        if seen == length {
            return Some(at.saturating_add(1));
        }
    }
    None
}

/// The check of ISO 7064: the first four symbols go to the end, letters count from ten, and the number is taken modulo 97.
fn remainder(symbols: impl Iterator<Item = u8> + Clone) -> Option<u32> {
    symbols.clone().skip(4).chain(symbols.take(4)).try_fold(0_u32, |sum, symbol| {
        let value = char::from(symbol).to_digit(36)?;
        sum.checked_mul(if value < 10 { 10 } else { 100 })?.checked_add(value)?.checked_rem(97)
    })
}
