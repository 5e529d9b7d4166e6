//! What makes a paid request safe to hand to software.
//!
//! A valid signature says that a key agreed. Whether this agent may pay this endpoint now, whether it has paid already, what it has
//! left to spend and how anybody can see that afterwards is decided here: pure functions and state machines over values, the same in a
//! server, an agent and a browser. Nothing in this crate reaches a network, a disk or a clock; time is an argument, and what has to be
//! remembered goes through traits whose every method is one atomic decision.
#![no_std]
#![warn(
    clippy::std_instead_of_core,
    clippy::std_instead_of_alloc,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::exhaustive_enums,
    clippy::exhaustive_structs,
    clippy::arithmetic_side_effects
)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects))]

extern crate alloc;
#[cfg(any(test, feature = "std"))]
extern crate std;

#[macro_use]
mod macros;

pub mod audit;
pub mod budget;
pub mod durability;
pub mod fingerprint;
pub mod label;
#[cfg(feature = "std")]
pub mod memory;
pub mod output;
pub mod policy;
pub mod reach;
pub mod receipt;
pub mod replay;
pub mod rolling;
#[cfg(test)]
mod samples;
pub mod screening;
pub mod signed_receipt;
pub mod text;

pub use budget::{Ledger, Limit, Meter, Purchase};
pub use durability::Durability;
pub use fingerprint::Fingerprint;
pub use label::{Category, LabelError, PurchaseId, RequestId, SessionId, TaskId};
pub use policy::{Approval, ApprovalId, Decision, Policy, PolicyError, Snapshot};
pub use reach::{Identity, Reach};
pub use receipt::{Attested, Receipt};
pub use replay::{ReplayLog, admit};
pub use signed_receipt::SignedReceipt;
