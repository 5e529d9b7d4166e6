//! Somebody who sells: one facilitator, one log of payments, any number of routes.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::Response;
use http::request::Parts;
use quittance_core::wire::BazaarInput;
use quittance_core::{Facilitator, Fault, Network, Scheme, SchemeId, Terms};
use quittance_guard::receipt::Attested;
use quittance_guard::replay::ReplayLog;
use quittance_guard::screening::Screening;
use tokio::sync::Semaphore;

use crate::ask::Ask;
use crate::breaker::Breaker;
use crate::clock::Clock;
use crate::layer::SellLayer;
use crate::offer::flowing;
use crate::open;
use crate::options::Options;
use crate::origin::Origin;
use crate::quote::QuoteKey;
use crate::reply;
use crate::route::{Order, Prices, Route};
use crate::setup::SetupError;
use crate::statements::{Desk, Statements};
use crate::witness::Witness;

/// Sells routes. Clones are the same seller.
pub struct Seller<F, L>(pub(crate) Arc<Shared<F, L>>);

/// What all routes of a seller share.
pub(crate) struct Shared<F, L> {
    pub(crate) facilitator: F,
    pub(crate) log: Arc<L>,
    pub(crate) origin: Origin,
    pub(crate) schemes: Vec<&'static dyn Scheme>,
    pub(crate) clock: Clock,
    pub(crate) options: Options,
    pub(crate) screening: Option<Arc<dyn Screening>>,
    pub(crate) witnesses: Vec<(Network, Arc<dyn Witness>)>,
    pub(crate) quotes: Option<QuoteKey>,
    pub(crate) pages: Vec<Origin>,
    pub(crate) desk: Option<Desk>,
    pub(crate) breaker: Breaker,
    pub(crate) places: Arc<Semaphore>,
    /// What is under way; each sale holds one.
    pub(crate) sales: Arc<Semaphore>,
}

/// What became of the settlements that were open.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
#[non_exhaustive]
pub struct Reconciled {
    /// So many have come to an end.
    pub ended: usize,
    /// So many were sent to another facilitator than the one that this seller has now, and wait for that one: a second one is asked nothing
    /// as long as the first may still have settled (catalogue row 154). They end when a seller with that facilitator has this log.
    pub elsewhere: usize,
}

/// More sales than can be under way.
const SALES: u32 = 1 << 28;

/// A seller that is being put together.
pub struct Setup<F, L> {
    facilitator: F,
    log: Arc<L>,
    origin: Origin,
    schemes: Vec<&'static dyn Scheme>,
    clock: Clock,
    options: Options,
    screening: Option<Arc<dyn Screening>>,
    witnesses: Vec<(Network, Arc<dyn Witness>)>,
    quotes: Option<QuoteKey>,
    pages: Vec<Origin>,
    statements: Option<Statements>,
}

impl<F, L> Clone for Seller<F, L> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<F, L> Seller<F, L> {
    /// Begins a seller that is reached at an origin.
    ///
    /// The facilitator is any: in this process, or behind HTTP. The log is this seller's alone; a facilitator in the same process has one of
    /// its own, because the two remember the same payments for different purposes.
    pub fn setup(facilitator: F, log: Arc<L>, origin: Origin) -> Setup<F, L> {
        Setup {
            facilitator,
            log,
            origin,
            schemes: Vec::new(),
            clock: Clock::system(),
            options: Options::default(),
            screening: None,
            witnesses: Vec::new(),
            quotes: None,
            pages: Vec::new(),
            statements: None,
        }
    }
}

impl<F, L> Setup<F, L> {
    /// The same with a scheme, by whose rules each payment is checked here, before anybody else is asked: a facilitator that lies or is broken
    /// lets no payment pass that was not signed for these terms (catalogue row 181).
    #[must_use]
    pub fn scheme(mut self, scheme: &'static dyn Scheme) -> Self {
        self.schemes.push(scheme);
        self
    }

    /// The same with another clock.
    #[must_use]
    pub fn clock(self, clock: Clock) -> Self {
        Self { clock, ..self }
    }

    /// The same with other bounds.
    #[must_use]
    pub fn options(self, options: Options) -> Self {
        Self { options, ..self }
    }

    /// The same with somebody who says which accounts may not pay.
    #[must_use]
    pub fn screening(self, screening: Arc<dyn Screening>) -> Self {
        Self { screening: Some(screening), ..self }
    }

    /// The same with somebody who looks at the chain of a network for what the facilitator says that it settled there: nothing is served for what
    /// the chain does not show (catalogue row 182). It is asked when the money has moved: where it cannot look, a payment stays open, its buyer is
    /// told to come back with it, and it is looked for again then and by [`reconcile`](Seller::reconcile). Nothing stops the next sale, whose money
    /// moves too, so that whoever builds this sees to it that its witness can look. The first one of a network is the one that is asked; none is
    /// where [`Options::attested`] says that the facilitator's word is the chain's.
    #[must_use]
    pub fn witness(mut self, network: Network, witness: Arc<dyn Witness>) -> Self {
        self.witnesses.push((network, witness));
        self
    }

    /// The same with the key that quotes are sealed with.
    #[must_use]
    pub fn quotes(self, key: QuoteKey) -> Self {
        Self { quotes: Some(key), ..self }
    }

    /// The same with signed offers and receipts. Without this neither is sent.
    #[must_use]
    pub fn statements(self, statements: Statements) -> Self {
        Self { statements: Some(statements), ..self }
    }

    /// The same for pages of an origin, which may then read the answers.
    #[must_use]
    pub fn for_pages_of(mut self, origin: Origin) -> Self {
        self.pages.push(origin);
        self
    }

    /// The seller.
    ///
    /// # Errors
    ///
    /// [`SetupError`].
    pub fn build(self) -> Result<Seller<F, L>, SetupError>
    where
        F: Facilitator,
        L: ReplayLog,
    {
        let options = &self.options;
        for (name, zero) in [
            ("lease", options.lease == 0),
            ("attempts", options.attempts == 0),
            ("concurrency", options.concurrency == 0),
            ("failures", options.failures == 0),
            ("verify", options.verify.is_zero()),
            ("settle", options.settle.is_zero()),
            ("look", options.look.is_zero()),
            ("body_time", options.body_time.is_zero()),
        ] {
            if zero {
                return Err(SetupError::Zero(name));
            }
        }
        let (has, asked) = (self.log.reach(), options.reach);
        if has < asked {
            return Err(SetupError::Reach { has, asked });
        }
        if !open::is_name(self.facilitator.name()) {
            return Err(SetupError::Text("the facilitator's name"));
        }
        let breaker = Breaker::new(options.failures, options.rest);
        let places = Arc::new(Semaphore::new(options.concurrency.min(Semaphore::MAX_PERMITS)));
        let Self { facilitator, log, origin, schemes, clock, options, screening, witnesses, quotes, pages, statements } = self;
        Ok(Seller(Arc::new(Shared {
            facilitator,
            log,
            origin,
            schemes,
            clock,
            options,
            screening,
            witnesses,
            quotes,
            pages,
            desk: statements.map(Desk::new),
            breaker,
            places,
            sales: Arc::new(Semaphore::new(SALES as usize)),
        })))
    }
}

impl<F, L> Seller<F, L> {
    /// Where it is reached.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        &self.0.origin
    }

    /// A layer that sells what it is put around, under the conditions of a route.
    ///
    /// # Errors
    ///
    /// [`SetupError`] when a payment for an offer of the route could not be checked or its terms not be sent.
    pub fn sell(&self, mut route: Route) -> Result<SellLayer<F, L>, SetupError> {
        if let Prices::Fixed(offers) = &mut route.prices {
            *offers = std::mem::take(offers).into_iter().map(|offer| flowing(offer, route.order)).collect::<Result<_, _>>()?;
            self.check(offers)?;
        }
        if route.quote.is_some() && self.0.quotes.is_none() {
            return Err(SetupError::NoQuoteKey);
        }
        if route.quote == Some(0) {
            return Err(SetupError::Zero("the life of a quote"));
        }
        if let Order::ServeThenSettle { exposure } | Order::Metered { exposure } = route.order
            && exposure.is_zero()
        {
            return Err(SetupError::Zero("exposure"));
        }
        if let (Order::Metered { .. }, Prices::Fixed(offers)) = (route.order, &route.prices)
            && offers.iter().any(|offer| *offer.scheme() != SchemeId::Upto)
        {
            return Err(SetupError::NotUpto);
        }
        let fits = if self.0.origin.is_of_tools() {
            if matches!(route.order, Order::Metered { .. }) {
                return Err(SetupError::MeteredTool);
            }
            route.prefix.is_empty() && route.resource.is_some()
        } else {
            let prefix = self.0.origin.resource(&route.prefix, "/").map_err(|_| SetupError::Resource)?;
            prefix.as_str().strip_prefix(self.0.origin.as_str()) == Some(&*[&*route.prefix, "/"].concat())
        };
        if !fits {
            return Err(SetupError::Resource);
        }
        let fixed = match &route.resource {
            None => None,
            Some(path) if path.starts_with('/') => {
                Some(self.0.origin.resource(&route.prefix, path).map_err(|_| SetupError::Resource)?)
            }
            Some(_) => return Err(SetupError::Resource),
        };
        for (name, text) in [("the description", &route.description), ("the media type", &route.mime_type)] {
            if text.as_ref().is_some_and(|text| text.chars().any(char::is_control)) {
                return Err(SetupError::Text(name));
            }
        }
        if let Some(wrong) = route.service.wrong() {
            return Err(SetupError::Text(wrong));
        }
        if let Some(discovery) = &route.discovery {
            let is_of_the_route = match &discovery.0.info().input {
                BazaarInput::Tool(tool) => {
                    self.0.origin.is_of_tools() && route.resource.as_deref() == Some(&*format!("/{}", tool.name))
                }
                _ => !self.0.origin.is_of_tools(),
            };
            if !is_of_the_route {
                return Err(SetupError::Discovery);
            }
        }
        let offers = match &route.prices {
            Prices::Fixed(offers) => Some(offers.clone()),
            Prices::List(_) => None,
        };
        let ask = Ask::new(route.clone(), offers.as_deref())?;
        Ok(SellLayer::new(Arc::clone(&self.0), Arc::new(Selling { route, ask, fixed })))
    }

    /// Fixed offers are checkable, and none stands there twice.
    fn check(&self, offers: &[Terms]) -> Result<(), SetupError> {
        if offers.is_empty() {
            return Err(SetupError::NoOffer);
        }
        for (i, offer) in offers.iter().enumerate() {
            if self.0.scheme(offer).is_none() {
                return Err(SetupError::NoScheme(offer.scheme().clone(), offer.network()));
            }
            if offers.iter().take(i).any(|before| before.is_same_offer(offer)) {
                return Err(SetupError::SameOffer);
            }
        }
        Ok(())
    }
}

/// A route as its layer has it.
#[derive(Debug)]
pub(crate) struct Selling {
    pub(crate) route: Route,
    pub(crate) ask: Ask,
    pub(crate) fixed: Option<quittance_core::Resource>,
}

impl Selling {
    /// The offers for a request, as they are made now, or the answer that there are none.
    pub(crate) fn offers(&self, request: &Parts) -> Result<Cow<'_, [Terms]>, Response<Bytes>> {
        let list = match &self.route.prices {
            Prices::Fixed(offers) => return Ok(offers.as_slice().into()),
            Prices::List(list) => list.offers(request).map_err(|fault| reply::fault(fault, reply::COME_BACK))?,
        };
        let offers = list.into_iter().map(|offer| flowing(offer, self.route.order)).collect::<Result<Vec<_>, _>>();
        offers.map(Into::into).map_err(|error| {
            tracing::error!(%error, "a price list makes an offer that its route does not sell");
            reply::bug()
        })
    }
}

impl<F, L> Shared<F, L> {
    /// For how many seconds a payment that is being worked on is nobody else's: where its chain is looked at, for as long as that may take too,
    /// before a facilitator is asked again and after.
    pub(crate) fn lease(&self, network: Network) -> u64 {
        let look = self.witness(network).map_or(0, |_| self.options.look.as_secs().saturating_mul(2));
        self.options.lease.saturating_add(look)
    }

    /// Who looks at a chain; nobody where the facilitator's word is that of the chain.
    pub(crate) fn witness(&self, network: Network) -> Option<&dyn Witness> {
        let mut witnesses = self.witnesses.iter().filter(|_| self.options.attested == Attested::Answer);
        witnesses.find(|(other, _)| *other == network).map(|(_, witness)| &**witness)
    }

    /// The rules by which a payment for an offer is checked.
    pub(crate) fn scheme(&self, offer: &Terms) -> Option<&'static dyn Scheme> {
        let id: &SchemeId = offer.scheme();
        self.schemes.iter().copied().find(|scheme| scheme.id() == *id && scheme.serves(offer.network()))
    }
}

impl<F: Facilitator + Send + Sync + 'static, L: ReplayLog + Send + Sync + 'static> Seller<F, L> {
    /// Goes on with every settlement whose outcome is open and that nobody is at. To be done at start and from time to time: a buyer who was
    /// told that the outcome is unknown may never come back to ask (rules 12 to 15).
    ///
    /// # Errors
    ///
    /// [`Fault`] when the log or the clock cannot be asked.
    pub async fn reconcile(&self) -> Result<Reconciled, Fault> {
        crate::settle::reconcile(&self.0).await
    }

    /// Forgets payments that are over and could not be used again, and says how many there were. To be done from time to time: a log only grows
    /// otherwise.
    ///
    /// # Errors
    ///
    /// [`Fault`] when the log or the clock cannot be asked.
    pub async fn forget(&self) -> Result<usize, Fault> {
        self.0.log.purge(self.0.clock.now()?).await
    }

    /// Waits until nothing is under way: every paid request has come to its end and what became of it is written down, also for a client that has
    /// gone. To be called when no more requests come, before the log is closed.
    pub async fn drained(&self) {
        // it is never closed
        let _all = self.0.sales.acquire_many(SALES).await;
    }
}

impl<F, L> fmt::Debug for Seller<F, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Seller").field("origin", &self.0.origin).field("options", &self.0.options).finish_non_exhaustive()
    }
}

impl<F, L> fmt::Debug for Setup<F, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Setup").field("origin", &self.origin).field("options", &self.options).finish_non_exhaustive()
    }
}
