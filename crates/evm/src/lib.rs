//! x402 payment schemes on `eip155` networks.
//!
//! [`EXACT`] is the scheme `exact`: by EIP-3009, where the token itself carries out the transfer that the payer signed, or by Permit2, where
//! a contract does that is allowed to. [`UPTO`] is the scheme `upto`, a ceiling of which what was used is charged, always by Permit2. They
//! are values; pass them to whatever asks for a [`Scheme`](quittance_core::Scheme). The rules about amount, window, recipient and payer are
//! written once for all of them. ERC-7710 is not here, and a payment that uses it is refused as
//! [`UnsupportedPayloadType`](quittance_core::Rejection::UnsupportedPayloadType).
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
mod checking;
mod eip3009;
mod exact;
mod learn;
pub mod multicall3;
#[cfg(feature = "rayon")]
mod parallel;
mod payer;
mod permit2;
pub mod probe;
pub mod question;
mod state;
mod upto;

pub use exact::{EXACT, Exact};
pub use learn::{digest, learn};
#[cfg(feature = "rayon")]
pub use parallel::verify_many_in_parallel;
pub use upto::{UPTO, Upto};

#[cfg(test)]
mod tests;
