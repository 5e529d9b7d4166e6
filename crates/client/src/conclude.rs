//! Ending what a seller's word does not end.

use quittance_core::Signer;
use quittance_guard::budget::{Record, Step, StepError, Ticket, Unspent};
use quittance_guard::{Ledger, PurchaseId, Receipt};

use crate::buyer::Buyer;
use crate::error::Error;

/// What the chain shows of a purchase whose outcome was open.
#[derive(Clone, PartialEq, Eq, Debug)]
#[expect(clippy::exhaustive_enums, reason = "there is no third outcome")]
pub enum Evidence {
    /// The money moved.
    Settled(Receipt),
    /// It did not, and will not.
    Unspent(Unspent),
}

impl<S: Signer + Send + Sync, L: Ledger + Send + Sync> Buyer<S, L> {
    /// Ends an open purchase by evidence. Only then may another signature be made for it, if it was unspent.
    ///
    /// # Errors
    ///
    /// [`Error::GivenUp`] for a purchase that the ledger does not know, [`Error::Fault`] when the ledger cannot be asked or the evidence shows
    /// nothing: the chain's time has not passed the end of the authorization.
    pub async fn conclude(&self, purchase: &PurchaseId, evidence: Evidence) -> Result<Record, Error> {
        let record = self.0.ledger.find(purchase).await?.ok_or_else(|| Error::GivenUp(purchase.clone()))?;
        let step = match evidence {
            Evidence::Settled(receipt) => Step::Settle(receipt),
            Evidence::Unspent(unspent) => Step::Release(unspent),
        };
        let stepped = self.0.ledger.step(&Ticket::of(&record), step, self.0.host.now()?).await;
        stepped.map_err(|error| match error {
            StepError::Fault(fault) => Error::Fault(fault),
            _ => Error::Fault(quittance_core::Fault::ChainReply),
        })
    }
}
