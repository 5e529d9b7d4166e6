//! Hashes and addresses in the source, as people compare them.

/// The bytes of hexadecimal digits, computed by the compiler; digits that are none, or not `2 * N` of them, do not compile.
pub(super) const fn literal<const N: usize>(digits: &str) -> [u8; N] {
    let mut out = [0; N];
    let mut unset: &mut [u8] = &mut out;
    let mut rest = digits.as_bytes();
    while let Some((byte, tail)) = unset.split_first_mut() {
        let [high, low, after @ ..] = rest else { panic!("too few digits") };
        *byte = digit(*high) << 4 | digit(*low);
        (unset, rest) = (tail, after);
    }
    assert!(rest.is_empty(), "too many digits");
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
