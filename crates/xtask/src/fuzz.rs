//! The targets of `fuzz/`: as ordinary tests, and under the fuzzer.
//!
//! `fuzz/` is a workspace of its own, because the fuzzer and the implementations that verdicts are compared with have no place in the
//! library's tree. Its tests need nothing but stable. The fuzzer wants coverage instrumentation and the address sanitizer, which are a
//! nightly compiler's; where there is none, stable is told to behave like one. All targets come out of one build and are run side by
//! side, one for each processor.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use crate::shell::{Failure, cargo, none_of, read, run, run_within, works};
use crate::stages::Notes;
use crate::tools;
use crate::workspace::Workspace;

/// How long the smoke stage gives to each target.
const SMOKE: Duration = Duration::from_secs(20);

/// What follows `cargo xtask fuzz`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Options {
    minutes: u64,
    target: Option<String>,
}

impl Options {
    /// Reads `--minutes N`, which is for each target, and `--target T`.
    pub(crate) fn parse(mut arguments: &[&str]) -> Result<Self, Failure> {
        let mut options = Self { minutes: 1, target: None };
        loop {
            arguments = match arguments {
                [] => return Ok(options),
                ["--minutes", minutes, rest @ ..] => {
                    let read = minutes.parse().ok().filter(|minutes| *minutes > 0);
                    options.minutes = read.ok_or_else(|| Failure(format!("`{minutes}` is no number of minutes")))?;
                    rest
                }
                ["--target", target, rest @ ..] => {
                    options.target = Some((*target).into());
                    rest
                }
                [other, ..] => return Err(Failure(format!("unknown option `{other}`"))),
            };
        }
    }
}

/// Formatting, warnings and tests of `fuzz/`: seeds, inputs that once broke something, and mutations that are the same in every run.
pub(crate) fn corpus(workspace: &Workspace) -> Result<Notes, Failure> {
    run(ordinary(workspace).args(["fmt", "--check"]))?;
    run(ordinary(workspace).args(["clippy", "--locked", "--all-targets", "--", "-D", "warnings"]))?;
    run(ordinary(workspace).args(["test", "--locked", "--no-fail-fast"]))?;
    Ok(Notes::new())
}

/// Cargo in `fuzz/`, as anybody would call it. It builds where the library is built, because most of what both need is the same.
fn ordinary(workspace: &Workspace) -> Command {
    let mut command = cargo();
    command.current_dir(workspace.root.join("fuzz")).env("CARGO_TARGET_DIR", &workspace.target);
    command
}

/// Every target for a short while, from the seeds alone: what an earlier run has found decides nothing.
pub(crate) fn smoke(workspace: &Workspace) -> Result<Notes, Failure> {
    let fuzzer = Fuzzer::build(workspace)?;
    let corpus = fuzzer.home.join("smoke");
    if corpus.is_dir() {
        fs::remove_dir_all(&corpus)?;
    }
    fuzzer.run(&fuzzer.targets, SMOKE, &corpus)
}

/// Some or all targets for as long as one likes. What is found is kept and built upon by the next run.
pub(crate) fn fuzz(workspace: &Workspace, options: &Options) -> Result<(), Failure> {
    let fuzzer = Fuzzer::build(workspace)?;
    let wanted = fuzzer.targets.iter().filter(|target| options.target.as_ref().is_none_or(|only| only == *target));
    let wanted = wanted.cloned().collect::<Vec<_>>();
    if wanted.is_empty() {
        return Err(Failure(format!("there is no such target; there are {}", fuzzer.targets.join(", "))));
    }
    let notes = fuzzer.run(&wanted, Duration::from_secs(60 * options.minutes), &fuzzer.home.join("corpus"))?;
    notes.iter().for_each(|note| println!("{note}"));
    Ok(())
}

/// The built targets and where they find and leave things.
struct Fuzzer {
    /// `fuzz/` of the clone.
    source: PathBuf,
    /// Seeds, corpora, logs, and the inputs that broke something.
    home: PathBuf,
    /// The folder of the binaries.
    binaries: PathBuf,
    targets: Vec<String>,
    /// Which compiler built them.
    compiler: &'static str,
}

impl Fuzzer {
    fn build(workspace: &Workspace) -> Result<Self, Failure> {
        let (source, home) = (workspace.root.join("fuzz"), workspace.target.join("fuzz"));
        let build = home.join("build");
        let binary = tools::cargo_fuzz(workspace)?;
        let nightly = works(Command::new("rustup").args(["run", "nightly", "rustc", "--version"]));
        let cargo_fuzz = |task: &str| {
            let mut command = Command::new(&binary);
            // it asks for `cargo` by name, and must not get the one that runs us
            command.env_remove("CARGO").env_remove("RUSTC").current_dir(&source).arg(task);
            if nightly {
                command.env("RUSTUP_TOOLCHAIN", "nightly")
            } else {
                command.env("RUSTC_BOOTSTRAP", "1")
            };
            command
        };
        run(cargo_fuzz("build").args(["--features", "libfuzzer", "--target-dir"]).arg(&build))?;
        let targets = read(&mut cargo_fuzz("list"))?.split_whitespace().map(Into::into).collect();
        let seeds = ["run", "--quiet", "--locked", "--example", "seeds", "--"];
        run(ordinary(workspace).args(seeds).arg(fresh(&home.join("seeds"))?))?;
        let about = read(Command::new("rustc").arg("-vV"))?;
        let host = about.lines().find_map(|line| line.strip_prefix("host: ")).ok_or("rustc does not say what it builds for")?;
        let compiler = if nightly { "nightly" } else { "stable with RUSTC_BOOTSTRAP=1" };
        Ok(Self { source, binaries: build.join(host).join("release"), home, targets, compiler })
    }

    /// Runs targets side by side, and says of each how far it came.
    fn run(&self, targets: &[String], each: Duration, corpus: &Path) -> Result<Notes, Failure> {
        let workers = thread::available_parallelism().map_or(1, usize::from).min(targets.len());
        let (queue, outcomes) = (Mutex::new(targets.iter()), Mutex::new(Vec::new()));
        thread::scope(|scope| {
            for _ in 0..workers {
                scope.spawn(|| {
                    loop {
                        let next = queue.lock().map(|mut queue| queue.next());
                        let Ok(Some(target)) = next else { return };
                        let outcome = self.run_one(target, each, corpus);
                        println!("{}", outcome.as_ref().unwrap_or_else(|failure| &failure.0));
                        if let Ok(mut outcomes) = outcomes.lock() {
                            outcomes.push((target, outcome));
                        }
                    }
                });
            }
        });
        let mut outcomes = outcomes.into_inner().map_err(|_| "a worker of the fuzzer panicked")?;
        outcomes.sort_by_key(|(target, _)| targets.iter().position(|other| other == *target));
        let broken = outcomes.iter().filter_map(|(_, outcome)| outcome.as_ref().err()).map(|failure| failure.0.clone());
        none_of("targets broke", &broken.collect::<Vec<_>>())?;
        if outcomes.len() != targets.len() {
            return Err(Failure(format!("{} of {} targets ran", outcomes.len(), targets.len())));
        }
        let mut notes = vec![format!("built with {}", self.compiler)];
        notes.extend(outcomes.into_iter().filter_map(|(_, outcome)| outcome.ok()));
        Ok(notes)
    }

    fn run_one(&self, target: &str, each: Duration, corpus: &Path) -> Result<String, Failure> {
        let (corpus, artifacts) = (corpus.join(target), self.home.join("artifacts").join(target));
        let log = self.home.join("logs").join(format!("{target}.log"));
        for folder in [&corpus, &artifacts, &self.home.join("logs")] {
            fs::create_dir_all(folder)?;
        }
        let regressions = self.source.join("regressions").join(target);
        let mut command = Command::new(self.binaries.join(target));
        command.arg(&corpus).arg(self.home.join("seeds").join(target)).args(regressions.is_dir().then_some(regressions));
        command.arg(format!("-max_total_time={}", each.as_secs())).args(["-timeout=10", "-max_len=16384"]);
        command.arg(format!("-dict={}", self.home.join("seeds/dictionary").display()));
        command.arg(format!("-artifact_prefix={}/", artifacts.display()));
        command.env("ASAN_OPTIONS", "detect_odr_violation=0").stderr(File::create(&log)?);
        // reading the seeds comes on top of the time that was asked for
        let outcome = run_within(&mut command, 2 * each + Duration::from_secs(120));
        let said = String::from_utf8_lossy(&fs::read(&log)?).into_owned();
        match (outcome, figures(&said)) {
            (Ok(()), Some(figures)) => Ok(format!("{target}: {figures}")),
            (Ok(()), None) => Err(Failure(format!("{target}: ended without a word; see {}", log.display()))),
            (Err(failure), _) => {
                let last = said.lines().rev().take(60).collect::<Vec<_>>();
                println!("{}", last.into_iter().rev().collect::<Vec<_>>().join("\n"));
                Err(Failure(format!("{target}: {failure}; input and log under {}", self.home.display())))
            }
        }
    }
}

/// The folder, made anew.
fn fresh(folder: &Path) -> Result<&Path, Failure> {
    if folder.is_dir() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)?;
    Ok(folder)
}

/// How much was run and covered, in libFuzzer's last words.
fn figures(log: &str) -> Option<String> {
    let done = log.lines().rev().find_map(|line| line.strip_prefix("Done "))?;
    let covered = log.lines().rev().find_map(|line| line.split_once(" cov: ")?.1.split_whitespace().next())?;
    Some(format!("{}, {covered} edges covered", done.replace("(s)", "s")))
}

#[cfg(test)]
mod tests {
    use super::{Options, figures};

    fn check(arguments: &[&str], expected: Option<(u64, Option<&str>)>) {
        let expected = expected.map(|(minutes, target)| Options { minutes, target: target.map(Into::into) });
        assert_eq!(Options::parse(arguments).ok(), expected, "{arguments:?}");
    }

    #[test]
    fn options_are_read() {
        check(&[], Some((1, None)));
        check(&["--minutes", "3", "--target", "wire_v1"], Some((3, Some("wire_v1"))));
        check(&["--minutes"], None);
        check(&["--minutes", "0"], None);
        check(&["--seconds", "3"], None);
    }

    #[test]
    fn figures_are_read_from_the_end_of_a_log() {
        let log = "#2\tINITED cov: 11 ft: 12 corp: 1/1b exec/s: 0 rss: 30Mb\n#9\tDONE   cov: 640 ft: 9 corp: 3/4b\nDone 9 runs in 21 second(s)\n";
        assert_eq!(figures(log).as_deref(), Some("9 runs in 21 seconds, 640 edges covered"));
        assert_eq!(figures("==1== ERROR: libFuzzer: deadly signal"), None);
    }
}
