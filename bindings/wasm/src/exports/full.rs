//! What is left of reading, hashing and verifying; the policy pause, signing in two steps, the audit log, the inspector.

use alloc::string::String;
use alloc::vec::Vec;

use quittance_core::Limits;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::answer::{bare, text};
use crate::{arguments, audit, hashing, objects, paying, policy, quantity, report, verifying};

/// The text of an object that came by itself; the name is its type's.
#[wasm_bindgen]
#[must_use]
pub fn read(name: &[u8], object: &[u8]) -> String {
    bare(objects::read(name, object))
}

/// Any JSON text of at most so many bytes, by the strict reader.
#[wasm_bindgen]
#[must_use]
pub fn json(given: &[u8], bytes: usize) -> String {
    text(objects::json_text(given, &Limits::BODY.with_bytes(bytes)))
}

/// An offer of version 1 in the words of version 2.
#[wasm_bindgen]
#[must_use]
pub fn to_v2(offer: &[u8]) -> String {
    text(objects::to_v2(offer))
}

/// What a 402 asks: its header, if it has one, and its body.
#[wasm_bindgen]
#[must_use]
#[expect(clippy::needless_pass_by_value, reason = "the boundary has no optional slice")]
pub fn ask(required: Option<Vec<u8>>, body: &[u8]) -> String {
    text(objects::ask(required.as_deref(), body))
}

/// Verifies those of many requests.
#[wasm_bindgen]
#[must_use]
pub fn verify_many(schemes: &[u8], requests: &[u8], offers: &[u8], now: &[u8]) -> String {
    text(verifying::verify_many(schemes, requests, offers, now))
}

/// Which offer is meant.
#[wasm_bindgen]
#[must_use]
pub fn find_offer(offers: &[u8], accepted: &[u8]) -> String {
    text(verifying::find(offers, accepted))
}

/// Judges a window of time.
#[wasm_bindgen]
#[must_use]
pub fn window(rule: &[u8], valid_after: &[u8], valid_before: &[u8], now: &[u8], margin: &[u8]) -> String {
    text(verifying::window(rule, [valid_after, valid_before, now, margin]))
}

/// Hashes typed data.
#[wasm_bindgen]
#[must_use]
pub fn typed_data(data: &[u8]) -> String {
    text(hashing::typed_data(data))
}

/// Hashes a personal message.
#[wasm_bindgen]
#[must_use]
pub fn personal(message: &[u8]) -> String {
    text(hashing::personal(message))
}

/// Takes a signature apart.
#[wasm_bindgen]
#[must_use]
pub fn signature_shape(signature: &[u8]) -> String {
    text(hashing::shape(signature))
}

/// Reads an amount, an address, a network and other texts that are one thing each.
#[wasm_bindgen]
#[must_use]
pub fn parse(kind: &[u8], given: &[u8]) -> String {
    text(quantity::parse(kind, given))
}

/// A price in the smallest unit of a token.
#[wasm_bindgen]
#[must_use]
pub fn price(given: &[u8], decimals: u8) -> String {
    text(quantity::price(given, decimals))
}

/// What a request asks for, as one hash.
#[wasm_bindgen]
#[must_use]
pub fn fingerprint(method: &[u8], url: &[u8], body: &[u8]) -> String {
    text(paying::fingerprint(method, url, body))
}

/// What a policy says to a 402.
#[wasm_bindgen]
#[must_use]
pub fn decide(arguments: &[u8]) -> String {
    text(policy::decide(arguments))
}

/// What has to be signed for an offer that the policy allows.
#[wasm_bindgen]
#[must_use]
pub fn prepare(arguments: &[u8]) -> String {
    text(paying::prepare(arguments))
}

/// The header that pays, with a signature that was made elsewhere.
#[wasm_bindgen]
#[must_use]
pub fn finish(arguments: &[u8], signature: &[u8]) -> String {
    text(arguments::text(signature).and_then(|signature| paying::finish(arguments, signature)))
}

/// Whether an audit log is whole.
#[wasm_bindgen]
#[must_use]
#[expect(clippy::needless_pass_by_value, reason = "the boundary has no optional slice")]
pub fn audit_verify(log: &[u8], anchor: Option<Vec<u8>>) -> String {
    text(audit::verify(log, anchor.as_deref()))
}

/// The line of an event.
#[wasm_bindgen]
#[must_use]
#[expect(clippy::needless_pass_by_value, reason = "the boundary has no optional slice")]
pub fn audit_entry(log: &[u8], after: Option<Vec<u8>>, event: &[u8]) -> String {
    text(audit::entry(log, after.as_deref(), event))
}

/// The hash that stands in a log for bytes.
#[wasm_bindgen]
#[must_use]
pub fn audit_hash(salt: &[u8], bytes: &[u8]) -> String {
    text(audit::salted_hash(salt, bytes))
}

/// Text as a log shows it.
#[wasm_bindgen]
#[must_use]
pub fn audit_escaped(given: &[u8]) -> String {
    text(audit::escaped(given))
}

/// What is in a text: the report of the inspector. With the seller's offer a payment is judged by that, and not by its own copy.
#[wasm_bindgen]
#[must_use]
#[expect(clippy::needless_pass_by_value, reason = "the boundary has no optional slice")]
pub fn inspect(given: &[u8], now: &[u8], offer: Option<Vec<u8>>) -> String {
    text(report::inspect(given, now, offer.as_deref()))
}
