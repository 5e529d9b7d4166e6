//! The policy pause: may this agent pay this offer now?
//!
//! Between a 402 and the signature stands one decision, taken on one frozen [`Snapshot`] (catalogue row 218): the offers as parsed terms,
//! the resource that was really asked, what is known of prices and payees, the time. A [`Policy`] is read from a file by
//! [`Policy::from_toml`] and says no to whatever it does not allow (rule 23). Its keys are listed in [`policy.schema.json`] and each is
//! explained in [`policy.toml`]; what every limit comes to in each token is worked out when the file is read, exactly and by the decimals of
//! the registry, so that a policy that cannot be meant is an error at start-up and never a payment.
//!
//! [`ApprovalNeeded`]: quittance_core::Denial::ApprovalNeeded
//! [`InsecureTransport`]: quittance_core::Denial::InsecureTransport
//! [`NoOffer`]: quittance_core::Denial::NoOffer
//! [`NoPolicy`]: quittance_core::Denial::NoPolicy
//! [`Origin`]: quittance_core::Denial::Origin
//! [`Resource`]: quittance_core::Denial::Resource
//! [`ResourceSpoof`]: quittance_core::Denial::ResourceSpoof
//! [`TextRefused`]: quittance_core::Denial::TextRefused
//! [`TooManyOffers`]: quittance_core::Denial::TooManyOffers
//! [`policy.schema.json`]: https://github.com/quittance/quittance/blob/main/crates/guard/policy.schema.json
//! [`policy.toml`]: https://github.com/quittance/quittance/blob/main/crates/guard/examples/policy.toml
//!
//! # What is decided, in this order
//!
//! | about | asked | refused as |
//! |---|---|---|
//! | the policy | is there one | [`NoPolicy`] |
//! | the request | https, or http to this machine with leave; an origin or a pattern of the policy | [`InsecureTransport`], [`Origin`], [`Resource`] |
//! | the answer | it speaks of the resource that was asked; no personal data, no secrets | [`ResourceSpoof`], [`TextRefused`] |
//! | the offers | at least one, at most [`Policy::MOST_OFFERS`] | [`NoOffer`], [`TooManyOffers`] |
//! | each offer | scheme, network, token, transfer, facilitator, payee, signature, window, amount, price | the member of that name |
//! | the offer taken | a person's approval above a threshold | [`ApprovalNeeded`] and its neighbours |
//!
//! # Which offer is taken
//!
//! The order of the offers means nothing (row 196). Of those allowed, the first in this order is taken: one that needs nobody's approval or
//! has it; dollars before tokens with a limit of their own, those in the order of `assets`; the lowest amount, compared exactly across
//! decimals; then the order of `schemes`, of `networks`, of the tokens in the registry; the payee's text, the longer time, and at last the
//! hash of the terms. Dollars are the default assets of the networks, which all stand for one; what another token is worth, nobody here
//! knows, so it is never compared with them.
//!
//! # What it does not know
//!
//! What has been spent: a decision names the [`Limit`]s, and a ledger holds the amount to them when it reserves (rows 210 to
//! 214). What was paid before and to whom: a store remembers, and the snapshot brings it. Whether the person who approves is who they say.
//!
//! ```
//! use quittance_core::registry::{default_asset, networks};
//! use quittance_core::{Denial, Money, Resource, Terms, UnixSeconds};
//! use quittance_guard::PurchaseId;
//! use quittance_guard::policy::{Decision, Policy, Snapshot};
//!
//! let policy = Policy::from_toml(
//!     r#"
//!     per_payment = "$0.05"
//!     per_task    = "$0.50"
//!     networks    = ["base"]
//!     origins     = ["https://api.example.com"]
//!     "#,
//! )?;
//! let usdc = default_asset(networks::BASE).expect("Base has a default asset");
//! let offer = |price| Terms::exact(usdc, &price, "0x209693Bc6afc0C5328bA36FaF03C514EF312287C", 60);
//!
//! let resource = Resource::parse("https://api.example.com/report/42")?;
//! let purchase = PurchaseId::parse("report-42")?;
//! let now = UnixSeconds::from_secs(1_740_672_100);
//! let decide = |offers: &[Terms]| policy.decide(&Snapshot::new(offers, &resource, "GET", &purchase, now));
//!
//! let Decision::Allow(allowed) = decide(&[offer(Money::parse("$0.03")?)?, offer(Money::parse("$0.01")?)?]) else { panic!("both are allowed") };
//! assert_eq!(allowed.terms().amount().to_string(), "10000");
//! assert!(allowed.rule().starts_with("0.01 <= 0.05 USDC per payment"));
//!
//! let Decision::Deny(denied) = decide(&[offer(Money::parse("$0.06")?)?]) else { panic!("too dear") };
//! assert_eq!(denied.denial(), Denial::AbovePerPayment);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod approval;
mod decide;
mod decision;
mod error;
mod file;
mod limits;
mod offer;
mod price;
mod reader;
mod signed;
mod site;
mod snapshot;
mod source;
mod words;

#[cfg(test)]
mod tests;

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use quittance_core::registry::AssetInfo;
use quittance_core::{Account, Address, SchemeId};

use crate::budget::Limit;
use limits::Limits;
use reader::Member;
use signed::SignedOffers;
use site::{Origin, ResourceRule};

pub use approval::{Approval, ApprovalError, ApprovalId, ApprovalRequest};
pub use decision::{Allowed, Decision, Denied, PassedOver};
pub use error::{PolicyError, PolicyReason};
pub use snapshot::{KnownPrice, Pin, PriceSource, Snapshot};

/// What an agent may pay for.
///
/// The [default](Policy::default) one denies everything, and so does one made of a [`PolicyError`].
#[derive(Clone, Debug)]
pub struct Policy(State);

#[derive(Clone, Debug)]
enum State {
    /// Nothing is allowed: no policy was given, or one that cannot be read.
    Absent(Option<PolicyError>),
    Present(Box<Rules>),
}

/// What stands in a file, worked out.
#[derive(Clone, Debug)]
struct Rules {
    fingerprint: [u8; 32],
    limits: Limits,
    ways: Ways,
    origins: Vec<Origin>,
    resources: Vec<ResourceRule>,
    payees: Option<Vec<Account>>,
    excluded: Vec<Account>,
    pinning: Pinning,
    signed_offers: SignedOffers,
    longest_window: u64,
    approval_lasts: u64,
    /// By how many percent a price may rise.
    rise: u32,
    plain_http: PlainHttp,
    texts: TextRules,
}

/// In which ways a payment may be made.
#[derive(Clone, Debug)]
struct Ways {
    schemes: Vec<SchemeId>,
    methods: Vec<Method>,
    flows: Vec<Flow>,
    /// Who may charge up to a ceiling.
    facilitators: Vec<Address>,
}

/// A way to move a token that a policy may name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Method {
    Eip3009,
    Permit2,
}

/// When the money may move (`paymentFlow`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Flow {
    /// When a facilitator has said that the payment is good; the one that is never written.
    Authorization,
    /// At once.
    Upfront,
}

impl Flow {
    const WORDS: [(&'static str, Self); 2] = [("authorization", Self::Authorization), ("upfront", Self::Upfront)];
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Pinning {
    FirstUse,
    Off,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum PlainHttp {
    Never,
    ToThisMachine,
}

/// What happens to personal data and secrets in each kind of text.
#[derive(Clone, Debug)]
struct TextRules {
    url: TextAction,
    query: TextAction,
    description: TextAction,
    reason: TextAction,
    let_through: Vec<crate::text::Sensitive>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum TextAction {
    Refuse,
    Redact,
    Allow,
}

impl Policy {
    /// A policy to begin with: every key, and what it is for.
    pub const SAMPLE: &'static str = include_str!("../examples/policy.toml");

    /// The most offers of one answer that are looked at (catalogue row 197). An answer within the limits of a header holds some twenty.
    pub const MOST_OFFERS: usize = 64;

    /// Reads a policy.
    ///
    /// # Errors
    ///
    /// [`PolicyError`] for a text that is empty, no TOML, has a key that does not exist, lacks one that has to be there, or says something
    /// that cannot be meant; it names line and column. Whoever goes on all the same has [`Policy::from`] for the error, which denies
    /// everything (catalogue row 216).
    pub fn from_toml(text: &str) -> Result<Self, PolicyError> {
        Self::of(text, &source::toml(text)?)
    }

    /// Reads a policy whose tables are the objects of a JSON text. The keys are the same, and so are the rules; of a mistake the key is told, and
    /// not the place.
    ///
    /// # Errors
    ///
    /// As [`Policy::from_toml`].
    pub fn from_json(text: &str) -> Result<Self, PolicyError> {
        Self::of(text, &source::json(text)?)
    }

    /// A policy in TOML, written in JSON.
    ///
    /// # Errors
    ///
    /// As [`Policy::from_toml`]: what cannot be used is not passed on.
    pub fn toml_as_json(text: &str) -> Result<String, PolicyError> {
        let tables = source::toml(text)?;
        Self::of(text, &tables).map(|_| source::write(&tables))
    }

    fn of(text: &str, tables: &[Member]) -> Result<Self, PolicyError> {
        file::read(text, tables).map(|rules| Self(State::Present(Box::new(rules))))
    }

    /// What a ledger is told to hold the spending of a token to; nothing for a token that the policy does not name.
    #[must_use]
    pub fn limits(&self, token: &AssetInfo) -> &[Limit] {
        match &self.0 {
            State::Present(rules) => rules.limits.find(token).map_or(&[], |(_, limits)| &limits.limits),
            State::Absent(_) => &[],
        }
    }

    /// SHA-256 of the text that this policy was read from, for a log to name it by; nothing where there is none.
    #[must_use]
    pub fn fingerprint(&self) -> Option<[u8; 32]> {
        match &self.0 {
            State::Present(rules) => Some(rules.fingerprint),
            State::Absent(_) => None,
        }
    }
}

/// The policy that denies everything.
impl Default for Policy {
    fn default() -> Self {
        Self(State::Absent(None))
    }
}

/// The policy that denies everything, and says why.
impl From<PolicyError> for Policy {
    fn from(error: PolicyError) -> Self {
        Self(State::Absent(Some(error)))
    }
}
