//! What a seller signs and describes.

use alloc::string::String;
use alloc::vec::Vec;

use wasm_bindgen::prelude::wasm_bindgen;

use crate::answer::text;
use crate::{key, statements};

/// A secret key that signs for a seller.
#[wasm_bindgen]
pub struct Issuer(key::Held);

#[wasm_bindgen]
impl Issuer {
    /// Takes the bytes of a key; what is wrong with them, every method says.
    #[must_use]
    pub fn hold(bytes: Vec<u8>) -> Self {
        Self(key::hold(bytes))
    }

    /// The account that it signs for, and the name of the key.
    #[must_use]
    pub fn address(&self) -> String {
        text(statements::names(&self.0))
    }

    /// Signs an offer or a receipt.
    #[must_use]
    pub fn sign(&self, given: &[u8]) -> String {
        text(statements::sign(&self.0, given))
    }
}

/// Who made an artifact, and what it says.
#[wasm_bindgen]
#[must_use]
pub fn statement_check(given: &[u8]) -> String {
    text(statements::check(given))
}

/// What a signed receipt is worth.
#[wasm_bindgen]
#[must_use]
pub fn statement_judge(given: &[u8]) -> String {
    text(statements::judge(given))
}

/// What has to be signed for an offer or a receipt.
#[wasm_bindgen]
#[must_use]
pub fn statement_prepare(given: &[u8]) -> String {
    text(statements::prepare(given))
}

/// The artifact, with a signature that was made elsewhere.
#[wasm_bindgen]
#[must_use]
pub fn statement_finish(given: &[u8], signature: &[u8]) -> String {
    text(statements::finish(given, signature))
}

/// Reads the entry of an extension.
#[wasm_bindgen]
#[must_use]
pub fn entry_read(id: &[u8], given: &[u8]) -> String {
    text(statements::entry(id, given))
}

/// Signed offers, or a signed receipt, as the entry of the extension.
#[wasm_bindgen]
#[must_use]
pub fn entry_bundle(info: &[u8]) -> String {
    text(statements::bundle(info))
}

/// The entry that describes how a resource is called.
#[wasm_bindgen]
#[must_use]
pub fn entry_describe(given: &[u8]) -> String {
    text(statements::describe(given))
}
