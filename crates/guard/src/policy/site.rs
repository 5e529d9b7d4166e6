//! Which resources a policy names: origins, and patterns of one origin.
//!
//! Both are read by the one parser of [`Resource`], and both are compared with what it made of the request: `good.com.evil.com`,
//! `good.com@evil`, another case, another port and a point at the end are other origins or no resources at all (catalogue rows 206 and 215).

use alloc::boxed::Box;
use alloc::format;
use alloc::vec::Vec;

use quittance_core::statement::Key;
use quittance_core::{Account, Resource};

use super::PlainHttp;
use super::error::{PolicyError, PolicyReason};
use super::limits::Caps;
use super::reader::Item;
use crate::label::Category;
use crate::text::escape;

/// Scheme, host and port.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Origin(Box<str>);

impl Origin {
    pub(super) fn read(item: &Item<'_>, plain_http: PlainHttp) -> Result<Self, PolicyError> {
        let text = item.text()?;
        if text == "mcp://tool" {
            return Ok(Self(text.into()));
        }
        let resource = parse(item, text)?;
        let origin = resource.origin();
        if resource.as_str().strip_prefix(origin) != Some("/") {
            return Err(item.error(PolicyReason::Origin, "an origin ends after host and port; a [[resource]] names a part of one"));
        }
        require_transport(item, &resource, plain_http)?;
        Ok(Self(origin.into()))
    }

    pub(super) fn holds(&self, resource: &Resource) -> bool {
        *self.0 == *resource.origin()
    }
}

/// What a `[[resource]]` says.
#[derive(Clone, Debug)]
pub(super) struct ResourceRule {
    pub(super) patterns: Vec<Pattern>,
    /// Which methods it is about; all of them where none is named.
    pub(super) methods: Option<Vec<Box<str>>>,
    pub(super) caps: Caps,
    pub(super) longest_window: Option<u64>,
    pub(super) payees: Option<Vec<Account>>,
    /// Who may speak for the seller, beside the payee.
    pub(super) signers: Vec<Key>,
    pub(super) category: Option<Category>,
}

impl ResourceRule {
    pub(super) fn matches(&self, resource: &Resource, path: &str, method: &str) -> bool {
        self.patterns.iter().any(|pattern| pattern.matches(resource, path))
            && self.methods.as_ref().is_none_or(|methods| methods.iter().any(|named| **named == *method))
    }

    pub(super) fn is_of_origin(&self, resource: &Resource) -> bool {
        self.patterns.iter().any(|pattern| pattern.origin.holds(resource))
    }
}

/// An origin, and the segments that a path has below it.
///
/// A segment is itself, byte for byte, or `*`, which stands for any one; `/**` at the end stands for a slash and all that
/// follows. A wildcard takes no
/// segment that some server might read as several, or as the way up: an escaped slash or point, a `;` behind points (row 113).
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Pattern {
    origin: Origin,
    /// The path up to the first wildcard: most requests differ there.
    front: Box<str>,
    segments: Box<[Segment]>,
    rest: Rest,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Segment {
    Exactly(Box<str>),
    Any,
}

/// What may follow the segments.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Rest {
    Nothing,
    Anything,
}

impl Pattern {
    pub(super) fn read(item: &Item<'_>, plain_http: PlainHttp) -> Result<Self, PolicyError> {
        let resource = parse(item, item.text()?)?;
        require_transport(item, &resource, plain_http)?;
        let path = path(&resource);
        if resource.as_str().contains('?') {
            return Err(item.error(PolicyReason::Origin, "a pattern has no query: it is about the path, whatever the query"));
        }
        let front = path.split('*').next().unwrap_or_default().into();
        let (path, rest) = match path.strip_suffix("/**") {
            Some(front) => (front, Rest::Anything),
            None => (path, Rest::Nothing),
        };
        let segments = path.split('/').skip(1).map(|segment| match segment {
            "*" => Ok(Segment::Any),
            text if text.contains('*') => {
                Err(item.error(PolicyReason::Origin, "`*` stands for a whole segment, and `**` for all that follows, at the end"))
            }
            text => Ok(Segment::Exactly(text.into())),
        });
        Ok(Self { origin: Origin(resource.origin().into()), front, segments: segments.collect::<Result<_, _>>()?, rest })
    }

    /// Whether a resource with this [`path`] is one of these.
    pub(super) fn matches(&self, resource: &Resource, path: &str) -> bool {
        if !self.origin.holds(resource) || !path.starts_with(&*self.front) {
            return false;
        }
        let mut path = path.split('/').skip(1);
        let fits = self.segments.iter().all(|segment| match (segment, path.next()) {
            (Segment::Exactly(text), Some(found)) => **text == *found,
            (Segment::Any, Some(found)) => is_plain(found),
            (_, None) => false,
        });
        fits && match self.rest {
            Rest::Nothing => path.next().is_none(),
            Rest::Anything => {
                let mut path = path.peekable();
                // at least the slash has to follow; the last segment may be empty
                path.peek().is_some()
                    && core::iter::from_fn(|| path.next().map(|found| (found, path.peek().is_none())))
                        .all(|(found, last)| is_plain(found) || (last && found.is_empty()))
            }
        }
    }
}

/// Whether every server reads this as one segment with this name.
fn is_plain(segment: &str) -> bool {
    let mut escapes = segment.split('%').skip(1);
    let ambiguous = |after: &str| {
        let code = after.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        code.is_none_or(|byte| byte < 0x20 || matches!(byte, b'/' | b'\\' | b'.' | b'%' | b';' | 0x7f))
    };
    let name = segment.split(';').next().unwrap_or_default();
    !matches!(name, "" | "." | "..") && !escapes.any(ambiguous)
}

/// The path of a resource, with the slash that it begins with.
pub(super) fn path(resource: &Resource) -> &str {
    let target = resource.as_str().get(resource.origin().len()..).unwrap_or_default();
    target.split('?').next().unwrap_or_default()
}

fn parse(item: &Item<'_>, text: &str) -> Result<Resource, PolicyError> {
    Resource::parse(text).map_err(|error| item.error(PolicyReason::Origin, format!("`{}`: {error}", escape(text, 80))))
}

fn require_transport(item: &Item<'_>, resource: &Resource, plain_http: PlainHttp) -> Result<(), PolicyError> {
    match transport(resource) {
        Transport::Safe => Ok(()),
        Transport::ThisMachine if plain_http == PlainHttp::ToThisMachine => Ok(()),
        Transport::ThisMachine => Err(item.error(PolicyReason::Origin, "plain http to this machine needs `allow_http = true`")),
        Transport::Open => Err(item.error(PolicyReason::Origin, "plain http to another machine is never allowed")),
    }
}

/// How safe it is to trust an answer of an origin.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Transport {
    /// By https, or by a protocol of its own.
    Safe,
    /// Plain http that does not leave the machine.
    ThisMachine,
    /// Plain http.
    Open,
}

pub(super) fn transport(resource: &Resource) -> Transport {
    if !resource.origin().starts_with("http://") {
        Transport::Safe
    } else if resource.is_on_this_machine() {
        Transport::ThisMachine
    } else {
        Transport::Open
    }
}
