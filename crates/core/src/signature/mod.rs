//! Signatures over secp256k1: what the bytes in a payment may be, whose they are, and making new ones.
//!
//! A payment scheme on an EVM network ends in a contract that checks a signature, and this module accepts nothing that
//! those contracts refuse. Libraries are wider: the common ones recover a high `s`, a recovery byte of 0 or 1, or any
//! byte from 35 up, and a payment that such a library lets through is served and then reverts on chain (map S7, S7b, K14).
//!
//! The rules, each with its catalogue row:
//!
//! 1. A key's signature is `r ‖ s ‖ v`, 65 bytes, `v` being 27 or 28 and nothing else (77, 78). [`Signature::parse_65`]
//! 2. `r` and `s` lie in `1..n` (81) and `s` is at most `n/2` (76): `s` and `n - s` both satisfy the equation, and one payment
//!    has one signature. This holds even where the contract (Permit2) would take the high twin, because the bytes identify the
//!    payment to whoever remembers it (79, 118).
//! 3. The 64-byte form of EIP-2098 is read only where the scheme's contract reads it, see [`Form`] (79). It becomes the same value.
//! 4. Recovery that fails is an error and never an address, and the zero address signs nothing (82). [`verify`]
//! 5. Whether a key or a contract answers for an address is decided by the *code* at the address, never by the length of the
//!    signature: there are contract wallets whose signatures have 64 or 65 bytes (102), and accounts that hold a key and code at
//!    once (103). Without a chain nobody knows, so the types here name shapes ([`Shape`]) and the code's kind ([`AccountCode`]),
//!    and no function decides from bytes alone.
//! 6. A wallet that does not exist yet is announced by an ERC-6492 wrapper, read strictly ([`Wrapped`], 97 to 99). Its factory and
//!    calldata are the payer's wishes; whether anybody calls that factory is a policy's decision.
//! 7. Signing is deterministic (RFC 6979) and low-s (105). Secrets stay inside k256's constant-time code and have neither
//!    `Debug` nor `Clone` (236). Signatures do not print themselves either.
//!
//! A payer who has paid before can be checked without recovering the key again ([`PayerCache`]), and many signatures at once for less
//! than one by one ([`verify_many`]). Both change what a check costs, and no verdict.
//!
//! What this module does not know: what was signed ([`eip712`](crate::eip712) makes the digest), time, or any chain.

mod account;
mod bytes;
mod claim;
mod curve;
mod ecdsa;
mod erc6492;
mod jose;
mod payers;
mod personal;
mod public_key;
mod recover;
#[cfg(test)]
mod samples;
mod secret_key;

pub use account::AccountCode;
pub use bytes::{MAX_SIGNATURE_BYTES, Shape, SignatureBytes};
pub use claim::{Claim, KeySigned, verify_many};
pub use ecdsa::{Form, Signature, SignatureError};
pub use erc6492::{ERC6492_SUFFIX, Wrapped, WrapperError};
pub(crate) use jose::{is_signed_by_account, is_signed_by_key};
pub use payers::{KnownPayer, PayerCache};
pub use personal::{personal_digest, recover_personal};
pub use public_key::{PublicKey, PublicKeyError};
pub use recover::{recover, recover_public_key, verify};
pub use secret_key::{SecretKey, SecretKeyError};
