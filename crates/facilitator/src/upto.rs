//! The scheme `upto`, for the signers of this facilitator and for nobody else.

use quittance_core::chain::{ChainQuery, Plan};
use quittance_core::{Address, Admitted, Amount, Network, Progress, Rejection, Scheme, SchemeId, VerifyInput};
use quittance_evm::Upto;

/// `upto` on one chain, whose permits have to name one of its signers (catalogue row 164).
pub(crate) struct OwnUpto {
    pub(crate) scheme: Upto<'static>,
    pub(crate) network: Network,
    pub(crate) signers: Vec<Address>,
}

impl OwnUpto {
    const fn scheme(&self) -> Upto<'_> {
        self.scheme.for_facilitators(self.signers.as_slice())
    }
}

impl Scheme for OwnUpto {
    fn id(&self) -> SchemeId {
        SchemeId::Upto
    }

    fn serves(&self, network: Network) -> bool {
        network == self.network
    }

    fn verify(&self, input: &VerifyInput<'_>) -> Result<Progress, Rejection> {
        self.scheme().verify(input)
    }

    fn verify_many(&self, inputs: &[VerifyInput<'_>]) -> Vec<Result<Progress, Rejection>> {
        self.scheme().verify_many(inputs)
    }

    fn questions(&self, input: &VerifyInput<'_>) -> Result<Vec<ChainQuery>, Rejection> {
        self.scheme().questions(input)
    }

    fn plan(&self, admitted: &Admitted, charge: Amount) -> Result<Plan, Rejection> {
        self.scheme().plan(admitted, charge)
    }
}
