//! What a seller writes in whichever version its buyer speaks: terms, requests to its facilitator, and the header of its answer.

use alloc::string::{String, ToString as _};

use super::{PaymentPayload, PaymentRequired, ResourceInfo, SettleRequest, VerifyRequest, Version, v1};
use crate::amount::Amount;
use crate::error::DecodeError;
use crate::header::{self, PAYMENT_RESPONSE, PaymentHeader, X_PAYMENT_RESPONSE};
use crate::limits::Limits;
use crate::network::NetworkError;
use crate::scheme::SchemeId;
use crate::terms::Terms;

impl Version {
    /// The header that a receipt goes into.
    #[must_use]
    pub const fn receipt_header(self) -> &'static str {
        match self {
            Self::V1 => X_PAYMENT_RESPONSE,
            Self::V2 => PAYMENT_RESPONSE,
        }
    }
}

impl PaymentRequired {
    /// The same terms as a body of version 1, which a server can send along: those offers that version 1 has words for, which are `exact`
    /// on a network that it knows by name. None when there are none.
    #[must_use]
    pub fn body_v1(&self) -> Option<v1::PaymentRequired> {
        let resource = self.resource.as_ref()?;
        let known = self.accepts.iter().filter(|offer| offer.scheme == SchemeId::Exact.as_str());
        let accepts: alloc::vec::Vec<_> = known.filter_map(|offer| v1::PaymentRequirements::from_v2(offer, resource)).collect();
        if accepts.is_empty() {
            return None;
        }
        Some(v1::PaymentRequired::new(self.error.clone().unwrap_or_default(), accepts))
    }
}

impl VerifyRequest {
    /// What a seller asks its facilitator about the payment in a header: the payment as the client sent it, and the seller's own offer in
    /// the words of the same version.
    ///
    /// # Errors
    ///
    /// When the header cannot be read, or is of version 1, which has no name for the network of the offer.
    pub fn of_header(
        header: PaymentHeader<'_>,
        offer: &Terms,
        resource: &ResourceInfo,
        limits: &Limits,
    ) -> Result<Self, DecodeError> {
        match header.version {
            Version::V1 => {
                let payload: v1::PaymentPayload = header::x_payment(header.value, limits)?;
                let requirements = v1::PaymentRequirements::from_v2(offer.requirements(), resource)
                    .ok_or_else(|| DecodeError::member(NetworkError::V1Name, "network"))?;
                Ok(Self::v1(payload, requirements))
            }
            Version::V2 => {
                let payload: PaymentPayload = header::payment_signature(header.value, limits)?;
                Ok(Self::v2(payload, offer.requirements().clone()))
            }
        }
    }

    /// A request to settle the same for so much: the price, or what was used of a ceiling (`scheme_upto_evm`, phase 4).
    #[must_use]
    pub fn charging(self, charge: Amount) -> SettleRequest {
        let amount: String = charge.to_string();
        SettleRequest(match self {
            Self::V1 { payload, requirements, other } => {
                let requirements = v1::PaymentRequirements { max_amount_required: amount, ..requirements };
                Self::V1 { payload, requirements, other }
            }
            Self::V2 { payload, requirements, other } => {
                let requirements = super::PaymentRequirements { amount, ..requirements };
                Self::V2 { payload, requirements, other }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;
    use crate::json::Object;
    use crate::wire::PaymentRequirements;

    const PAYEE: &str = "0x209693Bc6afc0C5328bA36FaF03C514EF312287C";
    const USDC: &str = "0x036CbD53842c5426634e7929541eC2318f3dCF7e";

    fn offer(scheme: &str, network: &str) -> PaymentRequirements {
        PaymentRequirements::new(scheme, network, "10000", USDC, PAYEE, 60)
    }

    fn names(offers: &[PaymentRequirements]) -> Option<vec::Vec<String>> {
        let terms = PaymentRequired::new(ResourceInfo::new("https://a.example/r"), offers.to_vec());
        terms.body_v1().map(|body| body.accepts.into_iter().map(|offer| offer.network).collect())
    }

    #[test]
    fn version_1_is_told_what_it_has_words_for() {
        let base = offer("exact", "eip155:84532");
        assert_eq!(names(core::slice::from_ref(&base)), Some(vec!["base-sepolia".into()]));
        assert_eq!(names(&[offer("upto", "eip155:84532"), offer("exact", "eip155:42161")]), None);
        assert_eq!(names(&[offer("exact", "eip155:42161"), base]), Some(vec!["base-sepolia".into()]));
    }

    #[test]
    fn a_request_speaks_the_version_of_its_header() {
        let terms = Terms::parse(offer("exact", "eip155:84532")).unwrap();
        let resource = ResourceInfo::new("https://a.example/r");
        let (first, second) = (
            v1::PaymentPayload::new("exact", "base-sepolia", Object::new()),
            PaymentPayload::new(offer("exact", "eip155:84532"), Object::new()),
        );
        let first = header::encode(&first, &Limits::HEADER).unwrap();
        let second = header::encode(&second, &Limits::HEADER).unwrap();
        for (version, value) in [(Version::V1, &first), (Version::V2, &second)] {
            let header = PaymentHeader { version, value: value.as_bytes() };
            let request = VerifyRequest::of_header(header, &terms, &resource, &Limits::HEADER).unwrap();
            assert_eq!((request.version(), request.offer().unwrap().amount.as_str()), (version, "10000"));
            let SettleRequest(charged) = request.charging(Amount::from_u64(7));
            assert_eq!((charged.version(), charged.offer().unwrap().amount.as_str()), (version, "7"));
        }
        let elsewhere = Terms::parse(offer("exact", "eip155:42161")).unwrap();
        let header = PaymentHeader { version: Version::V1, value: first.as_bytes() };
        assert!(VerifyRequest::of_header(header, &elsewhere, &resource, &Limits::HEADER).is_err());
    }
}
