use alloc::vec::Vec;

use k256::ecdsa::SigningKey;
use proptest::collection::vec;
use proptest::prelude::{Strategy, any, proptest};

use super::{recover_many, recovers_many};
use crate::samples::{edges, words};
use crate::sums::SIDE;
use crate::words::to_be_bytes;
use crate::{KnownKey, Parity, Signed, recover};

#[derive(Clone, Debug)]
struct Item {
    z: [u8; 32],
    r: [u8; 32],
    s: [u8; 32],
    parity: Parity,
    /// Which of the keys it should be of.
    key: usize,
}

/// The keys of the numbers from 1.
fn keys(count: u8) -> Vec<KnownKey> {
    (1..=count)
        .map(|secret| {
            let signer = SigningKey::from_slice(&to_be_bytes([secret.into(), 0, 0, 0])).unwrap();
            KnownKey::new(&signer.verifying_key().to_sec1_point(false).as_bytes()[1..].try_into().unwrap()).unwrap()
        })
        .collect()
}

/// Each item is told in its order what it is told alone.
fn check(items: &[Item], keys: &[KnownKey]) {
    let signed = items.iter().map(|Item { z, r, s, parity, .. }| Signed::new(z, r, s, *parity)).collect::<Vec<_>>();
    let mut found = Vec::new();
    recover_many(&signed, |key| found.push(key));
    assert_eq!(found, items.iter().map(|Item { z, r, s, parity, .. }| recover(z, r, s, *parity)).collect::<Vec<_>>());

    let with_keys = signed.iter().zip(items).map(|(signed, item)| (*signed, &keys[item.key])).collect::<Vec<_>>();
    let mut verdicts = Vec::new();
    recovers_many(&with_keys, |verdict| verdicts.push(verdict));
    let expected = found.iter().zip(items).map(|(found, item)| *found == Some(keys[item.key].to_bytes()));
    assert_eq!(verdicts, expected.collect::<Vec<_>>());
    for (Item { z, r, s, parity, key }, verdict) in items.iter().zip(verdicts) {
        assert_eq!(keys[*key].recovers(z, r, s, *parity), verdict);
    }
}

/// A signature by one of the keys of small numbers.
fn signed(key: usize, z: [u8; 32]) -> Item {
    let signer = SigningKey::from_slice(&to_be_bytes([key as u64 + 1, 0, 0, 0])).unwrap();
    let (signature, id) = signer.sign_prehash_recoverable(&z);
    let parity = if id.is_y_odd() { Parity::Odd } else { Parity::Even };
    Item { z, r: signature.r().to_bytes().into(), s: signature.s().to_bytes().into(), parity, key }
}

#[test]
fn batches_of_every_length_around_a_chunk() {
    let keys = keys(7);
    for length in [0, 1, 2, 3, 4, 5, SIDE - 1, SIDE, SIDE + 1, 2 * SIDE - 1, 2 * SIDE, 2 * SIDE + 1, 100, 1000] {
        let items = (0..length).map(|i| signed(i % 7, [u8::try_from(i % 251).unwrap(); 32])).collect::<Vec<_>>();
        check(&items, &keys);
        let mut good = 0;
        recovers_many(
            &items.iter().map(|Item { z, r, s, parity, key }| (Signed::new(z, r, s, *parity), &keys[*key])).collect::<Vec<_>>(),
            |verdict| good += usize::from(verdict),
        );
        assert_eq!(good, length);
    }
}

const ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe, 0xba, 0xae, 0xdc, 0xe6, 0xaf,
    0x48, 0xa0, 0x3b, 0xbf, 0xd2, 0x5e, 0x8c, 0xd0, 0x36, 0x41, 0x41,
];

fn generator_x() -> [u8; 32] {
    keys_x(1)[0]
}

/// Every kind of bad item at every place of a batch whose other items are good.
#[test]
fn a_bad_item_neither_hides_nor_taints() {
    let keys = keys(3);
    let good = (0..SIDE + 2).map(|i| signed(i % 3, [u8::try_from(i).unwrap(); 32])).collect::<Vec<_>>();
    let edit: [fn(&mut Item); 12] = [
        |item| item.r = [0; 32],
        |item| item.s = [0; 32],
        |item| item.r = ORDER,
        |item| item.s = ORDER,
        |item| item.r = [0xff; 32],
        // no point has 5 for its x-coordinate
        |item| item.r = to_be_bytes([5, 0, 0, 0]),
        |item| item.parity = if item.parity == Parity::Odd { Parity::Even } else { Parity::Odd },
        |item| item.key = (item.key + 1) % 3,
        |item| item.z[0] ^= 1,
        // infinity, for one parity: the nonce is 1, and s is z
        |item| (item.r, item.s) = (generator_x(), item.z),
        |item| (item.z, item.r, item.s) = (generator_x(), generator_x(), generator_x()),
        |item| (item.z, item.s) = ([0; 32], item.r),
    ];
    for edit in edit {
        for at in 0..good.len() {
            let mut items = good.clone();
            edit(&mut items[at]);
            check(&items, &keys);
        }
        let mut items = good.clone();
        items.iter_mut().for_each(edit);
        check(&items, &keys);
    }
}

#[test]
fn the_same_item_again_and_again() {
    let keys = keys(2);
    check(&[const { [0x11; 32] }; 2 * SIDE + 3].map(|z| signed(1, z)), &keys);
}

fn items(keys: usize) -> impl Strategy<Value = Item> {
    let bytes = || {
        let generator = keys_x(4);
        (words(), 0..12_usize, 0..4_usize).prop_map(move |(words, way, which)| match way {
            0 => generator[which],
            1 => to_be_bytes([which as u64, 0, 0, 0]),
            2 => edges().map(to_be_bytes).nth(which * 7).unwrap(),
            _ => to_be_bytes(words),
        })
    };
    (bytes(), bytes(), bytes(), 0..8_u8, any::<bool>(), 0..keys).prop_map(|(z, r, s, way, odd, key)| {
        let parity = if odd { Parity::Odd } else { Parity::Even };
        match way {
            0 => Item { z, r, s, parity, key },
            1 => Item { z, r, s: z, parity, key },
            2 => Item { z, r, s: r, parity, key },
            3 => Item { parity, ..signed(key, z) },
            4 => Item { s, ..signed(key, z) },
            _ => signed(key, z),
        }
    })
}

fn keys_x(count: u8) -> Vec<[u8; 32]> {
    keys(count).iter().map(|key| key.to_bytes()[..32].try_into().unwrap()).collect()
}

proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]

    #[test]
    fn any_batch_is_told_what_its_items_are_told_alone(items in vec(items(4), 0..3 * SIDE)) {
        check(&items, &keys(4));
    }
}
