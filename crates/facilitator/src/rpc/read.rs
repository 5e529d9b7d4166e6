//! What nodes say, as types. Of an object only what is needed is read, so that a chain may add what it likes; what is needed must be there.

use alloy_primitives::{Address, B256, Bytes, U64, U256};
use serde::Deserialize;

use quittance_core::chain::Call;
use quittance_core::{Amount, UnixSeconds};

use super::oracle::Beside;
use super::transport::Trouble;
use crate::chain;

/// A block, as `eth_getBlockByNumber` has it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Block {
    number: U64,
    hash: B256,
    timestamp: U64,
    base_fee_per_gas: Option<U256>,
}

impl Block {
    pub(super) fn number(&self) -> u64 {
        self.number.to()
    }

    pub(super) const fn hash(&self) -> [u8; 32] {
        self.hash.0
    }
}

/// The prices of some blocks and of the one to come.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FeeHistory {
    base_fee_per_gas: Vec<U256>,
    #[serde(default)]
    reward: Option<Vec<Vec<U256>>>,
}

/// The newest block, with the price of the next. A chain that has no price of its own for gas counts as one where it is nothing.
pub(super) fn head(block: &Block, history: Option<&FeeHistory>, tip: Option<U256>, beside: Beside) -> Result<chain::Head, Trouble> {
    let next = history.and_then(|history| history.base_fee_per_gas.last().copied());
    let base = next.or(block.base_fee_per_gas).unwrap_or_default();
    let rewards = history.and_then(|history| history.reward.as_ref()).into_iter().flatten().filter_map(|rewards| rewards.first());
    let tip = tip.or_else(|| rewards.max().copied()).unwrap_or_default();
    let small = |wei: U256| u128::try_from(wei).map_err(|_| Trouble::Garbage);
    Ok(chain::Head {
        number: block.number.to(),
        hash: block.hash.0,
        time: UnixSeconds::from_secs(block.timestamp.to()),
        fees: chain::Fees { base: small(base)?, tip: small(tip)?, data: beside.data, operator: beside.operator },
    })
}

/// A receipt, as `eth_getTransactionReceipt` has it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Receipt {
    transaction_hash: B256,
    block_number: U64,
    block_hash: B256,
    status: U64,
    gas_used: U64,
    #[serde(default)]
    effective_gas_price: Option<U256>,
    /// What the layer below takes for the data, on chains that have one.
    #[serde(default)]
    l1_fee: Option<U256>,
    logs: Vec<Log>,
}

impl Receipt {
    /// The receipt, if it is that of the transaction that was asked about.
    pub(super) fn of(self, hash: chain::TransactionHash) -> Result<chain::Receipt, Trouble> {
        let succeeded = match self.status.to::<u64>() {
            1 => true,
            0 => false,
            _ => return Err(Trouble::Garbage),
        };
        let own = |log: &Log| log.transaction_hash == Some(self.transaction_hash) && log.block_number == Some(self.block_number);
        if self.transaction_hash.0 != *hash.as_bytes() || !self.logs.iter().all(own) {
            return Err(Trouble::Garbage);
        }
        let gas = U256::from(self.gas_used.to::<u64>());
        let paid = gas.saturating_mul(self.effective_gas_price.unwrap_or_default());
        let cost = paid.saturating_add(self.l1_fee.unwrap_or_default());
        Ok(chain::Receipt {
            transaction: hash,
            block: self.block_number.to(),
            block_hash: self.block_hash.0,
            succeeded,
            cost: u128::try_from(cost).map_err(|_| Trouble::Garbage)?,
            logs: self.logs.into_iter().map(Log::mined).collect::<Result<_, _>>()?,
        })
    }
}

/// A log, in a receipt or as `eth_getLogs` has it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Log {
    address: Address,
    topics: Vec<B256>,
    data: Bytes,
    transaction_hash: Option<B256>,
    block_number: Option<U64>,
    #[serde(default)]
    log_index: Option<U64>,
    #[serde(default)]
    removed: bool,
}

impl Log {
    fn mined(self) -> Result<chain::Log, Trouble> {
        let (Some(transaction), Some(block)) = (self.transaction_hash, self.block_number) else { return Err(Trouble::Garbage) };
        Ok(chain::Log {
            emitter: quittance_core::Address::from_bytes(self.address.into_array()),
            topics: self.topics.into_iter().map(|topic| topic.0).collect(),
            data: self.data.into(),
            transaction: chain::TransactionHash::from_bytes(transaction.0),
            block: block.to(),
        })
    }
}

/// The logs that a filter picks, oldest first; a log that it does not pick makes the whole answer worthless.
pub(super) fn logs(mut found: Vec<Log>, filter: &chain::LogFilter) -> Result<Vec<chain::Log>, Trouble> {
    found.retain(|log| !log.removed);
    found.sort_by_key(|log| (log.block_number, log.log_index));
    let logs = found.into_iter().map(Log::mined).collect::<Result<Vec<_>, _>>()?;
    if logs.iter().all(|log| picks(filter, log)) { Ok(logs) } else { Err(Trouble::Garbage) }
}

fn picks(filter: &chain::LogFilter, log: &chain::Log) -> bool {
    let topics = filter.topics.iter().enumerate();
    filter.emitter == log.emitter
        && filter.blocks.contains(&log.block)
        && topics.into_iter().all(|(place, wanted)| wanted.is_none_or(|wanted| log.topics.get(place) == Some(&wanted)))
}

/// A transaction, of which only what it calls matters.
#[derive(Deserialize)]
pub(super) struct Sent {
    pub(super) hash: B256,
    to: Option<Address>,
    input: Bytes,
}

impl Sent {
    /// What it calls; nothing when it deploys something.
    pub(super) fn call(self) -> Option<Call> {
        Some(Call::new(quittance_core::Address::from_bytes(self.to?.into_array()), self.input.into()))
    }
}

/// A number as an amount.
pub(super) const fn amount(number: U256) -> Amount {
    Amount::from_be_bytes(number.to_be_bytes::<32>())
}
