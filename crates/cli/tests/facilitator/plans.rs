//! Payments that need something done before the money can move: a wallet made, an allowance handed over, gas paid for.

use std::thread;
use std::time::Duration;

use quittance_core::SecretKey;
use serde_json::{Value, json};

use crate::chain::{Chain, fresh, key, nobody, token};
use crate::http;
use crate::payment::{Payment, Wallet, approval, factory};
use crate::process::Facilitator;

const AMOUNT: u64 = 10_000;
/// What an approval offers for its gas: enough on any chain of the tests.
const OFFERED: u128 = 20_000_000_000;
/// Milliseconds after a request was sent. Blocks come every 200, and a payment that brings an approval takes three of them.
const MOMENTS: [u64; 10] = [5, 20, 60, 150, 230, 300, 380, 450, 550, 700];

fn somebody() -> SecretKey {
    SecretKey::from_bytes(&fresh()).expect("a key")
}

#[track_caller]
fn settled(facilitator: &Facilitator, request: &str) -> String {
    let verdict = facilitator.verify(request);
    assert_eq!((verdict.status, &verdict.body["isValid"]), (200, &json!(true)), "{}", verdict.text);
    let answer = facilitator.settle(request);
    assert_eq!((answer.status, &answer.body["success"]), (200, &json!(true)), "{}", answer.text);
    answer.body["transaction"].as_str().expect("a hash").into()
}

#[track_caller]
fn refused(facilitator: &Facilitator, request: &str, reason: &str) {
    for (answer, member) in [(facilitator.verify(request), "invalidReason"), (facilitator.settle(request), "errorReason")] {
        assert_eq!(answer.body[member], reason, "{}", answer.text);
    }
}

#[test]
fn rows_97_and_99_a_wallet_is_made_by_its_factory_and_pays() {
    let chain = Chain::start(100);
    let facilitator =
        Facilitator::start(&chain, "wallets", 2, json!({ "factories": [factory().to_string()], "fee_limit": limit() }));
    let before = chain.transactions(key(2).address()).0;
    let (owner, payee) = (somebody(), nobody());
    let wallet = Wallet::of(&chain, &owner);
    chain.mint(4, wallet.address, 3 * AMOUNT);
    let payment = Payment { chain: &chain, payer: &owner, payee, amount: AMOUNT };
    settled(&facilitator, &payment.of_wallet(&wallet));
    assert!(chain.has_code(wallet.address));
    // one transaction made it and paid, and the next payment of the same wallet is like any other
    assert_eq!(chain.transactions(key(2).address()).0, before + 1);
    settled(&facilitator, &payment.of_wallet(&wallet));
    assert_eq!(chain.balance(payee), 2 * AMOUNT);
    // somebody else makes the wallet at the same time
    let other = somebody();
    let wallet = Wallet::of(&chain, &other);
    chain.mint(4, wallet.address, AMOUNT);
    let request = Payment { payer: &other, ..payment }.of_wallet(&wallet);
    thread::scope(|scope| {
        let settling = scope.spawn(|| settled(&facilitator, &request));
        chain.send(4, wallet.deployment.target, wallet.deployment.data.clone());
        settling.join().expect("settled");
    });
    assert_eq!(chain.balance(payee), 3 * AMOUNT);
    // where the call that pays is the signer's own to make, the wallet is made before
    let third = somebody();
    let wallet = Wallet::of(&chain, &third);
    chain.mint(4, wallet.address, AMOUNT);
    let request = Payment { payer: &third, ..payment }.upto_of_wallet(&wallet, key(2).address());
    refused(&facilitator, &request, "permit2_allowance_required");
    assert!(!chain.has_code(wallet.address), "nothing is made for nothing");
    // a factory that is not listed makes nothing
    let strict = Facilitator::start(&chain, "no-wallets", 4, json!({}));
    refused(&strict, &Payment { payer: &third, ..payment }.of_wallet(&wallet), "eip6492_factory_not_allowed");
    assert!(!chain.has_code(wallet.address));
}

/// What a facilitator is told of allowances that are brought along.
fn sponsoring() -> Value {
    json!({
        "sponsoring": ["eip2612GasSponsoring", "erc20ApprovalGasSponsoring"], "funding_gwei": 2_000_000,
        "fee_limit": limit(),
    })
}

/// More than anything here costs.
fn limit() -> Value {
    json!({ "per_mille": 1_000_000, "prices": { token().to_string(): "1000000" } })
}

#[test]
fn rows_150_and_166_an_allowance_that_is_brought_along_is_given_once_however_often_it_is_killed() {
    let chain = Chain::start(200);
    let mut facilitator = Facilitator::start(&chain, "sponsoring", 3, sponsoring());
    let (signer, payee) = (key(3).address(), nobody());
    let supported = facilitator.get("/supported").body;
    assert_eq!(supported["extensions"], json!(["eip2612GasSponsoring", "erc20ApprovalGasSponsoring"]));
    let before = chain.transactions(signer).0;
    let new = || {
        let payer = somebody();
        chain.mint(0, payer.address(), AMOUNT);
        payer
    };
    // by a permit, in the transaction that pays
    let payer = new();
    let payment = Payment { chain: &chain, payer: &payer, payee, amount: AMOUNT };
    refused(&facilitator, &payment.permit2(), "permit2_allowance_required");
    settled(&facilitator, &payment.with_permit());
    assert_eq!((chain.balance(payee), chain.transactions(signer).0), (AMOUNT, before + 1));
    // by the payer's own transaction, for which it is given what it lacks
    let payer = new();
    settled(&facilitator, &Payment { payer: &payer, ..payment }.with_approval(&approval(&chain, &payer, OFFERED)));
    assert_eq!((chain.balance(payee), chain.transactions(signer).0), (2 * AMOUNT, before + 3));
    assert_eq!(chain.transactions(payer.address()).0, 1);
    // more than it is given
    let payer = new();
    let dear = Payment { payer: &payer, ..payment }.with_approval(&approval(&chain, &payer, 10 * OFFERED));
    refused(&facilitator, &dear, "erc20_approval_insufficient_eth_for_gas");
    // whenever it is killed
    for moment in MOMENTS {
        let payer = new();
        let request = Payment { payer: &payer, ..payment }.with_approval(&approval(&chain, &payer, OFFERED));
        let (url, sent) = (facilitator.url(), request.clone());
        let asking = thread::spawn(move || http::ask(&url, "POST", "/settle", &sent));
        thread::sleep(Duration::from_millis(moment));
        facilitator.kill();
        drop(asking.join().expect("it ends"));
        facilitator.begin(&chain);
        let answer = loop {
            let answer = facilitator.settle(&request);
            if answer.status == 200 && answer.body["errorReason"] != "settlement_pending" {
                break answer;
            }
            thread::sleep(Duration::from_millis(50));
        };
        assert_eq!(answer.body["success"], true, "killed after {moment} ms: {}", answer.text);
    }
    let settlements = 2 + MOMENTS.len() as u64;
    assert_eq!(chain.balance(payee), settlements * AMOUNT);
    // one for each payment, and one for what each payer was given
    let expected = before + 1 + 2 * (settlements - 1);
    assert_eq!(chain.transactions(signer), (expected, expected));
}
