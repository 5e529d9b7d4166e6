//! CAIP-2 network identifiers.
//!
//! A network is `namespace:reference` (core specification v2, section 5.1; CAIP-2). It is read once, at the edge, and compared as a
//! value from then on. There are no patterns: a `*` from outside would make the payer choose the chain. Spellings that another
//! reader might take for the same chain are refused rather than normalised: `EIP155:8453`, `eip155:08453`, an invisible character
//! at the end (catalogue row 35). The names of version 1, such as `base`, are no networks; the registry maps them.

use core::fmt;

use crate::text::require_decimal;

reasons! {
    /// Why text is not a CAIP-2 network.
    pub enum NetworkError {
        /// No colon.
        Colon = "network_colon", "a network is written namespace:reference";
        /// The namespace is not of the form `[-a-z0-9]{3,8}`.
        Namespace = "network_namespace", "a namespace has 3 to 8 lower-case letters, digits and -";
        /// The reference is not of the form `[-_a-zA-Z0-9]{1,32}`.
        Reference = "network_reference", "a reference has 1 to 32 letters, digits, - and _";
        /// The reference of an `eip155` network is not the canonical decimal of a chain id from 1 to 2^64 - 1.
        ChainId = "network_chain_id", "a chain id is a decimal number from 1 to 2^64 - 1 without a leading zero";
        /// A short name that version 1 of the protocol does not have.
        V1Name = "network_v1_name", "version 1 has no network of this name";
    }
}

/// A network, in storage of its own: as cheap to copy and compare as an integer or two.
///
/// ```
/// use quittance_core::network::Network;
///
/// const BASE: Network = Network::eip155(8453);
/// assert_eq!(Network::parse("eip155:8453"), Ok(BASE));
/// assert_eq!(BASE.chain_id(), Some(8453));
/// assert!(Network::parse("eip155:08453").is_err());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Network {
    /// The canonical text, then zeros; no character of it is zero, so equality and order are those of the text.
    text: [u8; LONGEST],
    length: u8,
}

/// 8 characters, a colon, 32 characters.
const LONGEST: usize = 41;

impl Network {
    /// Reads a CAIP-2 identifier. It is `const`, so that a table of networks is checked where it is compiled.
    ///
    /// # Errors
    ///
    /// Names what the text breaks (catalogue row 35).
    pub const fn parse(text: &str) -> Result<Self, NetworkError> {
        let Some((namespace, reference)) = split_at_colon(text) else { return Err(NetworkError::Colon) };
        Self::from_parts(namespace, reference)
    }

    /// The EVM chain with this id, for ids known when the program is written; others go through [`Network::parse`].
    ///
    /// # Panics
    ///
    /// If the id is zero, which no chain has.
    #[must_use]
    pub const fn eip155(chain_id: u64) -> Self {
        assert!(chain_id != 0, "no chain has the id zero");
        Self { text: [0; LONGEST], length: 0 }.with("eip155:").with_decimal(chain_id)
    }

    /// The Solana cluster with this genesis hash prefix, for references known when the program is written.
    ///
    /// # Panics
    ///
    /// If the reference is outside the grammar of CAIP-2; in a constant that is a compile error.
    #[must_use]
    pub const fn solana(reference: &'static str) -> Self {
        match Self::from_parts("solana", reference) {
            Ok(network) => network,
            Err(_) => panic!("not a CAIP-2 reference"),
        }
    }

    /// What stands before the colon: `eip155`, `solana`.
    #[must_use]
    pub const fn namespace(&self) -> &str {
        self.parts().0
    }

    /// What stands after the colon: a chain id, or the start of a genesis hash.
    #[must_use]
    pub const fn reference(&self) -> &str {
        self.parts().1
    }

    /// The chain id of an EVM network; nothing for any other.
    #[must_use]
    pub const fn chain_id(&self) -> Option<u64> {
        let (namespace, reference) = self.parts();
        if is_eip155(namespace) { chain_id(reference) } else { None }
    }

    /// The canonical text.
    #[must_use]
    pub const fn as_str(&self) -> &str {
        let (text, _) = self.text.split_at(self.length as usize);
        match core::str::from_utf8(text) {
            Ok(text) => text,
            Err(_) => unreachable!(),
        }
    }

    const fn from_parts(namespace: &str, reference: &str) -> Result<Self, NetworkError> {
        if namespace.len() < 3 || namespace.len() > 8 || !consists_of(namespace, Alphabet::Namespace) {
            return Err(NetworkError::Namespace);
        }
        if reference.is_empty() || reference.len() > 32 || !consists_of(reference, Alphabet::Reference) {
            return Err(NetworkError::Reference);
        }
        if is_eip155(namespace) && chain_id(reference).is_none() {
            return Err(NetworkError::ChainId);
        }
        Ok(Self { text: [0; LONGEST], length: 0 }.with(namespace).with(":").with(reference))
    }

    const fn parts(&self) -> (&str, &str) {
        match split_at_colon(self.as_str()) {
            Some(parts) => parts,
            None => unreachable!(),
        }
    }

    const fn with(mut self, text: &str) -> Self {
        let mut rest = text.as_bytes();
        while let [byte, tail @ ..] = rest {
            let (_, free) = self.text.split_at_mut(self.length as usize);
            let Some((slot, _)) = free.split_first_mut() else { panic!("the parts fit: their lengths are checked") };
            *slot = *byte;
            self.length += 1;
            rest = tail;
        }
        self
    }

    const fn with_decimal(self, number: u64) -> Self {
        const DIGITS: [&str; 10] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
        let (_, from_last) = DIGITS.split_at((number % 10) as usize);
        let [last, ..] = from_last else { unreachable!() };
        let front = if number < 10 { self } else { self.with_decimal(number / 10) };
        front.with(last)
    }
}

const fn split_at_colon(text: &str) -> Option<(&str, &str)> {
    let mut rest = text.as_bytes();
    while let [byte, tail @ ..] = rest {
        if *byte == b':' {
            let (namespace, from_colon) = text.split_at(text.len() - rest.len());
            let (_, reference) = from_colon.split_at(1);
            return Some((namespace, reference));
        }
        rest = tail;
    }
    None
}

#[derive(Clone, Copy)]
enum Alphabet {
    Namespace,
    Reference,
}

const fn consists_of(text: &str, alphabet: Alphabet) -> bool {
    let mut rest = text.as_bytes();
    while let [byte, tail @ ..] = rest {
        match (alphabet, *byte) {
            (_, b'a'..=b'z' | b'0'..=b'9' | b'-') | (Alphabet::Reference, b'A'..=b'Z' | b'_') => rest = tail,
            _ => return false,
        }
    }
    true
}

const fn is_eip155(namespace: &str) -> bool {
    matches!(namespace.as_bytes(), b"eip155")
}

const fn chain_id(reference: &str) -> Option<u64> {
    if require_decimal(reference).is_err() {
        return None;
    }
    match u64::from_str_radix(reference, 10) {
        Ok(0) | Err(_) => None,
        Ok(id) => Some(id),
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

canonical_text!(Network, NetworkError, "a CAIP-2 network");

#[cfg(test)]
mod tests {
    use alloc::string::{String, ToString as _};
    use proptest::prelude::*;

    use super::*;

    const MAINNET: Network = Network::solana("5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp");

    fn check(text: &str, expected: Result<(&str, &str, Option<u64>), NetworkError>) {
        let parsed = Network::parse(text);
        assert_eq!(parsed.as_ref().map(|n| (n.namespace(), n.reference(), n.chain_id())), expected.as_ref().copied(), "{text:?}");
        assert_eq!(text.parse(), parsed, "FromStr: {text:?}");
        assert_eq!(serde_json::from_value(text.into()).ok(), parsed.ok(), "serde: {text:?}");
        if let Ok(network) = parsed {
            assert_eq!((network.as_str(), network.to_string().as_str()), (text, text));
        }
    }

    #[test]
    fn networks() {
        check("eip155:8453", Ok(("eip155", "8453", Some(8453))));
        check("eip155:1", Ok(("eip155", "1", Some(1))));
        check("eip155:18446744073709551615", Ok(("eip155", "18446744073709551615", Some(u64::MAX))));
        check("solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp", Ok(("solana", "5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp", None)));
        check("stellar:pubnet", Ok(("stellar", "pubnet", None)));
        check("abc:0", Ok(("abc", "0", None)));
        check("a-1-b-2c:A_z-9", Ok(("a-1-b-2c", "A_z-9", None)));
        check(&std::format!("abcdefgh:{}", "x".repeat(32)), Ok(("abcdefgh", &"x".repeat(32), None)));
    }

    #[test]
    fn row_35_other_spellings_of_base() {
        check("EIP155:8453", Err(NetworkError::Namespace));
        check("Eip155:8453", Err(NetworkError::Namespace));
        check(" eip155:8453", Err(NetworkError::Namespace));
        check("eip155:08453", Err(NetworkError::ChainId));
        check("eip155:8453\u{200b}", Err(NetworkError::Reference));
        check("eip155:8453 ", Err(NetworkError::Reference));
        check("eip155:\u{ff18}453", Err(NetworkError::Reference));
        check("eip155:+8453", Err(NetworkError::Reference));
        check("eip155:0x2105", Err(NetworkError::ChainId));
        check("eip155:8453x", Err(NetworkError::ChainId));
        check("eip155:8_453", Err(NetworkError::ChainId));
        check("eip155:-1", Err(NetworkError::ChainId));
        check("base", Err(NetworkError::Colon));
        check("8453", Err(NetworkError::Colon));
    }

    #[test]
    fn row_35_patterns_and_holes() {
        check("eip155:*", Err(NetworkError::Reference));
        check("*:*", Err(NetworkError::Namespace));
        check("eip155:", Err(NetworkError::Reference));
        check(":", Err(NetworkError::Namespace));
        check(":8453", Err(NetworkError::Namespace));
        check("", Err(NetworkError::Colon));
        check("eip155:8453:1", Err(NetworkError::Reference));
        check("eip155\0:8453", Err(NetworkError::Namespace));
        check("eip155\u{ff1a}8453", Err(NetworkError::Colon));
    }

    #[test]
    fn lengths_and_ranges() {
        check("ab:1", Err(NetworkError::Namespace));
        check("abcdefghi:1", Err(NetworkError::Namespace));
        check("a_c:1", Err(NetworkError::Namespace));
        check(&std::format!("abc:{}", "x".repeat(33)), Err(NetworkError::Reference));
        check("eip155:0", Err(NetworkError::ChainId));
        check("eip155:18446744073709551616", Err(NetworkError::ChainId));
        check(&std::format!("eip155:{}", "9".repeat(32)), Err(NetworkError::ChainId));
    }

    #[test]
    fn constants() {
        const BASE: Network = Network::eip155(8453);
        assert_eq!(BASE.as_str(), "eip155:8453");
        assert_eq!(Network::eip155(u64::MAX).as_str(), "eip155:18446744073709551615");
        assert_eq!(MAINNET.as_str(), "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp");
        assert_eq!(std::format!("{MAINNET:?}"), "Network(solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp)");
    }

    #[test]
    #[should_panic(expected = "no chain has the id zero")]
    fn chain_zero_is_a_mistake_of_the_programmer() {
        let _ = Network::eip155(0);
    }

    #[test]
    #[should_panic(expected = "not a CAIP-2 reference")]
    fn a_bad_solana_reference_is_a_mistake_of_the_programmer() {
        let _ = Network::solana("");
    }

    proptest! {
        #[test]
        fn chain_ids_read_back(id in 1..=u64::MAX, shift in 0_u32..64) {
            let id = (id >> shift).max(1);
            let network = Network::eip155(id);
            prop_assert_eq!(network.chain_id(), Some(id));
            prop_assert_eq!(network.to_string(), std::format!("eip155:{id}"));
            prop_assert_eq!(Network::parse(network.as_str()), Ok(network));
        }

        #[test]
        fn text_reads_back_and_sorts_as_text(a in "[-a-z0-9]{3,8}:[-_a-zA-Z0-9]{1,32}", b in "[-a-z0-9]{3,8}:[-_a-zA-Z0-9]{1,32}") {
            let (left, right) = (Network::parse(&a), Network::parse(&b));
            if let (Ok(left), Ok(right)) = (left, right) {
                prop_assert_eq!(left.as_str(), &a);
                prop_assert_eq!(left.cmp(&right), a.cmp(&b));
                prop_assert_eq!(serde_json::to_string(&left).unwrap(), std::format!("\"{a}\""));
            } else {
                prop_assert!([a, b].iter().any(|text: &String| text.starts_with("eip155:")));
            }
        }

        #[test]
        fn no_text_panics(text in ".{0,60}", tail in ".{0,10}") {
            let _ = (Network::parse(&text), Network::parse(&std::format!("eip155:{tail}")));
        }
    }
}
