//! What became of a payment's nonce, when the receipts of our own transactions do not say.
//!
//! A nonce that is used says that somebody used or cancelled it, and nothing about money (catalogue rows 142 to 144). Who did stands in the
//! logs: of EIP-3009 by the nonce, of Permit2, which logs no nonce, by the transfer and by the very call that made it.

use std::ops::RangeInclusive;

use quittance_core::chain::{Call, ChainAnswer, ChainQuery, Plan, Step};
use quittance_core::{Fault, Rejection, ReplayKey};
use quittance_evm::multicall3;

use crate::chain::{Chain, LogFilter, TransactionHash};
use crate::evidence::{self, Word};
use crate::lane::Lane;
use crate::watch::View;

/// What became of a nonce.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Spent {
    /// Nothing.
    Not,
    /// It paid, in this transaction.
    Paid(TransactionHash),
    /// It did something else, or was cancelled, and will not pay.
    Elsewhere(Rejection),
    /// It was used in a block that may still be taken back.
    Shallow,
    /// It was used, and nobody can say how.
    Untraced,
}

/// Finds out what became of a nonce that was unused at the block `since`. Which transactions are ours, `own` says.
pub(crate) async fn trace<C: Chain + 'static>(
    lane: &Lane<C>,
    key: &ReplayKey,
    plan: &Plan,
    since: u64,
    own: &[TransactionHash],
) -> Result<Spent, Fault> {
    let question = match key {
        ReplayKey::Eip3009 { token, from, nonce, .. } => ChainQuery::NonceState { token: *token, authorizer: *from, nonce: *nonce },
        ReplayKey::Permit2 { owner, nonce, .. } => ChainQuery::PermitNonce { owner: *owner, nonce: *nonce },
        _ => return Ok(Spent::Untraced),
    };
    match lane.gatherer.ask_one(question).await? {
        ChainAnswer::Flag(false) => return Ok(Spent::Not),
        ChainAnswer::Flag(true) => {}
        _ => return Err(Fault::ChainReply),
    }
    let head = lane.chain.head().await?;
    let view = View::of(head);
    let search = Search { lane, key, plan, own, view: &view, blocks: since.saturating_sub(lane.settings.lookback)..=head.number };
    match key {
        ReplayKey::Eip3009 { .. } => search.eip3009().await,
        _ => search.permit2().await,
    }
}

struct Search<'a, C> {
    lane: &'a Lane<C>,
    key: &'a ReplayKey,
    plan: &'a Plan,
    own: &'a [TransactionHash],
    view: &'a View,
    blocks: RangeInclusive<u64>,
}

impl<C: Chain> Search<'_, C> {
    async fn eip3009(&self) -> Result<Spent, Fault> {
        let ReplayKey::Eip3009 { token, from, nonce, .. } = *self.key else { return Ok(Spent::Untraced) };
        let topics = |event| vec![Some(event), Some(evidence::word(from)), Some(*nonce.as_bytes())];
        let filter = |event| LogFilter { emitter: token, topics: topics(event), blocks: self.blocks.clone() };
        if let Some(log) = self.lane.chain.logs(&filter(evidence::used_topic())).await?.last() {
            return Ok(match self.judge(log.transaction).await? {
                None => Spent::Shallow,
                Some(Word::Paid) => Spent::Paid(log.transaction),
                Some(_) => Spent::Elsewhere(Rejection::Eip3009TransferEvent),
            });
        }
        let cancelled = self.lane.chain.logs(&filter(evidence::cancelled_topic())).await?;
        Ok(match cancelled.last() {
            Some(log) if self.view.is_deep(log.block, self.lane.settings.confirmations) => {
                Spent::Elsewhere(Rejection::Eip3009NonceUsed)
            }
            Some(_) => Spent::Shallow,
            None => Spent::Untraced,
        })
    }

    async fn permit2(&self) -> Result<Spent, Fault> {
        let transfer = self.plan.evidence.iter().find(|log| log.topics.first() == Some(&evidence::transfer_topic()));
        let (Some(transfer), Some(call)) = (transfer, last_call(self.plan)) else { return Ok(Spent::Untraced) };
        // the call alone, or as we make it where there is a wallet to be deployed
        let forms = [Some(call.clone()), multicall3::call_after(&deployments(self.plan), call)];
        let topics = transfer.topics.iter().copied().map(Some).collect();
        let filter = LogFilter { emitter: transfer.emitter, topics, blocks: self.blocks.clone() };
        for log in self.lane.chain.logs(&filter).await?.iter().rev().filter(|log| log.data == transfer.data) {
            let hash = log.transaction;
            let ours = self.own.contains(&hash);
            let made = if ours { None } else { self.lane.chain.call(hash).await? };
            // only the call itself says whose permit it was
            let is = |made: &Call, form: &Call| made.target == form.target && made.data == form.data;
            if ours || made.is_some_and(|made| forms.iter().flatten().any(|form| is(&made, form))) {
                match self.judge(hash).await? {
                    None => return Ok(Spent::Shallow),
                    Some(Word::Paid) => return Ok(Spent::Paid(hash)),
                    Some(_) => {}
                }
            }
        }
        Ok(Spent::Untraced)
    }

    /// What a transaction says, once its block is deep enough.
    async fn judge(&self, hash: TransactionHash) -> Result<Option<Word>, Fault> {
        let receipts = self.lane.chain.receipts(&[hash]).await?;
        let receipt = receipts.into_iter().next().flatten().filter(|receipt| receipt.transaction == hash);
        let deep = receipt.filter(|receipt| self.view.is_deep(receipt.block, self.lane.settings.confirmations));
        Ok(deep.map(|receipt| {
            let ours = self.own.contains(&hash);
            if ours { evidence::ours(&receipt, self.plan, self.key) } else { evidence::strangers(&receipt, self.plan, self.key) }
        }))
    }
}

fn deployments(plan: &Plan) -> Vec<Call> {
    let deployment = |step: &Step| match step {
        Step::Deploy { call, .. } => Some(call.clone()),
        _ => None,
    };
    plan.steps.iter().filter_map(deployment).collect()
}

/// The call that moves the money.
pub(crate) fn last_call(plan: &Plan) -> Option<&Call> {
    plan.steps.iter().rev().find_map(|step| match step {
        Step::Call(call) => Some(call),
        _ => None,
    })
}
