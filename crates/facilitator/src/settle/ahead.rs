//! What has to be done before the money can move, as the chain stands.
//!
//! A plan may have steps before its last one: a wallet that is to be deployed, a payer who is to be given something for gas, an approval of
//! the payer's that is to be sent. None of them is ticked off anywhere. What is left of them is read off the chain before each transaction (is
//! there code, would the call succeed, is the approval in a block), so that a crash between two of them, a reorganisation, and somebody else who
//! was first are all the same case, and none is a failure.
//!
//! - **A wallet is deployed by the transaction that pays**, through Multicall3, wherever anybody can make the call that pays. That is atomic:
//!   a factory that fails takes nothing but gas, and where somebody else deploys the wallet meanwhile the transaction pays all the same. And the
//!   factory, which is called with what the payer wrote, is not called by the facilitator's account, which may have power elsewhere (catalogue
//!   row 97). The call of `upto` is only its own signer's to make, so that there the wallet is deployed before, by a transaction of its own,
//!   again through Multicall3.
//! - **An approval** is the payer's own transaction, which nothing can be wrapped around. It is sent when everything else about the payment is
//!   right, and only where the call that pays would fail without it.
//! - **What a payer is given** for the gas of it is the one thing here that cannot be taken back. It is kept with its bytes before it is sent, it
//!   is never given again while it may still arrive, and never after it did; two payments that bring the same approval share it.
//!
//! All of it is held against the limit before anything is sent: what this transaction takes, what it gives away, what those after it will take, and
//! what was spent before ([`Settlement::spent`]). Nothing here proves anything about money. That a step fails refuses the payment only while
//! nothing that could move the money is under way, and leaves it free to be tried again.

use alloy_consensus::transaction::SignerRecoverable as _;
use alloy_consensus::{Transaction as _, TxEnvelope};
use alloy_eips::Decodable2718 as _;
use quittance_core::chain::{Call, ChainAnswer, ChainQuery, SignedTransaction, Step};
use quittance_core::eip712::permit2::PERMIT2;
use quittance_core::{Address, Amount, Fault, Rejection};
use quittance_evm::{multicall3, revert};
use quittance_guard::ReplayLog;
use tokio::time::Instant;

use super::Settlement;
use super::prepare::{Ready, Shot};
use crate::chain::{Block, Broadcast, Chain, Gas, Head, TransactionHash};
use crate::dispatch::with_margin;
use crate::record::Purpose;

/// What a call that moves money takes while it cannot be estimated, because something that comes first is missing; the official SDKs assume
/// as much.
const LATER: u64 = 300_000;
/// How many transactions may deploy a wallet before it counts as one that cannot be deployed.
const DEPLOYMENTS: usize = 3;
/// How many looks have to find that what was given can arrive no more, until it is given again.
const LOST: u32 = 3;

/// The call to be made next.
pub(super) enum Next {
    /// The one that moves the money, with everything that can go along.
    Pay(Call),
    /// One that deploys the payer's wallet.
    Deploy(Call),
}

/// Whether a payer was given something.
enum Given {
    Nothing,
    /// It may still arrive.
    Perhaps,
    Yes,
}

impl<C: Chain + 'static, L: ReplayLog + Send + Sync + 'static> Settlement<'_, C, L> {
    /// The next call, with the wallets that are not there.
    pub(super) async fn next(&self, pay: &Call) -> Result<Next, Ready> {
        let missing = self.missing().await.map_err(Ready::Fault)?;
        let Some((last, first)) = missing.split_last() else { return Ok(Next::Pay(pay.clone())) };
        let whole = match multicall3::call_after(&missing, pay) {
            Some(call) => Some(Next::Pay(call)),
            // it is not for Multicall3 to make
            None => multicall3::call_after(first, last).map(Next::Deploy),
        };
        whole.ok_or(Ready::Wrong(Rejection::UnsupportedPayloadType))
    }

    /// The deployments of wallets that are not there.
    async fn missing(&self) -> Result<Vec<Call>, Fault> {
        let mut missing = Vec::new();
        for step in &self.plan.steps {
            let Step::Deploy { wallet, call } = step else { continue };
            match self.lane.gatherer.ask_one(ChainQuery::Code { address: *wallet }).await? {
                ChainAnswer::Bytes(code) if code.is_empty() => missing.push(call.clone()),
                ChainAnswer::Bytes(_) => {}
                _ => return Err(Fault::ChainReply),
            }
        }
        Ok(missing)
    }

    /// A transaction that deploys the payer's wallet.
    pub(super) async fn deploy(&self, signer: Address, call: Call, pay: &Call, head: &Head) -> Ready {
        let numbers: std::collections::BTreeSet<_> = self.record.of(Purpose::Deploy).map(|one| (one.signer, one.nonce)).collect();
        if numbers.len() >= DEPLOYMENTS {
            return Ready::Wrong(Rejection::WalletDeployment);
        }
        // it was tried, and the wallet is not there
        if !numbers.is_empty() {
            match self.why().await {
                Ready::Fault(Fault::ChainReply) => {}
                other => return other,
            }
        }
        match self.lane.chain.estimate(signer, &call).await {
            Ok(Gas::Units(gas)) if self.is_worth(with_margin(gas).saturating_add(LATER), &[&call, pay], 0, head) => {
                Ready::Go(Shot { signer, gas, call, value: 0, purpose: Purpose::Deploy })
            }
            Ok(Gas::Units(_)) => Ready::Fault(Fault::GasTooDear),
            // it may be there by now, and its factory may mind that
            Ok(Gas::Reverts(_)) => match self.missing().await {
                Ok(missing) if missing.is_empty() => Ready::Wait,
                Ok(_) => Ready::Wrong(Rejection::WalletDeployment),
                Err(fault) => Ready::Fault(fault),
            },
            Err(fault) => Ready::Fault(fault),
        }
    }

    /// Whether the payment brings an approval.
    pub(super) fn brings_approval(&self) -> bool {
        self.plan.steps.iter().any(|step| matches!(step, Step::Broadcast(_)))
    }

    /// What is to be done so that the approval that the payment brings gets into a block, since the call that pays fails without it.
    pub(super) async fn approve(&mut self, signer: Address, pay: &Call, head: &Head) -> Ready {
        let approval = self.plan.steps.iter().find_map(|step| match step {
            Step::Broadcast(transaction) => Approval::read(transaction),
            _ => None,
        });
        let Some(approval) = approval else { return Ready::Wrong(Rejection::Erc20ApprovalTxFormat) };
        let receipt = match self.lane.chain.receipts(&[approval.hash]).await {
            Ok(receipts) => receipts.into_iter().next().flatten().filter(|receipt| receipt.transaction == approval.hash),
            Err(fault) => return Ready::Fault(fault),
        };
        match receipt {
            Some(receipt) if !receipt.succeeded => return Ready::Wrong(Rejection::Erc20ApprovalTxFailed),
            // it is something else that is wrong
            Some(_) => return self.why_approved(pay).await,
            None => {}
        }
        // nothing is sent for a payment that would not pass with it
        match self.why().await {
            Ready::Fault(Fault::ChainReply) => {}
            other => return other,
        }
        match self.is_allowed().await {
            Ok(false) => {}
            Ok(true) => return self.why_approved(pay).await,
            Err(fault) => return Ready::Fault(fault),
        }
        if approval.max_fee < head.fees.base {
            return Ready::Wrong(Rejection::Erc20ApprovalBroadcast);
        }
        let since = match &self.place {
            Some((_, since)) => *since,
            None => match self.lane.gifts.place(approval.from) {
                Some(place) => self.place.insert((place, Instant::now())).1,
                None => return Ready::Fault(Fault::StoreFull),
            },
        };
        // the payer's own account may never get to it; what was sent for the payment is looked for before that ends it
        if since.elapsed() > self.lane.settings.approval {
            return Ready::Wrong(Rejection::Erc20ApprovalBroadcast);
        }
        // who gives looks first whether it was given, and nobody else gives meanwhile
        if self.gift.is_none() {
            let Some(gift) = self.lane.gifts.to(approval.from) else { return Ready::Wait };
            self.gift = Some(gift);
        }
        let funds = match self.lane.chain.funds(approval.from).await {
            Ok(funds) => funds,
            Err(fault) => return Ready::Fault(fault),
        };
        match approval.cost.checked_sub(funds) {
            Some(lacks) if !lacks.is_zero() => self.fund(signer, &approval, lacks, pay, head).await,
            _ => self.send(&approval, pay, head).await,
        }
    }

    /// Why the call that pays would fail although Permit2 may take the money. The scheme does not run the call of a payment that brings an
    /// approval.
    async fn why_approved(&self, pay: &Call) -> Ready {
        match self.why().await {
            Ready::Fault(Fault::ChainReply) => {}
            other => return other,
        }
        match self.lane.gatherer.ask_one(ChainQuery::Simulate(vec![pay.clone()])).await {
            Ok(ChainAnswer::Failed(reason)) => Ready::Wrong(revert::rejection(&reason).unwrap_or(Rejection::Permit2Simulation)),
            Ok(ChainAnswer::Flag(false)) => Ready::Wrong(Rejection::Permit2Simulation),
            // it was so a moment ago, or at another node
            Ok(_) => Ready::Fault(Fault::ChainReply),
            Err(fault) => Ready::Fault(fault),
        }
    }

    /// Whether Permit2 may take what was signed for.
    async fn is_allowed(&self) -> Result<bool, Fault> {
        let (Some(token), Some(owner)) = (self.case.token(), self.case.payment.from()) else { return Ok(false) };
        match self.lane.gatherer.ask_one(ChainQuery::Allowance { token, owner, spender: PERMIT2 }).await? {
            ChainAnswer::Amount(allowed) => Ok(allowed >= self.admitted.verified().amount()),
            _ => Err(Fault::ChainReply),
        }
    }

    /// Gives the payer what it lacks.
    async fn fund(&mut self, signer: Address, approval: &Approval, lacks: Amount, pay: &Call, head: &Head) -> Ready {
        let most = self.plan.steps.iter().find_map(|step| match step {
            Step::Fund { account, most, .. } if *account == approval.from => Some(*most),
            _ => None,
        });
        let Some(value) = most.filter(|most| lacks <= *most).and_then(|_| lacks.to_u128()) else {
            return Ready::Wrong(Rejection::Erc20ApprovalGas);
        };
        match self.given().await {
            Ok(Given::Nothing) => {}
            // who has spent it has sent something else instead of the approval, which the scheme finds; another node may not know of it yet
            Ok(Given::Perhaps | Given::Yes) => return Ready::Wait,
            Err(fault) => return Ready::Fault(fault),
        }
        let call = Call::new(approval.from, Vec::new());
        match self.lane.chain.estimate(signer, &call).await {
            Ok(Gas::Units(gas)) if self.is_worth(with_margin(gas).saturating_add(LATER), &[&call, pay], value, head) => {
                match self.may_give(approval.from, value, head.fees.most(&call, with_margin(gas))).await {
                    Ok(true) => Ready::Go(Shot { signer, gas, call, value, purpose: Purpose::Fund }),
                    Ok(false) => {
                        tracing::warn!(network = %self.lane.network, wei = value, "payers were given as much within an hour as they may be");
                        Ready::Fault(Fault::GasTooDear)
                    }
                    Err(fault) => Ready::Fault(fault),
                }
            }
            Ok(Gas::Units(_)) => Ready::Fault(Fault::GasTooDear),
            Ok(Gas::Reverts(_)) => Ready::Wrong(Rejection::Erc20ApprovalGas),
            Err(fault) => Ready::Fault(fault),
        }
    }

    /// Whether what was kept to be given to the payer has arrived, or may.
    async fn given(&mut self) -> Result<Given, Fault> {
        let gifts: Vec<_> = self.record.of(Purpose::Fund).map(|one| (one.hash, one.signer, one.nonce)).collect();
        if gifts.is_empty() {
            // what was settled without was settled with what another gave, or the payer had, which may come back as well
            return Ok(if self.taken_back.is_some() { Given::Perhaps } else { Given::Nothing });
        }
        let hashes: Vec<_> = gifts.iter().map(|(hash, _, _)| *hash).collect();
        if self.lane.chain.receipts(&hashes).await?.iter().flatten().any(|receipt| hashes.contains(&receipt.transaction)) {
            return Ok(Given::Yes);
        }
        for (hash, signer, nonce) in gifts {
            if self.lane.chain.nonce(signer, Block::Latest).await? <= nonce {
                self.lost = 0;
                // the chain may have taken it back, and what came after it is not what it waits for
                if let Some(gift) =
                    self.record.tries.split_last().and_then(|(_, before)| before.iter().find(|one| one.hash == hash))
                {
                    let sent = self.lane.chain.broadcast(&gift.raw).await;
                    tracing::info!(network = %self.lane.network, transaction = %hash, ?sent, "sent again what the payer was given");
                    if let (Ok(Broadcast::Accepted), Some(desk)) = (sent, self.lane.desk(Some(signer))) {
                        desk.resent.add(nonce);
                    }
                }
                return Ok(Given::Perhaps);
            }
        }
        // something else has its number; of two nodes behind one address one may be behind
        self.lost += 1;
        if self.lost < LOST {
            return Ok(Given::Perhaps);
        }
        self.never_given().await?;
        Ok(Given::Nothing)
    }

    /// Sends the payer's approval, which does no harm however often it is done.
    async fn send(&mut self, approval: &Approval, pay: &Call, head: &Head) -> Ready {
        if !self.is_worth(LATER, &[pay], 0, head) {
            return Ready::Fault(Fault::GasTooDear);
        }
        if !self.kept && self.keep().await.is_err() {
            return Ready::Stale;
        }
        let sent = self.lane.chain.broadcast(&approval.raw).await;
        tracing::info!(network = %self.lane.network, transaction = %approval.hash, ?sent, "sent the payer's approval");
        match sent {
            // the payer's account cannot pay for it, or has sent something else under its number
            Ok(Broadcast::Refused | Broadcast::Underpriced | Broadcast::OutOfFunds) => {
                Ready::Wrong(Rejection::Erc20ApprovalBroadcast)
            }
            // the next look shows what came of it
            Ok(Broadcast::Accepted | Broadcast::NonceUsed) | Err(_) => Ready::Wait,
        }
    }

    /// Whether it is still worth it to make these calls with so much gas, and give so much away.
    pub(super) fn is_worth(&self, gas: u64, calls: &[&Call], value: u128, head: &Head) -> bool {
        let price = head.fees.base.saturating_add(head.fees.tip);
        let data = calls.iter().map(|call| head.fees.data.of_call(call)).fold(0, u128::saturating_add);
        let operator = head.fees.operator.of(gas);
        let parts = [u128::from(gas).saturating_mul(price), data, operator, value, self.spent];
        let cost = parts.into_iter().fold(0, u128::saturating_add);
        let affordable = match self.lane.settings.fee_limit.as_ref().zip(self.case.token()) {
            Some((limit, token)) => limit.allows(cost, token, self.case.charge),
            None => true,
        };
        let worth = affordable && gas <= self.lane.settings.gas;
        if !worth {
            tracing::info!(network = %self.lane.network, gas, price, data, operator, value, spent = self.spent, "a settlement would cost more than it is worth");
        }
        worth
    }
}

/// A signed approval of the payer's. That it is one, the scheme has seen to.
struct Approval {
    hash: TransactionHash,
    from: Address,
    max_fee: u128,
    /// The most that it can cost.
    cost: Amount,
    raw: Vec<u8>,
}

impl Approval {
    fn read(transaction: &SignedTransaction) -> Option<Self> {
        let mut rest = transaction.as_bytes();
        let envelope = TxEnvelope::decode_2718(&mut rest).ok().filter(|_| rest.is_empty())?;
        let from = envelope.recover_signer().ok()?;
        let max_fee = envelope.max_fee_per_gas();
        Some(Self {
            hash: TransactionHash::from_bytes(transaction.hash()),
            from: Address::from_bytes(from.into_array()),
            max_fee,
            cost: Amount::from_u128(u128::from(envelope.gas_limit()).checked_mul(max_fee)?),
            raw: transaction.as_bytes().to_vec(),
        })
    }
}
