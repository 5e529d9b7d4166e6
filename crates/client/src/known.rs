//! What a buyer has learnt by paying: who an origin was paid at, and what a request cost.
//!
//! It is learnt from purchases that ended well, is forgotten with the process, and only ever makes the policy say no to what it would have
//! allowed a stranger (catalogue rows 191 and 194).

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use quittance_core::Resource;
use quittance_guard::policy::{KnownPrice, Pin, PriceSource};
use quittance_guard::{Fingerprint, Purchase};

/// How many origins and how many requests are remembered.
const MOST: usize = 10_000;

/// What was learnt. Clones share it.
#[derive(Clone, Default)]
pub struct Known(Arc<Mutex<Learnt>>);

/// It says where somebody buys.
impl fmt::Debug for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Known(..)")
    }
}

#[derive(Default)]
struct Learnt {
    pins: BTreeMap<String, Vec<Pin>>,
    prices: BTreeMap<Fingerprint, KnownPrice>,
}

impl Known {
    /// What a purchase that was paid for teaches. An origin keeps the first payee that it had on a network.
    pub(crate) fn learn(&self, resource: &Resource, purchase: &Purchase) {
        let network = purchase.asset.network();
        let mut learnt = self.learnt();
        if learnt.pins.len() < MOST || learnt.pins.contains_key(resource.origin()) {
            let pins = learnt.pins.entry(resource.origin().to_owned()).or_default();
            if !pins.iter().any(|pin| pin.network == network) {
                pins.push(Pin::new(network, purchase.payee.clone()));
            }
        }
        if learnt.prices.len() < MOST || learnt.prices.contains_key(&purchase.request) {
            let price = KnownPrice::new(PriceSource::Paid, purchase.asset.clone(), purchase.amount);
            learnt.prices.entry(purchase.request).or_insert(price);
        }
    }

    /// What there is to hold against an offer, beside what the caller knows.
    pub(crate) fn of(
        &self,
        resource: &Resource,
        request: &Fingerprint,
        (pins, prices): (&[Pin], &[KnownPrice]),
    ) -> (Vec<Pin>, Vec<KnownPrice>) {
        let learnt = self.learnt();
        // a caller who knows better has a pin of its own for the network
        let ours = learnt.pins.get(resource.origin()).into_iter().flatten();
        let ours = ours.filter(|pin| !pins.iter().any(|given| given.network == pin.network));
        let price = learnt.prices.get(request).filter(|_| prices.is_empty());
        (pins.iter().chain(ours).cloned().collect(), prices.iter().chain(price).cloned().collect())
    }

    fn learnt(&self) -> MutexGuard<'_, Learnt> {
        // whoever panicked here left every entry whole
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
