//! `quittance init`: configurations to begin with, every key of them explained.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use quittance_guard::policy::Policy;

use crate::format::{self, Format};
use crate::{Answer, Failure};

#[derive(Args)]
pub(crate) struct Arguments {
    /// For whom.
    #[arg(value_enum)]
    what: What,
    /// The file to write, which must not be there yet; the output, if none is named.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum What {
    /// What an agent may buy: for `pay --policy`.
    Policy,
    /// A service that settles: for `facilitator --config`.
    Facilitator,
    /// A proxy that sells an API: for `gate --config`.
    Gate,
}

pub(crate) fn run(arguments: &Arguments, format: Format, out: &mut impl Write) -> Result<Answer, Failure> {
    if format == Format::Csv {
        return Err(Failure::new("a configuration is no table: leave --csv out"));
    }
    let text = match arguments.what {
        What::Policy => Policy::SAMPLE,
        What::Facilitator => quittance_facilitator::config::SAMPLE,
        What::Gate => quittance_gate::config::SAMPLE,
    };
    match &arguments.output {
        None => format::text(out, format, "toml", text)?,
        Some(path) => {
            let failed = |error: std::io::Error| Failure::new(format!("{}: {error}", path.display()));
            let mut file = OpenOptions::new().write(true).create_new(true).open(path).map_err(failed)?;
            file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
            if format == Format::Json {
                format::json(out, &serde_json::json!({ "written": path }))?;
            }
        }
    }
    Ok(Answer::Yes)
}
