//! A double out of its decimal text, by whole numbers alone.
//!
//! `core` does it faster, and with tables: a tenth of a module that is downloaded to verify payments, in which hardly any number has a
//! fraction. So this is for machines that are no 64-bit ones, which includes WebAssembly, and the tests hold it against `core`.

use super::natural::Natural;
use super::shortest::{FRACTION_BITS, LOWEST};
use super::split;

/// As many digits as can decide between two doubles, and a few more: half-way between two there is a number of at most 768. Of those that
/// follow it only counts whether all are zeros.
const DIGITS: u32 = 780;

/// The double that is nearest to a literal of RFC 8259; of two that are, the even one.
pub(super) fn parse(literal: &str) -> f64 {
    match literal.strip_prefix('-') {
        Some(literal) => -positive(literal),
        None => positive(literal),
    }
}

fn positive(literal: &str) -> f64 {
    let (mantissa, exponent) = split(literal);
    let exponent = exponent.get(1..).unwrap_or_default();
    // larger than any literal is long, so that no zeros make up for it
    let number = |digits: &str| digits.bytes().fold(0_i64, |number, digit| (number * 10 + i64::from(digit & 15)).min(1 << 48));
    let mut scale = match exponent.strip_prefix('-') {
        Some(digits) => -number(digits),
        None => number(exponent.strip_prefix('+').unwrap_or(exponent)),
    };

    let (mut digits, mut count, mut more, mut fraction) = (Natural::new(0), 0, false, 0);
    for byte in mantissa.bytes() {
        if byte == b'.' {
            fraction = 1;
        } else if count == DIGITS {
            more |= byte != b'0';
            scale += 1 - fraction;
        } else {
            digits.times_plus(10, u32::from(byte & 15));
            count += u32::from(!digits.is_zero());
            scale -= fraction;
        }
    }

    // the number is less than ten to this, and at least a tenth of that
    let magnitude = scale + i64::from(count);
    match i32::try_from(scale) {
        _ if digits.is_zero() || magnitude < -323 => 0.0,
        Ok(scale) if magnitude < 310 => {
            let mut divisor = Natural::new(1);
            if scale < 0 { &mut divisor } else { &mut digits }.times_ten_to(scale.unsigned_abs());
            nearest(digits, divisor, more)
        }
        _ => f64::INFINITY,
    }
}

/// The double that is nearest to `number / divisor`, or to slightly more than that. Neither is zero.
fn nearest(mut number: Natural, mut divisor: Natural, mut more: bool) -> f64 {
    let fill = divisor.spare_bits();
    divisor.times_two_to(fill);
    let excess = number.bits().saturating_sub(divisor.bits() + 31).next_multiple_of(u32::BITS);
    divisor.times_two_to(excess);
    // as many bits for the number that the quotient has 31 or 32, and then 32 more
    let lack = divisor.bits() + 31 - number.bits();
    number.times_two_to(lack);
    let high = number.divide(&divisor);
    number.times_two_to(u32::BITS);
    let quotient = u64::from(high) << 32 | u64::from(number.divide(&divisor));
    more |= !number.is_zero();

    // the exponent of the highest bit, how many bits a double keeps from there on, and how many it does not
    let bits = u64::BITS - quotient.leading_zeros();
    let top = (fill + excess + bits).cast_signed() - (lack + u32::BITS + 1).cast_signed();
    let Ok(kept) = u32::try_from(top - LOWEST + 1) else { return 0.0 };
    let kept = kept.min(FRACTION_BITS + 1);
    let dropped = bits - kept;
    let mantissa = quotient.checked_shr(dropped).unwrap_or(0);
    let half = 1 << (dropped - 1);
    let is_up = quotient & half != 0 && (more || quotient & (half - 1) != 0 || mantissa % 2 == 1);
    // the highest bit of a mantissa of full length is the lowest bit of the exponent, which is less by one therefore
    let exponent = (top - LOWEST - FRACTION_BITS.cast_signed()).max(0);
    if exponent > 2045 {
        return f64::INFINITY;
    }
    f64::from_bits((u64::from(exponent.unsigned_abs()) << FRACTION_BITS) + mantissa + u64::from(is_up))
}
