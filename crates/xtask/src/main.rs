//! The project's own tasks, run as `cargo xtask …`.
//!
//! `cargo xtask test` is the one command that decides whether a change may land: the README names it for people and `.ci/run` calls
//! it for the machine. It runs every stage of [`stages::STAGES`], installs what a stage needs through the ordinary package
//! registries, and treats a stage that cannot run as a stage that failed. Everything else here is either such a stage or writes a
//! file that a stage compares: the map in README and the vectors.
//!
//! One file per idea: [`native`] and [`cross`] build and test the Rust code, [`deps`], [`graph`], [`source`] and [`readme`] hold
//! the workspace to its architecture, [`vectors`] runs the generator, [`oracle`] replays public corpora, [`mod@bench`] measures,
//! [`fuzz`] runs the fuzz targets, [`store`] the databases, [`devnet`] holds the sandbox chain against its sources and against another node;
//! [`wasm`] builds the npm package and runs it where JavaScript runs;
//! [`tools`] installs, [`shell`] runs other programs, [`workspace`] knows what the members are.
//!
//! This crate deliberately knows no rule of the protocol: what is right stands in the vectors and in the crates.

mod api;
mod bench;
mod cross;
mod deps;
mod devnet;
mod fuzz;
mod graph;
mod interop;
mod native;
mod oracle;
mod readme;
mod shell;
mod source;
mod stages;
mod store;
mod tools;
mod vectors;
mod wasm;
mod workspace;

use std::env;
use std::process::ExitCode;

use shell::Failure;
use workspace::Workspace;

const USAGE: &str = "\
usage: cargo xtask <task>

  test [--only a,b] [--list]   run the stages; --only takes groups (native) and single stages (native/clippy, clippy)
  readme                       rewrite the generated map in README.md
  interop                      try every client with every server and facilitator, and write the table in README.md
  contracts                    compile the sandbox's contracts and rewrite their artefacts
  fuzz [--minutes N] [--target T]
                               fuzz every target, or one, for so many minutes each (1)
  vectors generate             rewrite spec-vectors/ from the independent implementations
  vectors check                regenerate into a scratch folder, compare byte for byte, validate
  vectors fmt                  rewrite spec-vectors/ in the one format (the generator's own; the same as generate)
  vectors count                cases per file and in total
  bench [--json] [--quick]     time the verification path beside others, and write the table in README.md
  bench --wasm ...             the same compiled to WebAssembly, under Node; with --json, the last line is JSON
  bench --facilitator ...      our facilitator beside x402-rs's, over one chain
  bench --sale ...             a paid request as a whole beside the protocol's own packages, and how many one machine makes
  bench --layer ...            what the seller's layer costs a request that does not pay
  wasm                         build the npm package and pack it
  counts                       count the paths' instructions and compare with benches/counts.txt
  counts write                 count them and rewrite benches/counts.txt
";

fn main() -> ExitCode {
    let arguments = env::args().skip(1).collect::<Vec<_>>();
    match dispatch(&arguments.iter().map(String::as_str).collect::<Vec<_>>()) {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(arguments: &[&str]) -> Result<ExitCode, Failure> {
    match arguments {
        ["test", options @ ..] => {
            let wanted = Options::parse(options)?;
            let stages = stages::select(&wanted.only)?;
            if wanted.list {
                stages::print(&stages);
                return Ok(ExitCode::SUCCESS);
            }
            Ok(stages::run(&Workspace::load()?, &stages))
        }
        ["fuzz", options @ ..] => fuzz::fuzz(&Workspace::load()?, &fuzz::Options::parse(options)?).map(|()| ExitCode::SUCCESS),
        ["readme"] => readme::rewrite(&Workspace::load()?).map(|()| ExitCode::SUCCESS),
        ["interop"] => interop::matrix::write(&Workspace::load()?).map(|()| ExitCode::SUCCESS),
        ["contracts"] => devnet::write_contracts(&Workspace::load()?).map(|()| ExitCode::SUCCESS),
        ["vectors", "generate" | "fmt"] => vectors::generate(&Workspace::load()?).map(|()| ExitCode::SUCCESS),
        ["vectors", "check"] => vectors::check(&Workspace::load()?).map(|()| ExitCode::SUCCESS),
        ["vectors", "count"] => vectors::count(&Workspace::load()?).map(|()| ExitCode::SUCCESS),
        ["bench", options @ ..] => {
            let options = bench::Options::parse(options)?;
            bench::run(&Workspace::load()?, options).map(|()| ExitCode::SUCCESS)
        }
        ["wasm"] => wasm::package(&Workspace::load()?).map(|package| {
            package.notes.iter().for_each(|note| println!("{note}"));
            println!("{}", package.tarball.display());
            ExitCode::SUCCESS
        }),
        ["counts"] => bench::counts::check(&Workspace::load()?).map(|notes| {
            notes.iter().for_each(|note| println!("{note}"));
            ExitCode::SUCCESS
        }),
        ["counts", "write"] => bench::counts::write(&Workspace::load()?).map(|()| ExitCode::SUCCESS),
        [] | ["help" | "--help" | "-h"] => {
            print!("{USAGE}");
            Ok(ExitCode::SUCCESS)
        }
        _ => Err(Failure(format!("unknown task `{}`\n\n{USAGE}", arguments.join(" ")))),
    }
}

/// What follows `cargo xtask test`.
#[derive(Debug, Default, PartialEq, Eq)]
struct Options {
    only: Vec<String>,
    list: bool,
}

impl Options {
    fn parse(mut arguments: &[&str]) -> Result<Self, Failure> {
        let mut options = Self::default();
        loop {
            arguments = match arguments {
                [] => return Ok(options),
                ["--list", rest @ ..] => {
                    options.list = true;
                    rest
                }
                ["--only", names, rest @ ..] => {
                    options.only.extend(names.split(',').map(Into::into));
                    rest
                }
                [other, ..] => match other.strip_prefix("--only=") {
                    Some(names) => {
                        options.only.extend(names.split(',').map(Into::into));
                        arguments.get(1..).unwrap_or_default()
                    }
                    None => return Err(Failure(format!("unknown option `{other}`\n\n{USAGE}"))),
                },
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Options;

    #[test]
    fn options_in_both_spellings() {
        let expected = Options { only: vec!["native".into(), "deny".into(), "oracle".into()], list: true };
        assert_eq!(Options::parse(&["--only", "native,deny", "--list", "--only=oracle"]).unwrap(), expected);
        assert_eq!(Options::parse(&[]).unwrap(), Options::default());
        assert!(Options::parse(&["--only"]).is_err());
        assert!(Options::parse(&["--onyl", "native"]).is_err());
    }
}
