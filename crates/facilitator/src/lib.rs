//! Verifies x402 payments against an EVM chain and settles each exactly once.
//!
//! The rules about a payment are `quittance-evm`'s, the rules about who may settle it and how often are `quittance-guard`'s. Here is what
//! is left: to ask a chain, to send transactions, to wait for them, and to say what became of them by evidence and by nothing else.
//!
//! A chain is whatever implements [`Chain`]. [`Facilitator`] is at work on any number of them:
//!
//! ```text
//! verify ─┐                        ┌─▶ signer: number, sign, keep, send, raise ─┐
//!         ├─▶ one request for all ─┤                                            ├─▶ chain
//! settle ─┘    who ask at once     └─▶ watcher: one look at each block for all ─┘
//! ```
//!
//! - What can be told without a chain is told first. Questions of many go together, and a settlement verifies for itself.
//! - A settlement belongs to the engine. It is claimed in the log, kept there with its transaction before that leaves, and ended by evidence: a
//!   receipt with its logs, somebody else's use of the same nonce, its cancellation, or the end of its window with the nonce unused.
//! - A fault ends nothing and burns nothing. Who starts again finds everything open in the log and goes on ([`Facilitator::recover`]).

mod answer;
mod case;
mod chain;
pub mod config;
mod dispatch;
mod engine;
mod estimates;
mod evidence;
mod failures;
mod fees;
mod gather;
mod gifts;
mod lane;
pub mod metrics;
mod news;
mod open;
mod own;
mod purse;
mod record;
pub mod rpc;
pub mod service;
mod settings;
mod settle;
mod trace;
mod transaction;
mod verify;
mod vigil;
mod watch;

pub use chain::{Block, Broadcast, Chain, DataFee, Fees, Gas, Head, Log, LogFilter, OperatorFee, Receipt, TransactionHash};
pub use config::Config;
pub use engine::{Drained, Facilitator};
pub use metrics::Metrics;
pub use rpc::{EndpointUrl, Rpc, RpcOptions};
pub use service::{Service, ServiceOptions};
pub use settings::{Batch, ChainSettings, ChainSetup, Clock, FeeLimit, Settings, SetupError};
pub use transaction::{Transaction, TransactionError};
