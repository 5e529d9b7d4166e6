//! One chain: its blocks, its state, what waits, its clock and its snapshots.
//!
//! Everything here is plain and synchronous; whoever shares it puts a lock around it. A block is built from what waits, one
//! transaction after the other, each run against what the one before left behind.

mod mine;
mod query;
mod submit;

use std::collections::{BTreeMap, VecDeque};

use alloy_consensus::Header;
use alloy_eips::eip1559::BaseFeeParams;
use alloy_primitives::map::B256HashMap;
use alloy_primitives::{Address, B256, Bytes, U256};
use revm::bytecode::Bytecode;

use crate::block::{Block, open_header};
use crate::clock::{ChainTime, Clock};
use crate::evm::{Evm, surroundings};
use crate::pool::Pool;
use crate::recover;
use crate::state::{Mark, State, View};

pub(crate) use query::{At, CallFailure};
pub(crate) use submit::Refusal;

/// What a chain is begun with.
#[derive(Clone, Copy)]
pub(crate) struct Rules {
    pub(crate) chain_id: u64,
    pub(crate) gas_limit: u64,
    pub(crate) base_fee: u64,
    /// How many blocks back state can be asked for.
    pub(crate) history: u64,
    /// How many blocks are kept, with what ran in them.
    pub(crate) keep: u64,
    pub(crate) time: ChainTime,
}

/// When blocks are mined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mining {
    /// As soon as a transaction comes that can be mined.
    Each,
    /// When told, by hand or by time.
    Told,
}

pub(crate) struct Chain {
    pub(crate) evm: Evm,
    pub(crate) clock: Clock,
    pub(crate) mining: Mining,
    gas_limit: u64,
    history: u64,
    keep: u64,
    state: State,
    /// The newest blocks, without a gap; all of them, if nobody said how many to keep.
    blocks: VecDeque<Block>,
    /// Where each mined transaction is: block and place in it.
    places: B256HashMap<(u64, usize)>,
    pool: Pool,
    /// The base fee of the next block, if somebody fixed it.
    next_base_fee: Option<u64>,
    snapshots: BTreeMap<u64, Snapshot>,
    next_snapshot: u64,
    /// The heights that blocks were taken back to, one after the other.
    pub(crate) rewinds: Vec<u64>,
}

struct Snapshot {
    height: u64,
    mark: Mark,
    pool: Pool,
    clock: Clock,
    next_base_fee: Option<u64>,
}

impl Chain {
    /// A chain of one empty block.
    pub(crate) fn new(rules: Rules) -> Self {
        recover::once();
        let mut clock = Clock::new(rules.time);
        let genesis = Block::seal(open_header(B256::ZERO, 0, clock.tick(0), rules.gas_limit, rules.base_fee), Vec::new());
        let mut state = State::default();
        state.remember_hash(0, genesis.hash());
        Self {
            evm: Evm { chain_id: rules.chain_id },
            clock,
            mining: Mining::Each,
            gas_limit: rules.gas_limit,
            history: rules.history.min(rules.keep),
            keep: rules.keep,
            state,
            blocks: VecDeque::from([genesis]),
            places: B256HashMap::default(),
            pool: Pool::default(),
            next_base_fee: None,
            snapshots: BTreeMap::new(),
            next_snapshot: 1,
            rewinds: Vec::new(),
        }
    }

    /// The newest block.
    pub(crate) fn head(&self) -> &Block {
        self.blocks.back().expect("there is always a newest block")
    }

    /// The number of the oldest block that is kept.
    pub(crate) fn oldest(&self) -> u64 {
        self.blocks.front().map_or(0, Block::number)
    }

    /// The number of the newest block.
    pub(crate) fn height(&self) -> u64 {
        self.head().number()
    }

    /// The header that the next block would begin with.
    pub(crate) fn next_header(&self) -> Header {
        let head = self.head();
        let timestamp = self.clock.peek(head.header.timestamp);
        open_header(head.hash(), head.number() + 1, timestamp, self.gas_limit, self.next_base_fee())
    }

    /// What a unit of gas costs in the next block, before any tip.
    pub(crate) fn next_base_fee(&self) -> u64 {
        let by_rule = || self.head().header.next_block_base_fee(BaseFeeParams::ethereum()).unwrap_or_default();
        self.next_base_fee.unwrap_or_else(by_rule)
    }

    /// Fixes the base fee of the next block.
    pub(crate) fn fix_base_fee(&mut self, fee: u64) {
        self.next_base_fee = Some(fee);
    }

    /// The state at the newest block.
    pub(crate) fn latest(&self) -> View<'_> {
        self.state.view(None)
    }

    /// Remembers everything as it is.
    pub(crate) fn snapshot(&mut self) -> u64 {
        let id = self.next_snapshot;
        self.next_snapshot += 1;
        let snapshot = Snapshot {
            height: self.height(),
            mark: self.state.mark(),
            pool: self.pool.clone(),
            clock: self.clock,
            next_base_fee: self.next_base_fee,
        };
        self.snapshots.insert(id, snapshot);
        id
    }

    /// Makes everything what it was when the snapshot was taken; the snapshot and all later ones are used up.
    pub(crate) fn revert(&mut self, id: u64) -> bool {
        let Some(snapshot) = self.snapshots.remove(&id) else { return false };
        self.snapshots.split_off(&id);
        self.state.rewind(snapshot.mark, snapshot.height);
        self.blocks.retain(|block| block.number() <= snapshot.height);
        self.places.retain(|_, (block, _)| *block <= snapshot.height);
        self.pool = snapshot.pool;
        self.clock = snapshot.clock;
        self.next_base_fee = snapshot.next_base_fee;
        self.rewinds.push(snapshot.height);
        true
    }

    /// Sets the ether of an account.
    pub(crate) fn set_balance(&mut self, address: Address, balance: U256) {
        self.state.edit(self.height(), address, |info| info.balance = balance);
    }

    /// Sets the nonce of an account.
    pub(crate) fn set_nonce(&mut self, address: Address, nonce: u64) {
        self.state.edit(self.height(), address, |info| info.nonce = nonce);
    }

    /// Sets the code of an account, an EIP-7702 designator included.
    pub(crate) fn set_code(&mut self, address: Address, code: Bytes) {
        let code = Bytecode::new_raw_checked(code.clone()).unwrap_or_else(|_| Bytecode::new_legacy(code));
        self.state.edit(self.height(), address, |info| {
            info.set_code(code);
        });
    }

    /// Sets one word of an account's storage.
    pub(crate) fn set_slot(&mut self, address: Address, slot: U256, value: U256) {
        self.state.write_slot(self.height(), address, slot, value);
    }

    /// Calls `to` in nobody's name and keeps what changed, without a transaction: what it answered, or why it failed.
    pub(crate) fn by_hand(&mut self, to: Address, data: Bytes) -> Result<Bytes, String> {
        let block = surroundings(&self.head().header);
        let done = self.evm.as_nobody(self.latest(), block, to, data).map_err(|invalid| invalid.to_string())?;
        if !done.result.is_success() {
            return Err(format!("the call by hand failed: {:?}", done.result));
        }
        let mut state = done.state;
        // nobody's own account stays as it was
        state.remove(&Address::ZERO);
        self.state.commit(self.height(), state);
        Ok(done.result.into_output().unwrap_or_default())
    }
}
