//! How requests travel: over HTTP connections of the buyer's own, or by somebody who carries them.
//!
//! A protocol that is not HTTP has the same terms, payments and receipts in other places. Whoever puts them where HTTP has them, and takes them
//! from there, has the whole of a buyer for that protocol: nothing of what is decided about money is decided again.

use std::pin::Pin;
use std::sync::Arc;

use quittance_core::wire::Paying;
use quittance_remote::{Exchange, Lost, Wanted, Web, Whole};

use crate::buyer::Settings;

/// An exchange that is on its way.
pub type Carried<'a> = Pin<Box<dyn Future<Output = Result<Exchange, Lost>> + Send + 'a>>;

/// Carries requests.
pub trait Carrier: Send + Sync {
    /// Carries one request, with the payment for it if there is one: once, to one other side, and without a copy left anywhere.
    ///
    /// Where nothing came back, [`Lost`] says whether the request can have arrived. The buyer bounds the time and the length of what comes back.
    fn carry<'a>(&'a self, wanted: &'a Wanted, payment: Option<&'a Paying>) -> Carried<'a>;
}

/// The way of one buyer.
pub(crate) enum Way {
    Web(Web),
    Carried(Arc<dyn Carrier>),
}

impl Way {
    pub(crate) async fn exchange(&self, wanted: &Wanted, payment: Option<&Paying>, settings: &Settings) -> Result<Exchange, Lost> {
        match self {
            Self::Web(web) => web.exchange_with(wanted, payment.map(|paying| (paying.name(), paying.expose()))).await,
            Self::Carried(carrier) => carried(&**carrier, wanted, payment, settings).await,
        }
    }
}

/// One exchange by somebody else, within the bounds of the settings.
pub(crate) async fn carried(
    carrier: &dyn Carrier,
    wanted: &Wanted,
    payment: Option<&Paying>,
    settings: &Settings,
) -> Result<Exchange, Lost> {
    let carried = tokio::time::timeout(settings.timeout, carrier.carry(wanted, payment)).await;
    let mut exchange = carried.unwrap_or(Err(Lost::Late))?;
    if exchange.body.len() > settings.max_body {
        exchange.body.truncate(settings.max_body);
        exchange.whole = Whole::TooLong;
    }
    Ok(exchange)
}
