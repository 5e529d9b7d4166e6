use alloc::format;
use alloc::vec;
use alloc::vec::Vec;

use k256::ecdsa::{RecoveryId, VerifyingKey};
use proptest::prelude::*;

use super::super::samples::{self, ANVIL0, V1_DIGEST, V1_SIGNATURE, near, small, word};
use super::super::{Signature, recover, recover_public_key};
use super::*;

const GENERATOR: &str = "0x79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8";

fn check(sec1: &[u8], expected: Result<&str, PublicKeyError>) {
    assert_eq!(PublicKey::from_sec1(sec1).map(|key| hex::encode(key.as_bytes())).as_deref(), expected.as_deref(), "{sec1:02x?}");
}

fn prefixed(first: u8, text: &str) -> Vec<u8> {
    [vec![first], samples::bytes(text)].concat()
}

#[test]
fn both_encodings_of_sec1_are_read() {
    check(&prefixed(4, GENERATOR), Ok(GENERATOR));
    check(&prefixed(2, &GENERATOR[..66]), Ok(GENERATOR));
    assert_ne!(PublicKey::from_sec1(&prefixed(3, &GENERATOR[..66])).unwrap().as_bytes()[63], 0xb8);
}

#[test]
fn all_else_is_refused() {
    let encoding = Err(PublicKeyError::Encoding);
    check(&[], encoding);
    check(&[0], encoding);
    check(&samples::bytes(GENERATOR), encoding);
    for first in [0, 1, 2, 3, 5, 6, 7, 0xff] {
        check(&prefixed(first, GENERATOR), encoding);
    }
    for first in [0, 1, 4, 5, 6, 7] {
        check(&prefixed(first, &GENERATOR[..66]), encoding);
    }
    check(&prefixed(4, &GENERATOR[..128]), encoding);
    check(&prefixed(4, &format!("{GENERATOR}00")), encoding);

    let off = Err(PublicKeyError::NotOnCurve);
    check(&prefixed(4, &GENERATOR.replace("10d4b8", "10d4b9")), off);
    check(&[4; 65], off);
    check(&[[4].as_slice(), &[0; 64]].concat(), off);
    check(&[[2].as_slice(), &small(5)].concat(), off);
    check(&[[2].as_slice(), &word(samples::P)].concat(), off);
    // x = 1 is a coordinate; p + 1 means the same number and is not a way to write it.
    check(&[[2].as_slice(), &near(samples::P, 1)].concat(), off);
}

#[test]
fn the_address_is_the_tail_of_the_hash() {
    // The key 1 has the generator for its public key.
    let key = PublicKey::from_sec1(&prefixed(4, GENERATOR)).unwrap();
    assert_eq!(key.address(), samples::address("0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"));
    assert_eq!(samples::anvil0().public_key().address(), samples::address(ANVIL0));
    assert_eq!(format!("{key:?}"), format!("PublicKey({GENERATOR})"));
}

#[test]
fn the_rules_of_a_signature_hold_here_too() {
    let digest = samples::digest(V1_DIGEST);
    let signature = samples::signature(V1_SIGNATURE);
    let key = recover_public_key(&digest, &signature).unwrap();
    let (r, s) = (signature.r(), signature.s());
    let check = |r: &[u8; 32], s: &[u8; 32], expected| assert_eq!(key.verify(&digest, r, s), expected);
    check(r, s, Ok(()));
    check(s, r, Err(SignatureError::WrongSigner));
    check(&small(0), s, Err(SignatureError::RangeR));
    check(&word(samples::N), s, Err(SignatureError::RangeR));
    check(r, &small(0), Err(SignatureError::RangeS));
    check(r, &word(samples::N), Err(SignatureError::RangeS));
    let twin = samples::bytes(samples::V1_HIGH_S)[32..64].try_into().unwrap();
    check(r, &twin, Err(SignatureError::HighS));
    assert_eq!(samples::anvil0().public_key().verify(&digest, r, s), Err(SignatureError::WrongSigner));
}

/// Row 81: a point whose x-coordinate is `r + n`. The equation holds, and no recovery byte of 27 or 28 leads to the key, here or
/// on chain.
#[test]
fn row_81_an_x_coordinate_beyond_the_order_verifies_and_does_not_recover() {
    let digest = samples::digest(V1_DIGEST);
    let mut seen = 0;
    for r in 1..32 {
        let (r, s) = (small(r), small(1));
        let signature = k256::ecdsa::Signature::from_scalars(r, s).unwrap();
        for odd in [false, true] {
            let Ok(key) = VerifyingKey::recover_from_prehash(digest.as_bytes(), &signature, RecoveryId::new(odd, true)) else {
                continue;
            };
            let key = PublicKey::from_sec1(key.to_sec1_point(false).as_bytes()).unwrap();
            assert_eq!(key.verify(&digest, &r, &s), Ok(()));
            for v in [27, 28] {
                let signature = Signature::parse_65(&samples::full(&r, &s, v)).unwrap();
                assert_ne!(recover(&digest, &signature), Ok(key.address()));
            }
            seen += 1;
        }
    }
    assert!(seen > 8, "half of all numbers are coordinates");
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..80), x in any::<[u8; 32]>(), tag in 0_u8..8) {
        let _ = PublicKey::from_sec1(&bytes);
        if let Ok(key) = PublicKey::from_sec1(&[[tag].as_slice(), &x].concat()) {
            prop_assert_eq!(PublicKey::from_sec1(&[[4].as_slice(), key.as_bytes()].concat()), Ok(key));
        }
    }
}
