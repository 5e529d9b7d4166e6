//! What an Ethereum node answers.

use alloy_consensus::Transaction;
use alloy_eips::{BlockId, BlockNumberOrTag};
use alloy_primitives::{Address, B256, Bytes, U64, U256};
use alloy_rpc_types_eth::state::StateOverride;
use alloy_rpc_types_eth::{BlockOverrides, FeeHistory, Filter, TransactionRequest};
use serde_json::{Value, json};

use super::filter::{place, shown_id};
use super::params::Params;
use super::{RpcError, shown};
use crate::block::{Block, waiting};
use crate::chain::{At, Chain};
use crate::shared::Shared;

/// The tip that `eth_maxPriorityFeePerGas` names, in wei: a gwei, as is the habit of chains for development.
const TIP: u64 = 1_000_000_000;
/// How many blocks one question about fees may span.
const FEE_BLOCKS: u64 = 1_024;

/// Answers a method, or knows none of that name.
pub(super) fn run(shared: &Shared, method: &str, params: &Params) -> Option<Result<Value, RpcError>> {
    let chain = || shared.read();
    Some(match method {
        "web3_clientVersion" => shown(concat!("quittance-devnet/", env!("CARGO_PKG_VERSION"))),
        "net_version" => shown(chain().evm.chain_id.to_string()),
        "net_listening" => shown(true),
        "eth_chainId" => shown(U64::from(chain().evm.chain_id)),
        "eth_syncing" => shown(false),
        "eth_accounts" => shown(&shared.accounts),
        "eth_blockNumber" => shown(U64::from(chain().height())),
        "eth_gasPrice" => shown(U64::from(chain().next_base_fee().saturating_add(TIP))),
        "eth_maxPriorityFeePerGas" => shown(U64::from(TIP)),
        "eth_blobBaseFee" => shown(U64::from(1)),
        "eth_feeHistory" => fee_history(&chain(), params),
        "eth_getBlockByNumber" => block(&chain(), params, |params| params.need::<BlockNumberOrTag>(0).map(Into::into)),
        "eth_getBlockByHash" => block(&chain(), params, |params| params.need::<B256>(0).map(Into::into)),
        "eth_getBlockReceipts" => block_receipts(&chain(), params),
        "eth_getTransactionByHash" => transaction(&chain(), params),
        "eth_getTransactionReceipt" => receipt(&chain(), params),
        "eth_getTransactionCount" => nonce(&chain(), params),
        "eth_getBalance" => account(&chain(), params, 1, |view, address| shown(view.account(address).balance)),
        "eth_getCode" => account(&chain(), params, 1, |view, address| {
            shown(view.account(address).code.map(|code| code.original_bytes()).unwrap_or_default())
        }),
        "eth_getStorageAt" => slot(&chain(), params),
        "eth_call" => call(&chain(), params),
        "eth_estimateGas" => estimate(&chain(), params),
        "eth_sendRawTransaction" => submit(&mut shared.write(), params),
        "eth_getLogs" => params.need::<Filter>(0).and_then(|filter| shown(chain().logs(&filter).map_err(RpcError::server)?)),
        "eth_newFilter" => params.need::<Filter>(0).and_then(|filter| shown_id(shared.filters().logs(&chain(), filter))),
        "eth_newBlockFilter" => shown_id(shared.filters().blocks(&chain())),
        "eth_newPendingTransactionFilter" => shown_id(shared.filters().transactions(&chain())),
        "eth_getFilterChanges" => params.need::<U64>(0).and_then(|id| shared.filters().changes(&chain(), id.to())),
        "eth_getFilterLogs" => params.need::<U64>(0).and_then(|id| shared.filters().all_logs(&chain(), id.to())),
        "eth_uninstallFilter" => params.need::<U64>(0).and_then(|id| shown(shared.filters().close(id.to()))),
        _ => return None,
    })
}

fn block(chain: &Chain, params: &Params, which: impl FnOnce(&Params) -> Result<BlockId, RpcError>) -> Result<Value, RpcError> {
    let id = which(params)?;
    let full = params.may::<bool>(1)?.unwrap_or_default();
    match chain.resolve(id) {
        Some(At::Number(number)) => shown(chain.block(number).map(|block| block.shown(full))),
        Some(At::Pending) => shown(Block::seal(chain.next_header(), Vec::new()).shown(full)),
        None => Ok(Value::Null),
    }
}

fn block_receipts(chain: &Chain, params: &Params) -> Result<Value, RpcError> {
    match chain.resolve(params.need(0)?) {
        Some(At::Number(number)) => shown(
            chain.block(number).map(|block| (0..block.outcomes.len()).filter_map(|index| block.receipt(index)).collect::<Vec<_>>()),
        ),
        _ => Ok(Value::Null),
    }
}

fn transaction(chain: &Chain, params: &Params) -> Result<Value, RpcError> {
    let hash = params.need::<B256>(0)?;
    match chain.mined(&hash) {
        Some((block, index)) => shown(block.transaction(index)),
        None => shown(chain.waiting(&hash).map(waiting)),
    }
}

fn receipt(chain: &Chain, params: &Params) -> Result<Value, RpcError> {
    shown(chain.mined(&params.need(0)?).and_then(|(block, index)| block.receipt(index)))
}

fn nonce(chain: &Chain, params: &Params) -> Result<Value, RpcError> {
    let at = place(chain, params.may(1)?)?;
    shown(U64::from(chain.nonce(params.need(0)?, at).map_err(RpcError::server)?))
}

fn account(
    chain: &Chain,
    params: &Params,
    block: usize,
    question: impl FnOnce(crate::state::View<'_>, Address) -> Result<Value, RpcError>,
) -> Result<Value, RpcError> {
    let at = place(chain, params.may(block)?)?;
    question(chain.state_at(at).map_err(RpcError::server)?, params.need(0)?)
}

fn slot(chain: &Chain, params: &Params) -> Result<Value, RpcError> {
    let slot = params.need::<U256>(1)?;
    account(chain, params, 2, |view, address| shown(B256::from(view.slot(address, slot))))
}

fn call(chain: &Chain, params: &Params) -> Result<Value, RpcError> {
    let at = place(chain, params.may(1)?)?;
    let accounts = params.may::<StateOverride>(2)?;
    let block = params.may::<BlockOverrides>(3)?;
    shown(chain.call(params.need::<TransactionRequest>(0)?, at, accounts, block.map(Box::new))?)
}

fn estimate(chain: &Chain, params: &Params) -> Result<Value, RpcError> {
    let at = place(chain, params.may(1)?)?;
    shown(U64::from(chain.estimate(params.need::<TransactionRequest>(0)?, at, params.may::<StateOverride>(2)?)?))
}

fn submit(chain: &mut Chain, params: &Params) -> Result<Value, RpcError> {
    shown(chain.submit(&params.need::<Bytes>(0)?)?)
}

fn fee_history(chain: &Chain, params: &Params) -> Result<Value, RpcError> {
    let count = params.number(0)?.ok_or_else(|| RpcError::invalid_params("missing value for required argument 0"))?;
    let newest = match place(chain, params.may::<BlockNumberOrTag>(1)?.map(Into::into))? {
        At::Number(number) => number,
        At::Pending => chain.height(),
    };
    let percentiles = params.may::<Vec<f64>>(2)?;
    if let Some(percentiles) = &percentiles {
        let rising = percentiles.iter().zip(percentiles.iter().skip(1)).all(|(a, b)| a <= b);
        if !rising || percentiles.iter().any(|percentile| !(0.0..=100.0).contains(percentile)) {
            return Err(RpcError::invalid_params("invalid reward percentile"));
        }
    }
    let count = count.clamp(1, FEE_BLOCKS).min(newest + 1 - chain.oldest());
    let oldest = newest + 1 - count;
    let blocks = (oldest..=newest).filter_map(|number| chain.block(number)).collect::<Vec<_>>();
    let after = chain.block(newest + 1).map_or_else(|| chain.next_base_fee(), Block::base_fee);
    let ratio = |block: &&Block| block.header.gas_used as f64 / block.header.gas_limit as f64;
    shown(FeeHistory {
        base_fee_per_gas: blocks.iter().map(|block| block.base_fee()).chain([after]).map(u128::from).collect(),
        gas_used_ratio: blocks.iter().map(ratio).collect(),
        base_fee_per_blob_gas: vec![1; blocks.len() + 1],
        blob_gas_used_ratio: vec![0.0; blocks.len()],
        oldest_block: oldest,
        reward: percentiles.map(|percentiles| blocks.iter().map(|block| rewards(block, &percentiles)).collect()),
    })
}

/// The tips at some percentiles of a block's gas.
fn rewards(block: &Block, percentiles: &[f64]) -> Vec<u128> {
    let tip = |outcome: &crate::block::Outcome| outcome.tx.effective_tip_per_gas(block.base_fee()).unwrap_or_default();
    let mut paid = block.outcomes.iter().map(|outcome| (tip(outcome), outcome.gas_used)).collect::<Vec<_>>();
    paid.sort_unstable();
    let at = |percentile: &f64| {
        let threshold = block.header.gas_used as f64 * percentile / 100.0;
        let mut sum = 0;
        let reached = paid.iter().find(|(_, gas)| {
            sum += gas;
            sum as f64 >= threshold
        });
        reached.or_else(|| paid.last()).map_or(0, |(tip, _)| *tip)
    };
    percentiles.iter().map(at).collect()
}

/// The nothing that a method answers which only does something.
pub(super) fn done() -> Result<Value, RpcError> {
    Ok(json!(null))
}
