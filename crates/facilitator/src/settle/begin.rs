//! The check and the claim.

use quittance_core::proof::{Admitted, Verified};
use quittance_core::{ChainMode, Fault, Rejection, ReplayKey, Retry};
use quittance_guard::replay::{Admission, Audience, Claim, Demand, Entry, State, Step, admit};
use quittance_guard::{Durability, ReplayLog};

use super::conclude::Suspicion;
use super::prepare::Begun;
use super::{End, Settlement, resume};
use crate::case::Case;
use crate::chain::Chain;
use crate::dispatch::Company;
use crate::engine::Engine;
use crate::estimates::Kind;
use crate::lane::Lane;
use crate::metrics::SettlementState;
use crate::open::{Outcome, Ticket};
use crate::record::Record;
use crate::verify::Trouble;

/// Settles a payment, or finds out what became of it.
pub(crate) async fn settle<C: Chain + 'static, L: ReplayLog + Send + Sync + 'static>(
    engine: &Engine<C, L>,
    lane: &Lane<C>,
    ticket: &Ticket,
    case: Case,
    request: Vec<u8>,
) -> Outcome {
    let now = match engine.clock.now() {
        Ok(now) => now,
        Err(fault) => return Outcome::Faulted(fault),
    };
    // where nothing is charged the chain has nothing to say but who signed
    let remembered = Kind::of(&case).and_then(|kind| lane.estimates.find(&kind));
    // an estimate runs the call, and where none is asked for it is run beside the other questions
    let mode = match (case.charge.is_zero(), remembered) {
        (true, _) => ChainMode::Offline,
        (false, None) => ChainMode::State,
        (false, Some(_)) => ChainMode::Simulated,
    };
    let checked = match engine.memory.check_at_once(lane, &case, now, (mode, ticket.key())).await {
        Ok(checked) => checked,
        Err(Trouble::Fault(fault)) => return Outcome::Faulted(fault),
        Err(Trouble::Rejection(rejection)) => return known(engine, lane, ticket, &case, rejection).await,
    };
    if case.payment.from().is_some_and(|payer| lane.is_enough(&payer)) {
        let outcome = known_or(engine, lane, ticket, &case, Outcome::Faulted(Fault::TooManyFailures)).await;
        if outcome == Outcome::Faulted(Fault::TooManyFailures) {
            engine.metrics.turned_away(lane.network);
            tracing::info!(network = %lane.network, "too many payments of a payer failed lately");
        }
        return outcome;
    }
    if checked.verified.key() != *ticket.key() {
        return Outcome::Refused(Rejection::InvalidPayload, None);
    }
    let codeless = case.payment.from().is_some_and(|from| checked.has_no_code(from));
    let company = match checked.verified.key() {
        ReplayKey::Eip3009 { .. } if codeless => Company::Shares,
        _ => Company::Alone,
    };
    let gas = remembered.filter(|_| company == Company::Shares);
    let record = Record { request, expires: checked.verified.expires(), since: 0, tries: Vec::new() };
    if record.to_sent().is_none() {
        return Outcome::Refused(Rejection::InvalidPayload, None);
    }
    let mut demand = Demand::new(case.fingerprint(), now);
    (demand.audience, demand.finality, demand.lease) = (Audience::Everybody, engine.settings.finality, engine.settings.lease);
    // nothing is sent before `settling` is flushed, and the claim with it
    demand.durability = Durability::Written;
    let late = too_late(&checked.verified);
    match admit(&*engine.log, checked.verified, &demand).await {
        Ok(Admission::Fresh(admitted, claim)) => {
            engine.metrics.settlement(lane.network, SettlementState::Reserved);
            fresh((engine, lane, ticket), Fresh { case, admitted, claim, record, company, gas }).await
        }
        Ok(Admission::Resume(_, claim)) => resume::resumed(engine, lane, ticket, claim).await,
        Ok(Admission::Redeliver(_, receipt) | Admission::Done(receipt, _) | Admission::Undelivered(receipt)) => {
            Outcome::Settled { transaction: receipt.transaction.into(), charged: receipt.charged }
        }
        Ok(Admission::Pending(_)) => resume::follow(engine, lane, ticket, ticket.key()).await,
        Ok(Admission::Failed(rejection)) => Outcome::Refused(rejection, None),
        Ok(Admission::Taken(_)) => Outcome::Refused(Rejection::DuplicateSettlement, None),
        Ok(Admission::Expired) => Outcome::Refused(late, None),
        Ok(Admission::Limited(_)) => Outcome::Faulted(Fault::StoreFull),
        Err(fault) => Outcome::Faulted(fault),
    }
}

/// A settlement that was claimed a moment ago, for the first time.
struct Fresh {
    case: Case,
    admitted: Admitted,
    claim: Claim,
    record: Record,
    company: Company,
    /// What such a call took a moment ago.
    gas: Option<u64>,
}

async fn fresh<C: Chain + 'static, L: ReplayLog + Send + Sync + 'static>(
    at: (&Engine<C, L>, &Lane<C>, &Ticket),
    begun: Fresh,
) -> Outcome {
    let Fresh { case, admitted, claim, record, company, gas } = begun;
    match Settlement::new(at, case, admitted, claim, record, company) {
        Ok(mut settlement) => {
            settlement.gas = gas;
            let end = settlement.first().await;
            settlement.end(end).await
        }
        Err((rejection, claim)) => {
            release(at.0, &claim).await;
            Outcome::Refused(rejection, None)
        }
    }
}

/// What the log says of a payment that is refused now: it may be refused because it was settled.
pub(crate) async fn known<C: Chain + 'static, L: ReplayLog + Send + Sync + 'static>(
    engine: &Engine<C, L>,
    lane: &Lane<C>,
    ticket: &Ticket,
    case: &Case,
    rejection: Rejection,
) -> Outcome {
    known_or(engine, lane, ticket, case, Outcome::Refused(rejection, None)).await
}

/// What the log says of a payment that is not to be begun now; otherwise this.
async fn known_or<C: Chain + 'static, L: ReplayLog + Send + Sync + 'static>(
    engine: &Engine<C, L>,
    lane: &Lane<C>,
    ticket: &Ticket,
    case: &Case,
    otherwise: Outcome,
) -> Outcome {
    let entry = match engine.log.find(ticket.key()).await {
        Ok(entry) => entry.filter(|entry| entry.fingerprint == case.fingerprint()),
        Err(fault) => return Outcome::Faulted(fault),
    };
    match entry {
        Some(Entry { state: State::Settled { receipt, .. }, .. }) => {
            Outcome::Settled { transaction: receipt.transaction.into(), charged: receipt.charged }
        }
        Some(Entry { state: State::Failed(before), .. }) if before.retry() != Retry::SameBytesLater => {
            Outcome::Refused(before, None)
        }
        Some(Entry { state: State::Settling { .. } | State::Unknown, .. }) => {
            resume::follow(engine, lane, ticket, ticket.key()).await
        }
        // another process found it in time, and may be about to send it
        Some(Entry { state: State::Reserved { lease }, .. }) if engine.clock.now().is_ok_and(|now| now <= lease) => {
            resume::follow(engine, lane, ticket, ticket.key()).await
        }
        Some(_) | None => otherwise,
    }
}

/// Gives a claim back of which nothing was sent. If that fails it ends with its lease.
async fn release<C, L: ReplayLog>(engine: &Engine<C, L>, claim: &Claim) {
    if let Ok(now) = engine.clock.now() {
        drop(engine.log.step(claim, Step::Release, now).await);
    }
}

/// What a payment is refused with whose time is over.
pub(super) const fn too_late(verified: &Verified) -> Rejection {
    match verified.key() {
        ReplayKey::Permit2 { .. } => Rejection::Permit2Deadline,
        _ => Rejection::Eip3009ValidBefore,
    }
}

impl<C: Chain + 'static, L: ReplayLog + Send + Sync + 'static> Settlement<'_, C, L> {
    /// From the claim to the end.
    async fn first(&mut self) -> End {
        if self.call.is_none() {
            return if self.keep().await.is_ok() { End::Nothing } else { End::Stale };
        }
        match self.first_sent().await {
            Ok(Begun::Sent(stage)) => self.conclude(Some(stage), Suspicion::None).await,
            Ok(Begun::Used) => self.conclude(None, Suspicion::Used).await,
            Ok(Begun::Waiting) => self.conclude(None, Suspicion::None).await,
            Err(end) => end,
        }
    }
}
