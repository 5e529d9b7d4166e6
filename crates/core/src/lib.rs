//! The x402 spec core: HTTP 402 payments, version 1 and 2, read and written strictly, hashed, signed and verified offline.
//!
//! The crate takes bytes to facts in steps, each of which consumes what the one before produced:
//!
//! | step | from | to | can fail with |
//! |---|---|---|---|
//! | [`header`], [`json`] | bytes | [`Envelope`](header::Envelope), size, depth and names bounded | [`DecodeError`] |
//! | [`wire`] | envelope | [`PaymentPayload`](wire::PaymentPayload) and the other objects, text unchanged | [`DecodeError`] |
//! | [`payment`], [`terms`] | objects | [`Payment`], [`Terms`]: every text read, the version erased | [`DecodeError`] |
//! | [`find_offer`] | payment, the seller's terms | the one offer it takes | [`Rejection`] |
//! | [`eip712`], [`signature`] | message, signature | digest, signer | [`SignatureError`](signature::SignatureError) |
//! | a [`Scheme`] | payment, terms, time | [`Verified`], or a question to the chain | [`Rejection`] |
//!
//! It has no clock, no randomness, no I/O and no state. What it can say is that terms and signature are right, never that anybody has
//! paid. The schemes themselves, and everything that remembers or reaches out, live in crates on top of this one.
//!
//! # Where to begin
//!
//! - **A buyer** reads the 402 with [`header::payment_required`] and each offer with [`Terms::parse`], takes the token's signing
//!   domain from [`Terms::token`], makes a digest with [`eip712::digest`], signs it with a [`SecretKey`] or a [`Signer`], and
//!   writes the payment with [`header::encode`].
//! - **A seller** makes an offer from a price with [`Terms::exact`] and writes a [`wire::PaymentRequired`] with
//!   [`header::encode`]. It reads what comes back with [`Payment::from_headers_for`], finds its own offer with [`find_offer`], judges
//!   the window with [`Window::judge`] and the signature with [`signature::verify`].
//! - **A facilitator** reads a [`wire::VerifyRequest`]; the rules of one way to pay are a [`Scheme`], and what they prove is a
//!   token of [`proof`].
//!
//! The code of a buyer and of a seller stands in the [README](https://github.com/quittance/quittance#a-buyer). Why each decision was
//! taken, and what a stranger could try, is in [`manual`].
//!
//! # From an error to an answer
//!
//! | error | HTTP status | code in the body or header | may the payer pay again |
//! |---|---|---|---|
//! | no payment: `None` | 402 with the terms | [`Rejection::PaymentRequired`] | yes |
//! | [`DecodeError`] | 400 | [`DecodeError::code`] | no: [`Retry::Never`] |
//! | [`Rejection`] | [`Rejection::status`], with the terms if it is 402 | [`Rejection::reason`] | [`Rejection::retry`] |
//! | [`Fault`] | [`Fault::status`], without the terms | [`Fault::code`] | [`Fault::retry`] |
//! | [`WindowError::NotYet`] | as [`Rejection::Eip3009ValidAfter`] or [`Rejection::Permit2ValidAfter`] | | |
//! | any other [`WindowError`] | as [`Rejection::Eip3009ValidBefore`] or [`Rejection::Permit2Deadline`] | | |
//! | [`SignatureError`](signature::SignatureError), reading | as [`Rejection::SignatureFormat`] | | |
//! | the same, comparing signers | as [`Rejection::Eip3009Signature`] or [`Rejection::Permit2Signature`] | | |
//! | [`Denial`], [`Misuse`] | none: nothing was sent, or a seller's own offer is wrong at start-up | | |
//!
//! The text of an error is for a log. For a payer's program the code and the retry are what counts, and what somebody else's code
//! means is told by [`Reason::parse`].
//!
//! # Abbreviations
//!
//! Docs cite "catalogue row 46" where a check answers a known attack. The number is also in `rows` of the vectors that show it,
//! so searching `spec-vectors/` for it finds the cases. "Map" and a letter with a number (W26, S7) name the project's notes on
//! the specification and the contracts; neither list is needed to follow the text.
#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]
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

#[macro_use]
mod macros;
#[macro_use]
mod text;

pub mod address;
pub mod amount;
pub mod asset;
mod base58;
pub mod binding;
pub mod chain;
pub mod denial;
mod each;
pub mod eip712;
mod error;
pub mod facilitator;
pub mod fault;
pub mod hash;
pub mod header;
mod hex;
pub mod json;
mod limits;
pub mod manual;
pub mod misuse;
pub mod money;
pub mod network;
pub mod nonce;
pub mod payment;
pub mod payment_id;
pub mod proof;
pub mod registry;
pub mod rejection;
pub mod replay_key;
pub mod resource;
pub mod scheme;
pub mod scheme_set;
pub mod settling;
pub mod signature;
pub mod signer;
pub mod statement;
pub mod terms;
pub mod terms_hash;
pub mod time;
pub mod window;
pub mod wire;

pub use address::{Address, AddressError};
pub use amount::{Amount, AmountError};
pub use asset::{Account, Asset};
pub use binding::{Binding, Salt};
pub use denial::Denial;
pub use eip712::TypedDataError;
pub use error::{DecodeError, DecodeErrorKind, EncodingError, JsonError, ShapeError};
pub use facilitator::Facilitator;
pub use fault::Fault;
pub use hash::{keccak256, sha256};
pub use hex::HexError;
pub use limits::Limits;
pub use misuse::Misuse;
pub use money::{Money, MoneyError};
pub use network::{Network, NetworkError};
pub use nonce::{Nonce, NonceError};
pub use payment::{Authorization, Payment};
pub use payment_id::{PaymentId, PaymentIdError};
pub use proof::{Admitted, Settled, Verified};
pub use rejection::{Blame, Reason, Rejection, Retry, Vocabulary};
pub use replay_key::{ReplayKey, ReplayKeyError};
pub use resource::{Resource, ResourceError};
pub use scheme::{ChainMode, Progress, Scheme, SchemeId, VerifyInput};
pub use scheme_set::SchemeSet;
pub use settling::Settling;
pub use signature::{SecretKey, Signature};
pub use signer::{Signer, SigningRequest};
pub use statement::StatementError;
pub use terms::{Terms, find_offer};
pub use terms_hash::TermsHash;
pub use time::{TimeError, UnixSeconds};
pub use window::{Closes, Opens, Window, WindowError, WindowRule};
