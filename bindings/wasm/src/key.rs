//! A secret key in the module's memory.
//!
//! It gives its bytes to nobody. What JavaScript handed over is overwritten, and so is the key when it is dropped (catalogue row 236);
//! what JavaScript itself still holds is JavaScript's.

use quittance_core::SecretKey;
use quittance_core::signature::SecretKeyError;
use zeroize::Zeroizing;

use crate::answer::{Answer, Problem, members, shown};
use crate::hashing;

/// A key, or why there is none.
pub(crate) type Held = Result<SecretKey, SecretKeyError>;

/// Takes thirty-two bytes, or `0x` and 64 digits.
pub(crate) fn hold(bytes: alloc::vec::Vec<u8>) -> Held {
    let bytes = Zeroizing::new(bytes);
    if let Ok(word) = <&[u8; 32]>::try_from(bytes.as_slice()) {
        return SecretKey::from_bytes(word);
    }
    SecretKey::parse(core::str::from_utf8(&bytes).map_err(|_| SecretKeyError::Digit)?)
}

/// The key, if there is one.
pub(crate) fn held(key: &Held) -> Result<&SecretKey, Problem> {
    key.as_ref().map_err(|error| Problem::named(error.name(), error))
}

/// The account that it signs for.
pub(crate) fn address(key: &Held) -> Answer {
    Ok(members([("address", shown(held(key)?.address()))]))
}

/// Signs a digest, whatever it is of.
pub(crate) fn sign_digest(key: &Held, digest: &[u8]) -> Answer {
    let key = held(key)?;
    let signature = key.sign(&hashing::digest(digest)?);
    Ok(members([("signature", signature.to_hex().into()), ("signer", shown(key.address()))]))
}

/// Signs a personal message (EIP-191).
pub(crate) fn sign_personal(key: &Held, message: &[u8]) -> Answer {
    let key = held(key)?;
    Ok(members([("signature", key.sign_personal(message).to_hex().into()), ("signer", shown(key.address()))]))
}
