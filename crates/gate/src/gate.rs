//! A gate: routes, a seller, an upstream.

use std::fmt;
use std::io;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use quittance_core::{Facilitator, Fault, Network, Scheme, sha256};
use quittance_guard::receipt::Attested;
use quittance_guard::replay::ReplayLog;
use quittance_server::{Clock, QuoteKey, Reconciled, Seller, SetupError, Sold, Witness};
use quittance_service::{ServeError, Served, Tls, TlsError, serve};
use tokio::net::TcpListener;
use tower_layer::Layer as _;

use crate::admin::Admin;
use crate::config::offers::is_unnamed;
use crate::config::{Config, RouteConfig, Unlisted};
use crate::metrics::{Counted, Metrics};
use crate::proxy::Proxy;
use crate::service::GateService;
use crate::table::{Overlap, Priced, Table};

/// A gate. Clones are the same.
pub struct Gate<F, L>(pub(crate) Arc<Shared<F, L>>);

/// What all requests share.
pub(crate) struct Shared<F, L> {
    pub(crate) seller: Seller<Counted<F>, L>,
    pub(crate) proxy: Proxy,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) now: RwLock<Arc<Now<F, L>>>,
    pub(crate) stopping: std::sync::atomic::AtomicBool,
    tls: Option<Tls>,
}

/// What a new configuration changes.
pub(crate) struct Now<F, L> {
    pub(crate) table: Table<Entry<F, L>>,
    pub(crate) config: Config,
}

/// A route that can be taken.
pub(crate) struct Entry<F, L> {
    /// Its path, as the configuration has it.
    pub(crate) name: Arc<str>,
    /// The service that is sold; none where nothing is.
    pub(crate) sold: Option<Sold<Proxy, Counted<F>, L>>,
}

impl<F, L> Priced for Entry<F, L> {
    fn is_sold(&self) -> bool {
        self.sold.is_some()
    }
}

/// What a gate works with besides its configuration.
#[expect(clippy::exhaustive_structs, reason = "whoever composes a gate has all of it")]
pub struct Means<F, L> {
    /// Who settles: in this process, or behind HTTP.
    pub facilitator: F,
    /// Whose word a settlement is.
    pub attested: Attested,
    /// Where payments are kept.
    pub log: Arc<L>,
    /// The rules by which they are checked.
    pub schemes: Vec<&'static dyn Scheme>,
    /// What time it is.
    pub clock: Clock,
    /// Who looks at which chain for what the facilitator says ([`Config::look`]).
    pub witnesses: Vec<(Network, Arc<dyn Witness>)>,
}

/// Why there is no gate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GateError {
    /// Nobody can sign so.
    #[error(transparent)]
    Statements(quittance_service::config::ConfigError),
    /// A route cannot be sold so.
    #[error("{place}: {error}")]
    Route {
        /// The route's path.
        place: Box<str>,
        /// Why.
        error: SetupError,
    },
    /// An offer of the scheme `upto` does not say who charges it: [`Config::charged_by`] was not called.
    #[error("{0}: an offer does not say who charges it")]
    Unnamed(Box<str>),
    /// The seller cannot be set up.
    #[error("{0}")]
    Setup(#[from] SetupError),
    /// Two routes that an upstream may not tell apart.
    #[error("{0} and {1} are one path to many servers, and cannot have two prices")]
    Overlap(Box<str>, Box<str>),
    /// The certificate or its key.
    #[error("{0}")]
    Tls(#[from] TlsError),
    /// What the system trusts cannot be read.
    #[error("TLS to the upstream: {0}")]
    Trust(io::Error),
}

impl From<Overlap> for GateError {
    fn from(overlap: Overlap) -> Self {
        Self::Overlap(overlap.first.as_str().into(), overlap.second.as_str().into())
    }
}

impl<F, L> Clone for Gate<F, L> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<F: Facilitator + Send + Sync + 'static, L: ReplayLog + Send + Sync + 'static> Gate<F, L> {
    /// A gate by a configuration. Nobody is asked anything yet.
    ///
    /// # Errors
    ///
    /// [`GateError`].
    pub fn new(config: Config, means: Means<F, L>) -> Result<Self, GateError> {
        let metrics = Arc::new(Metrics::default());
        let Means { facilitator, attested, log, schemes, clock, witnesses } = means;
        let counted = Counted { facilitator, metrics: Arc::clone(&metrics) };
        let mut options = config.options.clone();
        options.attested = attested;
        let mut setup = Seller::setup(counted, log, config.origin.clone()).clock(clock).options(options).quotes(quotes(&config));
        for scheme in schemes {
            setup = setup.scheme(scheme);
        }
        for (network, witness) in witnesses {
            setup = setup.witness(network, witness);
        }
        for origin in &config.cors {
            setup = setup.for_pages_of(origin.clone());
        }
        if let Some(list) = &config.deny {
            setup = setup.screening(Arc::new(list.clone()));
        }
        if let Some(statements) = &config.statements {
            setup = setup.statements(statements.statements().map_err(GateError::Statements)?);
        }
        let seller = setup.build()?;
        let (upstream, origin) = (config.upstream.clone(), config.origin.clone());
        let proxy = Proxy::new(upstream, origin, config.chain, config.times, Arc::clone(&metrics)).map_err(GateError::Trust)?;
        let tls = config.tls.as_ref().map(|(certificate, key)| Tls::read(certificate, key)).transpose()?;
        let table = table(&config, &seller, &proxy)?;
        let now = RwLock::new(Arc::new(Now { table, config }));
        Ok(Self(Arc::new(Shared { seller, proxy, metrics, now, stopping: false.into(), tls })))
    }

    /// The routes and prices of another configuration, from the next request on. What was offered before is honoured for as long as it was said to
    /// be. TLS reads its files again.
    ///
    /// Gives the keys that are other ones now and will count only when the gate begins anew.
    ///
    /// # Errors
    ///
    /// [`GateError`]; then nothing changes.
    pub fn reload(&self, config: Config) -> Result<Vec<&'static str>, GateError> {
        let reload = || {
            let table = table(&config, &self.0.seller, &self.0.proxy)?;
            let before = Arc::clone(&self.0.now.read().unwrap_or_else(PoisonError::into_inner)).config.lasting();
            let waiting = before.iter().zip(config.lasting()).filter(|(old, new)| **old != *new).map(|(old, _)| old.0).collect();
            if let (Some(tls), Some((certificate, key))) = (&self.0.tls, &config.tls) {
                tls.renew(certificate, key)?;
            }
            Ok((table, waiting))
        };
        match reload() {
            Ok((table, waiting)) => {
                *self.0.now.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(Now { table, config });
                self.0.metrics.reloaded("taken");
                Ok(waiting)
            }
            Err(error) => {
                self.0.metrics.reloaded("refused");
                Err(error)
            }
        }
    }

    /// Counts a configuration that could not even be read.
    pub fn reload_failed(&self) {
        self.0.metrics.reloaded("refused");
    }

    /// The gate as a service, for a server of one's own.
    #[must_use]
    pub fn service(&self) -> GateService<F, L> {
        GateService(self.clone())
    }

    /// Serves until it is told to stop, then takes no more requests and waits for those that are open, and for what is being done for clients
    /// that have gone.
    ///
    /// # Errors
    ///
    /// [`ServeError`].
    pub async fn serve(&self, listener: TcpListener, stop: impl Future<Output = ()> + Send) -> Result<Served, ServeError> {
        let mut bounds = self.now().config.bounds.clone();
        bounds.tls = self.0.tls.clone();
        let stop = async {
            stop.await;
            self.0.stopping.store(true, std::sync::atomic::Ordering::Relaxed);
        };
        serve(listener, bounds, self.service(), stop, self.0.seller.drained()).await
    }

    /// Serves `/health` and `/metrics`, on a listener of their own because they are nobody's who pays.
    ///
    /// # Errors
    ///
    /// [`ServeError`].
    pub async fn serve_admin(&self, listener: TcpListener, stop: impl Future<Output = ()> + Send) -> Result<Served, ServeError> {
        let mut bounds = quittance_service::Bounds::default();
        bounds.connections = 64;
        bounds.drain = Duration::from_secs(1);
        serve(listener, bounds, Admin(self.clone()), stop, std::future::ready(())).await
    }

    /// Goes on with every settlement whose outcome is open and that nobody is at.
    ///
    /// # Errors
    ///
    /// [`Fault`] when the log or the clock cannot be asked.
    pub async fn reconcile(&self) -> Result<Reconciled, Fault> {
        let found = self.0.seller.reconcile().await?;
        self.0.metrics.elsewhere(found.elsewhere);
        Ok(found)
    }

    /// Forgets payments that are over and could not be used again, and says how many there were.
    ///
    /// # Errors
    ///
    /// [`Fault`] when the log or the clock cannot be asked.
    pub async fn forget(&self) -> Result<usize, Fault> {
        self.0.seller.forget().await
    }

    /// Whether the upstream takes connections.
    pub async fn upstream_is_there(&self) -> bool {
        self.0.proxy.is_there().await
    }

    pub(crate) fn now(&self) -> Arc<Now<F, L>> {
        Arc::clone(&self.0.now.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The key that offers are sealed with: another one than that of the store, and the same in every gate that has that one.
fn quotes(config: &Config) -> QuoteKey {
    let mut text = zeroize::Zeroizing::new([0; 64]);
    text[..32].copy_from_slice(&sha256(b"quittance-gate-quotes/1"));
    text[32..].copy_from_slice(&*config.sealing_key);
    QuoteKey::from_bytes(sha256(&*text))
}

fn table<F, L>(config: &Config, seller: &Seller<Counted<F>, L>, proxy: &Proxy) -> Result<Table<Entry<F, L>>, GateError> {
    let entry = |route: &RouteConfig| {
        if route.offers.iter().any(is_unnamed) {
            return Err(GateError::Unnamed(route.pattern.as_str().into()));
        }
        let sold = route.sale.as_ref().map(|sale| {
            let layer =
                seller.sell(sale.clone()).map_err(|error| GateError::Route { place: route.pattern.as_str().into(), error })?;
            Ok::<_, GateError>(layer.layer(proxy.charging(route.tariff.as_ref())))
        });
        let entry = Entry { name: route.pattern.as_str().into(), sold: sold.transpose()? };
        Ok((route.pattern.clone(), route.methods.clone(), entry))
    };
    let routes = config.routes.iter().map(entry).collect::<Result<Vec<_>, GateError>>()?;
    Ok(Table::new(routes)?)
}

impl Unlisted {
    pub(crate) const NAME: &'static str = "unlisted";
}

impl<F, L> fmt::Debug for Gate<F, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gate").finish_non_exhaustive()
    }
}

impl<F, L> fmt::Debug for Means<F, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Means").finish_non_exhaustive()
    }
}
