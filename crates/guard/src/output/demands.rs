//! The demands, and holding an answer against them.

use alloc::boxed::Box;
use alloc::vec::Vec;

use quittance_core::json::{self, Value};
use quittance_core::{DecodeErrorKind, Limits, Resource, UnixSeconds};

use super::field::Field;
use super::report::{Check, Failure, Report};
use super::schema::Schema;
use super::timestamp;

reasons! {
    /// Why text is not a media type.
    pub enum ContentTypeError {
        /// Not `type/subtype`.
        Form = "content_type_form", "a media type is written type/subtype, without parameters";
    }
}

/// What is demanded of an answer. Nothing is demanded until it is said.
///
/// ```
/// use quittance_core::UnixSeconds;
/// use quittance_guard::output::{Delivery, Demands, Field};
///
/// let demands = Demands::new()
///     .status(200)
///     .source_links(Field::parse("sources")?, 1)
///     .freshness(Field::parse("generated_at")?, 3_600, 60);
/// let body = br#"{"generated_at": "2025-02-27T16:01:29Z", "sources": ["https://example.com/a"]}"#;
/// let report = demands.check(&Delivery::new(200, body, UnixSeconds::from_secs(1_740_700_000)));
/// assert_eq!(report.to_string(), "status_pass source_links_pass freshness_fail");
/// assert_eq!(report.retry_decision().as_str(), "no_retry_without_human_review");
/// # Ok::<(), quittance_guard::output::FieldError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Demands {
    status: Option<u16>,
    content_types: Vec<Box<str>>,
    max_bytes: Option<usize>,
    depth: usize,
    max_milliseconds: Option<u64>,
    json: Option<()>,
    schema: Option<Schema>,
    version: Option<(Field, Vec<Box<str>>)>,
    timestamp: Option<Field>,
    freshness: Option<(Field, u64, u64)>,
    source_links: Option<(Field, usize)>,
}

impl Default for Demands {
    fn default() -> Self {
        Self::new()
    }
}

impl Demands {
    /// No demands.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            status: None,
            content_types: Vec::new(),
            max_bytes: None,
            depth: Limits::BODY.depth,
            max_milliseconds: None,
            json: None,
            schema: None,
            version: None,
            timestamp: None,
            freshness: None,
            source_links: None,
        }
    }

    /// This HTTP status.
    #[must_use]
    pub const fn status(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }

    /// This media type, or another that is demanded too. Its case does not count, and parameters of the answer's are not looked at.
    ///
    /// # Errors
    ///
    /// [`ContentTypeError`] for what can never match.
    pub fn content_type(mut self, media_type: &str) -> Result<Self, ContentTypeError> {
        let token =
            |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-+.!#$&^_".contains(&byte));
        let (kind, sub) = media_type.split_once('/').ok_or(ContentTypeError::Form)?;
        if !(token(kind) && token(sub)) {
            return Err(ContentTypeError::Form);
        }
        self.content_types.push(media_type.into());
        Ok(self)
    }

    /// At most so many bytes. Where nothing is said, JSON is read up to the size of [`Limits::BODY`].
    #[must_use]
    pub const fn max_bytes(mut self, bytes: usize) -> Self {
        self.max_bytes = Some(bytes);
        self
    }

    /// JSON is read down to this depth, which is at most [`Limits::DEEPEST`]; 32 where nothing is said.
    #[must_use]
    pub const fn max_depth(mut self, depth: usize) -> Self {
        self.depth = depth;
        self
    }

    /// The whole answer within so many milliseconds.
    #[must_use]
    pub const fn max_milliseconds(mut self, milliseconds: u64) -> Self {
        self.max_milliseconds = Some(milliseconds);
        self
    }

    /// The body is strict JSON.
    #[must_use]
    pub const fn json(mut self) -> Self {
        self.json = Some(());
        self
    }

    /// The body is what a schema says.
    #[must_use]
    pub fn schema(mut self, schema: Schema) -> Self {
        self.schema = Some(schema);
        self
    }

    /// A field holds, as text, one of these versions, or any that is not empty where the list is.
    #[must_use]
    pub fn version(mut self, field: Field, one_of: &[&str]) -> Self {
        self.version = Some((field, one_of.iter().map(|text| (*text).into()).collect()));
        self
    }

    /// A field holds a time that can be read ([`parse_timestamp`](super::parse_timestamp)).
    #[must_use]
    pub fn timestamp(mut self, field: Field) -> Self {
        self.timestamp = Some(field);
        self
    }

    /// A field holds a time that is at most `max_age` seconds ago, and at most `skew` seconds from now.
    #[must_use]
    pub fn freshness(mut self, field: Field, max_age: u64, skew: u64) -> Self {
        self.freshness = Some((field, max_age, skew));
        self
    }

    /// A field holds a list of at least so many URLs of `http` or `https`, and nothing else.
    #[must_use]
    pub fn source_links(mut self, field: Field, at_least: usize) -> Self {
        self.source_links = Some((field, at_least));
        self
    }

    /// Holds an answer against the demands.
    pub fn check(&self, answer: &Delivery<'_>) -> Report {
        let mut outcomes = Vec::new();
        let mut demand = |check, met: bool, failure| outcomes.push((check, if met { Ok(()) } else { Err(failure) }));
        if let Some(status) = self.status {
            demand(Check::Status, answer.status == status, Failure::Status);
        }
        if !self.content_types.is_empty() {
            let given = answer.content_type.map(|text| text.split(';').next().unwrap_or(text).trim_matches([' ', '\t']));
            let met = given.is_some_and(|given| self.content_types.iter().any(|wanted| wanted.eq_ignore_ascii_case(given)));
            demand(Check::ContentType, met, Failure::ContentType);
        }
        if let Some(max) = self.max_bytes {
            demand(Check::Size, answer.body.len() <= max, Failure::Size);
        }
        if let Some(max) = self.max_milliseconds {
            demand(Check::ResponseTime, answer.milliseconds.is_some_and(|took| took <= max), Failure::Slow);
        }
        if self.looks_into_body() {
            let limits = Limits::BODY.with_bytes(self.max_bytes.unwrap_or(Limits::BODY.bytes)).with_depth(self.depth);
            let body = json::parse(answer.body, &limits).map_err(|error| error.kind());
            self.check_body(&body, answer.now, &mut outcomes);
        }
        Report::new(outcomes)
    }

    const fn looks_into_body(&self) -> bool {
        self.json.is_some()
            || self.schema.is_some()
            || self.version.is_some()
            || self.timestamp.is_some()
            || self.freshness.is_some()
            || self.source_links.is_some()
    }

    fn check_body(
        &self,
        body: &Result<Value, DecodeErrorKind>,
        now: UnixSeconds,
        outcomes: &mut Vec<(Check, Result<(), Failure>)>,
    ) {
        let read = || body.as_ref().map_err(|kind| Failure::Json(*kind));
        let find = |field: &Field| read().and_then(|body| field.find(body).ok_or(Failure::Missing));
        if self.json.is_some() {
            outcomes.push((Check::Json, read().map(|_| ())));
        }
        if let Some(schema) = &self.schema {
            outcomes.push((Check::Schema, read().and_then(|body| schema.check(body).map_err(Failure::Schema))));
        }
        if let Some((field, one_of)) = &self.version {
            outcomes.push((Check::Version, find(field).and_then(|value| version(value, one_of))));
        }
        if let Some((field, at_least)) = &self.source_links {
            outcomes.push((Check::SourceLinks, find(field).and_then(|value| source_links(value, *at_least))));
        }
        let time = |field: &Field| find(field).and_then(|value| timestamp::of(value).map_err(Failure::Timestamp));
        if let Some(field) = &self.timestamp {
            outcomes.push((Check::Timestamp, time(field).map(|_| ())));
        }
        if let Some((field, max_age, skew)) = &self.freshness {
            outcomes.push((Check::Freshness, time(field).and_then(|made| fresh(made, now, *max_age, *skew))));
        }
    }
}

fn version(value: &Value, one_of: &[Box<str>]) -> Result<(), Failure> {
    match value.as_str() {
        Some(text) if !text.is_empty() && (one_of.is_empty() || one_of.iter().any(|wanted| **wanted == *text)) => Ok(()),
        _ => Err(Failure::Version),
    }
}

fn source_links(value: &Value, at_least: usize) -> Result<(), Failure> {
    let is_link = |value: &Value| {
        let resource = value.as_str().and_then(|text| Resource::parse(text).ok());
        resource.is_some_and(|resource| resource.as_str().starts_with("http"))
    };
    match value.as_array() {
        Some(links) if links.len() >= at_least && links.iter().all(is_link) => Ok(()),
        _ => Err(Failure::SourceLinks),
    }
}

fn fresh(made: UnixSeconds, now: UnixSeconds, max_age: u64, skew: u64) -> Result<(), Failure> {
    if made.saturating_sub(skew) > now {
        Err(Failure::Future)
    } else if now.saturating_sub(max_age) > made {
        Err(Failure::Stale)
    } else {
        Ok(())
    }
}

/// An answer as it arrived.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Delivery<'a> {
    /// The HTTP status.
    pub status: u16,
    /// The content type, if there is one.
    pub content_type: Option<&'a str>,
    /// The body, as it was received; whoever receives it stops at a size.
    pub body: &'a [u8],
    /// How long the whole answer took, where it was measured.
    pub milliseconds: Option<u64>,
    /// The time of arrival, from the caller's clock.
    pub now: UnixSeconds,
}

impl<'a> Delivery<'a> {
    /// An answer of which nothing more is known.
    #[must_use]
    pub const fn new(status: u16, body: &'a [u8], now: UnixSeconds) -> Self {
        Self { status, content_type: None, body, milliseconds: None, now }
    }

    /// Adds the content type.
    #[must_use]
    pub const fn with_content_type(mut self, content_type: &'a str) -> Self {
        self.content_type = Some(content_type);
        self
    }

    /// Adds how long it took.
    #[must_use]
    pub const fn with_milliseconds(mut self, milliseconds: u64) -> Self {
        self.milliseconds = Some(milliseconds);
        self
    }
}

impl core::fmt::Debug for Delivery<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Delivery(status {}, {} bytes)", self.status, self.body.len())
    }
}
