//! The rules of a ledger over plain maps.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use quittance_core::{Amount, Fault, UnixSeconds};

use super::{
    Limit, Meter, Misstep, OverLimit, Purchase, Record, Reserve, ReserveError, Reserved, State, Step, StepError, Sum, Ticket,
    Unspent,
};
use crate::label::PurchaseId;
use crate::policy::ApprovalId;
use crate::rolling;

mod part;

pub use part::Changes;

/// A ledger without a place to keep it.
///
/// It is bounded: when it holds as many attempts as it may, further purchases are refused, and nothing is forgotten to make room (catalogue
/// row 122).
#[derive(Clone, Debug)]
pub struct Book {
    latest: UnixSeconds,
    /// The attempts of each purchase, in order.
    records: BTreeMap<PurchaseId, Vec<Record>>,
    sums: BTreeMap<Sum, BTreeMap<u64, Amount>>,
    /// The latest attempt that each approval was given for.
    approvals: BTreeMap<ApprovalId, (PurchaseId, u32)>,
    /// How many attempts there are, those that are kept elsewhere included.
    attempts: usize,
    capacity: usize,
    /// What has changed, if somebody else keeps it.
    changes: Option<Changes>,
}

impl Book {
    /// An empty ledger for so many attempts.
    #[must_use]
    pub const fn new(capacity: usize) -> Self {
        Self {
            latest: UnixSeconds::from_secs(0),
            records: BTreeMap::new(),
            sums: BTreeMap::new(),
            approvals: BTreeMap::new(),
            attempts: 0,
            capacity,
            changes: None,
        }
    }

    /// [`Ledger::reserve`](super::Ledger::reserve).
    ///
    /// # Errors
    ///
    /// [`ReserveError`]; nothing is set aside then.
    pub fn reserve(&mut self, request: &Reserve<'_>) -> Result<Reserved, ReserveError> {
        let now = self.see(request.now);
        let purchase = request.purchase;
        let before = self.records.get(&purchase.id).and_then(|attempts| attempts.last()).cloned();
        let next = match Standing::of(before.as_ref(), purchase, now)? {
            Standing::Free { attempt } => attempt,
            Standing::Lapsed { attempt } => {
                if let Some(lapsed) = before {
                    let released = lapsed
                        .step(Step::Release(Unspent::NeverSigned))
                        .map_err(|_| ReserveError::Fault(Fault::StoreInconsistent))?;
                    self.replace(&lapsed, released).map_err(ReserveError::Fault)?;
                }
                attempt
            }
            Standing::Taken => {
                return before.map(|before| Reserved::Again(before.into())).ok_or(ReserveError::Fault(Fault::StoreInconsistent));
            }
        };
        if self.attempts >= self.capacity {
            return Err(ReserveError::Fault(Fault::StoreFull));
        }
        if purchase.approval.is_some_and(|approval| self.is_used(&approval)) {
            return Err(ReserveError::ApprovalUsed);
        }
        for limit in request.limits {
            let sum = Sum::of(purchase, limit.meter).ok_or(ReserveError::NoSession)?;
            judge(limit, &self.slots(&sum, now), purchase.amount, now)?;
        }
        let lease = now.checked_add(request.lease).unwrap_or(now);
        let record = Record::reserved(purchase.clone(), next, now, lease);
        self.count(&record, Amount::ZERO, record.counts()).map_err(|meter| ReserveError::Over(overflow(meter, purchase.amount)))?;
        let ticket = Ticket::of(&record);
        self.note(&record);
        if let Some(approval) = purchase.approval {
            self.approvals.insert(approval, (purchase.id.clone(), next));
        }
        // most purchases have one attempt, and a vector that grows by itself begins with room for four
        self.records.entry(purchase.id.clone()).or_insert_with(|| Vec::with_capacity(1)).push(record);
        self.attempts = self.attempts.saturating_add(1);
        Ok(Reserved::Fresh(ticket))
    }

    /// [`Ledger::step`](super::Ledger::step).
    ///
    /// # Errors
    ///
    /// [`StepError`]; nothing is changed then.
    pub fn step(&mut self, ticket: &Ticket, step: Step, now: UnixSeconds) -> Result<Record, StepError> {
        self.see(now);
        let before =
            self.records.get(ticket.id()).and_then(|attempts| attempts.iter().find(|record| record.attempt == ticket.attempt()));
        let before = before.ok_or(Misstep::Unknown)?.clone();
        let after = before.step(step)?;
        self.replace(&before, after.clone()).map_err(StepError::Fault)?;
        Ok(after)
    }

    /// [`Ledger::find`](super::Ledger::find).
    #[must_use]
    pub fn find(&self, id: &PurchaseId) -> Option<&Record> {
        self.records.get(id)?.last()
    }

    /// [`Ledger::open`](super::Ledger::open).
    #[must_use]
    pub fn open(&self) -> Vec<Record> {
        let mut open: Vec<_> = self.records().filter(|record| record.is_open()).cloned().collect();
        open.sort_by(|a, b| (a.at, &a.purchase.id).cmp(&(b.at, &b.purchase.id)));
        open
    }

    /// [`Ledger::spent`](super::Ledger::spent).
    #[must_use]
    pub fn spent(&self, sum: &Sum, now: UnixSeconds) -> Amount {
        rolling::total(self.slots(sum, now.max(self.latest)).into_iter().map(|(_, amount)| amount)).unwrap_or(Amount::MAX)
    }

    /// Every attempt, by purchase and in order.
    pub fn records(&self) -> impl Iterator<Item = &Record> {
        self.records.values().flatten()
    }

    /// Whether an approval was given for an attempt that was signed or may still be. One that was released before anything was signed has
    /// cost nothing, and the person's word still stands.
    fn is_used(&self, approval: &ApprovalId) -> bool {
        let Some((id, attempt)) = self.approvals.get(approval) else { return false };
        let record = self.records.get(id).and_then(|attempts| attempts.iter().find(|record| record.attempt == *attempt));
        record.is_none_or(Record::uses_approval)
    }

    /// The latest time that was ever seen.
    fn see(&mut self, now: UnixSeconds) -> UnixSeconds {
        self.latest = self.latest.max(now);
        self.latest
    }

    fn slots(&self, sum: &Sum, now: UnixSeconds) -> Vec<(u64, Amount)> {
        let slots = self.sums.get(sum);
        slots
            .into_iter()
            .flat_map(|slots| slots.range(rolling::oldest(sum.span(), now)..))
            .map(|(slot, amount)| (*slot, *amount))
            .collect()
    }

    /// Puts a record in the place of the one before it, and what it counts for in the place of what that one counted for.
    fn replace(&mut self, before: &Record, after: Record) -> Result<(), Fault> {
        self.count(&after, before.counts(), after.counts()).map_err(|_| Fault::StoreInconsistent)?;
        let attempts = self.records.get_mut(&after.purchase.id);
        let place = attempts.and_then(|attempts| attempts.iter_mut().find(|record| record.attempt == after.attempt));
        *place.ok_or(Fault::StoreInconsistent)? = after.clone();
        self.note(&after);
        Ok(())
    }

    fn note(&mut self, record: &Record) {
        if let Some(changes) = &mut self.changes {
            changes.records.insert((record.purchase.id.clone(), record.attempt), record.clone());
        }
    }

    /// Exchanges what an attempt counts for in each of its sums, all or none.
    fn count(&mut self, record: &Record, less: Amount, more: Amount) -> Result<(), Meter> {
        let mut changed = Vec::new();
        for meter in Meter::ALL {
            let Some(sum) = Sum::of(&record.purchase, meter) else { continue };
            let slot = rolling::slot(sum.span(), record.at);
            let counted = self.sums.get(&sum).and_then(|slots| slots.get(&slot)).copied().unwrap_or(Amount::ZERO);
            let counts = counted.checked_sub(less).and_then(|rest| rest.checked_add(more)).ok_or(meter)?;
            changed.push((sum, slot, counts));
        }
        for (sum, slot, counts) in changed {
            if let Some(changes) = &mut self.changes {
                changes.sums.insert((sum.clone(), slot), counts);
            }
            self.sums.entry(sum).or_default().insert(slot, counts);
        }
        Ok(())
    }
}

/// Where a purchase stands when somebody wants to begin it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(clippy::exhaustive_enums, reason = "a store must treat all three apart")]
pub enum Standing {
    /// Nothing stands in the way of this attempt.
    Free {
        /// Its number.
        attempt: u32,
    },
    /// The attempt before was left without a signature, and its lease has run out: it is to be released, and this one begins.
    Lapsed {
        /// Its number.
        attempt: u32,
    },
    /// The attempt before stands.
    Taken,
}

impl Standing {
    /// Where a purchase stands, given its latest attempt.
    ///
    /// # Errors
    ///
    /// [`ReserveError::OtherPurchase`] when the name was given to another request or task.
    pub fn of(before: Option<&Record>, purchase: &Purchase, now: UnixSeconds) -> Result<Self, ReserveError> {
        let Some(before) = before else { return Ok(Self::Free { attempt: 1 }) };
        if before.purchase.request != purchase.request || before.purchase.task != purchase.task {
            return Err(ReserveError::OtherPurchase);
        }
        let attempt = before.attempt.checked_add(1).ok_or(ReserveError::Fault(Fault::StoreFull))?;
        Ok(match &before.state {
            State::Reserved { lease } if *lease < now => Self::Lapsed { attempt },
            State::Reserved { .. } | State::Signed | State::Settled(_) => Self::Taken,
            State::Released(_) => Self::Free { attempt },
        })
    }
}

/// Whether a limit has room for an amount beside what its slots hold.
///
/// # Errors
///
/// [`ReserveError::Over`].
pub fn judge(limit: &Limit, slots: &[(u64, Amount)], asked: Amount, now: UnixSeconds) -> Result<(), ReserveError> {
    let spent = rolling::total(slots.iter().map(|(_, amount)| *amount));
    if spent.and_then(|spent| spent.checked_add(asked)).is_some_and(|sum| sum <= limit.max) {
        return Ok(());
    }
    let room_at = rolling::fits_at(slots, limit.meter.span(), asked, limit.max, now);
    let spent = spent.unwrap_or(Amount::MAX);
    Err(ReserveError::Over(OverLimit { meter: limit.meter, max: limit.max, spent, asked, room_at }))
}

/// A sum would be beyond every amount, which no limit allows.
pub(super) const fn overflow(meter: Meter, asked: Amount) -> OverLimit {
    OverLimit { meter, max: Amount::MAX, spent: Amount::MAX, asked, room_at: None }
}

#[cfg(test)]
mod tests;
