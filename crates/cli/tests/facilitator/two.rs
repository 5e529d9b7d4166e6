//! Two facilitators behind one address: a process and a signer each, and one PostgreSQL between them.
//!
//! The token itself would let no authorization move money twice. What the log has to keep the two from is that both send: so that the
//! transactions of both are counted, and not only what arrived.

use std::collections::BTreeSet;
use std::thread;
use std::time::Duration;

use quittance_core::{Address, SecretKey};

use crate::chain::{Chain, key, nobody};
use crate::cluster::Cluster;
use crate::http::{self, Answer};
use crate::payment::Payment;
use crate::process::Facilitator;

/// Milliseconds from a block to the next.
const BLOCK_TIME: u64 = 1_000;
const AMOUNT: u64 = 1_000;
/// Signers, by their numbers among the well-known accounts.
const SIGNERS: [usize; 2] = [5, 6];

/// A request to settle, and who is paid if it is.
struct Asked {
    request: String,
    payee: Address,
}

fn payments(chain: &Chain, payer: &SecretKey, count: usize) -> Vec<Asked> {
    let one = || {
        let payee = nobody();
        Asked { request: Payment { chain, payer, payee, amount: AMOUNT }.eip3009(), payee }
    };
    (0..count).map(|_| one()).collect()
}

/// The transaction of an answer that says that it is settled; none where the question is to be asked again.
#[track_caller]
fn settled(answer: &Answer) -> Option<String> {
    let pending = answer.status == 200 && answer.body["errorReason"] == "settlement_pending";
    if pending || answer.status >= 500 {
        return None;
    }
    assert!(answer.status == 200 && answer.body["success"] == true, "{}", answer.text);
    Some(answer.body["transaction"].as_str().expect("a hash").to_owned())
}

/// Asks until it is known.
fn ask(url: &str, request: &str) -> String {
    loop {
        let answer = http::ask(url, "POST", "/settle", request).expect("an answer");
        if let Some(transaction) = settled(&answer) {
            return transaction;
        }
        thread::sleep(Duration::from_millis(50));
    }
}

/// Asks for each payment at each of the addresses, twice, all at once; each is the first to be asked in its turn.
fn ask_everywhere(urls: &[String], asked: &[Asked]) -> Vec<BTreeSet<String>> {
    thread::scope(|scope| {
        let asking = asked.iter().enumerate().map(|(number, one)| {
            let turn = urls.iter().cycle().skip(number).take(2 * urls.len());
            turn.map(|url| scope.spawn(move || ask(url, &one.request))).collect::<Vec<_>>()
        });
        let asking = asking.collect::<Vec<_>>();
        asking.into_iter().map(|all| all.into_iter().map(|one| one.join().expect("it is settled")).collect()).collect()
    })
}

/// The one transaction of each payment.
#[track_caller]
fn one_each(answers: Vec<BTreeSet<String>>) -> Vec<String> {
    let one = |all: BTreeSet<String>| {
        assert_eq!(all.len(), 1, "one payment, one receipt: {all:?}");
        all.into_iter().next().expect("there is one")
    };
    answers.into_iter().map(one).collect()
}

#[test]
fn rows_116_and_150_two_facilitators_on_one_log_settle_each_payment_once() {
    let cluster = Cluster::start();
    cluster.sql("postgres", "CREATE DATABASE facilitators");
    let store = format!("postgres://postgres@127.0.0.1:{}/facilitators", cluster.port);
    let chain = Chain::sandbox(BLOCK_TIME);
    let [mut mortal, survivor] = SIGNERS.map(|signer| Facilitator::start_on(&store, &chain, &format!("two-{signer}"), signer));
    let signers = SIGNERS.map(|signer| key(signer).address());
    let payer = key(4);
    let urls = [mortal.url(), survivor.url()];

    // one for each to begin with, then eighteen for both
    let mut first = payments(&chain, &payer, 2);
    let mut receipts = urls.iter().zip(&first).map(|(url, one)| ask(url, &one.request)).collect::<Vec<_>>();
    assert_eq!(
        receipts.iter().map(|receipt| chain.sender(receipt)).collect::<Vec<_>>(),
        signers,
        "each settles with its own signer"
    );
    let contested = payments(&chain, &payer, 18);
    receipts.extend(one_each(ask_everywhere(&urls, &contested)));
    first.extend(contested);
    assert_eq!(receipts.iter().collect::<BTreeSet<_>>().len(), first.len(), "each has a transaction of its own");
    let sent = signers.iter().map(|signer| chain.transactions(*signer)).collect::<Vec<_>>();
    assert!(sent.iter().all(|(mined, pending)| mined == pending), "nothing is left over: {sent:?}");
    assert_eq!(sent.iter().map(|(mined, _)| mined).sum::<u64>(), first.len() as u64, "none was sent twice");

    // ten more, of which half are asked for at both, and half only at the one that dies in the middle of them
    let second = payments(&chain, &payer, 10);
    let told = thread::scope(|scope| {
        let [here, there] = [(&urls[0], 1), (&urls[1], 2)].map(|(url, step)| {
            let once = |one| scope.spawn(move || http::ask(url, "POST", "/settle", one));
            second.iter().step_by(step).map(|one| once(&one.request)).collect::<Vec<_>>()
        });
        // what waits for a block was kept and sent, and nobody was told of it
        while chain.transactions(signers[0]).1 == sent[0].0 {
            thread::sleep(Duration::from_millis(1));
        }
        mortal.kill();
        for answer in there {
            settled(&answer.join().expect("it ends").expect("the survivor answers"));
        }
        here.into_iter().map(|answer| settled(&answer.join().expect("it ends")?)).collect::<Vec<_>>()
    });
    let receipts_of_second = one_each(ask_everywhere(&urls[1..], &second));
    let finished = told.iter().zip(&receipts_of_second).filter(|(told, receipt)| match told {
        Some(told) => {
            assert_eq!(told, *receipt, "what the dead one said stands");
            false
        }
        None => chain.sender(receipt) == signers[0],
    });
    assert!(finished.count() > 0, "it was never killed in the middle of one");

    // the one that died comes back, and both tell the same of all of them
    mortal.begin(&chain);
    let (asked, known) = (first.into_iter().chain(second), receipts.into_iter().chain(receipts_of_second));
    let (asked, known) = (asked.collect::<Vec<_>>(), known.collect::<Vec<_>>());
    assert_eq!(one_each(ask_everywhere(&[mortal.url(), survivor.url()], &asked)), known);
    for (one, receipt) in asked.iter().zip(&known) {
        assert_eq!(chain.balance(one.payee), AMOUNT, "{receipt}");
    }
}

#[test]
fn a_facilitator_whose_log_is_gone_is_alive_and_not_ready() {
    let cluster = Cluster::start();
    cluster.sql("postgres", "CREATE DATABASE facilitators");
    let store = format!("postgres://postgres@127.0.0.1:{}/facilitators", cluster.port);
    let chain = Chain::sandbox(BLOCK_TIME);
    let facilitator = Facilitator::start_on(&store, &chain, "alone", SIGNERS[0]);
    let health = |answer: Answer| (answer.status, answer.body["live"] == true, answer.body["ready"] == true);
    assert_eq!(health(facilitator.get("/health")), (200, true, true));
    let until = |status: u16| {
        // it finds out when it looks for what is open
        while facilitator.get("/health").status != status {
            thread::sleep(Duration::from_millis(200));
        }
        health(facilitator.get("/health"))
    };
    cluster.stop();
    assert_eq!(until(503), (503, true, false));
    cluster.begin();
    assert_eq!(until(200), (200, true, true));
}
