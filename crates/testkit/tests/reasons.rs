//! Every reason that this implementation can give is given somewhere: by a vector, or by a test that is named here.

use std::collections::{BTreeMap, BTreeSet};

use quittance_core::binding::BindingError;
use quittance_core::eip712::TypedDataError;
use quittance_core::rejection::Reason;
use quittance_core::signature::{PublicKeyError, SecretKeyError, SignatureError, WrapperError};
use quittance_core::{
    AddressError, AmountError, Denial, EncodingError, Fault, HexError, JsonError, Misuse, MoneyError, NetworkError, NonceError,
    PaymentIdError, Rejection, ResourceError, ShapeError, TimeError, WindowError,
};
use quittance_testkit::{check, vectors};

/// Reasons that no vector can reach, and the file and test of `quittance-core` that do.
const ELSEWHERE: &[(&str, &str, &str)] = &[
    ("domain_mismatch", "terms/tests.rs", "row_192_and_199_a_token_is_what_the_registry_says"),
    ("duplicate_scheme", "scheme_set.rs", "a_scheme_is_found_by_id_and_network_and_stands_there_once"),
    ("erc6492_too_large", "signature/erc6492/tests.rs", "row_98_the_size_is_bounded"),
    ("other_currency", "terms/tests.rs", "an_offer_is_made_from_a_price"),
    ("payee_not_on_network", "terms/tests.rs", "an_offer_is_made_from_a_price"),
    ("price_not_expressible", "terms/tests.rs", "an_offer_is_made_from_a_price"),
    ("public_key_encoding", "signature/public_key/tests.rs", "all_else_is_refused"),
    ("public_key_not_on_curve", "signature/public_key/tests.rs", "all_else_is_refused"),
    ("terms_too_long", "header/tests.rs", "row_44_an_offer_too_long_for_its_header_is_found_when_it_is_written"),
    ("typed_data_depth", "eip712/typed_data/tests.rs", "nesting_is_bounded"),
    ("unknown_asset", "terms/tests.rs", "row_192_and_199_a_token_is_what_the_registry_says"),
    ("zero_price", "terms/tests.rs", "an_offer_is_made_from_a_price"),
];

/// The names of every closed set of reasons.
fn declared() -> BTreeSet<&'static str> {
    let mut names = BTreeSet::new();
    macro_rules! add {
        ($($Set:ty),+ $(,)?) => { $( for reason in <$Set>::ALL { assert!(names.insert(reason.name()), "{} is a name twice", reason.name()); } )+ };
    }
    add!(
        AddressError,
        AmountError,
        BindingError,
        Denial,
        EncodingError,
        HexError,
        JsonError,
        Misuse,
        MoneyError,
        NetworkError,
        NonceError,
        PaymentIdError,
        PublicKeyError,
        ResourceError,
        SecretKeyError,
        ShapeError,
        SignatureError,
        TimeError,
        TypedDataError,
        WindowError,
        WrapperError,
    );
    names
}

#[test]
fn every_reason_is_given_by_a_vector_or_by_a_named_test() {
    let mut given: BTreeMap<String, usize> = BTreeMap::new();
    for file in vectors::load_all() {
        let check = check::of(&file.feature).expect("a feature of this runner");
        for group in &file.groups {
            for reason in group.cases.iter().filter_map(|case| check(&group.parameters, &case.input).err()) {
                *given.entry(reason).or_default() += 1;
            }
        }
    }
    let elsewhere: BTreeSet<&str> = ELSEWHERE.iter().map(|(reason, _, _)| *reason).collect();
    let missing: Vec<_> = declared().into_iter().filter(|name| !given.contains_key(*name) && !elsewhere.contains(name)).collect();
    assert!(missing.is_empty(), "no vector gives, and no test is named for: {missing:#?}");
    for (reason, file, test) in ELSEWHERE {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../core/src/").to_owned() + file;
        let source = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path}: {e}"));
        assert!(source.contains(&format!("fn {test}(")), "{reason}: {file} has no test {test}");
    }
    let needless: Vec<_> = elsewhere.into_iter().filter(|name| given.contains_key(*name)).collect();
    assert!(needless.is_empty(), "a vector gives these, so the list need not name them: {needless:?}");
}

#[test]
fn every_rejection_and_every_fault_with_a_name_on_the_wire_is_read_from_a_vector() {
    let mut read = BTreeSet::new();
    for file in vectors::load_all().into_iter().filter(|file| file.feature == "reasons/codes") {
        for case in file.groups.iter().flat_map(|group| &group.cases) {
            match Reason::parse(case.input["text"].as_str().expect("a reason is text")) {
                Reason::Rejection(rejection) => read.insert(rejection.code()),
                Reason::Fault(fault) => read.insert(fault.code()),
                _ => false,
            };
        }
    }
    let missing: Vec<_> = Rejection::ALL.iter().map(|rejection| rejection.code()).filter(|code| !read.contains(code)).collect();
    assert!(missing.is_empty(), "no vector spells {missing:?}");
    for fault in Fault::ALL {
        assert!(matches!(fault.status(), 502 | 503), "a fault is ours, not the payer's: {fault}");
    }
}
