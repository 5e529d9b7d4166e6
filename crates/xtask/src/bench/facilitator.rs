//! Our facilitator beside another one, over one chain: `quittance-load` measures, here its figures become README's table.

use std::fmt::Write as _;
use std::process::Command;

use serde_json::Value;

use super::load::{self, short};
use super::{Compiler, Options};
use crate::devnet;
use crate::shell::{Failure, cargo, run};
use crate::workspace::Workspace;

const BEGIN: &str = "<!-- bench-facilitator:begin -->";
const END: &str = "<!-- bench-facilitator:end -->";

/// The other facilitator, a workspace of its own.
const PEER: &str = "benches/peers/x402-rs";

/// The loads in the order of the table: their name, and what they are.
const CASES: &[(&str, &str)] = &[
    ("idle", "`/verify`, one at a time"),
    ("verify", "`/verify`, 32 connections"),
    ("settle", "`/settle`, 8 connections"),
    ("batch", "`/settle`, 256 connections"),
];

/// Builds everything, measures, prints, and after a full run writes README's table.
pub(super) fn run_beside(workspace: &Workspace, options: &Options) -> Result<(), Failure> {
    let anvil = devnet::anvil_program(workspace)?;
    let ours = load::built(workspace, "dist")?;
    // beside what it shares with ours; what it depends on is its own lock file's
    let peer = workspace.root.join(PEER);
    run(cargo().current_dir(&peer).args(["build", "--release", "--locked", "--target-dir"]).arg(&workspace.target))?;
    let mut measure = Command::new(ours.join("quittance-load"));
    measure.args(["facilitators", "--anvil"]).arg(anvil).arg("--ours").arg(ours.join("quittance"));
    measure.arg("--theirs").arg(workspace.target.join("release/quittance-peer-x402-rs"));
    load::run(workspace, options, measure, table, (BEGIN, END))
}

fn table(figures: &Value, compiler: &Compiler) -> Result<String, Failure> {
    let Compiler { version, host } = compiler;
    let mut table = format!("{PREFACE}\n({version}, {host}.)\n\n{HEAD}\n{RULE}\n");
    let rows = figures["rows"].as_array().ok_or("figures without rows")?;
    for (case, about) in CASES {
        let mut rows = rows.iter().filter(|row| row["case"] == *case);
        let (Some(first), Some(last)) = (rows.next(), rows.next()) else { continue };
        writeln!(table, "{}", line(about, first, None)?).expect("a String takes everything");
        writeln!(table, "{}", line(about, last, Some(&figures["times"][case]))?).expect("a String takes everything");
    }
    Ok(table)
}

const PREFACE: &str = "\
The chain is anvil with a block every 100 ms; it, the facilitator and the load share one machine of two processors, which is why a rate says
little and how many times one rate is the other's, in rounds run in turn, says more. x402-rs 2.0 is composed from its published crates as they
are; it looks for receipts every seven seconds. Every payment is another one, `exact` over EIP-3009, by 64 payers in turn, whose keys ours remembers;
after each round the chain is asked whether each has moved once. What the chain is asked is counted in rounds of their own, through a proxy.
`/settle` keeps its records in SQLite. One by one, it is bound by how many transactions of a signer wait for a block at once, which are 16 by
default.";

const HEAD: &str = "| | | payments/s | smallest to largest | times | p50 | p99 | RPC calls per payment | in requests | processor, its own | the chain's |";
const RULE: &str = "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|";

/// One facilitator under one load; `times` is how often the other's rate its own is.
fn line(about: &str, row: &Value, times: Option<&Value>) -> Result<String, Failure> {
    let number = |value: &Value| value.as_f64().ok_or_else(|| Failure(format!("no number in {row}")));
    let side = row["side"].as_str().unwrap_or_default();
    let rate = &row["perSecond"];
    let [median, smallest, largest] = ["median", "smallest", "largest"].map(|name| number(&rate[name]).map(short));
    let times = times.map(|times| number(&times["median"]).map(short)).transpose()?;
    let times = times.map_or_else(String::new, |times| format!("{times} ×"));
    let [p50, p99] = ["p50Milliseconds", "p99Milliseconds"].map(|name| number(&row[name]["median"]).map(short));
    let [calls, requests] = ["calls", "requests"].map(|name| number(&row["askedPerPayment"][name]).map(short));
    let processors = ["processorMicroseconds", "chainProcessorMicroseconds"].map(|name| row[name]["median"].as_f64());
    let [own, chain] = processors.map(|time| time.map_or_else(String::new, |time| format!("{} µs", short(time))));
    let (median, smallest, largest) = (median?, smallest?, largest?);
    let (p50, p99, calls, requests) = (p50?, p99?, calls?, requests?);
    Ok(format!(
        "| {about} | {side} | {median} | {smallest} to {largest} | {times} | {p50} ms | {p99} ms | {calls} | {requests} | {own} | {chain} |"
    ))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{CASES, Compiler, line, table};

    fn row(case: &str, side: &str) -> Value {
        let spread = |median: f64| json!({ "median": median, "smallest": median / 2.0, "largest": median * 2.0 });
        json!({
            "case": case,
            "side": side,
            "connections": 32,
            "perSecond": spread(7680.4),
            "p50Milliseconds": spread(4.123),
            "p99Milliseconds": spread(12.34),
            "processorMicroseconds": Value::Null,
            "chainProcessorMicroseconds": spread(61.0),
            "askedPerPayment": { "calls": 0.1234, "requests": 0.1, "methods": {}, "payments": 100 },
        })
    }

    #[test]
    fn figures_become_a_table() {
        let line = |times: Option<&Value>| line("`/verify`", &row("verify", "quittance"), times).unwrap();
        let expected = "| `/verify` | quittance | 7680 | 3840 to 15361 |  | 4.12 ms | 12.3 ms | 0.12 | 0.10 |  | 61.0 µs |";
        assert_eq!(line(None), expected);
        let times = json!({ "median": 3.004, "smallest": 2.0, "largest": 4.0 });
        assert_eq!(line(Some(&times)), expected.replace("|  | 4.12", "| 3.00 × | 4.12"));
    }

    #[test]
    fn each_load_has_two_lines_in_the_order_of_the_list() {
        let rows = CASES.iter().rev().flat_map(|(case, _)| [row(case, "x402-rs"), row(case, "quittance")]).collect::<Vec<_>>();
        let times = CASES.iter().map(|(case, _)| ((*case).into(), json!({ "median": 2.0 }))).collect();
        let compiler = Compiler { version: "rustc 1.95.0".into(), host: "x86_64-unknown-linux-gnu".into() };
        let table = table(&json!({ "rows": rows, "times": Value::Object(times) }), &compiler).unwrap();
        let lines = table.lines().skip_while(|line| !line.starts_with("|---")).skip(1);
        let begun = lines.map(|line| line.split('|').nth(1).unwrap().trim()).collect::<Vec<_>>();
        assert_eq!(begun, CASES.iter().flat_map(|(_, about)| [*about, *about]).collect::<Vec<_>>());
    }

    #[test]
    fn a_figure_that_is_missing_is_no_zero() {
        let mut row = row("verify", "quittance");
        row["askedPerPayment"] = Value::Null;
        line("`/verify`", &row, None).unwrap_err();
    }
}
