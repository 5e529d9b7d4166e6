//! The same paths compiled to WebAssembly, and the npm package, measured under Node beside what JavaScript does the same with.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};

use super::{Compiler, Options, Row, parse_lines, short};
use crate::cross::web_assembly;
use crate::shell::{Failure, read};
use crate::workspace::Workspace;
use crate::{tools, wasm};

const PROGRAMS: &[&str] = &["wasm-recover", "wasm-verify", "wasm-known-payer", "wasm-header-to-verified"];

/// Builds the modules and runs `benches/wasm/compare.mjs` over them.
pub(super) fn rows(workspace: &Workspace, options: Options) -> Result<(Vec<Row>, Compiler), Failure> {
    let scripts = workspace.root.join("benches/wasm");
    let packages = tools::node_modules(workspace, &scripts)?;
    let (modules, rustc) = build(workspace)?;
    let quick = options.quick.then_some("--quick");
    let text = read(Command::new("node").arg(scripts.join("compare.mjs")).arg(modules).arg(packages).args(quick))?;
    let compiler = Compiler { host: node()?, ..Compiler::ask(rustc)? };
    Ok((parse_lines(&text, Row::parse)?, compiler))
}

/// What runs the modules.
fn node() -> Result<String, Failure> {
    Ok(format!("Node {} on {}", read(Command::new("node").arg("--version"))?.trim(), std::env::consts::ARCH))
}

pub(super) const BEGIN: &str = "<!-- bench-package:begin -->";
pub(super) const END: &str = "<!-- bench-package:end -->";

/// One line of `benches/wasm/package.mjs`: something that the package does, and somebody else.
pub(super) struct Beside {
    name: String,
    about: String,
    by: String,
    ours: f64,
    theirs: f64,
    /// How many times as long the other takes: the median of the rounds, the smallest and the largest.
    times: [f64; 3],
}

impl Beside {
    fn parse(line: &str) -> Option<Self> {
        let fields = line.split('\t').collect::<Vec<_>>();
        let &[name, about, by, ref numbers @ ..] = &fields[..] else { return None };
        let numbers = numbers.iter().map(|number| number.parse().ok()).collect::<Option<Vec<f64>>>()?;
        let &[ours, theirs, median, smallest, largest] = &numbers[..] else { return None };
        Some(Self { name: name.into(), about: about.into(), by: by.into(), ours, theirs, times: [median, smallest, largest] })
    }
}

/// Runs `benches/wasm/package.mjs` over the packed package.
pub(super) fn package(workspace: &Workspace, options: Options) -> Result<Vec<Beside>, Failure> {
    let scripts = workspace.root.join("benches/wasm");
    let peers = tools::node_modules(workspace, &scripts)?;
    let (user, official) = wasm::user(workspace)?;
    let quick = options.quick.then_some("--quick");
    parse_lines(
        &read(Command::new("node").arg(scripts.join("package.mjs")).args([user, peers, official]).args(quick))?,
        Beside::parse,
    )
}

/// The table of the package.
pub(super) fn table(rows: &[Beside]) -> Result<String, Failure> {
    let mut table = format!(
        "The npm package as it is downloaded, which is built to be small, beside what the protocol's own SDK does the same with: in turns, in one\n\
         process ({}). Strings go in and objects come out on both sides.\n\n\
         | | `quittance` | the other | who that is | the other takes |\n|---|--:|--:|---|--:|\n",
        node()?
    );
    let micros = |nanoseconds: f64| format!("{} µs", short(nanoseconds / 1000.0));
    for Beside { about, by, ours, theirs, times, .. } in rows {
        let [median, smallest, largest] = times.map(short);
        let (ours, theirs) = (micros(*ours), micros(*theirs));
        writeln!(table, "| {about} | {ours} | {theirs} | {by} | {median} × ({smallest} to {largest}) |")
            .expect("a String takes everything");
    }
    Ok(table)
}

/// The same for a program.
pub(super) fn as_json(rows: &[Beside]) -> Value {
    let row = |row: &Beside| {
        let [median, smallest, largest] = row.times;
        json!({
            "name": row.name, "about": row.about, "other": row.by, "nanoseconds": row.ours, "otherNanoseconds": row.theirs,
            "times": { "median": median, "smallest": smallest, "largest": largest },
        })
    };
    rows.iter().map(row).collect()
}

/// Builds the modules; gives the folder they lie in and the compiler that made them.
fn build(workspace: &Workspace) -> Result<(PathBuf, &'static str), Failure> {
    let mut arguments = vec!["--profile", "dist", "--package", "quittance-benches"];
    arguments.extend(PROGRAMS.iter().flat_map(|name| ["--bin", name]));
    let (folder, rustc) = web_assembly(workspace, &arguments)?;
    Ok((folder.join("dist"), rustc))
}

#[cfg(test)]
mod tests {
    use super::{Beside, as_json};

    #[test]
    fn a_line_is_something_that_two_do() {
        let row = Beside::parse("recover\trecover who signed a digest\tviem\t90000\t1366000\t15.12\t13.5\t16.34").unwrap();
        let json = as_json(&[row]);
        assert_eq!((&json[0]["other"], &json[0]["times"]["median"]), (&"viem".into(), &15.12.into()));
        for line in ["", "recover\tit\tviem\t90000\t1366000\t15.12\t13.5", "recover\tit\tviem\t90000\tx\t15.12\t13.5\t16.34"] {
            assert!(Beside::parse(line).is_none());
        }
    }
}
