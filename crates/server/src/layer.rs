//! The layer, and the service that it makes.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::{HeaderName, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE, RANGE};
use http::request::Parts;
use http::{HeaderMap, Method, Request, Response};
use http_body::Body;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use quittance_core::header::{PAYMENT_SIGNATURE, X_PAYMENT};
use quittance_core::{Account, Amount, Facilitator, Network};
use quittance_guard::Fingerprint;
use quittance_guard::replay::ReplayLog;
use tower_layer::Layer;
use tower_service::Service;

use crate::body::SoldBody;
use crate::cors;
use crate::look::Case;
use crate::meter::Meter;
use crate::reply::{self, Refusal};
use crate::route::Order;
use crate::sale::{Failure, Run, Sale, Warrant, whole};
use crate::seller::{Selling, Shared};

/// Sells what it is put around. [`Seller::sell`](crate::Seller::sell) makes it.
pub struct SellLayer<F, L> {
    shared: Arc<Shared<F, L>>,
    selling: Arc<Selling>,
}

/// A service that is sold.
pub struct Sold<S, F, L> {
    inner: S,
    shared: Arc<Shared<F, L>>,
    selling: Arc<Selling>,
}

/// What a handler may know of the payment that it runs for; it stands among the extensions of the request.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Paid {
    /// Who pays.
    pub payer: Account,
    /// Where.
    pub network: Network,
    /// The price in atomic units; where it is metered, the most that it can be.
    pub amount: Amount,
    /// The transaction; none where the money moves only if the handler succeeds.
    pub transaction: Option<Box<str>>,
}

impl<F, L> SellLayer<F, L> {
    pub(crate) const fn new(shared: Arc<Shared<F, L>>, selling: Arc<Selling>) -> Self {
        Self { shared, selling }
    }
}

impl<F, L> Clone for SellLayer<F, L> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared), selling: Arc::clone(&self.selling) }
    }
}

impl<S: Clone, F, L> Clone for Sold<S, F, L> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone(), shared: Arc::clone(&self.shared), selling: Arc::clone(&self.selling) }
    }
}

impl<S, F, L> Layer<S> for SellLayer<F, L> {
    type Service = Sold<S, F, L>;

    fn layer(&self, inner: S) -> Self::Service {
        Sold { inner, shared: Arc::clone(&self.shared), selling: Arc::clone(&self.selling) }
    }
}

impl<S, F, L, Q, B> Service<Request<Q>> for Sold<S, F, L>
where
    S: Service<Request<Q>, Response = Response<B>> + Clone + Send + 'static,
    S::Future: Send + 'static,
    S::Error: Send + 'static,
    F: Facilitator + Send + Sync + 'static,
    L: ReplayLog + Send + Sync + 'static,
    Q: Body<Data = Bytes, Error: Into<Failure>> + From<Bytes> + Send + 'static,
    B: Body<Data = Bytes, Error: Into<Failure> + Send> + Send + 'static,
{
    type Response = Response<SoldBody<B>>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<Q>) -> Self::Future {
        let (parts, body) = request.into_parts();
        let allowed = cors::allowed(&self.shared.pages, &parts.headers);
        match self.shared.look(&self.selling, &parts) {
            Err(mut response) => {
                if allowed.is_some() && cors::asks_before(&parts.method, &parts.headers) {
                    cors::before(response.headers_mut());
                }
                cors::mark(allowed.as_ref(), response.headers_mut());
                Box::pin(std::future::ready(Ok(whole(response))))
            }
            Ok(case) => {
                // the service that is ready is the one that is called
                let ready = self.inner.clone();
                let inner = std::mem::replace(&mut self.inner, ready);
                let (shared, selling) = (Arc::clone(&self.shared), Arc::clone(&self.selling));
                Box::pin(async move {
                    let mut response = sell(inner, shared, selling, *case, parts, body).await?;
                    cors::mark(allowed.as_ref(), response.headers_mut());
                    Ok(response)
                })
            }
        }
    }
}

/// Takes the body in, and goes through with the sale in a task that goes on when the client has gone.
async fn sell<S, F, L, Q, B>(
    mut inner: S,
    shared: Arc<Shared<F, L>>,
    selling: Arc<Selling>,
    case: Case,
    mut parts: Parts,
    body: Q,
) -> Result<Response<SoldBody<B>>, S::Error>
where
    S: Service<Request<Q>, Response = Response<B>> + Send + 'static,
    S::Future: Send + 'static,
    S::Error: Send + 'static,
    F: Facilitator + Send + Sync + 'static,
    L: ReplayLog + Send + Sync + 'static,
    Q: Body<Data = Bytes, Error: Into<Failure>> + From<Bytes> + Send + 'static,
    B: Body<Data = Bytes, Error: Into<Failure> + Send> + Send + 'static,
{
    let body = match collect(body, &shared).await {
        Ok(body) => body,
        Err(refusal) => return Ok(whole(refusal.into())),
    };
    let (payer, network, amount) = {
        let verified = &case.verified;
        (verified.payer().clone(), verified.terms().network(), verified.amount())
    };
    clean(&parts.method, &mut parts.headers);
    let request = (Fingerprint::of(parts.method.as_str(), &case.resource, &body), parts.method == Method::HEAD);
    let meter = match selling.route.order {
        Order::Metered { .. } => Some(Meter::new(amount)),
        Order::SettleThenServe | Order::Upfront | Order::ServeThenSettle { .. } => None,
    };
    let counted = meter.clone();
    let run = Run(Box::new(move |warrant: &Warrant| {
        let transaction = match warrant {
            Warrant::Paid(settled) => Some(settled.transaction().into()),
            Warrant::Owed(receipt) => Some(receipt.transaction.clone()),
            Warrant::OnCredit(_) => None,
        };
        parts.extensions.insert(Paid { payer, network, amount, transaction });
        if let Some(meter) = counted {
            parts.extensions.insert(meter);
        }
        Box::pin(inner.call(Request::from_parts(parts, Q::from(body))))
    }));
    let sale = tokio::spawn(Sale::go(shared, selling, case, request, meter, run));
    match sale.await {
        Ok(result) => result,
        Err(error) => {
            tracing::error!(panicked = error.is_panic(), "a paid request came to no end");
            Ok(whole(reply::bug()))
        }
    }
}

/// The body as a whole: its hash is part of what is paid for.
async fn collect<Q, F, L>(body: Q, shared: &Shared<F, L>) -> Result<Bytes, Refusal>
where
    Q: Body<Data = Bytes, Error: Into<Failure>>,
{
    let limited = Limited::new(body, shared.options.body).collect();
    let collected = tokio::time::timeout(shared.options.body_time, limited).await.map_err(|_| Refusal::Slow)?;
    let body = collected.map_err(|error| if error.is::<LengthLimitError>() { Refusal::TooLarge } else { Refusal::Broken })?;
    Ok(body.to_bytes())
}

/// Takes off a request what is none of the handler's: the payment, which a server behind it could spend elsewhere (catalogue row 109); names of
/// other methods than the one that was paid for (row 129); and conditions that would turn what was paid for into less (row 130).
fn clean(method: &Method, headers: &mut HeaderMap<HeaderValue>) {
    for name in [PAYMENT_SIGNATURE, X_PAYMENT] {
        headers.remove(reply::name(name));
    }
    for name in ["x-http-method-override", "x-http-method", "x-method-override"] {
        headers.remove(HeaderName::from_static(name));
    }
    if matches!(*method, Method::GET | Method::HEAD) {
        for name in [IF_NONE_MATCH, IF_MODIFIED_SINCE, RANGE, IF_RANGE] {
            headers.remove(name);
        }
    }
}

impl<F, L> fmt::Debug for SellLayer<F, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SellLayer").field("selling", &self.selling).finish_non_exhaustive()
    }
}

impl<S, F, L> fmt::Debug for Sold<S, F, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sold").field("selling", &self.selling).finish_non_exhaustive()
    }
}
