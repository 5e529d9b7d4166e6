//! Sells HTTP routes by x402: a tower layer for axum and whatever else is made of tower services.
//!
//! A request without payment is answered with 402 and the terms. One with a payment goes through this, and its handler runs only at the end:
//!
//! ```text
//! read, compare, check the signature ─▶ claim ─▶ verify ─▶ settle ─▶ handler ─▶ answer with receipt
//!        here, offline                   log      facilitator
//! ```
//!
//! - **The layer gates the handler**, not a path: whatever spelling of a request reaches the handler has paid (catalogue row 113).
//! - **Terms are the seller's own.** Price, payee, network and resource come from its configuration; what a client says about them is
//!   compared. Neither `Host` nor any forwarded header is looked at.
//! - **One payment, one answer.** Of any number of requests with the same payment one is served; the others wait or are told that it is spent. A
//!   buyer that binds its payments ([`Bind`]) can fetch what it has paid for again, and nobody else can.
//! - **An outage is an outage.** A facilitator, a log or a clock that is down is 502 or 503, never 402 and never free content.
//!
//! The first question to the facilitator can be left out, where the offer says so ([`Order::Upfront`]), and the work can come before the money.
//!
//! The handler finds who paid in the extensions of its request ([`Paid`]). [`Route`] has the choices for each route, [`Options`] the bounds, and
//! [`Order`] what comes first, the money or the work.
//!
//! What the extensions of the protocol add: [`Route::discovery`] describes a route to whoever lists resources (`bazaar`), and a seller with
//! [`Statements`] signs its offers, and a receipt for what it delivers at a price that is known before (`offer-receipt`).
//!
//! The facilitator is any [`Facilitator`](quittance_core::Facilitator), the schemes are any [`Scheme`](quittance_core::Scheme)s, the log is
//! any [`ReplayLog`](quittance_guard::ReplayLog): this crate knows no chain.

#![expect(clippy::result_large_err, reason = "an early answer is the answer, and is made once in a request")]

mod answer;
mod ask;
mod body;
mod breaker;
mod clock;
mod cors;
mod deliver;
mod layer;
mod look;
mod meter;
pub mod offer;
mod open;
mod options;
mod origin;
mod paywall;
pub mod quote;
mod reply;
mod route;
mod sale;
mod seller;
mod settle;
mod setup;
mod statements;
mod witness;

pub use body::SoldBody;
pub use clock::Clock;
pub use layer::{Paid, SellLayer, Sold};
pub use meter::{Full, Meter};
pub use options::Options;
pub use origin::Origin;
pub use quote::QuoteKey;
pub use route::{Bind, Naming, Order, Pricing, Route};
pub use seller::{Reconciled, Seller, Setup};
pub use setup::SetupError;
pub use statements::Statements;
pub use witness::{Said, Seeing, Witness};
