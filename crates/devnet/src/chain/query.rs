//! Asking the chain: blocks, transactions, state of some blocks back, calls, gas.

use alloy_consensus::Header;
use alloy_consensus::TxEnvelope;
use alloy_consensus::transaction::Recovered;
use alloy_eips::{BlockId, BlockNumberOrTag};
use alloy_primitives::{Address, B256, Bytes, TxKind, U256};
use alloy_rpc_types_eth::state::StateOverride;
use alloy_rpc_types_eth::{BlockOverrides, Filter, FilterBlockOption, Log, TransactionRequest};
use revm::bytecode::Bytecode;
use revm::context::result::{ExecutionResult, HaltReason, InvalidTransaction, ResultAndState};
use revm::database::CacheDB;

use super::Chain;
use crate::block::Block;
use crate::evm::{Checks, gas_used, requested, surroundings};
use crate::state::View;

/// What a transaction costs that only moves ether.
const PLAIN: u64 = 21_000;

/// A block that a question is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum At {
    Number(u64),
    /// The block that would be mined now.
    Pending,
}

/// Why a call gave no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum CallFailure {
    /// The code said no, with these bytes.
    Reverted(Bytes),
    /// Anything else, in words.
    Other(String),
}

impl Chain {
    /// Resolves what a question names. Nothing but a snapshot takes blocks back, so `safe` and `finalized` are the newest block.
    pub(crate) fn resolve(&self, id: BlockId) -> Option<At> {
        let number = match id {
            BlockId::Hash(hash) => self.blocks.iter().rev().find(|block| block.hash() == hash.block_hash)?.number(),
            BlockId::Number(BlockNumberOrTag::Pending) => return Some(At::Pending),
            BlockId::Number(BlockNumberOrTag::Earliest) => self.oldest(),
            BlockId::Number(BlockNumberOrTag::Number(number)) => number,
            BlockId::Number(_) => self.height(),
        };
        (number >= self.oldest() && number <= self.height()).then_some(At::Number(number))
    }

    pub(crate) fn block(&self, number: u64) -> Option<&Block> {
        self.blocks.get(usize::try_from(number.checked_sub(self.oldest())?).ok()?)
    }

    /// A mined transaction: its block and its place in it.
    pub(crate) fn mined(&self, hash: &B256) -> Option<(&Block, usize)> {
        let (number, index) = self.places.get(hash)?;
        Some((self.block(*number)?, *index))
    }

    /// A transaction that waits.
    pub(crate) fn waiting(&self, hash: &B256) -> Option<&Recovered<TxEnvelope>> {
        self.pool.by_hash(hash)
    }

    /// The state at a block, if it is still kept.
    pub(crate) fn state_at(&self, at: At) -> Result<View<'_>, String> {
        match at {
            At::Pending => Ok(self.latest()),
            At::Number(number) if number == self.height() => Ok(self.latest()),
            At::Number(number) if number.saturating_add(self.history) < self.height() => Err(format!(
                "missing trie node: the state of block {number} is no longer kept, only that of the last {} blocks is",
                self.history
            )),
            At::Number(number) => Ok(self.state.view(Some(number))),
        }
    }

    /// How many transactions an account has sent; with those that wait, if the question is about what is pending.
    pub(crate) fn nonce(&self, address: Address, at: At) -> Result<u64, String> {
        let mined = self.state_at(at)?.account(address).nonce;
        Ok(if at == At::Pending { self.pool.next_nonce(address, mined) } else { mined })
    }

    fn header_at(&self, at: At) -> Header {
        match at {
            At::Number(number) => self.block(number).map_or_else(|| self.next_header(), |block| (*block.header).clone()),
            At::Pending => self.next_header(),
        }
    }

    /// Every log that a filter picks.
    pub(crate) fn logs(&self, filter: &Filter) -> Result<Vec<Log>, String> {
        let (from, to) = match filter.block_option {
            FilterBlockOption::AtBlockHash(hash) => match self.resolve(BlockId::from(hash)) {
                Some(At::Number(number)) => (number, number),
                _ => return Err("unknown block".into()),
            },
            FilterBlockOption::Range { from_block, to_block } => {
                let bound = |tag: Option<BlockNumberOrTag>| match tag.unwrap_or_default() {
                    BlockNumberOrTag::Number(number) => number,
                    BlockNumberOrTag::Earliest => self.oldest(),
                    BlockNumberOrTag::Pending => self.height() + 1,
                    _ => self.height(),
                };
                (bound(from_block), bound(to_block))
            }
        };
        if from > to {
            return Err("invalid block range params".into());
        }
        // an answer without what was forgotten would read as if there had been nothing
        if from < self.oldest() {
            return Err(format!("pruned history unavailable: the oldest block that is kept is {}", self.oldest()));
        }
        Ok(self.logs_between(filter, from, to))
    }

    /// The logs of some blocks that a filter picks.
    pub(crate) fn logs_between(&self, filter: &Filter, from: u64, to: u64) -> Vec<Log> {
        let first = usize::try_from(from.saturating_sub(self.oldest())).unwrap_or(usize::MAX);
        let blocks = self.blocks.iter().skip(first).take_while(|block| block.number() <= to);
        let likely = blocks.filter(|block| filter.matches_bloom(block.header.logs_bloom));
        likely.flat_map(Block::logs).filter(|log| filter.matches(&log.inner)).collect()
    }

    /// What a call would answer.
    pub(crate) fn call(
        &self,
        request: TransactionRequest,
        at: At,
        accounts: Option<StateOverride>,
        block: Option<Box<BlockOverrides>>,
    ) -> Result<Bytes, CallFailure> {
        let mut header = self.header_at(at);
        if let Some(block) = block {
            header.number = block.number.map_or(header.number, |number| number.saturating_to());
            header.timestamp = block.time.unwrap_or(header.timestamp);
            header.gas_limit = block.gas_limit.unwrap_or(header.gas_limit);
            header.beneficiary = block.coinbase.unwrap_or(header.beneficiary);
            header.mix_hash = block.random.unwrap_or(header.mix_hash);
            header.base_fee_per_gas = block.base_fee.map_or(header.base_fee_per_gas, |fee| Some(fee.saturating_to()));
        }
        let view = self.state_at(at).map_err(CallFailure::Other)?;
        let done =
            self.try_call(view, &header, request, accounts).map_err(|invalid| CallFailure::Other(invalid_words(&invalid)))?;
        match done.result {
            ExecutionResult::Success { output, .. } => Ok(output.into_data()),
            ExecutionResult::Revert { output, .. } => Err(CallFailure::Reverted(output)),
            ExecutionResult::Halt { reason, .. } => Err(CallFailure::Other(halt_words(&reason))),
        }
    }

    /// The gas that a transaction needs, a little above the least.
    pub(crate) fn estimate(
        &self,
        request: TransactionRequest,
        at: At,
        accounts: Option<StateOverride>,
    ) -> Result<u64, CallFailure> {
        let header = self.header_at(at);
        let view = self.state_at(at).map_err(CallFailure::Other)?;
        let most = self.affordable(&request, view)?.min(request.gas.unwrap_or(self.gas_limit)).min(self.gas_limit);
        let attempt = |gas: u64| {
            let request = TransactionRequest { gas: Some(gas), ..request.clone() };
            self.try_call(view, &header, request, accounts.clone())
        };
        // nothing runs when money goes to an account without code
        if request.input.input().is_none_or(|data| data.is_empty())
            && matches!(request.to, Some(TxKind::Call(to)) if view.account(to).is_empty_code_hash())
            && attempt(PLAIN).is_ok_and(|done| done.result.is_success())
        {
            return Ok(PLAIN);
        }
        let too_little = || CallFailure::Other(format!("gas required exceeds allowance ({most})"));
        let first = match attempt(most) {
            Ok(done) => done.result,
            Err(InvalidTransaction::CallGasCostMoreThanGasLimit { .. } | InvalidTransaction::GasFloorMoreThanGasLimit { .. }) => {
                return Err(too_little());
            }
            Err(invalid) => return Err(CallFailure::Other(invalid_words(&invalid))),
        };
        match &first {
            ExecutionResult::Success { .. } => {}
            ExecutionResult::Revert { output, .. } => return Err(CallFailure::Reverted(output.clone())),
            ExecutionResult::Halt { reason: HaltReason::OutOfGas(_), .. } => return Err(too_little()),
            ExecutionResult::Halt { reason, .. } => return Err(CallFailure::Other(halt_words(reason))),
        }
        let enough = |gas: u64| attempt(gas).is_ok_and(|done| done.result.is_success());
        let (mut low, mut high) = (gas_used(&first).saturating_sub(1), most);
        // mostly what was used, what is given back and a call's stipend is enough, and two runs say so
        let refund = first.gas().inner_refunded();
        let guess = (gas_used(&first) + refund + 2_300).saturating_mul(64) / 63;
        if guess < high {
            if enough(guess) { high = guess } else { low = guess }
        }
        while high - low > 1 && (high - low) as u128 * 1_000 > u128::from(high) * 15 {
            let middle = low.midpoint(high).min(low.saturating_mul(2).max(low + 1));
            if enough(middle) { high = middle } else { low = middle }
        }
        Ok(high)
    }

    /// The most gas that a sender who names a price can pay for.
    fn affordable(&self, request: &TransactionRequest, view: View<'_>) -> Result<u64, CallFailure> {
        let price = request.max_fee_per_gas.or(request.gas_price).unwrap_or_default();
        if price == 0 {
            return Ok(u64::MAX);
        }
        let balance = view.account(request.from.unwrap_or_default()).balance;
        let rest = balance.checked_sub(request.value.unwrap_or_default());
        let rest = rest.ok_or_else(|| CallFailure::Other("insufficient funds for transfer".into()))?;
        Ok((rest / U256::from(price)).saturating_to())
    }

    fn try_call(
        &self,
        view: View<'_>,
        header: &Header,
        request: TransactionRequest,
        accounts: Option<StateOverride>,
    ) -> Result<ResultAndState, InvalidTransaction> {
        let mut tx = requested(request, header.gas_limit);
        if tx.tx_type == 4 && matches!(tx.kind, TxKind::Create) {
            tx.kind = TxKind::Call(tx.caller);
        }
        let block = surroundings(header);
        match accounts {
            None => self.evm.run(view, block, tx, Checks::Call),
            Some(accounts) => self.evm.run(overridden(view, accounts), block, tx, Checks::Call),
        }
    }
}

/// The state with some accounts other than they are.
fn overridden(view: View<'_>, accounts: StateOverride) -> CacheDB<View<'_>> {
    let mut db = CacheDB::new(view);
    for (address, other) in accounts {
        let mut info = view.account(address);
        info.balance = other.balance.unwrap_or(info.balance);
        info.nonce = other.nonce.unwrap_or(info.nonce);
        if let Some(code) = other.code {
            info.set_code(Bytecode::new_raw_checked(code.clone()).unwrap_or_else(|_| Bytecode::new_legacy(code)));
        }
        db.insert_account_info(address, info);
        let words = |map: alloy_primitives::map::B256HashMap<B256>| map.into_iter().map(|(slot, word)| (slot.into(), word.into()));
        let Ok(()) = match (other.state, other.state_diff) {
            (Some(all), _) => db.replace_account_storage(address, words(all).collect()),
            (None, Some(some)) => words(some).try_for_each(|(slot, word)| db.insert_account_storage(address, slot, word)),
            (None, None) => Ok(()),
        };
    }
    db
}

fn invalid_words(invalid: &InvalidTransaction) -> String {
    match invalid {
        InvalidTransaction::LackOfFundForMaxFee { fee, balance } => {
            format!("insufficient funds for gas * price + value: balance {balance}, tx cost {fee}")
        }
        InvalidTransaction::CallGasCostMoreThanGasLimit { initial_gas, gas_limit } => {
            format!("intrinsic gas too low: have {gas_limit}, want {initial_gas}")
        }
        InvalidTransaction::GasPriceLessThanBasefee => "max fee per gas less than block base fee".into(),
        other => other.to_string(),
    }
}

fn halt_words(reason: &HaltReason) -> String {
    match reason {
        HaltReason::OutOfGas(_) => "out of gas".into(),
        HaltReason::InvalidFEOpcode | HaltReason::OpcodeNotFound => "invalid opcode".into(),
        HaltReason::InvalidJump => "invalid jump destination".into(),
        other => format!("execution stopped: {other:?}"),
    }
}
