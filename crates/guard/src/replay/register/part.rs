//! A register over a part of a log whose whole is kept elsewhere.
//!
//! A store on disk makes no decision of its own. It reads what an operation can touch, lets a register that knows just that decide, and
//! writes what has changed, all in one transaction. So the rules of a log are written once.

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet};

use quittance_core::{Account, Amount, Network, ReplayKey, UnixSeconds};

use super::Register;
use crate::replay::Entry;

impl Register {
    /// A part of a log that holds so many entries, none of which is known yet.
    ///
    /// Whoever asks it something has told it before whatever the answer depends on:
    ///
    /// | operation | what it has to know |
    /// |---|---|
    /// | claim | the payment's entry; that of its payer's payment of the same name; with a quota, the payer's counts of that span; with a cap on exposure, the payer's open entries in that token |
    /// | step | the payment's entry; for a settlement, which payment its transaction was reported for |
    /// | resume | the payment's entry |
    /// | purge | the entries that are over |
    #[must_use]
    pub fn part(capacity: usize, held: usize, latest: UnixSeconds) -> Self {
        Self { latest, elsewhere: held, changes: Some(Changes::default()), ..Self::new(capacity) }
    }

    /// Tells it an entry. What it knows already it does not take again.
    pub fn know(&mut self, entry: Entry) {
        if self.entries.contains_key(&entry.key) {
            return;
        }
        self.elsewhere = self.elsewhere.saturating_sub(1);
        if let Some(name) = &entry.payment_id {
            self.names.insert((entry.payer.clone(), name.clone()), entry.key);
        }
        if entry.is_open() {
            self.open.entry((entry.payer.clone(), entry.asset.clone())).or_default().insert(entry.key);
        }
        self.entries.insert(entry.key, entry);
    }

    /// Tells it which payment a transaction was reported for.
    pub fn know_transaction(&mut self, network: Network, transaction: &str, key: ReplayKey) {
        self.transactions_of.insert((key, transaction.into()));
        self.transactions.insert((network, transaction.into()), key);
    }

    /// Tells it how many payments of a payer count in a slot of a span.
    pub fn know_count(&mut self, payer: &Account, span: u64, slot: u64, count: u64) {
        self.counts.entry((payer.clone(), span)).or_default().insert(slot, Amount::from_u64(count));
    }

    /// The latest time that was ever seen.
    #[must_use]
    pub const fn latest(&self) -> UnixSeconds {
        self.latest
    }

    /// What has changed since it was made.
    pub fn take_changes(&mut self) -> Changes {
        self.changes.replace(Changes::default()).unwrap_or_default()
    }
}

/// What operations have changed in a part of a log. It is to be written in this order: what is forgotten first.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
#[non_exhaustive]
pub struct Changes {
    /// The payments of which everything is to be forgotten, the reports of their transactions included, also if they were claimed anew.
    pub forgotten: BTreeSet<ReplayKey>,
    /// The entries as they are now; none where one is gone.
    pub entries: BTreeMap<ReplayKey, Option<Entry>>,
    /// The transactions that were reported, and for which payments.
    pub transactions: BTreeMap<(Network, Box<str>), ReplayKey>,
    /// By how much more or less counts in a payer's slot of a span; less never takes a count below zero.
    pub counts: BTreeMap<(Account, u64, u64), i64>,
}

impl Changes {
    pub(super) fn forget(&mut self, key: ReplayKey) {
        self.forgotten.insert(key);
        self.entries.insert(key, None);
        self.transactions.retain(|_, reported| *reported != key);
    }

    pub(super) fn count(&mut self, payer: &Account, span: u64, slot: u64, by: i64) {
        let count = self.counts.entry((payer.clone(), span, slot)).or_default();
        *count = count.saturating_add(by);
    }
}
