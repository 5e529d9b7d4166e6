//! Headers, the answers of others, and hashes: what whoever sells needs beside verifying.

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

/// Whether an answer is the one to a payment; without an offer, by what was signed.
#[wasm_bindgen]
#[must_use]
#[expect(clippy::needless_pass_by_value, reason = "the boundary has no optional slice")]
pub fn answer_to(headers: &[u8], said: &[u8], offer: Option<Vec<u8>>) -> String {
    text(verifying::answer(headers, said, offer.as_deref()))
}

/// What somebody else's reason means.
#[wasm_bindgen]
#[must_use]
pub fn reason(given: &[u8]) -> String {
    text(arguments::text(given).map(answer::reason))
}

/// The hash of an offer.
#[wasm_bindgen]
#[must_use]
pub fn terms_hash(version: &[u8], offer: &[u8]) -> String {
    text(hashing::terms(version, offer))
}

/// The nonce that binds a payment to a request.
#[wasm_bindgen]
#[must_use]
pub fn bound_nonce(given: &[u8]) -> String {
    text(hashing::bound_nonce(given))
}
