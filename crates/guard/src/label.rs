//! Names that people and programs give to what is bought: tasks, sessions, purchases, requests.
//!
//! A label is a key in a store, a word in a log and an argument on a command line, so it is 1 to 128 letters, digits, `-`, `_`, `.` and
//! `:`, begins with a letter or digit, and is compared byte for byte. It is nobody's secret and prints itself.

use alloc::boxed::Box;
use core::fmt;
use core::str::FromStr;

reasons! {
    /// Why text is not a label.
    pub enum LabelError {
        /// Empty, or longer than 128 characters.
        Length = "label_length", "a label has 1 to 128 characters";
        /// A character that does not belong, or a first one that is neither letter nor digit.
        Symbol = "label_symbol", "a label holds letters, digits, - _ . and : only, and begins with a letter or a digit";
    }
}

/// Checks the grammar of a label. A strange character is reported before a wrong length, which is counted in characters of the alphabet.
fn require_label(text: &str) -> Result<(), LabelError> {
    let bytes = text.as_bytes();
    let allowed = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':');
    if !bytes.iter().all(allowed) || bytes.first().is_some_and(|first| !first.is_ascii_alphanumeric()) {
        return Err(LabelError::Symbol);
    }
    if (1..=128).contains(&bytes.len()) { Ok(()) } else { Err(LabelError::Length) }
}

macro_rules! labels {
    ($( $(#[$meta:meta])* $Name:ident; )+) => { $(
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $Name(Box<str>);

        impl $Name {
            /// Reads a label.
            ///
            /// # Errors
            ///
            /// [`LabelError`] for what the grammar of this module does not allow.
            pub fn parse(text: &str) -> Result<Self, LabelError> {
                require_label(text).map(|()| Self(text.into()))
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $Name {
            type Err = LabelError;

            fn from_str(text: &str) -> Result<Self, LabelError> {
                Self::parse(text)
            }
        }

        impl fmt::Display for $Name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl fmt::Debug for $Name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($Name), "({})"), self.0)
            }
        }
    )+ };
}

labels! {
    /// A job that an agent was given; budgets are kept for it.
    TaskId;
    /// One run of an agent; budgets are kept for it.
    SessionId;
    /// One thing that is to be bought once, however often it is tried. Whoever wants the same thing a second time says so by another name.
    PurchaseId;
    /// A kind of resource, which a log names in place of a path: `paid_report`.
    Category;
    /// One trip of a request, by which an operator finds it again: the correlation id.
    RequestId;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Result<(), LabelError>) {
        let parsed = TaskId::parse(text);
        assert_eq!(parsed.as_ref().map(|_| ()).map_err(|e| *e), expected, "{text:?}");
        assert_eq!(text.parse::<PurchaseId>().map(|_| ()), expected, "{text:?}");
        if let Ok(label) = parsed {
            assert_eq!(std::format!("{label}|{label:?}"), std::format!("{text}|TaskId({text})"));
        }
    }

    #[test]
    fn row_221_a_label_cannot_break_a_line_or_a_terminal() {
        for good in ["a", "7", "research_report_42", "2026-11-20T18:31:04Z", "a.b-c_d:e", &"x".repeat(128)] {
            check(good, Ok(()));
        }
        check("", Err(LabelError::Length));
        check(&"x".repeat(129), Err(LabelError::Length));
        for bad in ["-a", "_a", ".", ":", "a b", "a\n", "a\u{1b}[0m", "a\0", "\u{202e}a", "a/b", "a@b.c", "\u{e9}", "a,b", "\"a\""]
        {
            check(bad, Err(LabelError::Symbol));
        }
    }
}
