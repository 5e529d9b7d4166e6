//! One chain with everything that is at work on it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use quittance_core::{Address, Fault, Network};
use tokio::sync::{Mutex, mpsc};
use tokio::time::Instant;

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
    pub(crate) heads: Heads,
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
    /// The newest block; one that was seen a moment ago will do. Where many want it at the same time one asks for all.
    pub(crate) async fn head(&self) -> Result<Head, Fault> {
        if let Some(view) = self.watcher.last(FRESH) {
            return Ok(view.head);
        }
        self.heads.ask(|| self.chain.head()).await
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

/// What was answered where the newest block was asked for, nothing being watched.
#[derive(Default)]
pub(crate) struct Heads {
    last: Mutex<Option<(Instant, Result<Head, Fault>)>>,
    answers: AtomicU64,
}

impl Heads {
    /// What was answered a moment ago, or what `ask` is answered. Who waited for another's answer takes it, a fault too: a node that does not
    /// answer would else be waited for by one after the other.
    async fn ask<F: Future<Output = Result<Head, Fault>>>(&self, ask: impl FnOnce() -> F) -> Result<Head, Fault> {
        let answers = self.answers.load(Ordering::Relaxed);
        let mut last = self.last.lock().await;
        let waited = answers != self.answers.load(Ordering::Relaxed);
        if let Some((at, answer)) = &*last
            && (waited || answer.is_ok() && at.elapsed() <= FRESH)
        {
            return *answer;
        }
        let (at, answer) = (Instant::now(), ask().await);
        *last = Some((at, answer));
        self.answers.fetch_add(1, Ordering::Relaxed);
        answer
    }
}

/// How old a block may be that fees are taken from.
const FRESH: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use super::*;
    use crate::chain::{DataFee, Fees, OperatorFee};

    fn head(number: u64) -> Head {
        Head {
            number,
            hash: [1; 32],
            time: quittance_core::UnixSeconds::from_secs(number),
            fees: Fees { base: 1, tip: 1, data: DataFee::NONE, operator: OperatorFee::NONE },
        }
    }

    /// What so many who ask at once are told, and how often the node was asked.
    async fn at_once(count: usize, answer: Result<Head, Fault>) -> (Vec<Result<Head, Fault>>, usize) {
        let (heads, asked) = (Heads::default(), AtomicUsize::new(0));
        let ask = || async {
            asked.fetch_add(1, Ordering::Relaxed);
            tokio::time::sleep(2 * FRESH).await;
            answer
        };
        let told = futures_util::future::join_all((0..count).map(|_| heads.ask(ask))).await;
        (told, asked.into_inner())
    }

    #[tokio::test(start_paused = true)]
    async fn one_asks_for_all_who_wait() {
        assert_eq!(at_once(100, Ok(head(7))).await, (vec![Ok(head(7)); 100], 1));
        assert_eq!(at_once(100, Err(Fault::ChainUnavailable)).await, (vec![Err(Fault::ChainUnavailable); 100], 1));
    }

    #[tokio::test(start_paused = true)]
    async fn who_comes_later_asks_anew_after_a_fault_or_a_while() {
        let heads = Heads::default();
        assert_eq!(heads.ask(async || Err(Fault::ChainUnavailable)).await, Err(Fault::ChainUnavailable));
        assert_eq!(heads.ask(async || Ok(head(1))).await, Ok(head(1)));
        assert_eq!(heads.ask(async || Ok(head(2))).await, Ok(head(1)));
        tokio::time::advance(FRESH * 2).await;
        assert_eq!(heads.ask(async || Ok(head(3))).await, Ok(head(3)));
    }
}
