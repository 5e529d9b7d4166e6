//! The scheme `upto` on `eip155` networks (`scheme_upto_evm`): a ceiling is signed, and what was used is charged.

use alloc::vec;
use alloc::vec::Vec;

use quittance_core::chain::{ChainQuery, Plan};
use quittance_core::eip712::permit2::UptoWitness;
use quittance_core::proof::{Admitted, Verified};
use quittance_core::wire::Permit2Payload;
use quittance_core::{
    Address, Amount, Authorization, ChainMode, Network, Progress, Rejection, Scheme, SchemeId, VerifyInput, WindowRule,
};

use crate::authorization;
use crate::checking::{self, Found};
use crate::payer::{Payers, Signed};
use crate::permit2;
use crate::state::Demand;

/// `upto` with the defaults: six seconds to settle in, key accounts and contract wallets, and the facilitator that the seller's own offer
/// names.
pub const UPTO: Upto = Upto { window: WindowRule::PERMIT2, payers: Payers::KeysAndContracts, facilitators: None };

/// `upto` on `eip155` networks, which is always by Permit2.
///
/// Whoever submits the permit chooses the amount, so the payer names who that may be, and the proxy takes it from nobody else (catalogue
/// row 164). A seller compares the name with the `facilitatorAddress` of its own offer; a facilitator says which addresses are its
/// own, by [`for_facilitators`](Self::for_facilitators).
#[derive(Clone, Copy, Debug)]
pub struct Upto<'a> {
    window: WindowRule,
    payers: Payers,
    facilitators: Option<&'a [Address]>,
}

impl<'a> Upto<'a> {
    /// The same with another margin: how many seconds must be left for a settlement, which comes after the work (catalogue row 165).
    #[must_use]
    pub const fn with_margin(self, seconds: u64) -> Self {
        Self { window: self.window.with_margin(seconds), ..self }
    }

    /// The same for payers with a key only.
    #[must_use]
    pub const fn keys_only(self) -> Self {
        Self { payers: Payers::Keys, ..self }
    }

    /// The same for these facilitators, whatever an offer says.
    #[must_use]
    pub const fn for_facilitators(self, facilitators: &'a [Address]) -> Self {
        Self { facilitators: Some(facilitators), ..self }
    }

    /// Everything short of who signed.
    fn examine<'p>(&self, input: &VerifyInput<'p>) -> Result<(Ceiling<'p>, Signed<'p>), Rejection> {
        authorization::offer(input, &SchemeId::Upto, Rejection::UptoScheme, Rejection::UptoNetwork)?;
        let Authorization::UptoPermit2(payload) = input.payment.authorization() else {
            return Err(Rejection::UnsupportedPayloadType);
        };
        let named = payload.permit.witness.facilitator;
        let expected = match self.facilitators {
            Some(own) => own.contains(&named),
            None => {
                let offered = input.terms.extra_text("facilitatorAddress").ok_or(Rejection::InvalidPaymentRequirements)?;
                Address::parse_party(offered).map_err(|_| Rejection::InvalidPaymentRequirements)? == named
            }
        };
        if !expected {
            return Err(Rejection::UptoFacilitator);
        }
        permit2::examine(payload, input, &self.window).map(|signed| (Ceiling(payload), signed))
    }
}

/// A permit for at most so much.
struct Ceiling<'a>(&'a Permit2Payload<UptoWitness>);

impl Found for Ceiling<'_> {
    /// The whole ceiling has to be there and movable, whatever will be charged.
    fn demands(&self, input: &VerifyInput<'_>) -> Result<Vec<Demand>, Rejection> {
        let mut demands = permit2::demands(self.0);
        if input.mode == ChainMode::Simulated {
            let plan = permit2::plan(self.0, input.terms, self.0.permit.permitted.amount)?;
            demands.push(Demand::success(&plan, Rejection::Permit2Simulation));
        }
        Ok(demands)
    }

    fn verified(self, input: &VerifyInput<'_>) -> Result<Verified, Rejection> {
        Ok(permit2::verified(self.0, input))
    }
}

impl Scheme for Upto<'_> {
    fn id(&self) -> SchemeId {
        SchemeId::Upto
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

    /// Nothing charged is nothing done: no transaction, and the nonce stays unused until the deadline. More than the ceiling is a mistake
    /// and never the ceiling (rows 161, 162 and 164).
    fn plan(&self, admitted: &Admitted, charge: Amount) -> Result<Plan, Rejection> {
        let verified = admitted.verified();
        let Authorization::UptoPermit2(payload) = verified.payment().authorization() else {
            return Err(Rejection::UnsupportedPayloadType);
        };
        if charge > payload.permit.permitted.amount {
            return Err(Rejection::UptoExceeds);
        }
        if charge.is_zero() {
            return Ok(Plan::new(vec![], vec![]));
        }
        permit2::plan(payload, verified.terms(), charge)
    }
}
