//! A buyer: who signs, what may be bought, where purchases are kept.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use quittance_core::{Fault, Signer};
use quittance_guard::Ledger;
use quittance_guard::budget::{Record, State};
use quittance_guard::policy::Policy;
use quittance_remote::{Bounds, Web};

use crate::carrier::{Carrier, Way};
use crate::error::Error;
use crate::host::Host;
use crate::journal::Journal;
use crate::known::Known;
use crate::request::Request;

/// A buyer. Clones share everything.
pub struct Buyer<S, L>(pub(crate) Arc<Inner<S, L>>);

impl<S, L> Clone for Buyer<S, L> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

pub(crate) struct Inner<S, L> {
    pub(crate) way: Way,
    pub(crate) signer: S,
    pub(crate) policy: Policy,
    pub(crate) ledger: L,
    pub(crate) journal: Option<Journal>,
    pub(crate) host: Host,
    pub(crate) settings: Settings,
    pub(crate) known: Known,
}

/// How long a buyer waits, how often it tries, and how much it reads.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Settings {
    /// How long one exchange may take: half a minute.
    pub timeout: Duration,
    /// How long a connection may take to be made.
    pub connect_timeout: Duration,
    /// How many bytes of an answer are read.
    pub max_body: usize,
    /// How often the same bytes are sent at most, with growing pauses.
    pub attempts: u32,
    /// The first pause.
    pub pause: Duration,
    /// The longest pause, also when the seller asks for more: whoever waits longer comes again.
    pub longest_pause: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(30),
            connect_timeout: Duration::from_secs(10),
            max_body: 16 << 20,
            attempts: 4,
            pause: Duration::from_millis(250),
            longest_pause: Duration::from_secs(10),
        }
    }
}

/// A buyer to be described.
#[must_use]
pub struct Builder<S, L> {
    signer: S,
    policy: Policy,
    ledger: L,
    journal: Option<Journal>,
    host: Host,
    settings: Settings,
    carrier: Option<Arc<dyn Carrier>>,
    known: Known,
}

impl<S: Signer + Send + Sync, L: Ledger + Send + Sync> Builder<S, L> {
    /// With somebody who carries requests in the place of HTTP connections of its own.
    pub fn carrier(self, carrier: impl Carrier + 'static) -> Self {
        Self { carrier: Some(Arc::new(carrier)), ..self }
    }

    /// With an audit log: if it cannot be written, money stands still.
    pub fn journal(self, journal: Journal) -> Self {
        Self { journal: Some(journal), ..self }
    }

    /// With another clock and source of randomness than this machine's.
    pub fn host(self, host: Host) -> Self {
        Self { host, ..self }
    }

    /// With what other buyers have learnt about the same sellers, and will learn: clones of it are the same.
    pub fn known(self, known: Known) -> Self {
        Self { known, ..self }
    }

    /// With other settings.
    pub const fn settings(mut self, settings: Settings) -> Self {
        self.settings = settings;
        self
    }

    /// The buyer.
    ///
    /// # Errors
    ///
    /// [`Fault::NetworkUnavailable`] when HTTP cannot be set up.
    pub fn build(self) -> Result<Buyer<S, L>, Fault> {
        let Self { signer, policy, ledger, journal, host, settings, carrier, known } = self;
        let mut bounds = Bounds::default();
        (bounds.timeout, bounds.connect_timeout, bounds.max_body) = (settings.timeout, settings.connect_timeout, settings.max_body);
        let way = match carrier {
            Some(carrier) => Way::Carried(carrier),
            None => Way::Web(Web::new(bounds)?),
        };
        Ok(Buyer(Arc::new(Inner { way, signer, policy, ledger, journal, host, settings, known })))
    }
}

impl<S, L> fmt::Debug for Builder<S, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl<S: Signer + Send + Sync, L: Ledger + Send + Sync> Buyer<S, L> {
    /// A buyer that signs with `signer` what `policy` allows and `ledger` has room for, by this machine's clock, without an audit log.
    ///
    /// # Errors
    ///
    /// [`Fault::NetworkUnavailable`] when HTTP cannot be set up.
    pub fn new(signer: S, policy: Policy, ledger: L) -> Result<Self, Fault> {
        Self::builder(signer, policy, ledger).build()
    }

    /// A buyer to be described.
    pub fn builder(signer: S, policy: Policy, ledger: L) -> Builder<S, L> {
        Builder {
            signer,
            policy,
            ledger,
            journal: None,
            host: Host::system(),
            settings: Settings::default(),
            carrier: None,
            known: Known::default(),
        }
    }

    /// A `GET` request.
    pub fn get(&self, url: &str) -> Request<'_, S, L> {
        self.request("GET", url)
    }

    /// A `POST` request with a body.
    pub fn post(&self, url: &str, body: impl Into<Vec<u8>>) -> Request<'_, S, L> {
        self.request("POST", url).body(body)
    }

    /// A request by any method, in capitals as it is sent.
    pub fn request(&self, method: &str, url: &str) -> Request<'_, S, L> {
        Request::new(self, method, url)
    }

    /// The ledger.
    #[must_use]
    pub fn ledger(&self) -> &L {
        &self.0.ledger
    }

    /// The purchases whose signed bytes may still cost something: to be asked for again, or to be looked up on the chain
    /// ([`conclude`](Self::conclude)).
    ///
    /// # Errors
    ///
    /// [`Error::Fault`] when the ledger cannot be asked.
    pub async fn open(&self) -> Result<Vec<Record>, Error> {
        let open = self.0.ledger.open().await?;
        Ok(open.into_iter().filter(|record| record.state == State::Signed).collect())
    }
}

impl<S, L> fmt::Debug for Buyer<S, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Buyer").field("settings", &self.0.settings).finish_non_exhaustive()
    }
}
