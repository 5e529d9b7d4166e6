//! Where the version is forgotten, and where it is remembered for the answer.
//!
//! A payment of either version becomes a [`Payment`] here, and what was settled becomes a receipt in the words of the version that asked.
//! Between the two nothing in this workspace looks at a version.

use alloc::string::{String, ToString as _};

use super::{PaymentPayload, SettleResponse, Version, v1};
use crate::amount::Amount;
use crate::asset::Account;
use crate::error::DecodeError;
use crate::header::{self, PaymentHeader};
use crate::limits::Limits;
use crate::network::{Network, NetworkError};
use crate::payment::Payment;
use crate::registry;
use crate::terms::Terms;

impl PaymentHeader<'_> {
    /// Reads the payment in the words of the version that the header's name stands for.
    pub(crate) fn read(self, limits: &Limits) -> Result<Payment, DecodeError> {
        match self.version {
            Version::V1 => header::x_payment(self.value, limits)?.try_into(),
            Version::V2 => header::payment_signature(self.value, limits)?.try_into(),
        }
    }
}

impl TryFrom<PaymentPayload> for Payment {
    type Error = DecodeError;

    fn try_from(payload: PaymentPayload) -> Result<Self, DecodeError> {
        let accepted = Terms::parse(payload.accepted).map_err(|e| e.inside("accepted"))?;
        let resource = payload.resource.map(|resource| resource.url);
        let payment = Self::read(Version::V2, accepted.scheme().clone(), accepted.network(), payload.payload)?;
        Ok(payment.with_claims(accepted, resource, payload.extensions.unwrap_or_default()))
    }
}

impl TryFrom<v1::PaymentPayload> for Payment {
    type Error = DecodeError;

    fn try_from(payload: v1::PaymentPayload) -> Result<Self, DecodeError> {
        let network = network_named(&payload.network)?;
        Self::read(Version::V1, payload.scheme.as_str().into(), network, payload.payload)
    }
}

/// The network that a name of version 1 means, for the member `network`.
pub(super) fn network_named(name: &str) -> Result<Network, DecodeError> {
    registry::network_by_v1_name(name).ok_or_else(|| DecodeError::member(NetworkError::V1Name, "network"))
}

impl SettleResponse {
    /// The receipt of a settlement (core specification v2 section 5.3, v1 likewise). Version 1 has its own names for networks, and no
    /// member for a charge that differs from the price.
    pub(crate) fn receipt(version: Version, network: Network, transaction: &str, payer: &Account, charged: Option<Amount>) -> Self {
        let (name, charged) = match version {
            Version::V1 => (registry::v1_name(network).map(String::from), None),
            Version::V2 => (None, charged),
        };
        let name = name.unwrap_or_else(|| network.to_string());
        Self { amount: charged.map(|amount| amount.to_string()), ..Self::settled(name, transaction, payer.to_string()) }
    }
}
