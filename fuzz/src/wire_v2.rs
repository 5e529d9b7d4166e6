//! Strict JSON, and the objects of version 2 that go between buyer and seller.

use quittance_core::wire::{
    DiscoveryResources, DiscoverySearch, PaymentPayload, PaymentRequired, PaymentRequirements, ResourceInfo, SignInWithX,
};
use quittance_core::{Payment, Terms};

use crate::json_laws;
use crate::vectors::Vectors;

/// JSON to every object of version 2.
pub fn run(data: &[u8]) {
    if json_laws::strict(data).is_none() {
        assert!(PaymentPayload::from_json(data, &quittance_core::Limits::BODY).is_err());
        return;
    }
    json_laws::object::<PaymentRequired>(data);
    json_laws::object::<ResourceInfo>(data);
    json_laws::object::<SignInWithX>(data);
    json_laws::object::<DiscoveryResources>(data);
    json_laws::object::<DiscoverySearch>(data);
    if let Some(offer) = json_laws::object::<PaymentRequirements>(data) {
        let (network, amount) = (offer.parse_network(), offer.parse_amount());
        if let Ok(terms) = Terms::parse(offer) {
            assert_eq!((Ok(terms.network()), Ok(terms.amount())), (network, amount));
        }
    }
    if let Some(payload) = json_laws::object::<PaymentPayload>(data) {
        let accepted = payload.accepted.clone();
        if let Ok(payment) = Payment::try_from(payload) {
            let claimed = payment.accepted().expect("version 2 says which offer is taken");
            assert!(*claimed.requirements() == accepted);
            assert_eq!((claimed.scheme(), claimed.network()), (payment.scheme(), payment.network()));
        }
    }
}

/// Every JSON text of the vectors that is not a facilitator's.
pub fn seeds(vectors: &Vectors) -> Vec<Vec<u8>> {
    let features =
        ["json/text", "wire/payment-payload", "wire/payment-required", "wire/requirements", "wire/resource-info", "wire/discovery"];
    let mut seeds = vectors.texts(&features, "text");
    seeds.extend(vectors.texts(&["header/siwx"], "header").iter().filter_map(|header| crate::base64::decode(header)));
    seeds
}
