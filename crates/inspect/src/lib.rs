//! What is in a piece of x402, for people: any header of either version, the JSON in it, a 402, a facilitator's request or answer, or the
//! transcript of a command line that holds them.
//!
//! [`inspect`] reads text and gives a [`Report`]: what each thing is, every member with what stands behind it ([`Mark`]: signed, bound to
//! the request, compared with the seller's offer, or nobody's word), who signed, each rule with its outcome and the place in the
//! specification, and the mistakes that were made in writing it. A mistake that can be seen through, raw JSON in place of base64 say, is named and
//! seen through: the report goes on with what was meant. No such text would be taken for a payment.
//!
//! What the seller signs beside the payment, offers and receipts, is checked likewise: who signed, of which entry, and what nobody did.
//!
//! Every verdict is that of `quittance-evm`: a rule is found to hold or to fail by running the scheme, never by a second reading of the
//! rule. It is an offline verdict: it never says that anybody has paid.
//!
//! A report shows no signature and no salt, only their ends: what is pasted here may be live, and a report is passed on.
#![no_std]
#![warn(
    clippy::std_instead_of_core,
    clippy::std_instead_of_alloc,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::exhaustive_enums,
    clippy::exhaustive_structs
)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::indexing_slicing))]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod abuse;
mod fields;
mod kind;
mod mistake;
mod pieces;
mod report;
mod rules;
mod signer;
mod statements;
mod subject;
mod words;

pub use kind::Kind;
pub use mistake::Mistake;
pub use pieces::Place;
pub use report::{Field, Finding, Mark, Outcome, Report, Rule, Verdict};
pub use subject::{Context, inspect};
