//! The extension envelope (core specification v2, section 5.1.2 and "Extensions").

use super::{Members, Unknown, Wire, Writer, verbatim, wire_object};
use crate::error::{DecodeError, ShapeError};
use crate::json::{Object, Value};

/// The entries of `extensions`, kept verbatim: a client has to return what it was given, and a server to find its own words again.
///
/// The entry of one extension is read by [`Extensions::entry`], when somebody who knows that extension asks for it; an entry nobody
/// asks for is never judged.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Extensions(Object);

impl Extensions {
    /// No extensions.
    #[must_use]
    pub const fn new() -> Self {
        Self(Object::new())
    }

    /// The entry of one extension, when there is one.
    ///
    /// # Errors
    ///
    /// [`ShapeError::Type`] or [`ShapeError::Missing`] when there is an entry of that name that is not an extension. A malformed entry is
    /// not an absent one.
    pub fn entry(&self, id: &str) -> Result<Option<Extension>, DecodeError> {
        match self.0.member(id) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Object(object)) => Extension::read(Members::of_object(object.clone())).map(Some).map_err(|e| e.inside(id)),
            Some(_) => Err(DecodeError::member(ShapeError::Type, id)),
        }
    }

    /// Sets the entry of one extension.
    pub fn insert(&mut self, id: &str, entry: &Extension) {
        self.0.insert(id, entry.write());
    }

    /// The same without the entry of one extension.
    #[must_use]
    pub fn without(mut self, id: &str) -> Self {
        self.0.remove(id);
        self
    }

    /// The entries as they came.
    #[must_use]
    pub const fn as_object(&self) -> &Object {
        &self.0
    }

    /// Whether there are no entries.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<Object> for Extensions {
    fn from(object: Object) -> Self {
        Self(object)
    }
}

impl From<&Extensions> for Object {
    fn from(extensions: &Extensions) -> Self {
        extensions.0.clone()
    }
}

impl Wire for Extensions {
    fn read(members: Members<'_>) -> Result<Self, DecodeError> {
        Ok(Self(members.into_object()))
    }

    fn write(&self) -> Object {
        self.0.clone()
    }
}

/// One extension: `info` for the parties, `schema` that describes it, and whatever siblings the extension defines, all verbatim.
///
/// The specification asks for `schema`; two of its own extensions make it optional (map section 4), so it is optional here.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct Extension {
    /// The extension's data.
    pub info: Object,
    /// A JSON Schema (2020-12) of `info`.
    pub schema: Option<Object>,
    /// Siblings, such as `supportedChains` of `sign-in-with-x` or `routeTemplate` of `bazaar`.
    pub siblings: Unknown,
}

impl Extension {
    /// An entry with nothing but `info`.
    #[must_use]
    pub fn new(info: Object) -> Self {
        Self { info, ..Self::default() }
    }
}

impl Wire for Extension {
    fn read(mut members: Members<'_>) -> Result<Self, DecodeError> {
        Ok(Self { info: members.object("info")?, schema: members.optional_object("schema")?, siblings: members.rest() })
    }

    fn write(&self) -> Object {
        Writer::new().member("info", self.info.clone()).optional("schema", self.schema.clone()).rest(&self.siblings)
    }
}

/// Gives the `info` of one extension its way out of an [`Extension`] and back into one.
macro_rules! extension_info {
    ($Name:ty) => {
        impl TryFrom<&$crate::wire::Extension> for $Name {
            type Error = $crate::error::DecodeError;

            fn try_from(entry: &$crate::wire::Extension) -> Result<Self, Self::Error> {
                Self::read(Members::of_object(entry.info.clone())).map_err(|e| e.inside("info"))
            }
        }

        impl From<&$Name> for $crate::wire::Extension {
            fn from(info: &$Name) -> Self {
                Self::new(info.write())
            }
        }
    };
}
pub(super) use extension_info;

/// What a facilitator did with each extension: the object of the `EXTENSION-RESPONSES` header (`bazaar` extension).
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct ExtensionResponses {
    /// Extension id to its answer, verbatim.
    pub responses: Object,
}

impl ExtensionResponses {
    /// The `status` that one extension was given, such as `success`, `processing` or `rejected`.
    #[must_use]
    pub fn status(&self, id: &str) -> Option<&str> {
        self.responses.member(id)?.as_object()?.member("status")?.as_str()
    }
}

impl Wire for ExtensionResponses {
    fn read(members: Members<'_>) -> Result<Self, DecodeError> {
        let responses = members.into_object();
        for (id, response) in responses.iter() {
            if response.as_object().is_none() {
                return Err(DecodeError::member(ShapeError::Type, id));
            }
        }
        Ok(Self { responses })
    }

    fn write(&self) -> Object {
        self.responses.clone()
    }
}

impl From<Extension> for Value {
    fn from(entry: Extension) -> Self {
        Self::Object(entry.write())
    }
}

wire_object!(Extension, ExtensionResponses);
verbatim!(ExtensionResponses);
