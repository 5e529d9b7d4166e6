//! Words and names that a log may show.

use alloc::boxed::Box;
use core::fmt;

use quittance_core::sha256;

use crate::label::{PurchaseId, RequestId, SessionId, TaskId};

reasons! {
    /// Why text is not a word of the log.
    pub enum WordError {
        /// Empty, or longer than 63 characters.
        Length = "word_length", "a word has 1 to 63 characters";
        /// A character that does not belong, or a first one that is neither letter nor digit.
        Symbol = "word_symbol", "a word holds letters, digits, - _ . and : only, and begins with a letter or a digit";
        /// It looks like a key, a token or a signature.
        Secret = "word_secret", "this looks like a secret, which a log must not hold";
    }
}

/// A word of the operator's own configuration: a resource's category, a policy's rule, a wallet's role.
///
/// It is 1 to 63 letters, digits, `-`, `_`, `.` and `:`, begins with a letter or digit, and does not [look like a
/// secret](WordError::Secret). It goes into the log as it is.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Word(Box<str>);

impl Word {
    /// Reads a word.
    ///
    /// # Errors
    ///
    /// [`WordError`] for what the log does not show.
    pub fn parse(text: &str) -> Result<Self, WordError> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':');
        if !text.bytes().all(allowed) || text.bytes().next().is_some_and(|first| !first.is_ascii_alphanumeric()) {
            return Err(WordError::Symbol);
        }
        if !(1..=63).contains(&text.len()) {
            return Err(WordError::Length);
        }
        if looks_secret(text) { Err(WordError::Secret) } else { Ok(Self(text.into())) }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Word({})", self.0)
    }
}

/// A label as the log shows it: itself, or where it looks like a secret, `hidden:` and half of its SHA-256.
///
/// The same label always has the same name, so a trip is found by `Name::from(&request)`. The hash needs no salt: only what is too long
/// and too irregular to be guessed is hidden.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name(Box<str>);

impl Name {
    const TAG: &'static [u8] = b"quittance-audit-name/1\n";

    fn of(label: &str) -> Self {
        if !looks_secret(label) {
            return Self(label.into());
        }
        let hash = sha256(&[Self::TAG, label.as_bytes()].concat());
        let half = hash.iter().take(16).fold(0_u128, |half, byte| half << 8 | u128::from(*byte));
        Self(alloc::format!("hidden:{half:032x}").into())
    }

    /// Reads a name that a log shows.
    pub(super) fn read(text: &str) -> Option<Self> {
        (RequestId::parse(text).is_ok() && !looks_secret(text)).then(|| Self(text.into()))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

macro_rules! names {
    ($($Label:ty),+) => { $(
        impl From<&$Label> for Name {
            fn from(label: &$Label) -> Self {
                Self::of(label.as_str())
            }
        }
    )+ };
}

names!(RequestId, PurchaseId, TaskId, SessionId);

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Name({})", self.0)
    }
}

/// Whether text looks like a key, a token, a signature or a header: more than 32 letters and digits in a row, or more than 32 characters
/// with small letters, capitals and digits among them.
///
/// A UUID passes, with hyphens or without. Thirty-two bytes do not, in hexadecimal, base58 or base64.
pub(super) fn looks_secret(text: &str) -> bool {
    const LONGEST: usize = 32;
    if text.len() <= LONGEST {
        return false;
    }
    let has = |class: fn(&u8) -> bool| text.as_bytes().iter().any(class);
    let runs = || text.split(|c: char| !c.is_ascii_alphanumeric()).map(str::len);
    runs().any(|run| run > LONGEST) || (has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase) && has(u8::is_ascii_digit))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Result<(), WordError>) {
        assert_eq!(Word::parse(text).map(|_| ()), expected, "{text:?}");
    }

    #[test]
    fn row_221_a_word_cannot_break_a_line_or_a_terminal() {
        for good in ["paid_report", "a", "7", "agent-limited-spend", "v1.2:b", &"ab-".repeat(21)] {
            check(good, Ok(()));
        }
        check("", Err(WordError::Length));
        check(&"ab-".repeat(22), Err(WordError::Length));
        for bad in ["a b", "a\n", "a\u{1b}[0m", "a\0", "\u{202e}a", "a/b", "a@b.c", "a?b=c", "\u{e9}", "-a"] {
            check(bad, Err(WordError::Symbol));
        }
    }

    #[test]
    fn row_220_what_looks_like_a_secret_is_no_word() {
        check(&"ab".repeat(16), Ok(()));
        check(&"ab".repeat(17), Err(WordError::Secret));
        check("0x209693Bc6afc0C5328bA36FaF03C514EF312287C", Err(WordError::Secret));
        check("q83vEjRWeJCrze_-q83vEjRWeJCrze8SNFZ4kKvN7xI", Err(WordError::Secret));
        check("f81d4fae-7dec-11d0-a765-00a0c91e6bf6", Ok(()));
    }

    #[test]
    fn row_220_a_label_that_looks_like_a_secret_shows_as_its_hash() {
        let name = |text: &str| std::format!("{0}|{0:?}", Name::from(&RequestId::parse(text).unwrap()));
        assert_eq!(name("req_0902"), "req_0902|Name(req_0902)");
        let hidden = name(&"ab".repeat(32));
        assert_eq!(hidden, "hidden:f8b38d85562f0187205f6a34c40136a5|Name(hidden:f8b38d85562f0187205f6a34c40136a5)");
        assert_ne!(hidden, name(&"ac".repeat(32)));
        assert!(Name::read("hidden:f8b38d85562f0187205f6a34c40136a5").is_some());
        assert!(Name::read(&"ab".repeat(32)).is_none());
    }
}
