//! What a receipt proves, as a function of the receipt.
//!
//! Settled is what succeeded and left the logs that the plan expects, word for word, from the contracts that it names (catalogue rows 145 and
//! 146, rule 13). In a transaction of our own that is all there is to look at. In a stranger's it is not: the payer may have put two
//! payments with one transfer between them into it, so that the logs of each are there and the money is not.

use quittance_core::chain::{self, Plan, Proof};
use quittance_core::{Address, ReplayKey, keccak256};

use crate::chain::{Log, Receipt};

/// What a receipt says of one settlement.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[must_use = "only what is proved was paid"]
pub(crate) enum Word {
    /// The money moved.
    Paid,
    /// The transaction succeeded and did not leave what it should have: a fee on the transfer, or a token that does nothing.
    Otherwise,
    /// The transaction failed, and with it everything in it.
    Reverted,
}

/// What the receipt of a transaction of ours says of a settlement in it. One in which a factory was called, with what the payer wrote, is
/// judged like a stranger's.
pub(crate) fn ours(receipt: &Receipt, plan: &Plan, key: &ReplayKey) -> Word {
    if plan.shareable().is_some() { said(receipt, plan) } else { strangers(receipt, plan, key) }
}

fn said(receipt: &Receipt, plan: &Plan) -> Word {
    if !receipt.succeeded {
        return Word::Reverted;
    }
    let logs: Vec<_> = receipt.logs.iter().map(plain).collect();
    match plan.prove(&logs) {
        Proof::Complete => Word::Paid,
        _ => Word::Otherwise,
    }
}

/// What the receipt of a stranger's transaction says of a settlement that it may have done.
///
/// The logs of an EIP-3009 transfer do not say which transfer belongs to which nonce, so every authorization of the payer that the transaction
/// used needs a transfer like ours, or none counts. Permit2 logs no nonce at all; whoever calls this has seen that the transaction
/// is the very call of the plan.
pub(crate) fn strangers(receipt: &Receipt, plan: &Plan, key: &ReplayKey) -> Word {
    match (said(receipt, plan), key) {
        (Word::Paid, ReplayKey::Eip3009 { token, from, .. }) => {
            let used = receipt.logs.iter().filter(|log| {
                log.emitter == *token && log.topics.first() == Some(&used_topic()) && log.topics.get(1) == Some(&word(*from))
            });
            let transfer = plan.evidence.iter().find(|log| log.topics.first() == Some(&transfer_topic()));
            let moved = receipt.logs.iter().filter(|log| transfer.is_some_and(|wanted| chain::Log::from(wanted) == plain(log)));
            if moved.count() >= used.count() { Word::Paid } else { Word::Otherwise }
        }
        (said, _) => said,
    }
}

fn plain(log: &Log) -> chain::Log<'_> {
    chain::Log::new(log.emitter, &log.topics, &log.data)
}

/// `Transfer(address,address,uint256)`
pub(crate) fn transfer_topic() -> [u8; 32] {
    keccak256(b"Transfer(address,address,uint256)")
}

/// `AuthorizationUsed(address,bytes32)`
pub(crate) fn used_topic() -> [u8; 32] {
    keccak256(b"AuthorizationUsed(address,bytes32)")
}

/// `AuthorizationCanceled(address,bytes32)`
pub(crate) fn cancelled_topic() -> [u8; 32] {
    keccak256(b"AuthorizationCanceled(address,bytes32)")
}

/// An address as a topic.
pub(crate) fn word(address: Address) -> [u8; 32] {
    let mut word = [0; 32];
    for (to, from) in word.iter_mut().skip(12).zip(address.as_bytes()) {
        *to = *from;
    }
    word
}

#[cfg(test)]
mod tests;
