//! The schema of the file, held against the reader.

use alloc::collections::BTreeSet;

use regex::Regex;
use serde_json::Value;
use toml::de::{DeTable, DeValue};

use super::*;
use crate::policy::file::{FILE, RESOURCE, TEXT};
use crate::text::Sensitive;

const EXAMPLE: &str = include_str!("../../../examples/policy.toml");

fn schema() -> Value {
    serde_json::from_str(include_str!("../../../policy.schema.json")).unwrap()
}

/// A document as JSON data. Numbers only have to be numbers here: the schema has none.
fn data(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => Value::String(text.to_string()),
        DeValue::Boolean(flag) => Value::Bool(*flag),
        DeValue::Integer(_) | DeValue::Float(_) | DeValue::Datetime(_) => Value::from(0),
        DeValue::Array(list) => list.iter().map(|value| data(value.get_ref())).collect(),
        DeValue::Table(table) => table_data(table),
    }
}

fn table_data(table: &DeTable<'_>) -> Value {
    Value::Object(table.iter().map(|(key, value)| (key.get_ref().to_string(), data(value.get_ref()))).collect())
}

/// Whether data keeps to a schema, for the words that ours uses. A word it does not know is a mistake of this test, not a pass.
fn keeps(root: &Value, schema: &Value, value: &Value) -> bool {
    schema.as_object().unwrap().iter().all(|(word, rule)| match word.as_str() {
        "$schema" | "$defs" | "title" | "description" => true,
        "$ref" => keeps(root, root.pointer(rule.as_str().unwrap().strip_prefix('#').unwrap()).unwrap(), value),
        "type" => match rule.as_str().unwrap() {
            "object" => value.is_object(),
            "array" => value.is_array(),
            "string" => value.is_string(),
            "boolean" => value.is_boolean(),
            other => panic!("type {other}"),
        },
        "enum" => rule.as_array().unwrap().contains(value),
        "pattern" => value.as_str().is_none_or(|text| Regex::new(rule.as_str().unwrap()).unwrap().is_match(text)),
        "anyOf" => rule.as_array().unwrap().iter().any(|rule| keeps(root, rule, value)),
        "required" => {
            value.as_object().is_none_or(|has| rule.as_array().unwrap().iter().all(|key| has.contains_key(key.as_str().unwrap())))
        }
        "properties" => value
            .as_object()
            .is_none_or(|has| has.iter().all(|(key, value)| rule.get(key).is_none_or(|rule| keeps(root, rule, value)))),
        "additionalProperties" => {
            assert_eq!(rule, &Value::Bool(false));
            value.as_object().is_none_or(|has| has.keys().all(|key| schema["properties"].get(key).is_some()))
        }
        "items" => value.as_array().is_none_or(|list| list.iter().all(|value| keeps(root, rule, value))),
        "minItems" => value.as_array().is_none_or(|list| list.len() as u64 >= rule.as_u64().unwrap()),
        "uniqueItems" => value.as_array().is_none_or(|list| list.iter().enumerate().all(|(at, value)| !list[..at].contains(value))),
        other => panic!("the test does not know `{other}`"),
    })
}

fn accepts(text: &str) -> bool {
    let root = schema();
    keeps(&root, &root, &table_data(DeTable::parse(text).unwrap().get_ref()))
}

#[test]
fn the_schema_has_the_keys_and_words_of_the_reader() {
    let root = schema();
    let keys = |pointer: &str| root.pointer(pointer).unwrap().as_object().unwrap().keys().cloned().collect::<BTreeSet<_>>();
    let listed = |keys: &[&str]| keys.iter().map(ToString::to_string).collect::<BTreeSet<_>>();
    assert_eq!(keys("/properties"), listed(FILE.keys));
    assert_eq!(keys("/properties/resource/items/properties"), listed(RESOURCE.keys));
    assert_eq!(keys("/properties/text/properties"), listed(TEXT.keys));
    let kinds: Vec<_> = Sensitive::ALL.iter().map(|kind| Value::from(kind.name())).collect();
    assert_eq!(root.pointer("/$defs/kinds/items/enum"), Some(&Value::Array(kinds)));
}

#[test]
fn the_schema_takes_what_the_reader_takes() {
    for text in [EXAMPLE, BASE] {
        assert!(accepts(text) && Policy::from_toml(text).is_ok());
    }
}

#[test]
fn row_216_the_schema_refuses_what_has_no_meaning() {
    let lines = [
        "pirce = \"$1\"",
        "per_day = 5",
        "per_day = 4.02",
        "per_day = \"1e3\"",
        "per_day = \"-1\"",
        "per_day = []",
        "per_day = [\"$1\", \"$1\"]",
        "assets = []",
        "assets = \"USDC\"",
        "schemes = [\"deferred\"]",
        "transfer_methods = [\"erc7710\"]",
        "payment_flows = [\"escrow\"]",
        "pin_payees = \"yes\"",
        "max_window = \"15\"",
        "max_window = \"0m\"",
        "max_price_change = \"010%\"",
        "[text]\nurl = \"forbid\"",
        "[text]\nurll = \"redact\"",
        "[text]\nallow = [\"mail\"]",
        "[[resource]]\nprice = \"$1\"",
        "[[resource]]\nurl = \"https://a.example/x\"\nmethods = [\"get\"]",
        "[[resource]]\nurl = \"https://a.example/x\"\ncategory = \"a b\"",
        "[[resource]]\nurl = \"https://a.example/x\"\npirce = \"$1\"",
    ];
    for line in lines {
        let text = format!("{BASE}{line}");
        assert!(!accepts(&text) && Policy::from_toml(&text).is_err(), "{line}");
    }
    for key in ["per_payment", "networks", "origins"] {
        let text: String = BASE.lines().filter(|line| !line.starts_with(key)).map(|line| format!("{line}\n")).collect();
        assert!(!accepts(&text) && Policy::from_toml(&text).is_err(), "{key}");
    }
}
