//! Hashes in the log: of lines, and of what the log must not hold.

use alloc::string::{String, ToString as _};
use core::fmt;

use quittance_core::{TermsHash, sha256};

/// The written form of every hash in the log: `sha256:` and 64 lower-case digits.
pub(super) fn hash_text(hash: &[u8; 32]) -> String {
    TermsHash::from_bytes(*hash).to_string()
}

/// Reads the written form; it has one spelling.
pub(super) fn read_hash(text: &str) -> Option<[u8; 32]> {
    TermsHash::parse(text).ok().map(|hash| *hash.as_bytes())
}

/// The secret that the salted hashes of one log are made with.
///
/// It is 32 random bytes, one salt for each log, and is kept where secrets are kept, apart from the log. Whoever has the salt and a
/// signed payment can find its trip; whoever has only the log cannot, nor can two logs be correlated. A new log gets a new salt.
/// Once the old one is destroyed, nobody can ever again connect the old log's hashes with anything; the chain stays verifiable.
#[derive(Clone)]
pub struct LogSalt([u8; 32]);

impl LogSalt {
    /// Takes 32 random bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl fmt::Debug for LogSalt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LogSalt(secret)")
    }
}

/// What stands in the log for bytes that must not: the signed retry, a payload.
///
/// `SHA-256(SHA-256("quittance-audit-salted/1") | salt | SHA-256(bytes))`, 96 bytes before the outer hash.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SaltedHash([u8; 32]);

impl SaltedHash {
    const TAG: &'static [u8] = b"quittance-audit-salted/1";

    /// Hashes bytes under the salt of a log.
    #[must_use]
    pub fn new(salt: &LogSalt, bytes: &[u8]) -> Self {
        Self(sha256([sha256(Self::TAG), salt.0, sha256(bytes)].as_flattened()))
    }

    pub(super) fn read(text: &str) -> Option<Self> {
        read_hash(text).map(Self)
    }
}

impl fmt::Display for SaltedHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hash_text(&self.0))
    }
}

impl fmt::Debug for SaltedHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SaltedHash({self})")
    }
}
