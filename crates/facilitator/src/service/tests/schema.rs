//! As much of JSON Schema as the document uses.

use serde_json::Value;

use super::super::document::openapi;

/// The document.
pub(super) fn document() -> Value {
    serde_json::from_str(openapi()).unwrap()
}

/// Holds an answer against what the document says of a route's status.
pub(super) fn check(route: &str, method: &str, status: u16, answer: &Value) {
    let document = document();
    let response = &document["paths"][route][method]["responses"][status.to_string()];
    assert!(response.is_object(), "the document knows no {status} of {route}");
    let schema = &response["content"]["application/json"]["schema"];
    assert!(schema.is_object(), "the document says nothing of the body of {status} of {route}");
    hold(&document, schema, answer, &format!("{status} of {route}"));
}

/// Holds a request against the document.
pub(super) fn check_request(route: &str, body: &Value) {
    let document = document();
    let schema = &document["paths"][route]["post"]["requestBody"]["content"]["application/json"]["schema"];
    hold(&document, schema, body, &format!("a request to {route}"));
}

fn hold(document: &Value, schema: &Value, value: &Value, place: &str) {
    if let Err(wrong) = matches(document, schema, value, place) {
        panic!("{wrong}");
    }
}

fn matches(document: &Value, schema: &Value, value: &Value, place: &str) -> Result<(), String> {
    let schema = schema.as_object().ok_or_else(|| format!("{place}: the schema is no object"))?;
    for (keyword, says) in schema {
        match keyword.as_str() {
            "description" => {}
            "$ref" => {
                let found = document.pointer(says.as_str().unwrap().strip_prefix('#').unwrap());
                matches(document, found.ok_or_else(|| format!("{place}: {says} leads nowhere"))?, value, place)?;
            }
            "type" => {
                let types = says.as_array().cloned().unwrap_or_else(|| vec![says.clone()]);
                let is = |kind: &str| match kind {
                    "object" => value.is_object(),
                    "array" => value.is_array(),
                    "string" => value.is_string(),
                    "integer" => value.is_u64(),
                    "boolean" => value.is_boolean(),
                    "null" => value.is_null(),
                    other => panic!("{other} is no type"),
                };
                if !types.iter().any(|kind| is(kind.as_str().unwrap())) {
                    return Err(format!("{place}: not {says} but {value}"));
                }
            }
            "const" if says != value => return Err(format!("{place}: not {says} but {value}")),
            "enum" if !says.as_array().unwrap().contains(value) => return Err(format!("{place}: {value} is none of {says}")),
            "const" | "enum" => {}
            "minLength" => {
                if value.as_str().is_some_and(|text| (text.len() as u64) < says.as_u64().unwrap()) {
                    return Err(format!("{place}: too short"));
                }
            }
            "required" => {
                for name in says.as_array().unwrap() {
                    value.get(name.as_str().unwrap()).ok_or_else(|| format!("{place}: {name} is missing"))?;
                }
            }
            "properties" => {
                for (name, schema) in says.as_object().unwrap() {
                    if let Some(value) = value.get(name) {
                        matches(document, schema, value, &format!("{place}.{name}"))?;
                    }
                }
            }
            "additionalProperties" => {
                let known = schema.get("properties").and_then(Value::as_object);
                for (name, value) in value.as_object().into_iter().flatten() {
                    if known.is_some_and(|known| known.contains_key(name)) {
                        continue;
                    }
                    if says == false {
                        return Err(format!("{place}: {name} is unknown"));
                    }
                    matches(document, says, value, &format!("{place}.{name}"))?;
                }
            }
            "items" => {
                for value in value.as_array().into_iter().flatten() {
                    matches(document, says, value, &format!("{place}[]"))?;
                }
            }
            "oneOf" => {
                let fits = says.as_array().unwrap().iter().filter(|schema| matches(document, schema, value, place).is_ok()).count();
                if fits != 1 {
                    return Err(format!("{place}: fits {fits} of the alternatives"));
                }
            }
            other => return Err(format!("{place}: {other} is not looked at here")),
        }
    }
    Ok(())
}

#[test]
fn a_schema_refuses_what_does_not_fit() {
    let document = document();
    let refuses = |schema: &str, value: Value| {
        let schema = &document["components"]["schemas"][schema];
        assert!(matches(&document, schema, &value, "").is_err(), "{value}");
    };
    refuses("VerifyResponse", serde_json::json!({}));
    refuses("VerifyResponse", serde_json::json!({ "isValid": "true" }));
    refuses("VerifyResponse", serde_json::json!({ "isValid": true, "valid": true }));
    refuses("SettleResponse", serde_json::json!({ "success": true }));
    refuses("Request", serde_json::json!({ "x402Version": 3 }));
    refuses("SupportedResponse", serde_json::json!({ "kinds": [{}], "extensions": [], "signers": {} }));
    refuses("SupportedResponse", serde_json::json!({ "kinds": [], "extensions": [], "signers": { "eip155:*": "0x" } }));
}
