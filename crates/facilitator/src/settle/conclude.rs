//! From what was sent to the outcome.

use quittance_core::{Fault, Rejection, ReplayKey};
use quittance_guard::ReplayLog;
use quittance_guard::replay::{Step, StepError};

use tokio::time::{Duration, Instant};

use super::prepare::Ready;
use super::{AGAIN, End, Settlement};
use crate::chain::{Block, Broadcast, Chain, TransactionHash};
use crate::dispatch::{Back, Stage};
use crate::evidence::{self, Word};
use crate::news as watch;
use crate::open::Progress;
use crate::record::{Purpose, Record, Try};
use crate::trace::{Spent, trace};
use crate::transaction::Transaction;
use crate::watch::View;

/// What was found so far.
#[derive(Default)]
struct Findings {
    /// The transactions that are known not to have paid.
    vain: Vec<TransactionHash>,
    /// The block at which the chain's clock had passed the end of the window.
    ended: Option<u64>,
    /// Whether somebody else is known to have used the nonce.
    used: bool,
    /// When a look was counted last.
    counted: Option<Instant>,
    /// How many looks found the nonce used and nobody who used it.
    untraced: u32,
    /// How many transactions failed for no reason that is left.
    failures: u32,
    /// How many looks in a row found the nonce unused where that is the end.
    unused: u32,
    /// How many looks in a row found that nothing more can come of it.
    hopeless: u32,
    /// How many times in a row what a signer of somebody else sent was seen to wait for a number before it that nobody uses.
    gaps: u32,
    /// What came before the payment and is there.
    arrived: Option<TransactionHash>,
}

impl Findings {
    /// Whether a look is one more: what comes late is given time, and others who send make looks more frequent.
    fn counts(&mut self, view: &View, poll: Duration) -> bool {
        let counts = self.counted.is_none_or(|before| view.at.saturating_duration_since(before) >= poll);
        if counts {
            self.counted = Some(view.at);
        }
        counts
    }
}

/// What is thought of a payment before anything is looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Suspicion {
    None,
    /// Somebody else may have used it.
    Used,
}

/// Why a claim is not held any longer.
pub(super) enum Held {
    Fault,
    Stale,
}

/// What comes of sending it again.
enum Sending {
    /// It is handed over.
    Sent(watch::Receiver<Stage>),
    /// What is there waits, or nothing can be done at the moment.
    Waits,
    /// Something that comes first is on its way.
    First,
    /// Somebody else is at it by now.
    Stale,
}

/// How many transactions may fail for no reason that is left.
const FAILURES: u32 = 3;
/// How many looks find a nonce used and nobody who used it until it counts as used elsewhere: logs may come later than state.
const UNTRACED: u32 = 8;
/// How many looks have to find a nonce unused until that ends anything: of two nodes behind one address one may be behind.
const UNUSED: u32 = 3;
/// How many times what a signer of somebody else sent is seen to wait for a number that nobody uses until a signer of ours sends another: whoever was
/// to use that number may be gone.
const GAPS: u32 = 2;
/// How long a transaction that nobody looks after is waited for before another is sent.
const ORPHANED: Duration = Duration::from_secs(15);

impl<C: Chain + 'static, L: ReplayLog + Send + Sync + 'static> Settlement<'_, C, L> {
    /// Waits for the evidence that ends it.
    pub(super) async fn conclude(&mut self, mut stage: Option<watch::Receiver<Stage>>, suspicion: Suspicion) -> End {
        let end = self.evidence(&mut stage, suspicion).await;
        if stage.is_some() {
            // it may be signed at this very moment
            self.aside = None;
        }
        end
    }

    async fn evidence(&mut self, stage: &mut Option<watch::Receiver<Stage>>, suspicion: Suspicion) -> End {
        let mut findings = Findings { used: suspicion == Suspicion::Used, ..Findings::default() };
        // what may be there already is looked for before anything is sent
        let mut again = Instant::now() + AGAIN;
        let half = Duration::from_secs(self.engine.settings.lease / 2).max(AGAIN);
        let mut renew = self.held + half;
        // nothing is sent again before a look, nor while something of before is in a block that is not deep enough
        let mut quiet = stage.is_none();
        loop {
            tokio::select! {
                biased;
                // what takes long, such as the end of a window at a depth, is not begun anew by everybody in turn
                () = tokio::time::sleep_until(renew) => match self.hold().await {
                    Ok(()) => renew = Instant::now() + half,
                    Err(Held::Fault) => renew = Instant::now() + AGAIN,
                    Err(Held::Stale) => return End::Stale,
                },
                staged = staged(stage) => match staged {
                    Some(Stage::Queued) => {}
                    Some(Stage::Kept(record)) => self.sent(record),
                    Some(Stage::Back(why, record)) => {
                        *stage = None;
                        again = Instant::now() + AGAIN;
                        match why {
                            Back::Stale => return End::Stale,
                            Back::Fault(fault) if !self.kept && record.tries.is_empty() => return End::Unsent(fault),
                            Back::Dear if !self.kept && record.tries.is_empty() => return End::Unsent(Fault::GasTooDear),
                            Back::Fault(_) | Back::Dear | Back::NotTaken(_) | Back::Displaced => self.sent(record),
                        }
                    }
                    // it has landed, or whoever looked after it is gone
                    None => {
                        *stage = None;
                        let first = self.record.tries.last().is_some_and(|one| one.purpose != Purpose::Pay);
                        // what comes next is the payment
                        again = Instant::now() + if first { Duration::ZERO } else { ORPHANED };
                    }
                },
                view = self.wait.next() => {
                    self.account(&view);
                    self.count_gifts(&view).await;
                    findings.arrived = self.arrived(&view);
                    if stage.is_none() && findings.arrived.is_some() {
                        again = Instant::now();
                    }
                    if let Some(end) = self.judge(&view, &mut findings).await {
                        return end;
                    }
                    quiet = self.is_quiet(&view, &findings);
                }
                () = tokio::time::sleep_until(again), if stage.is_none() && !quiet => {
                    again = Instant::now() + ORPHANED;
                    if !findings.used {
                        match self.send_again(&mut findings).await {
                            Ok(Sending::Sent(sent)) => *stage = Some(sent),
                            Ok(Sending::Waits) => {}
                            Ok(Sending::First) => again = Instant::now() + AGAIN,
                            Ok(Sending::Stale) => return End::Stale,
                            Err(rejection) if is_used(rejection) => findings.used = true,
                            // another facilitator on the same log has the signer that it takes
                            Err(Rejection::UptoFacilitator) => {}
                            // what may pass ends nothing that somebody was told was paid
                            Err(_) if self.taken_back.is_some() => {}
                            Err(rejection) => {
                                again = Instant::now() + AGAIN;
                                if let Some(end) = self.hopeless(rejection, &mut findings).await {
                                    return end;
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    /// Says in the log that somebody is still at it.
    pub(super) async fn hold(&self) -> Result<(), Held> {
        // whoever can send it has to be able to take it over
        let sender = self.call.as_ref().and_then(|call| call.sender);
        if sender.is_some_and(|sender| self.lane.desk(Some(sender)).is_none()) {
            return Ok(());
        }
        let now = self.engine.clock.now().map_err(|_| Held::Fault)?;
        let until = now.checked_add(self.engine.settings.lease).unwrap_or(now);
        match self.engine.log.step(&self.claim, Step::Hold(until), now).await {
            Ok(_) => Ok(()),
            Err(StepError::Fault(_)) => Err(Held::Fault),
            Err(_) => Err(Held::Stale),
        }
    }

    /// Something was kept and is sent.
    fn sent(&mut self, record: Record) {
        record.tries.iter().for_each(|one| self.wait.also(one.hash));
        if let Some(one) = record.tries.last() {
            if self.record.tries.is_empty() {
                self.engine.metrics.settlement(self.lane.network, crate::metrics::SettlementState::Settling);
            }
            self.ticket.tell(if one.purpose == Purpose::Pay { Progress::Sent(one.hash) } else { Progress::Kept });
            self.kept = true;
        }
        if record.of(Purpose::Fund).count() > self.record.of(Purpose::Fund).count() {
            self.aside = None;
        }
        self.record = record;
    }

    /// The newest transaction, if it comes before the payment and is there, so that the payment is next.
    fn arrived(&self, view: &View) -> Option<TransactionHash> {
        let last = self.record.tries.last().filter(|one| one.purpose != Purpose::Pay)?;
        let receipt = view.receipt(&last.hash)?;
        view.is_deep(receipt.block, self.lane.settings.confirmations).then_some(last.hash)
    }

    /// Whether something is in a block that is still to be waited for: what moves the money until it is known what it did, what comes before that
    /// until it is deep enough.
    fn is_quiet(&self, view: &View, findings: &Findings) -> bool {
        self.wait.hashes().iter().filter(|hash| !findings.vain.contains(hash)).any(|hash| {
            view.receipt(hash)
                .is_some_and(|receipt| self.record.pays(hash) || !view.is_deep(receipt.block, self.lane.settings.confirmations))
        })
    }

    /// What a look says about what was spent.
    fn account(&mut self, view: &View) {
        let cost = |one: &Try| {
            let receipt = view.receipt(&one.hash).filter(|_| !one.is_shared())?;
            let given = if receipt.succeeded { Transaction::parse(&one.raw).map_or(0, |gift| gift.value()) } else { 0 };
            Some(receipt.cost.saturating_add(given))
        };
        self.spent = self.record.tries.iter().filter_map(cost).fold(0, u128::saturating_add);
    }

    /// What a look at the chain says.
    async fn judge(&self, view: &View, findings: &mut Findings) -> Option<End> {
        let deep = |hash: &&TransactionHash| {
            view.receipt(hash).is_some_and(|receipt| view.is_deep(receipt.block, self.lane.settings.confirmations))
        };
        let mut vain = None;
        for hash in self.wait.hashes().iter().filter(deep).filter(|hash| self.record.pays(hash)) {
            match view.receipt(hash).map(|receipt| evidence::ours(receipt, &self.plan, self.key())) {
                Some(Word::Paid) => return Some(End::Paid(*hash)),
                Some(word) if !findings.vain.contains(hash) => vain = Some((*hash, word)),
                _ => {}
            }
        }
        if view.is_past(self.record.expires) {
            findings.ended.get_or_insert(view.head.number);
        }
        let over = findings.ended.is_some_and(|block| view.is_deep(block, self.lane.settings.confirmations));
        if vain.is_none() && !findings.used && !over {
            return None;
        }
        let spent = trace(self.lane, self.key(), &self.plan, self.record.since, self.wait.hashes()).await.ok()?;
        let last = vain.map(|(hash, _)| hash).or_else(|| self.record.payment());
        match spent {
            Spent::Paid(hash) => Some(End::Paid(hash)),
            Spent::Elsewhere(rejection) => {
                self.blame(vain, view);
                Some(End::Failed(rejection, last))
            }
            Spent::Shallow => {
                findings.used = true;
                None
            }
            Spent::Untraced => {
                findings.used = true;
                if !findings.counts(view, self.lane.settings.poll) {
                    return None;
                }
                findings.untraced += 1;
                if findings.untraced < UNTRACED {
                    return None;
                }
                self.blame(vain, view);
                Some(End::Failed(self.used(), last))
            }
            Spent::Not => {
                findings.used = false;
                if !over && vain.is_none() {
                    return None;
                }
                if !findings.counts(view, self.lane.settings.poll) {
                    return None;
                }
                findings.unused += 1;
                if findings.unused < UNUSED {
                    return None;
                }
                self.blame(vain, view);
                // it can never be used any more
                if over {
                    return Some(End::Failed(super::begin::too_late(self.admitted.verified()), last));
                }
                let (hash, word) = vain?;
                self.failed(hash, word, findings).await
            }
        }
    }

    /// Counts a transaction that came to nothing against the payer, once.
    fn blame(&self, vain: Option<(TransactionHash, Word)>, view: &View) {
        let (Some((hash, _)), Some(payer)) = (vain, self.case.payment.from()) else { return };
        // what failed in other hands was counted there, and may be long ago
        if self.record.tries.iter().take(self.former).any(|one| one.hash == hash) {
            return;
        }
        if !self.lane.failures.add(payer, hash, self.lane.settings.failures_within) {
            return;
        }
        // of one that is shared the others have their part
        let shared = self.record.tries.iter().any(|one| one.hash == hash && one.is_shared());
        let cost = view.receipt(&hash).filter(|_| !shared).map_or(0, |receipt| receipt.cost);
        self.engine.metrics.failed_in_vain(self.lane.network, cost);
    }

    /// Why a transaction of ours did not pay although the nonce is unused; none when it is to be sent again.
    async fn failed(&self, hash: TransactionHash, word: Word, findings: &mut Findings) -> Option<End> {
        let shared = self.record.tries.iter().any(|one| one.hash == hash && one.is_shared());
        if word == Word::Otherwise && !shared {
            // the token said yes and did nothing
            findings.vain.push(hash);
            return Some(End::Failed(Rejection::Eip3009TransferEvent, Some(hash)));
        }
        let end = match self.why().await {
            Ready::Wrong(rejection) if is_used(rejection) => {
                findings.used = true;
                return None;
            }
            _ if self.taken_back.is_some() => {
                findings.vain.push(hash);
                return None;
            }
            Ready::Wrong(Rejection::UptoFacilitator) => return None,
            Ready::Wrong(rejection) => rejection,
            Ready::Go(_) | Ready::Wait | Ready::Fault(Fault::ChainReply) if findings.failures < FAILURES => {
                findings.vain.push(hash);
                (findings.failures, findings.unused) = (findings.failures + 1, 0);
                return None;
            }
            Ready::Go(_) | Ready::Wait | Ready::Fault(Fault::ChainReply) => Rejection::TransactionFailed,
            Ready::Fault(_) | Ready::Stale => return None,
        };
        // what may still get into a block may still pay
        if self.all_dead().await? { Some(End::Failed(end, Some(hash))) } else { None }
    }

    /// Whether a settlement that would fail now is over: nothing that was sent can get in any more, and the nonce is unused.
    async fn hopeless(&self, rejection: Rejection, findings: &mut Findings) -> Option<End> {
        let own = self.wait.hashes();
        let spent = trace(self.lane, self.key(), &self.plan, self.record.since, own).await.ok()?;
        let over = spent == Spent::Not && self.all_dead().await?;
        findings.hopeless = if over { findings.hopeless + 1 } else { 0 };
        (findings.hopeless >= UNUSED).then(|| End::Failed(rejection, self.record.payment()))
    }

    /// Whether none of what was sent can get into a block any more; none when nobody can say.
    async fn all_dead(&self) -> Option<bool> {
        for one in &self.record.tries {
            if self.lane.chain.nonce(one.signer, Block::Latest).await.ok()? <= one.nonce {
                return Some(false);
            }
        }
        Some(true)
    }

    /// Sends what is there once more, or another transaction if that can get in no more.
    async fn send_again(&mut self, findings: &mut Findings) -> Result<Sending, Rejection> {
        // some nodes take what is in a block for one that waits
        let over = |last: &&Try| findings.arrived == Some(last.hash) || findings.vain.contains(&last.hash);
        if let Some(last) = self.record.tries.last().filter(|last| !over(last)) {
            let waits = if last.is_shared() {
                // a transaction that is shared cannot be sent again by one of those that share it
                match self.lane.chain.nonce(last.signer, Block::Latest).await {
                    Ok(latest) if latest > last.nonce => false,
                    Ok(_) => {
                        !matches!(self.lane.chain.nonce(last.signer, Block::Pending).await, Ok(pending) if pending <= last.nonce)
                    }
                    Err(_) => true,
                }
            } else {
                match self.lane.chain.broadcast(&last.raw).await {
                    // its signer raises it, and sees to it that no number before it is missing
                    Ok(Broadcast::Accepted) if self.lane.desk(Some(last.signer)).is_some() => {
                        return Ok(self.submit_again(last).map_or(Sending::Waits, Sending::Sent));
                    }
                    Ok(Broadcast::Accepted) => {
                        let pending = self.lane.chain.nonce(last.signer, Block::Pending).await;
                        let gap = matches!(pending, Ok(pending) if pending <= last.nonce);
                        findings.gaps = if gap { findings.gaps + 1 } else { 0 };
                        findings.gaps < GAPS
                    }
                    Err(_) => true,
                    Ok(_) => false,
                }
            };
            if waits {
                return Ok(Sending::Waits);
            }
        }
        Ok(match self.prepare().await {
            Ready::Go(shot) => self.submit(shot).map_or(Sending::Waits, Sending::Sent),
            Ready::Wrong(rejection) => return Err(rejection),
            Ready::Wait => Sending::First,
            Ready::Fault(_) => Sending::Waits,
            Ready::Stale => Sending::Stale,
        })
    }

    const fn used(&self) -> Rejection {
        match self.key() {
            ReplayKey::Permit2 { .. } => Rejection::Permit2NonceUsed,
            _ => Rejection::Eip3009NonceUsed,
        }
    }
}

const fn is_used(rejection: Rejection) -> bool {
    matches!(rejection, Rejection::Eip3009NonceUsed | Rejection::Permit2NonceUsed)
}

/// The next stage; none when there will be no other.
async fn staged(stage: &mut Option<watch::Receiver<Stage>>) -> Option<Stage> {
    match stage {
        Some(stage) => match stage.changed().await {
            Ok(()) => Some(stage.borrow_and_update().clone()),
            Err(_) => None,
        },
        None => std::future::pending().await,
    }
}
