//! An event from JSON: exactly what is written, and nothing else.

use alloc::boxed::Box;

use quittance_core::json::{Object, Value};
use quittance_core::{Amount, Network, TermsHash, UnixSeconds};

use super::digest::SaltedHash;
use super::escaped::Escaped;
use super::event::Event;
use super::facts::{Budget, Offer, Party, Settlement, Times, Transaction};
use super::origin::Origin;
use super::vocabulary::{Decision, FacilitatorResult, Method, Refusal, RetryDecision, Side, Stage};
use super::word::{Name, Word};
use crate::budget::{Limit, Meter};
use crate::output::Summary;
use crate::receipt::Attested;
use crate::signed_receipt::SignedReceipt;

/// What one line says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Said {
    /// A writer opened the log, at this generation of the store.
    Opened(u64),
    /// A trip came to a stage.
    Trip(Box<Event>),
}

/// An event in this version of the format has no other form. A member that is missing, unknown or not written as it would be written is
/// refused; nothing says why, because whoever wrote such a line did not write it with this format.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct NotAnEvent;

/// Reads an event.
pub(super) fn event(value: &Value) -> Result<(Said, Times), NotAnEvent> {
    let mut members = Members { object: value.as_object().ok_or(NotAnEvent)?, taken: 0 };
    let times = time(members.required_object("time")?)?;
    let stage = members.required("stage", Stage::read)?;
    let said = if stage == Stage::Opened {
        Said::Opened(members.required("generation", seconds)?.as_secs())
    } else {
        Said::Trip(Box::new(trip(stage, &mut members)?))
    };
    members.end().map(|()| (said, times))
}

fn trip(stage: Stage, members: &mut Members<'_>) -> Result<Event, NotAnEvent> {
    let side = members.required("side", Side::read)?;
    let request = members.required("request_id", Name::read)?;
    let category = members.required("resource_category", word)?;
    let method = members.required("method", Method::read)?;
    let offer = offer(members)?;
    let signed = members.optional("signed_retry", SaltedHash::read)?;
    if signed.is_some() && members.take("signature_stored") != Some(&Value::Bool(false)) {
        return Err(NotAnEvent);
    }
    let event = Event {
        origin: members.optional("origin", Origin::read)?,
        purchase: members.optional("purchase", Name::read)?,
        task: members.optional("task", Name::read)?,
        session: members.optional("session", Name::read)?,
        policy: members.optional_pair("policy_decision", Decision::read, "policy_rule", word)?,
        refusal: members.optional("refusal", Refusal::read)?,
        wallet_role: members.optional("wallet_role", word)?,
        facilitator: facilitator(members)?,
        settlement: settlement(members, offer.as_ref())?,
        signed_receipt: members.optional("signed_receipt", SignedReceipt::parse)?,
        service_version: members.optional("service_version", Escaped::read)?,
        output: members.optional("output_validation", Summary::read)?,
        retry: members.optional("retry_decision", RetryDecision::read)?,
        budget: budget(members, offer.as_ref())?,
        offer,
        signed,
        ..Event::bare(stage, side, request, category, method)
    };
    if has_what_it_needs(&event) { Ok(event) } else { Err(NotAnEvent) }
}

/// What the function of a stage takes as arguments is there.
const fn has_what_it_needs(event: &Event) -> bool {
    match event.stage {
        Stage::Requested | Stage::Abandoned | Stage::Answered => true,
        Stage::Quoted => event.offer.is_some(),
        Stage::Denied | Stage::Intent => event.policy.is_some(),
        Stage::Refused => event.refusal.is_some(),
        Stage::Settled => event.settlement.is_some() && event.signed.is_some() && event.offer.is_some(),
        Stage::Admitted | Stage::Signed | Stage::Sent | Stage::Settling | Stage::Unknown | Stage::Released | Stage::Reopened => {
            event.signed.is_some() && event.offer.is_some()
        }
        Stage::Opened => false,
    }
}

fn offer(members: &mut Members<'_>) -> Result<Option<Offer>, NotAnEvent> {
    if members.object.member("terms_hash").is_none() {
        return Ok(None);
    }
    let network = members.required("network", |text| Network::parse(text).ok())?;
    Ok(Some(Offer {
        terms: members.required("terms_hash", |text| TermsHash::parse(text).ok())?,
        amount: members.required("amount", amount)?,
        network,
        asset: members.required("asset", |text| Party::read(network, text))?,
        payee: members.required("payee", |text| Party::read(network, text))?,
    }))
}

fn facilitator(members: &mut Members<'_>) -> Result<Option<FacilitatorResult>, NotAnEvent> {
    let reason = members.take_text("facilitator_reason")?;
    match members.take_text("facilitator_result")? {
        Some(word) => FacilitatorResult::read(word, reason).map(Some).ok_or(NotAnEvent),
        None if reason.is_none() => Ok(None),
        None => Err(NotAnEvent),
    }
}

fn settlement(members: &mut Members<'_>, offer: Option<&Offer>) -> Result<Option<Settlement>, NotAnEvent> {
    let Some(value) = members.take("settlement") else { return Ok(None) };
    let mut members = Members { object: value.as_object().ok_or(NotAnEvent)?, taken: 0 };
    let network = offer.ok_or(NotAnEvent)?.network;
    let settlement = Settlement {
        amount: members.required("amount", amount)?,
        attested: members.required("attested", Attested::parse)?,
        transaction: members.optional("transaction", |text| Transaction::read(network, text))?,
        block: members.optional("block", seconds)?.map(UnixSeconds::as_secs),
    };
    members.end()?;
    // only a charge of nothing has no transaction
    if settlement.transaction.is_none() && !settlement.amount.is_zero() { Err(NotAnEvent) } else { Ok(Some(settlement)) }
}

fn budget(members: &mut Members<'_>, offer: Option<&Offer>) -> Result<Option<Budget>, NotAnEvent> {
    let Some(value) = members.take("budget") else { return Ok(None) };
    let (limit, action) = (members.take_text("spend_limit")?, members.take_text("next_action")?);
    let mut inner = Members { object: value.as_object().ok_or(NotAnEvent)?, taken: 0 };
    let meter = inner.required("meter", |text| Meter::ALL.into_iter().find(|meter| meter.as_str() == text))?;
    let budget = Budget {
        limit: Limit::new(meter, inner.required("limit", amount)?),
        before: inner.required("before", amount)?,
        after: inner.required("after", amount)?,
    };
    inner.end()?;
    let derived = (budget.spend_limit(offer), budget.next_action(offer));
    if (limit, action) == (Some(&derived.0), Some(&derived.1)) { Ok(Some(budget)) } else { Err(NotAnEvent) }
}

fn time(value: &Object) -> Result<Times, NotAnEvent> {
    let mut members = Members { object: value, taken: 0 };
    let times = Times { local: members.required("local", seconds)?, chain: members.optional("chain", seconds)? };
    members.end().map(|()| times)
}

fn word(text: &str) -> Option<Word> {
    Word::parse(text).ok()
}

fn amount(text: &str) -> Option<Amount> {
    Amount::parse(text).ok()
}

/// A number from 0 to 2^64 - 1 in decimal text; times and all other counts have the same grammar.
fn seconds(text: &str) -> Option<UnixSeconds> {
    UnixSeconds::parse(text).ok()
}

/// The members of an object, counted as they are read, so that one that nobody asked for is noticed.
struct Members<'a> {
    object: &'a Object,
    taken: usize,
}

impl<'a> Members<'a> {
    fn take(&mut self, name: &str) -> Option<&'a Value> {
        let value = self.object.member(name);
        self.taken = self.taken.saturating_add(usize::from(value.is_some()));
        value
    }

    fn take_text(&mut self, name: &str) -> Result<Option<&'a str>, NotAnEvent> {
        self.take(name).map(|value| value.as_str().ok_or(NotAnEvent)).transpose()
    }

    fn optional<T>(&mut self, name: &str, read: impl Fn(&str) -> Option<T>) -> Result<Option<T>, NotAnEvent> {
        self.take_text(name)?.map(|text| read(text).ok_or(NotAnEvent)).transpose()
    }

    fn required<T>(&mut self, name: &str, read: impl Fn(&str) -> Option<T>) -> Result<T, NotAnEvent> {
        self.optional(name, read)?.ok_or(NotAnEvent)
    }

    fn required_object(&mut self, name: &str) -> Result<&'a Object, NotAnEvent> {
        self.take(name).and_then(Value::as_object).ok_or(NotAnEvent)
    }

    fn optional_pair<A, B>(
        &mut self,
        first: &str,
        read_first: impl Fn(&str) -> Option<A>,
        second: &str,
        read_second: impl Fn(&str) -> Option<B>,
    ) -> Result<Option<(A, B)>, NotAnEvent> {
        match (self.optional(first, read_first)?, self.optional(second, read_second)?) {
            (Some(first), Some(second)) => Ok(Some((first, second))),
            (None, None) => Ok(None),
            _ => Err(NotAnEvent),
        }
    }

    const fn end(&self) -> Result<(), NotAnEvent> {
        if self.taken == self.object.len() { Ok(()) } else { Err(NotAnEvent) }
    }
}
