//! HTTP to the other side within bounds, and a facilitator behind it.
//!
//! Whoever asks somebody else over HTTP about money needs the same few things: no redirects, because they lead to somebody who was not meant; no
//! proxy and no other setting out of the environment; an end to every wait and to every body; and to know, when no answer came, whether anything
//! can have arrived. [`Web`] is that, and a buyer stands on it too. It is a crate of its own because a seller with a facilitator elsewhere needs
//! it and none of a buyer: no key, no policy, no scheme.
//!
//! [`RemoteFacilitator`] is a [`Facilitator`](quittance_core::Facilitator) that is asked so (core specification v2, section 7). What it says are
//! claims: what can be checked without a chain is checked here, and what cannot be read as a verdict is a
//! [`Fault`](quittance_core::Fault) and says nothing about the payment. Whether a payment is signed is not looked at here; a seller does that
//! for itself, before it asks anybody.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use quittance_core::Facilitator as _;
//! use quittance_remote::{Key, RemoteFacilitator};
//!
//! let key = Key::bearer("…")?;
//! let facilitator = RemoteFacilitator::builder("https://facilitator.example")?.key(key).build()?;
//! println!("{:?}", facilitator.supported().await?.kinds);
//! # Ok(())
//! # }
//! ```

mod answers;
mod cached;
mod facilitator;
mod key;
mod web;

pub use facilitator::{Builder, Endpoint, RemoteError, RemoteFacilitator, Times};
pub use key::{Key, KeyError};
pub use web::{Bounds, Exchange, Lost, Wanted, Web, Whole};
