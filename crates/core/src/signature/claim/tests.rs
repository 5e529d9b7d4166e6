use alloc::format;

use proptest::collection::vec as vec_of;
use proptest::prelude::*;

use super::super::samples::{ANVIL0, V1_DIGEST, V1_SIGNATURE, V1_SIGNER, address, digest, full, key, settled, signature, small};
use super::*;

/// The payers 1 to 4 are known, and 1 better than the others.
fn cache() -> PayerCache {
    let mut cache = PayerCache::with_places(4);
    for payer in [1, 1, 2, 3, 4] {
        let (settled, digest) = settled(&key(payer), payer, 10_000, Into::into);
        cache.learn(&settled, &digest);
    }
    assert_eq!(cache.len(), 4);
    cache
}

#[derive(Clone, Debug)]
struct Item {
    digest: Digest,
    signature: Signature,
    expected: Address,
}

/// Payer number `payer` signs; the way says what else is done to it.
fn item(payer: u8, seed: u8, way: u8) -> Item {
    let digest = Digest::from_bytes([seed; 32]);
    let signature = key(payer).sign(&digest);
    let expected = key(payer).address();
    let good = Item { digest, signature, expected };
    let bytes = signature.to_bytes();
    match way {
        0 => Item { expected: Address::ZERO, ..good },
        1 => Item { expected: key(payer % 8 + 1).address(), ..good },
        2 => Item { digest: Digest::from_bytes([seed ^ 1; 32]), ..good },
        3 => Item { signature: Signature::parse_65(&full(signature.r(), signature.s(), 55 - bytes[64])).unwrap(), ..good },
        // no point has 5 for its x-coordinate
        4 => Item { signature: Signature::parse_65(&full(&small(5), signature.s(), 27)).unwrap(), ..good },
        5 => Item { signature: Signature::parse_65(&full(signature.r(), &small(seed | 1), 28)).unwrap(), ..good },
        _ => good,
    }
}

/// Every item is told alone, in the batch, and in a batch with known payers the same.
fn check(items: &[Item], cache: &PayerCache) {
    let claims = items.iter().map(|item| Claim::new(&item.digest, &item.signature, item.expected)).collect::<Vec<_>>();
    let alone = items.iter().map(|item| recover::verify(&item.digest, &item.signature, item.expected)).collect::<Vec<_>>();
    assert_eq!(verify_many(&claims), alone);
    // every other one only, so that known payers are met both ways
    for every in [1, 2] {
        let known = claims.iter().enumerate().map(|(i, claim)| claim.with_payers((i % every == 0).then_some(cache)));
        let known = known.collect::<Vec<_>>();
        let many = verify_many(&known);
        assert_eq!(many, known.iter().map(Claim::verify).collect::<Vec<_>>());
        for ((claim, found), alone) in known.iter().zip(many).zip(&alone) {
            let nobodys = claim.known().is_some() && *alone == Err(SignatureError::NotRecoverable);
            assert_eq!(found, if nobodys { Err(SignatureError::WrongSigner) } else { *alone });
        }
    }
}

#[test]
fn batches_of_any_length() {
    let cache = cache();
    for length in [0, 1, 63, 64, 65, 1000] {
        let items = (0..length).map(|i: usize| {
            let [payer, seed] = [i % 7, i % 31].map(|number| u8::try_from(number).unwrap());
            item(payer + 1, seed, if i % 5 == 4 { seed % 6 } else { 9 })
        });
        check(&items.collect::<Vec<_>>(), &cache);
    }
}

#[test]
fn one_bad_claim_among_good_ones() {
    let cache = cache();
    let good = (0..40).map(|i| item(i % 7 + 1, i, 9)).collect::<Vec<_>>();
    for way in 0..6 {
        for at in [0, 1, 20, 38, 39] {
            let mut items = good.clone();
            items[at] = item(u8::try_from(at % 7).unwrap() + 1, 77, way);
            let claims =
                items.iter().map(|item| Claim::new(&item.digest, &item.signature, item.expected).with_payers(Some(&cache)));
            let verdicts = verify_many(&claims.collect::<Vec<_>>());
            for (i, verdict) in verdicts.iter().enumerate() {
                assert_eq!(verdict.is_ok(), i != at, "way {way}, {i} beside {at}");
            }
            check(&items, &cache);
        }
    }
}

#[test]
fn what_was_found_stands() {
    let item = item(1, 1, 9);
    let claim = Claim::new(&item.digest, &item.signature, item.expected);
    let found = claim.prove().unwrap();
    for payers in [None, Some(&cache())] {
        let again = claim.with_payers(payers).with_found(Some(&found));
        assert_eq!(again.verify(), Ok(()));
        assert_eq!(verify_many(&[claim, again, claim]), [Ok(()); 3]);
    }
}

#[test]
fn what_was_found_of_one_claim_says_nothing_of_another() {
    let good = item(1, 1, 9);
    let found = Claim::new(&good.digest, &good.signature, good.expected).prove().unwrap();
    for way in 0..6 {
        let other = item(1, 1, way);
        let claim = Claim::new(&other.digest, &other.signature, other.expected);
        assert_ne!(claim.verify(), Ok(()), "way {way}");
        assert_eq!(claim.with_found(Some(&found)).verify(), claim.verify(), "way {way}");
        assert_eq!(verify_many(&[claim.with_found(Some(&found))]), [claim.verify()], "way {way}");
        claim.prove().unwrap_err();
    }
    assert_eq!(format!("{found:?}"), format!("KeySigned({})", good.expected));
}

#[test]
fn row_73_the_sample_among_others() {
    let (digest, signature) = (digest(V1_DIGEST), signature(V1_SIGNATURE));
    let claim = |expected| Claim::new(&digest, &signature, expected);
    let claims = [claim(address(ANVIL0)), claim(address(V1_SIGNER)), claim(Address::ZERO)];
    let expected = [Err(SignatureError::WrongSigner), Ok(()), Err(SignatureError::ZeroSigner)];
    assert_eq!(verify_many(&claims), expected);
    assert_eq!(claims.map(|claim| claim.verify()), expected);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn any_batch_is_told_what_its_claims_are_told_alone(picks in vec_of((1_u8..8, 0_u8..40, 0_u8..10), 0..80)) {
        check(&picks.into_iter().map(|(payer, seed, way)| item(payer, seed, way)).collect::<Vec<_>>(), &cache());
    }
}
