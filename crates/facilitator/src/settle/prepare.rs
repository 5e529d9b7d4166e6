//! What a transaction would take, and why it would fail.

use quittance_core::chain::Call;
use quittance_core::{Address, ChainMode, Fault, Rejection};
use quittance_guard::ReplayLog;

use super::ahead::Next;
use super::{AGAIN, End, Settlement};
use crate::chain::{Chain, Gas};
use crate::dispatch::{Company, Job, Stage, with_margin};
use crate::estimates::Kind;
use crate::news as watch;
use crate::record::{Purpose, Try};
use crate::transaction::Transaction;
use crate::verify::Trouble;

/// What is known before anything is sent.
pub(super) enum Ready {
    /// It would succeed.
    Go(Shot),
    /// Something that comes first is on its way, and there is nothing to send meanwhile.
    Wait,
    /// It would fail.
    Wrong(Rejection),
    /// Nobody can say.
    Fault(Fault),
    /// Somebody else is at it by now.
    Stale,
}

/// A transaction to be sent.
pub(super) struct Shot {
    pub(super) signer: Address,
    pub(super) gas: u64,
    pub(super) call: Call,
    pub(super) value: u128,
    pub(super) purpose: Purpose,
}

/// How a settlement begins.
pub(super) enum Begun {
    /// It is handed over to be sent.
    Sent(watch::Receiver<Stage>),
    /// There is nothing to send, because somebody used the payment since it was claimed.
    Used,
    /// There is nothing to send yet.
    Waiting,
}

/// How often something that may pass is tried before anything is kept.
const ATTEMPTS: usize = 3;

impl<C: Chain + 'static, L: ReplayLog + Send + Sync + 'static> Settlement<'_, C, L> {
    /// Hands the settlement over to be sent, for the first time.
    pub(super) async fn first_sent(&mut self) -> Result<Begun, End> {
        let mut last = End::Unsent(Fault::ChainUnavailable);
        for _ in 0..ATTEMPTS {
            match self.prepare().await {
                Ready::Go(shot) => return self.submit(shot).map(Begun::Sent).map_err(End::Unsent),
                Ready::Wrong(Rejection::Eip3009NonceUsed | Rejection::Permit2NonceUsed) => {
                    return if self.keep().await.is_ok() { Ok(Begun::Used) } else { Err(End::Stale) };
                }
                Ready::Wait => return if self.keep().await.is_ok() { Ok(Begun::Waiting) } else { Err(End::Stale) },
                Ready::Wrong(rejection) if self.kept => return Err(End::Failed(rejection, None)),
                Ready::Wrong(rejection) => return Err(End::Refused(rejection)),
                Ready::Fault(fault) => last = End::Unsent(fault),
                Ready::Stale => return Err(End::Stale),
            }
            tokio::time::sleep(AGAIN).await;
        }
        Err(last)
    }

    /// Finds out what it would take, and whether that is worth it.
    pub(super) async fn prepare(&mut self) -> Ready {
        let Some(call) = self.call.clone() else { return Ready::Wrong(Rejection::UnsupportedPayloadType) };
        let Some(signer) = self.lane.desk(call.sender).map(|desk| desk.signer) else {
            // what another facilitator keeps is for that one to end
            return if self.kept { Ready::Fault(Fault::SettleFailed) } else { Ready::Wrong(Rejection::UptoFacilitator) };
        };
        let head = match self.lane.head().await {
            Ok(head) => head,
            Err(fault) => return Ready::Fault(fault),
        };
        if self.record.since == 0 {
            self.record.since = head.number;
        }
        let pay = call;
        let call = match self.next(&pay).await {
            Ok(Next::Pay(call)) => call,
            Ok(Next::Deploy(call)) => return self.deploy(signer, call, &pay, &head).await,
            Err(ready) => return ready,
        };
        // only once: what was sent or tried before is estimated for itself
        let gas = match self.gas.take() {
            Some(gas) => gas,
            None => match self.lane.chain.estimate(signer, &call).await {
                Ok(Gas::Units(gas)) => {
                    if let Some(kind) = Kind::of(&self.case).filter(|_| self.company == Company::Shares) {
                        self.lane.estimates.learn(kind, gas);
                    }
                    gas
                }
                Ok(Gas::Reverts(_)) if self.brings_approval() => return self.approve(signer, &call, &head).await,
                Ok(Gas::Reverts(_)) => return self.why().await,
                Err(fault) => return Ready::Fault(fault),
            },
        };
        // where code of the payer's choice runs, it may take all that it is given
        let most = if self.company == Company::Shares { gas } else { with_margin(gas) };
        if !self.is_worth(most, &[&call], 0, &head) {
            // what was spent on it in vain does not come back, so that it will not be worth it any more
            return if self.spent > 0 { Ready::Wrong(Rejection::TransactionFailed) } else { Ready::Fault(Fault::GasTooDear) };
        }
        Ready::Go(Shot { signer, gas, call, value: 0, purpose: Purpose::Pay })
    }

    /// Why a settlement would fail that passed before.
    pub(super) async fn why(&self) -> Ready {
        let now = match self.engine.clock.now() {
            Ok(now) => now,
            Err(fault) => return Ready::Fault(fault),
        };
        match self.engine.memory.check(self.lane, &self.case, now, ChainMode::Simulated).await {
            // its signature was right with what its factory would have made then
            Err(Trouble::Rejection(Rejection::Eip3009Signature | Rejection::Permit2Signature)) if self.deploys() => {
                Ready::Wrong(Rejection::WalletDeployment)
            }
            Err(Trouble::Rejection(rejection)) => Ready::Wrong(rejection),
            Err(Trouble::Fault(fault)) => Ready::Fault(fault),
            // it was so a moment ago, or at another node
            Ok(_) => Ready::Fault(Fault::ChainReply),
        }
    }

    /// Hands it over.
    pub(super) fn submit(&self, shot: Shot) -> Result<watch::Receiver<Stage>, Fault> {
        self.hand_over(shot, None)
    }

    /// Hands over what was signed before, and was taken by a node once more, to be looked after. None where its signer is somebody else's.
    pub(super) fn submit_again(&self, last: &Try) -> Option<watch::Receiver<Stage>> {
        let signed = Transaction::parse(&last.raw).ok()?;
        let Try { signer, purpose, .. } = *last;
        let (gas, call, value) = (signed.gas(), signed.call().clone(), signed.value());
        self.hand_over(Shot { signer, gas, call, value, purpose }, Some(signed)).ok()
    }

    fn hand_over(&self, shot: Shot, signed: Option<Transaction>) -> Result<watch::Receiver<Stage>, Fault> {
        let Some(desk) = self.lane.desk(Some(shot.signer)) else { return Err(Fault::SettleFailed) };
        let Shot { gas, call, value, purpose, .. } = shot;
        let (stage, staged) = watch::channel(Stage::Queued);
        let (claim, record, company) = (self.claim.clone(), self.record.clone(), self.company);
        let job = Job { claim, record, call, value, purpose, gas, company, signed, stage };
        desk.jobs.try_send(job).map_err(|_| Fault::StoreFull)?;
        Ok(staged)
    }
}
