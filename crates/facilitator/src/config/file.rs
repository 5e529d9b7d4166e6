//! The keys of the file. What they mean is written in the sample.

use std::collections::BTreeMap;

use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) listen: Option<String>,
    pub(super) store: String,
    pub(super) instances: Option<String>,
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
#[serde(deny_unknown_fields, expecting = "a table `[limits]`")]
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
#[serde(deny_unknown_fields, expecting = "a table `[[caller]]`")]
pub(super) struct Caller {
    pub(super) name: String,
    pub(super) key: Option<String>,
    pub(super) key_sha256: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table `[[chain]]`")]
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
    pub(super) max_failures: Option<u64>,
    pub(super) failures_seconds: Option<u64>,
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
#[serde(deny_unknown_fields, expecting = "a table `[chain.batch]`")]
pub(super) struct Batch {
    pub(super) payments: Option<u64>,
    pub(super) gas: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table `[chain.fee_limit]`")]
pub(super) struct FeeLimit {
    pub(super) per_mille: u32,
    pub(super) prices: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table `[[chain.signer]]`")]
pub(super) struct Signer {
    pub(super) key: Option<String>,
    pub(super) key_file: Option<String>,
    pub(super) keystore: Option<String>,
    pub(super) password: Option<String>,
    pub(super) password_file: Option<String>,
}
