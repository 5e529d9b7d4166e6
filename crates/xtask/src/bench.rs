//! `cargo xtask bench`: how fast verification is, in ratios.
//!
//! The measuring is done by programs of `quittance-benches` and `quittance-load`, so that this crate does not compile what they measure
//! beside; here their figures become tables, which README shows between two marks each. No test and no stage looks at a time; what CI holds the
//! code to are instructions ([`counts`]).

pub(crate) mod counts;
mod facilitator;
mod layer;
mod load;
mod sale;
mod wasm;

use std::fmt::Write as _;
use std::fs;
use std::process::Command;

use serde_json::{Value, json};

use crate::readme::between_marks;
use crate::shell::{Failure, cargo, read};
use crate::workspace::Workspace;

/// What is asked of a measurement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Options {
    /// JSON instead of a table, as the last line of output; README stays as it is.
    pub(crate) json: bool,
    /// A glance: too few rounds for README, which stays as it is.
    pub(crate) quick: bool,
    /// What is measured.
    pub(crate) what: What,
}

/// What is measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum What {
    /// The verification path.
    #[default]
    Native,
    /// The same compiled to WebAssembly, under Node.
    Wasm,
    /// The facilitator, over a chain.
    Facilitator,
    /// A paid request as a whole.
    Sale,
    /// A request that does not pay.
    Layer,
}

impl Options {
    /// Reads the words after `bench`.
    pub(crate) fn parse(arguments: &[&str]) -> Result<Self, Failure> {
        arguments.iter().try_fold(Self::default(), |options, argument| match *argument {
            "--json" => Ok(Self { json: true, ..options }),
            "--quick" => Ok(Self { quick: true, ..options }),
            "--wasm" => Ok(Self { what: What::Wasm, ..options }),
            "--facilitator" => Ok(Self { what: What::Facilitator, ..options }),
            "--sale" => Ok(Self { what: What::Sale, ..options }),
            "--layer" => Ok(Self { what: What::Layer, ..options }),
            other => Err(Failure(format!("unknown option `{other}` of bench"))),
        })
    }
}

/// One kind of run: where its table stands in README, and what its figures are ratios to.
struct Kind {
    begin: &'static str,
    end: &'static str,
    /// What came before the table's first row.
    preface: &'static str,
    /// The path that is the unit of time, in a column's head.
    unit: &'static str,
    /// The path that the last ratio is about.
    other: &'static str,
}

const NATIVE: Kind = Kind {
    begin: "<!-- bench:begin -->",
    end: "<!-- bench:end -->",
    preface: "The unit is one bare recovery by libsecp256k1 in the same run; each figure is the median of batches run in turn, and\n\
              libsecp256k1's own row shows how calm the machine was. Alloy's `recover_address` is what the Rust implementations\n\
              of x402 call.",
    unit: "libsecp256k1's recover",
    other: "alloy's",
};

const WASM: Kind = Kind {
    begin: "<!-- bench-wasm:begin -->",
    end: "<!-- bench-wasm:end -->",
    preface: "The same, compiled to WebAssembly. The unit is one recovery by tiny-secp256k1, which is libsecp256k1 compiled to\n\
              WebAssembly; viem's `recoverAddress` is what the TypeScript SDK calls.",
    unit: "tiny-secp256k1's recover",
    other: "viem's",
};

/// Measures, prints, and after a full run writes README's table.
pub(crate) fn run(workspace: &Workspace, options: Options) -> Result<(), Failure> {
    let (kind, (rows, compiler)) = match options.what {
        What::Native => (NATIVE, native(workspace, options)?),
        What::Wasm => (WASM, wasm::rows(workspace, options)?),
        What::Facilitator => return facilitator::run_beside(workspace, &options),
        What::Sale => return sale::run(workspace, &options),
        What::Layer => return layer(workspace, options),
    };
    let package = if options.what == What::Wasm { wasm::package(workspace, options)? } else { Vec::new() };
    if options.json {
        let mut whole = as_json(&kind, &rows, &compiler);
        if !package.is_empty() {
            whole["package"] = wasm::as_json(&package);
        }
        println!("{whole}");
        return Ok(());
    }
    let mut tables = vec![(kind.begin, kind.end, table(&kind, &rows, &compiler))];
    if !package.is_empty() {
        tables.push((wasm::BEGIN, wasm::END, wasm::table(&package)?));
    }
    show(workspace, options, &tables)
}

/// Prints tables, and after a full run writes them between their marks in README.
fn show(workspace: &Workspace, options: Options, tables: &[(&str, &str, String)]) -> Result<(), Failure> {
    tables.iter().for_each(|(.., table)| println!("{table}"));
    if options.quick {
        return Ok(());
    }
    let path = workspace.root.join("README.md");
    let mut text = fs::read_to_string(&path)?;
    for (begin, end, table) in tables {
        text = between_marks(&text, begin, end, table)?;
    }
    Ok(fs::write(&path, text)?)
}

fn layer(workspace: &Workspace, options: Options) -> Result<(), Failure> {
    let quick = options.quick.then_some("--quick");
    let rows = program(workspace, ("layer", &["--features", "layer"]), quick.as_slice(), layer::Row::parse)?;
    let compiler = Compiler::ask("rustc")?;
    if options.json {
        println!("{}", layer::as_json(&rows, &compiler));
        return Ok(());
    }
    show(workspace, options, &[(layer::BEGIN, layer::END, layer::table(&rows, &compiler))])
}

fn native(workspace: &Workspace, options: Options) -> Result<(Vec<Row>, Compiler), Failure> {
    let mut rows = program(workspace, ("paired", &[]), if options.quick { &["--quick"] } else { &[] }, Row::parse)?;
    for counted in program(workspace, ("allocations", &[]), &[], Allocations::parse)? {
        for row in rows.iter_mut().filter(|row| row.name == counted.name) {
            row.allocations = Some(counted.count);
        }
    }
    Ok((rows, Compiler::ask("rustc")?))
}

/// Runs one of the measuring programs, which may need a feature, and reads its lines.
fn program<T>(
    workspace: &Workspace,
    (name, features): (&str, &[&str]),
    arguments: &[&str],
    parse: fn(&str) -> Option<T>,
) -> Result<Vec<T>, Failure> {
    let run = ["run", "--quiet", "--profile", "dist", "--locked", "--package", "quittance-benches", "--bin", name];
    parse_lines(&read(cargo().current_dir(&workspace.root).args(run).args(features).arg("--").args(arguments))?, parse)
}

fn parse_lines<T>(text: &str, parse: fn(&str) -> Option<T>) -> Result<Vec<T>, Failure> {
    text.lines().map(|line| parse(line).ok_or_else(|| Failure(format!("a measuring program printed `{line}`")))).collect()
}

/// One line of `paired`, and what `allocations` says of the same path.
#[derive(Clone, Debug, PartialEq)]
struct Row {
    name: String,
    side: String,
    about: String,
    nanoseconds: f64,
    /// Its time in units of [`Kind::unit`].
    ratio: Spread,
    /// The time of [`Kind::other`] in units of its own.
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
    /// What ran it.
    pub(crate) host: String,
}

impl Compiler {
    /// Asks a compiler, which builds for the machine it runs on.
    pub(crate) fn ask(rustc: &str) -> Result<Self, Failure> {
        let text = read(Command::new(rustc).arg("-vV"))?;
        let host = text.lines().find_map(|line| line.strip_prefix("host: ")).unwrap_or_default();
        Ok(Self { version: text.lines().next().unwrap_or_default().into(), host: host.into() })
    }
}

fn table(kind: &Kind, rows: &[Row], compiler: &Compiler) -> String {
    let Kind { preface, unit, other, .. } = kind;
    let counted = rows.iter().any(|row| row.allocations.is_some());
    let (head, rule) = if counted { (" allocations |", "--:|") } else { ("", "") };
    let mut table = format!(
        "{preface}\n({}, {}.)\n\n| | × {unit} | smallest to largest | faster than {other} |{head}\n|---|--:|--:|--:|{rule}\n",
        compiler.version, compiler.host
    );
    for Row { about, ratio, faster, allocations, .. } in rows {
        let [median, smallest, largest, faster] = [ratio.median, ratio.smallest, ratio.largest, faster.median].map(short);
        write!(table, "| {about} | {median} | {smallest} to {largest} | {faster} × |").expect("a String takes everything");
        if counted {
            let allocations = allocations.map_or_else(String::new, |count| format!(" {count}"));
            write!(table, "{allocations} |").expect("a String takes everything");
        }
        table.push('\n');
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

fn as_json(kind: &Kind, rows: &[Row], compiler: &Compiler) -> Value {
    let spread = |spread: &Spread| json!({ "median": spread.median, "smallest": spread.smallest, "largest": spread.largest });
    let row = |row: &Row| {
        json!({
            "name": row.name,
            "side": row.side,
            "about": row.about,
            "nanoseconds": row.nanoseconds,
            "ratio": spread(&row.ratio),
            "faster": spread(&row.faster),
            "allocations": row.allocations,
        })
    };
    json!({
        "rustc": compiler.version,
        "host": compiler.host,
        "ratioTo": kind.unit,
        "fasterThan": kind.other,
        "rows": rows.iter().map(row).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::{Compiler, NATIVE, Options, Row, WASM, What, short, table};

    #[test]
    fn options() {
        let both = Options { json: true, quick: true, what: What::Native };
        assert_eq!(Options::parse(&["--json", "--quick"]).unwrap(), both);
        assert_eq!(Options::parse(&["--facilitator"]).unwrap(), Options { what: What::Facilitator, ..Options::default() });
        assert_eq!(Options::parse(&["--layer"]).unwrap(), Options { what: What::Layer, ..Options::default() });
        assert_eq!(Options::parse(&[]).unwrap(), Options::default());
        Options::parse(&["--fast"]).unwrap_err();
    }

    #[test]
    fn a_line_becomes_a_row_of_the_table() {
        let mut row = Row::parse("recover\tours\trecover the key\t27000.5\t1.0301\t0.98\t2.5\t4.8123\t4.1\t5.2").unwrap();
        row.allocations = Some(0);
        let compiler = Compiler { version: "rustc 1.95.0".into(), host: "x86_64-unknown-linux-gnu".into() };
        let last = |kind, row: &Row| table(kind, std::slice::from_ref(row), &compiler).lines().last().map(String::from);
        assert_eq!(last(&NATIVE, &row).as_deref(), Some("| recover the key | 1.03 | 0.98 to 2.50 | 4.81 × | 0 |"));
        row.allocations = None;
        assert_eq!(last(&WASM, &row).as_deref(), Some("| recover the key | 1.03 | 0.98 to 2.50 | 4.81 × |"));
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
