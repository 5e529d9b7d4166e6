//! Remembering a payer from a settlement.

use quittance_core::eip712::Digest;
use quittance_core::proof::{Settled, Verified};
use quittance_core::signature::{KnownPayer, PayerCache};
use quittance_core::{Authorization, Payment, Terms};

use crate::{eip3009, permit2};

/// Teaches a cache the payer of a settlement of one of these schemes, so that the next payment of that payer is checked faster.
///
/// What was signed is worked out again from the payment that the proof carries. Nothing is learned where no money moved, where a contract
/// answered for the payer, or from a payment of another scheme.
pub fn learn(cache: &mut PayerCache, settled: &Settled) {
    let verified = settled.verified();
    if let Some(digest) = digest(verified.payment(), verified.terms()) {
        cache.learn(settled, &digest);
    }
}

/// The payer of a payment that was found to be good, to be remembered; nobody where a contract answers for the payer, or of a payment of another
/// scheme.
#[must_use]
pub fn known(verified: &Verified) -> Option<KnownPayer> {
    KnownPayer::of(verified, &digest(verified.payment(), verified.terms())?)
}

/// What the payer of a payment has to have signed for these terms; nothing for a payment of another scheme, and where the terms do not say
/// enough of the token.
#[must_use]
pub fn digest(payment: &Payment, terms: &Terms) -> Option<Digest> {
    match payment.authorization() {
        Authorization::Eip3009(payload) => eip3009::digest(payload, terms).ok(),
        Authorization::ExactPermit2(payload) => permit2::digest(payload, terms).ok(),
        Authorization::UptoPermit2(payload) => permit2::digest(payload, terms).ok(),
        _ => None,
    }
}
