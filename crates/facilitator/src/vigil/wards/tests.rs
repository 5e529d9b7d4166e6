use quittance_core::registry::networks::BASE;
use quittance_core::{Address, Amount, Nonce};

use super::*;

fn ward(nonce: u8, until: u64) -> Ward {
    let (token, from) = (Address::from_bytes([1; 20]), Address::from_bytes([2; 20]));
    let key = ReplayKey::Eip3009 { network: BASE, token, from, nonce: Nonce::from_bytes([nonce; 32]) };
    Ward { key, transaction: Some(TransactionHash::from_bytes([nonce; 32])), until: UnixSeconds::from_secs(until) }
}

/// The hash of a block in one history or another.
const fn hash(number: u8, history: u8) -> [u8; 32] {
    let mut hash = [number; 32];
    hash[0] = history;
    hash
}

fn receipt(nonce: u8, block: u64, block_hash: [u8; 32]) -> Receipt {
    Receipt { transaction: TransactionHash::from_bytes([nonce; 32]), block, block_hash, succeeded: true, cost: 0, logs: Vec::new() }
}

/// So many settlements, each in a block of its own in the first history.
fn wards(count: u8) -> Wards {
    let mut wards = Wards::default();
    for nonce in 1..=count {
        wards.add(ward(nonce, 1_000), Some((nonce.into(), hash(nonce, 1))));
    }
    wards
}

/// A look at a chain whose history is another from a block on.
fn look(wards: &mut Wards, from: u64) -> usize {
    let asked = wards.ask_for();
    let told = asked.iter().map(|(number, _)| {
        let number = u8::try_from(*number).unwrap();
        Some(hash(number, if u64::from(number) < from { 1 } else { 2 }))
    });
    let told = told.collect::<Vec<_>>();
    wards.told(&asked, &told);
    asked.len()
}

#[test]
fn row_147_one_look_is_for_all_and_stays_small() {
    let mut wards = wards(100);
    assert_eq!(look(&mut wards, 200), BLOCKS);
    for _ in 0..10 {
        look(&mut wards, 200);
    }
    // all hang on the newest now, beside which one is asked for in turn
    for _ in 0..200 {
        assert!(look(&mut wards, 200) <= 2);
    }
    // and one that comes is linked with the next look
    wards.add(ward(101, 1_000), Some((101, hash(101, 1))));
    assert_eq!((look(&mut wards, 200), wards.linked.len()), (3, 101));
    assert!(look(&mut wards, 200) <= 2 && wards.doubtful(9).is_empty());
}

#[test]
fn row_147_what_is_in_a_history_that_is_no_more_is_in_doubt_and_nothing_else() {
    let mut wards = wards(40);
    (0..10).for_each(|_| _ = look(&mut wards, 200));
    for _ in 0..20 {
        look(&mut wards, 30);
    }
    let doubtful = wards.doubtful(99).into_iter().collect::<BTreeSet<_>>();
    assert_eq!(doubtful, (30..=40).map(|nonce| TransactionHash::from_bytes([nonce; 32])).collect());
    // those that are in other blocks are looked after there, those that are in none are gone after some looks
    let other = receipt(31, 50, hash(50, 2));
    let mut gone = Vec::new();
    for _ in SPARED..LOOKS {
        assert_eq!(gone, []);
        let hashes = wards.doubtful(99);
        let found = hashes.iter().map(|hash| (*hash, Some(&other).filter(|other| other.transaction == *hash))).collect::<Vec<_>>();
        gone = wards.found(&found, |_, _| true);
    }
    assert_eq!((gone.len(), wards.doubtful(99)), (10, vec![]));
    assert!(gone.iter().all(|ward| ward.transaction != Some(other.transaction)));
    assert_eq!(wards.places.get(&ward(31, 0).key), Some(&(50, hash(50, 2))));
}

#[test]
fn row_147_a_settlement_below_one_of_another_history_is_not_overlooked() {
    let mut wards = wards(1);
    look(&mut wards, 200);
    // the block of the first has gone before the second is settled, which is in a block above the one in its place
    wards.add(ward(2, 1_000), Some((2, hash(2, 2))));
    look(&mut wards, 1);
    assert_eq!(wards.doubtful(9), [ward(1, 0).transaction.unwrap()]);
}

#[test]
fn row_147_a_transaction_that_fails_in_its_new_block_is_gone_at_once() {
    let mut wards = Wards::default();
    wards.add(ward(1, 1_000), None);
    let failed = receipt(1, 9, hash(9, 1));
    assert_eq!(wards.found(&[(failed.transaction, Some(&failed))], |_, _| false), [ward(1, 1_000)]);
    assert!(wards.is_empty());
}

#[test]
fn a_node_that_is_behind_takes_nothing_back_for_a_while() {
    let mut wards = wards(3);
    for looks in 0..LOOKS {
        assert!(wards.doubtful(9).is_empty(), "{looks}");
        let asked = wards.ask_for();
        wards.told(&asked, &vec![None; asked.len()]);
    }
    assert_eq!(wards.doubtful(9).len(), 3);
}

#[test]
fn what_is_over_is_forgotten() {
    let mut wards = wards(3);
    wards.add(ward(4, 500), None);
    wards.add(ward(5, 2_000), Some((3, hash(3, 1))));
    // again, and it stays where it is
    wards.add(ward(5, 2_000), None);
    wards.forget(UnixSeconds::from_secs(1_000));
    assert_eq!((wards.places.len(), wards.doubtful(9).len()), (4, 0));
    wards.forget(UnixSeconds::from_secs(1_001));
    assert_eq!((wards.places.len(), wards.blocks.len()), (1, 1));
    wards.forget(UnixSeconds::from_secs(2_001));
    assert!(wards.is_empty() && wards.places.is_empty() && wards.ask_for().is_empty());
}

#[test]
fn what_is_too_much_is_left_alone_beginning_with_what_is_lowest() {
    let one = |number: usize| {
        let bytes = Amount::from_u64(number as u64).to_be_bytes();
        let ward = ward(1, 1_000);
        let ReplayKey::Eip3009 { network, token, from, .. } = ward.key else { panic!("it is one") };
        Ward { key: ReplayKey::Eip3009 { network, token, from, nonce: Nonce::from_bytes(bytes) }, ..ward }
    };
    let mut wards = Wards::default();
    for number in 0..MOST {
        wards.add(one(number), Some((number as u64 / 10, hash(1, 1))));
    }
    assert!(wards.is_full() && wards.blocks.contains_key(&(0, hash(1, 1))));
    wards.add(one(MOST), None);
    assert!(!wards.is_full() && !wards.blocks.contains_key(&(0, hash(1, 1))));
    assert_eq!((wards.places.len(), wards.doubts.len()), (MOST - 10, 1));
}

/// A settlement that failed.
fn failure(nonce: u8) -> Ward {
    Ward { transaction: None, ..ward(nonce, 100) }
}

#[test]
fn row_147_a_failure_stands_as_long_as_its_block_and_is_looked_at_in_its_turn_when_that_is_gone() {
    let mut wards = Wards::default();
    for nonce in 1..=3 {
        wards.add(failure(nonce), None);
    }
    assert!(wards.doubtful(9).is_empty(), "there is no transaction to ask for");
    let turns = [wards.failures(2), wards.failures(2), wards.failures(9)].map(|wards| wards.len());
    assert_eq!(turns, [2, 2, 3]);
    let mut seen = [wards.failures(1), wards.failures(1), wards.failures(1)].concat();
    seen.sort_by_key(|ward| ward.key);
    assert_eq!(seen, (1..=3).map(failure).collect::<Vec<_>>());
    wards.stands(failure(1), (10, [10; 32]));
    for look in 1..=LOOKS {
        wards.seems_to_stand(failure(2), (11, [11; 32]));
        assert_eq!(wards.failures(9).contains(&failure(2)), look < LOOKS, "look {look}");
    }
    wards.leave(&failure(3));
    assert!(wards.failures(9).is_empty());
    // another block in the place of its own
    let asked = wards.ask_for();
    let hashes: Vec<_> = asked.iter().map(|(number, hash)| Some(if *number == 11 { [99; 32] } else { *hash })).collect();
    wards.told(&asked, &hashes);
    assert_eq!(wards.failures(9), [failure(2)]);
    // one that is settled by now is no failure
    wards.add(Ward { transaction: ward(2, 100).transaction, ..failure(2) }, Some((12, [12; 32])));
    wards.stands(failure(2), (13, [13; 32]));
    assert!(wards.failures(9).is_empty());
    wards.forget(UnixSeconds::from_secs(101));
    assert!(wards.is_empty());
}

#[test]
fn rows_144_and_147_looks_from_before_a_window_closed_say_nothing_of_what_came_after() {
    let (mut wards, place, closes) = (Wards::default(), (11, [11; 32]), UnixSeconds::from_secs(100));
    wards.add(failure(1), None);
    let before = |wards: &mut Wards| {
        wards.again_at(closes, failure(1).key);
        wards.seems_to_stand(failure(1), place);
    };
    (1..LOOKS).for_each(|_| before(&mut wards));
    wards.closed(UnixSeconds::from_secs(99));
    assert_eq!(wards.doubts[&failure(1).key].missing, LOOKS - 1);
    wards.closed(closes);
    // one look is none
    (1..LOOKS).for_each(|_| wards.seems_to_stand(failure(1), place));
    assert_eq!(wards.failures(9), [failure(1)]);
    wards.seems_to_stand(failure(1), place);
    assert!(wards.failures(9).is_empty());

    // also where it was known to stand, and never of one that is settled
    wards.again_at(closes, failure(1).key);
    wards.add(ward(2, 1_000), Some(place));
    wards.again_at(closes, ward(2, 1_000).key);
    wards.closed(closes);
    assert_eq!((wards.failures(9), wards.doubtful(9)), (vec![failure(1)], Vec::new()));
    assert!(wards.open.is_empty());
}
