//! The objects of version 1, and how they become those of version 2.

use quittance_core::Payment;
use quittance_core::wire::v1;

use crate::json_laws;
use crate::vectors::Vectors;

/// JSON to every object of version 1.
pub fn run(data: &[u8]) {
    json_laws::object::<v1::PaymentRequired>(data);
    if let Some(payload) = json_laws::object::<v1::PaymentPayload>(data) {
        let (scheme, network) = (payload.scheme.clone(), payload.network.clone());
        if let Ok(payment) = Payment::try_from(payload) {
            assert_eq!(payment.scheme().as_str(), scheme);
            assert_eq!(quittance_core::registry::v1_name(payment.network()), Some(network.as_str()));
            assert!(payment.accepted().is_none() && payment.resource().is_none());
        }
    }
    if let Some(offer) = json_laws::object::<v1::PaymentRequirements>(data) {
        check_mapping(&offer);
    }
}

/// Texts of both versions: each is the other's near miss.
pub fn seeds(vectors: &Vectors) -> Vec<Vec<u8>> {
    vectors.texts(&["wire/payment-payload", "wire/payment-required", "wire/requirements", "wire/mapping"], "text")
}

/// What both versions can say goes there and back unchanged.
fn check_mapping(offer: &v1::PaymentRequirements) {
    let Ok(mapped) = offer.to_v2() else {
        assert!(quittance_core::registry::network_by_v1_name(&offer.network).is_none());
        return;
    };
    let back = v1::PaymentRequirements::from_v2(&mapped, &offer.resource).expect("a network with a name has one");
    let mut expected = offer.clone();
    // version 2 has these elsewhere, or not at all
    expected.output_schema = None;
    expected.other = Default::default();
    expected.resource.description.get_or_insert_default();
    assert!(back == expected);
}
