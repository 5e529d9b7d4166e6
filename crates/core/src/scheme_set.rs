//! The schemes that a seller or a facilitator speaks.

use alloc::vec::Vec;
use core::fmt;

use crate::misuse::Misuse;
use crate::network::Network;
use crate::scheme::{Scheme, SchemeId};

/// Schemes in the order they were given, each reachable by its typed id and a network.
///
/// It is built once, at start-up, for the networks in use; two schemes that answer to one id on one of them are refused then, so that a
/// look-up never depends on the order. There is no wildcard and no process-wide registry.
#[derive(Clone)]
pub struct SchemeSet<'a> {
    schemes: Vec<&'a dyn Scheme>,
    networks: Vec<Network>,
}

impl<'a> SchemeSet<'a> {
    /// A set for some networks.
    ///
    /// # Errors
    ///
    /// [`Misuse::DuplicateScheme`].
    pub fn new(schemes: impl IntoIterator<Item = &'a dyn Scheme>, networks: &[Network]) -> Result<Self, Misuse> {
        let set = Self { schemes: schemes.into_iter().collect(), networks: networks.to_vec() };
        for (i, scheme) in set.schemes.iter().enumerate() {
            let clash = |other: &&dyn Scheme| {
                other.id() == scheme.id() && networks.iter().any(|network| other.serves(*network) && scheme.serves(*network))
            };
            if set.schemes.iter().take(i).any(clash) {
                return Err(Misuse::DuplicateScheme);
            }
        }
        Ok(set)
    }

    /// The scheme of an id on a network; none on a network that the set was not made for.
    #[must_use]
    pub fn find(&self, id: &SchemeId, network: Network) -> Option<&'a dyn Scheme> {
        let mut schemes = self.networks.contains(&network).then_some(&self.schemes)?.iter().copied();
        schemes.find(|scheme| scheme.id() == *id && scheme.serves(network))
    }
}

impl fmt::Debug for SchemeSet<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.schemes.iter().map(|scheme| scheme.id())).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::amount::Amount;
    use crate::chain::Plan;
    use crate::proof::Admitted;
    use crate::registry::networks::{BASE, BASE_SEPOLIA, ETHEREUM};
    use crate::rejection::Rejection;
    use crate::scheme::{Progress, VerifyInput};

    /// A scheme that is only good for being looked up.
    struct Named(SchemeId, &'static [Network]);

    impl Scheme for Named {
        fn id(&self) -> SchemeId {
            self.0.clone()
        }

        fn serves(&self, network: Network) -> bool {
            self.1.contains(&network)
        }

        fn verify(&self, _: &VerifyInput<'_>) -> Result<Progress, Rejection> {
            Err(Rejection::UnsupportedScheme)
        }

        fn plan(&self, _: &Admitted, _: Amount) -> Result<Plan, Rejection> {
            Err(Rejection::UnsupportedScheme)
        }
    }

    #[test]
    fn a_scheme_is_found_by_id_and_network_and_stands_there_once() {
        let exact = Named(SchemeId::Exact, &[BASE, ETHEREUM]);
        let upto = Named(SchemeId::Upto, &[BASE]);
        let also = Named(SchemeId::Exact, &[BASE_SEPOLIA, ETHEREUM]);
        let all: [&dyn Scheme; 3] = [&exact, &upto, &also];
        assert_eq!(SchemeSet::new(all, &[BASE, ETHEREUM]).map(|_| ()), Err(Misuse::DuplicateScheme));
        let set = SchemeSet::new(all, &[BASE, BASE_SEPOLIA]).unwrap();
        let serves = |id: SchemeId, network| set.find(&id, network).map(|scheme| scheme.serves(ETHEREUM));
        assert_eq!(serves(SchemeId::Exact, BASE), Some(true));
        assert_eq!(serves(SchemeId::Upto, BASE), Some(false));
        assert_eq!(serves(SchemeId::Upto, BASE_SEPOLIA), None);
        assert_eq!(serves(SchemeId::from("Exact"), BASE), None);
        assert_eq!(serves(SchemeId::Exact, ETHEREUM), None, "not one of the networks in use, on which two would answer");
    }
}
