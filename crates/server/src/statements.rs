//! What a seller signs beside the payment: its offers, and a receipt for what was delivered (offer and receipt extension).
//!
//! Nothing of a sale hangs on it. If there is no key, or no time, the extension is not there, and never there and wrong.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use quittance_core::eip712::Digest;
use quittance_core::statement::{Issuer, Key, Payload as _};
use quittance_core::wire::{Artifact, Extension, OfferPayload, OfferReceipt, ReceiptPayload, SettleResponse};
use quittance_core::{Account, Network, Resource, Terms, UnixSeconds};

/// Who signs for a seller, and how much is said.
///
/// With `payTo`'s own key every buyer can tell that the payee signed. A key of its own is safer, and buyers have to be told of it.
pub struct Statements {
    issuer: Issuer,
    transactions: Transactions,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Transactions {
    Named,
    LeftOut,
}

impl Statements {
    /// Statements by an issuer. A receipt does not name the transaction: whoever it is shown to learns no more of its buyer than it says
    /// (section 5.2).
    #[must_use]
    pub const fn new(issuer: Issuer) -> Self {
        Self { issuer, transactions: Transactions::LeftOut }
    }

    /// The same with the transaction in every receipt, so that whoever it is shown to can look for it.
    #[must_use]
    pub fn naming_transactions(self) -> Self {
        Self { transactions: Transactions::Named, ..self }
    }

    /// The key that buyers are to be told of, unless it is the payee's.
    #[must_use]
    pub fn key(&self) -> Key {
        self.issuer.key()
    }
}

impl fmt::Debug for Statements {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Statements({:?})", self.issuer)
    }
}

/// So many signed offers are kept at hand.
const MOST: usize = 1_024;

/// Signs for one seller. What was signed a moment ago is not signed again: asking costs nobody anything but us.
pub(crate) struct Desk {
    statements: Statements,
    signed: Mutex<HashMap<Digest, (UnixSeconds, Artifact<OfferPayload>)>>,
}

impl Desk {
    pub(crate) fn new(statements: Statements) -> Self {
        Self { statements, signed: Mutex::default() }
    }

    /// The offers as they stand in `accepts`, each signed in its own letters. `life` is for how many seconds one is honoured.
    pub(crate) fn offers(
        &self,
        resource: &Resource,
        offers: &[Terms],
        life: impl Fn(&Terms) -> u64,
        now: UnixSeconds,
    ) -> Extension {
        let signed = offers.iter().enumerate().map(|(index, offer)| self.offer(resource, offer, life(offer), now).at(index));
        OfferReceipt::offers(signed.collect()).entry()
    }

    fn offer(&self, resource: &Resource, offer: &Terms, life: u64, now: UnixSeconds) -> Artifact<OfferPayload> {
        let said = |end| OfferPayload::of(offer.requirements(), resource.as_str(), end);
        let name = said(None).digest();
        let mut signed = self.signed.lock().unwrap_or_else(PoisonError::into_inner);
        // a buyer has at least three quarters of the time that there is
        if let Some((at, artifact)) = signed.get(&name)
            && (*at..=UnixSeconds::from_secs(at.as_secs().saturating_add(life / 4))).contains(&now)
        {
            return artifact.clone();
        }
        drop(signed);
        let artifact = self.statements.issuer.sign(said(now.checked_add(life)));
        signed = self.signed.lock().unwrap_or_else(PoisonError::into_inner);
        if signed.len() >= MOST {
            signed.clear();
        }
        signed.insert(name, (now, artifact.clone()));
        artifact
    }

    /// Adds a receipt for what is delivered to what is said of its settlement.
    pub(crate) fn receipt(
        &self,
        paper: &mut SettleResponse,
        network: Network,
        payer: &Account,
        resource: &Resource,
        now: UnixSeconds,
    ) {
        let mut said = ReceiptPayload::new(network, resource.as_str(), payer.to_string(), now);
        if self.statements.transactions == Transactions::Named {
            said = said.with_transaction(paper.transaction.as_str());
        }
        let entry = OfferReceipt::receipt(self.statements.issuer.sign(said)).entry();
        paper.extensions.get_or_insert_default().insert(OfferReceipt::ID, &entry);
    }
}
