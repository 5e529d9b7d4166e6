//! What moves money, what moves it once, and what does not.

use std::thread;

use quittance_core::eip712::permit2::PERMIT2;
use quittance_core::{Address, SecretKey, UnixSeconds, Window};
use serde_json::{Value, json};

use crate::chain::{Chain, fresh, key, nobody, token};
use crate::http::{self, Answer};
use crate::payment::Payment;
use crate::process::Facilitator;

#[track_caller]
fn settled(answer: &Answer) -> String {
    assert_eq!((answer.status, &answer.body["success"]), (200, &json!(true)), "{}", answer.text);
    answer.body["transaction"].as_str().expect("a hash").to_owned()
}

#[track_caller]
fn refused(answer: &Answer, reason: &str) {
    assert_eq!((answer.status, &answer.body["success"]), (200, &json!(false)), "{}", answer.text);
    assert_eq!(answer.body["errorReason"], reason, "{}", answer.text);
}

#[test]
fn a_payment_by_eip3009_is_settled_once_whoever_asks_however_often() {
    let chain = Chain::start(100);
    let facilitator = Facilitator::start(&chain, "once", 9, json!({ "batch": {} }));
    let (payer, payee) = (key(0), nobody());
    let payment = Payment { chain: &chain, payer: &payer, payee, amount: 10_000 };
    let request = payment.eip3009();
    let verdict = facilitator.verify(&request);
    assert_eq!((verdict.status, &verdict.body["isValid"]), (200, &json!(true)), "{}", verdict.text);
    assert_eq!(verdict.body["payer"], payer.address().to_string());
    // eight at the same time, and one more when it is over
    let answers = thread::scope(|scope| {
        let asking = [(); 8].map(|()| scope.spawn(|| facilitator.settle(&request)));
        asking.map(|asking| asking.join().expect("an answer"))
    });
    let hash = settled(&answers[0]);
    assert_eq!(hash.len(), 66);
    for answer in answers.iter().chain([&facilitator.settle(&request)]) {
        assert_eq!(settled(answer), hash);
        assert_eq!(answer.body["payer"], payer.address().to_string());
    }
    assert_eq!(chain.balance(payee), 10_000);
    // the same authorization for other terms is not the same request
    let mut other: Value = serde_json::from_str(&request).expect("JSON");
    other["paymentRequirements"]["maxTimeoutSeconds"] = json!(1_800);
    let answer = facilitator.settle(&other.to_string());
    assert_eq!((answer.status, &answer.body["success"]), (200, &json!(false)), "{}", answer.text);
    assert_eq!(chain.balance(payee), 10_000);
    // many that are different, at the same time
    let requests = (0..20).map(|_| payment.eip3009()).collect::<Vec<_>>();
    thread::scope(|scope| {
        let asking = requests.iter().map(|request| scope.spawn(|| settled(&facilitator.settle(request)))).collect::<Vec<_>>();
        asking.into_iter().for_each(|asking| drop(asking.join().expect("settled")));
    });
    assert_eq!(chain.balance(payee), 210_000);
    let request = payment.version_1();
    assert_eq!(facilitator.verify(&request).body["isValid"], true);
    let answer = facilitator.settle(&request);
    settled(&answer);
    assert_eq!(answer.body["network"], "base-sepolia");
    assert_eq!(chain.balance(payee), 220_000);
}

#[test]
fn rows_161_and_164_and_166_permit2_moves_what_was_permitted_and_no_more() {
    let chain = Chain::start(100);
    let mut facilitator = Facilitator::start(&chain, "permit2", 8, json!({}));
    let (payer, payee) = (key(1), nobody());
    let payment = Payment { chain: &chain, payer: &payer, payee, amount: 10_000 };
    // without an allowance it says so, in a verdict
    chain.send(1, token(), [&[0x09, 0x5e, 0xa7, 0xb3][..], &[0; 12], PERMIT2.as_bytes(), &[0; 32]].concat());
    let verdict = facilitator.verify(&payment.permit2());
    assert_eq!((verdict.status, &verdict.body["invalidReason"]), (200, &json!("permit2_allowance_required")), "{}", verdict.text);
    chain.send(1, token(), [&[0x09, 0x5e, 0xa7, 0xb3][..], &[0; 12], PERMIT2.as_bytes(), &[0xff; 32]].concat());
    let request = payment.permit2();
    let verdict = facilitator.verify(&request);
    assert_eq!((verdict.status, &verdict.body["isValid"]), (200, &json!(true)), "{}", verdict.text);
    let hash = settled(&facilitator.settle(&request));
    assert_eq!(settled(&facilitator.settle(&request)), hash);
    assert_eq!(chain.balance(payee), 10_000);

    let (verify, charges) = payment.upto(key(8).address(), &[10_001, 2_500, 2_500, 2_501]);
    let verdict = facilitator.verify(&verify);
    assert_eq!((verdict.status, &verdict.body["isValid"]), (200, &json!(true)), "{}", verdict.text);
    refused(&facilitator.settle(&charges[0]), "invalid_upto_evm_payload_settlement_exceeds_amount");
    let answer = facilitator.settle(&charges[1]);
    let hash = settled(&answer);
    assert_eq!(answer.body["amount"], "2500");
    assert_eq!(settled(&facilitator.settle(&charges[2])), hash);
    let answer = facilitator.settle(&charges[3]);
    assert_eq!((answer.status, &answer.body["success"]), (200, &json!(false)), "{}", answer.text);
    assert_eq!(chain.balance(payee), 12_500);
    // nothing to charge touches no chain
    let (_, charges) = payment.upto(key(8).address(), &[0]);
    let answer = facilitator.settle(&charges[0]);
    assert_eq!((settled(&answer).as_str(), &answer.body["amount"]), ("", &json!("0")));
    // a permit for another facilitator is not ours to settle
    let (verify, charges) = payment.upto(key(7).address(), &[1]);
    assert_eq!(facilitator.verify(&verify).body["isValid"], false);
    assert_eq!(facilitator.settle(&charges[0]).body["success"], false);
    assert_eq!(chain.balance(payee), 12_500);
    assert!(facilitator.ends_well());
}

#[test]
fn what_is_wrong_moves_nothing_and_is_named() {
    let chain = Chain::start(100);
    let facilitator = Facilitator::start(&chain, "wrong", 7, json!({}));
    let (payer, poor, payee) = (key(2), SecretKey::from_bytes(&fresh()).expect("a key"), nobody());
    let payment = Payment { chain: &chain, payer: &payer, payee, amount: 10_000 };
    let now = chain.time();
    let within = |from: u64, to: u64| payment.eip3009_within(Window::new(UnixSeconds::from_secs(from), UnixSeconds::from_secs(to)));
    let changed = |change: fn(&mut Value)| {
        let mut request: Value = serde_json::from_str(&payment.eip3009()).expect("JSON");
        change(&mut request);
        request.to_string()
    };
    let cases = [
        (within(0, now.saturating_sub(10)), "invalid_exact_evm_payload_authorization_valid_before"),
        (within(now + 3_000, now + 3_600), "invalid_exact_evm_payload_authorization_valid_after"),
        (
            changed(|request| {
                for part in ["/paymentRequirements", "/paymentPayload/accepted"] {
                    request.pointer_mut(part).expect("it is there")["amount"] = json!("9999");
                }
            }),
            "invalid_exact_evm_payload_authorization_value_mismatch",
        ),
        (
            changed(|request| request["paymentPayload"]["payload"]["signature"] = json!(format!("0x{}1b", "11".repeat(64)))),
            "invalid_exact_evm_payload_signature",
        ),
        (Payment { payer: &poor, ..payment }.eip3009(), "insufficient_funds"),
    ];
    for (request, reason) in &cases {
        let verdict = facilitator.verify(request);
        assert_eq!((verdict.status, &verdict.body["isValid"]), (200, &json!(false)), "{}", verdict.text);
        assert_eq!(verdict.body["invalidReason"], *reason, "{}", verdict.text);
        refused(&facilitator.settle(request), reason);
    }
    assert_eq!(chain.balance(payee), 0);
    // a refusal burns nothing: what was short of money is settled once there is some
    chain.mint(6, poor.address(), 10_000);
    settled(&facilitator.settle(&cases[4].0));
    assert_eq!(chain.balance(payee), 10_000);
}

#[test]
fn ten_thousand_requests_of_garbage_ask_no_node() {
    let chain = Chain::start(100);
    let facilitator = Facilitator::start(&chain, "garbage", 6, json!({}));
    let payer = key(3);
    let payment = Payment { chain: &chain, payer: &payer, payee: nobody(), amount: 10_000 };
    let good: Value = serde_json::from_str(&payment.eip3009()).expect("JSON");
    let kinds: [fn(&mut Value, usize); 8] = [
        |request, _| *request = Value::Null,
        |request, number| request["x402Version"] = json!(number + 3),
        |request, number| request["paymentRequirements"]["amount"] = json!(number),
        |request, number| request["paymentRequirements"]["amount"] = json!((number + 10_001).to_string()),
        |request, number| request["paymentRequirements"]["network"] = json!(format!("eip155:{number}")),
        |request, number| {
            request["paymentRequirements"]["payTo"] = json!(Address::from_bytes([(number % 250) as u8 + 1; 20]).to_string())
        },
        |request, number| request["paymentPayload"]["payload"]["authorization"]["validBefore"] = json!(number.to_string()),
        |request, number| request["paymentPayload"]["payload"]["authorization"]["nonce"] = json!(format!("0x{number}")),
    ];
    let before = facilitator.rpc_requests();
    let answered = thread::scope(|scope| {
        let workers = (0..4).map(|worker| {
            let (facilitator, good) = (&facilitator, &good);
            scope.spawn(move || {
                (0..2_500)
                    .filter(|number| {
                        let mut request = good.clone();
                        kinds[number % kinds.len()](&mut request, number * 4 + worker);
                        let path = if number % 2 == 0 { "/verify" } else { "/settle" };
                        let answer = http::ask(&facilitator.url(), "POST", path, &request.to_string()).expect("an answer");
                        assert!(matches!(answer.status, 200 | 400), "{}", answer.text);
                        answer.body["isValid"] == false || answer.body["success"] == false
                    })
                    .count()
            })
        });
        let workers = workers.collect::<Vec<_>>();
        workers.into_iter().map(|worker| worker.join().expect("it ends")).sum::<usize>()
    });
    assert_eq!(answered, 10_000);
    assert_eq!(facilitator.rpc_requests(), before);
    // and what is no garbage is still seen to
    assert_eq!(facilitator.verify(&good.to_string()).body["isValid"], true);
    assert!(facilitator.rpc_requests() > before);
}
