//! What a seller signs beside the payment: that it made an offer, and that somebody paid (offer and receipt extension 0.6).
//!
//! The objects are in [`wire`](crate::wire): an [`Artifact`] of an [`OfferPayload`] or a [`ReceiptPayload`], as typed data or as a JSON
//! Web Signature. Here they are made ([`Issuer`]) and it is found out who made them ([`check`]).
//!
//! - **A right signature is half of an answer.** It says which [`Key`] signed, and every key signs something. Whether that key may speak
//!   for the seller is asked of [`Key::speaks_for`]: it is the payee's, or one that the buyer was told of before. A key that stands in
//!   the artifact itself proves nothing but that somebody had it (section 4.5.1).
//! - **What cannot be checked is not right.** A name that has to be looked up on a network, a curve that is not at hand, a version of
//!   tomorrow: [`StatementError::is_open`] tells these from what is wrong. Neither is ever taken for right.
//! - **What is signed is what came.** Typed data is hashed from the payload as it was sent and from nothing around it; a JWS is checked over
//!   its own text (section 4.5). A member of a typed payload that the type does not have is signed by nobody.
//!
//! What this module does not know: time, and whether what is said is true of a purchase. [`OfferPayload::is_of`] and
//! [`ReceiptPayload`]'s members are for whoever knows the purchase.

mod issuer;
mod jws;
mod key;
mod unsigned;

#[cfg(test)]
mod tests;

pub use issuer::{Issuer, KeyId};
pub use jws::Foreign;
pub use key::Key;
pub use unsigned::Unsigned;

use crate::eip712::offer::{OFFER_DOMAIN, Offer, RECEIPT_DOMAIN, Receipt};
use crate::eip712::{self, Digest};
use crate::json::Value;
use crate::signature::{Form, Signature, recover};
use crate::time::UnixSeconds;
use crate::wire::{Artifact, ArtifactForm, OfferPayload, ReceiptPayload, STATEMENT_VERSION, Wire};

reasons! {
    /// Why it is not known who made an artifact.
    pub enum StatementError {
        /// Neither `eip712` nor `jws`.
        Format = "statement_format", "an artifact of a format that is not known";
        /// A payload of another version than 1.
        Version = "statement_version", "a payload of a version that is not known";
        /// The signature beside a typed payload is not 65 bytes as every contract takes them, or no key can have made it.
        Signature = "statement_signature", "the signature of a typed payload is malformed";
        /// Not three parts of base64url, the first of them a strict JSON object that asks for nothing unknown.
        Jws = "statement_jws", "not a compact JSON Web Signature";
        /// What a JWS holds is not the object that it should be.
        Payload = "statement_payload", "what is signed is not an offer or a receipt";
        /// An algorithm that is not one of signatures, or is not of the key that is named.
        Algorithm = "statement_algorithm", "the algorithm is not one that the named key signs with";
        /// An algorithm of signatures, for all that is known here, and not one of those that this module has.
        AlgorithmUnknown = "statement_algorithm_unknown", "signed by an algorithm that is not known";
        /// The name of the key is no DID, or one that holds no key, or the key beside it is malformed.
        Kid = "statement_kid", "the key is not named by a DID, or the name is malformed";
        /// The key in the header is not the one that is named.
        KeyMismatch = "statement_key_mismatch", "the key is not the one that is named";
        /// Whose key it is has to be looked up on a network.
        KeyUnresolved = "statement_key_unresolved", "the named key has to be looked up elsewhere";
        /// A curve that is not at hand.
        Curve = "statement_curve", "a signature on a curve that is not at hand";
        /// The named key did not sign this.
        NotSigned = "statement_not_signed", "the named key did not sign this";
    }
}

impl StatementError {
    /// Whether somebody who knows more than this module could still find it to be right.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Format | Self::Version | Self::AlgorithmUnknown | Self::KeyUnresolved | Self::Curve)
    }
}

/// What is said, and who said it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Statement<P> {
    payload: P,
    by: Key,
}

impl<P> Statement<P> {
    /// What is said.
    #[must_use]
    pub const fn payload(&self) -> &P {
        &self.payload
    }

    /// The key that said it: of typed data, the account that the signature recovers to, which is *some* account whatever was signed.
    #[must_use]
    pub const fn by(&self) -> &Key {
        &self.by
    }
}

/// A payload that a seller signs. Two exist, both in this crate.
#[expect(private_bounds, reason = "that is how a trait is sealed")]
pub trait Payload: Wire + Clone {
    /// The digest of the typed data.
    fn digest(&self) -> Digest;
    /// The typed data as wallets show it.
    fn typed_data(&self) -> Value;
    /// The version of the payload.
    fn version(&self) -> u64;
    /// The payload as typed data has it: every member there.
    #[must_use]
    fn complete(self) -> Self;
    /// The payload as a JWS has it: what is not said left out.
    #[must_use]
    fn bare(self) -> Self;
}

impl Payload for OfferPayload {
    fn digest(&self) -> Digest {
        eip712::digest(&OFFER_DOMAIN.separator(), &offer(self))
    }

    fn typed_data(&self) -> Value {
        eip712::export(&OFFER_DOMAIN, &offer(self))
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn complete(self) -> Self {
        Self { valid_until: self.valid_until.or(Some(UnixSeconds::from_secs(0))), ..self }
    }

    fn bare(self) -> Self {
        Self { valid_until: self.ends(), ..self }
    }
}

impl Payload for ReceiptPayload {
    fn digest(&self) -> Digest {
        eip712::digest(&RECEIPT_DOMAIN.separator(), &receipt(self))
    }

    fn typed_data(&self) -> Value {
        eip712::export(&RECEIPT_DOMAIN, &receipt(self))
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn complete(self) -> Self {
        Self { transaction: self.transaction.or_else(|| Some("".into())), ..self }
    }

    fn bare(self) -> Self {
        Self { transaction: self.transaction.filter(|text| !text.is_empty()), ..self }
    }
}

/// The message that an offer is signed as.
fn offer(payload: &OfferPayload) -> Offer<'_> {
    Offer {
        version: payload.version,
        resource_url: &payload.resource_url,
        scheme: &payload.scheme,
        network: &payload.network,
        asset: &payload.asset,
        pay_to: &payload.pay_to,
        amount: &payload.amount,
        valid_until: payload.valid_until.unwrap_or(UnixSeconds::from_secs(0)),
    }
}

/// The message that a receipt is signed as.
fn receipt(payload: &ReceiptPayload) -> Receipt<'_> {
    Receipt {
        version: payload.version,
        network: &payload.network,
        resource_url: &payload.resource_url,
        payer: &payload.payer,
        issued_at: payload.issued_at,
        transaction: payload.transaction().unwrap_or_default(),
    }
}

/// Who made an artifact (sections 4.5 and 5.5, up to the question who may).
///
/// # Errors
///
/// [`StatementError`], of which [`is_open`](StatementError::is_open) tells what is not known from what is wrong.
pub fn check<P: Payload>(artifact: &Artifact<P>) -> Result<Statement<P>, StatementError> {
    check_with(artifact, &|_| None)
}

/// The same, with somebody who has other curves at hand: `others` says whether a signature holds, or that it does not know either.
///
/// # Errors
///
/// As [`check`].
pub fn check_with<P: Payload>(
    artifact: &Artifact<P>,
    others: &dyn Fn(&Foreign<'_>) -> Option<bool>,
) -> Result<Statement<P>, StatementError> {
    let known = |payload: &P| if payload.version() == STATEMENT_VERSION { Ok(()) } else { Err(StatementError::Version) };
    match &artifact.form {
        ArtifactForm::Eip712 { payload, signature } => {
            known(payload)?;
            let signature = Signature::parse(signature, Form::Full).map_err(|_| StatementError::Signature)?;
            let signer = recover(&payload.digest(), &signature).map_err(|_| StatementError::Signature)?;
            Ok(Statement { payload: payload.clone(), by: Key::Account(signer) })
        }
        ArtifactForm::Jws(compact) => {
            let token = jws::Token::parse(compact)?;
            let payload: P = token.payload()?;
            known(&payload)?;
            let by = token.signer(others)?;
            Ok(Statement { payload, by })
        }
        ArtifactForm::Other(_) => Err(StatementError::Format),
    }
}

/// What a seller said in an artifact, by whoever signed it, if anybody did: for showing, never for deciding.
///
/// # Errors
///
/// [`StatementError::Jws`], [`Payload`](StatementError::Payload) or [`Format`](StatementError::Format) when it cannot be read.
pub fn unchecked<P: Payload>(artifact: &Artifact<P>) -> Result<P, StatementError> {
    match &artifact.form {
        ArtifactForm::Eip712 { payload, .. } => Ok(payload.clone()),
        ArtifactForm::Jws(compact) => jws::Token::parse(compact)?.payload(),
        ArtifactForm::Other(_) => Err(StatementError::Format),
    }
}
