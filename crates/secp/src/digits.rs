//! Factors as signed digits.

use crate::scalar::Half;

/// Positions of the digits of a half: there may be one more than it has bits.
pub(crate) const POSITIONS: usize = 129;

/// Hands out the non-adjacent form of a factor: odd digits with a sign, below `2^(width - 1)` in size, each with its position, the
/// lowest first. All but one of any `width` adjacent positions are zero and not handed out.
///
/// On average a factor of 128 bits has `128 / (width + 1)` digits.
#[inline(always)]
pub(crate) fn each_digit(factor: Half, width: u32, mut each: impl FnMut(usize, i16)) {
    debug_assert!(width > 1 && width < 15, "a digit and its borrow fit 16 bits");
    let mut rest = factor.magnitude;
    let mut position = 0;
    while rest != 0 {
        let zeros = rest.trailing_zeros();
        rest >>= zeros;
        position += zeros;
        let low = low_bits(rest, width);
        let negative = low >> (width - 1) == 1;
        let digit = if negative { low - (1 << width) } else { low };
        each(position as usize, if factor.negative { -digit } else { digit });
        // taking off a negative digit carries one up
        rest = (rest >> width) + u128::from(negative);
        position += width;
    }
}

#[expect(clippy::cast_possible_truncation, reason = "masked to fourteen bits at most")]
const fn low_bits(number: u128, width: u32) -> i16 {
    (number & ((1 << width) - 1)) as i16
}

#[cfg(test)]
mod tests;
