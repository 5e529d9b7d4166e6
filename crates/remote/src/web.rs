//! One exchange over HTTP, within bounds.

use std::fmt;
use std::time::{Duration, Instant};

use quittance_core::Fault;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, Method};

/// How long an exchange may take, and how much of an answer is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Bounds {
    /// How long one exchange may take from its beginning to the last byte: half a minute.
    pub timeout: Duration,
    /// How long a connection may take to be made.
    pub connect_timeout: Duration,
    /// How many bytes of an answer's body are read.
    pub max_body: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { timeout: Duration::from_secs(30), connect_timeout: Duration::from_secs(10), max_body: 16 << 20 }
    }
}

/// Asks over HTTP. It follows nothing and asks nobody else: redirects are answers, and the environment is left alone. Clones share their
/// connections.
#[derive(Clone)]
pub struct Web {
    http: Client,
    bounds: Bounds,
}

impl Web {
    /// With these bounds.
    ///
    /// # Errors
    ///
    /// [`Fault::NetworkUnavailable`] when HTTP or TLS cannot be set up.
    pub fn new(bounds: Bounds) -> Result<Self, Fault> {
        let builder = Client::builder()
            .redirect(Policy::none())
            .no_proxy()
            .referer(false)
            .connect_timeout(bounds.connect_timeout)
            // less than what servers wait for the next request: a connection that closes under one leaves its outcome open
            .pool_idle_timeout(Duration::from_secs(20))
            .user_agent(concat!("quittance/", env!("CARGO_PKG_VERSION")));
        #[cfg(feature = "tls")]
        let builder = builder.tls_backend_preconfigured(tls()?);
        let http = builder.build().map_err(|_| Fault::NetworkUnavailable)?;
        Ok(Self { http, bounds })
    }

    /// Sends a request.
    ///
    /// # Errors
    ///
    /// [`Lost`] when there is no answer, not even the beginning of one.
    pub async fn exchange(&self, wanted: &Wanted) -> Result<Exchange, Lost> {
        self.exchange_with(wanted, None).await
    }

    /// Sends a request with one header more, whose value no log of this crate or below it shows.
    ///
    /// # Errors
    ///
    /// As [`exchange`](Self::exchange).
    pub async fn exchange_with(&self, wanted: &Wanted, secret: Option<(&str, &str)>) -> Result<Exchange, Lost> {
        let began = Instant::now();
        let timeout = wanted.timeout.unwrap_or(self.bounds.timeout);
        let mut request = self.http.request(wanted.method.clone(), &wanted.url).timeout(timeout);
        request = request.headers(wanted.headers.clone()).body(wanted.body.clone());
        if let Some((name, value)) = secret {
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| Lost::Unreachable)?;
            let mut value = HeaderValue::from_str(value).map_err(|_| Lost::Unreachable)?;
            value.set_sensitive(true);
            request = request.header(name, value);
        }
        let mut response = request.send().await.map_err(|error| match error {
            error if error.is_connect() || error.is_builder() => Lost::Unreachable,
            error if error.is_timeout() => Lost::Late,
            _ => Lost::Broken,
        })?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let (mut body, mut whole) = (Vec::new(), Whole::Yes);
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) if body.len().saturating_add(chunk.len()) <= self.bounds.max_body => body.extend_from_slice(&chunk),
                Ok(Some(_)) => {
                    whole = Whole::TooLong;
                    break;
                }
                Ok(None) => break,
                Err(_) => {
                    whole = Whole::Broken;
                    break;
                }
            }
        }
        Ok(Exchange { status, headers, body, whole, took: began.elapsed() })
    }
}

impl fmt::Debug for Web {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Web").field("bounds", &self.bounds).finish_non_exhaustive()
    }
}

/// TLS 1.2 and 1.3, trusting what the system trusts.
#[cfg(feature = "tls")]
fn tls() -> Result<rustls::ClientConfig, Fault> {
    let mut roots = rustls::RootCertStore::empty();
    // a certificate of the system that cannot be read is as if it were not there
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    Ok(builder.map_err(|_| Fault::NetworkUnavailable)?.with_root_certificates(roots).with_no_client_auth())
}

/// What is asked for. It does not print itself: a URL, a header and a body can each hold a secret or a prompt.
#[derive(Clone)]
#[non_exhaustive]
pub struct Wanted {
    /// The method.
    pub method: Method,
    /// The URL.
    pub url: String,
    /// Headers beside those that every request has.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
    /// How long it may take, where that differs from the bounds.
    pub timeout: Option<Duration>,
}

impl Wanted {
    /// A request without headers and body.
    #[must_use]
    pub fn new(method: Method, url: impl Into<String>) -> Self {
        Self { method, url: url.into(), headers: HeaderMap::new(), body: Vec::new(), timeout: None }
    }
}

impl fmt::Debug for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wanted").field("method", &self.method).field("bytes", &self.body.len()).finish_non_exhaustive()
    }
}

/// What came back. Of what somebody else wrote, `Debug` shows the size.
#[non_exhaustive]
pub struct Exchange {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, as far as it was read. It was not unpacked, whatever it says it is (catalogue row 45).
    pub body: Vec<u8>,
    /// Whether that is all of it.
    pub whole: Whole,
    /// How long it took.
    pub took: Duration,
}

/// Whether all of an answer is there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(clippy::exhaustive_enums, reason = "whoever reads on must tell the three apart")]
pub enum Whole {
    /// It is.
    Yes,
    /// There was more than is read.
    TooLong,
    /// The connection broke, or the time was up.
    Broken,
}

impl Exchange {
    /// What came back by another way than [`Web`], all of it.
    #[must_use]
    pub const fn new(status: u16, headers: HeaderMap, body: Vec<u8>, took: Duration) -> Self {
        Self { status, headers, body, whole: Whole::Yes, took }
    }

    /// The one value of a header; none where there are several, because nobody can say which is meant (catalogue row 12).
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&[u8]> {
        let mut values = self.headers.get_all(name).iter();
        let first = values.next()?;
        values.next().is_none().then(|| first.as_bytes())
    }

    /// How long the other side asks to wait, where it says so in seconds.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        let text = core::str::from_utf8(self.header("retry-after")?).ok()?;
        text.trim().parse().ok().map(Duration::from_secs)
    }
}

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange")
            .field("status", &self.status)
            .field("bytes", &self.body.len())
            .field("whole", &self.whole)
            .finish_non_exhaustive()
    }
}

/// There is no answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(clippy::exhaustive_enums, reason = "whether anything can have arrived decides what may be done")]
pub enum Lost {
    /// No connection could be made, so nothing was sent.
    Unreachable,
    /// It was sent, or in part, and the time was up.
    Late,
    /// It was sent, or in part, and the connection broke.
    Broken,
}
