//! The laws, and what a schedule came to.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use quittance_core::{Amount, Asset, Rejection, ReplayKey, Retry, UnixSeconds};
use quittance_facilitator::TransactionHash;
use quittance_guard::budget::{Meter, Subject, Sum};
use quittance_guard::replay::{Entry, State};

use super::script::{Planned, Secret};
use super::{Answer, Told, World, ask_once};
use crate::chain::{Act, Deed, Kind, Movement, Spending};
use crate::payer::Way;

/// A law that a schedule broke.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Broken {
    /// The seed of the schedule.
    pub seed: u64,
    /// Which law.
    pub law: Law,
    /// How.
    pub how: String,
}

/// What must hold.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[expect(clippy::exhaustive_enums, reason = "the list in the module's documentation")]
pub enum Law {
    /// 1
    Once,
    /// 2
    ToldTruth,
    /// 3
    ToldTheSame,
    /// 4
    LogKnows,
    /// 5
    NothingOpen,
    /// 6
    NoGaps,
    /// 7
    NothingBurnt,
    /// 8
    NothingWasted,
    /// 9
    NothingLostSilently,
    /// 10
    GiftsCount,
}

impl fmt::Debug for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seed, law, how } = self;
        write!(f, "seed {seed} breaks the law {law:?}: {how}\nagain: cargo run -p quittance-testkit --example world -- {seed}")
    }
}

/// What a schedule came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct Report {
    /// How many payments there were.
    pub payments: u64,
    /// How many authorizations moved money.
    pub moved: u64,
    /// How many of them in a transaction of somebody else.
    pub by_others: u64,
    /// How many were refused in the end.
    pub refused: u64,
    /// How many times somebody was told that a payment is settled.
    pub told_settled: u64,
    /// How many processes died.
    pub died: u64,
    /// How many of our transactions a reorganisation took out.
    pub orphaned: u64,
    /// How many times somebody was told of a transaction that does not stand any more.
    pub taken_back: u64,
    /// How many payments of which somebody was told so are lost.
    pub lost: u64,
    /// How many times a payment that had failed was opened again because the chain has made it pay.
    pub revived: u64,
    /// How many of our transactions came to nothing.
    pub wasted: u64,
    /// How many of those because more gas was needed than had been estimated.
    pub exhausted: u64,
    /// How many were sent for nothing but their numbers, which were missing.
    pub used_up: u64,
    /// How many wallets our transactions deployed.
    pub deployed: u64,
    /// How many payers were given something for gas.
    pub given: u64,
    /// How many of our transactions stand.
    pub transactions: u64,
    /// A hash of everything that was told, by which two runs of a seed are compared.
    pub trace: u64,
}

impl core::ops::AddAssign for Report {
    fn add_assign(&mut self, other: Self) {
        self.payments += other.payments;
        self.moved += other.moved;
        self.by_others += other.by_others;
        self.refused += other.refused;
        self.told_settled += other.told_settled;
        self.died += other.died;
        self.orphaned += other.orphaned;
        self.taken_back += other.taken_back;
        self.lost += other.lost;
        self.revived += other.revived;
        self.wasted += other.wasted;
        self.exhausted += other.exhausted;
        self.used_up += other.used_up;
        self.deployed += other.deployed;
        self.given += other.given;
        self.transactions += other.transactions;
        self.trace = self.trace.rotate_left(1) ^ other.trace;
    }
}

/// Everything there is to judge by.
struct Found<'a> {
    world: &'a World,
    movements: BTreeMap<ReplayKey, Vec<Movement>>,
    entries: BTreeMap<ReplayKey, Entry>,
    told: Vec<Told>,
    /// How many were told before everything was over.
    before: usize,
    now: UnixSeconds,
}

/// Checks every law.
pub(super) async fn check(world: &World) -> Result<Report, Broken> {
    let before = world.told.lock().expect("no step panics").len();
    for (order, planned) in world.script.orders.iter().enumerate() {
        let site = world.site(planned.sites.first().copied().unwrap_or(0));
        for _ in 0..10 {
            let answer = ask_once(site, &world.request(order, false)).await;
            let ends = matches!(answer, Answer::Settled(_) | Answer::Refused(_));
            world.told.lock().expect("no step panics").push(Told { order, other: false, answer });
            if ends {
                break;
            }
            tokio::time::sleep(core::time::Duration::from_secs(10)).await;
        }
    }
    world.settle_down().await;
    let mut movements = BTreeMap::<_, Vec<_>>::new();
    for movement in world.chain.movements() {
        movements.entry(movement.key).or_default().push(movement);
    }
    let entries = world.stores.iter().flat_map(|store| store.with(|log| log.entries().cloned().collect::<Vec<_>>()));
    let found = Found {
        world,
        movements,
        entries: entries.map(|entry| (entry.key, entry)).collect(),
        told: world.told.lock().expect("no step panics").clone(),
        before,
        now: world.chain.time(),
    };
    found.no_gaps()?;
    for (number, planned) in world.script.orders.iter().enumerate() {
        found.once(planned)?;
        found.told_truth(number, planned)?;
        found.nothing_lost_silently(number, planned)?;
        found.told_the_same(number)?;
        found.log_knows(number, planned)?;
        found.nothing_open(planned)?;
    }
    for (order, planned) in world.script.orders.iter().enumerate() {
        let last = found.told.iter().skip(before).rfind(|told| told.order == order).map(|told| &told.answer);
        found.nothing_burnt(order, planned, last)?;
    }
    found.nothing_wasted()?;
    found.gifts_count()?;
    let report = found.report();
    // it changes what the others are judged by
    found.signers_go_on().await?;
    Ok(report)
}

/// How many blocks a good payment may take when all is well again, and how many seconds beside them: what is missing is found, used up, and gets in.
const PARTING: (u32, u64) = (8, 25);

impl Found<'_> {
    fn broken<T>(&self, law: Law, how: String) -> Result<T, Broken> {
        Err(Broken { seed: self.world.seed, law, how })
    }

    fn moved(&self, planned: &Planned) -> &[Movement] {
        self.movements.get(&planned.order.key()).map_or(&[], Vec::as_slice)
    }

    fn answers(&self, order: usize) -> impl Iterator<Item = &Told> {
        self.told.iter().filter(move |told| told.order == order)
    }

    fn once(&self, planned: &Planned) -> Result<(), Broken> {
        let moved = self.moved(planned);
        if moved.len() > 1 {
            return self.broken(Law::Once, format!("{moved:?}"));
        }
        let given = |deed: &Deed| matches!(deed, Deed::Given { to, .. } if *to == planned.order.from());
        let gifts = self.signers().flat_map(|signer| self.world.chain.spendings(signer));
        let gifts = gifts.filter(|spending| spending.prepared.iter().any(given)).collect::<Vec<_>>();
        if gifts.len() > 1 { self.broken(Law::Once, format!("{gifts:?}")) } else { Ok(()) }
    }

    /// Whether somebody was told of a transaction that stood, and that was taken back later than anybody waits for.
    fn was_taken_back(&self, told: &Told) -> bool {
        let orphans = self.world.chain.orphans();
        match &told.answer {
            Answer::Settled(response) if self.world.script.deep => {
                let is = |hash: &TransactionHash| hash.to_string() == response.transaction;
                orphans.iter().any(is) && !self.movements.values().flatten().any(|moved| is(&moved.transaction))
            }
            _ => false,
        }
    }

    /// Whether something that was taken back waits for a payer who cannot pay at the moment, and has time left to.
    fn may_still_be(&self, entry: &Entry, planned: &Planned) -> bool {
        let open = matches!(entry.state, State::Settling { .. } | State::Unknown);
        open && entry.taken_back.is_some() && self.is_spoilt(planned) && self.now < planned.order.window.valid_before()
    }

    fn nothing_lost_silently(&self, order: usize, planned: &Planned) -> Result<(), Broken> {
        let Some(told) = self.answers(order).find(|told| self.was_taken_back(told)) else { return Ok(()) };
        match self.entries.get(&planned.order.key()) {
            Some(Entry { state: State::Settled { .. }, .. }) => Ok(()),
            Some(Entry { state: State::Failed(_), taken_back: Some(_), .. }) => Ok(()),
            Some(entry) if self.may_still_be(entry, planned) => Ok(()),
            entry => self.broken(Law::NothingLostSilently, format!("order {order}: told {told:?}, and the log has {entry:?}")),
        }
    }

    fn told_truth(&self, order: usize, planned: &Planned) -> Result<(), Broken> {
        for (place, told) in self.told.iter().enumerate().filter(|(_, told)| told.order == order) {
            let Answer::Settled(response) = &told.answer else { continue };
            if place < self.before && self.was_taken_back(told) {
                continue;
            }
            if planned.charge.is_zero() {
                if !response.transaction.is_empty() || !self.moved(planned).is_empty() {
                    return self.broken(Law::ToldTruth, format!("order {order}: nothing was charged, and {response:?}"));
                }
                continue;
            }
            let Planned { order: wanted, charge, .. } = planned;
            let as_told = |movement: &&Movement| {
                movement.transaction.to_string() == response.transaction
                    && movement.arrived == *charge
                    && (movement.from, movement.to, movement.token) == (wanted.from(), wanted.pay_to, wanted.token)
            };
            if !self.moved(planned).iter().any(|movement| as_told(&movement)) {
                let moved = self.moved(planned);
                return self.broken(Law::ToldTruth, format!("order {order}: told {response:?}, and there is {moved:?}"));
            }
        }
        Ok(())
    }

    fn told_the_same(&self, order: usize) -> Result<(), Broken> {
        let receipts = self.answers(order).filter(|told| !self.was_taken_back(told)).filter_map(|told| match &told.answer {
            Answer::Settled(response) => Some((told.other, response.to_json())),
            _ => None,
        });
        let receipts = receipts.collect::<BTreeSet<_>>();
        if receipts.len() > 1 { self.broken(Law::ToldTheSame, format!("order {order}: {receipts:?}")) } else { Ok(()) }
    }

    /// Tokens that say one thing and do another are not asked whether money moved.
    fn log_knows(&self, order: usize, planned: &Planned) -> Result<(), Broken> {
        let entry = self.entries.get(&planned.order.key());
        let state = entry.map(|entry| &entry.state);
        match (self.moved(planned), state) {
            ([], Some(State::Settled { receipt, .. })) if !receipt.transaction.is_empty() => {
                self.broken(Law::LogKnows, format!("order {order}: the log has {receipt:?}, and nothing moved"))
            }
            ([moved], Some(State::Settled { receipt, .. })) if *receipt.transaction != *moved.transaction.to_string() => {
                self.broken(Law::LogKnows, format!("order {order}: the log has {receipt:?}, and there is {moved:?}"))
            }
            ([moved], state) if planned.is_plain() && !matches!(state, Some(State::Settled { .. })) => {
                self.broken(Law::LogKnows, format!("order {order}: the log has {state:?}, and there is {moved:?}"))
            }
            ([moved], _) if planned.is_plain() && !self.was_settled_otherwise(order, planned) => {
                // what a deeper reorganisation made of a refusal nobody could know
                let skipped = if self.world.script.deep { self.before } else { 0 };
                let inviting = self.told.iter().skip(skipped).filter(|told| told.order == order).find(|told| match told.answer {
                    Answer::Refused(rejection) => !told.other && rejection.retry() == Retry::NewPayment,
                    _ => false,
                });
                match inviting {
                    Some(told) => {
                        let all = self.answers(order).collect::<Vec<_>>();
                        self.broken(Law::LogKnows, format!("order {order}: told {told:?} of {all:?}, and there is {moved:?}"))
                    }
                    None => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }

    fn nothing_open(&self, planned: &Planned) -> Result<(), Broken> {
        let Some(entry) = self.entries.get(&planned.order.key()) else { return Ok(()) };
        match entry.state {
            State::Settling { .. } | State::Unknown if self.may_still_be(entry, planned) => Ok(()),
            State::Settling { .. } | State::Unknown => self.broken(Law::NothingOpen, format!("{entry:?}")),
            _ => Ok(()),
        }
    }

    fn no_gaps(&self) -> Result<(), Broken> {
        // what a payer has sent and cannot pay for waits for ever
        match self.signers().map(|signer| self.world.chain.waiting_from(signer)).sum::<usize>() {
            0 => Ok(()),
            waiting => self.broken(Law::NoGaps, format!("{waiting} transactions still wait")),
        }
    }

    /// Whoever is next is not held up by what was.
    async fn signers_go_on(&self) -> Result<(), Broken> {
        let World { chain, script, .. } = self.world;
        let (blocks, seconds) = PARTING;
        for (number, signer) in script.sites.iter().enumerate().flat_map(|(site, keys)| keys.iter().map(move |key| (site, key))) {
            let order = self.world.parting(signer.address());
            let request = order.settle(60, order.amount);
            let begun = tokio::time::Instant::now();
            let patience = script.block * blocks + core::time::Duration::from_secs(seconds);
            loop {
                match ask_once(self.world.site(number), &request).await {
                    Answer::Settled(_) => break,
                    answer if begun.elapsed() > patience || matches!(answer, Answer::Refused(_)) => {
                        let waiting = chain.waiting_from(signer.address());
                        let how = format!("what {} was given last was answered {answer:?}, and {waiting} wait", signer.address());
                        return self.broken(Law::NoGaps, how);
                    }
                    _ => tokio::time::sleep(core::time::Duration::from_secs(1)).await,
                }
            }
        }
        Ok(())
    }

    fn nothing_burnt(&self, order: usize, planned: &Planned, last: Option<&Answer>) -> Result<(), Broken> {
        if !planned.is_plain() || planned.short || planned.overdrawn {
            return Ok(());
        }
        let Some(answer) = last else { return self.broken(Law::NothingBurnt, format!("order {order}: no answer")) };
        let agreed_otherwise = self.was_settled_otherwise(order, planned);
        match answer {
            Answer::Settled(_) => Ok(()),
            // it was settled on other terms
            Answer::Refused(Rejection::DuplicateSettlement | Rejection::Eip3009NonceUsed | Rejection::Permit2NonceUsed)
                if agreed_otherwise =>
            {
                Ok(())
            }
            Answer::Refused(_) if self.is_spoilt(planned) => Ok(()),
            // what spoilt it was taken back after it had failed by that: whoever was told so may have paid in another way
            Answer::Refused(_) if self.was_spoilt(planned) && self.has_failed(order, planned) => Ok(()),
            Answer::Pending if self.entries.get(&planned.order.key()).is_some_and(|entry| self.may_still_be(entry, planned)) => {
                Ok(())
            }
            answer => {
                let before = self.answers(order).collect::<Vec<_>>();
                self.broken(Law::NothingBurnt, format!("order {order}: in the end it was told {answer:?}, before {before:?}"))
            }
        }
    }

    /// Whether the log says that it has failed for good, or for now where it was asked for on other terms, which is remembered for as long.
    fn has_failed(&self, order: usize, planned: &Planned) -> bool {
        let asked_otherwise = self.answers(order).any(|told| told.other);
        let state = self.entries.get(&planned.order.key()).map(|entry| &entry.state);
        matches!(state, Some(State::Failed(rejection)) if asked_otherwise || rejection.retry() != Retry::SameBytesLater)
    }

    fn is_settled(&self, planned: &Planned) -> bool {
        matches!(self.entries.get(&planned.order.key()), Some(Entry { state: State::Settled { .. }, .. }))
    }

    /// Whether it was settled for who asked on other terms, or failed for them and paid after all.
    fn was_settled_otherwise(&self, order: usize, planned: &Planned) -> bool {
        let told = |other: bool, is: fn(&Answer) -> bool| self.answers(order).any(|told| told.other == other && is(&told.answer));
        let settled = |answer: &Answer| matches!(answer, Answer::Settled(_));
        let failed = |answer: &Answer| matches!(answer, Answer::Refused(why) if *why != Rejection::DuplicateSettlement);
        told(true, settled) || (self.is_settled(planned) && told(true, failed) && !told(false, settled))
    }

    /// Whether somebody else has seen to it that it cannot be settled.
    fn is_spoilt(&self, planned: &Planned) -> bool {
        let (chain, order) = (&self.world.chain, &planned.order);
        let poor = chain.balance(order.token, order.from()) < planned.charge;
        let permitted = matches!(order.way, Way::Eip3009) || chain.is_allowed(order.token, order.from(), planned.charge);
        let used = chain.is_used(&order.key()) && self.moved(planned).is_empty();
        self.moved(planned).is_empty() && (poor || !permitted || used)
    }

    /// Whether something was done to it in a block that was taken back.
    fn was_spoilt(&self, planned: &Planned) -> bool {
        let (from, own) = (planned.order.from(), planned.order.nonce);
        self.world.script.deep
            && self.world.chain.undone().iter().any(|act| match act {
                Act::Cancel { payer, nonce, .. } | Act::Invalidate { payer, nonce } => (*payer, *nonce) == (from, own),
                Act::Call { from: whose, .. } => *whose == from,
            })
    }

    /// A transaction may come to nothing because somebody interfered between the look and the block, or because the payment was none
    /// from the beginning; and the latter is no excuse for others.
    fn nothing_wasted(&self) -> Result<(), Broken> {
        let happened = *self.world.happened.lock().expect("no step panics");
        let dubious = |planned: &&Planned| planned.short || planned.overdrawn || !planned.is_plain();
        let dubious = self.world.script.orders.iter().filter(dubious).map(|planned| planned.order.key()).collect::<BTreeSet<_>>();
        let number = self.used_up().count();
        if number > 0 && happened.reorganizations + happened.drops + happened.crashes == 0 {
            return self.broken(Law::NothingWasted, format!("{number} were sent for nothing, {happened:?}"));
        }
        let wasted = self.wasted().into_iter().filter(|spending| !spending.attempted.iter().any(|key| dubious.contains(key)));
        // what was estimated for a payee before it changed
        let outdated = |spending: &Spending| spending.exhausted && happened.payees > 0;
        let wasted = wasted.filter(|spending| !outdated(spending)).collect::<Vec<_>>();
        let excused = happened.ambushes + happened.cancellations + happened.lagging + happened.helpings + self.orphaned() * 2;
        if wasted.len() as u64 > excused {
            return self.broken(Law::NothingWasted, format!("{excused} had a reason, {happened:?}: {wasted:?}"));
        }
        Ok(())
    }

    /// What is counted may be more: what was set aside by somebody who died counts as well.
    fn gifts_count(&self) -> Result<(), Broken> {
        let gifts = self.signers().flat_map(|signer| self.world.chain.spendings(signer)).flat_map(|spending| spending.prepared);
        let given = gifts.map(|deed| if let Deed::Given { wei, .. } = deed { wei } else { 0 }).sum();
        let asset = Asset::parse(self.world.chain.network(), "0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE").expect("an asset");
        let sum = Sum::new(Subject::Wallet(Meter::Hour), asset);
        let counted = self.world.stores.iter().map(|store| store.book.lock().expect("no step panics").spent(&sum, self.now));
        let counted = counted.fold(Amount::ZERO, |sum, more| sum.checked_add(more).unwrap_or(Amount::MAX));
        if counted >= Amount::from_u128(given) {
            return Ok(());
        }
        self.broken(Law::GiftsCount, format!("payers were given {given} wei, and {counted} are counted"))
    }

    fn signers(&self) -> impl Iterator<Item = quittance_core::Address> {
        self.world.script.sites.iter().flatten().map(Secret::address)
    }

    fn wasted(&self) -> Vec<Spending> {
        let spent = self.signers().flat_map(|signer| self.world.chain.spendings(signer));
        spent.filter(|spending| spending.used == 0 && spending.prepared.is_empty() && !spending.to_itself).collect()
    }

    fn used_up(&self) -> impl Iterator<Item = Spending> {
        let spent = self.signers().flat_map(|signer| self.world.chain.spendings(signer));
        spent.filter(|spending| spending.to_itself)
    }

    /// How many transactions of ours, and how many of payers' that ours need, were taken out of a block.
    fn orphaned(&self) -> u64 {
        let payers = self.world.script.orders.iter().map(|planned| planned.order.from());
        self.signers().chain(payers).map(|signer| self.world.chain.orphaned(signer) as u64).sum()
    }

    fn report(&self) -> Report {
        let ours: BTreeSet<TransactionHash> =
            self.signers().flat_map(|signer| self.world.chain.spendings(signer)).map(|spending| spending.transaction).collect();
        let moved = || self.movements.values().flatten();
        let prepared = |is: fn(&Deed) -> bool| {
            let spent = self.signers().flat_map(|signer| self.world.chain.spendings(signer));
            spent.flat_map(|spending| spending.prepared).filter(is).count() as u64
        };
        let settled = self.told.iter().filter(|told| matches!(told.answer, Answer::Settled(_))).count() as u64;
        let refused = |entry: &&Entry| matches!(entry.state, State::Failed(_));
        Report {
            payments: self.world.script.orders.len() as u64,
            moved: moved().count() as u64,
            by_others: moved().filter(|movement| !ours.contains(&movement.transaction)).count() as u64,
            refused: self.entries.values().filter(refused).count() as u64,
            told_settled: settled,
            died: self.told.iter().filter(|told| matches!(told.answer, Answer::Nothing)).count() as u64,
            orphaned: self.orphaned(),
            taken_back: self.told.iter().filter(|told| self.was_taken_back(told)).count() as u64,
            lost: self.entries.values().filter(|entry| refused(entry) && entry.taken_back.is_some()).count() as u64,
            revived: self.world.stores.iter().map(|store| store.revived()).sum(),
            wasted: self.wasted().len() as u64,
            exhausted: self.wasted().iter().filter(|spending| spending.exhausted).count() as u64,
            used_up: self.used_up().count() as u64,
            deployed: prepared(|deed| matches!(deed, Deed::Deployed { .. })),
            given: prepared(|deed| matches!(deed, Deed::Given { .. })),
            transactions: ours.len() as u64,
            trace: self.trace(),
        }
    }

    fn trace(&self) -> u64 {
        let text = format!("{}{:?}{:?}{:?}", self.world.trace.text(), self.told, self.movements, self.now);
        let [a, b, c, d, e, f, g, h, ..] = quittance_core::sha256(text.as_bytes());
        u64::from_be_bytes([a, b, c, d, e, f, g, h])
    }
}

impl Planned {
    /// Whether the token does what it says.
    const fn is_plain(&self) -> bool {
        matches!(self.kind, Kind::Honest | Kind::SilentOnUsedNonce)
    }
}
