//! One HTTP request with JSON, bounded in time and size.

use std::time::Duration;

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Bytes;
use hyper::header::{ACCEPT, CONTENT_TYPE, HeaderValue};
use hyper::{Method, Request, StatusCode, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};

/// Why there is no answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Trouble {
    /// No connection could be made: the node has received nothing.
    Unreachable,
    /// The connection broke, or nothing came in time. The node may have received the request.
    Lost,
    /// The node refuses to be asked, now or so often.
    Refused,
    /// It does not answer this one question.
    Declined,
    /// It answered, and not as a node does.
    Garbage,
}

/// What sends the requests; one for all nodes of a chain.
pub(super) struct Transport {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    timeout: Duration,
    most_bytes: usize,
}

impl Transport {
    /// Connections that speak TLS to `https` and trust what the system trusts. The system is asked only if that is needed.
    pub(super) fn new(encrypted: bool, timeout: Duration, most_bytes: usize) -> std::io::Result<Self> {
        let mut plain = HttpConnector::new();
        plain.enforce_http(false);
        plain.set_nodelay(true);
        plain.set_connect_timeout(Some(timeout));
        let builder = HttpsConnectorBuilder::new();
        let provider = rustls::crypto::ring::default_provider();
        let builder = if encrypted {
            builder.with_provider_and_native_roots(provider)?
        } else {
            let versions = rustls::ClientConfig::builder_with_provider(provider.into()).with_safe_default_protocol_versions();
            let nobody = versions.map_err(std::io::Error::other)?.with_root_certificates(rustls::RootCertStore::empty());
            builder.with_tls_config(nobody.with_no_client_auth())
        };
        let connector = builder.https_or_http().enable_http1().wrap_connector(plain);
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            // less than what servers wait for the next request
            .pool_idle_timeout(Duration::from_secs(20))
            .build(connector);
        Ok(Self { client, timeout, most_bytes })
    }

    /// Sends JSON and gives what came back with a status of success.
    pub(super) async fn post(&self, uri: &Uri, body: Vec<u8>) -> Result<Bytes, Trouble> {
        tokio::time::timeout(self.timeout, self.exchange(uri, body)).await.unwrap_or(Err(Trouble::Lost))
    }

    async fn exchange(&self, uri: &Uri, body: Vec<u8>) -> Result<Bytes, Trouble> {
        let mut request = Request::new(Full::new(Bytes::from(body)));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = uri.clone();
        let json = HeaderValue::from_static("application/json");
        request.headers_mut().insert(CONTENT_TYPE, json.clone());
        request.headers_mut().insert(ACCEPT, json);
        let sent = self.client.request(request).await;
        let answer = sent.map_err(|error| if error.is_connect() { Trouble::Unreachable } else { Trouble::Lost })?;
        match answer.status() {
            StatusCode::OK => {}
            StatusCode::TOO_MANY_REQUESTS | StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::PAYMENT_REQUIRED => {
                return Err(Trouble::Refused);
            }
            status if status.is_server_error() => return Err(Trouble::Lost),
            // a redirection is not followed: it leads to somebody who was not configured
            _ => return Err(Trouble::Garbage),
        }
        let collected = Limited::new(answer.into_body(), self.most_bytes).collect().await;
        let body = collected.map_err(|error| match error.downcast_ref::<http_body_util::LengthLimitError>() {
            Some(_) => Trouble::Garbage,
            None => Trouble::Lost,
        })?;
        Ok(body.to_bytes())
    }
}
