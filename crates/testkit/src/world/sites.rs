//! Where a facilitator runs: it dies, and is begun again with what lasts.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use quittance_core::Amount;
use quittance_evm::Sponsoring;
use quittance_facilitator::{Batch, ChainSettings, ChainSetup, Clock, Facilitator, FeeLimit, Settings};
use tokio::sync::Notify;

use super::life::Life;
use super::parts::{MortalChain, MortalLedger, MortalLog, Sabotage, Store};
use super::script::{self, Script, Secret};
use super::trace::Trace;
use crate::chain::{FACTORY, Kind, Node, STRICT_FACTORY};

/// The facilitator under test.
pub(super) type Ours = Facilitator<MortalChain, MortalLog>;

/// A place where a facilitator runs.
pub(super) struct Site {
    pub(super) node: Arc<Node>,
    number: usize,
    now: Arc<Mutex<Option<Running>>>,
    begun: Arc<Notify>,
    /// The life of the present one, even while it is being begun.
    life: Arc<Mutex<Life>>,
}

/// A facilitator that runs.
#[derive(Clone)]
pub(super) struct Running {
    pub(super) facilitator: Arc<Ours>,
    life: Life,
}

/// What it takes to begin one.
struct Means {
    node: Arc<Node>,
    store: Arc<Store>,
    keys: Vec<Secret>,
    chain: ChainSettings,
    sabotage: Option<Sabotage>,
    trace: Trace,
    number: usize,
}

impl Site {
    pub(super) fn begin(
        (number, trace): (usize, &Trace),
        node: Node,
        store: Arc<Store>,
        keys: Vec<Secret>,
        script: &Script,
        sabotage: Option<Sabotage>,
    ) -> Self {
        let (node, trace) = (Arc::new(node), trace.clone());
        let mut chain = ChainSettings::default();
        chain.confirmations = script.confirmations;
        chain.batch = script.batch.then(Batch::default);
        chain.factories = vec![FACTORY, STRICT_FACTORY];
        chain.sponsoring = vec![Sponsoring::Eip2612, Sponsoring::Erc20Approval];
        chain.funding = script::COST;
        chain.funding_hourly = u128::MAX;
        // whoever was told to come back has time to
        chain.failures_within = Duration::from_secs(60);
        // so cheap that nothing is too dear
        chain.fee_limit =
            Some(FeeLimit::new(1_000_000, script::KINDS.map(|kind| (script::token(kind), Amount::from_u64(1))).into()));
        // whoever believes too early would find out later
        let looks_away = matches!(sabotage, Some(Sabotage::LooksAway | Sabotage::BelievesTheFirstBlock));
        chain.watch = if looks_away { Duration::ZERO } else { Duration::from_secs(600) };
        let means = Means { node: Arc::clone(&node), store, keys, chain, sabotage, trace, number };
        // those who wait for a beginning go on in their order, which they would not with tokio's `watch`
        let (now, begun) = (Arc::new(Mutex::new(None)), Arc::new(Notify::new()));
        let (sender, beginning) = (Arc::clone(&now), Arc::clone(&begun));
        let life = Arc::new(Mutex::new(Life::default()));
        let current = Arc::clone(&life);
        tokio::spawn(async move {
            loop {
                let life = Life::default();
                *current.lock().expect("no step panics") = life.clone();
                let facilitator = Arc::new(means.start(&life));
                let running = Running { facilitator, life: life.clone() };
                let recovered = async {
                    while running.facilitator.recover().await.is_err() {
                        tokio::time::sleep(Duration::from_secs(1)).await;
                    }
                };
                running.unless_over(recovered).await;
                if !life.is_over() {
                    *sender.lock().expect("no step panics") = Some(running);
                    beginning.notify_waiters();
                    life.over().await;
                }
                *sender.lock().expect("no step panics") = None;
                // somebody notices, and starts it again
                tokio::time::sleep(Duration::from_secs(3)).await;
            }
        });
        Self { node, number, now, begun, life }
    }

    pub(super) const fn number(&self) -> usize {
        self.number
    }

    pub(super) fn life(&self) -> Life {
        self.life.lock().expect("no step panics").clone()
    }

    /// Whoever runs here, once somebody does.
    pub(super) async fn running(&self) -> Running {
        loop {
            let mut begun = core::pin::pin!(self.begun.notified());
            begun.as_mut().enable();
            if let Some(running) = self.now.lock().expect("no step panics").clone() {
                return running;
            }
            begun.await;
        }
    }
}

impl Running {
    /// What comes of asking it something; nothing if it dies meanwhile.
    pub(super) async fn unless_over<T>(&self, asked: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            () = self.life.over() => None,
            answer = asked => Some(answer),
        }
    }
}

impl Means {
    fn start(&self, life: &Life) -> Ours {
        let chain = Arc::new(MortalChain {
            node: Arc::clone(&self.node),
            life: life.clone(),
            trace: self.trace.clone(),
            site: self.number,
            sabotage: self.sabotage,
            forged: script::token(Kind::Forger),
        });
        let log = Arc::new(MortalLog {
            store: Arc::clone(&self.store),
            life: life.clone(),
            trace: self.trace.clone(),
            site: self.number,
            sabotage: self.sabotage,
        });
        let mut settings = Settings::default();
        settings.patience = Duration::from_secs(20);
        settings.lease = 30;
        settings.sweep = Duration::from_secs(5);
        // what was refused is judged in the end, and not forgotten before
        settings.purge = Duration::from_secs(86_400);
        let model = self.node.chain().clone();
        let clock = Clock::new(move || Ok(model.now()));
        let forgets = self.sabotage == Some(Sabotage::ForgetsGifts);
        let ledger = Arc::new(MortalLedger {
            store: if forgets { Arc::new(Store::new(0)) } else { Arc::clone(&self.store) },
            life: life.clone(),
            trace: self.trace.clone(),
            site: self.number,
        });
        let setup = ChainSetup::new(chain, self.keys.iter().map(Secret::key).collect());
        let setup = setup.with(self.chain.clone()).giving_from(ledger);
        Facilitator::new(vec![setup], log, clock, settings, Arc::default()).expect("the script knows what can be")
    }
}
