//! Questions to a chain as calls of contracts, and what these return as answers.
//!
//! [`call`] and [`answer`] are for one question at a time, by `eth_call`, or for some at a time, by [`multicall3`](crate::multicall3).
//! [`probe`](crate::probe) is for all of them, code included, in one `eth_call` at one block.
//!
//! A revert is an answer: the contract was asked. That a node could not be reached, ran out of the gas that it allows, or said something
//! else is none, and has to stay a fault of the asker's.

use quittance_core::chain::{Call, ChainAnswer, ChainQuery};
use quittance_core::eip712::permit2::PERMIT2;
use quittance_core::{Amount, Nonce};

use crate::abi::{self, Arguments};

/// What a call came to.
///
/// `Debug` shows the lengths only.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "a call returns or it does not")]
pub enum Outcome<'a> {
    /// It returned these bytes.
    Returned(&'a [u8]),
    /// It reverted with these bytes.
    Reverted(&'a [u8]),
}

impl core::fmt::Debug for Outcome<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Returned(bytes) => write!(f, "Returned({} bytes)", bytes.len()),
            Self::Reverted(bytes) => write!(f, "Reverted({} bytes)", bytes.len()),
        }
    }
}

/// The one call that asks a question. None for a question that no single call asks: about code (`eth_getCode`), the transactions that an
/// account has sent (`eth_getTransactionCount`) and its coins (`eth_getBalance`), and what takes several calls, each in the state that the
/// one before left.
#[must_use]
pub fn call(question: &ChainQuery) -> Option<Call> {
    Some(match question {
        ChainQuery::ContractSignature { wallet, digest, signature } => {
            Call::new(*wallet, Arguments::new().word(*digest.as_bytes()).tail(signature.as_bytes()).call(abi::IS_VALID_SIGNATURE))
        }
        ChainQuery::Balance { token, owner } => Call::new(*token, Arguments::new().address(*owner).call(abi::BALANCE_OF)),
        ChainQuery::Allowance { token, owner, spender } => {
            Call::new(*token, Arguments::new().address(*owner).address(*spender).call(abi::ALLOWANCE))
        }
        ChainQuery::NonceState { token, authorizer, nonce } => {
            Call::new(*token, Arguments::new().address(*authorizer).word(*nonce.as_bytes()).call(abi::AUTHORIZATION_STATE))
        }
        ChainQuery::TokenNonce { token, owner } => Call::new(*token, Arguments::new().address(*owner).call(abi::NONCES)),
        ChainQuery::PermitNonce { owner, nonce } => {
            Call::new(PERMIT2, Arguments::new().address(*owner).word(bitmap_word(*nonce)).call(abi::NONCE_BITMAP))
        }
        ChainQuery::Simulate(calls) => match &calls[..] {
            [call] => call.clone(),
            _ => return None,
        },
        _ => return None,
    })
}

/// What a call says about a question. `eth_getCode` returns code and never reverts.
///
/// A wallet's word is read as the contracts read it that ask it: the first word is the magic value and nothing else. Everything else that
/// is read has to be exactly one word.
#[must_use]
pub fn answer(question: &ChainQuery, outcome: Outcome<'_>) -> ChainAnswer {
    let bytes = match (question, outcome) {
        (ChainQuery::Code { .. }, Outcome::Returned(code)) => return ChainAnswer::Bytes(code.into()),
        (ChainQuery::ContractSignature { .. } | ChainQuery::CounterfactualSignature { .. }, Outcome::Returned(bytes)) => {
            return ChainAnswer::Flag(bytes.starts_with(&abi::MAGIC));
        }
        // A wallet that reverts has not signed (catalogue row 101).
        (ChainQuery::ContractSignature { .. } | ChainQuery::CounterfactualSignature { .. }, Outcome::Reverted(_)) => {
            return ChainAnswer::Flag(false);
        }
        (ChainQuery::Simulate(_), Outcome::Returned(_)) => return ChainAnswer::Flag(true),
        (_, Outcome::Reverted(bytes)) => return ChainAnswer::Failed(bytes.into()),
        (_, Outcome::Returned(bytes)) => bytes,
    };
    let Ok(word) = <&[u8; 32]>::try_from(bytes) else { return ChainAnswer::Failed(bytes.into()) };
    match question {
        ChainQuery::Balance { .. } | ChainQuery::Allowance { .. } | ChainQuery::TokenNonce { .. } => {
            ChainAnswer::Amount(Amount::from_be_bytes(*word))
        }
        ChainQuery::NonceState { .. } => abi::flag(word).map_or_else(|_| ChainAnswer::Failed(bytes.into()), ChainAnswer::Flag),
        ChainQuery::PermitNonce { nonce, .. } => ChainAnswer::Flag(bit(word, *nonce)),
        _ => ChainAnswer::Failed(bytes.into()),
    }
}

/// Which word of the owner's bitmap a nonce of Permit2 is in: its upper 248 bits.
fn bitmap_word(nonce: Nonce) -> [u8; 32] {
    let [upper @ .., _] = nonce.as_bytes();
    let mut word = [0; 32];
    for (to, from) in word.iter_mut().skip(1).zip(upper) {
        *to = *from;
    }
    word
}

/// Whether the nonce's bit is set in that word: the bit that its lowest eight bits count to, from the least significant.
fn bit(word: &[u8; 32], nonce: Nonce) -> bool {
    let [.., position] = *nonce.as_bytes();
    let byte = word.iter().rev().nth(usize::from(position / 8)).copied().unwrap_or_default();
    byte >> (position % 8) & 1 == 1
}

#[cfg(test)]
mod tests;
