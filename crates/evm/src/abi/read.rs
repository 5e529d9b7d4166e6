//! Reading what contracts return.
//!
//! As with ERC-6492, an ABI decoder follows whatever offsets it is given, and this one knows only the layout that an encoder writes: one
//! encoding for one value, nothing overlaps, and no offset or length is believed before it is compared with the bytes at hand.

use core::fmt;

use quittance_core::Amount;

/// Why bytes are not what a contract should have returned.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum AbiError {
    /// The bytes end early.
    Truncated,
    /// An offset, a length or a count is not the one that an encoder writes there.
    Layout,
    /// A word that says yes or no says neither.
    Flag,
    /// A value is padded with something other than zeros.
    Padding,
    /// Bytes follow the last value.
    Trailing,
}

impl AbiError {
    /// The stable name of the reason, as the vectors write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Truncated => "abi_truncated",
            Self::Layout => "abi_layout",
            Self::Flag => "abi_flag",
            Self::Padding => "abi_padding",
            Self::Trailing => "abi_trailing",
        }
    }
}

impl fmt::Display for AbiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Truncated => "the returned bytes end early",
            Self::Layout => "an offset, length or count is not where an encoder puts it",
            Self::Flag => "a yes or no is neither",
            Self::Padding => "padding is not zero",
            Self::Trailing => "bytes after the last value",
        })
    }
}

impl core::error::Error for AbiError {}

/// What is left to be read.
pub(crate) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(crate) const fn left(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn take(&mut self, length: usize) -> Result<&'a [u8], AbiError> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(AbiError::Truncated)?;
        self.0 = rest;
        Ok(taken)
    }

    pub(crate) fn word(&mut self) -> Result<&'a [u8; 32], AbiError> {
        let (word, rest) = self.0.split_first_chunk().ok_or(AbiError::Truncated)?;
        self.0 = rest;
        Ok(word)
    }

    /// A count of bytes or of elements.
    pub(crate) fn size(&mut self) -> Result<usize, AbiError> {
        let number = Amount::from_be_bytes(*self.word()?).to_u128().ok_or(AbiError::Layout)?;
        usize::try_from(number).map_err(|_| AbiError::Layout)
    }

    /// A size that an encoder leaves no choice about.
    pub(crate) fn expect(&mut self, size: usize) -> Result<(), AbiError> {
        if self.size()? == size { Ok(()) } else { Err(AbiError::Layout) }
    }

    pub(crate) fn flag(&mut self) -> Result<bool, AbiError> {
        flag(self.word()?)
    }

    /// The length of `bytes`, that many, and zeros up to a whole word.
    pub(crate) fn bytes(&mut self) -> Result<&'a [u8], AbiError> {
        let length = self.size()?;
        let bytes = self.take(length)?;
        let padding = length.next_multiple_of(32).saturating_sub(length);
        if self.take(padding)?.iter().all(|byte| *byte == 0) { Ok(bytes) } else { Err(AbiError::Padding) }
    }

    pub(crate) const fn end(self) -> Result<(), AbiError> {
        if self.0.is_empty() { Ok(()) } else { Err(AbiError::Trailing) }
    }
}

/// `bool`.
pub(crate) fn flag(word: &[u8; 32]) -> Result<bool, AbiError> {
    match word {
        [high @ .., 0] if *high == [0; 31] => Ok(false),
        [high @ .., 1] if *high == [0; 31] => Ok(true),
        _ => Err(AbiError::Flag),
    }
}
