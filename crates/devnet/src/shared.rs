//! What the server, the miner by time and the handle share: one chain behind one lock.
//!
//! Questions run side by side, changes one after the other. No lock is held across a wait.

use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use alloy_primitives::Address;
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior};

use crate::chain::Chain;
use crate::faults::Faults;
use crate::rpc::Filters;

pub(crate) struct Shared {
    chain: RwLock<Chain>,
    filters: Mutex<Filters>,
    interval: watch::Sender<Option<Duration>>,
    pub(crate) faults: Faults,
    pub(crate) accounts: Vec<Address>,
}

impl Shared {
    pub(crate) fn new(chain: Chain, interval: Option<Duration>, accounts: Vec<Address>) -> Self {
        Self {
            chain: RwLock::new(chain),
            filters: Mutex::default(),
            interval: watch::Sender::new(interval),
            faults: Faults::default(),
            accounts,
        }
    }

    // A thread that panicked holding the lock leaves a chain that is no worse than the panic: nothing here outlives the process.

    pub(crate) fn read(&self) -> RwLockReadGuard<'_, Chain> {
        self.chain.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn write(&self) -> RwLockWriteGuard<'_, Chain> {
        self.chain.write().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn filters(&self) -> MutexGuard<'_, Filters> {
        self.filters.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets how often a block is mined by time, if at all.
    pub(crate) fn mine_every(&self, interval: Option<Duration>) {
        self.interval.send_replace(interval);
    }

    /// Mines by time, for as long as the task lives.
    pub(crate) async fn mine_by_time(&self) {
        let mut settings = self.interval.subscribe();
        loop {
            let setting = *settings.borrow_and_update();
            let Some(interval) = setting else {
                if settings.changed().await.is_err() {
                    return;
                }
                continue;
            };
            let mut ticks = tokio::time::interval_at(Instant::now() + interval, interval);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                tokio::select! {
                    _ = ticks.tick() => {
                        self.write().mine();
                    }
                    changed = settings.changed() => match changed {
                        Ok(()) => break,
                        Err(_) => return,
                    },
                }
            }
        }
    }
}
