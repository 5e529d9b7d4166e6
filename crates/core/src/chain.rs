//! What is asked of an `eip155` chain and what is done on it, as data.
//!
//! Nothing here reaches a chain. A scheme says what it needs to know ([`ChainQuery`]) and what a settlement has to do ([`Plan`]); whoever
//! has a connection carries it out, so that the same rules run in a server, in a browser and in a simulation. Whether it was done is
//! read off the logs of a receipt, by [`prove`].

mod evidence;
mod plan;

use alloc::format;
use alloc::vec::Vec;
use core::fmt;

use crate::address::Address;
use crate::amount::Amount;
use crate::eip712::Digest;
use crate::nonce::Nonce;
use crate::signature::SignatureBytes;

pub use evidence::{ExpectedLog, Log, Proof, prove};
pub use plan::{Plan, SignedTransaction, Step};

/// A question to an `eip155` chain, as a value.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
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
    /// Would a contract wallet take this signature for its own, once a call has deployed it (ERC-6492)?
    ///
    /// Only a call of a factory that an operator has listed is asked about, and it is asked for, never sent.
    CounterfactualSignature {
        /// The wallet, which has no code yet.
        wallet: Address,
        /// What deploys it.
        deployment: Call,
        /// What was signed.
        digest: Digest,
        /// The signature, without its wrapping.
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
    /// Has a nonce of Permit2 been used or invalidated? It is one bit of the owner's, whichever the token and the spender (catalogue row
    /// 120).
    PermitNonce {
        /// The payer.
        owner: Address,
        /// The nonce.
        nonce: Nonce,
    },
    /// How many permits of EIP-2612 has an owner given for a token? The next one has this number.
    TokenNonce {
        /// The token.
        token: Address,
        /// The owner.
        owner: Address,
    },
    /// How many transactions has an account sent? The next one has this number.
    Transactions {
        /// The account.
        account: Address,
    },
    /// How much of the network's own coin does an account have to pay for gas with?
    Funds {
        /// The account.
        account: Address,
    },
    /// Would all of these calls succeed if they were sent now, one after the other, each in the state that the one before left?
    Simulate(Vec<Call>),
}

/// What a chain answered. Each is what a block says; that nobody could be asked is a [`Fault`](crate::Fault) and no answer.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum ChainAnswer {
    /// Bytes: code. Its first 24 bytes are enough, because they tell whether there is any and whether it is a delegation.
    Bytes(Vec<u8>),
    /// A number: balance, allowance, count.
    Amount(Amount),
    /// Yes or no: signature taken, nonce spent, call successful.
    Flag(bool),
    /// The contract was asked and gave no answer to the question: it reverted with these bytes, or returned these, which mean nothing.
    Failed(Vec<u8>),
}

/// A call of a contract.
///
/// `Debug` shows the length of the data only: a call that settles holds a signature that nobody has used yet.
#[derive(Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Call {
    /// The only account that can make it; anybody can where none is named. What a contract makes on somebody's behalf (Multicall3) is made
    /// by that contract, so a call with a sender shares no transaction.
    pub sender: Option<Address>,
    /// The contract.
    pub target: Address,
    /// The selector and the arguments.
    pub data: Vec<u8>,
}

impl Call {
    /// A call that anybody can make.
    #[must_use]
    pub const fn new(target: Address, data: Vec<u8>) -> Self {
        Self { sender: None, target, data }
    }

    /// The same call, which only this account can make.
    #[must_use]
    pub fn by(self, sender: Address) -> Self {
        Self { sender: Some(sender), ..self }
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let by = self.sender.map(|sender| format!("sender: {sender}, ")).unwrap_or_default();
        write!(f, "Call {{ {by}target: {}, data: {} bytes }}", self.target, self.data.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_does_not_print_the_signature_in_it() {
        let call = Call::new(Address::ZERO, [0xab; 65].into());
        let expected = "Call { target: 0x0000000000000000000000000000000000000000, data: 65 bytes }";
        assert_eq!(format!("{call:?}"), expected);
        assert_eq!(format!("{:?}", ChainQuery::Simulate([call.clone()].into())), format!("Simulate([{expected}])"));
        let by = "Call { sender: 0x0101010101010101010101010101010101010101, target: 0x0000000000000000000000000000000000000000, data: 65 bytes }";
        assert_eq!(format!("{:?}", call.by(Address::from_bytes([1; 20]))), by);
    }
}
