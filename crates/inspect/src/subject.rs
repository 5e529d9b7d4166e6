//! From a text to its report.

use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use quittance_core::header::{PAYMENT_SIGNATURE, X_PAYMENT};
use quittance_core::json::{Object, Value};
use quittance_core::registry::{default_asset, network_by_v1_name};
use quittance_core::wire::{self, v1};
use quittance_core::{Authorization, DecodeError, Limits, Payment, Reason, Terms, UnixSeconds};

use crate::abuse;
use crate::fields::{self, Bound, Setting};
use crate::kind::Kind;
use crate::mistake::Mistake;
use crate::pieces::{self, Piece, Place};
use crate::report::{Finding, Report, Verdict};
use crate::rules;
use crate::signer;
use crate::statements;

/// What is known beside the text.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Context<'a> {
    /// The time that windows are judged at.
    pub now: UnixSeconds,
    /// What the seller really asks. Without it a payment is judged by the copy of the offer that it carries, and a report says so.
    pub terms: Option<&'a Terms>,
}

impl<'a> Context<'a> {
    /// A time, and nothing else.
    #[must_use]
    pub const fn at(now: UnixSeconds) -> Self {
        Self { now, terms: None }
    }

    /// The same, with the seller's own offer.
    #[must_use]
    pub const fn with_terms(self, terms: &'a Terms) -> Self {
        Self { terms: Some(terms), ..self }
    }
}

/// Says what is in a text.
#[must_use]
pub fn inspect(text: &str, context: &Context<'_>) -> Report {
    Report { findings: pieces::pieces(text).iter().map(|piece| finding(piece, context)).collect() }
}

fn finding(piece: &Piece<'_>, context: &Context<'_>) -> Finding {
    let opened = pieces::open(piece);
    let mut finding = Finding {
        place: piece.place,
        kind: Kind::Unknown,
        mistakes: opened.mistakes.into_iter().map(|mistake| (mistake, None)).collect(),
        error: None,
        fields: Vec::new(),
        facts: Vec::new(),
        rules: Vec::new(),
        verdict: Verdict::Malformed,
        abuse: Vec::new(),
        text: None,
    };
    let object = match opened.object {
        Ok(object) => object,
        Err(error) => {
            finding.error = Some(error);
            return finding;
        }
    };
    let header = if let Place::Header(name) = piece.place { Some(name) } else { None };
    finding.kind = Kind::of(&object, header);
    if let Some(header) = header
        && !finding.kind.belongs_into(header)
    {
        let mistake = match (finding.kind, header) {
            (Kind::PaymentV1, PAYMENT_SIGNATURE) => Mistake::OldPaymentInNewHeader,
            (Kind::Payment, X_PAYMENT) => Mistake::NewPaymentInOldHeader,
            _ => Mistake::OtherHeader,
        };
        finding.mistakes.push((mistake, None));
    }
    read(&mut finding, &object, context);
    if finding.error.is_some() {
        finding.mistakes.extend(hints(&object, finding.kind));
    }
    finding
}

/// Reads an object as what it is.
fn read(finding: &mut Finding, object: &Object, context: &Context<'_>) {
    let text = Value::Object(object.clone()).to_string();
    if matches!(finding.kind, Kind::Required | Kind::RequiredV1) {
        finding.text = Some(text.clone());
    }
    let bytes = text.as_bytes();
    let limits = &Limits::BODY;
    let plain = |asset| Setting { now: context.now, asset, payment: None, prefix: "" };
    let outcome = match finding.kind {
        Kind::Payment | Kind::PaymentV1 => payment(finding, object, context),
        Kind::Request | Kind::RequestV1 => request(finding, object, bytes, context),
        Kind::RequiredV1 => v1::PaymentRequired::from_json(bytes, limits)
            .and_then(|required| required.accepts.iter().try_for_each(|offer| offer.to_v2().and_then(Terms::parse).map(drop))),
        Kind::Required => wire::PaymentRequired::from_json(bytes, limits).and_then(|required| {
            statements::of_terms(finding, &required, context.now);
            required.accepts.into_iter().try_for_each(|offer| Terms::parse(offer).map(drop))
        }),
        Kind::OfferV1 => {
            finding.mistakes.push((Mistake::BareOffer, None));
            v1::PaymentRequirements::from_json(bytes, limits).and_then(|offer| offer.to_v2()).and_then(Terms::parse).map(drop)
        }
        Kind::Offer => {
            finding.mistakes.push((Mistake::BareOffer, None));
            wire::PaymentRequirements::from_json(bytes, limits).and_then(Terms::parse).map(drop)
        }
        Kind::Payload => {
            finding.mistakes.push((Mistake::BarePayload, None));
            Ok(())
        }
        Kind::Verdict => wire::VerifyResponse::from_json(bytes, limits).map(|said| {
            finding.facts.push(("says", if said.is_valid { "valid" } else { "not valid" }.to_string()));
            finding.facts.extend(said.invalid_reason.as_deref().and_then(reason).map(|reason| ("because", reason)));
        }),
        Kind::Receipt => wire::SettleResponse::from_json(bytes, limits).map(|said| {
            let words = if said.success { "the money moved, says whoever wrote this; the chain knows" } else { "not settled" };
            finding.facts.push(("says", words.to_string()));
            finding.facts.extend(said.error_reason.as_deref().and_then(reason).map(|reason| ("because", reason)));
            statements::of_settlement(finding, &said, context.now);
        }),
        Kind::Supported => wire::SupportedResponse::from_json(bytes, limits).map(drop),
        Kind::SignIn => wire::SignInWithX::from_json(bytes, limits).map(drop),
        Kind::ExtensionResponses => wire::ExtensionResponses::from_json(bytes, limits).map(drop),
        Kind::Unknown => {
            finding.fields = fields::fields(object, &plain(None));
            return;
        }
    };
    if finding.fields.is_empty() {
        finding.fields = offers(object, &plain(None));
    }
    match outcome {
        Ok(()) if matches!(finding.verdict, Verdict::Malformed) => finding.verdict = Verdict::WellFormed,
        Ok(()) => {}
        Err(error) => {
            finding.verdict = Verdict::Malformed;
            finding.error = Some(error);
        }
    }
}

/// The members of an object that may hold offers, each with amounts of its own token.
fn offers(object: &Object, setting: &Setting<'_>) -> Vec<crate::report::Field> {
    let asset = |offer: &Object| {
        let text = |name| offer.member(name).and_then(Value::as_str);
        let network = text("network")?;
        let network = network.parse().ok().or_else(|| network_by_v1_name(network))?;
        quittance_core::Asset::parse(network, text("asset")?).ok()
    };
    let Some(Value::Array(list)) = object.member("accepts") else {
        return fields::fields(object, &Setting { asset: asset(object), ..*setting });
    };
    let mut rest = object.clone();
    rest.remove("accepts");
    let mut found = fields::fields(&rest, setting);
    for (at, offer) in list.iter().enumerate() {
        if let Some(offer) = offer.as_object() {
            let prefix = format!("accepts[{at}]");
            found.extend(fields::fields(offer, &Setting { asset: asset(offer), prefix: &prefix, ..*setting }));
        }
    }
    found
}

/// A payment inside a request to a facilitator, judged by the requirements beside it.
fn request(finding: &mut Finding, object: &Object, bytes: &[u8], context: &Context<'_>) -> Result<(), DecodeError> {
    let terms = match wire::VerifyRequest::from_json(bytes, &Limits::BODY)? {
        wire::VerifyRequest::V1 { requirements, .. } => Terms::parse(requirements.to_v2()?)?,
        wire::VerifyRequest::V2 { requirements, .. } => Terms::parse(requirements)?,
        _ => return Ok(()),
    };
    let Some(Value::Object(inner)) = object.member("paymentPayload") else { return Ok(()) };
    payment(finding, inner, &context.with_terms(&terms))
}

fn payment(finding: &mut Finding, object: &Object, context: &Context<'_>) -> Result<(), DecodeError> {
    let text = Value::Object(object.clone()).to_string();
    let empty = Object::new();
    let payload = object.member("payload").and_then(Value::as_object).unwrap_or(&empty);
    let unread = |asset| Setting { now: context.now, asset, payment: Some(Bound::No), prefix: "" };
    finding.fields = fields::fields(object, &unread(None));
    let payment: Payment = if matches!(finding.kind, Kind::PaymentV1 | Kind::RequestV1) {
        v1::PaymentPayload::from_json(text.as_bytes(), &Limits::BODY)?.try_into()?
    } else {
        wire::PaymentPayload::from_json(text.as_bytes(), &Limits::BODY)?.try_into()?
    };
    let (terms, by) = match (context.terms, payment.accepted()) {
        (Some(terms), _) => (Some(terms.clone()), "the seller's own offer"),
        (None, Some(accepted)) => {
            (Some(accepted.clone()), "the copy of the offer that the payment carries; only the seller knows its own")
        }
        (None, None) => (guess(&payment), "nothing: version 1 does not name the offer; taken for one of just what was signed"),
    };
    let Some(terms) = terms else {
        finding.verdict = Verdict::NoRules;
        return Ok(());
    };
    finding.facts.push(("judged by", by.to_string()));
    let bound = signer::bound(&payment, &terms);
    let setting =
        Setting { payment: Some(if bound.is_some() { Bound::Yes } else { Bound::No }), ..unread(Some(terms.asset().clone())) };
    finding.fields = fields::fields(object, &setting);
    finding.facts.extend(signer::facts(&payment, &terms));
    finding.facts.extend(bound.map(|method| ("bound to", method)));
    (finding.rules, finding.verdict) = rules::judge(&payment, payload, &terms, context.now);
    finding.abuse = abuse::of(&payment, &terms, context.now, setting.payment == Some(Bound::Yes), &finding.rules);
    Ok(())
}

/// The offer that a payment of version 1 would be right for: the network's own token, and just what was signed.
fn guess(payment: &Payment) -> Option<Terms> {
    let asset = default_asset(payment.network())?;
    let Authorization::Eip3009(payload) = payment.authorization() else { return None };
    let paid = &payload.authorization;
    let scheme = payment.scheme().as_str();
    let (network, value, to) = (payment.network().to_string(), paid.value.to_string(), paid.to.to_string());
    Terms::parse(wire::PaymentRequirements::new(scheme, network, value, asset.id, to, 60)).ok()
}

/// What a reason means, where it is known.
fn reason(text: &str) -> Option<String> {
    Some(match Reason::parse(text) {
        Reason::Rejection(rejection) => format!("{} ({})", rejection.description(), rejection.citation()),
        Reason::Fault(fault) => format!("{}: an outage, not a refusal", fault.description()),
        _ => return None,
    })
}

/// The mistakes in the offers of an object that could not be read, in the words of the version that it is of.
fn hints(object: &Object, kind: Kind) -> Vec<(Mistake, Option<String>)> {
    let mut found = Vec::new();
    let first = matches!(kind, Kind::PaymentV1 | Kind::RequiredV1 | Kind::OfferV1 | Kind::RequestV1);
    visit(object, "", &mut |offer, path| {
        let at = |name: &str| if path.is_empty() { name.to_string() } else { format!("{path}.{name}") };
        let value = |name| offer.member(name);
        let (own, other, mistake) = if first {
            ("maxAmountRequired", "amount", Mistake::NewAmount)
        } else {
            ("amount", "maxAmountRequired", Mistake::OldAmount)
        };
        if value("payTo").is_some() && value(other).is_some() {
            found.push((mistake, Some(at(other))));
        }
        for name in [own, "value"] {
            match value(name) {
                Some(Value::Number(_)) => found.push((Mistake::NumberAmount, Some(at(name)))),
                Some(Value::String(text)) if text.contains(['.', '$', ',']) => found.push((Mistake::DecimalAmount, Some(at(name)))),
                _ => {}
            }
        }
        match value("network").and_then(Value::as_str) {
            Some(text) if first && text.contains(':') => found.push((Mistake::NewNetwork, Some(at("network")))),
            Some(text) if !first && network_by_v1_name(text).is_some() => found.push((Mistake::OldNetwork, Some(at("network")))),
            _ => {}
        }
    });
    found
}

/// Shows every object inside an object, with the path to it.
fn visit(object: &Object, path: &str, show: &mut impl FnMut(&Object, &str)) {
    show(object, path);
    for (name, value) in object.iter() {
        let path = if path.is_empty() { name.to_string() } else { format!("{path}.{name}") };
        match value {
            Value::Object(inner) => visit(inner, &path, show),
            Value::Array(list) => {
                for (at, item) in list.iter().enumerate() {
                    if let Value::Object(inner) = item {
                        visit(inner, &format!("{path}[{at}]"), show);
                    }
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests;
