//! What a payment scheme is: pure checks, and what a settlement would do, as data.

use alloc::vec::Vec;
use core::fmt;

use crate::address::Address;
use crate::amount::Amount;
use crate::eip712::Digest;
use crate::network::Network;
use crate::nonce::Nonce;
use crate::payment::Payment;
use crate::proof::{Admitted, Verified};
use crate::rejection::Rejection;
use crate::signature::SignatureBytes;
use crate::terms::{SchemeId, Terms};
use crate::time::UnixSeconds;

/// A way to pay on one kind of network.
///
/// It is a value, passed in by whoever composes a seller or a facilitator; there is no registry of schemes. It does no I/O and has no
/// clock: where only a chain can tell, it answers [`Progress::Ask`] and is called again with the answer.
pub trait Scheme: Send + Sync {
    /// The name of the scheme.
    fn id(&self) -> SchemeId;

    /// Whether this value has rules for a network.
    fn serves(&self, network: Network) -> bool;

    /// Checks a payment against the seller's own terms.
    ///
    /// # Errors
    ///
    /// The first check that fails, in the specification's order.
    fn verify(&self, input: &VerifyInput<'_>) -> Result<Progress, Rejection>;

    /// What a settlement of an admitted payment has to do.
    ///
    /// # Errors
    ///
    /// [`Rejection`] when this scheme cannot settle what was admitted, such as a charge above the ceiling.
    fn plan(&self, admitted: &Admitted, payment: &Payment, charge: Amount) -> Result<Plan, Rejection>;
}

/// What a check is made of. New inputs can be added without breaking schemes.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct VerifyInput<'a> {
    /// The payment.
    pub payment: &'a Payment,
    /// The seller's own terms, never the client's copy.
    pub terms: &'a Terms,
    /// The time, from the caller's clock.
    pub now: UnixSeconds,
    /// What the chain has answered so far.
    pub answers: &'a [(ChainQuery, ChainAnswer)],
}

impl<'a> VerifyInput<'a> {
    /// A check without any knowledge of a chain.
    #[must_use]
    pub const fn offline(payment: &'a Payment, terms: &'a Terms, now: UnixSeconds) -> Self {
        Self { payment, terms, now, answers: &[] }
    }

    /// The same check, resumed with what the chain answered.
    #[must_use]
    pub const fn with_answers(self, answers: &'a [(ChainQuery, ChainAnswer)]) -> Self {
        Self { answers, ..self }
    }

    /// The answer to a question, when it has been asked.
    #[must_use]
    pub fn answer(&self, question: &ChainQuery) -> Option<&'a ChainAnswer> {
        self.answers.iter().find(|(asked, _)| asked == question).map(|(_, answer)| answer)
    }
}

/// How far a check got without failing.
#[derive(Debug)]
#[non_exhaustive]
#[must_use = "a check that asks a question has not passed"]
pub enum Progress {
    /// The terms are met and the signature is the payer's.
    Verified(Verified),
    /// Only the chain can say. Without a chain the payment is unverifiable, which is not valid.
    Ask(ChainQuery),
}

/// A question to an `eip155` chain, as a value.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum ChainQuery {
    /// Which code stands at an address?
    Code {
        /// The address.
        address: Address,
    },
    /// Does a contract wallet take this signature for its own (ERC-1271)?
    ContractSignature {
        /// The wallet.
        wallet: Address,
        /// What was signed.
        digest: Digest,
        /// The signature.
        signature: SignatureBytes,
    },
    /// How much of a token does an owner have?
    Balance {
        /// The token.
        token: Address,
        /// The owner.
        owner: Address,
    },
    /// How much of an owner's token may a spender move?
    Allowance {
        /// The token.
        token: Address,
        /// The owner.
        owner: Address,
        /// The spender.
        spender: Address,
    },
    /// Has an EIP-3009 nonce been used or cancelled?
    NonceState {
        /// The token.
        token: Address,
        /// The payer.
        authorizer: Address,
        /// The nonce.
        nonce: Nonce,
    },
    /// Would this call succeed?
    Simulate(Call),
}

/// What a chain answered.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum ChainAnswer {
    /// Bytes: code, or what a call returned.
    Bytes(Vec<u8>),
    /// A number: balance or allowance.
    Amount(Amount),
    /// Yes or no: signature taken, nonce spent, call successful.
    Flag(bool),
}

/// A call of a contract.
///
/// `Debug` shows the length of the data only: a call that settles holds a signature that nobody has used yet.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Call {
    /// The contract.
    pub target: Address,
    /// The selector and the arguments.
    pub data: Vec<u8>,
}

impl Call {
    /// A call.
    #[must_use]
    pub const fn new(target: Address, data: Vec<u8>) -> Self {
        Self { target, data }
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Call {{ target: {}, data: {} bytes }}", self.target, self.data.len())
    }
}

/// What a settlement does on an `eip155` chain, and how one sees that it did.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Plan {
    /// The calls, in order.
    pub calls: Vec<Call>,
    /// The logs that have to be there afterwards; a receipt without them proves nothing (catalogue rows 145 and 146).
    pub evidence: Vec<ExpectedLog>,
}

impl Plan {
    /// Calls, and the logs that prove them.
    #[must_use]
    pub const fn new(calls: Vec<Call>, evidence: Vec<ExpectedLog>) -> Self {
        Self { calls, evidence }
    }
}

/// A log that a settlement must leave.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct ExpectedLog {
    /// The contract that writes it.
    pub emitter: Address,
    /// Its topics, the first being the event's hash.
    pub topics: Vec<[u8; 32]>,
    /// Its data.
    pub data: Vec<u8>,
}

impl ExpectedLog {
    /// A log.
    #[must_use]
    pub const fn new(emitter: Address, topics: Vec<[u8; 32]>, data: Vec<u8>) -> Self {
        Self { emitter, topics, data }
    }
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::*;

    #[test]
    fn a_call_does_not_print_the_signature_in_it() {
        let call = Call::new(Address::ZERO, [0xab; 65].into());
        let expected = "Call { target: 0x0000000000000000000000000000000000000000, data: 65 bytes }";
        assert_eq!(format!("{call:?}"), expected);
        assert_eq!(format!("{:?}", Progress::Ask(ChainQuery::Simulate(call))), format!("Ask(Simulate({expected}))"));
    }
}
