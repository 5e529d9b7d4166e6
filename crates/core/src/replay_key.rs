//! What makes two payments the same payment.

use crate::address::Address;
use crate::network::Network;
use crate::nonce::Nonce;

/// The key under which a payment is spent once.
///
/// It is what the chain itself keys its nonce on, never the header's text and never the signature, both of which the same payment can
/// wear in several forms (catalogue rows 118 to 120, rule 9).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
#[non_exhaustive]
pub enum ReplayKey {
    /// EIP-3009: each token keeps the nonces of each payer.
    Eip3009 {
        /// The chain.
        network: Network,
        /// The token.
        token: Address,
        /// The payer.
        from: Address,
        /// The nonce that was signed.
        nonce: Nonce,
    },
    /// Permit2: one bitmap for each owner, shared by every token and every spender of the chain, so that `exact` and `upto` collide.
    Permit2 {
        /// The chain.
        network: Network,
        /// The payer.
        owner: Address,
        /// The nonce that was signed.
        nonce: Nonce,
    },
}
