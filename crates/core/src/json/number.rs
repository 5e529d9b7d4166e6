//! Numbers that every implementation reads alike.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString as _};
use core::fmt;

mod natural;
#[cfg(any(test, not(target_pointer_width = "64")))]
mod nearest;
mod shortest;

/// The largest integer that JSON readers agree about: 2^53 - 1 (RFC 7493, section 2.2).
pub(crate) const MAX_INTEGER: u64 = (1 << 53) - 1;

/// From 2^53 up to the first number that RFC 8785 writes with an exponent.
const DIGITS_BEYOND_INTEGERS: core::ops::Range<f64> = 9_007_199_254_740_992.0..1e21;

/// A JSON number, kept as it was written.
///
/// It is always a finite double that did not underflow, and its canonical spelling, if it is an integer, is within ±(2^53 - 1): `1e20` is
/// no number here, because RFC 8785 writes it in digits that RFC 7493 advises against. Equality is by value.
#[derive(Clone)]
pub struct Number(Box<str>);

impl Number {
    /// Takes a literal that the grammar of RFC 8259 has already accepted.
    ///
    /// Refused are the literals that readers disagree about: integers beyond 2^53 - 1, however they are spelled, overflow, underflow to
    /// zero.
    pub(super) fn from_literal(literal: &str) -> Option<Self> {
        is_agreed(literal).then(|| Self(literal.into()))
    }

    /// Takes a literal that [`is_agreed`] has accepted.
    pub(super) fn accepted(literal: &str) -> Self {
        Self(literal.into())
    }

    /// The text, without the number.
    pub(super) fn into_text(self) -> String {
        self.0.into()
    }

    /// The number `value`, or nothing when it is beyond 2^53 - 1.
    #[must_use]
    pub fn from_u64(value: u64) -> Option<Self> {
        (value <= MAX_INTEGER).then(|| Self(value.to_string().into()))
    }

    /// The text as it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0
    }

    /// The value of a plain non-negative integer literal: no sign, no fraction, no exponent (catalogue rows 26 and 39).
    #[must_use]
    pub fn as_u64(&self) -> Option<u64> {
        plain_integer(&self.0)
    }

    /// The value as a double, exact for integers.
    #[must_use]
    pub fn as_f64(&self) -> f64 {
        double(&self.0)
    }

    /// The literal is an integer, possibly negative; `-0` counts as a fraction, because integers have no such value.
    pub(super) fn as_i64(&self) -> Option<i64> {
        if &*self.0 == "-0" { None } else { self.0.parse().ok() }
    }

    /// The spelling that ECMAScript's `Number::toString` gives, as RFC 8785 section 3.2.2.3 asks.
    pub(super) fn canonical(&self) -> String {
        ecmascript(self.as_f64())
    }
}

/// The value of a literal without sign, fraction and exponent.
pub(crate) fn plain_integer(literal: &str) -> Option<u64> {
    literal.parse().ok()
}

/// Whether every reader reads this literal of RFC 8259 alike, and its canonical spelling too: not an integer beyond 2^53 - 1 in either, no
/// overflow, no underflow to zero.
///
/// Doubles from 2^53 on are whole, and below 1e21 RFC 8785 writes all their digits; what was read could not be read again.
pub(super) fn is_agreed(literal: &str) -> bool {
    let digits = literal.strip_prefix('-').unwrap_or(literal);
    if digits.bytes().all(|b| b.is_ascii_digit()) {
        // `parse` fails beyond 2^64, which is beyond the limit as well.
        return digits.parse().is_ok_and(|n: u64| n <= MAX_INTEGER);
    }
    let value = double(literal);
    let (mantissa, _) = split(literal);
    let is_zero = !mantissa.bytes().any(|b| matches!(b, b'1'..=b'9'));
    value.is_finite() && (value != 0.0 || is_zero) && !DIGITS_BEYOND_INTEGERS.contains(&value.abs())
}

/// The double that is nearest to a literal of RFC 8259; of two that are, the even one.
#[cfg(target_pointer_width = "64")]
fn double(literal: &str) -> f64 {
    literal.parse().expect("the grammar of JSON numbers is part of the grammar of f64")
}

#[cfg(not(target_pointer_width = "64"))]
use nearest::parse as double;

/// Writes a finite double as ECMAScript does: the shortest digits that read back as the same double, in positional notation for
/// exponents from -7 to 20, otherwise with an exponent (ECMA-262, `Number::toString`).
fn ecmascript(value: f64) -> String {
    if value == 0.0 {
        return "0".into();
    }
    let sign = if value < 0.0 { "-" } else { "" };
    // The decimal point stands after this many digits.
    let (digits, point) = shortest::shortest(value.abs());
    let count = i32::try_from(digits.len()).expect("a double has at most seventeen digits");
    let zeros = |n: i32| "0".repeat(usize::try_from(n).unwrap_or(0));
    if (count..=21).contains(&point) {
        format!("{sign}{digits}{}", zeros(point - count))
    } else if (1..=21).contains(&point) {
        let (whole, fraction) = digits.split_at(usize::try_from(point).expect("between 1 and 21"));
        format!("{sign}{whole}.{fraction}")
    } else if (-5..=0).contains(&point) {
        format!("{sign}0.{}{digits}", zeros(-point))
    } else {
        let (first, rest) = digits.split_at(1);
        let dot = if rest.is_empty() { "" } else { "." };
        format!("{sign}{first}{dot}{rest}e{:+}", point - 1)
    }
}

impl From<u32> for Number {
    fn from(value: u32) -> Self {
        Self(value.to_string().into())
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.as_f64() == other.as_f64()
    }
}

impl Eq for Number {}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("number")
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The digits of a literal, and its exponent with the letter before it, if it has one.
fn split(literal: &str) -> (&str, &str) {
    literal.split_at(literal.bytes().position(|byte| matches!(byte, b'e' | b'E')).unwrap_or(literal.len()))
}

#[cfg(test)]
mod tests;
