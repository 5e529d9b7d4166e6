//! What the model remembers of the accounts and contracts: everything that a block can change.

use std::collections::{BTreeMap, BTreeSet};

use quittance_core::{Address, Amount, Nonce};

use super::Kind;

/// The state after a block, or in the middle of one.
#[derive(Clone, Default)]
pub(super) struct State {
    pub(super) ether: BTreeMap<Address, u128>,
    /// How many transactions each account has sent.
    pub(super) sent: BTreeMap<Address, u64>,
    pub(super) code: BTreeMap<Address, Code>,
    /// By token and owner.
    pub(super) balances: BTreeMap<(Address, Address), Amount>,
    /// By token, owner and spender.
    pub(super) allowances: BTreeMap<(Address, Address, Address), Amount>,
    /// The nonces of EIP-3009 that are used or cancelled, by token and payer.
    pub(super) authorizations: BTreeSet<(Address, Address, Nonce)>,
    /// How many permits of EIP-2612 an owner has used, by token.
    pub(super) permits: BTreeMap<(Address, Address), u64>,
    /// The bits of Permit2.
    pub(super) bits: BTreeSet<(Address, Nonce)>,
}

/// What stands at an address.
#[derive(Clone)]
pub(super) enum Code {
    Token(Token),
    Permit2,
    ExactProxy,
    UptoProxy,
    Multicall3,
    /// A contract wallet of one key (ERC-1271).
    Wallet {
        owner: Address,
    },
    /// Deploys such wallets where they are expected (ERC-6492).
    Factory(Manners),
    /// An account that has lent itself the code of another (EIP-7702).
    Delegated(Address),
    /// Something that answers every call with nothing.
    Mute,
    /// The same, for which a token that pays it takes so much more gas: it is told of its money.
    Told(u64),
}

/// What a factory says to whoever comes second.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Manners {
    /// Nothing.
    Kind,
    /// It fails.
    Strict,
}

/// A token.
#[derive(Clone)]
pub(super) struct Token {
    pub(super) name: String,
    pub(super) version: String,
    pub(super) kind: Kind,
}

impl Code {
    /// Bytes that say what a node's would: that there is code, or whose.
    pub(super) fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Delegated(to) => [&[0xef, 0x01, 0x00][..], to.as_bytes()].concat(),
            _ => vec![0x60, 0x80, 0x60, 0x40],
        }
    }
}

impl State {
    pub(super) fn balance(&self, token: Address, owner: Address) -> Amount {
        self.balances.get(&(token, owner)).copied().unwrap_or(Amount::ZERO)
    }

    pub(super) fn allowance(&self, token: Address, owner: Address, spender: Address) -> Amount {
        self.allowances.get(&(token, owner, spender)).copied().unwrap_or(Amount::ZERO)
    }

    pub(super) fn sent_by(&self, account: Address) -> u64 {
        self.sent.get(&account).copied().unwrap_or(0)
    }

    pub(super) fn ether_of(&self, account: Address) -> u128 {
        self.ether.get(&account).copied().unwrap_or(0)
    }

    pub(super) fn code_at(&self, address: Address) -> Vec<u8> {
        self.code.get(&address).map(Code::bytes).unwrap_or_default()
    }
}
