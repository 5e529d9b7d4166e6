//! Appending: the end of one log, and the proof that something stands in it.
//!
//! ```compile_fail,E0451
//! # use quittance_guard::audit::{Name, Recorded, Stage};
//! fn forge(hash: [u8; 32], request: Name) -> Recorded {
//!     Recorded { seq: 0, hash, stage: Stage::Sent, request, signed: None }
//! }
//! ```
//!
//! ```compile_fail,E0599
//! # use quittance_guard::audit::Recorded;
//! fn pay_twice(recorded: Recorded) -> (Recorded, Recorded) {
//!     (recorded.clone(), recorded)
//! }
//! ```
//!
//! ```compile_fail,E0277
//! fn from_nothing<T: Default>() {}
//! from_nothing::<quittance_guard::audit::Recorded>();
//! ```
//!
//! A step that moves money takes the token by value, so code that did not write first does not compile:
//!
//! ```compile_fail,E0061
//! # use quittance_guard::audit::Recorded;
//! fn send(bytes: &[u8], recorded: Recorded) {}
//! send(b"signed");
//! ```

use quittance_core::{Fault, Limits, json};

use super::digest::SaltedHash;
use super::entry::{Anchor, Entry, LogId, MAX_LINE};
use super::event::Event;
use super::facts::{Attempt, Times};
use super::read;
use super::verify::{Head, Verified};
use super::vocabulary::Stage;
use super::word::Name;
use super::write;

/// The generation of the store of payments, as it was found when the process started (catalogue row 152).
///
/// Log and store are two things that can be restored from a backup, one without the other. So each start takes one step: the store
/// durably notes that it is opening the next generation; [`Chain::resume`] writes that number into the log; the store confirms it. A
/// log and a store whose numbers do not fit are of different moments, and nothing that they say may be believed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(clippy::exhaustive_enums, reason = "a store has these two states and will have no other")]
pub enum StoreGeneration {
    /// The last start was completed: the log must be at this generation.
    Confirmed(u64),
    /// The last start began to open this generation and did not confirm it: the log is at this one or the one before.
    Opening(u64),
}

impl StoreGeneration {
    /// A store that has never been opened.
    pub const NEW: Self = Self::Confirmed(0);

    /// The generation that this start opens. The store notes it durably before [`Chain::begin`] or [`Chain::resume`], and confirms it
    /// after.
    #[must_use]
    pub const fn next(self) -> u64 {
        match self {
            Self::Confirmed(generation) => generation.saturating_add(1),
            Self::Opening(generation) => generation,
        }
    }

    const fn fits(self, log: u64) -> bool {
        match self {
            Self::Confirmed(generation) => log == generation,
            Self::Opening(generation) => log == generation || log.saturating_add(1) == generation,
        }
    }
}

/// The end of a log that this process alone writes.
///
/// Whatever goes wrong while a line is written leaves open whether the line is there. The chain then [stops](Self::has_stopped): it
/// has not advanced, and everything further that it is asked to append is [`Fault::AuditUnavailable`], until the log has been verified
/// again and [resumed](Self::resume). Going on without would write a second entry of the same number (catalogue row 223).
#[derive(Debug)]
#[must_use = "a chain that is dropped has to be resumed from the log"]
pub struct Chain {
    head: Head,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    Ready,
    /// A line is being written, or its writing failed or was given up.
    Open,
}

/// Something stands in the log: it was made by an append function that returned `Ok`, and by nothing else (catalogue row 224).
///
/// Whoever signs, sends or settles takes one by value. It says what was recorded, so that the record of one stage does not stand for
/// another: [`covers`](Self::covers).
#[derive(Debug)]
#[must_use = "a record allows the step that it announces"]
pub struct Recorded {
    seq: u64,
    hash: [u8; 32],
    stage: Stage,
    request: Name,
    signed: Option<SaltedHash>,
}

impl Recorded {
    /// The stage that was recorded.
    #[must_use]
    pub const fn stage(&self) -> Stage {
        self.stage
    }

    /// The trip it belongs to.
    #[must_use]
    pub const fn request(&self) -> &Name {
        &self.request
    }

    /// The entry.
    #[must_use]
    pub const fn anchor(&self) -> Anchor {
        Anchor { seq: self.seq, hash: self.hash }
    }

    /// Whether it is this stage of this attempt that was recorded.
    #[must_use]
    pub fn covers(&self, stage: Stage, attempt: &Attempt) -> bool {
        self.stage == stage && self.signed == Some(attempt.signed_retry())
    }
}

impl Chain {
    /// Begins a new log for a new store.
    ///
    /// # Errors
    ///
    /// [`Fault::StoreInconsistent`] for a store that has been opened before: its log is missing. [`Fault::AuditUnavailable`] when
    /// `write` fails.
    pub fn begin<E>(
        log: LogId,
        store: StoreGeneration,
        now: Times,
        write: impl FnOnce(&Entry) -> Result<(), E>,
    ) -> Result<Self, Fault> {
        let next = store.next();
        if next != 1 {
            return Err(Fault::StoreInconsistent);
        }
        let entry = Entry::new(log, 0, &[0; 32], &write::opened(next, now));
        write(&entry).map_err(|_| Fault::AuditUnavailable)?;
        Ok(Self { head: Head { log, generation: next, seq: entry.seq, hash: entry.hash }, state: State::Ready })
    }

    /// Goes on with a log that was verified. Torn bytes at its end must have been cut off.
    ///
    /// # Errors
    ///
    /// [`Fault::StoreInconsistent`] when log and store are not of the same moment; [`Fault::AuditUnavailable`] when `write` fails.
    pub fn resume<E>(
        verified: &Verified,
        store: StoreGeneration,
        now: Times,
        write: impl FnOnce(&Entry) -> Result<(), E>,
    ) -> Result<Self, Fault> {
        let head = verified.head();
        if !store.fits(head.generation()) {
            return Err(Fault::StoreInconsistent);
        }
        let generation = store.next();
        let mut chain = Self { head: Head { generation, ..head }, state: State::Ready };
        let entry = chain.next(&write::opened(generation, now))?;
        write(&entry).map_err(|_| Fault::AuditUnavailable)?;
        chain.advance(&entry);
        Ok(chain)
    }

    /// Appends an event: gives its line to `write`, and proof that it was written to the caller.
    ///
    /// `write` returns `Ok` only when the line is durable, or will be before what it announces is done; the documentation of [this
    /// module](super) says how.
    ///
    /// # Errors
    ///
    /// [`Fault::AuditUnavailable`] when `write` fails, when the chain has stopped, or for an event whose parts do not belong together (a
    /// transaction of another network than the offer's). Money stands still until it is repaired.
    pub fn append<E>(&mut self, event: &Event, now: Times, write: impl FnOnce(&Entry) -> Result<(), E>) -> Result<Recorded, Fault> {
        let entry = self.prepare(event, now)?;
        self.state = State::Open;
        write(&entry).map_err(|_| Fault::AuditUnavailable)?;
        Ok(self.recorded(event, &entry))
    }

    /// As [`append`](Self::append), with a function that waits. A future that is dropped before it ends has stopped the chain.
    ///
    /// # Errors
    ///
    /// As [`append`](Self::append).
    pub async fn append_async<E>(
        &mut self,
        event: &Event,
        now: Times,
        write: impl AsyncFnOnce(&Entry) -> Result<(), E>,
    ) -> Result<Recorded, Fault> {
        let entry = self.prepare(event, now)?;
        self.state = State::Open;
        write(&entry).await.map_err(|_| Fault::AuditUnavailable)?;
        Ok(self.recorded(event, &entry))
    }

    /// The last entry, to be kept elsewhere from time to time.
    #[must_use]
    pub const fn anchor(&self) -> Anchor {
        self.head.anchor()
    }

    /// Where the log ends.
    #[must_use]
    pub const fn head(&self) -> Head {
        self.head
    }

    /// Whether it is open if the last line was written, so that nothing more can be appended.
    #[must_use]
    pub const fn has_stopped(&self) -> bool {
        matches!(self.state, State::Open)
    }

    fn prepare(&self, event: &Event, now: Times) -> Result<Entry, Fault> {
        if self.has_stopped() {
            return Err(Fault::AuditUnavailable);
        }
        let text = write::event(event, now);
        // what could not be read again would end the log for everybody who verifies it
        let limits = Limits::HEADER.with_bytes(MAX_LINE);
        let again = json::parse(text.as_bytes(), &limits).map_err(|_| Fault::AuditUnavailable)?;
        let same = |(said, times)| times == now && matches!(said, read::Said::Trip(again) if *again == *event);
        if !read::event(&again).is_ok_and(same) {
            return Err(Fault::AuditUnavailable);
        }
        self.next(&text)
    }

    fn next(&self, event: &str) -> Result<Entry, Fault> {
        let seq = self.head.seq.checked_add(1).ok_or(Fault::AuditUnavailable)?;
        let entry = Entry::new(self.head.log, seq, &self.head.hash, event);
        if entry.line().len() > MAX_LINE { Err(Fault::AuditUnavailable) } else { Ok(entry) }
    }

    const fn advance(&mut self, entry: &Entry) {
        self.head.seq = entry.seq;
        self.head.hash = entry.hash;
        self.state = State::Ready;
    }

    fn recorded(&mut self, event: &Event, entry: &Entry) -> Recorded {
        self.advance(entry);
        Recorded {
            seq: entry.seq,
            hash: entry.hash,
            stage: event.stage(),
            request: event.request().clone(),
            signed: event.signed_retry(),
        }
    }
}
