//! The wallet, for as long as something is bought.
//!
//! A wallet's log is one chain, so one process has it at a time. Here it is opened for the first purchase and closed after the last of those that
//! are made at the same time; between them it is free. Who comes while others buy buys beside them and waits for nobody, as long as no other
//! process waits for the wallet; when one does, nobody else is let in, so that it is closed after the longest of the purchases that are being made.
//! While a tool that is paid for works, other processes wait for it. What all this costs is that the log is read once for each opening.

use std::path::PathBuf;
use std::sync::{Arc, Weak};
use std::time::Duration;

use quittance_client::{Buyer, Known, Settings};
use quittance_guard::policy::Policy;
use quittance_mcp::{NoResult, ToolBuyer};
use quittance_store::Store;
use tokio::time::{Instant, sleep, timeout_at};

use crate::format::Format;
use crate::pay::means::Purse;
use crate::wallet::{self, Log, Wallet, Wish};
use crate::{Failure, pay};

/// How long a purchase waits for the wallet.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long until it is looked again whether somebody else has done with it.
const PAUSE: Duration = Duration::from_millis(20);

/// What it takes to open the wallet.
pub(super) struct Till {
    pub(super) home: PathBuf,
    pub(super) store: Option<String>,
    pub(super) policy: Policy,
    pub(super) purse: Purse,
    /// What was learnt about the server's payees and prices, which outlives an open wallet.
    pub(super) known: Known,
    pub(super) settings: Settings,
    /// The server's command.
    pub(super) server: String,
    pub(super) open: tokio::sync::Mutex<Weak<Open>>,
}

/// An open wallet. It is closed when nobody has it any more.
pub(super) struct Open {
    pub(super) buyer: ToolBuyer<Purse, Store>,
    /// What every name of a purchase from this server begins with.
    pub(super) prefix: String,
}

/// Why there is no wallet.
pub(super) enum Closed {
    /// Somebody else has it.
    Busy,
    Broken(Failure),
}

impl Till {
    /// The wallet, in the company of the other purchases that are being made.
    pub(super) async fn open(&self) -> Result<Arc<Open>, Closed> {
        let until = Instant::now() + PATIENCE;
        let mut slot = timeout_at(until, self.open.lock()).await.map_err(|_| Closed::Busy)?;
        let mut wish = None;
        loop {
            match slot.upgrade() {
                Some(open) => {
                    if !Wish::is_somebodys(&self.home).map_err(Closed::Broken)? {
                        return Ok(open);
                    }
                }
                None => match Log::if_free(&self.home).map_err(Closed::Broken)? {
                    Some(log) => {
                        let open = Arc::new(self.begin(log).await.map_err(Closed::Broken)?);
                        *slot = Arc::downgrade(&open);
                        return Ok(open);
                    }
                    None if wish.is_none() => wish = Some(Wish::made(&self.home).map_err(Closed::Broken)?),
                    None => {}
                },
            }
            if Instant::now() >= until {
                return Err(Closed::Busy);
            }
            sleep(PAUSE).await;
        }
    }

    async fn begin(&self, log: Log) -> Result<Open, Failure> {
        let wallet = Wallet::open(log, self.store.as_deref(), wallet::now()?).await?;
        let prefix = format!("{}{}-", pay::CALL, wallet.word(&self.server));
        // who was paid at `mcp://tool` before may have been another server, so that the log's pins are none of this one
        let builder = Buyer::builder(self.purse.clone(), self.policy.clone(), wallet.store).journal(wallet.journal);
        let builder = builder.known(self.known.clone()).settings(self.settings);
        // each call brings its own way to the server
        let nobody = |_| std::future::ready(Err(NoResult::NotSent));
        let buyer = ToolBuyer::new(builder, nobody).map_err(|fault| Failure::new(fault.to_string()))?;
        // what stands on standard error is the host's, and the server's too
        pay::reconcile(buyer.buyer(), Format::Json).await;
        Ok(Open { buyer, prefix })
    }
}
