//! `quittance ledger`: what was spent, on what, and what is left.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use quittance_core::{Amount, Asset};
use quittance_guard::policy::Policy;
use quittance_guard::{Meter, TaskId};
use quittance_store::Inspector;
use serde_json::{Value, json};

use crate::chart::bar;
use crate::format::{self, Format};
use crate::spend::{By, Spend, Table};
use crate::{Answer, Failure};

#[derive(Args)]
pub(crate) struct Arguments {
    /// The store: `sqlite:wallet.db` or `postgres://user@host/database`. It is read, and not taken part in.
    #[arg(long)]
    store: String,
    /// The policy, to show what is left of its budgets.
    #[arg(long)]
    policy: Option<PathBuf>,
    /// Only this task.
    #[arg(long)]
    task: Option<TaskId>,
    /// What to count by; everything, if it is left out.
    #[arg(long, value_enum)]
    by: Vec<By>,
}

/// How many records are asked for at a time.
const PAGE: u32 = 1_000;

pub(crate) fn run(arguments: &Arguments, format: Format, out: &mut impl Write) -> Result<Answer, Failure> {
    let policy = arguments.policy.as_ref().map(|path| {
        let failed = |words: String| Failure::new(format!("{}: {words}", path.display()));
        let text = fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
        Policy::from_toml(&text).map_err(|error| failed(error.to_string()))
    });
    let policy = policy.transpose()?;
    let by = if arguments.by.is_empty() { &[By::Task, By::Day, By::Payee][..] } else { &arguments.by };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let table = runtime.block_on(read(arguments, by))?;
    match format {
        Format::Human => human(out, &table, policy.as_ref())?,
        Format::Json => format::json(out, &as_json(&table, policy.as_ref()))?,
        Format::Csv => csv(out, &table)?,
    }
    Ok(if table.is_empty() { Answer::No } else { Answer::Yes })
}

async fn read(arguments: &Arguments, by: &[By]) -> Result<Table, Failure> {
    let inspector = Inspector::open(&arguments.store).await.map_err(|error| Failure::new(error.to_string()))?;
    let failed = |fault: quittance_core::Fault| Failure::new(fault.to_string());
    let (mut table, mut behind) = (Table::default(), None);
    loop {
        let records = inspector.records(behind.as_ref(), PAGE).await.map_err(failed)?;
        for record in &records {
            if arguments.task.as_ref().is_none_or(|task| *task == record.purchase.task) {
                table.take(record, by);
            }
        }
        match records.last() {
            Some(last) => behind = Some(quittance_guard::budget::Ticket::of(last)),
            None => break,
        }
    }
    inspector.close().await;
    Ok(table)
}

/// What a name may come to, where the policy says.
fn limit(policy: Option<&Policy>, asset: &Asset, by: By) -> Option<Amount> {
    let meter = match by {
        By::Task => Meter::Task,
        By::Day => Meter::Day,
        By::Payee => return None,
    };
    policy?.limits(asset.registered()?).iter().find(|limit| limit.meter == meter).map(|limit| limit.max)
}

fn human(out: &mut impl Write, table: &Table, policy: Option<&Policy>) -> Result<(), Failure> {
    if table.is_empty() {
        writeln!(out, "nothing was bought")?;
    }
    for (asset, names) in table.iter() {
        let amount = |amount| format::amount(amount, asset.network(), &asset.token().to_string());
        let symbol = asset.registered().map_or_else(|| asset.token().to_string(), |info| info.symbol.into());
        writeln!(out, "{symbol} on {}", asset.network())?;
        let mut before = None;
        for ((by, name), spend) in names {
            if before != Some(*by) {
                writeln!(out, "  by {}", by.as_str())?;
                before = Some(*by);
            }
            let width = names.keys().filter(|(other, _)| other == by).map(|(_, name)| name.chars().count()).max().unwrap_or(0);
            let limit = limit(policy, asset, *by);
            let whole = limit.unwrap_or_else(|| most(names, *by));
            let line =
                format!("    {name:<width$}  {}  {} settled", bar(small(spend.counts(), whole), SCALE), amount(spend.settled()));
            let aside =
                if spend.set_aside().is_zero() { String::new() } else { format!(", {} set aside", amount(spend.set_aside())) };
            let left = limit.map_or_else(String::new, |limit| match limit.checked_sub(spend.counts()) {
                Some(left) => format!(", {} left of {}", amount(left), amount(limit)),
                None => format!(", OVER the limit of {}", amount(limit)),
            });
            writeln!(out, "{line}{aside}{left}")?;
        }
    }
    Ok(())
}

/// The most that a name of this kind comes to.
fn most(names: &BTreeMap<(By, String), Spend>, by: By) -> Amount {
    names.iter().filter(|((other, _), _)| *other == by).map(|(_, spend)| spend.counts()).max().unwrap_or(Amount::ZERO)
}

/// The length of a bar's whole, in steps that a part is rounded down to.
const SCALE: u128 = 1_000;

/// A part of a whole in thousandths, rounded down but never to nothing.
fn small(part: Amount, whole: Amount) -> u128 {
    if part.is_zero() || whole.is_zero() {
        return 0;
    }
    if part >= whole {
        return SCALE;
    }
    match (part.to_u128().and_then(|part| part.checked_mul(SCALE)), whole.to_u128()) {
        (Some(part), Some(whole)) => (part / whole).max(1),
        // beyond 2^117 atomic units nobody reads a bar
        _ => SCALE - 1,
    }
}

fn as_json(table: &Table, policy: Option<&Policy>) -> Value {
    let assets = table.iter().map(|(asset, names)| {
        let rows = names.iter().map(|((by, name), spend)| {
            json!({
                "by": by.as_str(),
                "name": name,
                "purchases": spend.purchases,
                "settled": spend.settled().to_string(),
                "set_aside": spend.set_aside().to_string(),
                "limit": limit(policy, asset, *by).map(|limit| limit.to_string()),
            })
        });
        json!({
            "network": asset.network().as_str(),
            "asset": asset.token().to_string(),
            "symbol": asset.registered().map(|info| info.symbol),
            "decimals": asset.registered().map(|info| info.decimals),
            "spend": rows.collect::<Vec<_>>(),
        })
    });
    json!({ "assets": assets.collect::<Vec<_>>() })
}

fn csv(out: &mut impl Write, table: &Table) -> Result<(), Failure> {
    format::csv_row(out, ["network", "asset", "by", "name", "purchases", "settled", "set_aside"])?;
    for (asset, names) in table.iter() {
        for ((by, name), spend) in names {
            let (purchases, settled, aside) =
                (spend.purchases.to_string(), spend.settled().to_string(), spend.set_aside().to_string());
            let token = asset.token().to_string();
            format::csv_row(out, [asset.network().as_str(), &token, by.as_str(), name, &purchases, &settled, &aside])?;
        }
    }
    Ok(())
}
