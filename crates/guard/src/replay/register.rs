//! The rules of a replay log over plain maps.

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;
use core::cmp::Reverse;

use quittance_core::{Account, Amount, Asset, Fault, Network, PaymentId, ReplayKey, UnixSeconds};

use super::claim::{Again, Claim, Claimed, Conflict};
use super::entry::{Entry, Misstep, Step, Verdict, Watched};
use super::{Quota, Request, StepError};
use crate::receipt::{Attested, Receipt};
use crate::rolling;

mod part;

pub use part::Changes;

/// A replay log without a place to keep it.
#[derive(Clone, Debug)]
pub struct Register {
    latest: UnixSeconds,
    entries: BTreeMap<ReplayKey, Entry>,
    /// The names that payers gave to their payments.
    names: BTreeMap<(Account, PaymentId), ReplayKey>,
    /// The transactions that have been reported, and for which payments.
    transactions: BTreeMap<(Network, Box<str>), ReplayKey>,
    /// The same the other way around.
    transactions_of: BTreeSet<(ReplayKey, Box<str>)>,
    /// The open payments of each payer.
    open: BTreeMap<(Account, Asset), BTreeSet<ReplayKey>>,
    /// The payments of each payer by slot of a span.
    counts: BTreeMap<(Account, u64), BTreeMap<u64, Amount>>,
    capacity: usize,
    /// How many entries are kept elsewhere and not known here.
    elsewhere: usize,
    /// What has changed, if somebody else keeps it.
    changes: Option<Changes>,
}

impl Register {
    /// An empty log for so many payments.
    #[must_use]
    pub const fn new(capacity: usize) -> Self {
        Self {
            latest: UnixSeconds::from_secs(0),
            entries: BTreeMap::new(),
            names: BTreeMap::new(),
            transactions: BTreeMap::new(),
            transactions_of: BTreeSet::new(),
            open: BTreeMap::new(),
            counts: BTreeMap::new(),
            capacity,
            elsewhere: 0,
            changes: None,
        }
    }

    /// [`ReplayLog::claim`](super::ReplayLog::claim).
    ///
    /// # Errors
    ///
    /// [`Fault::StoreFull`]; nothing is changed then.
    pub fn claim(&mut self, request: &Request) -> Result<Claimed, Fault> {
        let now = self.see(request.demand.now);
        if request.keep_until <= now {
            return Ok(Claimed::Expired);
        }
        if let Some(entry) = self.entries.get(&request.key) {
            return Ok(match entry.again(request, now) {
                Again::Fresh(entry) => Claimed::Fresh(self.put(*entry)),
                Again::Resume(entry) => Claimed::Resume(self.put(*entry)),
                Again::Redeliver(entry, receipt) => Claimed::Redeliver(self.put(*entry), receipt),
                Again::Same(claimed) => claimed,
            });
        }
        if let Some(name) = &request.demand.payment_id
            && self.names.contains_key(&(request.payer.clone(), name.clone()))
        {
            return Ok(Claimed::Taken(Conflict::OtherPayment));
        }
        if let Some(limited) = self.limited(request, now) {
            return Ok(limited);
        }
        if self.held() >= self.capacity {
            return Err(Fault::StoreFull);
        }
        let entry = Entry::new(request, now);
        if let Some(name) = &entry.payment_id {
            self.names.insert((entry.payer.clone(), name.clone()), entry.key);
        }
        self.count(&entry, true);
        Ok(Claimed::Fresh(self.put(entry)))
    }

    /// [`ReplayLog::step`](super::ReplayLog::step).
    ///
    /// # Errors
    ///
    /// [`StepError`]; nothing is changed then.
    pub fn step(&mut self, claim: &Claim, step: Step, now: UnixSeconds) -> Result<Option<Entry>, StepError> {
        self.see(now);
        let before = self.entries.get(claim.key()).ok_or(Misstep::Unknown)?;
        let reported = match &step {
            Step::Settled(receipt) | Step::Sold(receipt) | Step::Watched(receipt, _) => Some(receipt.clone()),
            _ => None,
        };
        match before.step(claim, step)? {
            Verdict::Keep(after) => {
                if let Some(receipt) = &reported {
                    self.report(after.key, receipt)?;
                }
                let _held = self.put((*after).clone());
                Ok(Some(*after))
            }
            Verdict::Forget => {
                if let Some(gone) = self.entries.remove(claim.key()) {
                    self.forget(&gone);
                    // nothing was sold, so nothing counts against the payer
                    self.count(&gone, false);
                }
                Ok(None)
            }
        }
    }

    /// [`ReplayLog::open`](super::ReplayLog::open).
    #[must_use]
    pub fn open(&self, now: UnixSeconds) -> Vec<Entry> {
        let now = now.max(self.latest);
        let mut open: Vec<_> = self.entries.values().filter(|entry| entry.resumed(now, 0).is_some()).cloned().collect();
        open.sort_by_key(|entry| (entry.at, entry.key));
        open
    }

    /// [`ReplayLog::resume`](super::ReplayLog::resume).
    pub fn resume(&mut self, key: &ReplayKey, lease: u64, now: UnixSeconds) -> Option<Claim> {
        let now = self.see(now);
        let resumed = self.entries.get(key)?.resumed(now, lease)?;
        Some(self.put(*resumed))
    }

    /// [`ReplayLog::watched`](super::ReplayLog::watched).
    #[must_use]
    pub fn watched(&self, now: UnixSeconds, most: usize) -> Vec<Watched> {
        let now = now.max(self.latest);
        let watched = self.entries.values().filter_map(Entry::watched).filter(|watched| watched.until >= now);
        let mut watched: Vec<_> = watched.collect();
        watched.sort_by_key(|watched| (Reverse(watched.until), watched.key));
        watched.truncate(most);
        watched
    }

    /// [`ReplayLog::reopen`](super::ReplayLog::reopen).
    pub fn reopen(&mut self, key: &ReplayKey, transaction: &str, lease: u64, now: UnixSeconds) -> Option<Claim> {
        let now = self.see(now);
        let reopened = self.entries.get(key)?.reopened(transaction, now, lease)?;
        Some(self.put(*reopened))
    }

    /// [`ReplayLog::purge`](super::ReplayLog::purge).
    pub fn purge(&mut self, now: UnixSeconds) -> usize {
        let now = self.see(now);
        let over: Vec<_> = self.entries.values().filter(|entry| entry.is_over(now)).cloned().collect();
        for entry in &over {
            self.entries.remove(&entry.key);
            self.forget(entry);
        }
        let unwatched: Vec<_> = self.entries.values().filter_map(|entry| entry.unwatched(now)).collect();
        for entry in unwatched {
            let _held = self.put(*entry);
        }
        for ((_, span), slots) in &mut self.counts {
            *slots = slots.split_off(&rolling::oldest(Some(*span), now));
        }
        self.counts.retain(|_, slots| !slots.is_empty());
        over.len()
    }

    /// The entry of a payment.
    #[must_use]
    pub fn find(&self, key: &ReplayKey) -> Option<&Entry> {
        self.entries.get(key)
    }

    /// How many entries there are, those that are kept elsewhere included.
    #[must_use]
    pub fn held(&self) -> usize {
        self.entries.len().saturating_add(self.elsewhere)
    }

    /// Every entry.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values()
    }

    fn see(&mut self, now: UnixSeconds) -> UnixSeconds {
        self.latest = self.latest.max(now);
        self.latest
    }

    /// Whether the payer has had enough, and until when.
    fn limited(&self, request: &Request, now: UnixSeconds) -> Option<Claimed> {
        if let Some(quota) = request.demand.quota {
            let slots = self.counts.get(&(request.payer.clone(), quota.span));
            let oldest = rolling::oldest(Some(quota.span), now);
            let slots: Vec<_> = slots.into_iter().flat_map(|slots| slots.range(oldest..)).map(|(slot, n)| (*slot, *n)).collect();
            if let Some(limited) = over_quota(&slots, quota, now) {
                return Some(limited);
            }
        }
        let max = request.demand.exposure?;
        let open = self.open.get(&(request.payer.clone(), request.asset.clone()));
        let open = open.into_iter().flatten().filter_map(|key| self.entries.get(key)).map(|entry| entry.amount);
        over_exposure(open, request.amount, max)
    }

    /// A transaction that a stranger's answer names must be a new one (row 137). One that the chain's own logs were read of may hold
    /// several payments: each was looked for in it.
    fn report(&mut self, key: ReplayKey, receipt: &Receipt) -> Result<(), Misstep> {
        if receipt.transaction.is_empty() {
            return Ok(());
        }
        let place = (network_of(&key), receipt.transaction.clone());
        match self.transactions.get(&place) {
            Some(reported) if *reported == key || receipt.attested == Attested::Chain => Ok(()),
            Some(_) => Err(Misstep::TransactionReused),
            None => {
                self.transactions_of.insert((key, receipt.transaction.clone()));
                if let Some(changes) = &mut self.changes {
                    changes.transactions.insert(place.clone(), key);
                }
                self.transactions.insert(place, key);
                Ok(())
            }
        }
    }

    fn put(&mut self, entry: Entry) -> Claim {
        let claim = Claim::of(&entry);
        let place = (entry.payer.clone(), entry.asset.clone());
        if entry.is_open() {
            self.open.entry(place).or_default().insert(entry.key);
        } else {
            self.close(&place, &entry.key);
        }
        if let Some(changes) = &mut self.changes {
            changes.entries.insert(entry.key, Some(entry.clone()));
        }
        self.entries.insert(entry.key, entry);
        claim
    }

    fn close(&mut self, place: &(Account, Asset), key: &ReplayKey) {
        if let Some(keys) = self.open.get_mut(place) {
            keys.remove(key);
            if keys.is_empty() {
                self.open.remove(place);
            }
        }
    }

    /// Removes what else is kept of an entry that is gone.
    fn forget(&mut self, gone: &Entry) {
        self.close(&(gone.payer.clone(), gone.asset.clone()), &gone.key);
        if let Some(name) = &gone.payment_id {
            self.names.remove(&(gone.payer.clone(), name.clone()));
        }
        let first = (gone.key, Box::from(""));
        let reported: Vec<_> = self.transactions_of.range(first..).take_while(|(key, _)| *key == gone.key).cloned().collect();
        for (key, transaction) in reported {
            self.transactions.remove(&(network_of(&key), transaction.clone()));
            self.transactions_of.remove(&(key, transaction));
        }
        if let Some(changes) = &mut self.changes {
            changes.forget(gone.key);
        }
    }

    /// Counts an entry for its payer's quota, or no longer. What counts nothing takes no room: a payer costs nothing to make.
    fn count(&mut self, entry: &Entry, up: bool) {
        let Some(span) = entry.quota_span else { return };
        let (place, slot, one) = ((entry.payer.clone(), span), rolling::slot(Some(span), entry.at), Amount::from_u64(1));
        if let Some(changes) = &mut self.changes {
            changes.count(&entry.payer, span, slot, if up { 1 } else { -1 });
        }
        let slots = self.counts.entry(place.clone()).or_default();
        let before = slots.get(&slot).copied().unwrap_or(Amount::ZERO);
        let after = if up { before.checked_add(one) } else { before.checked_sub(one) }.unwrap_or(before);
        if after.is_zero() {
            slots.remove(&slot);
        } else {
            slots.insert(slot, after);
        }
        if slots.is_empty() {
            self.counts.remove(&place);
        }
    }
}

/// Whether a payer has made as many payments as a quota allows, given those of each slot.
#[must_use]
pub fn over_quota(slots: &[(u64, Amount)], quota: Quota, now: UnixSeconds) -> Option<Claimed> {
    let (one, max) = (Amount::from_u64(1), Amount::from_u64(quota.max.into()));
    match rolling::fits_at(slots, Some(quota.span), one, max, now) {
        Some(at) if at <= now => None,
        later => Some(Claimed::Limited(later)),
    }
}

/// Whether a payer has as much under way as may be, given the amounts that are.
pub fn over_exposure(open: impl IntoIterator<Item = Amount>, adding: Amount, max: Amount) -> Option<Claimed> {
    let sum = rolling::total(open).and_then(|sum| sum.checked_add(adding));
    if sum.is_some_and(|sum| sum <= max) { None } else { Some(Claimed::Limited(None)) }
}

const fn network_of(key: &ReplayKey) -> Network {
    key.network()
}

#[cfg(test)]
mod tests;
