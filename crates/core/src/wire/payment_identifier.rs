//! The `payment-identifier` extension; the identifier itself is a [`PaymentId`].

use super::extension::extension_info;
use super::{Members, Unknown, Wire, Writer};
use crate::error::DecodeError;
use crate::json::Object;
use crate::payment_id::PaymentId;

/// The `info` of the extension. A server writes `required`, a client returns that and adds `id`.
///
/// The identifier proves nothing about who sends it: a stored answer is never given on the strength of it alone (catalogue row 126).
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct PaymentIdentifier {
    /// Whether the server refuses a payment without an identifier. The specification's first text did not have it; absent is no.
    pub required: Option<bool>,
    /// The buyer's name for the payment.
    pub id: Option<PaymentId>,
    /// Members that this version of the crate does not know.
    pub other: Unknown,
}

impl PaymentIdentifier {
    /// What a server advertises.
    #[must_use]
    pub fn advertise(required: bool) -> Self {
        Self { required: Some(required), ..Self::default() }
    }

    /// What a client answers to an advertisement.
    #[must_use]
    pub fn answer(self, id: PaymentId) -> Self {
        Self { id: Some(id), ..self }
    }
}

impl Wire for PaymentIdentifier {
    fn read(mut members: Members<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            required: members.optional_flag("required")?,
            id: members.optional_parsed("id", PaymentId::parse)?,
            other: members.rest(),
        })
    }

    fn write(&self) -> Object {
        Writer::new().optional("required", self.required).optional("id", self.id.as_ref().map(PaymentId::as_str)).rest(&self.other)
    }
}

extension_info!(PaymentIdentifier);
