//! One purchase: from the money set aside, over the signature that is stored before it is sent, to the proof of what became of it.
//!
//! ```text
//! reserved ──sign──▶ signed ──settle──▶ settled
//!    │                 │                  ▲
//!    └──release────────┴──▶ released ─────┘ (a receipt outweighs the belief that there will be none)
//! ```
//!
//! A purchase has at most one attempt whose money can still move. Another attempt begins only when the one before is released, by evidence
//! and not by a timer (catalogue rows 183 to 188, rules 14 and 21). Until then its amount counts as spent (row 214).

use alloc::boxed::Box;
use core::fmt;

use quittance_core::{Account, Amount, Asset, ReplayKey, TermsHash, UnixSeconds};

use crate::durability::Durability;
use crate::fingerprint::Fingerprint;
use crate::label::{PurchaseId, SessionId, TaskId};
use crate::policy::{Allowed, ApprovalId};
use crate::receipt::Receipt;

/// What is to be bought, and out of which budgets.
#[derive(Clone, PartialEq, Eq, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a store must keep every member")]
pub struct Purchase {
    /// The buyer's name for it.
    pub id: PurchaseId,
    /// The task it is for.
    pub task: TaskId,
    /// The session it belongs to, if the buyer keeps sessions.
    pub session: Option<SessionId>,
    /// What is asked for.
    pub request: Fingerprint,
    /// The token.
    pub asset: Asset,
    /// The most that it can cost.
    pub amount: Amount,
    /// Who is to be paid.
    pub payee: Account,
    /// The offer that was taken.
    pub terms: TermsHash,
    /// A person's word for it, where the policy wanted one.
    pub approval: Option<ApprovalId>,
}

impl Purchase {
    /// A purchase under an offer.
    #[must_use]
    pub fn new(id: PurchaseId, task: TaskId, request: Fingerprint, terms: &quittance_core::Terms) -> Self {
        Self {
            id,
            task,
            session: None,
            request,
            asset: terms.asset().clone(),
            amount: terms.amount(),
            payee: terms.pay_to().clone(),
            terms: terms.hash(),
            approval: None,
        }
    }

    /// A purchase under the offer that a policy allowed, with the approval that it took.
    #[must_use]
    pub fn allowed(id: PurchaseId, task: TaskId, request: Fingerprint, allowed: &Allowed) -> Self {
        Self { approval: allowed.approval(), ..Self::new(id, task, request, allowed.terms()) }
    }

    /// The same in a session.
    #[must_use]
    pub fn in_session(self, session: SessionId) -> Self {
        Self { session: Some(session), ..self }
    }
}

/// The signed request, exactly as it is sent.
///
/// Whoever holds these bytes can spend the money, so they do not print themselves; a store on disk keeps them encrypted.
#[derive(Clone, PartialEq, Eq)]
pub struct Signed {
    key: ReplayKey,
    expires: UnixSeconds,
    bytes: Box<[u8]>,
}

impl Signed {
    /// The bytes of the payment header, what they are spent under, and when the authorization ends.
    #[must_use]
    pub fn new(key: ReplayKey, expires: UnixSeconds, bytes: &[u8]) -> Self {
        Self { key, expires, bytes: bytes.into() }
    }

    /// What it is spent under.
    #[must_use]
    pub const fn key(&self) -> &ReplayKey {
        &self.key
    }

    /// When the authorization ends.
    #[must_use]
    pub const fn expires(&self) -> UnixSeconds {
        self.expires
    }

    /// The bytes, to be sent once more or to be stored.
    #[must_use]
    pub const fn expose(&self) -> &[u8] {
        &self.bytes
    }
}

impl fmt::Debug for Signed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signed({} bytes, expires {})", self.bytes.len(), self.expires)
    }
}

/// Why it is certain that an attempt cost nothing.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[expect(clippy::exhaustive_enums, reason = "there is no other evidence (catalogue rule 14)")]
pub enum Unspent {
    /// Nothing was signed.
    NeverSigned,
    /// The chain's own time, at a depth that does not come back, has passed the end of the authorization, and its nonce is unused.
    Expired {
        /// The chain's time.
        chain_time: UnixSeconds,
    },
    /// The chain shows that the authorization was cancelled.
    Cancelled,
}

impl Unspent {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NeverSigned => "never_signed",
            Self::Expired { .. } => "expired_unused",
            Self::Cancelled => "cancelled",
        }
    }
}

/// How far an attempt has come.
#[derive(Clone, PartialEq, Eq, Debug)]
#[expect(clippy::exhaustive_enums, reason = "a store must keep every state")]
pub enum State {
    /// The amount is set aside for whoever holds the ticket. When the lease has run out, nothing having been signed, somebody else may
    /// take over.
    Reserved {
        /// The last moment of the lease.
        lease: UnixSeconds,
    },
    /// Signed, and from here on perhaps sent. The outcome is unknown until there is evidence.
    Signed,
    /// The money moved.
    Settled(Receipt),
    /// It is certain that no money moves.
    Released(Unspent),
}

impl State {
    /// The word for it.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Reserved { .. } => "reserved",
            Self::Signed => "signed",
            Self::Settled(_) => "settled",
            Self::Released(_) => "released",
        }
    }
}

/// What a ledger knows of an attempt.
#[derive(Clone, PartialEq, Eq, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a store must keep every member")]
pub struct Record {
    /// What is bought.
    pub purchase: Purchase,
    /// Which attempt this is, counted from 1.
    pub attempt: u32,
    /// When the amount was set aside, by the latest time that the ledger had seen.
    pub at: UnixSeconds,
    /// What was signed.
    pub signed: Option<Signed>,
    /// How far it has come.
    pub state: State,
}

/// What happens to an attempt.
#[derive(Clone, PartialEq, Eq, Debug)]
#[expect(clippy::exhaustive_enums, reason = "the edges of the picture above")]
pub enum Step {
    /// It was signed. Comes before the bytes are sent.
    Sign(Signed),
    /// The money moved.
    Settle(Receipt),
    /// It is certain that no money moves.
    Release(Unspent),
}

impl Step {
    /// How far the step has come when a store says that it was taken, and what makes up for it if a loss of power takes back one that is only
    /// written.
    #[must_use]
    pub const fn durability(&self) -> Durability {
        match self {
            // the bytes leave on the strength of it (rule 21)
            Self::Sign(_) => Durability::Flushed,
            // it is open again, and counts for its whole amount: the seller gives the same receipt for the same bytes, or the chain shows it
            Self::Settle(_) => Durability::Written,
            // it counts still, and what showed that it cost nothing shows it again: the end of a lease, the chain's time, a cancellation
            Self::Release(_) => Durability::Written,
        }
    }
}

reasons! {
    /// Why a step is not one.
    pub enum Misstep {
        /// There is no such attempt.
        Unknown = "no_such_attempt", "there is no such attempt of a purchase";
        /// Somebody else has taken the purchase over, or it has gone on.
        Stale = "stale_attempt", "the purchase has gone on without this attempt";
        /// The attempt has another signature already: a purchase has at most one that can still be spent.
        AlreadySigned = "already_signed", "the attempt has been signed with other bytes";
        /// Nothing was signed, so nothing can have moved.
        NotSigned = "not_signed", "nothing was signed for this attempt";
        /// More than was authorized.
        ChargedMore = "charged_more", "the receipt charges more than was authorized";
        /// The attempt has another receipt already.
        OtherReceipt = "other_receipt", "the attempt was settled with another receipt";
        /// Settled, and so not unspent.
        AlreadySettled = "already_settled", "the attempt was settled";
        /// What is given as evidence proves nothing: a signature exists, or the chain has not passed the end of the authorization.
        NoEvidence = "no_evidence", "the evidence does not show that the authorization can no longer be spent";
    }
}

impl Record {
    /// The first or a further attempt of a purchase.
    #[must_use]
    pub const fn reserved(purchase: Purchase, attempt: u32, at: UnixSeconds, lease: UnixSeconds) -> Self {
        Self { purchase, attempt, at, signed: None, state: State::Reserved { lease } }
    }

    /// What the attempt counts for in every sum.
    #[must_use]
    pub const fn counts(&self) -> Amount {
        match &self.state {
            State::Reserved { .. } | State::Signed => self.purchase.amount,
            State::Settled(receipt) => receipt.charged,
            State::Released(_) => Amount::ZERO,
        }
    }

    /// Whether the money of the attempt may still move, or nobody has yet said that it did not.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        matches!(self.state, State::Reserved { .. } | State::Signed)
    }

    /// Whether the approval that it was reserved under is used by it: until it is released before anything was signed.
    pub(super) fn uses_approval(&self) -> bool {
        self.state != State::Released(Unspent::NeverSigned)
    }

    /// The record after a step. A step that was taken before changes nothing, so that whoever crashed behind it may take it again.
    ///
    /// # Errors
    ///
    /// [`Misstep`].
    pub fn step(&self, step: Step) -> Result<Self, Misstep> {
        match step {
            Step::Sign(signed) => self.sign(signed),
            Step::Settle(receipt) => self.settle(receipt),
            Step::Release(unspent) => self.release(unspent),
        }
    }

    fn sign(&self, signed: Signed) -> Result<Self, Misstep> {
        match (&self.state, &self.signed) {
            (State::Reserved { .. }, None) => Ok(Self { signed: Some(signed), state: State::Signed, ..self.clone() }),
            (State::Signed, Some(before)) if *before == signed => Ok(self.clone()),
            (State::Signed, _) => Err(Misstep::AlreadySigned),
            _ => Err(Misstep::Stale),
        }
    }

    fn settle(&self, receipt: Receipt) -> Result<Self, Misstep> {
        if self.signed.is_none() {
            return Err(Misstep::NotSigned);
        }
        if receipt.charged > self.purchase.amount {
            return Err(Misstep::ChargedMore);
        }
        match &self.state {
            State::Settled(before) if before.charged == receipt.charged && before.transaction == receipt.transaction => {
                // the same receipt again, perhaps by a better witness
                let attested = if receipt.attested == crate::receipt::Attested::Chain { receipt } else { before.clone() };
                Ok(Self { state: State::Settled(attested), ..self.clone() })
            }
            State::Settled(_) => Err(Misstep::OtherReceipt),
            _ => Ok(Self { state: State::Settled(receipt), ..self.clone() }),
        }
    }

    fn release(&self, unspent: Unspent) -> Result<Self, Misstep> {
        let proven = match (unspent, &self.signed) {
            (Unspent::NeverSigned, None) | (Unspent::Cancelled, Some(_)) => true,
            (Unspent::Expired { chain_time }, Some(signed)) => chain_time >= signed.expires,
            _ => false,
        };
        match &self.state {
            State::Settled(_) => Err(Misstep::AlreadySettled),
            State::Released(_) => Ok(self.clone()),
            _ if proven => Ok(Self { state: State::Released(unspent), ..self.clone() }),
            _ => Err(Misstep::NoEvidence),
        }
    }
}
