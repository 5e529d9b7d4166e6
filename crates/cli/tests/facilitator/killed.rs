//! A facilitator that is killed at any moment of a settlement, and started again over what it kept.

use std::thread;
use std::time::Duration;

use serde_json::json;

use crate::chain::{Chain, key, nobody};
use crate::http;
use crate::payment::Payment;
use crate::process::Facilitator;

/// Milliseconds after a request was sent. Blocks come every 200, so that the later of these kill it before, in and after the wait for one.
const MOMENTS: [u64; 14] = [0, 2, 4, 7, 11, 16, 25, 40, 70, 120, 180, 230, 300, 450];

#[test]
fn row_150_killed_at_any_moment_it_settles_once() {
    let chain = Chain::start(200);
    let mut facilitator = Facilitator::start(&chain, "killed", 5, json!({}));
    let (payer, payee) = (key(4), nobody());
    let mut on_its_way = 0;
    for (number, moment) in (0_u64..).zip(MOMENTS) {
        let request = Payment { chain: &chain, payer: &payer, payee, amount: 1_000 }.eip3009();
        let (url, sent) = (facilitator.url(), request.clone());
        let asking = thread::spawn(move || http::ask(&url, "POST", "/settle", &sent));
        thread::sleep(Duration::from_millis(moment));
        facilitator.kill();
        let before = asking.join().expect("it ends");
        // what was on its way arrives while nobody is there to see it
        chain.wait_for_blocks(2);
        on_its_way += u64::from(before.is_none() && chain.balance(payee) > 1_000 * number);
        facilitator.begin(&chain);
        // whoever asked and heard nothing asks again with the same bytes
        let answer = loop {
            let answer = facilitator.settle(&request);
            if answer.status == 200 && answer.body["errorReason"] != "settlement_pending" {
                break answer;
            }
            thread::sleep(Duration::from_millis(50));
        };
        assert_eq!(answer.body["success"], true, "killed after {moment} ms: {}", answer.text);
        if let Some(before) = before.filter(|before| before.status == 200) {
            assert_eq!(before.body["transaction"], answer.body["transaction"], "killed after {moment} ms");
        }
    }
    assert_eq!(chain.balance(payee), 1_000 * MOMENTS.len() as u64);
    assert!(on_its_way > 0, "it was never killed in the middle of one");
    // and once more when it is asked to end: what is open is finished first
    let request = Payment { chain: &chain, payer: &payer, payee, amount: 1_000 }.eip3009();
    let url = facilitator.url();
    let asking = thread::spawn(move || http::ask(&url, "POST", "/settle", &request));
    thread::sleep(Duration::from_millis(100));
    assert!(facilitator.ends_well());
    let answer = asking.join().expect("it ends").expect("an answer");
    assert_eq!(answer.body["success"], true, "{}", answer.text);
    assert_eq!(chain.balance(payee), 1_000 * (MOMENTS.len() as u64 + 1));
}
