//! What makes two payments the same payment.

use alloc::string::ToString as _;
use core::fmt;

use crate::address::Address;
use crate::network::Network;
use crate::nonce::Nonce;

reasons! {
    /// Why text is not a key.
    pub enum ReplayKeyError {
        /// Not what a key writes.
        Grammar = "replay_key_grammar", "a key is the kind, the chain and what the chain keys its nonce on, with slashes between them, in one spelling";
    }
}

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

impl ReplayKey {
    /// Reads what a key writes, and nothing else: a store gives back the keys that it was given.
    ///
    /// # Errors
    ///
    /// [`ReplayKeyError::Grammar`] for every other text, also for another spelling of a key.
    pub fn parse(text: &str) -> Result<Self, ReplayKeyError> {
        Self::from_parts(text).filter(|key| key.to_string() == text).ok_or(ReplayKeyError::Grammar)
    }

    fn from_parts(text: &str) -> Option<Self> {
        let mut parts = text.split('/');
        let mut next = || parts.next();
        let (kind, network) = (next()?, Network::parse(next()?).ok()?);
        let key = match kind {
            "eip3009" => {
                let (token, from) = (Address::parse(next()?).ok()?, Address::parse(next()?).ok()?);
                Self::Eip3009 { network, token, from, nonce: Nonce::parse(next()?).ok()? }
            }
            "permit2" => Self::Permit2 { network, owner: Address::parse(next()?).ok()?, nonce: Nonce::parse(next()?).ok()? },
            _ => return None,
        };
        Some(key)
    }

    /// The chain that spends it.
    #[must_use]
    pub const fn network(&self) -> Network {
        match self {
            Self::Eip3009 { network, .. } | Self::Permit2 { network, .. } => *network,
        }
    }
}

/// One text for one key: what it is, the chain, and what the chain keys its nonce on, with slashes between them and in one spelling.
impl fmt::Display for ReplayKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Eip3009 { network, token, from, nonce } => write!(f, "eip3009/{network}/{token}/{from}/{nonce}"),
            Self::Permit2 { network, owner, nonce } => write!(f, "permit2/{network}/{owner}/{nonce}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::networks::BASE;

    #[test]
    fn rows_118_to_120_a_key_has_one_text() {
        let (token, from) = (Address::from_bytes([0xab; 20]), Address::from_bytes([0xcd; 20]));
        let nonce = Nonce::from_bytes([0xef; 32]);
        let key = ReplayKey::Eip3009 { network: BASE, token, from, nonce };
        let (token, from, nonce_text) = (token.to_string(), from.to_string(), "0x".to_string() + &"ef".repeat(32));
        assert_eq!(key.to_string(), "eip3009/eip155:8453/".to_string() + &token + "/" + &from + "/" + &nonce_text);
        let key = ReplayKey::Permit2 { network: BASE, owner: Address::from_bytes([0xcd; 20]), nonce };
        assert_eq!((key.to_string(), key.network()), ("permit2/eip155:8453/".to_string() + &from + "/" + &nonce_text, BASE));
    }
    #[test]
    fn a_key_is_read_in_the_one_spelling_that_it_writes() {
        let (token, from, nonce) =
            (Address::from_bytes([0xab; 20]), Address::from_bytes([0xcd; 20]), Nonce::from_bytes([0xef; 32]));
        let keys =
            [ReplayKey::Eip3009 { network: BASE, token, from, nonce }, ReplayKey::Permit2 { network: BASE, owner: from, nonce }];
        for key in keys {
            let text = key.to_string();
            assert_eq!(ReplayKey::parse(&text), Ok(key));
            let lower = text.to_lowercase();
            for other in [text.clone() + "/", text.clone() + "0", "x".to_string() + &text, text.replace("0xef", "0xEF"), lower] {
                assert_eq!(ReplayKey::parse(&other), Err(ReplayKeyError::Grammar), "{other}");
            }
        }
        assert!(ReplayKey::parse("").is_err());
    }
}
