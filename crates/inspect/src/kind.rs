//! What an object is, by the members that only it has.

use core::fmt;

use quittance_core::header::{EXTENSION_RESPONSES, PAYMENT_REQUIRED, PAYMENT_RESPONSE, PAYMENT_SIGNATURE, SIGN_IN_WITH_X};
use quittance_core::header::{X_PAYMENT, X_PAYMENT_RESPONSE};
use quittance_core::json::{Object, Value};

/// What something is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Kind {
    /// A 402: what a seller asks.
    Required,
    /// The same in the words of version 1.
    RequiredV1,
    /// One offer.
    Offer,
    /// The same in the words of version 1.
    OfferV1,
    /// A payment.
    Payment,
    /// The same in the words of version 1.
    PaymentV1,
    /// What belongs into the `payload` of a payment.
    Payload,
    /// What a server asks a facilitator.
    Request,
    /// The same in the words of version 1.
    RequestV1,
    /// What a facilitator says of a payment.
    Verdict,
    /// What became of a settlement.
    Receipt,
    /// What a facilitator can do.
    Supported,
    /// A proof of who somebody is.
    SignIn,
    /// What became of extensions.
    ExtensionResponses,
    /// None of these.
    Unknown,
}

impl Kind {
    /// Looks at an object, and at the header that it stood in.
    pub(crate) fn of(object: &Object, header: Option<&str>) -> Self {
        let has = |name| object.member(name).is_some();
        let first = matches!(object.member("x402Version"), Some(Value::Number(number)) if number.as_u64() == Some(1));
        if has("paymentPayload") {
            if first { Self::RequestV1 } else { Self::Request }
        } else if has("accepts") {
            if first { Self::RequiredV1 } else { Self::Required }
        } else if has("payload") {
            // a payment of version 1 names scheme and network itself
            if first && !has("accepted") { Self::PaymentV1 } else { Self::Payment }
        } else if has("authorization") || has("permit2Authorization") {
            Self::Payload
        } else if has("payTo") {
            if has("maxAmountRequired") { Self::OfferV1 } else { Self::Offer }
        } else if has("isValid") {
            Self::Verdict
        } else if has("success") {
            Self::Receipt
        } else if has("kinds") {
            Self::Supported
        } else if header == Some(SIGN_IN_WITH_X) {
            Self::SignIn
        } else if header == Some(EXTENSION_RESPONSES) {
            Self::ExtensionResponses
        } else {
            Self::Unknown
        }
    }

    /// The header that carries it, if one does.
    pub(crate) const fn header(self) -> Option<&'static str> {
        Some(match self {
            Self::Required => PAYMENT_REQUIRED,
            Self::PaymentV1 => X_PAYMENT,
            Self::Payment => PAYMENT_SIGNATURE,
            Self::Receipt => PAYMENT_RESPONSE,
            Self::SignIn => SIGN_IN_WITH_X,
            Self::ExtensionResponses => EXTENSION_RESPONSES,
            _ => return None,
        })
    }

    /// Whether it belongs into a header.
    pub(crate) fn belongs_into(self, header: &str) -> bool {
        self == Self::Unknown || self.header() == Some(header) || (self == Self::Receipt && header == X_PAYMENT_RESPONSE)
    }

    /// Its stable name.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::RequiredV1 => "payment_required_v1",
            Self::Required => "payment_required_v2",
            Self::OfferV1 => "offer_v1",
            Self::Offer => "offer_v2",
            Self::PaymentV1 => "payment_v1",
            Self::Payment => "payment_v2",
            Self::Payload => "payload",
            Self::RequestV1 => "facilitator_request_v1",
            Self::Request => "facilitator_request_v2",
            Self::Verdict => "verify_response",
            Self::Receipt => "settle_response",
            Self::Supported => "supported",
            Self::SignIn => "sign_in",
            Self::ExtensionResponses => "extension_responses",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::RequiredV1 => "a 402 of version 1: what a seller asks",
            Self::Required => "a 402 of version 2: what a seller asks",
            Self::OfferV1 => "an offer of version 1",
            Self::Offer => "an offer of version 2",
            Self::PaymentV1 => "a payment of version 1",
            Self::Payment => "a payment of version 2",
            Self::Payload => "the payload of a payment",
            Self::RequestV1 => "a request to a facilitator, version 1",
            Self::Request => "a request to a facilitator, version 2",
            Self::Verdict => "a facilitator's word about a payment",
            Self::Receipt => "a receipt: what became of a settlement",
            Self::Supported => "what a facilitator can do",
            Self::SignIn => "a proof of who somebody is",
            Self::ExtensionResponses => "what became of extensions",
            Self::Unknown => "nothing that x402 knows",
        })
    }
}
