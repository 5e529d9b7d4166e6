//! Bytes as hexadecimal text.

use alloc::string::String;
use alloc::vec::Vec;

use quittance_core::HexError;

use crate::answer::Problem;

/// Bytes as `0x` and digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    "0x".chars().chain(digits.filter_map(|digit| DIGITS.get(usize::from(digit)).copied())).collect()
}

/// The bytes of such a text.
pub(crate) fn unhex(text: &str) -> Result<Vec<u8>, Problem> {
    let digits = text.strip_prefix("0x").ok_or_else(|| Problem::of_kind(HexError::Prefix))?;
    let (pairs, rest) = digits.as_bytes().as_chunks::<2>();
    if !rest.is_empty() {
        return Err(Problem::of_kind(HexError::Length));
    }
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let byte = |[high, low]: &[u8; 2]| Some(digit(*high)? << 4 | digit(*low)?);
    pairs.iter().map(|pair| byte(pair).ok_or_else(|| Problem::of_kind(HexError::Digit))).collect()
}
