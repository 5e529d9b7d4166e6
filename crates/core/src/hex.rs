//! Hexadecimal text with the `0x` prefix that every x402 object uses.
//!
//! One reader for addresses, nonces, signatures and typed data: the prefix is exactly `0x` (never `0X`, never absent), digits may be
//! of either case, an odd number of digits is refused. Lenient readers disagree about each of these (catalogue rows 32 and 34), and
//! what two readers disagree about becomes two identities for one payment.

use alloc::string::String;
use alloc::vec::Vec;

reasons! {
    /// Why text is not hexadecimal bytes.
    pub enum HexError {
        /// The text does not begin with `0x`.
        Prefix = "hex_prefix", "hexadecimal text must start with 0x";
        /// A character is not a hexadecimal digit.
        Digit = "hex_digit", "not a hexadecimal digit";
        /// The number of digits is odd, or not the one required.
        Length = "hex_length", "wrong number of hexadecimal digits";
    }
}

/// What each byte is worth as a digit; [`NO_DIGIT`] is nothing.
#[expect(clippy::indexing_slicing, reason = "every byte has its place in the table")]
const DIGITS: [u8; 256] = {
    let mut digits = [NO_DIGIT; 256];
    let mut value = 0;
    while value < 16 {
        let [_, lower] = pair_of(value);
        digits[lower as usize] = value;
        digits[lower.to_ascii_uppercase() as usize] = value;
        value += 1;
    }
    digits
};
const NO_DIGIT: u8 = 0xff;

#[expect(clippy::indexing_slicing, reason = "every byte has its place in the table")]
const fn digit(byte: u8) -> Option<u8> {
    match DIGITS[byte as usize] {
        NO_DIGIT => None,
        value => Some(value),
    }
}

fn digits(text: &str) -> Result<&[u8], HexError> {
    text.strip_prefix("0x").map(str::as_bytes).ok_or(HexError::Prefix)
}

fn pair(chunk: &[u8]) -> Result<u8, HexError> {
    let &[high, low] = chunk else { return Err(HexError::Length) };
    match (digit(high), digit(low)) {
        (Some(high), Some(low)) => Ok(high << 4 | low),
        _ => Err(HexError::Digit),
    }
}

/// Reads exactly `N` bytes.
pub(crate) fn decode_array<const N: usize>(text: &str) -> Result<[u8; N], HexError> {
    array(digits(text)?)
}

/// Reads exactly `N` bytes that stand without the prefix, inside a longer form such as `sha256:…`.
pub(crate) fn decode_array_bare<const N: usize>(text: &str) -> Result<[u8; N], HexError> {
    array(text.as_bytes())
}

fn array<const N: usize>(digits: &[u8]) -> Result<[u8; N], HexError> {
    if digits.len() != N * 2 {
        return Err(HexError::Length);
    }
    let mut out = [0; N];
    for (byte, chunk) in out.iter_mut().zip(digits.chunks(2)) {
        *byte = pair(chunk)?;
    }
    Ok(out)
}

/// Reads any whole number of bytes.
pub(crate) fn decode(text: &str) -> Result<Vec<u8>, HexError> {
    let digits = digits(text)?;
    let mut out = Vec::with_capacity(digits.len().div_ceil(2));
    for chunk in digits.chunks(2) {
        out.push(pair(chunk)?);
    }
    Ok(out)
}

/// Writes bytes as lower-case text with the prefix.
pub(crate) fn encode(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(2 + bytes.len() * 2);
    out.push_str("0x");
    for digit in bytes.iter().flat_map(|byte| pair_of(*byte)) {
        out.push(char::from(digit));
    }
    out
}

/// The two lower-case digits of a byte.
pub(crate) const fn pair_of(byte: u8) -> [u8; 2] {
    [digit_of(byte >> 4), digit_of(byte & 15)]
}

const fn digit_of(nibble: u8) -> u8 {
    if nibble < 10 { b'0' + nibble } else { b'a' + nibble - 10 }
}

/// Bytes that the source itself writes: `0x` and exactly `2 * N` digits, read by the compiler, which refuses anything else.
pub(crate) const fn literal<const N: usize>(text: &str) -> [u8; N] {
    let [b'0', b'x', rest @ ..] = text.as_bytes() else { panic!("a literal begins with 0x") };
    let mut out = [0; N];
    let mut unset: &mut [u8] = &mut out;
    let mut rest = rest;
    while let Some((byte, tail)) = unset.split_first_mut() {
        let [high, low, after @ ..] = rest else { panic!("too few digits") };
        let (Some(high), Some(low)) = (digit(*high), digit(*low)) else { panic!("not a hexadecimal digit") };
        *byte = high << 4 | low;
        (unset, rest) = (tail, after);
    }
    assert!(rest.is_empty(), "too many digits");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Result<&[u8], HexError>) {
        assert_eq!(decode(text).as_deref().map_err(|e| *e), expected, "{text}");
    }

    #[test]
    fn row_32_one_form_of_hexadecimal_text() {
        check("0x", Ok(&[]));
        check("0x00fF", Ok(&[0, 255]));
        check("00ff", Err(HexError::Prefix));
        check("0X00", Err(HexError::Prefix));
        check("", Err(HexError::Prefix));
        check("0x0", Err(HexError::Length));
        check("0x0g", Err(HexError::Digit));
        check("0x0\u{660}", Err(HexError::Digit));
        assert_eq!(decode_array::<1>("0x0000"), Err(HexError::Length));
        assert_eq!(decode_array_bare::<1>("aB"), Ok([0xab]));
        assert_eq!((encode(&[0xab, 0]), literal::<2>("0xAb00")), ("0xab00".into(), [0xab, 0]));
    }
}
