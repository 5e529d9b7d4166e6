//! `SupportedResponse` (core specification v2, section 7.3).

use alloc::string::String;
use alloc::vec::Vec;

use super::{Members, Unknown, Version, Wire, Writer, wire_object};
use crate::error::{DecodeError, ShapeError};
use crate::json::{Object, Value};

/// What a facilitator can do: the answer to `GET /supported`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct SupportedResponse {
    /// The kinds of payment.
    pub kinds: Vec<SupportedKind>,
    /// The extensions. Version 1 had none; absent is none.
    pub extensions: Vec<String>,
    /// CAIP-2 pattern, such as `eip155:*`, to the addresses that the facilitator signs with. Version 1 had none; absent is none.
    pub signers: Vec<(String, Vec<String>)>,
    /// Members that this version of the crate does not know.
    pub other: Unknown,
}

impl SupportedResponse {
    /// The kinds of payment, with no extensions and no signers yet.
    #[must_use]
    pub fn new(kinds: Vec<SupportedKind>) -> Self {
        Self { kinds, ..Self::default() }
    }
}

impl Wire for SupportedResponse {
    fn read(mut members: Members) -> Result<Self, DecodeError> {
        let kinds = members.list("kinds")?;
        let extensions = members.optional_texts("extensions")?.unwrap_or_default();
        let mut signers = Vec::new();
        if let Some(object) = members.optional_object("signers")? {
            for (pattern, addresses) in object.iter() {
                let Some(addresses) = addresses.as_array() else {
                    return Err(DecodeError::member(ShapeError::Type, pattern).inside("signers"));
                };
                let addresses = super::members::texts(pattern, addresses.to_vec()).map_err(|e| e.inside("signers"))?;
                signers.push((pattern.into(), addresses));
            }
        }
        Ok(Self { kinds, extensions, signers, other: members.rest() })
    }

    fn write(&self) -> Object {
        let signers: Object = self
            .signers
            .iter()
            .map(|(pattern, addresses)| {
                (pattern.as_str(), addresses.iter().map(|address| address.as_str().into()).collect::<Vec<Value>>())
            })
            .collect();
        Writer::new().list("kinds", &self.kinds).texts("extensions", &self.extensions).member("signers", signers).rest(&self.other)
    }
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
    fn read(mut members: Members) -> Result<Self, DecodeError> {
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
