//! `PaymentRequired` and `PaymentPayload` of version 2 (core specification v2, sections 5.1 and 5.2).

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::{Extensions, Members, PaymentRequirements, Quiet, ResourceInfo, Unknown, Version, Wire, Writer, verbatim, wire_object};
use crate::error::DecodeError;
use crate::json::Object;
use crate::terms::Terms;

/// The terms of a 402 answer.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PaymentRequired {
    /// Why the request was not served: text for people, or a reason code.
    pub error: Option<String>,
    /// What is being sold. The specification requires it; three of four references do not, so neither does reading (map W1).
    pub resource: Option<ResourceInfo>,
    /// The ways to pay, in the seller's order, which a buyer should not care about (catalogue row 196).
    pub accepts: Vec<PaymentRequirements>,
    /// Extension id to entry.
    pub extensions: Option<Extensions>,
    /// Members that this version of the crate does not know.
    pub other: Unknown,
}

impl PaymentRequired {
    /// Terms for a resource.
    #[must_use]
    pub fn new(resource: ResourceInfo, accepts: Vec<PaymentRequirements>) -> Self {
        Self { error: None, resource: Some(resource), accepts, extensions: None, other: Unknown::new() }
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
        members.version(&[Version::V2])?;
        Ok(Self {
            error: members.optional_text("error")?,
            resource: members.optional_nested("resource")?,
            accepts: members.list("accepts")?,
            extensions: members.optional_nested("extensions")?,
            other: members.rest(),
        })
    }

    fn write(&self) -> Object {
        Writer::new()
            .version(Version::V2)
            .optional("error", self.error.as_deref())
            .optional("resource", self.resource.as_ref().map(Object::from))
            .list("accepts", &self.accepts)
            .optional("extensions", self.extensions.as_ref().map(Object::from))
            .rest(&self.other)
    }
}

/// A payment: which offer was taken, and what the scheme needs to collect it.
///
/// `Debug` shows the shape of `payload` only; it holds a live signature.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct PaymentPayload {
    /// The client's copy of the seller's resource: a claim to compare, not an input.
    pub resource: Option<ResourceInfo>,
    /// The offer that was taken, as the seller wrote it.
    pub accepted: PaymentRequirements,
    /// What the scheme signs and sends.
    pub payload: Object,
    /// The extensions of the offer, returned, and the client's additions.
    pub extensions: Option<Extensions>,
    /// Members that this version of the crate does not know.
    pub other: Unknown,
}

impl PaymentPayload {
    /// A payment for an offer.
    #[must_use]
    pub const fn new(accepted: PaymentRequirements, payload: Object) -> Self {
        Self { resource: None, accepted, payload, extensions: None, other: Unknown::new() }
    }
}

/// A payment of which only the shape was read.
///
/// `R` is what is kept of the resource.
pub(super) struct Parts<'a, R> {
    pub(super) resource: Option<R>,
    pub(super) accepted: Accepted,
    pub(super) payload: Members<'a>,
    pub(super) extensions: Option<Extensions>,
    rest: Members<'a>,
}

/// The offer that a payment says it takes.
pub(super) enum Accepted {
    /// One that was read before, word by word.
    Known(Terms),
    /// Any other.
    Written(PaymentRequirements),
}

impl Accepted {
    fn read(members: Members<'_>, offers: &[Terms]) -> Result<Self, DecodeError> {
        match offers.iter().find(|offer| offer.requirements().are_in(&members)) {
            Some(offer) => Ok(Self::Known(offer.clone())),
            None => PaymentRequirements::read(members).map(Self::Written),
        }
    }
}

impl<'a, R> Parts<'a, R> {
    pub(super) fn read(
        mut members: Members<'a>,
        offers: &[Terms],
        resource: impl FnOnce(Members<'a>) -> Result<R, DecodeError>,
    ) -> Result<Self, DecodeError> {
        members.version(&[Version::V2])?;
        Ok(Self {
            resource: members.optional_read("resource", resource)?,
            accepted: members.read("accepted", |accepted| Accepted::read(accepted, offers))?,
            payload: members.members("payload")?,
            extensions: members.optional_nested("extensions")?,
            rest: members,
        })
    }
}

impl Wire for PaymentPayload {
    fn read(members: Members<'_>) -> Result<Self, DecodeError> {
        let Parts { resource, accepted, payload, extensions, rest } = Parts::read(members, &[], ResourceInfo::read)?;
        let accepted = match accepted {
            Accepted::Known(terms) => terms.requirements().clone(),
            Accepted::Written(requirements) => requirements,
        };
        Ok(Self { resource, accepted, payload: payload.into_object(), extensions, other: rest.rest() })
    }

    fn write(&self) -> Object {
        Writer::new()
            .version(Version::V2)
            .optional("resource", self.resource.as_ref().map(Object::from))
            .member("accepted", Object::from(&self.accepted))
            .member("payload", self.payload.clone())
            .optional("extensions", self.extensions.as_ref().map(Object::from))
            .rest(&self.other)
    }
}

wire_object!(PaymentRequired, PaymentPayload);
verbatim!(PaymentRequired, PaymentPayload);
