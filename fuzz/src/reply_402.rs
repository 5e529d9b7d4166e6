//! A seller's answer 402 in both versions, and the terms in it.

use quittance_core::json::{Object, Value};
use quittance_core::terms_hash::canonical_terms;
use quittance_core::wire::{PaymentRequired, PaymentRequirements, v1};
use quittance_core::{Limits, Resource, Terms, TermsHash, header, sha256};

use crate::vectors::Vectors;
use crate::{base64, json_laws};

/// A body, or the value of a header.
pub fn run(data: &[u8]) {
    if let Some(inside) = base64::decode(data)
        && let Ok(reply) = header::payment_required(data, &Limits::HEADER)
    {
        assert!(PaymentRequired::from_json(&inside, &Limits::HEADER).as_ref() == Ok(&reply));
    }
    if let Some(reply) = json_laws::object::<PaymentRequired>(data) {
        reply.accepts.into_iter().for_each(check_offer);
        if let Some(resource) = reply.resource.and_then(|resource| Resource::parse(&resource.url).ok()) {
            assert_eq!(Resource::parse(resource.as_str()).as_ref(), Ok(&resource));
        }
    }
    if let Some(reply) = json_laws::object::<v1::PaymentRequired>(data) {
        reply.accepts.iter().filter_map(|offer| offer.to_v2().ok()).for_each(check_offer);
    }
    if let Some(offer) = json_laws::object::<PaymentRequirements>(data) {
        check_offer(offer);
    }
}

/// The answers, as headers and as bodies, and offers alone.
pub fn seeds(vectors: &Vectors) -> Vec<Vec<u8>> {
    let mut seeds = vectors.texts(&["header/required"], "header");
    seeds.extend(vectors.texts(&["wire/payment-required", "wire/requirements"], "text"));
    seeds.extend(vectors.texts(&["terms/hash"], "requirements"));
    seeds
}

/// One offer has one hash, however it is spelled, and terms that are read are the offer that was written.
fn check_offer(offer: PaymentRequirements) {
    let hash = TermsHash::of(&offer);
    assert_eq!(hash.as_bytes(), &sha256(canonical_terms(&offer).as_bytes()));
    assert_eq!(TermsHash::parse(&hash.to_string()), Ok(hash));
    let object = Value::from(Object::from(&offer));
    let spelled = [object.to_string(), json_laws::reordered(&object).to_string(), canonical_terms(&offer)];
    let spelled = spelled.into_iter().map(|text| {
        let limits = Limits::BODY.with_bytes(4 * Limits::BODY.bytes);
        PaymentRequirements::from_json(text.as_bytes(), &limits).expect("an offer in another spelling")
    });
    let spelled = spelled.collect::<Vec<_>>();
    for other in &spelled {
        assert_eq!(TermsHash::of(other), hash);
    }
    let changed = |change: fn(&mut PaymentRequirements)| {
        let mut changed = offer.clone();
        change(&mut changed);
        changed
    };
    let dearer = changed(|offer| offer.amount.push('0'));
    let elsewhere = changed(|offer| offer.pay_to.push('0'));
    let later = changed(|offer| offer.max_timeout_seconds ^= 1);
    for changed in [&dearer, &elsewhere, &later] {
        assert_ne!(TermsHash::of(changed), hash);
    }

    let Ok(terms) = Terms::parse(offer) else {
        assert!(spelled.into_iter().all(|offer| Terms::parse(offer).is_err()));
        return;
    };
    assert_eq!(terms.hash(), hash);
    for offer in spelled {
        let other = Terms::parse(offer).expect("the same offer");
        assert!(terms.is_same_offer(&other) && other.is_same_offer(&terms));
    }
    for changed in [dearer, elsewhere, later].into_iter().filter_map(|offer| Terms::parse(offer).ok()) {
        assert!(!terms.is_same_offer(&changed) && !changed.is_same_offer(&terms));
    }
    // what the registry says of the token is never what the seller says against it
    if let Ok(info) = terms.token() {
        assert_eq!(info.network, terms.network());
    }
}
