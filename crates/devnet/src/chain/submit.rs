//! Taking transactions in: everything that can be said before a block is built.

use alloy_consensus::transaction::{Recovered, SignerRecoverable};
use alloy_consensus::{Transaction, TxEnvelope};
use alloy_eips::eip2718::Decodable2718;
use alloy_primitives::{B256, U256};

use super::Chain;
use crate::evm::{covers_its_data, signed};
use crate::pool::Refused;

/// Why a transaction was not taken, in the words of the most used node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal(pub(crate) String);

impl Chain {
    /// Takes a signed transaction and gives its hash. With a block per transaction it is mined when this returns, if it could be.
    pub(crate) fn submit(&mut self, raw: &[u8]) -> Result<B256, Refusal> {
        let tx = decode(raw)?;
        let hash = *tx.hash();
        if self.places.contains_key(&hash) {
            return refuse("already known");
        }
        self.check(&tx)?;
        self.pool.add(tx).map_err(|refused| {
            Refusal(
                match refused {
                    Refused::Known => "already known",
                    Refused::Underpriced => "replacement transaction underpriced",
                    Refused::Full => "txpool is full",
                }
                .into(),
            )
        })?;
        self.mine_ready();
        Ok(hash)
    }

    /// Takes a transaction that waits out of the pool.
    pub(crate) fn drop_waiting(&mut self, hash: &B256) -> bool {
        self.pool.remove(hash).is_some()
    }

    fn check(&self, tx: &Recovered<TxEnvelope>) -> Result<(), Refusal> {
        match tx.chain_id() {
            None => return refuse("only replay-protected (EIP-155) transactions allowed over RPC"),
            Some(id) if id != self.evm.chain_id => {
                return refuse(format!("invalid chain id for signer: have {id} want {}", self.evm.chain_id));
            }
            Some(_) => {}
        }
        if tx.gas_limit() > self.gas_limit {
            return refuse("exceeds block gas limit");
        }
        if tx.max_priority_fee_per_gas().is_some_and(|tip| tip > tx.max_fee_per_gas()) {
            return refuse("max priority fee per gas higher than max fee per gas");
        }
        if !covers_its_data(&signed(tx)) {
            return refuse("intrinsic gas too low");
        }
        let sender = self.latest().account(tx.signer());
        if sender.code.as_ref().is_some_and(|code| !code.is_empty() && !code.is_eip7702()) {
            return refuse("sender not an eoa");
        }
        if tx.nonce() < sender.nonce {
            return refuse(format!("nonce too low: next nonce {}, tx nonce {}", sender.nonce, tx.nonce()));
        }
        let fee = U256::from(tx.gas_limit()).checked_mul(U256::from(tx.max_fee_per_gas()));
        match fee.and_then(|fee| fee.checked_add(tx.value())) {
            Some(cost) if cost <= sender.balance => Ok(()),
            cost => {
                let cost = cost.unwrap_or(U256::MAX);
                let overshot = cost.saturating_sub(sender.balance);
                let balance = sender.balance;
                refuse(format!(
                    "insufficient funds for gas * price + value: balance {balance}, tx cost {cost}, overshot {overshot}"
                ))
            }
        }
    }
}

/// Reads a transaction and recovers who signed it.
fn decode(raw: &[u8]) -> Result<Recovered<TxEnvelope>, Refusal> {
    let mut rest = raw;
    let tx =
        TxEnvelope::decode_2718(&mut rest).map_err(|error| Refusal(format!("failed to decode signed transaction: {error}")))?;
    if !rest.is_empty() {
        return refuse("failed to decode signed transaction: there are bytes after it");
    }
    if matches!(tx, TxEnvelope::Eip4844(_)) {
        return refuse("transaction type not supported");
    }
    // high s values are refused too, as everywhere since EIP-2
    let signer = tx.recover_signer().map_err(|_| Refusal("invalid sender".into()))?;
    Ok(Recovered::new_unchecked(tx, signer))
}

fn refuse<T>(why: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal(why.into()))
}
