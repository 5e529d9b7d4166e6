//! What JavaScript can call. Each function is a line; what it does is where it leads.

use alloc::string::String;
use alloc::vec::Vec;

#[cfg(feature = "full")]
use quittance_core::Limits;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::answer::text;
use crate::{answer, arguments, hashing, objects, verifying};
#[cfg(feature = "full")]
use crate::{audit, chain, key, paying, policy, quantity};

/// The text of the object that a header carries; the name is the header's.
#[wasm_bindgen]
#[must_use]
pub fn decode(name: &[u8], value: &[u8]) -> String {
    text(objects::decode(name, value))
}

/// The header that carries an object.
#[wasm_bindgen]
#[must_use]
pub fn encode(name: &[u8], object: &[u8]) -> String {
    text(objects::encode(name, object))
}

/// The text of an object that came by itself; the name is its type's.
#[cfg(feature = "full")]
#[wasm_bindgen]
#[must_use]
pub fn read(name: &[u8], object: &[u8]) -> String {
    text(objects::read(name, object))
}

/// Any JSON text of at most so many bytes, by the strict reader.
#[cfg(feature = "full")]
#[wasm_bindgen]
#[must_use]
pub fn json(given: &[u8], bytes: usize) -> String {
    text(objects::json_text(given, &Limits::BODY.with_bytes(bytes)))
}

/// An offer of version 1 in the words of version 2.
#[cfg(feature = "full")]
#[wasm_bindgen]
#[must_use]
pub fn to_v2(offer: &[u8]) -> String {
    text(objects::to_v2(offer))
}

/// What a 402 asks: its header, if it has one, and its body.
#[cfg(feature = "full")]
#[wasm_bindgen]
#[must_use]
#[expect(clippy::needless_pass_by_value, reason = "the boundary has no optional slice")]
pub fn ask(required: Option<Vec<u8>>, body: &[u8]) -> String {
    text(objects::ask(required.as_deref(), body))
}

/// Which of the headers of a request is the payment.
#[wasm_bindgen]
#[must_use]
pub fn find_payment(headers: &[u8]) -> String {
    text(objects::find_payment(headers))
}

/// Verifies the payment of a request.
#[wasm_bindgen]
#[must_use]
pub fn verify(schemes: &[u8], headers: &[u8], offers: &[u8], now: &[u8]) -> String {
    text(verifying::verify(schemes, headers, offers, now))
}

/// Verifies those of many requests.
#[cfg(feature = "full")]
#[wasm_bindgen]
#[must_use]
pub fn verify_many(schemes: &[u8], requests: &[u8], offers: &[u8], now: &[u8]) -> String {
    text(verifying::verify_many(schemes, requests, offers, now))
}

/// Which offer is meant.
#[cfg(feature = "full")]
#[wasm_bindgen]
#[must_use]
pub fn find_offer(offers: &[u8], accepted: &[u8]) -> String {
    text(verifying::find(offers, accepted))
}

/// Judges a window of time.
#[cfg(feature = "full")]
#[wasm_bindgen]
#[must_use]
pub fn window(rule: &[u8], valid_after: &[u8], valid_before: &[u8], now: &[u8], margin: &[u8]) -> String {
    text(verifying::window(rule, [valid_after, valid_before, now, margin]))
}

/// Hashes typed data.
#[cfg(feature = "full")]
#[wasm_bindgen]
#[must_use]
pub fn typed_data(data: &[u8]) -> String {
    text(hashing::typed_data(data))
}

/// Hashes a personal message.
#[cfg(feature = "full")]
#[wasm_bindgen]
#[must_use]
pub fn personal(message: &[u8]) -> String {
    text(hashing::personal(message))
}

/// Recovers the signer of a digest.
#[wasm_bindgen]
#[must_use]
pub fn recover(digest: &[u8], signature: &[u8], form: &[u8]) -> String {
    text(hashing::signer(digest, signature, form))
}

/// Holds a signature against a signer.
#[wasm_bindgen]
#[must_use]
pub fn check_signature(digest: &[u8], signature: &[u8], form: &[u8], signer: &[u8]) -> String {
    text(hashing::check(digest, signature, form, signer))
}

/// Takes a signature apart.
#[cfg(feature = "full")]
#[wasm_bindgen]
#[must_use]
pub fn signature_shape(signature: &[u8]) -> String {
    text(hashing::shape(signature))
}

/// The hash of an offer.
#[wasm_bindgen]
#[must_use]
pub fn terms_hash(version: &[u8], offer: &[u8]) -> String {
    text(hashing::terms(version, offer))
}

/// The spelling of a URL that payments are bound to.
#[wasm_bindgen]
#[must_use]
pub fn resource(url: &[u8]) -> String {
    text(hashing::resource(url))
}

/// The nonce that binds a payment to a request.
#[wasm_bindgen]
#[must_use]
#[expect(clippy::needless_pass_by_value, reason = "the boundary has no optional slice")]
pub fn bound_nonce(
    terms: &[u8],
    method: &[u8],
    resource: &[u8],
    salt: &[u8],
    metadata: Option<Vec<u8>>,
    signed: Option<Vec<u8>>,
) -> String {
    text(hashing::bound_nonce([terms, method, resource, salt], metadata.as_deref(), signed.as_deref()))
}

/// Reads an amount, an address, a network and other texts that are one thing each.
#[cfg(feature = "full")]
#[wasm_bindgen]
#[must_use]
pub fn parse(kind: &[u8], given: &[u8]) -> String {
    text(quantity::parse(kind, given))
}

/// A price in the smallest unit of a token.
#[cfg(feature = "full")]
#[wasm_bindgen]
#[must_use]
pub fn price(given: &[u8], decimals: u8) -> String {
    text(quantity::price(given, decimals))
}

/// What somebody else's reason means.
#[wasm_bindgen]
#[must_use]
pub fn reason(given: &[u8]) -> String {
    text(arguments::text(given).map(answer::reason))
}

/// What a policy says to a 402.
#[cfg(feature = "full")]
#[wasm_bindgen]
#[must_use]
pub fn decide(arguments: &[u8]) -> String {
    text(policy::decide(arguments))
}

/// What has to be signed for an offer that the policy allows.
#[cfg(feature = "full")]
#[wasm_bindgen]
#[must_use]
pub fn prepare(arguments: &[u8]) -> String {
    text(paying::prepare(arguments))
}

/// The header that pays, with a signature that was made elsewhere.
#[cfg(feature = "full")]
#[wasm_bindgen]
#[must_use]
pub fn finish(arguments: &[u8], signature: &[u8]) -> String {
    text(arguments::text(signature).and_then(|signature| paying::finish(arguments, signature)))
}

/// Checks a payment with what a chain has answered so far.
#[cfg(feature = "full")]
#[wasm_bindgen]
#[must_use]
pub fn chain_check(given: &[u8]) -> String {
    text(chain::check(given))
}

/// The call that asks a question.
#[cfg(feature = "full")]
#[wasm_bindgen]
#[must_use]
pub fn chain_call(question: &[u8]) -> String {
    text(chain::call(question))
}

/// The answer to a question, from what its call returned or reverted with.
#[cfg(feature = "full")]
#[wasm_bindgen]
#[must_use]
#[expect(clippy::needless_pass_by_value, reason = "the boundary has no optional slice")]
pub fn chain_answer(question: &[u8], returned: Option<Vec<u8>>, reverted: Option<Vec<u8>>) -> String {
    text(chain::answer(question, returned.as_deref(), reverted.as_deref()))
}

/// One call that makes many.
#[cfg(feature = "full")]
#[wasm_bindgen]
#[must_use]
pub fn multicall(calls: &[u8]) -> String {
    text(chain::multicall(calls))
}

/// What each of so many calls came to.
#[cfg(feature = "full")]
#[wasm_bindgen]
#[must_use]
pub fn multicall_outcomes(returned: &[u8], count: usize) -> String {
    text(chain::outcomes(returned, count))
}

/// Whether an audit log is whole.
#[cfg(feature = "full")]
#[wasm_bindgen]
#[must_use]
#[expect(clippy::needless_pass_by_value, reason = "the boundary has no optional slice")]
pub fn audit_verify(log: &[u8], anchor: Option<Vec<u8>>) -> String {
    text(audit::verify(log, anchor.as_deref()))
}

/// The line of an event.
#[cfg(feature = "full")]
#[wasm_bindgen]
#[must_use]
#[expect(clippy::needless_pass_by_value, reason = "the boundary has no optional slice")]
pub fn audit_entry(log: &[u8], after: Option<Vec<u8>>, event: &[u8]) -> String {
    text(audit::entry(log, after.as_deref(), event))
}

/// The hash that stands in a log for bytes.
#[cfg(feature = "full")]
#[wasm_bindgen]
#[must_use]
pub fn audit_hash(salt: &[u8], bytes: &[u8]) -> String {
    text(audit::salted_hash(salt, bytes))
}

/// Text as a log shows it.
#[cfg(feature = "full")]
#[wasm_bindgen]
#[must_use]
pub fn audit_escaped(given: &[u8]) -> String {
    text(audit::escaped(given))
}

/// What is in a text: the report of the inspector. With the seller's offer a payment is judged by that, and not by its own copy.
#[cfg(feature = "full")]
#[wasm_bindgen]
#[must_use]
#[expect(clippy::needless_pass_by_value, reason = "the boundary has no optional slice")]
pub fn inspect(given: &[u8], now: &[u8], offer: Option<Vec<u8>>) -> String {
    text(crate::report::inspect(given, now, offer.as_deref()))
}

/// A secret key.
#[cfg(feature = "full")]
#[wasm_bindgen]
pub struct Key(key::Held);

#[cfg(feature = "full")]
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
