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
mod denial;
pub mod eip712;
mod error;
mod fault;
pub mod hash;
mod hex;
pub mod json;
mod misuse;
pub mod money;
pub mod network;
pub mod nonce;
pub mod payment_id;
pub mod registry;
pub mod rejection;
pub mod resource;
pub mod signature;
pub mod time;

pub use address::{Address, AddressError};
pub use amount::{Amount, AmountError};
pub use denial::Denial;
pub use eip712::TypedDataError;
pub use error::{DecodeError, DecodeErrorKind, EncodingError, JsonError, Limits, ShapeError};
pub use fault::Fault;
pub use hash::{keccak256, sha256};
pub use hex::HexError;
pub use misuse::Misuse;
pub use money::{Money, MoneyError};
pub use network::{Network, NetworkError};
pub use nonce::{Nonce, NonceError};
pub use payment_id::{PaymentId, PaymentIdError};
pub use rejection::{Blame, Reason, Rejection, Retry, Vocabulary};
pub use resource::{Resource, ResourceError};
pub use time::{Closes, Opens, TimeError, UnixSeconds, Window, WindowError, WindowRule};
