//! What a facilitator does.

use alloc::string::String;

use wasm_bindgen::prelude::wasm_bindgen;

use crate::answer::text;
use crate::settling;

/// Reads the body of a request to a facilitator.
#[wasm_bindgen]
#[must_use]
pub fn settle_request(purpose: &[u8], body: &[u8]) -> String {
    text(settling::request(purpose, body))
}

/// What is to be done to settle a payment.
#[wasm_bindgen]
#[must_use]
pub fn settle_plan(given: &[u8]) -> String {
    text(settling::plan(given))
}

/// What a receipt says of a settlement.
#[wasm_bindgen]
#[must_use]
pub fn settle_judge(given: &[u8], receipt: &[u8]) -> String {
    text(settling::judge(given, receipt))
}
