//! A JSON Web Signature in its compact form (RFC 7515), as far as statements need it: one signer, one of three algorithms, and a key that
//! its header names or holds.

use alloc::vec::Vec;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::{Key, Payload, StatementError};
use crate::eip712::Digest;
use crate::hash::sha256;
use crate::header::Envelope;
use crate::json::Object;
use crate::limits::Limits;
use crate::signature::{is_signed_by_account, is_signed_by_key};

/// The longest token that is read.
const LIMITS: Limits = Limits::HEADER;

/// A token that was taken apart.
pub(super) struct Token<'a> {
    header: Object,
    payload: Vec<u8>,
    message: &'a [u8],
    signature: [u8; 64],
}

/// A signature on a curve that this crate does not have.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Foreign<'a> {
    /// The key: [`Key::Ed25519`] or [`Key::P256`].
    pub key: &'a Key,
    /// What was signed; the algorithm hashes it.
    pub message: &'a [u8],
    /// The signature: that of RFC 8032, or `r ‖ s`.
    pub signature: &'a [u8; 64],
}

impl core::fmt::Debug for Foreign<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Foreign").field("key", self.key).finish_non_exhaustive()
    }
}

/// The algorithms that are judged here or by whoever has their curve.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Algorithm {
    Es256k,
    EdDsa,
    Es256,
}

impl<'a> Token<'a> {
    /// Takes a token apart.
    pub(super) fn parse(compact: &'a str) -> Result<Self, StatementError> {
        let read = || {
            let compact = Some(compact).filter(|compact| compact.len() <= LIMITS.bytes)?;
            let (signed, signature) = compact.rsplit_once('.')?;
            let (header, payload) = signed.split_once('.')?;
            let header = URL_SAFE_NO_PAD.decode(header).ok()?;
            let header = Envelope::from_json(&header, &LIMITS).ok()?.into_object();
            // what must be understood and is not makes the whole invalid (RFC 7515, section 4.1.11)
            if header.member("crit").is_some() {
                return None;
            }
            let payload = URL_SAFE_NO_PAD.decode(payload).ok()?;
            // every algorithm that is known has signatures of this size; an unknown one is not looked at
            let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
            let signature = match <[u8; 64]>::try_from(signature) {
                Ok(signature) => signature,
                Err(_) if algorithm(&header).is_err() => [0; 64],
                Err(_) => return None,
            };
            Some(Self { header, payload, message: signed.as_bytes(), signature })
        };
        read().ok_or(StatementError::Jws)
    }

    /// What is said, by a reader that sees one thing in it.
    pub(super) fn payload<P: Payload>(&self) -> Result<P, StatementError> {
        crate::wire::read_json(&self.payload, &LIMITS).map_err(|_| StatementError::Payload)
    }

    /// The key that signed: the one in the header, which then has to be the one that is named, or the one that is named.
    pub(super) fn signer(&self, others: &dyn Fn(&Foreign<'_>) -> Option<bool>) -> Result<Key, StatementError> {
        let algorithm = algorithm(&self.header)?;
        let kid = self.header.member("kid").and_then(|kid| kid.as_str()).ok_or(StatementError::Kid)?;
        let named = Key::named(kid)?;
        let held = match self.header.member("jwk") {
            None => None,
            Some(jwk) => Some(Key::of_jwk(jwk.as_object().ok_or(StatementError::Kid)?)?),
        };
        let key = match (held, named) {
            (Some(held), Some(named)) if !held.is(&named) => return Err(StatementError::KeyMismatch),
            (Some(held), _) => held,
            (None, Some(named)) => named,
            (None, None) => return Err(StatementError::KeyUnresolved),
        };
        let digest = || Digest::from_bytes(sha256(self.message));
        let foreign = || others(&Foreign { key: &key, message: self.message, signature: &self.signature });
        let holds = match (&key, algorithm) {
            (Key::Secp256k1(key), Algorithm::Es256k) => is_signed_by_key(key, &digest(), &self.signature),
            (Key::Account(address), Algorithm::Es256k) => is_signed_by_account(*address, &digest(), &self.signature),
            (Key::Ed25519(_), Algorithm::EdDsa) | (Key::P256(_), Algorithm::Es256) => foreign().ok_or(StatementError::Curve)?,
            _ => return Err(StatementError::Algorithm),
        };
        if holds { Ok(key) } else { Err(StatementError::NotSigned) }
    }
}

/// `none` is no signature, and with a shared secret (`HS256` and its like, RFC 7518 section 3.2) whoever can check can sign. What
/// else is not known somebody else may know.
fn algorithm(header: &Object) -> Result<Algorithm, StatementError> {
    match header.member("alg").and_then(|alg| alg.as_str()).ok_or(StatementError::Algorithm)? {
        "ES256K" => Ok(Algorithm::Es256k),
        "EdDSA" | "Ed25519" => Ok(Algorithm::EdDsa),
        "ES256" => Ok(Algorithm::Es256),
        other if other.is_empty() || other.eq_ignore_ascii_case("none") => Err(StatementError::Algorithm),
        other if other.get(..2).is_some_and(|family| family.eq_ignore_ascii_case("hs")) => Err(StatementError::Algorithm),
        _ => Err(StatementError::AlgorithmUnknown),
    }
}
