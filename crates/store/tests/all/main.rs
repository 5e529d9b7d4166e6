//! The stores of this crate held against the laws of the guards, and against processes, disks and operators that fail.
//!
//! The laws run in memory and in a file with `cargo test`; in PostgreSQL too with the feature `postgres-tests`, which
//! `cargo xtask test --only store` turns on after it has installed the server that the tests start.

#[cfg(feature = "postgres-tests")]
mod cluster;
mod differences;
#[cfg(feature = "postgres-tests")]
mod fresh;
#[cfg(target_os = "linux")]
mod fsync;
mod ledger;
mod log;
mod model;
mod operator;
mod place;
mod processes;
mod quiet;
mod samples;
mod secrets;
#[cfg(feature = "postgres-tests")]
mod tls;
mod whole;
