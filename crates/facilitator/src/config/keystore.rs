//! Encrypted keys (Web3 Secret Storage, version 3): a key from a password by scrypt or PBKDF2, AES-128 in counter mode, and a keccak-256 over both.

use std::fmt;

use aes::Aes128;
use alloy_primitives::hex;
use ctr::Ctr128BE;
use ctr::cipher::{KeyIvInit as _, StreamCipher as _};
use quittance_core::{Address, SecretKey, keccak256};
use serde::Deserialize;
use sha2::Sha256;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

/// Why a keystore does not open.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum KeystoreError {
    /// It is not JSON with what version 3 asks for.
    Format,
    /// It is of another version.
    Version,
    /// It is encrypted in a way that version 3 does not know.
    Algorithm,
    /// Its parameters are too small to be safe, or so large that this machine would stand still.
    Parameters,
    /// The password is not the right one, or the file is damaged.
    Password,
    /// What is in it is no key, or not that of the account that it names.
    Key,
}

impl fmt::Display for KeystoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Format => "not a keystore of version 3",
            Self::Version => "a keystore of another version than 3",
            Self::Algorithm => "encrypted in a way that version 3 does not know",
            Self::Parameters => "the parameters of its key derivation cannot be used",
            Self::Password => "the password is not the right one",
            Self::Key => "what is in it is not the key of the account that it names",
        })
    }
}

impl std::error::Error for KeystoreError {}

#[derive(Deserialize)]
struct Keystore {
    version: u64,
    #[serde(alias = "Crypto")]
    crypto: Crypto,
    #[serde(default)]
    address: Option<String>,
}

#[derive(Deserialize)]
struct Crypto {
    cipher: String,
    cipherparams: CipherParams,
    ciphertext: String,
    kdf: String,
    kdfparams: KdfParams,
    mac: String,
}

#[derive(Deserialize)]
struct CipherParams {
    iv: String,
}

#[derive(Deserialize)]
struct KdfParams {
    dklen: u64,
    salt: String,
    n: Option<u64>,
    r: Option<u32>,
    p: Option<u32>,
    c: Option<u32>,
    prf: Option<String>,
}

/// The most memory that scrypt may take, in bytes, and the most of its work in one piece.
const MEMORY: u64 = 1 << 30;
/// The most rounds of PBKDF2.
const ROUNDS: u32 = 10_000_000;

/// Opens a keystore. It takes a second or so: that is what protects it.
///
/// # Errors
///
/// [`KeystoreError`].
pub fn open(json: &str, password: &[u8]) -> Result<SecretKey, KeystoreError> {
    let keystore: Keystore = serde_json::from_str(json).map_err(|_| KeystoreError::Format)?;
    if keystore.version != 3 {
        return Err(KeystoreError::Version);
    }
    let crypto = &keystore.crypto;
    if crypto.cipher != "aes-128-ctr" {
        return Err(KeystoreError::Algorithm);
    }
    let derived = derive(crypto, password)?;
    let (key, check) = derived.split_at(16);
    let mut secret = Zeroizing::new(hex::decode(&crypto.ciphertext).map_err(|_| KeystoreError::Format)?);
    let mac = hex::decode_to_array::<_, 32>(&crypto.mac).map_err(|_| KeystoreError::Format)?;
    let found = keccak256(&[check, &secret].concat());
    if !bool::from(mac.ct_eq(&found)) {
        return Err(KeystoreError::Password);
    }
    let iv = hex::decode_to_array::<_, 16>(&crypto.cipherparams.iv).map_err(|_| KeystoreError::Format)?;
    Ctr128BE::<Aes128>::new_from_slices(key, &iv).map_err(|_| KeystoreError::Format)?.apply_keystream(&mut secret);
    let secret = Zeroizing::new(<[u8; 32]>::try_from(&**secret).map_err(|_| KeystoreError::Key)?);
    let key = SecretKey::from_bytes(&secret).map_err(|_| KeystoreError::Key)?;
    let named = keystore.address.map(|text| hex::decode_to_array::<_, 20>(text).map(Address::from_bytes));
    match named.transpose() {
        Ok(None) => Ok(key),
        Ok(Some(address)) if address == key.address() => Ok(key),
        _ => Err(KeystoreError::Key),
    }
}

fn derive(crypto: &Crypto, password: &[u8]) -> Result<Zeroizing<[u8; 32]>, KeystoreError> {
    let params = &crypto.kdfparams;
    let salt = hex::decode(&params.salt).map_err(|_| KeystoreError::Format)?;
    if params.dklen != 32 || salt.len() < 8 {
        return Err(KeystoreError::Parameters);
    }
    let mut key = Zeroizing::new([0; 32]);
    match (crypto.kdf.as_str(), params.n, params.r, params.p, params.c) {
        ("scrypt", Some(n), Some(r), Some(p), _) => {
            let memory = n.checked_mul(128).and_then(|bytes| bytes.checked_mul(r.into()));
            let usable = n.is_power_of_two() && n >= 2 && p <= 64 && memory.is_some_and(|bytes| bytes <= MEMORY);
            let log = u8::try_from(n.trailing_zeros()).map_err(|_| KeystoreError::Parameters)?;
            let usable = usable.then(|| scrypt::Params::new(log, r, p).ok()).flatten().ok_or(KeystoreError::Parameters)?;
            scrypt::scrypt(password, &salt, &usable, &mut *key).map_err(|_| KeystoreError::Parameters)?;
        }
        ("pbkdf2", _, _, _, Some(rounds)) => {
            if params.prf.as_deref() != Some("hmac-sha256") {
                return Err(KeystoreError::Algorithm);
            }
            if rounds == 0 || rounds > ROUNDS {
                return Err(KeystoreError::Parameters);
            }
            pbkdf2::pbkdf2_hmac::<Sha256>(password, &salt, rounds, &mut *key);
        }
        ("scrypt" | "pbkdf2", ..) => return Err(KeystoreError::Format),
        _ => return Err(KeystoreError::Algorithm),
    }
    Ok(key)
}
