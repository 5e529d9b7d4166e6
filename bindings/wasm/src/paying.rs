//! From an allowed offer to the header that pays for it, in two steps, so that whoever holds the key keeps it.
//!
//! Both steps are given the same arguments and take the same decision; nothing is kept between them. What is signed comes from the offer
//! and the registry, the nonce is bound to the request, and a signature that does not verify against the very terms is not sent.

use alloc::vec::Vec;

use quittance_core::binding::{self, Binding};
use quittance_core::json::Value;
use quittance_core::signature::SignatureBytes;
use quittance_core::wire::{self, Extension, Paying};
use quittance_core::{
    Address, Limits, Payment, PaymentId, Progress, Rejection, Resource, Salt, Scheme, SchemeId, UnixSeconds, VerifyInput, Window,
    payment_id,
};
use quittance_evm::{EXACT, UPTO, Unsigned};
use quittance_guard::Fingerprint;
use quittance_guard::policy::{Allowed, Decision};

use crate::answer::{Answer, Problem, members, shown};
use crate::arguments::{self, Texts};
use crate::policy::{self, Question};

/// How many seconds before now a payment becomes good: clocks differ, and the chain's is the time of its newest block (catalogue row 54).
const BEFORE: u64 = 600;

/// A payment that lacks its signature.
struct Prepared<'a> {
    question: Question<'a>,
    allowed: Allowed,
    unsigned: Unsigned,
    additions: Vec<(&'static str, Extension)>,
}

impl<'a> Prepared<'a> {
    fn read(texts: &'a Texts) -> Result<Self, Problem> {
        let question = Question::read(texts)?;
        let allowed = match question.decide() {
            Decision::Allow(allowed) => allowed,
            Decision::Ask(request) => return Err(policy::denied(&request.refuse())),
            Decision::Deny(denied) => return Err(policy::denied(&denied)),
        };
        let from = Address::parse_party(texts.required("from")?).map_err(Problem::of_kind)?;
        let salt = Salt::parse(texts.required("salt")?).map_err(Problem::of_kind)?;
        let (terms, now) = (allowed.terms(), question.now);
        let bound = Binding::new(terms.hash(), question.method, &question.resource);
        let nonce = bound.map_err(|error| Problem::named(error.name(), error))?.nonce(&salt);
        let until = now.checked_add(allowed.window()).unwrap_or(now);
        let window = Window::new(UnixSeconds::from_secs(now.as_secs().saturating_sub(BEFORE)), until);
        let unsigned = Unsigned::new(terms, from, nonce, window).map_err(|denial| Problem::named(denial.name(), denial))?;
        let additions = additions(&question, &salt, texts.optional("paymentId")?)?;
        Ok(Self { question, allowed, unsigned, additions })
    }

    /// The header with this signature in it.
    fn paying(&self, signature: SignatureBytes) -> Result<Paying, Problem> {
        let payload = self.unsigned.signed(signature);
        Ok(self.question.asked.pay(self.allowed.terms(), payload, &self.additions, &Limits::HEADER)?)
    }
}

/// What is said in answer to the seller's extensions: the salt of the bound nonce, and a name for the payment.
fn additions(question: &Question<'_>, salt: &Salt, id: Option<&str>) -> Result<Vec<(&'static str, Extension)>, Problem> {
    let mut additions = Vec::new();
    let entry = |id| question.asked.extensions().entry(id).ok().flatten();
    if let Some(offered) = entry(binding::EXTENSION).and_then(|entry| wire::Binding::try_from(&entry).ok()) {
        additions.push((binding::EXTENSION, (&offered.answer(salt.clone(), None)).into()));
    }
    let offered = entry(payment_id::EXTENSION).and_then(|entry| wire::PaymentIdentifier::try_from(&entry).ok());
    if let Some((offered, id)) = offered.zip(id) {
        let id = PaymentId::parse(id).map_err(Problem::of_kind)?;
        additions.push((payment_id::EXTENSION, (&offered.answer(id)).into()));
    }
    Ok(additions)
}

/// What a request asks for: a purchase is of one, and a ledger keeps which.
pub(crate) fn fingerprint(method: &[u8], url: &[u8], body: &[u8]) -> Answer {
    let resource = Resource::parse(arguments::text(url)?).map_err(Problem::of_kind)?;
    Ok(members([("hash", shown(Fingerprint::of(arguments::text(method)?, &resource, body)))]))
}

/// What has to be signed for an offer that the policy allows.
pub(crate) fn prepare(arguments: &[u8]) -> Answer {
    let texts = Texts::read(arguments)?;
    let prepared = Prepared::read(&texts)?;
    // whether it fits into a header is known before anybody is asked to sign
    prepared.paying(SignatureBytes::from_bytes(&[0; 65]).map_err(Problem::of_kind)?)?;
    let request = prepared.unsigned.request();
    let mut told = policy::allowed(&prepared.allowed, &prepared.question);
    for (name, value) in [
        ("digest", shown(request.digest())),
        ("typedData", shown(request.typed_data())),
        ("key", shown(prepared.unsigned.key())),
        ("expires", shown(prepared.unsigned.expires())),
    ] {
        told.insert(name, value);
    }
    Ok(told)
}

/// The header that pays, with a signature that was made elsewhere.
pub(crate) fn finish(arguments: &[u8], signature: &str) -> Answer {
    let texts = Texts::read(arguments)?;
    let prepared = Prepared::read(&texts)?;
    let signature = SignatureBytes::parse(signature).map_err(Problem::of_kind)?;
    let paying = prepared.paying(signature)?;
    let payer = proven(&prepared, &paying)?;
    Ok(members([
        ("name", paying.name().into()),
        ("value", paying.expose().into()),
        ("key", shown(prepared.unsigned.key())),
        ("expires", shown(prepared.unsigned.expires())),
        ("payer", payer),
    ]))
}

/// Whose payment it is, by the check that a seller makes; for a contract wallet, which only a chain can ask, nothing.
fn proven(prepared: &Prepared<'_>, paying: &Paying) -> Result<Value, Problem> {
    let headers = [(paying.name(), paying.expose().as_bytes())];
    let terms = prepared.allowed.terms();
    let payment = Payment::from_headers_for(headers, core::slice::from_ref(terms), &Limits::HEADER)?;
    let payment = payment.ok_or(Rejection::PaymentRequired)?;
    let input = VerifyInput::offline(&payment, terms, prepared.question.now);
    let progress = if *terms.scheme() == SchemeId::Upto { UPTO.verify(&input) } else { EXACT.verify(&input) };
    Ok(match progress? {
        Progress::Verified(verified) => shown(verified.payer()),
        _ => Value::Null,
    })
}
