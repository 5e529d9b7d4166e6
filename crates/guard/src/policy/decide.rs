//! The decision.

use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write as _;

use quittance_core::{Denial, Resource};

use super::approval::ApprovalRequest;
use super::decision::{Allowed, Decision, Denied, PassedOver, Shown};
use super::offer::{self, Candidate, Case, Consent, Payee};
use super::signed::Vouched;
use super::site::{ResourceRule, Transport, transport};
use super::snapshot::Snapshot;
use super::words::{self, Refusal};
use super::{PlainHttp, Policy, Rules, State, TextAction, TextRules};
use crate::label::Category;
use crate::text::{Sensitive, find, find_in_path, find_in_query, redact, redact_url};

impl Policy {
    /// Whether one of the offers may be paid, and which.
    ///
    /// It is pure: the same policy and snapshot give the same decision, and so do the same offers in another order, but for the numbers
    /// under which it speaks of them.
    pub fn decide(&self, snapshot: &Snapshot<'_>) -> Decision {
        let rules = match &self.0 {
            State::Present(rules) => rules,
            State::Absent(error) => return Decision::Deny(no_policy(error.as_ref()).into_denied(Vec::new())),
        };
        match before_offers(rules, snapshot) {
            Ok(matching) => among_offers(Case { rules, matching: &matching, snapshot }),
            Err(refusal) => Decision::Deny(refusal.into_denied(Vec::new())),
        }
    }

    /// Whether a URL may be sent at all, before anybody knows what it costs: the first request shows it to the seller, paid or not
    /// (catalogue row 207). Where there is no policy nothing can be paid, and nothing is said here.
    ///
    /// # Errors
    ///
    /// What the policy refuses to see in it.
    pub fn may_send(&self, resource: &Resource) -> Result<(), Denied> {
        match &self.0 {
            State::Present(rules) => require_url(&rules.texts, resource).map_err(|refusal| refusal.into_denied(Vec::new())),
            State::Absent(_) => Ok(()),
        }
    }

    /// What the policy calls a kind of resource; a log says that in place of the path.
    #[must_use]
    pub fn category(&self, resource: &Resource, method: &str) -> Option<&Category> {
        let State::Present(rules) = &self.0 else { return None };
        offer::rules_for(rules, resource, method).find_map(|rule| rule.category.as_ref())
    }
}

fn no_policy(error: Option<&super::PolicyError>) -> Refusal {
    let words = match error {
        Some(error) => format!("the policy cannot be used: {error}"),
        None => "there is no policy".into(),
    };
    Refusal::new(Denial::NoPolicy, "policy", words)
}

/// What holds for the request whatever is offered; gives the rules that are about it.
fn before_offers<'a>(rules: &'a Rules, snapshot: &Snapshot<'_>) -> Result<Vec<&'a ResourceRule>, Refusal> {
    let matching = require_site(rules, snapshot)?;
    if snapshot.offers.is_empty() {
        return Err(Refusal::new(Denial::NoOffer, "offers", "there is no offer that could be read"));
    }
    let most = snapshot.offers.len().max(snapshot.claims.len());
    if most > Policy::MOST_OFFERS {
        let words = format!("{most} offers where {} are looked at", Policy::MOST_OFFERS);
        return Err(Refusal::new(Denial::TooManyOffers, "offers", words));
    }
    for claim in snapshot.claims {
        require_claim(&claim.url, snapshot.resource)?;
    }
    require_texts(&rules.texts, snapshot)?;
    Ok(matching)
}

/// That the request went to where the policy allows (catalogue rows 190, 202, 206 and 215).
fn require_site<'a>(rules: &'a Rules, snapshot: &Snapshot<'_>) -> Result<Vec<&'a ResourceRule>, Refusal> {
    let resource = snapshot.resource;
    match transport(resource) {
        Transport::Safe => {}
        Transport::ThisMachine if rules.plain_http == PlainHttp::ToThisMachine => {}
        Transport::ThisMachine | Transport::Open => {
            return Err(Refusal::new(Denial::InsecureTransport, "allow_http", format!("{} is not https", resource.origin())));
        }
    }
    let matching = offer::matching(rules, snapshot);
    if !matching.is_empty() || rules.origins.iter().any(|origin| origin.holds(resource)) {
        return Ok(matching);
    }
    if rules.resources.iter().any(|rule| rule.is_of_origin(resource)) {
        let words = format!("no [[resource]] of {} is this one by this method", resource.origin());
        return Err(Refusal::new(Denial::Resource, "resource", words));
    }
    Err(Refusal::new(Denial::Origin, "origins", format!("{} is not named", resource.origin())))
}

/// That the answer is about what was asked (catalogue row 201).
fn require_claim(claim: &str, asked: &Resource) -> Result<(), Refusal> {
    let refuse = |words: String| Err(Refusal::new(Denial::ResourceSpoof, "resource", words));
    if claim == asked.as_str() {
        return Ok(());
    }
    match Resource::parse(claim) {
        Ok(claimed) if claimed == *asked => Ok(()),
        Ok(claimed) if claimed.origin() == asked.origin() => refuse("the answer is about another resource of this origin".into()),
        Ok(claimed) => refuse(format!("the answer is about a resource of {}", claimed.origin())),
        Err(error) => refuse(format!("the answer is about no resource: {error}")),
    }
}

/// That nothing sensitive stands where the policy refuses it (catalogue row 207).
fn require_texts(texts: &TextRules, snapshot: &Snapshot<'_>) -> Result<(), Refusal> {
    let refuses = |action| action == TextAction::Refuse;
    require_url(texts, snapshot.resource)?;
    if refuses(texts.reason) {
        texts.require("the reason", snapshot.reason.map(kinds).unwrap_or_default())?;
    }
    if refuses(texts.description) {
        for text in descriptions(snapshot) {
            texts.require("the description", kinds(text))?;
        }
    }
    Ok(())
}

fn require_url(texts: &TextRules, resource: &Resource) -> Result<(), Refusal> {
    if texts.url == TextAction::Refuse {
        texts.require("the path of the URL", find_in_path(resource))?;
    }
    if texts.query == TextAction::Refuse {
        texts.require("the query of the URL", find_in_query(resource))?;
    }
    Ok(())
}

impl TextRules {
    fn require(&self, place: &str, found: Vec<Sensitive>) -> Result<(), Refusal> {
        match found.iter().find(|kind| !self.let_through.contains(kind)) {
            None => Ok(()),
            Some(kind) => Err(Refusal::new(Denial::TextRefused, "text", format!("{place} holds {}", kind.words()))),
        }
    }

    /// A text as it may be passed on.
    fn shown(&self, action: TextAction, text: &str) -> String {
        if action == TextAction::Redact { redact(text, &self.let_through) } else { text.to_owned() }
    }
}

fn kinds(text: &str) -> Vec<Sensitive> {
    find(text).into_iter().map(|finding| finding.kind).collect()
}

/// What the seller says about the resource, in prose.
fn descriptions<'a>(snapshot: &Snapshot<'a>) -> impl Iterator<Item = &'a str> {
    snapshot.claims.iter().flat_map(|claim| claim.description.iter().chain(&claim.service_name).map(String::as_str))
}

fn among_offers(case: Case<'_>) -> Decision {
    let (mut candidates, mut refused) = (Vec::new(), Vec::new());
    for (offer, terms) in case.snapshot.offers.iter().enumerate() {
        match case.judge(offer, terms) {
            Ok(candidate) => candidates.push(candidate),
            Err(refusal) => refused.push((offer, refusal)),
        }
    }
    let Some(best) = candidates.iter().min_by(|left, right| left.compare(right)) else {
        return nothing_left(refused);
    };
    let passed_over = passed_over(best, &candidates, &refused);
    match best.consent {
        Consent::NotNeeded | Consent::Given => Decision::Allow(allow(case, best, passed_over)),
        Consent::Missing => ask(case, best, passed_over),
    }
}

/// The members of [`Denial`] stand in the order of the checks, so the largest is of the offer that came nearest.
fn nothing_left(refused: Vec<(usize, Refusal)>) -> Decision {
    let nearest = refused
        .iter()
        .map(|(_, refusal)| refusal)
        .max_by(|left, right| (left.denial, &right.words).cmp(&(right.denial, &left.words)));
    let refusal = match nearest {
        Some(refusal) => Refusal::new(refusal.denial, refusal.rule, refusal.words.clone()),
        None => Refusal::new(Denial::NoOffer, "offers", "there is no offer"),
    };
    Decision::Deny(refusal.into_denied(refused.into_iter().map(|(offer, refusal)| refusal.into_passed_over(offer)).collect()))
}

impl Refusal {
    fn into_passed_over(self, offer: usize) -> PassedOver {
        PassedOver { offer, denial: Some(self.denial), words: self.words }
    }
}

/// Why each offer but one is not taken, in the order of the offers.
fn passed_over(best: &Candidate<'_>, candidates: &[Candidate<'_>], refused: &[(usize, Refusal)]) -> Vec<PassedOver> {
    let taken = format!("{}", words::amount(best.terms.amount(), best.limits.info));
    let others = candidates.iter().filter(|candidate| candidate.offer != best.offer).map(|candidate| {
        let (info, network) = (candidate.limits.info, words::network(candidate.terms.network()));
        let amount = words::amount(candidate.terms.amount(), info);
        let words = match candidate.consent {
            Consent::Missing => format!("{amount} on {network} would need approval"),
            Consent::NotNeeded | Consent::Given => format!("{amount} on {network} is allowed, {taken} is taken"),
        };
        PassedOver { offer: candidate.offer, denial: None, words }
    });
    let denied = refused.iter().map(|(offer, refusal)| PassedOver {
        offer: *offer,
        denial: Some(refusal.denial),
        words: refusal.words.clone(),
    });
    let mut all: Vec<_> = others.chain(denied).collect();
    all.sort_unstable_by_key(|passed| passed.offer);
    all
}

fn allow(case: Case<'_>, best: &Candidate<'_>, passed_over: Vec<PassedOver>) -> Allowed {
    let (texts, snapshot) = (&case.rules.texts, case.snapshot);
    // what was refused if it held anything holds nothing
    let redacting = texts.url == TextAction::Redact || texts.query == TextAction::Redact;
    Allowed {
        terms: best.terms.clone(),
        asset: best.limits.info,
        window: best.window,
        limits: best.limits.limits.to_vec(),
        rule: rule(case, best),
        approval: match best.consent {
            Consent::Given => snapshot.approval.map(super::Approval::id),
            Consent::NotNeeded | Consent::Missing => None,
        },
        pin: best.pin(),
        category: case.matching.iter().find_map(|rule| rule.category.clone()),
        shown: Shown {
            resource: if redacting {
                redact_url(snapshot.resource, &texts.let_through)
            } else {
                snapshot.resource.as_str().to_owned()
            },
            reason: snapshot.reason.map(|reason| texts.shown(texts.reason, reason)),
            descriptions: descriptions(snapshot).map(|text| texts.shown(texts.description, text)).collect(),
        },
        passed_over,
    }
}

/// A question, unless an answer is there that does not fit it (catalogue row 217).
fn ask(case: Case<'_>, best: &Candidate<'_>, passed_over: Vec<PassedOver>) -> Decision {
    let snapshot = case.snapshot;
    if let Some(approval) = snapshot.approval {
        let refusal = if snapshot.offers.iter().any(|terms| approval.is_for(terms, snapshot)) {
            let words = format!("the approval was asked for at {}, and lasts {} s", approval.asked_at(), case.rules.approval_lasts);
            Refusal::new(Denial::ApprovalExpired, "approval_lasts", words)
        } else {
            Refusal::new(
                Denial::ApprovalMismatch,
                "ask_above",
                "the approval is for other terms, another resource or another purchase",
            )
        };
        return Decision::Deny(refusal.into_denied(passed_over));
    }
    let info = best.limits.info;
    let words = format!(
        "{} on {} to {} for {} {}: above {}, so a person has to agree",
        words::amount(best.terms.amount(), info),
        words::network(info.network),
        crate::text::escape(&format!("{}", best.terms.pay_to()), 64),
        crate::text::escape(snapshot.method, 20),
        redact_url(snapshot.resource, &case.rules.texts.let_through),
        words::amount(best.ask_above.unwrap_or(best.cap), info),
    );
    Decision::Ask(ApprovalRequest::new(best.terms, snapshot, words, passed_over))
}

/// Why an offer is allowed, in words.
fn rule(case: Case<'_>, best: &Candidate<'_>) -> String {
    let info = best.limits.info;
    let mut words = format!("{} <= {}", best.terms.amount().format_units(info.decimals), words::amount(best.cap, info));
    let payee = match best.payee {
        Payee::Listed => "payee named",
        Payee::AsBefore => "payee as before",
        Payee::New => "payee new",
        Payee::Unchecked => "any payee",
    };
    let site = if case.matching.is_empty() { "origin" } else { "resource of" };
    let (origin, window, longest) = (case.snapshot.resource.origin(), best.window, best.longest_window);
    // A String takes everything.
    let _ = write!(words, " per payment; {site} {origin}; {payee}; window {window} s <= {longest} s");
    if best.vouched == Vouched::Yes {
        words.push_str("; signed by its seller");
    }
    if best.consent == Consent::Given {
        words.push_str("; approved");
    }
    words
}
