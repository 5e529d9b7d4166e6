//! A second reader of canonical base64 (RFC 4648, section 4), to hold the first one to.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The bytes that a text stands for, if it is the one text that stands for them.
pub(crate) fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let mut bits = Vec::new();
    let symbols = text.strip_suffix(b"==").or_else(|| text.strip_suffix(b"=")).unwrap_or(text);
    for symbol in symbols {
        let value = ALPHABET.iter().position(|letter| letter == symbol)?;
        bits.extend((0..6).rev().map(|bit| value >> bit & 1 == 1));
    }
    let bytes = bits.chunks_exact(8).map(|bits| bits.iter().fold(0_u8, |byte, bit| byte << 1 | u8::from(*bit)));
    let bytes = bytes.collect::<Vec<_>>();
    (encode(&bytes) == text).then_some(bytes)
}

/// The text that stands for bytes.
pub(crate) fn encode(bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    for three in bytes.chunks(3) {
        let number = (0..3).fold(0_u32, |number, at| number << 8 | u32::from(three.get(at).copied().unwrap_or(0)));
        for (at, shift) in [18, 12, 6, 0].into_iter().enumerate() {
            let symbol = ALPHABET[usize::try_from(number >> shift & 63).expect("it is below 64")];
            text.push(if at <= three.len() { symbol } else { b'=' });
        }
    }
    text
}
