//! What a seller or a facilitator asks of whoever keeps its payments.

use alloc::vec::Vec;
use core::future::Future;

use quittance_core::{Fault, ReplayKey, UnixSeconds};

use super::{Claim, Claimed, Entry, Misstep, Request, Step, Watched};
use crate::reach::{Identity, Reach};

/// Keeps payments from being used twice.
///
/// Every method is one atomic step, as durable when it returns as the step [needs](Step::durability), and a claim as is
/// [demanded](super::Demand::durability). [`claim`](Self::claim) is the one that decides: of any number of callers with
/// the same payment, in whichever processes, one gets a [`Claim`] (catalogue rows 116, 117 and 121). If it wrongly said
/// [`Fresh`](Claimed::Fresh), a payment would buy twice; if it wrongly says [`Taken`](Claimed::Taken), a buyer is turned away who has paid.
/// A log that cannot remember any more refuses, and forgets nothing to make room (row 122).
pub trait ReplayLog {
    /// Who may share it.
    fn reach(&self) -> Reach;

    /// Which log it is.
    fn identity(&self) -> Identity;

    /// Claims a payment for a request.
    fn claim(&self, request: &Request) -> impl Future<Output = Result<Claimed, Fault>> + Send;

    /// What is remembered of a payment, for somebody who only wants to know. It decides nothing: it may have changed by the time it is read.
    fn find(&self, key: &ReplayKey) -> impl Future<Output = Result<Option<Entry>, Fault>> + Send;

    /// Takes a step with a payment that is held; `None` when the entry is gone with it. [`Step::Settling`] must have returned before the
    /// request to settle leaves (rule 12).
    fn step(&self, claim: &Claim, step: Step, now: UnixSeconds) -> impl Future<Output = Result<Option<Entry>, StepError>> + Send;

    /// The payments whose outcome nobody is at any more, oldest first and with what was sent, for whoever starts again after a crash. Of a later
    /// time it gives those too that will be nobody's by then, and of the end of time everyone whose outcome is open.
    fn open(&self, now: UnixSeconds) -> impl Future<Output = Result<Vec<Entry>, Fault>> + Send;

    /// Goes on with one of them, for so many seconds alone. What was sent may have changed since it was listed; the entry that
    /// [`Step::Settling`] with nothing gives is the present one.
    fn resume(&self, key: &ReplayKey, lease: u64, now: UnixSeconds) -> impl Future<Output = Result<Option<Claim>, Fault>> + Send;

    /// The settlements that are looked after ([`Watched`](Step::Watched), [`FailedWatched`](Step::FailedWatched)), so many at most, those first that are looked after longest.
    fn watched(&self, now: UnixSeconds, most: usize) -> impl Future<Output = Result<Vec<Watched>, Fault>> + Send;

    /// The chain has taken back the transaction that a settlement was watched in, or, where none is named, what showed that it had failed: its outcome
    /// is open again, and whoever says so first goes on with it, for so many seconds alone.
    fn reopen(
        &self,
        key: &ReplayKey,
        transaction: &str,
        lease: u64,
        now: UnixSeconds,
    ) -> impl Future<Output = Result<Option<Claim>, Fault>> + Send;

    /// Forgets what is over, also what was kept of settlements that are not looked after any more, and says how many payments that were.
    fn purge(&self, now: UnixSeconds) -> impl Future<Output = Result<usize, Fault>> + Send;
}

/// Why a step was not taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StepError {
    /// It is no step from where the payment stands.
    #[error(transparent)]
    Misstep(Misstep),
    /// The log cannot be asked, and the step may or may not have been taken: take it again.
    #[error("{0}")]
    Fault(Fault),
}

impl From<Misstep> for StepError {
    fn from(misstep: Misstep) -> Self {
        Self::Misstep(misstep)
    }
}
