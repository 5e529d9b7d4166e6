//! Every reason that this implementation can give is given somewhere: by a vector, or by a test that is named here.

use std::collections::{BTreeMap, BTreeSet};

use quittance_core::binding::BindingError;
use quittance_core::eip712::TypedDataError;
use quittance_core::rejection::Reason;
use quittance_core::settling::AnswerError;
use quittance_core::signature::{PublicKeyError, SecretKeyError, SignatureError, WrapperError};
use quittance_core::{
    AddressError, AmountError, Denial, EncodingError, Fault, HexError, JsonError, Misuse, MoneyError, NetworkError, NonceError,
    PaymentIdError, Rejection, ReplayKeyError, ResourceError, ShapeError, StatementError, TimeError, WindowError,
};
use quittance_testkit::{check, vectors};

/// Reasons that no vector can reach, and the file and test that do, as a path in `crates/`.
const ELSEWHERE: &[(&str, &str, &str)] = &[
    ("above_per_payment", "guard/src/policy/tests/offers.rs", "row_209_the_cap_itself_is_allowed_and_one_unit_more_is_not"),
    ("approval_expired", "guard/src/policy/tests/approval.rs", "row_217_an_approval_grows_old"),
    ("approval_mismatch", "guard/src/policy/tests/approval.rs", "row_217_an_approval_is_for_what_was_shown_and_nothing_else"),
    ("approval_needed", "guard/src/policy/tests/approval.rs", "row_217_a_person_can_say_no"),
    ("approval_used", "guard/src/budget/book/tests.rs", "row_217_a_persons_word_is_for_one_payment"),
    ("asset", "guard/src/policy/tests/offers.rs", "row_192_a_token_is_what_the_registry_says"),
    ("domain_mismatch", "core/src/terms/tests.rs", "row_192_and_199_a_token_is_what_the_registry_says"),
    ("duplicate_scheme", "core/src/scheme_set.rs", "a_scheme_is_found_by_id_and_network_and_stands_there_once"),
    ("erc6492_too_large", "core/src/signature/erc6492/tests.rs", "row_98_the_size_is_bounded"),
    ("facilitator", "guard/src/policy/tests/offers.rs", "row_200_a_ceiling_is_charged_by_a_facilitator_that_the_policy_names"),
    ("gas_too_dear", "testkit/tests/engine/sends.rs", "a_settlement_that_costs_more_than_its_share_is_not_sent"),
    ("insecure_transport", "guard/src/policy/tests/request.rs", "row_202_plain_http_is_for_this_machine_and_with_leave"),
    ("network", "guard/src/policy/tests/offers.rs", "row_195_a_network_that_is_not_named_is_refused"),
    ("no_offer", "guard/src/policy/tests/request.rs", "row_197_offers_without_end_are_not_looked_at"),
    ("no_policy", "guard/src/policy/tests/file.rs", "row_216_no_policy_denies_everything"),
    (
        "offer_contradicted",
        "guard/src/policy/tests/signed.rs",
        "row_194_an_offer_beside_which_another_one_is_signed_was_changed_on_the_way",
    ),
    ("offer_unsigned", "guard/src/policy/tests/signed.rs", "what_nobody_signed_who_may_is_refused_where_it_is_demanded"),
    ("origin", "guard/src/policy/tests/request.rs", "rows_206_and_215_an_origin_is_scheme_host_and_port_exactly"),
    ("no_session", "guard/src/budget/book/tests.rs", "a_name_stands_for_one_request_and_a_session_limit_needs_a_session"),
    ("other_currency", "core/src/terms/tests.rs", "an_offer_is_made_from_a_price"),
    ("other_purchase", "guard/src/budget/book/tests.rs", "a_name_stands_for_one_request_and_a_session_limit_needs_a_session"),
    ("over_budget", "guard/src/budget/book/tests.rs", "row_209_the_limit_itself_is_allowed_and_one_more_is_not"),
    ("payee_changed", "guard/src/policy/tests/offers.rs", "row_194_another_payee_than_before_is_refused"),
    ("payee_denied", "guard/src/policy/tests/offers.rs", "row_194_payees_can_be_named_and_excluded"),
    ("payee_not_on_network", "core/src/terms/tests.rs", "an_offer_is_made_from_a_price"),
    ("payee_unlisted", "guard/src/policy/tests/offers.rs", "row_194_payees_can_be_named_and_excluded"),
    ("price_changed", "guard/src/policy/tests/offers.rs", "row_191_a_price_above_the_known_one_is_refused_even_under_the_cap"),
    ("price_not_expressible", "core/src/terms/tests.rs", "an_offer_is_made_from_a_price"),
    ("public_key_encoding", "core/src/signature/public_key/tests.rs", "all_else_is_refused"),
    ("public_key_not_on_curve", "core/src/signature/public_key/tests.rs", "all_else_is_refused"),
    ("replay_key_grammar", "core/src/replay_key.rs", "a_key_is_read_in_the_one_spelling_that_it_writes"),
    ("resource", "guard/src/policy/tests/request.rs", "row_215_a_pattern_takes_no_segment_that_a_server_may_read_otherwise"),
    ("resource_spoof", "guard/src/policy/tests/request.rs", "row_201_the_answer_is_about_what_was_asked"),
    ("scheme", "guard/src/policy/tests/offers.rs", "row_198_what_was_not_opted_in_is_refused"),
    ("terms_too_long", "core/src/header/tests.rs", "row_44_an_offer_too_long_for_its_header_is_found_when_it_is_written"),
    ("text_refused", "guard/src/policy/tests/request.rs", "row_207_personal_data_and_secrets_are_refused_or_redacted"),
    ("too_many_offers", "guard/src/policy/tests/request.rs", "row_197_offers_without_end_are_not_looked_at"),
    (
        "too_many_failures",
        "testkit/tests/engine/bounds.rs",
        "row_148_a_payer_whose_payments_fail_again_and_again_is_told_to_come_back",
    ),
    ("transfer_method", "guard/src/policy/tests/offers.rs", "row_198_what_was_not_opted_in_is_refused"),
    ("typed_data_depth", "core/src/eip712/typed_data/tests.rs", "nesting_is_bounded"),
    ("unknown_asset", "core/src/terms/tests.rs", "row_192_and_199_a_token_is_what_the_registry_says"),
    ("window", "guard/src/policy/tests/offers.rs", "row_193_a_window_is_cut_to_the_policys_and_never_endless_or_empty"),
    ("zero_amount", "guard/src/policy/tests/offers.rs", "row_209_the_cap_itself_is_allowed_and_one_unit_more_is_not"),
    ("zero_price", "core/src/terms/tests.rs", "an_offer_is_made_from_a_price"),
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
        AnswerError,
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
        ReplayKeyError,
        ResourceError,
        SecretKeyError,
        ShapeError,
        SignatureError,
        StatementError,
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
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../").to_owned() + file;
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
