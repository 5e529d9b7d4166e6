//! From the keys of the file to what they mean.

use std::collections::BTreeMap;
use std::time::Duration;

use alloy_primitives::hex;
use quittance_core::eip712::permit2::{EXACT_PROXY, PERMIT2, UPTO_PROXY};
use quittance_core::registry::networks;
use quittance_core::{Address, Amount, Network};
use quittance_evm::{Sponsoring, multicall3};
use quittance_guard::Reach;
use quittance_service::config::{
    Instances, NOT_HERE, count, distinct, is_reference, key, millis, positive, resolve, seconds, store,
};

use super::file::{self, File};
use super::{Around, ChainConfig, Config, ConfigError, keys};
use crate::rpc::{EndpointUrl, RpcOptions};
use crate::service::{Caller, Origin, ServiceOptions};
use crate::settings::{Batch, ChainSettings, FeeLimit, Settings};

/// Where the service listens unless the file says: on this machine alone.
const LISTEN: &str = "127.0.0.1:4020";

pub(super) fn config(file: &File, around: Around<'_>) -> Result<Config, ConfigError> {
    let listen = resolve(file.listen.as_deref().unwrap_or(LISTEN), "listen", around)?;
    let listen = listen.parse().map_err(|_| ConfigError::new("listen", "an IP address with a port, such as 127.0.0.1:4020"))?;
    let (store, instances) = store(&file.store, file.instances.as_deref(), around)?;
    let origins = file.cors_origins.iter().enumerate().map(|(place, text)| {
        let place = format!("cors_origins[{place}]");
        Origin::parse(&resolve(text, &place, around)?).map_err(|error| ConfigError::new(place, error))
    });
    let callers = file.caller.iter().enumerate().map(|(place, file)| caller(file, &format!("caller[{place}]"), around));
    let callers = callers.collect::<Result<Vec<_>, _>>()?;
    distinct(&callers.iter().map(Caller::name).collect::<Vec<_>>(), "caller", "two callers have one name")?;
    let chains = file.chain.iter().enumerate().map(|(place, file)| chain(file, &format!("chain[{place}]"), around));
    let chains = chains.collect::<Result<Vec<_>, _>>()?;
    if chains.is_empty() {
        return Err(ConfigError::new("chain", "there is no [[chain]] to settle on"));
    }
    distinct(&chains.iter().map(|chain| chain.network).collect::<Vec<_>>(), "chain", "a network is there twice")?;
    let defaults = Settings::default();
    let settings = Settings {
        patience: seconds(file.patience_seconds, defaults.patience, "patience_seconds")?,
        lease: positive(file.lease_seconds, defaults.lease, "lease_seconds")?,
        reach: match instances {
            Instances::One => Reach::Process,
            Instances::Several => Reach::Anywhere,
        },
        ..defaults
    };
    Ok(Config {
        listen,
        store: store.to_string(),
        sealing_key: key("sealing_key", (file.sealing_key.as_deref(), file.sealing_key_file.as_deref()), around)?,
        service: limits(&file.limits)?,
        callers,
        origins: origins.collect::<Result<_, _>>()?,
        settings,
        chains,
    })
}

fn caller(file: &file::Caller, place: &str, around: Around<'_>) -> Result<Caller, ConfigError> {
    let caller = match (&file.key, &file.key_sha256) {
        (Some(key), None) if is_reference(key) => Caller::new(&file.name, &resolve(key, &format!("{place}.key"), around)?),
        (Some(_), None) => return Err(ConfigError::new(format!("{place}.key"), NOT_HERE)),
        (None, Some(text)) => {
            let place = format!("{place}.key_sha256");
            let text = resolve(text, &place, around)?;
            let mut hash = [0; 32];
            hex::decode_to_slice(text.trim_start_matches("0x"), &mut hash)
                .map_err(|_| ConfigError::new(&place, "must be 64 hexadecimal digits"))?;
            Caller::hashed(&file.name, hash)
        }
        _ => return Err(ConfigError::new(place, "needs either `key` or `key_sha256`")),
    };
    caller.map_err(|error| ConfigError::new(place, error))
}

fn limits(file: &file::Limits) -> Result<ServiceOptions, ConfigError> {
    let defaults = ServiceOptions::default();
    Ok(ServiceOptions {
        body: count(file.body_bytes, defaults.body, "limits.body_bytes")?,
        concurrency: count(file.concurrency, defaults.concurrency, "limits.concurrency")?,
        connections: count(file.connections, defaults.connections, "limits.connections")?,
        read: seconds(file.read_seconds, defaults.read, "limits.read_seconds")?,
        verify: seconds(file.verify_seconds, defaults.verify, "limits.verify_seconds")?,
        settle: seconds(file.settle_seconds, defaults.settle, "limits.settle_seconds")?,
        drain: seconds(file.drain_seconds, defaults.drain, "limits.drain_seconds")?,
    })
}

fn chain(file: &file::Chain, place: &str, around: Around<'_>) -> Result<ChainConfig, ConfigError> {
    let at = |key: &str| format!("{place}.{key}");
    let network = network(&resolve(&file.network, &at("network"), around)?, &at("network"))?;
    let rpc = file.rpc.iter().enumerate().map(|(number, text)| {
        let place = format!("{place}.rpc[{number}]");
        EndpointUrl::parse(&resolve(text, &place, around)?).map_err(|error| ConfigError::new(place, error))
    });
    let rpc = rpc.collect::<Result<Vec<_>, _>>()?;
    if rpc.is_empty() {
        return Err(ConfigError::new(at("rpc"), "names no node"));
    }
    let signers =
        file.signer.iter().enumerate().map(|(number, file)| keys::signer(file, &format!("{place}.signer[{number}]"), around));
    let signers = signers.collect::<Result<Vec<_>, _>>()?;
    if signers.is_empty() {
        return Err(ConfigError::new(at("signer"), "there is no [[chain.signer]] to pay for gas"));
    }
    let addresses = signers.iter().map(quittance_core::SecretKey::address).collect::<Vec<_>>();
    distinct(&addresses, &at("signer"), "an account is there twice")?;
    let defaults = RpcOptions::default();
    let options = RpcOptions {
        timeout: millis(file.rpc_timeout_ms, defaults.timeout, &at("rpc_timeout_ms"))?,
        lag: file.rpc_lag.unwrap_or(defaults.lag),
        ..defaults
    };
    let defaults = ChainSettings::default();
    let batch = file.batch.as_ref().map(|file| {
        let defaults = Batch::default();
        let payments = count(file.payments, defaults.payments, &at("batch.payments"))?;
        Ok(Batch::new(payments, positive(file.gas, defaults.gas, &at("batch.gas"))?))
    });
    let max_fee = match positive(file.max_fee_gwei, 0, &at("max_fee_gwei"))? {
        0 => defaults.max_fee,
        gwei => u128::from(gwei) * 1_000_000_000,
    };
    let factories =
        file.factories.iter().enumerate().map(|(number, text)| factory(text, &format!("{place}.factories[{number}]"), around));
    let factories = factories.collect::<Result<Vec<_>, _>>()?;
    distinct(&factories, &at("factories"), "a factory is there twice")?;
    let sponsoring = file.sponsoring.iter().enumerate().map(|(number, text)| way(text, &format!("{place}.sponsoring[{number}]")));
    let sponsoring = sponsoring.collect::<Result<Vec<_>, _>>()?;
    distinct(&sponsoring, &at("sponsoring"), "a way is there twice")?;
    bounded(file, &at)?;
    let funding = funding(file, &sponsoring, &at("funding_gwei"))?;
    let settings = ChainSettings {
        funding,
        funding_hourly: funding_hourly(file, funding, &at("funding_gwei_hourly"))?,
        approval: seconds(file.approval_seconds, defaults.approval, &at("approval_seconds"))?,
        gas: positive(file.max_gas, defaults.gas, &at("max_gas"))?,
        factories,
        sponsoring,
        confirmations: file.confirmations.unwrap_or(defaults.confirmations),
        watch: match file.watch_seconds {
            Some(0) => Duration::ZERO,
            other => seconds(other, defaults.watch, &at("watch_seconds"))?,
        },
        poll: millis(file.poll_ms, defaults.poll, &at("poll_ms"))?,
        in_flight: count(file.in_flight, defaults.in_flight, &at("in_flight"))?,
        bump_after: positive(file.bump_after, defaults.bump_after, &at("bump_after"))?,
        open: count(file.open, defaults.open, &at("open"))?,
        lookback: file.lookback.unwrap_or(defaults.lookback),
        failures: match file.max_failures {
            Some(0) => 0,
            other => count(other, defaults.failures, &at("max_failures"))?,
        },
        failures_within: seconds(file.failures_seconds, defaults.failures_within, &at("failures_seconds"))?,
        batch: batch.transpose()?,
        fee_limit: file.fee_limit.as_ref().map(|file| fee_limit(file, &at("fee_limit"))).transpose()?,
        max_fee,
        ..defaults
    };
    Ok(ChainConfig { network, rpc, options, signers, settings })
}

/// What deploys wallets, as far as one can tell from its address.
fn factory(text: &str, place: &str, around: Around<'_>) -> Result<Address, ConfigError> {
    let address = Address::parse(&resolve(text, place, around)?).map_err(|error| ConfigError::new(place, error))?;
    // with what a payer wrote, these do what a payer wants (catalogue row 97)
    if address == Address::ZERO || [multicall3::ADDRESS, PERMIT2, EXACT_PROXY, UPTO_PROXY].contains(&address) {
        return Err(ConfigError::new(place, "is no factory of wallets"));
    }
    Ok(address)
}

fn way(text: &str, place: &str) -> Result<Sponsoring, ConfigError> {
    let ways = [Sponsoring::Eip2612, Sponsoring::Erc20Approval];
    let found = ways.into_iter().find(|way| way.id() == text);
    found.ok_or_else(|| ConfigError::new(place, format!("neither {} nor {}", ways[0].id(), ways[1].id())))
}

/// What costs a facilitator something whether or not anybody pays in the end has to be bounded.
fn bounded(file: &file::Chain, at: &dyn Fn(&str) -> String) -> Result<(), ConfigError> {
    if !file.factories.is_empty() && file.fee_limit.is_none() {
        return Err(ConfigError::new(at("factories"), "needs a `fee_limit`, which bounds what deploying a wallet may cost"));
    }
    Ok(())
}

/// What payers are given, in wei.
fn funding(file: &file::Chain, sponsoring: &[Sponsoring], place: &str) -> Result<u128, ConfigError> {
    let wei = u128::from(file.funding_gwei.unwrap_or(0)) * 1_000_000_000;
    if wei > 0 && !sponsoring.contains(&Sponsoring::Erc20Approval) {
        return Err(ConfigError::new(place, "is for payers who bring an approval, which `sponsoring` does not take"));
    }
    if wei > 0 && file.fee_limit.is_none() {
        return Err(ConfigError::new(place, "needs a `fee_limit`, which says what a payment is worth"));
    }
    Ok(wei)
}

/// What payers are given within an hour, in wei and with the gas that giving takes: twenty times what one is, unless it is said.
fn funding_hourly(file: &file::Chain, funding: u128, place: &str) -> Result<u128, ConfigError> {
    let Some(gwei) = file.funding_gwei_hourly else { return Ok(funding.saturating_mul(20)) };
    let wei = u128::from(gwei) * 1_000_000_000;
    if wei < funding || (funding == 0 && wei > 0) {
        return Err(ConfigError::new(place, "is for all payers together, and less than `funding_gwei` is for one of them"));
    }
    Ok(wei)
}

/// CAIP-2, or a short name of version 1.
fn network(text: &str, place: &str) -> Result<Network, ConfigError> {
    let named = networks().iter().find(|info| info.v1_name == Some(text)).map(|info| info.network);
    let network = match named {
        Some(network) => network,
        None => Network::parse(text).map_err(|error| ConfigError::new(place, error))?,
    };
    if network.chain_id().is_none() {
        return Err(ConfigError::new(place, "only eip155 chains can be settled on"));
    }
    Ok(network)
}

fn fee_limit(file: &file::FeeLimit, place: &str) -> Result<FeeLimit, ConfigError> {
    let prices = file.prices.iter().map(|(token, price)| {
        let place = format!("{place}.prices.{token}");
        let token = Address::parse(token).map_err(|error| ConfigError::new(&place, error))?;
        let price = Amount::parse(price).map_err(|error| ConfigError::new(&place, error))?;
        if price.is_zero() { Err(ConfigError::new(&place, "must not be zero")) } else { Ok((token, price)) }
    });
    Ok(FeeLimit::new(file.per_mille, prices.collect::<Result<BTreeMap<_, _>, _>>()?))
}
