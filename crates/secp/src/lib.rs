//! secp256k1 for public data: who made a signature, and whether a key made it.
//!
//! Fast, in safe Rust, `no_std` without an allocator, with no dependencies, and panic-free. Digests, signatures and public keys
//! are public, so everything here takes *variable* time, which is where much of the speed comes from. **Secrets must never come
//! here**: there is no signing, and nothing to multiply by a secret with; that is k256's work, in constant time.
//!
//! It is a crate of its own for two reasons: whoever wants only `ecrecover` gets it without a wire format, and a debug build
//! can compile this arithmetic alone with optimisations.
//!
//! | file | what |
//! |---|---|
//! | `words`, `field`, `scalar`, `inverse` | numbers modulo `p` and `n` |
//! | `point`, `table`, `digits`, `ladder` | the group law, odd multiples, signed digits, `a G + b P` |
//! | `comb`, `sums` | multiples of points that are met often, and sums of them: few doublings, many sums at a time |
//! | `ecdsa`, `known`, `batch` | what is public: one signature, a key that is known, many signatures |
//!
//! With the feature `small` the arithmetic is one function for all of its callers, instead of a copy in each.
#![no_std]
#![warn(
    clippy::std_instead_of_core,
    clippy::std_instead_of_alloc,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::exhaustive_enums,
    clippy::exhaustive_structs
)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::indexing_slicing))]

#[cfg(test)]
extern crate alloc;
#[cfg(test)]
extern crate std;

mod batch;
mod comb;
mod digits;
mod ecdsa;
mod field;
mod inverse;
mod known;
mod ladder;
mod point;
#[cfg(test)]
mod samples;
mod scalar;
mod sums;
mod table;
mod words;

pub use batch::{recover_many, recovers_many};
pub use ecdsa::{Parity, Signed, decompress, is_point, recover, verify};
pub use known::KnownKey;
