//! `cargo xtask bench`: how fast verification is, in ratios.
//!
//! The measuring is done by programs of `quittance-benches`, so that this crate does not compile what they measure beside; here their
//! figures become one table, which README shows between two marks. No test and no stage looks at a time; what CI holds the code to are
//! instructions ([`counts`]).

pub(crate) mod counts;

use std::fmt::Write as _;
use std::fs;

use serde_json::{Value, json};

use crate::readme::between_marks;
use crate::shell::{Failure, cargo, read};
use crate::workspace::Workspace;

const BEGIN: &str = "<!-- bench:begin -->";
const END: &str = "<!-- bench:end -->";

/// What is asked of a measurement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Options {
    /// JSON instead of a table; README stays as it is.
    pub(crate) json: bool,
    /// A glance: too few rounds for README, which stays as it is.
    pub(crate) quick: bool,
}

impl Options {
    /// Reads the words after `bench`.
    pub(crate) fn parse(arguments: &[&str]) -> Result<Self, Failure> {
        arguments.iter().try_fold(Self::default(), |options, argument| match *argument {
            "--json" => Ok(Self { json: true, ..options }),
            "--quick" => Ok(Self { quick: true, ..options }),
            other => Err(Failure(format!("unknown option `{other}` of bench"))),
        })
    }
}

/// Measures, prints, and after a full run writes README's table.
pub(crate) fn run(workspace: &Workspace, options: Options) -> Result<(), Failure> {
    let mut rows = program(workspace, "paired", if options.quick { &["--quick"] } else { &[] }, Row::parse)?;
    for counted in program(workspace, "allocations", &[], Allocations::parse)? {
        for row in rows.iter_mut().filter(|row| row.name == counted.name) {
            row.allocations = Some(counted.count);
        }
    }
    let compiler = Compiler::ask()?;
    if options.json {
        println!("{:#}", as_json(&rows, &compiler));
        return Ok(());
    }
    let table = table(&rows, &compiler);
    println!("{table}");
    if options.quick {
        return Ok(());
    }
    let path = workspace.root.join("README.md");
    let text = fs::read_to_string(&path)?;
    Ok(fs::write(&path, between_marks(&text, BEGIN, END, &table)?)?)
}

/// Runs one of the measuring programs and reads its lines.
fn program<T>(workspace: &Workspace, name: &str, arguments: &[&str], parse: fn(&str) -> Option<T>) -> Result<Vec<T>, Failure> {
    let run = ["run", "--quiet", "--release", "--locked", "--package", "quittance-benches", "--bin", name, "--"];
    let text = read(cargo().current_dir(&workspace.root).args(run).args(arguments))?;
    let lines = text.lines().map(|line| parse(line).ok_or_else(|| Failure(format!("{name} printed `{line}`"))));
    lines.collect()
}

/// One line of `paired`, and what `allocations` says of the same path.
#[derive(Clone, Debug, PartialEq)]
struct Row {
    name: String,
    side: String,
    about: String,
    nanoseconds: f64,
    /// Its time in libsecp256k1's recoveries.
    ratio: Spread,
    /// Alloy's recovery in its times.
    faster: Spread,
    allocations: Option<u64>,
}

/// The median of the rounds, and the edges.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Spread {
    median: f64,
    smallest: f64,
    largest: f64,
}

struct Allocations {
    name: String,
    count: u64,
}

impl Row {
    fn parse(line: &str) -> Option<Self> {
        let fields = line.split('\t').collect::<Vec<_>>();
        let &[name, side, about, nanoseconds, ref spreads @ ..] = &fields[..] else { return None };
        let numbers = spreads.iter().map(|number| number.parse().ok()).collect::<Option<Vec<f64>>>()?;
        let &[a, b, c, d, e, f] = &numbers[..] else { return None };
        Some(Self {
            name: name.into(),
            side: side.into(),
            about: about.into(),
            nanoseconds: nanoseconds.parse().ok()?,
            ratio: Spread { median: a, smallest: b, largest: c },
            faster: Spread { median: d, smallest: e, largest: f },
            allocations: None,
        })
    }
}

impl Allocations {
    fn parse(line: &str) -> Option<Self> {
        let (name, rest) = line.split_once('\t')?;
        Some(Self { name: name.into(), count: rest.split('\t').next()?.parse().ok()? })
    }
}

/// The compiler that built what was measured.
pub(crate) struct Compiler {
    /// As `rustc -V` prints it.
    pub(crate) version: String,
    /// The machine it builds for.
    pub(crate) host: String,
}

impl Compiler {
    /// Asks rustc.
    pub(crate) fn ask() -> Result<Self, Failure> {
        let text = read(std::process::Command::new("rustc").arg("-vV"))?;
        let host = text.lines().find_map(|line| line.strip_prefix("host: ")).unwrap_or_default();
        Ok(Self { version: text.lines().next().unwrap_or_default().into(), host: host.into() })
    }
}

fn table(rows: &[Row], compiler: &Compiler) -> String {
    let mut table = format!(
        "Measured by `cargo xtask bench` for {}, {}. Times are in units of one bare recovery by libsecp256k1 in the same run, and the last \
         ratio is how many of them fit into one `recover_address` of alloy; each is the median of paired batches.\n\n",
        compiler.host, compiler.version
    );
    table.push_str(
        "| | × libsecp256k1's recover | smallest to largest | faster than alloy's | allocations |\n|---|--:|--:|--:|--:|\n",
    );
    for Row { about, ratio, faster, allocations, .. } in rows {
        let allocations = allocations.map(|count| count.to_string()).unwrap_or_default();
        writeln!(
            table,
            "| {about} | {} | {} to {} | {} × | {allocations} |",
            short(ratio.median),
            short(ratio.smallest),
            short(ratio.largest),
            short(faster.median)
        )
        .expect("a String takes everything");
    }
    table
}

/// Two decimals, more where they would be zeros, none where they say nothing.
fn short(number: f64) -> String {
    match number {
        _ if number < 0.01 => format!("{number:.4}"),
        _ if number < 0.1 => format!("{number:.3}"),
        _ if number < 20.0 => format!("{number:.2}"),
        _ => format!("{number:.0}"),
    }
}

fn as_json(rows: &[Row], compiler: &Compiler) -> Value {
    let spread = |spread: &Spread| json!({ "median": spread.median, "smallest": spread.smallest, "largest": spread.largest });
    let row = |row: &Row| {
        json!({
            "name": row.name,
            "side": row.side,
            "about": row.about,
            "nanoseconds": row.nanoseconds,
            "timesLibsecp256k1Recover": spread(&row.ratio),
            "fasterThanAlloyRecover": spread(&row.faster),
            "allocations": row.allocations,
        })
    };
    json!({ "rustc": compiler.version, "host": compiler.host, "rows": rows.iter().map(row).collect::<Vec<_>>() })
}

#[cfg(test)]
mod tests {
    use super::{Compiler, Options, Row, short, table};

    #[test]
    fn options() {
        assert_eq!(Options::parse(&["--json", "--quick"]).unwrap(), Options { json: true, quick: true });
        assert_eq!(Options::parse(&[]).unwrap(), Options::default());
        Options::parse(&["--fast"]).unwrap_err();
    }

    #[test]
    fn a_line_becomes_a_row_of_the_table() {
        let mut row = Row::parse("recover\tours\trecover the key\t27000.5\t1.0301\t0.98\t2.5\t4.8123\t4.1\t5.2").unwrap();
        row.allocations = Some(0);
        let compiler = Compiler { version: "rustc 1.95.0".into(), host: "x86_64-unknown-linux-gnu".into() };
        let table = table(&[row], &compiler);
        assert_eq!(table.lines().last().unwrap(), "| recover the key | 1.03 | 0.98 to 2.50 | 4.81 × | 0 |");
        for line in ["", "recover\tours\trecover the key\t27000.5\t1.03", "recover\tours\tit\tx\t1\t1\t1\t1\t1\t1"] {
            assert_eq!(Row::parse(line), None);
        }
    }

    #[test]
    fn numbers_keep_two_or_three_digits() {
        for (number, expected) in [(0.001_53, "0.0015"), (0.0267, "0.027"), (1.005, "1.00"), (4.8123, "4.81"), (3251.5, "3252")] {
            assert_eq!(short(number), expected);
        }
    }
}
