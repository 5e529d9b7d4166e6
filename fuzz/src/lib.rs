//! What a stranger's bytes must never do to quittance, as functions from bytes to a panic.
//!
//! Each target is a module with a `run`, which panics when a law is broken, and `seeds`, which makes its first inputs of the shared
//! vectors. A law is never "the answer is so and so" for one input, as in the vectors, but what holds for all: what was read is written
//! and read again the same, a second implementation agrees, a verdict is what a simple predicate says.
//!
//! The same functions run in two ways. `tests/corpus.rs` is an ordinary test, on stable: all seeds, all inputs that ever broke a law
//! (`regressions/`) and some thousand mutations that are the same in every run. `fuzz_targets/` are the binaries that cargo-fuzz
//! builds; `cargo xtask fuzz` does that.
#![forbid(unsafe_code)]

pub mod mutation;
pub mod vectors;

mod base64;
mod json_laws;
mod text_laws;

pub mod audit_log;
pub mod chain_answers;
pub mod header_payment;
pub mod identifiers;
pub mod money_amount;
pub mod payer_cache;
pub mod payment_resigned;
pub mod policy_toml;
pub mod recovery;
pub mod reply_402;
pub mod reply_facilitator;
pub mod resource;
pub mod signature;
pub mod transaction;
pub mod typed_data;
pub mod wire_v1;
pub mod wire_v2;

use vectors::Vectors;

/// One fuzz target.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Its name, that of its module and of its file in `fuzz_targets/`.
    pub name: &'static str,
    /// Runs it; panics when a law is broken.
    pub run: fn(&[u8]),
    /// Its first inputs.
    pub seeds: fn(&Vectors) -> Vec<Vec<u8>>,
}

macro_rules! targets {
    ($($name:ident),+ $(,)?) => {
        /// Every target.
        pub const TARGETS: &[Target] = &[$(Target { name: stringify!($name), run: $name::run, seeds: $name::seeds }),+];
    };
}

targets!(
    header_payment,
    wire_v1,
    wire_v2,
    reply_402,
    reply_facilitator,
    typed_data,
    signature,
    recovery,
    payment_resigned,
    payer_cache,
    resource,
    money_amount,
    identifiers,
    audit_log,
    policy_toml,
    chain_answers,
    transaction,
);
