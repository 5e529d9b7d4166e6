//! The scheme `exact` on `eip155` networks.

use alloc::vec::Vec;

use quittance_core::chain::{ChainQuery, Plan};
use quittance_core::eip712::permit2::ExactWitness;
use quittance_core::proof::{Admitted, Verified};
use quittance_core::wire::{Eip3009Payload, Permit2Payload};
use quittance_core::{
    Amount, Authorization, ChainMode, Network, Progress, Rejection, Scheme, SchemeId, Terms, VerifyInput, WindowRule,
};

use crate::authorization;
use crate::checking::{self, Found};
use crate::payer::{Payers, Signed};
use crate::state::Demand;
use crate::{eip3009, permit2};

/// `exact` with the defaults: six seconds to settle in, key accounts and contract wallets.
pub const EXACT: Exact = Exact { window: WindowRule::EIP3009, payers: Payers::KeysAndContracts };

/// `exact` on `eip155` networks, by EIP-3009 or by Permit2: which one, the payment says.
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

impl Exact {
    /// Everything short of who signed.
    fn examine<'a>(&self, input: &VerifyInput<'a>) -> Result<(Fixed<'a>, Signed<'a>), Rejection> {
        authorization::offer(input, &SchemeId::Exact, Rejection::UnsupportedScheme, Rejection::NetworkMismatch)?;
        match input.payment.authorization() {
            Authorization::Eip3009(payload) => {
                eip3009::examine(payload, input, &self.window).map(|signed| (Fixed::Eip3009(payload), signed))
            }
            Authorization::ExactPermit2(payload) => {
                let window = WindowRule::PERMIT2.with_margin(self.window.margin());
                permit2::examine(payload, input, &window).map(|signed| (Fixed::Permit2(payload), signed))
            }
            _ => Err(Rejection::UnsupportedPayloadType),
        }
    }
}

/// An authorization of just the price, by either method.
enum Fixed<'a> {
    Eip3009(&'a Eip3009Payload),
    Permit2(&'a Permit2Payload<ExactWitness>),
}

impl Fixed<'_> {
    fn plan(&self, terms: &Terms) -> Result<Plan, Rejection> {
        match self {
            Self::Eip3009(payload) => eip3009::plan(payload, terms),
            Self::Permit2(payload) => permit2::plan(payload, terms, payload.permit.permitted.amount),
        }
    }
}

impl Found for Fixed<'_> {
    fn demands(&self, input: &VerifyInput<'_>) -> Result<Vec<Demand>, Rejection> {
        let (mut demands, failed) = match self {
            Self::Eip3009(payload) => (eip3009::demands(payload, input.terms)?, Rejection::Eip3009Simulation),
            Self::Permit2(payload) => (permit2::demands(payload), Rejection::Permit2Simulation),
        };
        if input.mode == ChainMode::Simulated {
            demands.push(Demand::success(&self.plan(input.terms)?, failed));
        }
        Ok(demands)
    }

    fn verified(self, input: &VerifyInput<'_>) -> Result<Verified, Rejection> {
        match self {
            Self::Eip3009(payload) => eip3009::verified(payload, input),
            Self::Permit2(payload) => Ok(permit2::verified(payload, input)),
        }
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
        checking::one(input, self.payers, self.examine(input))
    }

    fn verify_many(&self, inputs: &[VerifyInput<'_>]) -> Vec<Result<Progress, Rejection>> {
        checking::many(inputs, self.payers, |input| self.examine(input))
    }

    fn questions(&self, input: &VerifyInput<'_>) -> Result<Vec<ChainQuery>, Rejection> {
        checking::questions(input, self.payers, self.examine(input))
    }

    fn plan(&self, admitted: &Admitted, charge: Amount) -> Result<Plan, Rejection> {
        let verified = admitted.verified();
        match verified.payment().authorization() {
            Authorization::Eip3009(payload) if charge == payload.authorization.value => eip3009::plan(payload, verified.terms()),
            Authorization::Eip3009(_) => Err(Rejection::Eip3009Value),
            Authorization::ExactPermit2(payload) if charge == payload.permit.permitted.amount => {
                permit2::plan(payload, verified.terms(), charge)
            }
            Authorization::ExactPermit2(_) => Err(Rejection::Permit2Amount),
            _ => Err(Rejection::UnsupportedPayloadType),
        }
    }
}
