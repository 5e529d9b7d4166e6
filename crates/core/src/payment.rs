//! A payment with every text in it read, whichever version of the protocol carried it.
//!
//! A seller begins with [`Payment::from_headers_for`]. Everything in a [`Payment`] is the payer's claim until it was compared with the
//! seller's [`Terms`] and the signature was checked.

use alloc::string::String;
use alloc::sync::Arc;
use core::fmt;

use crate::address::Address;
use crate::eip712::permit2::{ExactWitness, UptoWitness};
use crate::error::{DecodeError, ShapeError};
use crate::header::{self, PaymentHeader};
use crate::json::Object;
use crate::limits::Limits;
use crate::network::Network;
use crate::scheme::SchemeId;
use crate::terms::Terms;
use crate::time::UnixSeconds;
use crate::wire::{
    AUTHORIZATION, DELEGATION, Eip3009Payload, Extensions, Members, PERMIT, Permit2Payload, SolanaPayload, Version, Wire,
};

/// What a client sends to pay.
///
/// Everything in it is the client's word: [`accepted`](Self::accepted) and [`resource`](Self::resource) are claims to compare with the
/// seller's own terms, the authorization says what was signed, and whether it was is for a [`Scheme`](crate::Scheme) to find out.
/// It does not print itself. Cloning is cheap: clones share the payment, which is how a [`Verified`](crate::Verified) carries the very
/// one that was checked.
#[derive(Clone)]
pub struct Payment(Arc<Parts>);

struct Parts {
    version: Version,
    scheme: SchemeId,
    network: Network,
    claims: Claims,
    authorization: Authorization,
}

/// What the client says about a payment. Version 1 has no words for it.
#[derive(Default)]
pub(crate) struct Claims {
    pub(crate) accepted: Option<Terms>,
    pub(crate) resource: Option<String>,
    pub(crate) extensions: Extensions,
}

/// What the scheme's payload authorizes.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Authorization {
    /// `exact` on an `eip155` network, by the token's own `transferWithAuthorization`.
    Eip3009(Eip3009Payload),
    /// `exact` on an `eip155` network, by Permit2.
    ExactPermit2(Permit2Payload<ExactWitness>),
    /// `upto` on an `eip155` network, which is always by Permit2.
    UptoPermit2(Permit2Payload<UptoWitness>),
    /// `exact` on Solana.
    Solana(SolanaPayload),
    /// Of a scheme, network or transfer method that this crate has no rules for. Whoever has must read it;
    /// nobody may take it for verified.
    Other(Object),
}

impl Payment {
    /// Finds and reads the payment among the headers of a request; `None` when there is none.
    ///
    /// # Errors
    ///
    /// As [`header::find_payment`] and [`Payment::from_header`].
    pub fn from_headers<'a>(
        headers: impl IntoIterator<Item = (&'a str, &'a [u8])>,
        limits: &Limits,
    ) -> Result<Option<Self>, DecodeError> {
        Self::from_headers_for(headers, &[], limits)
    }

    /// The same with the seller's offers at hand, which makes it faster: what the payment repeats of one of them word by word, as most
    /// do, need not be read again. Result and error are the same with any offers and with none, and which offer is taken is still for
    /// [`find_offer`](crate::find_offer) to say.
    ///
    /// # Errors
    ///
    /// As [`Payment::from_headers`].
    pub fn from_headers_for<'a>(
        headers: impl IntoIterator<Item = (&'a str, &'a [u8])>,
        offers: &[Terms],
        limits: &Limits,
    ) -> Result<Option<Self>, DecodeError> {
        header::find_payment(headers)?.map(|found| Self::from_header_for(found, offers, limits)).transpose()
    }

    /// Reads a payment header.
    ///
    /// # Errors
    ///
    /// When the header is not canonical base64 of one strict JSON object, the object is not a payment of the header's version, or a
    /// member is not written as the specification says.
    pub fn from_header(header: PaymentHeader<'_>, limits: &Limits) -> Result<Self, DecodeError> {
        Self::from_header_for(header, &[], limits)
    }

    /// The same with the seller's offers at hand, as [`from_headers_for`](Self::from_headers_for).
    ///
    /// # Errors
    ///
    /// As [`Payment::from_header`].
    pub fn from_header_for(header: PaymentHeader<'_>, offers: &[Terms], limits: &Limits) -> Result<Self, DecodeError> {
        header.read(offers, limits)
    }

    /// Reads the payload of a scheme on a network, beside what the client says in a version that says more.
    pub(crate) fn read(
        version: Version,
        scheme: SchemeId,
        network: Network,
        claims: Claims,
        payload: Members<'_>,
    ) -> Result<Self, DecodeError> {
        let payload = match &claims.accepted {
            Some(accepted) => payload.beside(core::slice::from_ref(accepted)),
            None => payload,
        };
        let authorization = Authorization::read(&scheme, network, payload)?;
        Ok(Self(Arc::new(Parts { version, scheme, network, claims, authorization })))
    }

    /// Whether this is that payment, and not one that says the same.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// The version that carried it, in which the answer has to be given.
    #[must_use]
    pub fn version(&self) -> Version {
        self.0.version
    }

    /// The payment scheme.
    #[must_use]
    pub fn scheme(&self) -> &SchemeId {
        &self.0.scheme
    }

    /// The network.
    #[must_use]
    pub fn network(&self) -> Network {
        self.0.network
    }

    /// The offer the client says it takes. Version 1 does not say.
    #[must_use]
    pub fn accepted(&self) -> Option<&Terms> {
        self.0.claims.accepted.as_ref()
    }

    /// The URL the client says it pays for. It is not signed.
    #[must_use]
    pub fn resource(&self) -> Option<&str> {
        self.0.claims.resource.as_deref()
    }

    /// What was authorized.
    #[must_use]
    pub fn authorization(&self) -> &Authorization {
        &self.0.authorization
    }

    /// The extensions.
    #[must_use]
    pub fn extensions(&self) -> &Extensions {
        &self.0.claims.extensions
    }

    /// The address the client says it pays from.
    #[must_use]
    pub fn from(&self) -> Option<Address> {
        match &self.0.authorization {
            Authorization::Eip3009(payload) => Some(payload.authorization.from),
            Authorization::ExactPermit2(payload) => Some(payload.from),
            Authorization::UptoPermit2(payload) => Some(payload.from),
            Authorization::Solana(_) | Authorization::Other(_) => None,
        }
    }

    /// A moment in which the payment was good, if it ever was: for somebody who is asked again about one that has ended, and has to know
    /// whose it is.
    #[must_use]
    pub fn heyday(&self) -> Option<UnixSeconds> {
        const HOUR: u64 = 3_600;
        let (opens, closes) = match self.authorization() {
            Authorization::Eip3009(payload) => {
                (payload.authorization.window.valid_after(), payload.authorization.window.valid_before())
            }
            Authorization::ExactPermit2(payload) => (payload.permit.witness.valid_after, payload.permit.deadline),
            Authorization::UptoPermit2(payload) => (payload.permit.witness.valid_after, payload.permit.deadline),
            Authorization::Solana(_) | Authorization::Other(_) => return None,
        };
        Some(opens.checked_add(1)?.max(closes.saturating_sub(HOUR)))
    }
}

impl Authorization {
    /// Reads a payload by what its scheme and network say it is.
    fn read(scheme: &SchemeId, network: Network, payload: Members<'_>) -> Result<Self, DecodeError> {
        match (network.namespace(), scheme) {
            ("eip155", SchemeId::Exact) => match [AUTHORIZATION, PERMIT, DELEGATION].map(|name| payload.has(name)) {
                // Two readers could each take their own member of the two.
                [true, true, _] => Err(DecodeError::member(ShapeError::Ambiguous, PERMIT)),
                [true, _, true] | [_, true, true] => Err(DecodeError::member(ShapeError::Ambiguous, DELEGATION)),
                // ERC-7710 (`scheme_exact_evm.md` section 3) names a contract that only a chain can ask.
                [false, false, true] => Ok(Self::Other(payload.into_object())),
                [_, false, false] => Wire::read(payload).map(Self::Eip3009),
                [false, true, false] => Wire::read(payload).map(Self::ExactPermit2),
            },
            ("eip155", SchemeId::Upto) if payload.has(PERMIT) => Wire::read(payload).map(Self::UptoPermit2),
            ("solana", SchemeId::Exact) => Wire::read(payload).map(Self::Solana),
            _ => Ok(Self::Other(payload.into_object())),
        }
        .map_err(|e| e.inside("payload"))
    }
}

impl fmt::Debug for Payment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Payment({} on {})", self.0.scheme, self.0.network)
    }
}

#[cfg(test)]
mod tests;
