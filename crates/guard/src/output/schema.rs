//! A subset of JSON Schema, all of which is enforced.
//!
//! The keywords are `type`, `required`, `properties`, `additionalProperties`, `items` (one schema for all elements), `enum`, `const`,
//! `minimum`, `maximum`, `minLength`, `maxLength`, `minItems` and `maxItems`, with the meaning of draft 2020-12; a schema may also be `true`
//! or `false`. `$schema`, `$comment`, `title` and `description` are read and mean nothing.
//!
//! Any other keyword is an error when the schema is made, because one that is not enforced is a check that is not made: there is no
//! `pattern` (a regular expression from one party over text from another), no `$ref`, no `format`, no `anyOf`. Numbers are compared by their
//! decimal value and never through a double.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use quittance_core::json::{self, Number, Object, Value};
use quittance_core::{DecodeErrorKind, Limits};

use crate::audit::Escaped;

/// A schema that can be enforced.
///
/// ```
/// use quittance_guard::output::{Schema, SchemaWhy};
///
/// assert!(Schema::parse(br#"{"type": "object", "required": ["report"]}"#).is_ok());
/// let error = Schema::parse(br#"{"properties": {"id": {"pattern": "^[0-9]+$"}}}"#).unwrap_err();
/// assert_eq!((error.why(), error.at()), (SchemaWhy::Keyword, "properties.id.pattern"));
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Schema(pub(super) Rule);

#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Rule {
    Anything,
    Nothing,
    All(Box<Keywords>),
}

#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Keywords {
    pub(super) types: Option<Vec<Type>>,
    pub(super) required: Vec<String>,
    pub(super) properties: BTreeMap<String, Rule>,
    pub(super) additional: Option<Rule>,
    pub(super) items: Option<Rule>,
    pub(super) one_of: Option<Vec<Value>>,
    pub(super) minimum: Option<Number>,
    pub(super) maximum: Option<Number>,
    pub(super) min_length: Option<u64>,
    pub(super) max_length: Option<u64>,
    pub(super) min_items: Option<u64>,
    pub(super) max_items: Option<u64>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Type {
    Null,
    Boolean,
    Integer,
    Number,
    String,
    Array,
    Object,
}

/// What is wrong with a schema.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SchemaWhy {
    /// It is not strict JSON.
    #[error(transparent)]
    Json(DecodeErrorKind),
    /// A keyword that is not enforced here.
    #[error("this keyword is not enforced here")]
    Keyword,
    /// A keyword with a value that it cannot have.
    #[error("this keyword cannot have this value")]
    Value,
}

/// A schema that cannot be enforced, and where.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SchemaError {
    why: SchemaWhy,
    at: String,
}

impl SchemaError {
    /// What is wrong.
    #[must_use]
    pub const fn why(&self) -> SchemaWhy {
        self.why
    }

    /// The keyword, such as `properties.price.minimum`; empty for the schema as a whole.
    #[must_use]
    pub fn at(&self) -> &str {
        &self.at
    }

    fn inside(self, name: &str) -> Self {
        let name = Escaped::of(name);
        Self { at: if self.at.is_empty() { format!("{name}") } else { format!("{name}.{}", self.at) }, ..self }
    }
}

impl From<SchemaWhy> for SchemaError {
    fn from(why: SchemaWhy) -> Self {
        Self { why, at: String::new() }
    }
}

impl fmt::Display for SchemaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.at.is_empty() { write!(f, "the schema: {}", self.why) } else { write!(f, "{}: {}", self.at, self.why) }
    }
}

impl core::error::Error for SchemaError {}

impl Schema {
    /// Reads a schema.
    ///
    /// # Errors
    ///
    /// [`SchemaError`] for what is not strict JSON, and for every keyword that would not be enforced.
    pub fn parse(text: &[u8]) -> Result<Self, SchemaError> {
        let value = json::parse(text, &Limits::BODY).map_err(|error| SchemaWhy::Json(error.kind()))?;
        Self::new(&value)
    }

    /// Takes a schema that is read already.
    ///
    /// # Errors
    ///
    /// [`SchemaError`] for every keyword that would not be enforced.
    pub fn new(value: &Value) -> Result<Self, SchemaError> {
        rule(value).map(Self)
    }
}

fn rule(value: &Value) -> Result<Rule, SchemaError> {
    match value {
        Value::Bool(true) => Ok(Rule::Anything),
        Value::Bool(false) => Ok(Rule::Nothing),
        Value::Object(object) => keywords(object).map(Box::new).map(Rule::All),
        _ => Err(SchemaWhy::Value.into()),
    }
}

fn keywords(object: &Object) -> Result<Keywords, SchemaError> {
    let mut keywords = Keywords::default();
    // `const` is an `enum` of one, and both may stand in one schema
    let mut constant = None;
    for (name, value) in object.iter() {
        let at = |error: SchemaError| error.inside(name);
        match name {
            "$schema" | "$comment" | "title" | "description" => text(value).map(|_| ()).map_err(at)?,
            "type" => keywords.types = Some(types(value).map_err(at)?),
            "required" => keywords.required = list(value, text).map_err(at)?,
            "properties" => keywords.properties = properties(value).map_err(at)?,
            "additionalProperties" => keywords.additional = Some(rule(value).map_err(at)?),
            "items" => keywords.items = Some(rule(value).map_err(at)?),
            "enum" => keywords.one_of = Some(list(value, |value| Ok(value.clone())).map_err(at)?),
            "const" => constant = Some(value.clone()),
            "minimum" => keywords.minimum = Some(number(value).map_err(at)?),
            "maximum" => keywords.maximum = Some(number(value).map_err(at)?),
            "minLength" => keywords.min_length = Some(count(value).map_err(at)?),
            "maxLength" => keywords.max_length = Some(count(value).map_err(at)?),
            "minItems" => keywords.min_items = Some(count(value).map_err(at)?),
            "maxItems" => keywords.max_items = Some(count(value).map_err(at)?),
            _ => return Err(at(SchemaWhy::Keyword.into())),
        }
    }
    if let Some(constant) = constant {
        let allowed = keywords.one_of.is_none_or(|one_of| one_of.iter().any(|value| super::matching::same(value, &constant)));
        keywords.one_of = Some(if allowed { alloc::vec![constant] } else { Vec::new() });
    }
    Ok(keywords)
}

fn properties(value: &Value) -> Result<BTreeMap<String, Rule>, SchemaError> {
    let members = value.as_object().ok_or(SchemaWhy::Value)?.iter();
    members.map(|(name, value)| Ok((name.into(), rule(value).map_err(|error| error.inside(name))?))).collect()
}

fn types(value: &Value) -> Result<Vec<Type>, SchemaError> {
    let one = |value: &Value| {
        Ok(match value.as_str() {
            Some("null") => Type::Null,
            Some("boolean") => Type::Boolean,
            Some("integer") => Type::Integer,
            Some("number") => Type::Number,
            Some("string") => Type::String,
            Some("array") => Type::Array,
            Some("object") => Type::Object,
            _ => return Err(SchemaWhy::Value.into()),
        })
    };
    match value {
        Value::Array(elements) if elements.is_empty() => Err(SchemaWhy::Value.into()),
        Value::Array(_) => list(value, one),
        name => one(name).map(|kind| alloc::vec![kind]),
    }
}

fn list<T>(value: &Value, read: impl Fn(&Value) -> Result<T, SchemaError>) -> Result<Vec<T>, SchemaError> {
    value.as_array().ok_or(SchemaWhy::Value)?.iter().map(read).collect()
}

fn text(value: &Value) -> Result<String, SchemaError> {
    value.as_str().map(Into::into).ok_or_else(|| SchemaWhy::Value.into())
}

fn number(value: &Value) -> Result<Number, SchemaError> {
    match value {
        Value::Number(number) => Ok(number.clone()),
        _ => Err(SchemaWhy::Value.into()),
    }
}

fn count(value: &Value) -> Result<u64, SchemaError> {
    number(value)?.as_u64().ok_or_else(|| SchemaWhy::Value.into())
}
