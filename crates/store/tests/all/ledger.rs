//! The laws of a ledger, in every place, with the store left and found again between steps.

use quittance_core::{Amount, Fault};
use quittance_guard::Ledger;
use quittance_guard::budget::{
    Limit, Meter, Misstep, Purchase, Reserve, ReserveError, Reserved, Signed, State, Step, Ticket, Unspent,
};
use quittance_guard::policy::ApprovalId;
use quittance_guard::receipt::{Attested, Receipt};

use crate::place::{Place, everywhere};
use crate::samples::{at, cents, fingerprint, limits, purchase, signed, task, terms, wallet};
use crate::whole::together;

async fn reserve(ledger: &impl Ledger, wanted: &Purchase, limits: &[Limit], seconds: u64) -> Result<Reserved, ReserveError> {
    ledger.reserve(&Reserve::new(wanted, limits, at(seconds))).await
}

fn fresh(reserved: Result<Reserved, ReserveError>) -> Ticket {
    match reserved {
        Ok(Reserved::Fresh(ticket)) => ticket,
        other => panic!("{other:?}"),
    }
}

fn receipt(charged: Amount, transaction: &str) -> Step {
    Step::Settle(Receipt::new(charged, transaction, Attested::Chain))
}

everywhere! {
    async fn row_209_a_cap_is_met_and_not_passed(place: &impl Place) {
        let ledger = place.ledger(10).await;
        let limits = limits(&[(Meter::Task, 5)]);
        let _ = fresh(reserve(&ledger, &purchase("a", "t", "$0.05"), &limits, 0).await);
        let ledger = place.ledger_again(ledger).await;
        let mut smallest = purchase("b", "t", "$0.01");
        smallest.amount = Amount::from_u64(1);
        let Err(ReserveError::Over(over)) = reserve(&ledger, &smallest, &limits, 0).await else { panic!("over") };
        assert_eq!((over.meter, over.spent, over.asked, over.room_at), (Meter::Task, cents(5), Amount::from_u64(1), None));
    }

    async fn row_210_of_two_hundred_purchases_on_a_budget_for_fifty_fifty_are_made(place: &impl Place) {
        let ledger = place.ledger(1_000).await;
        let limits = limits(&[(Meter::Task, 50), (Meter::Day, 60)]);
        let wanted: Vec<_> = (0..200).map(|number| purchase(&format!("p{number}"), "t", "$0.01")).collect();
        let asked = wanted.iter().map(|wanted| reserve(&ledger, wanted, &limits, 0)).collect();
        let (mut made, mut over) = (0, 0);
        for reserved in together(asked).await {
            match reserved {
                Ok(Reserved::Fresh(_)) => made += 1,
                Err(ReserveError::Over(_)) => over += 1,
                other => panic!("{other:?}"),
            }
        }
        assert_eq!((made, over), (50, 150));
        let ledger = place.ledger_again(ledger).await;
        assert_eq!(ledger.spent(&task("t"), at(0)).await, Ok(cents(50)));
        assert_eq!(Ledger::open(&ledger).await.unwrap().len(), 50);
    }

    async fn row_211_ten_items_under_a_limit_for_five_are_five(place: &impl Place) {
        let ledger = place.ledger(100).await;
        let limits = limits(&[(Meter::Task, 5)]);
        let mut bought = 0;
        for number in 0..10u64 {
            let wanted = purchase(&format!("p{number}"), "t", "$0.01");
            if let Ok(Reserved::Fresh(ticket)) = reserve(&ledger, &wanted, &limits, number).await {
                ledger.step(&ticket, Step::Sign(signed(number, at(100))), at(number)).await.unwrap();
                ledger.step(&ticket, receipt(cents(1), &format!("0x{number}")), at(number)).await.unwrap();
                bought += 1;
            }
        }
        assert_eq!(bought, 5);
    }

    async fn row_212_sums_are_kept_by_asset_and_never_wrap(place: &impl Place) {
        let ledger = place.ledger(100).await;
        let mut all = purchase("a", "t", "$1");
        all.amount = Amount::MAX;
        let _ = fresh(reserve(&ledger, &all, &[], 0).await);
        let ledger = place.ledger_again(ledger).await;
        assert_eq!(ledger.spent(&task("t"), at(0)).await, Ok(Amount::MAX));
        let refused = reserve(&ledger, &purchase("b", "t", "$1"), &[], 0).await;
        assert!(matches!(refused, Err(ReserveError::Over(over)) if over.max == Amount::MAX));
        let mut other = purchase("c", "t", "$1");
        other.asset = quittance_core::Asset::parse(other.asset.network(), "0x1111111111111111111111111111111111111111").unwrap();
        let _ = fresh(reserve(&ledger, &other, &limits(&[(Meter::Task, 100)]), 0).await);
    }

    async fn row_213_a_clock_that_is_set_back_empties_no_budget(place: &impl Place) {
        let ledger = place.ledger(100).await;
        let limits = limits(&[(Meter::Hour, 5)]);
        let _ = fresh(reserve(&ledger, &purchase("a", "t", "$0.05"), &limits, 10_000).await);
        let ledger = place.ledger_again(ledger).await;
        for seconds in [0, 9_000, 10_000, 13_599, 5_000] {
            let wanted = purchase(&format!("b{seconds}"), "t", "$0.01");
            assert!(matches!(reserve(&ledger, &wanted, &limits, seconds).await, Err(ReserveError::Over(_))), "{seconds}");
        }
        assert_eq!(ledger.spent(&wallet(Meter::Hour), at(0)).await, Ok(cents(5)));
        // an hour and at most a minute later it is forgotten, and stays so when the clock goes back
        let _ = fresh(reserve(&ledger, &purchase("c", "t", "$0.04"), &limits, 13_660).await);
        let ledger = place.ledger_again(ledger).await;
        assert_eq!(ledger.spent(&wallet(Meter::Hour), at(0)).await, Ok(cents(4)));
    }

    async fn rows_185_188_and_214_a_purchase_has_one_signature_and_counts_until_it_is_proven_dead(place: &impl Place) {
        let ledger = place.ledger(100).await;
        let wanted = purchase("a", "t", "$0.05");
        let ticket = fresh(reserve(&ledger, &wanted, &[], 0).await);
        ledger.step(&ticket, Step::Sign(signed(1, at(60))), at(2)).await.unwrap();
        let ledger = place.ledger_again(ledger).await;
        let dearer = Purchase { amount: terms("$0.06").amount(), ..wanted.clone() };
        let Ok(Reserved::Again(record)) = reserve(&ledger, &dearer, &[], 1_000_000).await else { panic!("again") };
        assert_eq!(record.signed.as_ref().map(Signed::expose), Some(signed(1, at(60)).expose()));
        assert_eq!(ledger.step(&ticket, Step::Sign(signed(2, at(60))), at(3)).await, Err(Misstep::AlreadySigned.into()));
        assert_eq!(ledger.step(&ticket, Step::Release(Unspent::NeverSigned), at(3)).await, Err(Misstep::NoEvidence.into()));
        assert_eq!(ledger.spent(&task("t"), at(9)).await, Ok(cents(5)));
        ledger.step(&ticket, Step::Release(Unspent::Expired { chain_time: at(60) }), at(90)).await.unwrap();
        let ledger = place.ledger_again(ledger).await;
        assert_eq!(ledger.spent(&task("t"), at(9)).await, Ok(Amount::ZERO));
        let second = fresh(reserve(&ledger, &wanted, &[], 91).await);
        assert_eq!(second.attempt(), 2);
        // a receipt outweighs the belief that there would be none
        ledger.step(&ticket, receipt(cents(5), "0xaa"), at(92)).await.unwrap();
        let ledger = place.ledger_again(ledger).await;
        assert_eq!(ledger.spent(&task("t"), at(93)).await, Ok(cents(10)));
        let found = ledger.find(&wanted.id).await.unwrap().unwrap();
        assert_eq!((found.attempt, found.state.as_str()), (2, "reserved"));
    }

    async fn row_184_who_died_before_signing_is_replaced_when_the_lease_is_over(place: &impl Place) {
        let ledger = place.ledger(100).await;
        let wanted = purchase("a", "t", "$0.05");
        let limits = limits(&[(Meter::Task, 5)]);
        let first = fresh(reserve(&ledger, &wanted, &limits, 0).await);
        let ledger = place.ledger_again(ledger).await;
        assert!(matches!(reserve(&ledger, &wanted, &limits, Reserve::LEASE).await, Ok(Reserved::Again(_))));
        let second = fresh(reserve(&ledger, &wanted, &limits, Reserve::LEASE + 1).await);
        let ledger = place.ledger_again(ledger).await;
        assert_eq!((first.attempt(), second.attempt()), (1, 2));
        assert_eq!(ledger.spent(&task("t"), at(70)).await, Ok(cents(5)));
        assert_eq!(ledger.step(&first, Step::Sign(signed(1, at(60))), at(70)).await, Err(Misstep::Stale.into()));
        ledger.step(&second, Step::Sign(signed(2, at(200))), at(71)).await.unwrap();
        // long after every span, what it was reserved in is still found
        ledger.step(&second, Step::Release(Unspent::Cancelled), at(10_000_000)).await.unwrap();
        let ledger = place.ledger_again(ledger).await;
        assert_eq!(ledger.spent(&task("t"), at(0)).await, Ok(Amount::ZERO));
        assert_eq!(Ledger::open(&ledger).await.unwrap(), []);
    }

    async fn row_161_what_is_charged_is_at_most_what_was_authorized_and_the_rest_comes_back(place: &impl Place) {
        let ledger = place.ledger(100).await;
        let ticket = fresh(reserve(&ledger, &purchase("a", "t", "$0.05").in_session("s".parse().unwrap()), &[], 0).await);
        assert_eq!(ledger.step(&ticket, receipt(cents(1), "0xaa"), at(1)).await, Err(Misstep::NotSigned.into()));
        ledger.step(&ticket, Step::Sign(signed(1, at(60))), at(1)).await.unwrap();
        let ledger = place.ledger_again(ledger).await;
        assert_eq!(ledger.step(&ticket, receipt(cents(6), "0xaa"), at(1)).await, Err(Misstep::ChargedMore.into()));
        let record = ledger.step(&ticket, receipt(cents(2), "0xaa"), at(2)).await.unwrap();
        assert!(matches!(&record.state, State::Settled(receipt) if receipt.charged == cents(2)));
        let ledger = place.ledger_again(ledger).await;
        assert_eq!(ledger.find(ticket.id()).await, Ok(Some(record)));
        for sum in [task("t"), wallet(Meter::Hour), wallet(Meter::Day)] {
            assert_eq!(ledger.spent(&sum, at(3)).await, Ok(cents(2)));
        }
    }

    async fn row_217_an_approval_is_used_once_and_not_by_what_was_never_signed(place: &impl Place) {
        let ledger = place.ledger(100).await;
        let approved = |name: &str| Purchase { approval: Some(ApprovalId::from_bytes([5; 32])), ..purchase(name, "t", "$0.05") };
        let first = fresh(reserve(&ledger, &approved("a"), &[], 0).await);
        let ledger = place.ledger_again(ledger).await;
        assert_eq!(reserve(&ledger, &approved("b"), &[], 0).await, Err(ReserveError::ApprovalUsed));
        ledger.step(&first, Step::Release(Unspent::NeverSigned), at(1)).await.unwrap();
        let ledger = place.ledger_again(ledger).await;
        let second = fresh(reserve(&ledger, &approved("b"), &[], 1).await);
        let ledger = place.ledger_again(ledger).await;
        assert_eq!(reserve(&ledger, &approved("a"), &[], 2).await, Err(ReserveError::ApprovalUsed));
        ledger.step(&second, Step::Sign(signed(1, at(60))), at(2)).await.unwrap();
        ledger.step(&second, Step::Release(Unspent::Cancelled), at(3)).await.unwrap();
        let ledger = place.ledger_again(ledger).await;
        assert_eq!(reserve(&ledger, &approved("c"), &[], 4).await, Err(ReserveError::ApprovalUsed), "it was signed under");
        assert_eq!(ledger.find(second.id()).await.unwrap().unwrap().purchase, approved("b"));
    }

    async fn row_122_a_full_ledger_refuses_and_forgets_nothing(place: &impl Place) {
        let ledger = place.ledger(1).await;
        let ticket = fresh(reserve(&ledger, &purchase("a", "t", "$0.05"), &[], 0).await);
        ledger.step(&ticket, Step::Release(Unspent::NeverSigned), at(1)).await.unwrap();
        let full = reserve(&ledger, &purchase("b", "t", "$0.05"), &[], 2).await;
        assert_eq!(full, Err(ReserveError::Fault(Fault::StoreFull)));
        assert!(ledger.find(ticket.id()).await.unwrap().is_some());
    }

    async fn a_name_stands_for_one_request_and_a_session_limit_needs_a_session(place: &impl Place) {
        let ledger = place.ledger(100).await;
        let wanted = purchase("a", "t", "$0.05");
        let _ = fresh(reserve(&ledger, &wanted, &[], 0).await);
        let ledger = place.ledger_again(ledger).await;
        let other = Purchase { request: fingerprint("elsewhere"), ..wanted.clone() };
        assert_eq!(reserve(&ledger, &other, &[], 0).await, Err(ReserveError::OtherPurchase));
        let limits = limits(&[(Meter::Session, 5)]);
        assert_eq!(reserve(&ledger, &purchase("b", "t", "$0.05"), &limits, 0).await, Err(ReserveError::NoSession));
        let _ = fresh(reserve(&ledger, &purchase("b", "t", "$0.05").in_session("s".parse().unwrap()), &limits, 0).await);
        let ledger = place.ledger_again(ledger).await;
        let refused = reserve(&ledger, &purchase("c", "u", "$0.01").in_session("s".parse().unwrap()), &limits, 100_000_000).await;
        assert!(matches!(refused, Err(ReserveError::Over(over)) if over.room_at.is_none()));
    }
}
