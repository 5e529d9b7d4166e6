//! `quittance devnet`: a sandbox chain, until it is told to stop.

use std::io::Write;
use std::time::Duration;

use clap::Args;
use quittance_devnet::{BlockTime, Cors, Devnet, EXACT_PROXY, MULTICALL3, PERMIT2, UPTO_PROXY};
use serde_json::json;

use crate::format::Format;
use crate::{Answer, Failure, stop};

#[derive(Args)]
pub(crate) struct Arguments {
    /// The port of 127.0.0.1 to listen on; 0 for a free one.
    #[arg(long, default_value_t = 8545)]
    port: u16,
    /// Mine a block each time so many milliseconds have passed; without it one for each transaction.
    #[arg(long, value_name = "MILLISECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    block_time: Option<u64>,
    /// The chain's number.
    #[arg(long, default_value_t = 84532)]
    chain_id: u64,
    /// Let pages in a browser use it.
    #[arg(long)]
    cors: bool,
}

pub(crate) fn run(arguments: &Arguments, format: Format, out: &mut impl Write) -> Result<Answer, Failure> {
    if format == Format::Csv {
        return Err(Failure::new("a chain is no table: leave --csv out"));
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let block_time = arguments.block_time.map_or(BlockTime::Instant, |millis| BlockTime::Every(Duration::from_millis(millis)));
        let builder = Devnet::builder().chain_id(arguments.chain_id).block_time(block_time).port(arguments.port);
        let builder = if arguments.cors { builder.cors(Cors::Open) } else { builder };
        let started = builder.start().await;
        let devnet = started.map_err(|error| Failure::new(format!("port {}: {error}", arguments.port)))?;
        let stopped = stop::listening()?;
        match format {
            Format::Json => writeln!(out, "{}", as_json(&devnet))?,
            Format::Human | Format::Csv => human(out, &devnet)?,
        }
        out.flush()?;
        stopped.await?;
        Ok(Answer::Yes)
    })
}

/// The contracts of x402, by their names.
fn contracts() -> [(&'static str, String); 4] {
    [("Permit2", PERMIT2), ("exact proxy", EXACT_PROXY), ("upto proxy", UPTO_PROXY), ("Multicall3", MULTICALL3)]
        .map(|(name, address)| (name, address.to_string()))
}

fn human(out: &mut impl Write, devnet: &Devnet) -> Result<(), Failure> {
    writeln!(out, "chain {} at {}", devnet.chain_id(), devnet.url())?;
    writeln!(out, "\ntokens (anybody may mint)")?;
    for token in devnet.tokens() {
        writeln!(out, "  {:<12} {}  name \"{}\", version \"{}\"", token.symbol, token.address, token.name, token.version)?;
    }
    writeln!(out, "\ncontracts")?;
    for (name, address) in contracts() {
        writeln!(out, "  {name:<12} {address}")?;
    }
    writeln!(out, "\naccounts with 10000 ether and 1000000 of each token; everybody knows their keys")?;
    for account in devnet.accounts() {
        writeln!(out, "  {}  {}", account.address, account.key)?;
    }
    writeln!(out, "\nCtrl-C ends it, and everything on it")?;
    Ok(())
}

fn as_json(devnet: &Devnet) -> serde_json::Value {
    let tokens = devnet.tokens().iter().map(|token| {
        json!({
            "address": token.address.to_string(), "symbol": token.symbol, "name": token.name, "version": token.version,
            "decimals": token.decimals,
        })
    });
    let accounts = devnet.accounts().iter();
    let accounts = accounts.map(|account| json!({ "address": account.address.to_string(), "key": account.key.to_string() }));
    json!({
        "url": devnet.url(),
        "chain_id": devnet.chain_id(),
        "tokens": tokens.collect::<Vec<_>>(),
        "contracts": contracts().into_iter().collect::<std::collections::BTreeMap<_, _>>(),
        "accounts": accounts.collect::<Vec<_>>(),
    })
}
