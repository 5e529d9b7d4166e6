//! The settlements that this process is at, one for each payment.
//!
//! Whoever asks for one that is under way waits for the same one. A settlement belongs to the engine: those who wait may go away, and it goes on.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use quittance_core::{Amount, Fault, Rejection, ReplayKey};
use quittance_guard::Fingerprint;

use crate::chain::TransactionHash;
use crate::news as watch;

/// How a settlement ended, for those who wait.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Outcome {
    /// The money moved.
    Settled {
        /// In which transaction; in none, where nothing was charged.
        transaction: String,
        charged: Amount,
    },
    /// It was refused, in the last transaction if there was one.
    Refused(Rejection, Option<TransactionHash>),
    /// Something of ours is down. Whether anything was sent, the log knows.
    Faulted(Fault),
}

/// How far a settlement has come.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Progress {
    /// Nothing is kept of it yet.
    Preparing,
    /// It is kept, and found again after a crash.
    Kept,
    /// This was sent for it.
    Sent(TransactionHash),
    Ended(Outcome),
}

/// What becomes of somebody who asks for a settlement.
pub(crate) enum Entered {
    /// Nobody was at it: whoever holds this is now.
    First(Ticket),
    /// It is under way.
    Joined(watch::Receiver<Progress>),
    /// The payment is under way for something else, or is at least being asked for.
    Other(watch::Receiver<Progress>),
    /// There are too many.
    Full,
}

/// The settlements of one chain. Clones are the same.
#[derive(Clone)]
pub(crate) struct Open {
    slots: Arc<Mutex<HashMap<ReplayKey, Slot>>>,
    most: usize,
}

struct Slot {
    fingerprint: Fingerprint,
    progress: watch::Receiver<Progress>,
}

impl Open {
    pub(crate) fn new(most: usize) -> Self {
        Self { slots: Arc::default(), most }
    }

    /// Asks for a settlement.
    pub(crate) fn enter(&self, key: ReplayKey, fingerprint: Fingerprint) -> Entered {
        self.with(|slots| match slots.get(&key) {
            Some(slot) if slot.fingerprint == fingerprint => Entered::Joined(slot.progress.clone()),
            Some(slot) => Entered::Other(slot.progress.clone()),
            None if slots.len() >= self.most => Entered::Full,
            None => {
                let (sender, progress) = watch::channel(Progress::Preparing);
                slots.insert(key, Slot { fingerprint, progress });
                Entered::First(Ticket { open: self.clone(), key, progress: sender })
            }
        })
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.with(|slots| slots.len())
    }

    /// Those of which nothing is kept, so that a crash would lose them; nobody has been told anything about them either.
    pub(crate) fn unkept(&self) -> Vec<watch::Receiver<Progress>> {
        self.with(|slots| {
            let unkept = slots.values().filter(|slot| *slot.progress.borrow() == Progress::Preparing);
            unkept.map(|slot| slot.progress.clone()).collect()
        })
    }

    /// All of them.
    pub(crate) fn all(&self) -> Vec<watch::Receiver<Progress>> {
        self.with(|slots| slots.values().map(|slot| slot.progress.clone()).collect())
    }

    fn with<T>(&self, change: impl FnOnce(&mut HashMap<ReplayKey, Slot>) -> T) -> T {
        change(&mut self.slots.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The right to be at a settlement. Whoever drops it, in a panic say, leaves those who wait with a fault.
pub(crate) struct Ticket {
    open: Open,
    key: ReplayKey,
    progress: watch::Sender<Progress>,
}

impl Ticket {
    pub(crate) const fn key(&self) -> &ReplayKey {
        &self.key
    }

    /// Somebody who waits.
    pub(crate) fn join(&self) -> watch::Receiver<Progress> {
        self.progress.subscribe()
    }

    /// Tells those who wait.
    pub(crate) fn tell(&self, progress: Progress) {
        self.progress.send_replace(progress);
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.open.with(|slots| slots.remove(&self.key));
        if !matches!(*self.progress.borrow(), Progress::Ended(_)) {
            self.tell(Progress::Ended(Outcome::Faulted(Fault::SettleFailed)));
        }
    }
}

#[cfg(test)]
mod tests {
    use quittance_core::registry::networks::BASE;
    use quittance_core::{Address, Nonce};

    use super::*;

    fn key(nonce: u8) -> ReplayKey {
        let (token, from) = (Address::from_bytes([1; 20]), Address::from_bytes([2; 20]));
        ReplayKey::Eip3009 { network: BASE, token, from, nonce: Nonce::from_bytes([nonce; 32]) }
    }

    const HERE: Fingerprint = Fingerprint::from_bytes([1; 32]);
    const THERE: Fingerprint = Fingerprint::from_bytes([2; 32]);

    #[test]
    fn row_116_one_is_at_it_and_the_others_wait_for_the_same() {
        let open = Open::new(1);
        let Entered::First(ticket) = open.enter(key(1), HERE) else { panic!("nobody was at it") };
        let Entered::Joined(mut waits) = open.enter(key(1), HERE) else { panic!("it is under way") };
        assert!(matches!(open.enter(key(1), THERE), Entered::Other(_)));
        assert!(matches!(open.enter(key(2), HERE), Entered::Full));
        assert_eq!((open.count(), open.unkept().len()), (1, 1));
        let ended = Progress::Ended(Outcome::Refused(Rejection::InsufficientFunds, None));
        ticket.tell(Progress::Kept);
        assert_eq!(open.unkept().len(), 0);
        ticket.tell(ended.clone());
        drop(ticket);
        assert_eq!((waits.borrow_and_update().clone(), open.count()), (ended, 0));
    }

    #[test]
    fn a_settlement_that_panics_is_a_fault_for_those_who_wait() {
        let open = Open::new(8);
        let Entered::First(ticket) = open.enter(key(1), HERE) else { panic!("nobody was at it") };
        let waits = ticket.join();
        let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(move || {
            let _ticket = ticket;
            panic!("as a settlement may");
        }));
        assert_eq!(*waits.borrow(), Progress::Ended(Outcome::Faulted(Fault::SettleFailed)));
        assert_eq!(open.count(), 0);
    }
}
