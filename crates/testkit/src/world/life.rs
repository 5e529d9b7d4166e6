//! A process that can die between any two things that last.
//!
//! All that a facilitator does to the world goes through its chain and its log. When its life ends, the call at hand never returns, nor does any
//! later one: whatever it had in memory is as good as gone, and another begins with what lasts.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use tokio::sync::Notify;

/// How long one process lives. Clones are the same life.
#[derive(Clone, Default)]
pub struct Life(Arc<Inner>);

#[derive(Default)]
struct Inner {
    dead: AtomicBool,
    /// How many calls are left, if their number is known; the last one may still take effect.
    fuse: AtomicU64,
    effect: AtomicBool,
    calls: AtomicU64,
    ended: Notify,
}

/// Whether the last call of a life takes effect.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(clippy::exhaustive_enums, reason = "there is nothing between")]
pub enum Moment {
    /// It does not.
    Before,
    /// It does, and nobody is told.
    After,
}

impl Life {
    /// Ends this life at its so many-th call from now, counted from one.
    pub fn ends_in(&self, calls: u64, moment: Moment) {
        self.0.effect.store(moment == Moment::After, Ordering::Relaxed);
        self.0.fuse.store(calls.max(1), Ordering::Relaxed);
    }

    /// Ends it now.
    pub fn end(&self) {
        self.0.dead.store(true, Ordering::Relaxed);
        self.0.ended.notify_waiters();
    }

    /// Whether it has ended.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.0.dead.load(Ordering::Relaxed)
    }

    /// How many calls it has made.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.0.calls.load(Ordering::Relaxed)
    }

    /// Returns when it has ended.
    pub async fn over(&self) {
        let ended = self.0.ended.notified();
        if !self.is_over() {
            ended.await;
        }
    }

    /// Makes a call, if it still can.
    pub(super) async fn call<T>(&self, call: impl Future<Output = T>) -> T {
        if self.is_over() {
            return core::future::pending().await;
        }
        self.0.calls.fetch_add(1, Ordering::Relaxed);
        match self.0.fuse.load(Ordering::Relaxed) {
            0 => {}
            1 => {
                if self.0.effect.load(Ordering::Relaxed) {
                    call.await;
                }
                self.end();
                return core::future::pending().await;
            }
            left => self.0.fuse.store(left - 1, Ordering::Relaxed),
        }
        let answer = call.await;
        if self.is_over() { core::future::pending().await } else { answer }
    }
}
