//! Where the audit log speaks of a request.

use quittance_guard::{PurchaseId, RequestId};

/// One entry of an audit log, for finding it again.
///
/// The log is a file and the truth; this is an index into it, which can be made anew from the file.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Trace {
    /// The entry's number in the log.
    pub sequence: u64,
    /// The request that it is about.
    pub request: RequestId,
    /// Where it begins in the file, in bytes.
    pub place: u64,
    /// The purchase that it is about, if there is one.
    pub purchase: Option<PurchaseId>,
}

impl Trace {
    /// An entry about a request.
    #[must_use]
    pub const fn new(sequence: u64, request: RequestId, place: u64) -> Self {
        Self { sequence, request, place, purchase: None }
    }

    /// The same about a purchase.
    #[must_use]
    pub fn of_purchase(self, purchase: PurchaseId) -> Self {
        Self { purchase: Some(purchase), ..self }
    }
}
