//! The `offer-receipt` extension: what a seller signs about its offers and about what was bought (offer and receipt extension 0.6).
//!
//! Here is shape only. Making an artifact, and finding out who made it, is in [`statement`](crate::statement).

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::extension::extension_info;
use super::members::number;
use super::{Extension, Extensions, Members, PaymentRequirements, Quiet, Unknown, Wire, Writer, wire_object};
use crate::error::{DecodeError, ShapeError};
use crate::header::Envelope;
use crate::json::{Object, Value, plain_integer};
use crate::limits::Limits;
use crate::network::Network;
use crate::time::UnixSeconds;

/// The `info` of the extension: offers in a 402, a receipt in the answer to a payment.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct OfferReceipt {
    /// What the seller signed of its offers.
    pub offers: Option<Vec<Artifact<OfferPayload>>>,
    /// What it signed of a purchase.
    pub receipt: Option<Artifact<ReceiptPayload>>,
    /// Members that this version of the crate does not know.
    pub other: Unknown,
}

impl OfferReceipt {
    /// The extension's name.
    pub const ID: &'static str = "offer-receipt";

    /// Signed offers.
    #[must_use]
    pub fn offers(offers: Vec<Artifact<OfferPayload>>) -> Self {
        Self { offers: Some(offers), ..Self::default() }
    }

    /// A signed receipt.
    #[must_use]
    pub fn receipt(receipt: Artifact<ReceiptPayload>) -> Self {
        Self { receipt: Some(receipt), ..Self::default() }
    }

    /// What a seller says in this extension; `None` if it says nothing.
    ///
    /// # Errors
    ///
    /// When a part of it is missing or malformed: that is not an absence.
    pub fn find(extensions: &Extensions) -> Result<Option<Self>, DecodeError> {
        let entry = extensions.entry(Self::ID)?;
        entry.map(|entry| Self::try_from(&entry).map_err(|e| e.inside(Self::ID))).transpose()
    }

    /// The extension with the JSON Schema that the specification prints beside it.
    #[must_use]
    pub fn entry(&self) -> Extension {
        let schema = match (&self.offers, &self.receipt) {
            (Some(_), None) => OFFERS_SCHEMA,
            (None, Some(_)) => RECEIPT_SCHEMA,
            _ => "{}",
        };
        let schema = Envelope::from_json(schema.as_bytes(), &Limits::BODY).map(Envelope::into_object);
        Extension { schema: Some(schema.expect("the schemas below are JSON objects")), ..Extension::from(self) }
    }
}

/// One signed artifact, an offer or a receipt.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Artifact<P> {
    /// Where the offer stands in `accepts`: a hint that nobody signed. Of offers only.
    pub accept_index: Option<u64>,
    /// What is said, and the signature.
    pub form: ArtifactForm<P>,
    /// Members that this version of the crate does not know.
    pub other: Unknown,
}

/// In which form something is said and signed.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ArtifactForm<P> {
    /// Typed data, with the signature beside it.
    Eip712 {
        /// What is said.
        payload: P,
        /// The signature over it, in hexadecimal digits.
        signature: String,
    },
    /// A JSON Web Signature in its compact form, which holds what is said.
    Jws(String),
    /// A form of a later version. Its members are among those that are not known.
    Other(String),
}

impl<P> Artifact<P> {
    /// An artifact.
    #[must_use]
    pub const fn new(form: ArtifactForm<P>) -> Self {
        Self { accept_index: None, form, other: Unknown::new() }
    }

    /// The same with a hint at the offer that it is about.
    #[must_use]
    pub fn at(self, index: usize) -> Self {
        Self { accept_index: u64::try_from(index).ok(), ..self }
    }

    /// The word for its form.
    #[must_use]
    pub fn format(&self) -> &str {
        match &self.form {
            ArtifactForm::Eip712 { .. } => EIP712,
            ArtifactForm::Jws(_) => JWS,
            ArtifactForm::Other(word) => word,
        }
    }
}

/// What an offer says is in it; the URL can hold a secret.
impl<P> fmt::Debug for Artifact<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Artifact({}, ..)", Quiet::word(self.format()))
    }
}

impl<P> fmt::Debug for ArtifactForm<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Eip712 { .. } => "Eip712(..)",
            Self::Jws(_) => "Jws(..)",
            Self::Other(_) => "Other(..)",
        })
    }
}

const EIP712: &str = "eip712";
const JWS: &str = "jws";

impl<P: Wire> Wire for Artifact<P> {
    fn read(mut members: Members<'_>) -> Result<Self, DecodeError> {
        let format = members.nonempty_text("format")?;
        let accept_index = optional_integer(&mut members, "acceptIndex")?;
        let form = match format.as_str() {
            EIP712 => ArtifactForm::Eip712 { payload: members.nested("payload")?, signature: members.text("signature")? },
            // two payloads would be two things that are said (section 3.1.1)
            JWS if members.has("payload") => return Err(DecodeError::member(ShapeError::Ambiguous, "payload")),
            JWS => ArtifactForm::Jws(members.text("signature")?),
            _ => ArtifactForm::Other(format),
        };
        Ok(Self { accept_index, form, other: members.rest() })
    }

    fn write(&self) -> Object {
        let writer = optional_number(Writer::new().member("format", self.format()), "acceptIndex", self.accept_index);
        match &self.form {
            ArtifactForm::Eip712 { payload, signature } => {
                writer.member("payload", payload.write()).member("signature", signature.as_str())
            }
            ArtifactForm::Jws(compact) => writer.member("signature", compact.as_str()),
            ArtifactForm::Other(_) => writer,
        }
        .rest(&self.other)
    }
}

/// What a signed offer says. Text stays as it came: that is what was signed.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct OfferPayload {
    /// The version of this structure; 1.
    pub version: u64,
    /// What is offered.
    pub resource_url: String,
    /// The payment scheme.
    pub scheme: String,
    /// The network, in CAIP-2 form whatever the version of the protocol.
    pub network: String,
    /// The token.
    pub asset: String,
    /// Who is paid.
    pub pay_to: String,
    /// The price, in the token's smallest unit.
    pub amount: String,
    /// When the offer ends. Zero says the same as absence; see [`ends`](Self::ends).
    pub valid_until: Option<UnixSeconds>,
    /// Members that this version of the crate does not know. In EIP-712 nobody signs them.
    pub other: Unknown,
}

impl OfferPayload {
    /// What is to be said of an entry of `accepts`, in the letters of that entry.
    #[must_use]
    pub fn of(offer: &PaymentRequirements, resource: &str, valid_until: Option<UnixSeconds>) -> Self {
        Self {
            version: VERSION,
            resource_url: resource.into(),
            scheme: offer.scheme.clone(),
            network: offer.network.clone(),
            asset: offer.asset.clone(),
            pay_to: offer.pay_to.clone(),
            amount: offer.amount.clone(),
            valid_until,
            other: Unknown::new(),
        }
    }

    /// Whether it speaks of this entry of `accepts`: the same letters in every member. A hint at a place in the list says nothing (section
    /// 4.1.1).
    #[must_use]
    pub fn is_of(&self, offer: &PaymentRequirements) -> bool {
        self.scheme == offer.scheme
            && self.network == offer.network
            && self.asset == offer.asset
            && self.pay_to == offer.pay_to
            && self.amount == offer.amount
    }

    /// When the offer ends, if it does (section 4.3: zero is absence).
    #[must_use]
    pub fn ends(&self) -> Option<UnixSeconds> {
        self.valid_until.filter(|end| end.as_secs() != 0)
    }
}

/// Of the URL, which can name a customer or carry a prompt, it shows the length.
impl fmt::Debug for OfferPayload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OfferPayload").field("resource_url", &Quiet::text(&self.resource_url)).finish_non_exhaustive()
    }
}

impl Wire for OfferPayload {
    fn read(mut members: Members<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            version: members.integer("version")?,
            resource_url: members.text("resourceUrl")?,
            scheme: members.text("scheme")?,
            network: network(&mut members)?,
            asset: members.text("asset")?,
            pay_to: members.text("payTo")?,
            amount: members.text("amount")?,
            valid_until: optional_integer(&mut members, "validUntil")?.map(UnixSeconds::from_secs),
            other: members.rest(),
        })
    }

    fn write(&self) -> Object {
        let writer = Writer::new()
            .integer("version", self.version)
            .member("resourceUrl", self.resource_url.as_str())
            .member("scheme", self.scheme.as_str())
            .member("network", self.network.as_str())
            .member("asset", self.asset.as_str())
            .member("payTo", self.pay_to.as_str())
            .member("amount", self.amount.as_str());
        optional_number(writer, "validUntil", self.valid_until.map(UnixSeconds::as_secs)).rest(&self.other)
    }
}

/// What a signed receipt says.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReceiptPayload {
    /// The version of this structure; 1.
    pub version: u64,
    /// The network, in CAIP-2 form whatever the version of the protocol.
    pub network: String,
    /// What was paid for.
    pub resource_url: String,
    /// Who paid.
    pub payer: String,
    /// When the receipt was written.
    pub issued_at: UnixSeconds,
    /// The transaction. Empty says the same as absence; see [`transaction`](Self::transaction()).
    pub transaction: Option<String>,
    /// Members that this version of the crate does not know. In EIP-712 nobody signs them.
    pub other: Unknown,
}

impl ReceiptPayload {
    /// What is to be said of a purchase. A seller keeps the transaction to itself, unless to be checked is worth more than to be
    /// private (section 5.2).
    #[must_use]
    pub fn new(network: Network, resource: &str, payer: impl Into<String>, issued_at: UnixSeconds) -> Self {
        Self {
            version: VERSION,
            network: network.as_str().into(),
            resource_url: resource.into(),
            payer: payer.into(),
            issued_at,
            transaction: None,
            other: Unknown::new(),
        }
    }

    /// The same with the transaction.
    #[must_use]
    pub fn with_transaction(self, transaction: impl Into<String>) -> Self {
        Self { transaction: Some(transaction.into()), ..self }
    }

    /// The transaction, if it is named (section 5.3: empty is absence).
    #[must_use]
    pub fn transaction(&self) -> Option<&str> {
        self.transaction.as_deref().filter(|text| !text.is_empty())
    }
}

/// Of the URL, which can name a customer or carry a prompt, it shows the length.
impl fmt::Debug for ReceiptPayload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReceiptPayload")
            .field("resource_url", &Quiet::text(&self.resource_url))
            .field("issued_at", &self.issued_at)
            .finish_non_exhaustive()
    }
}

impl Wire for ReceiptPayload {
    fn read(mut members: Members<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            version: members.integer("version")?,
            network: network(&mut members)?,
            resource_url: members.text("resourceUrl")?,
            payer: members.text("payer")?,
            issued_at: members.integer("issuedAt").map(UnixSeconds::from_secs)?,
            transaction: members.optional_text("transaction")?,
            other: members.rest(),
        })
    }

    fn write(&self) -> Object {
        Writer::new()
            .integer("version", self.version)
            .member("network", self.network.as_str())
            .member("resourceUrl", self.resource_url.as_str())
            .member("payer", self.payer.as_str())
            .integer("issuedAt", self.issued_at.as_secs())
            .optional("transaction", self.transaction.as_deref())
            .rest(&self.other)
    }
}

impl Wire for OfferReceipt {
    fn read(mut members: Members<'_>) -> Result<Self, DecodeError> {
        let absent = matches!(members.look("offers"), None | Some(crate::json::Node::Null));
        let offers = if absent { members.optional_text("offers").map(|_| None)? } else { Some(members.list("offers")?) };
        Ok(Self { offers, receipt: members.optional_nested("receipt")?, other: members.rest() })
    }

    fn write(&self) -> Object {
        let writer = Writer::new();
        let writer = match &self.offers {
            Some(offers) => writer.list("offers", offers),
            None => writer,
        };
        writer.optional("receipt", self.receipt.as_ref().map(Wire::write)).rest(&self.other)
    }
}

/// The version of both payloads that is written, and the only one that there is.
pub(crate) const VERSION: u64 = 1;

/// A network as CAIP-2 writes it.
fn network(members: &mut Members<'_>) -> Result<String, DecodeError> {
    members.parsed("network", |text| Network::parse(text).map(|_| String::from(text)))
}

fn optional_integer(members: &mut Members<'_>, name: &'static str) -> Result<Option<u64>, DecodeError> {
    let literal = members.optional_value(name, number)?;
    match literal {
        Some(literal) => plain_integer(&literal).map(Some).ok_or_else(|| DecodeError::member(ShapeError::Integer, name)),
        None => Ok(None),
    }
}

fn optional_number(writer: Writer, name: &str, value: Option<u64>) -> Writer {
    match value {
        Some(value) => writer.integer(name, value),
        None => writer,
    }
}

extension_info!(OfferReceipt);
wire_object!(Artifact<OfferPayload>, Artifact<ReceiptPayload>, OfferPayload, ReceiptPayload);

impl<P: Wire> From<Artifact<P>> for Value {
    fn from(artifact: Artifact<P>) -> Self {
        Self::Object(artifact.write())
    }
}

/// Of signed offers in either form (section 6.1 and 6.3).
const OFFERS_SCHEMA: &str = r#"{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","properties":{"offers":{"type":"array","items":{"type":"object","properties":{"format":{"type":"string"},"acceptIndex":{"type":"integer"},"payload":{"type":"object"},"signature":{"type":"string"}},"required":["format","signature"]}}},"required":["offers"]}"#;

/// Of a signed receipt in either form (section 6.5 and 6.7).
const RECEIPT_SCHEMA: &str = r#"{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","properties":{"receipt":{"type":"object","properties":{"format":{"type":"string"},"payload":{"type":"object"},"signature":{"type":"string"}},"required":["format","signature"]}},"required":["receipt"]}"#;
