//! EIP-712 typed data: what an x402 payer on an EVM network signs.
//!
//! The words are those of [EIP-712], so that code and standard can be held side by side: `encodeType`, `typeHash`, `encodeData`,
//! `hashStruct`, `domainSeparator`, and the digest `keccak256(0x19 ‖ 0x01 ‖ domainSeparator ‖ hashStruct(message))`.
//!
//! Two ways lead to a digest, and a law in the tests holds them equal:
//!
//! - a static [`Message`] for each structure that a scheme signs: [`eip3009`], [`permit2`], [`eip2612`], [`offer`]. Its type hash
//!   is a constant and it is encoded without the heap;
//! - [`TypedData`], the general encoder over the JSON of `eth_signTypedData_v4`, for tools and policies, which have to look at what
//!   a wallet is asked to sign without knowing its type beforehand.
//!
//! [`export`] turns a static message into that JSON, for wallets.
//!
//! The module knows nothing of keys and signatures: it ends at the 32 bytes that are signed.
//!
//! [EIP-712]: https://eips.ethereum.org/EIPS/eip-712

mod domain;
pub mod eip2612;
pub mod eip3009;
mod export;
mod message;
pub mod offer;
pub mod permit2;
mod typed_data;

#[cfg(test)]
mod tests;

pub use domain::{Domain, DomainSeparator};
pub use export::export;
pub use message::{Digest, Members, Message, digest};
pub use typed_data::{TypedData, TypedDataError};
