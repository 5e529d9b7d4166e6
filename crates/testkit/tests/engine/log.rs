//! A log that cannot be written while money is on its way (catalogue row 153).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use quittance_core::{Facilitator as _, Fault, ReplayKey, UnixSeconds};
use quittance_facilitator::{ChainSetup, Settings};
use quittance_guard::memory::MemoryReplayLog;
use quittance_guard::replay::{Claim, Claimed, Entry, Request, Step, StepError, Watched};
use quittance_guard::{Identity, Reach, ReplayLog};
use quittance_testkit::chain::Conduct;

use crate::stage::{Stage, blocks, facilitator, key, times};

/// What becomes of what is written while the log is down.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Way {
    /// It is not written.
    Lost,
    /// It is written, and nobody is told.
    Unanswered,
}

/// A log whose steps fail from one of them on, until it is mended.
struct FailingLog {
    log: MemoryReplayLog,
    way: Way,
    from: usize,
    steps: AtomicUsize,
    mended: AtomicBool,
}

impl FailingLog {
    fn new(from: usize, way: Way) -> Self {
        Self { log: MemoryReplayLog::new(100), way, from, steps: AtomicUsize::new(0), mended: AtomicBool::new(false) }
    }

    fn is_down(&self) -> bool {
        self.steps.load(Ordering::SeqCst) >= self.from && !self.mended.load(Ordering::SeqCst)
    }
}

impl ReplayLog for FailingLog {
    fn reach(&self) -> Reach {
        self.log.reach()
    }

    fn identity(&self) -> Identity {
        self.log.identity()
    }

    async fn claim(&self, request: &Request) -> Result<Claimed, Fault> {
        if self.is_down() { Err(Fault::StoreUnavailable) } else { self.log.claim(request).await }
    }

    async fn find(&self, key: &ReplayKey) -> Result<Option<Entry>, Fault> {
        if self.is_down() { Err(Fault::StoreUnavailable) } else { self.log.find(key).await }
    }

    async fn step(&self, claim: &Claim, step: Step, now: UnixSeconds) -> Result<Option<Entry>, StepError> {
        self.steps.fetch_add(1, Ordering::SeqCst);
        if !self.is_down() {
            return self.log.step(claim, step, now).await;
        }
        if self.way == Way::Unanswered {
            self.log.step(claim, step, now).await?;
        }
        Err(StepError::Fault(Fault::StoreUnavailable))
    }

    async fn open(&self, now: UnixSeconds) -> Result<Vec<Entry>, Fault> {
        if self.is_down() { Err(Fault::StoreUnavailable) } else { self.log.open(now).await }
    }

    async fn resume(&self, key: &ReplayKey, lease: u64, now: UnixSeconds) -> Result<Option<Claim>, Fault> {
        if self.is_down() { Err(Fault::StoreUnavailable) } else { self.log.resume(key, lease, now).await }
    }

    async fn watched(&self, now: UnixSeconds, most: usize) -> Result<Vec<Watched>, Fault> {
        if self.is_down() { Err(Fault::StoreUnavailable) } else { self.log.watched(now, most).await }
    }

    async fn reopen(&self, key: &ReplayKey, transaction: &str, lease: u64, now: UnixSeconds) -> Result<Option<Claim>, Fault> {
        if self.is_down() { Err(Fault::StoreUnavailable) } else { self.log.reopen(key, transaction, lease, now).await }
    }

    async fn purge(&self, now: UnixSeconds) -> Result<usize, Fault> {
        if self.is_down() { Err(Fault::StoreUnavailable) } else { self.log.purge(now).await }
    }
}

const END: UnixSeconds = UnixSeconds::from_secs(u64::MAX);

/// The first steps of a settlement are what is sent and what came of it.
#[tokio::test(start_paused = true)]
async fn row_153_whichever_write_fails_the_claim_is_gone_on_with_and_the_money_moves_once() {
    let mut broadcast = 0;
    for (from, way) in (1..=6).flat_map(|from| [(from, Way::Lost), (from, Way::Unanswered)]) {
        for dies in [false, true] {
            let (stage, log) = (Stage::new(), Arc::new(FailingLog::new(from, way)));
            stage.node.behave(Conduct { latency: (40, 90), ..Conduct::default() });
            let begin = || {
                let (mut settings, setup) = (Settings::default(), ChainSetup::new(Arc::clone(&stage.node), vec![key(100)]));
                (settings.lease, settings.patience) = (5, Duration::from_secs(10));
                facilitator(&stage.chain, setup, &log, settings)
            };
            let (first, order) = (begin(), stage.order(1));
            let request = order.settle(60, order.amount);
            let told = first.settle(&request).await;
            // whatever is said while it is down, it is no verdict on the payment, and no receipt that nobody would know again
            let what = format!("{way:?} from step {from} on, dies: {dies}: {told:?}");
            match &told {
                Ok(told) if told.success => assert!(!log.is_down(), "{what}"),
                Ok(told) => assert_eq!(told.error_reason.as_deref(), Some("settlement_pending"), "{what}"),
                Err(fault) => assert_eq!(*fault, Fault::StoreUnavailable, "{what}"),
            }
            blocks(3).await;
            let moved = stage.paid() == times(1);
            broadcast += usize::from(moved);
            let second = if dies {
                first.abort();
                log.mended.store(true, Ordering::SeqCst);
                let second = begin();
                second.recover().await.unwrap();
                second
            } else {
                log.mended.store(true, Ordering::SeqCst);
                first
            };
            blocks(6).await;
            // once money has moved nobody has to ask for it to be ended; before that, whoever asks again goes on with it
            assert!(!moved || log.open(END).await.unwrap().is_empty(), "{what}");
            let settled = second.settle(&request).await.unwrap();
            assert!(settled.success, "{what}: {settled:?}");
            let movements = stage.chain.movements();
            assert_eq!((movements.len(), movements[0].transaction.to_string()), (1, settled.transaction), "{what}");
            assert_eq!(stage.paid(), times(1), "{what}");
        }
    }
    assert!(broadcast > 4, "{broadcast}: in some the money moved while the log was down");
}
