//! The objects that only version 1 has, and how they map to version 2 (core specification v1; map sections 1.2 and 1.3).

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::fmt;

use super::erase::network_named;
use super::{Members, Quiet, ResourceInfo, Unknown, Version, Wire, Writer, verbatim, wire_object};
use crate::amount::Amount;
use crate::error::DecodeError;
use crate::json::Object;
use crate::registry;

/// The body of a v1 402 answer.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PaymentRequired {
    /// Why the request was not served. The specification requires it; the TypeScript client does not, and neither does reading.
    pub error: Option<String>,
    /// The ways to pay.
    pub accepts: Vec<PaymentRequirements>,
    /// Members that this version of the crate does not know.
    pub other: Unknown,
}

impl PaymentRequired {
    /// Terms with the reason for refusal that the specification asks for.
    #[must_use]
    pub fn new(error: impl Into<String>, accepts: Vec<PaymentRequirements>) -> Self {
        Self { error: Some(error.into()), accepts, other: Unknown::new() }
    }
}

/// Of the reason, which is text for people, it shows the length.
impl fmt::Debug for PaymentRequired {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PaymentRequired")
            .field("error", &Quiet::optional(self.error.as_ref()))
            .field("accepts", &self.accepts)
            .finish_non_exhaustive()
    }
}

impl Wire for PaymentRequired {
    fn read(mut members: Members<'_>) -> Result<Self, DecodeError> {
        members.version(&[Version::V1])?;
        Ok(Self { error: members.optional_text("error")?, accepts: members.list("accepts")?, other: members.rest() })
    }

    fn write(&self) -> Object {
        Writer::new().version(Version::V1).optional("error", self.error.as_deref()).list("accepts", &self.accepts).rest(&self.other)
    }
}

/// One way to pay, in the words of version 1.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct PaymentRequirements {
    /// The payment scheme.
    pub scheme: String,
    /// The short name of the network, such as `base-sepolia`.
    pub network: String,
    /// The price in the smallest unit of the asset, as decimal text.
    pub max_amount_required: String,
    /// What is being sold. In version 2 these three stand once, beside the offers.
    pub resource: ResourceInfo,
    /// The shape of the answer, for catalogues; in version 2 part of the `bazaar` extension.
    pub output_schema: Option<Object>,
    /// Who is paid.
    pub pay_to: String,
    /// How many seconds the seller allows from terms to settlement.
    pub max_timeout_seconds: u64,
    /// The token's address or mint.
    pub asset: String,
    /// Data of the scheme.
    pub extra: Option<Object>,
    /// Members that this version of the crate does not know.
    pub other: Unknown,
}

impl PaymentRequirements {
    /// Reads the price.
    ///
    /// # Errors
    ///
    /// [`AmountError`](crate::AmountError).
    pub fn parse_amount(&self) -> Result<Amount, DecodeError> {
        Amount::parse(&self.max_amount_required).map_err(|e| DecodeError::member(e, "maxAmountRequired"))
    }

    /// The same offer in the words of version 2.
    ///
    /// # Errors
    ///
    /// [`NetworkError`](crate::NetworkError) when version 1 has no network of that name.
    pub fn to_v2(&self) -> Result<super::PaymentRequirements, DecodeError> {
        Ok(super::PaymentRequirements {
            scheme: self.scheme.clone(),
            network: network_named(&self.network)?.to_string(),
            amount: self.max_amount_required.clone(),
            asset: self.asset.clone(),
            pay_to: self.pay_to.clone(),
            max_timeout_seconds: self.max_timeout_seconds,
            extra: self.extra.clone(),
            other: Unknown::new(),
        })
    }

    /// An offer of version 2 in the words of version 1, for a resource; nothing when version 1 has no name for the network.
    #[must_use]
    pub fn from_v2(offer: &super::PaymentRequirements, resource: &ResourceInfo) -> Option<Self> {
        let network = registry::v1_name(offer.network.parse().ok()?)?;
        Some(Self {
            scheme: offer.scheme.clone(),
            network: network.into(),
            max_amount_required: offer.amount.clone(),
            resource: ResourceInfo {
                description: Some(resource.description.clone().unwrap_or_default()),
                mime_type: resource.mime_type.clone(),
                ..ResourceInfo::new(resource.url.clone())
            },
            output_schema: None,
            pay_to: offer.pay_to.clone(),
            max_timeout_seconds: offer.max_timeout_seconds,
            asset: offer.asset.clone(),
            extra: offer.extra.clone(),
            other: Unknown::new(),
        })
    }
}

impl Wire for PaymentRequirements {
    fn read(mut members: Members<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            scheme: members.nonempty_text("scheme")?,
            network: members.nonempty_text("network")?,
            max_amount_required: members.text("maxAmountRequired")?,
            resource: ResourceInfo {
                url: members.nonempty_text("resource")?,
                // Required by the specification, optional in the Python SDK (map W17).
                description: members.optional_text("description")?,
                mime_type: members.optional_text("mimeType")?,
                ..ResourceInfo::default()
            },
            output_schema: members.optional_object("outputSchema")?,
            pay_to: members.nonempty_text("payTo")?,
            max_timeout_seconds: members.integer("maxTimeoutSeconds")?,
            asset: members.nonempty_text("asset")?,
            extra: members.optional_object("extra")?,
            other: members.rest(),
        })
    }

    fn write(&self) -> Object {
        Writer::new()
            .member("scheme", self.scheme.as_str())
            .member("network", self.network.as_str())
            .member("maxAmountRequired", self.max_amount_required.as_str())
            .member("asset", self.asset.as_str())
            .member("payTo", self.pay_to.as_str())
            .member("resource", self.resource.url.as_str())
            .optional("description", self.resource.description.as_deref())
            .optional("mimeType", self.resource.mime_type.as_deref())
            .optional("outputSchema", self.output_schema.clone())
            .integer("maxTimeoutSeconds", self.max_timeout_seconds)
            .optional("extra", self.extra.clone())
            .rest(&self.other)
    }
}

/// A payment of version 1. It names scheme and network only, not the offer it takes.
///
/// `Debug` shows the shape of `payload` only; it holds a live signature.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct PaymentPayload {
    /// The payment scheme.
    pub scheme: String,
    /// The short name of the network.
    pub network: String,
    /// What the scheme signs and sends.
    pub payload: Object,
    /// Members that this version of the crate does not know.
    pub other: Unknown,
}

impl PaymentPayload {
    /// A payment by a scheme on a network.
    #[must_use]
    pub fn new(scheme: impl Into<String>, network: impl Into<String>, payload: Object) -> Self {
        Self { scheme: scheme.into(), network: network.into(), payload, other: Unknown::new() }
    }
}

impl PaymentPayload {
    /// Reads a payment, its payload by `payload`, and returns the two apart.
    pub(super) fn read_parts<'a, P>(
        mut members: Members<'a>,
        payload: impl FnOnce(Members<'a>) -> P,
    ) -> Result<(Self, P), DecodeError> {
        members.version(&[Version::V1])?;
        let (scheme, network) = (members.nonempty_text("scheme")?, members.nonempty_text("network")?);
        let read = payload(members.members("payload")?);
        Ok((Self { scheme, network, payload: Object::new(), other: members.rest() }, read))
    }
}

impl Wire for PaymentPayload {
    fn read(members: Members<'_>) -> Result<Self, DecodeError> {
        let (payment, payload) = Self::read_parts(members, Members::into_object)?;
        Ok(Self { payload, ..payment })
    }

    fn write(&self) -> Object {
        Writer::new()
            .version(Version::V1)
            .member("scheme", self.scheme.as_str())
            .member("network", self.network.as_str())
            .member("payload", self.payload.clone())
            .rest(&self.other)
    }
}

wire_object!(PaymentRequired, PaymentRequirements, PaymentPayload);
verbatim!(PaymentRequired, PaymentRequirements, PaymentPayload);
