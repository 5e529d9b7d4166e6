//! The stores in memory: for one process that may forget everything when it ends.
//!
//! A seller that restarts with an empty log accepts what it has sold already, and a buyer pays again for what it has bought, so these are
//! for tests, for agents that live as long as their task, and for browsers. Several processes on one wallet or behind one address need a
//! store on disk (catalogue rows 121 and 124): a log in memory says how far it [reaches](ReplayLog::reach), and who is to sell or settle beside
//! others does not start on it.
//!
//! Each is the pure rules behind one lock that is held for one step. A step that panics poisons the lock, and from then on every question is
//! answered with a fault: what a broken store says is not to be believed.

use alloc::vec::Vec;
use core::future::{Future, ready};
use core::sync::atomic::{AtomicU64, Ordering};

use quittance_core::{Amount, Fault, ReplayKey, UnixSeconds};

use crate::budget::{self, Book, Ledger, Record, Reserve, ReserveError, Reserved, Sum, Ticket};
use crate::label::PurchaseId;
use crate::reach::{Identity, Reach};
use crate::replay::{self, Claim, Claimed, Entry, Register, ReplayLog, Request, Watched};
use lock::Lock;

/// A replay log in memory.
pub struct MemoryReplayLog {
    register: Lock<Register>,
    number: u64,
}

/// How many logs this process has made.
static MADE: AtomicU64 = AtomicU64::new(0);

impl MemoryReplayLog {
    /// An empty log for so many payments.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self { register: Lock::new(Register::new(capacity)), number: MADE.fetch_add(1, Ordering::Relaxed) }
    }
}

impl ReplayLog for MemoryReplayLog {
    fn reach(&self) -> Reach {
        Reach::Process
    }

    fn identity(&self) -> Identity {
        Identity::Process(self.number)
    }

    fn claim(&self, request: &Request) -> impl Future<Output = Result<Claimed, Fault>> + Send {
        ready(self.register.with(|register| register.claim(request)).and_then(|claimed| claimed))
    }

    fn find(&self, key: &ReplayKey) -> impl Future<Output = Result<Option<Entry>, Fault>> + Send {
        ready(self.register.with(|register| register.find(key).cloned()))
    }

    fn step(
        &self,
        claim: &Claim,
        step: replay::Step,
        now: UnixSeconds,
    ) -> impl Future<Output = Result<Option<Entry>, replay::StepError>> + Send {
        let taken = self.register.with(|register| register.step(claim, step, now));
        ready(taken.unwrap_or_else(|fault| Err(replay::StepError::Fault(fault))))
    }

    fn open(&self, now: UnixSeconds) -> impl Future<Output = Result<Vec<Entry>, Fault>> + Send {
        ready(self.register.with(|register| register.open(now)))
    }

    fn resume(&self, key: &ReplayKey, lease: u64, now: UnixSeconds) -> impl Future<Output = Result<Option<Claim>, Fault>> + Send {
        ready(self.register.with(|register| register.resume(key, lease, now)))
    }

    fn watched(&self, now: UnixSeconds, most: usize) -> impl Future<Output = Result<Vec<Watched>, Fault>> + Send {
        ready(self.register.with(|register| register.watched(now, most)))
    }

    fn reopen(
        &self,
        key: &ReplayKey,
        transaction: &str,
        lease: u64,
        now: UnixSeconds,
    ) -> impl Future<Output = Result<Option<Claim>, Fault>> + Send {
        ready(self.register.with(|register| register.reopen(key, transaction, lease, now)))
    }

    fn purge(&self, now: UnixSeconds) -> impl Future<Output = Result<usize, Fault>> + Send {
        ready(self.register.with(|register| register.purge(now)))
    }
}

/// A ledger in memory.
pub struct MemoryLedger(Lock<Book>);

impl MemoryLedger {
    /// An empty ledger for so many attempts.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self(Lock::new(Book::new(capacity)))
    }
}

impl Ledger for MemoryLedger {
    fn reserve(&self, request: &Reserve<'_>) -> impl Future<Output = Result<Reserved, ReserveError>> + Send {
        ready(self.0.with(|book| book.reserve(request)).unwrap_or_else(|fault| Err(ReserveError::Fault(fault))))
    }

    fn step(
        &self,
        ticket: &Ticket,
        step: budget::Step,
        now: UnixSeconds,
    ) -> impl Future<Output = Result<Record, budget::StepError>> + Send {
        let taken = self.0.with(|book| book.step(ticket, step, now));
        ready(taken.unwrap_or_else(|fault| Err(budget::StepError::Fault(fault))))
    }

    fn find(&self, id: &PurchaseId) -> impl Future<Output = Result<Option<Record>, Fault>> + Send {
        ready(self.0.with(|book| book.find(id).cloned()))
    }

    fn open(&self) -> impl Future<Output = Result<Vec<Record>, Fault>> + Send {
        ready(self.0.with(|book| book.open()))
    }

    fn spent(&self, sum: &Sum, now: UnixSeconds) -> impl Future<Output = Result<Amount, Fault>> + Send {
        ready(self.0.with(|book| book.spent(sum, now)))
    }
}

/// One value and whoever is at it. The only thing here that a thread can see; `loom` puts its own lock in the place of std's.
mod lock {
    #[cfg(loom)]
    use loom::sync::Mutex;
    use quittance_core::Fault;
    #[cfg(not(loom))]
    use std::sync::Mutex;

    pub(super) struct Lock<T>(Mutex<T>);

    impl<T> Lock<T> {
        pub(super) fn new(value: T) -> Self {
            Self(Mutex::new(value))
        }

        pub(super) fn with<R>(&self, step: impl FnOnce(&mut T) -> R) -> Result<R, Fault> {
            self.0.lock().map(|mut value| step(&mut value)).map_err(|_| Fault::StoreInconsistent)
        }
    }
}

#[cfg(test)]
mod tests;
