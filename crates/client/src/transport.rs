//! One exchange over HTTP, within bounds.

use std::time::Duration;

use quittance_core::Fault;
use quittance_core::wire::Paying;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, Method};

use crate::answer::Whole;
use crate::buyer::Settings;

/// A client that follows nothing and asks nobody: redirects and the environment are left alone.
pub(crate) fn client(settings: &Settings) -> Result<Client, Fault> {
    let builder = Client::builder()
        .redirect(Policy::none())
        .no_proxy()
        .referer(false)
        .connect_timeout(settings.connect_timeout)
        .timeout(settings.timeout)
        .user_agent(concat!("quittance/", env!("CARGO_PKG_VERSION")));
    #[cfg(feature = "tls")]
    let builder = builder.tls_backend_preconfigured(tls()?);
    builder.build().map_err(|_| Fault::NetworkUnavailable)
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

/// What is asked for.
#[derive(Clone)]
pub(crate) struct Wanted {
    pub(crate) method: Method,
    pub(crate) url: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

/// What came back.
pub(crate) struct Exchange {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    pub(crate) whole: Whole,
    pub(crate) took: Duration,
}

impl Exchange {
    /// The one value of a header; none where there are several, because nobody can say which is meant.
    pub(crate) fn header(&self, name: &str) -> Option<&[u8]> {
        let mut values = self.headers.get_all(name).iter();
        let first = values.next()?;
        values.next().is_none().then(|| first.as_bytes())
    }

    /// How long the other side asks to wait, in seconds.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        let text = core::str::from_utf8(self.header("retry-after")?).ok()?;
        text.trim().parse().ok().map(Duration::from_secs)
    }
}

/// No answer.
pub(crate) enum Lost {
    /// No byte left.
    Before(Fault),
    /// Bytes may have arrived.
    After(Fault),
}

/// Sends a request, with a payment on board or without one.
pub(crate) async fn exchange(http: &Client, wanted: &Wanted, paying: Option<&Paying>, max_body: usize) -> Result<Exchange, Lost> {
    let began = tokio::time::Instant::now();
    let mut request = http.request(wanted.method.clone(), &wanted.url).headers(wanted.headers.clone()).body(wanted.body.clone());
    if let Some(paying) = paying {
        let malformed = |_| Lost::Before(Fault::NetworkUnavailable);
        let mut value = HeaderValue::from_str(paying.expose()).map_err(|_| ()).map_err(malformed)?;
        value.set_sensitive(true);
        request = request.header(HeaderName::from_bytes(paying.name().as_bytes()).map_err(|_| ()).map_err(malformed)?, value);
    }
    let mut response = request.send().await.map_err(|error| {
        if error.is_connect() || error.is_builder() {
            Lost::Before(Fault::NetworkUnavailable)
        } else {
            Lost::After(Fault::ConnectionLost)
        }
    })?;
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let (mut body, mut whole) = (Vec::new(), Whole::Yes);
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() <= max_body => body.extend_from_slice(&chunk),
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
