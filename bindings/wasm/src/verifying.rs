//! A payment, from the headers of a request to the verdict.
//!
//! Offline, and for payers with a key: what is answered is that terms and signature are right, never that anybody has paid. A contract
//! wallet is for a chain to ask about.

use alloc::string::String;
use alloc::vec::Vec;

use quittance_core::json::{Object, Value};
use quittance_core::wire::SettleResponse;
use quittance_core::{
    DecodeError, Limits, Payment, Progress, Rejection, ReplayKey, Retry, Scheme, SchemeId, Settling, Terms, UnixSeconds, Verified,
    VerifyInput, Window, WindowRule, find_offer,
};
use quittance_evm::{EXACT, UPTO};

use crate::answer::{self, Answer, Problem, members, shown};
use crate::requested::Request;
use crate::{arguments, objects};

/// The payment among the headers of one request, against the seller's own offers.
pub(crate) fn verify(schemes: &[u8], headers: &[u8], offers: &[u8], now: &[u8], request: Option<&[u8]>) -> Answer {
    let (offers, now) = (arguments::own_offers(offers)?, arguments::seconds(now)?);
    let scheme = Only::read(schemes)?;
    let request = request.map(Request::read).transpose()?;
    let payment = read(&objects::pairs(headers)?, &offers)?;
    if let Some(request) = &request {
        request.is_named_by(&payment)?;
    }
    let terms = find_offer(&offers, &payment)?;
    let verified = scheme.verify(&payment, terms, now)?;
    let mut facts = facts(&verified, terms, &offers);
    if let Some(request) = &request {
        facts.insert("bound", request.is_bound(&payment, &verified)?);
    }
    Ok(facts)
}

/// Many requests at once, in their order; each is told what it would be told alone.
pub(crate) fn verify_many(schemes: &[u8], requests: &[u8], offers: &[u8], now: &[u8]) -> Answer {
    let (offers, now) = (arguments::own_offers(offers)?, arguments::seconds(now)?);
    let scheme = Only::read(schemes)?;
    let requests = arguments::texts(requests)?;
    let read = |request: &Value| payment(&objects::pairs(arguments::element(request)?.as_bytes())?, &offers);
    let read = requests.iter().map(read).collect::<Vec<_>>();
    let inputs = read.iter().flatten().map(|(payment, terms)| VerifyInput::offline(payment, terms, now)).collect::<Vec<_>>();
    let mut verdicts = scheme.verify_many(&inputs).into_iter();
    let told = read.into_iter().map(|request| {
        let answer = request.and_then(|(_, terms)| {
            let verdict = verdicts.next().unwrap_or_else(|| Err(Rejection::UnsupportedScheme.into()));
            verdict.map(|verified| facts(&verified, terms, &offers))
        });
        Value::Object(answer::object(answer))
    });
    Ok(members([("verdicts", told.collect::<Vec<_>>().into())]))
}

/// Whether what somebody says of a settlement is the answer to this payment, for this offer or, without one, for what was signed.
pub(crate) fn answer(headers: &[u8], said: &[u8], offer: Option<&[u8]>) -> Answer {
    let offer = offer.map(|offer| arguments::text(offer).and_then(arguments::own_offer)).transpose()?;
    let payment = read(&objects::pairs(headers)?, offer.as_slice())?;
    let asked = match offer {
        Some(offer) => {
            Settling::of_offer(offer.requirements(), payment.from()).map_err(|error| Problem::named("own_offer", error))?
        }
        None => Settling::of_payment(&payment).ok_or(Rejection::UnsupportedScheme)?,
    };
    // what cannot be read says nothing of the payment, whose money may have moved
    let unread = |error: DecodeError| Problem::new(error.kind().name(), &error, Retry::UnknownOutcome);
    let said = SettleResponse::from_json(said, &Limits::BODY).map_err(unread)?;
    let answered = asked.judge(&said).map_err(|error| Problem::new(error.name(), error, Retry::UnknownOutcome))?;
    Ok(members([("transaction", answered.transaction().into()), ("charged", shown(answered.charged()))]))
}

/// The payment and the one offer that it takes.
pub(crate) fn payment<'a>(headers: &[(String, String)], offers: &'a [Terms]) -> Result<(Payment, &'a Terms), Problem> {
    let payment = read(headers, offers)?;
    let terms = find_offer(offers, &payment)?;
    Ok((payment, terms))
}

/// The payment. A request without one is told so in the words of a seller.
fn read(headers: &[(String, String)], offers: &[Terms]) -> Result<Payment, Problem> {
    let headers = headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
    Ok(Payment::from_headers_for(headers, offers, &Limits::HEADER)?.ok_or(Rejection::PaymentRequired)?)
}

/// Which schemes are served.
#[derive(Clone, Copy)]
enum Only {
    Exact,
    Upto,
    /// Whichever of the two the offer is of.
    Either,
}

impl Only {
    fn read(name: &[u8]) -> Result<Self, Problem> {
        match arguments::text(name)? {
            "exact" => Ok(Self::Exact),
            "upto" => Ok(Self::Upto),
            "" => Ok(Self::Either),
            _ => Err(Rejection::UnsupportedScheme.into()),
        }
    }

    /// Whether an offer is for `upto`, as far as it may be.
    fn is_upto(self, terms: &Terms) -> bool {
        match self {
            Self::Exact => false,
            Self::Upto => true,
            Self::Either => *terms.scheme() == SchemeId::Upto,
        }
    }

    fn verify(self, payment: &Payment, terms: &Terms, now: UnixSeconds) -> Result<Verified, Rejection> {
        if self.is_upto(terms) { UPTO.verify_by_key(payment, terms, now) } else { EXACT.verify_by_key(payment, terms, now) }
    }

    fn verify_many(self, inputs: &[VerifyInput<'_>]) -> Vec<Result<Verified, Problem>> {
        let of = |upto: bool| inputs.iter().copied().filter(|input| self.is_upto(input.terms) == upto).collect::<Vec<_>>();
        let mut upto = UPTO.keys_only().verify_many(&of(true)).into_iter();
        let mut exact = EXACT.keys_only().verify_many(&of(false)).into_iter();
        let next = |input: &VerifyInput<'_>| if self.is_upto(input.terms) { upto.next() } else { exact.next() };
        inputs.iter().filter_map(next).map(verified).collect()
    }
}

/// No question is asked about keys.
fn verified(progress: Result<Progress, Rejection>) -> Result<Verified, Problem> {
    match progress? {
        Progress::Verified(verified) => Ok(verified),
        _ => Err(Problem::named("chain_needed", "only the chain can say")),
    }
}

/// What is known of a payment whose terms and signature are right.
pub(crate) fn facts(verified: &Verified, terms: &Terms, offers: &[Terms]) -> Object {
    let mut facts = members([
        ("payer", shown(verified.payer())),
        ("amount", shown(verified.amount())),
        ("expires", shown(verified.expires())),
        ("key", shown(verified.key())),
        ("termsHash", shown(terms.hash())),
    ]);
    if let ReplayKey::Eip3009 { nonce, .. } | ReplayKey::Permit2 { nonce, .. } = verified.key() {
        facts.insert("nonce", shown(nonce));
    }
    let index = offers.iter().position(|offer| core::ptr::eq(offer, terms)).and_then(|index| u32::try_from(index).ok());
    if let Some(index) = index {
        facts.insert("offer", index);
    }
    facts
}

/// Which offer a version 2 payment for `accepted` would take.
pub(crate) fn find(offers: &[u8], accepted: &[u8]) -> Answer {
    let offers = arguments::offers(offers)?;
    let accepted = arguments::offer(arguments::text(accepted)?)?;
    let found = offers.iter().position(|offer| offer.is_same_offer(&accepted)).and_then(|index| u32::try_from(index).ok());
    Ok(members([("index", found.ok_or(Rejection::NoMatchingOffer)?.into())]))
}

/// Judges a window by the rule of a contract, with so many seconds that must be left.
pub(crate) fn window(rule: &[u8], [valid_after, valid_before, now, margin]: [&[u8]; 4]) -> Answer {
    let rule = match arguments::text(rule)? {
        "eip3009" => WindowRule::EIP3009,
        "permit2" => WindowRule::PERMIT2,
        _ => return Err(Problem::named("unknown_name", "the rules are eip3009 and permit2")),
    };
    let rule = if margin.is_empty() { rule } else { rule.with_margin(arguments::seconds(margin)?.as_secs()) };
    let (now, opens, closes): (UnixSeconds, _, _) =
        (arguments::seconds(now)?, arguments::seconds(valid_after)?, arguments::seconds(valid_before)?);
    Window::new(opens, closes).judge(now, &rule).map_err(|error| Problem::named(error.name(), error))?;
    Ok(Object::new())
}
