//! A gate with its facilitator in front of an API that answers at once.

use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use quittance_core::Address;
use quittance_devnet::ACCOUNTS;
use tokio::net::TcpListener;

use super::{IDLE, MANY, Options};
use crate::failure::{Failure, failure};
use crate::http::Connection;
use crate::program::Program;

/// What is sold.
pub(super) const SOLD: &str = "the report";

/// How payments are settled.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Pace {
    /// Each in a transaction, which is looked for every five milliseconds.
    AtOnce,
    /// Those of a block in one transaction.
    Together,
}

/// A shop that is open until it is dropped.
pub(super) struct Shop {
    gate: Program,
    /// `host:port`.
    pub(super) address: String,
    /// Where it is.
    pub(super) url: String,
}

impl Shop {
    /// Opens it over the chain at `host:port`. Its files are in a folder of its own.
    pub(super) async fn open(options: &Options, name: &str, chain: &str, payee: Address, pace: Pace) -> Result<Self, Failure> {
        let folder = std::path::absolute(options.scratch.join(format!("shop-{name}")))?;
        empty(&folder)?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let upstream = listener.local_addr()?;
        tokio::spawn(async move {
            // the measurement fails by itself when nothing is served any more
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(async move { Connection::over(stream).map(serve)?.await });
            }
        });
        let settling = match pace {
            Pace::AtOnce => "poll_ms = 5\n",
            Pace::Together => "poll_ms = 20\n[chain.batch]\n",
        };
        let key = ACCOUNTS.get(1).ok_or_else(|| failure("there are ten accounts"))?.key.to_string();
        let place = folder.display();
        fs::write(
            folder.join("facilitator.toml"),
            format!(
                "store = \"sqlite:{place}/facilitator.db\"\nsealing_key = \"${{SEALING_KEY}}\"\n[[chain]]\nnetwork = \"eip155:84532\"\n\
                 rpc = [\"http://{chain}\"]\n{settling}[[chain.signer]]\nkey = \"${{SIGNER_KEY}}\"\n"
            ),
        )?;
        // offers say where the gate is, so that its port is chosen before it is there
        let listen = TcpListener::bind("127.0.0.1:0").await?.local_addr()?;
        // connections that do nothing stay as long as the measurement
        let connections = IDLE + 2 * MANY;
        fs::write(
            folder.join("gate.toml"),
            format!(
                "upstream = \"http://{upstream}\"\nlisten = \"{listen}\"\norigin = \"http://{listen}\"\nstore = \"sqlite:{place}/gate.db\"\n\
                 sealing_key = \"${{SEALING_KEY}}\"\npay_to = \"{payee}\"\nnetwork = \"base-sepolia\"\nprice = \"$0.01\"\n\
                 [facilitator]\nconfig = \"facilitator.toml\"\n[limits]\nconnections = {connections}\nread_seconds = 3600\n\
                 [[route]]\npath = \"/report/*\"\n[[route]]\npath = \"/free\"\nfree = true\n"
            ),
        )?;
        let mut command = Command::new(&options.ours);
        command.args(["gate", "--log", "warn", "--config"]).arg(folder.join("gate.toml"));
        command.env("SIGNER_KEY", key).env("SEALING_KEY", "07".repeat(32));
        let gate = Program::start(&mut command, |line| line.strip_prefix("gate at http://")?.split(',').next())?;
        let address = gate.address.clone();
        let url = format!("http://{address}");
        Ok(Self { gate, address, url })
    }

    /// What the gate used of the processor, its facilitator included.
    pub(super) fn processor(&self) -> Option<Duration> {
        self.gate.processor()
    }

    /// The most memory that the gate had, its facilitator included.
    pub(super) fn memory(&self) -> Option<u64> {
        self.gate.memory()
    }
}

/// The API: whatever is asked, it answers with what is sold.
async fn serve(mut connection: Connection) -> io::Result<()> {
    let answer = format!("HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: {}\r\n\r\n{SOLD}", SOLD.len());
    while connection.read().await?.is_some() {
        connection.write(answer.as_bytes()).await?;
    }
    Ok(())
}

/// A folder with nothing in it.
pub(super) fn empty(folder: &Path) -> io::Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)
}
