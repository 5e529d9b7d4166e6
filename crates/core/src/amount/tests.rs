use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use proptest::prelude::*;

use super::*;

const MAX: &str = "115792089237316195423570985008687907853269984665640564039457584007913129639935";

fn check(text: &str, expected: Result<&str, AmountError>) {
    let parsed = Amount::parse(text);
    assert_eq!(parsed.map(|amount| amount.to_string()), expected.map(String::from), "{text:?}");
    assert_eq!(text.parse(), parsed, "FromStr: {text:?}");
    let json = serde_json::to_string(text).unwrap();
    assert_eq!(serde_json::from_str(&json).ok(), parsed.ok(), "serde: {text:?}");
}

#[test]
fn canonical_decimals() {
    for text in ["0", "1", "9", "10", "10000", "18446744073709551616", "340282366920938463463374607431768211455"] {
        check(text, Ok(text));
    }
    // Around the seam between two chunks of digits.
    for text in [
        "99999999999999999999999999999999999999",
        "100000000000000000000000000000000000000",
        "340282366920938463463374607431768211456",
        "1000000000000000000000000000000000000000000000000000000000000000000000000000",
        "1000000000000000000000000000000000000010000000000000000000000000000000000001",
    ] {
        check(text, Ok(text));
    }
}

#[test]
fn row_28_other_notations_of_a_number() {
    check("", Err(AmountError::Empty));
    check("010000", Err(AmountError::LeadingZero));
    check("00", Err(AmountError::LeadingZero));
    for text in ["0x", "0x2710", "0b11", "0o17", "1_0000", "+10000", " 10000", "10000 ", "\n1", "\u{ff11}\u{ff10}", "1\u{200b}"] {
        check(text, Err(AmountError::Digit));
    }
}

#[test]
fn row_29_the_largest_amount_and_one_more() {
    check(MAX, Ok(MAX));
    assert_eq!(Amount::parse(MAX), Ok(Amount::MAX));
    check("115792089237316195423570985008687907853269984665640564039457584007913129639936", Err(AmountError::TooLarge));
    check(&"9".repeat(78), Err(AmountError::TooLarge));
    check(&"9".repeat(79), Err(AmountError::TooLarge));
    check(&"1".repeat(5000), Err(AmountError::TooLarge));
}

#[test]
fn row_30_json_numbers() {
    for json in ["10000", "1.0", "true", "null", "[\"1\"]"] {
        assert!(serde_json::from_str::<Amount>(json).is_err(), "{json}");
    }
}

#[test]
fn row_31_signs_fractions_exponents_separators() {
    for text in ["-1", "1.0", "1e4", "10,000", "1E4", ".5", "NaN", "Infinity"] {
        check(text, Err(AmountError::Digit));
    }
}

#[test]
fn debug_shows_the_decimal_text() {
    assert_eq!(std::format!("{:?}", Amount::from_u64(10_000)), "Amount(10000)");
    assert_eq!(std::format!("{:>6}|{:06}", Amount::from_u64(42), Amount::from_u64(42)), "    42|000042");
}

#[test]
fn units() {
    let check = |text: &str, decimals, expected: &str| {
        assert_eq!(Amount::parse(text).unwrap().format_units(decimals).to_string(), expected, "{text} at {decimals}");
    };
    check("10000", 6, "0.01");
    check("1000000", 6, "1");
    check("1500000", 6, "1.5");
    check("1", 6, "0.000001");
    check("0", 6, "0");
    check("0", 0, "0");
    check("42", 0, "42");
    check("1", 18, "0.000000000000000001");
    check("123456789", 3, "123456.789");
    check("100", 1, "10");
    check(MAX, 78, "0.115792089237316195423570985008687907853269984665640564039457584007913129639935");
    assert_eq!(Amount::from_u64(1).format_units(255).to_string(), std::format!("0.{}1", "0".repeat(254)));
    assert_eq!(std::format!("{:>6}", Amount::from_u64(25).format_units(1)), "   2.5");
}

#[test]
fn powers_of_ten() {
    assert_eq!(Amount::power_of_ten(0), Some(Amount::from_u64(1)));
    assert_eq!(Amount::power_of_ten(77).map(|power| power.to_string()), Some(std::format!("1{}", "0".repeat(77))));
    assert_eq!(Amount::power_of_ten(78), None);
}

/// Arithmetic on big-endian bytes by the methods taught at school: slow, and sharing nothing with the integer inside.
mod reference {
    use super::*;

    pub(super) fn add(a: [u8; 32], b: [u8; 32]) -> Option<[u8; 32]> {
        let mut out = [0; 32];
        let mut carry = 0_u16;
        for i in (0..32).rev() {
            let sum = u16::from(a[i]) + u16::from(b[i]) + carry;
            (out[i], carry) = (sum.to_le_bytes()[0], sum >> 8);
        }
        (carry == 0).then_some(out)
    }

    pub(super) fn mul(a: [u8; 32], b: [u8; 32]) -> Option<[u8; 32]> {
        let mut wide = [0_u32; 64];
        for (i, x) in a.iter().enumerate() {
            for (j, y) in b.iter().enumerate() {
                wide[i + j + 1] += u32::from(*x) * u32::from(*y);
            }
        }
        for i in (1..64).rev() {
            wide[i - 1] += wide[i] >> 8;
            wide[i] &= 255;
        }
        let (high, low) = wide.split_at(32);
        let bytes: Vec<u8> = low.iter().map(|cell| cell.to_le_bytes()[0]).collect();
        high.iter().all(|cell| *cell == 0).then(|| bytes.try_into().unwrap())
    }

    pub(super) fn decimal(mut bytes: [u8; 32]) -> String {
        let mut digits = Vec::new();
        while bytes.iter().any(|byte| *byte != 0) || digits.is_empty() {
            let mut rest = 0_u32;
            for byte in &mut bytes {
                let cell = rest << 8 | u32::from(*byte);
                (*byte, rest) = ((cell / 10).to_le_bytes()[0], cell % 10);
            }
            digits.push(char::from_digit(rest, 10).unwrap());
        }
        digits.iter().rev().collect()
    }
}

/// Words of every magnitude: a uniform one would almost never be small, and no product would ever fit.
fn word() -> impl Strategy<Value = [u8; 32]> {
    (any::<[u8; 32]>(), 0_usize..=32).prop_map(|(mut word, zeros)| {
        word[..zeros].fill(0);
        word
    })
}

proptest! {
    #[test]
    fn sums_agree_with_the_reference(a in word(), b in word()) {
        let sum = Amount::from_be_bytes(a).checked_add(Amount::from_be_bytes(b));
        prop_assert_eq!(sum.map(Amount::to_be_bytes), reference::add(a, b));
    }

    #[test]
    fn differences_undo_sums(a in word(), b in word()) {
        let (a, b) = (Amount::from_be_bytes(a), Amount::from_be_bytes(b));
        prop_assert_eq!(a.checked_sub(b).is_some(), a >= b);
        prop_assert_eq!(a.checked_sub(b).map(|difference| difference.checked_add(b)), (a >= b).then_some(Some(a)));
    }

    #[test]
    fn products_agree_with_the_reference(a in word(), b in word()) {
        let product = Amount::from_be_bytes(a).checked_mul(Amount::from_be_bytes(b));
        prop_assert_eq!(product.map(Amount::to_be_bytes), reference::mul(a, b));
    }

    #[test]
    fn text_agrees_with_the_reference_and_reads_back(word in word()) {
        let amount = Amount::from_be_bytes(word);
        let text = amount.to_string();
        prop_assert_eq!(&text, &reference::decimal(word));
        prop_assert_eq!(Amount::parse(&text), Ok(amount));
        prop_assert_eq!(serde_json::to_string(&amount).unwrap(), std::format!("\"{text}\""));
    }

    #[test]
    fn order_is_the_order_of_the_words(a in word(), b in word()) {
        prop_assert_eq!(Amount::from_be_bytes(a).cmp(&Amount::from_be_bytes(b)), a.cmp(&b));
    }

    #[test]
    fn small_amounts_are_integers(a: u128, b: u64) {
        prop_assert_eq!(Amount::from_u128(a).to_u128(), Some(a));
        prop_assert_eq!(Amount::from_u64(b).to_u128(), Some(b.into()));
        prop_assert_eq!(Amount::from_u128(a).to_string(), a.to_string());
        prop_assert_eq!(Amount::from_u128(a).is_zero(), a == 0);
        prop_assert_eq!(Amount::MAX.checked_sub(Amount::from_u128(a)).unwrap().to_u128(), None);
    }

    #[test]
    fn no_text_panics(text in ".{0,90}") {
        let _ = Amount::parse(&text);
    }
}
