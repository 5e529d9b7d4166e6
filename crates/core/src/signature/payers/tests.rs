use alloc::vec::Vec;

use proptest::collection::vec;
use proptest::prelude::*;

use super::super::samples::{key, settled};
use super::super::{Claim, SignatureBytes};
use super::*;

/// Lets payer number `index` settle once more.
fn pay(cache: &mut PayerCache, index: u8) {
    let (settled, digest) = settled(&key(index), 1, 10_000, Into::into);
    cache.learn(&settled, &digest);
}

/// Checks a signature of payer number `index`, a good one or not.
fn show(cache: &PayerCache, index: u8, good: bool) -> Result<(), SignatureError> {
    let digest = Digest::from_bytes([index; 32]);
    let signature = key(if good { index } else { index + 100 }).sign(&digest);
    let claim = Claim::new(&digest, &signature, key(index).address());
    let verdict = claim.with_payers(Some(cache)).verify();
    assert_eq!(verdict, claim.verify(), "a cache changes no verdict");
    assert_eq!(verdict.is_ok(), good);
    verdict
}

fn check(cache: &PayerCache, known: &[u8]) {
    let found = (1..100).filter(|index| cache.find(key(*index).address()).is_some()).collect::<Vec<u8>>();
    assert_eq!(found, known);
    assert_eq!((cache.len(), cache.is_empty()), (known.len(), known.is_empty()));
}

#[test]
fn a_payer_is_known_from_the_first_settlement_on() {
    let mut cache = PayerCache::with_places(2);
    check(&cache, &[]);
    show(&cache, 7, true).unwrap();
    check(&cache, &[]);
    pay(&mut cache, 7);
    check(&cache, &[7]);
    show(&cache, 7, true).unwrap();
    show(&cache, 7, false).unwrap_err();
}

#[test]
fn nothing_is_learned_without_money_or_without_a_key() {
    let mut cache = PayerCache::with_places(8);
    let teach = |cache: &mut PayerCache, (settled, digest): (Settled, Digest)| cache.learn(&settled, &digest);
    teach(&mut cache, settled(&key(1), 1, 0, Into::into));
    // a contract answered for these: no signature, none that a key can make, another key's, and the payer's over something else
    let bytes = |bytes: &[u8]| SignatureBytes::from_bytes(bytes).unwrap();
    teach(&mut cache, settled(&key(1), 1, 10_000, |_| bytes(&[])));
    teach(&mut cache, settled(&key(1), 1, 10_000, |_| bytes(&[5; 65])));
    teach(&mut cache, settled(&key(1), 1, 10_000, |_| key(2).sign(&Digest::from_bytes([1; 32])).into()));
    let (one, _) = settled(&key(1), 1, 10_000, Into::into);
    cache.learn(&one, &Digest::from_bytes([1; 32]));
    check(&cache, &[]);
    let mut none = PayerCache::with_places(0);
    pay(&mut none, 1);
    pay(&mut none, 1);
    check(&none, &[]);
    show(&none, 1, true).unwrap();
}

#[test]
fn who_has_not_paid_is_kept_for_a_while_and_evicts_nobody_who_pays_regularly() {
    let known = |index: u8| {
        let (settled, digest) = settled(&key(index), 1, 10_000, Into::into);
        KnownPayer::of(settled.verified(), &digest).unwrap()
    };
    let mut cache = PayerCache::with_places(4);
    for index in [1, 2, 2, 3, 1, 4] {
        cache.add(known(index));
        assert!(cache.knows(key(index).address()));
    }
    check(&cache, &[1, 2, 3, 4]);
    // a settlement counts as the second time, and being shown again as none
    pay(&mut cache, 1);
    for index in 10..60 {
        cache.add(known(index));
        show(&cache, index, true).unwrap();
    }
    check(&cache, &[1, 57, 58, 59]);
    let mut none = PayerCache::with_places(0);
    none.add(known(1));
    assert!(!none.knows(key(1).address()));
    // another key's signature makes nobody known
    let (one, _) = settled(&key(1), 1, 10_000, Into::into);
    assert!(KnownPayer::of(one.verified(), &Digest::from_bytes([1; 32])).is_none());
    let contract = settled(&key(1), 1, 10_000, |_| SignatureBytes::from_bytes(&[5; 65]).unwrap());
    assert!(KnownPayer::of(contract.0.verified(), &contract.1).is_none());
}

#[test]
fn payers_of_one_time_make_room_for_payers_of_one_time() {
    let mut cache = PayerCache::with_places(4);
    for index in 1..=3 {
        pay(&mut cache, index);
        pay(&mut cache, index);
    }
    // a flood, in which only the one free place changes hands
    for index in 10..60 {
        pay(&mut cache, index);
        show(&cache, index, true).unwrap();
        check(&cache, &[1, 2, 3, index]);
    }
    // among themselves, the oldest goes first, however often it was used
    let mut cache = PayerCache::with_places(3);
    for index in 1..=5 {
        pay(&mut cache, index);
        show(&cache, 1, true).unwrap();
    }
    check(&cache, &[3, 4, 5]);
}

#[test]
fn who_settles_again_makes_room_for_whoever_does_too_unless_used() {
    let mut cache = PayerCache::with_places(5);
    let twice = |cache: &mut PayerCache, index| {
        pay(cache, index);
        pay(cache, index);
    };
    (1..=3).for_each(|index| twice(&mut cache, index));
    pay(&mut cache, 50);
    pay(&mut cache, 51);
    // 1 has been there longest, and has come back; 2 was only named by others
    show(&cache, 1, true).unwrap();
    show(&cache, 2, false).unwrap_err();
    twice(&mut cache, 4);
    check(&cache, &[1, 2, 3, 4, 51]);
    // 2 fell back, and is the next but one to go
    pay(&mut cache, 52);
    check(&cache, &[1, 2, 3, 4, 52]);
    pay(&mut cache, 53);
    check(&cache, &[1, 3, 4, 52, 53]);
    // who has settled twice and settles on stays where they are
    (0..5).for_each(|_| pay(&mut cache, 1));
    check(&cache, &[1, 3, 4, 52, 53]);
    // all of them in use: they stay, and the newcomer falls back; the next newcomer finds one that was not used since
    [1, 3, 4].iter().for_each(|index| show(&cache, *index, true).unwrap());
    twice(&mut cache, 6);
    check(&cache, &[1, 3, 4, 6, 53]);
    [1, 4].iter().for_each(|index| show(&cache, *index, true).unwrap());
    twice(&mut cache, 7);
    check(&cache, &[1, 3, 4, 6, 7]);
    pay(&mut cache, 54);
    pay(&mut cache, 55);
    check(&cache, &[1, 4, 7, 54, 55]);
}

#[test]
fn the_cache_can_be_shared_and_prints_no_address() {
    fn is_shareable<T: Send + Sync>() {}
    is_shareable::<PayerCache>();
    let mut cache = PayerCache::with_places(2);
    pay(&mut cache, 1);
    assert_eq!(alloc::format!("{cache:?}"), "PayerCache(1 of 2)");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever happens, nobody is there twice or beyond the places, and no verdict changes (see `show`).
    #[test]
    fn the_segments_keep_to_their_places(places in 0_usize..7, acts in vec((0_u8..3, 1_u8..9), 0..40)) {
        let mut cache = PayerCache::with_places(places);
        for (act, index) in acts {
            match act {
                0 => pay(&mut cache, index),
                act => { let _ = show(&cache, index, act == 1); }
            }
            prop_assert!(cache.len() <= places && cache.again.len() <= places - places.div_ceil(4));
            let mut listed = cache.once.iter().chain(&cache.again).copied().collect::<Vec<_>>();
            listed.sort();
            prop_assert_eq!(listed, cache.payers.keys().copied().collect::<Vec<_>>());
            for (list, segment) in [(&cache.once, Segment::Once), (&cache.again, Segment::Again)] {
                prop_assert!(list.iter().all(|address| cache.payers[address].segment == segment));
            }
        }
    }
}
