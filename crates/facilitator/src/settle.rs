//! One settlement, from the check to the outcome.
//!
//! ```text
//! check ─▶ claim ─▶ estimate ─▶ dispatch ─▶ kept, sent ─▶ in a block, deep enough ─▶ settled
//!   └──────── refused, nothing kept ────────┘                    └─▶ why not? ─▶ settled by another, failed, or once more
//! ```
//!
//! It verifies for itself; that somebody verified before proves nothing (specification v2, section 7.2). Until something is kept, whatever goes
//! wrong frees the payment. From then on only evidence ends it (rules 12 to 14): a receipt with its logs, the use or the cancellation of
//! the nonce by somebody else, or the end of the window with the nonce unused. A fault is none, a timer is none; both are waited out.
//!
//! What has to come before the call that moves the money, a wallet or an approval, is looked for on the chain each time (`ahead`).
//!
//! Evidence counts at the [configured depth](crate::ChainSettings::confirmations). A receipt that is gone before that was none. What was settled is
//! looked after [for a while](crate::ChainSettings::watch), with what was sent for it kept in the log: one that a deeper reorganisation takes
//! back (catalogue row 147) is open again, nobody is told its receipt any more, and it goes on from the same signed bytes. It ends by evidence once
//! more, and by less of it: that the payer has no money now ends nothing as long as the window is open, because somebody was told that this was paid.
//! If it cannot be settled any more it is lost: an error in the log of the process, a [state](SettlementState::Lost) in the metrics, and an entry
//! in the log of payments that is never forgotten.
//!
//! What has failed by evidence is looked after as well, and as long. If a deeper reorganisation takes that back, a cancellation say, and puts a
//! transaction of ours or a stranger's in a block after all, the payer has paid what the seller was told it did not get: that is noticed, and from then on
//! the log says settled, to whoever asks. Until it is known nothing is sent for it, and it is failed to whoever asks.
//!
//! What a payer was given for gas is given once more only when the first can arrive no more, and by a settlement that was taken back only if it gave the
//! first: the one that did may be taken back as well.

mod ahead;
mod begin;
mod conclude;
mod gift;
mod prepare;
mod resume;

use std::time::Duration;

use quittance_core::chain::{Call, Plan, Step as PlanStep};
use quittance_core::proof::{Admitted, Settled};
use quittance_core::{Fault, Rejection, ReplayKey, UnixSeconds};
use quittance_guard::receipt::{Attested, Receipt};
use quittance_guard::replay::{Claim, Step, StepError};
use quittance_guard::{PurchaseId, ReplayLog};
use tokio::time::Instant;

use crate::case::Case;
use crate::chain::{Chain, TransactionHash};
use crate::dispatch::Company;
use crate::engine::Engine;
use crate::gifts::{Gift, Place};
use crate::lane::Lane;
use crate::metrics::SettlementState;
use crate::open::{Outcome, Progress, Ticket};
use crate::record::Record;
use crate::vigil::Ward;
use crate::watch::Wait;

pub(crate) use begin::{known, settle};
pub(crate) use resume::{after_failure, go_on, revived, vanished};

/// A settlement that this process holds the claim of.
struct Settlement<'a, C, L> {
    engine: &'a Engine<C, L>,
    lane: &'a Lane<C>,
    ticket: &'a Ticket,
    case: Case,
    admitted: Admitted,
    claim: Claim,
    plan: Plan,
    /// What moves the money; none where nothing is charged.
    call: Option<Call>,
    company: Company,
    /// What such a call took a moment ago, if it was simulated just now.
    gas: Option<u64>,
    record: Record,
    wait: Wait,
    /// The transaction that it was settled by before the chain took that back.
    taken_back: Option<Box<str>>,
    /// Whether the log has it.
    kept: bool,
    /// Since when the claim is held, for as long as a lease.
    held: Instant,
    /// What its transactions have cost so far without moving the money, in wei, as far as it was seen.
    spent: u128,
    /// The right to give the payer something for gas.
    gift: Option<Gift>,
    /// What was set aside to be given, as long as it is known that nobody has signed it.
    aside: Option<PurchaseId>,
    /// The right to wait for the payer's approval, and since when it waits.
    place: Option<(Place, Instant)>,
    /// How many looks in a row found that what was given can arrive no more.
    lost: u32,
    /// How many gifts the ledger knows the end of.
    counted: usize,
    /// How many transactions there were when it came into these hands.
    former: usize,
}

/// How a settlement ends here.
#[derive(Debug)]
enum End {
    /// The money moved in this transaction.
    Paid(TransactionHash),
    /// There was nothing to charge.
    Nothing,
    /// It will not move any more.
    Failed(Rejection, Option<TransactionHash>),
    /// Nothing was sent, for this reason.
    Refused(Rejection),
    /// Nothing was sent, because something is down.
    Unsent(Fault),
    /// Somebody else is at it by now.
    Stale,
}

/// What is kept of a refusal. That an approval failed says nothing about the payment, which the payer may approve of in another way.
const fn free(rejection: Rejection) -> Rejection {
    match rejection {
        Rejection::Erc20ApprovalTxFailed => Rejection::Permit2Allowance,
        other => other,
    }
}

/// Somebody else has the settlement.
struct Stale;

/// The longest window that a failure is looked after for, in seconds.
const DAY: u64 = 86_400;
/// How long to wait before something that is down is asked again.
const AGAIN: Duration = Duration::from_secs(1);

impl<'a, C: Chain + 'static, L: ReplayLog + Send + Sync + 'static> Settlement<'a, C, L> {
    /// A settlement of what was admitted.
    fn new(
        (engine, lane, ticket): (&'a Engine<C, L>, &'a Lane<C>, &'a Ticket),
        case: Case,
        admitted: Admitted,
        claim: Claim,
        record: Record,
        company: Company,
    ) -> Result<Self, (Rejection, Claim)> {
        let plan = match case.scheme.plan(&admitted, case.charge) {
            Ok(plan) => plan,
            Err(rejection) => return Err((rejection, claim)),
        };
        let known = |step: &PlanStep| matches!(step, PlanStep::Deploy { .. } | PlanStep::Fund { .. } | PlanStep::Broadcast(_));
        let call = match plan.steps.as_slice() {
            [] => None,
            [first @ .., PlanStep::Call(call)] if first.iter().all(known) => Some(call.clone()),
            _ => return Err((Rejection::UnsupportedPayloadType, claim)),
        };
        // who has something done first is alone
        let company = if plan.shareable().is_some() { company } else { Company::Alone };
        let mut wait = lane.watcher.wait();
        record.tries.iter().for_each(|one| wait.also(one.hash));
        let (gas, kept, spent, gift, lost, former) = (None, false, 0, None, 0, record.tries.len());
        Ok(Self {
            engine,
            lane,
            ticket,
            case,
            admitted,
            claim,
            plan,
            call,
            company,
            gas,
            record,
            wait,
            kept,
            held: Instant::now(),
            spent,
            gift,
            aside: None,
            place: None,
            lost,
            counted: 0,
            former,
            taken_back: None,
        })
    }

    /// Whether the payer's wallet may still have to be deployed.
    fn deploys(&self) -> bool {
        self.plan.steps.iter().any(|step| matches!(step, PlanStep::Deploy { .. }))
    }

    const fn key(&self) -> &ReplayKey {
        self.claim.key()
    }

    /// Writes the end down and says it.
    async fn end(mut self, end: End) -> Outcome {
        // who goes on with it, which may be this process again, has a right of its own
        drop((self.gift.take(), self.place.take()));
        // whoever goes on with it sets the same aside, and may have signed it
        if self.aside.is_some() && !matches!(end, End::Stale) && self.hold().await.is_ok() {
            self.keep_what_was_set_aside().await;
        }
        let (engine, lane, ticket) = (self.engine, self.lane, self.ticket);
        let (charged, network) = (self.case.charge, self.lane.network);
        let (step, state) = match &end {
            End::Paid(hash) => {
                (Some(self.paid(Receipt::new(charged, &hash.to_string(), Attested::Chain))), SettlementState::Settled)
            }
            End::Nothing => (Some(Step::Settled(Receipt::new(charged, "", Attested::Answer))), SettlementState::Settled),
            End::Failed(rejection, _) if self.taken_back.is_some() => (Some(self.failed_for(*rejection)), SettlementState::Lost),
            End::Failed(rejection, _) => (Some(self.failed_for(*rejection)), SettlementState::Failed),
            End::Refused(_) => (Some(Step::Release), SettlementState::Failed),
            End::Unsent(_) => (Some(Step::Release), SettlementState::Unknown),
            End::Stale => (None, SettlementState::Unknown),
        };
        let watched_until =
            if let Some(Step::Watched(_, until) | Step::FailedWatched(_, until)) = &step { Some(*until) } else { None };
        let taken = match step {
            Some(step) => self.take(step).await,
            None => Err(Stale),
        };
        match (taken, end) {
            (Ok(()), End::Paid(hash)) => {
                engine.metrics.settlement(network, state);
                tracing::info!(%network, transaction = %hash, before = self.taken_back.as_deref(), "settled");
                if let Some(until) = watched_until {
                    let ward = Ward { key: *self.claim.key(), transaction: Some(hash), until };
                    lane.vigil.add(ward, lane.watcher.place(&hash));
                }
                let settled = Settled::assertion(self.admitted, hash.to_string(), charged);
                engine.memory.learn(&settled);
                Outcome::Settled { transaction: settled.transaction().to_owned(), charged }
            }
            (Ok(()), End::Nothing) => {
                engine.metrics.settlement(network, state);
                Outcome::Settled { transaction: String::new(), charged }
            }
            (Ok(()), End::Failed(rejection, hash)) => {
                engine.metrics.settlement(network, state);
                match &self.taken_back {
                    Some(before) => {
                        let key = self.claim.key();
                        tracing::error!(%network, %key, transaction = before, code = rejection.code(), "lost: taken back by the chain");
                    }
                    None => tracing::info!(%network, code = rejection.code(), "failed"),
                }
                if let Some(until) = watched_until {
                    // where that is known to stand the first look shows
                    lane.vigil.add(Ward { key: *self.claim.key(), transaction: None, until }, None);
                }
                Outcome::Refused(rejection, hash)
            }
            // what could not be given back is given back when its lease is over
            (_, End::Refused(rejection)) => Outcome::Refused(rejection, None),
            (_, End::Unsent(fault)) => Outcome::Faulted(fault),
            (_, _) => {
                let key = *self.claim.key();
                drop(self.wait);
                Box::pin(resume::follow(engine, lane, ticket, &key)).await
            }
        }
    }

    /// The step that says that the money moved.
    fn paid(&self, receipt: Receipt) -> Step {
        match self.watched_until() {
            Some(until) => Step::Watched(receipt, until),
            None => Step::Settled(receipt),
        }
    }

    /// The step that says that it will not.
    fn failed_for(&self, rejection: Rejection) -> Step {
        match self.watched_until().map(|until| self.closes().max(until)) {
            Some(until) => Step::FailedWatched(free(rejection), until),
            None => Step::Failed(free(rejection)),
        }
    }

    /// Until when a failure is looked after at least: somebody may make it pay until its window closes. That may be any time, and a day is enough.
    fn closes(&self) -> UnixSeconds {
        let now = self.engine.clock.now().unwrap_or(self.record.expires);
        let most = now.checked_add(DAY).unwrap_or(now);
        let closes = self.record.expires.min(most);
        closes.checked_add(self.lane.settings.watch.as_secs()).unwrap_or(closes)
    }

    /// Until when somebody looks after the end, if anybody does.
    fn watched_until(&self) -> Option<UnixSeconds> {
        let span = self.lane.settings.watch.as_secs();
        // without a clock it is looked after from the latest moment at which it can have been settled
        let now = self.engine.clock.now().unwrap_or(self.record.expires);
        now.checked_add(span).filter(|_| span > 0)
    }

    /// Takes a step in the log, however long the log is down; unless the claim is somebody else's by now.
    async fn take(&self, step: Step) -> Result<(), Stale> {
        let given_up = matches!(step, Step::Release);
        loop {
            let now = self.engine.clock.now();
            let taken = match now {
                Ok(now) => self.engine.log.step(&self.claim, step.clone(), now).await,
                Err(fault) => Err(StepError::Fault(fault)),
            };
            match taken {
                Ok(_) => return Ok(()),
                Err(StepError::Fault(_)) if !given_up => tokio::time::sleep(AGAIN).await,
                Err(_) => return Err(Stale),
            }
        }
    }

    /// Keeps what there is, before anything is done that has to be found again.
    async fn keep(&mut self) -> Result<(), Stale> {
        let sent = self.record.to_sent().ok_or(Stale)?;
        self.take(Step::Settling(Some(sent))).await?;
        self.kept = true;
        self.ticket.tell(Progress::Kept);
        Ok(())
    }
}
