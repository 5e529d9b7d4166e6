//! One printable line of bounded length out of any text.

use core::fmt;

/// Text as it is shown to people: see [`escape`].
#[derive(Clone, Copy)]
pub struct Escaped<'a> {
    text: &'a str,
    longest: usize,
}

/// Shows at most `longest` characters of a text, on one line, with nothing in it that moves a cursor or turns letters round (catalogue row
/// 221).
///
/// Controls, line and paragraph separators, the marks of writing direction, and what has no width are written as `\n` or `\u{202e}`, and so
/// is the backslash as `\\`, so that no two texts look alike by escaping. What is cut off is counted: `[+120 bytes]`.
///
/// ```
/// use quittance_guard::text::escape;
///
/// assert_eq!(escape("paid\n\u{1b}[2Jdenied", 80).to_string(), r"paid\n\u{1b}[2Jdenied");
/// assert_eq!(escape("a long story", 6).to_string(), "a long[+6 bytes]");
/// ```
#[must_use]
pub const fn escape(text: &str, longest: usize) -> Escaped<'_> {
    Escaped { text, longest }
}

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.text.chars();
        for letter in rest.by_ref().take(self.longest) {
            match letter {
                '\n' | '\r' | '\t' | '\\' => write!(f, "{}", letter.escape_default())?,
                letter if is_unseen(letter) => write!(f, "{}", letter.escape_unicode())?,
                letter => fmt::Write::write_char(f, letter)?,
            }
        }
        match rest.as_str().len() {
            0 => Ok(()),
            more => write!(f, "[+{more} bytes]"),
        }
    }
}

impl fmt::Debug for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Escaped({self})")
    }
}

/// Whether a character does something other than show itself.
fn is_unseen(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}
