//! The laws of a replay log, in every place, with the store left and found again between steps.

use quittance_core::{Address, Amount, Fault, PaymentId, Rejection, ReplayKey, UnixSeconds, registry::networks};
use quittance_guard::ReplayLog;
use quittance_guard::receipt::Attested;
use quittance_guard::replay::{
    Answer, Audience, Claim, Claimed, Conflict, Misstep, Quota, Request, Sent, State, Step, StepError, Watched,
};

use crate::place::{Place, everywhere};
use crate::samples::{asset, at, bound, claim, claim_by, fingerprint, key, nonce, receipt};
use crate::whole::together;

async fn fresh(log: &impl ReplayLog, request: &Request) -> Claim {
    match log.claim(request).await {
        Ok(Claimed::Fresh(claim)) => claim,
        other => panic!("{other:?}"),
    }
}

async fn settle(log: &impl ReplayLog, claim: &Claim, transaction: &str) -> Result<(), StepError> {
    log.step(claim, Step::Settling(None), at(1)).await?;
    log.step(claim, Step::Settled(receipt(transaction, Attested::Answer)), at(2)).await.map(|_| ())
}

everywhere! {
    async fn rows_107_110_and_111_a_payment_is_for_one_request(place: &impl Place) {
        let log = place.log(10).await;
        let _held = fresh(&log, &claim(1, "a", 0)).await;
        let log = place.log_again(log).await;
        assert_eq!(log.claim(&claim(1, "b", 1)).await, Ok(Claimed::Taken(Conflict::OtherRequest)));
        assert_eq!(log.claim(&claim(1, "a", 1)).await, Ok(Claimed::Pending(at(60))));
    }

    async fn rows_115_127_and_128_what_was_sold_is_given_again_only_to_who_holds_the_secret(place: &impl Place) {
        let log = place.log(10).await;
        let held = fresh(&log, &bound("a", 7, 0)).await;
        settle(&log, &held, "0xaa").await.unwrap();
        let log = place.log_again(log).await;
        let body = vec![0xa5; 300_000];
        log.step(&held, Step::Grant(Some(Answer::new(&body))), at(3)).await.unwrap();
        let log = place.log_again(log).await;
        let done = Claimed::Done(receipt("0xaa", Attested::Answer), Some(Answer::new(&body)));
        assert_eq!(log.claim(&bound("a", 7, 4)).await, Ok(done));
        let mut observed = bound("a", 7, 5);
        observed.demand.bound = None;
        assert_eq!(log.claim(&observed).await, Ok(Claimed::Taken(Conflict::Spent)));
        observed.demand.bound = bound("a", 8, 5).demand.bound;
        assert_eq!(log.claim(&observed).await, Ok(Claimed::Taken(Conflict::Spent)));
    }

    async fn rows_116_and_117_of_two_hundred_with_one_payment_one_goes_on(place: &impl Place) {
        let log = place.log(10).await;
        let request = claim(1, "a", 0);
        let claims = (0..200).map(|_| log.claim(&request)).collect::<Vec<_>>();
        let (mut won, mut pending) = (0, 0);
        for claimed in together(claims).await {
            match claimed {
                Ok(Claimed::Fresh(_)) => won += 1,
                Ok(Claimed::Pending(_)) => pending += 1,
                other => panic!("{other:?}"),
            }
        }
        assert_eq!((won, pending), (1, 199));
    }

    async fn rows_119_and_120_a_key_is_what_the_chain_spends(place: &impl Place) {
        let log = place.log(10).await;
        let _held = fresh(&log, &claim(1, "a", 0)).await;
        let _other_payer = fresh(&log, &claim_by(2, 1, "a", 0)).await;
        let ReplayKey::Eip3009 { network, token, from, nonce: same } = key(1) else { unreachable!() };
        for (network, token) in [(network, Address::from_bytes([0x71; 20])), (networks::BASE, token)] {
            let Request { payer, asset, amount, keep_until, demand, .. } = claim(1, "a", 0);
            let key = ReplayKey::Eip3009 { network, token, from, nonce: same };
            let _other_token_or_chain = fresh(&log, &Request::new(key, payer, asset, amount, keep_until, demand)).await;
        }
        let owner = Address::from_bytes([1; 20]);
        let permit = |path| {
            let request = claim(1, path, 0);
            let key = ReplayKey::Permit2 { network, owner, nonce: nonce(1) };
            Request::new(key, request.payer, asset(), request.amount, request.keep_until, request.demand)
        };
        let _exact = fresh(&log, &permit("a")).await;
        let log = place.log_again(log).await;
        assert_eq!(log.claim(&permit("b")).await, Ok(Claimed::Taken(Conflict::OtherRequest)), "upto, with the same nonce");
    }

    async fn row_122_a_full_log_refuses_and_forgets_no_live_entry(place: &impl Place) {
        let log = place.log(2).await;
        let first = fresh(&log, &claim(1, "a", 0)).await;
        settle(&log, &first, "0xaa").await.unwrap();
        let second = fresh(&log, &claim(2, "b", 0)).await;
        assert_eq!(log.claim(&claim(3, "c", 1)).await, Err(Fault::StoreFull));
        assert_eq!(log.purge(at(62)).await, Ok(0));
        assert_eq!(log.purge(at(63)).await, Ok(1));
        let _third = fresh(&log, &claim(3, "c", 63)).await;
        assert_eq!(log.step(&second, Step::Settling(None), at(64)).await, Err(Misstep::Unknown.into()));
        let log = place.log_again(log).await;
        assert_eq!(log.claim(&claim(1, "a", 65)).await, Ok(Claimed::Taken(Conflict::Spent)));
    }

    async fn row_123_what_was_sold_is_remembered_past_the_end_and_a_clock_that_goes_back_frees_nothing(place: &impl Place) {
        let log = place.log(10).await;
        let held = fresh(&log, &claim(1, "a", 0)).await;
        settle(&log, &held, "0xaa").await.unwrap();
        assert_eq!(log.purge(at(100_000)).await, Ok(0));
        let log = place.log_again(log).await;
        assert_eq!(log.purge(at(100_001)).await, Ok(1));
        let log = place.log_again(log).await;
        assert_eq!(log.claim(&claim(1, "a", 10)).await, Ok(Claimed::Expired));
    }

    async fn row_125_an_identifier_stands_for_one_payment_of_one_payer(place: &impl Place) {
        let id: PaymentId = "pay_7d5d747be160".parse().unwrap();
        let named = |from, number| {
            let mut request = claim_by(from, number, "a", 0);
            request.demand.payment_id = Some(id.clone());
            request
        };
        let log = place.log(10).await;
        let held = fresh(&log, &named(1, 1)).await;
        let log = place.log_again(log).await;
        assert_eq!(log.claim(&named(1, 2)).await, Ok(Claimed::Taken(Conflict::OtherPayment)));
        let _another_payer = fresh(&log, &named(2, 2)).await;
        assert_eq!(log.step(&held, Step::Release, at(1)).await, Ok(None));
        let log = place.log_again(log).await;
        let _free_again = fresh(&log, &named(1, 2)).await;
    }

    async fn row_137_a_transaction_that_an_answer_names_pays_for_one_payment(place: &impl Place) {
        let log = place.log(10).await;
        let (first, second) = (fresh(&log, &claim(1, "a", 0)).await, fresh(&log, &claim(2, "b", 0)).await);
        settle(&log, &first, "0xaa").await.unwrap();
        let log = place.log_again(log).await;
        assert_eq!(settle(&log, &second, "0xaa").await, Err(Misstep::TransactionReused.into()));
        log.step(&second, Step::Settled(receipt("0xaa", Attested::Chain)), at(2)).await.unwrap();
    }

    async fn rows_138_139_and_142_an_open_outcome_is_gone_on_with_by_one_at_a_time(place: &impl Place) {
        let log = place.log(10).await;
        let first = fresh(&log, &claim(1, "a", 0)).await;
        log.step(&first, Step::Settling(None), at(1)).await.unwrap();
        let log = place.log_again(log).await;
        log.step(&first, Step::Unknown, at(30)).await.unwrap();
        assert_eq!(ReplayLog::open(&log, at(30)).await.unwrap().len(), 1);
        let Ok(Claimed::Resume(second)) = log.claim(&claim(1, "a", 31)).await else { panic!("resumed") };
        assert_eq!(log.resume(&key(1), 60, at(32)).await, Ok(None));
        let late = log.step(&first, Step::Settled(receipt("0xaa", Attested::Answer)), at(33)).await;
        assert_eq!(late, Err(Misstep::Stale.into()));
        let log = place.log_again(log).await;
        assert_eq!(ReplayLog::open(&log, at(91)).await.unwrap(), []);
        assert_eq!(ReplayLog::open(&log, at(92)).await.unwrap().len(), 1);
        let third = log.resume(&key(1), 60, at(92)).await.unwrap().unwrap();
        assert_eq!(log.step(&second, Step::Unknown, at(93)).await, Err(Misstep::Stale.into()));
        log.step(&third, Step::Settled(receipt("0xaa", Attested::Chain)), at(94)).await.unwrap();
        let fourth = fresh(&log, &claim(2, "b", 94)).await;
        log.step(&fourth, Step::Settling(None), at(95)).await.unwrap();
        assert_eq!(log.purge(at(10_000_000)).await, Ok(1));
        let log = place.log_again(log).await;
        assert_eq!(ReplayLog::open(&log, at(0)).await.unwrap().len(), 1, "what is unknown is never forgotten");
    }

    async fn row_149_an_exposure_cap_counts_what_is_under_way(place: &impl Place) {
        let capped = |from, number| {
            let mut request = claim_by(from, number, "a", 0);
            request.demand.exposure = Some(Amount::from_u64(25_000));
            request
        };
        let log = place.log(10).await;
        let first = fresh(&log, &capped(1, 1)).await;
        let _second = fresh(&log, &capped(1, 2)).await;
        let log = place.log_again(log).await;
        assert_eq!(log.claim(&capped(1, 3)).await, Ok(Claimed::Limited(None)));
        settle(&log, &first, "0xaa").await.unwrap();
        let _third = fresh(&log, &capped(1, 3)).await;
        let _another_payer = fresh(&log, &capped(2, 4)).await;
    }

    async fn rows_156_and_157_what_is_paid_is_delivered_once_and_released_never(place: &impl Place) {
        let log = place.log(10).await;
        let first = fresh(&log, &bound("a", 7, 0)).await;
        settle(&log, &first, "0xaa").await.unwrap();
        assert_eq!(log.step(&first, Step::Release, at(3)).await, Err(Misstep::Order.into()));
        let log = place.log_again(log).await;
        let Ok(Claimed::Redeliver(second, paid)) = log.claim(&bound("a", 7, 61)).await else { panic!("redelivered") };
        assert_eq!(paid, receipt("0xaa", Attested::Answer));
        assert_eq!(log.step(&first, Step::Grant(None), at(62)).await, Err(Misstep::Stale.into()));
        log.step(&second, Step::Grant(Some(Answer::new(b"x"))), at(62)).await.unwrap();
        let log = place.log_again(log).await;
        log.step(&second, Step::Grant(Some(Answer::new(b"y"))), at(63)).await.unwrap();
        assert_eq!(log.claim(&bound("a", 7, 64)).await, Ok(Claimed::Done(paid, Some(Answer::new(b"x")))));
    }

    async fn row_156_deliveries_are_counted_and_have_an_end_and_hands_that_deliver_nothing_do_not_count(place: &impl Place) {
        let asked = |deliveries, seconds| {
            let mut request = bound("a", 7, seconds);
            request.demand.deliveries = deliveries;
            request
        };
        let log = place.log(10).await;
        let first = fresh(&log, &asked(3, 0)).await;
        let key = *first.key();
        log.step(&first, Step::Settling(Sent::new(b"payment").ok()), at(1)).await.unwrap();
        log.step(&first, Step::Unknown, at(1)).await.unwrap();
        let log = place.log_again(log).await;
        // a facilitator that is down for minutes
        let mut last = first;
        for minute in 1..=9 {
            last = log.resume(&key, 10, at(60 * minute)).await.unwrap().expect("nobody is at it");
            log.step(&last, Step::Unknown, at(60 * minute + 1)).await.unwrap();
        }
        assert_eq!(last.attempt(), 10);
        let Ok(Claimed::Resume(held)) = log.claim(&asked(3, 600)).await else { panic!("goes on") };
        let sold = Step::Sold(receipt("0xaa", Attested::Answer));
        let entry = log.step(&held, sold.clone(), at(601)).await.unwrap().unwrap();
        assert_eq!((entry.deliveries, entry.granted, entry.state.as_str()), (1, false, "settled"));
        assert_eq!(log.step(&held, sold, at(601)).await.unwrap().unwrap().deliveries, 1, "the same delivery");
        log.step(&held, Step::Owe, at(602)).await.unwrap();
        for delivery in 2..=3 {
            let log = &log;
            let Ok(Claimed::Redeliver(held, _)) = log.claim(&asked(3, 600 + 100 * delivery)).await else { panic!("delivered again") };
            let entry = log.step(&held, Step::Owe, at(601 + 100 * delivery)).await.unwrap().unwrap();
            assert_eq!(u64::from(entry.deliveries), delivery);
        }
        let log = place.log_again(log).await;
        for seconds in [1_000, 1_001] {
            let over = log.claim(&asked(3, seconds)).await;
            assert_eq!(over, Ok(Claimed::Undelivered(receipt("0xaa", Attested::Answer))), "and it stays where it is");
        }
        let mut observed = asked(3, 1_002);
        observed.demand.bound = None;
        assert_eq!(log.claim(&observed).await, Ok(Claimed::Taken(Conflict::Spent)), "nobody else is told");
        assert!(matches!(log.claim(&asked(4, 1_003)).await, Ok(Claimed::Redeliver(..))), "somebody has mended what was broken");
    }

    async fn row_116_a_facilitator_gives_the_same_receipt_to_whoever_asks_for_the_same(place: &impl Place) {
        let asked = |path, seconds| {
            let mut request = claim(1, path, seconds);
            request.demand.audience = Audience::Everybody;
            request
        };
        let log = place.log(10).await;
        let held = fresh(&log, &asked("a", 0)).await;
        assert_eq!(log.claim(&asked("a", 1)).await, Ok(Claimed::Pending(at(60))));
        settle(&log, &held, "0xaa").await.unwrap();
        let log = place.log_again(log).await;
        for seconds in [3, 61, 10_000] {
            assert_eq!(log.claim(&asked("a", seconds)).await, Ok(Claimed::Done(receipt("0xaa", Attested::Answer), None)));
            assert_eq!(log.claim(&asked("b", seconds)).await, Ok(Claimed::Taken(Conflict::OtherRequest)));
        }
    }

    async fn rows_150_and_153_what_is_sent_is_found_again_until_it_is_known_what_became_of_it(place: &impl Place) {
        let (log, end) = (place.log(10).await, UnixSeconds::from_secs(u64::MAX));
        let sent = |byte| Some(Sent::new(&vec![byte; Sent::MAX]).unwrap());
        let held = fresh(&log, &claim(1, "a", 0)).await;
        log.step(&held, Step::Settling(sent(1)), at(1)).await.unwrap();
        log.step(&held, Step::Settling(sent(2)), at(2)).await.unwrap();
        let log = place.log_again(log).await;
        assert_eq!(ReplayLog::open(&log, at(60)).await.unwrap(), []);
        let found = ReplayLog::open(&log, end).await.unwrap();
        assert_eq!(found.iter().map(|entry| (entry.key, entry.sent.clone())).collect::<Vec<_>>(), [(key(1), sent(2))]);
        let resumed = log.resume(&key(1), 60, at(61)).await.unwrap().unwrap();
        assert_eq!(log.step(&held, Step::Settling(sent(3)), at(62)).await, Err(Misstep::Stale.into()));
        let log = place.log_again(log).await;
        assert_eq!(log.find(&key(1)).await.unwrap().map(|entry| (entry.key, entry.sent)), Some((key(1), sent(2))));
        assert_eq!(log.find(&key(2)).await.unwrap(), None);
        assert_eq!(log.step(&resumed, Step::Settling(None), at(62)).await.unwrap().unwrap().sent, sent(2));
        log.step(&resumed, Step::Unknown, at(63)).await.unwrap();
        let log = place.log_again(log).await;
        assert_eq!(ReplayLog::open(&log, at(63)).await.unwrap()[0].sent, sent(2));
        let settled = log.step(&resumed, Step::Settled(receipt("0xaa", Attested::Chain)), at(64)).await.unwrap().unwrap();
        assert_eq!(settled.sent, None);
        let log = place.log_again(log).await;
        assert_eq!(ReplayLog::open(&log, end).await.unwrap(), []);
        assert_eq!(log.step(&resumed, Step::Vanished, at(65)).await.unwrap().unwrap().sent, None, "it is gone from the disk too");
    }

    async fn row_147_what_is_watched_keeps_what_was_sent_until_it_is_taken_back_or_the_time_is_over(place: &impl Place) {
        let log = place.log(10).await;
        let sent = |byte| Some(Sent::new(&[byte; 300]).unwrap());
        for nonce in [1u8, 2] {
            let held = fresh(&log, &claim(u64::from(nonce), "a", 0)).await;
            log.step(&held, Step::Settling(sent(nonce)), at(1)).await.unwrap();
            let hash = format!("0x{nonce}");
            log.step(&held, Step::Watched(receipt(&hash, Attested::Chain), at(100)), at(2)).await.unwrap();
        }
        let log = place.log_again(log).await;
        let watched = |nonce: u64| Watched { key: key(nonce), transaction: format!("0x{nonce}").into(), until: at(100) };
        let mut both = vec![watched(1), watched(2)];
        both.sort();
        assert_eq!(log.watched(at(100), 100).await.unwrap(), both);
        assert_eq!(log.reopen(&key(1), "0x2", 60, at(50)).await.unwrap(), None);
        let again = log.reopen(&key(1), "0x1", 60, at(50)).await.unwrap().unwrap();
        assert_eq!(log.reopen(&key(1), "0x1", 60, at(50)).await.unwrap(), None, "by one");
        let log = place.log_again(log).await;
        let found = log.find(&key(1)).await.unwrap().unwrap();
        assert_eq!((found.sent, found.taken_back.as_deref(), found.state), (sent(1), Some("0x1"), State::Settling { lease: at(110) }));
        assert_eq!(log.watched(at(50), 100).await.unwrap(), [watched(2)]);
        // what is lost is kept; what nobody looks after any more is kept without what was sent
        log.step(&again, Step::Failed(Rejection::Eip3009ValidBefore), at(60)).await.unwrap();
        assert_eq!(log.purge(at(101)).await, Ok(0));
        let log = place.log_again(log).await;
        assert_eq!((log.watched(at(101), 100).await.unwrap(), log.find(&key(2)).await.unwrap().unwrap().sent), (vec![], None));
        assert_eq!(log.purge(at(1_000_000_000)).await, Ok(1));
        let log = place.log_again(log).await;
        let lost = log.find(&key(1)).await.unwrap().unwrap();
        assert_eq!((lost.state, lost.taken_back.as_deref()), (State::Failed(Rejection::Eip3009ValidBefore), Some("0x1")));
        assert_eq!(log.find(&key(2)).await.unwrap(), None);
    }

    async fn row_138_who_is_still_at_it_says_so_and_nobody_takes_it_over(place: &impl Place) {
        let log = place.log(10).await;
        let held = fresh(&log, &claim(1, "a", 0)).await;
        log.step(&held, Step::Hold(at(90)), at(50)).await.unwrap();
        let log = place.log_again(log).await;
        assert_eq!((log.purge(at(61)).await, log.claim(&claim(1, "a", 61)).await), (Ok(0), Ok(Claimed::Pending(at(90)))));
        let sent = Some(Sent::new(b"fee 1").unwrap());
        log.step(&held, Step::Settling(sent.clone()), at(70)).await.unwrap();
        log.step(&held, Step::Hold(at(150)), at(80)).await.unwrap();
        // for less long than before is no less long
        log.step(&held, Step::Hold(at(100)), at(81)).await.unwrap();
        let log = place.log_again(log).await;
        for seconds in [91, 150] {
            assert_eq!(ReplayLog::open(&log, at(seconds)).await.unwrap(), []);
            assert_eq!(log.resume(&key(1), 60, at(seconds)).await, Ok(None));
            assert_eq!(log.claim(&claim(1, "a", seconds)).await, Ok(Claimed::Pending(at(150))));
        }
        let open = ReplayLog::open(&log, at(151)).await.unwrap();
        assert_eq!(open.iter().map(|entry| (entry.key, entry.attempt, entry.sent.clone())).collect::<Vec<_>>(), [(key(1), 1, sent)]);
        let second = log.resume(&key(1), 60, at(151)).await.unwrap().unwrap();
        assert_eq!(log.step(&held, Step::Hold(at(1_000)), at(152)).await, Err(Misstep::Stale.into()));
        let log = place.log_again(log).await;
        assert_eq!(log.claim(&claim(1, "a", 152)).await, Ok(Claimed::Pending(at(211))));
        log.step(&second, Step::Settled(receipt("0xaa", Attested::Chain)), at(153)).await.unwrap();
        assert_eq!(log.step(&second, Step::Hold(at(1_000)), at(154)).await, Err(Misstep::Order.into()));
    }

    async fn a_refusal_that_may_pass_later_frees_the_payment_and_another_stands(place: &impl Place) {
        let log = place.log(1_000).await;
        for (number, rejection) in (1..).zip(Rejection::ALL.iter().copied()) {
            let held = fresh(&log, &claim(number, "a", 0)).await;
            log.step(&held, Step::Settling(None), at(1)).await.unwrap();
            log.step(&held, Step::Failed(rejection), at(2)).await.unwrap();
        }
        let log = place.log_again(log).await;
        for (number, rejection) in (1..).zip(Rejection::ALL.iter().copied()) {
            match log.claim(&claim(number, "a", 3)).await {
                Ok(Claimed::Failed(kept)) => assert_eq!(kept, rejection),
                Ok(Claimed::Fresh(_)) => assert_eq!(rejection.retry(), quittance_core::rejection::Retry::SameBytesLater),
                other => panic!("{other:?}"),
            }
        }
    }

    async fn the_hundred_and_first_payment_of_an_hour_waits(place: &impl Place) {
        let limited = |number: u64, seconds| {
            let mut request = claim(number, "a", seconds);
            request.demand.quota = Some(Quota::new(100, 3_600));
            request
        };
        let log = place.log(1_000).await;
        for number in 0..100 {
            let _held = fresh(&log, &limited(number, number)).await;
        }
        let log = place.log_again(log).await;
        let Ok(Claimed::Limited(Some(from))) = log.claim(&limited(100, 200)).await else { panic!("limited") };
        assert!(at(3_600) < from && from <= at(3_720), "{from}");
        // the clock goes back, and the quota is as full as before
        assert!(matches!(log.claim(&limited(100, 0)).await, Ok(Claimed::Limited(Some(_)))));
        let mut elsewhere = limited(101, 200);
        elsewhere.demand.fingerprint = fingerprint("b");
        assert!(matches!(log.claim(&elsewhere).await, Ok(Claimed::Limited(_))));
        let mut later = limited(100, 0);
        later.demand.now = from;
        let _free = fresh(&log, &later).await;
        // what was given back counts no longer, what was purged does
        let log = place.log_again(log).await;
        log.purge(at(50_000)).await.unwrap();
        let held = fresh(&log, &limited(200, 50_000)).await;
        log.step(&held, Step::Release, at(50_000)).await.unwrap();
        for number in 300..400 {
            let _held = fresh(&log, &limited(number, 50_000)).await;
        }
        assert!(matches!(log.claim(&limited(400, 50_000)).await, Ok(Claimed::Limited(_))));
    }

    async fn more_is_purged_than_goes_into_one_transaction(place: &impl Place) {
        let log = place.log(10_000).await;
        let requests = (0..1_203).map(|number| claim(number, "a", 0)).collect::<Vec<_>>();
        for claimed in together(requests.iter().map(|request| log.claim(request)).collect()).await {
            assert!(matches!(claimed, Ok(Claimed::Fresh(_))));
        }
        assert_eq!(log.purge(at(60)).await, Ok(0));
        assert_eq!(log.purge(at(61)).await, Ok(1_203));
        assert_eq!(log.purge(at(61)).await, Ok(0));
    }
}
