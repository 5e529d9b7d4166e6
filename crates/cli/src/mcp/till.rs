//! The wallet, for as long as something is bought.
//!
//! A wallet's log is one chain, so one process has it at a time. Here it is opened for the first purchase and closed after the last of those that
//! are made at the same time; between them it is free. Who comes while others buy buys beside them and waits for nobody, as long as no other
//! process waits for the wallet; when one does, nobody else is let in, so that it is closed after the longest of the purchases that are being made.
//! Nor is anybody when it has been open for an hour: what is open from before is gone on with when it is opened. While a tool that is paid for
//! works, other processes wait for it. What all this costs is that the log is read once for each opening.

use std::path::{Path, PathBuf};
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
/// How long a wallet is open at most while new purchases join those that are being made.
const AGE: Duration = Duration::from_secs(60 * 60);

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
    since: Instant,
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
                    if lets_in(&self.home, open.since.elapsed()).map_err(Closed::Broken)? {
                        return Ok(open);
                    }
                }
                None => {
                    if let Some(log) = turn(&self.home, &mut wish).map_err(Closed::Broken)? {
                        let open = Arc::new(self.begin(log).await.map_err(Closed::Broken)?);
                        *slot = Arc::downgrade(&open);
                        return Ok(open);
                    }
                }
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
        Ok(Open { buyer, prefix, since: Instant::now() })
    }
}

/// Whether somebody is let in beside those who buy from a wallet that has been open for so long.
fn lets_in(home: &Path, age: Duration) -> Result<bool, Failure> {
    Ok(age < AGE && !Wish::is_somebodys(home)?)
}

/// The log, if it is free and nobody waits for it who came before. Who finds that somebody does waits beside them from then on: the next time, a
/// pause later, those have had their turn.
fn turn(home: &Path, wish: &mut Option<Wish>) -> Result<Option<Log>, Failure> {
    let log = if wish.is_none() && Wish::is_somebodys(home)? { None } else { Log::if_free(home)? };
    if log.is_none() && wish.is_none() {
        *wish = Some(Wish::made(home)?);
    }
    Ok(log)
}

#[cfg(test)]
mod tests {
    use std::{env, fs, process};

    use super::*;

    /// A folder for a wallet, for as long as this lives.
    struct Home(PathBuf);

    impl Home {
        fn new(name: &str) -> Self {
            Self(env::temp_dir().join(format!("quittance-till-{}-{name}", process::id())))
        }
    }

    impl Drop for Home {
        fn drop(&mut self) {
            // what is not there need not go
            let _gone = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn row_223_who_waits_for_a_wallet_that_becomes_free_comes_before_who_comes_then() {
        let home = Home::new("turn");
        let mut none = None;
        drop(turn(&home.0, &mut none).unwrap().expect("nobody has it"));
        assert!(none.is_none(), "nor had it to be wished for");
        let before = Wish::made(&home.0).unwrap();
        let (mut late, mut later) = (None, None);
        assert!(turn(&home.0, &mut late).unwrap().is_none(), "it is free, and somebody else's turn");
        assert!(late.is_some(), "and who asks again has waited too");
        let log = Log::if_free(&home.0).unwrap().expect("it was left to the one before");
        drop(before);
        assert!(turn(&home.0, &mut late).unwrap().is_none(), "it is taken");
        drop(log);
        assert!(turn(&home.0, &mut later).unwrap().is_none(), "the one that waits comes before another one");
        assert!(turn(&home.0, &mut late).unwrap().is_some());
    }

    #[test]
    fn row_223_a_wallet_that_is_wanted_or_has_been_open_for_long_lets_nobody_else_in() {
        let home = Home::new("age");
        assert!(lets_in(&home.0, Duration::ZERO).unwrap());
        let wish = Wish::made(&home.0).unwrap();
        assert!(!lets_in(&home.0, Duration::ZERO).unwrap());
        drop(wish);
        assert!(lets_in(&home.0, AGE - PAUSE).unwrap());
        assert!(!lets_in(&home.0, AGE).unwrap(), "what is open from before would never be gone on with");
    }
}
