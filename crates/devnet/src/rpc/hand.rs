//! What only a chain for development does, under the names that the two most used ones gave it.

use std::time::Duration;

use alloy_primitives::{Address, B256, Bytes, U64, U256};
use serde_json::{Value, json};

use super::eth::done;
use super::params::Params;
use super::{RpcError, shown};
use crate::chain::{Chain, Mining};
use crate::shared::Shared;

/// How many blocks one call may mine.
const MOST_BLOCKS: u64 = 100_000;

/// Answers a method, or knows none of that name.
pub(super) fn run(shared: &Shared, method: &str, params: &Params) -> Option<Result<Value, RpcError>> {
    let (family, name) = method.split_once('_')?;
    if !["evm", "anvil", "hardhat"].contains(&family) {
        return None;
    }
    Some(match name {
        // `evm_mine` takes the time of the block, the others how many and how far apart
        "mine" if family == "evm" => mine_at(&mut shared.write(), params),
        "mine" => mine_many(&mut shared.write(), params),
        "snapshot" => shown(U64::from(shared.write().snapshot())),
        "revert" => number(params, 0).and_then(|id| shown(shared.write().revert(id))),
        "increaseTime" => increase_time(&mut shared.write(), params),
        "setTime" => number(params, 0).and_then(|time| {
            shared.write().clock.set(seconds(time));
            done()
        }),
        "setNextBlockTimestamp" => next_time(&mut shared.write(), params),
        "setBlockTimestampInterval" => number(params, 0).and_then(|step| {
            shared.write().clock.fix_step(Some(step));
            done()
        }),
        "removeBlockTimestampInterval" => {
            shared.write().clock.fix_step(None);
            shown(true)
        }
        "setNextBlockBaseFeePerGas" => number(params, 0).and_then(|fee| {
            shared.write().fix_base_fee(fee);
            done()
        }),
        "setAutomine" => params.need::<bool>(0).and_then(|each| {
            let mut chain = shared.write();
            chain.mining = if each { Mining::Each } else { Mining::Told };
            chain.mine_ready();
            done()
        }),
        "getAutomine" => shown(shared.read().mining == Mining::Each),
        // one of the two counts in milliseconds, the other, and so the name they share, in seconds
        "setIntervalMining" => number(params, 0).and_then(|interval| {
            let interval = if family == "hardhat" { Duration::from_millis(interval) } else { Duration::from_secs(interval) };
            set_interval(shared, interval);
            done()
        }),
        "setBalance" => with_account(params, |address| {
            shared.write().set_balance(address, params.need::<U256>(1)?);
            done()
        }),
        "setNonce" => with_account(params, |address| {
            shared.write().set_nonce(address, number(params, 1)?);
            done()
        }),
        "setCode" => with_account(params, |address| {
            shared.write().set_code(address, params.need::<Bytes>(1)?);
            done()
        }),
        "setStorageAt" => with_account(params, |address| {
            shared.write().set_slot(address, params.need::<U256>(1)?, params.need::<B256>(2)?.into());
            shown(true)
        }),
        "dropTransaction" => params.need::<B256>(0).and_then(|hash| shown(shared.write().drop_waiting(&hash).then_some(hash))),
        _ => return None,
    })
}

/// Mines by time, or by transaction when the interval is nothing.
fn set_interval(shared: &Shared, interval: Duration) {
    let by_time = !interval.is_zero();
    shared.write().mining = Mining::Told;
    shared.mine_every(by_time.then_some(interval));
}

fn mine_at(chain: &mut Chain, params: &Params) -> Result<Value, RpcError> {
    // some tools send an object with the time in it
    let time = match params.may::<Value>(0)? {
        Some(Value::Object(options)) => options.get("timestamp").and_then(Value::as_u64),
        _ => params.number(0)?,
    };
    if let Some(time) = time {
        fix_time(chain, time)?;
    }
    chain.mine();
    shown("0x0")
}

fn mine_many(chain: &mut Chain, params: &Params) -> Result<Value, RpcError> {
    let count = params.number(0)?.unwrap_or(1);
    if count > MOST_BLOCKS {
        return Err(RpcError::invalid_params(format!("at most {MOST_BLOCKS} blocks at once")));
    }
    let step = params.number(1)?;
    for block in 0..count {
        // the distance lies between the blocks, not before the first
        if let (Some(step), 1..) = (step, block) {
            chain.clock.advance(step);
        }
        chain.mine();
    }
    done()
}

fn increase_time(chain: &mut Chain, params: &Params) -> Result<Value, RpcError> {
    chain.clock.advance(number(params, 0)?);
    Ok(json!(i64::try_from(chain.clock.added()).unwrap_or(i64::MAX)))
}

fn next_time(chain: &mut Chain, params: &Params) -> Result<Value, RpcError> {
    fix_time(chain, number(params, 0)?)?;
    done()
}

fn fix_time(chain: &mut Chain, time: u64) -> Result<(), RpcError> {
    let (time, newest) = (seconds(time), chain.head().header.timestamp);
    if time < newest {
        return Err(RpcError::invalid_params(format!("timestamp {time} is lower than that of the newest block, {newest}")));
    }
    chain.clock.fix_next(time);
    Ok(())
}

/// A time that is too large for seconds is one in milliseconds.
fn seconds(time: u64) -> u64 {
    const IN_MILLISECONDS: u64 = 100_000_000_000;
    if time >= IN_MILLISECONDS { time / 1_000 } else { time }
}

fn with_account(params: &Params, change: impl FnOnce(Address) -> Result<Value, RpcError>) -> Result<Value, RpcError> {
    change(params.need(0)?)
}

fn number(params: &Params, index: usize) -> Result<u64, RpcError> {
    params.number(index)?.ok_or_else(|| RpcError::invalid_params(format!("missing value for required argument {index}")))
}
