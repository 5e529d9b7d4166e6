//! What servers and facilitators say to each other (core specification v2, section 7; v1 likewise).

use alloc::string::String;
use core::fmt;

use super::{
    Extensions, Members, PaymentPayload, PaymentRequirements, Quiet, Unknown, Version, Wire, Writer, v1, verbatim, wire_object,
};
use crate::error::{DecodeError, ShapeError};
use crate::json::Object;
use crate::rejection::Reason;

/// The body of `POST /verify`: a payment, and the requirements the *server* holds it against.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum VerifyRequest {
    /// Both parts in the words of version 1.
    V1 {
        /// The payment as the client sent it.
        payload: v1::PaymentPayload,
        /// The server's own offer.
        requirements: v1::PaymentRequirements,
        /// Members that this version of the crate does not know.
        other: Unknown,
    },
    /// Both parts in the words of version 2.
    V2 {
        /// The payment as the client sent it.
        payload: PaymentPayload,
        /// The server's own offer.
        requirements: PaymentRequirements,
        /// Members that this version of the crate does not know.
        other: Unknown,
    },
}

impl VerifyRequest {
    /// A request in the words of version 1.
    #[must_use]
    pub const fn v1(payload: v1::PaymentPayload, requirements: v1::PaymentRequirements) -> Self {
        Self::V1 { payload, requirements, other: Unknown::new() }
    }

    /// A request in the words of version 2.
    #[must_use]
    pub const fn v2(payload: PaymentPayload, requirements: PaymentRequirements) -> Self {
        Self::V2 { payload, requirements, other: Unknown::new() }
    }

    /// The version that both parts speak.
    #[must_use]
    pub const fn version(&self) -> Version {
        match self {
            Self::V1 { .. } => Version::V1,
            Self::V2 { .. } => Version::V2,
        }
    }
}

impl Wire for VerifyRequest {
    /// The version stands outside and inside the payload; the two must agree, or a facilitator and a server could dispatch the same
    /// bytes to different rules.
    fn read(mut members: Members<'_>) -> Result<Self, DecodeError> {
        Ok(match members.version(&[Version::V1, Version::V2])? {
            Version::V1 => {
                Self::V1 { payload: members.nested(PAYLOAD)?, requirements: members.nested(REQUIREMENTS)?, other: members.rest() }
            }
            Version::V2 => {
                Self::V2 { payload: members.nested(PAYLOAD)?, requirements: members.nested(REQUIREMENTS)?, other: members.rest() }
            }
        })
    }

    fn write(&self) -> Object {
        let (payload, requirements, other) = match self {
            Self::V1 { payload, requirements, other } => (Object::from(payload), Object::from(requirements), other),
            Self::V2 { payload, requirements, other } => (Object::from(payload), Object::from(requirements), other),
        };
        Writer::new().version(self.version()).member(PAYLOAD, payload).member(REQUIREMENTS, requirements).rest(other)
    }
}

const PAYLOAD: &str = "paymentPayload";
const REQUIREMENTS: &str = "paymentRequirements";

/// The body of `POST /settle`: the same object as for verification.
#[derive(Clone, PartialEq, Eq, Debug)]
#[allow(clippy::exhaustive_structs, reason = "the specification defines it as the same object")]
pub struct SettleRequest(pub VerifyRequest);

impl Wire for SettleRequest {
    fn read(members: Members<'_>) -> Result<Self, DecodeError> {
        VerifyRequest::read(members).map(Self)
    }

    fn write(&self) -> Object {
        self.0.write()
    }
}

/// The answer to `POST /verify`.
///
/// `isValid` must be a JSON boolean: `"true"`, `1` or an absent member is a broken facilitator, not a verdict (catalogue row 135).
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct VerifyResponse {
    /// Whether the payment can be settled.
    pub is_valid: bool,
    /// Why not. Read as any text: see [`Reason`](crate::rejection::Reason).
    pub invalid_reason: Option<String>,
    /// More about why not, for people.
    pub invalid_message: Option<String>,
    /// Who would pay.
    pub payer: Option<String>,
    /// Extension id to entry.
    pub extensions: Option<Extensions>,
    /// Data of the scheme.
    pub extra: Option<Object>,
    /// Members that this version of the crate does not know.
    pub other: Unknown,
}

impl VerifyResponse {
    /// The payment is valid.
    #[must_use]
    pub fn valid(payer: impl Into<String>) -> Self {
        Self { payer: Some(payer.into()), ..Self::bare(true) }
    }

    /// The payment is not valid.
    #[must_use]
    pub fn invalid(reason: impl Into<String>, payer: Option<String>) -> Self {
        Self { invalid_reason: Some(reason.into()), payer, ..Self::bare(false) }
    }

    const fn bare(is_valid: bool) -> Self {
        Self {
            is_valid,
            invalid_reason: None,
            invalid_message: None,
            payer: None,
            extensions: None,
            extra: None,
            other: Unknown::new(),
        }
    }
}

/// Of a reason it shows what the reason means, of a message the length.
impl fmt::Debug for VerifyResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifyResponse")
            .field("is_valid", &self.is_valid)
            .field("invalid_reason", &self.invalid_reason.as_deref().map(Reason::parse))
            .field("invalid_message", &Quiet::optional(self.invalid_message.as_ref()))
            .field("payer", &self.payer)
            .finish_non_exhaustive()
    }
}

impl Wire for VerifyResponse {
    /// A verdict that contradicts itself, valid with a reason for invalidity, is refused.
    fn read(mut members: Members<'_>) -> Result<Self, DecodeError> {
        let response = Self {
            is_valid: members.flag("isValid")?,
            invalid_reason: members.optional_text("invalidReason")?,
            invalid_message: members.optional_text("invalidMessage")?,
            payer: members.optional_text("payer")?,
            extensions: members.optional_nested("extensions")?,
            extra: members.optional_object("extra")?,
            other: members.rest(),
        };
        if response.is_valid && response.invalid_reason.as_deref().is_some_and(|reason| !reason.is_empty()) {
            return Err(DecodeError::member(ShapeError::Ambiguous, "invalidReason"));
        }
        Ok(response)
    }

    fn write(&self) -> Object {
        Writer::new()
            .member("isValid", self.is_valid)
            .optional("invalidReason", self.invalid_reason.as_deref())
            .optional("invalidMessage", self.invalid_message.as_deref())
            .optional("payer", self.payer.as_deref())
            .optional("extensions", self.extensions.as_ref().map(Object::from))
            .optional("extra", self.extra.clone())
            .rest(&self.other)
    }
}

wire_object!(VerifyRequest, SettleRequest, VerifyResponse);
verbatim!(VerifyRequest, SettleRequest, VerifyResponse);
