//! The scheme `exact` on `eip155` networks.

use alloc::vec::Vec;

use quittance_core::chain::{ChainQuery, Plan};
use quittance_core::eip712::permit2::ExactWitness;
use quittance_core::proof::{Admitted, Verified};
use quittance_core::wire::Eip3009Payload;
use quittance_core::{Amount, Authorization, Network, Progress, Rejection, Scheme, SchemeId, VerifyInput};

use crate::authorization;
use crate::checking::{self, Found};
use crate::options::{Options, options};
use crate::payer::Signed;
use crate::permit2::Permitted;
use crate::state::Demand;
use crate::{eip3009, permit2};

/// `exact` with the defaults: six seconds to settle in, key accounts and contract wallets.
pub const EXACT: Exact<'static> = Exact { options: Options::DEFAULT };

/// `exact` on `eip155` networks, by EIP-3009 or by Permit2: which one, the payment says.
#[derive(Clone, Copy, Debug)]
pub struct Exact<'a> {
    options: Options<'a>,
}

options!(Exact);

impl Exact<'_> {
    /// Everything short of who signed.
    fn examine<'a>(&self, input: &VerifyInput<'a>) -> Result<(Fixed<'a>, Signed<'a>), Rejection> {
        authorization::offer(input, &SchemeId::Exact, Rejection::UnsupportedScheme, Rejection::NetworkMismatch)?;
        match input.payment.authorization() {
            Authorization::Eip3009(payload) => {
                let signed = eip3009::examine(payload, input, &self.options)?;
                Ok((Fixed::Eip3009(payload), signed))
            }
            Authorization::ExactPermit2(payload) => {
                let (permitted, signed) = permit2::examine(payload, input, &self.options)?;
                Ok((Fixed::Permit2(permitted), signed))
            }
            _ => Err(Rejection::UnsupportedPayloadType),
        }
    }
}

/// An authorization of just the price, by either method.
enum Fixed<'a> {
    Eip3009(&'a Eip3009Payload),
    Permit2(Permitted<'a, ExactWitness>),
}

impl Found for Fixed<'_> {
    fn demands(&self, input: &VerifyInput<'_>, options: &Options<'_>) -> Result<Vec<Demand>, Rejection> {
        match self {
            Self::Eip3009(payload) => eip3009::demands(payload, input, options),
            Self::Permit2(permitted) => permit2::demands(permitted, input, options),
        }
    }

    fn verified(self, input: &VerifyInput<'_>) -> Result<Verified, Rejection> {
        match self {
            Self::Eip3009(payload) => eip3009::verified(payload, input),
            Self::Permit2(permitted) => Ok(permit2::verified(permitted.payload, input)),
        }
    }
}

impl Scheme for Exact<'_> {
    fn id(&self) -> SchemeId {
        SchemeId::Exact
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

    fn plan(&self, admitted: &Admitted, charge: Amount) -> Result<Plan, Rejection> {
        let verified = admitted.verified();
        match verified.payment().authorization() {
            Authorization::Eip3009(payload) if charge == payload.authorization.value => {
                eip3009::plan(payload, verified.terms(), self.options.payers)
            }
            Authorization::Eip3009(_) => Err(Rejection::Eip3009Value),
            Authorization::ExactPermit2(payload) if charge == payload.permit.permitted.amount => {
                let permitted = Permitted::again(payload, verified, &self.options)?;
                permit2::plan(&permitted, verified.terms(), charge, &self.options)
            }
            Authorization::ExactPermit2(_) => Err(Rejection::Permit2Amount),
            _ => Err(Rejection::UnsupportedPayloadType),
        }
    }
}
