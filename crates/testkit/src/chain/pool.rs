//! Transactions that wait for a block.
//!
//! One whose nonce is ahead of its sender's waits for those before it; one that bids less than the base fee waits until the fee falls;
//! one in the place of another pays a tenth more, in both prices.

use std::collections::BTreeMap;

use alloy_consensus::transaction::SignerRecoverable as _;
use alloy_consensus::{Transaction as _, TxEnvelope};
use alloy_eips::Decodable2718 as _;
use quittance_core::Address;
use quittance_core::chain::Call;
use quittance_facilitator::TransactionHash;

/// A transaction, read.
#[derive(Clone)]
pub(super) struct Waiting {
    pub(super) hash: TransactionHash,
    pub(super) sender: Address,
    pub(super) nonce: u64,
    pub(super) chain: u64,
    pub(super) gas: u64,
    pub(super) max_fee: u128,
    pub(super) tip: u128,
    /// How many wei go along.
    pub(super) value: u128,
    pub(super) call: Call,
    /// How many bytes it has.
    pub(super) length: u128,
    /// The first block that may hold it.
    pub(super) not_before: u64,
}

impl Waiting {
    /// Reads a signed transaction that calls something; its reader is not the one of those who send.
    pub(super) fn read(raw: &[u8]) -> Option<Self> {
        let mut rest = raw;
        let envelope = TxEnvelope::decode_2718(&mut rest).ok().filter(|_| rest.is_empty())?;
        let sender = envelope.recover_signer().ok()?;
        let to = envelope.to()?;
        Some(Self {
            hash: TransactionHash::from_bytes(envelope.tx_hash().0),
            sender: Address::from_bytes(sender.into_array()),
            nonce: envelope.nonce(),
            chain: envelope.chain_id()?,
            gas: envelope.gas_limit(),
            max_fee: envelope.max_fee_per_gas(),
            tip: envelope.max_priority_fee_per_gas().unwrap_or_else(|| envelope.max_fee_per_gas()),
            value: envelope.value().try_into().ok()?,
            call: Call::new(Address::from_bytes(to.into_array()), envelope.input().to_vec()),
            length: raw.len() as u128,
            not_before: 0,
        })
    }

    /// The most that its sender has to have; none where nobody has as much.
    pub(super) fn cost(&self) -> Option<u128> {
        u128::from(self.gas).checked_mul(self.max_fee)?.checked_add(self.value)
    }

    /// What of a unit of gas goes to who includes it, at a base fee; nothing where it does not even pay that.
    pub(super) fn tip_at(&self, base: u128) -> Option<u128> {
        self.max_fee.checked_sub(base).map(|rest| rest.min(self.tip))
    }

    fn outbids(&self, other: &Self) -> bool {
        let enough = |new: u128, old: u128| new >= old.saturating_add(old.div_ceil(10));
        enough(self.max_fee, other.max_fee) && enough(self.tip, other.tip)
    }
}

/// All that wait.
#[derive(Default)]
pub(super) struct Pool {
    senders: BTreeMap<Address, BTreeMap<u64, Waiting>>,
}

/// What the pool made of a transaction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Taken {
    New,
    Known,
    Underpriced,
}

impl Pool {
    pub(super) fn add(&mut self, new: Waiting) -> Taken {
        let queue = self.senders.entry(new.sender).or_default();
        match queue.get(&new.nonce) {
            Some(old) if old.hash == new.hash => Taken::Known,
            Some(old) if !new.outbids(old) => Taken::Underpriced,
            _ => {
                queue.insert(new.nonce, new);
                Taken::New
            }
        }
    }

    /// The nonce after the unbroken run that waits for a sender whose next is `next`.
    pub(super) fn next_nonce(&self, sender: Address, next: u64) -> u64 {
        let queue = self.senders.get(&sender);
        (next..).find(|nonce| queue.is_none_or(|queue| !queue.contains_key(nonce))).unwrap_or(next)
    }

    /// Of those whose turn it is, the one that pays most; of equals, the one with the smaller hash.
    pub(super) fn best(&self, block: u64, base: u128, turn: impl Fn(&Waiting) -> bool) -> Option<Waiting> {
        let ready = self.senders.values().flat_map(BTreeMap::values).filter(|waiting| waiting.not_before <= block && turn(waiting));
        let priced = ready.filter_map(|waiting| Some((waiting.tip_at(base)?, waiting)));
        priced.max_by_key(|(tip, waiting)| (*tip, core::cmp::Reverse(waiting.hash))).map(|(_, waiting)| waiting.clone())
    }

    pub(super) fn remove(&mut self, sender: Address, nonce: u64) -> Option<Waiting> {
        self.senders.get_mut(&sender)?.remove(&nonce)
    }

    pub(super) fn holds(&self, hash: TransactionHash) -> bool {
        self.all().any(|waiting| waiting.hash == hash)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Waiting> {
        self.senders.values().flat_map(BTreeMap::values)
    }

    pub(super) fn all_mut(&mut self) -> impl Iterator<Item = &mut Waiting> {
        self.senders.values_mut().flat_map(BTreeMap::values_mut)
    }

    pub(super) fn retain(&mut self, keep: impl Fn(&Waiting) -> bool) {
        self.senders.values_mut().for_each(|queue| queue.retain(|_, waiting| keep(waiting)));
    }
}
