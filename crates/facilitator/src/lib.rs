//! Verifies x402 payments against an EVM chain and settles each exactly once.
//!
//! The rules about a payment are `quittance-evm`'s, the rules about who may settle it and how often are `quittance-guard`'s. Here is what
//! is left: to ask a chain, to send transactions, to wait for them, and to say what became of them by evidence and by nothing else.
//!
//! A chain is whatever implements [`Chain`].

mod chain;
mod transaction;

pub use chain::{Block, Broadcast, Chain, Fees, Gas, Head, Log, LogFilter, Receipt, TransactionHash};
pub use transaction::{Transaction, TransactionError};
