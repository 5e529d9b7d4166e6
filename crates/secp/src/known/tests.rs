use alloc::vec::Vec;

use k256::ecdsa::SigningKey;
use proptest::prelude::{Strategy, prop_assert, prop_assert_eq, prop_assume, proptest};

use super::KnownKey;
use crate::samples::{edges, words};
use crate::words::{Words, add4, to_be_bytes};
use crate::{Parity, decompress, recover, verify};

const PARITIES: [Parity; 2] = [Parity::Even, Parity::Odd];

fn public(signer: &SigningKey) -> [u8; 64] {
    signer.verifying_key().to_sec1_point(false).as_bytes()[1..].try_into().unwrap()
}

/// For both parities the key says what recovery says.
fn check(known: &KnownKey, z: [u8; 32], r: [u8; 32], s: [u8; 32]) {
    for parity in PARITIES {
        let expected = recover(&z, &r, &s, parity) == Some(known.to_bytes());
        assert_eq!(known.recovers(&z, &r, &s, parity), expected, "{known:?} {z:x?} {r:x?} {s:x?} {parity:?}");
    }
}

/// The same for the keys that either parity recovers to.
fn check_recovered(z: [u8; 32], r: [u8; 32], s: [u8; 32]) {
    for key in PARITIES.into_iter().filter_map(|parity| recover(&z, &r, &s, parity)) {
        check(&KnownKey::new(&key).unwrap(), z, r, s);
    }
}

/// Keys whose multiples are the generator's own, or nearly, so that sums collide.
fn awkward_keys() -> Vec<KnownKey> {
    let lambda = [0xdf02_967c_1b23_bd72, 0x122e_22ea_2081_6678, 0xa526_1c02_8812_645a, 0x5363_ad4c_c05c_30e0];
    let order_less_1: Words = [0xbfd2_5e8c_d036_4140, 0xbaae_dce6_af48_a03b, 0xffff_ffff_ffff_fffe, u64::MAX];
    [[1, 0, 0, 0], [2, 0, 0, 0], [256, 0, 0, 0], [0, 1, 0, 0], lambda, order_less_1]
        .map(|secret| KnownKey::new(&public(&SigningKey::from_slice(&to_be_bytes(secret)).unwrap())).unwrap())
        .into()
}

#[test]
fn every_combination_of_edge_values_recovers_as_it_does_plainly() {
    let (edges, keys) = (edges().map(to_be_bytes).collect::<Vec<_>>(), awkward_keys());
    for z in &edges {
        for r in &edges {
            for s in &edges {
                check_recovered(*z, *r, *s);
                check(&keys[0], *z, *r, *s);
            }
        }
    }
}

#[test]
fn awkward_keys_with_awkward_numbers() {
    let x = |key: &KnownKey| <[u8; 32]>::try_from(&key.to_bytes()[..32]).unwrap();
    let keys = awkward_keys();
    let small = (0..20).map(|k| to_be_bytes([k, 0, 0, 0]));
    let numbers = small.chain(keys.iter().map(x)).collect::<Vec<_>>();
    for key in &keys {
        for z in &numbers {
            for r in keys.iter().map(x).chain(numbers.iter().copied().take(4)) {
                for s in &numbers {
                    check(key, *z, r, *s);
                }
            }
        }
    }
}

/// Where verification finds an x-coordinate of `r + n`, plain recovery finds another key or none, and so must a known one.
#[test]
fn an_x_of_at_least_n_is_nobodys() {
    let mut met = 0;
    for small in 1..40 {
        let x = add4([0xbfd2_5e8c_d036_4141, 0xbaae_dce6_af48_a03b, 0xffff_ffff_ffff_fffe, u64::MAX], [small, 0, 0, 0]).0;
        for parity in PARITIES {
            let Some(key) = decompress(&to_be_bytes(x), parity) else { continue };
            met += 1;
            let (r, z) = (to_be_bytes([small, 0, 0, 0]), [0; 32]);
            assert!(verify(&key, &z, &r, &r));
            let known = KnownKey::new(&key).unwrap();
            assert!(PARITIES.iter().all(|parity| !known.recovers(&z, &r, &r, *parity)));
            check(&known, z, r, r);
        }
    }
    assert!(met > 10, "{met}");
}

/// The nonce's point is infinity where `z + r d = 0`: no x-coordinate is that of infinity, 0 least of all.
#[test]
fn infinity_has_no_x() {
    for key in awkward_keys() {
        let x: [u8; 32] = key.to_bytes()[..32].try_into().unwrap();
        // d = 1 makes -r for z
        let minus = to_be_bytes(
            crate::words::sub4(
                [0xbfd2_5e8c_d036_4141, 0xbaae_dce6_af48_a03b, 0xffff_ffff_ffff_fffe, u64::MAX],
                crate::words::from_be_bytes(&x),
            )
            .0,
        );
        for s in [1, 2, 77] {
            check(&key, minus, x, to_be_bytes([s, 0, 0, 0]));
        }
    }
}

#[test]
fn only_points_of_the_curve_are_keys() {
    let key = awkward_keys().remove(1).to_bytes();
    assert_eq!(KnownKey::new(&key).map(|known| known.to_bytes()), Some(key));
    for i in 0..64 {
        let mut other = key;
        other[i] ^= 1;
        assert!(KnownKey::new(&other).is_none());
    }
    assert!(KnownKey::new(&[0; 64]).is_none() && KnownKey::new(&[0xff; 64]).is_none());
}

#[test]
fn known_keys_can_be_shared() {
    fn is_shareable<T: Send + Sync>() {}
    is_shareable::<KnownKey>();
}

fn bytes() -> impl Strategy<Value = [u8; 32]> {
    words().prop_map(to_be_bytes)
}

proptest! {
    #[test]
    fn any_numbers_recover_as_they_do_plainly(z in bytes(), r in bytes(), s in bytes()) {
        check_recovered(z, r, s);
    }

    /// A signature, its high twin, and either with any bit of anything turned.
    #[test]
    fn signatures_and_their_ruins(secret in bytes(), z in bytes(), flip in 0..1024_usize) {
        let signer = SigningKey::from_slice(&secret);
        prop_assume!(signer.is_ok());
        let signer = signer.unwrap();
        let (signature, id) = signer.sign_prehash_recoverable(&z);
        let known = KnownKey::new(&public(&signer)).unwrap();
        let (r, s): ([u8; 32], [u8; 32]) = (signature.r().to_bytes().into(), signature.s().to_bytes().into());
        let parity = if id.is_y_odd() { Parity::Odd } else { Parity::Even };
        let other = if id.is_y_odd() { Parity::Even } else { Parity::Odd };
        prop_assert!(known.recovers(&z, &r, &s, parity) && !known.recovers(&z, &r, &s, other));
        let twin: [u8; 32] = (-*signature.s()).to_bytes().into();
        prop_assert!(known.recovers(&z, &r, &twin, other) && !known.recovers(&z, &r, &twin, parity));

        let mut all = [z, r, s].concat();
        all[flip / 8 % 96] ^= 1 << (flip % 8);
        let [z, r, s] = [0, 1, 2].map(|i| all[32 * i..][..32].try_into().unwrap());
        check(&known, z, r, s);
        check_recovered(z, r, s);
    }

    #[test]
    fn a_key_is_given_back(secret in bytes()) {
        if let Ok(signer) = SigningKey::from_slice(&secret) {
            prop_assert_eq!(KnownKey::new(&public(&signer)).unwrap().to_bytes(), public(&signer));
        }
    }
}
