use alloc::vec;

use proptest::prelude::*;

use super::*;

/// What one item is, whole: `b` and its bytes, or `l` and its content.
fn check(bytes: &[u8], expected: Option<(char, &[u8])>) {
    let got = match item(bytes) {
        Some((Item::Bytes(content), [])) => Some(('b', content)),
        Some((Item::List(content), [])) => Some(('l', content)),
        _ => None,
    };
    assert_eq!(got, expected, "{bytes:02x?}");
}

/// The samples of the Yellow Paper's neighbourhood, and what is not canonical about their neighbours.
#[test]
fn there_is_one_encoding_for_one_value() {
    check(b"\x83dog", Some(('b', b"dog")));
    check(b"\xc8\x83cat\x83dog", Some(('l', b"\x83cat\x83dog")));
    check(&[0x80], Some(('b', &[])));
    check(&[0xc0], Some(('l', &[])));
    check(&[0x0f], Some(('b', &[0x0f])));
    check(&[0x81, 0x80], Some(('b', &[0x80])));
    check(&[0x81, 0x7f], None); // a small byte is itself
    check(&[0x83, 1, 2], None);
    check(&[0xc2, 1], None);
    check(&[], None);
    let long = [&[0xb8, 56][..], &[7; 56]].concat();
    check(&long, Some(('b', &[7; 56])));
    check(&[&[0xb8, 55][..], &[7; 55]].concat(), None); // fits into the first byte
    check(&[&[0xb9, 0, 56][..], &[7; 56]].concat(), None); // a leading zero
    check(&[&[0xf8, 55][..], &[7; 55]].concat(), None);
    check(&[0xbf, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], None);
    check(&[0xff; 40], None);
    assert_eq!((number(&[]), number(&[0]), number(&[1, 0])), (Some(Amount::ZERO), None, Some(Amount::from_u64(256))));
    assert_eq!((number(&[0xff; 32]), number(&[1; 33])), (Some(Amount::MAX), None));
}

proptest! {
    #[test]
    fn a_list_is_read_as_its_head_is_written(content in prop::collection::vec(any::<u8>(), 0..400)) {
        let bytes = [list_head(content.len()), content.clone()].concat();
        check(&bytes, Some(('l', &content)));
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        let mut items = Items(&bytes);
        let mut read = vec![];
        while let Some(bytes) = items.bytes() {
            read.push(bytes.len());
        }
        prop_assert!(read.iter().sum::<usize>() <= bytes.len());
    }
}
