//! Discovery: what is for sale (core specification v2, section 8; `bazaar` extension).

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::{Extensions, Members, PaymentRequirements, Quiet, Unknown, Version, Wire, Writer, v1, verbatim, wire_object};
use crate::error::{DecodeError, ShapeError};
use crate::json::{Node, Number, Object, Value, plain_integer};

/// One resource for sale.
///
/// A declaration, not an offer: only the 402 of the resource itself is.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DiscoveryItem {
    /// The URL of the resource.
    pub resource: String,
    /// The kind of resource, such as `http` or `mcp`.
    pub kind: String,
    /// The ways to pay. The version decides their words; the specification's own sample mixes the two (map W21), and so an entry is
    /// read by its shape: one that has `amount` speaks version 2.
    pub accepts: Vec<DiscoveryOffer>,
    /// The version that the item declares.
    pub version: Version,
    /// When the declaration last changed. The specification writes a number, the TypeScript SDK an ISO 8601 text; both are kept.
    pub last_updated: Option<LastUpdated>,
    /// Text for people.
    pub description: Option<String>,
    /// The media type of the answer.
    pub mime_type: Option<String>,
    /// A short name of the service.
    pub service_name: Option<String>,
    /// Tags of the service.
    pub tags: Option<Vec<String>>,
    /// A picture of the service.
    pub icon_url: Option<String>,
    /// Extension id to entry.
    pub extensions: Option<Extensions>,
    /// Members that this version of the crate does not know.
    pub other: Unknown,
}

/// One declared way to pay.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum DiscoveryOffer {
    /// In the words of version 1.
    V1(v1::PaymentRequirements),
    /// In the words of version 2.
    V2(PaymentRequirements),
}

/// When a declaration last changed.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum LastUpdated {
    /// Seconds, or whatever unit the service counts in: the specification does not say.
    Number(u64),
    /// ISO 8601 text.
    Text(String),
}

impl Wire for DiscoveryOffer {
    fn read(members: Members<'_>) -> Result<Self, DecodeError> {
        match (members.has("amount"), members.has("maxAmountRequired")) {
            (true, true) => Err(DecodeError::member(ShapeError::Ambiguous, "maxAmountRequired")),
            (false, true) => v1::PaymentRequirements::read(members).map(Self::V1),
            (_, false) => PaymentRequirements::read(members).map(Self::V2),
        }
    }

    fn write(&self) -> Object {
        match self {
            Self::V1(offer) => offer.write(),
            Self::V2(offer) => offer.write(),
        }
    }
}

/// Of URLs and of text for people it shows the length at most.
impl fmt::Debug for DiscoveryItem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DiscoveryItem")
            .field("resource", &Quiet::text(&self.resource))
            .field("kind", &self.kind)
            .field("accepts", &self.accepts)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

impl Wire for DiscoveryItem {
    fn read(mut members: Members<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            resource: members.nonempty_text("resource")?,
            kind: members.text("type")?,
            version: members.version(&[Version::V1, Version::V2])?,
            accepts: members.list("accepts")?,
            last_updated: members.optional_value("lastUpdated", |value| match value {
                Node::String(text) => Some(LastUpdated::Text(text.into_owned())),
                Node::Number(literal) => plain_integer(&literal).map(LastUpdated::Number),
                _ => None,
            })?,
            description: members.optional_text("description")?,
            mime_type: members.optional_text("mimeType")?,
            service_name: members.optional_text("serviceName")?,
            tags: members.optional_texts("tags")?,
            icon_url: members.optional_text("iconUrl")?,
            extensions: members.optional_nested("extensions")?,
            other: members.rest(),
        })
    }

    fn write(&self) -> Object {
        let last_updated = self.last_updated.as_ref().and_then(|when| match when {
            LastUpdated::Number(number) => Number::from_u64(*number).map(Value::Number),
            LastUpdated::Text(text) => Some(text.as_str().into()),
        });
        Writer::new()
            .member("resource", self.resource.as_str())
            .member("type", self.kind.as_str())
            .version(self.version)
            .list("accepts", &self.accepts)
            .optional("lastUpdated", last_updated)
            .optional("description", self.description.as_deref())
            .optional("mimeType", self.mime_type.as_deref())
            .optional("serviceName", self.service_name.as_deref())
            .optional_texts("tags", self.tags.as_ref())
            .optional("iconUrl", self.icon_url.as_deref())
            .optional("extensions", self.extensions.as_ref().map(Object::from))
            .rest(&self.other)
    }
}

/// A page of resources: the answer to `GET /discovery/resources`.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct DiscoveryResources {
    /// The version of the answer.
    pub version: Version,
    /// The resources.
    pub items: Vec<DiscoveryItem>,
    /// Where in the list this page stands.
    pub pagination: Pagination,
    /// Members that this version of the crate does not know.
    pub other: Unknown,
}

/// A place in a list.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Pagination {
    /// The longest page the service gives.
    pub limit: u64,
    /// How many resources stand before this page.
    pub offset: u64,
    /// How many there are.
    pub total: u64,
    /// Members that this version of the crate does not know.
    pub other: Unknown,
}

impl Wire for Pagination {
    fn read(mut members: Members<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            limit: members.integer("limit")?,
            offset: members.integer("offset")?,
            total: members.integer("total")?,
            other: members.rest(),
        })
    }

    fn write(&self) -> Object {
        Writer::new().integer("limit", self.limit).integer("offset", self.offset).integer("total", self.total).rest(&self.other)
    }
}

impl Wire for DiscoveryResources {
    fn read(mut members: Members<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            version: members.version(&[Version::V1, Version::V2])?,
            items: members.list("items")?,
            pagination: members.nested("pagination")?,
            other: members.rest(),
        })
    }

    fn write(&self) -> Object {
        Writer::new()
            .version(self.version)
            .list("items", &self.items)
            .member("pagination", Object::from(&self.pagination))
            .rest(&self.other)
    }
}

/// The answer to `GET /discovery/search`.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct DiscoverySearch {
    /// The version of the answer.
    pub version: Version,
    /// The resources found.
    pub resources: Vec<DiscoveryItem>,
    /// Whether the service knows of more than it could search.
    pub partial_results: Option<bool>,
    /// Where to go on, when there is more.
    pub pagination: Option<SearchPagination>,
    /// Members that this version of the crate does not know.
    pub other: Unknown,
}

/// Where a search goes on.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct SearchPagination {
    /// The longest page the service gives.
    pub limit: u64,
    /// What to ask the next page with; nothing at the end.
    pub cursor: Option<String>,
    /// Members that this version of the crate does not know.
    pub other: Unknown,
}

impl Wire for SearchPagination {
    fn read(mut members: Members<'_>) -> Result<Self, DecodeError> {
        Ok(Self { limit: members.integer("limit")?, cursor: members.optional_text("cursor")?, other: members.rest() })
    }

    fn write(&self) -> Object {
        Writer::new().integer("limit", self.limit).optional("cursor", self.cursor.as_deref()).rest(&self.other)
    }
}

impl Wire for DiscoverySearch {
    fn read(mut members: Members<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            version: members.version(&[Version::V1, Version::V2])?,
            resources: members.list("resources")?,
            partial_results: members.optional_flag("partialResults")?,
            pagination: members.optional_nested("pagination")?,
            other: members.rest(),
        })
    }

    fn write(&self) -> Object {
        Writer::new()
            .version(self.version)
            .list("resources", &self.resources)
            .optional("partialResults", self.partial_results)
            .optional("pagination", self.pagination.as_ref().map(Object::from))
            .rest(&self.other)
    }
}

wire_object!(DiscoveryItem, Pagination, DiscoveryResources, SearchPagination, DiscoverySearch);
verbatim!(DiscoveryResources, DiscoverySearch);
