//! The configuration of a gate, in TOML or in JSON, as [`quittance_service::config`] reads it. [`SAMPLE`] has every key with its meaning.

mod build;
mod extensions;
mod file;
pub(crate) mod offers;

#[cfg(test)]
mod tests;

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

use quittance_core::statement::Key;
use quittance_core::wire::SupportedResponse;
use quittance_core::{Fault, Network, Terms};
use quittance_guard::screening::DenyList;
use quittance_server::{Options, Origin, Route};
use quittance_service::Bounds;
use quittance_service::config::{Around, ConfigError, Format};
use zeroize::Zeroizing;

use self::extensions::StatementsConfig;
use crate::forward::Chain;
use crate::pattern::Pattern;
use crate::proxy::Times;
use crate::table::Methods;
use crate::tariff::Tariff;
use crate::upstream::Upstream;

/// A configuration with every key in it, commented.
pub const SAMPLE: &str = include_str!("config/sample.toml");

/// A configuration, all of whose parts can be built.
#[non_exhaustive]
pub struct Config {
    /// Where buyers ask.
    pub listen: SocketAddr,
    /// Where operators ask, if they may.
    pub admin: Option<SocketAddr>,
    /// Where buyers think they ask.
    pub origin: Origin,
    /// What is sold.
    pub upstream: Upstream,
    /// Where payments are kept: the URL of a database.
    pub store: Box<str>,
    /// What signatures and offers are sealed with.
    pub sealing_key: Zeroizing<[u8; 32]>,
    /// Who settles; whoever composes the gate knows one if the file names none.
    pub facilitator: Option<FacilitatorConfig>,
    /// Through which node a network's chain is looked at for what the facilitator says that it settled.
    pub look: Vec<(Network, Box<str>)>,
    /// The routes.
    pub routes: Vec<RouteConfig>,
    /// What becomes of everything else.
    pub unlisted: Unlisted,
    pub(crate) cors: Vec<Origin>,
    pub(crate) deny: Option<DenyList>,
    pub(crate) tls: Option<(PathBuf, PathBuf)>,
    pub(crate) statements: Option<StatementsConfig>,
    pub(crate) chain: Chain,
    pub(crate) options: Options,
    pub(crate) bounds: Bounds,
    pub(crate) times: Times,
    pub(crate) free_body: usize,
    /// The keys that only a new start can change, as they are written.
    lasting: Vec<(&'static str, String)>,
}

/// Who settles.
#[non_exhaustive]
pub enum FacilitatorConfig {
    /// One behind HTTP.
    Remote {
        /// Where.
        url: Box<str>,
        /// What it is called wherever it is, if that is not what its URL makes of it.
        name: Option<Box<str>>,
        /// What it knows the gate by.
        key: Option<Zeroizing<String>>,
        /// Whether it may be spoken to without TLS.
        transport: Transport,
    },
    /// One in this process, by a configuration of its own.
    Here(PathBuf),
}

/// How a facilitator is spoken to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(clippy::exhaustive_enums, reason = "with TLS or without")]
pub enum Transport {
    /// With TLS.
    Encrypted,
    /// Without: it is on this machine, or somebody has said so.
    Plain,
}

/// One route.
#[non_exhaustive]
pub struct RouteConfig {
    /// Its path.
    pub pattern: Pattern,
    /// What it costs: any of these; nothing if there is none.
    pub offers: Vec<Terms>,
    pub(crate) methods: Methods,
    pub(crate) sale: Option<Route>,
    pub(crate) tariff: Option<Tariff>,
}

/// What becomes of a path that no route has.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[expect(clippy::exhaustive_enums, reason = "there is something or there is not")]
pub enum Unlisted {
    /// There is nothing.
    #[default]
    Refused,
    /// It is free.
    Free,
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

    /// Names in offers of the scheme `upto` who charges them, by the facilitator's own word; what the file names has to be one who can.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] when a route needs it and the facilitator does not say, or has not answered, which the error says with the fault; and
    /// when the file names somebody who is none of the facilitator's.
    pub fn charged_by(&mut self, supported: Result<&SupportedResponse, Fault>) -> Result<(), ConfigError> {
        for route in &mut self.routes {
            offers::charged_by(&mut route.offers, supported)?;
            route.sale = route.sale.take().map(|sale| sale.offering(route.offers.clone()));
        }
        Ok(())
    }

    /// The key that offers and receipts are signed with, as buyers are told of it; none where nothing is signed.
    #[must_use]
    pub fn signs_as(&self) -> Option<Key> {
        self.statements.as_ref().and_then(StatementsConfig::public)
    }

    pub(crate) fn lasting(&self) -> Vec<(&'static str, String)> {
        self.lasting.clone()
    }
}

impl RouteConfig {
    /// What of its price is charged, in words; none where that is all of it.
    #[must_use]
    pub fn metered(&self) -> Option<String> {
        self.tariff.as_ref().map(Tariff::to_string)
    }

    /// The methods that it has; none for all.
    #[must_use]
    pub fn methods(&self) -> Vec<&str> {
        match &self.methods {
            Methods::All => Vec::new(),
            Methods::Some(methods) => methods.iter().map(http::Method::as_str).collect(),
        }
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let paths = self.routes.iter().map(|route| route.pattern.as_str()).collect::<Vec<_>>();
        f.debug_struct("Config").field("listen", &self.listen).field("routes", &paths).finish_non_exhaustive()
    }
}

impl fmt::Debug for FacilitatorConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Remote { .. } => "Remote(..)",
            Self::Here(_) => "Here(..)",
        })
    }
}

impl fmt::Debug for RouteConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RouteConfig").field("pattern", &self.pattern).field("offers", &self.offers.len()).finish_non_exhaustive()
    }
}
