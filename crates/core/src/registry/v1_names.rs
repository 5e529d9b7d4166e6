//! The network names of version 1 of the protocol.
//!
//! Version 1 wrote `base` where version 2 writes `eip155:8453`. A name belongs to exactly one network and back, here as in every
//! implementation, but not every implementation gives a name to the same network, and not every name is known to all of them (map
//! section 1.4). An identifier of version 2 is no name of version 1.

use super::networks::{self, networks};
use crate::network::Network;

/// The network that a name of version 1 means.
///
/// The comparison is exact. Three names mean different networks in different SDKs: a payment by one of them that crosses from one SDK
/// to another is for another chain, and its signature fails. Here they mean what TypeScript and Go say; [`contested_v1_name`] tells
/// who says otherwise.
#[must_use]
pub fn network_by_v1_name(name: &str) -> Option<Network> {
    networks().iter().find(|info| info.v1_name == Some(name)).map(|info| info.network)
}

/// The name that version 1 gave to a network, if it gave one.
#[must_use]
pub fn v1_name(network: Network) -> Option<&'static str> {
    networks::network_info(network).and_then(|info| info.v1_name)
}

/// A name of version 1 that different SDKs give to different networks (map row W16).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct ContestedName {
    /// The name.
    pub name: &'static str,
    /// The network that it means in TypeScript and Go, and here.
    pub network: Network,
    /// The network that it means in Python.
    pub python: Network,
}

/// Who disagrees about a name, if anybody does.
///
/// Whoever takes payments by version 1 on such a network should offer it by version 2 as well, where there is nothing to contest.
#[must_use]
pub fn contested_v1_name(name: &str) -> Option<&'static ContestedName> {
    CONTESTED.iter().find(|contested| contested.name == name)
}

const CONTESTED: &[ContestedName] = &[
    ContestedName { name: "story", network: networks::STORY, python: Network::eip155(1513) },
    ContestedName { name: "educhain", network: networks::EDUCHAIN, python: Network::eip155(656_476) },
    ContestedName { name: "skale-base-sepolia", network: networks::SKALE_BASE_SEPOLIA, python: Network::eip155(1_444_673_419) },
];
