//! Looks after what is settled, for as long as the chain may take it back (catalogue row 147).
//!
//! A settlement is in a block, and a block that stands has all blocks below it. So a look is one request, however many settlements there are: whether
//! the newest block with one still stands, beside those of which it is not known yet that it stands on them, and one of the others in turn, so that
//! nothing rests on that alone. A block that does not stand any more puts its settlements in doubt, and their transactions are asked for; one that is
//! in another block and did there what it did before is in no doubt any more, and one that is in none, look after look, is gone.
//!
//! What has failed is looked after in the same way, because that too rests on a block: one in which the nonce was cancelled, say, or below which
//! our transactions came to nothing. If the block does not stand any more what was sent may pay after all, and then the payer has paid what the
//! seller was told it did not get. So the nonce of such a payment is traced anew until it is known again that nothing moved, or that it did;
//! nothing is sent for it meanwhile, since whoever was told that it failed may have been paid in another way. Where the nonce of a failure is
//! unused and its window open anybody who has seen what was sent may still send it, the payer among them, and that is found out when the window
//! has closed, if it does within a day.
//!
//! What is gone is opened again in the log, by which it is nobody's receipt any more, and goes on as after a crash: from the same signed bytes, until
//! there is evidence that it is settled or that it cannot be. That this process looks is no promise of the next one, so that what is to be looked
//! after stands in the log as well, and is read from there now and then.

mod wards;

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::join_all;
use quittance_core::{Fault, ReplayKey, UnixSeconds};
use quittance_guard::ReplayLog;
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::chain::{Chain, Head, Receipt, TransactionHash};
use crate::engine::Engine;
use crate::evidence;
use crate::lane::Lane;
use crate::open::Entered;
use crate::settle;

use wards::Wards;

/// A settlement that is looked after.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Ward {
    pub(crate) key: ReplayKey,
    /// What it was settled by; nothing where it has failed.
    pub(crate) transaction: Option<TransactionHash>,
    pub(crate) until: UnixSeconds,
}

/// A block by its number and its hash.
pub(crate) type Place = (u64, [u8; 32]);

/// How long to wait between two looks.
const LOOK: Duration = Duration::from_secs(2);
/// How many transactions in doubt are asked for in one look.
const AT_ONCE: usize = 512;
/// How many failures in doubt are traced in one look.
const TRACED: usize = 16;

/// What is looked after on one chain.
#[derive(Default)]
pub(crate) struct Vigil {
    wards: Mutex<Wards>,
    more: Notify,
}

impl Vigil {
    /// Looks after a settlement, which is in this block if that is known.
    pub(crate) fn add(&self, ward: Ward, place: Option<Place>) {
        self.with(|wards| wards.add(ward, place));
        self.more.notify_one();
    }

    fn with<T>(&self, change: impl FnOnce(&mut Wards) -> T) -> T {
        change(&mut self.wards.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Looks after what is settled on a chain as long as the process lives.
pub(crate) async fn keep<C: Chain + 'static, L: ReplayLog + Send + Sync + 'static>(
    engine: &std::sync::Arc<Engine<C, L>>,
    lane: &Lane<C>,
) {
    let span = lane.settings.watch;
    if span.is_zero() {
        return;
    }
    let (mut listed, mut forgotten): (Option<Instant>, Option<Instant>) = (None, None);
    // finding out about failures takes many requests, for which no look waits
    let mut traces: Option<Traces<'_>> = None;
    loop {
        if let Ok(now) = engine.clock.now() {
            if forgotten.is_none_or(|forgotten| forgotten.elapsed() >= span / 32) {
                lane.vigil.with(|wards| wards.forget(now));
                forgotten = Some(Instant::now());
            }
            // another process may have died that looked after something
            if listed.is_none_or(|listed| listed.elapsed() >= span / 3) && list(engine, lane, now).await.is_ok() {
                listed = Some(Instant::now());
            }
        }
        let looks = async {
            if lane.vigil.with(|wards| wards.is_empty()) {
                drop(tokio::time::timeout(span / 3, lane.vigil.more.notified()).await);
            }
            tokio::time::sleep(LOOK.max(lane.settings.poll)).await;
            match look(lane).await {
                Ok(gone) => {
                    for ward in gone {
                        take_back(engine, lane, ward).await;
                    }
                }
                Err(fault) => {
                    tracing::debug!(network = %lane.network, fault = fault.code(), "what is settled cannot be looked after")
                }
            }
        };
        beside(&mut traces, looks).await;
        if traces.is_none() {
            if let Ok(now) = engine.clock.now() {
                lane.vigil.with(|wards| wards.closed(now));
            }
            let failures = lane.vigil.with(|wards| wards.failures(TRACED));
            let failures = failures.into_iter().map(|ward| look_again(engine, lane, ward));
            traces = Some(Box::pin(async { drop(join_all(failures).await) }));
        }
    }
}

/// What finds out about failures.
type Traces<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// Does something, and goes on with the traces meanwhile.
async fn beside(traces: &mut Option<Traces<'_>>, work: impl Future<Output = ()>) {
    let mut work = pin!(work);
    loop {
        let Some(running) = traces else { return work.await };
        tokio::select! {
            biased;
            () = &mut work => return,
            () = running => *traces = None,
        }
    }
}

/// Reads from the log what is to be looked after.
async fn list<C: Chain + 'static, L: ReplayLog>(engine: &Engine<C, L>, lane: &Lane<C>, now: UnixSeconds) -> Result<(), Fault> {
    for watched in engine.log.watched(now, wards::MOST / 2).await? {
        let transaction = TransactionHash::parse(&watched.transaction);
        if (transaction.is_some() || watched.transaction.is_empty())
            && watched.key.network() == lane.network
            && !lane.vigil.with(|wards| wards.is_full())
        {
            lane.vigil.add(Ward { key: watched.key, transaction, until: watched.until }, None);
        }
    }
    Ok(())
}

/// One look, and what it found to be gone.
async fn look<C: Chain>(lane: &Lane<C>) -> Result<Vec<Ward>, Fault> {
    let asked = lane.vigil.with(Wards::ask_for);
    if !asked.is_empty() {
        let numbers: Vec<_> = asked.iter().map(|(number, _)| *number).collect();
        let hashes = lane.chain.blocks(&numbers).await?;
        if hashes.len() != asked.len() {
            return Err(Fault::ChainReply);
        }
        lane.vigil.with(|wards| wards.told(&asked, &hashes));
    }
    let doubtful = lane.vigil.with(|wards| wards.doubtful(AT_ONCE));
    if doubtful.is_empty() {
        return Ok(Vec::new());
    }
    let receipts = lane.chain.receipts(&doubtful).await?;
    if receipts.len() != doubtful.len() {
        return Err(Fault::ChainReply);
    }
    let found = doubtful.iter().zip(&receipts).map(|(hash, receipt)| (*hash, receipt.as_ref())).collect::<Vec<_>>();
    Ok(lane.vigil.with(|wards| wards.found(&found, does_it)))
}

/// Whether a transaction does in another block what it did before. What it calls is the same; so it is enough that it succeeds and, of EIP-3009, that
/// the authorization is used in it, because one that several share succeeds whatever becomes of each.
fn does_it(key: &ReplayKey, receipt: &Receipt) -> bool {
    receipt.succeeded
        && match key {
            ReplayKey::Eip3009 { token, from, nonce, .. } => receipt.logs.iter().any(|log| {
                log.emitter == *token && log.topics == [evidence::used_topic(), evidence::word(*from), *nonce.as_bytes()]
            }),
            _ => true,
        }
}

/// Opens a settlement again that the chain has taken back, and goes on with it.
async fn take_back<C: Chain + 'static, L: ReplayLog + Send + Sync + 'static>(
    engine: &std::sync::Arc<Engine<C, L>>,
    lane: &Lane<C>,
    ward: Ward,
) {
    let Ward { key, transaction: Some(transaction), .. } = ward else { return };
    let again = |ward| lane.vigil.add(ward, None);
    let (Ok(now), Ok(found)) = (engine.clock.now(), engine.log.find(&key).await) else { return again(ward) };
    let Some(entry) = found.filter(|entry| entry.watched().is_some_and(|watched| *watched.transaction == *transaction.to_string()))
    else {
        // somebody else has opened it, or nobody looks after it any more
        return;
    };
    // whoever is at it now is soon told what the log says
    let Entered::First(ticket) = lane.open.enter(key, entry.fingerprint) else { return again(ward) };
    match engine.log.reopen(&key, &transaction.to_string(), engine.settings.lease, now).await {
        Ok(Some(claim)) => {
            lane.histories.another();
            settle::vanished(engine, lane.network, ticket, claim, transaction);
        }
        Ok(None) => {}
        Err(_) => again(ward),
    }
}

/// Finds out whether a payment that failed has moved money after all, or that it has failed all the same. Where nobody can say yet it stays in
/// doubt.
async fn look_again<C: Chain + 'static, L: ReplayLog + Send + Sync + 'static>(
    engine: &std::sync::Arc<Engine<C, L>>,
    lane: &Lane<C>,
    ward: Ward,
) {
    let Ok(Some(entry)) = engine.log.find(&ward.key).await else { return };
    if entry.watched().is_none_or(|watched| !watched.transaction.is_empty()) {
        // somebody tries it again, or nobody looks after it any more
        return lane.vigil.with(|wards| wards.leave(&ward));
    }
    match settle::after_failure(engine, lane, &entry).await {
        // with all blocks that there are by now
        Ok(After::Failed(head)) => lane.vigil.with(|wards| wards.stands(ward, (head.number, head.hash))),
        Ok(After::Seems(head)) => lane.vigil.with(|wards| wards.seems_to_stand(ward, (head.number, head.hash))),
        Ok(After::Until(closes, head)) => lane.vigil.with(|wards| {
            wards.again_at(closes, ward.key);
            wards.seems_to_stand(ward, (head.number, head.hash));
        }),
        Ok(After::Perhaps) | Err(_) => {}
        Ok(After::Paid) => {
            // whoever is at it now is soon told what the log says
            let Entered::First(ticket) = lane.open.enter(ward.key, entry.fingerprint) else { return };
            let Ok(now) = engine.clock.now() else { return };
            match engine.log.reopen(&ward.key, "", engine.settings.lease, now).await {
                Ok(Some(claim)) => {
                    lane.vigil.with(|wards| wards.leave(&ward));
                    settle::revived(engine, lane.network, ticket, claim);
                }
                Ok(None) => lane.vigil.with(|wards| wards.leave(&ward)),
                Err(_) => {}
            }
        }
    }
}

/// What became of a payment after it had failed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum After {
    /// It has failed all the same, as far as the chain goes.
    Failed(Head),
    /// As far as one look goes: its nonce is unused after everything that could use it, or used and nobody can say how.
    Seems(Head),
    /// The same, but its window is open until then: nothing of ours can use it any more, and somebody else may.
    Until(UnixSeconds, Head),
    /// What was sent may still pay.
    Perhaps,
    /// It has paid.
    Paid,
}
