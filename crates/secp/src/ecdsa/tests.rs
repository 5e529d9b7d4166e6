use k256::ecdsa::signature::hazmat::PrehashVerifier as _;
use k256::ecdsa::{RecoveryId, Signature, SigningKey, VerifyingKey};
use proptest::prelude::{Strategy, any, prop_assert_eq, prop_assume, proptest};

use super::{Parity, decompress, is_point, recover, verify};
use crate::samples::{edges, words};
use crate::words::to_be_bytes;

fn parity(odd: bool) -> Parity {
    if odd { Parity::Odd } else { Parity::Even }
}

fn point(key: &VerifyingKey) -> [u8; 64] {
    key.to_sec1_point(false).as_bytes()[1..].try_into().unwrap()
}

fn key(point: &[u8; 64]) -> Option<VerifyingKey> {
    VerifyingKey::from_sec1_bytes(&[&[4][..], point].concat()).ok()
}

fn k256_recovers(z: &[u8; 32], r: &[u8; 32], s: &[u8; 32], odd: bool) -> Option<[u8; 64]> {
    let signature = Signature::from_scalars(*r, *s).ok()?;
    Some(point(&VerifyingKey::recover_from_prehash(z, &signature, RecoveryId::new(odd, false)).ok()?))
}

fn k256_verifies(at: &[u8; 64], z: &[u8; 32], r: &[u8; 32], s: &[u8; 32]) -> bool {
    match (key(at), Signature::from_scalars(*r, *s)) {
        (Some(key), Ok(signature)) => key.verify_prehash(z, &signature).is_ok(),
        _ => false,
    }
}

/// Both parities recover to what k256 says, and whatever is recovered verifies exactly where k256 says so.
fn check(z: [u8; 32], r: [u8; 32], s: [u8; 32]) {
    for odd in [false, true] {
        let found = recover(&z, &r, &s, parity(odd));
        assert_eq!(found, k256_recovers(&z, &r, &s, odd), "{z:x?} {r:x?} {s:x?} {odd}");
        if let Some(key) = found {
            assert_eq!(verify(&key, &z, &r, &s), k256_verifies(&key, &z, &r, &s), "{z:x?} {r:x?} {s:x?} {odd}");
            assert!(!verify(&key, &z, &s, &r) || r == s);
        }
    }
}

#[test]
fn every_combination_of_edge_values_agrees_with_k256() {
    let edges: alloc::vec::Vec<_> = edges().map(to_be_bytes).collect();
    for z in &edges {
        for r in &edges {
            for s in &edges {
                check(*z, *r, *s);
            }
        }
    }
}

/// `s R = z G` has the point at infinity for its key: the nonce `k = 1` and `s = z` do it.
#[test]
fn infinity_is_no_key() {
    let r = &point(&VerifyingKey::from(&SigningKey::from_slice(&to_be_bytes([1, 0, 0, 0])).unwrap()))[..32];
    let r = r.try_into().unwrap();
    for z in [1, 2, 7, u64::MAX] {
        let z = to_be_bytes([z, 5, 0, 0]);
        let keys = [Parity::Even, Parity::Odd].map(|parity| recover(&z, &r, &z, parity));
        assert!(keys.contains(&None) && keys != [None, None]);
        check(z, r, z);
    }
}

/// An x-coordinate of at least `n` cannot be written in `r`; verification takes it modulo `n`, recovery cannot name it.
#[test]
fn an_x_of_at_least_n() {
    let mut met = 0;
    for small in 1..40 {
        // x = n + small, and R = (x, y); with s = r = small the key is R - z/r G
        let x =
            crate::words::add4([0xbfd2_5e8c_d036_4141, 0xbaae_dce6_af48_a03b, 0xffff_ffff_ffff_fffe, u64::MAX], [small, 0, 0, 0]).0;
        let Some(nonce_point) = decompress(&to_be_bytes(x), Parity::Even) else { continue };
        met += 1;
        let (r, z) = (to_be_bytes([small, 0, 0, 0]), [0; 32]);
        // u1 = 0 and u2 = 1
        assert!(verify(&nonce_point, &z, &r, &r));
        assert!(k256_verifies(&nonce_point, &z, &r, &r));
        check(z, r, r);
    }
    assert!(met > 5, "{met}");
}

#[test]
fn points_are_read_as_k256_reads_them() {
    let generator = point(&VerifyingKey::from(&SigningKey::from_slice(&to_be_bytes([1, 0, 0, 0])).unwrap()));
    assert!(is_point(&generator));
    for i in 0..64 {
        let mut other = generator;
        other[i] ^= 1;
        assert!(!is_point(&other) && key(&other).is_none());
    }
    for x in edges().map(to_be_bytes) {
        for y in edges().map(to_be_bytes) {
            let both = [x, y].concat().try_into().unwrap();
            assert_eq!(is_point(&both), key(&both).is_some(), "{both:x?}");
        }
    }
}

fn check_decompression(x: [u8; 32]) {
    for (odd, tag) in [(false, 2), (true, 3)] {
        let expected = VerifyingKey::from_sec1_bytes(&[&[tag][..], &x].concat()).ok().map(|key| point(&key));
        assert_eq!(decompress(&x, parity(odd)), expected, "{x:x?}");
    }
}

#[test]
fn edge_coordinates_decompress_as_with_k256() {
    edges().map(to_be_bytes).for_each(check_decompression);
}

fn bytes() -> impl Strategy<Value = [u8; 32]> {
    words().prop_map(to_be_bytes)
}

proptest! {
    #[test]
    fn recovery_agrees_with_k256(z in bytes(), r in bytes(), s in bytes()) {
        check(z, r, s);
    }

    #[test]
    fn coordinates_decompress_as_with_k256(x in bytes()) {
        check_decompression(x);
    }

    /// What k256 signs recovers to its key and verifies; with any bit of anything flipped, the verdicts are still k256's.
    #[test]
    fn signatures_and_their_ruins(secret in bytes(), z in bytes(), flip in 0..1024_usize, odd in any::<bool>()) {
        let signer = SigningKey::from_slice(&secret);
        prop_assume!(signer.is_ok());
        let signer = signer.unwrap();
        let (signature, id) = signer.sign_prehash_recoverable(&z);
        let public = point(signer.verifying_key());
        let (r, s): ([u8; 32], [u8; 32]) = (signature.r().to_bytes().into(), signature.s().to_bytes().into());
        prop_assert_eq!(recover(&z, &r, &s, parity(id.is_y_odd())), Some(public));
        assert!(verify(&public, &z, &r, &s));

        let mut all = [&public[..], &z, &r, &s].concat();
        all[flip / 8 % 160] ^= 1 << (flip % 8);
        let (public, rest) = all.split_first_chunk::<64>().unwrap();
        let [z, r, s] = [0, 1, 2].map(|i| rest[32 * i..][..32].try_into().unwrap());
        prop_assert_eq!(verify(public, &z, &r, &s), k256_verifies(public, &z, &r, &s));
        prop_assert_eq!(recover(&z, &r, &s, parity(odd)), k256_recovers(&z, &r, &s, odd));
    }
}
