//! A sandbox chain in one process: an EVM with the contracts of x402 in place, behind the JSON-RPC that wallets, libraries and
//! command lines speak.
//!
//! It is there to run a buyer, a seller and a facilitator against each other with real transactions and no network: no keys but the
//! ones that everybody knows, no money, nothing to install. [`Devnet::builder`] begins one:
//!
//! ```
//! # async fn example() -> std::io::Result<()> {
//! use quittance_devnet::{BlockTime, Devnet};
//! use std::time::Duration;
//!
//! let devnet = Devnet::builder().block_time(BlockTime::Every(Duration::from_millis(100))).start().await?;
//! println!("{} has USDC at {}", devnet.url(), devnet.tokens()[0].address);
//! # Ok(())
//! # }
//! ```
//!
//! **What stands on it.** A token at the address of USDC, with its name and version for signing, that refuses what USDC refuses in the
//! words of USDC; Permit2 compiled from its published sources; the two x402 proxies, Multicall3 and the ERC-1271 wallet with its
//! factory in code of our own, to their public interfaces; see [`canonical`]. Ten accounts with ether and tokens.
//! The sources lie in `contracts/`, and a stage of the project's tests compiles them again and compares.
//!
//! **What it is not.** No security: anybody who can reach the port can mint, move time and rewrite code. No consensus: one producer,
//! no reorganisation but a snapshot that is taken back, so `safe` and `finalized` are the newest block. No persistence: it is gone
//! with the process. No proofs: `stateRoot` is zero. No blobs, no traces, no subscriptions, no accounts that the node signs for.
//!
//! **How it keeps to nodes.** The rules are those of Prague, with EIP-7702. Blocks, receipts and logs are kept from the first on, or as many of the newest as [`Builder::keep`] says; the
//! state of earlier blocks for as many as [`Builder::history`] says, and a question about an older one is an error that says so.
//! `eth_call` at `latest` sees the newest block's time, as on every node, so with [`BlockTime::Instant`] the time that a call sees stands
//! still while nothing is sent: take an interval, or mine, where that matters. Transactions wait, replace each other and are refused
//! in the words of the most used node. One list of tests is run against this chain and against another implementation; where the two
//! differ (how much more a replacement has to pay, say), only the sandbox's own tests say what it does.
//!
//! This crate knows nothing of x402 but where its contracts stand.

mod accounts;
mod block;
mod chain;
mod clock;
mod contracts;
mod devnet;
mod evm;
mod faults;
mod pool;
mod recover;
mod rpc;
mod server;
mod shared;
mod state;

pub use accounts::{ACCOUNTS, Account};
pub use clock::ChainTime;
pub use contracts::{EXACT_PROXY, MULTICALL3, PERMIT2, Placement, Token, UPTO_PROXY, WALLET, WALLET_FACTORY, canonical};
pub use devnet::{BlockTime, Builder, Devnet, FundingFailed, Snapshot};
pub use faults::Fault;
pub use server::Cors;
