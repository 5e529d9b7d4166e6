//! What came back.

use std::fmt;

use quittance_guard::output::Report;
use quittance_guard::{PurchaseId, Receipt};
use quittance_remote::{Exchange, Whole};
use reqwest::header::HeaderMap;

use crate::receipt::Vouched;

/// An answer, paid for or not.
///
/// It does not print its body or its headers.
pub struct Answer {
    exchange: Exchange,
    purchase: Option<PurchaseId>,
    receipt: Option<Receipt>,
    report: Option<Report>,
    /// In a box: most answers have none.
    vouched: Option<Box<Vouched>>,
}

impl Answer {
    pub(crate) const fn free(exchange: Exchange) -> Self {
        Self { exchange, purchase: None, receipt: None, report: None, vouched: None }
    }

    pub(crate) fn paid(
        exchange: Exchange,
        purchase: PurchaseId,
        (receipt, vouched): (Option<Receipt>, Option<Vouched>),
        report: Option<Report>,
    ) -> Self {
        Self { exchange, purchase: Some(purchase), receipt, report, vouched: vouched.map(Box::new) }
    }

    /// Takes it apart: what came back, the purchase, and its receipt.
    #[cfg(feature = "middleware")]
    pub(crate) fn into_parts(self) -> (Exchange, Option<PurchaseId>, Option<Receipt>) {
        (self.exchange, self.purchase, self.receipt)
    }

    /// The status.
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.exchange.status
    }

    /// The headers.
    #[must_use]
    pub const fn headers(&self) -> &HeaderMap {
        &self.exchange.headers
    }

    /// The body, as far as it was read.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.exchange.body
    }

    /// Whether all of the body is there: it is not when it is longer than the settings allow, or the connection broke.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        matches!(self.exchange.whole, Whole::Yes)
    }

    /// The purchase that this answers; none where nothing was paid.
    #[must_use]
    pub const fn purchase(&self) -> Option<&PurchaseId> {
        self.purchase.as_ref()
    }

    /// What was charged, and where, by the seller's word. None where nothing was paid, and where the seller delivered without a receipt
    /// that holds: the amount then stays set aside (catalogue row 203).
    #[must_use]
    pub const fn receipt(&self) -> Option<&Receipt> {
        self.receipt.as_ref()
    }

    /// The receipt that the seller has signed, and what it is worth; none where the seller signs none (extension `offer-receipt`). One that is
    /// of something else, or signed by nobody, is here with that verdict and never taken for a receipt.
    #[must_use]
    pub fn signed_receipt(&self) -> Option<&Vouched> {
        self.vouched.as_deref()
    }

    /// What the answer was checked for, and what came of it. Never a reason to pay again (row 204).
    #[must_use]
    pub const fn report(&self) -> Option<&Report> {
        self.report.as_ref()
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("status", &self.exchange.status)
            .field("bytes", &self.exchange.body.len())
            .field("purchase", &self.purchase)
            .field("receipt", &self.receipt)
            .field("signed_receipt", &self.vouched)
            .finish_non_exhaustive()
    }
}
