//! What is asked of an `eip155` chain and what is done on it, as data.
//!
//! Nothing here reaches a chain. A scheme says what it needs to know and what a settlement has to do; whoever has a connection carries
//! it out, so that the same rules run in a server, in a browser and in a simulation.

use alloc::vec::Vec;
use core::fmt;

use crate::address::Address;
use crate::amount::Amount;
use crate::eip712::Digest;
use crate::nonce::Nonce;
use crate::signature::SignatureBytes;

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
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
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
#[derive(Clone, PartialEq, Eq, Hash)]
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
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
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
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
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
        assert_eq!(format!("{:?}", ChainQuery::Simulate(call)), format!("Simulate({expected})"));
    }
}
