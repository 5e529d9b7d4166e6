//! Looks after what is settled, for as long as the chain may take it back (catalogue row 147).
//!
//! A settlement is in a block, and a block that stands has all blocks below it. So a look is one request, however many settlements there are: whether
//! the newest block with one still stands, beside those of which it is not known yet that it stands on them, and one of the others in turn, so that
//! nothing rests on that alone. A block that does not stand any more puts its settlements in doubt, and their transactions are asked for; one that is
//! in another block and did there what it did before is in no doubt any more, and one that is in none, look after look, is gone.
//!
//! What is gone is opened again in the log, by which it is nobody's receipt any more, and goes on as after a crash: from the same signed bytes, until
//! there is evidence that it is settled or that it cannot be. That this process looks is no promise of the next one, so that what is to be looked
//! after stands in the log as well, and is read from there now and then.

mod wards;

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use quittance_core::{Fault, ReplayKey, UnixSeconds};
use quittance_guard::ReplayLog;
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::chain::{Chain, Receipt, TransactionHash};
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
    pub(crate) transaction: TransactionHash,
    pub(crate) until: UnixSeconds,
}

/// A block by its number and its hash.
pub(crate) type Place = (u64, [u8; 32]);

/// How long to wait between two looks.
const LOOK: Duration = Duration::from_secs(2);
/// How many transactions in doubt are asked for in one look.
const AT_ONCE: usize = 512;

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
            Err(fault) => tracing::debug!(network = %lane.network, fault = fault.code(), "what is settled cannot be looked after"),
        }
    }
}

/// Reads from the log what is to be looked after.
async fn list<C: Chain + 'static, L: ReplayLog>(engine: &Engine<C, L>, lane: &Lane<C>, now: UnixSeconds) -> Result<(), Fault> {
    for watched in engine.log.watched(now, wards::MOST / 2).await? {
        if let Some(transaction) = TransactionHash::parse(&watched.transaction)
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
    let Ward { key, transaction, .. } = ward;
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
