//! A facilitator's chain and log as the world gives them to it: they outlive it, and can be made to break the rules.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use quittance_core::chain::{Call, ChainAnswer, ChainQuery};
use quittance_core::{Address, Amount, Fault, Network, ReplayKey, UnixSeconds, sha256};
use quittance_facilitator::{Block, Broadcast, Chain, Gas, Head, Log, LogFilter, Receipt, Transaction, TransactionHash};
use quittance_guard::budget::{self, Book, Ledger, Record, Reserve, ReserveError, Reserved, Sum, Ticket};
use quittance_guard::replay::{Claim, Claimed, Entry, Register, ReplayLog, Request, Step, StepError, Watched};
use quittance_guard::{Identity, PurchaseId, Reach};

use super::life::Life;
use super::trace::Trace;
use crate::chain::{ACCOMPLICE, Node};
use crate::rng::Rng;

/// A rule that is broken on purpose, to see that a law notices.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(clippy::exhaustive_enums, reason = "a test goes through all of them")]
pub enum Sabotage {
    /// The log keeps the state of a settlement and not what was sent for it.
    ForgetsWhatIsSent,
    /// The log takes a settlement for one that was never begun.
    ForgetsSending,
    /// What any contract says about a transfer counts as the token's word.
    BelievesStrangers,
    /// A transaction is as good as final as soon as it is in a block.
    BelievesTheFirstBlock,
    /// Every other transaction that was taken, or may have been, is believed not to have been, and another is signed.
    SignsAgain,
    /// What cannot be asked is answered with no.
    TakesSilenceForNo,
    /// Each facilitator has a log of its own.
    LogsApart,
    /// A log that cannot be written is believed to have been.
    WritesNothingOnFault,
    /// Nobody looks after what is settled.
    LooksAway,
    /// What has failed is never opened again.
    LeavesFailures,
    /// What a signer sends to itself for a number that is missing is believed to have arrived, and has not.
    LeavesGaps,
    /// What payers are given is counted by the process alone.
    ForgetsGifts,
}

/// What a log keeps, whoever dies.
pub(super) struct Store {
    pub(super) register: Mutex<Register>,
    pub(super) book: Mutex<Book>,
    /// How many failures were opened again.
    revived: AtomicU64,
    trouble: Mutex<Trouble>,
}

struct Trouble {
    seed: u64,
    /// How often each payment's entry was asked for.
    times: BTreeMap<Option<ReplayKey>, u64>,
    /// How many of a thousand steps are lost, and how many are taken and not confirmed.
    lost: u32,
    unanswered: u32,
}

impl Store {
    pub(super) fn new(seed: u64) -> Self {
        let trouble = Mutex::new(Trouble { seed, times: BTreeMap::new(), lost: 0, unanswered: 0 });
        Self {
            register: Mutex::new(Register::new(100_000)),
            book: Mutex::new(Book::new(100_000)),
            revived: AtomicU64::new(0),
            trouble,
        }
    }

    pub(super) fn revived(&self) -> u64 {
        self.revived.load(Ordering::Relaxed)
    }

    pub(super) fn behave(&self, lost: u32, unanswered: u32) {
        let mut trouble = self.trouble.lock().expect("no step panics");
        (trouble.lost, trouble.unanswered) = (lost, unanswered);
    }

    pub(super) fn with<T>(&self, step: impl FnOnce(&mut Register) -> T) -> T {
        step(&mut self.register.lock().expect("no step panics"))
    }

    /// A step that takes a moment, and may go wrong before or after.
    async fn step<T>(&self, about: Option<ReplayKey>, step: impl FnOnce(&mut Register) -> T) -> Result<T, Fault> {
        self.somehow(about, || self.with(step)).await
    }

    /// The same with the ledger.
    async fn count<T>(&self, step: impl FnOnce(&mut Book) -> T) -> Result<T, Fault> {
        self.somehow(None, || step(&mut self.book.lock().expect("no step panics"))).await
    }

    async fn somehow<T>(&self, about: Option<ReplayKey>, step: impl FnOnce() -> T) -> Result<T, Fault> {
        let (lost, unanswered, pause) = {
            let mut trouble = self.trouble.lock().expect("no step panics");
            let times = trouble.times.entry(about).or_default();
            *times += 1;
            let nth = *times;
            let about = about.map_or(0, |key| sha256(key.to_string().as_bytes())[0].into());
            let mut rng = Rng::new(trouble.seed ^ nth.rotate_left(32) ^ about);
            (rng.chance(trouble.lost), rng.chance(trouble.unanswered), rng.below(3))
        };
        if pause > 0 {
            tokio::time::sleep(Duration::from_millis(pause)).await;
        }
        if lost {
            return Err(Fault::StoreUnavailable);
        }
        let answer = step();
        if unanswered { Err(Fault::StoreUnavailable) } else { Ok(answer) }
    }
}

/// The log of a process that can die.
pub struct MortalLog {
    pub(super) store: Arc<Store>,
    pub(super) life: Life,
    pub(super) trace: Trace,
    pub(super) site: usize,
    pub(super) sabotage: Option<Sabotage>,
}

impl MortalLog {
    async fn call<T: Debug>(&self, what: &str, about: impl Debug, asked: impl Future<Output = T>) -> T {
        self.life.call(self.trace.follow(self.site, what, about, asked)).await
    }
}

impl ReplayLog for MortalLog {
    fn reach(&self) -> Reach {
        Reach::Anywhere
    }

    fn identity(&self) -> Identity {
        Identity::Lasting([7; 16])
    }

    async fn claim(&self, request: &Request) -> Result<Claimed, Fault> {
        self.call("claim", request, self.store.step(Some(request.key), |register| register.claim(request)))
            .await
            .and_then(|claimed| claimed)
    }

    async fn step(&self, claim: &Claim, step: Step, now: UnixSeconds) -> Result<Option<Entry>, StepError> {
        let step = match (step, self.sabotage) {
            (Step::Settling(_), Some(Sabotage::ForgetsWhatIsSent)) => Step::Settling(None),
            (Step::Settling(_), Some(Sabotage::ForgetsSending)) => {
                let entry = self.store.with(|register| register.find(claim.key()).cloned());
                return self.life.call(core::future::ready(Ok(entry))).await;
            }
            (step, _) => step,
        };
        let about = (claim.clone(), step.clone(), now);
        let taken = self.call("step", about, self.store.step(Some(*claim.key()), |register| register.step(claim, step, now))).await;
        match (taken, self.sabotage) {
            (Err(_), Some(Sabotage::WritesNothingOnFault)) => Ok(self.store.with(|register| register.find(claim.key()).cloned())),
            (taken, _) => taken.unwrap_or_else(|fault| Err(StepError::Fault(fault))),
        }
    }

    async fn find(&self, key: &ReplayKey) -> Result<Option<Entry>, Fault> {
        self.call("find", key, self.store.step(Some(*key), |register| register.find(key).cloned())).await
    }

    async fn open(&self, now: UnixSeconds) -> Result<Vec<Entry>, Fault> {
        self.call("open", now, self.store.step(None, |register| register.open(now))).await
    }

    async fn resume(&self, key: &ReplayKey, lease: u64, now: UnixSeconds) -> Result<Option<Claim>, Fault> {
        self.call("resume", (key, now), self.store.step(Some(*key), |register| register.resume(key, lease, now))).await
    }

    async fn watched(&self, now: UnixSeconds, most: usize) -> Result<Vec<Watched>, Fault> {
        self.call("watched", now, self.store.step(None, |register| register.watched(now, most))).await
    }

    async fn reopen(&self, key: &ReplayKey, transaction: &str, lease: u64, now: UnixSeconds) -> Result<Option<Claim>, Fault> {
        let failed = transaction.is_empty();
        let reopen = |register: &mut Register| {
            if failed && self.sabotage == Some(Sabotage::LeavesFailures) {
                return None;
            }
            let claim = register.reopen(key, transaction, lease, now)?;
            self.store.revived.fetch_add(failed.into(), Ordering::Relaxed);
            Some(claim)
        };
        self.call("reopen", (key, transaction, now), self.store.step(Some(*key), reopen)).await
    }

    async fn purge(&self, now: UnixSeconds) -> Result<usize, Fault> {
        self.call("purge", now, self.store.step(None, |register| register.purge(now))).await
    }
}

/// The ledger of a process that can die.
pub struct MortalLedger {
    pub(super) store: Arc<Store>,
    pub(super) life: Life,
    pub(super) trace: Trace,
    pub(super) site: usize,
}

impl MortalLedger {
    async fn call<T: Debug>(&self, what: &str, about: impl Debug, asked: impl Future<Output = T>) -> T {
        self.life.call(self.trace.follow(self.site, what, about, asked)).await
    }
}

impl Ledger for MortalLedger {
    async fn reserve(&self, request: &Reserve<'_>) -> Result<Reserved, ReserveError> {
        let reserved = self.call("reserve", request, self.store.count(|book| book.reserve(request))).await;
        reserved.unwrap_or_else(|fault| Err(ReserveError::Fault(fault)))
    }

    async fn step(&self, ticket: &Ticket, step: budget::Step, now: UnixSeconds) -> Result<Record, budget::StepError> {
        let about = (ticket.clone(), step.clone(), now);
        let taken = self.call("take", about, self.store.count(|book| book.step(ticket, step, now))).await;
        taken.unwrap_or_else(|fault| Err(budget::StepError::Fault(fault)))
    }

    async fn find(&self, id: &PurchaseId) -> Result<Option<Record>, Fault> {
        self.call("find gift", id, self.store.count(|book| book.find(id).cloned())).await
    }

    async fn open(&self) -> Result<Vec<Record>, Fault> {
        self.call("open gifts", (), self.store.count(|book| book.open())).await
    }

    async fn spent(&self, sum: &Sum, now: UnixSeconds) -> Result<Amount, Fault> {
        self.call("spent", (sum, now), self.store.count(|book| book.spent(sum, now))).await
    }
}

/// The chain of a process that can die.
pub struct MortalChain {
    pub(super) node: Arc<Node>,
    pub(super) life: Life,
    pub(super) trace: Trace,
    pub(super) site: usize,
    pub(super) sabotage: Option<Sabotage>,
    /// The token in whose name strangers are believed.
    pub(super) forged: Address,
}

impl Chain for MortalChain {
    fn network(&self) -> Network {
        self.node.network()
    }

    async fn head(&self) -> Result<Head, Fault> {
        let head = self.life.call(self.trace.follow(self.site, "head", (), self.node.head())).await?;
        let ahead = if self.sabotage == Some(Sabotage::BelievesTheFirstBlock) { 10 } else { 0 };
        Ok(Head { number: head.number + ahead, ..head })
    }

    async fn ask(&self, questions: &[ChainQuery]) -> Result<Vec<ChainAnswer>, Fault> {
        match (self.life.call(self.trace.follow(self.site, "ask", questions, self.node.ask(questions))).await, self.sabotage) {
            (Err(_), Some(Sabotage::TakesSilenceForNo)) => {
                let no = |question: &ChainQuery| match question {
                    ChainQuery::Code { .. } => ChainAnswer::Bytes(vec![1]),
                    ChainQuery::Balance { .. } | ChainQuery::Allowance { .. } => ChainAnswer::Amount(Amount::ZERO),
                    ChainQuery::NonceState { .. } | ChainQuery::PermitNonce { .. } => ChainAnswer::Flag(true),
                    _ => ChainAnswer::Flag(false),
                };
                Ok(questions.iter().map(no).collect())
            }
            (answer, _) => answer,
        }
    }

    async fn nonce(&self, account: Address, at: Block) -> Result<u64, Fault> {
        self.life.call(self.trace.follow(self.site, "nonce", &(account, at), self.node.nonce(account, at))).await
    }

    async fn funds(&self, account: Address) -> Result<Amount, Fault> {
        self.life.call(self.trace.follow(self.site, "funds", account, self.node.funds(account))).await
    }

    async fn estimate(&self, from: Address, call: &Call) -> Result<Gas, Fault> {
        self.life.call(self.trace.follow(self.site, "estimate", &(from, call), self.node.estimate(from, call))).await
    }

    async fn broadcast(&self, raw: &[u8]) -> Result<Broadcast, Fault> {
        let to_itself = |sent: &Transaction| sent.call().target == sent.from();
        if self.sabotage == Some(Sabotage::LeavesGaps) && Transaction::parse(raw).is_ok_and(|sent| to_itself(&sent)) {
            return Ok(Broadcast::Accepted);
        }
        match (self.life.call(self.trace.follow(self.site, "broadcast", raw, self.node.broadcast(raw))).await, self.sabotage) {
            (Ok(Broadcast::Accepted) | Err(_), Some(Sabotage::SignsAgain)) if raw.last().is_some_and(|byte| byte % 2 == 0) => {
                Ok(Broadcast::NonceUsed)
            }
            (answer, _) => answer,
        }
    }

    async fn receipts(&self, hashes: &[TransactionHash]) -> Result<Vec<Option<Receipt>>, Fault> {
        let mut receipts = self.life.call(self.trace.follow(self.site, "receipts", hashes, self.node.receipts(hashes))).await?;
        if self.sabotage == Some(Sabotage::BelievesStrangers) {
            let logs = receipts.iter_mut().flatten().flat_map(|receipt| &mut receipt.logs);
            logs.filter(|log| log.emitter == ACCOMPLICE).for_each(|log| log.emitter = self.forged);
        }
        Ok(receipts)
    }

    async fn blocks(&self, numbers: &[u64]) -> Result<Vec<Option<[u8; 32]>>, Fault> {
        self.life.call(self.trace.follow(self.site, "blocks", numbers, self.node.blocks(numbers))).await
    }

    async fn call(&self, hash: TransactionHash) -> Result<Option<Call>, Fault> {
        self.life.call(self.trace.follow(self.site, "call", hash, self.node.call(hash))).await
    }

    async fn logs(&self, filter: &LogFilter) -> Result<Vec<Log>, Fault> {
        self.life.call(self.trace.follow(self.site, "logs", filter, self.node.logs(filter))).await
    }
}
