//! One chain with everything that is at work on it.

use std::sync::Arc;
use std::time::Duration;

use quittance_core::{Address, Fault, Network};
use tokio::sync::mpsc;

use crate::chain::{Chain, Head};
use crate::dispatch::{Histories, Job, Resent};
use crate::estimates::Estimates;
use crate::failures::Failures;
use crate::gather::Gatherer;
use crate::gifts::Gifts;
use crate::open::Open;
use crate::purse::Purse;
use crate::settings::ChainSettings;
use crate::vigil::Vigil;
use crate::watch::Watcher;

/// One chain.
pub(crate) struct Lane<C> {
    pub(crate) network: Network,
    pub(crate) chain: Arc<C>,
    pub(crate) settings: ChainSettings,
    pub(crate) gatherer: Gatherer<C>,
    pub(crate) watcher: Watcher,
    pub(crate) vigil: Vigil,
    pub(crate) histories: Histories,
    pub(crate) open: Open,
    pub(crate) estimates: Estimates,
    pub(crate) failures: Failures,
    pub(crate) gifts: Gifts,
    pub(crate) purse: Option<Purse>,
    pub(crate) signers: Vec<Desk>,
}

/// Where a signer takes what is to be sent.
pub(crate) struct Desk {
    pub(crate) signer: Address,
    pub(crate) jobs: mpsc::Sender<Job>,
    pub(crate) resent: Resent,
}

impl<C: Chain> Lane<C> {
    /// The newest block; one that was seen a moment ago will do.
    pub(crate) async fn head(&self) -> Result<Head, Fault> {
        match self.watcher.last(FRESH) {
            Some(view) => Ok(view.head),
            None => self.chain.head().await,
        }
    }

    /// Whether a payer has had as many failures as may be.
    pub(crate) fn is_enough(&self, payer: &Address) -> bool {
        let ChainSettings { failures, failures_within, .. } = self.settings;
        failures > 0 && self.failures.count(payer, failures_within) >= failures
    }

    /// The signer with the least to do, or the one that it has to be. None when it has to be a stranger.
    pub(crate) fn desk(&self, sender: Option<Address>) -> Option<&Desk> {
        match sender {
            Some(sender) => self.signers.iter().find(|desk| desk.signer == sender),
            None => self.signers.iter().max_by_key(|desk| desk.jobs.capacity()),
        }
    }
}

/// How old a block may be that fees are taken from.
const FRESH: Duration = Duration::from_secs(1);
