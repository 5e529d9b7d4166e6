//! What goes wrong on the way: between the signature and the answer, at the server, and in between.

use serde_json::json;

use crate::host::{Host, refused};
use crate::world::{Facilitator, Folder, terms, until};

/// All payments that the server got are one.
fn one_payment(folder: &Folder, at_least: usize) {
    let payments = folder.payments();
    assert!(payments.len() >= at_least && payments.iter().all(|payment| *payment == payments[0]), "{payments:?}");
}

#[test]
fn row_184_what_was_signed_before_a_kill_is_sent_again_by_the_same_call() {
    let (facilitator, folder) = (Facilitator::start(), Folder::new("killed"));
    let server = folder.noting(&facilitator.tools());
    folder.hold();
    let mut host = Host::paying_a_cent(&folder, &server);
    host.call(1, "weather", "Oslo");
    until(|| !folder.payments().is_empty());
    host.kill();
    folder.let_go();
    let mut host = Host::paying_a_cent(&folder, &server);
    // another call is another purchase, and the same one is not
    assert_eq!(host.buy(1, "Bergen"), "rain in Bergen, by run 1");
    assert_eq!(host.buy(2, "Oslo"), "rain in Oslo, by run 2");
    let payments = folder.payments();
    assert_eq!((payments.len(), &payments[2]), (3, &payments[0]), "one signature for Oslo");
    assert_eq!((facilitator.sold(), folder.ledger()), (20_000, (20_000, 0)));
    folder.audit();
}

#[test]
fn row_184_what_is_paid_by_the_chain_and_was_never_answered_is_not_paid_again() {
    let (facilitator, folder) = (Facilitator::start(), Folder::new("unheard"));
    let server = folder.noting(&folder.muffled(&facilitator.tools()));
    let mut host = Host::start(&folder, &["--max-amount", "$0.01"], &[("EVM_RPC_URL", facilitator.chain())], &server);
    folder.muffle();
    host.call(1, "weather", "Oslo");
    until(|| facilitator.sold() == 10_000);
    host.cancel(1);
    // as many as make the chain's word evidence
    facilitator.blocks(20);
    folder.unmuffle();
    // whatever is bought opens the wallet, and asks the node what became of what is open
    assert_eq!(host.buy(2, "Bergen"), "rain in Bergen, by run 2");
    assert_eq!(folder.ledger(), (10_000, 10_000));
    assert_eq!(host.buy(3, "Oslo"), "rain in Oslo, by run 1", "what was bought is given again");
    let payments = folder.payments();
    assert_eq!((payments.len(), &payments[2]), (3, &payments[0]), "one signature for Oslo");
    assert_eq!((facilitator.sold(), folder.ledger()), (20_000, (20_000, 0)));
    folder.audit();
}

#[test]
fn row_183_a_call_that_is_cancelled_after_the_signature_is_the_same_purchase_when_it_comes_again() {
    let (facilitator, folder) = (Facilitator::start(), Folder::new("cancelled"));
    let server = folder.noting(&facilitator.tools());
    folder.hold();
    let mut host = Host::paying_a_cent(&folder, &server);
    host.call(1, "weather", "Oslo");
    until(|| !folder.payments().is_empty());
    host.cancel(1);
    // what the server is told names the call that it knows
    let cancelled = || folder.lines().into_iter().find(|line| line["method"] == "notifications/cancelled");
    until(|| cancelled().is_some());
    let lines = folder.lines();
    let paid = lines.iter().find(|line| line["params"]["_meta"]["x402/payment"].is_object()).expect("it was sent");
    assert_eq!(cancelled().expect("it was sent")["params"], json!({"requestId": paid["id"], "reason": "changed its mind"}));
    folder.let_go();
    host.call(2, "time", "Oslo");
    assert_eq!(host.result(2)["content"][0]["text"], "noon");
    assert_eq!(host.buy(3, "Oslo"), "rain in Oslo, by run 1");
    one_payment(&folder, 2);
    assert_eq!((facilitator.sold(), folder.ledger()), (10_000, (10_000, 0)));
    let (_, log) = host.end();
    assert!(log.contains("cancelled weather: a payment was sent"), "{log}");
    folder.audit();
}

#[test]
fn rows_185_and_187_a_server_that_asks_again_gets_no_second_signature() {
    for (name, second) in [("twice", terms("10000")), ("dearer", terms("20000"))] {
        let folder = Folder::new(name);
        let server = folder.stubborn(&terms("10000"), &second);
        let mut host = Host::start(&folder, &["--max-amount", "$0.05"], &[], &server);
        for id in 1..4 {
            host.call(id, "weather", "Oslo");
            let result = host.result(id);
            let (code, sentence) = refused(&result);
            assert_eq!((code.as_str(), &result["structuredContent"]["outcome"]), ("settle_failed", &json!("open")), "{result}");
            assert!(sentence.contains("may have been taken") && sentence.contains("nothing is paid twice"), "{sentence}");
            assert!(!result.to_string().contains("accepts"), "terms are for whoever pays: {result}");
        }
        one_payment(&folder, 3);
        assert_eq!(folder.ledger(), (0, 10_000), "what was signed stays set aside");
        folder.audit();
    }
}

#[test]
fn a_tool_that_fails_is_paid_for_at_most_once_and_what_it_says_is_heard() {
    let (facilitator, folder) = (Facilitator::start(), Folder::new("broken"));
    let server = folder.noting(&facilitator.tools());
    let mut host = Host::paying_a_cent(&folder, &server);
    host.call(1, "broken", "Oslo");
    let result = host.result(1);
    assert_eq!((refused(&result).0.as_str(), &result["structuredContent"]["outcome"]), ("tool_failed", &json!("open")), "{result}");
    assert_eq!(result["content"][1]["text"], "no oracle in Oslo", "{result}");
    // the second time the seller may be at it still
    host.call(2, "broken", "Oslo");
    assert_eq!(host.result(2)["structuredContent"]["outcome"], "open");
    // this seller has the money before the tool runs, and owes the answer to whoever comes with the same payment
    one_payment(&folder, 2);
    assert_eq!((facilitator.sold(), folder.ledger()), (10_000, (0, 10_000)));
    folder.audit();
}

#[test]
fn a_tool_that_fails_and_has_charged_nothing_is_not_run_again() {
    let folder = Folder::new("failed");
    let failed = json!({"isError": true, "content": [{"type": "text", "text": "no oracle"}], "structuredContent": {"why": 1}});
    let mut host = Host::paying_a_cent(&folder, &folder.stubborn(&terms("10000"), &failed));
    for id in 1..3 {
        host.call(id, "weather", "Oslo");
        let result = host.result(id);
        assert_eq!((refused(&result).0.as_str(), &result["content"][1]["text"]), ("tool_failed", &json!("no oracle")), "{result}");
        assert_eq!(folder.payments().len() as u64, id, "once for each call of the host");
    }
    one_payment(&folder, 2);
    folder.audit();
}

#[test]
fn a_server_that_dies_on_a_payment_leaves_a_purchase_open_and_an_answer() {
    let (facilitator, folder) = (Facilitator::start(), Folder::new("dies"));
    let lines = "while IFS= read -r line; do\n\
         printf '%s\\n' \"$line\" >> \"$DIR/lines\"\n\
         case $line in *x402/payment*) exit 3;; *'\"id\":9'*) continue;; esac\n\
         printf '{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":%s}\\n' \"$(cat \"$DIR/first\")\"\n\
         done";
    folder.stubborn(&terms("10000"), &json!({}));
    let mut host = Host::paying_a_cent(&folder, &folder.script("dies.sh", lines));
    host.call(9, "time", "Oslo");
    host.call(1, "weather", "Oslo");
    let result = host.result(1);
    assert_eq!(result["structuredContent"]["outcome"], "open", "{result}");
    refused(&result);
    assert_eq!(host.answer(9)["error"]["code"], -32_001, "what only it could answer");
    let (status, log) = host.end();
    assert_eq!(status.code(), Some(1), "{log}");
    assert!(log.contains("the server has ended"), "{log}");
    assert_eq!((folder.ledger(), facilitator.sold()), ((0, 10_000), 0));
    one_payment(&folder, 1);
}

#[test]
fn a_signal_ends_it_and_what_was_signed_is_sent_again_by_the_next() {
    let (facilitator, folder) = (Facilitator::start(), Folder::new("signal"));
    let server = folder.noting(&facilitator.tools());
    folder.hold();
    let mut host = Host::paying_a_cent(&folder, &server);
    host.call(1, "weather", "Oslo");
    until(|| !folder.payments().is_empty());
    let (status, log) = host.terminate();
    assert!(status.success() && log.contains("cancelled weather: a payment was sent"), "{log}");
    folder.let_go();
    assert_eq!(Host::paying_a_cent(&folder, &server).buy(1, "Oslo"), "rain in Oslo, by run 1");
    one_payment(&folder, 2);
    assert_eq!((facilitator.sold(), folder.ledger()), (10_000, (10_000, 0)));
}

#[test]
fn a_line_that_is_too_long_is_left_out_and_the_next_one_passes() {
    let folder = Folder::new("long");
    let long = 16 << 20;
    // the server says a line as long as one that it hears of, and then that it is there
    let lines = format!("while IFS= read -r line; do head -c {long} /dev/zero | tr '\\0' x; echo; printf '%s\\n' \"$line\"; done");
    let mut host = Host::paying_a_cent(&folder, &folder.script("long.sh", &lines));
    host.write(&vec![b'x'; long]);
    host.write(b"\n");
    let answer: serde_json::Value = serde_json::from_str(&host.line()).expect("JSON");
    assert_eq!((&answer["id"], &answer["error"]["code"]), (&json!(null), &json!(-32_700)));
    host.write(b"{\"id\":1,\"method\":\"ping\"}\n");
    assert_eq!(host.line(), "{\"id\":1,\"method\":\"ping\"}\n");
    let (status, log) = host.end();
    assert!(status.success() && log.contains("a line of the server is longer"), "{log}");
}
