//! Checking a log, line by line, in memory that does not grow.
//!
//! What is found is named by the first entry at which the chain does not hold. Whoever edits an entry and mends its hash is found at the
//! entry after it; whoever mends all that follow is found by an anchor only. So is whoever cuts off the end.

use alloc::vec::Vec;
use core::fmt;

use quittance_core::json::{self, Value, canonical};
use quittance_core::{EncodingError, Limits};

use super::digest::read_hash;
use super::entry::{Anchor, LogId, MAX_LINE, VERSION, hash_of, line_of, read_seq};
use super::event::Event;
use super::facts::Times;
use super::read::{self, Said};

reasons! {
    /// Why an entry is not the one that belongs there.
    pub enum Why {
        /// There is no whole entry.
        Empty = "audit_empty", "the log has no whole entry";
        /// A line beyond [`MAX_LINE`].
        TooLong = "audit_too_long", "the line is longer than any entry";
        /// Not one strict JSON document.
        Json = "audit_json", "the line is not JSON";
        /// Another version of the format.
        Version = "audit_version", "the entry is of another version of the format";
        /// Not the members of an entry.
        Shape = "audit_shape", "the line has not the members of an entry";
        /// Not the one canonical spelling.
        Canonical = "audit_canonical", "the line is not in canonical form";
        /// A line of another log.
        Foreign = "audit_foreign", "the entry belongs to another log";
        /// Entries are missing before this one.
        Gap = "audit_gap", "entries are missing before this one";
        /// An entry with this number stood there before: copied, reordered, or written by a second writer.
        Repeated = "audit_repeated", "an entry with this number stands there already";
        /// It does not follow from the entry before: that one was edited, or two writers forked the log.
        Prev = "audit_prev", "the entry does not follow from the one before it";
        /// It was edited.
        Hash = "audit_hash", "the content of the entry is not what was hashed";
        /// The event is not one of this format.
        Event = "audit_event", "the event is not one that is ever written";
        /// The log does not begin with a writer that opened it, or a later writer had an older store.
        Generation = "audit_generation", "no store was opened here, or an older one than before";
        /// The log ends before the anchor.
        Cut = "audit_cut", "the log ends before its anchor";
        /// The entry is not the one that was anchored.
        Anchor = "audit_anchor", "the entry is not the one that was anchored";
    }
}

/// The first entry that is not the one that belongs there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Broken {
    /// The number of the entry that belongs there.
    pub seq: u64,
    /// What is wrong with what stands there.
    pub why: Why,
}

impl Broken {
    /// The line, counted from one.
    #[must_use]
    pub const fn line(&self) -> u64 {
        self.seq.saturating_add(1)
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line(), self.why)
    }
}

impl core::error::Error for Broken {}

/// Where a log ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Head {
    pub(super) log: LogId,
    pub(super) generation: u64,
    pub(super) seq: u64,
    pub(super) hash: [u8; 32],
}

impl Head {
    /// Which log it is.
    #[must_use]
    pub const fn log(&self) -> LogId {
        self.log
    }

    /// The generation of the store that its last writer worked with (catalogue row 152).
    #[must_use]
    pub const fn generation(&self) -> u64 {
        self.generation
    }

    /// The last entry, to be kept elsewhere.
    #[must_use]
    pub const fn anchor(&self) -> Anchor {
        Anchor { seq: self.seq, hash: self.hash }
    }
}

/// A log whose every entry is the one that belongs there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Verified {
    head: Head,
    valid: u64,
    torn: u64,
}

impl Verified {
    /// Where it ends.
    #[must_use]
    pub const fn head(&self) -> Head {
        self.head
    }

    /// The bytes of its entries; what follows them is torn.
    #[must_use]
    pub const fn valid_bytes(&self) -> u64 {
        self.valid
    }

    /// The bytes after the last line feed, as a crash in the middle of a write leaves them (catalogue row 151). The write that they
    /// are of never succeeded, so nothing was done on the strength of it, and they can be cut off. Zero for a log that ends as it should.
    #[must_use]
    pub const fn torn_bytes(&self) -> u64 {
        self.torn
    }
}

/// What one entry says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Record {
    seq: u64,
    times: Times,
    said: Said,
}

impl Record {
    /// The number of the entry.
    #[must_use]
    pub const fn seq(&self) -> u64 {
        self.seq
    }

    /// When it was written.
    #[must_use]
    pub const fn times(&self) -> Times {
        self.times
    }

    /// The event, unless the entry says that a writer opened the log.
    #[must_use]
    pub const fn event(&self) -> Option<&Event> {
        match &self.said {
            Said::Trip(event) => Some(event),
            Said::Opened(_) => None,
        }
    }
}

/// Checks a whole log that is in memory.
///
/// # Errors
///
/// The first entry that is not the one that belongs there.
pub fn verify_log(log: &[u8], anchor: Option<&Anchor>) -> Result<Verified, Broken> {
    let mut verifier = Verifier::new(anchor.copied());
    verifier.feed(log, |_| ())?;
    verifier.finish()
}

/// Checks a log that comes in pieces. It keeps one line at a time, so memory is bounded, and time grows with the log only.
#[derive(Clone, Debug)]
pub struct Verifier {
    anchor: Option<Anchor>,
    head: Option<Head>,
    valid: u64,
    partial: Vec<u8>,
    broken: Option<Broken>,
}

impl Verifier {
    /// Begins at the first line of a log.
    #[must_use]
    pub const fn new(anchor: Option<Anchor>) -> Self {
        Self { anchor, head: None, valid: 0, partial: Vec::new(), broken: None }
    }

    /// Reads on. `seen` is given every entry that holds.
    ///
    /// # Errors
    ///
    /// The first entry that is not the one that belongs there; from then on always the same.
    pub fn feed(&mut self, bytes: &[u8], mut seen: impl FnMut(&Record)) -> Result<(), Broken> {
        if let Some(broken) = self.broken {
            return Err(broken);
        }
        let mut rest = bytes;
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            let (line, tail) = rest.split_at(end);
            rest = tail.get(1..).unwrap_or_default();
            let outcome = if self.partial.is_empty() {
                self.line(line)
            } else {
                self.keep(line).and_then(|()| {
                    let line = core::mem::take(&mut self.partial);
                    self.line(&line)
                })
            };
            match outcome {
                Ok(record) => seen(&record),
                Err(why) => return Err(self.breaks(why)),
            }
        }
        self.keep(rest).map_err(|why| self.breaks(why))
    }

    /// There is no more.
    ///
    /// # Errors
    ///
    /// As [`feed`](Self::feed), and when the log ends before its anchor or before its first entry ends.
    pub fn finish(self) -> Result<Verified, Broken> {
        if let Some(broken) = self.broken {
            return Err(broken);
        }
        let next = self.next_seq();
        let head = self.head.ok_or(Broken { seq: next, why: Why::Empty })?;
        if self.anchor.is_some_and(|anchor| anchor.seq > head.seq) {
            return Err(Broken { seq: next, why: Why::Cut });
        }
        Ok(Verified { head, valid: self.valid, torn: length(&self.partial) })
    }

    fn next_seq(&self) -> u64 {
        self.head.map_or(0, |head| head.seq.saturating_add(1))
    }

    fn breaks(&mut self, why: Why) -> Broken {
        let broken = Broken { seq: self.next_seq(), why };
        self.broken = Some(broken);
        broken
    }

    fn keep(&mut self, bytes: &[u8]) -> Result<(), Why> {
        if self.partial.len().saturating_add(bytes.len()) > MAX_LINE {
            return Err(Why::TooLong);
        }
        self.partial.extend_from_slice(bytes);
        Ok(())
    }

    /// One whole line, without its line feed.
    fn line(&mut self, line: &[u8]) -> Result<Record, Why> {
        let Parts { event, log, seq, prev, hash } = Parts::read(line)?;
        let event_text = canonical(&event);
        if line_of(log, seq, &prev, &event_text, &hash).as_bytes() != line {
            return Err(Why::Canonical);
        }
        if self.head.is_some_and(|head| head.log != log) {
            return Err(Why::Foreign);
        }
        let expected = self.next_seq();
        if seq != expected {
            return Err(if seq > expected { Why::Gap } else { Why::Repeated });
        }
        if prev != self.head.map_or([0; 32], |head| head.hash) {
            return Err(Why::Prev);
        }
        if hash != hash_of(log, seq, &prev, &event_text) {
            return Err(Why::Hash);
        }
        if self.anchor.is_some_and(|anchor| anchor.seq == seq && anchor.hash != hash) {
            return Err(Why::Anchor);
        }
        let (said, times) = read::event(&event).map_err(|_| Why::Event)?;
        let generation = match (&said, self.head) {
            (Said::Opened(generation), head) if head.is_none_or(|head| head.generation <= *generation) => *generation,
            (Said::Trip(_), Some(head)) => head.generation,
            _ => return Err(Why::Generation),
        };
        self.head = Some(Head { log, generation, seq, hash });
        self.valid = self.valid.saturating_add(length(line)).saturating_add(1);
        Ok(Record { seq, times, said })
    }
}

/// A `usize` has at most 64 bits on every machine that this is built for.
fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

/// The members of a line.
struct Parts {
    event: Value,
    log: LogId,
    seq: u64,
    prev: [u8; 32],
    hash: [u8; 32],
}

impl Parts {
    fn read(line: &[u8]) -> Result<Self, Why> {
        let limits = Limits::HEADER.with_bytes(MAX_LINE).with_depth(4);
        let value = json::parse(line, &limits).map_err(|error| match error.kind() {
            kind if kind == EncodingError::TooLarge.into() => Why::TooLong,
            _ => Why::Json,
        })?;
        let Value::Object(mut object) = value else { return Err(Why::Shape) };
        match object.member("v") {
            Some(Value::Number(number)) if number.as_u64() == Some(VERSION) => {}
            Some(Value::Number(_)) => return Err(Why::Version),
            _ => return Err(Why::Shape),
        }
        let text = |name: &str| object.member(name).and_then(Value::as_str).ok_or(Why::Shape);
        let log = LogId::parse(text("log")?).map_err(|_| Why::Shape)?;
        let seq = read_seq(text("seq")?).ok_or(Why::Shape)?;
        let (prev, hash) = (read_hash(text("prev")?).ok_or(Why::Shape)?, read_hash(text("hash")?).ok_or(Why::Shape)?);
        let members = object.len();
        match object.remove("event") {
            Some(event @ Value::Object(_)) if members == 6 => Ok(Self { event, log, seq, prev, hash }),
            _ => Err(Why::Shape),
        }
    }
}
