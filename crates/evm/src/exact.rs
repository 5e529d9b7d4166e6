//! The scheme `exact` on `eip155` networks.

use quittance_core::chain::Plan;
use quittance_core::{
    Amount, Authorization, Network, Progress, Rejection, Scheme, SchemeId, VerifyInput, WindowRule, proof::Admitted,
};

use crate::eip3009;
use crate::payer::Payers;

/// `exact` with the defaults: six seconds to settle in, key accounts and contract wallets.
pub const EXACT: Exact = Exact { window: WindowRule::EIP3009, payers: Payers::KeysAndContracts };

/// `exact` on `eip155` networks, by EIP-3009.
#[derive(Clone, Copy, Debug)]
pub struct Exact {
    window: WindowRule,
    payers: Payers,
}

impl Exact {
    /// The same with another margin: how many seconds must be left of the authorization for a settlement (catalogue row 47).
    #[must_use]
    pub const fn with_margin(self, seconds: u64) -> Self {
        Self { window: self.window.with_margin(seconds), ..self }
    }

    /// The same for payers with a key only: a signature that is not the key's is refused at once, instead of asking the chain whether a
    /// contract answers for the address.
    #[must_use]
    pub const fn keys_only(self) -> Self {
        Self { payers: Payers::Keys, ..self }
    }
}

impl Scheme for Exact {
    fn id(&self) -> SchemeId {
        SchemeId::Exact
    }

    fn serves(&self, network: Network) -> bool {
        network.chain_id().is_some()
    }

    fn verify(&self, input: &VerifyInput<'_>) -> Result<Progress, Rejection> {
        let (payment, terms) = (input.payment, input.terms);
        if *payment.scheme() != SchemeId::Exact || *terms.scheme() != SchemeId::Exact {
            return Err(Rejection::UnsupportedScheme);
        }
        if payment.network() != terms.network() {
            return Err(Rejection::NetworkMismatch);
        }
        // What the client says it accepted is a claim; one that is not this offer was made for another (catalogue rows 61 to 67).
        if payment.accepted().is_some_and(|claimed| !terms.is_same_offer(claimed)) {
            return Err(Rejection::NoMatchingOffer);
        }
        match payment.authorization() {
            Authorization::Eip3009(payload) => eip3009::verify(payload, input, &self.window, self.payers),
            _ => Err(Rejection::UnsupportedPayloadType),
        }
    }

    fn plan(&self, admitted: &Admitted, charge: Amount) -> Result<Plan, Rejection> {
        let verified = admitted.verified();
        match verified.payment().authorization() {
            Authorization::Eip3009(payload) if charge == payload.authorization.value => eip3009::plan(payload, verified.terms()),
            Authorization::Eip3009(_) => Err(Rejection::Eip3009Value),
            _ => Err(Rejection::UnsupportedPayloadType),
        }
    }
}
