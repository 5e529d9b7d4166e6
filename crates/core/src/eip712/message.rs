//! Static messages: `hashStruct` and the digest, without the heap.

use core::fmt;

use sha3::Digest as _;

use crate::address::Address;
use crate::amount::Amount;
use crate::eip712::DomainSeparator;
use crate::hash::keccak256;
use crate::hex;
use crate::time::UnixSeconds;

/// A structure that somebody signs, its type known at compile time.
///
/// An implementation states its type once, as text, and lists its members once, in the order of that text. Hashing and the export
/// to JSON both follow from the two. Nothing but tests can hold the constants and the list together, so an implementation belongs
/// with one that recomputes [`TYPE_HASH`](Self::TYPE_HASH) and compares its digest with that of
/// [`TypedData`](crate::eip712::TypedData) over [`export`](crate::eip712::export()).
pub trait Message {
    /// `encodeType`: the name, the members in parentheses, then the types it refers to, sorted by name (EIP-712, "Definition of
    /// `encodeType`").
    const ENCODE_TYPE: &'static str;

    /// `typeHash`: `keccak256(encodeType(typeOf(s)))`, which never changes for a type and is not computed at run time (EIP-712,
    /// "Definition of `hashStruct`").
    const TYPE_HASH: [u8; 32];

    /// `encodeData`: hands over every member in the order in which it appears in the type (EIP-712, "Definition of `encodeData`").
    fn encode_data(&self, members: &mut impl Members);

    /// `hashStruct`: `keccak256(typeHash ‖ encodeData(s))` (EIP-712, "Definition of `hashStruct`").
    #[must_use]
    fn hash_struct(&self) -> [u8; 32] {
        let mut words = Words::after(&Self::TYPE_HASH);
        self.encode_data(&mut words);
        words.hash()
    }
}

/// What wallets sign: `keccak256(0x19 ‖ 0x01 ‖ domainSeparator ‖ hashStruct(message))` (EIP-712, "Specification").
///
/// The first byte is that of EIP-191 and the second its version, so that neither a transaction nor a personal message can have the
/// same bytes (catalogue row 90).
#[must_use]
pub fn digest(domain: &DomainSeparator, message: &impl Message) -> Digest {
    Digest::of(domain, &message.hash_struct())
}

/// The 32 bytes that a signature covers.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest([u8; 32]);

impl Digest {
    /// Takes bytes that were hashed elsewhere, such as those of a personal message.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The digest of a message of which the struct hash is known.
    #[must_use]
    pub fn of(domain: &DomainSeparator, hash_struct: &[u8; 32]) -> Self {
        let mut bytes = [0; 66];
        for (to, from) in bytes.iter_mut().zip([0x19, 0x01].iter().chain(domain.as_bytes()).chain(hash_struct)) {
            *to = *from;
        }
        Self(keccak256(&bytes))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(&self.0))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({self})")
    }
}

/// Takes the members of a message, one after another.
///
/// Two exist, both in this crate: one hashes, one writes JSON. That is why the trait is sealed: kinds of members may be added.
pub trait Members: Sealed {
    /// A member of type `address`: its 20 bytes as an unsigned integer of 160 bits.
    fn address(&mut self, name: &'static str, value: &Address);
    /// A member of any type `uint8` to `uint256`: 32 bytes, the most significant first. The type's width is the caller's to keep.
    fn uint(&mut self, name: &'static str, value: &Amount);
    /// A point in time, or a duration, as a member of an unsigned type.
    fn seconds(&mut self, name: &'static str, value: UnixSeconds) {
        self.uint(name, &Amount::from_u64(value.as_secs()));
    }
    /// A member of type `bytes32`: as it stands.
    fn bytes32(&mut self, name: &'static str, value: &[u8; 32]);
    /// A member of type `string`: the hash of its UTF-8 bytes. They are never normalised: what looks alike in another Unicode form
    /// is another text (catalogue rows 41 and 42).
    fn string(&mut self, name: &'static str, value: &str);
    /// A member that is a struct: its `hashStruct`.
    fn message(&mut self, name: &'static str, value: &impl Message);
}

/// Keeps [`Members`] to this crate.
#[expect(unnameable_types, reason = "that is how a trait is sealed")]
pub trait Sealed {}

/// Hashes 32-byte words as they come.
pub(super) struct Words(sha3::Keccak256);

impl Words {
    /// Starts with the type hash.
    pub(super) fn after(type_hash: &[u8; 32]) -> Self {
        Self(sha3::Keccak256::new_with_prefix(type_hash))
    }

    pub(super) fn word(&mut self, word: &[u8; 32]) {
        self.0.update(word);
    }

    pub(super) fn hash(self) -> [u8; 32] {
        self.0.finalize().into()
    }
}

impl Sealed for Words {}

impl Members for Words {
    fn address(&mut self, _: &'static str, value: &Address) {
        self.word(&address_word(value));
    }

    fn uint(&mut self, _: &'static str, value: &Amount) {
        self.word(&value.to_be_bytes());
    }

    fn bytes32(&mut self, _: &'static str, value: &[u8; 32]) {
        self.word(value);
    }

    fn string(&mut self, _: &'static str, value: &str) {
        self.word(&keccak256(value.as_bytes()));
    }

    fn message(&mut self, _: &'static str, value: &impl Message) {
        self.word(&value.hash_struct());
    }
}

/// An address as a word: 20 bytes at the low end.
pub(super) fn address_word(address: &Address) -> [u8; 32] {
    let mut word = [0; 32];
    for (to, from) in word.iter_mut().skip(12).zip(address.as_bytes()) {
        *to = *from;
    }
    word
}
