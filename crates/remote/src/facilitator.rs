//! A facilitator behind HTTP (core specification v2, section 7).

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use quittance_core::resource::Resource;
use quittance_core::wire::{SettleRequest, SettleResponse, SupportedResponse, VerifyRequest, VerifyResponse};
use quittance_core::{Facilitator, Fault, Limits, ResourceError, sha256};
use reqwest::Method;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderValue};

use crate::answers;
use crate::cached::Cached;
use crate::key::Key;
use crate::web::{Bounds, Exchange, Wanted, Web};

/// A facilitator that is asked over HTTP. Clones share their connections and what was learnt.
///
/// An error is a [`Fault`] and says nothing about a payment. Nothing is asked twice here: whether the same bytes may be sent again is for the
/// caller to decide, and after a fault of `settle` it may send nothing else.
#[derive(Clone)]
pub struct RemoteFacilitator(Arc<Inner>);

struct Inner {
    web: Web,
    /// Without a slash at the end.
    base: String,
    name: String,
    key: Option<Keys>,
    times: Times,
    supported: Cached,
}

type Keys = Box<dyn Fn(Endpoint) -> Result<Key, Fault> + Send + Sync>;

/// What is asked of a facilitator. Some want another key for each.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Endpoint {
    /// `POST /verify`.
    Verify,
    /// `POST /settle`.
    Settle,
    /// `GET /supported`.
    Supported,
}

impl Endpoint {
    /// What is appended to the facilitator's URL.
    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            Self::Verify => "/verify",
            Self::Settle => "/settle",
            Self::Supported => "/supported",
        }
    }
}

/// How long each question may take.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Times {
    /// A connection.
    pub connect: Duration,
    /// A verification.
    pub verify: Duration,
    /// A settlement: longer than a facilitator waits for its chain, because who gives up before has an outcome that is open.
    pub settle: Duration,
    /// What it can do.
    pub supported: Duration,
}

impl Default for Times {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            verify: Duration::from_secs(20),
            settle: Duration::from_secs(120),
            supported: Duration::from_secs(10),
        }
    }
}

/// Why there is no such facilitator.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RemoteError {
    /// The URL is none.
    #[error("the facilitator's URL: {0}")]
    Url(#[from] ResourceError),
    /// The URL has a query, to which no path can be appended.
    #[error("the facilitator's URL has a query")]
    Query,
    /// The URL is none of https, leads to another machine, and nobody said that plain http will do.
    #[error("the facilitator's URL is not https, and not on this machine")]
    Plain,
    /// HTTP cannot be set up.
    #[error("{0}")]
    Fault(Fault),
}

/// A remote facilitator to be described.
#[must_use]
pub struct Builder {
    base: Resource,
    name: Option<String>,
    key: Option<Keys>,
    times: Times,
    plain: Plain,
}

/// Whether plain http will do.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Plain {
    Refused,
    Allowed,
}

impl Builder {
    /// With a key, for every question the same.
    pub fn key(self, key: Key) -> Self {
        self.keys(move |_| Ok(key.clone()))
    }

    /// With a key for each question, made when it is asked.
    pub fn keys(self, keys: impl Fn(Endpoint) -> Result<Key, Fault> + Send + Sync + 'static) -> Self {
        Self { key: Some(Box::new(keys)), ..self }
    }

    /// Called so in the place of what its URL makes of it. Whoever keeps what is open keeps it by this name, so that the same facilitator at
    /// another URL goes on with it: another facilitator that is called so would be believed about money that it never touched (catalogue row 154).
    pub fn named(self, name: &str) -> Self {
        Self { name: Some(name.to_owned()), ..self }
    }

    /// With other times.
    pub const fn times(mut self, times: Times) -> Self {
        self.times = times;
        self
    }

    /// Over plain http, for a facilitator in a network of its own: whoever is on the way can read the key and every payment, and can answer
    /// in the facilitator's place. One [on this machine](Resource::is_on_this_machine) may be asked so without it, because nobody is on
    /// that way.
    pub const fn allow_plain_http(mut self) -> Self {
        self.plain = Plain::Allowed;
        self
    }

    /// The facilitator. Nothing is asked yet.
    ///
    /// # Errors
    ///
    /// [`RemoteError`].
    pub fn build(self) -> Result<RemoteFacilitator, RemoteError> {
        let base = self.base.as_str().trim_end_matches('/').to_owned();
        if base.contains('?') {
            return Err(RemoteError::Query);
        }
        let plain = self.plain == Plain::Allowed || self.base.is_on_this_machine();
        let fine = base.starts_with("https://") || (base.starts_with("http://") && plain);
        if !fine {
            return Err(RemoteError::Plain);
        }
        let Times { connect, settle, .. } = self.times;
        let bounds = Bounds { connect_timeout: connect, timeout: settle, max_body: Limits::BODY.bytes };
        let web = Web::new(bounds).map_err(RemoteError::Fault)?;
        let name = self.name.unwrap_or_else(|| name(&self.base, &base));
        Ok(RemoteFacilitator(Arc::new(Inner { web, base, name, key: self.key, times: self.times, supported: Cached::default() })))
    }
}

/// What a facilitator at a URL is called.
fn name(resource: &Resource, base: &str) -> String {
    let origin = resource.origin();
    if base == origin {
        return base.to_owned();
    }
    let digest = sha256(base.as_bytes()).iter().take(8).map(|byte| format!("{byte:02x}")).collect::<String>();
    format!("{origin} (path {digest})")
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder").field("times", &self.times).finish_non_exhaustive()
    }
}

impl RemoteFacilitator {
    /// The facilitator at an `https` URL, or by plain http on this machine, for everybody.
    ///
    /// # Errors
    ///
    /// [`RemoteError`].
    pub fn new(url: &str) -> Result<Self, RemoteError> {
        Self::builder(url)?.build()
    }

    /// One to be described.
    ///
    /// # Errors
    ///
    /// [`RemoteError::Url`].
    pub fn builder(url: &str) -> Result<Builder, RemoteError> {
        Ok(Builder { base: Resource::parse(url)?, name: None, key: None, times: Times::default(), plain: Plain::Refused })
    }

    async fn post(&self, endpoint: Endpoint, body: String, within: Duration) -> Result<Exchange, Fault> {
        let mut wanted = self.wanted(Method::POST, endpoint, within);
        wanted.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        wanted.body = body.into_bytes();
        self.ask(endpoint, wanted).await
    }

    fn wanted(&self, method: Method, endpoint: Endpoint, within: Duration) -> Wanted {
        let mut wanted = Wanted::new(method, format!("{}{}", self.0.base, endpoint.path()));
        wanted.headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        wanted.timeout = Some(within);
        wanted
    }

    async fn ask(&self, endpoint: Endpoint, wanted: Wanted) -> Result<Exchange, Fault> {
        let key = self.0.key.as_ref().map(|keys| keys(endpoint)).transpose()?;
        let secret = key.as_ref().map(|key| ("authorization", key.expose()));
        self.0.web.exchange_with(&wanted, secret).await.map_err(answers::lost)
    }
}

impl Facilitator for RemoteFacilitator {
    /// What it was [named](Builder::named), or its origin and, where its URL has a path, a digest of that, which can hold a key.
    fn name(&self) -> &str {
        &self.0.name
    }

    async fn verify(&self, request: &VerifyRequest) -> Result<VerifyResponse, Fault> {
        answers::verified(&self.post(Endpoint::Verify, request.to_json(), self.0.times.verify).await?, request)
    }

    async fn settle(&self, request: &SettleRequest) -> Result<SettleResponse, Fault> {
        answers::settled(&self.post(Endpoint::Settle, request.to_json(), self.0.times.settle).await?, request)
    }

    /// An answer counts for five minutes, and stands in for an hour for one that does not come.
    async fn supported(&self) -> Result<SupportedResponse, Fault> {
        let ask = async {
            let wanted = self.wanted(Method::GET, Endpoint::Supported, self.0.times.supported);
            answers::supported(&self.ask(Endpoint::Supported, wanted).await?)
        };
        self.0.supported.answer(ask).await
    }
}

/// A URL can hold a key in its path.
impl fmt::Debug for RemoteFacilitator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RemoteFacilitator").field("times", &self.0.times).finish_non_exhaustive()
    }
}
