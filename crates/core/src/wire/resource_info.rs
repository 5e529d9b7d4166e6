//! `ResourceInfo` (core specification v2, section 5.1.2).

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::{Members, Unknown, Wire, Writer, verbatim, wire_object};
use crate::error::DecodeError;
use crate::json::Object;

/// What is being sold, in the seller's words. None of it is signed, and none of it is an input to a decision about money:
/// a server derives the resource from its own configuration and compares (catalogue rows 70 to 72).
#[derive(Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ResourceInfo {
    /// The URL of the resource.
    pub url: String,
    /// Text for people.
    pub description: Option<String>,
    /// The media type of the answer.
    pub mime_type: Option<String>,
    /// A short name of the service, for catalogues: printable ASCII of at most 32 characters.
    pub service_name: Option<String>,
    /// Up to five tags of the same kind as the name.
    pub tags: Option<Vec<String>>,
    /// An absolute `http` or `https` URL of at most 2048 characters.
    pub icon_url: Option<String>,
    /// Members that this version of the crate does not know.
    pub other: Unknown,
}

impl ResourceInfo {
    /// A resource with nothing but its URL.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into(), ..Self::default() }
    }
}

/// A URL can name a customer or carry a prompt, so it does not print itself.
impl fmt::Debug for ResourceInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ResourceInfo(..)")
    }
}

/// A resource whose texts are still where they were found.
struct Found<'a> {
    url: Cow<'a, str>,
    description: Option<Cow<'a, str>>,
    mime_type: Option<Cow<'a, str>>,
    service_name: Option<Cow<'a, str>>,
    tags: Option<Vec<String>>,
    icon_url: Option<Cow<'a, str>>,
    rest: Members<'a>,
}

impl<'a> Found<'a> {
    fn read(mut members: Members<'a>) -> Result<Self, DecodeError> {
        Ok(Self {
            url: members.nonempty_words("url")?,
            description: members.optional_words("description")?,
            mime_type: members.optional_words("mimeType")?,
            service_name: members.optional_words("serviceName")?,
            tags: members.optional_texts("tags")?,
            icon_url: members.optional_words("iconUrl")?,
            rest: members,
        })
    }
}

/// Reads all of a resource, and keeps its URL.
pub(super) fn url(members: Members<'_>) -> Result<String, DecodeError> {
    Found::read(members).map(|found| found.url.into_owned())
}

impl Wire for ResourceInfo {
    fn read(members: Members<'_>) -> Result<Self, DecodeError> {
        let found = Found::read(members)?;
        Ok(Self {
            url: found.url.into_owned(),
            description: found.description.map(Cow::into_owned),
            mime_type: found.mime_type.map(Cow::into_owned),
            service_name: found.service_name.map(Cow::into_owned),
            tags: found.tags,
            icon_url: found.icon_url.map(Cow::into_owned),
            other: found.rest.rest(),
        })
    }

    fn write(&self) -> Object {
        Writer::new()
            .member("url", self.url.as_str())
            .optional("description", self.description.as_deref())
            .optional("mimeType", self.mime_type.as_deref())
            .optional("serviceName", self.service_name.as_deref())
            .optional_texts("tags", self.tags.as_ref())
            .optional("iconUrl", self.icon_url.as_deref())
            .rest(&self.other)
    }
}

wire_object!(ResourceInfo);
verbatim!(ResourceInfo);
