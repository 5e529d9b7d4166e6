//! The schemes as one chain's settings want them: whose wallets are deployed there, what payers may bring along, and for `upto` whom a permit
//! has to name.

use std::sync::Arc;

use quittance_core::chain::{ChainQuery, Plan};
use quittance_core::{Address, Admitted, Amount, Network, Progress, Rejection, Scheme, SchemeId, SecretKey, VerifyInput};
use quittance_evm::{EXACT, Sponsoring, UPTO};

use crate::chain::Chain;
use crate::settings::ChainSetup;

/// A scheme on one chain.
pub(crate) struct Own {
    id: SchemeId,
    network: Network,
    factories: Vec<Address>,
    sponsoring: Vec<Sponsoring>,
    funding: Amount,
    /// The signers of this facilitator: the permits of `upto` have to name one of them and nobody else (catalogue row 164).
    signers: Vec<Address>,
}

impl Own {
    /// All that there are on a chain.
    pub(crate) fn schemes<C: Chain>(setup: &ChainSetup<C>) -> Vec<Arc<dyn Scheme>> {
        let own = |id| -> Arc<dyn Scheme> {
            Arc::new(Self {
                id,
                network: setup.chain.network(),
                factories: setup.settings.factories.clone(),
                sponsoring: setup.settings.sponsoring.clone(),
                funding: Amount::from_u128(setup.settings.funding),
                signers: setup.signers.iter().map(SecretKey::address).collect(),
            })
        };
        vec![own(SchemeId::Exact), own(SchemeId::Upto)]
    }

    /// Asks the scheme, with everything that was chosen.
    fn ask<T>(&self, question: impl FnOnce(&dyn Scheme) -> T) -> T {
        let Self { factories, sponsoring, funding, signers, .. } = self;
        if self.id == SchemeId::Exact {
            question(&EXACT.with_factories(factories).with_sponsoring(sponsoring).with_funding(*funding))
        } else {
            let scheme = UPTO.with_factories(factories).with_sponsoring(sponsoring).with_funding(*funding);
            question(&scheme.for_facilitators(signers))
        }
    }
}

impl Scheme for Own {
    fn id(&self) -> SchemeId {
        self.id.clone()
    }

    fn serves(&self, network: Network) -> bool {
        network == self.network
    }

    fn verify(&self, input: &VerifyInput<'_>) -> Result<Progress, Rejection> {
        self.ask(|scheme| scheme.verify(input))
    }

    fn verify_many(&self, inputs: &[VerifyInput<'_>]) -> Vec<Result<Progress, Rejection>> {
        self.ask(|scheme| scheme.verify_many(inputs))
    }

    fn questions(&self, input: &VerifyInput<'_>) -> Result<Vec<ChainQuery>, Rejection> {
        self.ask(|scheme| scheme.questions(input))
    }

    fn plan(&self, admitted: &Admitted, charge: Amount) -> Result<Plan, Rejection> {
        self.ask(|scheme| scheme.plan(admitted, charge))
    }
}
