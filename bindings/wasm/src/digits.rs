//! Bytes as hexadecimal text.

use alloc::string::String;
use alloc::vec::Vec;

use quittance_core::HexError;

use crate::answer::Problem;

/// Bytes as `0x` and digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let mut text = String::from("0x");
    for digit in bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]) {
        text.push(char::from(if digit < 10 { b'0' + digit } else { b'a' + digit - 10 }));
    }
    text
}

/// The bytes of such a text.
pub(crate) fn unhex(text: &str) -> Result<Vec<u8>, Problem> {
    let digits = text.strip_prefix("0x").ok_or_else(|| Problem::of_kind(HexError::Prefix))?;
    let (pairs, rest) = digits.as_bytes().as_chunks::<2>();
    if !rest.is_empty() {
        return Err(Problem::of_kind(HexError::Length));
    }
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let mut bytes = Vec::with_capacity(pairs.len());
    for [high, low] in pairs {
        let Some((high, low)) = digit(*high).zip(digit(*low)) else { return Err(Problem::of_kind(HexError::Digit)) };
        bytes.push(high << 4 | low);
    }
    Ok(bytes)
}
