//! Networks and assets as data.
//!
//! The EIP-712 domain under which a payer signs comes from here and never from the other side: a client that takes `extra.name` on
//! trust can be made to sign anything, and a server that does so checks a signature against terms of the payer's choosing (catalogue
//! rows 68, 83 and 199, rule 7). The same holds for decimals: a token that calls itself USDC at an unknown address is an unknown
//! token (row 192). What is not in the registry is not wrong, but whoever wants to use it has to say so in their own configuration.
//!
//! The tables are constants, checked where they are compiled: no start-up code, no lookup by pattern, nothing that grows at run time.
//! [`networks`](mod@networks) holds the chains with the names that version 1 of the protocol gave them, [`assets()`] the tokens.
//!
//! ```
//! use quittance_core::registry::{self, networks};
//!
//! let usdc = registry::default_asset(networks::BASE).expect("Base has a default asset");
//! assert_eq!((usdc.symbol, usdc.decimals), ("USDC", 6));
//! assert_eq!(registry::network_by_v1_name("base"), Some(networks::BASE));
//! ```

mod assets;
pub mod networks;
mod v1_names;

#[cfg(test)]
mod tests;

pub use assets::{
    AssetInfo, Eip2612, Erc20, Evidence, Spl, Token, TokenDomain, TokenProgram, TransferMethod, UsedNonce, asset, assets,
    default_asset, erc20,
};
pub use networks::{NetworkInfo, NetworkKind, network_info, networks};
pub use v1_names::{ContestedName, contested_v1_name, network_by_v1_name, v1_name};
