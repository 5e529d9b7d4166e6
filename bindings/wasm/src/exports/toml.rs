//! A policy in TOML.

use alloc::string::String;

use quittance_guard::policy::Policy;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::answer::{Problem, bare};
use crate::arguments;

/// The policy in JSON, as the text that every other export takes it in.
#[wasm_bindgen]
#[must_use]
pub fn policy_json(given: &[u8]) -> String {
    let read = |text: &str| Policy::toml_as_json(text).map_err(|error| Problem::named(error.reason().name(), error));
    bare(arguments::text(given).and_then(read))
}
