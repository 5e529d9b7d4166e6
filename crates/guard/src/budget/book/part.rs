//! A book over a part of a ledger whose whole is kept elsewhere.
//!
//! A store on disk makes no decision of its own. It reads what an operation can touch, lets a book that knows just that decide, and writes
//! what has changed, all in one transaction. So the rules of a ledger are written once.

use alloc::collections::BTreeMap;

use quittance_core::{Amount, UnixSeconds};

use super::Book;
use crate::budget::{Record, Sum};
use crate::label::PurchaseId;

impl Book {
    /// A part of a ledger that holds so many attempts, none of which is known yet.
    ///
    /// Whoever asks it something has told it before whatever the answer depends on:
    ///
    /// | operation | what it has to know |
    /// |---|---|
    /// | reserve | the latest attempt of the purchase; of [every sum](Sum::all_of) that it is counted in, the slots that still count; the same for that attempt, with the slot of its own time; every attempt under the same approval |
    /// | step | the attempt; of every sum that it is counted in, the slot of its own time |
    #[must_use]
    pub fn part(capacity: usize, attempts: usize, latest: UnixSeconds) -> Self {
        Self { latest, attempts, changes: Some(Changes::default()), ..Self::new(capacity) }
    }

    /// Tells it an attempt, without counting it. What it knows already it does not take again.
    pub fn know(&mut self, record: Record) {
        if let Some(approval) = record.purchase.approval
            && (record.uses_approval() || !self.approvals.contains_key(&approval))
        {
            self.approvals.insert(approval, (record.purchase.id.clone(), record.attempt));
        }
        let attempts = self.records.entry(record.purchase.id.clone()).or_default();
        if let Err(place) = attempts.binary_search_by_key(&record.attempt, |known| known.attempt) {
            attempts.insert(place, record);
        }
    }

    /// Tells it what counts in a slot of a sum.
    pub fn know_sum(&mut self, sum: &Sum, slot: u64, amount: Amount) {
        self.sums.entry(sum.clone()).or_default().insert(slot, amount);
    }

    /// The latest time that was ever seen.
    #[must_use]
    pub const fn latest(&self) -> UnixSeconds {
        self.latest
    }

    /// How many attempts there are, those that are kept elsewhere included.
    #[must_use]
    pub const fn attempts(&self) -> usize {
        self.attempts
    }

    /// What has changed since it was made.
    pub fn take_changes(&mut self) -> Changes {
        self.changes.replace(Changes::default()).unwrap_or_default()
    }
}

/// What operations have changed in a part of a ledger.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
#[non_exhaustive]
pub struct Changes {
    /// The attempts as they are now.
    pub records: BTreeMap<(PurchaseId, u32), Record>,
    /// What counts now in each slot of a sum.
    pub sums: BTreeMap<(Sum, u64), Amount>,
}
