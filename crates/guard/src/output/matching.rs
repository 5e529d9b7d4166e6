//! Holding a body against a schema.

use alloc::format;
use alloc::string::String;
use core::fmt;

use quittance_core::json::Value;

use super::decimal::Decimal;
use super::schema::{Keywords, Rule, Schema, Type};
use crate::audit::Escaped;

reasons! {
    /// The keyword that a body does not satisfy.
    pub enum Keyword {
        /// Of another type.
        Type = "type", "has another type";
        /// A member is missing.
        Required = "required", "is missing";
        /// A member that is not allowed, or a schema that allows nothing.
        Forbidden = "additionalProperties", "is not allowed";
        /// Not one of the values.
        Enum = "enum", "is not one of the values";
        /// Too small.
        Minimum = "minimum", "is too small";
        /// Too large.
        Maximum = "maximum", "is too large";
        /// Too short.
        MinLength = "minLength", "is too short";
        /// Too long.
        MaxLength = "maxLength", "is too long";
        /// Too few elements.
        MinItems = "minItems", "has too few elements";
        /// Too many elements.
        MaxItems = "maxItems", "has too many elements";
    }
}

/// The first place where a body is not what its schema says.
///
/// The place is made of names that stand in the schema, and `*` for a member that does not: nothing of it is the body's own words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mismatch {
    keyword: Keyword,
    at: String,
}

impl Mismatch {
    /// The keyword that is not satisfied.
    #[must_use]
    pub const fn keyword(&self) -> Keyword {
        self.keyword
    }

    /// The place, such as `items[3].price`; empty for the body as a whole.
    #[must_use]
    pub fn at(&self) -> &str {
        &self.at
    }

    fn inside(self, name: &str) -> Self {
        let point = if self.at.is_empty() || self.at.starts_with('[') { "" } else { "." };
        Self { at: format!("{name}{point}{}", self.at), ..self }
    }
}

impl From<Keyword> for Mismatch {
    fn from(keyword: Keyword) -> Self {
        Self { keyword, at: String::new() }
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.at.is_empty() { write!(f, "the body {}", self.keyword) } else { write!(f, "{} {}", self.at, self.keyword) }
    }
}

impl core::error::Error for Mismatch {}

impl Schema {
    /// Whether a value is what the schema says.
    ///
    /// # Errors
    ///
    /// The first place where it is not.
    pub fn check(&self, value: &Value) -> Result<(), Mismatch> {
        obeys(value, &self.0)
    }
}

/// Goes as deep as the value, which its reader has bounded.
fn obeys(value: &Value, rule: &Rule) -> Result<(), Mismatch> {
    let keywords = match rule {
        Rule::Anything => return Ok(()),
        Rule::Nothing => return Err(Keyword::Forbidden.into()),
        Rule::All(keywords) => keywords,
    };
    if keywords.types.as_ref().is_some_and(|types| !types.iter().any(|kind| is(value, *kind))) {
        return Err(Keyword::Type.into());
    }
    if keywords.one_of.as_ref().is_some_and(|allowed| !allowed.iter().any(|other| same(value, other))) {
        return Err(Keyword::Enum.into());
    }
    match value {
        Value::Null | Value::Bool(_) => Ok(()),
        Value::Number(number) => {
            let value = Decimal::of(number.text());
            at_least(&value, keywords.minimum.as_ref().map(|n| Decimal::of(n.text())), Keyword::Minimum)?;
            match keywords.maximum.as_ref().map(|n| Decimal::of(n.text())) {
                Some(maximum) if value > maximum => Err(Keyword::Maximum.into()),
                _ => Ok(()),
            }
        }
        Value::String(text) => {
            let length = u64::try_from(text.chars().count()).unwrap_or(u64::MAX);
            at_least(&length, keywords.min_length, Keyword::MinLength)?;
            at_most(length, keywords.max_length, Keyword::MaxLength)
        }
        Value::Array(elements) => {
            let length = u64::try_from(elements.len()).unwrap_or(u64::MAX);
            at_least(&length, keywords.min_items, Keyword::MinItems)?;
            at_most(length, keywords.max_items, Keyword::MaxItems)?;
            let Some(items) = &keywords.items else { return Ok(()) };
            let mut elements = elements.iter().enumerate();
            elements.try_for_each(|(i, element)| obeys(element, items).map_err(|error| error.inside(&format!("[{i}]"))))
        }
        Value::Object(object) => {
            for name in &keywords.required {
                if object.member(name).is_none() {
                    return Err(Mismatch::from(Keyword::Required).inside(Escaped::of(name).as_str()));
                }
            }
            object.iter().try_for_each(|(name, value)| member(name, value, keywords))
        }
    }
}

fn member(name: &str, value: &Value, keywords: &Keywords) -> Result<(), Mismatch> {
    match (keywords.properties.get(name), &keywords.additional) {
        (Some(rule), _) => obeys(value, rule).map_err(|error| error.inside(Escaped::of(name).as_str())),
        (None, Some(rule)) => obeys(value, rule).map_err(|error| error.inside("*")),
        (None, None) => Ok(()),
    }
}

fn at_least<T: PartialOrd>(value: &T, minimum: Option<T>, keyword: Keyword) -> Result<(), Mismatch> {
    if minimum.is_some_and(|minimum| *value < minimum) { Err(keyword.into()) } else { Ok(()) }
}

fn at_most(value: u64, maximum: Option<u64>, keyword: Keyword) -> Result<(), Mismatch> {
    if maximum.is_some_and(|maximum| value > maximum) { Err(keyword.into()) } else { Ok(()) }
}

fn is(value: &Value, kind: Type) -> bool {
    match (value, kind) {
        (Value::Null, Type::Null)
        | (Value::Bool(_), Type::Boolean)
        | (Value::Number(_), Type::Number)
        | (Value::String(_), Type::String)
        | (Value::Array(_), Type::Array)
        | (Value::Object(_), Type::Object) => true,
        (Value::Number(number), Type::Integer) => Decimal::of(number.text()).is_integer(),
        _ => false,
    }
}

/// Equality by meaning, numbers by their decimal value.
pub(super) fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => Decimal::of(a.text()) == Decimal::of(b.text()),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && b.iter().all(|(name, b)| a.member(name).is_some_and(|a| same(a, b)))
        }
        _ => a == b,
    }
}
