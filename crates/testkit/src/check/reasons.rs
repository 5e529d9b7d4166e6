//! `reasons/codes`: every spelling of a reason to the one cause.

use quittance_core::rejection::{Reason, Retry};
use serde_json::{Value, json};

use super::text;
use crate::vectors::Outcome;

fn retry(retry: Retry) -> &'static str {
    match retry {
        Retry::Never => "never",
        Retry::NewPayment => "new_payment",
        Retry::SameBytesLater => "same_bytes_later",
        Retry::UnknownOutcome => "unknown_outcome",
    }
}

pub(super) fn codes(_group: &Value, input: &Value) -> Outcome {
    Ok(match Reason::parse(text(input, "text")) {
        Reason::Rejection(rejection) => json!({
            "kind": "rejection", "code": rejection.code(), "status": rejection.status(), "retry": retry(rejection.retry()),
        }),
        Reason::Fault(fault) => json!({
            "kind": "fault", "code": fault.code(), "status": fault.status(), "retry": retry(fault.retry()),
        }),
        _ => json!({ "kind": "other" }),
    })
}
