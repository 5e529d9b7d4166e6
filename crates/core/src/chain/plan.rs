//! What a settlement does.

use alloc::vec;
use alloc::vec::Vec;
use core::fmt;

use super::{Call, ExpectedLog};
use crate::address::Address;
use crate::amount::Amount;
use crate::hash::keccak256;

/// What a settlement does on an `eip155` chain, and how one sees that it did.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub struct Plan {
    /// What is to be done, in order, each after the one before has succeeded. Nothing where there is nothing to settle.
    pub steps: Vec<Step>,
    /// The logs that have to be there afterwards; a receipt without them proves nothing (catalogue rows 145 and 146).
    pub evidence: Vec<ExpectedLog>,
}

/// One thing to do.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Step {
    /// Make this call.
    Call(Call),
    /// Make this call while there is no code at the wallet's address, and skip it once there is: the wallet may be deployed by then.
    Deploy {
        /// What is to be deployed.
        wallet: Address,
        /// What deploys it.
        call: Call,
    },
    /// See to it that an account can pay for what it is going to send: send what it lacks. What is sent is gone, and only once.
    Fund {
        /// Whose account.
        account: Address,
        /// How much it has to have, in the smallest unit of the network's own coin.
        needs: Amount,
        /// How much it is given at most. Where it lacks more, nothing is sent.
        most: Amount,
    },
    /// Send this transaction of the payer's to the network as it is, and wait until it is in a block. One that is in a block already is
    /// done.
    Broadcast(SignedTransaction),
}

impl Plan {
    /// Steps, and the logs that prove them.
    #[must_use]
    pub const fn new(steps: Vec<Step>, evidence: Vec<ExpectedLog>) -> Self {
        Self { steps, evidence }
    }

    /// One call, and the logs that prove it.
    #[must_use]
    pub fn call(call: Call, evidence: Vec<ExpectedLog>) -> Self {
        Self::new(vec![Step::Call(call)], evidence)
    }

    /// The calls, when calls that anybody can make are all there is to do. Only such a plan can share a transaction with others, through a
    /// contract that makes the calls for them.
    #[must_use]
    pub fn shareable(&self) -> Option<Vec<Call>> {
        let anybodys = |step: &Step| match step {
            Step::Call(call) if call.sender.is_none() => Some(call.clone()),
            _ => None,
        };
        self.steps.iter().map(anybodys).collect()
    }
}

/// A transaction that somebody else has signed, ready to be sent.
///
/// `Debug` shows the hash only: until it is sent, whoever has the bytes can send them.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SignedTransaction(Vec<u8>);

impl SignedTransaction {
    /// A transaction as it stands on the network: the type's byte, where it has one, and RLP.
    #[must_use]
    pub const fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The bytes to send.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The hash that the network knows it by.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        keccak256(&self.0)
    }
}

impl fmt::Debug for SignedTransaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SignedTransaction(0x")?;
        self.hash().iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
        f.write_str(")")
    }
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::*;

    #[test]
    fn only_calls_that_anybody_can_make_share_a_transaction() {
        let call = Call::new(Address::from_bytes([1; 20]), vec![1]);
        let deploy = Step::Deploy { wallet: Address::ZERO, call: call.clone() };
        let raw = Step::Broadcast(SignedTransaction::from_bytes(vec![2]));
        let fund = Step::Fund { account: Address::ZERO, needs: Amount::ZERO, most: Amount::ZERO };
        assert_eq!(Plan::call(call.clone(), vec![]).shareable(), Some(vec![call.clone()]));
        assert_eq!(Plan::call(call.clone().by(Address::ZERO), vec![]).shareable(), None);
        for first in [deploy, raw, fund] {
            assert_eq!(Plan::new(vec![first, Step::Call(call.clone())], vec![]).shareable(), None);
        }
    }

    #[test]
    fn a_signed_transaction_prints_its_hash() {
        let expected = "SignedTransaction(0xf2ee15ea639b73fa3db9b34a245bdfa015c260c598b211bf05a1ecc4b3e3b4f2)";
        assert_eq!(format!("{:?}", SignedTransaction::from_bytes(vec![2])), expected);
    }
}
