//! The decimal text of a double that ECMAScript writes (ECMA-262, `Number::toString`).
//!
//! `core` chooses as few digits, but of two texts that are as near it takes the higher one, and not the even one: 2^-25 ends in 3 there and
//! in 2 here, in every browser and in whatever else writes RFC 8785.

use alloc::string::String;
use core::cmp::Ordering;

use super::natural::Natural;

pub(super) const FRACTION_BITS: u32 = 52;
const FRACTION: u64 = (1 << FRACTION_BITS) - 1;
/// The exponent of the lowest bit of the smallest doubles, those that the format writes with an exponent of 0 or 1.
pub(super) const LOWEST: i32 = -1074;

/// The fewest digits that are nearer to this double than to any other, of those the nearest, of two that are the even ones; and how many
/// of them stand before the point. The double is finite and above zero.
///
/// The digits are those of a quotient, one after the other, until what is left is within half of the distance to a neighbour (Steele and
/// White, "How to print floating-point numbers accurately").
pub(super) fn shortest(value: f64) -> (String, i32) {
    let bits = value.to_bits();
    let (fraction, exponent) = (bits & FRACTION, bits >> FRACTION_BITS);
    let mantissa = if exponent == 0 { fraction } else { fraction | (FRACTION + 1) };
    let exponent = i32::try_from(exponent.max(1)).unwrap_or(0) - 1 + LOWEST;
    // below a power of two the doubles are twice as dense
    let dense = u32::from(fraction == 0 && exponent > LOWEST);
    let even = mantissa % 2 == 0;

    let mut unit = Natural::new(2 << dense);
    let mut rest = Natural::new(mantissa << 1 << dense);
    let mut above = Natural::new(1 << dense);
    let mut below = Natural::new(1);
    if exponent < 0 {
        unit.times_two_to(exponent.unsigned_abs());
    } else {
        for number in [&mut rest, &mut above, &mut below] {
            number.times_two_to(exponent.unsigned_abs());
        }
    }

    // the logarithm to the base 10, or less by one
    let log2 = exponent + 63 - mantissa.leading_zeros().cast_signed();
    let mut point = ((log2 * 78_913) >> 18) + 1;
    if point > 0 {
        unit.times_ten_to(point.unsigned_abs());
    } else {
        for number in [&mut rest, &mut above, &mut below] {
            number.times_ten_to(point.unsigned_abs());
        }
    }
    let within = |distance: &Natural, limit: &Natural| distance < limit || even && distance == limit;
    let gap = |rest: &Natural, unit: &Natural| {
        let mut gap = unit.clone();
        gap.minus_times(1, rest);
        gap
    };
    if rest >= unit || within(&gap(&rest, &unit), &above) {
        unit.times_plus(10, 0);
        point += 1;
    }
    let fill = unit.spare_bits();
    for number in [&mut unit, &mut rest, &mut above, &mut below] {
        number.times_two_to(fill);
    }

    let mut digits = String::new();
    loop {
        for number in [&mut rest, &mut above, &mut below] {
            number.times_plus(10, 0);
        }
        let digit = rest.divide(&unit);
        let gap = gap(&rest, &unit);
        let (down, up) = (within(&rest, &below), within(&gap, &above));
        let is_nearer = match rest.cmp(&gap) {
            Ordering::Less => false,
            Ordering::Equal => digit % 2 == 1,
            Ordering::Greater => true,
        };
        let digit = digit + u32::from(up && (!down || is_nearer));
        digits.extend(char::from_digit(digit, 10));
        if down || up {
            return (digits, point);
        }
    }
}
