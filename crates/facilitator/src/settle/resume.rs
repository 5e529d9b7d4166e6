//! Going on with what somebody began: this process before a crash, another one, or another request.

use std::sync::Arc;

use quittance_core::proof::{Admitted, Verified};
use quittance_core::{Fault, Network, ReplayKey};
use quittance_guard::ReplayLog;
use quittance_guard::replay::{Claim, Entry, State, Step};

use super::conclude::Suspicion;
use super::{AGAIN, End, Settlement};
use crate::case::Case;
use crate::chain::{Block, Chain, TransactionHash};
use crate::dispatch::Company;
use crate::engine::Engine;
use crate::lane::Lane;
use crate::metrics::SettlementState;
use crate::open::{Outcome, Progress, Ticket};
use crate::record::Record;
use crate::trace::{Spent, trace};
use crate::vigil::After;

/// Goes on with a settlement that nobody is at.
pub(crate) async fn go_on<C: Chain + 'static, L: ReplayLog + Send + Sync + 'static>(
    engine: &Engine<C, L>,
    lane: &Lane<C>,
    ticket: &Ticket,
) -> Outcome {
    follow(engine, lane, ticket, ticket.key()).await
}

/// Goes on with a settlement that the chain has taken back.
pub(crate) fn vanished<C: Chain + 'static, L: ReplayLog + Send + Sync + 'static>(
    engine: &Arc<Engine<C, L>>,
    network: Network,
    ticket: Ticket,
    claim: Claim,
    transaction: TransactionHash,
) {
    engine.metrics.settlement(network, SettlementState::Vanished);
    tracing::warn!(%network, key = %claim.key(), %transaction, "taken back by the chain");
    let resuming = Arc::clone(engine);
    engine.spawn(async move {
        let Ok(lane) = resuming.lane(network) else { return };
        let outcome = resumed(&resuming, lane, &ticket, claim).await;
        ticket.tell(Progress::Ended(outcome));
    });
}

/// Goes on with a settlement that had failed, and has paid after all: the evidence is there.
pub(crate) fn revived<C: Chain + 'static, L: ReplayLog + Send + Sync + 'static>(
    engine: &Arc<Engine<C, L>>,
    network: Network,
    ticket: Ticket,
    claim: Claim,
) {
    engine.metrics.settlement(network, SettlementState::Revived);
    tracing::warn!(%network, key = %claim.key(), "had failed, and the chain has made it pay after all");
    let resuming = Arc::clone(engine);
    engine.spawn(async move {
        let Ok(lane) = resuming.lane(network) else { return };
        let outcome = resumed(&resuming, lane, &ticket, claim).await;
        ticket.tell(Progress::Ended(outcome));
    });
}

/// What has become of a payment that had failed.
pub(crate) async fn after_failure<C: Chain + 'static, L: ReplayLog + Send + Sync + 'static>(
    engine: &Engine<C, L>,
    lane: &Lane<C>,
    entry: &Entry,
) -> Result<After, Fault> {
    let (case, record) = kept(engine, entry).ok_or(Fault::StoreInconsistent)?;
    let plan = case.scheme.plan(&admitted(&case, &record, entry), case.charge).map_err(|_| Fault::StoreInconsistent)?;
    // before anything else is asked: what is found holds for this block at least
    let head = lane.chain.head().await?;
    // if the nonce is unused after nothing can use it any more, nothing will; after nothing of ours can, nothing of ours will
    let closed = head.time >= record.expires;
    let mut over = true;
    for one in record.tries.iter().take_while(|_| !closed) {
        over &= lane.chain.nonce(one.signer, Block::Latest).await? > one.nonce;
    }
    let own: Vec<_> = record.tries.iter().map(|one| one.hash).collect();
    match trace(lane, &entry.key, &plan, record.since, &own).await? {
        Spent::Paid(_) => Ok(After::Paid),
        Spent::Elsewhere(_) => Ok(After::Failed(head)),
        Spent::Untraced => Ok(After::Seems(head)),
        // of two nodes behind one address one may be behind: one look proves nothing
        Spent::Not if closed => Ok(After::Seems(head)),
        Spent::Not if over => Ok(After::Until(record.expires, head)),
        Spent::Not | Spent::Shallow => Ok(After::Perhaps),
    }
}

/// Waits for whoever is at a settlement, and goes on with it when nobody is any more.
pub(super) async fn follow<C: Chain + 'static, L: ReplayLog + Send + Sync + 'static>(
    engine: &Engine<C, L>,
    lane: &Lane<C>,
    ticket: &Ticket,
    key: &ReplayKey,
) -> Outcome {
    loop {
        match engine.log.find(key).await {
            Ok(Some(Entry { state: State::Settled { receipt, .. }, .. })) => {
                return Outcome::Settled { transaction: receipt.transaction.into(), charged: receipt.charged };
            }
            Ok(Some(Entry { state: State::Failed(rejection), .. })) => return Outcome::Refused(rejection, None),
            // nothing was sent: whoever asks again begins anew
            Ok(None) => return Outcome::Faulted(Fault::ChainUnavailable),
            Ok(Some(Entry { state: State::Reserved { lease }, .. })) => {
                if engine.clock.now().is_ok_and(|now| lease < now) {
                    return Outcome::Faulted(Fault::ChainUnavailable);
                }
            }
            Ok(Some(Entry { state: State::Settling { .. } | State::Unknown, sent, .. })) => {
                // another process has kept it, and this one can tell what was sent
                let last = sent.as_ref().and_then(Record::from_sent).and_then(|record| record.payment());
                ticket.tell(last.map_or(Progress::Kept, Progress::Sent));
                if let Ok(now) = engine.clock.now()
                    && let Ok(Some(claim)) = engine.log.resume(key, engine.settings.lease, now).await
                {
                    return Box::pin(resumed(engine, lane, ticket, claim)).await;
                }
            }
            Err(_) => {}
        }
        tokio::time::sleep(AGAIN).await;
    }
}

/// Goes on with a claim of something that was kept.
pub(super) async fn resumed<C: Chain + 'static, L: ReplayLog + Send + Sync + 'static>(
    engine: &Engine<C, L>,
    lane: &Lane<C>,
    ticket: &Ticket,
    claim: Claim,
) -> Outcome {
    let entry = loop {
        let Ok(now) = engine.clock.now() else { return Outcome::Faulted(Fault::ClockUnavailable) };
        match engine.log.step(&claim, Step::Settling(None), now).await {
            Ok(Some(entry)) => break entry,
            Ok(None) => return Outcome::Faulted(Fault::StoreInconsistent),
            Err(quittance_guard::replay::StepError::Fault(_)) => tokio::time::sleep(AGAIN).await,
            // somebody else was faster
            Err(_) => return Box::pin(follow(engine, lane, ticket, claim.key())).await,
        }
    };
    let Some((case, record)) = kept(engine, &entry) else { return Outcome::Faulted(Fault::StoreInconsistent) };
    ticket.tell(record.payment().map_or(Progress::Kept, Progress::Sent));
    let admitted = admitted(&case, &record, &entry);
    match Settlement::new((engine, lane, ticket), case, admitted, claim, record, Company::Alone) {
        Ok(mut settlement) => {
            settlement.taken_back = entry.taken_back;
            settlement.kept = true;
            // what was kept before anything was signed was kept because somebody had used it, or because something had to come first
            let suspicion = if settlement.record.tries.is_empty() { Suspicion::Used } else { Suspicion::None };
            let end = if settlement.call.is_none() { End::Nothing } else { settlement.conclude(None, suspicion).await };
            settlement.end(end).await
        }
        Err((rejection, _)) => Outcome::Refused(rejection, None),
    }
}

/// It was verified before it was claimed, and the log keeps nothing of a payment that was not; what the chain says of it now is another thing, because
/// it may be settled by now.
fn admitted(case: &Case, record: &Record, entry: &Entry) -> Admitted {
    let verified = Verified::assertion(&case.payment, &case.terms, entry.payer.clone(), entry.amount, entry.key, record.expires);
    Admitted::assertion(verified)
}

/// What was kept with an entry, if it is that entry's.
fn kept<C: Chain + 'static, L: ReplayLog + Send + Sync + 'static>(engine: &Engine<C, L>, entry: &Entry) -> Option<(Case, Record)> {
    let record = Record::from_sent(entry.sent.as_ref()?)?;
    let case = Case::from_bytes(&record.request, |id, network| engine.scheme(id, network))?;
    (case.fingerprint() == entry.fingerprint).then_some((case, record))
}
