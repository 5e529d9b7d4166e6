//! Payment identifiers.
//!
//! The extension `payment-identifier` lets a buyer name a payment so that a retry finds the first one: 16 to 128 characters of
//! letters, digits, `_` and `-` (catalogue row 125). The identifier proves nothing about who sends it, so a look-up by it alone
//! must never answer with content (row 126). It is compared byte for byte.

use alloc::string::String;
use core::fmt;

/// The id of the extension that carries an identifier; its wire type is [`wire::PaymentIdentifier`](crate::wire::PaymentIdentifier).
pub const EXTENSION: &str = "payment-identifier";

reasons! {
    /// Why text is not a payment identifier.
    pub enum PaymentIdError {
        /// Shorter than 16 or longer than 128 characters.
        Length = "payment_id_length", "a payment identifier has 16 to 128 characters";
        /// A character outside letters, digits, `_` and `-`.
        Symbol = "payment_id_symbol", "a payment identifier holds letters, digits, _ and - only";
    }
}

/// The name a buyer gives to a payment.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PaymentId(String);

impl PaymentId {
    /// Reads an identifier.
    ///
    /// # Errors
    ///
    /// A character outside the alphabet is reported before a wrong length, which is counted in characters of it.
    pub fn parse(text: &str) -> Result<Self, PaymentIdError> {
        if !text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-') {
            return Err(PaymentIdError::Symbol);
        }
        if !(16..=128).contains(&text.len()) {
            return Err(PaymentIdError::Length);
        }
        Ok(Self(text.into()))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PaymentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

canonical_text!(PaymentId, PaymentIdError, "a payment identifier");

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str, expected: Result<(), PaymentIdError>) {
        let parsed = PaymentId::parse(text);
        assert_eq!(parsed.clone().map(|id| String::from(id.as_str())), expected.map(|()| text.into()), "{text:?}");
        assert_eq!(text.parse(), parsed, "FromStr: {text:?}");
        assert_eq!(serde_json::from_value(text.into()).ok(), parsed.ok(), "serde: {text:?}");
    }

    #[test]
    fn row_125_alphabet_and_length() {
        check("pay_7d5d747be160", Ok(()));
        check("AZaz09_-AZaz09_-", Ok(()));
        check(&"a".repeat(128), Ok(()));
        check("", Err(PaymentIdError::Length));
        check(&"a".repeat(15), Err(PaymentIdError::Length));
        check(&"a".repeat(129), Err(PaymentIdError::Length));
        for odd in [" ", ".", "/", "+", "=", "\0", "\n", "\u{e9}", "\u{200b}", "\u{ff11}"] {
            check(&std::format!("pay_7d5d747be160{odd}"), Err(PaymentIdError::Symbol));
        }
    }

    #[test]
    fn debug_shows_the_text() {
        assert_eq!(std::format!("{:?}", PaymentId::parse("pay_7d5d747be160").unwrap()), "PaymentId(pay_7d5d747be160)");
    }

    proptest! {
        #[test]
        fn text_reads_back(text in "[a-zA-Z0-9_-]{16,128}") {
            let id = PaymentId::parse(&text).unwrap();
            prop_assert_eq!(serde_json::to_string(&id).unwrap(), std::format!("\"{text}\""));
            prop_assert_eq!(alloc::string::ToString::to_string(&id), text);
        }

        #[test]
        fn no_text_panics(text in ".{0,140}") {
            let _ = PaymentId::parse(&text);
        }
    }
}
