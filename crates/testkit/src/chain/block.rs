//! Blocks: what goes into one, what it costs, and what happens when others take the place of some.

use std::collections::VecDeque;
use std::sync::Arc;

use quittance_core::chain::Call;
use quittance_core::eip712::permit2::PERMIT2;
use quittance_core::{Address, Amount, Network, Nonce, ReplayKey, UnixSeconds, keccak256};
use quittance_facilitator::{Log, Receipt, TransactionHash};

use super::abi;
use super::permit2;
use super::pool::{Pool, Waiting};
use super::run::{self, Deed, Surroundings, Trail};
use super::state::{Code, State};
use super::token::Here;

/// The gas of a block.
const BLOCK_GAS: u64 = 30_000_000;

/// One block.
#[derive(Clone)]
pub(super) struct Block {
    pub(super) number: u64,
    pub(super) hash: [u8; 32],
    pub(super) time: UnixSeconds,
    pub(super) base: u128,
    pub(super) mined: Vec<Mined>,
    /// The state after it.
    pub(super) state: Arc<State>,
}

/// A transaction in a block.
#[derive(Clone)]
pub(super) struct Mined {
    pub(super) receipt: Receipt,
    /// What it called; nothing where it is not known.
    pub(super) call: Call,
    pub(super) deeds: Vec<Deed>,
    pub(super) origin: Origin,
    /// Whether it took all the gas that it was given.
    pub(super) exhausted: bool,
}

/// Who a transaction came from.
#[derive(Clone)]
pub(super) enum Origin {
    /// Somebody with a signed transaction.
    Pool(Waiting),
    /// Somebody whose transaction is only told of.
    Told(Act),
}

/// What somebody does whose transactions the model does not look at: a payer, or a stranger with money for gas.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Act {
    /// Calls something.
    Call {
        /// Who.
        from: Address,
        /// What.
        call: Call,
    },
    /// A payer cancels an authorization, with a signature that is the payer's own business.
    Cancel {
        /// The token.
        token: Address,
        /// The payer.
        payer: Address,
        /// The nonce.
        nonce: Nonce,
    },
    /// A payer makes a permit of Permit2 worthless.
    Invalidate {
        /// The payer.
        payer: Address,
        /// The nonce.
        nonce: Nonce,
    },
}

/// What happens to the transactions of blocks that are no longer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(clippy::exhaustive_enums, reason = "there is no fourth fate")]
pub enum Fate {
    /// They are in the first of the new blocks.
    Back,
    /// They wait for so many blocks.
    Later(u64),
    /// They are gone.
    Gone,
}

/// Something that somebody does just before a payment of ours is mined, in the same block.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(clippy::exhaustive_enums, reason = "a schedule chooses among all of them")]
pub enum Ambush {
    /// A stranger sends the same payment first (catalogue row 144).
    FrontRun,
    /// The payer spends all its money elsewhere (row 148).
    Drain,
    /// The payer cancels (row 143).
    Cancel,
    /// The payer takes Permit2's allowance back (row 166).
    Revoke,
}

/// The chain as it is.
pub(super) struct Ledger {
    pub(super) network: Network,
    pub(super) chain_id: u64,
    pub(super) blocks: Vec<Block>,
    pub(super) pool: Pool,
    /// What others do in the next block, before all else.
    pub(super) acts: VecDeque<Act>,
    /// What waits for the next payments of ours.
    pub(super) ambushes: VecDeque<Ambush>,
    /// Where the base fee is going.
    pub(super) fee_goal: u128,
    pub(super) tip: u128,
    /// What is paid for a byte of a transaction beside its gas.
    pub(super) byte_fee: u128,
    /// How many blocks time has brought.
    pub(super) due: u64,
    /// Every block that was ever taken back.
    pub(super) orphans: Vec<Block>,
    /// Changes with every history, so that no two share a hash.
    salt: u64,
}

impl Ledger {
    pub(super) fn new(network: Network, chain_id: u64, time: UnixSeconds, fee: u128, tip: u128) -> Self {
        let genesis = Block { number: 0, hash: [0; 32], time, base: fee, mined: Vec::new(), state: Arc::new(State::default()) };
        Self {
            network,
            chain_id,
            blocks: vec![genesis],
            pool: Pool::default(),
            acts: VecDeque::new(),
            ambushes: VecDeque::new(),
            fee_goal: fee,
            tip,
            byte_fee: 0,
            due: 0,
            orphans: Vec::new(),
            salt: 0,
        }
    }

    pub(super) fn head(&self) -> &Block {
        self.blocks.last().expect("there is always the first block")
    }

    /// Changes the state of the newest block by hand.
    pub(super) fn edit(&mut self, change: impl FnOnce(&mut State)) {
        let head = self.blocks.last_mut().expect("there is always the first block");
        change(Arc::make_mut(&mut head.state));
    }

    pub(super) const fn around(&self, time: UnixSeconds) -> Surroundings {
        Surroundings { network: self.network, chain_id: self.chain_id, time }
    }

    /// The base fee of the block after `block`: an eighth nearer to where it is going.
    pub(super) fn next_fee(&self, block: &Block) -> u128 {
        let step = (block.base / 8).max(1);
        if self.fee_goal > block.base {
            self.fee_goal.min(block.base + step)
        } else {
            self.fee_goal.max(block.base - step.min(block.base))
        }
    }

    /// Mines a block.
    pub(super) fn mine(&mut self, time: UnixSeconds) {
        let parent = self.head();
        let (number, base, parent_hash) = (parent.number + 1, self.next_fee(parent), parent.hash);
        let time = time.max(parent.time);
        let mut state = (*parent.state).clone();
        let mut mined = Vec::new();
        while let Some(act) = self.acts.pop_front() {
            mined.push(self.act(&mut state, time, act, mined.len()));
        }
        self.fill(&mut state, number, time, base, &mut mined);
        self.salt += 1;
        let hashes = mined.iter().flat_map(|mined| *mined.receipt.transaction.as_bytes()).collect::<Vec<_>>();
        let hash = keccak256(&[&parent_hash[..], &number.to_be_bytes(), &self.salt.to_be_bytes(), &hashes].concat());
        for mined in &mut mined {
            mined.receipt.block = number;
            mined.receipt.block_hash = hash;
            for log in &mut mined.receipt.logs {
                log.block = number;
            }
        }
        self.blocks.push(Block { number, hash, time, base, mined, state: Arc::new(state) });
    }

    /// Includes what waits, best first.
    fn fill(&mut self, state: &mut State, number: u64, time: UnixSeconds, base: u128, mined: &mut Vec<Mined>) {
        let mut left = BLOCK_GAS;
        loop {
            let turn = |waiting: &Waiting| {
                waiting.nonce == state.sent_by(waiting.sender)
                    && waiting.gas <= left
                    && waiting.cost().is_some_and(|cost| cost <= state.ether_of(waiting.sender))
            };
            let Some(next) = self.pool.best(number, base, turn) else { break };
            self.pool.remove(next.sender, next.nonce);
            for act in self.ambush(state, &next) {
                mined.push(self.act(state, time, act, mined.len()));
            }
            left -= next.gas;
            mined.push(include(state, self.around(time), (base, self.byte_fee), next));
        }
        self.pool.retain(|waiting| waiting.nonce >= state.sent_by(waiting.sender));
    }

    /// What others do just before a payment is carried out.
    fn ambush(&mut self, state: &State, next: &Waiting) -> Vec<Act> {
        let payments = payments(state, &next.call);
        if payments.is_empty() {
            return Vec::new();
        }
        let Some(ambush) = self.ambushes.pop_front() else { return Vec::new() };
        payments.into_iter().filter_map(|payment| payment.ambushed(state, ambush)).collect()
    }

    /// Carries out what somebody does, and lets it stand in the block whether it succeeds or not.
    fn act(&mut self, state: &mut State, time: UnixSeconds, act: Act, place: usize) -> Mined {
        let around = self.around(time);
        let mut trail = Trail::default();
        let (succeeded, call) = match &act {
            Act::Call { from, call } => (run::call(state, around, *from, call, &mut trail).is_ok(), call.clone()),
            Act::Cancel { token, payer, nonce } => (cancel(state, around, *token, *payer, *nonce, &mut trail), untold(*token)),
            Act::Invalidate { payer, nonce } => (state.bits.insert((*payer, *nonce)), untold(PERMIT2)),
        };
        self.salt += 1;
        let hash = keccak256(&[&b"told"[..], &self.salt.to_be_bytes(), &place.to_be_bytes()].concat());
        finish(TransactionHash::from_bytes(hash), succeeded, 0, call, trail, Origin::Told(act))
    }

    /// Takes the newest blocks back and mines as many others, and one more.
    pub(super) fn reorganize(&mut self, depth: u64, ours: Fate, theirs: Fate, more: UnixSeconds) {
        let depth = usize::try_from(depth).unwrap_or(usize::MAX).min(self.blocks.len() - 1);
        let taken = self.blocks.split_off(self.blocks.len() - depth);
        let next = self.head().number + 1;
        let mut later = VecDeque::new();
        for origin in taken.iter().flat_map(|block| &block.mined).map(|mined| mined.origin.clone()) {
            match (origin, ours, theirs) {
                (Origin::Pool(waiting), Fate::Back, _) => _ = self.pool.add(waiting),
                (Origin::Pool(waiting), Fate::Later(blocks), _) => {
                    _ = self.pool.add(Waiting { not_before: next + blocks, ..waiting });
                }
                (Origin::Told(act), _, Fate::Back) => self.acts.push_back(act),
                (Origin::Told(act), _, Fate::Later(_)) => later.push_back(act),
                (Origin::Pool(_), Fate::Gone, _) | (Origin::Told(_), _, Fate::Gone) => {}
            }
        }
        for block in &taken {
            self.mine(block.time);
        }
        self.orphans.extend(taken);
        self.acts.extend(later);
        self.mine(more);
    }
}

/// Carries out a transaction and takes what it costs.
fn include(state: &mut State, around: Surroundings, (base, byte_fee): (u128, u128), next: Waiting) -> Mined {
    let mut trail = Trail { gas: run::intrinsic(&next.call.data), ..Trail::default() };
    state.sent.insert(next.sender, next.nonce + 1);
    let before = state.clone();
    let mut succeeded = run::call(state, around, next.sender, &next.call, &mut trail).is_ok();
    let exhausted = trail.gas > next.gas;
    if exhausted {
        *state = before;
        succeeded = false;
        trail = Trail { gas: next.gas, ..Trail::default() };
    }
    let price = base + next.tip_at(base).unwrap_or(0);
    let cost = u128::from(trail.gas) * price + next.length * byte_fee;
    let left = state.ether_of(next.sender).saturating_sub(cost);
    state.ether.insert(next.sender, left);
    if succeeded && next.value > 0 {
        let (to, wei) = (next.call.target, next.value);
        state.ether.insert(next.sender, left.saturating_sub(wei));
        state.ether.insert(to, state.ether_of(to).saturating_add(wei));
        trail.deeds.push(Deed::Given { to, wei });
    }
    Mined { exhausted, ..finish(next.hash, succeeded, cost, next.call.clone(), trail, Origin::Pool(next)) }
}

fn finish(transaction: TransactionHash, succeeded: bool, cost: u128, call: Call, trail: Trail, origin: Origin) -> Mined {
    let log =
        |written: run::Written| Log { emitter: written.emitter, topics: written.topics, data: written.data, transaction, block: 0 };
    let logs = trail.logs.into_iter().map(log).collect();
    let receipt = Receipt { transaction, block: 0, block_hash: [0; 32], succeeded, cost, logs };
    Mined { receipt, call, deeds: trail.deeds, origin, exhausted: false }
}

/// A call of which only the contract is told.
const fn untold(target: Address) -> Call {
    Call::new(target, Vec::new())
}

fn cancel(state: &mut State, around: Surroundings, address: Address, payer: Address, nonce: Nonce, trail: &mut Trail) -> bool {
    let Some(Code::Token(token)) = state.code.get(&address).cloned() else { return false };
    if state.authorizations.contains(&(address, payer, nonce)) {
        return false;
    }
    Here { address, token: &token, around }.cancelled(state, payer, nonce, trail);
    true
}

/// A payment in a transaction.
struct Payment {
    call: Call,
    token: Address,
    payer: Address,
    nonce: Nonce,
    permit2: bool,
}

impl Payment {
    fn ambushed(self, state: &State, ambush: Ambush) -> Option<Act> {
        let Self { call, token, payer, nonce, permit2 } = self;
        let of_payer = |data: Vec<u8>| Some(Act::Call { from: payer, call: Call::new(token, data) });
        match ambush {
            Ambush::FrontRun => Some(Act::Call { from: super::STRANGER, call }),
            Ambush::Drain => {
                let all = state.balance(token, payer).to_be_bytes();
                let data = [&abi::selector("transfer(address,uint256)")[..], &abi::address_word(super::STRANGER), &all].concat();
                of_payer(data)
            }
            Ambush::Cancel if permit2 => Some(Act::Invalidate { payer, nonce }),
            Ambush::Cancel => Some(Act::Cancel { token, payer, nonce }),
            Ambush::Revoke => {
                let spender = abi::address_word(PERMIT2);
                let none = Amount::ZERO.to_be_bytes();
                of_payer([&abi::selector("approve(address,uint256)")[..], &spender, &none].concat())
            }
        }
    }
}

/// What the payments of a call are spent under.
pub(super) fn attempts(network: Network, state: &State, call: &Call) -> Vec<ReplayKey> {
    let key = |payment: Payment| match payment {
        Payment { permit2: true, payer, nonce, .. } => ReplayKey::Permit2 { network, owner: payer, nonce },
        Payment { token, payer, nonce, .. } => ReplayKey::Eip3009 { network, token, from: payer, nonce },
    };
    payments(state, call).into_iter().map(key).collect()
}

/// The payments that a call makes, itself or through Multicall3.
fn payments(state: &State, call: &Call) -> Vec<Payment> {
    let Some((_, arguments)) = call.data.split_at_checked(4) else { return Vec::new() };
    let mut reader = abi::Reader::new(arguments);
    match state.code.get(&call.target) {
        Some(Code::Multicall3) => {
            let shared = abi::shared_calls(arguments).unwrap_or_default();
            shared.iter().flat_map(|shared| payments(state, &Call::new(shared.target, shared.data.to_vec()))).collect()
        }
        Some(Code::Token(_)) => {
            let mut read = || {
                let payer = reader.address().ok()?;
                (0..4).try_for_each(|_| reader.word().map(|_| ())).ok()?;
                Some(Payment { call: call.clone(), token: call.target, payer, nonce: reader.nonce().ok()?, permit2: false })
            };
            read().into_iter().collect()
        }
        Some(Code::ExactProxy | Code::UptoProxy) => permit2::named(&call.data)
            .map(|(token, payer, nonce)| Payment { call: call.clone(), token, payer, nonce, permit2: true })
            .into_iter()
            .collect(),
        _ => Vec::new(),
    }
}
