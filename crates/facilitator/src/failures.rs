//! Whose settlements fail on the chain, after they passed every look.
//!
//! A payer who takes the money away between the look and the block loses nothing by it, and what the transaction took for gas is the facilitator's. One
//! such failure proves nothing about anybody; so it is counted, and who has had as many as may be within a while is told to come back. The payment
//! is not touched by that: nothing is claimed, and after the while it is settled like any other.
//!
//! What is under way is not counted, so that a burst costs what it costs before the first of it has failed. To keep payers to a few settlements at
//! once would hold up those who pay often and bound nothing: whoever wants gas burnt can as well pay themselves, which never fails. What bounds that
//! is who may ask a facilitator at all, and the limit of fees by the payment.
//!
//! It is remembered by the process alone, for as many payers as there are places. Several facilitators count apart.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use quittance_core::Address;
use tokio::time::Instant;

use crate::chain::TransactionHash;

/// A transaction that came to nothing, and when that was seen first.
type Failure = (TransactionHash, Instant);

/// The failures of each payer, the oldest first.
#[derive(Default)]
pub(crate) struct Failures(Mutex<HashMap<Address, VecDeque<Failure>>>);

impl Failures {
    const PLACES: usize = 4_096;
    /// More than this need not be told apart.
    const MOST: usize = 1_024;

    /// A settlement of a payer has failed in a transaction; whether that is news. Where there is no place left, whoever failed least lately is
    /// forgotten.
    pub(crate) fn add(&self, payer: Address, transaction: TransactionHash, within: Duration) -> bool {
        self.with(|known| {
            if known.len() >= Self::PLACES && !known.contains_key(&payer) {
                known.retain(|_, failures| failures.back().is_some_and(|(_, at)| at.elapsed() < within));
                if known.len() >= Self::PLACES
                    && let Some(oldest) =
                        known.iter().min_by_key(|(_, failures)| failures.back().map(|(_, at)| *at)).map(|(payer, _)| *payer)
                {
                    known.remove(&oldest);
                }
            }
            let failures = known.entry(payer).or_default();
            if failures.iter().any(|(known, _)| *known == transaction) {
                return false;
            }
            if failures.len() >= Self::MOST {
                failures.pop_front();
            }
            failures.push_back((transaction, Instant::now()));
            true
        })
    }

    /// How many there were of a payer.
    pub(crate) fn count(&self, payer: &Address, within: Duration) -> usize {
        self.with(|known| {
            let Some(failures) = known.get_mut(payer) else { return 0 };
            while failures.front().is_some_and(|(_, at)| at.elapsed() >= within) {
                failures.pop_front();
            }
            let count = failures.len();
            if count == 0 {
                known.remove(payer);
            }
            count
        })
    }

    fn with<T>(&self, change: impl FnOnce(&mut HashMap<Address, VecDeque<Failure>>) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WITHIN: Duration = Duration::from_secs(600);

    fn payer(number: usize) -> Address {
        let mut bytes = [0; 20];
        bytes[..8].copy_from_slice(&number.to_be_bytes());
        Address::from_bytes(bytes)
    }

    fn hash(number: usize) -> TransactionHash {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&number.to_be_bytes());
        TransactionHash::from_bytes(bytes)
    }

    #[tokio::test(start_paused = true)]
    async fn failures_are_counted_for_a_while() {
        let failures = Failures::default();
        assert!(failures.add(payer(1), hash(1), WITHIN));
        tokio::time::advance(WITHIN / 2).await;
        assert!(failures.add(payer(1), hash(2), WITHIN) && !failures.add(payer(1), hash(1), WITHIN));
        assert_eq!((failures.count(&payer(1), WITHIN), failures.count(&payer(2), WITHIN)), (2, 0));
        tokio::time::advance(WITHIN / 2).await;
        assert_eq!(failures.count(&payer(1), WITHIN), 1);
        tokio::time::advance(WITHIN / 2).await;
        assert_eq!(failures.count(&payer(1), WITHIN), 0);
        assert!(failures.with(|known| known.is_empty()), "nobody is remembered for nothing");
    }

    #[tokio::test(start_paused = true)]
    async fn there_are_only_so_many_places_and_who_failed_last_has_one() {
        let failures = Failures::default();
        for number in 0..=Failures::PLACES {
            failures.add(payer(number), hash(number), WITHIN);
            tokio::time::advance(Duration::from_millis(1)).await;
        }
        assert_eq!([0, 1, Failures::PLACES].map(|number| failures.count(&payer(number), WITHIN)), [0, 1, 1]);
        for number in 0..2 * Failures::MOST {
            failures.add(payer(1), hash(number), WITHIN);
        }
        assert_eq!(failures.count(&payer(1), WITHIN), Failures::MOST);
    }
}
