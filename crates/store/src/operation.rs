//! What can be asked of a store, as values that wait in its queue.

use quittance_core::{Fault, ReplayKey, UnixSeconds, sha256};
use quittance_guard::Durability;
use quittance_guard::budget::{self, Book, Limit, Purchase, Record, Reserve, ReserveError, Reserved, Sum, Ticket};
use quittance_guard::replay::{self, Claim, Claimed, Entry, Register, Request};
use tokio::sync::oneshot;

use crate::trace::Trace;
use crate::{purchases, word};

/// A question, and who waits for the answer.
pub(crate) struct Job {
    pub(crate) operation: Operation,
    pub(crate) reply: oneshot::Sender<Result<Reply, Fault>>,
}

/// A question that may change something.
pub(crate) enum Operation {
    Claim(Box<Request>),
    Step { claim: Claim, step: replay::Step, now: UnixSeconds },
    Resume { key: ReplayKey, lease: u64, now: UnixSeconds },
    Reopen { key: ReplayKey, transaction: Box<str>, lease: u64, now: UnixSeconds },
    Purge { now: UnixSeconds },
    Reserve { purchase: Box<Purchase>, limits: Box<[Limit]>, lease: u64, now: UnixSeconds },
    Take { ticket: Ticket, step: budget::Step, now: UnixSeconds },
    Note(Trace),
}

/// An answer.
pub(crate) enum Reply {
    Claimed(Result<Claimed, Fault>),
    Stepped(Result<Option<Entry>, replay::StepError>),
    Resumed(Option<Claim>),
    /// How many payments were forgotten, and whether there is more to forget.
    Purged(usize, bool),
    Reserved(Result<Reserved, ReserveError>),
    Taken(Result<Record, budget::StepError>),
    Noted,
}

impl Operation {
    /// Lets the rules decide, which have been told what this operation depends on.
    pub(crate) fn decide(&self, register: &mut Register, book: &mut Book) -> Reply {
        match self {
            Self::Claim(request) => Reply::Claimed(register.claim(request)),
            Self::Step { claim, step, now } => Reply::Stepped(register.step(claim, step.clone(), *now)),
            Self::Resume { key, lease, now } => Reply::Resumed(register.resume(key, *lease, *now)),
            Self::Purge { now } => Reply::Purged(register.purge(*now), false),
            Self::Reopen { key, transaction, lease, now } => Reply::Resumed(register.reopen(key, transaction, *lease, *now)),
            Self::Reserve { purchase, limits, lease, now } => {
                Reply::Reserved(book.reserve(&Reserve::new(purchase, limits, *now).with_lease(*lease)))
            }
            Self::Take { ticket, step, now } => Reply::Taken(book.step(ticket, step.clone(), *now)),
            Self::Note(_) => Reply::Noted,
        }
    }

    /// How far it must have come when it is answered.
    pub(crate) fn durability(&self) -> Durability {
        match self {
            Self::Claim(request) => request.demand.durability,
            Self::Step { step, .. } => step.durability(),
            Self::Take { step, .. } => step.durability(),
            Self::Reserve { .. } => Reserve::DURABILITY,
            Self::Resume { .. } | Self::Reopen { .. } | Self::Purge { .. } | Self::Note(_) => Durability::Flushed,
        }
    }

    /// The payment that it is about.
    pub(crate) fn payment(&self) -> Option<&ReplayKey> {
        match self {
            Self::Claim(request) => Some(&request.key),
            Self::Step { claim, .. } => Some(claim.key()),
            Self::Resume { key, .. } | Self::Reopen { key, .. } => Some(key),
            Self::Purge { .. } | Self::Reserve { .. } | Self::Take { .. } | Self::Note(_) => None,
        }
    }

    /// The names of what nobody else may touch meanwhile, except for sums.
    pub(crate) fn locks(&self) -> Vec<i64> {
        let mut locks: Vec<_> = self.payment().map(|key| lock("payment", key)).into_iter().collect();
        match self {
            Self::Claim(request) => {
                let demand = &request.demand;
                if demand.payment_id.is_some() || demand.quota.is_some() || demand.exposure.is_some() {
                    locks.push(lock("payer", &request.payer));
                }
            }
            Self::Step {
                claim,
                step: replay::Step::Settled(receipt) | replay::Step::Sold(receipt) | replay::Step::Watched(receipt, _),
                ..
            } => {
                locks.push(lock("settlement", &format_args!("{}/{}", claim.key().network(), receipt.transaction)));
            }
            Self::Reserve { purchase, .. } => {
                locks.push(lock("purchase", &purchase.id));
                locks.extend(purchase.approval.map(|approval| lock("approval", &approval)));
            }
            Self::Take { ticket, .. } => locks.push(lock("purchase", ticket.id())),
            Self::Step { .. } | Self::Resume { .. } | Self::Reopen { .. } | Self::Purge { .. } | Self::Note(_) => {}
        }
        locks
    }
}

/// The number of a sum among locks.
pub(crate) fn lock_of_sum(sum: &Sum) -> i64 {
    let (meter, subject) = purchases::names(sum);
    lock("budget", &format_args!("{meter}/{subject}/{}", word::asset_text(&sum.asset)))
}

/// The number of a payment among locks.
pub(crate) fn lock_of_payment(key: &ReplayKey) -> i64 {
    lock("payment", key)
}

/// A name as a number. Two names with one number would wait for each other without need, and nothing else.
fn lock(kind: &str, name: &dyn core::fmt::Display) -> i64 {
    let hash = sha256(format!("quittance/{kind}/{name}").as_bytes());
    hash.first_chunk().copied().map_or(0, i64::from_be_bytes)
}
