//! Measures what serves beside each other, over one chain:
//!
//! - `quittance-load facilitators --anvil <program> --ours <program> --theirs <program> --scratch <folder> --out <file> [--quick] [--only <case>]`
//! - `quittance-load sale --anvil <program> --ours <program> --typescript <script> --modules <folder> --scratch <folder> --out <file> [--quick]
//!   [--only <case>]`
//!
//! Everything runs on one machine and shares its processors: the chain, the services, this program. A figure says more about the machine
//! than about the code, so none is compared with one from another run: what is compared takes turns, and what counts is how often one's
//! figure is the other's in neighbouring rounds.
//!
//! One file per idea: [`mod@facilitators`] and [`mod@sale`] are what is measured; [`node`] is the chain, [`side`] starts the facilitators,
//! [`payments`] signs, [`mod@load`] asks, [`figures`] sums up.

mod facilitators;
mod failure;
mod figures;
mod http;
mod load;
mod node;
mod payments;
mod program;
mod proxy;
mod sale;
mod side;

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use failure::{Failure, failure};
use side::Programs;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let kind = arguments.next().unwrap_or_default();
    match Options::parse(arguments).and_then(|options| options.run(&kind)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("no figures: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// What follows the program's name and the kind of measurement.
struct Options {
    paths: BTreeMap<String, PathBuf>,
    quick: bool,
    only: Option<String>,
}

impl Options {
    fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self, Failure> {
        let mut options = Self { paths: BTreeMap::new(), quick: false, only: None };
        while let Some(name) = arguments.next() {
            match name.as_str() {
                "--quick" => options.quick = true,
                "--only" => options.only = arguments.next(),
                "--anvil" | "--ours" | "--theirs" | "--typescript" | "--modules" | "--scratch" | "--out" => {
                    let path = arguments.next().ok_or_else(|| failure(format!("{name} of what?")))?;
                    options.paths.insert(name, PathBuf::from(path));
                }
                _ => return Err(failure(format!("unknown option `{name}`"))),
            }
        }
        Ok(options)
    }

    fn run(mut self, kind: &str) -> Result<(), Failure> {
        let mut path = |name: &str| self.paths.remove(name).ok_or_else(|| failure(format!("{name} is missing")));
        let out = path("--out")?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let figures = match kind {
            "facilitators" => runtime.block_on(facilitators::measure(&facilitators::Options {
                anvil: path("--anvil")?,
                programs: Programs { ours: path("--ours")?, theirs: path("--theirs")?, scratch: path("--scratch")? },
                quick: self.quick,
                only: self.only,
            }))?,
            "sale" => runtime.block_on(sale::measure(&sale::Options {
                anvil: path("--anvil")?,
                ours: path("--ours")?,
                typescript: path("--typescript")?,
                modules: path("--modules")?,
                scratch: path("--scratch")?,
                quick: self.quick,
                only: self.only,
            }))?,
            _ => return Err(failure(format!("`{kind}` is no measurement: `facilitators` or `sale`"))),
        };
        Ok(fs::write(&out, figures.to_string())?)
    }
}
