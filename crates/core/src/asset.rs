//! Tokens and the parties that hold them, as one network writes them.

use alloc::boxed::Box;
use core::fmt;

use crate::address::Address;
use crate::error::{DecodeErrorKind, ShapeError};
use crate::network::Network;
use crate::registry::{self, AssetInfo};

/// An account of a network: who is paid, or which token pays.
///
/// On `eip155` networks it is an [`Address`], compared as its twenty bytes, so that the case of hexadecimal digits does not make two
/// parties of one (catalogue row 118). Everywhere else it is compared byte for byte: a Solana key, a currency code, a role such
/// as `merchant`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
#[non_exhaustive]
pub enum Account {
    /// An account or contract of an `eip155` network; never the zero address.
    Evm(Address),
    /// Text that the network gives its own meaning.
    Other(Box<str>),
}

impl Account {
    /// Reads an account of `network`.
    ///
    /// # Errors
    ///
    /// [`AddressError`](crate::AddressError) on `eip155`; [`ShapeError::Grammar`] for text that is no Solana key on `solana`, and for text
    /// with white space or control characters anywhere.
    pub fn parse(network: Network, text: &str) -> Result<Self, DecodeErrorKind> {
        match network.namespace() {
            "eip155" => Ok(Self::Evm(Address::parse_party(text)?)),
            "solana" if !is_solana_key(text) => Err(ShapeError::Grammar.into()),
            _ if text.is_empty() || !text.chars().all(|c| c.is_ascii_graphic()) => Err(ShapeError::Grammar.into()),
            _ => Ok(Self::Other(text.into())),
        }
    }

    /// The address, on an `eip155` network.
    #[must_use]
    pub const fn address(&self) -> Option<Address> {
        match self {
            Self::Evm(address) => Some(*address),
            Self::Other(_) => None,
        }
    }
}

/// Thirty-two bytes in base58 take 32 to 44 symbols. The scheme decodes them; here what cannot be one is refused.
fn is_solana_key(text: &str) -> bool {
    let base58 = |b: u8| b.is_ascii_alphanumeric() && !matches!(b, b'0' | b'O' | b'I' | b'l');
    (32..=44).contains(&text.len()) && text.bytes().all(base58)
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Evm(address) => address.fmt(f),
            Self::Other(text) => f.write_str(text),
        }
    }
}

/// A token on a network.
///
/// Decimals, name and version are not here: they come from the [`registry`], never from the other side.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Asset {
    network: Network,
    token: Account,
}

impl Asset {
    /// Reads the text of a token on `network`.
    ///
    /// # Errors
    ///
    /// As [`Account::parse`].
    pub fn parse(network: Network, token: &str) -> Result<Self, DecodeErrorKind> {
        Ok(Self { network, token: Account::parse(network, token)? })
    }

    /// The network.
    #[must_use]
    pub const fn network(&self) -> Network {
        self.network
    }

    /// What the registry knows of the token. A token it does not know has no decimals and no domain that could be relied on
    /// (catalogue row 192).
    #[must_use]
    pub fn registered(&self) -> Option<&'static AssetInfo> {
        match &self.token {
            Account::Evm(address) => registry::erc20(self.network, *address),
            Account::Other(id) => registry::asset(self.network, id),
        }
    }

    /// The token.
    #[must_use]
    pub const fn token(&self) -> &Account {
        &self.token
    }
}

impl fmt::Display for Asset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.network, self.token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOLANA: &str = "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp";

    fn check(network: &str, text: &str, expected: Result<&str, &str>) {
        let network = Network::parse(network).unwrap();
        let got = Account::parse(network, text).map(|a| alloc::string::ToString::to_string(&a)).map_err(DecodeErrorKind::name);
        assert_eq!(got.as_deref().map_err(|e| *e), expected, "{text}");
    }

    #[test]
    fn an_account_is_what_its_network_says() {
        let usdc = "0x036CbD53842c5426634e7929541eC2318f3dCF7e";
        check("eip155:84532", usdc, Ok(usdc));
        check("eip155:84532", &usdc.to_lowercase(), Ok(usdc));
        check("eip155:84532", "merchant", Err("address_prefix"));
        check("eip155:1", "0x0000000000000000000000000000000000000000", Err("address_zero"));
        check(SOLANA, "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v", Ok("EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v"));
        check(SOLANA, "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1O", Err("member_grammar"));
        check(SOLANA, usdc, Err("member_grammar"));
        check("hedera:mainnet", "merchant", Ok("merchant"));
        check("hedera:mainnet", "0.0.0", Ok("0.0.0"));
        check("hedera:mainnet", "USD ", Err("member_grammar"));
        check("hedera:mainnet", "USD\u{200b}", Err("member_grammar"));
    }
}
