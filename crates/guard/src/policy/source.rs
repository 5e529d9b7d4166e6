//! The two texts that a policy can be written in: TOML, for people, and JSON, for programs that carry one along.
//!
//! Both come to the same tables, and what these may say is written once, in `file.rs`. TOML tells the place of everything; of JSON it is not
//! known, and whatever is wrong is said to be at the beginning, with the key.

use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use quittance_core::Limits;
use quittance_core::json::{self, Object};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::{PolicyError, PolicyReason};
use super::reader::{Member, Node, Value};
use crate::text::escape;

/// The longest text of a policy, in bytes.
const LONGEST: usize = 256 * 1024;

/// Reads TOML.
pub(super) fn toml(text: &str) -> Result<Vec<Member>, PolicyError> {
    fits(text)?;
    let table = DeTable::parse(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        PolicyError::at(text, at, PolicyReason::Syntax, format!("not TOML: {}", escape(error.message(), 200)))
    })?;
    Ok(of_table(table.get_ref()))
}

/// Reads JSON.
pub(super) fn json(text: &str) -> Result<Vec<Member>, PolicyError> {
    fits(text)?;
    let wrong = |words| PolicyError::at(text, 0, PolicyReason::Syntax, words);
    let read = json::parse(text.as_bytes(), &Limits::BODY.with_bytes(LONGEST));
    match read.map_err(|error| wrong(format!("not JSON: {}", escape(&error.to_string(), 200))))? {
        json::Value::Object(object) => Ok(of_object(&object)),
        _ => Err(wrong("a policy in JSON is an object".into())),
    }
}

fn fits(text: &str) -> Result<(), PolicyError> {
    if text.len() > LONGEST {
        return Err(PolicyError::at(text, 0, PolicyReason::Size, format!("a policy has at most {LONGEST} bytes")));
    }
    Ok(())
}

fn of_table(table: &DeTable<'_>) -> Vec<Member> {
    let member = |(key, value): (&Spanned<_>, &Spanned<_>)| {
        let text: &alloc::borrow::Cow<'_, str> = key.get_ref();
        Member { at: key.span().start, key: text.as_ref().into(), node: of_toml(value) }
    };
    table.iter().map(member).collect()
}

fn of_toml(value: &Spanned<DeValue<'_>>) -> Node {
    let at = value.span().start;
    let value = match value.get_ref() {
        DeValue::String(text) => Value::Text(text.as_ref().into()),
        DeValue::Boolean(flag) => Value::Flag(*flag),
        DeValue::Array(list) => Value::List(list.iter().map(of_toml).collect()),
        DeValue::Table(table) => Value::Table(of_table(table)),
        other => Value::Other(other.type_str()),
    };
    Node { at, value }
}

fn of_object(object: &Object) -> Vec<Member> {
    object.iter().map(|(key, value)| Member { at: 0, key: key.to_string(), node: of_json(value) }).collect()
}

fn of_json(value: &json::Value) -> Node {
    let value = match value {
        json::Value::String(text) => Value::Text(text.clone()),
        json::Value::Bool(flag) => Value::Flag(*flag),
        json::Value::Array(list) => Value::List(list.iter().map(of_json).collect()),
        json::Value::Object(object) => Value::Table(of_object(object)),
        json::Value::Number(_) => Value::Other("number"),
        json::Value::Null => Value::Other("null"),
    };
    Node { at: 0, value }
}

/// The same tables as JSON.
pub(super) fn write(members: &[Member]) -> String {
    json::Value::Object(object(members)).to_string()
}

fn object(members: &[Member]) -> Object {
    let mut object = Object::new();
    for Member { key, node, .. } in members {
        object.insert(key.as_str(), written(node));
    }
    object
}

fn written(node: &Node) -> json::Value {
    match &node.value {
        Value::Text(text) => json::Value::String(text.clone()),
        Value::Flag(flag) => json::Value::Bool(*flag),
        Value::List(list) => json::Value::Array(list.iter().map(written).collect()),
        Value::Table(members) => json::Value::Object(object(members)),
        // of no policy that can be used
        Value::Other(_) => json::Value::Null,
    }
}
