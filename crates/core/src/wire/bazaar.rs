//! The `bazaar` extension: how a resource is called and what it answers, for whoever lists resources.
//!
//! It is a seller's description and nobody signs it: nothing in it is a term of a payment. What is read here is bounded by whoever read
//! the object around it; what is written comes with a JSON Schema that it keeps to, as the extension demands.

mod declaration;
mod template;

use alloc::string::String;

pub use self::declaration::Declaration;
pub use self::template::RouteTemplate;
use super::extension::extension_info;
use super::{Extensions, Members, Unknown, Wire, Writer};
use crate::error::{DecodeError, ShapeError};
use crate::json::{Object, Value};

/// The `info` of the extension.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Bazaar {
    /// How the resource is called.
    pub input: BazaarInput,
    /// What it answers.
    pub output: Option<BazaarOutput>,
    /// Members that this version of the crate does not know.
    pub other: Unknown,
}

/// How a resource is called.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum BazaarInput {
    /// Over HTTP.
    Http(BazaarHttp),
    /// As a tool of the Model Context Protocol.
    Tool(BazaarTool),
    /// In a way of a later version, as it was written.
    Other(Object),
}

/// A request over HTTP.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct BazaarHttp {
    /// `GET`, `HEAD` or `DELETE` without a body, `POST`, `PUT` or `PATCH` with one.
    pub method: String,
    /// The body, of the methods that have one.
    pub body: Option<BazaarBody>,
    /// Parameters of the query, by example.
    pub query_params: Option<Object>,
    /// What stands in the path in the places of the [template](RouteTemplate).
    pub path_params: Option<Object>,
    /// Headers, by example.
    pub headers: Option<Object>,
    /// Members that this version of the crate does not know.
    pub other: Unknown,
}

/// A body, by example.
#[derive(Clone, PartialEq, Eq, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a body has a type and what is in it")]
pub struct BazaarBody {
    /// How it is written.
    pub kind: BodyType,
    /// What stands in it.
    pub example: Value,
}

/// How a body is written.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum BodyType {
    /// JSON.
    Json,
    /// A form.
    FormData,
    /// Text.
    Text,
}

/// A tool.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct BazaarTool {
    /// Its name, as it is called.
    pub name: String,
    /// What it does, in words.
    pub description: Option<String>,
    /// The JSON Schema of its arguments.
    pub input_schema: Object,
    /// How it is reached; by streamable HTTP unless it says.
    pub transport: Option<Transport>,
    /// Arguments, by example.
    pub example: Option<Object>,
    /// Members that this version of the crate does not know.
    pub other: Unknown,
}

/// How tools are reached.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Transport {
    /// Streamable HTTP.
    StreamableHttp,
    /// Server-sent events.
    Sse,
}

/// What a resource answers.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct BazaarOutput {
    /// What kind of thing it is, such as `json` or `text`.
    pub kind: String,
    /// More about its form.
    pub format: Option<String>,
    /// An answer, by example.
    pub example: Option<Value>,
    /// Members that this version of the crate does not know.
    pub other: Unknown,
}

impl Bazaar {
    /// The extension's name.
    pub const ID: &'static str = "bazaar";

    /// What a seller says in this extension, and under which template it wants to be listed; `None` if it says nothing.
    ///
    /// A template that is none is dropped, as the extension has it: whoever lists the resource then goes by its path.
    ///
    /// # Errors
    ///
    /// When a part of it is missing or malformed: that is not an absence.
    pub fn find(extensions: &Extensions) -> Result<Option<(Self, Option<RouteTemplate>)>, DecodeError> {
        let Some(entry) = extensions.entry(Self::ID)? else { return Ok(None) };
        let bazaar = Self::try_from(&entry).map_err(|e| e.inside(Self::ID))?;
        Ok(Some((bazaar, RouteTemplate::of(&entry))))
    }
}

impl BodyType {
    const ALL: [Self; 3] = [Self::Json, Self::FormData, Self::Text];

    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::FormData => "form-data",
            Self::Text => "text",
        }
    }

    /// Reads the word.
    ///
    /// # Errors
    ///
    /// [`ShapeError::Grammar`] for any other.
    pub fn parse(word: &str) -> Result<Self, ShapeError> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word).ok_or(ShapeError::Grammar)
    }
}

impl Transport {
    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::StreamableHttp => "streamable-http",
            Self::Sse => "sse",
        }
    }

    /// Reads the word.
    ///
    /// # Errors
    ///
    /// [`ShapeError::Grammar`] for any other.
    pub fn parse(word: &str) -> Result<Self, ShapeError> {
        [Self::StreamableHttp, Self::Sse].into_iter().find(|way| way.as_str() == word).ok_or(ShapeError::Grammar)
    }
}

const WITHOUT_BODY: [&str; 3] = ["GET", "HEAD", "DELETE"];
const WITH_BODY: [&str; 3] = ["POST", "PUT", "PATCH"];

impl Wire for Bazaar {
    fn read(mut members: Members<'_>) -> Result<Self, DecodeError> {
        Ok(Self { input: members.nested("input")?, output: members.optional_nested("output")?, other: members.rest() })
    }

    fn write(&self) -> Object {
        Writer::new()
            .member("input", self.input.write())
            .optional("output", self.output.as_ref().map(Wire::write))
            .rest(&self.other)
    }
}

impl Wire for BazaarInput {
    fn read(mut members: Members<'_>) -> Result<Self, DecodeError> {
        let kind = match members.look("type") {
            Some(crate::json::Node::String(kind)) => kind.clone(),
            Some(_) => return Err(DecodeError::member(ShapeError::Type, "type")),
            None => return Err(DecodeError::member(ShapeError::Missing, "type")),
        };
        match &*kind {
            "http" => {
                members.text("type")?;
                BazaarHttp::read(members).map(Self::Http)
            }
            "mcp" => {
                members.text("type")?;
                BazaarTool::read(members).map(Self::Tool)
            }
            "" => Err(DecodeError::member(ShapeError::EmptyText, "type")),
            _ => Ok(Self::Other(members.into_object())),
        }
    }

    fn write(&self) -> Object {
        match self {
            Self::Http(http) => http.write(),
            Self::Tool(tool) => tool.write(),
            Self::Other(object) => object.clone(),
        }
    }
}

impl Wire for BazaarHttp {
    fn read(mut members: Members<'_>) -> Result<Self, DecodeError> {
        let method = members.text("method")?;
        let kind = members.optional_parsed("bodyType", BodyType::parse)?;
        // what has a type has a body, and the methods that have one have both
        let wrong = |member| Err(DecodeError::member(ShapeError::Grammar, member));
        let body = match kind {
            Some(kind) if WITH_BODY.contains(&method.as_str()) => {
                let example = members.optional_value("body", |value| Some(Value::from(value)))?;
                let example = example.ok_or_else(|| DecodeError::member(ShapeError::Missing, "body"))?;
                if !matches!(example, Value::Object(_) | Value::String(_)) {
                    return Err(DecodeError::member(ShapeError::Type, "body"));
                }
                Some(BazaarBody { kind, example })
            }
            None if WITHOUT_BODY.contains(&method.as_str()) => None,
            None if WITH_BODY.contains(&method.as_str()) => return Err(DecodeError::member(ShapeError::Missing, "bodyType")),
            Some(_) | None => return wrong("method"),
        };
        let headers = members.optional_object("headers")?;
        if headers.as_ref().is_some_and(|headers| headers.iter().any(|(_, value)| value.as_str().is_none())) {
            return Err(DecodeError::member(ShapeError::Type, "headers"));
        }
        Ok(Self {
            method,
            body,
            query_params: members.optional_object("queryParams")?,
            path_params: members.optional_object("pathParams")?,
            headers,
            other: members.rest(),
        })
    }

    fn write(&self) -> Object {
        let writer = Writer::new().member("type", "http").member("method", self.method.as_str());
        let writer = match &self.body {
            Some(body) => writer.member("bodyType", body.kind.as_str()).member("body", body.example.clone()),
            None => writer,
        };
        writer
            .optional("queryParams", self.query_params.clone())
            .optional("pathParams", self.path_params.clone())
            .optional("headers", self.headers.clone())
            .rest(&self.other)
    }
}

impl Wire for BazaarTool {
    fn read(mut members: Members<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            name: members.nonempty_text("toolName")?,
            description: members.optional_text("description")?,
            input_schema: members.object("inputSchema")?,
            transport: members.optional_parsed("transport", Transport::parse)?,
            example: members.optional_object("example")?,
            other: members.rest(),
        })
    }

    fn write(&self) -> Object {
        Writer::new()
            .member("type", "mcp")
            .member("toolName", self.name.as_str())
            .optional("description", self.description.as_deref())
            .member("inputSchema", self.input_schema.clone())
            .optional("transport", self.transport.map(Transport::as_str))
            .optional("example", self.example.clone())
            .rest(&self.other)
    }
}

impl Wire for BazaarOutput {
    fn read(mut members: Members<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            kind: members.nonempty_text("type")?,
            format: members.optional_text("format")?,
            example: members.optional_value("example", |value| Some(Value::from(value)))?,
            other: members.rest(),
        })
    }

    fn write(&self) -> Object {
        Writer::new()
            .member("type", self.kind.as_str())
            .optional("format", self.format.as_deref())
            .optional("example", self.example.clone())
            .rest(&self.other)
    }
}

extension_info!(Bazaar);
