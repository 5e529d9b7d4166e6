//! The canonical signature of a key.

use alloc::string::String;
use core::fmt;

use super::curve::{HALF_ORDER, ORDER, Parity};
use crate::hex::{self, HexError};

/// A key's signature in the one form that every contract of the protocol accepts: `r` and `s` in `1..n`, `s` at most `n/2`, and the
/// parity of the point that `r` stands for.
///
/// Two values are equal exactly when they are the same signature, whichever form they were read from, so the value is fit to be
/// a key of a replay log (catalogue rows 79 and 118). It does not print itself: a signature that enters a log is a payment that a
/// reader of the log can send.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Signature {
    r: [u8; 32],
    s: [u8; 32],
    parity: Parity,
}

/// Which encodings of a key's signature the contract at the end of the scheme reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Form {
    /// 65 bytes only: EIP-3009 and EIP-2612 tokens, whose entry points take `v`, `r` and `s` (USDC's reader refuses other lengths
    /// for accounts without code), and OpenZeppelin's reader behind batch vouchers.
    Full,
    /// 65 bytes, or the 64 of EIP-2098: Permit2. Its contract does not look for a low `s`; this crate does, in both encodings, so
    /// that a payment has one identity (rows 79 and 118).
    FullOrCompact,
}

reasons! {
    /// Why bytes are not the signature that a payment needs.
    pub enum SignatureError {
        /// The text does not begin with `0x`.
        Prefix = "signature_prefix", "a signature must start with 0x";
        /// A character is not a hexadecimal digit.
        Digit = "signature_digit", "not a hexadecimal digit";
        /// Not a number of bytes that the form allows, or an odd number of digits.
        Length = "signature_length", "a signature has 65 bytes, or 64 where the contract takes the compact form";
        /// More bytes than any signature is read with.
        TooLarge = "signature_too_large", "more bytes than a signature may have";
        /// The last byte is neither 27 nor 28.
        RecoveryId = "signature_recovery_id", "the recovery byte must be 27 or 28";
        /// `r` is zero, or not below the order of the group.
        RangeR = "signature_r_range", "r is out of range";
        /// `s` is zero, or not below the order of the group.
        RangeS = "signature_s_range", "s is out of range";
        /// `s` is above half of the order: the twin of a canonical signature.
        HighS = "signature_high_s", "s is above half of the group order";
        /// No key made this signature: `r` is no x-coordinate, or the key would be the point at infinity.
        NotRecoverable = "signature_not_recoverable", "no key can have made this signature";
        /// A key made the signature, and it is not the expected one.
        WrongSigner = "signature_wrong_signer", "another key made this signature";
        /// The expected signer is the zero address, which has no key.
        ZeroSigner = "signature_zero_signer", "the zero address signs nothing";
    }
}

impl Signature {
    /// Reads `0x` and hexadecimal digits in one of the encodings that `form` allows. Digits may be of either case; the value is the
    /// same.
    ///
    /// # Errors
    /// [`SignatureError::Prefix`], [`Digit`](SignatureError::Digit) or [`Length`](SignatureError::Length) for the text, and those
    /// of [`from_bytes`](Self::from_bytes). Nothing is allocated, however long the text is.
    pub fn parse(text: &str, form: Form) -> Result<Self, SignatureError> {
        let digits = text.strip_prefix("0x").ok_or(SignatureError::Prefix)?;
        match (digits.len(), form) {
            (130, _) => Self::parse_65(&hex::decode_array::<65>(text)?),
            (128, Form::FullOrCompact) => Self::parse_2098(&hex::decode_array::<64>(text)?),
            _ => Err(SignatureError::Length),
        }
    }

    /// Reads bytes in one of the encodings that `form` allows.
    ///
    /// # Errors
    /// [`SignatureError::Length`] for any other number of bytes, and those of [`parse_65`](Self::parse_65) or
    /// [`parse_2098`](Self::parse_2098).
    pub fn from_bytes(bytes: &[u8], form: Form) -> Result<Self, SignatureError> {
        match form {
            Form::FullOrCompact if bytes.len() == 64 => Self::parse_2098(bytes),
            Form::Full | Form::FullOrCompact => Self::parse_65(bytes),
        }
    }

    /// Reads `r ‖ s ‖ v`.
    ///
    /// A `v` of 0 or 1 is refused rather than repaired: the bytes go to the chain as they came, and there 0 and 1 fail (row 77).
    /// 35 and above is the transaction form of EIP-155 and has no place here (row 78).
    ///
    /// # Errors
    /// [`SignatureError::Length`] unless there are exactly 65 bytes, [`RecoveryId`](SignatureError::RecoveryId),
    /// [`RangeR`](SignatureError::RangeR), [`RangeS`](SignatureError::RangeS) or [`HighS`](SignatureError::HighS), in this order.
    pub fn parse_65(bytes: &[u8]) -> Result<Self, SignatureError> {
        let (r, s, v) = match bytes.split_first_chunk::<32>() {
            Some((r, [s @ .., v])) => (*r, <[u8; 32]>::try_from(s).map_err(|_| SignatureError::Length)?, *v),
            _ => return Err(SignatureError::Length),
        };
        let parity = match v {
            27 => Parity::Even,
            28 => Parity::Odd,
            _ => return Err(SignatureError::RecoveryId),
        };
        Self::from_scalars(r, s, parity)
    }

    /// Reads the compact form of EIP-2098: `r ‖ s` with the parity in the top bit of `s`.
    ///
    /// # Errors
    /// [`SignatureError::Length`] unless there are exactly 64 bytes, [`RangeR`](SignatureError::RangeR),
    /// [`RangeS`](SignatureError::RangeS) or [`HighS`](SignatureError::HighS).
    pub fn parse_2098(bytes: &[u8]) -> Result<Self, SignatureError> {
        let (r, rest) = bytes.split_first_chunk::<32>().ok_or(SignatureError::Length)?;
        let mut s = <[u8; 32]>::try_from(rest).map_err(|_| SignatureError::Length)?;
        let [top, ..] = &mut s;
        let parity = if *top & PARITY_BIT == 0 { Parity::Even } else { Parity::Odd };
        *top &= !PARITY_BIT;
        Self::from_scalars(*r, s, parity)
    }

    /// The rules about the numbers, which every way in goes through.
    pub(super) fn from_scalars(r: [u8; 32], s: [u8; 32], parity: Parity) -> Result<Self, SignatureError> {
        check_scalars(&r, &s)?;
        Ok(Self { r, s, parity })
    }

    /// The 65 bytes `r ‖ s ‖ v`, `v` being 27 or 28.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; 65] {
        let mut out = [0; 65];
        let bytes = self.r.iter().chain(&self.s).copied().chain([self.v()]);
        out.iter_mut().zip(bytes).for_each(|(to, from)| *to = from);
        out
    }

    /// The 64 bytes of EIP-2098.
    #[must_use]
    pub fn to_2098(&self) -> [u8; 64] {
        let mut s = self.s;
        if self.parity == Parity::Odd {
            let [top, ..] = &mut s;
            *top |= PARITY_BIT;
        }
        let mut out = [0; 64];
        out.iter_mut().zip(self.r.iter().chain(&s)).for_each(|(to, from)| *to = *from);
        out
    }

    /// The text that a payload carries: `0x` and 130 lower-case digits.
    #[must_use]
    pub fn to_hex(&self) -> String {
        hex::encode(&self.to_bytes())
    }

    /// The number `r`, big-endian.
    #[must_use]
    pub const fn r(&self) -> &[u8; 32] {
        &self.r
    }

    /// The number `s`, big-endian.
    #[must_use]
    pub const fn s(&self) -> &[u8; 32] {
        &self.s
    }

    /// The recovery byte, 27 or 28.
    #[must_use]
    pub const fn v(&self) -> u8 {
        match self.parity {
            Parity::Even => 27,
            Parity::Odd => 28,
        }
    }

    pub(super) const fn parity(&self) -> Parity {
        self.parity
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signature(..)")
    }
}

impl From<HexError> for SignatureError {
    fn from(error: HexError) -> Self {
        match error {
            HexError::Prefix => Self::Prefix,
            HexError::Digit => Self::Digit,
            HexError::Length => Self::Length,
        }
    }
}

/// `r` and `s` in `1..n` and `s` at most `n/2`. The arrays are big-endian, so their order is the order of the numbers.
pub(super) fn check_scalars(r: &[u8; 32], s: &[u8; 32]) -> Result<(), SignatureError> {
    if *r == [0; 32] || *r >= ORDER {
        return Err(SignatureError::RangeR);
    }
    if *s == [0; 32] || *s >= ORDER {
        return Err(SignatureError::RangeS);
    }
    if *s > HALF_ORDER {
        return Err(SignatureError::HighS);
    }
    Ok(())
}

/// Where EIP-2098 keeps the parity: a low `s` leaves the top bit of its first byte free.
const PARITY_BIT: u8 = 0x80;

#[cfg(test)]
mod tests;
