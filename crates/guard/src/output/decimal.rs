//! The exact value of a JSON number, compared without a double in between.

use core::cmp::Ordering;

/// A decimal number: `0.d1d2d3… × 10^point`, without zeros at either end of the digits.
#[derive(Clone, Debug)]
pub(super) struct Decimal<'a> {
    negative: bool,
    whole: &'a str,
    fraction: &'a str,
    point: i64,
}

impl<'a> Decimal<'a> {
    /// Reads a literal of the grammar of RFC 8259.
    pub(super) fn of(literal: &'a str) -> Self {
        let (negative, digits) = literal.strip_prefix('-').map_or((false, literal), |digits| (true, digits));
        let (mantissa, exponent) = digits.split_once(['e', 'E']).unwrap_or((digits, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let fraction = fraction.trim_end_matches('0');
        let whole = if fraction.is_empty() { whole.trim_end_matches('0') } else { whole };
        // the zeros that were trimmed off the end of a whole number still count for its size
        let places = mantissa.find('.').unwrap_or(mantissa.len());
        let significant = whole.trim_start_matches('0');
        let dropped = whole.len().saturating_sub(significant.len());
        let (fraction, dropped) = if significant.is_empty() {
            let rest = fraction.trim_start_matches('0');
            (rest, dropped.saturating_add(fraction.len().saturating_sub(rest.len())))
        } else {
            (fraction, dropped)
        };
        // an exponent beyond 64 bits stands behind a zero only: the reader refuses every other number of that size
        let exponent: i64 = exponent.parse().unwrap_or(0);
        let point = signed(places).saturating_sub(signed(dropped)).saturating_add(exponent);
        let zero = significant.is_empty() && fraction.is_empty();
        Self { negative: negative && !zero, whole: significant, fraction, point: if zero { 0 } else { point } }
    }

    fn digits(&self) -> impl Iterator<Item = u8> + use<'a> {
        self.whole.bytes().chain(self.fraction.bytes())
    }

    fn is_zero(&self) -> bool {
        self.whole.is_empty() && self.fraction.is_empty()
    }

    /// Whether there is nothing behind the point: `1.0` and `1e2` are integers.
    pub(super) fn is_integer(&self) -> bool {
        signed(self.whole.len().saturating_add(self.fraction.len())) <= self.point || self.is_zero()
    }
}

fn signed(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}

impl PartialEq for Decimal<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Decimal<'_> {}

impl PartialOrd for Decimal<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        let size = match (self.is_zero(), other.is_zero()) {
            (true, true) => return Ordering::Equal,
            (true, false) => return if other.negative { Ordering::Greater } else { Ordering::Less },
            (false, true) => return if self.negative { Ordering::Less } else { Ordering::Greater },
            (false, false) => self.point.cmp(&other.point).then_with(|| self.digits().cmp(other.digits())),
        };
        match (self.negative, other.negative) {
            (false, false) => size,
            (true, true) => size.reverse(),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(a: &str, b: &str, expected: Ordering) {
        assert_eq!(Decimal::of(a).cmp(&Decimal::of(b)), expected, "{a} {b}");
        assert_eq!(Decimal::of(b).cmp(&Decimal::of(a)), expected.reverse(), "{b} {a}");
    }

    #[test]
    fn row_219_numbers_are_compared_as_they_are_written() {
        for (a, b) in [
            ("0", "-0"),
            ("0", "0e99999999999999999999"),
            ("0.0", "0"),
            ("1", "1.0"),
            ("100", "1e2"),
            ("100", "0.1E+3"),
            ("0.001", "1e-3"),
            ("0.0010", "10e-4"),
            ("-120", "-1.20e2"),
        ] {
            check(a, b, Ordering::Equal);
        }
        for (a, b) in [
            ("4019999.9999999995", "4020000"),
            ("9007199254740991.1", "9007199254740991.2"),
            ("0.1", "0.30000000000000004"),
            ("0.3", "0.30000000000000004"),
            ("1.00000000000000001", "1.00000000000000002"),
            ("-2", "-1"),
            ("-1", "0"),
            ("0", "1e-300"),
            ("9", "10"),
            ("99", "1e2"),
            ("10", "11"),
            ("10", "10.5"),
            ("1.5", "10"),
            ("-10.5", "-10"),
        ] {
            check(a, b, Ordering::Less);
        }
        for (text, integer) in
            [("1.0", true), ("1e2", true), ("-0", true), ("1.5", false), ("1.5e1", true), ("15e-1", false), ("0.1", false)]
        {
            assert_eq!(Decimal::of(text).is_integer(), integer, "{text}");
        }
    }

    proptest! {
        #[test]
        fn whole_numbers_compare_as_integers(a: i64, b: i64, shift in 0_usize..6) {
            let (left, right) = (std::format!("{a}.{}", "0".repeat(shift + 1)), std::format!("{b}{}e-{shift}", "0".repeat(shift)));
            prop_assert_eq!(Decimal::of(&left).cmp(&Decimal::of(&right)), a.cmp(&b));
            prop_assert!(Decimal::of(&left).is_integer() && Decimal::of(&right).is_integer());
        }

        #[test]
        fn doubles_compare_alike(a in -1e9..1e9_f64, b in -1e9..1e9_f64) {
            let (left, right) = (std::format!("{a}"), std::format!("{b:e}"));
            prop_assert_eq!(Some(Decimal::of(&left).cmp(&Decimal::of(&right))), a.partial_cmp(&b));
        }
    }
}
