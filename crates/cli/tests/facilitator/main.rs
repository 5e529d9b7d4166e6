//! `quittance facilitator` as a process of its own, over HTTP, before a chain that is another process: `quittance devnet`, or the node that the
//! variable `QUITTANCE_TEST_CHAIN` names, on which the contracts of x402 stand.
//!
//! Payments are really signed and really settled. Each test has a signer, a payer, and a payee of its own, so that all of them can share a chain.
//! Two facilitators on one PostgreSQL are tested with the feature `postgres-tests`, which `cargo xtask test --only store` turns on, and traces with the
//! feature `otlp`, as `cargo xtask test --only otlp` does.

mod chain;
#[cfg(feature = "postgres-tests")]
#[path = "../../../store/tests/all/cluster.rs"]
#[expect(dead_code, reason = "the store's tests do more with a server")]
mod cluster;
mod http;
mod killed;
mod money;
mod payment;
mod plans;
mod process;
#[cfg(feature = "otlp")]
mod traces;
#[cfg(feature = "postgres-tests")]
mod two;
