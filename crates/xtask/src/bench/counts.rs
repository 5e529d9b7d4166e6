//! `cargo xtask counts`: how many instructions the paths take, held against a checked-in file.
//!
//! Time depends on the machine's mood and may fail nobody's change. Instructions do not: callgrind counts the same number twice, so
//! a change that makes a path longer shows here as what it is. The number still depends on the compiler. With the one that the file
//! names, numbers are compared as they are; with another, each is first divided by a yardstick counted in the same run, k256's
//! recovery, whose source the lock file pins, and the summary says so. On another kind of machine nothing can be compared, and that
//! is said too.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use super::Compiler;
use crate::shell::{Failure, cargo, none_of, read, run};
use crate::stages::Notes;
use crate::tools;
use crate::workspace::Workspace;

const FILE: &str = "benches/counts.txt";

/// The kind of machine that the file is for.
const HOST: &str = "x86_64-unknown-linux-gnu";

/// What is counted. The yardstick itself is never judged.
const PATHS: &[&str] = &[
    YARDSTICK,
    "recover",
    "recover-address",
    "verify",
    "digest",
    "header",
    "header-for-offers",
    "header-to-verified",
    "known-payer",
    "known-header-to-verified",
    "batch-strangers",
    "batch-known",
    "batch-header-to-verified",
    "refuse-garbage",
    "refuse-noise",
    "refuse-text",
    "refuse-base64",
    "refuse-json",
    "refuse-version",
    "refuse-offer",
    "refuse-amount",
    "refuse-window",
    "refuse-recipient",
    "refuse-high-s",
    "refuse-signer",
    "policy",
    "refuse-price",
];
const YARDSTICK: &str = "k256-recover";

/// By how much a path may grow: so many percent, or so many instructions where that is more. The C library's allocator and copying
/// are in the figures and differ by a few instructions from one release to the next.
const GROWTH: u64 = 3;
const SLACK: u64 = 100;

/// The stage: no path has grown.
pub(crate) fn check(workspace: &Workspace) -> Result<Notes, Failure> {
    let compiler = Compiler::ask("rustc")?;
    if compiler.host != HOST {
        return Ok(vec![format!("NOT RUN: {FILE} is for {HOST}, this is {}", compiler.host)]);
    }
    let text = fs::read_to_string(workspace.root.join(FILE)).map_err(|error| Failure(format!("{FILE}: {error}")))?;
    let known = Counts::parse(&text).ok_or_else(|| Failure(format!("{FILE} is not what `cargo xtask counts write` writes")))?;
    let Verdict { grown, notes } = compare(&known, &count(workspace, compiler)?);
    none_of("more instructions than before; if that is meant, `cargo xtask counts write`", &grown)?;
    Ok(notes)
}

/// Counts and writes the file.
pub(crate) fn write(workspace: &Workspace) -> Result<(), Failure> {
    let compiler = Compiler::ask("rustc")?;
    if compiler.host != HOST {
        return Err(Failure(format!("{FILE} is for {HOST}, this is {}", compiler.host)));
    }
    Ok(fs::write(workspace.root.join(FILE), count(workspace, compiler)?.to_text())?)
}

/// What the file holds, or a run found.
#[derive(Debug, PartialEq, Eq)]
struct Counts {
    compiler: String,
    instructions: BTreeMap<String, u64>,
}

impl Counts {
    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines().filter(|line| !line.starts_with('#'));
        let compiler = lines.next()?.to_owned();
        let count = |line: &str| {
            let (path, number) = line.split_once(' ')?;
            Some((path.to_owned(), number.trim().parse().ok()?))
        };
        Some(Self { compiler, instructions: lines.map(count).collect::<Option<_>>()? })
    }

    fn to_text(&self) -> String {
        let mut text = format!(
            "# Instructions per payment of the paths in benches/src/paths.rs, on {HOST}, counted by callgrind.\n\
             # `cargo xtask counts` compares, `cargo xtask counts write` writes; the first line is the compiler.\n\
             {}\n",
            self.compiler
        );
        for (path, number) in &self.instructions {
            writeln!(text, "{path:<24} {number}").expect("a String takes everything");
        }
        text
    }
}

/// What a comparison found.
struct Verdict {
    grown: Vec<String>,
    notes: Notes,
}

fn compare(known: &Counts, found: &Counts) -> Verdict {
    let (mut grown, mut shrunk) = (Vec::new(), Vec::new());
    let same = known.compiler == found.compiler;
    let yardsticks = [found, known].map(|counts| counts.instructions.get(YARDSTICK).copied().unwrap_or_default());
    let [now, then] = if same { [1, 1] } else { yardsticks };
    for (path, number) in found.instructions.iter().filter(|(path, _)| *path != YARDSTICK) {
        let expected = known.instructions.get(path).and_then(|before| before.checked_mul(now)?.checked_div(then));
        let Some(expected) = expected.filter(|expected| *expected > 0) else {
            grown.push(format!("{path}: {number}, and nothing in {FILE} to compare with"));
            continue;
        };
        let allowance = (expected * GROWTH / 100).max(SLACK);
        let change = format!("{path}: {number} instead of {expected}, {} %", number * 100 / expected);
        if *number > expected + allowance {
            grown.push(change);
        } else if number + allowance < expected {
            shrunk.push(format!("{change}; `cargo xtask counts write` takes it over"));
        }
    }
    let gone = known.instructions.keys().filter(|path| !found.instructions.contains_key(*path));
    grown.extend(gone.map(|path| format!("{path}: in {FILE}, and no longer counted")));
    let mut notes = vec![format!("{} paths", found.instructions.len().saturating_sub(1))];
    if !same {
        let [now, then] = yardsticks;
        notes.push(format!(
            "counted with {}, {FILE} with {}: compared after division by {YARDSTICK}, {now} now and {then} then",
            found.compiler, known.compiler
        ));
    }
    notes.extend(shrunk);
    Verdict { grown, notes }
}

fn count(workspace: &Workspace, compiler: Compiler) -> Result<Counts, Failure> {
    tools::valgrind()?;
    // flags of somebody's environment would make other instructions
    let build = ["build", "--profile", "dist", "--locked", "--package", "quittance-benches", "--bin", "counted"];
    run(cargo().current_dir(&workspace.root).env_remove("RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTFLAGS").args(build))?;
    let folder = workspace.target.join("dist");
    let instructions =
        PATHS.iter().map(|path| Ok(((*path).to_owned(), count_one(&folder, path)?))).collect::<Result<_, Failure>>()?;
    Ok(Counts { compiler: compiler.version, instructions })
}

/// Runs one path under callgrind. Environment and name of the program are the same everywhere: they lie above the stack and move
/// it, and how many instructions copying takes depends on where things lie.
fn count_one(folder: &Path, path: &str) -> Result<u64, Failure> {
    let valgrind = ["--tool=callgrind", "--callgrind-out-file=/dev/null", "--toggle-collect=*counted_calls*", "--log-fd=1"];
    let mut command = Command::new("valgrind");
    let text = read(command.env_clear().env("PATH", "/usr/bin:/bin").current_dir(folder).args(valgrind).args(["./counted", path]))?;
    per_payment(&text).ok_or_else(|| Failure(format!("callgrind counted nothing for {path}: {text}")))
}

/// The total over the payments, from what the program and callgrind printed.
fn per_payment(text: &str) -> Option<u64> {
    let payments = text.lines().find_map(|line| line.parse::<u64>().ok())?;
    let total = text.lines().find_map(|line| line.split_once("Collected :")?.1.trim().parse::<u64>().ok())?;
    (total > 0).then(|| total.checked_div(payments)).flatten()
}

#[cfg(test)]
mod tests {
    use super::{Counts, Verdict, compare, per_payment};

    fn counts(compiler: &str, yardstick: u64, path: u64) -> Counts {
        let text = format!("{compiler}\nk256-recover {yardstick}\nrecover {path}\n");
        Counts::parse(&text).unwrap()
    }

    /// `expected` is what is said about `recover`: that it grew, that it shrank, or nothing.
    fn check(known: &Counts, found: &Counts, expected: &str) {
        let Verdict { grown, notes } = compare(known, found);
        let about = |lines: &[String]| lines.iter().find(|line| line.starts_with("recover")).cloned().unwrap_or_default();
        let (fails, shrank) = (about(&grown), about(&notes));
        let said = if expected.ends_with("; ") { &shrank } else { &fails };
        assert!(said.starts_with(expected), "{said}");
        assert!(fails.is_empty() || !expected.is_empty(), "{fails}");
    }

    #[test]
    fn three_percent_more_is_too_much_and_less_is_news() {
        let known = counts("rustc 1", 900_000, 500_000);
        check(&known, &counts("rustc 1", 900_000, 515_000), "");
        check(&known, &counts("rustc 1", 900_000, 515_001), "recover: 515001 instead of 500000, 103 %");
        check(&known, &counts("rustc 1", 900_000, 400_000), "recover: 400000 instead of 500000, 80 %; ");
        // the yardstick belongs to others, and is not judged
        check(&known, &counts("rustc 1", 1_900_000, 500_000), "");
    }

    #[test]
    fn few_instructions_may_grow_by_a_hundred() {
        check(&counts("rustc 1", 900_000, 400), &counts("rustc 1", 900_000, 500), "");
        check(&counts("rustc 1", 900_000, 400), &counts("rustc 1", 900_000, 501), "recover: 501 instead of 400, 125 %");
    }

    #[test]
    fn another_compiler_is_measured_by_the_yardstick() {
        let known = counts("rustc 1", 900_000, 500_000);
        check(&known, &counts("rustc 2", 990_000, 550_000), "");
        check(&known, &counts("rustc 2", 810_000, 500_000), "recover: 500000 instead of 450000, 111 %");
        let notes = compare(&known, &counts("rustc 2", 990_000, 550_000)).notes;
        assert!(notes.iter().any(|note| note.starts_with("counted with rustc 2, ")), "{notes:?}");
    }

    #[test]
    fn a_path_without_a_line_and_a_line_without_a_path_are_caught() {
        let known = Counts::parse("rustc 1\nk256-recover 9\nverify 5\n").unwrap();
        assert_eq!(compare(&known, &counts("rustc 1", 9, 5)).grown.len(), 2);
    }

    #[test]
    fn what_is_written_is_read() {
        let counts = counts("rustc 1.95.0 (59807616e 2026-04-14)", 900_000, 500_000);
        assert_eq!(Counts::parse(&counts.to_text()), Some(counts));
        assert_eq!(Counts::parse("rustc 1\nrecover many\n"), None);
    }

    #[test]
    fn the_total_is_shared_out() {
        let text = "==7== Callgrind\n==7== \n64\n==7== Events    : Ir\n==7== Collected : 6400\n";
        assert_eq!(per_payment(text), Some(100));
        assert_eq!(per_payment("64\n==7== Collected : 0\n"), None);
        assert_eq!(per_payment("==7== Collected : 6400\n"), None);
    }
}
