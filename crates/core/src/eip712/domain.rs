//! The domain: which contract on which chain a signature is meant for.

use alloc::string::String;
use core::fmt;

use sha3::Digest as _;

use crate::address::Address;
use crate::amount::Amount;
use crate::eip712::message::{Members, Words};
use crate::eip712::permit2::PERMIT2;
use crate::hex;

/// `EIP712Domain`, with only the fields that are present.
///
/// A field that is absent is absent from the type as well, so that a domain without a version and one with an empty version are
/// different domains. Contracts differ in which fields they use: USDC has the first four, Permit2 has no version, some bridged
/// tokens put the chain into the salt (catalogue row 87). What a token uses is data of the registry and is never guessed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Domain<'a> {
    /// `string name`: of the signing domain, such as `USD Coin`.
    pub name: Option<&'a str>,
    /// `string version`: its major version.
    pub version: Option<&'a str>,
    /// `uint256 chainId`: of the chain (EIP-155).
    pub chain_id: Option<Amount>,
    /// `address verifyingContract`: that will check the signature.
    pub verifying_contract: Option<Address>,
    /// `bytes32 salt`: a last resort to tell domains apart.
    pub salt: Option<[u8; 32]>,
}

impl<'a> Domain<'a> {
    /// No field at all; the start for a layout of which the constructors below know nothing.
    pub const EMPTY: Self = Self { name: None, version: None, chain_id: None, verifying_contract: None, salt: None };

    /// The four fields of tokens with EIP-3009 or EIP-2612.
    #[must_use]
    pub const fn token(name: &'a str, version: &'a str, chain_id: u64, contract: Address) -> Self {
        Self::named(name, version, chain_id).with_verifying_contract(contract)
    }

    /// Permit2 on a chain: it has no version.
    #[must_use]
    pub const fn permit2(chain_id: u64) -> Self {
        Self::EMPTY.with_name("Permit2").with_chain_id(chain_id).with_verifying_contract(PERMIT2)
    }

    /// A domain that no contract checks, such as that of signed offers.
    #[must_use]
    pub const fn named(name: &'a str, version: &'a str, chain_id: u64) -> Self {
        Self::EMPTY.with_name(name).with_version(version).with_chain_id(chain_id)
    }

    /// The same domain with a name.
    #[must_use]
    pub const fn with_name(self, name: &'a str) -> Self {
        Self { name: Some(name), ..self }
    }

    /// The same domain with a version.
    #[must_use]
    pub const fn with_version(self, version: &'a str) -> Self {
        Self { version: Some(version), ..self }
    }

    /// The same domain with a chain.
    #[must_use]
    pub const fn with_chain_id(self, chain_id: u64) -> Self {
        Self { chain_id: Some(Amount::from_u64(chain_id)), ..self }
    }

    /// The same domain with a contract.
    #[must_use]
    pub const fn with_verifying_contract(self, contract: Address) -> Self {
        Self { verifying_contract: Some(contract), ..self }
    }

    /// The same domain with a salt.
    #[must_use]
    pub const fn with_salt(self, salt: [u8; 32]) -> Self {
        Self { salt: Some(salt), ..self }
    }

    /// `domainSeparator`: `hashStruct(eip712Domain)` (EIP-712, "Definition of `domainSeparator`").
    #[must_use]
    pub fn separator(&self) -> DomainSeparator {
        let mut words = Words::after(&self.type_hash());
        self.encode_data(&mut words);
        DomainSeparator(words.hash())
    }

    /// `encodeType` of this domain.
    #[must_use]
    pub fn encode_type(&self) -> String {
        self.type_pieces().collect()
    }

    /// `typeHash` of this domain.
    #[must_use]
    pub fn type_hash(&self) -> [u8; 32] {
        let mut hash = sha3::Keccak256::new();
        self.type_pieces().for_each(|piece| hash.update(piece));
        hash.finalize().into()
    }

    fn type_pieces(&self) -> impl Iterator<Item = &'static str> {
        let members = self.members().enumerate().flat_map(|(i, (kind, name))| [if i == 0 { "" } else { "," }, kind, " ", name]);
        ["EIP712Domain("].into_iter().chain(members).chain([")"])
    }

    /// The type and name of each field present, in the order of the EIP.
    pub(super) fn members(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        [
            self.name.map(|_| ("string", "name")),
            self.version.map(|_| ("string", "version")),
            self.chain_id.map(|_| ("uint256", "chainId")),
            self.verifying_contract.map(|_| ("address", "verifyingContract")),
            self.salt.map(|_| ("bytes32", "salt")),
        ]
        .into_iter()
        .flatten()
    }

    /// `encodeData` of this domain.
    pub(super) fn encode_data(&self, members: &mut impl Members) {
        if let Some(name) = self.name {
            members.string("name", name);
        }
        if let Some(version) = self.version {
            members.string("version", version);
        }
        if let Some(chain_id) = &self.chain_id {
            members.uint("chainId", chain_id);
        }
        if let Some(contract) = &self.verifying_contract {
            members.address("verifyingContract", contract);
        }
        if let Some(salt) = &self.salt {
            members.bytes32("salt", salt);
        }
    }
}

/// The hash of a [`Domain`].
///
/// It stays the same for the life of a deployment, so a seller computes it once for each asset.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DomainSeparator([u8; 32]);

impl DomainSeparator {
    /// Takes a separator that is known, such as what a contract's `DOMAIN_SEPARATOR()` returned.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for DomainSeparator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(&self.0))
    }
}

impl fmt::Debug for DomainSeparator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DomainSeparator({self})")
    }
}
