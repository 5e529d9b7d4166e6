//! What a receipt proves, as a function of the receipt.
//!
//! Settled is what succeeded and left the logs that the plan expects, word for word, from the contracts that it names (catalogue rows 145 and
//! 146, rule 13). In a transaction of one's own that is all there is to look at. In a stranger's it is not: the payer may have put two
//! payments with one transfer between them into it, so that the logs of each are there and the money is not.
//!
//! Whoever asks has seen that the block stands; nothing here knows of blocks.

use quittance_core::ReplayKey;
use quittance_core::chain::{Log, Plan, Proof};

use crate::abi;

/// What a receipt says of one settlement.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
#[must_use = "only what is proved was paid"]
pub enum Word {
    /// The money moved.
    Paid,
    /// The transaction succeeded and did not leave what it should have: a fee on the transfer, or a token that does nothing.
    Otherwise,
    /// The transaction failed, and with it everything in it.
    Reverted,
}

/// Whether a transaction succeeded.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[expect(clippy::exhaustive_enums, reason = "a transaction in a block is one of the two")]
pub enum Status {
    /// It did what it was made for, as far as its contracts say.
    Succeeded,
    /// It did nothing but cost something.
    Reverted,
}

/// What the receipt of a transaction of one's own says of the settlement that it was sent for. One in which a factory was called, with what the
/// payer wrote, is judged like a stranger's.
pub fn ours(status: Status, logs: &[Log<'_>], plan: &Plan, key: &ReplayKey) -> Word {
    if plan.shareable().is_some() { said(status, logs, plan) } else { strangers(status, logs, plan, key) }
}

/// What the receipt of a stranger's transaction says of a settlement that it may have done.
///
/// The logs of an EIP-3009 transfer do not say which transfer belongs to which nonce, so every authorization of the payer that the transaction
/// used needs a transfer like the plan's, or none counts. Permit2 logs no nonce at all; whoever calls this has seen that the transaction
/// is the very call of the plan.
pub fn strangers(status: Status, logs: &[Log<'_>], plan: &Plan, key: &ReplayKey) -> Word {
    match (said(status, logs, plan), key) {
        (Word::Paid, ReplayKey::Eip3009 { token, from, .. }) => {
            let payer = abi::address_word(*from);
            let used = logs.iter().filter(|log| {
                log.emitter == *token && log.topics.first() == Some(&abi::AUTHORIZATION_USED) && log.topics.get(1) == Some(&payer)
            });
            let transfer = plan.evidence.iter().find(|log| log.topics.first() == Some(&abi::TRANSFER));
            let moved = logs.iter().filter(|log| transfer.is_some_and(|wanted| Log::from(wanted) == **log));
            if moved.count() >= used.count() { Word::Paid } else { Word::Otherwise }
        }
        (said, _) => said,
    }
}

fn said(status: Status, logs: &[Log<'_>], plan: &Plan) -> Word {
    match (status, plan.prove(logs)) {
        (Status::Reverted, _) => Word::Reverted,
        (Status::Succeeded, Proof::Complete) => Word::Paid,
        (Status::Succeeded, _) => Word::Otherwise,
    }
}
