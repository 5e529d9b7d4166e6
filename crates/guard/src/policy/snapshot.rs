//! What a decision is made of.

use quittance_core::wire::{Artifact, OfferPayload, ResourceInfo};
use quittance_core::{Account, Amount, Asset, Network, Resource, Terms, UnixSeconds};

use super::approval::Approval;
use crate::label::{PurchaseId, SessionId, TaskId};

/// Everything that a decision looks at, at one moment (catalogue row 218).
///
/// It borrows what does not change: the signature that follows is made for the [`Terms`] in the [`Allowed`](super::Allowed), which share the
/// offer that was judged. New members can be added without breaking callers.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Snapshot<'a> {
    /// The offers of the answer, read; one that could not be read is none.
    pub offers: &'a [Terms],
    /// What was really asked, after all redirects: the origin that answered, not the one that was meant (row 190).
    pub resource: &'a Resource,
    /// The method of the request, in capitals as it was sent.
    pub method: &'a str,
    /// The purchase that is being made.
    pub purchase: &'a PurchaseId,
    /// The time.
    pub now: UnixSeconds,
    /// What the answer says it is about, in the seller's words: one for the whole answer, or one for each offer.
    pub claims: &'a [ResourceInfo],
    /// What the seller has signed of its offers.
    pub signed: &'a [Artifact<OfferPayload>],
    /// The task that it is made for.
    pub task: Option<&'a TaskId>,
    /// The session that it is made in.
    pub session: Option<&'a SessionId>,
    /// Why it is made, in the buyer's words, if any are to go along.
    pub reason: Option<&'a str>,
    /// What this resource is known to cost.
    pub prices: &'a [KnownPrice],
    /// Who was paid at this origin before.
    pub pins: &'a [Pin],
    /// A person's approval, if one was given.
    pub approval: Option<&'a Approval>,
}

impl<'a> Snapshot<'a> {
    /// A first look: nothing claimed, nothing known, nothing approved.
    #[must_use]
    pub const fn new(
        offers: &'a [Terms],
        resource: &'a Resource,
        method: &'a str,
        purchase: &'a PurchaseId,
        now: UnixSeconds,
    ) -> Self {
        Self {
            offers,
            resource,
            method,
            purchase,
            now,
            claims: &[],
            signed: &[],
            task: None,
            session: None,
            reason: None,
            prices: &[],
            pins: &[],
            approval: None,
        }
    }
}

/// A price that the resource is known to have, of which an offer is not to make more (row 191).
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct KnownPrice {
    /// How it is known.
    pub source: PriceSource,
    /// The token.
    pub asset: Asset,
    /// The price in its smallest unit.
    pub amount: Amount,
}

impl KnownPrice {
    /// A known price.
    #[must_use]
    pub const fn new(source: PriceSource, asset: Asset, amount: Amount) -> Self {
        Self { source, asset, amount }
    }
}

/// How a price is known.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
#[non_exhaustive]
pub enum PriceSource {
    /// The seller published it.
    Advertised,
    /// It was paid before.
    Paid,
}

impl PriceSource {
    /// The word for it.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Advertised => "advertised",
            Self::Paid => "paid before",
        }
    }
}

/// Who an origin was first paid at on a network (row 194).
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Pin {
    /// The network.
    pub network: Network,
    /// The payee.
    pub payee: Account,
}

impl Pin {
    /// A pin.
    #[must_use]
    pub const fn new(network: Network, payee: Account) -> Self {
        Self { network, payee }
    }
}
