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
//!
//! # With a chain at hand
//!
//! [`VerifyInput::on_chain`](quittance_core::VerifyInput::on_chain) lets nothing pass that the chain has not been asked about: who answers
//! for the payer, whether the nonce is unused, allowance and balance, and whether the settlement would succeed.
//! [`Scheme::questions`](quittance_core::Scheme::questions) has all of that at once, and there are three ways to ask it: one
//! `eth_call` for everything that needs no particular sender ([`probe`]), one call of Multicall3 ([`multicall3`]), or each question by
//! itself ([`question`]). What a contract says when it refuses is read by [`revert`], what a receipt proves by [`evidence`].
//!
//! Two things are an operator's to open: [`Exact::with_factories`] for wallets that are still to be deployed, and
//! [`Exact::with_sponsoring`] for payments that bring Permit2's allowance along; [`Upto`] has the same.
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
pub mod evidence;
mod exact;
mod learn;
pub mod multicall3;
mod options;
#[cfg(feature = "rayon")]
mod parallel;
mod pay;
mod payer;
mod permit2;
pub mod probe;
pub mod question;
pub mod revert;
mod rlp;
mod sponsoring;
mod state;
mod upto;

pub use exact::{EXACT, Exact};
pub use learn::{digest, known, learn};
#[cfg(feature = "rayon")]
pub use parallel::verify_many_in_parallel;
pub use pay::Unsigned;
pub use sponsoring::Sponsoring;
pub use upto::{UPTO, Upto};

#[cfg(test)]
mod tests;
