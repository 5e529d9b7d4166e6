//! What is bought, what is not, and what only passes.

use std::fs;
use std::fs::File;

use serde_json::{Value, json};

use crate::host::{Host, refused};
use crate::world::{Facilitator, Folder, key, until};

#[test]
fn a_tool_is_paid_for_once_for_each_call_and_what_is_free_stays_as_it_is() {
    let (facilitator, folder) = (Facilitator::start(), Folder::new("once"));
    let server = folder.noting(&facilitator.tools());
    let mut host = Host::paying_a_cent(&folder, &server);
    host.say(&json!({"id": 0, "jsonrpc": "2.0", "method": "initialize", "params": {"protocolVersion": "2025-06-18"}}));
    assert_eq!(host.result(0)["protocolVersion"], "2025-06-18");
    host.say(&json!({"id": 1, "jsonrpc": "2.0", "method": "tools/list"}));
    assert_eq!(host.result(1)["tools"].as_array().map(Vec::len), Some(3));
    host.call(2, "time", "Oslo");
    assert_eq!(host.result(2)["content"][0]["text"], "noon");
    assert!(!folder.wallet().exists(), "nothing was bought, so no wallet was begun");

    assert_eq!(host.buy(3, "Oslo"), "rain in Oslo, by run 1");
    assert_eq!(host.buy(4, "Oslo"), "rain in Oslo, by run 2", "a call that had its answer is another purchase");
    assert_eq!((facilitator.sold(), folder.ledger()), (20_000, (20_000, 0)));

    // what the host says beside the arguments goes along, and its ids stay its own
    let paid = folder.lines().into_iter().filter(|line| line["params"]["_meta"]["x402/payment"].is_object()).collect::<Vec<_>>();
    assert_eq!(paid.len(), 2);
    for (line, id) in paid.iter().zip([3, 4]) {
        assert_eq!(
            (&line["params"]["_meta"]["progressToken"], &line["params"]["_meta"]["trace"]),
            (&json!(id), &json!("of the host"))
        );
        assert!(line["id"].as_str().is_some_and(|name| name.starts_with("quittance-")), "{line}");
    }
    // a payment of the host's own passes; it was used, and that is between the two
    let mut own = paid[1].clone();
    own["id"] = json!(5);
    host.say(&own);
    assert_eq!(host.result(5)["_meta"]["x402/payment-response"]["success"], true, "what was bought is given again");
    assert_eq!(facilitator.sold(), 20_000);

    // row 220: the server does not see the key, and nobody the signatures
    let signatures = folder.payments().iter().map(|payment| payment["payload"]["signature"].to_string()).collect::<Vec<_>>();
    let (status, log) = host.end();
    assert!(status.success(), "{log}");
    assert_eq!(
        log.matches("paid weather: 0.01 USDC on eip155:84532 to 0x209693Bc6afc0C5328bA36FaF03C514EF312287C").count(),
        2,
        "{log}"
    );
    assert!(!fs::read_to_string(folder.0.join("env")).expect("noted").contains("EVM_PRIVATE_KEY"));
    for file in fs::read_dir(folder.wallet()).expect("a folder") {
        let text = String::from_utf8_lossy(&fs::read(file.expect("a file").path()).expect("it can be read")).into_owned();
        assert!(!text.contains(key().trim_start_matches("0x")));
        assert!(signatures.iter().all(|signature| !text.contains(signature.trim_matches('"')) && !log.contains(signature)));
    }
    folder.audit();
}

#[test]
fn what_is_no_call_passes_byte_for_byte_in_both_directions() {
    let folder = Folder::new("bytes");
    // a server that says what it hears
    let mut host = Host::paying_a_cent(&folder, &["cat".to_owned()]);
    let lines = [
        "{ \"jsonrpc\" : \"2.0\",\"id\":1, \"method\":\"prompts/get\",\"params\":{\"n\":1.10,\"n\":1e400} }\r\n",
        "[{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/call\",\"params\":{\"name\":\"x\"}}]\n",
        "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":\"\\u00fc\"}}\n",
        "{\"jsonrpc\":\"2.0\",\"id\":\"x\",\"method\":\"tools/call\",\"params\":{\"name\":\"x\",\"_meta\":{\"x402/payment\":{}}}}\n",
        "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"tools/call\",\"params\":{\"name\":\"x\",\"arguments\":{\"z\":12345678901234567890123}}}\n",
        "no JSON, ümläuts, and a very \u{1} strange character\n",
        "\n",
    ];
    for line in lines {
        host.write(line.as_bytes());
        assert_eq!(host.line(), line);
    }
    // nobody answers the call among them, and the last line needs no end
    host.cancel(3);
    host.line();
    host.write(b"the last");
    let (status, log) = host.end();
    assert!(status.success() && log.is_empty(), "{log}");
}

#[test]
fn what_the_policy_is_against_is_not_bought_and_the_model_is_told_why() {
    let (facilitator, folder) = (Facilitator::start(), Folder::new("policy"));
    let server = folder.noting(&facilitator.tools());
    let other = "0x1111111111111111111111111111111111111111";
    let policy = folder.0.join("policy.toml");
    let text = "per_payment = \"$0.05\"\nper_task = \"$0.01\"\nask_above = \"$0.02\"\nnetworks = [\"base-sepolia\"]\norigins = [\"mcp://tool\"]\n";
    fs::write(&policy, text).expect("written");
    let policy = policy.to_str().expect("text");
    let trials = [
        (["--max-amount", "$0.009"].as_slice(), "", "above_per_payment"),
        (&["--max-amount", "$0.01", "--pay-to", other], "", "payee_unlisted"),
        (&["--max-amount", "$0.01", "--network", "base"], "", "network"),
        (&["--policy", policy], "$0.001", "above_max_amount"),
    ];
    for (options, most, expected) in trials {
        let mut host = Host::start(&folder, options, &[("X402_MAX_PER_TX", most)], &server);
        host.call(1, "weather", "Oslo");
        let (code, sentence) = refused(&host.result(1));
        assert!(code.contains(expected) || expected.contains(&code), "{code} for {options:?}: {sentence}");
        assert!(sentence.contains("0.01 USDC on eip155:84532") && sentence.contains("Nothing was paid"), "{sentence}");
        let (_, log) = host.end();
        assert!(log.contains(&format!("unpaid weather: {code}")), "{log}");
    }
    assert!(folder.payments().is_empty());

    // row 211: the task has a cent, and the second call is one too many
    let mut host = Host::start(&folder, &["--policy", policy, "--task", "research"], &[], &server);
    host.buy(1, "Oslo");
    host.call(2, "weather", "Bergen");
    let (code, sentence) = refused(&host.result(2));
    assert!(code.contains("budget"), "{code}: {sentence}");
    assert_eq!((folder.payments().len(), facilitator.sold()), (1, 10_000));
    folder.audit();
}

#[test]
fn rows_188_and_210_calls_at_the_same_time_are_purchases_within_one_budget() {
    let (facilitator, folder) = (Facilitator::start(), Folder::new("together"));
    let limits = [("X402_MAX_PER_DAY", "$0.04")];
    let mut host = Host::start(&folder, &["--max-amount", "$0.01"], &limits, &facilitator.tools());
    // equal calls are purchases of their own
    for (id, city) in ["Oslo", "Oslo", "Bergen", "Tromso", "Bodo", "Bodo"].into_iter().enumerate() {
        host.call(id as u64, "weather", city);
    }
    let results = (0..6).map(|id| host.result(id)).collect::<Vec<_>>();
    let paid = results.iter().filter(|result| result["isError"] != true).collect::<Vec<_>>();
    let transactions =
        paid.iter().map(|result| result["_meta"]["x402/payment-response"]["transaction"].to_string()).collect::<Vec<_>>();
    assert_eq!(paid.len(), 4, "{results:?}");
    assert_eq!((facilitator.sold(), folder.ledger()), (40_000, (40_000, 0)), "{transactions:?}");
    for result in results.iter().filter(|result| result["isError"] == true) {
        assert!(refused(result).0.contains("budget"), "{result}");
    }
    folder.audit();
}

#[test]
fn row_210_a_call_that_costs_money_waits_for_no_other_one() {
    let (facilitator, folder) = (Facilitator::start(), Folder::new("beside"));
    let mut host = Host::paying_a_cent(&folder, &folder.noting(&facilitator.tools()));
    // what is asked about Thule has its answer when Faro has: one after the other, neither would
    host.call(1, "weather", "Thule");
    until(|| folder.payments().len() == 1);
    assert_eq!(host.buy(2, "Oslo").split(',').next(), Some("rain in Oslo"));
    assert_eq!(host.buy(3, "Faro").split(',').next(), Some("rain in Faro"));
    assert_eq!(host.result(1)["_meta"]["x402/payment-response"]["success"], true);
    assert_eq!((facilitator.sold(), folder.ledger()), (30_000, (30_000, 0)));
    folder.audit();
}

#[test]
fn row_223_a_wallet_that_somebody_waits_for_lets_nobody_else_in() {
    let (facilitator, folder) = (Facilitator::start(), Folder::new("wanted"));
    let mut host = Host::paying_a_cent(&folder, &folder.noting(&facilitator.tools()));
    host.call(1, "weather", "Thule");
    until(|| folder.payments().len() == 1);
    let wanted = File::options().append(true).create(true).open(folder.wallet().join("audit.wanted")).expect("it can be opened");
    wanted.lock_shared().expect("nobody has it alone for long");
    // it comes later than the one that waits, and has time to be let in beside the first
    host.call(2, "weather", "Oslo");
    for id in 3..30 {
        host.call(id, "time", "Oslo");
        assert_eq!(host.result(id)["content"][0]["text"], "noon");
    }
    host.cancel(1);
    wanted.unlock().expect("it was ours");
    assert_eq!(host.result(2)["_meta"]["x402/payment-response"]["success"], true);
    let lines = folder.lines();
    let cancelled =
        lines.iter().position(|line| line["method"] == "notifications/cancelled").expect("it is cancelled at the server");
    let paid = |line: &Value| line["params"]["_meta"]["x402/payment"].is_object();
    let paid =
        [lines[..cancelled].iter().filter(|line| paid(line)).count(), lines[cancelled..].iter().filter(|line| paid(line)).count()];
    assert_eq!(paid, [1, 1], "nothing was signed for the one that came later before the first was closed");
    folder.audit();
}

#[test]
fn row_223_hosts_and_pay_share_a_wallet_in_turn_and_its_log_stays_one() {
    let (facilitator, folder) = (Facilitator::start(), Folder::new("shared"));
    let server = facilitator.tools();
    let mut hosts = [1, 2, 3].map(|_| Host::paying_a_cent(&folder, &server));
    for round in 0..2 {
        for (place, host) in hosts.iter_mut().enumerate() {
            host.call(round, "weather", ["Oslo", "Bergen", "Bodo"][place]);
        }
        for host in &mut hosts {
            let result = host.result(round);
            assert_eq!(result["_meta"]["x402/payment-response"]["success"], true, "{result}");
        }
    }
    assert_eq!((facilitator.sold(), folder.ledger()), (60_000, (60_000, 0)));
    // while hosts are there and buy nothing, the log is anybody's
    let log = File::options().append(true).open(folder.wallet().join("audit.log")).expect("it is there");
    until(|| log.try_lock().is_ok());
    // and a call that finds it taken waits, and can be cancelled before anything is signed
    hosts[0].call(9, "weather", "Oslo");
    hosts[0].call(10, "time", "Oslo");
    assert_eq!(hosts[0].result(10)["content"][0]["text"], "noon");
    hosts[0].cancel(9);
    hosts[0].call(11, "time", "Oslo");
    assert_eq!(hosts[0].result(11)["content"][0]["text"], "noon");
    log.unlock().expect("it was ours");
    assert_eq!(hosts[0].buy(12, "Oslo").split(',').next(), Some("rain in Oslo"));
    assert_eq!((facilitator.sold(), folder.ledger()), (70_000, (70_000, 0)), "nothing was signed for what was cancelled");
    folder.audit();
}

#[test]
fn what_cannot_begin_says_so() {
    let folder = Folder::new("begin");
    let nothing = ["/nowhere/at/all".to_owned()];
    for (options, server) in [
        (&["--max-amount", "$0.01"][..], &nothing[..]),
        (&[], &["cat".to_owned()]),
        (&["--max-amount", "$0.01", "--csv"], &nothing),
    ] {
        let (status, log) = Host::start(&folder, options, &[], server).end();
        assert_eq!(status.code(), Some(2), "{options:?}: {log}");
    }
    let (status, log) = Host::start(&folder, &["--max-amount", "$0.01"], &[("EVM_PRIVATE_KEY", "")], &["cat".to_owned()]).end();
    assert!(status.code() == Some(2) && log.contains("EVM_PRIVATE_KEY"), "{log}");
}
