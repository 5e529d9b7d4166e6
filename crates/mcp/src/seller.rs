//! A tool that is sold.

use std::convert::Infallible;
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::HeaderName;
use http::{HeaderValue, Method, Request, Response, StatusCode, Uri};
use http_body_util::{BodyExt as _, Full};
use quittance_core::header::PAYMENT_REQUIRED;
use quittance_core::wire::{self, Paying};
use quittance_core::{DecodeError, Facilitator, Limits, Misuse, Payment, Rejection, binding};
use quittance_guard::replay::ReplayLog;
use quittance_server::{Origin, Paid, Route, SellLayer, Seller, SetupError};
use serde_json::Value;
use tower_layer::Layer as _;
use tower_service::Service;

use crate::said;
use crate::values::{ARGUMENTS, Arguments, PAYMENT, object};

/// What is said to a call without payment.
const FIRST: &str = "Payment required";
/// An object of so many bytes fits into a header of [`Limits::HEADER`].
const OBJECT: Limits = Limits::HEADER.with_bytes(Limits::HEADER.bytes / 4 * 3);

/// A tool with a price. Clones are the same.
pub struct PricedTool<F, L> {
    name: Arc<str>,
    target: Uri,
    layer: SellLayer<F, L>,
}

impl<F, L> PricedTool<F, L> {
    /// A tool of this name, sold by a seller of [`Origin::tools`] under the conditions of a route.
    ///
    /// # Errors
    ///
    /// [`SetupError::Origin`] for a seller who is somewhere else, [`SetupError::Resource`] for a name that no resource can have (letters, digits
    /// and `-._~`), and whatever [`Seller::sell`] says to the route.
    pub fn new(seller: &Seller<F, L>, name: &str, route: Route) -> Result<Self, SetupError> {
        if *seller.origin() != Origin::tools() {
            return Err(SetupError::Origin);
        }
        let path = format!("/{name}");
        let target = path.parse().map_err(|_| SetupError::Resource)?;
        Ok(Self { name: name.into(), target, layer: seller.sell(route.resource(&path))? })
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl<F: Facilitator + Send + Sync + 'static, L: ReplayLog + Send + Sync + 'static> PricedTool<F, L> {
    /// Answers a call, given the params of its `tools/call`, with the result to be sent.
    ///
    /// `run` is the tool. It runs at most once, when the call is paid for, in a task that goes on when the caller has gone. A result of it that says
    /// `isError` or is no object, as a panic, delivers nothing: where the money has moved before, the same payment makes the tool run again, and nothing is charged
    /// for that. Nobody but a buyer whose payment is bound can prove to be the one, and nobody else is given anything twice.
    ///
    /// Every answer is a result. One without what is sold says `isError`, and has the terms in it where another payment may pass, or else what is
    /// wrong and what may be done about it: `error`, `message`, `retry`, `status`, and in seconds `retryAfter`.
    ///
    /// The payment is read by the strict reader, but after whoever made a [`Value`] of it: of two members with one name that reader sees the last
    /// (catalogue row 22).
    pub async fn call<R, T>(&self, params: &Value, run: R) -> Value
    where
        R: FnOnce(Paid) -> T + Send + 'static,
        T: Future<Output = Value> + Send + 'static,
    {
        if params.get("name").and_then(Value::as_str) != Some(&*self.name) {
            return said::wrong(StatusCode::NOT_FOUND, "unknown_tool", "another tool was asked for than is sold here");
        }
        let Ok(arguments) = Arguments::of(params.get("arguments")) else {
            return said::wrong(StatusCode::BAD_REQUEST, "invalid_arguments", "the arguments are no object within bounds");
        };
        let hash = arguments.hash();
        let body = Bytes::from(arguments.into_body());
        let payment = params.get("_meta").and_then(|meta| meta.get(PAYMENT)).filter(|payment| !payment.is_null());
        let Some(payment) = payment else { return self.terms(body, FIRST).await };
        let paying = match paying(payment) {
            Ok(paying) => paying,
            Err(code) => return self.terms(body, code).await,
        };
        if !is_for(&paying, &hash).unwrap_or(true) {
            return self.terms(body, Rejection::ExtensionEchoMismatch.reason()).await;
        }
        let tool = Tool(Arc::new(Mutex::new(Some(run))));
        let response = self.pass(body.clone(), Some(&paying), tool).await;
        // over HTTP what cannot be read is answered without terms; a caller of tools knows one form of a payment that is not taken
        if response.status() == StatusCode::BAD_REQUEST && !response.headers().contains_key(PAYMENT_REQUIRED) {
            return self.terms(body, &said::code(response.body())).await;
        }
        said::result(response, None)
    }

    /// The terms, and why they are given.
    async fn terms(&self, body: Bytes, error: &str) -> Value {
        let nobody: fn(Paid) -> std::future::Ready<Value> = |_| std::future::ready(Value::Null);
        let response = self.pass(body, None, Tool(Arc::new(Mutex::new(Some(nobody))))).await;
        said::result(response, Some(error))
    }

    /// Lets a call pass through the layer.
    async fn pass<R, T>(&self, body: Bytes, paying: Option<&Paying>, tool: Tool<R>) -> Response<Bytes>
    where
        R: FnOnce(Paid) -> T + Send + 'static,
        T: Future<Output = Value> + Send + 'static,
    {
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.target.clone();
        if let Some(paying) = paying {
            let name = HeaderName::from_bytes(paying.name().as_bytes()).expect("the specification's names are names");
            let mut value = HeaderValue::from_str(paying.expose()).expect("base64 is a value");
            value.set_sensitive(true);
            request.headers_mut().insert(name, value);
        }
        let Ok(response) = self.layer.layer(tool).call(request).await;
        let (parts, body) = response.into_parts();
        match body.collect().await {
            Ok(body) => Response::from_parts(parts, body.to_bytes()),
            Err(_) => said::broken(),
        }
    }
}

impl<F, L> Clone for PricedTool<F, L> {
    fn clone(&self) -> Self {
        Self { name: Arc::clone(&self.name), target: self.target.clone(), layer: self.layer.clone() }
    }
}

impl<F, L> fmt::Debug for PricedTool<F, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PricedTool").field("name", &self.name).finish_non_exhaustive()
    }
}

/// The payment as the header that would carry it, or the code of what is wrong with it.
fn paying(payment: &Value) -> Result<Paying, &'static str> {
    let object = object(payment, &OBJECT).map_err(|wrong| wrong.code())?;
    Paying::of_object(object, &Limits::HEADER).map_err(|_: Misuse| Rejection::InvalidPayload.reason())
}

/// Whether a payment that names its arguments names these. What it says elsewhere, and whether its nonce says the same, the layer looks at.
fn is_for(paying: &Paying, hash: &str) -> Result<bool, DecodeError> {
    let named = [(paying.name(), paying.expose().as_bytes())];
    let Some(payment) = Payment::from_headers(named, &Limits::HEADER)? else { return Ok(true) };
    let Some(entry) = payment.extensions().entry(binding::EXTENSION)? else { return Ok(true) };
    let metadata = wire::Binding::try_from(&entry)?.metadata;
    let claimed = metadata.as_ref().and_then(|metadata| metadata.member(ARGUMENTS));
    Ok(claimed.is_none_or(|claimed| claimed.as_str() == Some(hash)))
}

/// A tool as a service that is called once.
struct Tool<R>(Arc<Mutex<Option<R>>>);

impl<R> Clone for Tool<R> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<R, T> Service<Request<Full<Bytes>>> for Tool<R>
where
    R: FnOnce(Paid) -> T + Send + 'static,
    T: Future<Output = Value> + Send + 'static,
{
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request<Full<Bytes>>) -> Self::Future {
        let run = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        let paid = request.extensions_mut().remove::<Paid>();
        Box::pin(async move {
            match run.zip(paid) {
                Some((run, paid)) => Ok(said::made(&run(paid).await).map(Full::new)),
                None => Ok(said::broken().map(Full::new)),
            }
        })
    }
}
