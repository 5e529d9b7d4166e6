//! The keys of the file. What they mean is written in the sample.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Format;
use super::words::ConfigError;

/// The longest configuration, in bytes.
const LONGEST: usize = 256 * 1024;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) listen: Option<String>,
    pub(super) store: String,
    pub(super) sealing_key: Option<String>,
    pub(super) sealing_key_file: Option<String>,
    #[serde(default)]
    pub(super) cors_origins: Vec<String>,
    pub(super) patience_seconds: Option<u64>,
    pub(super) lease_seconds: Option<u64>,
    #[serde(default)]
    pub(super) limits: Limits,
    #[serde(default)]
    pub(super) caller: Vec<Caller>,
    #[serde(default)]
    pub(super) chain: Vec<Chain>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct Limits {
    pub(super) body_bytes: Option<u64>,
    pub(super) concurrency: Option<u64>,
    pub(super) connections: Option<u64>,
    pub(super) read_seconds: Option<u64>,
    pub(super) verify_seconds: Option<u64>,
    pub(super) settle_seconds: Option<u64>,
    pub(super) drain_seconds: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Caller {
    pub(super) name: String,
    pub(super) key: Option<String>,
    pub(super) key_sha256: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Chain {
    pub(super) network: String,
    pub(super) rpc: Vec<String>,
    pub(super) rpc_timeout_ms: Option<u64>,
    pub(super) rpc_lag: Option<u64>,
    pub(super) confirmations: Option<u64>,
    pub(super) watch_seconds: Option<u64>,
    pub(super) poll_ms: Option<u64>,
    pub(super) in_flight: Option<u64>,
    pub(super) bump_after: Option<u64>,
    pub(super) max_fee_gwei: Option<u64>,
    pub(super) open: Option<u64>,
    pub(super) lookback: Option<u64>,
    #[serde(default)]
    pub(super) factories: Vec<String>,
    #[serde(default)]
    pub(super) sponsoring: Vec<String>,
    pub(super) funding_gwei: Option<u64>,
    pub(super) funding_gwei_hourly: Option<u64>,
    pub(super) approval_seconds: Option<u64>,
    pub(super) max_gas: Option<u64>,
    pub(super) batch: Option<Batch>,
    pub(super) fee_limit: Option<FeeLimit>,
    #[serde(default)]
    pub(super) signer: Vec<Signer>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Batch {
    pub(super) payments: Option<u64>,
    pub(super) gas: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FeeLimit {
    pub(super) per_mille: u32,
    pub(super) prices: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Signer {
    pub(super) key: Option<String>,
    pub(super) key_file: Option<String>,
    pub(super) keystore: Option<String>,
    pub(super) password: Option<String>,
    pub(super) password_file: Option<String>,
}

/// Reads the keys.
pub(super) fn parse(text: &str, format: Format) -> Result<File, ConfigError> {
    if text.len() > LONGEST {
        return Err(ConfigError::at(1, 1, format!("a configuration has at most {LONGEST} bytes")));
    }
    match format {
        Format::Toml => toml::from_str(text).map_err(|error| {
            let byte = error.span().map_or(0, |span| span.start);
            ConfigError::at_byte(text, byte, quiet(error.message()))
        }),
        Format::Json => serde_json::from_str(text).map_err(|error| {
            let words = error.to_string();
            let words = words.split(" at line ").next().unwrap_or_default();
            ConfigError::at(error.line(), error.column(), quiet(words))
        }),
    }
}

/// The message of a reader without the value that it complains about, which may be a key in the wrong place.
fn quiet(words: &str) -> String {
    let complains = ["invalid type", "invalid value"].iter().find(|begin| words.starts_with(**begin));
    match (complains, words.rsplit_once(", expected ")) {
        (Some(begin), Some((_, expected))) => format!("{begin}, expected {expected}"),
        (Some(begin), None) => (*begin).into(),
        (None, _) => words.lines().next().unwrap_or_default().into(),
    }
}
