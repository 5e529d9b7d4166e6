//! The keys of the file. What they mean is written in the sample.

use std::collections::BTreeMap;

use quittance_core::json::{Object, Value};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) upstream: String,
    pub(super) listen: Option<String>,
    pub(super) admin: Option<String>,
    pub(super) origin: Option<String>,
    pub(super) store: String,
    pub(super) instances: Option<String>,
    pub(super) sealing_key: Option<String>,
    pub(super) sealing_key_file: Option<String>,
    pub(super) price: Option<String>,
    pub(super) pay_to: Option<String>,
    pub(super) network: Option<String>,
    pub(super) unlisted: Option<String>,
    pub(super) quote_seconds: Option<u64>,
    pub(super) deny_list: Option<String>,
    #[serde(default)]
    pub(super) cors_origins: Vec<String>,
    #[serde(default)]
    pub(super) behind_proxy: bool,
    pub(super) facilitator: Option<Facilitator>,
    #[serde(default)]
    pub(super) look: BTreeMap<String, String>,
    pub(super) tls: Option<Tls>,
    pub(super) statements: Option<Statements>,
    pub(super) service: Option<Service>,
    #[serde(default)]
    pub(super) limits: Limits,
    #[serde(default)]
    pub(super) route: Vec<Route>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table `[facilitator]`")]
pub(super) struct Facilitator {
    pub(super) url: Option<String>,
    pub(super) name: Option<String>,
    pub(super) key: Option<String>,
    pub(super) key_file: Option<String>,
    #[serde(default)]
    pub(super) allow_http: bool,
    pub(super) config: Option<String>,
    pub(super) address: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table `[tls]`")]
pub(super) struct Tls {
    pub(super) certificate: String,
    pub(super) key: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table `[statements]`")]
pub(super) struct Statements {
    pub(super) key: Option<String>,
    pub(super) key_file: Option<String>,
    pub(super) format: Option<String>,
    pub(super) kid: Option<String>,
    #[serde(default)]
    pub(super) transactions: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table `[service]`")]
pub(super) struct Service {
    pub(super) name: Option<String>,
    #[serde(default)]
    pub(super) tags: Vec<String>,
    pub(super) icon: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table `[route.discovery]`")]
pub(super) struct Discovery {
    pub(super) method: Option<String>,
    pub(super) params: Option<Object>,
    pub(super) params_schema: Option<Object>,
    pub(super) body: Option<Value>,
    pub(super) body_type: Option<String>,
    pub(super) body_schema: Option<Object>,
    pub(super) output: Option<String>,
    pub(super) example: Option<Value>,
    pub(super) output_schema: Option<Object>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, expecting = "a table `[limits]`")]
pub(super) struct Limits {
    pub(super) paid_body_bytes: Option<u64>,
    pub(super) paid_body_seconds: Option<u64>,
    pub(super) free_body_bytes: Option<u64>,
    pub(super) keep_bytes: Option<u64>,
    pub(super) hold_bytes: Option<u64>,
    pub(super) header_bytes: Option<u64>,
    pub(super) connections: Option<u64>,
    pub(super) payments: Option<u64>,
    pub(super) read_seconds: Option<u64>,
    pub(super) idle_seconds: Option<u64>,
    pub(super) connect_seconds: Option<u64>,
    pub(super) answer_seconds: Option<u64>,
    pub(super) verify_seconds: Option<u64>,
    pub(super) look_seconds: Option<u64>,
    pub(super) settle_seconds: Option<u64>,
    pub(super) drain_seconds: Option<u64>,
    pub(super) redeliveries: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table `[[route]]`")]
pub(super) struct Route {
    pub(super) path: String,
    pub(super) methods: Option<Vec<String>>,
    #[serde(default)]
    pub(super) free: bool,
    pub(super) scheme: Option<String>,
    pub(super) transfer: Option<String>,
    pub(super) meter: Option<Meter>,
    pub(super) price: Option<String>,
    pub(super) pay_to: Option<String>,
    pub(super) network: Option<String>,
    pub(super) seconds: Option<u64>,
    pub(super) description: Option<String>,
    pub(super) mime_type: Option<String>,
    pub(super) binding: Option<String>,
    pub(super) naming: Option<String>,
    pub(super) order: Option<String>,
    pub(super) exposure: Option<String>,
    pub(super) quota: Option<Quota>,
    pub(super) discovery: Option<Discovery>,
    #[serde(default)]
    pub(super) offer: Vec<Offer>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table such as `{ payments = 10, seconds = 60 }`")]
pub(super) struct Quota {
    pub(super) payments: u32,
    pub(super) seconds: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table such as `{ by = \"bytes\", every = 1000, price = \"$0.001\" }`")]
pub(super) struct Meter {
    pub(super) by: String,
    pub(super) every: Option<u64>,
    pub(super) price: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table in `offers`")]
pub(super) struct Offer {
    pub(super) transfer: Option<String>,
    pub(super) price: Option<String>,
    pub(super) amount: Option<String>,
    pub(super) asset: Option<String>,
    pub(super) asset_name: Option<String>,
    pub(super) asset_version: Option<String>,
    pub(super) pay_to: Option<String>,
    pub(super) network: Option<String>,
    pub(super) seconds: Option<u64>,
}
