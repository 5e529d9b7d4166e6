//! Amounts, prices and times: decimal text, exactly.

use quittance_core::{Amount, Money, MoneyError, Nonce, UnixSeconds};

use crate::text_laws;
use crate::vectors::Vectors;

/// 2^256 - 1.
const LARGEST: &str = "115792089237316195423570985008687907853269984665640564039457584007913129639935";

/// Text to an amount, a time, a price; and the price to amounts.
pub fn run(data: &[u8]) {
    if let Some(words) = data.first_chunk::<64>() {
        check_arithmetic(words);
    }
    let Ok(text) = str::from_utf8(data) else { return };
    check_amount(text);
    check_money(text);
}

/// The texts of the vectors.
pub fn seeds(vectors: &Vectors) -> Vec<Vec<u8>> {
    let mut seeds = vectors.texts(&["types/amount", "types/money", "types/permit2-nonce", "types/time"], "text");
    seeds.push(LARGEST.into());
    seeds.push(vec![0xff; 64]);
    seeds
}

fn check_amount(text: &str) {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let canonical = digits && (text == "0" || !text.starts_with('0'));
    let fits = |largest: &str| text.len() < largest.len() || text.len() == largest.len() && text <= largest;
    let amount = text_laws::canonical(text, Amount::parse);
    assert_eq!(amount.is_some(), canonical && fits(LARGEST));
    assert_eq!(text_laws::canonical(text, |text| Nonce::parse_decimal(text).map(Nonce::to_decimal)), amount);
    let seconds = text_laws::canonical(text, UnixSeconds::parse);
    assert_eq!(seconds.map(UnixSeconds::as_secs), text.parse::<u64>().ok().filter(|_| canonical));
    let Some(amount) = amount else { return };
    assert_eq!(amount.to_string(), text);
    assert_eq!(Amount::from_be_bytes(amount.to_be_bytes()), amount);
    assert_eq!(amount.to_u128(), text.parse().ok());
    // a price in dollars without decimals is an amount
    if let Ok(money) = Money::parse(text) {
        assert_eq!(money.to_amount(0), Ok(amount));
    }
}

fn check_money(text: &str) {
    let Some(money) = text_laws::canonical(text, Money::parse) else { return };
    let number = text.strip_prefix('$').unwrap_or(text).split(' ').next().unwrap_or_default();
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let fraction = fraction.trim_end_matches('0');
    for decimals in [0, 2, 6, 18, 77, 255] {
        // the point is moved by hand: no arithmetic to get wrong
        let expected = match usize::from(decimals).checked_sub(fraction.len()) {
            None => Err(MoneyError::TooFine),
            Some(noughts) => {
                let digits = format!("{whole}{fraction}{}", "0".repeat(noughts));
                let digits = digits.trim_start_matches('0');
                Amount::parse(if digits.is_empty() { "0" } else { digits }).map_err(|_| MoneyError::TooLarge)
            }
        };
        assert_eq!(money.to_amount(decimals), expected, "{text:?} with {decimals} decimals");
    }
    if let Some(ticker) = money.ticker() {
        assert!(text.to_ascii_uppercase().ends_with(&format!(" {ticker}")) && ticker != "USD");
    }
}

/// Checked arithmetic is arithmetic or nothing.
fn check_arithmetic(words: &[u8; 64]) {
    let (a, b) = words.split_at(32);
    let amount = |word: &[u8]| Amount::from_be_bytes(word.try_into().expect("half of 64 bytes"));
    let (a, b) = (amount(a), amount(b));
    match a.checked_add(b) {
        Some(sum) => assert_eq!((sum.checked_sub(a), sum.checked_sub(b)), (Some(b), Some(a))),
        None => assert!(Amount::MAX.checked_sub(a).is_some_and(|room| room < b)),
    }
    assert_eq!(a.checked_sub(b).is_some(), a >= b);
    assert_eq!(a.checked_mul(b), b.checked_mul(a));
    if let (Some(a), Some(b)) = (a.to_u128(), b.to_u128()) {
        assert_eq!(Amount::from_u128(a).checked_add(Amount::from_u128(b)).and_then(Amount::to_u128), a.checked_add(b));
        let product = Amount::from_u128(a).checked_mul(Amount::from_u128(b)).expect("256 bits hold it");
        assert!(a.checked_mul(b).is_none_or(|small| product.to_u128() == Some(small)));
    }
    assert_eq!(Amount::parse(&a.to_string()), Ok(a));
}
