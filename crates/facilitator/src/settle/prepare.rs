//! What a transaction would take, and why it would fail.

use quittance_core::{Address, ChainMode, Fault, Rejection};
use quittance_guard::ReplayLog;

use super::{AGAIN, End, Settlement};
use crate::chain::{Chain, Gas};
use crate::dispatch::{Company, Job, Stage};
use crate::estimates::Kind;
use crate::news as watch;
use crate::verify::Trouble;

/// What is known before anything is sent.
pub(super) enum Ready {
    /// It would succeed, with so much gas, when this account sends it.
    Go(Address, u64),
    /// It would fail.
    Wrong(Rejection),
    /// Nobody can say.
    Fault(Fault),
}

/// How often something that may pass is tried before anything is kept.
const ATTEMPTS: usize = 3;

impl<C: Chain + 'static, L: ReplayLog + Send + Sync + 'static> Settlement<'_, C, L> {
    /// Hands the settlement over to be sent, for the first time. `None` when there is nothing to send, because somebody used the payment
    /// since it was claimed.
    pub(super) async fn first_sent(&mut self) -> Result<Option<watch::Receiver<Stage>>, End> {
        let mut last = End::Unsent(Fault::ChainUnavailable);
        for _ in 0..ATTEMPTS {
            match self.prepare().await {
                Ready::Go(signer, gas) => return self.submit(signer, gas).map(Some).map_err(End::Unsent),
                Ready::Wrong(Rejection::Eip3009NonceUsed | Rejection::Permit2NonceUsed) => {
                    return if self.keep().await.is_ok() { Ok(None) } else { Err(End::Stale) };
                }
                Ready::Wrong(rejection) => return Err(End::Refused(rejection)),
                Ready::Fault(fault) => last = End::Unsent(fault),
            }
            tokio::time::sleep(AGAIN).await;
        }
        Err(last)
    }

    /// Finds out what it would take, and whether that is worth it.
    pub(super) async fn prepare(&mut self) -> Ready {
        let Some(call) = &self.call else { return Ready::Wrong(Rejection::UnsupportedPayloadType) };
        let Some(desk) = self.lane.desk(call.sender) else { return Ready::Wrong(Rejection::UptoFacilitator) };
        let head = match self.lane.head().await {
            Ok(head) => head,
            Err(fault) => return Ready::Fault(fault),
        };
        if self.record.since == 0 {
            self.record.since = head.number;
        }
        // only once: what was sent or tried before is estimated for itself
        let gas = match self.gas.take() {
            Some(gas) => gas,
            None => match self.lane.chain.estimate(desk.signer, call).await {
                Ok(Gas::Units(gas)) => {
                    if let Some(kind) = Kind::of(&self.case).filter(|_| self.company == Company::Shares) {
                        self.lane.estimates.learn(kind, gas);
                    }
                    gas
                }
                Ok(Gas::Reverts(_)) => return self.why().await,
                Err(fault) => return Ready::Fault(fault),
            },
        };
        let price = head.fees.base.saturating_add(head.fees.tip);
        let limit = self.lane.settings.fee_limit.as_ref().zip(self.case.token());
        match limit {
            Some((limit, token)) if !limit.allows(u128::from(gas).saturating_mul(price), token, self.case.charge) => {
                tracing::info!(network = %self.lane.network, gas, price, "a settlement would cost more than it is worth");
                Ready::Fault(Fault::GasTooDear)
            }
            _ => Ready::Go(desk.signer, gas),
        }
    }

    /// Why a settlement would fail that passed before.
    pub(super) async fn why(&self) -> Ready {
        let now = match self.engine.clock.now() {
            Ok(now) => now,
            Err(fault) => return Ready::Fault(fault),
        };
        match self.engine.memory.check(self.lane, &self.case, now, ChainMode::Simulated).await {
            Err(Trouble::Rejection(rejection)) => Ready::Wrong(rejection),
            Err(Trouble::Fault(fault)) => Ready::Fault(fault),
            // it was so a moment ago, or at another node
            Ok(_) => Ready::Fault(Fault::ChainReply),
        }
    }

    /// Hands it over.
    pub(super) fn submit(&self, signer: Address, gas: u64) -> Result<watch::Receiver<Stage>, Fault> {
        let (Some(call), Some(desk)) = (self.call.clone(), self.lane.desk(Some(signer))) else {
            return Err(Fault::SettleFailed);
        };
        let (stage, staged) = watch::channel(Stage::Queued);
        let job = Job { claim: self.claim.clone(), record: self.record.clone(), call, gas, company: self.company, stage };
        desk.jobs.try_send(job).map_err(|_| Fault::StoreFull)?;
        Ok(staged)
    }
}
