use alloc::string::{String, ToString as _};
use proptest::prelude::*;

use super::*;

fn check(text: &str, expected: Result<&str, MoneyError>) {
    let parsed = Money::parse(text);
    assert_eq!(parsed.clone().map(|money| money.to_string()), expected.map(String::from), "{text:?}");
    assert_eq!(text.parse(), parsed, "FromStr: {text:?}");
}

/// What `text` comes to in an asset of so many decimals.
fn check_amount(text: &str, decimals: u8, expected: Result<&str, MoneyError>) {
    let amount = Money::parse(text).and_then(|money| money.to_amount(decimals));
    assert_eq!(amount.map(|amount| amount.to_string()), expected.map(String::from), "{text:?} at {decimals}");
}

#[test]
fn prices() {
    check("$0.01", Ok("$0.01"));
    check("0.01", Ok("$0.01"));
    check("1.50 USDC", Ok("1.5 USDC"));
    check("$1.50 USDC", Ok("1.5 USDC"));
    check("$5 USD", Ok("$5"));
    check("5 usd", Ok("$5"));
    check("0", Ok("$0"));
    check("0.00", Ok("$0"));
    check("10", Ok("$10"));
    check("100.010", Ok("$100.01"));
    check("2 mUSD", Ok("2 MUSD"));
    check("2 USDC.e", Ok("2 USDC.E"));
    check("2 USDT0", Ok("2 USDT0"));
    check(&std::format!("1 A{}", "b".repeat(15)), Ok("1 ABBBBBBBBBBBBBBB"));
    assert_eq!(Money::parse("1.50 usdc").unwrap().ticker(), Some("USDC"));
    assert_eq!(Money::parse("$5 USD").unwrap().ticker(), None);
    assert_eq!(std::format!("{:?}", Money::parse("0.10").unwrap()), "Money($0.1)");
}

#[test]
fn equal_values_are_equal() {
    assert_eq!(Money::parse("$1.50"), Money::parse("1.5 USD"));
    assert_eq!(Money::parse("1.0 usdc"), Money::parse("$1 USDC"));
    assert_ne!(Money::parse("1 USDC"), Money::parse("$1"));
    assert_ne!(Money::parse("$1"), Money::parse("$10"));
}

#[test]
fn what_is_not_a_price() {
    for text in ["", "$"] {
        check(text, Err(MoneyError::Empty));
    }
    for text in ["-1", "+1", "$-1", "-$1", "1-", "-0", "--1"] {
        check(text, Err(MoneyError::Sign));
    }
    for text in ["1e3", "1E3", "1.5e-3", "$1e3 USD", "e"] {
        check(text, Err(MoneyError::Exponent));
    }
    for text in ["1,000", "1,5", "1_000", "1'000"] {
        check(text, Err(MoneyError::Separator));
    }
    for text in [" 1", "1 ", "$ 1", " $1", "1  USD", "1 USD ", "1 U SD", "1\t", "1\u{a0}USD", "1 USD\n", " ", "$ "] {
        check(text, Err(MoneyError::Space));
    }
    for text in ["NaN", "Infinity", "0x10", "$$1", "1$", "\u{20ac}1", "1.2.3", "1..2", "\u{ff11}", "1USDC", "USDC", "\u{2212}1"] {
        check(text, Err(MoneyError::Symbol));
    }
    for text in ["00.1", "01", "$007", "00"] {
        check(text, Err(MoneyError::LeadingZero));
    }
    for text in [".5", "$.5", "."] {
        check(text, Err(MoneyError::WholeMissing));
    }
    for text in ["5.", "$5. USD"] {
        check(text, Err(MoneyError::FractionMissing));
    }
    for text in ["1 .USD", "1 0USD", "1 US-D", "1 USD\u{20ae}0", "1 ABCDEFGHIJKLMNOPQ", "1 $", "1 000"] {
        check(text, Err(MoneyError::Ticker));
    }
    check(&std::format!("0.{}1", "0".repeat(255)), Err(MoneyError::TooFine));
    check(&"9".repeat(78), Err(MoneyError::TooLarge));
    check(&"1".repeat(5000), Err(MoneyError::TooLarge));
}

#[test]
fn row_219_amounts_are_exact() {
    check_amount("$4.02", 6, Ok("4020000"));
    check_amount("$0.01", 6, Ok("10000"));
    check_amount("$0.000001", 6, Ok("1"));
    check_amount("1.50 USDC", 6, Ok("1500000"));
    check_amount("0.1", 18, Ok("100000000000000000"));
    check_amount("0.3", 18, Ok("300000000000000000"));
    check_amount("9007199254740993", 0, Ok("9007199254740993"));
    check_amount("123456789.123456789123456789", 18, Ok("123456789123456789123456789"));
    check_amount("0", 6, Ok("0"));
    check_amount("0.0", 0, Ok("0"));
}

#[test]
fn a_price_finer_than_the_asset_is_an_error() {
    check_amount("$0.0000001", 6, Err(MoneyError::TooFine));
    check_amount("$0.0000019", 6, Err(MoneyError::TooFine));
    check_amount("0.5", 0, Err(MoneyError::TooFine));
    // Zeros at the end carry no value.
    check_amount("$0.0000010", 6, Ok("1"));
    check_amount("1.000", 0, Ok("1"));
}

#[test]
fn the_largest_price() {
    let max = Amount::MAX.to_string();
    check_amount(&max, 0, Ok(&max));
    check_amount(&max, 1, Err(MoneyError::TooLarge));
    check_amount("115792089237316195423570985008687907853269984665640564039457584007913129639936", 0, Err(MoneyError::TooLarge));
    check_amount("1", 77, Ok(&std::format!("1{}", "0".repeat(77))));
    check_amount("1", 78, Err(MoneyError::TooLarge));
    check_amount("1", 255, Err(MoneyError::TooLarge));
    check_amount("0", 255, Ok("0"));
    check_amount(&std::format!("0.{}1", "0".repeat(254)), 255, Ok("1"));
}

proptest! {
    #[test]
    fn an_amount_in_units_reads_back(word: [u8; 32], zeros in 0_usize..32, decimals: u8) {
        let mut word = word;
        word[..zeros].fill(0);
        let amount = Amount::from_be_bytes(word);
        let money = Money::parse(&amount.format_units(decimals).to_string());
        prop_assert_eq!(money.and_then(|money| money.to_amount(decimals)), Ok(amount));
    }

    #[test]
    fn canonical_text_reads_back(text in "\\$?(0|[1-9][0-9]{0,20})(\\.[0-9]{1,20})?( [A-Za-z][A-Za-z0-9.]{0,15})?") {
        let money = Money::parse(&text).unwrap();
        prop_assert_eq!(Money::parse(&money.to_string()), Ok(money));
    }

    #[test]
    fn amounts_agree_with_integers(whole: u32, fraction in 0_u32..1_000_000) {
        let money = Money::parse(&std::format!("${whole}.{fraction:06}")).unwrap();
        prop_assert_eq!(money.to_amount(6), Ok(Amount::from_u64(u64::from(whole) * 1_000_000 + u64::from(fraction))));
    }

    #[test]
    fn no_text_panics(text in ".{0,60}", digits in "[$0-9. eE+-]{0,60}", decimals: u8) {
        for text in [text, digits] {
            let _ = Money::parse(&text).and_then(|money| money.to_amount(decimals));
        }
    }
}
