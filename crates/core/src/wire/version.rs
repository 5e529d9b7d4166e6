//! The version of the protocol.

/// The version of the protocol that an object speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Version {
    /// x402 version 1: short network names, terms in the body.
    V1,
    /// x402 version 2: CAIP-2 networks, everything in headers, extensions.
    V2,
}

impl Version {
    /// The number that `x402Version` holds.
    #[must_use]
    pub const fn number(self) -> u64 {
        match self {
            Self::V1 => 1,
            Self::V2 => 2,
        }
    }
}
