//! Why something was not bought, for programs.

use quittance_client::Error;
use quittance_core::rejection::{Reason, Retry};
use quittance_guard::text::escape;
use serde_json::{Value, json};

use super::report::SHOWN;

/// The document that says so: what became of the money, why in a word and in words, what may be done, and the purchase's name.
pub(crate) fn document(error: &Error, purchase: Option<&str>) -> Value {
    said(code(error), &error.to_string(), error.retry(), purchase)
}

/// The same for what no seller and no policy has a part in.
pub(crate) fn said(code: &str, message: &str, retry: Retry, purchase: Option<&str>) -> Value {
    let outcome = if retry == Retry::UnknownOutcome { "open" } else { "unpaid" };
    let message = escape(message, SHOWN).to_string();
    json!({ "outcome": outcome, "code": code, "message": message, "retry": retry.word(), "purchase": purchase })
}

fn code(error: &Error) -> &'static str {
    match error {
        Error::Denied(denied) => denied.denial().name(),
        Error::Approval(_) => "approval_needed",
        Error::Budget(reserve) => reserve.denial().map_or("ledger", |denial| denial.name()),
        Error::TooDear(_) => "above_max_amount",
        Error::Offer(denial) => denial.name(),
        Error::Fault(fault) | Error::Open { fault, .. } => fault.code(),
        Error::Refused { reason: Some(Reason::Rejection(rejection)), .. } => rejection.code(),
        Error::Refused { .. } => "refused",
        Error::Terms(_) => "terms",
        _ => "other",
    }
}
