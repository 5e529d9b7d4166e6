//! What is sold under which conditions.

use std::fmt;
use std::sync::Arc;

use http::Method;
use http::request::Parts;
use quittance_core::binding::{self, Mode};
use quittance_core::wire::{Bazaar, Binding, Declaration, Extension, Extensions, OfferReceipt, PaymentIdentifier};
use quittance_core::{Amount, Fault, Resource, Terms, payment_id};
use quittance_guard::replay::Quota;

/// A price list that depends on the request: its path, its headers, the time of day.
///
/// It is asked on every request, with payment and without. A buyer may come back with a payment for what was offered before, so an offer
/// of a price list is sealed as a [quote](crate::quote).
pub trait Pricing: Send + Sync {
    /// The offers for a request; for the same request the same, as long as prices do not change.
    ///
    /// # Errors
    ///
    /// [`Fault`] when there is no saying: the request is answered with that, and nothing is served.
    fn offers(&self, request: &Parts) -> Result<Vec<Terms>, Fault>;
}

impl<P: Fn(&Parts) -> Result<Vec<Terms>, Fault> + Send + Sync> Pricing for P {
    fn offers(&self, request: &Parts) -> Result<Vec<Terms>, Fault> {
        self(request)
    }
}

/// Whether a payment has to be bound to its request by its nonce ([`binding`]).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub enum Bind {
    /// The extension is not offered. A payment is good once, for whichever request it is first shown with, and what was paid for is never
    /// given again.
    Ignored,
    /// A payment that is bound is held to it, and its buyer can fetch what it has bought again; one that is not is taken as it is.
    #[default]
    Preferred,
    /// A payment that is not bound is refused.
    Required,
}

/// Whether a buyer names its payments (`payment-identifier`).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub enum Naming {
    /// The extension is not offered.
    #[default]
    Ignored,
    /// A name that is given stands for one payment.
    Optional,
    /// A payment without a name is refused.
    Required,
}

/// What comes first.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub enum Order {
    /// The money moves, then the handler runs (rule 17). What fails after that is owed: the same buyer may fetch it again.
    #[default]
    SettleThenServe,
    /// The same without a facilitator being asked before whether the payment is good: one question less, for which the settlement answers. What
    /// can be checked here is checked, nothing runs before the money has moved, and what is refused has cost its seller a settlement that fails.
    /// A stranger without funds leaves a failed payment in the log with each signature, flushed, until the [seller forgets](crate::Seller::forget); a verification
    /// would have spared that.
    /// The offers say so to buyers (`paymentFlow`), and are of the scheme `exact`, the only one that is settled so.
    Upfront,
    /// The handler runs and its whole answer is held back until the money has moved; if it fails nothing is charged. The work of an answer
    /// whose settlement fails is lost, so one payer may have at most so much under way at once (rows 148 and 149).
    ServeThenSettle {
        /// The greatest sum of open payments of one payer, in atomic units of the asset.
        exposure: Amount,
    },
    /// The handler charges a [`Meter`](crate::Meter) while its answer streams, and what it has charged is settled when the answer ends: by
    /// itself, because the client has gone, because no more was authorized, or because the authorization is about to end (row 165). All offers are
    /// of the scheme `upto`. What a crash or a payer without money leaves unpaid is lost, so one payer may have at most so much under way.
    Metered {
        /// The greatest sum of open payments of one payer, each counted as its ceiling.
        exposure: Amount,
    },
}

/// What is sold, at which price, and how. It becomes a layer by [`Seller::sell`](crate::Seller::sell).
#[derive(Clone)]
pub struct Route {
    pub(crate) prices: Prices,
    pub(crate) resource: Option<Box<str>>,
    pub(crate) prefix: Box<str>,
    pub(crate) description: Option<Box<str>>,
    pub(crate) mime_type: Option<Box<str>>,
    pub(crate) service: Service,
    pub(crate) discovery: Option<Box<(Declaration, Extension)>>,
    pub(crate) bind: Bind,
    pub(crate) naming: Naming,
    pub(crate) order: Order,
    pub(crate) quota: Option<Quota>,
    pub(crate) quote: Option<u64>,
}

#[derive(Clone)]
pub(crate) enum Prices {
    Fixed(Vec<Terms>),
    List(Arc<dyn Pricing>),
}

impl Route {
    /// For how many seconds an offer of a price list is honoured.
    pub const QUOTE: u64 = 60;

    /// A route with fixed prices. A buyer takes one of the offers, whichever it can pay.
    #[must_use]
    pub fn new(offers: impl IntoIterator<Item = Terms>) -> Self {
        Self::of(Prices::Fixed(offers.into_iter().collect()), None)
    }

    /// A route with prices that depend on the request or change. Each offer is honoured for [`QUOTE`](Self::QUOTE) seconds.
    #[must_use]
    pub fn priced(pricing: impl Pricing + 'static) -> Self {
        Self::of(Prices::List(Arc::new(pricing)), Some(Self::QUOTE))
    }

    /// The same with other fixed prices, and quoted as before.
    #[must_use]
    pub fn offering(self, offers: impl IntoIterator<Item = Terms>) -> Self {
        Self { prices: Prices::Fixed(offers.into_iter().collect()), ..self }
    }

    fn of(prices: Prices, quote: Option<u64>) -> Self {
        Self {
            prices,
            resource: None,
            prefix: "".into(),
            description: None,
            mime_type: None,
            service: Service::default(),
            discovery: None,
            bind: Bind::default(),
            naming: Naming::default(),
            order: Order::default(),
            quota: None,
            quote,
        }
    }

    /// The same for one resource, `/v1/report`, however it is asked for. Without this the resource is the path and query of the request, byte
    /// for byte.
    #[must_use]
    pub fn resource(self, path: &str) -> Self {
        Self { resource: Some(path.into()), ..self }
    }

    /// The same below a path that the router has taken off before the layer sees the request, as nested routers do: `/api`.
    #[must_use]
    pub fn nested_at(self, prefix: &str) -> Self {
        Self { prefix: prefix.into(), ..self }
    }

    /// The same with words for people about what is sold.
    #[must_use]
    pub fn description(self, text: &str) -> Self {
        Self { description: Some(text.into()), ..self }
    }

    /// The same with the media type of the answer.
    #[must_use]
    pub fn mime_type(self, text: &str) -> Self {
        Self { mime_type: Some(text.into()), ..self }
    }

    /// The same with a description for whoever lists resources (`bazaar`). It is sent to requests by the method that it is about, and a payment
    /// that carries another one in its place is refused: what is listed under the seller's name is the seller's word.
    #[must_use]
    pub fn discovery(self, declaration: Declaration) -> Self {
        let entry = declaration.entry();
        Self { discovery: Some(Box::new((declaration, entry))), ..self }
    }

    /// The same with what a listing says of the service: its name in up to 32 plain characters, up to five tags likewise.
    #[must_use]
    pub fn service<'a>(self, name: &str, tags: impl IntoIterator<Item = &'a str>) -> Self {
        let service =
            Service { name: Some(name.into()), tags: tags.into_iter().map(Into::into).collect(), icon: self.service.icon };
        Self { service, ..self }
    }

    /// The same with the URL of a picture for listings.
    #[must_use]
    pub fn icon(self, url: &str) -> Self {
        Self { service: Service { icon: Some(url.into()), ..self.service }, ..self }
    }

    /// The same with another attitude to bound payments.
    #[must_use]
    pub fn bind(self, bind: Bind) -> Self {
        Self { bind, ..self }
    }

    /// The same with another attitude to names of payments.
    #[must_use]
    pub fn naming(self, naming: Naming) -> Self {
        Self { naming, ..self }
    }

    /// The same in another order of money and work.
    #[must_use]
    pub fn order(self, order: Order) -> Self {
        Self { order, ..self }
    }

    /// The same with so many payments of one payer in so many seconds; one more is answered with 429.
    #[must_use]
    pub fn quota(self, max: u32, seconds: u64) -> Self {
        Self { quota: Some(Quota::new(max, seconds)), ..self }
    }

    /// The same with offers that are honoured for so many seconds after they were made, also when prices change in between.
    #[must_use]
    pub fn quoted_for(self, seconds: u64) -> Self {
        Self { quote: Some(seconds), ..self }
    }

    /// What the route says to whoever lists resources, for a request by a method.
    pub(crate) fn described(&self, method: &Method) -> Option<&Extension> {
        let (declaration, entry) = &**self.discovery.as_ref()?;
        declaration.method().is_none_or(|own| own == method.as_str()).then_some(entry)
    }

    /// What the route declares to buyers, with what is signed for this one.
    pub(crate) fn extensions(&self, described: Option<&Extension>, signed: Option<&Extension>) -> Option<Extensions> {
        let mut extensions = Extensions::new();
        for (id, entry) in [(Bazaar::ID, described), (OfferReceipt::ID, signed)] {
            if let Some(entry) = entry {
                extensions.insert(id, entry);
            }
        }
        if let Some(mode) = self.bind.mode() {
            extensions.insert(binding::EXTENSION, &Extension::from(&Binding::advertise(mode)));
        }
        if self.naming != Naming::Ignored {
            let declared = PaymentIdentifier::advertise(self.naming == Naming::Required);
            extensions.insert(payment_id::EXTENSION, &Extension::from(&declared));
        }
        Some(extensions).filter(|extensions| !extensions.is_empty())
    }
}

/// What a listing says of a service.
#[derive(Clone, Default)]
pub(crate) struct Service {
    pub(crate) name: Option<Box<str>>,
    pub(crate) tags: Vec<Box<str>>,
    pub(crate) icon: Option<Box<str>>,
}

impl Service {
    /// What of it no listing takes (extension `bazaar`, "Service Metadata"): it would be dropped without a word.
    pub(crate) fn wrong(&self) -> Option<&'static str> {
        let plain = |text: &str| (1..=32).contains(&text.len()) && text.bytes().all(|byte| matches!(byte, 0x20..=0x7e));
        let repeated =
            |i: usize| self.tags.iter().take(i).any(|other| self.tags.get(i).is_some_and(|tag| other.eq_ignore_ascii_case(tag)));
        if self.name.as_ref().is_some_and(|name| !plain(name)) {
            return Some("the name of the service");
        }
        if self.tags.len() > 5 || !self.tags.iter().all(|tag| plain(tag)) || (0..self.tags.len()).any(repeated) {
            return Some("a tag of the service");
        }
        self.icon.as_ref().is_some_and(|url| !is_icon(url)).then_some("the icon of the service")
    }
}

/// A URL on a named host of somebody else than the reader.
fn is_icon(url: &str) -> bool {
    let Ok(resource) = Resource::parse(url) else { return false };
    let host = resource.origin().split_once("://").map(|(_, host)| host.split(':').next().unwrap_or(host)).unwrap_or_default();
    let numeric =
        host.starts_with('[') || host.rsplit('.').next().is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_digit()));
    let here = ["localhost", "localhost.localdomain", "ip6-localhost", "ip6-loopback"].contains(&host);
    url.starts_with("http") && !numeric && !here && !host.starts_with("0x")
}

impl Bind {
    pub(crate) const fn mode(self) -> Option<Mode> {
        match self {
            Self::Ignored => None,
            Self::Preferred => Some(Mode::Preferred),
            Self::Required => Some(Mode::Required),
        }
    }
}

impl fmt::Debug for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let offers = match &self.prices {
            Prices::Fixed(offers) => offers.len(),
            Prices::List(_) => 0,
        };
        f.debug_struct("Route").field("fixed_offers", &offers).field("order", &self.order).finish_non_exhaustive()
    }
}
