use alloc::vec;
use alloc::vec::Vec;

use proptest::prelude::*;

use super::*;

/// Words, written as their last byte or as what they begin with.
fn words(words: &[Word<'_>]) -> Vec<u8> {
    let word = |word: &Word<'_>| {
        let mut bytes = [0; 32];
        match word {
            Number(number) => bytes[31] = *number,
            Left(left) => bytes[..left.len()].copy_from_slice(left),
            At(byte) => bytes[12..].fill(*byte),
        }
        bytes
    };
    words.iter().flat_map(word).collect()
}

enum Word<'a> {
    Number(u8),
    Left(&'a [u8]),
    Address(u8),
}

use Word::{Address as At, Left, Number};

/// As eth-abi encodes it.
#[test]
fn calls_are_encoded_as_others_encode_them() {
    let calls = [Call::new(Address::from_bytes([0x11; 20]), vec![]), Call::new(Address::from_bytes([0x22; 20]), vec![0xab; 33])];
    let expected = words(&[
        Number(0x20),
        Number(2),
        Number(0x40),
        Number(0xc0),
        At(0x11),
        Number(1),
        Number(0x60),
        Number(0),
        At(0x22),
        Number(1),
        Number(0x60),
        Number(33),
        Left(&[0xab; 32]),
        Left(&[0xab]),
    ]);
    let call = call(&calls).unwrap();
    assert_eq!((call.target, call.sender), (ADDRESS, None));
    assert_eq!(call.data, [&[0x82, 0xad, 0x56, 0xcb][..], &expected].concat());
    assert_eq!(super::call(&[calls[0].clone(), calls[1].clone().by(Address::ZERO)]), None, "Multicall3 is not the sender");
}

#[test]
fn what_comes_first_may_fail_and_what_follows_may_not() {
    let [first, then] = [0x11, 0x22].map(|byte| Call::new(Address::from_bytes([byte; 20]), vec![]));
    let same = call(&[first.clone(), then.clone()]).unwrap();
    let after = call_after(core::slice::from_ref(&first), &then).unwrap();
    // all that differs is whether the second may fail
    let differs = (0..same.data.len()).filter(|at| same.data[*at] != after.data[*at]).collect::<Vec<_>>();
    let flag = 4 + 32 * (4 + 4 + 1) + 31;
    assert_eq!((&differs[..], same.data[flag], after.data[flag]), (&[flag][..], 1, 0));
    assert_eq!(call_after(&[first], &then.by(Address::ZERO)), None, "Multicall3 is not the sender");
}

fn three() -> Vec<u8> {
    words(&[
        Number(0x20),
        Number(3),
        Number(0x60),
        Number(0xe0),
        Left(&[[0; 30].as_slice(), &[1, 0x40]].concat()),
        Number(1),
        Number(0x40),
        Number(32),
        Left(&[1; 32]),
        Number(0),
        Number(0x40),
        Number(0),
        Number(1),
        Number(0x40),
        Number(5),
        Left(&[7; 5]),
    ])
}

#[test]
fn outcomes_are_read_as_others_encode_them() {
    let expected = [Outcome::Returned(&[1; 32]), Outcome::Reverted(&[]), Outcome::Returned(&[7; 5])];
    assert_eq!(outcomes(&three(), 3).unwrap(), expected);
    assert_eq!(outcomes(&words(&[Number(0x20), Number(0)]), 0), Ok(vec![]));
}

#[test]
fn row_98_no_other_layout_is_read() {
    let good = three();
    let check = |bytes: &[u8], calls, expected| assert_eq!(outcomes(bytes, calls), Err(expected), "{bytes:02x?}");
    check(&good, 2, AbiError::Layout);
    check(&good[..good.len() - 1], 3, AbiError::Truncated);
    check(&[], 3, AbiError::Truncated);
    check(&[&good[..], &[0]].concat(), 3, AbiError::Trailing);
    let edited = |at: usize, byte| {
        let mut bytes = good.clone();
        bytes[at] = byte;
        bytes
    };
    check(&edited(31, 0x40), 3, AbiError::Layout); // where the list begins
    check(&edited(95, 0x61), 3, AbiError::Layout); // where an element begins
    check(&edited(64, 1), 3, AbiError::Layout); // far beyond anything
    check(&edited(191, 2), 3, AbiError::Flag);
    check(&edited(160, 1), 3, AbiError::Flag);
    check(&edited(223, 0x60), 3, AbiError::Layout); // where the bytes begin
    check(&edited(224, 1), 3, AbiError::Layout); // more bytes than there are in the world
    check(&edited(253, 1), 3, AbiError::Truncated);
    check(&edited(good.len() - 1, 1), 3, AbiError::Padding);
    // a count that is not borne out
    let mut many = words(&[Number(0x20)]);
    many.extend(quittance_core::Amount::from_u64(1 << 40).to_be_bytes());
    check(&many, 1 << 40, AbiError::Truncated);
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..600), calls in 0_usize..5) {
        let _ = outcomes(&bytes, calls);
    }

    #[test]
    fn a_changed_byte_is_refused_or_shows(at in 0_usize..512, byte: u8) {
        let (good, mut changed) = (three(), three());
        changed[at] = byte;
        if let Ok(read) = outcomes(&changed, 3) {
            prop_assert_eq!(good == changed, read == outcomes(&good, 3).unwrap());
        }
    }
}
