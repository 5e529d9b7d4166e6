use alloc::format;
use alloc::sync::Arc;
use core::pin::pin;
use core::task::{Context, Poll, Waker};

use super::*;
use crate::budget::{Limit, Meter};
use crate::replay::{Audience, Demand, Sent};
use crate::samples::{asset, at, key, payer, purchase, request};

/// The stores in memory answer at once.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("a store in memory does not wait"),
    }
}

fn claim(nonce: u8) -> Request {
    Request {
        key: key(nonce),
        payer: payer(1),
        asset: asset(),
        amount: Amount::from_u64(10_000),
        keep_until: at(100_000),
        demand: Demand::new(request("a"), at(0)),
    }
}

/// Runs threads in every order that loom finds, or, without loom, in whatever order there is.
fn in_any_order(body: impl Fn() + Send + Sync + 'static) {
    #[cfg(loom)]
    loom::model(body);
    #[cfg(not(loom))]
    for _ in 0..200 {
        body();
    }
}

#[cfg(loom)]
use loom::thread;
#[cfg(not(loom))]
use std::thread;

/// How many of these threads say yes.
fn count(tasks: impl IntoIterator<Item = impl FnOnce() -> bool + Send + 'static>) -> usize {
    let threads: Vec<_> = tasks.into_iter().map(|task| thread::spawn(task)).collect();
    threads.into_iter().filter_map(|thread| thread.join().ok()).filter(|yes| *yes).count()
}

#[test]
fn row_117_of_threads_with_one_payment_one_gets_the_claim() {
    in_any_order(|| {
        let log = Arc::new(MemoryReplayLog::new(10));
        let threads = (0..3).map(|_| {
            let log = Arc::clone(&log);
            move || matches!(now(log.claim(&claim(1))), Ok(Claimed::Fresh(_)))
        });
        assert_eq!(count(threads), 1);
    });
}

#[test]
fn row_210_of_threads_with_a_budget_for_two_two_get_it() {
    in_any_order(|| {
        let ledger = Arc::new(MemoryLedger::new(10));
        let threads = (0..3).map(|i| {
            let ledger = Arc::clone(&ledger);
            move || {
                let limits = [Limit::new(Meter::Task, Amount::from_u64(20_000))];
                let wanted = purchase(&format!("p{i}"), "t", "$0.01");
                matches!(now(ledger.reserve(&Reserve::new(&wanted, &limits, at(0)))), Ok(Reserved::Fresh(_)))
            }
        });
        assert_eq!(count(threads), 2);
    });
}

#[test]
fn row_210_buyers_who_share_a_ledger_have_one_budget() {
    async fn buy(ledger: impl Ledger, id: &str) -> bool {
        let limits = [Limit::new(Meter::Day, Amount::from_u64(20_000))];
        matches!(ledger.reserve(&Reserve::new(&purchase(id, id, "$0.01"), &limits, at(0))).await, Ok(Reserved::Fresh(_)))
    }
    in_any_order(|| {
        let ledger = Arc::new(MemoryLedger::new(10));
        let bought = ["a", "b", "c"].map(|id| now(buy(Arc::clone(&ledger), id)));
        assert_eq!(bought, [true, true, false]);
        assert_eq!(now(Ledger::open(&ledger)).unwrap().len(), 2);
    });
}

#[test]
fn row_188_of_threads_with_one_purchase_one_may_sign() {
    in_any_order(|| {
        let ledger = Arc::new(MemoryLedger::new(10));
        let threads = (0..3).map(|_| {
            let ledger = Arc::clone(&ledger);
            move || matches!(now(ledger.reserve(&Reserve::new(&purchase("p", "t", "$0.01"), &[], at(0)))), Ok(Reserved::Fresh(_)))
        });
        assert_eq!(count(threads), 1);
    });
}

#[test]
fn row_116_whoever_resumes_is_alone_against_a_holder_that_wakes_up() {
    in_any_order(|| {
        let log = Arc::new(MemoryReplayLog::new(10));
        let Ok(Claimed::Fresh(first)) = now(log.claim(&claim(1))) else { panic!("fresh") };
        now(log.step(&first, replay::Step::Settling(None), at(0))).unwrap();
        let settled = |transaction| {
            let receipt = crate::receipt::Receipt::new(Amount::from_u64(10_000), transaction, crate::receipt::Attested::Chain);
            replay::Step::Settled(receipt)
        };
        let (theirs, ours) = (Arc::clone(&log), Arc::clone(&log));
        let woken = thread::spawn(move || now(theirs.step(&first, settled("0xaa"), at(61))).is_ok());
        let resumed = thread::spawn(move || {
            now(ours.resume(&key(1), 60, at(61)))
                .unwrap()
                .is_some_and(|claim| now(ours.step(&claim, settled("0xaa"), at(62))).is_ok())
        });
        let (woken, resumed) = (woken.join().unwrap(), resumed.join().unwrap());
        assert!(woken != resumed, "one of the two settles: {woken} {resumed}");
    });
}

#[test]
fn row_116_of_a_facilitators_callers_one_settles_and_nobody_else_does_or_is_told_anything_but_the_receipt() {
    in_any_order(|| {
        let log = Arc::new(MemoryReplayLog::new(10));
        let receipt = || crate::receipt::Receipt::new(Amount::from_u64(10_000), "0xaa", crate::receipt::Attested::Chain);
        let callers = (0..2).map(|_| {
            let log = Arc::clone(&log);
            move || {
                let mut request = claim(1);
                request.demand.audience = Audience::Everybody;
                match now(log.claim(&request)) {
                    Ok(Claimed::Fresh(claim)) => {
                        now(log.step(&claim, replay::Step::Settling(Sent::new(b"signed").ok()), at(0))).unwrap();
                        now(log.step(&claim, replay::Step::Settled(receipt()), at(1))).unwrap();
                        true
                    }
                    Ok(Claimed::Pending(_)) => false,
                    Ok(Claimed::Done(told, None)) if told == receipt() => false,
                    other => panic!("{other:?}"),
                }
            }
        });
        assert_eq!(count(callers), 1);
    });
}

#[cfg(not(loom))]
#[test]
fn a_store_that_broke_is_not_believed() {
    let lock = Lock::new(1);
    let broken = std::panic::catch_unwind(core::panic::AssertUnwindSafe(|| lock.with(|_| panic!("in the middle of a step"))));
    assert!(broken.is_err());
    assert_eq!(lock.with(|value| *value), Err(Fault::StoreInconsistent));
}
