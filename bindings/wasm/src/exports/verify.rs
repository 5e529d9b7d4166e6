//! Reading, hashing and verifying: what a worker in front of an API needs.

use alloc::string::String;
use alloc::vec::Vec;

use wasm_bindgen::prelude::wasm_bindgen;

use crate::answer::{bare, text};
use crate::{answer, arguments, hashing, objects, verifying};

/// The text of the object that a header carries; the name is the header's.
#[wasm_bindgen]
#[must_use]
pub fn decode(name: &[u8], value: &[u8]) -> String {
    bare(objects::decode(name, value))
}

/// The header that carries an object.
#[wasm_bindgen]
#[must_use]
pub fn encode(name: &[u8], object: &[u8]) -> String {
    text(objects::encode(name, object))
}

/// Which of the headers of a request is the payment.
#[wasm_bindgen]
#[must_use]
pub fn find_payment(headers: &[u8]) -> String {
    text(objects::find_payment(headers))
}

/// Verifies the payment of a request; with the request, whether it is for that.
#[wasm_bindgen]
#[must_use]
#[expect(clippy::needless_pass_by_value, reason = "the boundary has no optional slice")]
pub fn verify(schemes: &[u8], headers: &[u8], offers: &[u8], now: &[u8], request: Option<Vec<u8>>) -> String {
    text(verifying::verify(schemes, headers, offers, now, request.as_deref()))
}

/// Whether an answer is the one to a payment; without an offer, by what was signed.
#[wasm_bindgen]
#[must_use]
#[expect(clippy::needless_pass_by_value, reason = "the boundary has no optional slice")]
pub fn answer_to(headers: &[u8], said: &[u8], offer: Option<Vec<u8>>) -> String {
    text(verifying::answer(headers, said, offer.as_deref()))
}

/// Recovers the signer of a digest.
#[wasm_bindgen]
#[must_use]
pub fn recover(digest: &[u8], signature: &[u8], form: &[u8]) -> String {
    text(hashing::signer(digest, signature, form))
}

/// Holds a signature against a signer.
#[wasm_bindgen]
#[must_use]
pub fn check_signature(digest: &[u8], signature: &[u8], form: &[u8], signer: &[u8]) -> String {
    text(hashing::check(digest, signature, form, signer))
}

/// The hash of an offer.
#[wasm_bindgen]
#[must_use]
pub fn terms_hash(version: &[u8], offer: &[u8]) -> String {
    text(hashing::terms(version, offer))
}

/// The spelling of a URL that payments are bound to.
#[wasm_bindgen]
#[must_use]
pub fn resource(url: &[u8]) -> String {
    text(hashing::resource(url))
}

/// The nonce that binds a payment to a request.
#[wasm_bindgen]
#[must_use]
pub fn bound_nonce(given: &[u8]) -> String {
    text(hashing::bound_nonce(given))
}

/// What somebody else's reason means.
#[wasm_bindgen]
#[must_use]
pub fn reason(given: &[u8]) -> String {
    text(arguments::text(given).map(answer::reason))
}
