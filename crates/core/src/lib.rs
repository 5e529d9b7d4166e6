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
//! A buyer and a seller in some fifteen lines each stand in the repository's README. Why each decision was taken, and what a stranger could
//! try, is in [`manual`].
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
pub mod binding;
pub mod chain;
pub mod denial;
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
pub mod signature;
pub mod signer;
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
pub use replay_key::ReplayKey;
pub use resource::{Resource, ResourceError};
pub use scheme::{Progress, Scheme, SchemeId, VerifyInput};
pub use scheme_set::SchemeSet;
pub use signature::{SecretKey, Signature};
pub use signer::{Signer, SigningRequest};
pub use terms::{Terms, find_offer};
pub use terms_hash::TermsHash;
pub use time::{TimeError, UnixSeconds};
pub use window::{Closes, Opens, Window, WindowError, WindowRule};
