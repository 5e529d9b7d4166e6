//! Making statements.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::ToString as _;
use core::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::{Key, Payload, StatementError};
use crate::address::Address;
use crate::eip712::Digest;
use crate::hash::sha256;
use crate::json::{Object, Value, canonical};
use crate::signature::SecretKey;
use crate::wire::{Artifact, ArtifactForm};

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
        let kid = Key::Secp256k1(key.public_key()).to_string();
        Self { key, format: Format::Jws(KeyId(kid.into())) }
    }

    /// The same under another name.
    ///
    /// # Errors
    ///
    /// [`StatementError::KeyMismatch`] for a name that is of another key.
    pub fn jws_named(key: SecretKey, kid: KeyId) -> Result<Self, StatementError> {
        let own = Key::Secp256k1(key.public_key());
        match Key::named(kid.as_str())? {
            Some(named) if !named.is(&own) => Err(StatementError::KeyMismatch),
            _ => Ok(Self { key, format: Format::Jws(kid) }),
        }
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
        match &self.format {
            Format::Eip712 => {
                let payload = payload.complete();
                let signature = self.key.sign(&payload.digest()).to_hex();
                Artifact::new(ArtifactForm::Eip712 { payload, signature })
            }
            Format::Jws(kid) => {
                let header = Object::from_iter([("alg", Value::from("ES256K")), ("kid", kid.as_str().into())]);
                let payload = canonical(&payload.bare().write().into());
                let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
                let message = format!("{}.{}", encode(&header.to_string()), encode(&payload));
                let signature = self.key.sign(&Digest::from_bytes(sha256(message.as_bytes())));
                let signature = URL_SAFE_NO_PAD.encode([*signature.r(), *signature.s()].as_flattened());
                Artifact::new(ArtifactForm::Jws(format!("{message}.{signature}")))
            }
        }
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
