//! A person's word, for one offer, once.
//!
//! Above a threshold a decision is a question: [`ApprovalRequest`]. The answer is an [`Approval`], which names by a hash what was shown:
//! the terms, the method and the resource, the purchase with its task and session, the second in which it was asked. It is good for that
//! and for as long as the policy says (catalogue row 217). That it is used once is for the ledger to see to: it gets the [`ApprovalId`] with
//! the reservation and refuses a second one with the same.
//!
//! The hash is no signature. Whoever can hand an approval to a policy can approve, so the way from a person to it has to lead around the
//! agent.

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::fmt;
use core::str::FromStr;

use quittance_core::hash::sha256;
use quittance_core::{Denial, Terms, TermsHash, UnixSeconds};

use super::decision::{Denied, PassedOver};
use super::snapshot::Snapshot;

reasons! {
    /// Why text is not an approval.
    pub enum ApprovalError {
        /// It is not `approval:`, seconds, `:sha256:` and 64 lower-case digits.
        Text = "approval_text", "an approval is written approval:seconds:sha256:digits";
    }
}

/// What one approval is for, as a hash: the key under which a ledger keeps that it was used.
///
/// Written as `sha256:` and 64 lower-case digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ApprovalId([u8; 32]);

impl ApprovalId {
    /// SHA-256 over a tag and the parts, each behind its length in eight bytes.
    fn of(terms: &Terms, snapshot: &Snapshot<'_>, asked_at: UnixSeconds) -> Self {
        let hash = terms.hash();
        let parts: [&[u8]; 7] = [
            hash.as_bytes(),
            snapshot.method.as_bytes(),
            snapshot.resource.as_str().as_bytes(),
            snapshot.purchase.as_str().as_bytes(),
            snapshot.task.map_or("", |task| task.as_str()).as_bytes(),
            snapshot.session.map_or("", |session| session.as_str()).as_bytes(),
            &asked_at.as_secs().to_be_bytes(),
        ];
        let mut bytes = Vec::from(*b"quittance approval 1\n");
        for part in parts {
            bytes.extend_from_slice(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            bytes.extend_from_slice(part);
        }
        Self(sha256(&bytes))
    }

    /// Takes thirty-two bytes that are such a hash.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Reads the written form.
    ///
    /// # Errors
    ///
    /// [`ApprovalError::Text`]: an id has one spelling.
    pub fn parse(text: &str) -> Result<Self, ApprovalError> {
        // the same form as that of the other hash that a log holds
        TermsHash::parse(text).map(|hash| Self(*hash.as_bytes())).map_err(|_| ApprovalError::Text)
    }
}

impl FromStr for ApprovalId {
    type Err = ApprovalError;

    fn from_str(text: &str) -> Result<Self, ApprovalError> {
        Self::parse(text)
    }
}

impl fmt::Display for ApprovalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        TermsHash::from_bytes(self.0).fmt(f)
    }
}

impl fmt::Debug for ApprovalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ApprovalId({self})")
    }
}

/// A person's word that a payment may be made.
///
/// It is made by [`ApprovalRequest::approve`], or read where a person writes it down for a program: `approval:1740672100:sha256:4a91…`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Approval {
    id: ApprovalId,
    asked_at: UnixSeconds,
}

impl Approval {
    /// What it is for.
    #[must_use]
    pub const fn id(&self) -> ApprovalId {
        self.id
    }

    /// When it was asked for.
    #[must_use]
    pub const fn asked_at(&self) -> UnixSeconds {
        self.asked_at
    }

    /// Reads the written form.
    ///
    /// # Errors
    ///
    /// [`ApprovalError::Text`]: an approval has one spelling.
    pub fn parse(text: &str) -> Result<Self, ApprovalError> {
        let (seconds, id) = text.strip_prefix("approval:").and_then(|rest| rest.split_once(':')).ok_or(ApprovalError::Text)?;
        let asked_at = UnixSeconds::parse(seconds).map_err(|_| ApprovalError::Text)?;
        Ok(Self { id: ApprovalId::parse(id)?, asked_at })
    }

    /// Whether it is for these terms in this snapshot.
    pub(super) fn is_for(&self, terms: &Terms, snapshot: &Snapshot<'_>) -> bool {
        self.id == ApprovalId::of(terms, snapshot, self.asked_at)
    }

    /// Whether it was asked for within so many seconds.
    pub(super) fn is_fresh(&self, now: UnixSeconds, lasts: u64) -> bool {
        now.as_secs().checked_sub(self.asked_at.as_secs()).is_some_and(|age| age <= lasts)
    }
}

impl FromStr for Approval {
    type Err = ApprovalError;

    fn from_str(text: &str) -> Result<Self, ApprovalError> {
        Self::parse(text)
    }
}

impl fmt::Display for Approval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "approval:{}:{}", self.asked_at, self.id)
    }
}

/// A payment that a person has to agree to.
#[derive(Debug)]
pub struct ApprovalRequest {
    approval: Approval,
    terms: Terms,
    words: String,
    passed_over: Vec<PassedOver>,
}

impl ApprovalRequest {
    pub(super) fn new(terms: &Terms, snapshot: &Snapshot<'_>, words: String, passed_over: Vec<PassedOver>) -> Self {
        let approval = Approval { id: ApprovalId::of(terms, snapshot, snapshot.now), asked_at: snapshot.now };
        Self { approval, terms: terms.clone(), words, passed_over }
    }

    /// What the approval will be for.
    #[must_use]
    pub const fn id(&self) -> ApprovalId {
        self.approval.id
    }

    /// The terms that are to be approved.
    #[must_use]
    pub const fn terms(&self) -> &Terms {
        &self.terms
    }

    /// The question, in words: how much, to whom, for what, and why it is asked.
    #[must_use]
    pub fn words(&self) -> &str {
        &self.words
    }

    /// Why the other offers were not taken.
    #[must_use]
    pub fn passed_over(&self) -> &[PassedOver] {
        &self.passed_over
    }

    /// A person has seen the [words](Self::words) and said yes. The decision is then made again, with this in the
    /// [snapshot](Snapshot::approval).
    #[must_use]
    pub fn approve(&self) -> Approval {
        self.approval.clone()
    }

    /// Nobody can be asked, or a person has said no.
    #[must_use]
    pub fn refuse(self) -> Denied {
        Denied::new(Denial::ApprovalNeeded, "ask_above", self.words.to_string(), self.passed_over)
    }
}
