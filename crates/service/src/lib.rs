//! What programs that listen have in common.
//!
//! - [`config`]: a configuration in TOML or JSON whose every mistake has a place, with references to variables and to files of secrets;
//! - [`metrics`]: numbers told apart by labels, as Prometheus reads them;
//! - [`serve()`](serve): HTTP/1.1, with TLS or without, within bounds, until it is told to stop, and then without leaving anything half done.
//!
//! It is a crate of its own because the facilitator and the gate need the same and know nothing of each other. Nothing here knows what x402 is.

pub mod config;
mod idle;
pub mod metrics;
mod patient;
mod serve;
mod tls;

pub use serve::{Bounds, Peer, ServeError, Served, serve};
pub use tls::{Tls, TlsError};
