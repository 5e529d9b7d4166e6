//! Ending what a seller's word does not end.

use quittance_core::Signer;
use quittance_guard::audit::{self, Event, Settlement, Side, Word};
use quittance_guard::budget::{Record, Step, StepError, Ticket, Unspent};
use quittance_guard::{Ledger, Receipt, RequestId};

use crate::audit::Trip;
use crate::buyer::Buyer;
use crate::error::Error;
use crate::trip::{CATEGORY, fresh};

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
    /// Ends an open purchase by evidence about what this record holds. Only then may another signature be made for it, if it was unspent.
    ///
    /// The record says which signature the evidence is about: one that was made since, in another process, is not ended by it.
    ///
    /// # Errors
    ///
    /// [`Error::NoSuchPurchase`] for a purchase that was never signed for, [`Error::Evidence`] when the evidence shows nothing, as a time of
    /// the chain before the end of the authorization does, [`Error::Fault`] when ledger or log cannot be reached.
    pub async fn conclude(&self, record: &Record, evidence: Evidence) -> Result<Record, Error> {
        let (inner, purchase) = (&*self.0, &record.purchase.id);
        let signed = record.signed.as_ref().ok_or_else(|| Error::NoSuchPurchase(purchase.clone()))?;
        let step = match &evidence {
            Evidence::Settled(receipt) => Step::Settle(receipt.clone()),
            Evidence::Unspent(unspent) => Step::Release(*unspent),
        };
        let stepped = inner.ledger.step(&Ticket::of(record), step, inner.host.now()?).await.map_err(|error| match error {
            StepError::Misstep(misstep) => Error::Evidence(misstep),
            StepError::Fault(fault) => Error::Fault(fault),
            _ => Error::Fault(quittance_core::Fault::StoreInconsistent),
        })?;
        if stepped.state != record.state {
            let id = RequestId::parse(&fresh(inner, "conclude-")?).map_err(|_| Error::Request)?;
            let category = Word::parse(CATEGORY).map_err(|_| Error::Request)?;
            let event = Event::requested(Side::Buyer, &id, category, audit::Method::Other)
                .with_purchase(purchase)
                .with_task(&record.purchase.task);
            let mut trip = Trip::new(inner.journal.as_ref(), &inner.host, event);
            let network = signed.key().network();
            if let Some(attempt) = trip.attempt(&record.purchase, signed.expose()) {
                trip.record(|event| match &evidence {
                    Evidence::Unspent(_) => event.released(&attempt),
                    Evidence::Settled(receipt) => match Settlement::of(network, receipt) {
                        Some(settlement) => event.settled(&attempt, settlement),
                        None => event.unknown(&attempt),
                    },
                })?;
            }
        }
        Ok(stepped)
    }
}
