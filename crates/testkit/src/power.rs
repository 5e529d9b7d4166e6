//! Stores on a machine that can lose power: what was only written is gone then, and what was flushed is there with all that was written before.
//!
//! The rules are those of `quittance-guard`; what a step needs is what it says of itself. Nothing is flushed but what somebody waits for, so that a
//! loss of power takes as much as it ever can. Whoever had a store before is answered no more: it was in the same machine.

use std::sync::{Arc, Mutex, MutexGuard};

use quittance_core::{Amount, Fault, ReplayKey, UnixSeconds};
use quittance_guard::budget::{self, Book, Record, Reserve, ReserveError, Reserved, Sum, Ticket};
use quittance_guard::replay::{self, Claim, Claimed, Entry, Register, Request, Watched};
use quittance_guard::{Durability, Identity, Ledger, PurchaseId, Reach, ReplayLog};

/// A value of one life of a machine.
struct Kept<T> {
    disk: Arc<Mutex<Disk<T>>>,
    life: u64,
}

struct Disk<T> {
    now: T,
    /// What was flushed, where that is something else.
    flushed: Option<T>,
    life: u64,
}

impl<T: Clone> Kept<T> {
    fn new(now: T) -> Self {
        Self { disk: Arc::new(Mutex::new(Disk { now, flushed: None, life: 0 })), life: 0 }
    }

    /// The value, unless this life is over.
    fn lock(&self) -> Option<MutexGuard<'_, Disk<T>>> {
        Some(self.disk.lock().expect("no step panics")).filter(|disk| disk.life == self.life)
    }

    async fn read<R>(&self, read: impl FnOnce(&T) -> R) -> R {
        match self.lock().map(|disk| read(&disk.now)) {
            Some(answer) => answer,
            None => std::future::pending().await,
        }
    }

    async fn change<R>(&self, durability: Durability, change: impl FnOnce(&mut T) -> R) -> R {
        let changed = self.lock().map(|mut disk| {
            if durability == Durability::Written && disk.flushed.is_none() {
                disk.flushed = Some(disk.now.clone());
            }
            let answer = change(&mut disk.now);
            if durability == Durability::Flushed {
                disk.flushed = None;
            }
            answer
        });
        match changed {
            Some(answer) => answer,
            None => std::future::pending().await,
        }
    }

    /// The next life, and whether anything was lost.
    fn lose_power(&self) -> (Self, bool) {
        let mut disk = self.disk.lock().expect("no step panics");
        let flushed = disk.flushed.take();
        let lost = flushed.is_some();
        if let Some(flushed) = flushed {
            disk.now = flushed;
        }
        disk.life += 1;
        (Self { disk: Arc::clone(&self.disk), life: disk.life }, lost)
    }
}

/// A replay log.
pub struct PoweredLog(Kept<Register>);

impl PoweredLog {
    /// An empty log for so many payments.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self(Kept::new(Register::new(capacity)))
    }

    /// Takes what was not flushed, and says whether there was anything. The log goes on in what is given.
    #[must_use]
    pub fn lose_power(&self) -> (Self, bool) {
        let (kept, lost) = self.0.lose_power();
        (Self(kept), lost)
    }
}

impl ReplayLog for PoweredLog {
    fn reach(&self) -> Reach {
        Reach::Process
    }

    fn identity(&self) -> Identity {
        Identity::Lasting([7; 16])
    }

    async fn claim(&self, request: &Request) -> Result<Claimed, Fault> {
        self.0.change(request.demand.durability, |register| register.claim(request)).await
    }

    async fn find(&self, key: &ReplayKey) -> Result<Option<Entry>, Fault> {
        Ok(self.0.read(|kept| kept.find(key).cloned()).await)
    }

    async fn step(&self, claim: &Claim, step: replay::Step, now: UnixSeconds) -> Result<Option<Entry>, replay::StepError> {
        self.0.change(step.durability(), |register| register.step(claim, step, now)).await
    }

    async fn open(&self, now: UnixSeconds) -> Result<Vec<Entry>, Fault> {
        Ok(self.0.read(|kept| kept.open(now)).await)
    }

    async fn resume(&self, key: &ReplayKey, lease: u64, now: UnixSeconds) -> Result<Option<Claim>, Fault> {
        Ok(self.0.change(Durability::Flushed, |register| register.resume(key, lease, now)).await)
    }

    async fn watched(&self, now: UnixSeconds, most: usize) -> Result<Vec<Watched>, Fault> {
        Ok(self.0.read(|kept| kept.watched(now, most)).await)
    }

    async fn reopen(&self, key: &ReplayKey, transaction: &str, lease: u64, now: UnixSeconds) -> Result<Option<Claim>, Fault> {
        Ok(self.0.change(Durability::Flushed, |register| register.reopen(key, transaction, lease, now)).await)
    }

    async fn purge(&self, now: UnixSeconds) -> Result<usize, Fault> {
        Ok(self.0.change(Durability::Flushed, |register| register.purge(now)).await)
    }
}

/// A ledger.
pub struct PoweredLedger(Kept<Book>);

impl PoweredLedger {
    /// An empty ledger for so many attempts.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self(Kept::new(Book::new(capacity)))
    }

    /// Takes what was not flushed, and says whether there was anything. The ledger goes on in what is given.
    #[must_use]
    pub fn lose_power(&self) -> (Self, bool) {
        let (kept, lost) = self.0.lose_power();
        (Self(kept), lost)
    }
}

impl Ledger for PoweredLedger {
    async fn reserve(&self, request: &Reserve<'_>) -> Result<Reserved, ReserveError> {
        self.0.change(Reserve::DURABILITY, |book| book.reserve(request)).await
    }

    async fn step(&self, ticket: &Ticket, step: budget::Step, now: UnixSeconds) -> Result<Record, budget::StepError> {
        self.0.change(step.durability(), |book| book.step(ticket, step, now)).await
    }

    async fn find(&self, id: &PurchaseId) -> Result<Option<Record>, Fault> {
        Ok(self.0.read(|kept| kept.find(id).cloned()).await)
    }

    async fn open(&self) -> Result<Vec<Record>, Fault> {
        Ok(self.0.read(|kept| kept.open()).await)
    }

    async fn spent(&self, sum: &Sum, now: UnixSeconds) -> Result<Amount, Fault> {
        Ok(self.0.read(|kept| kept.spent(sum, now)).await)
    }
}
