//! What a claim ends in.

use alloc::boxed::Box;

use quittance_core::{Rejection, ReplayKey, UnixSeconds};

use super::{Answer, Entry};
use crate::receipt::Receipt;

/// The right to go on with a payment, held by one at a time.
#[derive(Clone, PartialEq, Eq, Debug)]
#[must_use = "a claim has to be settled or released"]
pub struct Claim {
    key: ReplayKey,
    attempt: u32,
}

impl Claim {
    /// The claim that an entry now belongs to. Only a store calls this, for whoever it has just given the entry to.
    pub const fn of(entry: &Entry) -> Self {
        Self { key: entry.key, attempt: entry.attempt }
    }

    /// The payment.
    #[must_use]
    pub const fn key(&self) -> &ReplayKey {
        &self.key
    }

    /// The number that tells this holder from the ones before.
    #[must_use]
    pub const fn attempt(&self) -> u32 {
        self.attempt
    }
}

/// What became of a claim, and what a seller answers.
///
/// | claimed | HTTP |
/// |---|---|
/// | [`Fresh`](Self::Fresh), [`Resume`](Self::Resume), [`Redeliver`](Self::Redeliver) | goes on |
/// | [`Pending`](Self::Pending) | 409 with `Retry-After` |
/// | [`Done`](Self::Done) | the stored answer and receipt |
/// | [`Undelivered`](Self::Undelivered) | 409 with the receipt |
/// | [`Failed`](Self::Failed) | the rejection's own |
/// | [`Taken`](Self::Taken) | 409, nothing else |
/// | [`Limited`](Self::Limited) | 429 with `Retry-After` |
/// | [`Expired`](Self::Expired) | 402, as any payment that is too late |
#[derive(Clone, PartialEq, Eq, Debug)]
#[expect(clippy::exhaustive_enums, reason = "a seller must answer every case")]
#[must_use = "only the holder of a claim may settle"]
pub enum Claimed {
    /// Nobody had it. Nothing has been sent.
    Fresh(Claim),
    /// It was sent to settle and the outcome is open: send the same to the same facilitator again, or look at the chain (rule 15).
    Resume(Claim),
    /// It is paid and was never delivered: run the handler again, charge nothing (row 156).
    Redeliver(Claim, Receipt),
    /// The same request is under way, until then at least unless it ends earlier.
    Pending(UnixSeconds),
    /// It was paid and delivered, and this is the same buyer; or it was paid, and everybody may know ([`Audience`](super::Audience)).
    Done(Receipt, Option<Answer>),
    /// It is paid, and was begun to be delivered as often as may be; nothing arrived. What is owed is for people to settle.
    Undelivered(Receipt),
    /// It was refused for good.
    Failed(Rejection),
    /// It is somebody else's, or for something else.
    Taken(Conflict),
    /// The payer has had enough for now; from then on it may try again, if ever.
    Limited(Option<UnixSeconds>),
    /// The time that the log has seen is behind everything it would have to remember.
    Expired,
}

reasons! {
    /// Why a payment cannot be claimed.
    pub enum Conflict {
        /// It was claimed for another method, resource or body (rows 107, 110 and 111).
        OtherRequest = "other_request", "the payment was claimed for another request";
        /// It was spent, and whoever shows it now does not show its secret (rows 115 and 127).
        Spent = "spent", "the payment was spent";
        /// The payer gave the same name to another payment (row 125).
        OtherPayment = "other_payment", "the payment identifier stands for another payment";
    }
}

/// What an entry says to somebody who shows its payment again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Again {
    /// The entry changes hands; this is what it becomes.
    Fresh(Box<Entry>),
    Resume(Box<Entry>),
    Redeliver(Box<Entry>, Receipt),
    /// It stays as it is.
    Same(Claimed),
}
