//! Whole logs: written, read again, and everything that can be done to them.

use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use proptest::prelude::*;
use quittance_core::wire::PaymentRequirements;
use quittance_core::{Amount, Fault, Network, Rejection, Resource, Terms, UnixSeconds};

use super::*;
use crate::budget::{Limit, Meter};
use crate::label::{PurchaseId, RequestId, SessionId, TaskId};
use crate::output::{Delivery, Demands, Field};
use crate::receipt::{Attested, Receipt};

const NOW: u64 = 1_740_672_100;

fn now() -> Times {
    Times::local(UnixSeconds::from_secs(NOW)).with_chain(UnixSeconds::from_secs(NOW - 2))
}

fn log_id() -> LogId {
    LogId::from_bytes([0x1a; 16])
}

fn offer_on(network: &str, asset: &str, pay_to: &str) -> Offer {
    let requirements = format!(
        r#"{{"scheme":"exact","network":"{network}","amount":"10000","asset":"{asset}","payTo":"{pay_to}","maxTimeoutSeconds":60}}"#
    );
    let envelope = quittance_core::header::Envelope::from_json(requirements.as_bytes(), &quittance_core::Limits::BODY).unwrap();
    Offer::of(&Terms::parse(PaymentRequirements::try_from(envelope).unwrap()).unwrap())
}

fn offer() -> Offer {
    let usdc = "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913";
    offer_on("eip155:8453", usdc, "0x209693Bc6afc0C5328bA36FaF03C514EF312287C")
}

fn word(text: &str) -> Word {
    Word::parse(text).unwrap()
}

fn attempt(bytes: &[u8]) -> Attempt {
    Attempt::new(offer(), SaltedHash::new(&LogSalt::from_bytes([9; 32]), bytes))
}

fn transaction(digit: char) -> Transaction {
    Transaction::parse(Network::eip155(8453), &format!("0x{}", String::from(digit).repeat(64))).unwrap()
}

fn begun(request: &str) -> Event {
    Event::requested(Side::Buyer, &RequestId::parse(request).unwrap(), word("paid_report"), Method::Get)
}

fn settlement(digit: char) -> Settlement {
    Settlement::new(Amount::from_u64(10_000), transaction(digit), Attested::Chain).in_block(27_000_000)
}

/// A whole trip of a buyer, in which every member occurs.
fn trip(request: &str, digit: char) -> Vec<Event> {
    let attempt = attempt(request.as_bytes());
    let body = br#"{"generated_at":"2025-02-27T16:01:29Z","sources":["https://example.com/a"]}"#;
    let demands = Demands::new().json().source_links(Field::parse("sources").unwrap(), 1);
    let demands = demands.freshness(Field::parse("generated_at").unwrap(), 5, 0);
    let output = demands.check(&Delivery::new(200, body, UnixSeconds::from_secs(NOW))).summary();
    let limit = Limit::new(Meter::Task, Amount::from_u64(50_000));
    let requested = begun(request)
        .with_origin(Origin::of(&Resource::parse("https://api.example.com/v1/report/42?customer=anna").unwrap()))
        .with_purchase(&PurchaseId::parse(request).unwrap())
        .with_task(&TaskId::parse("research_report_42").unwrap())
        .with_session(&SessionId::parse("s1").unwrap())
        .with_wallet_role(word("agent-limited-spend"));
    let quoted = requested.clone().quoted(offer());
    let intent = quoted.clone().intent(word("price_below_task_budget"), Decision::Allow);
    let intent = intent.with_budget(Budget::new(limit, Amount::from_u64(20_000), Amount::from_u64(30_000)));
    let signed = intent.clone().signed(&attempt);
    let sent = signed.clone().sent(&attempt);
    let unknown = sent.clone().with_facilitator_result(FacilitatorResult::Fault(Fault::FacilitatorTimeout)).unknown(&attempt);
    let settled = unknown.clone().with_facilitator_result(FacilitatorResult::Settled).settled(&attempt, settlement(digit));
    let answered = settled.clone().with_service_version(Escaped::of("2.3.1")).with_output(output).answered();
    Vec::from([requested, quoted, intent, signed, sent, unknown, settled, answered])
}

fn written(events: &[Event]) -> (String, Chain) {
    let mut log = String::new();
    let mut chain = Chain::begin(log_id(), StoreGeneration::NEW, now(), |entry| keep(&mut log, entry)).unwrap();
    for event in events {
        let _ = chain.append(event, now(), |entry| keep(&mut log, entry)).unwrap();
    }
    (log, chain)
}

fn keep(log: &mut String, entry: &Entry) -> Result<(), ()> {
    log.push_str(entry.line());
    Ok(())
}

fn example() -> (String, Anchor) {
    let (log, chain) = written(&trip("req_0902", 'a'));
    (log, chain.anchor())
}

fn lines(log: &str) -> Vec<&str> {
    log.split_inclusive('\n').collect()
}

fn records(log: &str) -> Vec<Record> {
    let (mut verifier, mut records) = (Verifier::new(None), Vec::new());
    verifier.feed(log.as_bytes(), |record| records.push(record.clone())).unwrap();
    verifier.finish().unwrap();
    records
}

/// The number of the first bad entry and what is wrong, or nothing for a log that holds.
fn check(log: &str, anchor: Option<&Anchor>, expected: Result<(), (u64, Why)>) {
    let found = verify_log(log.as_bytes(), anchor).map(|_| ()).map_err(|broken| (broken.seq, broken.why));
    assert_eq!(found, expected, "{log}");
}

#[test]
fn row_226_an_event_is_one_line_of_decimal_strings_with_both_times() {
    let (log, _) = example();
    let last = *lines(&log).last().unwrap();
    let event = last.strip_prefix("{\"event\":").and_then(|rest| rest.split_once(",\"hash\":")).unwrap().0;
    assert_eq!(
        event,
        concat!(
            r#"{"amount":"10000","asset":"0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913","#,
            r#""budget":{"after":"30000","before":"20000","limit":"50000","meter":"task"},"facilitator_result":"settled","method":"GET","#,
            r#""network":"eip155:8453","next_action":"allow_until_0.05","origin":"https://api.example.com","#,
            r#""output_validation":"json_pass source_links_pass freshness_fail","payee":"0x209693Bc6afc0C5328bA36FaF03C514EF312287C","#,
            r#""policy_decision":"allow","policy_rule":"price_below_task_budget","purchase":"req_0902","request_id":"req_0902","#,
            r#""resource_category":"paid_report","retry_decision":"no_retry_without_human_review","service_version":"2.3.1","#,
            r#""session":"s1","settlement":{"amount":"10000","attested":"chain","block":"27000000","#,
            r#""transaction":"0xaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"},"side":"buyer","#,
            r#""signature_stored":false,"signed_retry":"sha256:SIGNED","spend_limit":"task_budget_0.05_usdc","stage":"answered","#,
            r#""task":"research_report_42","terms_hash":"TERMS","time":{"chain":"1740672098","local":"1740672100"},"#,
            r#""wallet_role":"agent-limited-spend"}"#,
        )
        .replace("sha256:SIGNED", &attempt(b"req_0902").signed_retry().to_string())
        .replace("TERMS", &offer().terms_hash().to_string())
    );
    for (seq, line) in lines(&log).into_iter().enumerate() {
        assert!(line.ends_with(&format!(",\"seq\":\"{seq}\",\"v\":1}}\n")), "{line}");
    }
}

#[test]
fn a_written_line_reads_as_the_event_that_was_written() {
    let events = trip("req_0902", 'a');
    let (log, _) = written(&events);
    let read: Vec<_> = records(&log).iter().filter_map(|record| record.event().cloned()).collect();
    assert!(read == events);
    assert!(records(&log).iter().all(|record| record.times() == now()));
}

#[test]
fn every_member_at_its_longest_fits_into_a_line() {
    let long = "x-".repeat(64);
    let text = "\u{10ffff}".repeat(64);
    let offer = offer_on("hedera:mainnet", &"y-".repeat(32), &"z-".repeat(32));
    let network = offer.network();
    let attempt = Attempt::new(offer, SaltedHash::new(&LogSalt::from_bytes([9; 32]), b""));
    let word = || word(&"w-".repeat(31));
    let limit = Limit::new(Meter::Session, Amount::MAX);
    let event = Event::requested(Side::Facilitator, &RequestId::parse(&long).unwrap(), word(), Method::ToolsCall)
        .with_origin(Origin::of(&Resource::parse(&format!("https://{}.example", "o.".repeat(55) + "o")).unwrap()))
        .with_purchase(&PurchaseId::parse(&long).unwrap())
        .with_task(&TaskId::parse(&long).unwrap())
        .with_session(&SessionId::parse(&long).unwrap())
        .with_wallet_role(word())
        .with_facilitator_result(FacilitatorResult::Refused(Rejection::ALL[0]))
        .with_service_version(Escaped::of(&text))
        .with_budget(Budget::new(limit, Amount::MAX, Amount::ZERO))
        .refused(Refusal::Replayed)
        .intent(word(), Decision::Approved)
        .settled(&attempt, Settlement::new(Amount::MAX, Transaction::parse(network, &text).unwrap(), Attested::Answer));
    let (log, chain) = written(core::slice::from_ref(&event));
    check(&log, Some(&chain.anchor()), Ok(()));
    assert!(records(&log)[1].event() == Some(&event));
    assert!(log.len() < MAX_LINE);
}

#[test]
fn row_222_an_edit_is_found_at_its_entry() {
    let (log, anchor) = example();
    check(&log, Some(&anchor), Ok(()));
    check(&log.replacen("price_below", "price_above", 1), None, Err((3, Why::Hash)));
    check(&log.replacen("\"local\":\"1740672100\"", "\"local\":\"1740672101\"", 1), None, Err((0, Why::Hash)));
    check(&log.replacen("\"v\":1", "\"v\":2", 1), None, Err((0, Why::Version)));
    check(&log.replacen(",\"v\":1", ", \"v\":1", 1), None, Err((0, Why::Canonical)));
    check(&log.replacen("{\"event\"", "{\"a\":0,\"event\"", 1), None, Err((0, Why::Shape)));
    check(&log.replacen('{', "{{", 1), None, Err((0, Why::Json)));
    check("{\"v\":1}\n", None, Err((0, Why::Shape)));
    check("[]\n", None, Err((0, Why::Shape)));
    check(&format!("{}\n", " ".repeat(MAX_LINE + 1)), None, Err((0, Why::TooLong)));
    check(&" ".repeat(MAX_LINE + 1), None, Err((0, Why::TooLong)));
    check("", None, Err((0, Why::Empty)));
    check("\n", None, Err((0, Why::Json)));
}

#[test]
fn row_222_lines_that_are_removed_moved_or_put_in_are_found_where_they_are() {
    let (log, anchor) = example();
    let lines = lines(&log);
    let with = |change: &dyn Fn(&mut Vec<&str>)| {
        let mut changed = lines.clone();
        change(&mut changed);
        changed.concat()
    };
    check(&with(&|lines| _ = lines.remove(3)), None, Err((3, Why::Gap)));
    check(&with(&|lines| _ = lines.remove(0)), None, Err((0, Why::Gap)));
    check(&with(&|lines| lines.swap(3, 4)), None, Err((3, Why::Gap)));
    check(&with(&|lines| lines.insert(4, lines[3])), None, Err((4, Why::Repeated)));
    check(&with(&|lines| lines.reverse()), None, Err((0, Why::Gap)));
    check(&with(&|lines| lines.truncate(5)), None, Ok(()));
    check(&with(&|lines| lines.truncate(5)), Some(&anchor), Err((5, Why::Cut)));
    check("", Some(&anchor), Err((0, Why::Empty)));
}

/// Somebody who can write the log mends every hash after the edit; only what is kept elsewhere shows it.
#[test]
fn row_222_a_rewritten_log_is_found_by_its_anchor() {
    let mut events = trip("req_0902", 'a');
    let (log, chain) = written(&events);
    events[6] = events[6].clone().settled(&attempt(b"req_0902"), settlement('b'));
    let (rewritten, _) = written(&events);
    check(&rewritten, None, Ok(()));
    check(&rewritten, Some(&chain.anchor()), Err((8, Why::Anchor)));
    let mended = format!("{}{}", lines(&rewritten)[..8].concat(), lines(&log)[8]);
    check(&mended, Some(&chain.anchor()), Err((8, Why::Prev)));
}

#[test]
fn row_223_two_writers_are_found_and_the_second_is_named() {
    let (log, _) = written(&trip("req_0902", 'a')[..2]);
    let verified = verify_log(log.as_bytes(), None).unwrap();
    let mut both = log.clone();
    let generation = StoreGeneration::Confirmed(1);
    let mut first = Chain::resume(&verified, generation, now(), |entry| keep(&mut both, entry)).unwrap();
    let second = Chain::resume(&verified, generation, now(), |entry| keep(&mut both, entry)).unwrap();
    check(&both, None, Err((4, Why::Repeated)));
    // the second writer's entry in place of the first one's
    let mut forked = log;
    let _ = first.append(&begun("r1"), now(), |entry| keep(&mut both, entry)).unwrap();
    forked.push_str(lines(&both)[3]);
    let mut other =
        Chain::resume(&verify_log(forked.as_bytes(), None).unwrap(), StoreGeneration::Confirmed(2), now(), |_| Ok::<_, ()>(()));
    let _ = other.as_mut().unwrap().append(&begun("r2"), now(), |entry| keep(&mut forked, entry)).unwrap();
    check(&forked, None, Err((4, Why::Gap)));
    assert_eq!(second.anchor(), first_anchor(&both));
}

fn first_anchor(log: &str) -> Anchor {
    verify_log(lines(log)[..4].concat().as_bytes(), None).unwrap().head().anchor()
}

#[test]
fn row_223_an_entry_that_does_not_follow_is_a_fork() {
    let (left, _) = written(&[begun("left"), begun("end")]);
    let (right, _) = written(&[begun("right"), begun("end")]);
    check(&[lines(&left)[0], lines(&left)[1], lines(&right)[2]].concat(), None, Err((2, Why::Prev)));
}

#[test]
fn row_222_lines_of_another_log_are_foreign() {
    let (ours, _) = example();
    let mut theirs = String::new();
    let mut chain =
        Chain::begin(LogId::from_bytes([2; 16]), StoreGeneration::NEW, now(), |entry| keep(&mut theirs, entry)).unwrap();
    let _ = chain.append(&begun("r1"), now(), |entry| keep(&mut theirs, entry)).unwrap();
    check(&[lines(&ours)[0], lines(&theirs)[1]].concat(), None, Err((1, Why::Foreign)));
}

#[test]
fn row_151_a_torn_last_line_is_cut_off_and_the_rest_is_valid() {
    let (log, anchor) = example();
    let last = log.len() - lines(&log).last().unwrap().len();
    for cut in (last..log.len()).step_by(17).chain([log.len() - 1]) {
        let verified = verify_log(&log.as_bytes()[..cut], None).unwrap();
        let (valid, torn) = (u64::try_from(last).unwrap(), u64::try_from(cut - last).unwrap());
        assert_eq!((verified.valid_bytes(), verified.torn_bytes()), (valid, torn));
        assert_eq!(verified.head().anchor().seq(), 7);
        check(&log[..cut], Some(&anchor), Err((8, Why::Cut)));
    }
    let zeros = format!("{log}{}", "\0".repeat(4096));
    assert_eq!(verify_log(zeros.as_bytes(), Some(&anchor)).unwrap().torn_bytes(), 4096);
    // not torn but corrupt: the line ends, and is none
    check(&format!("{log}{}\n", &log[..30]), Some(&anchor), Err((9, Why::Json)));
}

#[test]
fn row_152_log_and_store_of_different_moments_do_not_go_together() {
    let (log, _) = example();
    let resume = |log: &str, store| {
        let mut longer = String::from(log);
        Chain::resume(&verify_log(log.as_bytes(), None).unwrap(), store, now(), |entry| keep(&mut longer, entry)).map(|_| longer)
    };
    let second = resume(&log, StoreGeneration::Confirmed(1)).unwrap();
    let third = resume(&second, StoreGeneration::Confirmed(2)).unwrap();
    assert_eq!(verify_log(third.as_bytes(), None).unwrap().head().generation(), 3);
    // a crash between writing the log and confirming the store, or before writing the log
    assert!(resume(&third, StoreGeneration::Opening(3)).is_ok());
    assert!(resume(&third, StoreGeneration::Opening(4)).is_ok());
    for (log, store) in [
        (&third, StoreGeneration::Confirmed(2)),
        (&third, StoreGeneration::Confirmed(4)),
        (&third, StoreGeneration::Opening(2)),
        (&third, StoreGeneration::Opening(5)),
        (&log, StoreGeneration::Confirmed(3)),
        (&log, StoreGeneration::NEW),
    ] {
        assert_eq!(resume(log, store).unwrap_err(), Fault::StoreInconsistent, "{store:?}");
    }
    let begin = |store| Chain::begin(log_id(), store, now(), |_| Ok::<_, ()>(())).map(|_| ());
    assert_eq!(begin(StoreGeneration::Opening(1)), Ok(()));
    assert_eq!(begin(StoreGeneration::Confirmed(1)), Err(Fault::StoreInconsistent));
    assert_eq!(begin(StoreGeneration::Opening(2)), Err(Fault::StoreInconsistent));
    let older = Entry::new(log_id(), 1, &records_hash(&third), &write::opened(2, now()));
    check(&format!("{}{}", lines(&third)[0], older.line()), None, Err((1, Why::Prev)));
}

fn records_hash(log: &str) -> [u8; 32] {
    verify_log(log.as_bytes(), None).unwrap().head().anchor().hash
}

#[test]
fn row_152_a_generation_never_goes_back_within_a_log() {
    let first = Entry::new(log_id(), 0, &[0; 32], &write::opened(2, now()));
    let second = Entry::new(log_id(), 1, &first.hash, &write::opened(1, now()));
    check(&[first.line(), second.line()].concat(), None, Err((1, Why::Generation)));
    let orphan = Entry::new(log_id(), 0, &[0; 32], &write::event(&begun("r1"), now()));
    check(orphan.line(), None, Err((0, Why::Generation)));
}

#[test]
fn row_224_what_cannot_be_written_is_not_recorded_and_stops_the_chain() {
    let (mut log, mut chain) = written(&[]);
    let before = chain.head();
    let failed = chain.append(&begun("r1"), now(), |_| Err("disk full"));
    assert_eq!(failed.unwrap_err(), Fault::AuditUnavailable);
    assert_eq!((chain.head(), chain.has_stopped()), (before, true));
    // the disk has room again, but whether the line is there is not known
    let again = chain.append(&begun("r1"), now(), |entry| keep(&mut log, entry));
    assert_eq!(again.unwrap_err(), Fault::AuditUnavailable);
    let verified = verify_log(log.as_bytes(), None).unwrap();
    let mut chain = Chain::resume(&verified, StoreGeneration::Confirmed(1), now(), |entry| keep(&mut log, entry)).unwrap();
    let recorded = chain.append(&begun("r1"), now(), |entry| keep(&mut log, entry)).unwrap();
    assert_eq!((recorded.anchor().seq(), recorded.anchor()), (2, chain.anchor()));
    check(&log, Some(&chain.anchor()), Ok(()));
    assert!(Chain::begin(log_id(), StoreGeneration::NEW, now(), |_| Err(())).is_err());
    assert!(Chain::resume(&verify_log(log.as_bytes(), None).unwrap(), StoreGeneration::Confirmed(2), now(), |_| Err(())).is_err());
}

#[test]
fn row_224_a_record_stands_for_one_stage_of_one_attempt() {
    let (mut log, mut chain) = written(&[]);
    let (one, other) = (attempt(b"one"), attempt(b"other"));
    let recorded = chain.append(&begun("r1").sent(&one), now(), |entry| keep(&mut log, entry)).unwrap();
    assert!(recorded.covers(Stage::Sent, &one));
    assert!(!recorded.covers(Stage::Sent, &other) && !recorded.covers(Stage::Settling, &one));
    assert_eq!((recorded.stage(), recorded.request().as_str()), (Stage::Sent, "r1"));
}

/// A future that is polled once and dropped: the write may have happened.
#[test]
fn row_224_a_write_that_was_given_up_stops_the_chain() {
    use core::future::{Future as _, pending, ready};
    use core::task::{Context, Poll, Waker};

    let (_, mut chain) = written(&[]);
    let event = begun("r1");
    let mut context = Context::from_waker(Waker::noop());
    let mut finished = alloc::boxed::Box::pin(chain.append_async(&event, now(), async |_: &Entry| ready(Ok::<_, ()>(())).await));
    assert!(matches!(finished.as_mut().poll(&mut context), Poll::Ready(Ok(_))));
    drop(finished);
    assert!(!chain.has_stopped());
    let mut given_up =
        alloc::boxed::Box::pin(chain.append_async(&event, now(), async |_: &Entry| pending::<Result<(), ()>>().await));
    assert!(given_up.as_mut().poll(&mut context).is_pending());
    drop(given_up);
    assert!(chain.has_stopped());
    assert_eq!(chain.append(&event, now(), |_| Ok::<_, ()>(())).unwrap_err(), Fault::AuditUnavailable);
}

#[test]
fn an_event_whose_parts_do_not_belong_together_is_not_written() {
    let (mut log, mut chain) = written(&[]);
    let before = log.clone();
    let elsewhere = Transaction::parse(Network::parse("hedera:mainnet").unwrap(), "0.0.1-2").unwrap();
    let event = begun("r1").settled(&attempt(b""), Settlement::new(Amount::from_u64(1), elsewhere, Attested::Chain));
    assert_eq!(chain.append(&event, now(), |entry| keep(&mut log, entry)).unwrap_err(), Fault::AuditUnavailable);
    assert_eq!((log, chain.has_stopped()), (before, false));
}

#[test]
fn an_event_that_is_never_written_is_not_read() {
    let head = Entry::new(log_id(), 0, &[0; 32], &write::opened(1, now()));
    let good = write::event(&trip("r1", 'a')[6], now());
    let judge = |event: &str| {
        let value = quittance_core::json::parse(event.as_bytes(), &quittance_core::Limits::BODY).unwrap();
        let entry = Entry::new(log_id(), 1, &head.hash, &quittance_core::json::canonical(&value));
        verify_log([head.line(), entry.line()].concat().as_bytes(), None).map(|_| ()).map_err(|broken| broken.why)
    };
    assert_eq!(judge(&good), Ok(()));
    for (from, to) in [
        ("\"side\":\"buyer\"", "\"side\":\"thief\""),
        ("\"side\":\"buyer\",", ""),
        ("\"stage\":\"settled\"", "\"stage\":\"opened\""),
        ("\"stage\":\"settled\"", "\"stage\":\"refused\""),
        ("\"amount\":\"10000\"", "\"amount\":10000"),
        ("\"amount\":\"10000\"", "\"amount\":\"010000\""),
        ("\"signature_stored\":false", "\"signature_stored\":true"),
        ("\"signature_stored\":false,", ""),
        ("\"task_budget_0.05_usdc\"", "\"task_budget_5000_usdc\""),
        ("\"allow_until_0.05\"", "\"allow_until_5000\""),
        ("\"policy_rule\":\"price_below_task_budget\",", ""),
        ("\"next_action\":\"allow_until_0.05\",", ""),
        ("https://api.example.com", "https://api.example.com/report"),
        ("\"paid_report\"", "\"paid report\""),
        ("\"facilitator_result\":\"settled\"", "\"facilitator_reason\":\"x\",\"facilitator_result\":\"settled\""),
        ("\"block\":\"27000000\",", "\"block\":\"27000000\",\"key\":\"1\","),
        ("\"chain\":\"1740672098\",", "\"chain\":1740672098,"),
        ("{\"amount\"", "{\"a_note\":\"hello\",\"amount\""),
        (",\"transaction\":\"0x", ",\"transaction\":\"0X"),
    ] {
        assert!(good.contains(from), "{from}");
        assert_eq!(judge(&good.replacen(from, to, 1)), Err(Why::Event), "{from} {to}");
    }
    let free = write::event(&begun("r1").settled(&attempt(b""), Settlement::nothing_charged(Attested::Answer)), now());
    assert_eq!(judge(&free), Ok(()));
    let missing = free.replacen("{\"amount\":\"0\"", "{\"amount\":\"1\"", 1);
    assert_ne!(missing, free);
    assert_eq!(judge(&missing), Err(Why::Event));
}

#[test]
fn a_log_is_read_in_pieces_of_any_size() {
    let (log, anchor) = example();
    for size in [1, 7, 100, 5_000] {
        let mut verifier = Verifier::new(Some(anchor));
        let mut seen = 0;
        for piece in log.as_bytes().chunks(size) {
            verifier
                .feed(piece, |record| {
                    assert_eq!(record.seq(), seen);
                    seen += 1;
                })
                .unwrap();
        }
        assert_eq!((verifier.finish().unwrap().head().anchor(), seen), (anchor, 9));
    }
    let mut verifier = Verifier::new(None);
    let broken = verifier.feed(b"{}\n", |_| ()).unwrap_err();
    assert_eq!(verifier.feed(log.as_bytes(), |_| ()), Err(broken));
    assert_eq!(verifier.finish(), Err(broken));
    assert_eq!((broken.line(), broken.to_string().as_str()), (1, "line 1: the line has not the members of an entry"));
}

#[test]
fn evidence_ends_the_waiting_and_a_failed_check_stays() {
    let attempt = attempt(b"x");
    let unknown = begun("r1").unknown(&attempt);
    assert_eq!(unknown.retry_decision(), Some(RetryDecision::Reconcile));
    let passed = Demands::new().status(200).check(&Delivery::new(200, b"", UnixSeconds::from_secs(0))).summary();
    let failed = Demands::new().status(200).check(&Delivery::new(500, b"", UnixSeconds::from_secs(0))).summary();
    // row 203: an answer that is fine is no evidence that the payment is
    assert_eq!(unknown.clone().with_output(passed).answered().retry_decision(), Some(RetryDecision::Reconcile));
    let settled = unknown.settled(&attempt, settlement('a'));
    assert_eq!(settled.retry_decision(), Some(RetryDecision::NotNeeded));
    let answered = settled.with_output(failed).answered();
    assert_eq!(answered.retry_decision(), Some(RetryDecision::HumanReview));
    assert_eq!(answered.settled(&attempt, settlement('a')).retry_decision(), Some(RetryDecision::HumanReview));
}

fn reconciled(events: &[Event]) -> (Reconciliation, Vec<(Problem, Option<u64>)>) {
    let (log, _) = written(events);
    let mut reconciliation = Reconciliation::new();
    records(&log).iter().for_each(|record| reconciliation.take(record));
    let findings = reconciliation.findings().into_iter().map(|finding| (finding.problem, finding.seq)).collect();
    (reconciliation, findings)
}

fn transfer(digit: char, amount: u64) -> Transfer {
    Transfer::new(offer().network(), offer().asset().as_str(), transaction(digit), Amount::from_u64(amount)).unwrap()
}

#[test]
fn row_136_a_receipt_without_a_transaction_is_no_evidence() {
    let of = |charged, text: &str| {
        Settlement::of(Network::eip155(8453), &Receipt::new(Amount::from_u64(charged), text, Attested::Answer))
    };
    let hash = format!("0x{}", "aA".repeat(32));
    let expected = Settlement::new(Amount::from_u64(7), transaction('a'), Attested::Answer);
    assert_eq!((of(7, &hash), of(0, "")), (Some(expected), Some(Settlement::nothing_charged(Attested::Answer))));
    for no_transaction in ["", "0x", "0x12", &hash[2..], &format!("{hash}00"), "pending"] {
        assert_eq!(of(7, no_transaction), None, "{no_transaction}");
    }
}

#[test]
fn row_225_every_attempt_has_exactly_one_end_and_the_sums_agree() {
    let (books, findings) = reconciled(&[trip("r1", 'a'), trip("r2", 'b')].concat());
    assert_eq!(findings, []);
    let settled = books.settled(Side::Buyer).unwrap();
    assert_eq!(settled.into_iter().collect::<Vec<_>>(), [((offer().network(), offer().asset().clone()), Amount::from_u64(20_000))]);
    assert!(books.settled(Side::Seller).unwrap().is_empty());
    assert_eq!(books.against(Side::Buyer, &[transfer('b', 10_000), transfer('a', 10_000)]), []);
    let problems =
        |transfers: &[Transfer]| books.against(Side::Buyer, transfers).iter().map(|found| found.problem).collect::<Vec<_>>();
    assert_eq!(problems(&[transfer('a', 10_000)]), [Problem::NoTransfer]);
    assert_eq!(problems(&[transfer('a', 10_000), transfer('b', 9_999)]), [Problem::AmountDiffers]);
    let three = [transfer('a', 10_000), transfer('b', 10_000), transfer('b', 10_000)];
    assert_eq!(problems(&three), [Problem::NoRecord]);
    // equal sums are not enough
    assert_eq!(
        problems(&[transfer('a', 20_000), transfer('c', 0)]),
        [Problem::AmountDiffers, Problem::NoTransfer, Problem::NoRecord]
    );
}

#[test]
fn row_225_what_is_open_doubled_or_missing_is_named() {
    let (one, two) = (attempt(b"one"), attempt(b"two"));
    let bought = || begun("r1").with_purchase(&PurchaseId::parse("p1").unwrap());
    let check = |events: &[Event], expected: &[(Problem, Option<u64>)]| assert_eq!(reconciled(events).1, expected);
    check(&[begun("r1").signed(&one)], &[(Problem::Open, Some(1))]);
    check(&[begun("r1").settling(&one), begun("r1").unknown(&one)], &[(Problem::Open, Some(1))]);
    check(&[begun("r1").signed(&one), begun("r1").released(&one)], &[]);
    check(&[begun("r1").settled(&one, settlement('a'))], &[(Problem::Missing, Some(1))]);
    let settled = [begun("r1").sent(&one), begun("r1").settled(&one, settlement('a'))];
    check(&[&settled[..], &[begun("r1").settled(&one, settlement('a'))]].concat(), &[(Problem::Doubled, Some(3))]);
    check(&[&settled[..], &[begun("r1").released(&one)]].concat(), &[(Problem::Doubled, Some(3))]);
    // sending the same bytes again is the same attempt, and the answer is not another end
    check(&[&settled[..], &[begun("r1").sent(&one), settled[1].clone().answered()]].concat(), &[]);
    let other = [begun("r2").sent(&two), begun("r2").settled(&two, settlement('a'))];
    check(&[&settled[..], &other].concat(), &[(Problem::SharedTransaction, Some(4))]);
    let twice = [
        bought().sent(&one),
        bought().settled(&one, settlement('a')),
        bought().sent(&two),
        bought().settled(&two, settlement('b')),
    ];
    check(&twice, &[(Problem::PaidTwice, Some(4))]);
    // row 147
    check(&[&settled[..], &[begun("r1").reopened(&one)]].concat(), &[(Problem::Open, Some(2))]);
    check(&[&settled[..], &[begun("r1").reopened(&one), begun("r1").settled(&one, settlement('b'))]].concat(), &[]);
    check(&[begun("r1").reopened(&one)], &[(Problem::Missing, Some(1))]);
    // the two sides of one trip are two attempts' records
    let seller = |event: Event| Event { side: Side::Seller, ..event };
    check(&[&settled[..], &settled.clone().map(seller)].concat(), &[(Problem::SharedTransaction, Some(4))]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn row_222_any_byte_that_changes_is_found_at_its_line(at: prop::sample::Index, flip in 1_u8..=255) {
        let (log, anchor) = example();
        let at = at.index(log.len());
        let mut bytes = log.clone().into_bytes();
        bytes[at] ^= flip;
        let expected = u64::try_from(log[..at].matches('\n').count()).unwrap();
        let broken = verify_log(&bytes, Some(&anchor)).unwrap_err();
        prop_assert_eq!((broken.seq, broken.line()), (expected, expected + 1), "{:?}", broken.why);
    }

    #[test]
    fn row_222_any_line_removed_copied_or_swapped_is_found_there(at: prop::sample::Index, to: prop::sample::Index) {
        let (log, anchor) = example();
        let lines = lines(&log);
        let (at, to) = (at.index(lines.len()), to.index(lines.len()));
        let found = |lines: &[&str]| verify_log(lines.concat().as_bytes(), Some(&anchor)).map_err(|broken| broken.seq).map(|_| ());
        let number = |at: usize| u64::try_from(at).unwrap();

        let mut removed = lines.clone();
        removed.remove(at);
        prop_assert_eq!(found(&removed), Err(number(at)));

        let mut copied = lines.clone();
        copied.insert(to, lines[at]);
        // a copy right before its original takes its place, and the original is the one too many
        prop_assert_eq!(found(&copied), Err(number(if to == at { at + 1 } else { to })));

        let mut swapped = lines.clone();
        swapped.swap(at, to);
        prop_assert_eq!(found(&swapped), if at == to { Ok(()) } else { Err(number(at.min(to))) });
    }

    #[test]
    fn row_221_what_strangers_say_never_breaks_a_line(version in any::<String>(), method in any::<String>(), id in any::<String>()) {
        let network = Network::parse("hedera:mainnet").unwrap();
        let transaction = Transaction::parse(network, &id).unwrap();
        let attempt = Attempt::new(offer_on("hedera:mainnet", "0.0.1", "merchant"), SaltedHash::new(&LogSalt::from_bytes([9; 32]), b""));
        let event = Event::requested(Side::Seller, &RequestId::parse("r1").unwrap(), word("c"), Method::of(&method))
            .with_service_version(Escaped::of(&version))
            .settled(&attempt, Settlement::new(Amount::from_u64(1), transaction, Attested::Answer));
        let (log, chain) = written(core::slice::from_ref(&event));
        prop_assert_eq!(log.matches('\n').count(), 2);
        prop_assert!(log.bytes().all(|byte| byte == b'\n' || byte == b' ' || byte.is_ascii_graphic()));
        prop_assert!(verify_log(log.as_bytes(), Some(&chain.anchor())).is_ok());
        prop_assert!(records(&log)[1].event() == Some(&event));
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(verify_log(&bytes, None).is_err());
    }
}

/// A key, a signature, a header, a query, a prompt and an address, through everything that takes text.
#[test]
fn row_220_sentinels_leave_no_trace() {
    let signature = format!("0x{}", "5e".repeat(65));
    let sentinels = [
        "4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318",
        &signature,
        "eyJ4NDAyVmVyc2lvbiI6Miwic2lnbmF0dXJlIjoiMHhkZWFkYmVlZiJ9",
        "?customer=anna&token=c0ffee",
        "Summarize the medical file of Anna Example",
        "anna.example@example.com",
    ];
    for sentinel in sentinels {
        let mut traces = Vec::new();
        let mut trace = |text: String| traces.push(text);
        let request = RequestId::parse(sentinel);
        trace(format!("{:?}", request.as_ref().map(Name::from)));
        trace(format!("{:?} {:?}", Word::parse(sentinel), Escaped::of(sentinel)));
        trace(format!("{:?}", LogId::parse(sentinel)));
        trace(format!("{:?}", Anchor::parse(sentinel)));
        trace(format!("{:?}", Method::of(sentinel)));
        let salt = LogSalt::from_bytes(*sentinel.as_bytes().first_chunk().unwrap_or(&[7; 32]));
        let hash = SaltedHash::new(&salt, sentinel.as_bytes());
        trace(format!("{salt:?} {hash:?} {hash}"));
        let network = Network::eip155(8453);
        trace(format!("{:?}", Transaction::parse(network, sentinel)));
        let hedera = Network::parse("hedera:mainnet").unwrap();
        let elsewhere = Transaction::parse(hedera, sentinel).unwrap();
        trace(format!("{elsewhere:?}"));
        trace(format!("{:?}", Transfer::new(hedera, sentinel, elsewhere.clone(), Amount::ZERO)));
        let resource = Resource::parse(&format!("https://example.com/{}", sentinel.replace(' ', "%20"))).unwrap();
        // what has a space is no account of any network
        let account = if sentinel.contains(' ') { "merchant" } else { sentinel };
        let strange = offer_on("hedera:mainnet", account, account);
        trace(format!("{strange:?}"));
        let attempt = Attempt::new(strange, hash);
        let id = |text: &str| RequestId::parse(text).unwrap_or_else(|_| RequestId::parse("r1").unwrap());
        let purchase = PurchaseId::parse(sentinel).unwrap_or_else(|_| PurchaseId::parse("p1").unwrap());
        let task = TaskId::parse(sentinel).unwrap_or_else(|_| TaskId::parse("t1").unwrap());
        let session = SessionId::parse(sentinel).unwrap_or_else(|_| SessionId::parse("s1").unwrap());
        let event = Event::requested(Side::Buyer, &id(sentinel), word("paid_report"), Method::of(sentinel))
            .with_origin(Origin::of(&resource))
            .with_purchase(&purchase)
            .with_task(&task)
            .with_session(&session)
            .with_service_version(Escaped::of(sentinel))
            .settled(&attempt, Settlement::new(Amount::from_u64(1), elsewhere, Attested::Answer));
        let (log, chain) = written(core::slice::from_ref(&event));
        trace(format!("{event:?} {chain:?} {:?}", records(&log)));
        let (mut other, mut chain) = written(&[]);
        trace(format!("{:?}", chain.append(&event, now(), |_| Err(String::from(sentinel)))));
        other.push_str(sentinel);
        other.push('\n');
        let broken = verify_log(other.as_bytes(), None).unwrap_err();
        trace(format!("{broken} {broken:?}"));
        trace(log);
        let panic = std::panic::catch_unwind(|| Word::parse(sentinel).map(|_| ()).expect("a word")).unwrap_err();
        trace(panic.downcast_ref::<String>().cloned().unwrap_or_default());
        for text in traces {
            for part in [sentinel, "anna", "Anna", "medical", "c0ffee"] {
                assert!(!text.contains(part), "{part} in {text}");
            }
        }
    }
}
