//! Runs every shared vector.

use std::collections::BTreeMap;

use quittance_testkit::{check, vectors};

/// What the format promises at least. A lower count means that files went missing.
const AT_LEAST: usize = 1_200;

#[test]
fn every_vector_holds() {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut differences = Vec::new();
    for file in vectors::load_all() {
        let check = check::of(&file.feature).unwrap_or_else(|| panic!("{}: no check for {}", file.path.display(), file.feature));
        for group in &file.groups {
            for case in &group.cases {
                if let Err(difference) = case.judge(&check(&group.parameters, &case.input)) {
                    differences.push(format!("{} {case}:\n     {difference}", file.path.display()));
                }
                *counts.entry(file.feature.clone()).or_default() += 1;
            }
        }
    }
    let total: usize = counts.values().sum();
    println!("{counts:#?}\n{total} cases");
    assert!(differences.is_empty(), "{} of {total} differ:\n{}", differences.len(), differences.join("\n"));
    assert!(total >= AT_LEAST, "only {total} cases");
}
