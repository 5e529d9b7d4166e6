//! A transaction to all nodes that are well, and what their words mean.

use alloy_primitives::{B256, hex};
use quittance_core::{Fault, keccak256};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::envelope::{Ask, NodeError};
use super::node::Nodes;
use super::transport::Trouble;
use crate::chain::Broadcast;

impl NodeError {
    /// The bytes with which a call failed, if that is what the node says.
    pub(super) fn reverted(&self) -> Option<Vec<u8>> {
        let words = self.message.to_ascii_lowercase();
        // gas enough for everything is tried first, so this is a call that no gas is enough for
        let failed =
            self.code == 3 || ["revert", "gas required exceeds allowance", "out of gas"].iter().any(|part| words.contains(part));
        failed.then(|| self.data.as_ref().and_then(bytes_in).unwrap_or_default())
    }

    /// What the node makes of a transaction; none if it only says that it is not well.
    pub(super) fn verdict(&self) -> Option<Broadcast> {
        let words = self.message.to_ascii_lowercase();
        let says = |parts: &[&str]| parts.iter().any(|part| words.contains(part));
        if says(&["already known", "alreadyknown", "known transaction", "already imported", "already in mempool", "already exists"])
        {
            return Some(Broadcast::Accepted);
        }
        if says(&["nonce too low", "nonce is too low", "oldnonce", "nonce has already been used"]) {
            return Some(Broadcast::NonceUsed);
        }
        if says(&["underpriced", "fee too low", "feetoolow", "less than block base fee", "gas price too low"]) {
            return Some(Broadcast::Underpriced);
        }
        if says(&["insufficient funds", "insufficientfunds", "insufficient balance"]) {
            return Some(Broadcast::OutOfFunds);
        }
        // internal errors, limits, methods that are not there, and what answers for a node in its stead
        let unwell = matches!(self.code, -32603 | -32005 | -32601 | -32700 | -32600)
            || says(&["timeout", "timed out", "rate limit", "too many requests", "internal error"]);
        (!unwell).then_some(Broadcast::Refused)
    }
}

/// The bytes of a revert: nodes put them into `data`, or deeper.
fn bytes_in(data: &Value) -> Option<Vec<u8>> {
    match data {
        Value::String(text) => {
            let digits = text.strip_prefix("Reverted ").unwrap_or(text);
            hex::decode(digits.strip_prefix("0x")?).ok()
        }
        Value::Object(members) => ["data", "originalError"].iter().find_map(|name| members.get(*name).and_then(bytes_in)),
        _ => None,
    }
}

/// How much a verdict decides among those of several nodes: who took it has it.
const fn weight(verdict: Broadcast) -> u8 {
    match verdict {
        Broadcast::Accepted => 4,
        Broadcast::NonceUsed => 3,
        Broadcast::Underpriced => 2,
        Broadcast::OutOfFunds => 1,
        Broadcast::Refused => 0,
    }
}

/// Sends to every node that is well, and answers as soon as one has taken it. The others get it all the same.
pub(super) async fn broadcast(nodes: &std::sync::Arc<Nodes>, raw: &[u8]) -> Result<Broadcast, Fault> {
    let places = nodes.well_or_next();
    let (tell, mut told) = mpsc::channel(places.len().max(1));
    for place in places {
        let (nodes, tell, raw) = (std::sync::Arc::clone(nodes), tell.clone(), raw.to_vec());
        tokio::spawn(async move {
            let Some(endpoint) = nodes.endpoints.get(place) else { return };
            let sent = send(&nodes, place, &raw).await;
            match sent {
                Ok(_) => nodes.take_back(endpoint),
                Err(trouble) => nodes.set_aside(endpoint, trouble),
            }
            // whoever asked may have an answer already
            let _heard = tell.send(sent).await;
        });
    }
    drop(tell);
    let (mut best, mut last) = (None, Fault::ChainUnavailable);
    while let Some(said) = told.recv().await {
        match said {
            Ok(Broadcast::Accepted) => return Ok(Broadcast::Accepted),
            Ok(verdict) => best = best.filter(|other| weight(*other) >= weight(verdict)).or(Some(verdict)),
            Err(trouble) => last = trouble.fault(),
        }
    }
    best.ok_or(last)
}

async fn send(nodes: &Nodes, place: usize, raw: &[u8]) -> Result<Broadcast, Trouble> {
    let endpoint = nodes.endpoints.get(place).ok_or(Trouble::Unreachable)?;
    let call = Ask::new("eth_sendRawTransaction", json!([hex::encode_prefixed(raw)]));
    let mut said = nodes.exchange(endpoint, &[call]).await?;
    match said.pop().ok_or(Trouble::Garbage)?.read::<B256>()? {
        // a node that names another transaction has not understood this one
        Ok(hash) if hash.0 == keccak256(raw) => Ok(Broadcast::Accepted),
        Ok(_) => Err(Trouble::Garbage),
        Err(error) => error.verdict().ok_or(Trouble::Declined),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(code: i64, message: &str, data: Option<Value>) -> NodeError {
        NodeError { code, message: message.into(), data }
    }

    #[test]
    fn row_155_the_words_of_nodes_about_a_transaction() {
        for (code, words, expected) in [
            // geth
            (-32000, "already known", Some(Broadcast::Accepted)),
            (-32000, "nonce too low: next nonce 5, tx nonce 4", Some(Broadcast::NonceUsed)),
            (-32000, "replacement transaction underpriced", Some(Broadcast::Underpriced)),
            (-32000, "transaction underpriced: gas tip cap 0, minimum needed 1000000", Some(Broadcast::Underpriced)),
            (-32000, "insufficient funds for gas * price + value: balance 0, tx cost 1", Some(Broadcast::OutOfFunds)),
            (-32000, "max fee per gas less than block base fee: address 0x.., maxFeePerGas: 1", Some(Broadcast::Underpriced)),
            (-32000, "txpool is full", Some(Broadcast::Refused)),
            (-32000, "invalid sender", Some(Broadcast::Refused)),
            // anvil
            (-32003, "Insufficient funds for gas * price + value", Some(Broadcast::OutOfFunds)),
            (-32003, "nonce too low", Some(Broadcast::NonceUsed)),
            (-32003, "transaction already imported", Some(Broadcast::Accepted)),
            (-32003, "max fee per gas less than block base fee", Some(Broadcast::Underpriced)),
            // others
            (-32010, "AlreadyKnown", Some(Broadcast::Accepted)),
            (-32010, "OldNonce, Current nonce: 7", Some(Broadcast::NonceUsed)),
            (-32010, "FeeTooLow, EffectivePriorityFeePerGas too low", Some(Broadcast::Underpriced)),
            // not about the transaction
            (-32603, "Internal error", None),
            (-32005, "daily request count exceeded", None),
            (-32601, "the method does not exist", None),
            (-32000, "request timed out", None),
        ] {
            assert_eq!(error(code, words, None).verdict(), expected, "{words}");
        }
    }

    #[test]
    fn a_revert_and_its_bytes() {
        let bytes = Some(vec![0x08, 0xc3]);
        for (error, expected) in [
            (error(3, "execution reverted: nope", Some("0x08c3".into())), bytes.clone()),
            (error(-32015, "VM execution error.", Some("Reverted 0x08c3".into())), None),
            (error(-32015, "revert", Some("Reverted 0x08c3".into())), bytes.clone()),
            (error(-32603, "execution reverted", Some(json!({ "originalError": { "data": "0x08c3" } }))), bytes),
            (error(3, "execution reverted", None), Some(vec![])),
            (error(-32000, "gas required exceeds allowance (30000000)", None), Some(vec![])),
            (error(-32000, "header not found", None), None),
            (error(-32603, "Internal error", None), None),
        ] {
            assert_eq!(error.reverted(), expected, "{error:?} {}", error.message);
        }
    }
}
