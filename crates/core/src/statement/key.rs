//! The keys that sign statements, and their names (did:key, did:jwk, did:pkh).

use alloc::format;
use alloc::string::String;
use core::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::StatementError;
use crate::address::Address;
use crate::asset::Account;
use crate::base58;
use crate::header::Envelope;
use crate::json::Object;
use crate::limits::Limits;
use crate::network::Network;
use crate::signature::PublicKey;

/// Whose signature it is.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Key {
    /// The key of an account, known by its address.
    Account(Address),
    /// A key on secp256k1 (ES256K).
    Secp256k1(PublicKey),
    /// A key on edwards25519 (EdDSA).
    Ed25519([u8; 32]),
    /// A key on P-256 (ES256), in the 33 bytes of SEC 1 however it was written, so that one key is one.
    P256([u8; 33]),
}

/// The unsigned varints that multicodec puts before a public key.
const SECP256K1: [u8; 2] = [0xe7, 0x01];
const ED25519: [u8; 2] = [0xed, 0x01];
const P256: [u8; 2] = [0x80, 0x24];

/// The longest name of a key that is read.
const LONGEST: usize = 1_024;

impl Key {
    /// Reads an address of `eip155`, or a DID that holds a key or an account.
    ///
    /// # Errors
    ///
    /// [`StatementError::Kid`] for what is malformed, [`KeyUnresolved`](StatementError::KeyUnresolved) for a DID that has to be looked up.
    pub fn parse(text: &str) -> Result<Self, StatementError> {
        if text.starts_with("0x") {
            return Address::parse_party(text).map(Self::Account).map_err(|_| StatementError::Kid);
        }
        Self::named(text)?.ok_or(StatementError::KeyUnresolved)
    }

    /// The key that a DID URL holds; none where it has to be looked up.
    pub(super) fn named(kid: &str) -> Result<Option<Self>, StatementError> {
        let visible = kid.len() <= LONGEST && kid.bytes().all(|byte| byte.is_ascii_graphic());
        let did = kid.split_once('#').map_or(kid, |(did, _)| did);
        let parts = did.strip_prefix("did:").and_then(|rest| rest.split_once(':'));
        let Some((method, id)) = parts.filter(|(method, id)| visible && !method.is_empty() && !id.is_empty()) else {
            return Err(StatementError::Kid);
        };
        let found = match method {
            "key" => id.strip_prefix('z').and_then(base58::decode).and_then(|bytes| Self::of_multicodec(&bytes)),
            "jwk" => URL_SAFE_NO_PAD
                .decode(id)
                .ok()
                .and_then(|json| Envelope::from_json(&json, &Limits::HEADER).ok())
                .and_then(|jwk| Self::of_jwk(&jwk.into_object()).ok()),
            "pkh" => return Self::of_account(id),
            _ => return Ok(None),
        };
        found.map(Some).ok_or(StatementError::Kid)
    }

    fn of_multicodec(bytes: &[u8]) -> Option<Self> {
        let (codec, key) = bytes.split_first_chunk::<2>()?;
        match *codec {
            SECP256K1 if key.len() == 33 => PublicKey::from_sec1(key).ok().map(Self::Secp256k1),
            ED25519 => key.try_into().ok().map(Self::Ed25519),
            P256 => p256(key),
            _ => None,
        }
    }

    /// An account by CAIP-10. Only those of `eip155` sign in a way that is known here.
    fn of_account(id: &str) -> Result<Option<Self>, StatementError> {
        let parts = id.rsplit_once(':').and_then(|(network, account)| Some((Network::parse(network).ok()?, account)));
        let (network, account) = parts.ok_or(StatementError::Kid)?;
        match Account::parse(network, account).map_err(|_| StatementError::Kid)? {
            Account::Evm(address) => Ok(Some(Self::Account(address))),
            Account::Other(_) => Ok(None),
        }
    }

    /// A public key as RFC 7517 writes it. One with a secret in it is none: whoever sends that has lost it.
    pub(super) fn of_jwk(jwk: &Object) -> Result<Self, StatementError> {
        let text = |name| jwk.member(name).and_then(|value| value.as_str());
        let word = |name| -> Option<[u8; 32]> { URL_SAFE_NO_PAD.decode(text(name)?).ok()?.try_into().ok() };
        let point = || Some([[4].as_slice(), &word("x")?, &word("y")?].concat());
        let read = || match (text("kty")?, text("crv")?) {
            ("EC", "secp256k1") => PublicKey::from_sec1(&point()?).ok().map(Self::Secp256k1),
            ("EC", "P-256") => p256(&point()?),
            ("OKP", "Ed25519") => word("x").map(Self::Ed25519),
            _ => None,
        };
        if jwk.member("d").is_some() {
            return Err(StatementError::Kid);
        }
        read().ok_or(StatementError::Kid)
    }

    /// The account of the key, for the keys that have one.
    #[must_use]
    pub fn address(&self) -> Option<Address> {
        match self {
            Self::Account(address) => Some(*address),
            Self::Secp256k1(key) => Some(key.address()),
            Self::Ed25519(_) | Self::P256(_) => None,
        }
    }

    /// Whether it is the same key, as far as both are known: an account is known by the key that it belongs to.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        self == other || self.address().is_some_and(|address| other.address() == Some(address))
    }

    /// Whether the key may speak for a seller: it is the payee's, or one that the buyer was told of (section 4.5.1).
    #[must_use]
    pub fn speaks_for(&self, payee: &Account, told: &[Self]) -> bool {
        payee.address().is_some_and(|payee| self.address() == Some(payee)) || told.iter().any(|key| self.is(key))
    }

    /// The did:key; of an account, whose key is not known, its address.
    fn text(&self) -> String {
        let did = |codec: [u8; 2], key: &[u8]| format!("did:key:z{}", base58::encode(&[&codec, key].concat()));
        match self {
            Self::Account(address) => format!("{address}"),
            Self::Secp256k1(key) => did(SECP256K1, &key.compressed()),
            Self::Ed25519(key) => did(ED25519, key),
            Self::P256(point) => did(P256, point),
        }
    }
}

/// A text that [`Key::parse`] reads.
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text())
    }
}

/// A point of P-256, of which only the form is looked at.
fn p256(sec1: &[u8]) -> Option<Key> {
    let point = match sec1 {
        [2 | 3, ..] => sec1.try_into().ok()?,
        [4, point @ ..] if point.len() == 64 => {
            let (x, y) = point.split_at(32);
            let odd = y.last().is_some_and(|last| last & 1 == 1);
            [&[if odd { 3 } else { 2 }], x].concat().try_into().ok()?
        }
        _ => return None,
    };
    Some(Key::P256(point))
}
