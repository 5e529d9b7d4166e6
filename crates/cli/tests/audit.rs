//! The command over logs that the guard wrote, as a person or a script runs it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use quittance_core::registry::{default_asset, networks};
use quittance_core::{Amount, Terms, UnixSeconds};
use quittance_guard::audit::{
    Attempt, Budget, Chain, Decision, Event, FacilitatorResult, LogId, LogSalt, Method, Offer, Origin, SaltedHash, Settlement,
    Side, StoreGeneration, Times, Transaction, Word,
};
use quittance_guard::output::{Delivery, Demands, Field};
use quittance_guard::{Attested, Limit, Meter, PurchaseId, RequestId, TaskId};

const TX: &str = "0x78427842784278427842784278427842784278427842784278427842784242a7";

/// A log in a folder of its own, which goes with it.
struct Log {
    folder: PathBuf,
    lines: Vec<String>,
}

impl Drop for Log {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.folder).expect("the folder is ours");
    }
}

impl Log {
    /// One paid request of an agent, and one whose outcome is open.
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("quittance-cli-{}-{name}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        let mut log = Self { folder, lines: Vec::new() };
        log.write();
        fs::write(log.path(), log.lines.concat()).expect("written");
        log
    }

    fn path(&self) -> PathBuf {
        self.folder.join("audit.jsonl")
    }

    fn write(&mut self) {
        let usdc = default_asset(networks::BASE_SEPOLIA).expect("a default asset");
        let payee = "0x209693Bc6afc0C5328bA36FaF03C514EF312287C";
        let terms = Terms::exact(usdc, &"$0.01".parse().expect("a price"), payee, 60).expect("an offer");
        let salt = LogSalt::from_bytes([3; 32]);
        let attempt = |bytes: &[u8]| Attempt::new(Offer::of(&terms), SaltedHash::new(&salt, bytes));
        let at = |seconds: u64| Times::local(UnixSeconds::from_secs(1_763_661_000 + seconds));
        let lines = &mut self.lines;
        let mut chain = Chain::begin::<()>(LogId::from_bytes([7; 16]), StoreGeneration::NEW, at(0), |entry| {
            lines.push(entry.line().into());
            Ok(())
        })
        .expect("a new log");
        let mut append = |event: &Event, seconds| {
            chain
                .append::<()>(event, at(seconds), |entry| {
                    lines.push(entry.line().into());
                    Ok(())
                })
                .map(|_| ())
                .expect("appended");
        };
        let resource = quittance_core::Resource::parse("https://api.example.com/v1/report/42?customer=anna").expect("a URL");
        let begun = |request: &str, purchase: &str| {
            Event::requested(
                Side::Buyer,
                &RequestId::parse(request).expect("a label"),
                Word::parse("paid_report").expect("a word"),
                Method::Get,
            )
            .with_origin(Origin::of(&resource))
            .with_task(&TaskId::parse("research_report_42").expect("a label"))
            .with_purchase(&PurchaseId::parse(purchase).expect("a label"))
        };
        let rule = || Word::parse("price_below_task_budget").expect("a word");
        let limit = Limit::new(Meter::Task, Amount::from_u64(50_000));
        let budget = Budget::new(limit, Amount::from_u64(20_000), Amount::from_u64(30_000));

        let paid = attempt(b"the signed retry of report 42");
        let event = begun("req_0902", "report-42");
        append(&event, 1);
        let event = event.quoted(Offer::of(&terms));
        append(&event, 1);
        let event = event.intent(rule(), Decision::Allow).with_budget(budget);
        append(&event, 2);
        let event = event.signed(&paid);
        append(&event, 2);
        let event = event.sent(&paid);
        append(&event, 2);
        let transaction = Transaction::parse(networks::BASE_SEPOLIA, TX).expect("a hash");
        let settlement = Settlement::new(Amount::from_u64(10_000), transaction, Attested::Chain).in_block(12);
        let event = event.settled(&paid, settlement).with_facilitator_result(FacilitatorResult::Settled);
        append(&event, 4);
        let stale = Demands::new().status(200).freshness(Field::parse("generated_at").expect("a field"), 60, 5);
        let body = br#"{"generated_at":"2025-11-20T17:00:00Z"}"#;
        let report = stale.check(&Delivery::new(200, body, UnixSeconds::from_secs(1_763_661_005)));
        append(&event.with_output(report.summary()).answered(), 5);

        let lost = attempt(b"the signed retry of report 43");
        let event = begun("req_0903", "report-43").quoted(Offer::of(&terms)).intent(rule(), Decision::Allow);
        let event = event.signed(&lost);
        append(&event, 10);
        let event = event.sent(&lost);
        append(&event, 10);
        append(&event.unknown(&lost), 40);
    }
}

fn quittance(arguments: &[&str], log: &Path) -> (i32, String) {
    let Output { status, stdout, stderr } = Command::new(env!("CARGO_BIN_EXE_quittance"))
        .args(arguments)
        .args(["--log".as_ref(), log.as_os_str()].iter().filter(|_| arguments[0] == "explain"))
        .args(Some(log.as_os_str()).iter().filter(|_| arguments[0] == "audit"))
        .output()
        .expect("the command runs");
    let text = format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    (status.code().expect("it ends"), text)
}

#[test]
fn an_operator_can_say_why_the_agent_paid_and_what_came_of_it() {
    let log = Log::new("why");
    let (code, text) = quittance(&["explain", "req_0902"], &log.path());
    for part in [
        "req_0902 · buyer · purchase report-42 · task research_report_42",
        "allow by the rule price_below_task_budget",
        "paid_report · GET · https://api.example.com · terms sha256:",
        "0.01 USDC on eip155:84532 to 0x209693Bc6afc0C5328bA36FaF03C514EF312287C",
        "one set of signed bytes, known by sha256:",
        "sent 1 times; the signature is not stored",
        "0.01 USDC · transaction 0x7842",
        "block 12 · seen on the chain",
        "status pass · freshness FAIL",
        "task: 0.02 USDC before, 0.03 USDC after, of 0.05 USDC",
        "no retry without human review",
    ] {
        assert!(text.contains(part), "{part}\nis not in\n{text}");
    }
    assert_eq!(code, 0);
    assert!(!text.contains("anna") && !text.contains("report/42"), "{text}");
}

#[test]
fn row_138_what_is_unknown_is_said_to_be() {
    let log = Log::new("unknown");
    let (code, text) = quittance(&["explain", "req_0903"], &log.path());
    assert!(text.contains("NONE YET: money may have moved") && text.contains("no retry before reconciliation"), "{text}");
    assert_eq!(code, 0);
    let (code, text) = quittance(&["audit", "verify"], &log.path());
    assert!(text.contains("whole     11 entries") && text.contains("open      request req_0903, entry 8"), "{text}");
    assert_eq!(code, 1, "an open payment is not a log in order");
}

#[test]
fn rows_222_and_223_the_first_bad_entry_is_named() {
    let log = Log::new("broken");
    let edited = log.lines.concat().replace("\"10000\"", "\"10001\"");
    fs::write(log.path(), &edited).expect("written");
    let (code, text) = quittance(&["audit", "verify"], &log.path());
    assert!(text.contains("BROKEN    line 3: the content of the entry is not what was hashed"), "{text}");
    assert_eq!(code, 1);

    let anchor = log.lines.concat();
    fs::write(log.path(), &anchor).expect("written");
    let (_, whole) = quittance(&["audit", "verify", "--json"], &log.path());
    let whole: serde_json::Value = serde_json::from_str(&whole).expect("JSON");
    let anchor = whole["anchor"].as_str().expect("an anchor").to_owned();
    fs::write(log.path(), log.lines[..10].concat()).expect("written");
    let (code, text) = quittance(&["audit", "verify"], &log.path());
    assert!(code == 1 && text.contains("no anchor was given"), "{text}");
    let (code, text) = quittance(&["audit", "verify", "--anchor", &anchor], &log.path());
    assert!(code == 1 && text.contains("the log ends before its anchor"), "{text}");
}

#[test]
fn row_151_a_torn_end_is_no_corruption() {
    let log = Log::new("torn");
    let text = log.lines.concat();
    fs::write(log.path(), &text[..text.len() - 40]).expect("written");
    let (_, text) = quittance(&["audit", "verify"], &log.path());
    assert!(text.contains("whole     10 entries") && text.contains("of a write that never succeeded"), "{text}");
}

#[test]
fn programs_get_json_and_csv() {
    let log = Log::new("formats");
    let (code, text) = quittance(&["explain", "req_0902", "--json"], &log.path());
    let document: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let entries = document["entries"].as_array().expect("entries");
    assert_eq!((code, entries.len(), &document["log_whole"]), (0, 7, &true.into()));
    let last = &entries[6]["event"];
    assert_eq!(last["retry_decision"], "no_retry_without_human_review");
    assert_eq!((&last["spend_limit"], &last["signature_stored"]), (&"task_budget_0.05_usdc".into(), &false.into()));
    let (code, text) = quittance(&["explain", "req_0902", "--csv"], &log.path());
    assert_eq!((code, text.lines().count()), (0, 8));
    assert!(text.starts_with("seq,time,request_id,side,stage,"), "{text}");
}

#[test]
fn what_is_not_there_is_said_and_what_cannot_be_read_is_an_error() {
    let log = Log::new("missing");
    let (code, text) = quittance(&["explain", "req_9999"], &log.path());
    assert!(code == 1 && text.contains("the log has no entry of req_9999"), "{text}");
    let (code, text) = quittance(&["audit", "verify"], &log.folder.join("nothing.jsonl"));
    assert!(code == 2 && text.contains("nothing.jsonl"), "{text}");
    let (code, text) = quittance(&["explain", "not a label"], &log.path());
    assert!(code == 2 && text.contains("a label holds letters"), "{text}");
}
