//! What was sent and has to get into a block: sent again while it may not have arrived, for more while it does not get in, and given up when another
//! transaction has its number.
//!
//! The first one that waits holds up all behind it, so it is the one that is looked after.

use std::collections::VecDeque;

use quittance_guard::ReplayLog;
use tokio::time::Instant;

use super::{Back, Company, Job, Working};
use crate::chain::{Block, Broadcast, Chain};
use crate::fees::Offer;
use crate::transaction::Transaction;
use crate::watch::{View, Wait};

/// A transaction on its way, in each form in which it was sent.
pub(super) struct Flight {
    jobs: Vec<Job>,
    company: Company,
    /// The first form, and those with higher fees, the newest last.
    forms: Vec<Transaction>,
    newest: Transaction,
    delivery: Delivery,
    /// The block at which it was sent last; none before the first look.
    since: Option<u64>,
    /// The first block at which it was seen to wait.
    waits_since: Option<u64>,
    /// Whether it was in a block at the last look.
    mined: bool,
    /// How many times its number seemed to be another's, and when last.
    strikes: u32,
    struck: Option<Instant>,
    load: Load,
    wait: Wait,
}

/// What it is sent for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Load {
    Jobs,
    /// Nothing but its number.
    Number,
}

/// Whether a node has it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Delivery {
    Taken,
    Unsure,
}

/// What has become of it.
enum Fate {
    /// It is in a block, and enough stand on it.
    Landed,
    /// It is in a block, which may still be taken back.
    Mined,
    Waits,
}

/// A number that one look shows as used may be used by a form that this look did not show yet.
const STRIKES: u32 = 3;

impl Flight {
    pub(super) fn new(jobs: Vec<Job>, transaction: Transaction, delivery: Delivery, wait: Wait) -> Self {
        let company = if jobs.len() == 1 { Company::Alone } else { Company::Shares };
        Self {
            jobs,
            company,
            forms: Vec::new(),
            newest: transaction,
            delivery,
            since: None,
            waits_since: None,
            mined: false,
            strikes: 0,
            struck: None,
            load: Load::Jobs,
            wait,
        }
    }

    /// One that is sent for nothing but its number.
    pub(super) fn filler(transaction: Transaction, delivery: Delivery, wait: Wait) -> Self {
        Self { load: Load::Number, ..Self::new(Vec::new(), transaction, delivery, wait) }
    }

    pub(super) const fn nonce(&self) -> u64 {
        self.newest.nonce()
    }

    /// Whether this is the form of it that was sent last.
    pub(super) fn is(&self, transaction: &Transaction) -> bool {
        self.newest.hash() == transaction.hash()
    }

    /// Somebody waits for it who did before, and does again.
    pub(super) fn join(&mut self, job: Job) {
        self.jobs.retain(|job| !job.stage.is_closed());
        self.jobs.push(job);
    }

    /// Whether it is in the way of others.
    pub(super) const fn waits(&self) -> bool {
        !self.mined
    }

    /// The block since which it waits, if it does and was looked for.
    pub(super) const fn waits_since(&self) -> Option<u64> {
        self.waits_since
    }

    pub(super) fn is_filler(&self) -> bool {
        self.load == Load::Number
    }

    fn fate(&self, view: &View, confirmations: u64) -> (Fate, u128) {
        let forms = self.forms.iter().chain([&self.newest]);
        match forms.filter_map(|form| view.receipt(&form.hash())).next() {
            Some(receipt) if view.is_deep(receipt.block, confirmations) => (Fate::Landed, receipt.cost),
            Some(_) => (Fate::Mined, 0),
            None => (Fate::Waits, 0),
        }
    }
}

impl<C: Chain, L: ReplayLog> Working<'_, C, L> {
    /// Looks after what waits, at a new block.
    pub(super) async fn tend(&mut self, view: &View) {
        let confirmations = self.given.settings.confirmations;
        let (mut waiting, mut first) = (VecDeque::new(), true);
        for mut flight in core::mem::take(&mut self.flights) {
            match flight.fate(view, confirmations) {
                (Fate::Landed, cost) => self.given.metrics.gas_spent(self.given.network, cost),
                (Fate::Mined, _) => {
                    (flight.mined, flight.waits_since) = (true, None);
                    waiting.push_back(flight);
                }
                (Fate::Waits, _) => {
                    flight.mined = false;
                    flight.waits_since.get_or_insert(view.head.number);
                    let stays = self.look_after(&mut flight, view, first).await;
                    first = false;
                    if stays {
                        waiting.push_back(flight);
                    } else {
                        flight.jobs.iter().for_each(|job| job.give_back(Back::Displaced));
                        // whoever took it may have taken more
                        self.next = None;
                    }
                }
            }
        }
        self.flights = waiting;
        self.close_gaps(view).await;
    }

    /// Whether a transaction may still get in.
    async fn look_after(&self, flight: &mut Flight, view: &View, first: bool) -> bool {
        let since = *flight.since.get_or_insert(view.head.number);
        let late = view.head.number.saturating_sub(since) >= self.given.settings.bump_after;
        if !late && flight.delivery == Delivery::Taken {
            return true;
        }
        match self.given.chain.nonce(self.given.signer, Block::Latest).await {
            Ok(latest) if latest > flight.nonce() => {
                // looks are more frequent where others send, and what is late is given time all the same
                if flight.struck.is_none_or(|before| before.elapsed() >= self.given.settings.poll) {
                    (flight.strikes, flight.struck) = (flight.strikes + 1, Some(Instant::now()));
                }
            }
            Ok(_) => flight.strikes = 0,
            Err(_) => return true,
        }
        if flight.strikes >= STRIKES {
            tracing::warn!(network = %self.given.network, signer = %self.given.signer, nonce = flight.nonce(), "another transaction has the number");
            return false;
        }
        // more is offered for what waits for a block, and not for what waits for a number
        let held_up = self.gap.is_some_and(|gap| gap.holds_up(flight.nonce()));
        if flight.strikes == 0 && !(held_up && flight.delivery == Delivery::Taken) {
            if late {
                flight.since = Some(view.head.number);
            }
            if !(late && first && self.raise(flight, view).await) {
                self.send_again(flight).await;
            }
        }
        true
    }

    /// The same bytes once more, which does no harm.
    async fn send_again(&self, flight: &mut Flight) {
        if let Ok(Broadcast::Accepted) = self.given.chain.broadcast(flight.newest.raw()).await {
            flight.delivery = Delivery::Taken;
        }
    }

    /// The same for more; whether it was sent.
    async fn raise(&self, flight: &mut Flight, view: &View) -> bool {
        let before = Offer { max_fee: flight.newest.max_fee(), tip: flight.newest.tip() };
        let (fees, most) = (view.head.fees, self.given.settings.max_fee);
        let most = fees.left_of(most, flight.newest.call(), flight.newest.gas());
        let Some(offer) = most.and_then(|most| before.above(fees, most)) else { return false };
        let signed =
            self.sign_call(flight.nonce(), flight.newest.gas(), offer, flight.newest.value(), flight.newest.call().clone());
        let Ok(transaction) = signed else { return false };
        // who is no longer interested still stands in the transaction, and may have been settled by it
        flight.jobs.retain(|job| !job.stage.is_closed());
        let kept = self.keep_each(&flight.jobs, &transaction, flight.company).await;
        if kept.iter().any(|kept| matches!(kept, Err(Back::Fault(_)))) {
            return false;
        }
        let jobs = core::mem::take(&mut flight.jobs);
        for (mut job, kept) in jobs.into_iter().zip(kept) {
            match kept {
                Ok(record) => {
                    job.keep(record);
                    flight.jobs.push(job);
                }
                Err(why) => job.give_back(why),
            }
        }
        flight.wait.also(transaction.hash());
        tracing::info!(
            network = %self.given.network, signer = %self.given.signer, nonce = flight.nonce(), transaction = %transaction.hash(), "sent for more"
        );
        let sent = self.given.chain.broadcast(transaction.raw()).await;
        flight.delivery = if sent == Ok(Broadcast::Accepted) { Delivery::Taken } else { Delivery::Unsure };
        flight.forms.push(core::mem::replace(&mut flight.newest, transaction));
        true
    }
}
