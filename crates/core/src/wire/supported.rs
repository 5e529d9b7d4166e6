//! `SupportedResponse` (core specification v2, section 7.3).

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use super::{Members, Unknown, Version, Wire, Writer, verbatim, wire_object};
use crate::error::{DecodeError, ShapeError};
use crate::json::{Node, Object, Value};

/// What a facilitator can do: the answer to `GET /supported`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct SupportedResponse {
    /// The kinds of payment.
    pub kinds: Vec<SupportedKind>,
    /// The extensions. Version 1 did not say.
    pub extensions: Option<Vec<String>>,
    /// CAIP-2 pattern, such as `eip155:*`, to the addresses that the facilitator signs with. Version 1 did not say.
    pub signers: Option<Vec<(String, Vec<String>)>>,
    /// Members that this version of the crate does not know.
    pub other: Unknown,
}

impl SupportedResponse {
    /// The kinds of payment, with no extensions and no signers yet; version 2 asks for both members.
    #[must_use]
    pub const fn new(kinds: Vec<SupportedKind>) -> Self {
        Self { kinds, extensions: Some(Vec::new()), signers: Some(Vec::new()), other: Unknown::new() }
    }
}

impl Wire for SupportedResponse {
    fn read(mut members: Members<'_>) -> Result<Self, DecodeError> {
        let kinds = members.list("kinds")?;
        let extensions = members.optional_texts("extensions")?;
        let signers = members.optional_members("signers")?.map(read_signers).transpose().map_err(|e| e.inside("signers"))?;
        Ok(Self { kinds, extensions, signers, other: members.rest() })
    }

    fn write(&self) -> Object {
        Writer::new()
            .list("kinds", &self.kinds)
            .optional_texts("extensions", self.extensions.as_ref())
            .optional("signers", self.signers.as_ref().map(|signers| write_signers(signers)))
            .rest(&self.other)
    }
}

fn read_signers(members: Members<'_>) -> Result<Vec<(String, Vec<String>)>, DecodeError> {
    let read = |(pattern, addresses): (Cow<'_, str>, Node<'_>)| match addresses {
        Node::Array(addresses) => Ok((pattern.clone().into_owned(), super::members::texts(&pattern, addresses)?)),
        _ => Err(DecodeError::member(ShapeError::Type, &pattern)),
    };
    members.into_left().map(read).collect()
}

fn write_signers(signers: &[(String, Vec<String>)]) -> Object {
    let texts = |texts: &[String]| texts.iter().map(|text| text.as_str().into()).collect::<Vec<Value>>();
    signers.iter().map(|(pattern, addresses)| (pattern.as_str(), texts(addresses))).collect()
}

/// One kind of payment: a scheme on a network in a version.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct SupportedKind {
    /// The version.
    pub version: Version,
    /// The scheme.
    pub scheme: String,
    /// The network, as CAIP-2 in version 2 and by its short name in version 1.
    pub network: String,
    /// What a server has to put into the `extra` of its offers, such as `feePayer`.
    pub extra: Option<Object>,
    /// Members that this version of the crate does not know.
    pub other: Unknown,
}

impl SupportedKind {
    /// A kind without `extra`.
    #[must_use]
    pub fn new(version: Version, scheme: impl Into<String>, network: impl Into<String>) -> Self {
        Self { version, scheme: scheme.into(), network: network.into(), extra: None, other: Unknown::new() }
    }
}

impl Wire for SupportedKind {
    fn read(mut members: Members<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            version: members.version(&[Version::V1, Version::V2])?,
            scheme: members.nonempty_text("scheme")?,
            network: members.nonempty_text("network")?,
            extra: members.optional_object("extra")?,
            other: members.rest(),
        })
    }

    fn write(&self) -> Object {
        Writer::new()
            .version(self.version)
            .member("scheme", self.scheme.as_str())
            .member("network", self.network.as_str())
            .optional("extra", self.extra.clone())
            .rest(&self.other)
    }
}

wire_object!(SupportedResponse, SupportedKind);
verbatim!(SupportedResponse);
