//! Secret keys.

use alloc::string::String;
use alloc::vec::Vec;

use wasm_bindgen::prelude::wasm_bindgen;

use crate::answer::text;
use crate::key;

/// A secret key.
#[wasm_bindgen]
pub struct Key(pub(super) key::Held);

#[wasm_bindgen]
impl Key {
    /// Takes the bytes of a key; what is wrong with them, every method says.
    #[must_use]
    pub fn hold(bytes: Vec<u8>) -> Self {
        Self(key::hold(bytes))
    }

    /// The account that it signs for.
    #[must_use]
    pub fn address(&self) -> String {
        text(key::address(&self.0))
    }

    /// Signs a digest.
    #[must_use]
    pub fn sign_digest(&self, digest: &[u8]) -> String {
        text(key::sign_digest(&self.0, digest))
    }

    /// Signs a personal message.
    #[must_use]
    pub fn sign_personal(&self, message: &[u8]) -> String {
        text(key::sign_personal(&self.0, message))
    }
}
