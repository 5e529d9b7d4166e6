//! Statements that lack their signature.
//!
//! Making a statement is cut in two where somebody else holds the key: [`Unsigned`] says what to sign, and becomes the artifact with the
//! signature. A signature that is not that of the named key becomes none.

use alloc::format;
use alloc::string::{String, ToString as _};
use core::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::{Key, KeyId, Payload, StatementError};
use crate::address::Address;
use crate::eip712::Digest;
use crate::hash::sha256;
use crate::json::{Object, Value, canonical};
use crate::signature::{Form, PublicKey, Signature, is_signed_by_key, recover};
use crate::wire::{Artifact, ArtifactForm};

/// A statement that lacks its signature.
#[derive(Clone, PartialEq, Eq)]
pub struct Unsigned<P> {
    said: Said<P>,
    by: Key,
}

/// What is signed.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Said<P> {
    /// Typed data.
    Typed(P),
    /// Header and payload of a JWS.
    Compact(String),
}

impl<P: Payload> Unsigned<P> {
    /// What an account signs as typed data.
    #[must_use]
    pub fn eip712(payload: P, by: Address) -> Self {
        Self { said: Said::typed(payload), by: Key::Account(by) }
    }

    /// What a key signs as a JSON Web Signature (ES256K), under its did:key.
    #[must_use]
    pub fn jws(payload: P, by: PublicKey) -> Self {
        Self { said: Said::compact(payload, &KeyId::of(by)), by: Key::Secp256k1(by) }
    }

    /// The same under another name.
    ///
    /// # Errors
    ///
    /// [`StatementError::KeyMismatch`] for a name that is of another key.
    pub fn jws_named(payload: P, by: PublicKey, kid: &KeyId) -> Result<Self, StatementError> {
        let by = Key::Secp256k1(by);
        kid.may_name(&by)?;
        Ok(Self { said: Said::compact(payload, kid), by })
    }

    /// Whose signature it lacks.
    #[must_use]
    pub const fn by(&self) -> &Key {
        &self.by
    }

    /// What is to be signed.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.said.digest()
    }

    /// The typed data that wallets show their owner (`eth_signTypedData_v4`); none of a JWS.
    #[must_use]
    pub fn typed_data(&self) -> Option<Value> {
        match &self.said {
            Said::Typed(payload) => Some(payload.typed_data()),
            Said::Compact(_) => None,
        }
    }

    /// The text whose SHA-256 is the digest: what is handed to whoever hashes by itself. None of typed data.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        match &self.said {
            Said::Typed(_) => None,
            Said::Compact(message) => Some(message),
        }
    }

    /// The artifact. The signature is `r ‖ s ‖ v`; of a JWS also `r ‖ s`, which is what stands in it.
    ///
    /// # Errors
    ///
    /// [`StatementError::Signature`] for bytes that are none, [`NotSigned`](StatementError::NotSigned) for that of another key, or of another
    /// text.
    pub fn signed(self, signature: &[u8]) -> Result<Artifact<P>, StatementError> {
        let digest = self.digest();
        match (self.said, &self.by) {
            (Said::Typed(payload), by) => {
                let signature = Signature::from_bytes(signature, Form::Full).map_err(|_| StatementError::Signature)?;
                let signer = recover(&digest, &signature).map_err(|_| StatementError::Signature)?;
                if by.address() != Some(signer) {
                    return Err(StatementError::NotSigned);
                }
                Ok(Said::Typed(payload).with(&signature))
            }
            (Said::Compact(message), Key::Secp256k1(key)) => {
                let (signature, parity) = signature.split_first_chunk::<64>().ok_or(StatementError::Signature)?;
                match parity {
                    [] | [_] if is_signed_by_key(key, &digest, signature) => Ok(compact(&message, signature)),
                    [] | [_] => Err(StatementError::NotSigned),
                    _ => Err(StatementError::Signature),
                }
            }
            (Said::Compact(_), _) => Err(StatementError::Algorithm),
        }
    }
}

impl<P: Payload> Said<P> {
    pub(super) fn typed(payload: P) -> Self {
        Self::Typed(payload.complete())
    }

    pub(super) fn compact(payload: P, kid: &KeyId) -> Self {
        let header = Object::from_iter([("alg", Value::from("ES256K")), ("kid", kid.as_str().into())]);
        let payload = canonical(&payload.bare().write().into());
        let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
        Self::Compact(format!("{}.{}", encode(&header.to_string()), encode(&payload)))
    }

    pub(super) fn digest(&self) -> Digest {
        match self {
            Self::Typed(payload) => payload.digest(),
            Self::Compact(message) => Digest::from_bytes(sha256(message.as_bytes())),
        }
    }

    /// With the signature of whoever was asked for it.
    pub(super) fn with(self, signature: &Signature) -> Artifact<P> {
        match self {
            Self::Typed(payload) => Artifact::new(ArtifactForm::Eip712 { payload, signature: signature.to_hex() }),
            Self::Compact(message) => {
                let mut scalars = [0; 64];
                scalars.iter_mut().zip([*signature.r(), *signature.s()].as_flattened()).for_each(|(to, from)| *to = *from);
                compact(&message, &scalars)
            }
        }
    }
}

fn compact<P>(message: &str, signature: &[u8; 64]) -> Artifact<P> {
    Artifact::new(ArtifactForm::Jws(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))))
}

/// Whose it is to sign; what is said holds a URL.
impl<P> fmt::Debug for Unsigned<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Unsigned({})", self.by)
    }
}
