//! The table of stages and the loop that runs it.
//!
//! A new stage is one row of [`STAGES`] and one function. All selected stages run, also after one has failed, so that one run shows
//! all there is to repair; a stage that cannot run (a tool that does not install, say) has failed. What a stage left undone on
//! purpose it must return as a note, and notes stand in the summary.

use std::process::ExitCode;
use std::time::Instant;

use crate::shell::Failure;
use crate::workspace::Workspace;
use crate::{api, bench, cross, deps, devnet, fuzz, graph, interop, native, oracle, readme, source, store, vectors, wasm};

/// What a stage that passed wants said about it in the summary: counts, and anything it could not look at.
pub(crate) type Notes = Vec<String>;

/// One row of the table.
pub(crate) struct Stage {
    group: &'static str,
    name: &'static str,
    about: &'static str,
    run: fn(&Workspace) -> Result<Notes, Failure>,
}

const fn stage(
    group: &'static str,
    name: &'static str,
    about: &'static str,
    run: fn(&Workspace) -> Result<Notes, Failure>,
) -> Stage {
    Stage { group, name, about, run }
}

/// Every stage, in the order they run: what fails most and is quickest to run comes first.
pub(crate) const STAGES: &[Stage] = &[
    stage("native", "fmt", "the sources are formatted", native::fmt),
    stage("native", "test", "unit, vector, property and doc tests of every member", native::test),
    stage("native", "clippy", "no warning from rustc or clippy", native::clippy),
    stage("native", "docs", "the documentation builds without a warning", native::docs),
    stage("native", "features", "every combination of a pure crate's features builds", native::features),
    stage("native", "with-features", "the pure crates' tests pass with all their features", native::with_features),
    stage("native", "otlp", "traces by OTLP, which are not built unless asked for, hold nothing secret", native::otlp),
    stage("native", "loom", "the stores in memory hold in every order of their threads", native::loom),
    stage("native", "no-std", "the pure crates build for a machine without an operating system", cross::bare_metal),
    stage("native", "wasm32", "the pure crates build for wasm32-unknown-unknown", cross::wasm32),
    stage("deps", "edges", "members depend on each other as the architecture says", graph::edges),
    stage("deps", "absences", "what a crate must not know is not in its tree", graph::absences),
    stage("deps", "budget", "quittance-core keeps to its budget of dependencies", deps::budget),
    stage("deps", "unused", "every dependency is used", deps::unused),
    stage("deps", "deny", "licences, sources, bans and advisories of all dependencies", deps::deny),
    stage("deps", "unsafe", "no unsafe code, and every member takes the workspace's lints", source::no_unsafe),
    stage("deps", "env", "environment variables are read only where programs are put together", source::environment),
    stage("deps", "assertions", "proof tokens are made only where the list says", source::assertions),
    stage("deps", "foreign-types", "no public item of a pure crate names a type of another package", api::foreign_types),
    stage("deps", "versions", "the versions of the protocol are told apart in the wire module alone", api::versions),
    stage("deps", "map", "the map in README is the workspace's", readme::check),
    stage("bench", "counts", "no path of verification takes more instructions than it did", bench::counts::check),
    stage("vectors", "generate", "the generator reproduces spec-vectors byte for byte", vectors::reproduce),
    stage("vectors", "validate", "the vectors keep to their schemas, ids and counts", vectors::validate),
    stage("oracle", "wycheproof", "Project Wycheproof's secp256k1 rows", oracle::wycheproof),
    stage("oracle", "typed-data", "the EIP-712 corpus and the EIP's Mail", oracle::typed_data),
    stage("oracle", "keccak", "known keccak-256 and SHA-256 hashes", oracle::hashes),
    stage("oracle", "addresses", "known checksummed addresses, and the keys they belong to", oracle::addresses),
    stage(
        "store",
        "sqlite",
        "the laws of ledger and log hold in a file, also across processes, kills and torn logs",
        store::sqlite,
    ),
    stage("store", "postgres", "the same in a PostgreSQL that the tests start, and on a full disk", store::postgres),
    stage(
        "store",
        "facilitators",
        "two facilitators on one PostgreSQL settle each payment once, also when one is killed",
        store::facilitators,
    ),
    stage("devnet", "contracts", "the sandbox's contracts are what their sources compile to", devnet::contracts),
    stage("devnet", "other-node", "the cases of the sandbox's tests, and viem's, hold on another node too", devnet::anvil),
    stage("devnet", "viem", "viem reads, sends, waits and simulates on the sandbox", devnet::viem),
    stage("anvil", "facilitator", "the facilitator settles once on another node too, killed or not", devnet::facilitator_on_anvil),
    stage(
        "interop",
        "typescript",
        "the protocol's own client and server in TypeScript pay, rightly and wrongly, through its facilitator and through ours",
        interop::typescript,
    ),
    stage(
        "interop",
        "extensions",
        "signed offers, signed receipts and descriptions hold for the protocol's own package, and its for us",
        interop::extensions,
    ),
    stage("interop", "python", "those in Python likewise", interop::python),
    stage(
        "interop",
        "mcp",
        "the official clients and servers of tools buy from ours and sell to ours, rightly and wrongly",
        interop::mcp,
    ),
    stage(
        "interop",
        "matrix",
        "every client buys from every server through every facilitator, ours and theirs, and README says so",
        interop::matrix::check,
    ),
    stage("wasm", "package", "the npm package is built, imports nothing and keeps to its size", wasm::packs),
    stage(
        "wasm",
        "node",
        "the packed package gives the vectors' verdicts in Node, and holds against what JavaScript does",
        wasm::node,
    ),
    stage("wasm", "runtimes", "and the same in Deno, Bun and the runtime of Workers", wasm::runtimes),
    stage(
        "wasm",
        "sdk",
        "the package and the protocol's own pay each other, its facilitator settles what the package signed, and one made of the package settles",
        wasm::sdk,
    ),
    stage("wasm", "types", "the package's types go where those of the protocol's own SDK go, and back", wasm::types),
    stage("browser", "paywall", "no markup of a stranger's is more than text on the page of a paid route", wasm::paywall),
    stage(
        "browser",
        "chromium",
        "the packed package in Chromium's pages, streamed and bundled, and the inspector that the command shows",
        wasm::chromium,
    ),
    stage("browser", "firefox", "the same in Firefox's", wasm::firefox),
    stage("fuzz", "corpus", "the fuzz targets hold over their seeds and many mutations of them", fuzz::corpus),
    stage("fuzz", "smoke", "every fuzz target holds for twenty seconds of fuzzing", fuzz::smoke),
];

/// The stages a list of names picks; an empty list picks all of them, a name that picks none is an error.
pub(crate) fn select(names: &[String]) -> Result<Vec<&'static Stage>, Failure> {
    for name in names {
        if !STAGES.iter().any(|stage| stage.answers_to(name)) {
            return Err(Failure(format!("no stage is called `{name}`; `cargo xtask test --list` shows them")));
        }
    }
    Ok(STAGES.iter().filter(|stage| names.is_empty() || names.iter().any(|name| stage.answers_to(name))).collect())
}

/// Prints the stages without running them.
pub(crate) fn print(stages: &[&Stage]) {
    for stage in stages {
        println!("{:<20} {}", stage.path(), stage.about);
    }
}

/// Runs the stages one after the other and prints the summary.
pub(crate) fn run(workspace: &Workspace, stages: &[&Stage]) -> ExitCode {
    let mut finished = Vec::new();
    for (number, stage) in stages.iter().enumerate() {
        println!("\n=== {} ({} of {}): {}", stage.path(), number + 1, stages.len(), stage.about);
        let start = Instant::now();
        let outcome = (stage.run)(workspace);
        let seconds = start.elapsed().as_secs_f64();
        match &outcome {
            Ok(_) => println!("--- {} passed in {seconds:.1} s", stage.path()),
            Err(failure) => println!("--- {} FAILED in {seconds:.1} s: {failure}", stage.path()),
        }
        finished.push((stage, outcome, seconds));
    }

    println!("\n=== summary");
    for (stage, outcome, seconds) in &finished {
        println!("{:<20} {:<6} {seconds:>7.1} s", stage.path(), if outcome.is_ok() { "passed" } else { "FAILED" });
        for note in outcome.as_ref().ok().into_iter().flatten() {
            println!("{:<20} {note}", "");
        }
        if let Err(failure) = outcome {
            for line in failure.0.lines() {
                println!("{:<20} {line}", "");
            }
        }
    }
    let passed = finished.iter().filter(|(_, outcome, _)| outcome.is_ok()).count();
    let failed = finished.len() - passed;
    println!("{passed} passed, {failed} failed");
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

impl Stage {
    fn path(&self) -> String {
        format!("{}/{}", self.group, self.name)
    }

    fn answers_to(&self, name: &str) -> bool {
        name == self.group || name == self.name || name == self.path()
    }
}

#[cfg(test)]
mod tests {
    use super::{STAGES, select};

    fn check(names: &[&str], expected: &[&str]) {
        let names = names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let found = select(&names).map(|stages| stages.iter().map(|stage| stage.path()).collect::<Vec<_>>());
        assert_eq!(found.unwrap_or_default(), expected);
    }

    #[test]
    fn stages_are_picked_by_group_name_or_path() {
        check(&["clippy"], &["native/clippy"]);
        check(&["native/clippy", "validate"], &["native/clippy", "vectors/validate"]);
        check(&["vectors"], &["vectors/generate", "vectors/validate"]);
        check(&["clipy"], &[]);
        assert_eq!(select(&[]).unwrap().len(), STAGES.len());
    }

    #[test]
    fn no_two_stages_share_a_name() {
        let mut names = STAGES.iter().flat_map(|stage| [stage.name.to_owned(), stage.path()]).collect::<Vec<_>>();
        names.extend(
            ["native", "deps", "bench", "vectors", "oracle", "store", "devnet", "anvil", "interop", "fuzz"].map(Into::into),
        );
        let count = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
