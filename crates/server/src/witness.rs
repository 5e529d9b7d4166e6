//! Somebody who looks at the chain for what a facilitator says (catalogue row 182).
//!
//! A facilitator's word is checked for what it says, and a lie can say everything rightly. Where a seller can look for itself, nothing is served
//! before the chain shows what was said, and a receipt says that it is the chain's word. This crate knows no chain: who looks, and how, is the
//! integrator's to say.

use std::pin::Pin;
use std::time::Duration;

use quittance_core::settling::Answered;
use quittance_core::wire::SettleRequest;
use quittance_core::{Account, Amount, Asset, Facilitator, Fault, Network, ReplayKey, Terms};
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

/// Whose word it is that a payment is settled: the facilitator's, or the chain's where somebody has looked. What the chain does not show is nobody's, and
/// whether it was paid is open.
pub(crate) async fn attested<F: Facilitator, L>(
    shared: &Shared<F, L>,
    (key, request): (&ReplayKey, &SettleRequest),
    answered: &Answered,
) -> Result<Attested, Fault> {
    let word = shared.options.attested;
    let Some((network, witness)) = shared.witnesses.iter().find(|(network, _)| *network == key.network()) else { return Ok(word) };
    if answered.charged().is_zero() {
        return Ok(word);
    }
    let offer = request.0.offer().map_err(|_| Fault::StoreInconsistent)?;
    let terms = Terms::parse(offer).map_err(|_| Fault::StoreInconsistent)?;
    let said = Said {
        network: *network,
        key: *key,
        asset: terms.asset().clone(),
        payee: terms.pay_to().clone(),
        charged: answered.charged(),
        transaction: answered.transaction().into(),
    };
    let until = Instant::now() + shared.options.look;
    loop {
        let seen = timeout_at(until, witness.sees(said.clone())).await.unwrap_or(Err(Fault::ChainUnavailable));
        if seen == Ok(true) {
            // Permit2 leaves no trace of which transaction used a nonce, so that there one transaction stays good for one payment alone
            return Ok(if matches!(key, ReplayKey::Eip3009 { .. }) { Attested::Chain } else { word });
        }
        if until.saturating_duration_since(Instant::now()) < AGAIN {
            let (facilitator, transaction) = (shared.facilitator.name(), &said.transaction);
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
