//! Base58 in the alphabet of Bitcoin, as multibase `z` and did:key write public keys.

use alloc::string::String;
use alloc::vec::Vec;

const ALPHABET: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/// The most symbols that are read: an uncompressed point of the largest curve that is named here has ninety.
const MOST: usize = 128;

/// The bytes that a text stands for.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    if text.len() > MOST {
        return None;
    }
    // base 256, the least significant byte first
    let mut number: Vec<u8> = Vec::new();
    for symbol in text.bytes() {
        let mut carry = u32::try_from(ALPHABET.iter().position(|letter| *letter == symbol)?).ok()?;
        for byte in &mut number {
            carry += u32::from(*byte) * 58;
            let [.., low] = carry.to_be_bytes();
            *byte = low;
            carry >>= 8;
        }
        if carry > 0 {
            let [.., low] = carry.to_be_bytes();
            number.push(low);
        }
    }
    let zeros = text.bytes().take_while(|symbol| *symbol == b'1').count();
    number.resize(number.len() + zeros, 0);
    number.reverse();
    Some(number)
}

/// The text for bytes.
pub(crate) fn encode(bytes: &[u8]) -> String {
    let mut digits: Vec<usize> = Vec::new();
    for byte in bytes {
        let mut carry = usize::from(*byte);
        for digit in &mut digits {
            carry += *digit * 256;
            *digit = carry % 58;
            carry /= 58;
        }
        while carry > 0 {
            digits.push(carry % 58);
            carry /= 58;
        }
    }
    let zeros = bytes.iter().take_while(|byte| **byte == 0).map(|_| 0);
    let digits = zeros.chain(digits.into_iter().rev());
    digits.filter_map(|digit| ALPHABET.get(digit).copied().map(char::from)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str, bytes: &[u8]) {
        assert_eq!((decode(text).as_deref(), encode(bytes).as_str()), (Some(bytes), text));
    }

    #[test]
    fn the_drafts_own_samples() {
        check("2NEpo7TZRRrLZSi2U", b"Hello World!");
        check("USm3fpXnKG5EUBx2ndxBDMPVciP5hGey2Jh4NDv6gmeo1LkMeiKrLJUUBk6Z", b"The quick brown fox jumps over the lazy dog.");
        check("11233QC4", &[0, 0, 0x28, 0x7f, 0xb4, 0xcd]);
        check("", b"");
        for text in ["0", "O", "I", "l", " 1", "1 ", "\u{e9}", &"1".repeat(MOST + 1)] {
            assert_eq!(decode(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            prop_assert_eq!(decode(&encode(&bytes)), Some(bytes));
        }
    }
}
