//! Prices as people write them: `"$0.01"`, `"1.50 USDC"`.
//!
//! A price is decimal text from the seller's configuration, turned into an [`Amount`] by the decimals of an asset. Nothing here is
//! ever a float: 4.02 times a million is 4019999.9999999995 in one (catalogue row 219). The grammar is
//!
//! ```text
//! price  = [ "$" ] number [ " " ticker ]
//! number = ( "0" / nonzero *digit ) [ "." 1*digit ]
//! ticker = letter *15( letter / digit / "." )
//! ```
//!
//! which is a part of what each reference reads. They also trim, skip spaces, drop thousands separators, or take `1e3` and `NaN`;
//! and two of them cut off what the asset is too coarse for, so that a price of `$0.0000001` is free. Here that is an error.
//!
//! Money has a value, not a spelling: `1.50` equals `1.5`, and `$5 USD` equals `5`. A price without a ticker is in dollars, which
//! the network's default asset stands for. Which asset a ticker means is the registry's business.

use alloc::string::String;
use core::fmt;
use core::str::FromStr;

use crate::amount::Amount;

reasons! {
    /// Why text is not a price, or a price not an amount.
    pub enum MoneyError {
        /// No digits.
        Empty = "money_empty", "a price must not be empty";
        /// A sign, even a plus.
        Sign = "money_sign", "a price has no sign";
        /// An exponent.
        Exponent = "money_exponent", "a price has no exponent";
        /// A comma, an underscore or an apostrophe between digits.
        Separator = "money_separator", "a price has no separators between its digits";
        /// White space other than the one space before a ticker.
        Space = "money_space", "a price has no space but the one before a ticker";
        /// Another character in the number: another currency's sign, a letter, a second point.
        Symbol = "money_symbol", "a price is written in the digits 0 to 9 with at most one point";
        /// A leading zero.
        LeadingZero = "money_leading_zero", "a price has no leading zero";
        /// Nothing before the point.
        WholeMissing = "money_whole_missing", "a price has a digit before its point";
        /// Nothing after the point.
        FractionMissing = "money_fraction_missing", "a price has a digit after its point";
        /// A ticker that is not a letter followed by at most fifteen letters, digits and points.
        Ticker = "money_ticker", "a ticker is a letter and up to fifteen letters, digits and points";
        /// The asset is too coarse for the price, which would have to be rounded.
        TooFine = "money_too_fine", "the price has more decimals than the asset";
        /// More than 2^256 - 1 atomic units.
        TooLarge = "money_too_large", "the price is larger than any amount";
    }
}

/// A price: an exact decimal number of dollars, or of the units of a ticker.
///
/// ```
/// use quittance_core::amount::Amount;
/// use quittance_core::money::{Money, MoneyError};
///
/// let price = Money::parse("$0.01")?;
/// assert_eq!(price.to_amount(6)?, Amount::from_u64(10_000));
/// assert_eq!(price.to_amount(1), Err(MoneyError::TooFine));
/// # Ok::<(), MoneyError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Money {
    /// All digits; the last is no zero unless it is before the point.
    digits: Amount,
    /// How many of them stand after the point.
    scale: u8,
    /// In upper case; dollars have none.
    ticker: Option<String>,
}

impl Money {
    /// Reads a price by the grammar of this module.
    ///
    /// # Errors
    ///
    /// Names the first thing that the text breaks; [`MoneyError::TooFine`] and [`MoneyError::TooLarge`] where no asset could
    /// express it.
    pub fn parse(text: &str) -> Result<Self, MoneyError> {
        let text = text.strip_prefix('$').unwrap_or(text);
        let (number, ticker) = match text.split_once(' ') {
            Some(("", _) | (_, "")) => return Err(MoneyError::Space),
            Some((number, ticker)) => (number, Some(ticker)),
            None => (text, None),
        };
        let (digits, scale) = parse_number(number)?;
        let ticker = ticker.map(parse_ticker).transpose()?.filter(|ticker| ticker != "USD");
        Ok(Self { digits, scale, ticker })
    }

    /// The price in atomic units of an asset with so many decimals, exactly. That the asset is the one the ticker means is for the
    /// caller to see to.
    ///
    /// # Errors
    ///
    /// [`MoneyError::TooFine`] instead of rounding, which both TypeScript and Python do; [`MoneyError::TooLarge`] beyond 2^256 - 1.
    pub fn to_amount(&self, decimals: u8) -> Result<Amount, MoneyError> {
        let shift = decimals.checked_sub(self.scale).ok_or(MoneyError::TooFine)?;
        if self.digits.is_zero() {
            return Ok(Amount::ZERO);
        }
        Amount::power_of_ten(shift).and_then(|power| self.digits.checked_mul(power)).ok_or(MoneyError::TooLarge)
    }

    /// The ticker in upper case; nothing for dollars.
    #[must_use]
    pub fn ticker(&self) -> Option<&str> {
        self.ticker.as_deref()
    }
}

fn parse_number(number: &str) -> Result<(Amount, u8), MoneyError> {
    if number.is_empty() {
        return Err(MoneyError::Empty);
    }
    if let Some(stranger) = number.chars().find(|c| !c.is_ascii_digit() && *c != '.') {
        return Err(match stranger {
            '+' | '-' => MoneyError::Sign,
            'e' | 'E' => MoneyError::Exponent,
            ',' | '_' | '\'' => MoneyError::Separator,
            c if c.is_whitespace() => MoneyError::Space,
            _ => MoneyError::Symbol,
        });
    }
    let (whole, fraction) = match number.split_once('.') {
        Some((_, fraction)) if fraction.contains('.') => return Err(MoneyError::Symbol),
        Some(("", _)) => return Err(MoneyError::WholeMissing),
        Some((_, "")) => return Err(MoneyError::FractionMissing),
        Some((whole, fraction)) => (whole, fraction.trim_end_matches('0')),
        None => (number, ""),
    };
    if whole.starts_with('0') && whole != "0" {
        return Err(MoneyError::LeadingZero);
    }
    let scale = u8::try_from(fraction.len()).map_err(|_| MoneyError::TooFine)?;
    // Leading zeros carry no value, and without them the length of what is left bounds the work.
    let digits = alloc::format!("{whole}{fraction}");
    let digits = Amount::from_digits(digits.trim_start_matches('0')).ok_or(MoneyError::TooLarge)?;
    Ok((digits, scale))
}

fn parse_ticker(ticker: &str) -> Result<String, MoneyError> {
    if ticker.contains(char::is_whitespace) {
        return Err(MoneyError::Space);
    }
    let starts_with_letter = ticker.starts_with(|c: char| c.is_ascii_alphabetic());
    let rest_allowed = ticker.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.');
    if starts_with_letter && rest_allowed && ticker.len() <= 16 { Ok(ticker.to_ascii_uppercase()) } else { Err(MoneyError::Ticker) }
}

impl FromStr for Money {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

/// The canonical text: `$0.01`, `1.5 USDC`.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = self.digits.format_units(self.scale);
        match &self.ticker {
            None => f.pad(&alloc::format!("${number}")),
            Some(ticker) => f.pad(&alloc::format!("{number} {ticker}")),
        }
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Money({self})")
    }
}

#[cfg(test)]
mod tests;
