//! `PaymentRequired` and `PaymentPayload` of version 2 (core specification v2, sections 5.1 and 5.2).

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::{Extensions, Members, PaymentRequirements, Quiet, ResourceInfo, Unknown, Version, Wire, Writer, wire_object};
use crate::error::DecodeError;
use crate::json::Object;

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

impl PaymentPayload {
    /// Reads a payment, its payload by `payload`, and returns the two apart.
    pub(super) fn read_parts<'a, P>(
        mut members: Members<'a>,
        payload: impl FnOnce(Members<'a>) -> P,
    ) -> Result<(Self, P), DecodeError> {
        members.version(&[Version::V2])?;
        let resource = members.optional_nested("resource")?;
        let accepted = members.nested("accepted")?;
        let read = payload(members.members("payload")?);
        let extensions = members.optional_nested("extensions")?;
        Ok((Self { resource, accepted, payload: Object::new(), extensions, other: members.rest() }, read))
    }
}

impl Wire for PaymentPayload {
    fn read(members: Members<'_>) -> Result<Self, DecodeError> {
        let (payment, payload) = Self::read_parts(members, Members::into_object)?;
        Ok(Self { payload, ..payment })
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
