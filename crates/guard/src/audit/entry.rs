//! One line of a log: its bytes, its hash, and the names of log and line.

use alloc::format;
use alloc::string::String;
use core::fmt;
use core::str::FromStr;

use quittance_core::json::Value;
use quittance_core::{UnixSeconds, sha256};

use super::digest::{hash_text, read_hash};
use super::read::{self, Said};
use super::verify::Why;
use super::write;

/// The longest line that is written or read, without its line feed.
pub const MAX_LINE: usize = 8 * 1024;

/// The version of the format.
pub(super) const VERSION: u64 = 1;

const TAG: &[u8] = b"quittance-audit/1";

reasons! {
    /// Why text is not the id of a log.
    pub enum LogIdError {
        /// Not 32 characters.
        Length = "log_id_length", "the id of a log has 32 hexadecimal digits";
        /// A character other than the digits and the small letters a to f.
        Digit = "log_id_digit", "the id of a log is written in lower-case hexadecimal digits";
    }
}

/// Which log it is: 16 random bytes, chosen when it begins, so that no line of one log fits into another.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LogId(u128);

impl LogId {
    /// Takes 16 random bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(u128::from_be_bytes(bytes))
    }

    /// Reads 32 lower-case hexadecimal digits.
    ///
    /// # Errors
    ///
    /// [`LogIdError`] for anything else.
    pub fn parse(text: &str) -> Result<Self, LogIdError> {
        if !text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f')) {
            return Err(LogIdError::Digit);
        }
        if text.len() != 32 {
            return Err(LogIdError::Length);
        }
        u128::from_str_radix(text, 16).map(Self).map_err(|_| LogIdError::Length)
    }
}

impl FromStr for LogId {
    type Err = LogIdError;

    fn from_str(text: &str) -> Result<Self, LogIdError> {
        Self::parse(text)
    }
}

impl fmt::Display for LogId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for LogId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LogId({self})")
    }
}

reasons! {
    /// Why text is not an anchor.
    pub enum AnchorError {
        /// Not a number, `@` and a hash.
        Form = "anchor_form", "an anchor is written as a number, @, sha256: and 64 lower-case hexadecimal digits";
    }
}

/// The number and the hash of one entry, kept where nobody who can write the log can change it.
///
/// It stands for everything up to that entry: a log that was cut before it, or differs anywhere before it, does not have it. Written
/// `42@sha256:…`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Anchor {
    pub(super) seq: u64,
    pub(super) hash: [u8; 32],
}

impl Anchor {
    /// Reads the written form.
    ///
    /// # Errors
    ///
    /// [`AnchorError`] for anything else.
    pub fn parse(text: &str) -> Result<Self, AnchorError> {
        let parts = text.split_once('@').and_then(|(seq, hash)| Some((UnixSeconds::parse(seq).ok()?.as_secs(), read_hash(hash)?)));
        parts.map(|(seq, hash)| Self { seq, hash }).ok_or(AnchorError::Form)
    }

    /// The number of the entry; the first is 0.
    #[must_use]
    pub const fn seq(&self) -> u64 {
        self.seq
    }
}

impl FromStr for Anchor {
    type Err = AnchorError;

    fn from_str(text: &str) -> Result<Self, AnchorError> {
        Self::parse(text)
    }
}

impl fmt::Display for Anchor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.seq, hash_text(&self.hash))
    }
}

/// One entry, ready to be written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    pub(super) seq: u64,
    pub(super) hash: [u8; 32],
    pub(super) line: String,
}

impl Entry {
    /// Makes the entry of an event that is JSON already, for whoever keeps a log where there are no [`Event`](super::Event)s: behind a
    /// binding to another language, in a tool that checks a writer. It follows the entry that is anchored, or begins the log.
    ///
    /// # Errors
    ///
    /// [`Why::Event`] for an event that is never written in this format, [`Why::TooLong`] for one beyond [`MAX_LINE`], [`Why::Gap`] where no
    /// number follows.
    pub fn of(log: LogId, after: Option<&Anchor>, event: &Value) -> Result<Self, Why> {
        let (said, times) = read::event(event).map_err(|_| Why::Event)?;
        let text = match &said {
            Said::Opened(generation) => write::opened(*generation, times),
            Said::Trip(event) => write::event(event, times),
        };
        let (seq, prev) = match after {
            None => (0, [0; 32]),
            Some(anchor) => (anchor.seq.checked_add(1).ok_or(Why::Gap)?, anchor.hash),
        };
        let entry = Self::new(log, seq, &prev, &text);
        if entry.line.len() > MAX_LINE { Err(Why::TooLong) } else { Ok(entry) }
    }

    /// Makes the entry that follows `prev`; `event` is canonical JSON.
    pub(super) fn new(log: LogId, seq: u64, prev: &[u8; 32], event: &str) -> Self {
        let hash = hash_of(log, seq, prev, event);
        Self { seq, hash, line: format!("{}\n", line_of(log, seq, prev, event, &hash)) }
    }

    /// The line, with the line feed that ends it: one event is one line.
    #[must_use]
    pub fn line(&self) -> &str {
        &self.line
    }

    /// The number and the hash of the entry.
    #[must_use]
    pub const fn anchor(&self) -> Anchor {
        Anchor { seq: self.seq, hash: self.hash }
    }

    /// The number of the entry. No log has two entries with one number: a store that is no file makes it a unique key.
    #[must_use]
    pub const fn seq(&self) -> u64 {
        self.seq
    }
}

/// The hash of an entry: over the domain, the hash before, and the canonical body.
pub(super) fn hash_of(log: LogId, seq: u64, prev: &[u8; 32], event: &str) -> [u8; 32] {
    let body = format!("{{\"event\":{event},\"log\":\"{log}\",\"seq\":\"{seq}\",\"v\":{VERSION}}}");
    sha256(&[sha256(TAG).as_slice(), prev.as_slice(), body.as_bytes()].concat())
}

/// The canonical line: RFC 8785 orders the members by name, and these names and values need no escapes.
pub(super) fn line_of(log: LogId, seq: u64, prev: &[u8; 32], event: &str, hash: &[u8; 32]) -> String {
    let (hash, prev) = (hash_text(hash), hash_text(prev));
    format!("{{\"event\":{event},\"hash\":\"{hash}\",\"log\":\"{log}\",\"prev\":\"{prev}\",\"seq\":\"{seq}\",\"v\":{VERSION}}}")
}

/// Sequence numbers and counts are written like all numbers, as decimal text.
pub(super) fn read_seq(text: &str) -> Option<u64> {
    UnixSeconds::parse(text).ok().map(UnixSeconds::as_secs)
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString as _;

    use super::*;

    #[test]
    fn ids_and_anchors_have_one_spelling() {
        let id = LogId::from_bytes([0xab; 16]);
        assert_eq!(LogId::parse(&id.to_string()), Ok(id));
        assert_eq!(LogId::parse(&id.to_string().to_uppercase()), Err(LogIdError::Digit));
        assert_eq!(LogId::parse("ab"), Err(LogIdError::Length));
        assert_eq!(LogId::parse(&"0".repeat(33)), Err(LogIdError::Length));
        let anchor = Anchor { seq: 42, hash: [7; 32] };
        assert_eq!(Anchor::parse(&anchor.to_string()), Ok(anchor));
        for bad in ["", "42", "042@", "-1@sha256:", &anchor.to_string().to_uppercase(), &anchor.to_string().replace('@', ":")] {
            assert_eq!(Anchor::parse(bad), Err(AnchorError::Form), "{bad}");
        }
    }
}
