//! ERC-6492: signatures of wallets that are not deployed yet.
//!
//! The wrapper is `abi.encode(address factory, bytes calldata, bytes inner)` and a fixed suffix of 32 bytes. An ABI decoder follows
//! whatever offsets it is given; this reader knows the one layout that an encoder produces and refuses all others, so a wrapper has
//! one encoding, nothing overlaps, and no offset or length is believed before it is compared with the bytes at hand. It borrows
//! and never allocates (catalogue row 98).
//!
//! The factory call is the payer's wish. A factory that is a token and a calldata that is a transfer is a theft from whoever runs
//! it (row 97), which no reader can see: callers keep a list of factories that they know, empty unless someone fills it.

use alloc::vec;
use alloc::vec::Vec;
use core::fmt;

use super::bytes::MAX_SIGNATURE_BYTES;
use crate::address::Address;

/// The last 32 bytes of every wrapper. They are this literal, not the hash of anything (map S27).
pub const ERC6492_SUFFIX: [u8; 32] = [
    0x64, 0x92, 0x64, 0x92, 0x64, 0x92, 0x64, 0x92, 0x64, 0x92, 0x64, 0x92, 0x64, 0x92, 0x64, 0x92, 0x64, 0x92, 0x64, 0x92, 0x64,
    0x92, 0x64, 0x92, 0x64, 0x92, 0x64, 0x92, 0x64, 0x92, 0x64, 0x92,
];

/// The contents of a wrapper.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Wrapped<'a> {
    factory: Address,
    calldata: &'a [u8],
    inner: &'a [u8],
}

reasons! {
    /// Why bytes that end in the suffix of ERC-6492 are not a wrapper.
    pub enum WrapperError {
        /// More bytes than any signature is read with.
        TooLarge = "erc6492_too_large", "more bytes than a signature may have";
        /// The bytes end where a word or its padding should be.
        Truncated = "erc6492_truncated", "the wrapper ends early";
        /// The word of the factory is wider than an address.
        Factory = "erc6492_factory", "the factory is not an address";
        /// An offset does not point where an encoder puts its field: too far, overlapping, unaligned or with a gap.
        Offset = "erc6492_offset", "an offset does not point at the next field";
        /// A field claims more bytes than there are.
        FieldLength = "erc6492_field_length", "a field is longer than the wrapper";
        /// A field is padded with something other than zeros.
        Padding = "erc6492_padding", "padding is not zero";
        /// Bytes follow the last field.
        Trailing = "erc6492_trailing", "bytes after the last field";
        /// The inner signature ends in the suffix as well.
        Nested = "erc6492_nested", "a wrapper inside a wrapper";
    }
}

impl<'a> Wrapped<'a> {
    /// Reads a wrapper. Bytes that do not end in the suffix are not one, and give `None`.
    ///
    /// # Errors
    /// [`WrapperError`] if the suffix is there and the rest is not what an encoder writes.
    pub fn parse(bytes: &'a [u8]) -> Result<Option<Self>, WrapperError> {
        let Some(body) = bytes.strip_suffix(&ERC6492_SUFFIX) else { return Ok(None) };
        if bytes.len() > MAX_SIGNATURE_BYTES {
            return Err(WrapperError::TooLarge);
        }
        let (high, rest) = take::<12>(body)?;
        let (factory, rest) = take::<20>(rest)?;
        if *high != [0; 12] {
            return Err(WrapperError::Factory);
        }
        let (calldata_at, rest) = number(rest)?;
        let (inner_at, rest) = number(rest)?;
        if calldata_at != Some(offset(body, rest)) {
            return Err(WrapperError::Offset);
        }
        let (calldata, rest) = field(rest)?;
        if inner_at != Some(offset(body, rest)) {
            return Err(WrapperError::Offset);
        }
        let (inner, rest) = field(rest)?;
        if !rest.is_empty() {
            return Err(WrapperError::Trailing);
        }
        Self::check(Address::from_bytes(*factory), calldata, inner).map(Some)
    }

    /// Wraps a signature, for a buyer whose wallet is not deployed.
    ///
    /// # Errors
    /// [`WrapperError::TooLarge`] if the wrapper would have more than [`MAX_SIGNATURE_BYTES`], and [`WrapperError::Nested`].
    pub fn new(factory: Address, calldata: &'a [u8], inner: &'a [u8]) -> Result<Self, WrapperError> {
        if calldata.len().max(inner.len()) > MAX_SIGNATURE_BYTES {
            return Err(WrapperError::TooLarge);
        }
        let wrapped = Self::check(factory, calldata, inner)?;
        if wrapped.to_bytes().len() > MAX_SIGNATURE_BYTES {
            return Err(WrapperError::TooLarge);
        }
        Ok(wrapped)
    }

    fn check(factory: Address, calldata: &'a [u8], inner: &'a [u8]) -> Result<Self, WrapperError> {
        if inner.ends_with(&ERC6492_SUFFIX) {
            return Err(WrapperError::Nested);
        }
        Ok(Self { factory, calldata, inner })
    }

    /// The one encoding of the wrapper.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let calldata_at = 3 * WORD;
        let inner_at = calldata_at + WORD + self.calldata.len().next_multiple_of(WORD);
        let mut out = vec![0; 12];
        out.extend_from_slice(self.factory.as_bytes());
        push_number(&mut out, calldata_at);
        push_number(&mut out, inner_at);
        for field in [self.calldata, self.inner] {
            push_number(&mut out, field.len());
            out.extend_from_slice(field);
            out.resize(out.len().next_multiple_of(WORD), 0);
        }
        out.extend_from_slice(&ERC6492_SUFFIX);
        out
    }

    /// The contract that would deploy the wallet.
    #[must_use]
    pub const fn factory(&self) -> Address {
        self.factory
    }

    /// What it would be called with.
    #[must_use]
    pub const fn calldata(&self) -> &'a [u8] {
        self.calldata
    }

    /// The signature that the deployed wallet is asked about, and that the token is given. Never a wrapper itself.
    #[must_use]
    pub const fn inner(&self) -> &'a [u8] {
        self.inner
    }
}

impl fmt::Debug for Wrapped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (calldata, inner) = (self.calldata.len(), self.inner.len());
        write!(f, "Wrapped {{ factory: {}, calldata: {calldata} bytes, inner: {inner} bytes }}", self.factory)
    }
}

const WORD: usize = 32;

/// How far into the body the rest begins.
const fn offset(body: &[u8], rest: &[u8]) -> usize {
    body.len().saturating_sub(rest.len())
}

fn take<const N: usize>(bytes: &[u8]) -> Result<(&[u8; N], &[u8]), WrapperError> {
    bytes.split_first_chunk().ok_or(WrapperError::Truncated)
}

/// A word that counts bytes; `None` if it counts more than any buffer holds.
fn number(bytes: &[u8]) -> Result<(Option<usize>, &[u8]), WrapperError> {
    let (high, rest) = take::<28>(bytes)?;
    let (low, rest) = take::<4>(rest)?;
    let small = (*high == [0; 28]).then(|| u32::from_be_bytes(*low));
    Ok((small.and_then(|number| usize::try_from(number).ok()), rest))
}

/// A length, that many bytes, and zeros up to a whole word.
fn field(bytes: &[u8]) -> Result<(&[u8], &[u8]), WrapperError> {
    let (length, rest) = number(bytes)?;
    let (field, rest) = length.and_then(|length| rest.split_at_checked(length)).ok_or(WrapperError::FieldLength)?;
    let padding = field.len().next_multiple_of(WORD) - field.len();
    let (padding, rest) = rest.split_at_checked(padding).ok_or(WrapperError::Truncated)?;
    if padding.iter().any(|byte| *byte != 0) {
        return Err(WrapperError::Padding);
    }
    Ok((field, rest))
}

fn push_number(out: &mut Vec<u8>, number: usize) {
    let bytes = number.to_be_bytes();
    out.resize(out.len() + WORD - bytes.len(), 0);
    out.extend_from_slice(&bytes);
}

#[cfg(test)]
mod tests;
