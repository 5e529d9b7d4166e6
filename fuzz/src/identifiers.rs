//! Addresses, networks, nonces, payment identifiers and hashes of terms: each has one canonical text.

use quittance_core::{Account, Address, Network, Nonce, PaymentId, TermsHash, keccak256, registry};

use crate::text_laws;
use crate::vectors::Vectors;

/// Text to each of them, and again.
pub fn run(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    check_address(text);
    check_network(text);
    if let Some(nonce) = text_laws::canonical(text, Nonce::parse) {
        assert_eq!(Nonce::from_bytes(*nonce.as_bytes()), nonce);
        assert_eq!(nonce.to_string(), text.to_ascii_lowercase());
    }
    assert_eq!(Nonce::parse(text).is_ok(), hex(text, 64));
    if let Some(id) = text_laws::canonical(text, PaymentId::parse) {
        assert_eq!(id.to_string(), text);
    }
    if let Some(hash) = text_laws::canonical(text, TermsHash::parse) {
        assert_eq!((hash.to_string(), TermsHash::from_bytes(*hash.as_bytes())), (text.to_owned(), hash));
    }
}

/// The texts of the vectors.
pub fn seeds(vectors: &Vectors) -> Vec<Vec<u8>> {
    let features = ["types/address", "types/network", "types/nonce", "types/payment-id", "types/v1-network-names"];
    let mut seeds = vectors.texts(&features, "text");
    seeds.extend(vectors.texts(&["binding/nonce"], "termsHash"));
    seeds
}

fn hex(text: &str, length: usize) -> bool {
    let digits = text.strip_prefix("0x").unwrap_or_default();
    digits.len() == length && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn check_address(text: &str) {
    let address = text_laws::canonical(text, Address::parse);
    let digits = text.get(2..).unwrap_or_default();
    let one_case = !digits.bytes().any(|byte| byte.is_ascii_uppercase()) || !digits.bytes().any(|byte| byte.is_ascii_lowercase());
    let legal = hex(text, 40) && (one_case || checksummed(digits) == digits);
    assert_eq!(address.is_some(), legal);
    assert_eq!(Address::parse_party(text).ok(), address.filter(|address| *address != Address::ZERO));
    let Some(address) = address else { return };
    assert_eq!(address.to_string(), format!("0x{}", checksummed(digits)));
    let account = Account::parse(Network::eip155(1), text);
    assert!(account.is_err() || account == Ok(Account::Evm(address)));
}

/// EIP-55.
fn checksummed(digits: &str) -> String {
    let lower = digits.to_ascii_lowercase();
    let hash = keccak256(lower.as_bytes());
    let high = |at: usize| hash[at / 2] >> (if at.is_multiple_of(2) { 7 } else { 3 }) & 1 == 1;
    lower.char_indices().map(|(at, digit)| if high(at) { digit.to_ascii_uppercase() } else { digit }).collect()
}

fn check_network(text: &str) {
    if let Some(network) = text_laws::canonical(text, Network::parse) {
        assert_eq!(network.to_string(), text);
        assert_eq!(format!("{}:{}", network.namespace(), network.reference()), text);
        if let Some(id) = network.chain_id() {
            assert_eq!(Network::eip155(id), network);
        }
        assert!(registry::network_by_v1_name(text).is_none(), "one text names a network in both versions");
    }
    if let Some(network) = registry::network_by_v1_name(text) {
        assert_eq!(registry::v1_name(network), Some(text));
    }
}
