//! A facilitator that is down is not asked by everybody: the circuit is open, and paid requests are answered at once that they may send the
//! same again later. Nothing is ever served because nobody could be asked.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Counts failures in a row.
#[derive(Debug)]
pub(crate) struct Breaker {
    after: u32,
    rest: Duration,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    failures: u32,
    /// Until then nobody asks; after that one does.
    open_until: Option<Instant>,
}

impl Breaker {
    /// Open after so many failures, for so long.
    pub(crate) const fn new(after: u32, rest: Duration) -> Self {
        Self { after, rest, state: Mutex::new(State { failures: 0, open_until: None }) }
    }

    /// How long to wait, if nobody is to ask now. Whoever may ask first after a rest goes alone: the others wait for what it finds.
    pub(crate) fn wait(&self) -> Option<Duration> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (until, now) = (state.open_until?, Instant::now());
        if now < until {
            return Some(until - now);
        }
        state.open_until = Some(now + self.rest);
        None
    }

    /// Somebody was answered.
    pub(crate) fn answered(&self) {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = State::default();
    }

    /// Somebody was not.
    pub(crate) fn failed(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.failures = state.failures.saturating_add(1);
        if state.failures >= self.after {
            state.open_until = Some(Instant::now() + self.rest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn it_opens_after_failures_in_a_row_and_lets_one_try() {
        let breaker = Breaker::new(2, Duration::from_secs(5));
        breaker.failed();
        assert_eq!(breaker.wait(), None);
        breaker.answered();
        breaker.failed();
        assert_eq!(breaker.wait(), None, "not in a row");
        breaker.failed();
        assert_eq!(breaker.wait(), Some(Duration::from_secs(5)));
        tokio::time::advance(Duration::from_secs(6)).await;
        assert_eq!(breaker.wait(), None, "one tries");
        assert_eq!(breaker.wait(), Some(Duration::from_secs(5)), "and the others wait");
        breaker.answered();
        assert_eq!(breaker.wait(), None);
    }
}
