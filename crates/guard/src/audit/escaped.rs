//! What the other side says of itself, made harmless.

use alloc::boxed::Box;
use alloc::string::String;
use core::fmt;

use super::word::looks_secret;

/// A short text from a stranger: the version of a service, a transaction or an account on a network that this crate knows no grammar
/// of.
///
/// Everything but visible ASCII is written `\u{…}`, and a backslash `\u{5c}`, so that no text can end a line, move a cursor, turn
/// the direction of writing or pass for another (catalogue rows 18 and 221). Text that could carry somebody's data is withheld and shows as
/// `withheld`: more than 64 characters, a space, one of `@ ? = & %`, a `://`, or what looks like a key. Reading never fails, because a
/// stranger must not be able to stop the log.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Escaped(Box<str>);

const WITHHELD: &str = "withheld";

impl Escaped {
    /// The most characters that are shown, before escaping.
    pub const LONGEST: usize = 64;

    /// Makes text harmless.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let telling = |c: char| matches!(c, '@' | '?' | '=' | '&' | '%') || (c.is_whitespace() && !c.is_control());
        let long = text.chars().nth(Self::LONGEST).is_some();
        if text.is_empty() || long || text.contains(telling) || text.contains("://") || looks_secret(text) {
            return Self(WITHHELD.into());
        }
        let mut shown = String::with_capacity(text.len());
        for c in text.chars() {
            match c {
                '\\' => shown.push_str("\\u{5c}"),
                c if c.is_ascii_graphic() => shown.push(c),
                c => shown.extend(c.escape_unicode()),
            }
        }
        Self(shown.into())
    }

    /// Reads what a log shows: only what [`of`](Self::of) writes.
    pub(super) fn read(shown: &str) -> Option<Self> {
        let escaped = Self::of(&unescaped(shown)?);
        (*escaped.0 == *shown).then_some(escaped)
    }

    /// The text as the log shows it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The text before escaping; nothing where a backslash begins something else than an escape.
fn unescaped(shown: &str) -> Option<String> {
    let mut text = String::with_capacity(shown.len());
    let mut parts = shown.split('\\');
    text.push_str(parts.next()?);
    for part in parts {
        let (digits, rest) = part.strip_prefix("u{")?.split_once('}')?;
        text.push(char::from_u32(u32::from_str_radix(digits, 16).ok()?)?);
        text.push_str(rest);
    }
    Some(text)
}

impl fmt::Display for Escaped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Escaped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Escaped({})", self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str, expected: &str) {
        let escaped = Escaped::of(text);
        assert_eq!(escaped.as_str(), expected, "{text:?}");
        assert_eq!(Escaped::read(expected), Some(escaped), "{text:?}");
    }

    #[test]
    fn row_221_nothing_breaks_a_line_or_a_terminal() {
        check("report-api/2.3.1", "report-api/2.3.1");
        check("2\n{\"seq\":\"7\"}", "2\\u{a}{\"seq\":\"7\"}");
        check("2\r", "2\\u{d}");
        check("\u{1b}[2J2", "\\u{1b}[2J2");
        check("2\0", "2\\u{0}");
        check("\u{202e}1.2", "\\u{202e}1.2");
        check("\u{2066}1\u{2069}\u{feff}", "\\u{2066}1\\u{2069}\\u{feff}");
        check("2\u{7f}\u{9b}", "2\\u{7f}\\u{9b}");
        check("caf\u{e9}\u{1f600}", "caf\\u{e9}\\u{1f600}");
        check("\\u{a}", "\\u{5c}u{a}");
        check(&"\u{10ffff}".repeat(64), &"\\u{10ffff}".repeat(64));
    }

    #[test]
    fn row_220_what_could_carry_somebodys_data_is_withheld() {
        let key = "ab".repeat(32);
        for text in [
            "",
            "summarize my file",
            "a\u{a0}b",
            "anna@example.com",
            "v?token=1",
            "a=b",
            "a&b",
            "a%20b",
            "https://x",
            key.as_str(),
            &"\u{e9}".repeat(65),
        ] {
            check(text, "withheld");
        }
    }

    #[test]
    fn only_what_is_written_is_read() {
        for text in ["\\u{41}", "\\u{000a}", "\\u{A}", "\\n", "\\u{a", "\\", "a\n", "\u{e9}", "a b", "\\u{d800}", "\\u{20}", ""] {
            assert_eq!(Escaped::read(text), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn row_221_every_text_is_visible_ascii_and_reads_back(text in any::<String>()) {
            let escaped = Escaped::of(&text);
            prop_assert!(escaped.as_str().bytes().all(|byte| byte.is_ascii_graphic()));
            prop_assert_eq!(Escaped::read(escaped.as_str()), Some(escaped));
        }
    }
}
