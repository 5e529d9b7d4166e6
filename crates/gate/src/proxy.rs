//! Asks the upstream.

use std::convert::Infallible;
use std::error::Error;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use http::header::ACCEPT_ENCODING;
use http::{Request, Response, StatusCode, Uri, Version};
use http_body_util::LengthLimitError;
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use quittance_server::{Meter, Origin, Paid};
use quittance_service::Peer;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep_until, timeout};
use tower_service::Service;

use crate::body::{AnswerBody, BrokenOff, Moved, Moving, RequestBody, Stalled};
use crate::forward::{self, Chain, Way};
use crate::headers::CHARGE;
use crate::metrics::Metrics;
use crate::reply::{Payment, Refusal};
use crate::tariff::{NoCharge, Tariff};
use crate::upstream::Upstream;

/// How long the upstream may take for what.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Times {
    /// A connection.
    pub(crate) connect: Duration,
    /// The head of an answer, from the end of the request.
    pub(crate) head: Duration,
    /// The next piece of a body, in either direction.
    pub(crate) idle: Duration,
}

impl Default for Times {
    fn default() -> Self {
        Self { connect: Duration::from_secs(5), head: Duration::from_secs(30), idle: Duration::from_secs(60) }
    }
}

/// How long an answer of the upstream says that it is there.
const FRESH: Duration = Duration::from_secs(5);
/// The longest head of an answer.
const HEAD: usize = 64 * 1024;

/// A service that is the upstream. Clones share its connections.
#[derive(Clone)]
pub(crate) struct Proxy {
    inner: Arc<Inner>,
    /// How its answers are charged for, where they have no one price.
    tariff: Option<Arc<Tariff>>,
}

struct Inner {
    client: Client<HttpsConnector<HttpConnector>, Moving>,
    upstream: Upstream,
    origin: Origin,
    chain: Chain,
    times: Times,
    metrics: Arc<Metrics>,
    /// When it answered last; nothing after it could not be reached.
    heard: Mutex<Option<Instant>>,
    /// Held by the one who finds out whether it is there.
    probe: tokio::sync::Mutex<()>,
}

impl Proxy {
    pub(crate) fn new(
        upstream: Upstream,
        origin: Origin,
        chain: Chain,
        times: Times,
        metrics: Arc<Metrics>,
    ) -> Result<Self, io::Error> {
        let mut plain = HttpConnector::new();
        plain.enforce_http(false);
        plain.set_nodelay(true);
        plain.set_connect_timeout(Some(times.connect));
        let provider = rustls::crypto::ring::default_provider();
        let builder = HttpsConnectorBuilder::new();
        let builder = if upstream.is_encrypted() {
            builder.with_provider_and_native_roots(provider)?
        } else {
            let versions = rustls::ClientConfig::builder_with_provider(provider.into()).with_safe_default_protocol_versions();
            let nobody = versions.map_err(io::Error::other)?.with_root_certificates(rustls::RootCertStore::empty());
            builder.with_tls_config(nobody.with_no_client_auth())
        };
        let connector = builder.https_or_http().enable_http1().wrap_connector(plain);
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            // less than the five seconds that many servers wait for the next request
            .pool_idle_timeout(Duration::from_secs(4))
            .http1_max_buf_size(HEAD)
            .build(connector);
        let (heard, probe) = (Mutex::default(), tokio::sync::Mutex::default());
        let inner = Arc::new(Inner { client, upstream, origin, chain, times, metrics, heard, probe });
        Ok(Self { inner, tariff: None })
    }

    /// The same for a route whose answers are charged for so.
    pub(crate) fn charging(&self, tariff: Option<&Tariff>) -> Self {
        Self { inner: Arc::clone(&self.inner), tariff: tariff.cloned().map(Arc::new) }
    }

    /// Whether the upstream is there: it answered a moment ago, or takes a connection now.
    pub(crate) async fn is_there(&self) -> bool {
        if self.inner.is_fresh() {
            return true;
        }
        let _one = self.inner.probe.lock().await;
        if self.inner.is_fresh() {
            return true;
        }
        let connected = timeout(self.inner.times.connect, TcpStream::connect(self.inner.upstream.address())).await;
        let is_there = matches!(connected, Ok(Ok(_)));
        self.inner.hear(is_there);
        is_there
    }

    async fn ask(self, request: Request<RequestBody>) -> Response<AnswerBody> {
        let (mut parts, body) = request.into_parts();
        let (paid, meter) = (parts.extensions.remove::<Paid>(), parts.extensions.remove::<Meter>());
        let peer = parts.extensions.get::<Peer>().map(|Peer(address)| address.ip());
        let payment = match &paid {
            None => Payment::None,
            Some(paid) if paid.transaction.is_some() => Payment::Taken,
            Some(_) => Payment::Untouched,
        };
        let inner = &*self.inner;
        let target = parts.uri.into_parts().path_and_query;
        let builder = Uri::builder().scheme(inner.upstream.scheme.clone()).authority(inner.upstream.authority.clone());
        let Ok(uri) = builder.path_and_query(target.map_or_else(|| "/".into(), |target| target.as_str().to_owned())).build() else {
            return Refusal::Target.answer(payment);
        };
        forward::to_upstream(&mut parts.headers, &Way { peer, origin: &inner.origin, chain: inner.chain }, paid.as_ref());
        let tariff = self.tariff.as_deref().filter(|_| paid.is_some());
        if tariff.is_some_and(Tariff::is_read) {
            parts.headers.remove(ACCEPT_ENCODING);
        }
        let moved = Moved::now();
        let mut request = Request::new(Moving(body, moved.clone()));
        *request.method_mut() = parts.method.clone();
        *request.uri_mut() = uri;
        *request.headers_mut() = parts.headers;
        match inner.exchange(request, &moved).await {
            Ok(response) if paid.is_some() && response.status() == StatusCode::PAYMENT_REQUIRED => {
                tracing::error!("the upstream asks for payment itself, for what was paid for here");
                inner.metrics.upstream_failed(Refusal::Asks.code());
                Refusal::Asks.answer(payment)
            }
            Ok(response) => match tariff.filter(|_| !response.status().is_client_error() && !response.status().is_server_error()) {
                None => told_nothing(response, |body| AnswerBody::passing(body, inner.times.idle)),
                Some(tariff) => {
                    // a route that charges so has a meter
                    let count = meter.ok_or(NoCharge::Unsaid).and_then(|meter| tariff.begin(meter, &parts.method, &response));
                    match count {
                        Ok(count) => told_nothing(response, |body| AnswerBody::counted(body, inner.times.idle, count)),
                        Err(why) => {
                            tracing::error!(?why, "what the upstream answers cannot be charged for; nothing was charged");
                            inner.metrics.upstream_failed(Refusal::Charge.code());
                            Refusal::Charge.answer(payment)
                        }
                    }
                }
            },
            Err(refusal) => {
                inner.metrics.upstream_failed(refusal.code());
                tracing::warn!(code = refusal.code(), paid = paid.is_some(), "no answer of the upstream's");
                refusal.answer(payment)
            }
        }
    }
}

/// An answer on its way to a client, who does not hear what the upstream says to the gate (catalogue row 163).
fn told_nothing(mut response: Response<Incoming>, body: impl FnOnce(Incoming) -> AnswerBody) -> Response<AnswerBody> {
    response.headers_mut().remove(CHARGE);
    response.map(body)
}

impl Inner {
    async fn exchange(&self, request: Request<Moving>, moved: &Moved) -> Result<Response<Incoming>, Refusal> {
        let began = Instant::now();
        let mut answered = std::pin::pin!(self.client.request(request));
        let answered = loop {
            let until = moved.last() + self.times.head;
            tokio::select! {
                answered = answered.as_mut() => break answered,
                () = sleep_until(until) => if moved.last() + self.times.head <= until { return Err(Refusal::Late) },
            }
        };
        let mut response = answered.map_err(|error| {
            self.hear(!error.is_connect());
            why(&error, error.is_connect())
        })?;
        self.hear(true);
        self.metrics.upstream_answered(began.elapsed());
        // nothing was asked that could be answered so
        if response.status().is_informational() {
            return Err(Refusal::Lost);
        }
        *response.version_mut() = Version::HTTP_11;
        forward::hops(response.headers_mut());
        Ok(response)
    }

    fn is_fresh(&self) -> bool {
        let heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        heard.is_some_and(|heard| heard.elapsed() < FRESH)
    }

    fn hear(&self, is_there: bool) {
        *self.heard.lock().unwrap_or_else(PoisonError::into_inner) = is_there.then(Instant::now);
    }
}

/// Whose fault it is that there is no answer.
fn why(error: &(dyn Error + 'static), is_connect: bool) -> Refusal {
    let mut next = Some(error);
    while let Some(error) = next {
        if error.is::<LengthLimitError>() {
            return Refusal::TooLarge;
        } else if error.is::<Stalled>() {
            return Refusal::Slow;
        } else if error.is::<BrokenOff>() {
            return Refusal::Broken;
        }
        next = error.source();
    }
    if is_connect { Refusal::Unreachable } else { Refusal::Lost }
}

impl Service<Request<RequestBody>> for Proxy {
    type Response = Response<AnswerBody>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<RequestBody>) -> Self::Future {
        let proxy = self.clone();
        Box::pin(async move { Ok(proxy.ask(request).await) })
    }
}
