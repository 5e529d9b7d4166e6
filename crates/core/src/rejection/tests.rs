use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::ToString;

use super::{Blame, Reason, Rejection, Retry, Vocabulary};
use crate::{Denial, Fault, Misuse};

const VOCABULARIES: [Vocabulary; 3] = [Vocabulary::Spec, Vocabulary::TypeScript, Vocabulary::Rs];

/// All the names of one cause, whoever gives them.
fn check(names: &[&str], expected: Rejection) {
    for name in names {
        assert_eq!(Reason::parse(name), Reason::Rejection(expected), "{name}");
    }
}

#[test]
fn no_text_means_two_things() {
    let mut seen = BTreeMap::new();
    for &rejection in Rejection::ALL {
        for &text in rejection.spellings() {
            assert_eq!(seen.insert(text, rejection.code()), None, "{text}");
            assert_eq!(Reason::parse(text), Reason::Rejection(rejection), "{text}");
        }
    }
    for &fault in Fault::ALL {
        for &text in fault.wire_names() {
            assert_eq!(seen.insert(text, fault.code()), None, "{text}");
        }
    }
}

#[test]
fn a_code_is_unique_and_no_other_rows_text() {
    let mut codes = BTreeSet::new();
    for code in Rejection::ALL
        .iter()
        .map(|r| r.code())
        .chain(Fault::ALL.iter().map(|f| f.code()))
        .chain(Denial::ALL.iter().map(|d| d.name()))
        .chain(Misuse::ALL.iter().map(|m| m.name()))
    {
        assert!(codes.insert(code), "{code}");
        assert!(code.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_'), "{code}");
    }
    assert!(Fault::ALL.iter().all(|fault| Fault::from_code(fault.code()) == Some(*fault)));
    assert_eq!((Rejection::from_code(""), Fault::from_code(""), Rejection::from_code("expired\n")), (None, None, None));
    for &rejection in Rejection::ALL {
        assert_eq!(Rejection::from_code(rejection.code()), Some(rejection));
        if let Reason::Rejection(read) = Reason::parse(rejection.code()) {
            assert_eq!(read, rejection, "{}", rejection.code());
        }
    }
}

#[test]
fn what_is_written_in_any_vocabulary_is_read_back() {
    for &rejection in Rejection::ALL {
        for vocabulary in VOCABULARIES {
            assert_eq!(
                Reason::parse(rejection.reason_in(vocabulary)),
                Reason::Rejection(rejection),
                "{rejection:?} {vocabulary:?}"
            );
        }
        assert_eq!(rejection.reason(), rejection.reason_in(Vocabulary::Spec));
    }
}

#[test]
fn the_three_families_meet() {
    check(
        &["invalid_exact_evm_payload_signature", "invalid_exact_evm_signature", "invalid_signature"],
        Rejection::Eip3009Signature,
    );
    check(
        &["invalid_exact_evm_payload_recipient_mismatch", "invalid_exact_evm_recipient_mismatch", "recipient_mismatch"],
        Rejection::Eip3009Recipient,
    );
    check(
        &[
            "invalid_exact_evm_payload_authorization_value_mismatch",
            "invalid_exact_evm_payload_authorization_value",
            "invalid_exact_evm_authorization_value",
            "invalid_payment_amount",
        ],
        Rejection::Eip3009Value,
    );
    check(
        &["invalid_exact_evm_payload_authorization_valid_before", "invalid_payment_expired", "payment_expired"],
        Rejection::Eip3009ValidBefore,
    );
    check(&["invalid_exact_evm_payload_authorization_valid_after", "invalid_payment_early"], Rejection::Eip3009ValidAfter);
    check(&["insufficient_funds", "invalid_exact_evm_insufficient_balance"], Rejection::InsufficientFunds);
    check(&["missing_eip712_domain", "invalid_exact_evm_missing_eip712_domain"], Rejection::MissingEip712Domain);
    check(
        &["network_mismatch", "invalid_exact_evm_network_mismatch", "chain_id_mismatch", "invalid_exact_svm_network_mismatch"],
        Rejection::NetworkMismatch,
    );
    check(&["unsupported_scheme", "invalid_exact_evm_scheme"], Rejection::UnsupportedScheme);
    check(&["No matching payment requirements", "accepted_requirements_mismatch"], Rejection::NoMatchingOffer);
    check(&["transaction_simulation_failed", "invalid_exact_svm_transaction_simulation_failed"], Rejection::SvmSimulation);
}

#[test]
fn a_vocabulary_without_a_name_of_its_own_uses_the_specifications() {
    let value = Rejection::Eip3009Value;
    assert_eq!(value.reason_in(Vocabulary::TypeScript), "invalid_exact_evm_payload_authorization_value_mismatch");
    assert_eq!(value.reason_in(Vocabulary::Rs), "invalid_payment_amount");
    assert_eq!(Rejection::Permit2Deadline.reason_in(Vocabulary::Rs), "permit2_deadline_expired");
}

/// Every code of section 9 of the core specification, version 2.
#[test]
fn the_core_specification_is_complete() {
    for code in [
        "insufficient_funds",
        "invalid_exact_evm_payload_authorization_valid_after",
        "invalid_exact_evm_payload_authorization_valid_before",
        "invalid_exact_evm_payload_authorization_value_mismatch",
        "invalid_exact_evm_payload_signature",
        "invalid_exact_evm_payload_recipient_mismatch",
        "invalid_network",
        "invalid_payload",
        "invalid_payment_requirements",
        "invalid_scheme",
        "unsupported_scheme",
        "invalid_x402_version",
        "invalid_transaction_state",
    ] {
        let Reason::Rejection(rejection) = Reason::parse(code) else { panic!("{code}") };
        assert_eq!(rejection.reason(), code);
    }
    for code in ["unexpected_verify_error", "unexpected_settle_error"] {
        assert!(matches!(Reason::parse(code), Reason::Fault(_)), "{code}");
    }
}

#[test]
fn an_outage_is_not_a_rejection() {
    for text in [
        "unexpected_verify_error",
        "unexpected_settle_error",
        "unexpected_error",
        "invalid_exact_evm_failed_to_check_nonce",
        "invalid_exact_evm_failed_to_get_balance",
        "invalid_exact_evm_failed_to_verify_signature",
        "invalid_exact_evm_failed_to_execute_transfer",
    ] {
        assert!(matches!(Reason::parse(text), Reason::Fault(_)), "{text}");
    }
}

#[test]
fn a_near_miss_and_another_schemes_code_stay_text() {
    for text in [
        "",
        "Insufficient_funds",
        "insufficient_funds ",
        "insufficient funds",
        "invalid_batch_settlement_evm_channel_not_found",
        "invalid_auth_capture_evm_scheme",
        "invalid_upto_svm_payload_nonce",
        "invalid_exact_tvm_payload",
        "the card was declined",
    ] {
        assert_eq!(Reason::parse(text), Reason::Other, "{text:?}");
    }
}

#[test]
fn rows_46_to_61_answer_402_and_ask_for_a_new_payment() {
    for rejection in [
        Rejection::Eip3009ValidBefore,
        Rejection::Eip3009Value,
        Rejection::Eip3009Recipient,
        Rejection::NoMatchingOffer,
        Rejection::InvalidNetwork,
    ] {
        assert_eq!(
            (rejection.status(), rejection.blame(), rejection.retry()),
            (402, Blame::Payer, Retry::NewPayment),
            "{rejection:?}"
        );
    }
    let early = Rejection::Eip3009ValidAfter;
    assert_eq!((early.status(), early.retry()), (402, Retry::SameBytesLater));
}

#[test]
fn row_166_a_missing_allowance_is_412_and_keeps_the_payment() {
    let rejection = Rejection::Permit2Allowance;
    assert_eq!((rejection.status(), rejection.retry()), (412, Retry::SameBytesLater));
    check(&["permit2_allowance_required", "PERMIT2_ALLOWANCE_REQUIRED"], rejection);
}

#[test]
fn rows_141_and_142_never_invite_a_second_payment() {
    for rejection in [
        Rejection::DuplicateSettlement,
        Rejection::SettlementPending,
        Rejection::Eip3009NonceUsed,
        Rejection::Permit2NonceUsed,
        Rejection::InvalidTransactionState,
        Rejection::TransactionFailed,
        Rejection::Eip3009TransferEvent,
        // Said about a payment that was used already, each in place of a reason that would say so.
        Rejection::Eip3009Simulation,
        Rejection::Permit2Simulation,
        Rejection::SvmSimulation,
        Rejection::SvmWalletSimulation,
        // Another facilitator may still settle it.
        Rejection::UptoProxyFacilitator,
    ] {
        assert_eq!(rejection.retry(), Retry::UnknownOutcome, "{rejection:?}");
    }
    assert_eq!(Rejection::DuplicateSettlement.status(), 409);
    assert_eq!(Rejection::SettlementPending.status(), 503);
}

#[test]
fn row_185_no_refusal_makes_an_unknown_outcome_known() {
    assert_eq!(Rejection::PaymentRequired.retry(), Retry::UnknownOutcome);
    for &rejection in Rejection::ALL {
        assert_eq!(rejection.retry().after(Fault::ConnectionLost.retry()), Retry::UnknownOutcome, "{rejection:?}");
        assert_eq!(rejection.retry().after(Retry::SameBytesLater), rejection.retry(), "{rejection:?}");
    }
}

/// x402-rs about a payment that went through and whose answer was lost: a failed simulation while the window lasts, then an expiry.
#[test]
fn row_142_a_failed_simulation_and_then_an_expiry_is_no_invitation_to_pay_again() {
    let told = ["transaction_simulation", "invalid_payment_expired"].map(|text| match Reason::parse(text) {
        Reason::Rejection(rejection) => rejection.retry(),
        other => panic!("{other:?}"),
    });
    assert_eq!(told.into_iter().reduce(|earlier, now| now.after(earlier)), Some(Retry::UnknownOutcome));
}

#[test]
fn a_status_says_what_the_retry_says() {
    for &rejection in Rejection::ALL {
        match rejection.status() {
            // malformed: the program that made it would make it again
            400 => assert!(rejection.retry() == Retry::Never || rejection == Rejection::UnsupportedPayloadType, "{rejection:?}"),
            402 => {}
            409 | 503 => assert_eq!(rejection.retry(), Retry::UnknownOutcome, "{rejection:?}"),
            412 => assert_eq!(rejection, Rejection::Permit2Allowance),
            other => panic!("{rejection:?}: {other}"),
        }
        if rejection.blame() == Blame::Seller {
            assert_ne!(rejection.retry(), Retry::UnknownOutcome, "{rejection:?}");
        }
    }
}

#[test]
fn messages_are_one_lower_case_line_without_a_full_stop() {
    let messages = Rejection::ALL
        .iter()
        .map(ToString::to_string)
        .chain(Fault::ALL.iter().map(ToString::to_string))
        .chain(Denial::ALL.iter().map(ToString::to_string))
        .chain(Misuse::ALL.iter().map(ToString::to_string));
    let mut seen = BTreeSet::new();
    for message in messages {
        assert!(!message.ends_with('.') && !message.contains('\n'), "{message}");
        assert!(message.starts_with(|c: char| c.is_ascii_lowercase()) || message.starts_with("EIP"), "{message}");
        assert!(seen.insert(message.clone()), "said twice: {message}");
    }
    for &rejection in Rejection::ALL {
        assert!(!rejection.citation().is_empty());
    }
}
