//! Every target over its seeds, over what once broke it, and over mutations of both that are the same in every run.

use std::collections::BTreeSet;
use std::fs;
use std::panic;
use std::path::Path;

use quittance_fuzz::mutation::{Random, mutated};
use quittance_fuzz::vectors::Vectors;
use quittance_fuzz::{TARGETS, Target};

/// Mutations of each target's seeds.
const MUTATIONS: u64 = 4_000;

macro_rules! corpus {
    ($($name:ident),+ $(,)?) => {
        $(
            #[test]
            fn $name() {
                check(stringify!($name));
            }
        )+

        #[test]
        fn every_target_is_here_and_has_its_binary() {
            let listed = [$(stringify!($name)),+].map(String::from).into_iter().collect::<BTreeSet<_>>();
            assert_eq!(listed, TARGETS.iter().map(|target| target.name.into()).collect());
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz_targets");
            let files = fs::read_dir(folder).expect("fuzz_targets is there").map(|entry| entry.expect("it can be listed").path());
            assert_eq!(listed, files.map(|path| path.file_stem().expect("a name").to_string_lossy().into_owned()).collect());
        }
    };
}

corpus!(
    header_payment,
    wire_v1,
    wire_v2,
    reply_402,
    reply_facilitator,
    typed_data,
    signature,
    recovery,
    payment_resigned,
    payer_cache,
    resource,
    money_amount,
    identifiers,
    audit_log,
    chain_answers,
    policy_toml,
    transaction,
);

fn check(name: &str) {
    let target = TARGETS.iter().find(|target| target.name == name).expect("the target is listed");
    let mut seeds = (target.seeds)(&Vectors::load());
    assert!(seeds.len() >= 50, "{name} has {} seeds", seeds.len());
    seeds.extend(regressions(name));
    seeds.iter().for_each(|seed| run(target, seed));
    for number in 0..MUTATIONS {
        run(target, &mutated(&seeds, &mut Random::new(number)));
    }
}

/// Inputs that broke a law once.
fn regressions(name: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("regressions").join(name);
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut paths = entries.map(|entry| entry.expect("a folder that opened can be listed").path()).collect::<Vec<_>>();
    paths.sort();
    paths.iter().map(|path| fs::read(path).expect("a regression can be read")).collect()
}

fn run(target: &Target, input: &[u8]) {
    if let Err(broken) = panic::catch_unwind(|| (target.run)(input)) {
        eprintln!("{} breaks on {:?}", target.name, String::from_utf8_lossy(input));
        eprintln!("as bytes: {input:02x?}");
        panic::resume_unwind(broken);
    }
}
