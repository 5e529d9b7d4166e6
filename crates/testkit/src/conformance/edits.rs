//! Payments and terms next to those of a sample.

use quittance_core::json::{Object, Value};
use quittance_core::wire::{PaymentPayload, PaymentRequirements};
use quittance_core::{Authorization, Payment, Terms};

/// The payload as it stands on the wire.
pub(super) fn payload(payment: &Payment) -> Object {
    match payment.authorization() {
        Authorization::Eip3009(payload) => payload.into(),
        Authorization::ExactPermit2(payload) => payload.into(),
        Authorization::UptoPermit2(payload) => payload.into(),
        Authorization::Solana(payload) => payload.into(),
        Authorization::Other(payload) => payload.clone(),
        other => panic!("no payload that this crate can write: {other:?}"),
    }
}

/// A payload, said to be for some terms; nothing if nobody could read it.
pub(super) fn paid(terms: &Terms, payment: &Payment, payload: Object) -> Option<Payment> {
    let mut paid = PaymentPayload::new(terms.requirements().clone(), payload);
    paid.extensions = Some(payment.extensions().clone());
    paid.try_into().ok()
}

/// The same terms but for one thing that a payer signs for, each with the name of the thing.
pub(super) fn other_terms(terms: &Terms) -> Vec<(&'static str, Terms)> {
    let edit = |edit: &dyn Fn(&mut PaymentRequirements)| {
        let mut offer = terms.requirements().clone();
        edit(&mut offer);
        Terms::parse(offer).ok()
    };
    let amount = terms.requirements().amount.clone();
    let more = format!("{amount}0");
    let less = terms.amount().checked_sub(quittance_core::Amount::from_u64(1)).map(|amount| amount.to_string());
    let network = if terms.requirements().network == "eip155:8453" { "eip155:84532" } else { "eip155:8453" };
    let edits = [
        ("scheme", edit(&|offer| offer.scheme.push('x'))),
        ("network", edit(&|offer| offer.network = network.into())),
        ("payee", edit(&|offer| offer.pay_to = OTHER.into())),
        ("token", edit(&|offer| offer.asset = OTHER.into())),
        ("a higher price", edit(&|offer| offer.amount.clone_from(&more))),
        ("a lower price", edit(&|offer| offer.amount = less.clone().unwrap_or_default())),
    ];
    edits.into_iter().filter_map(|(name, terms)| terms.map(|terms| (name, terms))).collect()
}

const OTHER: &str = "0x1111111111111111111111111111111111111111";

/// The payload with one text changed in one character, for each text and some characters; each with the name of the text.
pub(super) fn changed(payload: &Object) -> Vec<(String, Object)> {
    let mut changed = Vec::new();
    for (name, value) in payload.iter() {
        let put = |value: Value| {
            let mut edited = payload.clone();
            edited.insert(name, value);
            edited
        };
        match value {
            Value::String(text) => {
                changed.extend(texts(text).into_iter().map(|text| (name.to_owned(), put(Value::String(text)))));
            }
            Value::Object(inner) => {
                let inside = self::changed(inner).into_iter();
                changed.extend(inside.map(|(path, inner)| (format!("{name}.{path}"), put(Value::Object(inner)))));
            }
            _ => {}
        }
    }
    changed
}

/// A text with another digit at its beginning, in its middle and at its end.
fn texts(text: &str) -> Vec<String> {
    let digits = if text.starts_with("0x") { 2 } else { 0 };
    let places = [digits, usize::midpoint(digits, text.len()), text.len().saturating_sub(1)];
    let edited = places.into_iter().filter(|place| *place < text.len() && *place >= digits).filter_map(|place| {
        let mut bytes = text.as_bytes().to_vec();
        bytes[place] = if bytes[place] == b'1' { b'2' } else { b'1' };
        String::from_utf8(bytes).ok()
    });
    edited.collect()
}
