use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;

use proptest::prelude::*;
use quittance_core::Denial;
use quittance_core::registry::networks;

use super::*;
use crate::budget::{Signed, Subject};
use crate::receipt::{Attested, Receipt};
use crate::samples::{asset, at, purchase, request, signed, terms_on};

fn cents(cents: u64) -> Amount {
    Amount::from_u64(cents * 10_000)
}

fn limits(limits: &[(Meter, u64)]) -> Vec<Limit> {
    limits.iter().map(|(meter, max)| Limit::new(*meter, cents(*max))).collect()
}

fn reserve(book: &mut Book, purchase: &Purchase, limits: &[Limit], seconds: u64) -> Result<Reserved, ReserveError> {
    book.reserve(&Reserve::new(purchase, limits, at(seconds)))
}

fn fresh(reserved: Result<Reserved, ReserveError>) -> Ticket {
    match reserved {
        Ok(Reserved::Fresh(ticket)) => ticket,
        other => panic!("{other:?}"),
    }
}

fn task(name: &str) -> Sum {
    Sum::new(Subject::Task(name.parse().unwrap()), asset())
}

fn receipt(charged: Amount, transaction: &str) -> Step {
    Step::Settle(Receipt::new(charged, transaction, Attested::Answer))
}

#[test]
fn row_209_the_limit_itself_is_allowed_and_one_more_is_not() {
    let limits = limits(&[(Meter::Task, 5)]);
    let mut book = Book::new(100);
    let _ = fresh(reserve(&mut book, &purchase("a", "t", "$0.05"), &limits, 0));
    let mut book = Book::new(100);
    let refused = reserve(&mut book, &purchase("a", "t", "$0.050001"), &limits, 0);
    let (max, spent, asked) = (cents(5), Amount::ZERO, Amount::from_u64(50_001));
    assert_eq!(refused, Err(ReserveError::Over(OverLimit { meter: Meter::Task, max, spent, asked, room_at: None })));
    assert_eq!(refused.unwrap_err().denial(), Some(Denial::OverBudget));
    assert_eq!(ReserveError::Fault(Fault::StoreFull).denial(), None, "an outage is no refusal");
    assert_eq!(book.spent(&task("t"), at(0)), Amount::ZERO);
}

#[test]
fn row_211_ten_items_of_a_cent_and_a_limit_of_five() {
    let limits = limits(&[(Meter::Task, 5)]);
    let mut book = Book::new(100);
    let bought = (0..10).filter(|i| reserve(&mut book, &purchase(&format!("p{i}"), "t", "$0.01"), &limits, *i).is_ok()).count();
    assert_eq!((bought, book.spent(&task("t"), at(9))), (5, cents(5)));
    // another task has its own budget
    let _ = fresh(reserve(&mut book, &purchase("other", "u", "$0.01"), &limits, 10));
}

#[test]
fn row_212_sums_are_kept_per_asset_and_never_wrap() {
    let mut book = Book::new(100);
    let here = purchase("a", "t", "$0.05");
    let mut there = Purchase::new("b".parse().unwrap(), "t".parse().unwrap(), request("b"), &terms_on(networks::BASE, "$0.05"));
    let limits = limits(&[(Meter::Task, 5), (Meter::Hour, 5)]);
    let _ = fresh(reserve(&mut book, &here, &limits, 0));
    let _ = fresh(reserve(&mut book, &there, &limits, 0));
    assert_eq!((book.spent(&task("t"), at(0)), book.spent(&Sum::of(&there, Meter::Task).unwrap(), at(0))), (cents(5), cents(5)));
    // no limit at all, and the sum would be beyond every amount
    there.id = "c".parse().unwrap();
    there.amount = Amount::MAX;
    assert!(matches!(reserve(&mut book, &there, &[], 0), Err(ReserveError::Over(over)) if over.max == Amount::MAX));
    assert_eq!(book.spent(&Sum::of(&there, Meter::Task).unwrap(), at(0)), cents(5));
}

#[test]
fn row_213_a_clock_that_is_set_back_resets_nothing() {
    let limits = limits(&[(Meter::Hour, 5)]);
    let mut book = Book::new(100);
    let _ = fresh(reserve(&mut book, &purchase("a", "t", "$0.05"), &limits, 7_200));
    for seconds in [7_201, 0, 3_600, 10_799] {
        let refused = reserve(&mut book, &purchase("b", "t", "$0.01"), &limits, seconds);
        assert!(matches!(refused, Err(ReserveError::Over(_))), "{seconds}: {refused:?}");
    }
    // a span is over when it is over, a sixtieth later at most
    let Err(ReserveError::Over(over)) = reserve(&mut book, &purchase("b", "t", "$0.01"), &limits, 10_800) else {
        panic!("refused")
    };
    let room = over.room_at.unwrap();
    assert!(room > at(10_800) && room <= at(10_860));
    let _ = fresh(book.reserve(&Reserve::new(&purchase("b", "t", "$0.01"), &limits, room)));
    // and it does not come back when the clock goes back behind it
    assert!(reserve(&mut book, &purchase("c", "t", "$0.05"), &limits, 0).is_err());
}

#[test]
fn row_214_what_is_unknown_counts_as_spent() {
    let limits = limits(&[(Meter::Task, 5), (Meter::Day, 5)]);
    let mut book = Book::new(100);
    let ticket = fresh(reserve(&mut book, &purchase("a", "t", "$0.05"), &limits, 0));
    book.step(&ticket, Step::Sign(signed(1, at(60))), at(1)).unwrap();
    // time alone is no evidence, nor is the wish
    for unspent in [Unspent::NeverSigned, Unspent::Expired { chain_time: at(59) }] {
        assert_eq!(book.step(&ticket, Step::Release(unspent), at(100_000)), Err(Misstep::NoEvidence.into()));
        assert!(reserve(&mut book, &purchase("b", "t", "$0.01"), &limits, 60).is_err());
    }
    book.step(&ticket, Step::Release(Unspent::Expired { chain_time: at(60) }), at(100_000)).unwrap();
    assert_eq!(book.spent(&task("t"), at(100_000)), Amount::ZERO);
    let _ = fresh(reserve(&mut book, &purchase("b", "t", "$0.05"), &limits, 100_001));
}

#[test]
fn rows_185_and_188_a_purchase_has_one_signature_until_it_is_proven_dead() {
    let mut book = Book::new(100);
    let wanted = purchase("a", "t", "$0.05");
    let ticket = fresh(reserve(&mut book, &wanted, &[], 0));
    let bytes = signed(1, at(60));
    let again = |reserved: Result<Reserved, ReserveError>| match reserved {
        Ok(Reserved::Again(record)) => record,
        other => panic!("{other:?}"),
    };
    // somebody else is at work, then signed, then done: never another ticket, also under new terms
    assert_eq!(again(reserve(&mut book, &wanted, &[], 1)).signed, None);
    book.step(&ticket, Step::Sign(bytes.clone()), at(2)).unwrap();
    let dearer = Purchase::new(wanted.id.clone(), wanted.task.clone(), wanted.request, &crate::samples::terms("$0.06"));
    let record = again(reserve(&mut book, &dearer, &[], 1_000_000));
    assert_eq!(record.signed.as_ref().map(Signed::expose), Some(bytes.expose()));
    assert_eq!(book.step(&ticket, Step::Sign(signed(2, at(60))), at(3)), Err(Misstep::AlreadySigned.into()));
    assert_eq!(book.step(&ticket, Step::Sign(bytes), at(3)).unwrap().state, State::Signed, "the same bytes once more");
    book.step(&ticket, receipt(cents(5), "0xaa"), at(4)).unwrap();
    assert!(matches!(again(reserve(&mut book, &wanted, &[], 5)).state, State::Settled(_)));
    assert_eq!(book.step(&ticket, Step::Release(Unspent::Cancelled), at(6)), Err(Misstep::AlreadySettled.into()));
    assert_eq!(book.step(&ticket, receipt(cents(5), "0xbb"), at(6)), Err(Misstep::OtherReceipt.into()));
    assert!(book.step(&ticket, receipt(cents(5), "0xaa"), at(6)).is_ok());
}

#[test]
fn row_184_who_died_before_signing_is_replaced_when_the_lease_is_over() {
    let mut book = Book::new(100);
    let wanted = purchase("a", "t", "$0.05");
    let limits = limits(&[(Meter::Task, 5)]);
    let first = fresh(reserve(&mut book, &wanted, &limits, 0));
    assert!(matches!(reserve(&mut book, &wanted, &limits, Reserve::LEASE), Ok(Reserved::Again(_))));
    let second = fresh(reserve(&mut book, &wanted, &limits, Reserve::LEASE + 1));
    assert_eq!((first.attempt(), second.attempt(), book.spent(&task("t"), at(70))), (1, 2, cents(5)));
    // the first wakes up: it may not sign any more
    assert_eq!(book.step(&first, Step::Sign(signed(1, at(60))), at(70)), Err(Misstep::Stale.into()));
    book.step(&second, Step::Sign(signed(2, at(200))), at(71)).unwrap();
    assert_eq!(book.open().iter().map(|record| record.attempt).collect::<Vec<_>>(), [2]);
}

#[test]
fn a_receipt_outweighs_the_belief_that_there_would_be_none() {
    let mut book = Book::new(100);
    let ticket = fresh(reserve(&mut book, &purchase("a", "t", "$0.05"), &[], 0));
    book.step(&ticket, Step::Sign(signed(1, at(60))), at(1)).unwrap();
    book.step(&ticket, Step::Release(Unspent::Expired { chain_time: at(61) }), at(90)).unwrap();
    book.step(&ticket, receipt(cents(5), "0xaa"), at(91)).unwrap();
    assert_eq!(book.spent(&task("t"), at(92)), cents(5));
}

#[test]
fn row_161_what_is_charged_is_at_most_what_was_authorized_and_the_rest_comes_back() {
    let mut book = Book::new(100);
    let ticket = fresh(reserve(&mut book, &purchase("a", "t", "$0.05"), &[], 0));
    assert_eq!(book.step(&ticket, receipt(cents(1), "0xaa"), at(1)), Err(Misstep::NotSigned.into()));
    book.step(&ticket, Step::Sign(signed(1, at(60))), at(1)).unwrap();
    assert_eq!(book.step(&ticket, receipt(cents(6), "0xaa"), at(1)), Err(Misstep::ChargedMore.into()));
    book.step(&ticket, receipt(cents(2), "0xaa"), at(2)).unwrap();
    assert_eq!(book.spent(&task("t"), at(3)), cents(2));
}

#[test]
fn row_122_a_full_ledger_refuses_and_forgets_nothing() {
    let mut book = Book::new(1);
    let ticket = fresh(reserve(&mut book, &purchase("a", "t", "$0.05"), &[], 0));
    book.step(&ticket, Step::Release(Unspent::NeverSigned), at(1)).unwrap();
    assert_eq!(reserve(&mut book, &purchase("b", "t", "$0.05"), &[], 2), Err(ReserveError::Fault(Fault::StoreFull)));
    assert!(book.find(&"a".parse().unwrap()).is_some());
}

#[test]
fn a_name_stands_for_one_request_and_a_session_limit_needs_a_session() {
    let mut book = Book::new(100);
    let wanted = purchase("a", "t", "$0.05");
    let _ = fresh(reserve(&mut book, &wanted, &[], 0));
    let mut other = wanted.clone();
    other.request = request("elsewhere");
    assert_eq!(reserve(&mut book, &other, &[], 0), Err(ReserveError::OtherPurchase));
    let other = Purchase { task: "u".parse().unwrap(), ..wanted.clone() };
    assert_eq!(reserve(&mut book, &other, &[], 0), Err(ReserveError::OtherPurchase));
    let limits = limits(&[(Meter::Session, 5)]);
    assert_eq!(reserve(&mut book, &purchase("b", "t", "$0.05"), &limits, 0), Err(ReserveError::NoSession));
    let _ = fresh(reserve(&mut book, &purchase("b", "t", "$0.05").in_session("s".parse().unwrap()), &limits, 0));
    let refused = reserve(&mut book, &purchase("c", "t", "$0.01").in_session("s".parse().unwrap()), &limits, 100_000_000);
    assert!(matches!(refused, Err(ReserveError::Over(over)) if over.room_at.is_none()));
}

#[test]
fn row_217_a_persons_word_is_for_one_payment() {
    let approval = ApprovalId::from_bytes([7; 32]);
    let approved = |name| Purchase { approval: Some(approval), ..purchase(name, "t", "$0.05") };
    let mut book = Book::new(100);
    let ticket = fresh(reserve(&mut book, &approved("a"), &[], 0));
    assert_eq!(reserve(&mut book, &approved("b"), &[], 1), Err(ReserveError::ApprovalUsed));
    // nothing was signed: the word still stands
    book.step(&ticket, Step::Release(Unspent::NeverSigned), at(2)).unwrap();
    let ticket = fresh(reserve(&mut book, &approved("a"), &[], 3));
    book.step(&ticket, Step::Sign(signed(1, at(60))), at(4)).unwrap();
    book.step(&ticket, Step::Release(Unspent::Cancelled), at(5)).unwrap();
    // it was signed once, and that is what it was for
    assert_eq!(reserve(&mut book, &approved("a"), &[], 6), Err(ReserveError::ApprovalUsed));
    assert_eq!(reserve(&mut book, &approved("b"), &[], 6), Err(ReserveError::ApprovalUsed));
    let _ = fresh(reserve(&mut book, &purchase("b", "t", "$0.05"), &[], 7));
}

#[test]
fn row_220_a_record_does_not_print_what_was_signed() {
    let mut book = Book::new(100);
    let ticket = fresh(reserve(&mut book, &purchase("a", "t", "$0.05"), &[], 0));
    book.step(&ticket, Step::Sign(signed(1, at(60))), at(1)).unwrap();
    assert!(!format!("{book:?}").contains("eyJ4"));
}

/// What the reference below is told, and tells.
#[derive(Clone, Debug)]
enum Command {
    Reserve { name: u8, task: u8, price: u64 },
    Sign { name: u8, nonce: u8 },
    Settle { name: u8, charged: u64 },
    Release { name: u8, chain_time: Option<u64> },
    Wait(i32),
}

fn command() -> impl Strategy<Value = Command> {
    prop_oneof![
        4 => (0u8..6, 0u8..2, 1u64..4).prop_map(|(name, task, price)| Command::Reserve { name, task, price }),
        3 => (0u8..6, 0u8..2).prop_map(|(name, nonce)| Command::Sign { name, nonce }),
        2 => (0u8..6, 0u64..5).prop_map(|(name, charged)| Command::Settle { name, charged }),
        2 => (0u8..6, prop::option::of(0u64..4_000)).prop_map(|(name, chain_time)| Command::Release { name, chain_time }),
        2 => (-3_000i32..3_000).prop_map(Command::Wait),
    ]
}

/// The same rules once more, from the words and without slots or sums: a list of what happened, counted anew every time.
#[derive(Default)]
struct Reference {
    latest: u64,
    attempts: Vec<Attempt>,
}

struct Attempt {
    name: u8,
    task: u8,
    price: u64,
    at: u64,
    signed: Option<u8>,
    settled: Option<u64>,
    released: bool,
}

impl Reference {
    fn counts(&self, attempt: &Attempt) -> u64 {
        attempt.settled.unwrap_or(if attempt.released { 0 } else { attempt.price })
    }

    fn last(&mut self, name: u8) -> Option<&mut Attempt> {
        self.attempts.iter_mut().rev().find(|attempt| attempt.name == name)
    }

    /// The sum of a task; of an hour, at least and at most.
    fn sums(&self, task: u8) -> (u64, u64, u64) {
        let of = |pick: &dyn Fn(&Attempt) -> bool| self.attempts.iter().filter(|a| pick(a)).map(|a| self.counts(a)).sum();
        let age = |a: &Attempt| self.latest - a.at;
        (of(&|a| a.task == task), of(&|a| age(a) <= 3_600), of(&|a| age(a) <= 3_660))
    }

    /// Whether the purchase may go on: a new attempt, the old one, or a refusal; two answers where a slot decides.
    fn reserve(&mut self, name: u8, task: u8, price: u64, max: u64) -> Vec<&'static str> {
        let latest = self.latest;
        if let Some(last) = self.last(name) {
            if last.task != task {
                return ["other purchase"].into();
            }
            let lapsed = last.signed.is_none() && !last.released && latest > last.at + Reserve::LEASE;
            if lapsed {
                last.released = true;
            } else if !last.released || last.settled.is_some() {
                return ["again"].into();
            }
        }
        let (spent, least, most) = self.sums(task);
        if spent + price > max || least + price > max {
            return ["over"].into();
        }
        if most + price > max { ["over", "fresh"].into() } else { ["fresh"].into() }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn the_book_is_the_reference(commands in prop::collection::vec(command(), 0..80)) {
        const MAX: u64 = 6;
        let limits = [Limit::new(Meter::Task, Amount::from_u64(MAX)), Limit::new(Meter::Hour, Amount::from_u64(MAX))];
        let (mut book, mut reference) = (Book::new(1_000), Reference::default());
        let mut tickets: BTreeMap<u8, Ticket> = BTreeMap::new();
        let mut clock = 10_000i64;
        for command in commands {
            // only what asks the book shows it the time
            let asks = match command {
                Command::Wait(seconds) => {
                    clock = (clock + i64::from(seconds)).max(0);
                    false
                }
                Command::Reserve { .. } => true,
                Command::Sign { name, .. } | Command::Settle { name, .. } | Command::Release { name, .. } => tickets.contains_key(&name),
            };
            if !asks {
                continue;
            }
            let now = u64::try_from(clock).unwrap();
            reference.latest = reference.latest.max(now);
            let now = at(now);
            match command {
                Command::Wait(_) => {}
                Command::Reserve { name, task, price } => {
                    let mut wanted = purchase(&format!("p{name}"), &format!("t{task}"), "$1");
                    wanted.amount = Amount::from_u64(price);
                    let due = reference.reserve(name, task, price, MAX);
                    let got = match book.reserve(&Reserve::new(&wanted, &limits, now)) {
                        Ok(Reserved::Fresh(ticket)) => {
                            tickets.insert(name, ticket);
                            let (at, signed, settled, released) = (reference.latest, None, None, false);
                            reference.attempts.push(Attempt { name, task, price, at, signed, settled, released });
                            "fresh"
                        }
                        Ok(Reserved::Again(_)) => "again",
                        Err(ReserveError::Over(_)) => "over",
                        Err(ReserveError::OtherPurchase) => "other purchase",
                        Err(other) => panic!("{other:?}"),
                    };
                    prop_assert!(due.contains(&got), "{} is not among {:?}", got, due);
                }
                Command::Sign { name, nonce } => {
                    let (Some(ticket), Some(last)) = (tickets.get(&name), reference.last(name)) else { continue };
                    let due = !last.released && last.settled.is_none() && last.signed.is_none_or(|before| before == nonce);
                    prop_assert_eq!(book.step(ticket, Step::Sign(signed(nonce, at(2_000))), now).is_ok(), due);
                    if due {
                        last.signed = Some(nonce);
                    }
                }
                Command::Settle { name, charged } => {
                    let (Some(ticket), Some(last)) = (tickets.get(&name), reference.last(name)) else { continue };
                    let due = last.signed.is_some() && charged <= last.price && last.settled.is_none_or(|before| before == charged);
                    prop_assert_eq!(book.step(ticket, receipt(Amount::from_u64(charged), "0xaa"), now).is_ok(), due);
                    if due {
                        last.settled = Some(charged);
                    }
                }
                Command::Release { name, chain_time } => {
                    let (Some(ticket), Some(last)) = (tickets.get(&name), reference.last(name)) else { continue };
                    let proven = match chain_time {
                        None => last.signed.is_none(),
                        Some(time) => last.signed.is_some() && time >= 2_000,
                    };
                    let due = last.settled.is_none() && (last.released || proven);
                    let unspent = chain_time.map_or(Unspent::NeverSigned, |time| Unspent::Expired { chain_time: at(time) });
                    prop_assert_eq!(book.step(ticket, Step::Release(unspent), now).is_ok(), due);
                    last.released |= due;
                }
            }
            for name in 0..2 {
                let (spent, least, most) = reference.sums(name);
                prop_assert_eq!(book.spent(&task(&format!("t{name}")), now), Amount::from_u64(spent));
                let hour = book.spent(&Sum::new(Subject::Wallet(Meter::Hour), asset()), now);
                prop_assert!(Amount::from_u64(least) <= hour && hour <= Amount::from_u64(most), "{} {:?} {}", least, hour, most);
            }
        }
        let open = reference.attempts.iter().filter(|a| a.settled.is_none() && !a.released).count();
        prop_assert_eq!(book.open().len(), open);
    }

    #[test]
    fn no_name_panics(name in "[a-z]{1,3}", seconds in any::<u64>(), lease in any::<u64>()) {
        let mut book = Book::new(10);
        let wanted = purchase(&name, &String::from("t"), "$1");
        let now = UnixSeconds::from_secs(seconds);
        let reserved = book.reserve(&Reserve::new(&wanted, &[Limit::new(Meter::Day, Amount::ZERO)], now).with_lease(lease));
        prop_assert!(reserved.is_err());
    }
}
