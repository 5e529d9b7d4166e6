//! Somebody who looks at the chain for what a facilitator says (catalogue row 182).
//!
//! A facilitator's word is checked for what it says, and a lie can say everything rightly. Where a seller can look for itself, nothing is served
//! before the chain shows what was said, and a receipt says that it is the chain's word. This crate knows no chain: who looks, and how, is the
//! integrator's to say.

use std::pin::Pin;
use std::time::Duration;

use quittance_core::settling::Answered;
use quittance_core::wire::SettleRequest;
use quittance_core::{Account, Amount, Asset, Fault, Network, ReplayKey, Terms};
use quittance_guard::receipt::Attested;
use tokio::time::{Instant, sleep, timeout_at};

use crate::seller::Shared;

/// What a facilitator says that it settled.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Said {
    /// The network.
    pub network: Network,
    /// The one use of the payment's nonce.
    pub key: ReplayKey,
    /// What moved.
    pub asset: Asset,
    /// To whom.
    pub payee: Account,
    /// How much.
    pub charged: Amount,
    /// In which transaction.
    pub transaction: Box<str>,
}

/// Looks for a settlement on its chain. Every closure that does so is one.
pub trait Witness: Send + Sync {
    /// Whether it is there. What is not there now may be a block later, so that "no" is asked again for as long as
    /// [`Options::look`](crate::Options::look).
    ///
    /// A witness that says yes to what is not there gives away what is sold; one that says no to what is there keeps it from a buyer who has paid.
    fn sees(&self, said: Said) -> Seeing<'_>;
}

/// What a [`Witness`] says, later; [`Fault`] when it cannot look.
pub type Seeing<'a> = Pin<Box<dyn Future<Output = Result<bool, Fault>> + Send + 'a>>;

impl<W: Fn(Said) -> S + Send + Sync, S: Future<Output = Result<bool, Fault>> + Send + 'static> Witness for W {
    fn sees(&self, said: Said) -> Seeing<'_> {
        Box::pin(self(said))
    }
}

/// How long it takes until a chain that does not show it yet is looked at again.
const AGAIN: Duration = Duration::from_millis(500);

/// A look at the chain for what a facilitator says.
pub(crate) struct Look<'a> {
    witness: &'a dyn Witness,
    said: Said,
    /// For how long.
    time: Duration,
    /// Whose word it is, where a look does not settle that.
    word: Attested,
}

impl<'a> Look<'a> {
    /// For what was said of a payment; none where nobody looks, where nothing moved, and where a facilitator of one's own has looked itself.
    pub(crate) fn at<F, L>(
        shared: &'a Shared<F, L>,
        (key, request): (&ReplayKey, &SettleRequest),
        answered: &Answered,
    ) -> Result<Option<Self>, Fault> {
        let Some(witness) = shared.witness(key.network()).filter(|_| !answered.charged().is_zero()) else { return Ok(None) };
        let offer = request.0.offer().map_err(|_| Fault::StoreInconsistent)?;
        let terms = Terms::parse(offer).map_err(|_| Fault::StoreInconsistent)?;
        let said = Said {
            network: key.network(),
            key: *key,
            asset: terms.asset().clone(),
            payee: terms.pay_to().clone(),
            charged: answered.charged(),
            transaction: answered.transaction().into(),
        };
        Ok(Some(Self { witness, said, time: shared.options.look, word: shared.options.attested }))
    }

    /// Whether it is there now.
    pub(crate) async fn once(&self) -> Result<bool, Fault> {
        self.before(Instant::now() + self.time).await
    }

    async fn before(&self, until: Instant) -> Result<bool, Fault> {
        timeout_at(until, self.witness.sees(self.said.clone())).await.unwrap_or(Err(Fault::ChainUnavailable))
    }

    /// Whose word it is that the payment is settled, when it is seen. What the chain does not show in time is nobody's, and whether it was paid is
    /// open.
    pub(crate) async fn attested(&self, facilitator: &str) -> Result<Attested, Fault> {
        let until = Instant::now() + self.time;
        loop {
            let seen = self.before(until).await;
            if seen == Ok(true) {
                // Permit2 leaves no trace of which transaction used a nonce, so that there one transaction stays good for one payment alone
                return Ok(if matches!(self.said.key, ReplayKey::Eip3009 { .. }) { Attested::Chain } else { self.word });
            }
            if until.saturating_duration_since(Instant::now()) < AGAIN {
                let Said { network, transaction, .. } = &self.said;
                return Err(match seen {
                    Err(fault) => {
                        tracing::warn!(%network, code = fault.code(), "whether a settlement is on the chain cannot be seen");
                        fault
                    }
                    Ok(_) => {
                        tracing::error!(%network, facilitator, transaction, "a facilitator says settled of what the chain does not show");
                        Fault::FacilitatorReply
                    }
                });
            }
            sleep(AGAIN).await;
        }
    }
}
