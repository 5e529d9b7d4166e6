//! The facilitator over HTTP (core specification v2, section 7; v1 likewise).
//!
//! | route | what it answers |
//! |---|---|
//! | `POST /verify` | a verdict: 200, whether it is yes or no |
//! | `POST /settle` | what became of a settlement: 200, whether it succeeded or failed |
//! | `GET /supported` | what can be paid here |
//! | `GET /health` | 200 while it is up and ready, 503 while it is not ready |
//! | `GET /metrics` | numbers for Prometheus |
//! | `GET /openapi.json` | this interface, as OpenAPI 3.1 |
//!
//! A status other than 200 is no verdict but for one: what is malformed gets 400, with the verdict "invalid" or "not settled" and what is wrong
//! where. A fault of ours is 503 or 502 and never says anything about the payment; after a fault of `/settle` the outcome is unknown, and the same
//! bytes may be sent again. Nothing is answered with 412: that is how a seller tells a buyer about a missing allowance, to whom the facilitator
//! says so in the verdict.
//!
//! A request that was read is carried out, also when whoever sent it has gone. One that panics is answered with 500 and harms no other. Nothing
//! here knows a chain: it serves whatever is a [`Facilitator`].

mod callers;
mod cors;
mod document;
mod reply;
mod router;
mod serve;

#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use quittance_core::Facilitator;
use tokio::sync::Semaphore;

pub use callers::{Caller, CallerError};
pub use cors::{Origin, OriginError};
pub use document::openapi;
pub use quittance_service::{ServeError, Served};

use crate::metrics::Metrics;

/// How much a stranger may make the service do, and for how long.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct ServiceOptions {
    /// How long a body may be, in bytes.
    pub body: usize,
    /// How many requests are worked on at a time; one more is told to come back.
    pub concurrency: usize,
    /// How many connections are open at a time; one more waits.
    pub connections: usize,
    /// How long the headers of a request, or its body, may take to come.
    pub read: Duration,
    /// How long a verification may take.
    pub verify: Duration,
    /// How long a settlement may be waited for. It goes on behind that.
    pub settle: Duration,
    /// How long open requests are waited for at the end.
    pub drain: Duration,
}

impl Default for ServiceOptions {
    fn default() -> Self {
        Self {
            body: 64 * 1024,
            concurrency: 1_024,
            connections: 4_096,
            read: Duration::from_secs(10),
            verify: Duration::from_secs(15),
            settle: Duration::from_secs(90),
            drain: Duration::from_secs(60),
        }
    }
}

/// Whether the service can do its work.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(clippy::exhaustive_enums, reason = "it can or it cannot")]
pub enum Ready {
    /// It can.
    Yes,
    /// Something that it needs is down.
    No,
}

/// A facilitator as a service.
pub struct Service<F>(Shared<F>);

/// What all requests share.
struct Shared<F> {
    facilitator: F,
    metrics: Arc<Metrics>,
    options: ServiceOptions,
    callers: Vec<Caller>,
    origins: Vec<Origin>,
    ready: Box<dyn Fn() -> Ready + Send + Sync>,
    places: Arc<Semaphore>,
    numbers: std::sync::atomic::AtomicU64,
}

impl<F: Facilitator + Send + Sync + 'static> Service<F> {
    /// A facilitator that anybody may ask.
    #[must_use]
    pub fn new(facilitator: F, metrics: Arc<Metrics>) -> Self {
        Self(Shared {
            facilitator,
            metrics,
            options: ServiceOptions::default(),
            callers: Vec::new(),
            origins: Vec::new(),
            ready: Box::new(|| Ready::Yes),
            places: Arc::new(Semaphore::new(ServiceOptions::default().concurrency)),
            numbers: std::sync::atomic::AtomicU64::new(1),
        })
    }

    /// The same with other bounds.
    #[must_use]
    pub fn with_options(mut self, options: ServiceOptions) -> Self {
        self.0.places = Arc::new(Semaphore::new(options.concurrency.clamp(1, Semaphore::MAX_PERMITS)));
        self.0.options = options;
        self
    }

    /// The same for these callers alone, if there are any. `/health` and `/openapi.json` stay open.
    #[must_use]
    pub fn for_callers(mut self, callers: Vec<Caller>) -> Self {
        self.0.callers = callers;
        self
    }

    /// The same for pages of these origins too.
    #[must_use]
    pub fn for_origins(mut self, origins: Vec<Origin>) -> Self {
        self.0.origins = origins;
        self
    }

    /// The same with somebody who knows whether it can do its work.
    #[must_use]
    pub fn ready_when(mut self, ready: impl Fn() -> Ready + Send + Sync + 'static) -> Self {
        self.0.ready = Box::new(ready);
        self
    }
}

impl<F> fmt::Debug for Service<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service").field("options", &self.0.options).field("callers", &self.0.callers).finish_non_exhaustive()
    }
}
