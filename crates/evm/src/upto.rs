//! The scheme `upto` on `eip155` networks (`scheme_upto_evm`): a ceiling is signed, and what was used is charged.

use alloc::vec;
use alloc::vec::Vec;

use quittance_core::chain::{ChainQuery, Plan};
use quittance_core::eip712::permit2::UptoWitness;
use quittance_core::proof::{Admitted, Verified};
use quittance_core::{Address, Amount, Authorization, Network, Progress, Rejection, Scheme, SchemeId, VerifyInput};

use crate::authorization;
use crate::checking::{self, Found};
use crate::options::{Options, options};
use crate::payer::Signed;
use crate::permit2::{self, Permitted};
use crate::state::Demand;

/// `upto` with the defaults: six seconds to settle in, key accounts and contract wallets, and the facilitator that the seller's own offer
/// names.
pub const UPTO: Upto<'static> = Upto { options: Options::DEFAULT, facilitators: None };

/// `upto` on `eip155` networks, which is always by Permit2.
///
/// Whoever submits the permit chooses the amount, so the payer names who that may be, and the proxy takes it from nobody else (catalogue
/// row 164). A seller compares the name with the `facilitatorAddress` of its own offer; a facilitator says which addresses are its
/// own, by [`for_facilitators`](Self::for_facilitators).
#[derive(Clone, Copy, Debug)]
pub struct Upto<'a> {
    options: Options<'a>,
    facilitators: Option<&'a [Address]>,
}

options!(Upto);

impl<'a> Upto<'a> {
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
        permit2::examine(payload, input, &self.options).map(|(permitted, signed)| (Ceiling(permitted), signed))
    }
}

/// A permit for at most so much.
struct Ceiling<'a>(Permitted<'a, UptoWitness>);

impl Found for Ceiling<'_> {
    /// The whole ceiling has to be there and movable, whatever will be charged.
    fn demands(&self, input: &VerifyInput<'_>, options: &Options<'_>) -> Result<Vec<Demand>, Rejection> {
        permit2::demands(&self.0, input, options)
    }

    fn verified(self, input: &VerifyInput<'_>) -> Result<Verified, Rejection> {
        Ok(permit2::verified(self.0.payload, input))
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
        checking::one(input, &self.options, self.examine(input))
    }

    fn verify_many(&self, inputs: &[VerifyInput<'_>]) -> Vec<Result<Progress, Rejection>> {
        checking::many(inputs, &self.options, |input| self.examine(input))
    }

    fn questions(&self, input: &VerifyInput<'_>) -> Result<Vec<ChainQuery>, Rejection> {
        checking::questions(input, &self.options, self.examine(input))
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
        let permitted = Permitted::again(payload, verified, &self.options)?;
        permit2::plan(&permitted, verified.terms(), charge, &self.options)
    }
}
