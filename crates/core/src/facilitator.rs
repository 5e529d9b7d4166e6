//! Who verifies against the chain and settles, for a seller.

use core::future::Future;

use crate::fault::Fault;
use crate::wire::{SettleRequest, SettleResponse, SupportedResponse, VerifyRequest, VerifyResponse};

/// A facilitator (core specification v2, section 7): in this process, or behind HTTP.
///
/// Its answers are claims. An error is a [`Fault`]: the facilitator could not answer, which says nothing about the payer. After
/// [`settle`](Self::settle) has been called, any fault means that the outcome is unknown (catalogue rows 138 and 139).
pub trait Facilitator {
    /// Which facilitator this is, in one line of plain text without a secret: the same for as long as it can say what became of what it was
    /// sent, and another for every other. Who asks it to settle keeps this with what was sent, so that nobody else is asked to settle the
    /// same (catalogue row 154).
    fn name(&self) -> &str;

    /// Asks whether a payment could be settled. Safe to repeat.
    fn verify(&self, request: &VerifyRequest) -> impl Future<Output = Result<VerifyResponse, Fault>> + Send;

    /// Asks to settle. To be repeated only with the same bytes, and never at a second facilitator while the first has not ended.
    fn settle(&self, request: &SettleRequest) -> impl Future<Output = Result<SettleResponse, Fault>> + Send;

    /// Asks what the facilitator can do.
    fn supported(&self) -> impl Future<Output = Result<SupportedResponse, Fault>> + Send;
}
