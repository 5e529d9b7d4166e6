//! A buyer of tools.

use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use quittance_client::{Answer, Builder, Buyer, Carried, Carrier, Error, Request};
use quittance_core::json::Object;
use quittance_core::wire::Paying;
use quittance_core::{Fault, Limits, Signer};
use quittance_guard::Ledger;
use quittance_remote::{Lost, Wanted};
use serde_json::{Value, json};

use crate::heard;
use crate::values::{ARGUMENTS, Arguments, PAYMENT, value};

/// What stands before the name of every tool.
const TOOLS: &str = "mcp://tool/";

/// Buys tools of one server. Clones share everything.
///
/// A tool's resource does not say whose it is, so that to a policy all servers are the origin `mcp://tool`. One of these is of one server: what it
/// learns about payees and prices is about that server, and a policy for it had better name the payees.
pub struct ToolBuyer<S, L>(Buyer<S, L>);

/// Why a call has no result.
#[derive(Clone, PartialEq, Debug)]
#[expect(clippy::exhaustive_enums, reason = "whether anything can have arrived decides what may be done")]
pub enum NoResult {
    /// The server answered with an error of JSON-RPC; the `error` object.
    Error(Value),
    /// It cannot have been sent.
    NotSent,
    /// It was sent, or in part, and nothing came back.
    Lost,
}

impl<S: Signer + Send + Sync, L: Ledger + Send + Sync> ToolBuyer<S, L> {
    /// A buyer whose calls are made by `call`: it is given the params of a `tools/call` and gives the result.
    ///
    /// A call that takes longer than the [settings](quittance_client::Settings) allow is dropped, and if it was paid for, made again with the same
    /// payment: whoever buys from slow tools allows more than the half a minute that is the default.
    ///
    /// In the params may be a payment, which can be spent until its result is there: they are for the one server, and for no log.
    ///
    /// # Errors
    ///
    /// As [`Builder::build`].
    pub fn new<C, T>(builder: Builder<S, L>, call: C) -> Result<Self, Fault>
    where
        C: Fn(Value) -> T + Send + Sync + 'static,
        T: Future<Output = Result<Value, NoResult>> + Send + 'static,
    {
        builder.carrier(Calls(Arc::new(call))).build().map(Self)
    }

    /// A call of a tool. To it belongs what belongs to a request: a name for the purchase, so that it is paid for at most once however often it
    /// is asked for, a task, a reason, an approval. [`Request::send`] sends it, and [`result`] reads the answer.
    ///
    /// # Errors
    ///
    /// [`Error::Request`] for arguments that are no object within bounds.
    pub fn call(&self, tool: &str, arguments: &Value) -> Result<Request<'_, S, L>, Error> {
        let arguments = Arguments::of(Some(arguments)).map_err(|_| Error::Request)?;
        let metadata = Object::from_iter([(ARGUMENTS, quittance_core::json::Value::from(arguments.hash().as_str()))]);
        Ok(self.0.post(&[TOOLS, tool].concat(), arguments.into_body()).metadata(metadata))
    }

    /// The buyer behind it: its ledger, what is open, and how that is ended.
    #[must_use]
    pub const fn buyer(&self) -> &Buyer<S, L> {
        &self.0
    }
}

impl<S, L> Clone for ToolBuyer<S, L> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<S, L> fmt::Debug for ToolBuyer<S, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ToolBuyer(..)")
    }
}

/// What a server answered to a call: the result, in which a tool can say `isError`, or the error of JSON-RPC that it got instead of one.
///
/// # Errors
///
/// The `error` object.
pub fn result(answer: &Answer) -> Result<Value, Value> {
    let read = serde_json::from_slice(answer.body()).unwrap_or_default();
    if answer.status() == heard::NO_RESULT { Err(read) } else { Ok(read) }
}

/// The caller's own way to the server.
struct Calls<C>(Arc<C>);

impl<C, T> Carrier for Calls<C>
where
    C: Fn(Value) -> T + Send + Sync + 'static,
    T: Future<Output = Result<Value, NoResult>> + Send + 'static,
{
    fn carry<'a>(&'a self, wanted: &'a Wanted, payment: Option<&'a Paying>) -> Carried<'a> {
        Box::pin(async move {
            let began = Instant::now();
            let params = params(wanted, payment).ok_or(Lost::Unreachable)?;
            heard::exchange((self.0)(params).await, began.elapsed())
        })
    }
}

fn params(wanted: &Wanted, payment: Option<&Paying>) -> Option<Value> {
    let name = wanted.url.strip_prefix(TOOLS)?;
    let arguments: Value = serde_json::from_slice(&wanted.body).ok()?;
    let Some(payment) = payment else { return Some(json!({"name": name, "arguments": arguments})) };
    let payment = value(&payment.object(&Limits::HEADER).ok()?);
    Some(json!({"name": name, "arguments": arguments, "_meta": {PAYMENT: payment}}))
}
