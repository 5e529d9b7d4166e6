use alloc::vec;
use alloc::vec::Vec;

use proptest::prelude::*;

use super::super::samples::{self, K0_SIGNATURE, V1_SIGNATURE};
use super::*;
use crate::hex;

/// K10, made by eth-abi.
const K10: &str = "0x\
    0000000000000000000000004444444444444444444444444444444444444444\
    0000000000000000000000000000000000000000000000000000000000000060\
    00000000000000000000000000000000000000000000000000000000000000a0\
    0000000000000000000000000000000000000000000000000000000000000004\
    deadbeef00000000000000000000000000000000000000000000000000000000\
    0000000000000000000000000000000000000000000000000000000000000041\
    dc53a4a579de989368a0fae2ef2172ff2f474b4297013f865d171239f17ef4c3\
    157b4b4030f1bebc53d55ace15c2377dff501a60e1e56c291f1000d6e78f082f\
    1b00000000000000000000000000000000000000000000000000000000000000\
    6492649264926492649264926492649264926492649264926492649264926492";

/// The words of K10, which the tests below bend.
fn k10() -> Vec<[u8; 32]> {
    samples::bytes(K10).chunks(32).map(|word| word.try_into().unwrap()).collect()
}

const CALLDATA_AT: usize = 1;
const INNER_AT: usize = 2;
const CALLDATA_LENGTH: usize = 3;
const INNER_LENGTH: usize = 5;

fn check(words: &[[u8; 32]], expected: WrapperError) {
    assert_eq!(Wrapped::parse(&words.concat()), Err(expected));
}

fn with(index: usize, word: [u8; 32]) -> Vec<[u8; 32]> {
    let mut words = k10();
    words[index] = word;
    words
}

fn number(value: u64) -> [u8; 32] {
    let mut word = [0; 32];
    word[24..].copy_from_slice(&value.to_be_bytes());
    word
}

#[test]
fn k10_is_read_and_written() {
    let bytes = samples::bytes(K10);
    let wrapped = Wrapped::parse(&bytes).unwrap().unwrap();
    assert_eq!(wrapped.factory(), samples::address("0x4444444444444444444444444444444444444444"));
    assert_eq!(wrapped.calldata(), [0xde, 0xad, 0xbe, 0xef]);
    assert_eq!(hex::encode(wrapped.inner()), K0_SIGNATURE);
    assert_eq!(wrapped.to_bytes(), bytes);
    assert_eq!(Wrapped::new(wrapped.factory(), wrapped.calldata(), wrapped.inner()), Ok(wrapped));
}

/// The suffix makes the wrapper, and only at the end.
#[test]
fn row_98_without_the_suffix_in_its_place_it_is_not_a_wrapper() {
    let bytes = samples::bytes(K10);
    let not_last = [&bytes[..], &[0]].concat();
    let first = [&ERC6492_SUFFIX[..], &bytes[..288]].concat();
    for bytes in [&bytes[..288], &bytes[..319], &not_last, &first, &[], &samples::bytes(V1_SIGNATURE), &ERC6492_SUFFIX[1..]] {
        assert_eq!(Wrapped::parse(bytes), Ok(None));
    }
    // The hash of the name, which one SDK's comment takes for the suffix (map S27), is not it.
    let hash = crate::hash::keccak256(b"ERC6492");
    assert_eq!(Wrapped::parse(&[&bytes[..288], &hash].concat()), Ok(None));
}

#[test]
fn row_98_the_suffix_alone_or_after_too_little() {
    check(&[ERC6492_SUFFIX], WrapperError::Truncated);
    let body = &samples::bytes(K10)[..288];
    for length in 0..288 {
        let short = [&body[..length], &ERC6492_SUFFIX[..]].concat();
        let expected = match length {
            // Up to the length of the calldata, then inside it and its padding, then the same for the inner signature.
            0..128 | 132..192 => WrapperError::Truncated,
            128..132 | 192..257 => WrapperError::FieldLength,
            _ => WrapperError::Truncated,
        };
        assert_eq!(Wrapped::parse(&short), Err(expected), "{length} bytes");
    }
}

#[test]
fn row_98_a_factory_is_an_address() {
    let mut factory = k10()[0];
    for index in 0..12 {
        factory[index] = 1;
        check(&with(0, factory), WrapperError::Factory);
        factory[index] = 0;
    }
    check(&with(0, [0xff; 32]), WrapperError::Factory);
}

#[test]
fn row_98_offsets_point_where_an_encoder_points() {
    let mut high = number(0x60);
    high[0] = 0x80;
    for word in [
        number(0),             // into the head
        number(0x20),          // at itself
        number(0x40),          // overlapping the head
        number(0x61),          // unaligned
        number(0x80),          // a gap
        number(0xa0),          // both fields in one place
        number(0x120),         // at the end
        number(0x140),         // beyond it
        number(u64::MAX),      // far beyond it
        number(1 << 32),       // wraps to zero in 32 bits
        number(0x1_0000_0060), // wraps to the right place in 32 bits
        high,                  // wraps to the right place in 255 bits
        [0xff; 32],
    ] {
        check(&with(CALLDATA_AT, word), WrapperError::Offset);
    }
    for word in [number(0), number(0x60), number(0x80), number(0xa1), number(0xc0), number(0x1_0000_00a0), [0xff; 32]] {
        check(&with(INNER_AT, word), WrapperError::Offset);
    }
    // The fields in the other order, which a lenient decoder reads happily.
    let words = k10();
    let mut swapped = [&words[..3], &words[5..9], &words[3..5], &words[9..]].concat();
    swapped[CALLDATA_AT] = number(0xe0);
    swapped[INNER_AT] = number(0x60);
    check(&swapped, WrapperError::Offset);
}

#[test]
fn row_98_a_field_has_the_bytes_it_claims() {
    for word in [number(0x8000), number(u64::from(u32::MAX)), number(u64::MAX), number(1 << 32), [0xff; 32]] {
        check(&with(CALLDATA_LENGTH, word), WrapperError::FieldLength);
        check(&with(INNER_LENGTH, word), WrapperError::FieldLength);
    }
    check(&with(INNER_LENGTH, number(97)), WrapperError::FieldLength);
    // One word more than there is calldata: the inner signature is no longer where its offset says.
    check(&with(CALLDATA_LENGTH, number(33)), WrapperError::Padding);
    check(&with(CALLDATA_LENGTH, number(64)), WrapperError::Offset);
    check(&with(CALLDATA_LENGTH, number(3)), WrapperError::Padding);
    check(&with(INNER_LENGTH, number(64)), WrapperError::Trailing);
    check(&with(INNER_LENGTH, number(0)), WrapperError::Trailing);
}

#[test]
fn padding_is_zero() {
    for word in [4, 8] {
        let mut words = k10();
        words[word][31] = 1;
        check(&words, WrapperError::Padding);
    }
}

#[test]
fn nothing_follows_the_last_field() {
    let mut words = k10();
    words.insert(9, [0; 32]);
    check(&words, WrapperError::Trailing);
    let odd = [&samples::bytes(K10)[..288], &[0], &ERC6492_SUFFIX].concat();
    assert_eq!(Wrapped::parse(&odd), Err(WrapperError::Trailing));
}

#[test]
fn row_98_a_wrapper_inside_a_wrapper() {
    let inner = samples::bytes(K10);
    assert_eq!(Wrapped::new(Address::ZERO, &[], &inner), Err(WrapperError::Nested));
    assert_eq!(Wrapped::new(Address::ZERO, &[], &ERC6492_SUFFIX), Err(WrapperError::Nested));
    let bytes = Wrapped { factory: Address::ZERO, calldata: &[], inner: &inner }.to_bytes();
    assert_eq!(Wrapped::parse(&bytes), Err(WrapperError::Nested));
    // In the calldata it is bytes like any others.
    assert!(Wrapped::new(Address::ZERO, &inner, &[]).is_ok());
}

#[test]
fn row_98_the_size_is_bounded() {
    // Head, two lengths and the suffix take six words.
    let most = vec![0; MAX_SIGNATURE_BYTES - 6 * 32];
    let wrapped = Wrapped::new(Address::ZERO, &most, &[]).unwrap();
    assert_eq!(wrapped.to_bytes().len(), MAX_SIGNATURE_BYTES);
    assert_eq!(Wrapped::parse(&wrapped.to_bytes()), Ok(Some(wrapped)));

    let more = vec![0; most.len() + 1];
    assert_eq!(Wrapped::new(Address::ZERO, &more, &[]), Err(WrapperError::TooLarge));
    assert_eq!(Wrapped::new(Address::ZERO, &[], &vec![0; 100_000]), Err(WrapperError::TooLarge));
    let bytes = Wrapped { factory: Address::ZERO, calldata: &more, inner: &[] }.to_bytes();
    assert_eq!(Wrapped::parse(&bytes), Err(WrapperError::TooLarge));
}

proptest! {
    #[test]
    fn writing_and_reading_are_inverse(
        factory in any::<[u8; 20]>(),
        calldata in prop::collection::vec(any::<u8>(), 0..100),
        inner in prop::collection::vec(any::<u8>(), 0..100),
    ) {
        let wrapped = Wrapped::new(Address::from_bytes(factory), &calldata, &inner).unwrap();
        let bytes = wrapped.to_bytes();
        prop_assert_eq!(Wrapped::parse(&bytes), Ok(Some(wrapped)));
    }

    #[test]
    fn what_is_read_has_no_other_encoding(
        at in 0_usize..288, byte in any::<u8>(), cut in 0_usize..288, junk in prop::collection::vec(any::<u8>(), 0..320),
    ) {
        let mut changed = samples::bytes(K10);
        changed[at] = byte;
        let cut = [&changed[..cut], &ERC6492_SUFFIX].concat();
        let junk = [&junk[..], &ERC6492_SUFFIX].concat();
        for bytes in [changed, cut, junk] {
            if let Ok(Some(wrapped)) = Wrapped::parse(&bytes) {
                prop_assert_eq!(wrapped.to_bytes(), bytes);
            }
        }
    }
}
