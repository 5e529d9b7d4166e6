//! The networks that payments are known to be made on.
//!
//! A network that is not here still parses and still compares; it merely has no name, no kind and no default asset.

use crate::network::Network;

/// Whether money on a network is worth anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(clippy::exhaustive_enums, reason = "a payment is with real money or it is not")]
pub enum NetworkKind {
    /// Its assets are money.
    Main,
    /// Its assets are handed out for tests: test networks and Solana's devnet.
    Test,
}

/// What is known about a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct NetworkInfo {
    /// The network.
    pub network: Network,
    /// Its name, for people.
    pub name: &'static str,
    /// Its name in version 1 of the protocol, where it has one.
    pub v1_name: Option<&'static str>,
    /// Whether its money is real.
    pub kind: NetworkKind,
}

/// Every network of the registry.
#[must_use]
pub const fn networks() -> &'static [NetworkInfo] {
    NETWORKS
}

/// What is known about a network, if it is in the registry.
#[must_use]
pub fn network_info(network: Network) -> Option<&'static NetworkInfo> {
    NETWORKS.iter().find(|info| info.network == network)
}

/// One row per network: the constant, the namespace's constructor and its reference, the name for people, the kind, and the name of
/// version 1.
macro_rules! network_table {
    ($(
        $(#[$meta:meta])*
        $NAME:ident = $namespace:ident($reference:literal), $human:literal, $Kind:ident $(, v1 $v1:literal)?;
    )+) => {
        $(
            #[doc = concat!($human, ", `", stringify!($namespace), ":", $reference, "`.")]
            $(#[$meta])*
            pub const $NAME: Network = Network::$namespace($reference);
        )+

        const NETWORKS: &[NetworkInfo] = &[
            $( NetworkInfo {
                network: $NAME,
                name: $human,
                v1_name: network_table!(@name $($v1)?),
                kind: NetworkKind::$Kind,
            }, )+
        ];
    };
    (@name $v1:literal) => { Some($v1) };
    (@name) => { None };
}

network_table! {
    BASE = eip155(8453), "Base", Main, v1 "base";
    BASE_SEPOLIA = eip155(84532), "Base Sepolia", Test, v1 "base-sepolia";
    ETHEREUM = eip155(1), "Ethereum", Main, v1 "ethereum";
    SEPOLIA = eip155(11_155_111), "Ethereum Sepolia", Test, v1 "sepolia";
    POLYGON = eip155(137), "Polygon", Main, v1 "polygon";
    POLYGON_AMOY = eip155(80002), "Polygon Amoy", Test, v1 "polygon-amoy";
    ARBITRUM = eip155(42161), "Arbitrum One", Main;
    ARBITRUM_SEPOLIA = eip155(421_614), "Arbitrum Sepolia", Test;
    OPTIMISM = eip155(10), "OP Mainnet", Main;
    OPTIMISM_SEPOLIA = eip155(11_155_420), "OP Sepolia", Test;
    AVALANCHE = eip155(43114), "Avalanche C-Chain", Main, v1 "avalanche";
    AVALANCHE_FUJI = eip155(43113), "Avalanche Fuji", Test, v1 "avalanche-fuji";
    ARC = eip155(5042), "Arc", Main;
    ARC_TESTNET = eip155(5_042_002), "Arc Testnet", Test;
    MONAD = eip155(143), "Monad", Main, v1 "monad";
    /// Its name in version 1 is known to the Python SDK alone.
    MONAD_TESTNET = eip155(10143), "Monad Testnet", Test, v1 "monad-testnet";
    ABSTRACT = eip155(2741), "Abstract", Main, v1 "abstract";
    ABSTRACT_TESTNET = eip155(11124), "Abstract Testnet", Test, v1 "abstract-testnet";
    ADI = eip155(36900), "ADI Chain", Main;
    CELO = eip155(42220), "Celo", Main, v1 "celo";
    /// Its name in version 1 is known to x402-rs alone.
    CELO_SEPOLIA = eip155(11_142_220), "Celo Sepolia", Test, v1 "celo-sepolia";
    /// Its name in version 1 is contested: see [`contested_v1_name`](super::contested_v1_name).
    EDUCHAIN = eip155(41923), "EDU Chain", Main, v1 "educhain";
    FLARE = eip155(14), "Flare", Main, v1 "flare";
    HPP = eip155(190_415), "HPP", Main;
    HPP_SEPOLIA = eip155(181_228), "HPP Sepolia", Test;
    IGRA = eip155(38833), "Igra", Main;
    IOTEX = eip155(4689), "IoTeX", Main, v1 "iotex";
    MEGAETH = eip155(4326), "MegaETH", Main, v1 "megaeth";
    MEZO = eip155(31612), "Mezo", Main;
    MEZO_TESTNET = eip155(31611), "Mezo Testnet", Test;
    PEAQ = eip155(3338), "peaq", Main, v1 "peaq";
    /// Its name in version 1 is known to x402-rs alone.
    RADIUS = eip155(723_487), "Radius", Main, v1 "radius";
    /// Its name in version 1 is known to x402-rs alone.
    RADIUS_TESTNET = eip155(72344), "Radius Testnet", Test, v1 "radius-testnet";
    SEI = eip155(1329), "Sei", Main, v1 "sei";
    SEI_TESTNET = eip155(1328), "Sei Testnet", Test, v1 "sei-testnet";
    /// Its name in version 1 is contested: see [`contested_v1_name`](super::contested_v1_name).
    SKALE_BASE_SEPOLIA = eip155(324_705_682), "SKALE Base Sepolia", Test, v1 "skale-base-sepolia";
    STABLE = eip155(988), "Stable", Main, v1 "stable";
    STABLE_TESTNET = eip155(2201), "Stable Testnet", Test, v1 "stable-testnet";
    /// Its name in version 1 is contested: see [`contested_v1_name`](super::contested_v1_name).
    STORY = eip155(1514), "Story", Main, v1 "story";
    /// Its name in version 1 is known to x402-rs alone.
    XDC = eip155(50), "XDC Network", Main, v1 "xdc";
    XDC_APOTHEM = eip155(51), "XDC Apothem", Test;
    /// Its name in version 1 is known to x402-rs alone. It has no asset here: see [`assets`](super::assets()).
    XRPL_EVM = eip155(1_440_000), "XRPL EVM", Main, v1 "xrpl-evm";
    SOLANA = solana("5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp"), "Solana", Main, v1 "solana";
    SOLANA_DEVNET = solana("EtWTRABZaYq6iMfeYKouRu166VU2xqa1"), "Solana Devnet", Test, v1 "solana-devnet";
    /// The Solana network without a name in x402-rs.
    SOLANA_TESTNET = solana("4uhcVJyU9pJkvQyS88uRDiswHXSCkY3z"), "Solana Testnet", Test, v1 "solana-testnet";
}
