//! x402 payment schemes on `eip155` networks.
//!
//! [`EXACT`] is the scheme `exact` by EIP-3009: the payer signs a transfer that the token itself carries out. It is a value; pass it to
//! whatever asks for a [`Scheme`](quittance_core::Scheme). `exact` and `upto` by Permit2 are not here yet, and a payment that uses them is
//! refused as [`UnsupportedPayloadType`](quittance_core::Rejection::UnsupportedPayloadType).
//!
//! Many payments are checked for less than one by one by [`Scheme::verify_many`](quittance_core::Scheme::verify_many), payers who have
//! paid before for less than others ([`PayerCache`](quittance_core::signature::PayerCache)). On a host with several cores the feature
//! `rayon` adds `verify_many_in_parallel`.
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
#[cfg(feature = "rayon")]
mod parallel;
mod payer;

pub use exact::{EXACT, Exact};
#[cfg(feature = "rayon")]
pub use parallel::verify_many_in_parallel;

#[cfg(test)]
mod tests;
