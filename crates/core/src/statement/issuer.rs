//! Making statements.

use alloc::boxed::Box;
use alloc::string::ToString as _;
use core::fmt;

use super::unsigned::Said;
use super::{Key, Payload, StatementError};
use crate::address::Address;
use crate::signature::{PublicKey, SecretKey};
use crate::wire::Artifact;

/// Signs offers and receipts for a seller, in one of the two formats.
///
/// Whoever holds the key can acknowledge purchases that nobody made, so it had better not be the payee's: the specification advises a key
/// of its own, which buyers are then told of. It prints no key.
pub struct Issuer {
    key: SecretKey,
    format: Format,
}

enum Format {
    Eip712,
    Jws(KeyId),
}

/// The name of a key in a JWS: a DID URL.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeyId(Box<str>);

impl KeyId {
    /// Reads a DID URL, such as `did:web:api.example.com#key-1`.
    ///
    /// # Errors
    ///
    /// [`StatementError::Kid`] for text that is none.
    pub fn parse(text: &str) -> Result<Self, StatementError> {
        Key::named(text).map(|_| Self(text.into()))
    }

    /// The did:key of a key.
    #[must_use]
    pub fn of(key: PublicKey) -> Self {
        Self(Key::Secp256k1(key).to_string().into())
    }

    /// A name that has to be looked up may be anybody's; one that holds a key is of that key.
    pub(super) fn may_name(&self, key: &Key) -> Result<(), StatementError> {
        match Key::named(self.as_str())? {
            Some(named) if !named.is(key) => Err(StatementError::KeyMismatch),
            _ => Ok(()),
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Issuer {
    /// Signs typed data.
    #[must_use]
    pub const fn eip712(key: SecretKey) -> Self {
        Self { key, format: Format::Eip712 }
    }

    /// Signs JSON Web Signatures (ES256K) under the did:key of the key.
    #[must_use]
    pub fn jws(key: SecretKey) -> Self {
        let kid = KeyId::of(key.public_key());
        Self { key, format: Format::Jws(kid) }
    }

    /// The same under another name.
    ///
    /// # Errors
    ///
    /// [`StatementError::KeyMismatch`] for a name that is of another key.
    pub fn jws_named(key: SecretKey, kid: KeyId) -> Result<Self, StatementError> {
        kid.may_name(&Key::Secp256k1(key.public_key()))?;
        Ok(Self { key, format: Format::Jws(kid) })
    }

    /// The account of the key: of its signatures, what a checker finds.
    #[must_use]
    pub fn address(&self) -> Address {
        self.key.address()
    }

    /// The key that buyers are to be told of.
    #[must_use]
    pub fn key(&self) -> Key {
        match self.format {
            Format::Eip712 => Key::Account(self.address()),
            Format::Jws(_) => Key::Secp256k1(self.key.public_key()),
        }
    }

    /// Signs.
    #[must_use]
    pub fn sign<P: Payload>(&self, payload: P) -> Artifact<P> {
        let said = match &self.format {
            Format::Eip712 => Said::typed(payload),
            Format::Jws(kid) => Said::compact(payload, kid),
        };
        let signature = self.key.sign(&said.digest());
        said.with(&signature)
    }
}

/// Whose it is, and in which format.
impl fmt::Debug for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let format = match self.format {
            Format::Eip712 => "eip712",
            Format::Jws(_) => "jws",
        };
        write!(f, "Issuer({}, {format})", self.address())
    }
}
