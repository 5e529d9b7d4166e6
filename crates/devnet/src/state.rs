//! Accounts, code and storage, with the way back: every write keeps the value it replaced.
//!
//! Nothing is ever copied whole. The old values lie in segments, each for one block (or for what was changed by hand while that
//! block was the newest), so the state at an earlier block is the present one seen through the segments after it, and a snapshot is
//! the number of segments there were. What is older than the blocks to keep is dropped, and can no longer be asked for, but what a
//! snapshot needs stays.

use std::collections::HashMap;
use std::convert::Infallible;

use alloy_primitives::map::{AddressHashMap, HashMap as FastMap};
use alloy_primitives::{Address, B256, U256};
use revm::DatabaseRef;
use revm::bytecode::Bytecode;
use revm::state::{AccountInfo, EvmState};

/// What an account is, with its code beside it.
#[derive(Default)]
struct Account {
    info: AccountInfo,
    storage: FastMap<U256, U256>,
}

/// The values that the writes of one stretch replaced.
struct Segment {
    /// The newest block while they were replaced, or the block that replaced them.
    block: u64,
    /// Whether a snapshot ends here, so that later writes belong to another segment.
    sealed: bool,
    accounts: AddressHashMap<Option<AccountInfo>>,
    slots: FastMap<(Address, U256), U256>,
}

/// The state of the chain at its newest block.
#[derive(Default)]
pub(crate) struct State {
    accounts: AddressHashMap<Account>,
    hashes: HashMap<u64, B256>,
    segments: Vec<Segment>,
    /// How many segments were dropped from the front.
    dropped: usize,
}

/// How far the segments had come when a snapshot was taken.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Mark(usize);

impl State {
    /// The state after `block`, or as it is now.
    pub(crate) fn view(&self, block: Option<u64>) -> View<'_> {
        let first = block.map_or(self.segments.len(), |block| self.segments.partition_point(|segment| segment.block <= block));
        View { state: self, later: self.segments.get(first..).unwrap_or_default() }
    }

    /// Takes over what a transaction changed in `block`.
    pub(crate) fn commit(&mut self, block: u64, changes: EvmState) {
        for (address, changed) in changes {
            if !changed.is_touched() {
                continue;
            }
            if changed.is_selfdestructed() {
                for slot in self.slots_of(address) {
                    self.write_slot(block, address, slot, U256::ZERO);
                }
                self.write_info(block, address, None);
                continue;
            }
            for (slot, value) in changed.changed_storage_slots() {
                self.write_slot(block, address, *slot, value.present_value());
            }
            let info = changed.info;
            // an account that is empty is none, whoever touched it
            self.write_info(block, address, (!info.is_empty()).then_some(info));
        }
    }

    /// Changes one account by hand.
    pub(crate) fn edit(&mut self, block: u64, address: Address, change: impl FnOnce(&mut AccountInfo)) {
        let mut info = self.view(None).account(address);
        change(&mut info);
        self.write_info(block, address, Some(info));
    }

    /// Writes one slot by hand.
    pub(crate) fn write_slot(&mut self, block: u64, address: Address, slot: U256, value: U256) {
        let account = self.accounts.entry(address).or_default();
        let old = if value.is_zero() { account.storage.remove(&slot) } else { account.storage.insert(slot, value) };
        let old = old.unwrap_or_default();
        if old != value {
            self.segment(block).slots.entry((address, slot)).or_insert(old);
        }
    }

    fn write_info(&mut self, block: u64, address: Address, info: Option<AccountInfo>) {
        let known = self.accounts.get(&address).map(|account| account.info.clone());
        let account = self.accounts.entry(address).or_default();
        let mut new = info.unwrap_or_default();
        // the EVM hands code back only where it changed
        if new.code.is_none() && new.code_hash == account.info.code_hash {
            new.code = account.info.code.clone();
        }
        account.info = new;
        self.segment(block).accounts.entry(address).or_insert(known);
    }

    fn slots_of(&self, address: Address) -> Vec<U256> {
        self.accounts.get(&address).map(|account| account.storage.keys().copied().collect()).unwrap_or_default()
    }

    /// The segment that a write in `block` belongs to.
    fn segment(&mut self, block: u64) -> &mut Segment {
        if self.segments.last().is_none_or(|last| last.block != block || last.sealed) {
            self.segments.push(Segment { block, sealed: false, accounts: Default::default(), slots: Default::default() });
        }
        self.segments.last_mut().expect("one was pushed where there was none")
    }

    /// Remembers the hash of a block, for `BLOCKHASH`.
    pub(crate) fn remember_hash(&mut self, number: u64, hash: B256) {
        self.hashes.insert(number, hash);
    }

    /// Begins a snapshot.
    pub(crate) fn mark(&mut self) -> Mark {
        if let Some(last) = self.segments.last_mut() {
            last.sealed = true;
        }
        Mark(self.dropped + self.segments.len())
    }

    /// Takes back everything since `mark`, after which `block` is the newest.
    pub(crate) fn rewind(&mut self, mark: Mark, block: u64) {
        while self.dropped + self.segments.len() > mark.0 {
            let Some(segment) = self.segments.pop() else { break };
            for ((address, slot), old) in segment.slots {
                let storage = &mut self.accounts.entry(address).or_default().storage;
                if old.is_zero() {
                    storage.remove(&slot);
                } else {
                    storage.insert(slot, old);
                }
            }
            for (address, old) in segment.accounts {
                self.accounts.entry(address).or_default().info = old.unwrap_or_default();
            }
        }
        self.hashes.retain(|number, _| *number <= block);
    }

    /// Drops the way back to blocks before `block`, but not what lies behind `mark`.
    pub(crate) fn forget(&mut self, block: u64, mark: Option<Mark>) {
        let old = self.segments.partition_point(|segment| segment.block <= block);
        let free = mark.map_or(old, |mark| old.min(mark.0.saturating_sub(self.dropped)));
        // in batches, so that the front is not moved once a block
        if free > 256 {
            self.segments.drain(..free);
            self.dropped += free;
            self.hashes.retain(|number, _| *number + 256 >= block);
        }
    }
}

/// The state after one block.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    state: &'a State,
    /// What later blocks replaced, oldest first.
    later: &'a [Segment],
}

impl View<'_> {
    /// An account, or the empty one.
    pub(crate) fn account(&self, address: Address) -> AccountInfo {
        self.find(address).unwrap_or_default()
    }

    /// The word in a slot.
    pub(crate) fn slot(&self, address: Address, slot: U256) -> U256 {
        let replaced = self.later.iter().find_map(|segment| segment.slots.get(&(address, slot)));
        let now = || self.state.accounts.get(&address).and_then(|account| account.storage.get(&slot));
        replaced.or_else(now).copied().unwrap_or_default()
    }

    fn find(&self, address: Address) -> Option<AccountInfo> {
        match self.later.iter().find_map(|segment| segment.accounts.get(&address)) {
            Some(replaced) => replaced.clone(),
            None => self.state.accounts.get(&address).map(|account| account.info.clone()),
        }
    }
}

impl DatabaseRef for View<'_> {
    type Error = Infallible;

    fn basic_ref(&self, address: Address) -> Result<Option<AccountInfo>, Infallible> {
        Ok(self.find(address).filter(|info| !info.is_empty()))
    }

    fn code_by_hash_ref(&self, code_hash: B256) -> Result<Bytecode, Infallible> {
        // accounts carry their code with them, so this is asked for what is empty
        let known = self.state.accounts.values().find(|account| account.info.code_hash == code_hash);
        Ok(known.and_then(|account| account.info.code.clone()).unwrap_or_default())
    }

    fn storage_ref(&self, address: Address, slot: U256) -> Result<U256, Infallible> {
        Ok(self.slot(address, slot))
    }

    fn block_hash_ref(&self, number: u64) -> Result<B256, Infallible> {
        Ok(self.state.hashes.get(&number).copied().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHO: Address = Address::repeat_byte(7);

    fn balances(state: &State, blocks: &[u64]) -> Vec<u64> {
        blocks.iter().map(|block| state.view(Some(*block)).account(WHO).balance.to()).collect()
    }

    fn pay(state: &mut State, block: u64, balance: u64) {
        state.edit(block, WHO, |info| info.balance = U256::from(balance));
        state.write_slot(block, WHO, U256::from(1), U256::from(balance));
    }

    #[test]
    fn every_kept_block_shows_its_own_values() {
        let mut state = State::default();
        for block in 0..5 {
            pay(&mut state, block, 100 + block);
        }
        assert_eq!(balances(&state, &[0, 1, 2, 3, 4, 9]), [100, 101, 102, 103, 104, 104]);
        assert_eq!(state.view(Some(2)).slot(WHO, U256::from(1)), U256::from(102));
        assert_eq!(state.view(None).slot(WHO, U256::from(1)), U256::from(104));
    }

    #[test]
    fn a_rewind_takes_back_edits_within_one_block_too() {
        let mut state = State::default();
        pay(&mut state, 0, 1);
        let mark = state.mark();
        pay(&mut state, 0, 2);
        pay(&mut state, 1, 3);
        state.rewind(mark, 0);
        assert_eq!(balances(&state, &[0, 1]), [1, 1]);
        assert_eq!(state.view(None).slot(WHO, U256::from(1)), U256::from(1));
    }

    #[test]
    fn forgetting_keeps_what_a_snapshot_needs() {
        let mut state = State::default();
        for block in 0..400 {
            pay(&mut state, block, block);
        }
        let mark = state.mark();
        for block in 400..1000 {
            pay(&mut state, block, block);
        }
        state.forget(990, Some(mark));
        state.rewind(mark, 399);
        assert_eq!(balances(&state, &[399]), [399]);
    }
}
