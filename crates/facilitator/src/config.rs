//! The configuration of a facilitator, in TOML or in JSON.
//!
//! Every text may refer to variables, `${NAME}`; who they are asked of is the caller's business, because here nobody reads the environment. A
//! reference stands for a text and never for a piece of the file's structure. `$$` is a dollar sign.
//!
//! Nothing is skipped: a key that does not exist is refused with its line and column, and what is written down and cannot be built is an error.
//! Keys of accounts do not stand in the file. They come from a variable, a file of their own, or an encrypted keystore (Web3 Secret Storage,
//! version 3), are printed by nothing, and are overwritten when they go.
//!
//! [`SAMPLE`] has every key with its meaning.

mod build;
mod file;
mod keys;
mod keystore;

#[cfg(test)]
mod tests;

use std::fmt;
use std::net::SocketAddr;

use quittance_core::{Network, SecretKey};
use zeroize::Zeroizing;

use crate::rpc::{EndpointUrl, RpcOptions};
use crate::service::{Caller, Origin, ServiceOptions};
use crate::settings::{ChainSettings, Settings};

pub use keystore::{KeystoreError, open as open_keystore};
pub use quittance_service::config::{Around, ConfigError, Format};

/// A configuration with every key in it, commented.
pub const SAMPLE: &str = include_str!("config/sample.toml");

/// A configuration, all of whose parts can be built.
#[non_exhaustive]
pub struct Config {
    /// Where the service listens.
    pub listen: SocketAddr,
    /// Where settlements are kept: the URL of a database.
    pub store: String,
    /// What signatures are sealed with in the store.
    pub sealing_key: Zeroizing<[u8; 32]>,
    /// What strangers may make the service do.
    pub service: ServiceOptions,
    /// Who may ask; anybody if there is nobody.
    pub callers: Vec<Caller>,
    /// Which pages may ask.
    pub origins: Vec<Origin>,
    /// What is the same for all chains.
    pub settings: Settings,
    /// The chains.
    pub chains: Vec<ChainConfig>,
}

/// One chain.
#[non_exhaustive]
pub struct ChainConfig {
    /// Which one.
    pub network: Network,
    /// Its nodes.
    pub rpc: Vec<EndpointUrl>,
    /// How they are asked.
    pub options: RpcOptions,
    /// The accounts that pay for gas.
    pub signers: Vec<SecretKey>,
    /// How it is settled on.
    pub settings: ChainSettings,
}

impl Config {
    /// Reads a configuration, and what it refers to.
    ///
    /// # Errors
    ///
    /// [`ConfigError`], which says where and holds nothing of what a variable or a file of keys said.
    pub fn read(text: &str, format: Format, around: Around<'_>) -> Result<Self, ConfigError> {
        build::config(&quittance_service::config::read(text, format)?, around)
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let networks = self.chains.iter().map(|chain| chain.network).collect::<Vec<_>>();
        f.debug_struct("Config").field("listen", &self.listen).field("networks", &networks).finish_non_exhaustive()
    }
}

impl fmt::Debug for ChainConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let signers = self.signers.iter().map(SecretKey::address).collect::<Vec<_>>();
        f.debug_struct("ChainConfig").field("network", &self.network).field("signers", &signers).finish_non_exhaustive()
    }
}
