//! `cargo xtask bench --layer`: what the seller's layer costs a request that does not pay.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{Compiler, short};

pub(super) const BEGIN: &str = "<!-- bench-layer:begin -->";
pub(super) const END: &str = "<!-- bench-layer:end -->";

const PREFACE: &str = "\
What the seller's layer costs a request that does not pay: the same service bare and behind the layer, in turn, in one thread, by that thread's own
clock. It answers with the terms of both versions, and the service never runs.";

/// One line of `layer`: one kind of request, in nanoseconds.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Row {
    name: String,
    /// Behind the layer.
    behind: f64,
    /// Without it.
    bare: f64,
    /// The layer by itself: the median of the rounds, the smallest and the largest.
    alone: [f64; 3],
}

impl Row {
    pub(super) fn parse(line: &str) -> Option<Self> {
        let (name, numbers) = line.split_once('\t')?;
        let numbers = numbers.split('\t').map(|number| number.parse().ok()).collect::<Option<Vec<f64>>>()?;
        let &[behind, bare, median, smallest, largest] = &numbers[..] else { return None };
        (!name.is_empty()).then(|| Self { name: name.into(), behind, bare, alone: [median, smallest, largest] })
    }
}

pub(super) fn table(rows: &[Row], compiler: &Compiler) -> String {
    let micros = |nanoseconds: f64| short(nanoseconds / 1000.0);
    let mut table = format!(
        "{PREFACE}\n({}, {}.)\n\n| | the layer | smallest to largest | behind it | bare |\n|---|--:|--:|--:|--:|\n",
        compiler.version, compiler.host
    );
    for Row { name, behind, bare, alone } in rows {
        let [median, smallest, largest] = alone.map(micros);
        let name = name.replace('-', " ");
        writeln!(table, "| {name} | {median} µs | {smallest} to {largest} µs | {} µs | {} µs |", micros(*behind), micros(*bare))
            .expect("a String takes everything");
    }
    table
}

pub(super) fn as_json(rows: &[Row], compiler: &Compiler) -> Value {
    let row = |Row { name, behind, bare, alone: [median, smallest, largest] }: &Row| {
        json!({
            "name": name, "behindNanoseconds": behind, "bareNanoseconds": bare,
            "layerNanoseconds": { "median": median, "smallest": smallest, "largest": largest },
        })
    };
    json!({ "rustc": compiler.version, "host": compiler.host, "rows": rows.iter().map(row).collect::<Vec<_>>() })
}

#[cfg(test)]
mod tests {
    use super::{Compiler, Row, as_json, table};

    #[test]
    fn a_line_becomes_a_row() {
        let rows = [Row::parse("first-request\t1500\t90\t1410\t1203\t2600").unwrap()];
        let compiler = Compiler { version: "rustc 1".into(), host: "here".into() };
        let table = table(&rows, &compiler);
        let last = "| first request | 1.41 µs | 1.20 to 2.60 µs | 1.50 µs | 0.090 µs |";
        assert_eq!(table.lines().last(), Some(last), "{table}");
        assert_eq!(as_json(&rows, &compiler)["rows"][0]["layerNanoseconds"]["median"], 1410.0);
    }

    #[test]
    fn a_figure_that_is_missing_is_no_zero() {
        for line in ["", "first-request", "first-request\t1\t2\t3\t4", "first-request\t1\t2\t3\t4\tx", "\t1\t2\t3\t4\t5"] {
            assert_eq!(Row::parse(line), None, "{line}");
        }
    }
}
