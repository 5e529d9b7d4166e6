use alloc::collections::{BTreeMap, BTreeSet};
use alloc::{format, vec};

use proptest::prelude::*;
use quittance_core::binding::Binding;
use quittance_core::registry::networks;
use quittance_core::{Address, Nonce, Rejection, Resource, Salt};

use super::*;
use crate::durability::Durability;
use crate::fingerprint::Fingerprint;
use crate::replay::{Answer, Audience, Bound, Demand, Sent, State};
use crate::samples::{asset, at, key, key_of, payer, request as fingerprint, terms};

/// A claim of payment `nonce` by payer 1 for a path, some seconds after the beginning.
fn claim(nonce: u8, path: &str, seconds: u64) -> Request {
    claim_by(1, nonce, path, seconds)
}

fn claim_by(number: u8, nonce: u8, path: &str, seconds: u64) -> Request {
    Request {
        key: key_of(number, nonce),
        payer: payer(number),
        asset: asset(),
        amount: Amount::from_u64(10_000),
        keep_until: at(100_000),
        demand: Demand::new(fingerprint(path), at(seconds)),
    }
}

/// The same with the secret of its nonce, which is therefore another.
fn bound(path: &str, salt: u8, seconds: u64) -> Request {
    let resource = Resource::parse(&format!("https://api.example.com/{path}")).unwrap();
    let binding = Binding::new(terms("$0.01").hash(), "GET", &resource).unwrap();
    let salt = Salt::from_bytes([salt; 32]);
    let ReplayKey::Eip3009 { network, token, from, .. } = key(1) else { unreachable!() };
    let key = ReplayKey::Eip3009 { network, token, from, nonce: binding.nonce(&salt) };
    let proof = Bound::prove(&binding, &salt, key).unwrap();
    let mut request = Request { key, ..claim(1, path, seconds) };
    request.demand.bound = Some(proof);
    request
}

fn fresh(register: &mut Register, request: &Request) -> Claim {
    match register.claim(request) {
        Ok(Claimed::Fresh(claim)) => claim,
        other => panic!("{other:?}"),
    }
}

fn receipt(transaction: &str, attested: Attested) -> Receipt {
    Receipt::new(Amount::from_u64(10_000), transaction, attested)
}

fn settle(register: &mut Register, claim: &Claim, transaction: &str) -> Result<(), StepError> {
    register.step(claim, Step::Settling(None), at(1))?;
    register.step(claim, Step::Sold(receipt(transaction, Attested::Answer)), at(2)).map(|_| ())
}

#[test]
fn rows_107_110_and_111_a_payment_is_for_one_request() {
    let mut register = Register::new(10);
    let _held = fresh(&mut register, &claim(1, "a", 0));
    let other = Claimed::Taken(Conflict::OtherRequest);
    assert_eq!(register.claim(&claim(1, "b", 1)), Ok(other.clone()));
    let resource = Resource::parse("https://api.example.com/a").unwrap();
    for shown in [Fingerprint::of("POST", &resource, b""), Fingerprint::of("GET", &resource, b"{}")] {
        let mut request = claim(1, "a", 1);
        request.demand.fingerprint = shown;
        assert_eq!(register.claim(&request), Ok(other.clone()));
    }
}

#[test]
fn rows_115_and_127_what_was_sold_is_given_again_only_to_who_holds_the_secret() {
    let mut register = Register::new(10);
    let request = bound("a", 7, 0);
    let claim = fresh(&mut register, &request);
    settle(&mut register, &claim, "0xaa").unwrap();
    register.step(&claim, Step::Grant(Some(Answer::new(b"report"))), at(3)).unwrap();
    let again = bound("a", 7, 4);
    assert_eq!(
        register.claim(&again),
        Ok(Claimed::Done(receipt("0xaa", Attested::Answer), Some(Answer::new(b"report")))),
        "the same answer, and no second settlement"
    );
    // an observer has the calldata, and so the nonce, but not the salt
    let mut observed = again.clone();
    observed.demand.bound = None;
    assert_eq!(register.claim(&observed), Ok(Claimed::Taken(Conflict::Spent)));
    // a secret of another payment proves nothing about this one
    observed.demand.bound = bound("a", 8, 4).demand.bound;
    assert_eq!(register.claim(&observed), Ok(Claimed::Taken(Conflict::Spent)));
    let resource = Resource::parse("https://api.example.com/a").unwrap();
    let binding = Binding::new(terms("$0.01").hash(), "GET", &resource).unwrap();
    assert!(Bound::prove(&binding, &Salt::from_bytes([9; 32]), again.key).is_err());
    assert!(!format!("{register:?}").contains("report"));
}

#[test]
fn row_116_a_duplicate_waits_for_the_one_in_flight() {
    let mut register = Register::new(10);
    let first = fresh(&mut register, &claim(1, "a", 0));
    assert_eq!(register.claim(&claim(1, "a", 1)), Ok(Claimed::Pending(at(60))));
    register.step(&first, Step::Settling(None), at(2)).unwrap();
    assert_eq!(register.claim(&claim(1, "a", 3)), Ok(Claimed::Pending(at(60))));
}

#[test]
fn row_118_the_same_authorization_in_other_clothes_has_the_same_key() {
    // hexadecimal case, spacing, the twin signature and extension data are not part of a key, which is made of parsed values
    let mut register = Register::new(10);
    let _held = fresh(&mut register, &claim(1, "a", 0));
    let mut dressed = claim(1, "a", 1);
    dressed.demand.payment_id = Some("pay_7d5d747be160".parse().unwrap());
    assert!(matches!(register.claim(&dressed), Ok(Claimed::Pending(_))));
}

#[test]
fn row_119_the_same_nonce_under_another_payer_token_or_chain_is_another_payment() {
    let mut register = Register::new(10);
    let _two = [claim(1, "a", 0), claim_by(2, 1, "a", 0)].map(|claim| fresh(&mut register, &claim));
    let ReplayKey::Eip3009 { token, from, nonce, .. } = key(1) else { unreachable!() };
    for (network, token) in [(networks::BASE, token), (networks::BASE_SEPOLIA, Address::from_bytes([0x71; 20]))] {
        let _other = fresh(&mut register, &Request { key: ReplayKey::Eip3009 { network, token, from, nonce }, ..claim(1, "a", 0) });
    }
}

#[test]
fn row_120_permit2_spends_one_nonce_for_every_token_and_scheme() {
    let mut register = Register::new(10);
    let key =
        ReplayKey::Permit2 { network: networks::BASE, owner: Address::from_bytes([1; 20]), nonce: Nonce::from_bytes([1; 32]) };
    let _exact = fresh(&mut register, &Request { key, ..claim(1, "a", 0) });
    let upto = Request { key, asset: crate::samples::terms_on(networks::BASE, "$1").asset().clone(), ..claim(1, "b", 0) };
    assert_eq!(register.claim(&upto), Ok(Claimed::Taken(Conflict::OtherRequest)));
}

#[test]
fn row_122_a_full_log_refuses_and_forgets_no_live_entry() {
    let mut register = Register::new(2);
    let first = fresh(&mut register, &claim(1, "a", 0));
    settle(&mut register, &first, "0xaa").unwrap();
    let second = fresh(&mut register, &claim(2, "b", 0));
    assert_eq!(register.claim(&claim(3, "c", 1)), Err(Fault::StoreFull));
    // the second was claimed when the log had seen second 2, and is held for sixty
    assert_eq!(register.purge(at(62)), 0);
    // what was left before anything was sent goes; what was sold stays
    assert_eq!(register.purge(at(63)), 1);
    let _third = fresh(&mut register, &claim(3, "c", 63));
    assert_eq!(register.step(&second, Step::Settling(None), at(64)), Err(Misstep::Unknown.into()));
    assert!(register.find(&key(1)).is_some());
}

#[test]
fn row_123_what_was_sold_is_remembered_past_the_end_of_the_authorization() {
    let mut register = Register::new(10);
    let claimed = fresh(&mut register, &claim(1, "a", 0));
    settle(&mut register, &claimed, "0xaa").unwrap();
    assert_eq!(register.purge(at(100_000)), 0);
    assert_eq!(register.purge(at(100_001)), 1);
    // the clock goes back: the payment is not fresh again
    assert_eq!(register.claim(&claim(1, "a", 10)), Ok(Claimed::Expired));
}

#[test]
fn row_125_an_identifier_stands_for_one_payment_of_one_payer() {
    let id: PaymentId = "pay_7d5d747be160".parse().unwrap();
    let named = |number, nonce, path: &str| {
        let mut request = claim_by(number, nonce, path, 0);
        request.demand.payment_id = Some(id.clone());
        request
    };
    let mut register = Register::new(10);
    let held = fresh(&mut register, &named(1, 1, "a"));
    assert_eq!(register.claim(&named(1, 2, "a")), Ok(Claimed::Taken(Conflict::OtherPayment)));
    let _another_payer = fresh(&mut register, &named(2, 2, "a"));
    register.step(&held, Step::Release, at(1)).unwrap();
    let _free_again = fresh(&mut register, &named(1, 2, "a"));
}

#[test]
fn row_137_a_transaction_that_an_answer_names_pays_for_one_payment() {
    let mut register = Register::new(10);
    let (first, second) = (fresh(&mut register, &claim(1, "a", 0)), fresh(&mut register, &claim(2, "b", 0)));
    settle(&mut register, &first, "0xaa").unwrap();
    assert_eq!(settle(&mut register, &second, "0xaa"), Err(Misstep::TransactionReused.into()));
    assert_eq!(register.find(&key(2)).unwrap().state.as_str(), "settling", "the alarm changes nothing");
    // one transaction may settle several payments, when the chain's own logs say so
    register.step(&second, Step::Settled(receipt("0xaa", Attested::Chain)), at(2)).unwrap();
}

#[test]
fn row_137_a_transaction_stays_with_the_payment_that_it_was_reported_for() {
    let mut register = Register::new(10);
    let short = Request { keep_until: at(100), ..claim(2, "b", 0) };
    let (first, second) = (fresh(&mut register, &claim(1, "a", 0)), fresh(&mut register, &short));
    settle(&mut register, &first, "0xaa").unwrap();
    register.step(&second, Step::Settling(None), at(1)).unwrap();
    register.step(&second, Step::Settled(receipt("0xaa", Attested::Chain)), at(2)).unwrap();
    // the second is forgotten, and with it nothing of the first
    assert_eq!(register.purge(at(101)), 1);
    let third = fresh(&mut register, &claim(3, "c", 102));
    assert_eq!(settle(&mut register, &third, "0xaa"), Err(Misstep::TransactionReused.into()));
    // with the first, its report goes
    assert_eq!(register.purge(at(100_001)), 1);
    assert!(settle(&mut register, &third, "0xaa").is_ok());
}

#[test]
fn a_part_decides_as_the_whole_does_and_says_what_has_changed() {
    let (mut whole, mut part) = (Register::new(2), Register::part(2, 0, at(0)));
    let limited = |nonce| {
        let mut request = claim(nonce, "a", 5);
        request.demand.quota = Some(Quota::new(5, 3_600));
        request
    };
    for nonce in [1, 2, 3] {
        assert_eq!(whole.claim(&limited(nonce)), part.claim(&limited(nonce)), "the third finds both full");
    }
    let changes = part.take_changes();
    assert_eq!(changes.entries.values().flatten().collect::<Vec<_>>(), whole.entries().collect::<Vec<_>>());
    assert_eq!((changes.counts.values().copied().collect::<Vec<_>>(), part.latest()), (std::vec![2], at(5)));
    // another part, which knows one of the two entries
    let mut part = Register::part(2, 2, part.latest());
    let first = whole.find(&key(1)).unwrap().clone();
    part.know(first.clone());
    part.know(first.clone());
    assert_eq!(part.claim(&claim(3, "c", 6)), Err(Fault::StoreFull));
    assert_eq!(part.step(&Claim::of(&first), Step::Release, at(6)), Ok(None));
    assert_eq!(part.held(), 1);
    let again = fresh(&mut part, &limited(1));
    settle(&mut part, &again, "0xaa").unwrap();
    let changes = part.take_changes();
    assert_eq!(changes.forgotten, BTreeSet::from([key(1)]));
    assert!(matches!(changes.entries.get(&key(1)), Some(Some(entry)) if entry.state.as_str() == "settled"));
    assert_eq!(changes.transactions.values().collect::<Vec<_>>(), [&key(1)]);
    assert_eq!(changes.counts.values().copied().collect::<Vec<_>>(), [0], "one less and one more");
}

#[test]
fn rows_138_139_and_142_an_open_outcome_is_gone_on_with_by_one_at_a_time() {
    let mut register = Register::new(10);
    let first = fresh(&mut register, &claim(1, "a", 0));
    register.step(&first, Step::Settling(None), at(1)).unwrap();
    register.step(&first, Step::Unknown, at(30)).unwrap();
    assert_eq!(register.open(at(30)).len(), 1);
    let Ok(Claimed::Resume(second)) = register.claim(&claim(1, "a", 31)) else { panic!("resumed") };
    assert!(matches!(register.claim(&claim(1, "a", 32)), Ok(Claimed::Pending(_))));
    assert_eq!(register.resume(&key(1), 60, at(32)), None);
    // the first wakes up too late
    assert_eq!(register.step(&first, Step::Settled(receipt("0xaa", Attested::Answer)), at(33)), Err(Misstep::Stale.into()));
    // the second dies as well; a reconciler takes over when its time is up
    assert_eq!(register.open(at(91)), []);
    assert_eq!(register.open(at(92)).len(), 1);
    let third = register.resume(&key(1), 60, at(92)).unwrap();
    assert_eq!(register.step(&second, Step::Unknown, at(93)), Err(Misstep::Stale.into()));
    register.step(&third, Step::Settled(receipt("0xaa", Attested::Chain)), at(94)).unwrap();
    // time alone ends nothing, and what is unknown is never forgotten
    let fourth = fresh(&mut register, &claim(2, "b", 94));
    register.step(&fourth, Step::Settling(None), at(95)).unwrap();
    assert_eq!(register.purge(at(10_000_000)), 1);
    assert!(register.find(&key(2)).is_some());
}

#[test]
fn row_138_who_is_still_at_it_says_so_and_nobody_takes_it_over() {
    let mut register = Register::new(10);
    let first = fresh(&mut register, &claim(1, "a", 0));
    // before anything was sent: it is not forgotten either, nor given to the next who asks
    register.step(&first, Step::Hold(at(90)), at(50)).unwrap();
    assert_eq!((register.purge(at(61)), register.claim(&claim(1, "a", 61))), (0, Ok(Claimed::Pending(at(90)))));
    let held = register.step(&first, Step::Settling(sent(b"fee 1")), at(70)).unwrap().unwrap();
    assert_eq!(held.state, State::Settling { lease: at(90) });
    // and after
    let held = register.step(&first, Step::Hold(at(150)), at(80)).unwrap().unwrap();
    assert_eq!((held.state, held.attempt, held.sent), (State::Settling { lease: at(150) }, 1, sent(b"fee 1")));
    for seconds in [91, 150] {
        assert_eq!(register.open(at(seconds)), [], "{seconds}");
        assert_eq!(register.resume(&key(1), 60, at(seconds)), None, "{seconds}");
        assert_eq!(register.claim(&claim(1, "a", seconds)), Ok(Claimed::Pending(at(150))), "{seconds}");
    }
    // it is never for less long than before
    let held = register.step(&first, Step::Hold(at(100)), at(95)).unwrap().unwrap();
    assert_eq!(held.state, State::Settling { lease: at(150) });
    // who says it no longer loses it, and cannot say it any more
    assert_eq!(register.open(at(151)).len(), 1);
    let second = register.resume(&key(1), 60, at(151)).unwrap();
    assert_eq!(register.step(&first, Step::Hold(at(1_000)), at(152)), Err(Misstep::Stale.into()));
    assert_eq!(register.claim(&claim(1, "a", 152)), Ok(Claimed::Pending(at(211))));
    // nor is there anything to hold where nobody is at it
    register.step(&second, Step::Unknown, at(153)).unwrap();
    assert_eq!(register.step(&second, Step::Hold(at(1_000)), at(154)), Err(Misstep::Order.into()));
    register.step(&second, Step::Settled(receipt("0xaa", Attested::Chain)), at(155)).unwrap();
    assert_eq!(register.step(&second, Step::Hold(at(1_000)), at(156)), Err(Misstep::Order.into()));
    let refused = fresh(&mut register, &claim(2, "a", 0));
    register.step(&refused, Step::Settling(None), at(1)).unwrap();
    register.step(&refused, Step::Failed(Rejection::InsufficientFunds), at(2)).unwrap();
    assert_eq!(register.step(&refused, Step::Hold(at(1_000)), at(3)), Err(Misstep::Order.into()));
}

#[test]
fn row_147_a_reorganisation_makes_the_outcome_unknown_again_and_grants_nothing_twice() {
    let mut register = Register::new(10);
    let request = bound("a", 7, 0);
    let claim = fresh(&mut register, &request);
    settle(&mut register, &claim, "0xaa").unwrap();
    register.step(&claim, Step::Grant(None), at(3)).unwrap();
    register.step(&claim, Step::Vanished, at(4)).unwrap();
    let Ok(Claimed::Resume(second)) = register.claim(&bound("a", 7, 5)) else { panic!("resumed") };
    register.step(&second, Step::Settled(receipt("0xbb", Attested::Chain)), at(6)).unwrap();
    assert!(matches!(register.claim(&bound("a", 7, 7)), Ok(Claimed::Done(..))));
}

#[test]
fn row_156_what_is_owed_need_not_wait_for_the_lease() {
    let mut register = Register::new(10);
    let first = fresh(&mut register, &bound("a", 7, 0));
    assert_eq!(register.step(&first, Step::Owe, at(1)), Err(Misstep::Order.into()), "nothing is paid");
    settle(&mut register, &first, "0xaa").unwrap();
    assert!(matches!(register.claim(&bound("a", 7, 3)), Ok(Claimed::Pending(_))), "the holder is at it");
    register.step(&first, Step::Owe, at(3)).unwrap();
    let Ok(Claimed::Redeliver(second, _)) = register.claim(&bound("a", 7, 3)) else { panic!("delivered again") };
    assert_eq!(register.step(&first, Step::Owe, at(4)), Err(Misstep::Stale.into()), "somebody else is at it now");
    assert!(matches!(register.claim(&bound("a", 7, 4)), Ok(Claimed::Pending(_))), "one at a time");
    register.step(&second, Step::Owe, at(4)).unwrap();
    let Ok(Claimed::Redeliver(third, _)) = register.claim(&bound("a", 7, 4)) else { panic!("delivered again") };
    register.step(&third, Step::Owe, at(5)).unwrap();
    assert!(
        matches!(register.claim(&bound("a", 7, 5)), Ok(Claimed::Pending(_))),
        "what fails again and again is tried a lease apart"
    );
    register.step(&third, Step::Grant(None), at(6)).unwrap();
    register.step(&third, Step::Owe, at(7)).unwrap();
    assert!(matches!(register.claim(&bound("a", 7, 8)), Ok(Claimed::Done(..))), "what was given is not owed");
}

/// A facilitator's settlement that is watched until a time.
fn watched(register: &mut Register, nonce: u8, until: u64) -> Claim {
    let held = fresh(register, &for_everybody(nonce, "a", 0));
    register.step(&held, Step::Settling(sent(b"signed")), at(1)).unwrap();
    let settled = Step::Watched(receipt(&format!("0x{nonce}"), Attested::Chain), at(until));
    let entry = register.step(&held, settled.clone(), at(2)).unwrap().unwrap();
    assert_eq!((&entry.sent, entry.watched_until, &entry.taken_back), (&sent(b"signed"), Some(at(until)), &None));
    // taking the step again changes nothing
    assert_eq!(register.step(&held, settled, at(3)).unwrap(), Some(entry));
    held
}

#[test]
fn row_147_what_the_chain_takes_back_is_open_again_by_one_and_remembers_what_was_told() {
    let mut register = Register::new(10);
    let first = watched(&mut register, 1, 500);
    assert_eq!(register.watched(at(4), 100), [Watched { key: key(1), transaction: "0x1".into(), until: at(500) }]);
    assert!(matches!(register.claim(&for_everybody(1, "a", 4)), Ok(Claimed::Done(..))));
    // another transaction than the one that is watched says nothing about it
    assert_eq!(register.reopen(&key(1), "0x2", 60, at(5)), None);
    let second = register.reopen(&key(1), "0x1", 60, at(5)).unwrap();
    assert_eq!(register.reopen(&key(1), "0x1", 60, at(5)), None, "one goes on with it");
    assert_eq!(register.step(&first, Step::Settled(receipt("0x1", Attested::Chain)), at(6)), Err(Misstep::Stale.into()));
    assert_eq!((register.watched(at(6), 100), register.claim(&for_everybody(1, "a", 6))), (vec![], Ok(Claimed::Pending(at(65)))));
    let entry = register.step(&second, Step::Settling(None), at(7)).unwrap().unwrap();
    assert_eq!((entry.sent, entry.taken_back.as_deref()), (sent(b"signed"), Some("0x1")));
    // by another transaction: what was told before is remembered
    let mut other = register.clone();
    let step = Step::Watched(receipt("0x9", Attested::Chain), at(600));
    let entry = other.step(&second, step, at(8)).unwrap().unwrap();
    assert_eq!((entry.watched_until, entry.taken_back.as_deref()), (Some(at(600)), Some("0x1")));
    assert!(matches!(other.claim(&for_everybody(1, "a", 9)), Ok(Claimed::Done(done, _)) if &*done.transaction == "0x9"));
    // by the same after all: nothing was taken back
    let mut same = register.clone();
    let entry = same.step(&second, Step::Watched(receipt("0x1", Attested::Chain), at(600)), at(8)).unwrap().unwrap();
    assert_eq!((entry.watched_until, entry.taken_back), (Some(at(600)), None));
    // never: nobody is told the receipt any more, and the loss is never forgotten
    register.step(&second, Step::Failed(Rejection::Eip3009ValidBefore), at(8)).unwrap();
    assert_eq!(register.claim(&for_everybody(1, "a", 9)), Ok(Claimed::Failed(Rejection::Eip3009ValidBefore)));
    assert_eq!(register.purge(UnixSeconds::from_secs(u64::MAX - 1)), 0);
    assert_eq!(register.find(&key(1)).unwrap().taken_back.as_deref(), Some("0x1"));
}

/// A facilitator's settlement that failed, which is watched until a time.
fn failed(register: &mut Register, nonce: u8, rejection: Rejection, until: u64) -> Claim {
    let held = fresh(register, &for_everybody(nonce, "a", 0));
    let step = Step::FailedWatched(rejection, at(until));
    assert_eq!(register.step(&held, step.clone(), at(1)), Err(Misstep::Order.into()), "nothing was sent");
    register.step(&held, Step::Settling(sent(b"signed")), at(1)).unwrap();
    let entry = register.step(&held, step.clone(), at(2)).unwrap().unwrap();
    assert_eq!((&entry.sent, entry.watched_until, &entry.state), (&sent(b"signed"), Some(at(until)), &State::Failed(rejection)));
    assert_eq!(register.step(&held, step, at(3)).unwrap(), Some(entry));
    held
}

#[test]
fn row_147_a_failure_that_the_chain_takes_back_may_have_paid_after_all() {
    let mut register = Register::new(10);
    let first = failed(&mut register, 1, Rejection::Eip3009NonceUsed, 500);
    assert_eq!(register.claim(&for_everybody(1, "a", 4)), Ok(Claimed::Failed(Rejection::Eip3009NonceUsed)));
    assert_eq!(register.watched(at(4), 100), [Watched { key: key(1), transaction: "".into(), until: at(500) }]);
    assert_eq!(register.reopen(&key(1), "0x1", 60, at(5)), None, "it was settled by no transaction");
    let second = register.reopen(&key(1), "", 60, at(5)).unwrap();
    assert_eq!((register.reopen(&key(1), "", 60, at(5)), register.watched(at(5), 100)), (None, vec![]));
    assert_eq!(register.step(&first, Step::Settled(receipt("0x1", Attested::Chain)), at(6)), Err(Misstep::Stale.into()));
    let entry = register.step(&second, Step::Watched(receipt("0x1", Attested::Chain), at(600)), at(6)).unwrap().unwrap();
    assert_eq!((entry.sent, entry.watched_until, entry.taken_back), (sent(b"signed"), Some(at(600)), None));
    assert!(matches!(register.claim(&for_everybody(1, "a", 7)), Ok(Claimed::Done(..))));
}

#[test]
fn row_147_a_failure_is_remembered_while_it_is_watched_and_who_tries_again_goes_on_from_there() {
    let mut register = Register::new(10);
    let _held = failed(&mut register, 1, Rejection::InsufficientFunds, 500);
    let _held = failed(&mut register, 2, Rejection::Eip3009NonceUsed, 50);
    assert_eq!((register.purge(at(50)), register.purge(at(51))), (0, 1));
    let Ok(Claimed::Resume(again)) = register.claim(&for_everybody(1, "a", 52)) else { panic!("the balance may have arrived") };
    let entry = register.step(&again, Step::Settling(None), at(53)).unwrap().unwrap();
    assert_eq!((entry.sent, entry.watched_until), (sent(b"signed"), None));
    register.step(&again, Step::Failed(Rejection::InsufficientFunds), at(54)).unwrap();
    assert!(matches!(register.claim(&for_everybody(1, "a", 55)), Ok(Claimed::Fresh(_))), "nothing is kept of it");
}

#[test]
fn row_147_what_was_sent_is_dropped_when_nobody_looks_after_it_any_more() {
    let mut register = Register::new(10);
    let _held = watched(&mut register, 1, 50);
    // beyond the time for which the payment itself is remembered
    let long = register.find(&key(1)).unwrap().keep_until.as_secs() + 100;
    let held = fresh(&mut register, &for_everybody(2, "a", 0));
    register.step(&held, Step::Settling(sent(b"signed")), at(1)).unwrap();
    register.step(&held, Step::Watched(receipt("0x2", Attested::Chain), UnixSeconds::from_secs(long)), at(2)).unwrap();
    assert_eq!((register.purge(at(50)), register.watched(at(50), 100).len()), (0, 2));
    assert_eq!((register.purge(at(51)), register.watched(at(51), 100).len()), (0, 1));
    let entry = register.find(&key(1)).unwrap();
    assert_eq!((&entry.sent, entry.watched_until, entry.state.as_str()), (&None, None, "settled"));
    assert_eq!(register.reopen(&key(1), "0x1", 60, at(52)), None, "with nothing to send there is nothing to go on with");
    assert_eq!(register.purge(UnixSeconds::from_secs(long)), 1);
    assert_eq!(register.purge(UnixSeconds::from_secs(long + 1)), 1);
}

#[test]
fn row_149_an_exposure_cap_counts_what_is_under_way() {
    let mut register = Register::new(10);
    let capped = |nonce| {
        let mut request = claim(nonce, "a", 0);
        request.demand.exposure = Some(Amount::from_u64(25_000));
        request
    };
    let first = fresh(&mut register, &capped(1));
    let _second = fresh(&mut register, &capped(2));
    assert_eq!(register.claim(&capped(3)), Ok(Claimed::Limited(None)));
    settle(&mut register, &first, "0xaa").unwrap();
    let _third = fresh(&mut register, &capped(3));
    let mut another = claim_by(2, 4, "a", 0);
    another.demand.exposure = Some(Amount::from_u64(25_000));
    let _another_payer = fresh(&mut register, &another);
}

#[test]
fn row_156_what_is_paid_and_was_not_delivered_is_delivered_without_another_charge() {
    let mut register = Register::new(10);
    let first = fresh(&mut register, &bound("a", 7, 0));
    settle(&mut register, &first, "0xaa").unwrap();
    // the handler may still be writing
    assert_eq!(register.claim(&bound("a", 7, 3)), Ok(Claimed::Pending(at(60))));
    let Ok(Claimed::Redeliver(second, paid)) = register.claim(&bound("a", 7, 61)) else { panic!("redelivered") };
    assert_eq!(paid, receipt("0xaa", Attested::Answer));
    assert_eq!(register.step(&first, Step::Grant(None), at(62)), Err(Misstep::Stale.into()));
    register.step(&second, Step::Grant(Some(Answer::new(b"x"))), at(62)).unwrap();
    register.step(&second, Step::Grant(Some(Answer::new(b"y"))), at(63)).unwrap();
    let done = register.claim(&bound("a", 7, 64));
    assert_eq!(done, Ok(Claimed::Done(paid, Some(Answer::new(b"x")))), "what was given first is what was given");
}

#[test]
fn row_157_a_claim_is_released_only_while_nothing_was_sent() {
    let mut register = Register::new(10);
    let held = fresh(&mut register, &claim(1, "a", 0));
    register.step(&held, Step::Release, at(1)).unwrap();
    let held = fresh(&mut register, &claim(1, "b", 2));
    register.step(&held, Step::Settling(None), at(3)).unwrap();
    assert_eq!(register.step(&held, Step::Release, at(4)), Err(Misstep::Order.into()));
}

/// The same claim by a facilitator, which answers whoever asks.
fn for_everybody(nonce: u8, path: &str, seconds: u64) -> Request {
    let mut request = claim(nonce, path, seconds);
    request.demand.audience = Audience::Everybody;
    request
}

#[test]
fn row_116_a_facilitator_gives_the_same_receipt_to_whoever_asks_for_the_same_and_delivers_nothing() {
    let mut register = Register::new(10);
    let first = fresh(&mut register, &for_everybody(1, "a", 0));
    assert_eq!(register.claim(&for_everybody(1, "a", 1)), Ok(Claimed::Pending(at(60))));
    settle(&mut register, &first, "0xaa").unwrap();
    // at once, and also when nobody is waited for any more
    for seconds in [3, 60, 61, 10_000] {
        let done = Claimed::Done(receipt("0xaa", Attested::Answer), None);
        assert_eq!(register.claim(&for_everybody(1, "a", seconds)), Ok(done), "{seconds}");
        assert_eq!(register.claim(&for_everybody(1, "b", seconds)), Ok(Claimed::Taken(Conflict::OtherRequest)));
        // who is told is for each to decide who asks the log
        assert_eq!(register.claim(&claim(1, "a", seconds)), Ok(Claimed::Taken(Conflict::Spent)));
    }
    // asking took it from nobody
    register.step(&first, Step::Grant(Some(Answer::new(b"as it was sent"))), at(10_001)).unwrap();
    let done = Claimed::Done(receipt("0xaa", Attested::Answer), Some(Answer::new(b"as it was sent")));
    assert_eq!(register.claim(&for_everybody(1, "a", 10_002)), Ok(done));
    // the chain takes it back: the outcome is open again, and the next who asks goes on
    register.step(&first, Step::Vanished, at(10_003)).unwrap();
    assert!(matches!(register.claim(&for_everybody(1, "a", 10_004)), Ok(Claimed::Resume(_))));
}

fn sent(bytes: &[u8]) -> Option<Sent> {
    Some(Sent::new(bytes).unwrap())
}

#[test]
fn rows_150_and_153_what_is_sent_is_kept_until_it_is_known_what_became_of_it() {
    let mut register = Register::new(10);
    let first = fresh(&mut register, &for_everybody(1, "a", 0));
    assert_eq!(register.find(&key(1)).unwrap().sent, None);
    for (step, kept) in [
        (Step::Settling(sent(b"fee 1")), sent(b"fee 1")),
        (Step::Settling(None), sent(b"fee 1")),
        (Step::Settling(sent(b"fee 2")), sent(b"fee 2")),
        (Step::Unknown, sent(b"fee 2")),
    ] {
        assert_eq!(register.step(&first, step.clone(), at(1)).unwrap().unwrap().sent, kept, "{step:?}");
    }
    // the process ends here; another one goes on with what it finds
    let open = register.open(at(2));
    assert_eq!(open.iter().map(|entry| (entry.key, entry.sent.clone())).collect::<Vec<_>>(), [(key(1), sent(b"fee 2"))]);
    let second = register.resume(&key(1), 60, at(2)).unwrap();
    assert_eq!(register.step(&second, Step::Settling(None), at(3)).unwrap().unwrap().sent, sent(b"fee 2"));
    // the former holder wakes up, and changes nothing
    assert_eq!(register.step(&first, Step::Settling(sent(b"fee 0")), at(4)), Err(Misstep::Stale.into()));
    register.step(&second, Step::Settling(sent(b"fee 3")), at(4)).unwrap();
    assert_eq!(register.open(at(4)), [], "somebody is at it");
    assert_eq!(register.open(UnixSeconds::from_secs(u64::MAX)).len(), 1, "and will not be for ever");
    // whoever asks for the same when that is over goes on with the same
    let Ok(Claimed::Resume(third)) = register.claim(&for_everybody(1, "a", 100)) else { panic!("resumed") };
    assert_eq!(register.step(&third, Step::Settling(None), at(100)).unwrap().unwrap().sent, sent(b"fee 3"));
    let settled = register.step(&third, Step::Settled(receipt("0xaa", Attested::Chain)), at(101)).unwrap().unwrap();
    assert_eq!(settled.sent, None);
    assert_eq!(register.step(&third, Step::Settling(sent(b"fee 4")), at(102)), Err(Misstep::Order.into()));
    assert_eq!(register.step(&third, Step::Vanished, at(102)).unwrap().unwrap().sent, None);

    let refused = fresh(&mut register, &for_everybody(2, "a", 0));
    register.step(&refused, Step::Settling(sent(b"fee 1")), at(1)).unwrap();
    let failed = register.step(&refused, Step::Failed(Rejection::InsufficientFunds), at(2)).unwrap().unwrap();
    assert_eq!(failed.sent, None);
    // what becomes of it later is another attempt, with nothing sent
    let again = fresh(&mut register, &for_everybody(2, "a", 103));
    assert_eq!(register.step(&again, Step::Settling(None), at(103)).unwrap().unwrap().sent, None);
}

#[test]
fn a_refusal_that_may_pass_later_frees_the_payment_and_another_stands() {
    let mut register = Register::new(10);
    for (nonce, rejection) in [(1, Rejection::InsufficientFunds), (2, Rejection::Eip3009Signature)] {
        let held = fresh(&mut register, &claim(nonce, "a", 0));
        register.step(&held, Step::Settling(None), at(1)).unwrap();
        register.step(&held, Step::Failed(rejection), at(2)).unwrap();
    }
    assert!(matches!(register.claim(&claim(1, "a", 3)), Ok(Claimed::Fresh(_))));
    assert_eq!(register.claim(&claim(2, "a", 3)), Ok(Claimed::Failed(Rejection::Eip3009Signature)));
}

#[test]
fn the_hundred_and_first_payment_of_an_hour_waits() {
    let mut register = Register::new(1_000);
    let limited = |nonce: u8, seconds| {
        let mut request = claim(nonce, "a", seconds);
        request.demand.quota = Some(Quota::new(100, 3_600));
        request
    };
    for nonce in 0..100 {
        let _held = fresh(&mut register, &limited(nonce, u64::from(nonce)));
    }
    let Ok(Claimed::Limited(Some(from))) = register.claim(&limited(100, 200)) else { panic!("limited") };
    assert!(from > at(3_600) && from <= at(3_660), "{from}");
    // showing the same payment again is not another one
    assert!(matches!(register.claim(&limited(99, 200)), Ok(Claimed::Fresh(_) | Claimed::Pending(_))));
    let mut another = claim_by(2, 100, "a", 200);
    another.demand.quota = Some(Quota::new(100, 3_600));
    let _another_payer = fresh(&mut register, &another);
    let mut later = limited(100, 0);
    later.demand.now = from;
    let held = fresh(&mut register, &later);
    register.step(&held, Step::Release, from).unwrap();
    later.key = key(101);
    let _given_back = fresh(&mut register, &later);
}

#[test]
fn a_quota_of_strangers_takes_no_room_when_they_are_gone() {
    let mut register = Register::new(10);
    for number in 0..200 {
        let mut request = claim_by(number, 1, "a", 0);
        request.demand.quota = Some(Quota::new(1, 3_600));
        let held = fresh(&mut register, &request);
        register.step(&held, Step::Release, at(1)).unwrap();
    }
    assert!(register.counts.is_empty() && register.open.is_empty() && register.names.is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Whatever happens in whatever order, what was sold is given once, and one at a time may settle.
    #[test]
    fn row_117_any_schedule_grants_once_and_settles_one_at_a_time(
        steps in prop::collection::vec((0u8..17, 0u8..3, 0usize..4, 0u64..90), 0..120),
    ) {
        let mut register = Register::new(100);
        let mut held: BTreeMap<u8, Vec<Claim>> = BTreeMap::new();
        let mut grants: BTreeMap<u8, u32> = BTreeMap::new();
        let mut settled: BTreeSet<u8> = BTreeSet::new();
        let mut clock = 0;
        for (action, number, which, wait) in steps {
            if action == 0 {
                clock += wait;
                continue;
            }
            let (mut request, now) = (bound("a", number, clock), at(clock));
            // one of the three is a facilitator's
            if number == 2 {
                (request.demand.audience, request.demand.bound) = (Audience::Everybody, None);
            }
            if action < 4 {
                match register.claim(&request).unwrap() {
                    Claimed::Fresh(claim) => {
                        prop_assert!(!settled.contains(&number), "what was settled is fresh again");
                        held.entry(number).or_default().push(claim);
                    }
                    Claimed::Resume(claim) => held.entry(number).or_default().push(claim),
                    Claimed::Redeliver(claim, _) => {
                        prop_assert!(number != 2, "a facilitator delivers nothing");
                        held.entry(number).or_default().push(claim);
                    }
                    Claimed::Taken(conflict) => {
                        prop_assert!(number != 2, "everybody is told, and not {}", conflict);
                    }
                    _ => {}
                }
                continue;
            }
            if action == 12 {
                let failed = matches!(register.find(&request.key), Some(Entry { state: State::Failed(_), .. }));
                let transaction = if failed { "".into() } else { format!("0x{number}") };
                if let Some(claim) = register.reopen(&request.key, &transaction, 60, now) {
                    // if it is refused now, nothing was sold after all
                    settled.remove(&number);
                    held.entry(number).or_default().push(claim);
                }
                continue;
            }
            let Some(claims) = held.get(&number) else { continue };
            let claim = claims[which % claims.len()].clone();
            let before = register.find(&request.key).cloned();
            let step = match action {
                4 => Step::Settling(None),
                5 => Step::Unknown,
                6 => Step::Settled(receipt(&format!("0x{number}"), Attested::Answer)),
                7 => Step::Failed(Rejection::InsufficientFunds),
                8 => Step::Grant(None),
                9 => Step::Settling(sent(&[number])),
                10 => Step::Watched(receipt(&format!("0x{number}"), Attested::Answer), at(clock + 50)),
                13 => Step::FailedWatched(Rejection::InsufficientFunds, at(clock + 50)),
                14 => Step::FailedWatched(Rejection::Eip3009NonceUsed, at(clock + 50)),
                15 => Step::Sold(receipt(&format!("0x{number}"), Attested::Answer)),
                _ => Step::Release,
            };
            let outcome = register.step(&claim, step.clone(), now);
            let newest = before.as_ref().is_some_and(|entry| entry.attempt == claim.attempt());
            prop_assert!(newest || outcome.is_err(), "an older holder took {:?}", step);
            if let (Ok(Some(after)), Some(before)) = (outcome, before) {
                prop_assert!(after.granted || !before.granted);
                let kept = matches!(after.state.as_str(), "settling" | "unknown") || after.watched_until.is_some();
                prop_assert!(after.sent.is_none() || kept, "{:?}", after);
                let ended = matches!(after.state.as_str(), "settled" | "failed");
                prop_assert!(after.watched_until.is_none() || ended, "{:?}", after);
                if after.granted && !before.granted {
                    *grants.entry(number).or_default() += 1;
                }
                if after.state.as_str() == "settled" {
                    settled.insert(number);
                }
            }
        }
        prop_assert!(grants.values().all(|count| *count == 1), "{:?}", grants);
    }
}

#[test]
fn row_151_what_nobody_says_again_is_on_the_disk_before_anybody_is_told() {
    let said = |attested| [Step::Settled(receipt("0xa", attested)), Step::Sold(receipt("0xa", attested))];
    assert!(said(Attested::Answer).iter().all(|step| step.durability() == Durability::Flushed), "a stranger may keep nothing");
    assert!(said(Attested::Chain).iter().all(|step| step.durability() == Durability::Written));
}
