//! A reverse proxy that sells what is behind it by x402: an HTTP API in any language, a price for each route.
//!
//! ```text
//!           ┌ target, path, method ┐   ┌ quittance-server's layer ┐   ┌ upstream ┐
//! client ──▶│ one route, or none   │──▶│ 402, or settled          │──▶│ HTTP/1.1 │
//!           └──────────────────────┘   └──────────────────────────┘   └──────────┘
//!                       └─── free routes ─────────────────────────────────▲
//! ```
//!
//! - **One reading of a path.** A target that an upstream could take for another route's, because of its case, its slashes, its escapes, is
//!   refused (catalogue row 113): the gate's router and the upstream's never disagree about what was paid for.
//! - **What is not listed is not there**, unless the configuration says that it is free.
//! - **The upstream gets no payment**, which it could spend elsewhere (row 109), and no header of a client's that looks like one of the gate's:
//!   who paid, how much and in which transaction stands in [`headers`] that only the gate writes.
//! - **A price can be a ceiling** (`upto`): what of it is charged is counted here, by the byte, the line or the second, or said by the upstream in
//!   one header, which is never more than was authorized.
//! - **Nothing is charged for an upstream that is not there**; what fails after the money has moved is owed to its buyer, and 502 or 504.
//! - **HTTP/1.1 is parsed and written by hyper on both sides**: whatever arrives is one request, with one length, or none (row 179).
//!
//! Bodies pass through as they come. The body of a paid request is read as a whole, because its hash is part of what is paid for; a short answer is
//! kept for a buyer who was cut off.
//!
//! Which facilitator, which log of payments and which schemes is for whoever composes it: this crate knows no chain. It is a crate of its own because
//! it speaks HTTP to somebody, which a seller in its own process does not need.

mod admin;
mod body;
pub mod config;
mod forward;
mod gate;
pub mod headers;
mod metrics;
mod pattern;
mod proxy;
mod reply;
mod service;
mod table;
mod tariff;
mod upstream;

pub use body::{AnswerBody, GateBody};
pub use config::Config;
pub use gate::{Gate, GateError, Means};
pub use pattern::{Pattern, PatternError};
pub use service::GateService;
pub use upstream::{Upstream, UpstreamError};
