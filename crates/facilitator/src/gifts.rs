//! What payers are given for gas, which does not come back.
//!
//! A payer who brings an approval and has no coins to send it with is given some. Whether the approval follows is the payer's to decide, so that all of
//! it is bounded by what it may come to within an hour, whoever asks; and since one approval serves every payment of its payer, few of them wait
//! for it at a time. Both are remembered by the process alone: one that starts anew starts with a new hour.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use quittance_core::Address;
use tokio::time::Instant;

/// What is being given on one chain, and to whom. Clones are the same.
#[derive(Clone, Default)]
pub(crate) struct Gifts(Arc<Mutex<Book>>);

#[derive(Default)]
struct Book {
    /// Who is being given something: it is given once for all payments that bring the same approval.
    giving: HashSet<Address>,
    /// How many settlements wait for an approval of each payer.
    waiting: HashMap<Address, usize>,
    /// What was given in the last hour, the oldest first.
    given: VecDeque<(Instant, u128)>,
}

/// The right to give a payer something.
pub(crate) struct Gift {
    gifts: Gifts,
    payer: Address,
}

/// The right to wait for the approval of a payer.
pub(crate) struct Place {
    gifts: Gifts,
    payer: Address,
}

/// How many settlements may wait for the approval of one payer.
const PLACES: usize = 8;
const HOUR: Duration = Duration::from_secs(3_600);

impl Gifts {
    /// The right to give, unless another settlement has it.
    pub(crate) fn to(&self, payer: Address) -> Option<Gift> {
        self.with(|book| book.giving.insert(payer)).then(|| Gift { gifts: self.clone(), payer })
    }

    /// The right to wait, unless as many have it as may.
    pub(crate) fn place(&self, payer: Address) -> Option<Place> {
        let fits = self.with(|book| match book.waiting.get_mut(&payer) {
            Some(waiting) if *waiting >= PLACES => false,
            Some(waiting) => {
                *waiting += 1;
                true
            }
            None => book.waiting.insert(payer, 1).is_none(),
        });
        fits.then(|| Place { gifts: self.clone(), payer })
    }

    /// Takes so many wei out of what may be given within an hour, if there is so much left. They are not put back: what was signed may arrive.
    pub(crate) fn take(&self, wei: u128, most: u128) -> bool {
        let now = Instant::now();
        self.with(|book| {
            while book.given.front().is_some_and(|(at, _)| now.duration_since(*at) >= HOUR) {
                book.given.pop_front();
            }
            let given = book.given.iter().fold(0_u128, |sum, (_, wei)| sum.saturating_add(*wei));
            let fits = given.checked_add(wei).is_some_and(|sum| sum <= most);
            if fits {
                book.given.push_back((now, wei));
            }
            fits
        })
    }

    fn with<T>(&self, change: impl FnOnce(&mut Book) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Gift {
    fn drop(&mut self) {
        self.gifts.with(|book| book.giving.remove(&self.payer));
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.gifts.with(|book| match book.waiting.get_mut(&self.payer) {
            Some(waiting) if *waiting > 1 => *waiting -= 1,
            _ => drop(book.waiting.remove(&self.payer)),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALICE: Address = Address::from_bytes([1; 20]);
    const BOB: Address = Address::from_bytes([2; 20]);

    #[test]
    fn one_gives_and_few_wait() {
        let gifts = Gifts::default();
        let gift = gifts.to(ALICE).unwrap();
        assert!(gifts.to(ALICE).is_none() && gifts.to(BOB).is_some());
        drop(gift);
        assert!(gifts.to(ALICE).is_some());
        let mut places: Vec<_> = (0..PLACES).map(|_| gifts.place(ALICE).unwrap()).collect();
        assert!(gifts.place(ALICE).is_none() && gifts.place(BOB).is_some());
        places.pop();
        let last = gifts.place(ALICE).unwrap();
        assert!(gifts.place(ALICE).is_none());
        drop((places, last));
        assert!(gifts.with(|book| book.waiting.is_empty() && book.giving.is_empty()), "nobody is remembered for nothing");
    }

    #[tokio::test(start_paused = true)]
    async fn within_an_hour_no_more_is_given_than_was_said() {
        let gifts = Gifts::default();
        assert!(gifts.take(60, 100) && !gifts.take(41, 100) && !gifts.take(u128::MAX, 100));
        tokio::time::advance(HOUR / 2).await;
        assert!(gifts.take(40, 100) && !gifts.take(1, 100));
        tokio::time::advance(HOUR / 2).await;
        assert!(gifts.take(60, 100) && !gifts.take(1, 100), "the first sixty are forgotten, and the forty are not");
        tokio::time::advance(HOUR).await;
        assert!(gifts.take(100, 100));
        assert_eq!(gifts.with(|book| book.given.len()), 1);
    }
}
