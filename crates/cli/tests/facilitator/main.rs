//! `quittance facilitator` as a process of its own, over HTTP, before a chain that is another process: `quittance devnet`, or the node that the
//! variable `QUITTANCE_TEST_CHAIN` names, on which the contracts of x402 stand.
//!
//! Payments are really signed and really settled. Each test has a signer, a payer, and a payee of its own, so that all of them can share a chain.

mod chain;
mod http;
mod killed;
mod money;
mod payment;
mod process;
