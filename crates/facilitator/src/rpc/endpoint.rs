//! One node: where it is, and how it is.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hyper::Uri;
use tokio::time::Instant;

/// Where a node is. It does not print itself: the path is often a key.
#[derive(Clone)]
pub struct EndpointUrl(Uri);

/// Why text is not the address of a node.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum EndpointError {
    /// It is no URL.
    Url,
    /// It does not begin with `http://` or `https://`.
    Scheme,
    /// It has a user name in it.
    User,
}

impl fmt::Display for EndpointError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Url => "not a URL",
            Self::Scheme => "must begin with http:// or https://",
            Self::User => "must not have a user name in it",
        })
    }
}

impl std::error::Error for EndpointError {}

impl EndpointUrl {
    /// Reads a URL.
    ///
    /// # Errors
    ///
    /// [`EndpointError`], which says nothing of the text.
    pub fn parse(text: &str) -> Result<Self, EndpointError> {
        let uri: Uri = text.parse().map_err(|_| EndpointError::Url)?;
        let authority = uri.authority().filter(|authority| !authority.host().is_empty()).ok_or(EndpointError::Url)?;
        if authority.as_str().contains('@') {
            return Err(EndpointError::User);
        }
        match uri.scheme_str() {
            Some("http" | "https") => Ok(Self(uri)),
            _ => Err(EndpointError::Scheme),
        }
    }

    pub(super) const fn uri(&self) -> &Uri {
        &self.0
    }

    pub(super) fn encrypted(&self) -> bool {
        self.0.scheme_str() == Some("https")
    }
}

impl fmt::Debug for EndpointUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EndpointUrl(..)")
    }
}

/// The shortest and the longest time that a node is left alone.
const ASIDE: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(60));
/// How long what a node said about the newest block counts.
const RECENT: Duration = Duration::from_secs(30);

/// A node and what is known of it.
pub(super) struct Endpoint {
    /// Its place in the list, from one: its name in logs.
    pub(super) number: usize,
    pub(super) url: EndpointUrl,
    health: Mutex<Health>,
}

#[derive(Default)]
struct Health {
    /// How often in a row it failed.
    failures: u32,
    aside_until: Option<Instant>,
    head: Option<(u64, Instant)>,
    looked_at: Option<Instant>,
}

impl Endpoint {
    pub(super) fn new(number: usize, url: EndpointUrl) -> Self {
        Self { number, url, health: Mutex::default() }
    }

    /// It has answered.
    pub(super) fn well(&self) {
        let mut health = self.health();
        health.failures = 0;
        health.aside_until = None;
    }

    /// It has not: it is left alone for longer each time. Whether this is news.
    pub(super) fn unwell(&self) -> bool {
        let mut health = self.health();
        let factor = 1_u32.checked_shl(health.failures.min(7)).unwrap_or(u32::MAX);
        health.failures = health.failures.saturating_add(1);
        let news = health.aside_until.is_none();
        health.aside_until = Some(Instant::now() + (ASIDE.0 * factor).min(ASIDE.1));
        news
    }

    /// When it may be asked again; none if it may be asked.
    pub(super) fn aside_until(&self) -> Option<Instant> {
        self.health().aside_until.filter(|until| *until > Instant::now())
    }

    /// Whether the last thing it did was to answer.
    pub(super) fn is_well(&self) -> bool {
        self.health().aside_until.is_none()
    }

    /// It says that this is the newest block.
    pub(super) fn saw(&self, head: u64) {
        self.health().head = Some((head, Instant::now()));
    }

    /// The newest block that it has named lately.
    pub(super) fn head(&self) -> Option<u64> {
        self.health().head.filter(|(_, at)| at.elapsed() < RECENT).map(|(head, _)| head)
    }

    /// Whether it is time to look at it, and if so, that somebody does.
    pub(super) fn due(&self, every: Duration) -> bool {
        let mut health = self.health();
        let due = health.looked_at.is_none_or(|at| at.elapsed() >= every)
            && health.aside_until.is_none_or(|until| until <= Instant::now());
        if due {
            health.looked_at = Some(Instant::now());
        }
        due
    }

    fn health(&self) -> MutexGuard<'_, Health> {
        self.health.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_http_with_a_host() {
        for (text, expected) in [
            ("http://127.0.0.1:8545", None),
            ("https://node.example/v3/key", None),
            ("ws://node.example", Some(EndpointError::Scheme)),
            ("node.example", Some(EndpointError::Scheme)),
            ("/v3/key", Some(EndpointError::Url)),
            ("", Some(EndpointError::Url)),
            ("http://", Some(EndpointError::Url)),
            ("http://a b", Some(EndpointError::Url)),
            ("http://user:word@node.example", Some(EndpointError::User)),
        ] {
            assert_eq!(EndpointUrl::parse(text).err(), expected, "{text}");
        }
    }

    #[test]
    fn row_220_an_address_is_not_printed() {
        let url = EndpointUrl::parse("https://node.example/sentinel").unwrap();
        assert!(!format!("{url:?}").contains("sentinel"));
    }

    #[tokio::test(start_paused = true)]
    async fn a_node_that_fails_is_left_alone_for_longer_each_time() {
        let endpoint = Endpoint::new(1, EndpointUrl::parse("http://node.example").unwrap());
        assert!(endpoint.aside_until().is_none() && endpoint.is_well());
        assert!(endpoint.unwell());
        assert_eq!(endpoint.aside_until().unwrap() - Instant::now(), ASIDE.0);
        tokio::time::advance(ASIDE.0).await;
        assert!(endpoint.aside_until().is_none() && !endpoint.is_well());
        assert!(!endpoint.unwell());
        assert_eq!(endpoint.aside_until().unwrap() - Instant::now(), ASIDE.0 * 2);
        for _ in 0..20 {
            endpoint.unwell();
        }
        assert_eq!(endpoint.aside_until().unwrap() - Instant::now(), ASIDE.1);
        endpoint.well();
        assert!(endpoint.aside_until().is_none() && endpoint.is_well());
    }
}
