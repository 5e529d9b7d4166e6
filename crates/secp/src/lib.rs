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
//! | `point`, `table`, `ladder` | the group law, odd multiples, `a G + b P` |
//! | `ecdsa` | what is public |
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

mod ecdsa;
mod field;
mod inverse;
mod ladder;
mod point;
#[cfg(test)]
mod samples;
mod scalar;
mod table;
mod words;

pub use ecdsa::{Parity, decompress, is_point, recover, verify};
