//! The x402 spec core.
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
pub mod eip712;
mod error;
pub mod hash;
mod hex;
pub mod json;
pub mod money;
pub mod network;
pub mod nonce;
pub mod payment_id;
pub mod registry;
pub mod rejection;
pub mod resource;
pub mod signature;
pub mod time;

pub use address::AddressError;
pub use amount::AmountError;
pub use eip712::TypedDataError;
pub use error::{DecodeError, DecodeErrorKind, EncodingError, JsonError, Limits, ShapeError};
pub use hash::{keccak256, sha256};
pub use hex::HexError;
pub use money::MoneyError;
pub use network::NetworkError;
pub use nonce::NonceError;
pub use payment_id::PaymentIdError;
pub use resource::ResourceError;
pub use time::TimeError;
