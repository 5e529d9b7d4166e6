//! Where the version is forgotten, and where it is remembered for the answer.
//!
//! A payment of either version becomes a [`Payment`] here, and what was settled becomes a receipt in the words of the version that asked.
//! Between the two nothing in this workspace looks at a version.

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use super::payment::{Accepted, Parts};
use super::{
    Extensions, Members, PaymentPayload, PaymentRequirements, SettleResponse, SupportedKind, VerifyRequest, Version, members_of,
    resource_info, v1,
};
use crate::amount::Amount;
use crate::asset::Account;
use crate::error::DecodeError;
use crate::header::{self, PaymentHeader};
use crate::json::Object;
use crate::limits::Limits;
use crate::network::{Network, NetworkError};
use crate::payment::{Authorization, Claims, Payment};
use crate::registry;
use crate::scheme::SchemeId;
use crate::terms::Terms;

impl PaymentHeader<'_> {
    /// Reads the payment in the words of the version that the header's name stands for, its payload straight from the text.
    pub(crate) fn read(self, offers: &[Terms], limits: &Limits) -> Result<Payment, DecodeError> {
        let bytes = header::decode_base64(self.value, limits)?;
        let members = members_of(&bytes, limits)?;
        match self.version {
            Version::V1 => {
                let (payment, payload) = v1::PaymentPayload::read_parts(members, |payload| payload)?;
                from_v1(payment, payload.beside(offers))
            }
            Version::V2 => {
                let Parts { resource, accepted, payload, extensions, .. } = Parts::read(members, offers, resource_info::url)?;
                from_v2(accepted, resource, extensions, payload)
            }
        }
    }
}

impl TryFrom<PaymentPayload> for Payment {
    type Error = DecodeError;

    fn try_from(payment: PaymentPayload) -> Result<Self, DecodeError> {
        let resource = payment.resource.map(|resource| resource.url);
        from_v2(Accepted::Written(payment.accepted), resource, payment.extensions, Members::of_object(payment.payload))
    }
}

impl TryFrom<v1::PaymentPayload> for Payment {
    type Error = DecodeError;

    fn try_from(mut payment: v1::PaymentPayload) -> Result<Self, DecodeError> {
        let payload = Members::of_object(core::mem::take(&mut payment.payload));
        from_v1(payment, payload)
    }
}

fn from_v2(
    accepted: Accepted,
    resource: Option<String>,
    extensions: Option<Extensions>,
    payload: Members<'_>,
) -> Result<Payment, DecodeError> {
    let accepted = match accepted {
        Accepted::Known(terms) => terms,
        Accepted::Written(requirements) => Terms::parse(requirements).map_err(|e| e.inside("accepted"))?,
    };
    let (scheme, network) = (accepted.scheme().clone(), accepted.network());
    let claims = Claims { accepted: Some(accepted), resource, extensions: extensions.unwrap_or_default() };
    Payment::read(Version::V2, scheme, network, claims, payload)
}

fn from_v1(payment: v1::PaymentPayload, payload: Members<'_>) -> Result<Payment, DecodeError> {
    let network = network_named(&payment.network)?;
    Payment::read(Version::V1, payment.scheme.as_str().into(), network, Claims::default(), payload)
}

/// The network that a name of version 1 means, for the member `network`.
pub(super) fn network_named(name: &str) -> Result<Network, DecodeError> {
    registry::network_by_v1_name(name).ok_or_else(|| DecodeError::member(NetworkError::V1Name, "network"))
}

impl VerifyRequest {
    /// The payment, whichever version carries it.
    ///
    /// # Errors
    ///
    /// As [`Payment`]'s own conversions.
    pub fn payment(&self) -> Result<Payment, DecodeError> {
        match self {
            Self::V1 { payload, .. } => payload.clone().try_into(),
            Self::V2 { payload: payment, .. } => {
                let resource = payment.resource.as_ref().map(|resource| resource.url.clone());
                let accepted = Accepted::Written(payment.accepted.clone());
                from_v2(accepted, resource, payment.extensions.clone(), Members::in_object(&payment.payload))
            }
        }
    }

    /// The server's own offer, in the words of version 2.
    ///
    /// # Errors
    ///
    /// When version 1 has no network of the name that stands there.
    pub fn offer(&self) -> Result<PaymentRequirements, DecodeError> {
        match self {
            Self::V1 { requirements, .. } => requirements.to_v2(),
            Self::V2 { requirements, .. } => Ok(requirements.clone()),
        }
    }

    /// The network of the offer, as it was written.
    #[must_use]
    pub fn network(&self) -> &str {
        match self {
            Self::V1 { requirements, .. } => &requirements.network,
            Self::V2 { requirements, .. } => &requirements.network,
        }
    }

    /// The offer that the payment is held against, and its price or ceiling.
    ///
    /// # Errors
    ///
    /// As [`offer`](Self::offer), or when a member of the offer is malformed.
    pub fn terms(&self, payment: &Payment) -> Result<(Terms, Amount), DecodeError> {
        let terms = match self.accepted(payment) {
            Some(terms) => terms.clone(),
            None => {
                let offer = self.offer()?;
                offer.parse_amount()?;
                Terms::parse(offer)?
            }
        };
        let price = terms.amount();
        Ok((terms, price))
    }

    /// Of a request to settle, the offer that the payment is held against, and what is to be charged.
    ///
    /// A settlement up to a ceiling has the charge in the place of the price (`scheme_upto_evm`, phase 4). Its ceiling is what was signed, which
    /// the scheme compares with what the client says it accepted.
    ///
    /// # Errors
    ///
    /// As [`terms`](Self::terms).
    pub fn terms_to_settle(&self, payment: &Payment) -> Result<(Terms, Amount), DecodeError> {
        let Authorization::UptoPermit2(payload) = payment.authorization() else { return self.terms(payment) };
        let mut offer = self.offer()?;
        let charge = offer.parse_amount()?;
        offer.amount = payload.permit.permitted.amount.to_string();
        let accepted = payment.accepted().filter(|accepted| *accepted.requirements() == offer).cloned();
        Ok((accepted.map_or_else(|| Terms::parse(offer), Ok)?, charge))
    }

    /// As a rule the offer is what the client says it accepted, which was read with the payment.
    fn accepted<'p>(&self, payment: &'p Payment) -> Option<&'p Terms> {
        match self {
            Self::V1 { .. } => None,
            Self::V2 { requirements, .. } => payment.accepted().filter(|accepted| accepted.requirements() == requirements),
        }
    }
}

impl SupportedKind {
    /// A scheme on a network, in each version that has words for them: version 1 knew `exact` only, and networks by name.
    #[must_use]
    pub fn each(scheme: &SchemeId, network: Network, extra: Option<&Object>) -> Vec<Self> {
        let kind = |version, name: &str| Self { extra: extra.cloned(), ..Self::new(version, scheme.as_str(), name) };
        let first = registry::v1_name(network).filter(|_| *scheme == SchemeId::Exact).map(|name| kind(Version::V1, name));
        [kind(Version::V2, network.as_str())].into_iter().chain(first).collect()
    }
}

impl SettleResponse {
    /// A settlement of a payment that came to nothing, in the words of the version that the payment spoke.
    #[must_use]
    pub fn refusal(payment: &Payment, network: Network, error_reason: &str, transaction: &str) -> Self {
        let payer = payment.from().map(|from| from.to_string());
        Self { payer, transaction: transaction.into(), ..Self::failed(name(payment.version(), network), error_reason) }
    }

    /// The receipt of a settlement (core specification v2 section 5.3, v1 likewise). Version 1 has its own names for networks, and no
    /// member for a charge that differs from the price.
    #[must_use]
    pub fn receipt(payment: &Payment, network: Network, transaction: &str, payer: &Account, charged: Option<Amount>) -> Self {
        let version = payment.version();
        let charged = charged.filter(|_| version != Version::V1);
        let name = name(version, network);
        Self { amount: charged.map(|amount| amount.to_string()), ..Self::settled(name, transaction, payer.to_string()) }
    }
}

/// What a version calls a network.
fn name(version: Version, network: Network) -> String {
    let first = if version == Version::V1 { registry::v1_name(network) } else { None };
    first.map_or_else(|| network.to_string(), String::from)
}
