//! What a log remembers of one payment, and how that changes.

use alloc::boxed::Box;
use core::fmt;

use quittance_core::{Account, Amount, Asset, PaymentId, Rejection, ReplayKey, Retry, UnixSeconds};

use super::claim::{Again, Claimed, Conflict};
use super::{Audience, Claim, Request, Sent};
use crate::durability::Durability;
use crate::fingerprint::Fingerprint;
use crate::receipt::{Attested, Receipt};

/// What a log remembers of one payment.
#[derive(Clone, PartialEq, Eq, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a store must keep every member")]
pub struct Entry {
    /// What it is spent under.
    pub key: ReplayKey,
    /// Who pays.
    pub payer: Account,
    /// In which token.
    pub asset: Asset,
    /// How much, at most.
    pub amount: Amount,
    /// The request that it was claimed for.
    pub fingerprint: Fingerprint,
    /// The name that the buyer gave to it.
    pub payment_id: Option<PaymentId>,
    /// When it was first claimed, by the latest time that the log had seen.
    pub at: UnixSeconds,
    /// Until when it has to be remembered.
    pub keep_until: UnixSeconds,
    /// Who holds it: the number of times that it has changed hands.
    pub attempt: u32,
    /// How far it has come.
    pub state: State,
    /// What was sent to settle or is about to be, if it is to be sent again; kept as long as the outcome is open or [watched](Step::Watched).
    pub sent: Option<Sent>,
    /// Until when somebody looks whether the chain takes the settlement back.
    pub watched_until: Option<UnixSeconds>,
    /// The transaction that it was said to be settled by, and that the chain has taken back since. Of a payment that is settled now, or
    /// failed, this is what somebody was told before.
    pub taken_back: Option<Box<str>>,
    /// How often what was sold was begun to be given.
    pub deliveries: u32,
    /// Whether what was sold has been given.
    pub granted: bool,
    /// What was given, if it was to be kept.
    pub answer: Option<Answer>,
    /// The span of the quota that it counts in.
    pub quota_span: Option<u64>,
}

/// How far a payment has come.
#[derive(Clone, PartialEq, Eq, Debug)]
#[expect(clippy::exhaustive_enums, reason = "a store must keep every state")]
pub enum State {
    /// Claimed; nothing has been sent.
    Reserved {
        /// The last moment at which it is still the holder's alone.
        lease: UnixSeconds,
    },
    /// Perhaps sent to settle.
    Settling {
        /// The last moment at which it is still the holder's alone.
        lease: UnixSeconds,
    },
    /// Sent, and what became of it is not known.
    Unknown,
    /// The money moved.
    Settled {
        /// How one knows.
        receipt: Receipt,
        /// The last moment at which the holder is waited for to deliver.
        lease: UnixSeconds,
    },
    /// It was refused by somebody who can say that nothing moved.
    Failed(Rejection),
}

impl State {
    /// The word for it.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Reserved { .. } => "reserved",
            Self::Settling { .. } => "settling",
            Self::Unknown => "unknown",
            Self::Settled { .. } => "settled",
            Self::Failed(_) => "failed",
        }
    }
}

/// What was given for a payment: status, headers and body, in a form of the seller's choosing. It does not print itself.
#[derive(Clone, PartialEq, Eq)]
pub struct Answer(Box<[u8]>);

impl Answer {
    /// Bytes to be given again.
    #[must_use]
    pub fn new(bytes: &[u8]) -> Self {
        Self(bytes.into())
    }

    /// The bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Answer({} bytes)", self.0.len())
    }
}

/// What happens to a payment that is held.
#[derive(Clone, PartialEq, Eq, Debug)]
#[expect(clippy::exhaustive_enums, reason = "the edges of the picture in the module's documentation")]
pub enum Step {
    /// It is about to be sent to settle, and this is what is sent. The holder may take the step again: with something else, which takes the
    /// place of what was kept (a higher fee; whatever may still arrive of the former belongs into it), or with nothing, which changes
    /// nothing and gives the entry, so that whoever goes on with somebody else's attempt sees what to send.
    Settling(Option<Sent>),
    /// The holder is still at it, and until then it is its alone. Without this, two who wait for the same evidence take it from each
    /// other whenever a lease ends, and each begins to wait anew.
    Hold(UnixSeconds),
    /// What became of it is not known.
    Unknown,
    /// The money moved. Who says so does not deliver.
    Settled(Receipt),
    /// The money moved, and the holder begins to give what was sold for it.
    Sold(Receipt),
    /// The money moved, in a block that the chain may still take back: somebody looks after it until then, and so long what was sent is kept.
    Watched(Receipt, UnixSeconds),
    /// It was refused for good; nothing moved.
    Failed(Rejection),
    /// The same by evidence that the chain may still take back: somebody looks after it until then, and so long what was sent is kept.
    FailedWatched(Rejection, UnixSeconds),
    /// What was sold is given, and is this.
    Grant(Option<Answer>),
    /// It is paid for, what was sold could not be given, and the holder has stopped trying: its buyer need not wait for the lease to end, at first.
    /// How often something is tried has an end, so that later tries are a lease apart, or all of them would be over before whatever is broken is
    /// mended.
    Owe,
    /// Nothing was sent, and nothing will be: the payment is free again.
    Release,
    /// The chain has taken the settlement back.
    Vanished,
}

impl Step {
    /// How far the step has come when a store says that it was taken, and what makes up for it if a loss of power takes back one that is only
    /// written. A payment is then where it stood before the step, or before several of them, and no further back than [`Settling`](Self::Settling).
    #[must_use]
    pub const fn durability(&self) -> Durability {
        match self {
            // what is sent leaves on the strength of it (rule 12)
            Self::Settling(_) => Durability::Flushed,
            // a facilitator that is asked again refuses the same only if it looks at the chain; one that cannot tell would leave it open
            Self::Failed(_) | Self::FailedWatched(..) => Durability::Flushed,
            // it is open again, which whoever was told the receipt has to find; nobody else knows
            Self::Vanished => Durability::Flushed,
            // who has it longer is gone with the machine
            Self::Hold(_) => Durability::Written,
            // `settling` that nobody holds any more is as unknown
            Self::Unknown => Durability::Written,
            // it is `settling` again, with what was sent: who looks at the chain says the same of it once more (rule 13). A stranger who keeps nothing
            // does not: to him the nonce is used
            Self::Settled(receipt) | Self::Sold(receipt) | Self::Watched(receipt, _) => match receipt.attested {
                Attested::Chain => Durability::Written,
                Attested::Answer => Durability::Flushed,
            },
            // what was sold is made once more for who shows the payment for the same request, and nobody pays for that. It may be a
            // stranger who has read a payment without a bound nonce on the chain, as it may after any crash in the middle of a sale
            Self::Grant(_) => Durability::Written,
            // its buyer waits until the lease ends
            Self::Owe => Durability::Written,
            // it is free when its lease ends
            Self::Release => Durability::Written,
        }
    }
}

/// A settlement that somebody looks after, or the failure of one.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a store must fill every member")]
pub struct Watched {
    /// The payment.
    pub key: ReplayKey,
    /// The transaction that it was settled by; empty where it has failed.
    pub transaction: Box<str>,
    /// Until when it is looked after.
    pub until: UnixSeconds,
}

/// What remains of an entry after a step.
#[derive(Clone, PartialEq, Eq, Debug)]
#[expect(clippy::exhaustive_enums, reason = "a store must treat the two apart")]
pub enum Verdict {
    /// It becomes this.
    Keep(Box<Entry>),
    /// It is to be removed.
    Forget,
}

reasons! {
    /// Why a step is not one.
    pub enum Misstep {
        /// The payment is not in the log.
        Unknown = "no_such_claim", "there is no such claim";
        /// Somebody else holds it by now.
        Stale = "stale_claim", "the claim has passed to somebody else";
        /// It is no step from where the payment stands.
        Order = "step_out_of_order", "the payment is not where this step begins";
        /// More than was authorized.
        ChargedMore = "charged_more", "the receipt charges more than was authorized";
        /// The money moved already, by another transaction.
        OtherReceipt = "other_receipt", "the payment was settled with another receipt";
        /// The same transaction was reported for another payment (row 137).
        TransactionReused = "transaction_reused", "the transaction was reported for another payment before";
    }
}

impl Entry {
    /// The entry of a claim that nobody made before.
    #[must_use]
    pub fn new(request: &Request, now: UnixSeconds) -> Self {
        let demand = &request.demand;
        Self {
            key: request.key,
            payer: request.payer.clone(),
            asset: request.asset.clone(),
            amount: request.amount,
            fingerprint: demand.fingerprint,
            payment_id: demand.payment_id.clone(),
            at: now,
            keep_until: request.keep_until,
            attempt: 1,
            state: State::Reserved { lease: after(now, demand.lease) },
            sent: None,
            watched_until: None,
            taken_back: None,
            deliveries: 0,
            granted: false,
            answer: None,
            quota_span: demand.quota.map(|quota| quota.span),
        }
    }

    /// Whether money may be under way.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        matches!(self.state, State::Reserved { .. } | State::Settling { .. } | State::Unknown)
    }

    /// Whether it may be forgotten.
    ///
    /// What was sold is remembered for as long as the authorization could be shown again, and an open outcome until it is known. Of a
    /// payment that was left before anything was sent, or refused for good, nothing need be remembered: it would be verified anew. That
    /// also keeps strangers, to whom a signature without money behind it costs nothing, from filling the log (catalogue rows 122 and 123).
    /// One that failed and is [looked after](Step::FailedWatched) is kept as long as that. One that was settled, taken back and lost is never
    /// forgotten: somebody was told that it was paid.
    #[must_use]
    pub fn is_over(&self, now: UnixSeconds) -> bool {
        self.over_from().is_some_and(|from| from <= now)
    }

    /// From when on it may be forgotten; never, while its outcome is open.
    #[must_use]
    pub const fn over_from(&self) -> Option<UnixSeconds> {
        match &self.state {
            State::Reserved { lease } => lease.checked_add(1),
            State::Settling { .. } | State::Unknown => None,
            State::Settled { .. } => match self.watched_until {
                Some(until) if until.as_secs() > self.keep_until.as_secs() => until.checked_add(1),
                _ => self.keep_until.checked_add(1),
            },
            State::Failed(_) if self.taken_back.is_some() => None,
            State::Failed(_) => match self.watched_until {
                Some(until) => until.checked_add(1),
                None => Some(UnixSeconds::from_secs(0)),
            },
        }
    }

    /// From when on somebody may go on with its open outcome; never, where there is nothing to go on with.
    #[must_use]
    pub const fn idle_from(&self) -> Option<UnixSeconds> {
        match &self.state {
            State::Settling { lease } => lease.checked_add(1),
            State::Unknown => Some(UnixSeconds::from_secs(0)),
            State::Reserved { .. } | State::Settled { .. } | State::Failed(_) => None,
        }
    }

    /// What it says to somebody who shows the payment again.
    pub(crate) fn again(&self, request: &Request, now: UnixSeconds) -> Again {
        let demand = &request.demand;
        if self.fingerprint != demand.fingerprint {
            return Again::Same(Claimed::Taken(Conflict::OtherRequest));
        }
        let lease = after(now, demand.lease);
        match &self.state {
            State::Reserved { lease: held } | State::Settling { lease: held } if *held >= now => {
                Again::Same(Claimed::Pending(*held))
            }
            State::Reserved { .. } => Again::Fresh(self.passed_on(State::Reserved { lease })),
            State::Settling { .. } | State::Unknown => Again::Resume(self.passed_on(State::Settling { lease })),
            State::Settled { receipt, .. } if demand.audience == Audience::Everybody => {
                Again::Same(Claimed::Done(receipt.clone(), self.answer.clone()))
            }
            State::Settled { .. } if !request.is_bound() => Again::Same(Claimed::Taken(Conflict::Spent)),
            State::Settled { receipt, .. } if self.granted => Again::Same(Claimed::Done(receipt.clone(), self.answer.clone())),
            State::Settled { lease: held, .. } if *held >= now => Again::Same(Claimed::Pending(*held)),
            State::Settled { receipt, .. } if self.deliveries >= demand.deliveries => {
                Again::Same(Claimed::Undelivered(receipt.clone()))
            }
            State::Settled { receipt, .. } => {
                let passed_on = *self.passed_on(State::Settled { receipt: receipt.clone(), lease });
                Again::Redeliver(Box::new(passed_on.delivering()), receipt.clone())
            }
            // what was sent may still arrive, so that whoever tries again goes on from there
            State::Failed(rejection) if rejection.retry() == Retry::SameBytesLater && self.sent.is_some() => {
                Again::Resume(Box::new(Self { watched_until: None, ..*self.passed_on(State::Settling { lease }) }))
            }
            // It was not used and may pass unchanged by now: the balance has arrived, the window has opened.
            State::Failed(rejection) if rejection.retry() == Retry::SameBytesLater => {
                Again::Fresh(Box::new(Self { watched_until: None, ..*self.passed_on(State::Reserved { lease }) }))
            }
            State::Failed(rejection) => Again::Same(Claimed::Failed(*rejection)),
        }
    }

    /// The entry in the hands of somebody who goes on with an open outcome without being asked by a buyer; none while somebody else is at
    /// it, and none when there is nothing to go on with.
    #[must_use]
    pub fn resumed(&self, now: UnixSeconds, lease: u64) -> Option<Box<Self>> {
        self.idle_from().filter(|from| *from <= now).map(|_| self.passed_on(State::Settling { lease: after(now, lease) }))
    }

    /// The entry in the hands of somebody who has seen that the chain took its settlement back, and goes on with it; none unless it is settled by
    /// that very transaction, and looked after. Without a transaction it is the failure that is looked after, and that the chain has taken back.
    #[must_use]
    pub fn reopened(&self, transaction: &str, now: UnixSeconds, lease: u64) -> Option<Box<Self>> {
        match &self.state {
            State::Settled { receipt, .. } if *receipt.transaction == *transaction && self.watched_until.is_some() => {
                let (lease, taken_back) = (after(now, lease), Some(receipt.transaction.clone()));
                Some(Box::new(Self { watched_until: None, taken_back, ..*self.passed_on(State::Settling { lease }) }))
            }
            State::Failed(_) if transaction.is_empty() && self.watched_until.is_some() => {
                Some(Box::new(Self { watched_until: None, ..*self.passed_on(State::Settling { lease: after(now, lease) }) }))
            }
            _ => None,
        }
    }

    /// What it is that somebody looks after, if anybody does.
    #[must_use]
    pub fn watched(&self) -> Option<Watched> {
        match (&self.state, self.watched_until) {
            (State::Settled { receipt, .. }, Some(until)) => {
                Some(Watched { key: self.key, transaction: receipt.transaction.clone(), until })
            }
            (State::Failed(_), Some(until)) => Some(Watched { key: self.key, transaction: Box::default(), until }),
            _ => None,
        }
    }

    /// The entry without what was kept for looking after it, when the time for that is over.
    #[must_use]
    pub fn unwatched(&self, now: UnixSeconds) -> Option<Box<Self>> {
        let over = self.watched().is_some_and(|watched| watched.until < now);
        over.then(|| Box::new(Self { sent: None, watched_until: None, ..self.clone() }))
    }

    fn passed_on(&self, state: State) -> Box<Self> {
        Box::new(Self { attempt: self.attempt.saturating_add(1), state, ..self.clone() })
    }

    /// What remains after a step of the holder. A step that was taken before changes nothing.
    ///
    /// # Errors
    ///
    /// [`Misstep`].
    pub fn step(&self, claim: &Claim, step: Step) -> Result<Verdict, Misstep> {
        if self.attempt != claim.attempt() {
            return Err(Misstep::Stale);
        }
        let state = match (step, &self.state) {
            (Step::Release, State::Reserved { .. }) => return Ok(Verdict::Forget),
            (Step::Settling(sent), State::Reserved { lease } | State::Settling { lease }) => {
                let (state, sent) = (State::Settling { lease: *lease }, sent.or_else(|| self.sent.clone()));
                return Ok(Verdict::Keep(Box::new(Self { state, sent, ..self.clone() })));
            }
            (Step::Hold(until), State::Reserved { lease }) => State::Reserved { lease: until.max(*lease) },
            (Step::Hold(until), State::Settling { lease }) => State::Settling { lease: until.max(*lease) },
            (Step::Unknown, State::Settling { .. } | State::Unknown) => State::Unknown,
            (Step::Settled(receipt), _) => return self.settled(receipt, None).map(|entry| Verdict::Keep(Box::new(entry))),
            (Step::Sold(receipt), State::Settling { .. } | State::Unknown) => {
                return self.settled(receipt, None).map(|entry| Verdict::Keep(Box::new(entry.delivering())));
            }
            // it was taken before, and the delivery was counted with it
            (Step::Sold(receipt), _) => return self.settled(receipt, None).map(|entry| Verdict::Keep(Box::new(entry))),
            (Step::Watched(receipt, until), _) => {
                return self.settled(receipt, Some(until)).map(|entry| Verdict::Keep(Box::new(entry)));
            }
            (Step::Failed(rejection), State::Settling { .. } | State::Unknown) => State::Failed(rejection),
            (Step::FailedWatched(rejection, until), State::Settling { .. } | State::Unknown) => {
                let (state, watched_until) = (State::Failed(rejection), Some(until));
                return Ok(Verdict::Keep(Box::new(Self { state, watched_until, ..self.clone() })));
            }
            (Step::Failed(rejection) | Step::FailedWatched(rejection, _), State::Failed(before)) if *before == rejection => {
                return Ok(self.same());
            }
            (Step::Grant(answer), State::Settled { .. }) => return Ok(self.given(answer)),
            (Step::Owe, State::Settled { .. }) if self.granted => return Ok(self.same()),
            (Step::Owe, State::Settled { .. }) if self.deliveries > AT_ONCE => return Ok(self.same()),
            (Step::Owe, State::Settled { receipt, .. }) => {
                let state = State::Settled { receipt: receipt.clone(), lease: UnixSeconds::from_secs(0) };
                return Ok(Verdict::Keep(Box::new(Self { state, ..self.clone() })));
            }
            (Step::Vanished, State::Settled { receipt, .. }) => {
                let (state, taken_back) = (State::Unknown, Some(receipt.transaction.clone()));
                return Ok(Verdict::Keep(Box::new(Self { state, watched_until: None, taken_back, ..self.clone() })));
            }
            (Step::Vanished, State::Unknown) => State::Unknown,
            _ => return Err(Misstep::Order),
        };
        Ok(self.turned_into(state))
    }

    fn settled(&self, receipt: Receipt, watched_until: Option<UnixSeconds>) -> Result<Self, Misstep> {
        if receipt.charged > self.amount {
            return Err(Misstep::ChargedMore);
        }
        let (receipt, lease) = match &self.state {
            State::Settling { lease } => (receipt, *lease),
            // found out later, by somebody who will not deliver: the next who asks is served at once
            State::Unknown => (receipt, UnixSeconds::from_secs(0)),
            State::Settled { receipt: before, lease }
                if before.charged == receipt.charged && before.transaction == receipt.transaction =>
            {
                (if receipt.attested == Attested::Chain { receipt } else { before.clone() }, *lease)
            }
            State::Settled { .. } => return Err(Misstep::OtherReceipt),
            State::Reserved { .. } | State::Failed(_) => return Err(Misstep::Order),
        };
        let watched_until = watched_until.max(self.watched_until);
        let sent = watched_until.and_then(|_| self.sent.clone());
        // the chain may have come back to what it was
        let taken_back = self.taken_back.clone().filter(|before| *before != receipt.transaction);
        let state = State::Settled { receipt, lease };
        Ok(Self { state, sent, watched_until, taken_back, ..self.clone() })
    }

    /// It with one more delivery begun.
    fn delivering(self) -> Self {
        Self { deliveries: self.deliveries.saturating_add(1), ..self }
    }

    /// It in another state. What was sent is kept no longer than until it is known what became of it.
    fn turned_into(&self, state: State) -> Verdict {
        let sent = if matches!(state, State::Settling { .. } | State::Unknown) { self.sent.clone() } else { None };
        Verdict::Keep(Box::new(Self { state, sent, ..self.clone() }))
    }

    /// Given once: what was given first is what is kept.
    fn given(&self, answer: Option<Answer>) -> Verdict {
        if self.granted {
            return self.same();
        }
        Verdict::Keep(Box::new(Self { granted: true, answer, ..self.clone() }))
    }

    fn same(&self) -> Verdict {
        Verdict::Keep(Box::new(self.clone()))
    }
}

/// After how many deliveries something that is owed is tried again without a wait.
const AT_ONCE: u32 = 2;

fn after(now: UnixSeconds, seconds: u64) -> UnixSeconds {
    now.checked_add(seconds).unwrap_or(UnixSeconds::from_secs(u64::MAX))
}
