//! A request, read: the payment, the seller's terms, and what is to be charged.

use std::sync::Arc;

use quittance_core::wire::{SettleRequest, VerifyRequest};
use quittance_core::{Account, Address, Amount, Limits, Network, Payment, Rejection, Scheme, SchemeId, Terms, json, sha256};
use quittance_guard::Fingerprint;

/// What is asked for.
#[derive(Clone)]
pub(crate) struct Case {
    pub(crate) payment: Payment,
    /// The seller's terms. Of a payment up to a ceiling, they ask for the ceiling.
    pub(crate) terms: Terms,
    /// What is to be charged: the price, or what was used.
    pub(crate) charge: Amount,
    pub(crate) scheme: Arc<dyn Scheme>,
}

/// Why a request is not one, or nobody here can see to it.
pub(crate) struct Unreadable {
    pub(crate) rejection: Rejection,
    pub(crate) network: String,
    pub(crate) payer: Option<String>,
}

/// What the amount of the requirements means.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The price, or the ceiling.
    Verify,
    /// What to charge.
    Settle,
}

impl Case {
    /// Reads a request; `find` knows the schemes.
    pub(crate) fn read(
        request: &VerifyRequest,
        purpose: Purpose,
        find: impl FnOnce(&SchemeId, Network) -> Result<Arc<dyn Scheme>, Rejection>,
    ) -> Result<Self, Unreadable> {
        let refuse = |rejection, payer: Option<&Payment>| Unreadable {
            rejection,
            network: request.network().to_owned(),
            payer: payer.and_then(Payment::from).map(|from| from.to_string()),
        };
        let payment = request.payment().map_err(|_| refuse(Rejection::InvalidPayload, None))?;
        let (terms, charge) = terms(request, &payment, purpose).map_err(|rejection| refuse(rejection, Some(&payment)))?;
        let scheme = find(terms.scheme(), terms.network()).map_err(|rejection| refuse(rejection, Some(&payment)))?;
        Ok(Self { payment, terms, charge, scheme })
    }

    /// Reads the bytes that [`to_bytes`] wrote of a request to settle.
    pub(crate) fn from_bytes(
        bytes: &[u8],
        find: impl FnOnce(&SchemeId, Network) -> Result<Arc<dyn Scheme>, Rejection>,
    ) -> Option<Self> {
        let limits = Limits::BODY.with_bytes(bytes.len()).with_depth(Limits::DEEPEST);
        let json::Value::Object(object) = json::parse(bytes, &limits).ok()? else { return None };
        let SettleRequest(request) = SettleRequest::try_from(object).ok()?;
        Self::read(&request, Purpose::Settle, find).ok()
    }

    /// What a settlement is one of: these terms and this charge, whoever asks.
    pub(crate) fn fingerprint(&self) -> Fingerprint {
        let words = [sha256(b"quittance-settlement/1"), *self.terms.hash().as_bytes(), self.charge.to_be_bytes()];
        Fingerprint::from_bytes(sha256(words.as_flattened()))
    }

    /// Who says to pay.
    pub(crate) fn payer(&self) -> Option<String> {
        self.payment.from().map(|from| Account::Evm(from).to_string())
    }

    /// Which token.
    pub(crate) fn token(&self) -> Option<Address> {
        self.terms.asset().token().address()
    }
}

/// The bytes of a request to settle, to be read again after a crash.
pub(crate) fn to_bytes(request: &SettleRequest) -> Vec<u8> {
    request.to_json().into_bytes()
}

/// The terms, and the charge.
fn terms(request: &VerifyRequest, payment: &Payment, purpose: Purpose) -> Result<(Terms, Amount), Rejection> {
    let read = match purpose {
        Purpose::Verify => request.terms(payment),
        Purpose::Settle => request.terms_to_settle(payment),
    };
    read.map_err(|_| Rejection::InvalidPaymentRequirements)
}
