//! What time the next block carries.
//!
//! Time never goes back. Blocks that follow each other within a second share it, so that a chain which mines a block per transaction
//! does not run ahead of its users' clocks.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Where a chain takes its time from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChainTime {
    /// The machine's clock, moved by whatever was added by hand.
    #[default]
    Machine,
    /// Seconds since 1970 that stand still until somebody moves them.
    Frozen(u64),
}

/// The clock of one chain.
#[derive(Clone, Copy)]
pub(crate) struct Clock {
    source: ChainTime,
    /// What was added by hand, in seconds.
    offset: i128,
    /// The time of the next block, if somebody fixed it.
    next: Option<u64>,
    /// The distance between blocks, if somebody fixed it.
    step: Option<u64>,
}

impl Clock {
    pub(crate) fn new(source: ChainTime) -> Self {
        Self { source, offset: 0, next: None, step: None }
    }

    /// The chain's idea of now, in seconds.
    pub(crate) fn now(&self) -> u64 {
        let base = match self.source {
            ChainTime::Machine => SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs(),
            ChainTime::Frozen(seconds) => seconds,
        };
        u64::try_from(i128::from(base) + self.offset).unwrap_or_default()
    }

    /// The time a block after one of `parent` would carry.
    pub(crate) fn peek(&self, parent: u64) -> u64 {
        match (self.next, self.step) {
            (Some(next), _) => next.max(parent),
            (None, Some(step)) => parent.saturating_add(step),
            (None, None) => self.now().max(parent),
        }
    }

    /// The time of the block that follows one of `parent`.
    pub(crate) fn tick(&mut self, parent: u64) -> u64 {
        let time = self.peek(parent);
        self.next = None;
        time
    }

    /// Moves time forward.
    pub(crate) fn advance(&mut self, seconds: u64) {
        self.offset += i128::from(seconds);
    }

    /// Makes it `time` now, and lets it run on from there.
    pub(crate) fn set(&mut self, time: u64) {
        self.offset += i128::from(time) - i128::from(self.now());
    }

    /// Fixes the time of the next block, from which time runs on.
    pub(crate) fn fix_next(&mut self, time: u64) {
        self.set(time);
        self.next = Some(time);
    }

    /// Fixes the distance between blocks, or lets it follow the clock again.
    pub(crate) fn fix_step(&mut self, step: Option<u64>) {
        self.step = step;
    }

    /// What was added by hand, in seconds.
    pub(crate) fn added(&self) -> i128 {
        self.offset
    }
}

#[cfg(test)]
mod tests {
    use super::{ChainTime, Clock};

    #[test]
    fn time_stands_shares_a_second_and_never_goes_back() {
        let mut clock = Clock::new(ChainTime::Frozen(1_000));
        assert_eq!((clock.tick(900), clock.tick(1_000), clock.tick(1_007)), (1_000, 1_000, 1_007));
        clock.advance(50);
        assert_eq!(clock.tick(1_007), 1_050);
        clock.fix_next(2_000);
        assert_eq!((clock.tick(1_050), clock.tick(2_000)), (2_000, 2_000));
        clock.fix_step(Some(12));
        assert_eq!(clock.tick(2_000), 2_012);
        clock.fix_step(None);
        clock.set(10);
        assert_eq!(clock.tick(2_012), 2_012);
    }
}
