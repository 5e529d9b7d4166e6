//! A policy from a stranger's text, and what it then decides.

use std::sync::LazyLock;

use quittance_core::registry::{NetworkInfo, default_asset, networks};
use quittance_core::{Amount, Money, Resource, Terms, UnixSeconds};
use quittance_guard::PurchaseId;
use quittance_guard::policy::{Decision, Policy, Snapshot};
use quittance_guard::text::{find, redact};

use crate::vectors::Vectors;

const EXAMPLE: &str = include_str!("../../crates/guard/examples/policy.toml");

/// One offer on each network of the registry with a default asset, at a cent, from the same payee where that can be.
static OFFERS: LazyLock<Vec<Terms>> = LazyLock::new(|| {
    let cent = Money::parse("$0.01").expect("a price");
    let payees = ["0x209693Bc6afc0C5328bA36FaF03C514EF312287C", "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v"];
    let offer = |info: &NetworkInfo| {
        let asset = default_asset(info.network)?;
        payees.iter().find_map(|payee| Terms::exact(asset, &cent, payee, 60).ok())
    };
    networks().iter().filter_map(offer).collect()
});

/// Text to a policy, and a policy to a decision.
pub fn run(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    check_text(text);
    match Policy::from_toml(text) {
        Ok(policy) => check_policy(&policy, text),
        Err(error) => {
            let lines = text.matches('\n').count() + 1;
            assert!((1..=lines).contains(&error.line()) && error.column() >= 1, "{error}");
            assert!(error.to_string().chars().all(|letter| !letter.is_control()), "{error:?}");
            let Decision::Deny(denied) = decide(&Policy::from(error), "https://api.example.com/") else {
                panic!("no policy allows")
            };
            assert_eq!(denied.denial().name(), "no_policy");
        }
    }
}

/// The example, its halves, and each of its lines behind the least that a policy needs.
pub fn seeds(_: &Vectors) -> Vec<Vec<u8>> {
    const LEAST: &str = "per_payment = \"$0.05\"\nnetworks = [\"base\", \"celo\"]\norigins = [\"https://api.example.com\"]\n";
    let mut seeds = vec![EXAMPLE.into(), LEAST.into(), Vec::new()];
    let settings = EXAMPLE.lines().filter(|line| line.contains(" = "));
    seeds.extend(settings.clone().map(|line| format!("{LEAST}{}\n", line.trim_start_matches("# ")).into_bytes()));
    seeds.extend(settings.clone().map(|line| format!("{LEAST}[text]\n{line}\n").into_bytes()));
    seeds.extend(settings.map(|line| format!("{LEAST}[[resource]]\nurl = \"https://a.example/*\"\n{line}\n").into_bytes()));
    seeds
}

fn decide(policy: &Policy, url: &str) -> Decision {
    let (resource, purchase) = (Resource::parse(url).expect("a URL"), PurchaseId::parse("p").expect("a label"));
    policy.decide(&Snapshot::new(&OFFERS, &resource, "GET", &purchase, UnixSeconds::from_secs(1_740_672_100)))
}

/// What is allowed is within what the text can have said: an origin that stands in it, and never plain http to elsewhere.
fn check_policy(policy: &Policy, text: &str) {
    for url in [
        "https://api.example.com/",
        "https://reports.example.com/v1/report/42",
        "http://127.0.0.1:4021/",
        "http://api.example.com/",
    ] {
        let (once, again) = (decide(policy, url), decide(policy, url));
        match (&once, &again) {
            (Decision::Allow(one), Decision::Allow(other)) => {
                assert_eq!((one.terms().hash(), one.rule()), (other.terms().hash(), other.rule()));
                assert!((7..=60).contains(&one.window()) && one.terms().amount() > Amount::ZERO);
                assert!(one.passed_over().len() + 1 == OFFERS.len());
            }
            (Decision::Ask(one), Decision::Ask(other)) => assert_eq!(one.id(), other.id()),
            (Decision::Deny(one), Decision::Deny(other)) => {
                assert_eq!(one, other);
                continue;
            }
            other => panic!("the same question has two answers: {other:?}"),
        }
        let resource = Resource::parse(url).expect("a URL");
        let host = resource.origin().split("//").nth(1).expect("an origin has a host");
        assert!(text.to_ascii_lowercase().replace("\\u00", "").contains(host) || text.contains('\\'), "{host} in {text:?}");
        assert!(!url.starts_with("http://api"), "plain http to elsewhere is never allowed");
    }
}

/// Whatever a text holds, what is found lies in it.
fn check_text(text: &str) {
    let mut passed = 0;
    for finding in find(text) {
        assert!(finding.range.start >= passed && text.get(finding.range.clone()).is_some_and(|found| !found.is_empty()));
        passed = finding.range.end;
    }
    assert_eq!(redact(text, &[]) == text, passed == 0);
}
