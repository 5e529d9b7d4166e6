//! Whether a seller has signed an offer, and whether it has signed another in its place (offer and receipt extension).

use alloc::format;
use alloc::vec::Vec;

use quittance_core::statement::{self, Key};
use quittance_core::wire::OfferPayload;
use quittance_core::{Denial, Resource, Terms};

use super::error::{PolicyError, PolicyReason};
use super::offer::Case;
use super::reader::Item;
use super::words::Refusal;
use super::{Policy, State};
use crate::text::escape;

/// So many signatures under one offer are checked.
const MOST_TRIED: u32 = 4;

/// Whether an offer has to be signed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum SignedOffers {
    Optional,
    Required,
}

/// Whether an offer is signed by somebody who may.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Vouched {
    Yes,
    No,
}

impl Case<'_> {
    /// Looks for the seller's signature under an offer.
    ///
    /// What is signed and speaks of nothing but something else than the offer beside it is refused, demanded or not: one of the two was changed on the
    /// way. What nobody signed, or somebody whom nobody was told of, is refused where a signature is demanded.
    pub(super) fn judge_signature(self, terms: &Terms) -> Result<Vouched, Refusal> {
        let told = told(self.matching.iter().copied());
        let (mut is_named, mut other, mut tried, mut why) = (false, false, 0_u32, "nobody has signed it".into());
        for artifact in self.snapshot.signed.iter().take(Policy::MOST_OFFERS) {
            let Ok(said) = statement::unchecked(artifact) else { continue };
            if !said.is_of(terms.requirements()) || !is_resource(&said.resource_url, self.snapshot.resource) {
                other |= is_about_the_same(&said, terms);
                continue;
            }
            is_named = true;
            if said.ends().is_some_and(|end| end < self.snapshot.now) {
                why = "what was signed has ended".into();
                continue;
            }
            // whoever signs the same thing so often means to keep us busy (catalogue row 197)
            if tried == MOST_TRIED {
                break;
            }
            tried = tried.saturating_add(1);
            match statement::check(artifact) {
                Ok(statement) if statement.by().speaks_for(terms.pay_to(), &told) => return Ok(Vouched::Yes),
                Ok(statement) => why = format!("{} has signed it, which is not the payee and in no `signers`", statement.by()),
                Err(error) => why = format!("{error}"),
            }
        }
        if other && !is_named {
            let words = "what the seller has signed is another price, payee or resource than this";
            return Err(Refusal::new(Denial::OfferContradicted, "signed_offers", words));
        }
        match self.rules.signed_offers {
            SignedOffers::Required => Err(Refusal::new(Denial::OfferUnsigned, "signed_offers", why)),
            SignedOffers::Optional => Ok(Vouched::No),
        }
    }
}

impl Policy {
    /// The keys that may speak for the seller of a resource, beside that of whom it has paid.
    #[must_use]
    pub fn signers(&self, resource: &Resource, method: &str) -> Vec<Key> {
        match &self.0 {
            State::Present(rules) => told(super::offer::rules_for(rules, resource, method)),
            State::Absent(_) => Vec::new(),
        }
    }
}

fn told<'a>(rules: impl Iterator<Item = &'a super::site::ResourceRule>) -> Vec<Key> {
    rules.flat_map(|rule| &rule.signers).cloned().collect()
}

/// Whether a text is the resource, in whatever spelling.
fn is_resource(text: &str, resource: &Resource) -> bool {
    text == resource.as_str() || Resource::parse(text).as_ref() == Ok(resource)
}

/// Whether something is said of the same token in the same way to pay.
fn is_about_the_same(said: &OfferPayload, terms: &Terms) -> bool {
    let offer = terms.requirements();
    said.scheme == offer.scheme && said.network == offer.network && said.asset.eq_ignore_ascii_case(&offer.asset)
}

/// An address, or a DID with a key or an account in it.
pub(super) fn read_key(item: &Item<'_>) -> Result<Key, PolicyError> {
    let text = item.text()?;
    Key::parse(text).map_err(|error| item.error(PolicyReason::Account, format!("`{}`: {error}", escape(text, 80))))
}
