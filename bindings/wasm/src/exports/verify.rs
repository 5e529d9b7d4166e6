//! Verifying, and what it is made of: nothing that a verifier does not need.

use alloc::string::String;
use alloc::vec::Vec;

use wasm_bindgen::prelude::wasm_bindgen;

use crate::answer::text;
use crate::{hashing, objects, verifying};

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

/// The spelling of a URL that payments are bound to.
#[wasm_bindgen]
#[must_use]
pub fn resource(url: &[u8]) -> String {
    text(hashing::resource(url))
}
