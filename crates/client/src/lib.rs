//! A buyer over HTTP: it answers a 402 with a payment, and cannot be made to drain a wallet.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use quittance_client::Buyer;
//! use quittance_core::SecretKey;
//! use quittance_guard::memory::MemoryLedger;
//! use quittance_guard::policy::Policy;
//!
//! let key = SecretKey::parse("0x…")?;
//! let policy = Policy::from_toml("per_payment = \"$0.05\"\nper_task = \"$0.50\"\nnetworks = [\"base\"]\norigins = [\"https://api.example.com\"]")?;
//! let buyer = Buyer::new(key, policy, MemoryLedger::new(1_000))?;
//!
//! let answer = buyer.get("https://api.example.com/v1/report/42").purchase("report-42")?.send().await?;
//! println!("{} for {:?}", answer.status(), answer.receipt());
//! # Ok(())
//! # }
//! ```
//!
//! # What happens
//!
//! | step | by | can end with |
//! |---|---|---|
//! | the first request, an ordinary one | this crate | an answer that costs nothing |
//! | the 402 is read | `quittance_core::wire::Asked` | [`Error::Terms`] |
//! | the policy pause | `quittance_guard::policy` | [`Error::Denied`], [`Error::Approval`] |
//! | the price is set aside | `quittance_guard::Ledger` | [`Error::Budget`], [`Error::Busy`] |
//! | it is signed, and the very bytes are stored | `quittance_evm::Unsigned` | [`Error::Signer`], [`Error::Fault`] |
//! | it is written to the audit log that they are about to leave | [`Journal`] | [`Error::Fault`] |
//! | they are sent | this crate | [`Error::Refused`], [`Error::Open`] |
//! | the answer is checked | `quittance_guard::output` | never with another payment |
//!
//! # In the place of a client that is there already
//!
//! With the feature `middleware` a buyer is a layer of `reqwest-middleware`: every answer of that client that is a 402 is bought as above. The
//! payment goes by the buyer's own connections, because another client may follow redirects, and a name for the purchase is taken from a
//! [`PurchaseId`](quittance_guard::PurchaseId) among the request's extensions. The buyer brings its own cryptography for TLS and chooses none for the
//! process: a client of `reqwest` without default features needs a provider that is installed.
//!
//! # What never happens
//!
//! - **A second signature for a purchase.** Whoever asks for the same purchase again, after an error or in another process, sends the bytes
//!   that exist (catalogue rows 183 to 188, rule 21). A refusal does not free them: a seller can lie. Only the chain does
//!   ([`Buyer::conclude`]).
//! - **A redirect with a payment on board** (row 189), and before one, to an origin that the policy would not have been asked about: redirects
//!   are not followed at all.
//! - **A proxy from the environment**, or any other setting from there.
//! - **Text of the other side as an instruction.** It is data, within bounds (rows 197 and 205).

mod answer;
mod audit;
mod buyer;
mod carrier;
mod conclude;
mod error;
mod host;
mod journal;
mod known;
mod lookup;
#[cfg(feature = "middleware")]
mod middleware;
mod quote;
mod receipt;
mod request;
mod sign;
mod trip;

pub use answer::Answer;
pub use buyer::{Builder, Buyer, Settings};
pub use carrier::{Carried, Carrier};
pub use conclude::Evidence;
pub use error::Error;
pub use host::Host;
pub use journal::Journal;
pub use known::Known;
pub use lookup::{Lookup, Reconciled};
pub use quote::{Price, Quote};
pub use receipt::Vouched;
pub use request::Request;
pub use sign::sign;
