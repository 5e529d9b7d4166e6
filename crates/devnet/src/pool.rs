//! Transactions that wait for a block.
//!
//! A transaction whose nonce is ahead of its sender's waits until the ones before it are there; one that bids less than the base fee
//! waits until the fee falls; one in the place of another has to pay a tenth more, for both prices that it names. The words of a
//! refusal are those of the most used node, because clients look for them.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use alloy_consensus::transaction::Recovered;
use alloy_consensus::{Transaction, TxEnvelope};
use alloy_primitives::map::B256HashMap;
use alloy_primitives::{Address, B256};

/// How many transactions of one sender may wait.
const PER_SENDER: usize = 4096;

/// A transaction that waits.
#[derive(Clone)]
pub(crate) struct Waiting {
    pub(crate) tx: Recovered<TxEnvelope>,
    /// When it came, counted in transactions.
    arrival: u64,
}

/// All transactions that wait.
#[derive(Clone, Default)]
pub(crate) struct Pool {
    senders: BTreeMap<Address, BTreeMap<u64, Waiting>>,
    places: B256HashMap<(Address, u64)>,
    arrivals: u64,
}

/// Why a transaction may not wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    Known,
    Underpriced,
    Full,
}

impl Pool {
    /// Lets a transaction wait, in the place of another if it pays enough for that.
    pub(crate) fn add(&mut self, tx: Recovered<TxEnvelope>) -> Result<(), Refused> {
        let (sender, nonce, hash) = (tx.signer(), tx.nonce(), *tx.hash());
        if self.places.contains_key(&hash) {
            return Err(Refused::Known);
        }
        let queue = self.senders.entry(sender).or_default();
        let crowded = queue.len() >= PER_SENDER;
        let new = Waiting { tx, arrival: self.arrivals };
        match queue.entry(nonce) {
            Entry::Occupied(place) if !outbids(&new.tx, &place.get().tx) => return Err(Refused::Underpriced),
            Entry::Occupied(mut place) => {
                let old = place.insert(new);
                self.places.remove(old.tx.hash());
            }
            Entry::Vacant(_) if crowded => return Err(Refused::Full),
            Entry::Vacant(place) => {
                place.insert(new);
            }
        }
        self.places.insert(hash, (sender, nonce));
        self.arrivals += 1;
        Ok(())
    }

    /// A transaction by its hash.
    pub(crate) fn by_hash(&self, hash: &B256) -> Option<&Recovered<TxEnvelope>> {
        let (sender, nonce) = self.places.get(hash)?;
        self.senders.get(sender)?.get(nonce).map(|waiting| &waiting.tx)
    }

    /// The nonce after the unbroken run that waits for `sender`, whose next one is `next`.
    pub(crate) fn next_nonce(&self, sender: Address, next: u64) -> u64 {
        let queue = self.senders.get(&sender);
        (next..).find(|nonce| queue.is_none_or(|queue| !queue.contains_key(nonce))).unwrap_or(next)
    }

    /// Of all transactions whose turn it is, the one that pays the producer most; of equals, the one that came first.
    pub(crate) fn best(
        &self,
        base_fee: u64,
        next_nonce: impl Fn(Address) -> u64,
        skip: &[Address],
    ) -> Option<Recovered<TxEnvelope>> {
        let turn = self.senders.iter().filter(|(sender, _)| !skip.contains(sender));
        let ready = turn.filter_map(|(sender, queue)| queue.get(&next_nonce(*sender)));
        let priced = ready.filter_map(|waiting| Some((waiting.tx.effective_tip_per_gas(base_fee)?, waiting)));
        let best = priced.max_by_key(|(tip, waiting)| (*tip, u64::MAX - waiting.arrival));
        best.map(|(_, waiting)| waiting.tx.clone())
    }

    /// Takes a transaction out.
    pub(crate) fn remove(&mut self, hash: &B256) -> Option<Recovered<TxEnvelope>> {
        let (sender, nonce) = self.places.remove(hash)?;
        let queue = self.senders.get_mut(&sender)?;
        let removed = queue.remove(&nonce);
        if queue.is_empty() {
            self.senders.remove(&sender);
        }
        removed.map(|waiting| waiting.tx)
    }

    /// Takes out what a sender's nonce has passed.
    pub(crate) fn settle(&mut self, sender: Address, next_nonce: u64) {
        let Some(queue) = self.senders.get_mut(&sender) else { return };
        let rest = queue.split_off(&next_nonce);
        for passed in queue.values() {
            self.places.remove(passed.tx.hash());
        }
        *queue = rest;
        if queue.is_empty() {
            self.senders.remove(&sender);
        }
    }

    /// How many wait.
    pub(crate) fn len(&self) -> usize {
        self.places.len()
    }
}

/// Whether `new` pays a tenth more than `old` in both prices.
fn outbids(new: &Recovered<TxEnvelope>, old: &Recovered<TxEnvelope>) -> bool {
    let enough = |new: u128, old: u128| new >= old.saturating_add(old.div_ceil(10));
    enough(new.max_fee_per_gas(), old.max_fee_per_gas()) && enough(new.priority_fee_or_price(), old.priority_fee_or_price())
}
