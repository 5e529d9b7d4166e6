//! x402 payment schemes on `eip155` networks.
//!
//! [`EXACT`] is the scheme `exact` by EIP-3009: the payer signs a transfer that the token itself carries out. It is a value; pass it to
//! whatever asks for a [`Scheme`](quittance_core::Scheme). `exact` and `upto` by Permit2 are not here yet, and a payment that uses them is
//! refused as [`UnsupportedPayloadType`](quittance_core::Rejection::UnsupportedPayloadType).
//!
//! Everything is pure: no I/O, no clock, no state. Where only the chain can say, the answer is
//! [`Progress::Ask`](quittance_core::Progress::Ask), to be resumed with the chain's answer; without a chain such a payment is unverifiable,
//! never valid. What a settlement has to do comes out as [`Plan`](quittance_core::chain::Plan), with the logs that prove it.
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

extern crate alloc;
#[cfg(test)]
extern crate std;

mod abi;
mod authorization;
mod eip3009;
mod exact;
mod payer;

pub use exact::{EXACT, Exact};

#[cfg(test)]
mod tests;
