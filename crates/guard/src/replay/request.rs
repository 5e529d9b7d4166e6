//! What is asked of a replay log.

use quittance_core::proof::Verified;
use quittance_core::{Account, Amount, Asset, PaymentId, ReplayKey, UnixSeconds};

use super::Bound;
use crate::durability::Durability;
use crate::fingerprint::Fingerprint;

/// What a seller demands of a claim.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Demand {
    /// The request that the payment is shown for.
    pub fingerprint: Fingerprint,
    /// The proof that whoever shows it made it, where there is one.
    pub bound: Option<Bound>,
    /// The name that the buyer gave to the payment.
    pub payment_id: Option<PaymentId>,
    /// Who is told how the payment ended.
    pub audience: Audience,
    /// How many payments one payer may make.
    pub quota: Option<Quota>,
    /// How much of one payer's money may be under way at once, where something is served before it is settled.
    pub exposure: Option<Amount>,
    /// For how many seconds after the end of the authorization the claim is remembered at least: the time in which a chain may still change
    /// its mind (row 123).
    pub finality: u64,
    /// For how many seconds nobody else may take over.
    pub lease: u64,
    /// How often what was paid for and did not arrive is begun to be delivered, at most.
    pub deliveries: u32,
    /// How far the claim has come when it is answered. [`Written`](Durability::Written) is for who does nothing on the strength of it before
    /// a step that is flushed, as [`Step::Settling`](super::Step::Settling) is: if the machine ends before that, nothing was sent and
    /// nothing was served, and the payment is its buyer's again; that something was delivered once more may be forgotten by the count. For
    /// who serves first it is [`Flushed`](Durability::Flushed), and so is the default.
    pub durability: Durability,
    /// The time, from the caller's clock.
    pub now: UnixSeconds,
}

impl Demand {
    /// Long enough for the slowest chain of the registry to become final.
    pub const FINALITY: u64 = 3_600;
    /// Longer than a handler and a settlement take, short enough to wait for after a crash.
    pub const LEASE: u64 = 60;
    /// Often enough for a handler that was down for a moment.
    pub const DELIVERIES: u32 = 5;

    /// A claim for a request, without limits.
    #[must_use]
    pub const fn new(fingerprint: Fingerprint, now: UnixSeconds) -> Self {
        Self {
            fingerprint,
            bound: None,
            payment_id: None,
            audience: Audience::Payer,
            quota: None,
            exposure: None,
            finality: Self::FINALITY,
            lease: Self::LEASE,
            deliveries: Self::DELIVERIES,
            durability: Durability::Flushed,
            now,
        }
    }
}

/// Who is told how a settled payment ended, among those who show it again for the same request. For another request it is taken in any case.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[expect(clippy::exhaustive_enums, reason = "a log must decide about every case")]
pub enum Audience {
    /// Who made the payment, by the secret behind its [bound](Bound) nonce; for everybody else it is spent. So asks a seller, whose answer
    /// is what was sold, and so is the default.
    Payer,
    /// Whoever asks, and always the same receipt. So asks a facilitator: its callers are the sellers' servers, the receipt is on the chain
    /// for everybody to read, and nothing is delivered, so that nothing can be delivered again.
    Everybody,
}

/// How many payments one payer may make in a span of time. The payment that is one too many is refused with 429 and told when to come back.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub struct Quota {
    /// So many.
    pub max: u32,
    /// In so many seconds.
    pub span: u64,
}

impl Quota {
    /// So many payments in so many seconds.
    #[must_use]
    pub const fn new(max: u32, span: u64) -> Self {
        Self { max, span }
    }
}

/// A claim to be made.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Request {
    /// What the payment is spent under.
    pub key: ReplayKey,
    /// Who pays.
    pub payer: Account,
    /// In which token.
    pub asset: Asset,
    /// How much, at most.
    pub amount: Amount,
    /// Until when the claim has to be remembered.
    pub keep_until: UnixSeconds,
    /// What the seller demands.
    pub demand: Demand,
}

impl Request {
    /// A claim of a payment that somebody else vouches for. Whoever holds the proof of it calls [`of`](Self::of).
    #[must_use]
    pub const fn new(
        key: ReplayKey,
        payer: Account,
        asset: Asset,
        amount: Amount,
        keep_until: UnixSeconds,
        demand: Demand,
    ) -> Self {
        Self { key, payer, asset, amount, keep_until, demand }
    }

    /// The claim of a verified payment.
    #[must_use]
    pub fn of(verified: &Verified, demand: &Demand) -> Self {
        let end = verified.expires();
        Self {
            key: verified.key(),
            payer: verified.payer().clone(),
            asset: verified.terms().asset().clone(),
            amount: verified.amount(),
            keep_until: end.checked_add(demand.finality).unwrap_or(UnixSeconds::from_secs(u64::MAX)),
            demand: demand.clone(),
        }
    }

    /// Whether the secret of this very payment was shown.
    #[must_use]
    pub fn is_bound(&self) -> bool {
        self.demand.bound.is_some_and(|bound| *bound.key() == self.key)
    }
}
