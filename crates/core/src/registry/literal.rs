//! Bytes written as hexadecimal text in a table.

use crate::address::Address;

/// The address that a table names. Its checksum is tested, not compiled: keccak is no constant function.
pub(super) const fn address(text: &str) -> Address {
    Address::from_bytes(bytes(text))
}

/// Exactly `N` bytes after `0x`. Anything else in a table is a mistake of this crate and does not compile.
pub(super) const fn bytes<const N: usize>(text: &str) -> [u8; N] {
    let [b'0', b'x', digits @ ..] = text.as_bytes() else { panic!("a literal begins with 0x") };
    assert!(digits.len() == N * 2, "a literal has two digits for each byte");
    let mut out = [0; N];
    let mut free: &mut [u8] = &mut out;
    let mut rest = digits;
    while let [high, low, tail @ ..] = rest {
        let Some((slot, after)) = free.split_first_mut() else { panic!("the length is checked") };
        *slot = digit(*high) << 4 | digit(*low);
        free = after;
        rest = tail;
    }
    out
}

const fn digit(byte: u8) -> u8 {
    match byte {
        b'0'..=b'9' => byte - b'0',
        b'a'..=b'f' => byte - b'a' + 10,
        b'A'..=b'F' => byte - b'A' + 10,
        _ => panic!("not a hexadecimal digit"),
    }
}
