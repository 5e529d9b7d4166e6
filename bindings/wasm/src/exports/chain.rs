//! The questions to a chain, and its answers.

use alloc::string::String;
use alloc::vec::Vec;

use wasm_bindgen::prelude::wasm_bindgen;

use crate::answer::text;
use crate::chain;

/// Checks a payment with what a chain has answered so far.
#[wasm_bindgen]
#[must_use]
pub fn chain_check(given: &[u8]) -> String {
    text(chain::check(given))
}

/// The call that asks a question.
#[wasm_bindgen]
#[must_use]
pub fn chain_call(question: &[u8]) -> String {
    text(chain::call(question))
}

/// The answer to a question, from what its call returned or reverted with.
#[wasm_bindgen]
#[must_use]
#[expect(clippy::needless_pass_by_value, reason = "the boundary has no optional slice")]
pub fn chain_answer(question: &[u8], returned: Option<Vec<u8>>, reverted: Option<Vec<u8>>) -> String {
    text(chain::answer(question, returned.as_deref(), reverted.as_deref()))
}

/// One call that makes many.
#[wasm_bindgen]
#[must_use]
pub fn multicall(calls: &[u8]) -> String {
    text(chain::multicall(calls))
}

/// What each of so many calls came to.
#[wasm_bindgen]
#[must_use]
pub fn multicall_outcomes(returned: &[u8], count: usize) -> String {
    text(chain::outcomes(returned, count))
}
