//! What the verification of a payment costs, beside what others run.
//!
//! A [`Path`] is one thing that is measured: a name, a sentence, and [`Call`]s that own their inputs, one for each of [`SAMPLES`]
//! payments by as many buyers, so that no branch predictor learns a single signature by heart. Each call returns a verdict, and the
//! tests hold every path to the verdict it names; what is measured is therefore known to be what the name says. Whatever stands
//! behind quittance's public API is what gets measured.
//!
//! A path that ends with a verified payment is all that a seller does offline with the header of a request: it finds the header, decodes
//! and reads it with the seller's offers at hand, finds the offer, compares amount, window and recipient, hashes, checks the signature
//! and frees what it made. The payment repeats the offer letter by letter, as clients do. A batch reads all of its payments before it
//! verifies any; its figure is one payment's share of that. No path asks a chain, speaks HTTP, or claims anything in a store.
//!
//! These programs use the one list ([`paths`]):
//!
//! | program | what it finds | how it is run |
//! |---|---|---|
//! | `paired` | ratios of time, by batches in turn | `cargo xtask bench` |
//! | `allocations` | allocations and bytes of one call | `cargo xtask bench` |
//! | `counted` | instructions of one call, under callgrind | `cargo xtask counts`, and in CI |
//! | `wasm-…` | the same ratios inside a JavaScript engine | `cargo xtask bench --wasm` |
//! | `verification` | criterion's statistics, for a look at one path | `cargo bench -p quittance-benches` |
//!
//! Inputs are fixed: keys are hashes of counters, signatures follow RFC 6979, the time is a constant. Only time itself varies, and
//! nothing that passes or fails depends on it.

mod inputs;
mod path;
mod paths;
#[cfg(not(target_family = "wasm"))]
mod peers;
mod policy;
mod round;

pub use path::{Call, Path, SAMPLES, Side};
pub use paths::{path, paths};
pub use round::round;
