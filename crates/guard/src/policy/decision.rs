//! What is decided.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use quittance_core::registry::AssetInfo;
use quittance_core::{Denial, Terms};

use super::approval::{ApprovalId, ApprovalRequest};
use super::snapshot::Pin;
use crate::budget::Limit;
use crate::label::Category;

/// The answer of a policy.
#[derive(Debug)]
#[must_use = "a decision that nobody looks at stops nothing"]
#[expect(clippy::exhaustive_enums, reason = "yes, no, or somebody has to be asked")]
pub enum Decision {
    /// One offer may be paid, within limits that the ledger still has to hold it to.
    Allow(Allowed),
    /// One offer may be paid if a person agrees.
    Ask(ApprovalRequest),
    /// Nothing may be paid.
    Deny(Denied),
}

/// An offer that may be paid.
///
/// Only a policy makes one. It is for one signature, so it does not clone.
#[derive(Debug)]
pub struct Allowed {
    pub(super) terms: Terms,
    pub(super) asset: &'static AssetInfo,
    pub(super) window: u64,
    pub(super) limits: Vec<Limit>,
    pub(super) rule: String,
    pub(super) approval: Option<ApprovalId>,
    pub(super) pin: Option<Pin>,
    pub(super) category: Option<Category>,
    pub(super) shown: Shown,
    pub(super) passed_over: Vec<PassedOver>,
}

impl Allowed {
    /// The offer, as it was judged: what is signed is signed for these terms (catalogue row 218).
    #[must_use]
    pub const fn terms(&self) -> &Terms {
        &self.terms
    }

    /// The token, from the registry.
    #[must_use]
    pub const fn asset(&self) -> &'static AssetInfo {
        self.asset
    }

    /// For how many seconds from now the payment may be signed: what the offer gives, or the policy's most if that is less (row 193).
    #[must_use]
    pub const fn window(&self) -> u64 {
        self.window
    }

    /// What the ledger has to hold the amount to, in the order of [`Meter::ALL`](crate::Meter::ALL).
    #[must_use]
    pub fn limits(&self) -> &[Limit] {
        &self.limits
    }

    /// Why, in words: `0.01 <= 0.05 USDC per payment; origin https://api.example.com; payee as before; window 60 s <= 900 s`.
    #[must_use]
    pub fn rule(&self) -> &str {
        &self.rule
    }

    /// The approval that this rests on. The ledger keeps it with the reservation and refuses a second one with the same (row 217).
    #[must_use]
    pub const fn approval(&self) -> Option<ApprovalId> {
        self.approval
    }

    /// A payee to remember for this origin, where none was known.
    #[must_use]
    pub const fn pin(&self) -> Option<&Pin> {
        self.pin.as_ref()
    }

    /// What the policy calls this kind of resource; a log says that in place of the path.
    #[must_use]
    pub const fn category(&self) -> Option<&Category> {
        self.category.as_ref()
    }

    /// The resource for people to read, without what the policy has redacted. It may still be what one customer asked for, so it is
    /// shown to the operator and kept out of logs.
    #[must_use]
    pub fn shown_resource(&self) -> &str {
        &self.shown.resource
    }

    /// The buyer's reason as it may go along with the payment.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        self.shown.reason.as_deref()
    }

    /// The seller's descriptions, without what the policy has redacted. They are data of a stranger: they are
    /// [escaped](crate::text::escape) before anybody sees them, and no program follows them.
    #[must_use]
    pub fn descriptions(&self) -> &[String] {
        &self.shown.descriptions
    }

    /// Why the other offers were not taken.
    #[must_use]
    pub fn passed_over(&self) -> &[PassedOver] {
        &self.passed_over
    }
}

/// The texts around a payment as they may be passed on.
#[derive(Default)]
pub(super) struct Shown {
    pub(super) resource: String,
    pub(super) reason: Option<String>,
    pub(super) descriptions: Vec<String>,
}

/// They can hold a prompt even when nothing in them is redacted.
impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Shown(..)")
    }
}

/// Why nothing may be paid.
#[derive(Debug, PartialEq, Eq)]
pub struct Denied {
    denial: Denial,
    rule: &'static str,
    words: String,
    passed_over: Vec<PassedOver>,
}

impl Denied {
    pub(super) const fn new(denial: Denial, rule: &'static str, words: String, passed_over: Vec<PassedOver>) -> Self {
        Self { denial, rule, words, passed_over }
    }

    /// The reason that a program goes by. Where several offers were refused, that of the one which came nearest.
    #[must_use]
    pub const fn denial(&self) -> Denial {
        self.denial
    }

    /// The key of the policy that says no, such as `per_payment`; a word for what no key is about.
    #[must_use]
    pub const fn rule(&self) -> &'static str {
        self.rule
    }

    /// The reason that a person reads: `0.10 USDC is above 0.05 per payment`.
    #[must_use]
    pub fn words(&self) -> &str {
        &self.words
    }

    /// Why each offer was not taken.
    #[must_use]
    pub fn passed_over(&self) -> &[PassedOver] {
        &self.passed_over
    }
}

/// `above_per_payment: 0.1 USDC is above 0.05 per payment`.
impl fmt::Display for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.denial.name(), self.words)
    }
}

impl core::error::Error for Denied {}

/// An offer that was not taken.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct PassedOver {
    /// Which of the snapshot's offers it is.
    pub offer: usize,
    /// Why it may not be paid; nothing when it may, and another one was better.
    pub denial: Option<Denial>,
    /// The same in words.
    pub words: String,
}
