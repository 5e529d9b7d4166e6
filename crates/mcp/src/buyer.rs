//! A buyer of tools.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Instant;

use quittance_client::{Answer, Builder, Buyer, Carried, Carrier, Error, Request};
use quittance_core::json::Object;
use quittance_core::wire::Paying;
use quittance_core::{Fault, Limits, Resource, Signer};
use quittance_guard::{Fingerprint, Ledger};
use quittance_remote::{Lost, Wanted};
use serde_json::{Map, Value, json};

use crate::heard;
use crate::values::{ARGUMENTS, Arguments, PAYMENT, value};

/// What stands before the name of every tool.
const TOOLS: &str = "mcp://tool/";

/// Buys tools of one server. Clones share everything.
///
/// A tool's resource does not say whose it is, so that to a policy all servers are the origin `mcp://tool`. One of these is of one server: what it
/// learns about payees and prices is about that server, and a policy for it had better name the payees.
pub struct ToolBuyer<S, L> {
    buyer: Buyer<S, L>,
    call: Arc<Call>,
}

/// Makes a call: the params of a `tools/call` go in, and the result comes out.
type Call = dyn Fn(Value) -> Calling + Send + Sync;
type Calling = Pin<Box<dyn Future<Output = Result<Value, NoResult>> + Send>>;

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
        let call = boxed(call);
        let buyer = builder.carrier(Calls { call: Arc::clone(&call), rest: Map::new() }).build()?;
        Ok(Self { buyer, call })
    }

    /// A call of a tool. To it belongs what belongs to a request: a name for the purchase, so that it is paid for at most once however often it
    /// is asked for, a task, a reason, an approval. [`Request::send`] sends it, and [`result`] reads the answer.
    ///
    /// # Errors
    ///
    /// [`Error::Request`] for arguments that are no object within bounds.
    pub fn call(&self, tool: &str, arguments: &Value) -> Result<Request<'_, S, L>, Error> {
        Ok(self.request(tool, Arguments::of(Some(arguments)).map_err(|_| Error::Request)?))
    }

    /// A call by the whole of its params. What stands in them beside the name and the arguments, such as `_meta` with a token for progress, goes
    /// along each time the call is made and belongs to nothing that is bought; a payment among it does not.
    ///
    /// # Errors
    ///
    /// As [`call`](Self::call), and for params without a name.
    pub fn call_with(&self, params: &Value) -> Result<Request<'_, S, L>, Error> {
        self.call_by(params, Arc::clone(&self.call))
    }

    /// The same, made by `call` in the place of what makes the others.
    ///
    /// # Errors
    ///
    /// As [`call_with`](Self::call_with).
    pub fn call_through<C, T>(&self, params: &Value, call: C) -> Result<Request<'_, S, L>, Error>
    where
        C: Fn(Value) -> T + Send + Sync + 'static,
        T: Future<Output = Result<Value, NoResult>> + Send + 'static,
    {
        self.call_by(params, boxed(call))
    }

    fn call_by(&self, params: &Value, call: Arc<Call>) -> Result<Request<'_, S, L>, Error> {
        let (tool, arguments) = asked(params)?;
        let mut rest = params.as_object().cloned().unwrap_or_default();
        rest.retain(|name, _| !matches!(name.as_str(), "name" | "arguments"));
        if let Some(Value::Object(meta)) = rest.get_mut("_meta") {
            meta.remove(PAYMENT);
        }
        Ok(self.request(tool, arguments).carrier(Calls { call, rest }))
    }

    fn request(&self, tool: &str, arguments: Arguments) -> Request<'_, S, L> {
        let metadata = Object::from_iter([(ARGUMENTS, quittance_core::json::Value::from(arguments.hash().as_str()))]);
        self.buyer.post(&[TOOLS, tool].concat(), arguments.into_body()).metadata(metadata)
    }

    /// The buyer behind it: its ledger, what is open, and how that is ended.
    #[must_use]
    pub const fn buyer(&self) -> &Buyer<S, L> {
        &self.buyer
    }
}

impl<S, L> Clone for ToolBuyer<S, L> {
    fn clone(&self) -> Self {
        Self { buyer: self.buyer.clone(), call: Arc::clone(&self.call) }
    }
}

impl<S, L> fmt::Debug for ToolBuyer<S, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ToolBuyer(..)")
    }
}

/// What a call asks for, as a ledger knows it: two calls with the same tool and arguments are the same, whatever else stands in their params.
///
/// # Errors
///
/// As [`ToolBuyer::call_with`], and [`Error::Url`] for a tool's name that no resource can have.
pub fn fingerprint(params: &Value) -> Result<Fingerprint, Error> {
    let (tool, arguments) = asked(params)?;
    Ok(Fingerprint::of("POST", &Resource::parse(&[TOOLS, tool].concat())?, &arguments.into_body()))
}

fn asked(params: &Value) -> Result<(&str, Arguments), Error> {
    let tool = params.get("name").and_then(Value::as_str).ok_or(Error::Request)?;
    Ok((tool, Arguments::of(params.get("arguments")).map_err(|_| Error::Request)?))
}

fn boxed<C, T>(call: C) -> Arc<Call>
where
    C: Fn(Value) -> T + Send + Sync + 'static,
    T: Future<Output = Result<Value, NoResult>> + Send + 'static,
{
    Arc::new(move |params| Box::pin(call(params)))
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

/// The caller's own way to the server, and what goes along.
struct Calls {
    call: Arc<Call>,
    rest: Map<String, Value>,
}

impl Carrier for Calls {
    fn carry<'a>(&'a self, wanted: &'a Wanted, payment: Option<&'a Paying>) -> Carried<'a> {
        Box::pin(async move {
            let began = Instant::now();
            let params = params(wanted, payment, &self.rest).ok_or(Lost::Unreachable)?;
            heard::exchange((self.call)(params).await, began.elapsed())
        })
    }
}

fn params(wanted: &Wanted, payment: Option<&Paying>, rest: &Map<String, Value>) -> Option<Value> {
    let mut params = rest.clone();
    params.insert("name".into(), wanted.url.strip_prefix(TOOLS)?.into());
    params.insert("arguments".into(), serde_json::from_slice(&wanted.body).ok()?);
    if let Some(payment) = payment {
        let payment = value(&payment.object(&Limits::HEADER).ok()?);
        match params.entry("_meta").or_insert_with(|| json!({})) {
            Value::Object(meta) => meta.insert(PAYMENT.into(), payment),
            // what is no object is nothing that the protocol knows
            other => {
                *other = json!({PAYMENT: payment});
                None
            }
        };
    }
    Some(params.into())
}
