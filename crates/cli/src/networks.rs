//! `quittance networks`: what the registry knows.

use std::io::Write;

use clap::Args;
use quittance_core::registry::{NetworkKind, assets, networks};
use serde_json::{Value, json};

use crate::format::{self, Format};
use crate::{Answer, Failure};

#[derive(Args)]
pub(crate) struct Arguments {
    /// Only those whose name, number or token holds this.
    filter: Option<String>,
}

/// A token on its network.
struct Row {
    network: &'static str,
    name: &'static str,
    kind: &'static str,
    symbol: &'static str,
    decimals: u8,
    token: &'static str,
}

impl Row {
    fn matches(&self, filter: &str) -> bool {
        let texts = [self.network, self.name, self.symbol, self.token];
        texts.iter().any(|text| text.to_ascii_lowercase().contains(&filter.to_ascii_lowercase()))
    }
}

pub(crate) fn run(arguments: &Arguments, format: Format, out: &mut impl Write) -> Result<Answer, Failure> {
    let row = |asset: &'static quittance_core::registry::AssetInfo| {
        let info = networks().iter().find(|info| info.network == asset.network)?;
        let kind = match info.kind {
            NetworkKind::Main => "mainnet",
            _ => "testnet",
        };
        let (network, name) = (info.network.as_str(), info.name);
        Some(Row { network, name, kind, symbol: asset.symbol, decimals: asset.decimals, token: asset.id })
    };
    let rows = assets().iter().filter_map(row);
    let rows = rows.filter(|row| arguments.filter.as_deref().is_none_or(|filter| row.matches(filter))).collect::<Vec<_>>();
    match format {
        Format::Human => {
            for Row { network, name, kind, symbol, decimals, token } in &rows {
                writeln!(out, "{name:<22} {network:<42} {kind:<8} {symbol:<6} {decimals:>2} decimals  {token}")?;
            }
        }
        Format::Json => {
            let all = rows.iter().map(|Row { network, name, kind, symbol, decimals, token }| {
                json!({ "network": network, "name": name, "kind": kind, "symbol": symbol, "decimals": decimals, "token": token })
            });
            format::json(out, &Value::Array(all.collect()))?;
        }
        Format::Csv => {
            format::csv_row(out, ["network", "name", "kind", "symbol", "decimals", "token"])?;
            for Row { network, name, kind, symbol, decimals, token } in &rows {
                format::csv_row(out, [*network, name, kind, symbol, &decimals.to_string(), token])?;
            }
        }
    }
    Ok(if rows.is_empty() { Answer::No } else { Answer::Yes })
}
