//! One signer, and what it sends.
//!
//! A signer's transactions are counted, and the chain takes them in that order and none twice; so one task signs for one signer, and gives the
//! next number only when the one before has left. What is about to leave is kept in the log first (rule 12). What comes back without having
//! left goes back to its settlement, with nothing lost.
//!
//! Nothing here decides whether anybody was paid. The task may die and another take its place: it asks the chain for the next number, and
//! settlements see for themselves what became of theirs.

mod flight;
mod numbers;

use std::collections::VecDeque;
use std::sync::Arc;

use futures_util::future::join_all;
use quittance_core::chain::Call;
use quittance_core::signature::SecretKey;
use quittance_core::{Address, Fault, Network};
use quittance_evm::multicall3;
use quittance_guard::ReplayLog;
use quittance_guard::replay::{Claim, Step, StepError};
use tokio::sync::mpsc;

use crate::chain::{Broadcast, Chain, Fees};
use crate::fees::Offer;
use crate::metrics::Metrics;
use crate::news as watch;
use crate::record::{Purpose, Record, Try};
use crate::settings::{ChainSettings, Clock};
use crate::transaction::Transaction;
use crate::watch::{View, Wait, Watcher};

use flight::{Delivery, Flight};
use numbers::Gap;

pub(crate) use numbers::{Histories, Resent};

/// A settlement to be sent.
pub(crate) struct Job {
    pub(crate) claim: Claim,
    pub(crate) record: Record,
    pub(crate) call: Call,
    /// How many wei go along.
    pub(crate) value: u128,
    pub(crate) purpose: Purpose,
    pub(crate) gas: u64,
    pub(crate) company: Company,
    /// What was signed for it before, which a node has taken once more: it is looked after as it is.
    pub(crate) signed: Option<Transaction>,
    /// Whoever waits has gone away when nobody reads this any more.
    pub(crate) stage: watch::Sender<Stage>,
}

/// Whether a settlement may share a transaction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Company {
    Shares,
    Alone,
}

/// How far a job has come.
#[derive(Clone)]
pub(crate) enum Stage {
    /// It waits for its turn.
    Queued,
    /// It is kept with these transactions, of which the newest has been sent or is about to be.
    Kept(Record),
    /// It is not among what waits for a block. What of it is kept is kept.
    Back(Back, Record),
}

/// Why a job comes back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Back {
    /// Somebody else has the settlement by now.
    Stale,
    /// Something is down.
    Fault(Fault),
    /// Gas is dearer than allowed.
    Dear,
    /// The signer cannot pay for gas, or the nodes do not take its transaction.
    NotTaken(Broadcast),
    /// Another transaction has the number of this one.
    Displaced,
}

impl Job {
    /// It is kept with a transaction more.
    fn keep(&mut self, record: Record) {
        self.stage.send_replace(Stage::Kept(record.clone()));
        self.record = record;
    }

    fn give_back(&self, why: Back) {
        self.stage.send_replace(Stage::Back(why, self.record.clone()));
    }
}

/// Signs and sends for one signer.
pub(crate) struct Dispatcher<C, L> {
    pub(crate) key: SecretKey,
    pub(crate) signer: Address,
    pub(crate) network: Network,
    pub(crate) chain: Arc<C>,
    pub(crate) log: Arc<L>,
    pub(crate) clock: Clock,
    pub(crate) settings: ChainSettings,
    pub(crate) watcher: Watcher,
    pub(crate) histories: Histories,
    pub(crate) resent: Resent,
    pub(crate) metrics: Arc<Metrics>,
}

/// A dispatcher at work.
struct Working<'a, C, L> {
    given: &'a Dispatcher<C, L>,
    /// The next number, when it is known.
    next: Option<u64>,
    /// The history in which it is.
    history: u64,
    /// What waits for a block, in the order of its numbers.
    flights: VecDeque<Flight>,
    /// A number that is missing before something that waits.
    gap: Option<Gap>,
}

/// How often one transaction is signed anew before it goes back.
const ATTEMPTS: usize = 6;
/// What a transaction needs beyond what was estimated for its calls, as a divisor and in units.
const GAS_MARGIN: (u64, u64) = (4, 10_000);

impl<C: Chain, L: ReplayLog> Dispatcher<C, L> {
    /// Works as long as anybody can ask for anything.
    pub(crate) async fn run(&self, jobs: &mut mpsc::Receiver<Job>) {
        let mut working = Working { given: self, next: None, history: 0, flights: VecDeque::new(), gap: None };
        let mut wait: Option<Wait> = None;
        loop {
            let idle = working.flights.is_empty() && self.resent.is_empty();
            wait = if idle { None } else { wait.or_else(|| Some(self.watcher.wait())) };
            tokio::select! {
                biased;
                view = next(&mut wait) => working.tend(&view).await,
                () = self.resent.more(), if idle => {}
                job = jobs.recv(), if working.has_room() => {
                    let Some(job) = job else { return };
                    let mut ready = vec![job];
                    while ready.len() < working.room() && let Ok(job) = jobs.try_recv() {
                        ready.push(job);
                    }
                    working.send_all(ready).await;
                }
            }
        }
    }
}

/// The next look at the chain, if anything waits for one.
async fn next(wait: &mut Option<Wait>) -> Arc<View> {
    match wait {
        Some(wait) => wait.next().await,
        None => std::future::pending().await,
    }
}

impl<C: Chain, L: ReplayLog> Working<'_, C, L> {
    /// How many settlements can be taken.
    fn room(&self) -> usize {
        let waiting = self.flights.iter().filter(|flight| flight.waits() && !flight.is_filler()).count();
        match self.given.settings.batch {
            // what comes while the one before waits goes together with the next
            Some(batch) if waiting == 0 => batch.payments.saturating_mul(self.given.settings.in_flight),
            Some(_) => 0,
            None => self.given.settings.in_flight.saturating_sub(waiting),
        }
    }

    fn has_room(&self) -> bool {
        self.room() > 0
    }

    /// Sends what is ready, in as few transactions as may be.
    async fn send_all(&mut self, ready: Vec<Job>) {
        let mut shared = Vec::new();
        let mut gas = 0_u64;
        for mut job in ready.into_iter().filter(|job| !job.stage.is_closed()) {
            if let Some(signed) = job.signed.take() {
                self.take_over(job, signed);
                continue;
            }
            match self.given.settings.batch {
                Some(batch) if job.company == Company::Shares => {
                    if shared.len() >= batch.payments || gas.saturating_add(job.gas) > batch.gas {
                        self.send(core::mem::take(&mut shared)).await;
                        gas = 0;
                    }
                    gas = gas.saturating_add(job.gas);
                    shared.push(job);
                }
                _ => self.send(vec![job]).await,
            }
        }
        self.send(shared).await;
    }

    /// Sends jobs in one transaction, or gives them back.
    async fn send(&mut self, mut jobs: Vec<Job>) {
        let mut raised = 0;
        for _ in 0..ATTEMPTS {
            if jobs.is_empty() {
                return;
            }
            let transaction = match self.sign(&jobs, raised).await {
                Ok(transaction) => transaction,
                Err(why) => return jobs.iter().for_each(|job| job.give_back(why)),
            };
            let leaving = self.given.watcher.leaving();
            let before = jobs.len();
            jobs = self.keep(jobs, &transaction).await;
            if jobs.len() < before {
                continue;
            }
            // it is looked for before it is sent
            let mut wait = self.given.watcher.wait();
            wait.also(transaction.hash());
            let sent = self.given.chain.broadcast(transaction.raw()).await;
            drop(leaving);
            let delivery = match sent {
                Ok(Broadcast::Accepted) => Delivery::Taken,
                Err(_) => Delivery::Unsure,
                // what gives something away is not signed twice here: a number that is used may be used by it, as another node will show
                Ok(refused @ (Broadcast::NonceUsed | Broadcast::Underpriced)) if gives(&jobs) => {
                    self.next = None;
                    return jobs.iter().for_each(|job| job.give_back(Back::NotTaken(refused)));
                }
                Ok(Broadcast::NonceUsed) => {
                    self.next = None;
                    continue;
                }
                Ok(Broadcast::Underpriced) => {
                    // something of before that waits, or is about to be taken from the pool
                    self.next = None;
                    raised += 1;
                    continue;
                }
                Ok(refused @ (Broadcast::OutOfFunds | Broadcast::Refused)) => {
                    tracing::warn!(network = %self.given.network, signer = %self.given.signer, ?refused, "a transaction was not taken");
                    return jobs.iter().for_each(|job| job.give_back(Back::NotTaken(refused)));
                }
            };
            return self.took_off(jobs, transaction, delivery, wait);
        }
        jobs.iter().for_each(|job| job.give_back(Back::NotTaken(Broadcast::Refused)));
    }

    fn took_off(&mut self, jobs: Vec<Job>, transaction: Transaction, delivery: Delivery, wait: Wait) {
        self.next = transaction.nonce().checked_add(1);
        if delivery == Delivery::Taken {
            self.given.watcher.sent();
        }
        self.given.metrics.transaction(self.given.network, jobs.len());
        tracing::info!(
            network = %self.given.network, signer = %self.given.signer, nonce = transaction.nonce(), transaction = %transaction.hash(),
            settlements = jobs.len(), "sent"
        );
        self.fly(Flight::new(jobs, transaction, delivery, wait));
    }

    /// Looks after what was signed before, by somebody who is gone or for a settlement that the chain has taken back.
    fn take_over(&mut self, job: Job, signed: Transaction) {
        if let Some(flight) = self.flights.iter_mut().find(|flight| flight.is(&signed)) {
            return flight.join(job);
        }
        let mut wait = self.given.watcher.wait();
        wait.also(signed.hash());
        tracing::info!(
            network = %self.given.network, signer = %self.given.signer, nonce = signed.nonce(), transaction = %signed.hash(), "sent again"
        );
        self.fly(Flight::new(vec![job], signed, Delivery::Taken, wait));
    }

    /// Signs a transaction for jobs, for a fee that was raised so many times.
    async fn sign(&mut self, jobs: &[Job], raised: u32) -> Result<Transaction, Back> {
        let gas = with_margin(jobs.iter().fold(0_u64, |sum, job| sum.saturating_add(job.gas)));
        let (call, value) = match jobs {
            [job] => (job.call.clone(), job.value),
            _ => {
                let calls: Vec<_> = jobs.iter().map(|job| job.call.clone()).collect();
                (multicall3::call(&calls).ok_or(Back::Fault(Fault::SettleFailed))?, 0)
            }
        };
        let fees = self.fees().await.map_err(Back::Fault)?;
        let most = fees.left_of(self.given.settings.max_fee, &call, gas).ok_or(Back::Dear)?;
        let mut offer = Offer::at(fees, most).ok_or(Back::Dear)?;
        for _ in 0..raised {
            offer = offer.above(fees, most).ok_or(Back::Dear)?;
        }
        let nonce = self.number().await.map_err(Back::Fault)?;
        self.sign_call(nonce, gas, offer, value, call)
    }

    fn sign_call(&self, nonce: u64, gas: u64, offer: Offer, value: u128, call: Call) -> Result<Transaction, Back> {
        Transaction::sign_with(&self.given.key, self.given.network, nonce, gas, offer.max_fee, offer.tip, value, call)
            .map_err(|_| Back::Fault(Fault::SettleFailed))
    }

    async fn fees(&self) -> Result<Fees, Fault> {
        match self.given.watcher.last(self.given.settings.poll.max(FRESH)) {
            Some(view) => Ok(view.head.fees),
            None => Ok(self.given.chain.head().await?.fees),
        }
    }

    /// Keeps a transaction in the log with every job; those with which it cannot be kept go back, and are not in what is sent.
    async fn keep(&self, jobs: Vec<Job>, transaction: &Transaction) -> Vec<Job> {
        let alone = if jobs.len() == 1 { Company::Alone } else { Company::Shares };
        let kept = self.keep_each(&jobs, transaction, alone).await;
        let mut left = Vec::with_capacity(jobs.len());
        for (mut job, kept) in jobs.into_iter().zip(kept) {
            match kept {
                Ok(record) => {
                    job.keep(record);
                    left.push(job);
                }
                Err(why) => job.give_back(why),
            }
        }
        left
    }

    /// Keeps a transaction with each job. The bytes of one that is shared would be kept as often as it has jobs, so they are not.
    async fn keep_each(&self, jobs: &[Job], transaction: &Transaction, company: Company) -> Vec<Result<Record, Back>> {
        let raw = if company == Company::Alone { transaction.raw() } else { &[] };
        let with = |job: &Job| {
            let (hash, nonce) = (transaction.hash(), transaction.nonce());
            (
                job.claim.clone(),
                job.record.with(Try { hash, signer: self.given.signer, nonce, purpose: job.purpose, raw: raw.to_vec() }),
            )
        };
        let records: Vec<_> = jobs.iter().map(with).collect();
        join_all(records.into_iter().map(|(claim, record)| self.keep_one(claim, record))).await
    }

    async fn keep_one(&self, claim: Claim, record: Record) -> Result<Record, Back> {
        let sent = record.to_sent().ok_or(Back::Fault(Fault::SettleFailed))?;
        let now = self.given.clock.now().map_err(Back::Fault)?;
        match self.given.log.step(&claim, Step::Settling(Some(sent)), now).await {
            Ok(_) => Ok(record),
            Err(StepError::Fault(fault)) => Err(Back::Fault(fault)),
            Err(_) => Err(Back::Stale),
        }
    }
}

/// Whether coins go along.
fn gives(jobs: &[Job]) -> bool {
    jobs.iter().any(|job| job.value > 0)
}

/// What a transaction may take, when its calls were estimated to take so much.
pub(crate) const fn with_margin(gas: u64) -> u64 {
    gas.saturating_add(gas / GAS_MARGIN.0).saturating_add(GAS_MARGIN.1)
}

/// How old a block may be that fees are taken from.
const FRESH: std::time::Duration = std::time::Duration::from_secs(1);
