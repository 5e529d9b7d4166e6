//! Sells and buys tools of the Model Context Protocol (MCP transport of x402), over plain values of JSON-RPC.
//!
//! The params of a `tools/call` go in and its result comes out, both as [`serde_json::Value`]. Which framework, which transport and which
//! server they belong to is not known here.
//!
//! | what | where it stands |
//! |---|---|
//! | terms | a result with `isError`, in `structuredContent` and as the text of its first content |
//! | payment | `_meta["x402/payment"]` of the params, an object |
//! | receipt | `_meta["x402/payment-response"]` of the result |
//! | what is sold | `mcp://tool/<name>` |
//!
//! There is no second seller and no second buyer: a call becomes a request of the HTTP crates inside the process, without a connection, and
//! what they answer becomes a result. So each rule about money is the one that holds over HTTP, and this crate decides only what stands where. For
//! what looks at a method, a call is a `POST`.
//!
//! # Selling
//!
//! ```
//! use quittance_core::Facilitator;
//! use quittance_guard::replay::ReplayLog;
//! use quittance_mcp::PricedTool;
//! use quittance_server::{Route, Seller, SetupError};
//! use serde_json::{Value, json};
//!
//! // the seller's origin is `Origin::tools()`
//! fn price<F, L>(seller: &Seller<F, L>, route: Route) -> Result<PricedTool<F, L>, SetupError> {
//!     PricedTool::new(seller, "get_weather", route)
//! }
//!
//! async fn on_call<F, L>(tool: &PricedTool<F, L>, params: &Value) -> Value
//! where
//!     F: Facilitator + Send + Sync + 'static,
//!     L: ReplayLog + Send + Sync + 'static,
//! {
//!     let city = params["arguments"]["city"].clone();
//!     tool.call(params, async move |_paid| json!({"content": [{"type": "text", "text": format!("rain in {city}")}]})).await
//! }
//! ```
//!
//! # Buying
//!
//! ```
//! use quittance_client::{Buyer, Error};
//! use quittance_core::SecretKey;
//! use quittance_guard::memory::MemoryLedger;
//! use quittance_guard::policy::Policy;
//! use quittance_mcp::{NoResult, ToolBuyer, result};
//! use serde_json::{Value, json};
//!
//! async fn tools_call(params: Value) -> Result<Value, NoResult> {
//!     // send it by the client that is there already
//! #   let _ = params;
//! #   Err(NoResult::NotSent)
//! }
//!
//! async fn buy(key: SecretKey, policy: Policy) -> Result<(), Error> {
//!     let buyer = ToolBuyer::new(Buyer::builder(key, policy, MemoryLedger::new(1_000)), tools_call)?;
//!     let call = buyer.call("get_weather", &json!({"city": "Oslo"}))?;
//!     let answer = call.send().await?;
//!     println!("{:?}, paid by {:?}", result(&answer), answer.receipt());
//!     Ok(())
//! }
//! ```
//!
//! # Between a host and a server
//!
//! An agent's program that knows nothing of money has its tools bought by whoever stands between it and their server: [`relay`] says what becomes
//! of each line, [`ToolBuyer::call_through`] buys. The command `quittance mcp` is both with two processes around them.
//!
//! # What a payment is bound to
//!
//! A seller that asks for bound payments recomputes the nonce over its terms, the tool, and the metadata of the binding. In it this buyer puts the
//! hash of the arguments, and this seller compares that hash with the arguments that it got: a payment that is taken on its way buys neither
//! another tool nor other arguments. From a buyer that binds without metadata the tool alone is bound; its payment is held to the arguments from
//! the first call on that is made with it, as every payment is.

#[cfg(feature = "buyer")]
mod buyer;
#[cfg(feature = "buyer")]
mod heard;
#[cfg(feature = "buyer")]
pub mod relay;
#[cfg(feature = "seller")]
mod said;
#[cfg(feature = "seller")]
mod seller;
#[cfg_attr(not(any(feature = "buyer", feature = "seller")), allow(dead_code, reason = "nobody is there to use them"))]
mod values;

#[cfg(feature = "buyer")]
pub use buyer::{NoResult, ToolBuyer, fingerprint, result};
#[cfg(feature = "seller")]
pub use seller::PricedTool;
pub use values::{CODE, PAYMENT, RECEIPT};
