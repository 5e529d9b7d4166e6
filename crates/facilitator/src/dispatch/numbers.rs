//! A signer's numbers: which is next, and that none is missing before something that waits.
//!
//! The chain takes a signer's transactions in the order of their numbers, so that one number that nobody uses holds up everything behind it. A number is
//! missing when a reorganisation that is deeper than anybody waits for gives back that of a transaction which nobody sends again, because its payment
//! has failed since; or when a pool forgets what nobody looks after any more. Settlements know nothing of that, and the payment that waits is in order.
//!
//! So whatever waits for long is reason to ask which number the chain wants next, and when look after look that is nobody's, the signer uses it up
//! itself: by sending nothing to itself. That costs little and moves nothing, and everything behind it gets in as it was signed. Where nothing waits behind
//! a number that is free nothing is sent for it: the next payment takes it.
//!
//! A node that lags or lies about the next number can have transactions signed that never get in, a bounded number of them, and nothing else: each number
//! is used once whoever uses it, and a settlement whose number is gone sees for itself.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use quittance_core::Fault;
use quittance_core::chain::Call;
use quittance_guard::ReplayLog;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::flight::{Delivery, Flight};
use super::{Working, with_margin};
use crate::chain::{Block, Broadcast, Chain, Gas};
use crate::fees::Offer;
use crate::watch::View;

/// How many times the chain was seen to have another history. Clones are the same.
#[derive(Clone, Default)]
pub(crate) struct Histories(Arc<AtomicU64>);

impl Histories {
    pub(crate) fn another(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// The numbers of what was signed before and is sent again by the settlements that it is for, beside what they hand over: what payers were given, which
/// comes before what they wait for. Clones are the same.
#[derive(Clone, Default)]
pub(crate) struct Resent(Arc<Shared>);

#[derive(Default)]
struct Shared {
    /// For how many more looks each is minded.
    numbers: Mutex<BTreeMap<u64, u32>>,
    more: Notify,
}

/// How many looks something is minded since it was last sent.
const MINDED: u32 = 64;
/// How many looks in a row have to find a number missing: of two nodes behind one address one may be behind, or not know what waits.
const LOOKS: u32 = 3;
/// And for how long: what a reorganisation took back is sent again by its settlement, when that was noticed.
const SPARED: Duration = Duration::from_secs(12);
/// How many blocks something has to wait until it is asked what for.
const LONG: u64 = 2;
/// How many numbers are used up in one look.
const AT_ONCE: usize = 16;
/// How many of what was sent for its number may wait: a node that names another number with every look is believed so often.
const WAITING: usize = 64;
/// The gas for sending nothing to oneself where that would fail, as it may where one's account has code. It need not succeed.
const GAS: u64 = 100_000;

/// A number that was found missing before something that waits.
#[derive(Clone, Copy)]
pub(super) struct Gap {
    number: u64,
    since: Instant,
    looks: u32,
}

impl Gap {
    /// Whether a transaction of this number waits for it.
    pub(super) const fn holds_up(self, number: u64) -> bool {
        self.number < number
    }
}

impl Resent {
    /// A node has taken a transaction of this number once more.
    pub(crate) fn add(&self, number: u64) {
        self.with(|numbers| numbers.insert(number, MINDED));
        self.0.more.notify_one();
    }

    pub(super) fn is_empty(&self) -> bool {
        self.with(|numbers| numbers.is_empty())
    }

    /// Something has been added.
    pub(super) async fn more(&self) {
        self.0.more.notified().await;
    }

    /// The first number from this one on that is none of them.
    fn free_from(&self, number: u64) -> u64 {
        self.with(|numbers| (number..).find(|number| !numbers.contains_key(number)).unwrap_or(number))
    }

    fn last(&self) -> Option<u64> {
        self.with(|numbers| numbers.keys().next_back().copied())
    }

    /// The chain wants this number next: what has it or one before it waits for nothing.
    fn reached(&self, next: u64) {
        self.with(|numbers| {
            numbers.retain(|number, looks| {
                *looks = looks.saturating_sub(1);
                *number > next && *looks > 0
            });
        });
    }

    fn with<T>(&self, change: impl FnOnce(&mut BTreeMap<u64, u32>) -> T) -> T {
        change(&mut self.0.numbers.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<C: Chain, L: ReplayLog> Working<'_, C, L> {
    /// The next number.
    pub(super) async fn number(&mut self) -> Result<u64, Fault> {
        let history = self.given.histories.count();
        if history != self.history {
            // numbers that were used may be free again
            (self.history, self.next) = (history, None);
        }
        let next = match self.next {
            Some(next) => next,
            None => {
                let pending = self.given.chain.nonce(self.given.signer, Block::Pending).await?;
                let flying = self.flights.back().and_then(|flight| flight.nonce().checked_add(1)).unwrap_or(0);
                pending.max(flying)
            }
        };
        Ok(*self.next.insert(self.given.resent.free_from(next)))
    }

    /// Sees to it that nothing waits for a number that nobody uses.
    pub(super) async fn close_gaps(&mut self, view: &View) {
        let waits = |flight: &&Flight| flight.waits_since().is_some_and(|since| view.head.number.saturating_sub(since) >= LONG);
        let last = self.flights.iter().filter(waits).map(Flight::nonce).max().max(self.given.resent.last());
        let Some(last) = last else {
            self.gap = None;
            return;
        };
        for sent in 0..AT_ONCE {
            let Ok(next) = self.given.chain.nonce(self.given.signer, Block::Pending).await else { return };
            if sent == 0 {
                self.given.resent.reached(next);
            }
            // of what is not where it was sent the number is not free
            if next >= last || self.flights.iter().any(|flight| flight.nonce() == next) {
                self.gap = None;
                return;
            }
            let gap = self.gap.get_or_insert_with(|| Gap { number: next, since: Instant::now(), looks: 0 });
            gap.number = next;
            gap.looks = gap.looks.saturating_add(u32::from(sent == 0));
            let is_one = gap.looks >= LOOKS && gap.since.elapsed() >= SPARED;
            let waiting = self.flights.iter().filter(|flight| flight.is_filler()).count();
            if !is_one || waiting >= WAITING || !self.use_up(next, view).await {
                return;
            }
        }
    }

    /// Sends nothing to nobody else; whether a node has taken it.
    async fn use_up(&mut self, number: u64, view: &View) -> bool {
        let (network, signer) = (self.given.network, self.given.signer);
        let call = Call::new(signer, Vec::new());
        let gas = match self.given.chain.estimate(signer, &call).await {
            Ok(Gas::Units(gas)) => with_margin(gas),
            Ok(Gas::Reverts(_)) => GAS,
            Err(_) => return false,
        };
        let most = view.head.fees.left_of(self.given.settings.max_fee, &call, gas);
        let offer = most.and_then(|most| Offer::at(view.head.fees, most));
        let Some(Ok(transaction)) = offer.map(|offer| self.sign_call(number, gas, offer, 0, call)) else { return false };
        let mut wait = self.given.watcher.wait();
        wait.also(transaction.hash());
        let sent = self.given.chain.broadcast(transaction.raw()).await;
        tracing::warn!(%network, %signer, nonce = number, transaction = %transaction.hash(), ?sent, "used up a number that nobody has");
        let delivery = match sent {
            Ok(Broadcast::Accepted) => Delivery::Taken,
            Err(_) => Delivery::Unsure,
            // it is somebody's after all
            Ok(_) => {
                self.gap = None;
                return false;
            }
        };
        self.given.metrics.transaction(network, 0);
        self.fly(Flight::filler(transaction, delivery, wait));
        delivery == Delivery::Taken
    }

    /// Looks after it from now on, at its place among the others.
    pub(super) fn fly(&mut self, flight: Flight) {
        let place = self.flights.partition_point(|before| before.nonce() <= flight.nonce());
        self.flights.insert(place, flight);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sent_again_is_minded_until_the_chain_reaches_it_or_nobody_sends_it_any_more() {
        let resent = Resent::default();
        for number in [3, 5, 6] {
            resent.add(number);
        }
        assert_eq!((resent.free_from(2), resent.free_from(3), resent.free_from(5), resent.last()), (2, 4, 7, Some(6)));
        resent.reached(5);
        assert_eq!((resent.free_from(5), resent.last(), resent.is_empty()), (5, Some(6), false));
        for _ in 1..MINDED - 1 {
            resent.reached(0);
        }
        resent.add(6);
        for _ in 1..MINDED {
            resent.reached(0);
        }
        assert!(!resent.is_empty());
        resent.reached(0);
        assert!(resent.is_empty());
    }
}
