//! What `Debug` shows of text that somebody else wrote for people.

use alloc::string::String;
use core::fmt;

/// A text of which `Debug` shows the length only.
///
/// A message about a failed call quotes the call, signature included, and a URL can hold a secret or a prompt.
pub(super) struct Quiet(usize);

impl Quiet {
    pub(super) fn text(text: &str) -> Self {
        Self(text.len())
    }

    /// A word of a stranger's, as far as it is one.
    pub(super) fn word(text: &str) -> &str {
        if text.len() <= 16 && text.bytes().all(|byte| byte.is_ascii_alphanumeric()) { text } else { "?" }
    }

    pub(super) fn optional(text: Option<&String>) -> Option<Self> {
        text.map(|text| Self::text(text))
    }
}

impl fmt::Debug for Quiet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "text of {} bytes", self.0)
    }
}
