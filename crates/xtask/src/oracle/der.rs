//! Reads an ECDSA signature as DER writes it. The library takes no DER, because nothing in the protocol does; Wycheproof does.

/// `r` and `s` of `SEQUENCE { INTEGER r, INTEGER s }`, if the bytes are the one encoding that DER allows: lengths and integers in
/// their shortest form, nothing left over. Negative integers and integers above 256 bits are no scalars and give nothing either.
pub(super) fn signature(bytes: &[u8]) -> Option<([u8; 32], [u8; 32])> {
    let (sequence, rest) = element(bytes, 0x30)?;
    let (r, integers) = element(sequence, 0x02)?;
    let (s, left_over) = element(integers, 0x02)?;
    if rest.is_empty() && left_over.is_empty() { Some((scalar(r)?, scalar(s)?)) } else { None }
}

/// The content of an element with this tag, and what follows it. Two integers of 33 bytes fit the short form of a length, and the
/// long form of such a length is not DER.
fn element(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    match bytes {
        [first, length @ 0..=0x7f, rest @ ..] if *first == tag => rest.split_at_checked(usize::from(*length)),
        _ => None,
    }
}

fn scalar(integer: &[u8]) -> Option<[u8; 32]> {
    let magnitude = match integer {
        // a zero in front is there to keep a high bit from meaning a sign, and for nothing else
        [0, magnitude @ ..] if matches!(magnitude, [0x80..=0xff, ..]) => magnitude,
        [0x80..=0xff, ..] | [] | [0, _, ..] => return None,
        magnitude => magnitude,
    };
    let mut scalar = [0; 32];
    let start = scalar.len().checked_sub(magnitude.len())?;
    scalar[start..].copy_from_slice(magnitude);
    Some(scalar)
}

#[cfg(test)]
mod tests {
    use super::signature;

    /// `expected` are the last bytes of `r` and of `s`, or nothing.
    fn check(bytes: &[u8], expected: Option<(u8, u8)>) {
        assert_eq!(signature(bytes).map(|(r, s)| (r[31], s[31])), expected, "{bytes:02x?}");
    }

    #[test]
    fn the_shortest_form_is_read() {
        check(&[0x30, 6, 2, 1, 1, 2, 1, 2], Some((1, 2)));
        check(&[0x30, 6, 2, 1, 0, 2, 1, 0x7f], Some((0, 0x7f)));
        check(&[0x30, 7, 2, 2, 0, 0x80, 2, 1, 1], Some((0x80, 1)));
        let longest = [&[0x30, 70, 2, 33, 0][..], &[0xff; 32], &[2, 33, 0], &[0xfe; 32]].concat();
        check(&longest, Some((0xff, 0xfe)));
    }

    #[test]
    fn every_other_form_is_refused() {
        check(&[], None);
        check(&[0x30], None);
        check(&[0x30, 0], None);
        // another tag; a length in the long form; an indefinite length
        check(&[0x31, 6, 2, 1, 1, 2, 1, 2], None);
        check(&[0x30, 0x81, 6, 2, 1, 1, 2, 1, 2], None);
        check(&[0x30, 0x80, 2, 1, 1, 2, 1, 2, 0, 0], None);
        // bytes after the sequence, after the integers, too few bytes
        check(&[0x30, 6, 2, 1, 1, 2, 1, 2, 0], None);
        check(&[0x30, 8, 2, 1, 1, 2, 1, 2, 5, 0], None);
        check(&[0x30, 6, 2, 1, 1, 2, 1], None);
        check(&[0x30, 3, 2, 1, 1], None);
        // a needless zero, a negative number, an empty integer, 257 bits
        check(&[0x30, 7, 2, 2, 0, 1, 2, 1, 2], None);
        check(&[0x30, 6, 2, 1, 0x81, 2, 1, 2], None);
        check(&[0x30, 5, 2, 0, 2, 1, 2], None);
        check(&[&[0x30, 38, 2, 33, 1][..], &[0; 32], &[2, 1, 1]].concat(), None);
    }
}
