//! What a seller declares about a resource, and the schema that goes along.

use alloc::string::String;
use alloc::vec::Vec;

use super::{
    Bazaar, BazaarBody, BazaarHttp, BazaarInput, BazaarOutput, BazaarTool, BodyType, RouteTemplate, WITH_BODY, WITHOUT_BODY,
};
use crate::error::ShapeError;
use crate::json::{Object, Value};
use crate::wire::{Extension, Unknown, Wire};

/// What a seller says about a resource, with the schema that goes along.
///
/// The schema says what is there: the one method, the parameters that are named, and of each the schema that was given or its type.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Declaration {
    info: Bazaar,
    template: Option<RouteTemplate>,
    /// By member of `input`.
    schemas: Vec<(&'static str, Object)>,
    output: Option<Object>,
}

impl Declaration {
    /// A resource that is called without a body.
    ///
    /// # Errors
    ///
    /// [`ShapeError::Grammar`] for a method other than `GET`, `HEAD` and `DELETE`.
    pub fn query(method: &str) -> Result<Self, ShapeError> {
        if !WITHOUT_BODY.contains(&method) {
            return Err(ShapeError::Grammar);
        }
        Ok(Self::http(method, None))
    }

    /// A resource that is called with a body, which is given by example: an object, or text.
    ///
    /// # Errors
    ///
    /// [`ShapeError::Grammar`] for a method other than `POST`, `PUT` and `PATCH`, [`ShapeError::Type`] for an example that is neither.
    pub fn body(method: &str, kind: BodyType, example: impl Into<Value>) -> Result<Self, ShapeError> {
        let example = example.into();
        match example {
            Value::Object(_) | Value::String(_) if WITH_BODY.contains(&method) => {
                Ok(Self::http(method, Some(BazaarBody { kind, example })))
            }
            Value::Object(_) | Value::String(_) => Err(ShapeError::Grammar),
            _ => Err(ShapeError::Type),
        }
    }

    /// A tool, with the JSON Schema of its arguments.
    ///
    /// # Errors
    ///
    /// [`ShapeError::EmptyText`] for a tool without a name, [`ShapeError::Grammar`] for a schema that refers outside of itself.
    pub fn tool(name: &str, input_schema: Object) -> Result<Self, ShapeError> {
        if name.is_empty() {
            return Err(ShapeError::EmptyText);
        }
        let input_schema = own(input_schema)?;
        let (description, transport, example) = (None, None, None);
        let tool = BazaarTool { name: name.into(), description, input_schema, transport, example, other: Unknown::new() };
        Ok(Self::of(BazaarInput::Tool(tool)))
    }

    fn http(method: &str, body: Option<BazaarBody>) -> Self {
        let (query_params, path_params, headers) = (None, None, None);
        Self::of(BazaarInput::Http(BazaarHttp {
            method: method.into(),
            body,
            query_params,
            path_params,
            headers,
            other: Unknown::new(),
        }))
    }

    const fn of(input: BazaarInput) -> Self {
        let info = Bazaar { input, output: None, other: Unknown::new() };
        Self { info, template: None, schemas: Vec::new(), output: None }
    }

    /// With parameters of the query by example, or a tool's arguments, and their JSON Schema if there is one.
    ///
    /// # Errors
    ///
    /// [`ShapeError::Grammar`] for a schema that refers outside of itself, [`ShapeError::Ambiguous`] for one of a tool, whose
    /// arguments have theirs already.
    pub fn params(mut self, example: Object, schema: Option<Object>) -> Result<Self, ShapeError> {
        match &mut self.info.input {
            BazaarInput::Http(http) => {
                http.query_params = Some(example);
                self.schemas.extend(schema.map(own).transpose()?.map(|schema| ("queryParams", schema)));
            }
            BazaarInput::Tool(_) if schema.is_some() => return Err(ShapeError::Ambiguous),
            BazaarInput::Tool(tool) => tool.example = Some(example),
            BazaarInput::Other(_) => {}
        }
        Ok(self)
    }

    /// With the JSON Schema of the body.
    ///
    /// # Errors
    ///
    /// [`ShapeError::Grammar`] for a schema that refers outside of itself, [`ShapeError::Ambiguous`] where there is no body.
    pub fn body_schema(mut self, schema: Object) -> Result<Self, ShapeError> {
        if !matches!(&self.info.input, BazaarInput::Http(BazaarHttp { body: Some(_), .. })) {
            return Err(ShapeError::Ambiguous);
        }
        self.schemas.push(("body", own(schema)?));
        Ok(self)
    }

    /// With words about what a tool does.
    #[must_use]
    pub fn description(mut self, text: &str) -> Self {
        if let BazaarInput::Tool(tool) = &mut self.info.input {
            tool.description = Some(text.into());
        }
        self
    }

    /// With what it answers: its kind, such as `json`, and an example with its JSON Schema if there is one.
    ///
    /// # Errors
    ///
    /// [`ShapeError::EmptyText`] without a kind, [`ShapeError::Grammar`] for a schema that refers outside of itself.
    pub fn output(mut self, kind: &str, example: Option<Value>, schema: Option<Object>) -> Result<Self, ShapeError> {
        if kind.is_empty() {
            return Err(ShapeError::EmptyText);
        }
        self.info.output = Some(BazaarOutput { kind: kind.into(), format: None, example, other: Unknown::new() });
        self.output = schema.map(own).transpose()?;
        Ok(self)
    }

    /// To be listed under a template.
    #[must_use]
    pub fn listed_under(self, template: RouteTemplate) -> Self {
        Self { template: Some(template), ..self }
    }

    /// What is said.
    #[must_use]
    pub const fn info(&self) -> &Bazaar {
        &self.info
    }

    /// The method that it is about; none of a tool.
    #[must_use]
    pub fn method(&self) -> Option<&str> {
        match &self.info.input {
            BazaarInput::Http(http) => Some(&http.method),
            BazaarInput::Tool(_) | BazaarInput::Other(_) => None,
        }
    }

    /// The extension: `info`, the schema that it keeps to, and the template.
    #[must_use]
    pub fn entry(&self) -> Extension {
        let mut entry = Extension::from(&self.info);
        entry.schema = Some(self.schema());
        if let Some(template) = &self.template {
            entry.siblings.push(RouteTemplate::MEMBER, template.as_str().into());
        }
        entry
    }

    fn schema(&self) -> Object {
        let info = self.info.input.write();
        let property = |(name, value): (&str, &Value)| {
            let given = self.schemas.iter().find(|(member, _)| *member == name);
            let schema = match (name, value) {
                (_, _) if given.is_some() => given.map(|(_, schema)| schema.clone()).unwrap_or_default(),
                ("type" | "method" | "toolName" | "bodyType", _) => Object::from_iter([("const", value.clone())]),
                ("headers", _) => {
                    let texts = Object::from_iter([("type", "string")]);
                    Object::from_iter([("type", Value::from("object")), ("additionalProperties", texts.into())])
                }
                (_, Value::Object(_)) => Object::from_iter([("type", "object")]),
                (_, Value::String(_)) => Object::from_iter([("type", "string")]),
                _ => Object::new(),
            };
            (String::from(name), Value::Object(schema))
        };
        let required: &[&str] = match &self.info.input {
            BazaarInput::Http(BazaarHttp { body: Some(_), .. }) => &["type", "method", "bodyType", "body"],
            BazaarInput::Http(_) => &["type", "method"],
            _ => &["type", "toolName", "inputSchema"],
        };
        let mut properties = Object::from_iter([("input", object_of(info.iter().map(property).collect(), required, true))]);
        if self.info.output.is_some() {
            let example = self.output.clone().unwrap_or_default();
            let kinds = Object::from_iter([("type", "string")]);
            let output = Object::from_iter([("type", kinds), ("example", example)]);
            properties.insert("output", object_of(output, &["type"], false));
        }
        let mut schema = Object::from_iter([("$schema", "https://json-schema.org/draft/2020-12/schema")]);
        for (name, value) in object_of(properties, &["input"], false) {
            schema.insert(name, value);
        }
        schema
    }
}

/// The schema of an object with these properties.
fn object_of(properties: Object, required: &[&str], closed: bool) -> Object {
    let required: Vec<Value> = required.iter().map(|name| Value::from(*name)).collect();
    let mut schema = Object::from_iter([("type", Value::from("object")), ("properties", properties.into())]);
    schema.insert("required", required);
    if closed {
        schema.insert("additionalProperties", false);
    }
    schema
}

/// A schema that refers to nothing but itself.
fn own(schema: Object) -> Result<Object, ShapeError> {
    let schema = Value::Object(schema);
    if refers_outside(&schema) {
        return Err(ShapeError::Grammar);
    }
    match schema {
        Value::Object(schema) => Ok(schema),
        _ => Err(ShapeError::Type),
    }
}

/// Whether a schema refers to anything outside of itself: that is nothing to hand to a reader who might fetch it.
fn refers_outside(value: &Value) -> bool {
    match value {
        Value::Object(object) => object.iter().any(|(name, value)| {
            let inside = || value.as_str().is_some_and(|text| text.starts_with('#'));
            (matches!(name, "$ref" | "$id") && !inside()) || refers_outside(value)
        }),
        Value::Array(items) => items.iter().any(refers_outside),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;
    use crate::wire::Extensions;

    #[test]
    fn what_refers_outside_is_not_declared() {
        let outside =
            |name: &str, to: &str| Object::from_iter([("items", Value::from(vec![Object::from_iter([(name, to)]).into()]))]);
        for (name, to, fine) in [
            ("$ref", "#/$defs/a", true),
            ("$ref", "https://evil.example/schema", false),
            ("$ref", "file:///etc/passwd", false),
            ("$id", "other", false),
            ("note", "https://fine.example", true),
        ] {
            let declared = Declaration::query("GET").and_then(|it| it.params(Object::new(), Some(outside(name, to))));
            assert_eq!(declared.is_ok(), fine, "{name} {to}");
        }
    }

    #[test]
    fn a_schema_of_what_is_not_there_is_not_declared() {
        let schema = || Object::from_iter([("type", "object")]);
        let tool = || Declaration::tool("search", schema()).unwrap();
        assert_eq!(tool().params(schema(), Some(schema())), Err(ShapeError::Ambiguous));
        assert!(tool().params(schema(), None).is_ok());
        for without in [tool(), Declaration::query("GET").unwrap()] {
            assert_eq!(without.body_schema(schema()), Err(ShapeError::Ambiguous));
        }
        assert!(Declaration::body("POST", BodyType::Text, "").unwrap().body_schema(schema()).is_ok());
    }

    #[test]
    fn what_is_declared_reads_back() {
        let city = Object::from_iter([("city", "Oslo")]);
        let query = Declaration::query("GET").unwrap().params(city.clone(), None).unwrap();
        let query = query.listed_under(RouteTemplate::parse("/weather/:country").unwrap());
        let query = query.output("json", Some(city.clone().into()), None).unwrap();
        let body = Declaration::body("POST", BodyType::Json, city.clone()).unwrap();
        let tool = Declaration::tool("search", Object::from_iter([("type", "object")])).unwrap().description("finds");
        for declaration in [query, body, tool.params(city, None).unwrap()] {
            let mut extensions = Extensions::new();
            extensions.insert(Bazaar::ID, &declaration.entry());
            let (read, template) = Bazaar::find(&extensions).unwrap().unwrap();
            assert_eq!((&read, template), (declaration.info(), declaration.template.clone()));
        }
        assert!(Declaration::query("POST").is_err() && Declaration::body("GET", BodyType::Text, "").is_err());
        assert!(Declaration::body("POST", BodyType::Json, true).is_err() && Declaration::tool("", Object::new()).is_err());
    }
}
