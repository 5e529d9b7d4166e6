//! What a buyer asks of whoever keeps its purchases.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::future::Future;

use quittance_core::{Amount, Denial, Fault, UnixSeconds};

use super::{Limit, Meter, Misstep, Purchase, Record, Step, Sum};
use crate::durability::Durability;
use crate::label::PurchaseId;

/// Keeps purchases, and with them the budgets.
///
/// Every method is one atomic step, as durable when it returns as the [step](Step::durability) or the [reservation](Reserve::DURABILITY)
/// needs. [`reserve`](Self::reserve) is the one that decides: of two callers that want the last of a budget, or the same purchase, one gets
/// a [`Ticket`], whichever processes they are in (catalogue rows 121, 188 and 210). If it wrongly said that there is room, a budget would be overspent; if it wrongly says that there is none, a purchase is refused
/// that could have been made.
pub trait Ledger {
    /// Sets the price of a purchase aside, if every limit has room for it and the purchase is not under way or done already.
    ///
    /// An attempt that was left without a signature until its lease ran out is released first, also when the new one is then refused.
    fn reserve(&self, request: &Reserve<'_>) -> impl Future<Output = Result<Reserved, ReserveError>> + Send;

    /// Takes a step with the attempt of a ticket. [`Step::Sign`] must have returned before the signed bytes are sent.
    fn step(&self, ticket: &Ticket, step: Step, now: UnixSeconds) -> impl Future<Output = Result<Record, StepError>> + Send;

    /// The latest attempt of a purchase.
    fn find(&self, id: &PurchaseId) -> impl Future<Output = Result<Option<Record>, Fault>> + Send;

    /// The attempts whose outcome is open, oldest first, for whoever starts again after a crash.
    fn open(&self) -> impl Future<Output = Result<Vec<Record>, Fault>> + Send;

    /// What a meter shows.
    fn spent(&self, sum: &Sum, now: UnixSeconds) -> impl Future<Output = Result<Amount, Fault>> + Send;
}

/// One ledger of several buyers: their purchases need names of their own, and count together in every sum.
impl<L: Ledger> Ledger for Arc<L> {
    fn reserve(&self, request: &Reserve<'_>) -> impl Future<Output = Result<Reserved, ReserveError>> + Send {
        (**self).reserve(request)
    }

    fn step(&self, ticket: &Ticket, step: Step, now: UnixSeconds) -> impl Future<Output = Result<Record, StepError>> + Send {
        (**self).step(ticket, step, now)
    }

    fn find(&self, id: &PurchaseId) -> impl Future<Output = Result<Option<Record>, Fault>> + Send {
        (**self).find(id)
    }

    fn open(&self) -> impl Future<Output = Result<Vec<Record>, Fault>> + Send {
        (**self).open()
    }

    fn spent(&self, sum: &Sum, now: UnixSeconds) -> impl Future<Output = Result<Amount, Fault>> + Send {
        (**self).spent(sum, now)
    }
}

/// A purchase to be set aside, and what has to have room for it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Reserve<'a> {
    /// The purchase.
    pub purchase: &'a Purchase,
    /// The limits, from the policy's decision.
    pub limits: &'a [Limit],
    /// For how many seconds nobody else may take over while nothing is signed.
    pub lease: u64,
    /// The time, from the caller's clock. A ledger never goes back behind the latest that it was told (row 213).
    pub now: UnixSeconds,
}

impl<'a> Reserve<'a> {
    /// How long a lease is unless somebody says otherwise: long enough to sign, short enough to wait for after a crash.
    pub const LEASE: u64 = 60;

    /// How far a reservation has come when it is answered. If a loss of power takes it, it takes nothing that moved: the bytes that are signed
    /// for it leave when [`Step::Sign`] has returned, which is flushed and takes the reservation along. A reservation without a signature is
    /// forgotten with its lease anyway.
    pub const DURABILITY: Durability = Durability::Written;

    /// A purchase under limits.
    #[must_use]
    pub const fn new(purchase: &'a Purchase, limits: &'a [Limit], now: UnixSeconds) -> Self {
        Self { purchase, limits, lease: Self::LEASE, now }
    }

    /// The same with another lease, for signers that wait for a person.
    #[must_use]
    pub const fn with_lease(self, seconds: u64) -> Self {
        Self { lease: seconds, ..self }
    }
}

/// The right to sign once for a purchase.
#[derive(Clone, PartialEq, Eq, Debug)]
#[must_use = "an amount that is set aside has to be signed for or released"]
pub struct Ticket {
    id: PurchaseId,
    attempt: u32,
}

impl Ticket {
    /// The ticket of an attempt that this process began, or finds open after a crash.
    pub fn of(record: &Record) -> Self {
        Self { id: record.purchase.id.clone(), attempt: record.attempt }
    }

    /// The purchase.
    #[must_use]
    pub const fn id(&self) -> &PurchaseId {
        &self.id
    }

    /// The attempt.
    #[must_use]
    pub const fn attempt(&self) -> u32 {
        self.attempt
    }
}

/// What became of a reservation.
#[derive(Clone, PartialEq, Eq, Debug)]
#[expect(clippy::exhaustive_enums, reason = "a buyer must treat the two apart")]
#[must_use = "only a ticket allows to sign"]
pub enum Reserved {
    /// The amount is set aside, and the caller alone may sign.
    Fresh(Ticket),
    /// The purchase is under way, or done: what was signed for it may be sent again, and nothing else may be signed (row 188).
    Again(Box<Record>),
}

/// Why nothing was set aside.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReserveError {
    /// A limit has no room.
    #[error(transparent)]
    Over(OverLimit),
    /// The policy limits sessions, and the purchase names none.
    #[error("the policy has a limit for a session and the purchase belongs to none")]
    NoSession,
    /// The name of the purchase stands for another request, or for another task.
    #[error("the name of this purchase was given to another request before")]
    OtherPurchase,
    /// The approval was used before: a person's word is for one payment (catalogue row 217).
    #[error("the approval was used for a payment before")]
    ApprovalUsed,
    /// The ledger cannot be asked.
    #[error("{0}")]
    Fault(Fault),
}

impl ReserveError {
    /// What our own side says, unless it is an outage, which says nothing.
    #[must_use]
    pub const fn denial(&self) -> Option<Denial> {
        match self {
            Self::Over(_) => Some(Denial::OverBudget),
            Self::NoSession => Some(Denial::NoSession),
            Self::OtherPurchase => Some(Denial::OtherPurchase),
            Self::ApprovalUsed => Some(Denial::ApprovalUsed),
            Self::Fault(_) => None,
        }
    }
}

/// A limit that has no room.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct OverLimit {
    /// What is limited.
    pub meter: Meter,
    /// The most it may come to.
    pub max: Amount,
    /// What it has come to.
    pub spent: Amount,
    /// What was to be added.
    pub asked: Amount,
    /// From when on there is room, if nothing else is bought; never, if time makes no room.
    pub room_at: Option<UnixSeconds>,
}

impl fmt::Display for OverLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the {} budget of {} has {} spent or set aside, {} more is too much",
            self.meter, self.max, self.spent, self.asked
        )
    }
}

impl core::error::Error for OverLimit {}

/// Why a step was not taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StepError {
    /// It is no step from where the attempt stands.
    #[error(transparent)]
    Misstep(Misstep),
    /// The ledger cannot be asked, and the step may or may not have been taken: ask [`Ledger::find`], or take it again.
    #[error("{0}")]
    Fault(Fault),
}

impl From<Misstep> for StepError {
    fn from(misstep: Misstep) -> Self {
        Self::Misstep(misstep)
    }
}
