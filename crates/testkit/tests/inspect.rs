//! The inspector says of every vector of a whole verification what the vector says.

use quittance_core::wire::PaymentRequirements;
use quittance_core::{Limits, Payment, Terms, UnixSeconds, find_offer};
use quittance_inspect::{Context, Verdict, inspect};
use quittance_testkit::vectors::{self, Case, Expected};
use serde_json::Value;

#[test]
fn the_inspector_agrees_with_every_verification() {
    let mut looked_at = 0;
    for file in vectors::load_all() {
        if !matches!(&*file.feature, "evm/exact" | "evm/upto") {
            continue;
        }
        for group in &file.groups {
            let now = UnixSeconds::parse(group.parameters["now"].as_str().expect("a time")).expect("a time");
            for case in &group.cases {
                let said = verdict(case, now);
                let agrees = match (&case.expected, &said) {
                    (Expected::Accept(facts), Verdict::Right(payer)) => facts["payer"] == payer.to_string(),
                    // what takes none of several offers is held against one of them here
                    (Expected::Reject(reasons), Verdict::Refused(rejection)) => {
                        reasons.iter().any(|reason| reason == rejection.code() || reason == "no_matching_offer")
                    }
                    // without a chain nobody knows whether a contract answers for the payer
                    (Expected::Reject(reasons), Verdict::Open) => reasons.iter().any(|reason| reason.ends_with("signature")),
                    (Expected::Reject(reasons), Verdict::NoRules) => {
                        reasons.iter().any(|reason| reason == "no_matching_offer" || reason == "unsupported_scheme")
                    }
                    (Expected::Reject(_), Verdict::Malformed) => true,
                    _ => false,
                };
                assert!(agrees, "{} {case}: {said:?}", file.path.display());
                looked_at += 1;
            }
        }
    }
    assert!(looked_at > 100, "only {looked_at} cases");
}

fn verdict(case: &Case, now: UnixSeconds) -> Verdict {
    let offers = case.input["offers"].as_array().expect("offers").iter().map(offer).collect::<Vec<_>>();
    let (name, header) = (case.input["name"].as_str().expect("a name"), case.input["header"].as_str().expect("a header"));
    let payment = Payment::from_headers([(name, header.as_bytes())], &Limits::HEADER);
    let taken = payment.ok().flatten().and_then(|payment| find_offer(&offers, &payment).ok());
    let context = Context::at(now).with_terms(taken.or_else(|| offers.first()).expect("an offer"));
    let mut report = inspect(&format!("{name}: {header}"), &context);
    assert_eq!(report.findings.len(), 1, "{case}");
    let shown = report.to_json();
    let finding = report.findings.remove(0);
    for field in &finding.fields {
        assert!(field.value.len() <= 132 || !field.value.starts_with("0x"), "row 220: {case} shows {}", field.path);
    }
    assert!(!shown.contains(header), "row 220: {case}");
    finding.verdict
}

fn offer(offer: &Value) -> Terms {
    let text = offer.as_str().expect("an offer");
    PaymentRequirements::from_json(text.as_bytes(), &Limits::BODY).and_then(Terms::parse).expect("an offer")
}
