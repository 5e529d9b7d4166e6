//! The spec core for JavaScript: the npm package `quittance`.
//!
//! One thin layer over the crates that do the work. Every function of [`exports`] takes bytes of text and gives the text of one JSON
//! object: what was found, or what is wrong with a code that is the same as in Rust and in the shared vectors. Numbers are decimal text in
//! both directions, because the numbers of JavaScript are doubles. No text that a stranger writes ends in a trap.
//!
//! The module imports nothing: no clock, no randomness, no network. Time is an argument, fresh bytes are an argument, and what has to be
//! remembered (nonces, purchases, budgets) is the host's, because a page has many tabs and a worker many instances (catalogue row
//! 237). What JavaScript is shown is written by hand in `js/` on top of this.
//!
//! The package has slices, and each is a module with one of the features: `verify` and `gate`, which have no code that touches a secret key, `settle`,
//! `statements`, `toml`, and `full`, which has most of it. What a slice does not export is in none of its bytes.
#![no_std]
#![warn(
    clippy::std_instead_of_core,
    clippy::std_instead_of_alloc,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation
)]
#![cfg_attr(
    not(all(feature = "full", feature = "settle", feature = "statements", feature = "toml")),
    allow(dead_code, reason = "a slice exports some of it; the linker drops the rest")
)]

extern crate alloc;
#[cfg(not(target_family = "wasm"))]
extern crate std;

mod answer;
mod arguments;
#[cfg(feature = "full")]
mod audit;
mod chain;
mod digits;
pub mod exports;
mod hashing;
#[cfg(any(feature = "keys", feature = "statements"))]
mod key;
#[cfg(target_family = "wasm")]
mod machine;
mod objects;
#[cfg(feature = "full")]
mod paying;
#[cfg(feature = "full")]
mod policy;
mod quantity;
#[cfg(feature = "full")]
mod report;
mod requested;
mod settling;
#[cfg(feature = "statements")]
mod statements;
mod verifying;
