//! The `quittance-binding` extension; its meaning is in [`binding`](crate::binding).

use super::extension::extension_info;
use super::{Members, Unknown, Wire, Writer};
use crate::binding::{Mode, Salt};
use crate::error::{DecodeError, ShapeError};
use crate::json::Object;

/// The `info` of the extension. A server writes `version` and `mode`; a client returns those and adds `salt` and `metadata`.
///
/// It has no readable `Debug`: the salt is a secret.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Binding {
    /// Whether the seller insists.
    pub mode: Mode,
    /// The buyer's secret.
    pub salt: Option<Salt>,
    /// The metadata that the nonce is bound to.
    pub metadata: Option<Object>,
    /// Members that this version of the crate does not know.
    pub other: Unknown,
}

impl core::fmt::Debug for Binding {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Binding({}, ..)", self.mode.as_str())
    }
}

impl Binding {
    const VERSION: &'static str = "1";

    /// What a server advertises.
    #[must_use]
    pub const fn advertise(mode: Mode) -> Self {
        Self { mode, salt: None, metadata: None, other: Unknown::new() }
    }

    /// What a client answers to an advertisement.
    #[must_use]
    pub fn answer(self, salt: Salt, metadata: Option<Object>) -> Self {
        Self { salt: Some(salt), metadata, ..self }
    }
}

impl Wire for Binding {
    fn read(mut members: Members<'_>) -> Result<Self, DecodeError> {
        if members.text("version")? != Self::VERSION {
            return Err(DecodeError::member(ShapeError::Grammar, "version"));
        }
        Ok(Self {
            mode: members.parsed("mode", Mode::parse)?,
            salt: members.optional_parsed("salt", Salt::parse)?,
            metadata: members.optional_object("metadata")?,
            other: members.rest(),
        })
    }

    fn write(&self) -> Object {
        Writer::new()
            .member("version", Self::VERSION)
            .member("mode", self.mode.as_str())
            .optional("salt", self.salt.as_ref().map(Salt::expose))
            .optional("metadata", self.metadata.clone())
            .rest(&self.other)
    }
}

extension_info!(Binding);
