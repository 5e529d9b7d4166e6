use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use proptest::prelude::*;

use super::{double, ecmascript, nearest, shortest};

/// Both readers see the same double.
fn check_text(text: &str) {
    assert_eq!(nearest::parse(text).to_bits(), double(text).to_bits(), "{text}");
}

/// The digits are those that `core` chooses, unless two texts are as near; then they are even. Both readers read them back.
fn check_double(value: f64) {
    let (digits, point) = shortest::shortest(value);
    let text = format!("0.{digits}e{point}");
    assert_eq!((nearest::parse(&text), double(&text)), (value, value), "{text}");
    let by_core = format!("{value:e}");
    let (mantissa, exponent) = by_core.split_once('e').unwrap();
    assert_eq!(exponent.parse::<i32>().unwrap() + 1, point, "{value:e}");
    if mantissa.replace('.', "") != digits {
        assert!(matches!(digits.as_bytes().last(), Some(b'0' | b'2' | b'4' | b'6' | b'8')), "{value:e}: {digits}");
        let all = format!("{value:.800e}").replace('.', "");
        let rest = all.strip_prefix(&*digits).unwrap_or_default().split('e').next().unwrap();
        assert_eq!(rest.trim_end_matches('0'), "5", "{value:e}: {digits}");
        assert_eq!(mantissa.len(), digits.len() + 1, "{value:e}: {digits}");
    }
}

/// The doubles beside every power of two and of ten, and the ends.
fn edges() -> impl Iterator<Item = f64> {
    let twos = (0..2047).map(|exponent| f64::from_bits(exponent << 52));
    let tens = (-323..309).map(|exponent| double(&format!("1e{exponent}")));
    let subnormal = (0..52).map(|bit| f64::from_bits(1 << bit));
    let near = |value: f64| (0..7).map(move |step| f64::from_bits((value.to_bits() + step).saturating_sub(3)));
    let all = twos.chain(tens).chain(subnormal).chain([f64::MAX]).flat_map(near);
    all.filter(|value| value.is_finite() && *value > 0.0)
}

/// The decimal text of the number half-way between a double and the next.
fn half_way(value: f64) -> String {
    let (fraction, exponent) = (value.to_bits() & ((1 << 52) - 1), value.to_bits() >> 52);
    let mantissa = if exponent == 0 { fraction } else { fraction | 1 << 52 };
    // half of the lowest bit is 2^power
    let power = i32::try_from(exponent.max(1)).unwrap() - 1076;
    let mut digits: Vec<u8> = format!("{}", 2 * mantissa + 1).bytes().rev().map(|digit| digit - b'0').collect();
    // 2^-1 is 5 / 10
    let factor = if power < 0 { 5 } else { 2 };
    for _ in 0..power.unsigned_abs() {
        let mut carry = 0;
        for digit in &mut digits {
            carry += *digit * factor;
            *digit = carry % 10;
            carry /= 10;
        }
        if carry > 0 {
            digits.push(carry);
        }
    }
    let digits: String = digits.iter().rev().map(|digit| char::from(b'0' + digit)).collect();
    format!("{digits}e{}", power.min(0))
}

fn check_half_way(value: f64) {
    let text = half_way(value);
    let (digits, exponent) = text.split_once('e').unwrap();
    let even = if value.to_bits().is_multiple_of(2) { value.to_bits() } else { value.to_bits() + 1 };
    assert_eq!(nearest::parse(&text).to_bits(), even, "{text}");
    for text in [
        &text,
        &format!("{digits}.{}1e{exponent}", "0".repeat(1000)),
        &format!("{digits}{}1e{}", "0".repeat(1000), exponent.parse::<i32>().unwrap() - 1001),
        &format!("{}.9e{exponent}", digits.strip_suffix('5').map_or_else(|| digits.into(), |rest| format!("{rest}4"))),
    ] {
        check_text(text);
    }
}

#[test]
fn edges_are_read_and_written_as_by_core() {
    for value in edges() {
        check_double(value);
    }
}

#[test]
fn half_way_between_two_doubles_is_read_as_by_core() {
    for value in edges().step_by(17) {
        check_half_way(value);
    }
}

#[test]
fn texts_of_all_kinds_are_read_as_by_core() {
    let zeros = "0".repeat(2000);
    for text in [
        "0",
        "-0",
        "0.0",
        "-0e5",
        "0e999999999999999999999",
        "1e999999999999999999999",
        "1e-999999999999999999999",
        "1e309",
        "1e-324",
        "2e-324",
        "3e-324",
        "2.4703282292062327e-324",
        "2.4703282292062328e-324",
        "1.7976931348623157e308",
        "1.7976931348623158e308",
        "1.7976931348623159e308",
        "179769313486231580793728971405301e276",
        "2.2250738585072011e-308",
        "2.2250738585072014E-308",
        "9007199254740992.9999",
        "9007199254740993.0",
        "9007199254740993.0000000000000000000000000000000000001",
        "0.1",
        "1E+2",
        "-1.5",
        "123456789012345678901234567890",
        "8.98846567431158e307",
        "6.9e-310",
        "4.9406564584124654e-324",
        &format!("0.{zeros}1e2001"),
        &format!("1{zeros}e-2000"),
        &format!("0.{zeros}1"),
        &format!("1{zeros}"),
        &format!("{zeros}7e{zeros}1"),
        &format!("1{zeros}.5e-2002"),
        &format!("0.{}e-3", "9".repeat(3000)),
    ] {
        check_text(text);
    }
}

#[test]
#[expect(clippy::excessive_precision, reason = "every digit of them is meant")]
fn of_two_nearest_texts_the_even_one_is_written() {
    for (value, text) in [
        (1_125_899_906_842_624.25, "1125899906842624.2"),
        (1_125_899_906_842_624.75, "1125899906842624.8"),
        (-562_949_953_421_312.125, "-562949953421312.1"),
        (29_111_572_007_307.062_5, "29111572007307.062"),
        (0.000_000_029_802_322_387_695_312_5, "2.9802322387695312e-8"),
        (5e-324, "5e-324"),
    ] {
        assert_eq!(ecmascript(value), text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn any_double_is_read_and_written_as_by_core(bits: u64) {
        let value = f64::from_bits(bits >> 1);
        if value.is_finite() && value > 0.0 {
            check_double(value);
        }
    }

    #[test]
    fn doubles_of_everyday_size_are_read_and_written_as_by_core(mantissa in 1_u64..1 << 60, scale in 0_u32..20) {
        check_text(&format!("{mantissa}e-{scale}"));
        check_double(double(&format!("{mantissa}e-{scale}")));
    }

    #[test]
    fn any_text_is_read_as_by_core(text in "-?(0|[1-9][0-9]{0,30})(\\.[0-9]{1,30})?([eE][-+]?[0-9]{1,3})?") {
        check_text(&text);
    }
}

proptest! {
    #[test]
    fn half_way_between_any_two_doubles_is_read_as_by_core(bits: u64) {
        let value = f64::from_bits(bits >> 1);
        if value.is_finite() {
            check_half_way(value);
        }
    }
}
