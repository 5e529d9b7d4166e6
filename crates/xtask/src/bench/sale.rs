//! `cargo xtask bench --sale`: a paid request as a whole, beside the protocol's own packages; and how many of them one machine makes.

use std::process::Command;

use serde_json::Value;

use super::load::{self, short};
use super::{Compiler, Options};
use crate::interop;
use crate::shell::Failure;
use crate::workspace::Workspace;
use crate::{devnet, tools};

const MARKS: (&str, &str) = ("<!-- bench-sale:begin -->", "<!-- bench-sale:end -->");

/// Builds everything, measures, prints, and after a full run writes README's table.
pub(super) fn run(workspace: &Workspace, options: &Options) -> Result<(), Failure> {
    let anvil = devnet::anvil_program(workspace)?;
    let typescript = workspace.root.join(interop::FOLDER).join("typescript");
    let modules = tools::node_modules(workspace, &typescript)?;
    // as it is handed out, and as the facilitators are measured
    let ours = load::built(workspace, "dist")?;
    let mut measure = Command::new(ours.join("quittance-load"));
    measure.args(["sale", "--anvil"]).arg(anvil).arg("--ours").arg(ours.join("quittance"));
    measure.arg("--typescript").arg(typescript.join("paid.mjs")).arg("--modules").arg(modules);
    load::run(workspace, options, measure, table, MARKS)
}

const ONE: &str = "\
One buyer who buys one thing after the other: asks, is told the terms, decides, signs, pays, checks the receipt. The buyer keeps its budget, what it
signed and an audit log on disk, the gate and the facilitator in it a store each. A purchase waits for four flushes: of the log while the key signs, of
the signed bytes and with them of the budget, of what the gate is about to send, and of the facilitator's transaction. What the chain or the other side says again is
written at once and flushed with what comes next, or a tenth of a second later. The protocol's own client, server and facilitator are a process each and
keep nothing.
Both look every 5 ms for a receipt on the same anvil, which makes a block for each transaction at once, and ours also when a node has taken a
transaction; the sandbox does the same.";

const MANY: &str = "\
256 purchases at a time by six accounts, which keep one budget and what they signed in one store on disk, without an audit log, through one gate that
settles what comes within a block of 100 ms in one transaction, while 10,000 other connections to the gate are open. The chain keeps its blocks of the
last ten seconds. One machine of two processors carries all of it: buyers, gate, the API behind it, facilitator and chain.";

fn table(figures: &Value, compiler: &Compiler) -> Result<String, Failure> {
    let Compiler { version, host } = compiler;
    let number = |value: &Value| value.as_f64().map(short).ok_or_else(|| Failure(format!("no number where one belongs: {value}")));
    let mut lines =
        vec![ONE.to_owned(), String::new(), "| one buyer | p50 | p99 | times as fast |".into(), "|---|--:|--:|--:|".into()];
    let one = &figures["one"];
    let rows = one["rows"].as_array().ok_or("figures without rows")?;
    for (row, times) in rows.iter().zip([&Value::Null, &one["times"]["anvil"]["median"], &one["times"]["sandbox"]["median"]]) {
        let times = if times.is_null() { String::new() } else { format!("{} ×", number(times)?) };
        let [p50, p99] = ["p50Milliseconds", "p99Milliseconds"].map(|name| number(&row[name]["median"]));
        lines.push(format!("| {} | {} ms | {} ms | {times} |", row["side"].as_str().unwrap_or_default(), p50?, p99?));
    }
    let (many, row) = (&figures["many"], &figures["many"]["row"]);
    let rate = &row["perSecond"];
    let [median, smallest, largest] = ["median", "smallest", "largest"].map(|name| number(&rate[name]));
    let [p50, p99] = ["p50Milliseconds", "p99Milliseconds"].map(|name| number(&row[name]["median"]));
    let mebibytes = |value: &Value| value.as_f64().map(|kib| short(kib / 1024.0)).ok_or("the memory is not known");
    let memory = &many["memoryKibibytes"];
    let [gate, chain, buyers] = ["gate", "chain", "buyers"].map(|name| mebibytes(&memory[name]));
    lines.extend([
        String::new(),
        MANY.to_owned(),
        String::new(),
        "| paid requests/s | smallest to largest | p50 | p99 | idle connections | memory at most: gate | chain | buyers and API | together |".into(),
        "|--:|--:|--:|--:|--:|--:|--:|--:|--:|".into(),
        format!(
            "| {} | {} to {} | {} ms | {} ms | {} | {} MiB | {} MiB | {} MiB | {} MiB |",
            median?,
            smallest?,
            largest?,
            p50?,
            p99?,
            many["idleConnections"],
            gate?,
            chain?,
            buyers?,
            mebibytes(&many["memoryTogetherKibibytes"])?
        ),
        String::new(),
        format!("({version}, {host}.)"),
        String::new(),
    ]);
    Ok(lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Compiler, table};

    fn figures() -> Value {
        let spread = |median: f64| json!({ "median": median, "smallest": median / 2.0, "largest": median * 2.0 });
        let row = |side: &str, p50| json!({ "side": side, "perSecond": spread(1e3 / p50), "p50Milliseconds": spread(p50), "p99Milliseconds": spread(p50 * 3.0) });
        json!({
            "one": {
                "rows": [row("TypeScript, anvil", 60.0), row("quittance, anvil", 8.0), row("quittance, sandbox", 5.0)],
                "times": { "anvil": spread(7.5), "sandbox": spread(12.0) },
            },
            "many": {
                "row": row("quittance, sandbox", 1.0),
                "idleConnections": 10_000,
                "memoryKibibytes": { "gate": 102_400, "chain": 51_200, "buyers": 76_800 },
                "memoryTogetherKibibytes": 230_400,
            },
        })
    }

    fn compiler() -> Compiler {
        Compiler { version: "rustc 1".into(), host: "here".into() }
    }

    #[test]
    fn figures_become_tables() {
        let table = table(&figures(), &compiler()).unwrap();
        for line in [
            "| TypeScript, anvil | 60.0 ms | 180 ms |  |",
            "| quittance, anvil | 8.00 ms | 24.0 ms | 7.50 × |",
            "| 1000 | 500 to 2000 | 1.00 ms | 3.00 ms | 10000 | 100 MiB | 50.0 MiB | 75.0 MiB | 225 MiB |",
        ] {
            assert!(table.lines().any(|other| other == line), "{line}\n{table}");
        }
    }

    #[test]
    fn a_figure_that_is_missing_is_no_zero() {
        let mut missing = figures();
        missing["many"]["memoryTogetherKibibytes"] = Value::Null;
        table(&missing, &compiler()).unwrap_err();
    }
}
