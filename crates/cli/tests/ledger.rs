//! `quittance ledger` over a store that a buyer has written.

use std::fs;
use std::process::Command;

use quittance_core::registry::{default_asset, networks};
use quittance_core::{Address, Amount, Nonce, ReplayKey, Resource, Terms, UnixSeconds};
use quittance_guard::budget::{Reserve, Reserved, Signed, Step, Unspent};
use quittance_guard::{Attested, Fingerprint, Ledger as _, Purchase, PurchaseId, Receipt, TaskId};
use quittance_store::{SealingKey, Store};

const NOW: u64 = 1_795_824_000;

fn at(seconds: u64) -> UnixSeconds {
    UnixSeconds::from_secs(NOW + seconds)
}

/// Buys one thing, as far as it gets.
async fn buy(store: &Store, task: &str, name: &str, price: &str, steps: Vec<Step>) {
    let usdc = default_asset(networks::BASE_SEPOLIA).expect("a default asset");
    let terms =
        Terms::exact(usdc, &price.parse().expect("a price"), "0x209693Bc6afc0C5328bA36FaF03C514EF312287C", 60).expect("an offer");
    let resource = Resource::parse(&format!("https://api.example.com/{name}")).expect("a resource");
    let (id, task) = (PurchaseId::parse(name).expect("a label"), TaskId::parse(task).expect("a label"));
    let wanted = Purchase::new(id, task, Fingerprint::of("GET", &resource, b""), &terms);
    let Ok(Reserved::Fresh(ticket)) = store.reserve(&Reserve::new(&wanted, &[], at(0))).await else { panic!("fresh") };
    for step in steps {
        store.step(&ticket, step, at(1)).await.expect("a step");
    }
}

fn sign(number: u8) -> Step {
    let (token, from) = (Address::from_bytes([3; 20]), Address::from_bytes([1; 20]));
    let key = ReplayKey::Eip3009 { network: networks::BASE_SEPOLIA, token, from, nonce: Nonce::from_bytes([number; 32]) };
    Step::Sign(Signed::new(key, at(60), b"sentinel-signature"))
}

fn settle(charged: u64, transaction: &str) -> Step {
    Step::Settle(Receipt::new(Amount::from_u64(charged), transaction, Attested::Chain))
}

#[test]
fn an_operator_sees_what_was_spent_and_what_is_left() {
    let folder = std::env::temp_dir().join(format!("quittance-cli-ledger-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder");
    let (url, policy) = (format!("sqlite:{}", folder.join("wallet.db").display()), folder.join("policy.toml"));
    let text = "per_payment = \"$0.05\"\nper_task = \"$0.05\"\nper_day = \"$1\"\nnetworks = [\"base-sepolia\"]\norigins = [\"https://api.example.com\"]\n";
    fs::write(&policy, text).expect("written");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let store = Store::open(&url, &SealingKey::from_bytes([7; 32])).await.expect("a store");
        buy(&store, "research_report_42", "a", "$0.01", vec![sign(1), settle(10_000, "0xaa")]).await;
        buy(&store, "research_report_42", "b", "$0.02", vec![sign(2)]).await;
        buy(&store, "research_report_42", "c", "$0.01", vec![Step::Release(Unspent::NeverSigned)]).await;
        buy(&store, "other", "d", "$0.06", vec![sign(3), settle(60_000, "0xbb")]).await;
        store.close().await;
    });
    let run = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_quittance"))
            .args(["ledger", "--store", &url])
            .args(arguments)
            .output()
            .expect("it runs");
        let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        (output.status.code().expect("it ends"), text)
    };
    let (code, text) = run(&["--policy", policy.to_str().expect("a path")]);
    for part in [
        "USDC on eip155:84532",
        "research_report_42  ▇▇▇▇▇▇▁▁▁▁  0.01 USDC settled, 0.02 USDC set aside, 0.02 USDC left of 0.05 USDC",
        "▇▇▇▇▇▇▇▇▇▇  0.06 USDC settled, OVER the limit of 0.05 USDC",
        "2026-11-28",
        "0.91 USDC left of 1 USDC",
        "0x209693Bc6afc0C5328bA36FaF03C514EF312287C",
    ] {
        assert!(text.contains(part), "{part}\nis not in\n{text}");
    }
    assert_eq!(code, 0);
    let (_, text) = run(&["--json", "--by", "task", "--task", "research_report_42"]);
    let document: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let spend = &document["assets"][0]["spend"];
    assert_eq!(
        (spend.as_array().expect("rows").len(), &spend[0]["settled"], &spend[0]["set_aside"]),
        (1, &"10000".into(), &"20000".into())
    );
    let (_, text) = run(&["--csv", "--by", "day"]);
    assert!(text.contains(",day,2026-11-28,3,70000,20000"), "{text}");
    // looking changes nothing: the store opens as it was left, and a file that is not there is not made
    runtime.block_on(async { Store::open(&url, &SealingKey::from_bytes([7; 32])).await.expect("a store").close().await });
    fs::remove_dir_all(&folder).expect("the folder is ours");
    let (code, text) = run(&[]);
    assert!(code == 2 && text.contains("there is no such file"), "{text}");
}
