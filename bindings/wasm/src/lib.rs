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
//! Without the feature `full` there are reading, hashing and verifying, and no code that touches a secret key.
#![no_std]
#![warn(
    clippy::std_instead_of_core,
    clippy::std_instead_of_alloc,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation
)]

extern crate alloc;
#[cfg(not(target_family = "wasm"))]
extern crate std;

mod answer;
mod arguments;
#[cfg(feature = "full")]
mod audit;
#[cfg(feature = "full")]
mod chain;
mod digits;
pub mod exports;
mod hashing;
#[cfg(feature = "full")]
mod key;
#[cfg(target_family = "wasm")]
mod machine;
mod objects;
#[cfg(feature = "full")]
mod paying;
#[cfg(feature = "full")]
mod policy;
#[cfg(feature = "full")]
mod quantity;
#[cfg(feature = "full")]
mod report;
mod verifying;
