//! Reading a reason that somebody else wrote.

use super::Rejection;
use crate::Fault;

/// What the text of an `invalidReason`, `errorReason` or `error` means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "a refusal, an outage or unknown: a caller must treat the three apart")]
pub enum Reason {
    /// The payment was refused for a cause this crate knows.
    Rejection(Rejection),
    /// The other side could not tell or could not finish. It says nothing against the payment.
    Fault(Fault),
    /// A text outside the known vocabularies: a newer code, another scheme's, or prose. Nothing may be concluded from it, so the
    /// outcome is to be treated like [`Retry::UnknownOutcome`](super::Retry::UnknownOutcome) wherever money could have moved.
    Other,
}

impl Reason {
    /// Reads a reason in any vocabulary: the specification's (v1 and v2), TypeScript's, Go's, Python's, x402-rs's.
    ///
    /// The comparison is exact. A reason is a name, and a near miss is another name.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        if let Some(rejection) = Rejection::from_reason(text) {
            return Self::Rejection(rejection);
        }
        Fault::from_reason(text).map_or(Self::Other, Self::Fault)
    }
}
