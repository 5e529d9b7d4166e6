//! How a decision is put into words.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use quittance_core::registry::{AssetInfo, network_info};
use quittance_core::{Amount, Denial, Network};

use super::decision::{Denied, PassedOver};

/// A no that has not found its place yet.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) denial: Denial,
    /// The key of the policy.
    pub(super) rule: &'static str,
    pub(super) words: String,
}

impl Refusal {
    pub(super) fn new(denial: Denial, rule: &'static str, words: impl Into<String>) -> Self {
        Self { denial, rule, words: words.into() }
    }

    pub(super) fn into_denied(self, passed_over: Vec<PassedOver>) -> Denied {
        Denied::new(self.denial, self.rule, self.words, passed_over)
    }
}

/// An amount with its ticker: `0.01 USDC`.
pub(super) fn amount(amount: Amount, asset: &AssetInfo) -> impl fmt::Display {
    WithTicker(amount.format_units(asset.decimals), asset.symbol)
}

struct WithTicker<D>(D, &'static str);

impl<D: fmt::Display> fmt::Display for WithTicker<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.0, self.1)
    }
}

/// A network as people call it.
pub(super) fn network(network: Network) -> impl fmt::Display {
    Named(network)
}

struct Named(Network);

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(network_info(self.0).map_or(self.0.as_str(), |info| info.name))
    }
}
