//! What a handler charges while it works, up to what was authorized.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Waker};

use quittance_core::Amount;

/// Counts what is to be charged for an answer, in the smallest unit of the token: by the byte, the token, the second. A handler of a
/// [metered](crate::Order::Metered) route finds it among the extensions of its request. Clones count together.
///
/// ```
/// # use quittance_core::Amount;
/// # use quittance_server::{Full, Meter};
/// fn sell_a_word(meter: &Meter) -> Result<&'static str, Full> {
///     meter.charge(Amount::from_u64(25))?;
///     Ok("word")
/// }
/// ```
#[derive(Clone)]
pub struct Meter(Arc<Inner>);

struct Inner {
    ceiling: Amount,
    state: Mutex<State>,
}

struct State {
    charged: Amount,
    /// What was charged when the last piece was handed over.
    delivered: Amount,
    stage: Stage,
    /// Whoever waits for the next piece of the answer.
    waits: Option<Waker>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Open,
    /// More was to be charged than was authorized: the answer ends.
    Full,
    /// It is being settled.
    Closed,
}

/// More cannot be charged: it was not authorized, or the answer has ended. What was charged before stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("no more can be charged for this answer")]
pub struct Full;

impl Meter {
    pub(crate) fn new(ceiling: Amount) -> Self {
        let state = State { charged: Amount::ZERO, delivered: Amount::ZERO, stage: Stage::Open, waits: None };
        Self(Arc::new(Inner { ceiling, state: Mutex::new(state) }))
    }

    /// Charges so much more, before the piece of the answer that it is for. If that would be more than was authorized nothing is charged, and the
    /// answer ends before its next piece.
    ///
    /// # Errors
    ///
    /// [`Full`].
    pub fn charge(&self, amount: Amount) -> Result<(), Full> {
        let mut state = self.state();
        let sum = state.charged.checked_add(amount).filter(|sum| *sum <= self.0.ceiling && state.stage == Stage::Open);
        let Some(sum) = sum else {
            if state.stage == Stage::Open {
                state.stage = Stage::Full;
            }
            if let Some(waker) = state.waits.take() {
                waker.wake();
            }
            return Err(Full);
        };
        state.charged = sum;
        Ok(())
    }

    /// What was charged so far.
    #[must_use]
    pub fn charged(&self) -> Amount {
        self.state().charged
    }

    /// What was authorized.
    #[must_use]
    pub fn ceiling(&self) -> Amount {
        self.0.ceiling
    }

    /// Whether the answer has to end; if not, whoever waits is told when it has.
    pub(crate) fn is_full(&self, context: &Context<'_>) -> bool {
        let mut state = self.state();
        if state.stage == Stage::Open {
            state.waits = Some(context.waker().clone());
        }
        state.stage != Stage::Open
    }

    /// A piece is handed over, and what was charged is delivered with it. False where the answer has to end before it.
    pub(crate) fn hand_over(&self) -> bool {
        let mut state = self.state();
        let is_open = state.stage == Stage::Open;
        if is_open {
            state.delivered = state.charged;
        }
        is_open
    }

    /// All that was charged is delivered: it was for the head of the answer, or that was all of it.
    pub(crate) fn deliver(&self) {
        let mut state = self.state();
        if state.stage != Stage::Closed {
            state.delivered = state.charged;
        }
    }

    /// Ends it, and says what was delivered.
    pub(crate) fn close(&self) -> Amount {
        let mut state = self.state();
        state.stage = Stage::Closed;
        let (delivered, waits) = (state.delivered, state.waits.take());
        drop(state);
        if let Some(waker) = waits {
            waker.wake();
        }
        delivered
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Meter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Meter").field("charged", &self.charged()).field("ceiling", &self.0.ceiling).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn row_161_no_more_is_charged_than_was_authorized() {
        let meter = Meter::new(Amount::from_u64(10));
        let charge = |amount| meter.charge(Amount::from_u64(amount));
        assert_eq!((charge(4), charge(6), meter.charged()), (Ok(()), Ok(()), Amount::from_u64(10)));
        assert_eq!((charge(1), meter.charge(Amount::MAX), meter.charged()), (Err(Full), Err(Full), Amount::from_u64(10)));
        let meter = Meter::new(Amount::from_u64(10));
        assert_eq!((meter.charge(Amount::from_u64(11)), meter.charge(Amount::from_u64(1))), (Err(Full), Err(Full)), "it has ended");
        let meter = Meter::new(Amount::from_u64(10));
        meter.charge(Amount::from_u64(3)).unwrap();
        meter.deliver();
        assert_eq!(
            (meter.close(), meter.charge(Amount::from_u64(1)), meter.charged()),
            (Amount::from_u64(3), Err(Full), Amount::from_u64(3))
        );
    }

    #[test]
    fn row_165_what_was_not_handed_over_before_the_end_is_not_delivered() {
        let meter = Meter::new(Amount::from_u64(10));
        let charge = |amount| meter.charge(Amount::from_u64(amount));
        assert_eq!((charge(3), meter.hand_over(), charge(4)), (Ok(()), true, Ok(())));
        assert_eq!((meter.close(), meter.hand_over()), (Amount::from_u64(3), false));
        meter.deliver();
        assert_eq!(meter.close(), Amount::from_u64(3), "the end is the end");
        let meter = Meter::new(Amount::from_u64(10));
        let charge = |amount| meter.charge(Amount::from_u64(amount));
        assert_eq!((charge(4), charge(7), meter.hand_over()), (Ok(()), Err(Full), false));
        meter.deliver();
        assert_eq!(meter.close(), Amount::from_u64(4));
    }
}
