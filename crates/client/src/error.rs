//! Why there is no answer, and what may be done about it.

use quittance_core::rejection::{Reason, Retry};
use quittance_core::{DecodeError, Denial, Fault, Misuse, Money, ResourceError, Terms};
use quittance_guard::PurchaseId;
use quittance_guard::budget::{Misstep, ReserveError};
use quittance_guard::policy::{ApprovalRequest, Denied};

/// Why there is no answer. [`retry`](Self::retry) says what may be done about it without a person.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The URL is none that a payment could be bound to.
    #[error("the URL: {0}")]
    Url(#[from] ResourceError),
    /// The method or a header of the request is malformed.
    #[error("the request is malformed")]
    Request,
    /// The 402 could not be read.
    #[error("the 402: {0}")]
    Terms(#[from] DecodeError),
    /// The policy says no.
    #[error(transparent)]
    Denied(Denied),
    /// A person has to agree first: the request says to what.
    #[error("a person has to approve: {}", .0.words())]
    Approval(Box<ApprovalRequest>),
    /// The budget or the ledger says no.
    #[error(transparent)]
    Budget(ReserveError),
    /// The policy would allow it, and the request does not: what is asked for, and the most that it may cost.
    #[error("{} of {} is asked for, and {} is the most", .0.0.amount(), .0.0.asset().token(), .0.1)]
    TooDear(Box<(Terms, Money)>),
    /// The offer cannot be signed for.
    #[error("{0}")]
    Offer(Denial),
    /// The signer refused, in its own words.
    #[error("the signer: {0}")]
    Signer(String),
    /// The payment does not fit into a header.
    #[error("{0}")]
    Misuse(Misuse),
    /// The purchase is being made elsewhere at this moment.
    #[error("the purchase {0} is being made elsewhere")]
    Busy(PurchaseId),
    /// The ledger knows no signed payment of this purchase.
    #[error("nothing was signed for a purchase {0}")]
    NoSuchPurchase(PurchaseId),
    /// What is given as evidence shows nothing, or contradicts what the ledger has.
    #[error("the evidence: {0}")]
    Evidence(Misstep),
    /// Something is down, and nothing was sent that could cost anything.
    #[error("{0}; nothing was paid")]
    Fault(Fault),
    /// The seller refused the payment. Its word frees nothing: the amount stays set aside until the chain shows that it was not used.
    #[error("the seller refused the payment of {purchase} with {status}{}", reason_words(.reason.as_ref()))]
    Refused {
        /// The purchase.
        purchase: PurchaseId,
        /// The status of the answer.
        status: u16,
        /// The reason that was given, if it is one that this implementation knows.
        reason: Option<Reason>,
    },
    /// The signed bytes were sent, and what became of them is not known. Ask again for the same purchase: the same bytes are sent.
    #[error("what became of the payment of {purchase} is not known: {fault}")]
    Open {
        /// The purchase.
        purchase: PurchaseId,
        /// What went wrong.
        fault: Fault,
    },
}

fn reason_words(reason: Option<&Reason>) -> String {
    match reason {
        Some(Reason::Rejection(rejection)) => format!(": {}", rejection.description()),
        Some(Reason::Fault(fault)) => format!(": {}", fault.description()),
        _ => String::new(),
    }
}

impl Error {
    /// What may be done without a person. Nothing here ever allows another signature for the same purchase.
    #[must_use]
    pub fn retry(&self) -> Retry {
        match self {
            Self::Fault(_) => Retry::SameBytesLater,
            // whoever makes it elsewhere may sign at any moment
            Self::Busy(_) => Retry::UnknownOutcome,
            // a refusal may be a lie, so what was signed stays what is sent (rows 185 and 186)
            Self::Refused { .. } | Self::Open { .. } => Retry::UnknownOutcome,
            _ => Retry::Never,
        }
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}
