//! The two hash functions of the protocol.

use sha2::Digest as _;

/// Keccak-256 as Ethereum uses it (not SHA3-256: the padding differs).
#[must_use]
pub fn keccak256(bytes: &[u8]) -> [u8; 32] {
    sha3::Keccak256::digest(bytes).into()
}

/// SHA-256.
#[must_use]
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    sha2::Sha256::digest(bytes).into()
}
