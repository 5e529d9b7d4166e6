//! Who is given something for gas, which does not come back.
//!
//! A payer who brings an approval and has no coins to send it with is given some. Whether the approval follows is the payer's to decide, so that all of
//! it is bounded by what it may come to within an hour, whoever asks ([`Purse`](crate::purse::Purse)); and since one approval serves every payment
//! of its payer, one gives at a time, and few wait for it. That much is remembered by the process alone.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use quittance_core::Address;

/// What is being given on one chain, and to whom. Clones are the same.
#[derive(Clone, Default)]
pub(crate) struct Gifts(Arc<Mutex<Book>>);

#[derive(Default)]
struct Book {
    /// Who is being given something: it is given once for all payments that bring the same approval.
    giving: HashSet<Address>,
    /// How many settlements wait for an approval of each payer.
    waiting: HashMap<Address, usize>,
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
}
