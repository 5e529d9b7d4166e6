//! A facilitator over any number of chains.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures_util::FutureExt as _;
use quittance_core::wire::{SettleRequest, SettleResponse, SupportedResponse, VerifyRequest, VerifyResponse};
use quittance_core::{
    Authorization, ChainMode, Fault, Network, Progress as Checked, Rejection, ReplayKey, Scheme, SchemeId, SchemeSet, UnixSeconds,
};
use quittance_guard::replay::{Entry, State};
use quittance_guard::{Identity, ReplayLog};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};
use tracing::Instrument as _;

use crate::answer;
use crate::case::{Case, Purpose, Unreadable, to_bytes};
use crate::chain::Chain;
use crate::dispatch::{Dispatcher, Histories, Resent};
use crate::estimates::Estimates;
use crate::failures::Failures;
use crate::gather::Gatherer;
use crate::gifts::Gifts;
use crate::lane::{Desk, Heads, Lane};
use crate::metrics::Metrics;
use crate::news as watch;
use crate::open::{Entered, Open, Outcome, Progress, Ticket};
use crate::own::Own;
use crate::settings::{ChainSetup, Clock, Settings, SetupError};
use crate::settle;
use crate::verify::{Memory, Trouble};
use crate::vigil::{self, Vigil};
use crate::watch::Watcher;

/// Verifies payments and settles each once, on any number of `eip155` chains.
///
/// Clones are the same facilitator. What is open belongs to it and not to who asked: a request may be dropped at any time, and its settlement
/// goes on. When the last clone is gone, everything stops where it stands, and whoever comes after finds it in the log ([`recover`]).
///
/// [`recover`]: Self::recover
pub struct Facilitator<C, L>(Arc<Handle<C, L>>);

impl<C, L> Clone for Facilitator<C, L> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

/// Stops everything when it is dropped: the tasks hold the engine, and not this.
struct Handle<C, L> {
    engine: Arc<Engine<C, L>>,
}

impl<C, L> Drop for Handle<C, L> {
    fn drop(&mut self) {
        self.engine.tasks.abort();
    }
}

/// What all tasks share.
pub(crate) struct Engine<C, L> {
    pub(crate) lanes: Vec<Arc<Lane<C>>>,
    pub(crate) log: Arc<L>,
    pub(crate) clock: Clock,
    pub(crate) settings: Settings,
    pub(crate) memory: Memory,
    pub(crate) metrics: Arc<Metrics>,
    schemes: Vec<Arc<dyn Scheme>>,
    name: String,
    tasks: Tasks,
    draining: AtomicBool,
    /// Whether the log answered when it was asked last.
    remembers: AtomicBool,
}

/// What an engine on a log is called by who has one in the own process.
fn name_of(log: Identity) -> String {
    /// This process among all that were and will be.
    static PROCESS: LazyLock<String> = LazyLock::new(|| {
        let begun = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        format!("{}-{}", std::process::id(), begun.as_nanos())
    });
    match log {
        Identity::Lasting(bytes) => format!("here, on log {:032x}", u128::from_be_bytes(bytes)),
        Identity::Process(number) => format!("here, on log {number} of process {}", *PROCESS),
    }
}

/// The tasks of an engine.
#[derive(Default)]
struct Tasks(Mutex<JoinSet<()>>);

impl Tasks {
    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let mut tasks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // what is over is forgotten, also what panicked: those who waited were told
        while tasks.try_join_next().is_some() {}
        tasks.spawn(task);
    }

    fn abort(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).abort_all();
    }
}

/// What was left when a facilitator stopped taking more.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Drained {
    /// How many settlements are open, each of which is in the log.
    pub open: usize,
}

impl<C: Chain + 'static, L: ReplayLog + Send + Sync + 'static> Facilitator<C, L> {
    /// A facilitator for `exact` and `upto`, at work on these chains.
    ///
    /// # Errors
    ///
    /// [`SetupError`].
    ///
    /// # Panics
    ///
    /// Outside of a runtime of tokio, in which its tasks live.
    pub fn new(
        chains: Vec<ChainSetup<C>>,
        log: Arc<L>,
        clock: Clock,
        settings: Settings,
        metrics: Arc<Metrics>,
    ) -> Result<Self, SetupError> {
        let schemes = chains.iter().flat_map(Own::schemes).collect();
        Self::with_schemes(chains, schemes, log, clock, settings, metrics)
    }

    /// The same for schemes of one's own choice. What the settings of a chain say of factories and of sponsoring is for those schemes to know.
    ///
    /// # Errors
    ///
    /// [`SetupError`].
    ///
    /// # Panics
    ///
    /// Outside of a runtime of tokio, in which its tasks live.
    pub fn with_schemes(
        chains: Vec<ChainSetup<C>>,
        schemes: Vec<Arc<dyn Scheme>>,
        log: Arc<L>,
        clock: Clock,
        settings: Settings,
        metrics: Arc<Metrics>,
    ) -> Result<Self, SetupError> {
        let networks: Vec<_> = chains.iter().map(|setup| setup.chain.network()).collect();
        check(&chains, &networks)?;
        if log.reach() < settings.reach {
            return Err(SetupError::Reach);
        }
        SchemeSet::new(schemes.iter().map(|scheme| &**scheme), &networks).map_err(|_| SetupError::DuplicateScheme)?;
        let tasks = Tasks::default();
        let lanes = chains.into_iter().map(|setup| Arc::new(open_lane(setup, &log, &clock, &metrics, &tasks))).collect();
        let memory = Memory::new(settings.payers);
        let (draining, remembers) = (AtomicBool::new(false), AtomicBool::new(true));
        let name = name_of(log.identity());
        let engine = Arc::new(Engine { lanes, log, clock, settings, memory, metrics, schemes, name, tasks, draining, remembers });
        let sweeping = Arc::clone(&engine);
        engine.tasks.spawn(async move {
            loop {
                tokio::time::sleep(sweeping.settings.sweep).await;
                if let Err(fault) = sweeping.sweep().await {
                    tracing::warn!(fault = fault.code(), "the log cannot be swept");
                }
            }
        });
        let purging = Arc::clone(&engine);
        engine.tasks.spawn(async move {
            loop {
                tokio::time::sleep(purging.settings.purge).await;
                if let Err(fault) = purging.purge().await {
                    tracing::warn!(fault = fault.code(), "the log cannot forget");
                }
            }
        });
        for lane in &engine.lanes {
            let (watching, lane) = (Arc::clone(&engine), Arc::clone(lane));
            engine
                .tasks
                .spawn(async move { while AssertUnwindSafe(vigil::keep(&watching, &lane)).catch_unwind().await.is_err() {} });
        }
        Ok(Self(Arc::new(Handle { engine })))
    }

    /// Goes on with every settlement that nobody is at, and says how many there were. It is done once before the first request, and again every
    /// [`sweep`](Settings::sweep), by which those are found whose holder has died since.
    ///
    /// # Errors
    ///
    /// [`Fault`] when the log or the clock cannot be asked.
    pub async fn recover(&self) -> Result<usize, Fault> {
        self.0.engine.sweep().await
    }

    /// Whether anything can be settled: it is not being stopped, and the log answered when it was asked last, which is every
    /// [`sweep`](Settings::sweep).
    #[must_use]
    pub fn is_ready(&self) -> bool {
        let engine = &self.0.engine;
        engine.remembers.load(Ordering::Relaxed) && !engine.draining.load(Ordering::SeqCst)
    }

    /// Takes no settlement any more, and waits for those that are open: so long for their outcome, and then until each is in the log.
    pub async fn drain(&self, patience: Duration) -> Drained {
        let engine = &self.0.engine;
        engine.draining.store(true, Ordering::SeqCst);
        let deadline = Instant::now() + patience;
        for lane in &engine.lanes {
            for mut progress in lane.open.all() {
                drop(timeout_at(deadline, progress.wait_for(|progress| matches!(progress, Progress::Ended(_)))).await);
            }
        }
        for lane in &engine.lanes {
            for mut progress in lane.open.unkept() {
                drop(progress.wait_for(|progress| *progress != Progress::Preparing).await);
            }
        }
        Drained { open: engine.lanes.iter().map(|lane| lane.open.count()).sum() }
    }

    /// Stops at once, as a crash would. What is open stays in the log.
    pub fn abort(&self) {
        self.0.engine.tasks.abort();
    }

    /// What has happened.
    #[must_use]
    pub fn metrics(&self) -> &Arc<Metrics> {
        &self.0.engine.metrics
    }

    /// The log.
    #[must_use]
    pub fn log(&self) -> &Arc<L> {
        &self.0.engine.log
    }
}

impl<C: Chain + 'static, L: ReplayLog + Send + Sync + 'static> quittance_core::Facilitator for Facilitator<C, L> {
    /// Engines are told apart by their logs: whoever signs, what was sent to one comes to the same end with another on the same log. One on
    /// another log takes a payment that is over for one that nobody has settled.
    fn name(&self) -> &str {
        &self.0.engine.name
    }

    async fn verify(&self, request: &VerifyRequest) -> Result<VerifyResponse, Fault> {
        let engine = &self.0.engine;
        let words = engine.settings.vocabulary;
        let case = match engine.read(request, Purpose::Verify) {
            Ok(case) => case,
            Err(unreadable) => return Ok(answer::unverifiable(unreadable, words)),
        };
        let lane = engine.lane(case.terms.network())?;
        let now = engine.clock.now()?;
        match engine.memory.check(lane, &case, now, ChainMode::Simulated).await {
            Ok(checked) => {
                engine.memory.meet(&checked);
                let payer = checked.verified.payer().to_string();
                engine.memory.keep(checked);
                Ok(VerifyResponse::valid(payer))
            }
            Err(Trouble::Rejection(rejection)) => Ok(VerifyResponse::invalid(rejection.reason_in(words), case.payer())),
            Err(Trouble::Fault(fault)) => Err(fault),
        }
    }

    async fn settle(&self, request: &SettleRequest) -> Result<SettleResponse, Fault> {
        let engine = &self.0.engine;
        let words = engine.settings.vocabulary;
        let case = match engine.read(&request.0, Purpose::Settle) {
            Ok(case) => case,
            Err(unreadable) => return Ok(answer::unsettleable(unreadable, words)),
        };
        let deadline = Instant::now() + engine.settings.patience;
        let mut progress = match engine.enter(&case, to_bytes(request), deadline).await {
            Ok(progress) => progress,
            Err(Trouble::Rejection(rejection)) => return Ok(answer::refused(&case, rejection, None, words)),
            Err(Trouble::Fault(fault)) => return Err(fault),
        };
        let ended = progress.wait_for(|progress| matches!(progress, Progress::Ended(_)));
        drop(timeout_at(deadline, ended).await);
        let progress = progress.borrow().clone();
        match progress {
            Progress::Ended(Outcome::Settled { transaction, charged }) => Ok(answer::settled(&case, &transaction, charged)),
            Progress::Ended(Outcome::Refused(rejection, hash)) => Ok(answer::refused(&case, rejection, hash, words)),
            Progress::Ended(Outcome::Faulted(fault)) => Err(fault),
            Progress::Sent(hash) => Ok(answer::refused(&case, Rejection::SettlementPending, Some(hash), words)),
            Progress::Preparing | Progress::Kept => Err(Fault::SettleFailed),
        }
    }

    async fn supported(&self) -> Result<SupportedResponse, Fault> {
        Ok(answer::supported(&self.0.engine.lanes, &self.0.engine.schemes))
    }
}

impl<C: Chain + 'static, L: ReplayLog + Send + Sync + 'static> Engine<C, L> {
    /// Somebody who waits for the settlement of a case, begun unless it is under way.
    async fn enter(
        self: &Arc<Self>,
        case: &Case,
        request: Vec<u8>,
        deadline: Instant,
    ) -> Result<watch::Receiver<Progress>, Trouble> {
        let lane = self.lane(case.terms.network()).map_err(Trouble::Fault)?;
        if case.charge > self.most(case) {
            return Err(Rejection::UptoExceeds.into());
        }
        let now = self.clock.now().map_err(Trouble::Fault)?;
        let (key, refused) = match self.memory.check_offline(case, now) {
            Ok(Checked::Verified(verified)) => (verified.key(), None),
            Ok(_) => (self.key(lane, case, now).await?, None),
            // it may be over because it was settled
            Err(rejection @ (Rejection::Eip3009ValidBefore | Rejection::Permit2Deadline)) => {
                (self.heyday_key(lane, case, now).await.ok_or(rejection)?, Some(rejection))
            }
            Err(rejection) => return Err(rejection.into()),
        };
        let ticket = loop {
            match lane.open.enter(key, case.fingerprint()) {
                Entered::Joined(progress) => return Ok(progress),
                Entered::Other(progress) => {
                    if !timeout_at(deadline, came_to_nothing(progress)).await.unwrap_or(false) {
                        return Err(Rejection::DuplicateSettlement.into());
                    }
                }
                Entered::Full => return Err(Trouble::Fault(Fault::StoreFull)),
                Entered::First(ticket) => break ticket,
            }
        };
        // a settlement that is under way is waited for, but none is begun
        if self.draining.load(Ordering::SeqCst) {
            return Err(Trouble::Fault(Fault::FacilitatorUnreachable));
        }
        let progress = ticket.join();
        let (engine, lane, case) = (Arc::clone(self), Arc::clone(lane), case.clone());
        let settling = async move {
            let outcome = match refused {
                None => settle::settle(&engine, &lane, &ticket, case, request).await,
                Some(rejection) => settle::known(&engine, &lane, &ticket, &case, rejection).await,
            };
            ticket.tell(Progress::Ended(outcome));
        };
        // what happens to it belongs to the request that began it
        self.tasks.spawn(settling.in_current_span());
        Ok(progress)
    }

    /// What a payment of which only the chain can say who signed is spent under.
    async fn key(&self, lane: &Lane<C>, case: &Case, now: UnixSeconds) -> Result<ReplayKey, Trouble> {
        match spent_under(case) {
            Some(key) => Ok(key),
            None => Ok(self.memory.check(lane, case, now, ChainMode::Offline).await?.verified.key()),
        }
    }

    /// What a payment that is over is spent under, if it was ever good.
    async fn heyday_key(&self, lane: &Lane<C>, case: &Case, now: UnixSeconds) -> Option<ReplayKey> {
        let then = case.payment.heyday().filter(|then| *then < now)?;
        match self.memory.check_offline(case, then).ok()? {
            Checked::Verified(verified) => Some(verified.key()),
            _ => self.key(lane, case, then).await.ok(),
        }
    }

    /// What may be charged at most.
    fn most(&self, case: &Case) -> quittance_core::Amount {
        match case.payment.authorization() {
            Authorization::UptoPermit2(payload) => payload.permit.permitted.amount,
            _ => case.terms.amount(),
        }
    }

    fn read(&self, request: &VerifyRequest, purpose: Purpose) -> Result<Case, Unreadable> {
        Case::read(request, purpose, |id, network| self.scheme(id, network))
    }

    /// The scheme of a name on one of the chains.
    pub(crate) fn scheme(&self, id: &SchemeId, network: Network) -> Result<Arc<dyn Scheme>, Rejection> {
        self.lane(network).map_err(|_| Rejection::InvalidNetwork)?;
        let found = self.schemes.iter().find(|scheme| scheme.id() == *id && scheme.serves(network));
        found.cloned().ok_or(Rejection::UnsupportedScheme)
    }

    pub(crate) fn lane(&self, network: Network) -> Result<&Arc<Lane<C>>, Fault> {
        self.lanes.iter().find(|lane| lane.network == network).ok_or(Fault::ChainUnavailable)
    }

    /// Goes on with what nobody is at.
    async fn sweep(self: &Arc<Self>) -> Result<usize, Fault> {
        let now = self.clock.now()?;
        let mut resumed = 0;
        let open = self.log.open(now).await;
        self.remembers.store(open.is_ok(), Ordering::Relaxed);
        for entry in open? {
            if let Some(ticket) = self.take_up(&entry) {
                resumed += 1;
                let engine = Arc::clone(self);
                self.tasks.spawn(async move {
                    let Ok(lane) = engine.lane(entry.key.network()) else { return };
                    let outcome = settle::go_on(&engine, lane, &ticket).await;
                    ticket.tell(Progress::Ended(outcome));
                });
            }
        }
        Ok(resumed)
    }

    /// Forgets what the log need not remember any more.
    async fn purge(&self) -> Result<usize, Fault> {
        self.log.purge(self.clock.now()?).await
    }

    /// Does something that belongs to nobody who asks, as long as the engine lives.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.tasks.spawn(task);
    }

    /// An entry of somebody who died, unless this process is at it. One of which nothing was kept has nothing to go on with.
    fn take_up(&self, entry: &Entry) -> Option<Ticket> {
        let lane = self.lane(entry.key.network()).ok()?;
        let open = matches!(entry.state, State::Settling { .. } | State::Unknown) && entry.sent.is_some();
        match open.then(|| lane.open.enter(entry.key, entry.fingerprint))? {
            Entered::First(ticket) => Some(ticket),
            _ => None,
        }
    }
}

/// Whether somebody who asks for a payment on other terms is told that it is not theirs. Until the log has said so, it may be that of who asks
/// now: whoever has seen a payment can ask for it on other terms, and must not be able to keep its owner from the answer.
async fn came_to_nothing(mut progress: watch::Receiver<Progress>) -> bool {
    let decided = progress.wait_for(|progress| *progress != Progress::Preparing).await;
    match decided {
        Ok(Progress::Ended(Outcome::Settled { .. }) | Progress::Kept | Progress::Sent(_)) => false,
        Ok(Progress::Preparing | Progress::Ended(_)) | Err(_) => {
            // its place is free once nobody tells anything any more
            while progress.changed().await.is_ok() {}
            true
        }
    }
}

/// What a payment is spent under if its payload is one that is known.
fn spent_under(case: &Case) -> Option<ReplayKey> {
    let network = case.terms.network();
    match case.payment.authorization() {
        Authorization::Eip3009(payload) => {
            let (token, paid) = (case.token()?, &payload.authorization);
            Some(ReplayKey::Eip3009 { network, token, from: paid.from, nonce: paid.nonce })
        }
        Authorization::ExactPermit2(payload) => {
            Some(ReplayKey::Permit2 { network, owner: payload.from, nonce: payload.permit.nonce })
        }
        Authorization::UptoPermit2(payload) => {
            Some(ReplayKey::Permit2 { network, owner: payload.from, nonce: payload.permit.nonce })
        }
        _ => None,
    }
}

fn check<C>(chains: &[ChainSetup<C>], networks: &[Network]) -> Result<(), SetupError> {
    if chains.is_empty() {
        return Err(SetupError::NoChain);
    }
    for (i, (setup, network)) in chains.iter().zip(networks).enumerate() {
        let signers: Vec<_> = setup.signers.iter().map(quittance_core::SecretKey::address).collect();
        if network.chain_id().is_none() {
            return Err(SetupError::Network);
        }
        if networks.iter().take(i).any(|before| before == network) {
            return Err(SetupError::DuplicateChain);
        }
        if signers.is_empty() {
            return Err(SetupError::NoSigner);
        }
        if signers.iter().enumerate().any(|(i, signer)| signers.iter().take(i).any(|before| before == signer)) {
            return Err(SetupError::DuplicateSigner);
        }
        let settings = &setup.settings;
        if settings.funding > settings.funding_hourly {
            return Err(SetupError::Funding);
        }
        if settings.funding > 0 && settings.fee_limit.is_none() {
            return Err(SetupError::Unlimited);
        }
        if settings.funding > 0 && setup.purse.is_none() {
            return Err(SetupError::Uncounted);
        }
        let batch = settings.batch.is_some_and(|batch| batch.payments == 0 || batch.gas == 0);
        if batch || settings.in_flight == 0 || settings.open == 0 || settings.questions == 0 || settings.gas == 0 {
            return Err(SetupError::Zero);
        }
    }
    Ok(())
}

/// Sets everything to work on one chain. A task that panics is begun anew; what it held goes back to whom it belongs.
fn open_lane<C: Chain + 'static, L: ReplayLog + Send + Sync + 'static>(
    setup: ChainSetup<C>,
    log: &Arc<L>,
    clock: &Clock,
    metrics: &Arc<Metrics>,
    tasks: &Tasks,
) -> Lane<C> {
    let ChainSetup { chain, signers, settings, purse } = setup;
    let (network, watcher, histories) = (chain.network(), Watcher::new(), Histories::default());
    let (watching, watched, poll, confirmations) = (watcher.clone(), Arc::clone(&chain), settings.poll, settings.confirmations);
    tasks.spawn(async move {
        while AssertUnwindSafe(watching.clone().run(Arc::clone(&watched), poll, confirmations)).catch_unwind().await.is_err() {}
    });
    let desks = signers.into_iter().map(|key| {
        let (sender, mut jobs) = mpsc::channel(settings.open);
        let (signer, resent) = (key.address(), Resent::default());
        let dispatcher = Dispatcher {
            key,
            signer,
            network,
            chain: Arc::clone(&chain),
            log: Arc::clone(log),
            clock: clock.clone(),
            settings: settings.clone(),
            watcher: watcher.clone(),
            histories: histories.clone(),
            resent: resent.clone(),
            metrics: Arc::clone(metrics),
        };
        tasks.spawn(async move { while AssertUnwindSafe(dispatcher.run(&mut jobs)).catch_unwind().await.is_err() {} });
        Desk { signer, jobs: sender, resent }
    });
    let signers = desks.collect();
    let gatherer = Gatherer::new(Arc::clone(&chain), settings.questions);
    let open = Open::new(settings.open);
    Lane {
        network,
        chain,
        settings,
        gatherer,
        watcher,
        heads: Heads::default(),
        vigil: Vigil::default(),
        histories,
        open,
        estimates: Estimates::default(),
        failures: Failures::default(),
        gifts: Gifts::default(),
        purse,
        signers,
    }
}
