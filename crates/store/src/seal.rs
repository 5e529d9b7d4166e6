//! What must not stand in a database, made unreadable.
//!
//! A signature that can still be spent is money, and the answer to a paid request is what was sold; neither may lie in a file, a backup or
//! a replica that somebody else can read. Both are sealed with XChaCha20-Poly1305 under a key that the caller keeps elsewhere.
//!
//! There is no random generator here. The nonce is an HMAC of the place and the plain text under a key of its own, so two different texts
//! or places never share one; the same text in the same place gives the same bytes, which tells an observer that nothing has changed
//! and nothing else. The place (table, name, attempt) is part of what is authenticated: a sealed value cannot be moved to another row.

use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac as _};
use quittance_core::Fault;
use sha2::Sha256;
use zeroize::Zeroizing;

const NONCE: usize = 24;

/// The key under which a store seals what is secret: 32 bytes from a cryptographic random generator, kept apart from the database and its
/// backups.
///
/// It has no `Debug`, gives its bytes to nobody and is overwritten when dropped. Without it the secrets of a store are lost; its sums and
/// states can still be read with any SQL client.
///
/// ```compile_fail,E0277
/// fn logs<T: core::fmt::Debug>() {}
/// logs::<quittance_store::SealingKey>();
/// ```
pub struct SealingKey(Zeroizing<[u8; 32]>);

impl SealingKey {
    /// Takes the bytes.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The same once more, for another thread.
    pub(crate) fn twin(&self) -> Self {
        Self(self.0.clone())
    }
}

/// Seals and opens.
pub(crate) struct Seal {
    cipher: XChaCha20Poly1305,
    nonces: Zeroizing<[u8; 32]>,
}

impl Seal {
    pub(crate) fn new(key: &SealingKey) -> Self {
        let cipher = Zeroizing::new(mac(&key.0, &[b"quittance-store/1 cipher"]));
        Self {
            cipher: XChaCha20Poly1305::new(&Key::from(*cipher)),
            nonces: Zeroizing::new(mac(&key.0, &[b"quittance-store/1 nonce"])),
        }
    }

    /// The sealed form of a text for one place: the nonce, then what was encrypted.
    pub(crate) fn seal(&self, place: &str, plain: &[u8]) -> Result<Vec<u8>, Fault> {
        let length = u64::try_from(place.len()).map_err(|_| Fault::StoreInconsistent)?;
        let tag = mac(&self.nonces, &[&length.to_be_bytes(), place.as_bytes(), plain]);
        let nonce: [u8; NONCE] = tag.first_chunk().copied().ok_or(Fault::StoreInconsistent)?;
        let payload = Payload { msg: plain, aad: place.as_bytes() };
        let sealed = self.cipher.encrypt(&XNonce::from(nonce), payload).map_err(|_| Fault::StoreInconsistent)?;
        Ok([&nonce[..], &sealed].concat())
    }

    /// The text, if it was sealed for this place under this key.
    pub(crate) fn open(&self, place: &str, sealed: &[u8]) -> Result<Vec<u8>, Fault> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE>().ok_or(Fault::StoreInconsistent)?;
        let payload = Payload { msg: sealed, aad: place.as_bytes() };
        self.cipher.decrypt(&XNonce::from(*nonce), payload).map_err(|_| Fault::StoreInconsistent)
    }
}

fn mac(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seal(key: u8) -> Seal {
        Seal::new(&SealingKey::from_bytes([key; 32]))
    }

    #[test]
    fn row_220_what_is_sealed_opens_in_its_place_under_its_key_and_nowhere_else() {
        let plain = b"eyJ4NDAyVmVyc2lvbiI6Mn0=";
        let sealed = seal(1).seal("purchases/p/1", plain).unwrap();
        assert_eq!(seal(1).open("purchases/p/1", &sealed).unwrap(), plain);
        assert!(!sealed.windows(4).any(|window| plain.windows(4).any(|part| part == window)));
        assert_eq!(seal(2).open("purchases/p/1", &sealed), Err(Fault::StoreInconsistent));
        assert_eq!(seal(1).open("purchases/p/2", &sealed), Err(Fault::StoreInconsistent));
        for index in 0..sealed.len() {
            let mut torn = sealed.clone();
            torn[index] ^= 1;
            assert_eq!(seal(1).open("purchases/p/1", &torn), Err(Fault::StoreInconsistent), "byte {index}");
            assert_eq!(seal(1).open("purchases/p/1", &sealed[..index]), Err(Fault::StoreInconsistent), "cut at {index}");
        }
    }

    #[test]
    fn no_two_texts_or_places_share_a_nonce() {
        let nonce = |place: &str, plain: &[u8]| seal(1).seal(place, plain).unwrap()[..NONCE].to_vec();
        let all = [nonce("a", b"bc"), nonce("ab", b"c"), nonce("a", b"bd"), nonce("b", b"bc"), nonce("", b"abc")];
        for (index, one) in all.iter().enumerate() {
            assert!(all.iter().skip(index + 1).all(|other| other != one));
        }
        assert_eq!(nonce("a", b"bc"), nonce("a", b"bc"), "and nothing is left to chance");
    }
}
