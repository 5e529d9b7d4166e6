//! Every row of the attack catalogue from 1 to 106 (bytes, terms, signatures) has a vector or a test of the core that cites it, and every row
//! from 107 to 132 and from 189 to 226 (replay, policy, audit) one of the guards, every row from 133 to 168 (settlement) one of whoever
//! settles, and every row from 169 to 182 (the surface of a server, and what a facilitator is believed) one of whoever sells, or a reason why it
//! cannot be decided there.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use quittance_testkit::vectors;

/// Rows about somebody who is not here yet: a server, a client, a facilitator, a chain.
const ELSEWHERE: &[(u64, &str)] = &[
    (19, "server: a header in a trailer never reaches a header map"),
    (45, "client and facilitator: compressed bodies are bounded where they are unpacked"),
    (106, "client: where nonces get their randomness"),
];

/// The same for the guards.
const BEYOND_THE_GUARDS: &[(u64, &str)] = &[
    (189, "client: where a signed request may be redirected to"),
    (208, "core, by type: a signer is never shown other typed data than that of a payment"),
];

/// `row_2_to_10_…`, `row_75_and_82_…` and `rows_28_and_31_…` cite what they name.
fn cited_by(test: &str) -> Vec<u64> {
    let mut words = test.split('_').skip(1).peekable();
    let mut rows = Vec::new();
    let mut from = None;
    while let Some(word) = words.next() {
        match (word.parse::<u64>(), word) {
            (Ok(row), _) => rows.extend(from.take().map_or(row, |from: u64| from + 1)..=row),
            (_, "to") if words.peek().is_some_and(|next| next.parse::<u64>().is_ok()) => from = rows.last().copied(),
            (_, "and") => {}
            _ => break,
        }
    }
    rows
}

fn tests_in(folder: &Path, found: &mut BTreeSet<u64>) {
    for entry in fs::read_dir(folder).expect("the sources are there") {
        let path = entry.expect("the sources can be listed").path();
        if path.is_dir() {
            tests_in(&path, found);
        } else {
            let source = fs::read_to_string(&path).expect("sources are text");
            let names = source
                .lines()
                .filter_map(|line| line.trim_start().trim_start_matches("async ").strip_prefix("fn row")?.split('(').next());
            found.extend(names.flat_map(|name| cited_by(&format!("row{name}"))));
        }
    }
}

#[test]
fn every_row_that_the_core_decides_is_cited() {
    let mut cited = BTreeSet::new();
    tests_in(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../core/src")), &mut cited);
    tests_in(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests")), &mut cited);
    for file in vectors::load_all() {
        cited.extend(file.groups.iter().flat_map(|group| &group.cases).flat_map(|case| &case.rows));
    }
    let elsewhere: BTreeMap<u64, &str> = ELSEWHERE.iter().copied().collect();
    let missing: Vec<u64> = (1..=106).filter(|row| !cited.contains(row) && !elsewhere.contains_key(row)).collect();
    assert!(missing.is_empty(), "no vector and no test cites {missing:?}");
    let needless: Vec<_> = elsewhere.iter().filter(|(row, _)| cited.contains(row)).collect();
    assert!(needless.is_empty(), "these are cited, so they need no excuse: {needless:?}");
}

#[test]
fn every_row_that_the_guards_decide_is_cited() {
    let mut cited = BTreeSet::new();
    for folder in ["guard/src", "store", "cli", "testkit/tests"] {
        tests_in(&Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/..")).join(folder), &mut cited);
    }
    for file in vectors::load_all() {
        cited.extend(file.groups.iter().flat_map(|group| &group.cases).flat_map(|case| &case.rows));
    }
    let elsewhere: BTreeMap<u64, &str> = BEYOND_THE_GUARDS.iter().copied().collect();
    let missing: Vec<u64> =
        (107..=132).chain(189..=226).filter(|row| !cited.contains(row) && !elsewhere.contains_key(row)).collect();
    assert!(missing.is_empty(), "no vector and no test cites {missing:?}");
    let needless: Vec<_> = elsewhere.iter().filter(|(row, _)| cited.contains(row)).collect();
    assert!(needless.is_empty(), "these are cited, so they need no excuse: {needless:?}");
}

#[test]
fn every_row_of_settlement_is_cited() {
    let mut cited = BTreeSet::new();
    for folder in ["core/src", "evm/src", "guard/src", "store", "facilitator/src", "testkit/tests"] {
        tests_in(&Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/..")).join(folder), &mut cited);
    }
    let missing: Vec<u64> = (133..=168).filter(|row| !cited.contains(row)).collect();
    assert!(missing.is_empty(), "no test cites {missing:?}");
}

#[test]
fn every_row_of_the_seller_is_cited() {
    let mut cited = BTreeSet::new();
    for folder in ["server/src", "gate/src", "service/src", "remote", "facilitator/src", "cli/tests", "testkit/tests"] {
        tests_in(&Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/..")).join(folder), &mut cited);
    }
    let missing: Vec<u64> = (169..=182).filter(|row| !cited.contains(row)).collect();
    assert!(missing.is_empty(), "no test cites {missing:?}");
}

#[test]
fn every_row_of_the_buyer_is_cited() {
    let mut cited = BTreeSet::new();
    for folder in ["client", "remote", "cli/tests", "testkit/tests/trade"] {
        tests_in(&Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/..")).join(folder), &mut cited);
    }
    let missing: Vec<u64> = (183..=208).filter(|row| !cited.contains(row)).collect();
    assert!(missing.is_empty(), "no test of a buyer cites {missing:?}");
}

/// Behind a model of a chain alone a row would show that the parts are right, and not that they are put together rightly.
#[test]
fn every_row_of_a_sale_is_cited_where_real_contracts_move_the_money() {
    let mut cited = BTreeSet::new();
    for place in ["testkit/tests/gate", "cli/tests"] {
        tests_in(&Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/..")).join(place), &mut cited);
    }
    let missing: Vec<u64> = (107..=132).chain(169..=188).filter(|row| !cited.contains(row)).collect();
    assert!(missing.is_empty(), "no test of a gate on a real chain cites {missing:?}");
}

#[test]
fn a_name_cites_its_rows() {
    let check = |name: &str, expected: &[u64]| assert_eq!(cited_by(name), expected, "{name}");
    check("row_28_other_notations", &[28]);
    check("rows_28_and_31_other_notations", &[28, 31]);
    check("row_2_to_5_one_spelling", &[2, 3, 4, 5]);
    check("row_90_to_nobody", &[90]);
    check("row_81_r_and_s_lie_in_2_halves", &[81]);
}
