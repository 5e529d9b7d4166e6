//! What a kind of settlement took a moment ago.
//!
//! A node is asked what a call would take before it is sent, and the answer for one transfer of a token to a payee is as good as the next
//! one's: what differs from payer to payer is little, and the margin of the transaction covers it. It stands in for an estimate only where
//! the call was simulated in the same moment, where none but the token's code runs, and for what was never sent before; an allowance that is
//! too small costs gas of ours and another look, and what became of the payment is told by evidence alone.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use quittance_core::{Address, Authorization};
use tokio::time::Instant;

use crate::case::Case;

/// Transfers that take about the same: of one token by EIP-3009, with a key's signature, to one payee.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Kind {
    token: Address,
    payee: Address,
}

impl Kind {
    /// The kind of a payment, if it is of one.
    pub(crate) fn of(case: &Case) -> Option<Self> {
        let token = case.token()?;
        match case.payment.authorization() {
            Authorization::Eip3009(payload) if payload.signature.as_bytes().len() == 65 => {
                Some(Self { token, payee: payload.authorization.to })
            }
            _ => None,
        }
    }
}

/// Estimates of a moment ago.
#[derive(Default)]
pub(crate) struct Estimates(Mutex<HashMap<Kind, (u64, Instant)>>);

impl Estimates {
    const PLACES: usize = 1_024;
    /// A token may be given other code any time, and its payee may have had nothing or something.
    const FOR: Duration = Duration::from_secs(5);

    pub(crate) fn find(&self, kind: &Kind) -> Option<u64> {
        self.with(|known| known.get(kind).filter(|(_, at)| at.elapsed() < Self::FOR).map(|(gas, _)| *gas))
    }

    /// Remembers what a node said, or the most of what several said at once.
    pub(crate) fn learn(&self, kind: Kind, gas: u64) {
        self.with(|known| {
            if known.len() >= Self::PLACES {
                known.retain(|_, (_, at)| at.elapsed() < Self::FOR);
            }
            if known.len() < Self::PLACES || known.contains_key(&kind) {
                let before = known.get(&kind).filter(|(_, at)| at.elapsed() < Self::FOR);
                let gas = before.map_or(gas, |(before, _)| gas.max(*before));
                known.insert(kind, (gas, Instant::now()));
            }
        });
    }

    fn with<T>(&self, change: impl FnOnce(&mut HashMap<Kind, (u64, Instant)>) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(token: u32, payee: u8) -> Kind {
        let mut bytes = [0; 20];
        bytes[..4].copy_from_slice(&token.to_be_bytes());
        Kind { token: Address::from_bytes(bytes), payee: Address::from_bytes([payee; 20]) }
    }

    #[tokio::test(start_paused = true)]
    async fn the_most_of_what_was_said_is_known_for_a_moment() {
        let (estimates, one) = (Estimates::default(), kind(1, 1));
        assert_eq!(estimates.find(&one), None);
        estimates.learn(one, 70_000);
        estimates.learn(one, 60_000);
        assert_eq!(estimates.find(&one), Some(70_000));
        assert_eq!((estimates.find(&kind(1, 2)), estimates.find(&kind(2, 1))), (None, None));
        tokio::time::advance(Estimates::FOR).await;
        assert_eq!(estimates.find(&one), None);
        estimates.learn(one, 50_000);
        assert_eq!(estimates.find(&one), Some(50_000));
    }

    #[tokio::test(start_paused = true)]
    async fn there_are_only_so_many() {
        let (estimates, most) = (Estimates::default(), u32::try_from(Estimates::PLACES).unwrap());
        (0..=most).for_each(|number| estimates.learn(kind(number, 1), 1));
        assert_eq!((estimates.find(&kind(0, 1)), estimates.find(&kind(most, 1))), (Some(1), None));
        tokio::time::advance(Estimates::FOR).await;
        estimates.learn(kind(most, 1), 1);
        assert_eq!(estimates.find(&kind(most, 1)), Some(1));
    }
}
