//! One offer against the rules.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::cmp::Ordering;

use quittance_core::registry::{AssetInfo, TransferMethod};
use quittance_core::{Address, Amount, Denial, Resource, SchemeId, Terms, Window, WindowRule};

use super::limits::AssetLimits;
use super::price::{Price, Unit};
use super::signed::Vouched;
use super::site::{self, ResourceRule};
use super::snapshot::{Pin, Snapshot};
use super::words::{self, Refusal};
use super::{Flow, Method, Pinning, Rules};
use crate::text::escape;

/// An offer that the rules allow.
pub(super) struct Candidate<'a> {
    pub(super) offer: usize,
    pub(super) terms: &'a Terms,
    pub(super) limits: &'a AssetLimits,
    pub(super) cap: Amount,
    pub(super) window: u64,
    pub(super) longest_window: u64,
    pub(super) payee: Payee,
    pub(super) vouched: Vouched,
    pub(super) consent: Consent,
    /// The threshold, where the amount is above it.
    pub(super) ask_above: Option<Amount>,
    scheme_rank: usize,
    asset_rank: usize,
}

/// How a payee came to be acceptable.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Payee {
    Listed,
    AsBefore,
    New,
    Unchecked,
}

/// Whether a person has to agree; what needs nobody comes first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Consent {
    NotNeeded,
    Given,
    Missing,
}

/// The rules that are about this request, and the request.
#[derive(Clone, Copy)]
pub(super) struct Case<'a> {
    pub(super) rules: &'a Rules,
    pub(super) matching: &'a [&'a ResourceRule],
    pub(super) snapshot: &'a Snapshot<'a>,
}

impl<'a> Case<'a> {
    /// Asks everything about an offer that has no regard to the other ones.
    pub(super) fn judge(self, offer: usize, terms: &'a Terms) -> Result<Candidate<'a>, Refusal> {
        let rules = self.rules;
        let scheme_rank = rules.ways.schemes.iter().position(|scheme| scheme == terms.scheme()).ok_or_else(|| {
            Refusal::new(Denial::Scheme, "schemes", format!("the scheme `{}` is not named", escape(terms.scheme().as_str(), 40)))
        })?;
        if !rules.limits.networks.contains(&terms.network()) {
            return Err(Refusal::new(Denial::Network, "networks", format!("{} is not named", words::network(terms.network()))));
        }
        let info = terms.token().map_err(|denial| {
            let token = escape_token(terms);
            Refusal::new(denial, "registry", format!("{token} on {}: {denial}", words::network(terms.network())))
        })?;
        let (asset_rank, limits) = rules.limits.find(info).ok_or_else(|| {
            Refusal::new(Denial::Asset, "assets", format!("{} on {} is not named", info.symbol, words::network(info.network)))
        })?;
        self.require_transfer(terms, info)?;
        let payee = self.judge_payee(terms)?;
        let vouched = self.judge_signature(terms)?;
        let (window, longest_window) = self.judge_window(terms)?;
        let cap = self.judge_amount(terms, limits, asset_rank)?;
        let own = self.matching.iter().filter_map(|rule| rule.caps.ask_above.as_ref()?.get(asset_rank).copied());
        let threshold = own.chain(limits.ask_above).min();
        let ask_above = threshold.filter(|threshold| terms.amount() > *threshold);
        let consent = match (ask_above, self.snapshot.approval) {
            (None, _) => Consent::NotNeeded,
            (Some(_), Some(approval))
                if approval.is_fresh(self.snapshot.now, rules.approval_lasts) && approval.is_for(terms, self.snapshot) =>
            {
                Consent::Given
            }
            (Some(_), _) => Consent::Missing,
        };
        Ok(Candidate {
            offer,
            terms,
            limits,
            cap,
            window,
            longest_window,
            payee,
            vouched,
            consent,
            ask_above,
            scheme_rank,
            asset_rank,
        })
    }

    /// The way the token moves, and when (catalogue rows 198 and 200).
    fn require_transfer(self, terms: &Terms, info: &AssetInfo) -> Result<(), Refusal> {
        let refuse = |words: String| Err(Refusal::new(Denial::TransferMethod, "transfer_methods", words));
        let member = |name| terms.requirements().extra.as_ref().and_then(|extra| extra.member(name));
        // the flow that is never written (`paymentFlow` of the protocol's own implementations)
        let flow = member("paymentFlow").map_or(Some("authorization"), |flow| flow.as_str());
        let known = Flow::WORDS.into_iter().find(|(word, _)| Some(*word) == flow).map(|(_, flow)| flow);
        let is_of_the_scheme = |flow: &Flow| *flow == Flow::Authorization || *terms.scheme() == SchemeId::Exact;
        if !known.filter(is_of_the_scheme).is_some_and(|flow| self.rules.ways.flows.contains(&flow)) {
            let words = format!("the payment flow `{}` is not named", escape(flow.unwrap_or("?"), 40));
            return Err(Refusal::new(Denial::TransferMethod, "payment_flows", words));
        }
        let named = member("assetTransferMethod").map(|method| method.as_str().unwrap_or("?"));
        let Some(token) = info.erc20() else {
            return match (named, terms.scheme()) {
                (None, SchemeId::Exact) => Ok(()),
                (Some(name), _) => refuse(format!("`{}` is no way to move a token of this network", escape(name, 40))),
                (None, scheme) => refuse(format!("`{scheme}` is not known on this network")),
            };
        };
        let method = match (named, terms.scheme()) {
            (Some("permit2"), _) | (None, SchemeId::Upto) => Method::Permit2,
            (Some("eip3009"), SchemeId::Exact) | (None, SchemeId::Exact) if token.transfer == TransferMethod::Eip3009 => {
                Method::Eip3009
            }
            (named, _) => {
                let named = escape(named.unwrap_or("eip3009"), 40);
                return refuse(format!("{} is not moved by `{named}`, as far as is known", info.symbol));
            }
        };
        if !self.rules.ways.methods.contains(&method) {
            return refuse(format!("`{}` is not named", method.as_str()));
        }
        if *terms.scheme() == SchemeId::Upto { self.require_facilitator(terms) } else { Ok(()) }
    }

    /// Who may charge up to the ceiling.
    fn require_facilitator(self, terms: &Terms) -> Result<(), Refusal> {
        let refuse = |words: &str| Err(Refusal::new(Denial::Facilitator, "facilitators", words));
        match terms.extra_text("facilitatorAddress").map(Address::parse_party) {
            Some(Ok(address)) if self.rules.ways.facilitators.contains(&address) => Ok(()),
            Some(Ok(_)) => refuse("the facilitator that would charge is not named"),
            Some(Err(_)) => refuse("the facilitator that would charge has no address"),
            None => refuse("the offer does not say which facilitator would charge"),
        }
    }

    /// Whom the money goes to (catalogue row 194).
    fn judge_payee(self, terms: &Terms) -> Result<Payee, Refusal> {
        let (rules, payee) = (self.rules, terms.pay_to());
        let refuse = |denial, rule, what: &str| {
            let shown = format!("{payee}");
            Err(Refusal::new(denial, rule, format!("the payee {} {what}", escape(&shown, 64))))
        };
        if rules.excluded.contains(payee) {
            return refuse(Denial::PayeeDenied, "deny_payees", "is excluded");
        }
        let mut lists = rules.payees.iter().chain(self.matching.iter().filter_map(|rule| rule.payees.as_ref())).peekable();
        if lists.peek().is_some() {
            return if lists.all(|list| list.contains(payee)) {
                Ok(Payee::Listed)
            } else {
                refuse(Denial::PayeeUnlisted, "payees", "is not named")
            };
        }
        if rules.pinning == Pinning::Off {
            return Ok(Payee::Unchecked);
        }
        let pins = self.snapshot.pins;
        if pins.is_empty() {
            return Ok(Payee::New);
        }
        // Another network would be the way round the pin, so there, too, it has to be a payee that is known: the same address of a
        // network of the same kind.
        let on_network = |pin: &&Pin| pin.network == terms.network();
        let of_its_kind = |pin: &&Pin| pin.network.namespace() == terms.network().namespace();
        let known = if pins.iter().any(|pin| on_network(&pin)) {
            pins.iter().filter(on_network).any(|pin| pin.payee == *payee)
        } else {
            pins.iter().filter(of_its_kind).any(|pin| pin.payee == *payee)
        };
        if known {
            Ok(Payee::AsBefore)
        } else {
            refuse(Denial::PayeeChanged, "pin_payees", "is not who this origin was paid at before")
        }
    }

    /// For how long to sign, and the most that the policy would give (catalogue row 193).
    fn judge_window(self, terms: &Terms) -> Result<(u64, u64), Refusal> {
        let offered = terms.max_timeout_seconds();
        let refuse = |what: &str| Err(Refusal::new(Denial::Window, "max_window", format!("the offer gives {offered} s, {what}")));
        if offered <= WindowRule::MARGIN {
            return refuse("in which nothing can be settled");
        }
        if offered > Window::LONGEST {
            return refuse("which is no end at all");
        }
        let own = self.matching.iter().filter_map(|rule| rule.longest_window).min();
        let longest = own.map_or(self.rules.longest_window, |own| own.min(self.rules.longest_window));
        Ok((offered.min(longest), longest))
    }

    /// How much it is, beside what it was and what it may be; the latter is what comes back.
    fn judge_amount(self, terms: &Terms, limits: &AssetLimits, asset_rank: usize) -> Result<Amount, Refusal> {
        let (amount, info) = (terms.amount(), limits.info);
        if amount.is_zero() {
            return Err(Refusal::new(Denial::ZeroAmount, "per_payment", "the offer asks for nothing, so there is nothing to sign"));
        }
        self.require_price(terms, limits, asset_rank)?;
        let own = self.matching.iter().filter_map(|rule| rule.caps.per_payment.as_ref()?.get(asset_rank).copied());
        let cap = own.fold(limits.per_payment, Amount::min);
        if amount > cap {
            let words = format!("{} is above {} per payment", words::amount(amount, info), cap.format_units(info.decimals));
            return Err(Refusal::new(Denial::AbovePerPayment, "per_payment", words));
        }
        Ok(cap)
    }

    /// That it is not more than it was (catalogue row 191).
    ///
    /// Prices that are known must be met as far as they compare; when none of one kind compares with the token of the offer, a known price
    /// would be evaded by the choice of the token, so that is a no as well.
    fn require_price(self, terms: &Terms, limits: &AssetLimits, asset_rank: usize) -> Result<(), Refusal> {
        let info = limits.info;
        let asked = Price { amount: terms.amount(), decimals: info.decimals };
        let refuse = |words: String| Err(Refusal::new(Denial::PriceChanged, "max_price_change", words));
        let incomparable = || refuse(format!("its price is known, and not in {}", info.symbol));
        let changed = |how: &str, known: &dyn core::fmt::Display| {
            refuse(format!("it was {known} ({how}) and is now {}", words::amount(terms.amount(), info)))
        };
        for prices in self.matching.iter().filter_map(|rule| rule.caps.price.as_ref()) {
            let Some(known) = prices.get(asset_rank).copied().flatten() else { return incomparable() };
            if !asked.is_within(Price { amount: known, decimals: info.decimals }, self.rules.rise) {
                return changed("by the policy", &words::amount(known, info));
            }
        }
        let mut compared = 0_usize;
        for known in self.snapshot.prices {
            let Some(other) = known.asset.registered() else { continue };
            let unit = self.rules.limits.find(other).map_or_else(|| Unit::of(other), |(_, limits)| limits.unit);
            if unit != limits.unit {
                continue;
            }
            compared = compared.saturating_add(1);
            if !asked.is_within(Price { amount: known.amount, decimals: other.decimals }, self.rules.rise) {
                return changed(known.source.as_str(), &words::amount(known.amount, other));
            }
        }
        if compared == 0 && !self.snapshot.prices.is_empty() { incomparable() } else { Ok(()) }
    }
}

impl Candidate<'_> {
    /// Which of two is taken; see the module above.
    pub(super) fn compare(&self, other: &Self) -> Ordering {
        let price = |candidate: &Self| Price { amount: candidate.terms.amount(), decimals: candidate.limits.info.decimals };
        // whether an approval was given does not make an offer better than one that needs none
        let waits = |candidate: &Self| candidate.consent == Consent::Missing;
        (waits(self), self.limits.unit_rank)
            .cmp(&(waits(other), other.limits.unit_rank))
            .then_with(|| price(self).compare(price(other)))
            .then_with(|| self.ranks().cmp(&other.ranks()))
            .then_with(|| self.terms.pay_to().cmp(other.terms.pay_to()))
            .then_with(|| other.window.cmp(&self.window))
            .then_with(|| self.terms.hash().cmp(&other.terms.hash()))
    }

    fn ranks(&self) -> [usize; 3] {
        [self.scheme_rank, self.limits.network_rank, self.asset_rank]
    }

    /// What is remembered of the payee.
    pub(super) fn pin(&self) -> Option<Pin> {
        (self.payee == Payee::New).then(|| Pin::new(self.terms.network(), self.terms.pay_to().clone()))
    }
}

impl Method {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Eip3009 => "eip3009",
            Self::Permit2 => "permit2",
        }
    }
}

/// The token in the seller's words, for people.
fn escape_token(terms: &Terms) -> String {
    format!("{}", escape(&terms.requirements().asset, 64))
}

/// The rules for a request, in the order of the file.
pub(super) fn matching<'a>(rules: &'a Rules, snapshot: &Snapshot<'_>) -> Vec<&'a ResourceRule> {
    rules_for(rules, snapshot.resource, snapshot.method).collect()
}

/// The same for what is not yet a snapshot.
pub(super) fn rules_for<'a>(rules: &'a Rules, resource: &Resource, method: &str) -> impl Iterator<Item = &'a ResourceRule> {
    let path = site::path(resource);
    rules.resources.iter().filter(move |rule| rule.matches(resource, path, method))
}
