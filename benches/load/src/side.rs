//! Whose facilitator, and how it is started.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use quittance_devnet::{ACCOUNTS, Account};

use crate::failure::{Failure, failure};
use crate::node::CHAIN;
use crate::program::Program;

/// A facilitator that is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// x402-rs.
    Theirs,
    /// quittance, many settlements in one transaction where they come at once.
    Ours,
    /// quittance, each settlement in a transaction of its own.
    Unbatched,
}

/// Where the programs are.
pub(crate) struct Programs {
    pub(crate) ours: PathBuf,
    pub(crate) theirs: PathBuf,
    /// Where files go that live as long as the measurement.
    pub(crate) scratch: PathBuf,
}

impl Side {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Theirs => "x402-rs",
            Self::Ours => "quittance",
            Self::Unbatched => "quittance, one by one",
        }
    }

    /// Who pays its gas: one account each.
    fn signer(self) -> Result<Account, Failure> {
        let index = match self {
            Self::Theirs => 0,
            Self::Ours => 1,
            Self::Unbatched => 2,
        };
        ACCOUNTS.get(index).copied().ok_or_else(|| failure("there are ten accounts"))
    }

    /// Starts it over the chain at `host:port`.
    pub(crate) fn start(self, programs: &Programs, chain: &str) -> Result<Program, Failure> {
        let (url, key) = (format!("http://{chain}"), self.signer()?.key.to_string());
        match self {
            Self::Theirs => {
                let mut command = Command::new(&programs.theirs);
                Program::start(command.args([&CHAIN.to_string(), &url, &key]), |line| line.strip_prefix("http://"))
            }
            Self::Ours | Self::Unbatched => {
                let batch = if self == Self::Ours { "[chain.batch]\n" } else { "" };
                let config = programs.scratch.join("facilitator.toml");
                let store = std::path::absolute(programs.scratch.join("facilitator.db"))?;
                let store = format!("store = \"sqlite:{}\"\n", store.display());
                fs::write(
                    &config,
                    format!("{store}{HEAD}rpc = [\"{url}\"]\n{batch}[[chain.signer]]\nkey = \"${{SIGNER_KEY}}\"\n"),
                )?;
                for ending in ["", "-wal", "-shm", "-generation"] {
                    remove(&programs.scratch.join(format!("facilitator.db{ending}")))?;
                }
                let mut command = Command::new(&programs.ours);
                command.args(["facilitator", "--log", "warn", "--config"]).arg(&config);
                command.env("SIGNER_KEY", key).env("SEALING_KEY", "07".repeat(32));
                Program::start(&mut command, |line| line.strip_prefix("facilitator at http://"))
            }
        }
    }
}

/// What a configuration begins with. All that is not the default: where things are, and a look at the chain five times per block.
const HEAD: &str = "\
listen = \"127.0.0.1:0\"
sealing_key = \"${SEALING_KEY}\"
[[chain]]
network = \"eip155:84532\"
poll_ms = 20
";

/// Removes a file that an earlier round may have left.
fn remove(path: &Path) -> Result<(), Failure> {
    if path.exists() {
        fs::remove_file(path)?;
    }
    Ok(())
}
