//! What a gate says beside its prices: who signs, and how its routes are described to whoever lists resources.

use http::Method;
use quittance_core::statement::{Issuer, Key, KeyId};
use quittance_core::wire::{BodyType, Declaration, RouteTemplate};
use quittance_core::{SecretKey, ShapeError};
use quittance_server::{Route, Statements};
use quittance_service::config::{Around, ConfigError, key};
use zeroize::Zeroizing;

use super::file;
use crate::pattern::Pattern;
use crate::table::Methods;

/// Who signs offers and receipts. It prints no key.
pub(crate) struct StatementsConfig {
    key: Zeroizing<[u8; 32]>,
    format: Format,
    transactions: bool,
}

#[derive(Clone)]
enum Format {
    Eip712,
    Jws(Option<KeyId>),
}

impl StatementsConfig {
    pub(super) fn read(file: &file::Statements, around: Around<'_>) -> Result<Self, ConfigError> {
        let key = key("statements.key", (file.key.as_deref(), file.key_file.as_deref()), around)?;
        let kid = file.kid.as_deref().map(KeyId::parse).transpose();
        let kid = kid.map_err(|error| ConfigError::new("statements.kid", error))?;
        let format = match (file.format.as_deref(), kid) {
            (None | Some("eip712"), None) => Format::Eip712,
            (Some("jws"), kid) => Format::Jws(kid),
            (None | Some("eip712"), Some(_)) => return Err(ConfigError::new("statements.kid", "is for `format = \"jws\"`")),
            (Some(_), _) => return Err(ConfigError::new("statements.format", "one of \"eip712\", \"jws\"")),
        };
        let config = Self { key, format, transactions: file.transactions };
        // what cannot sign is found here
        config.issuer()?;
        Ok(config)
    }

    fn issuer(&self) -> Result<Issuer, ConfigError> {
        let key = SecretKey::from_bytes(&self.key).map_err(|error| ConfigError::new("statements.key", error))?;
        match self.format.clone() {
            Format::Eip712 => Ok(Issuer::eip712(key)),
            Format::Jws(None) => Ok(Issuer::jws(key)),
            Format::Jws(Some(kid)) => Issuer::jws_named(key, kid).map_err(|error| ConfigError::new("statements.kid", error)),
        }
    }

    /// The signer; it was made before, when the configuration was read.
    pub(crate) fn statements(&self) -> Result<Statements, ConfigError> {
        let statements = Statements::new(self.issuer()?);
        Ok(if self.transactions { statements.naming_transactions() } else { statements })
    }

    /// The key that buyers are to be told of.
    pub(crate) fn public(&self) -> Option<Key> {
        self.issuer().ok().map(|issuer| issuer.key())
    }

    /// What a new start alone can change, without the key.
    pub(super) fn lasting(&self) -> String {
        let kid = match &self.format {
            Format::Eip712 => None,
            Format::Jws(kid) => kid.as_ref().map(KeyId::as_str),
        };
        format!("{:?} {kid:?} {}", self.public().map(|key| key.to_string()), self.transactions)
    }
}

/// What all routes say of the service.
pub(super) fn service(route: Route, service: Option<&file::Service>) -> Result<Route, ConfigError> {
    let Some(service) = service else { return Ok(route) };
    let route = match &service.name {
        Some(name) => route.service(name, service.tags.iter().map(String::as_str)),
        None if service.tags.is_empty() => route,
        None => return Err(ConfigError::new("service.name", "is missing: the tags are those of a name")),
    };
    Ok(match &service.icon {
        Some(icon) => route.icon(icon),
        None => route,
    })
}

/// How a route is described.
pub(super) fn discovery(
    file: &file::Discovery,
    (pattern, methods): (&Pattern, &Methods),
    place: &str,
) -> Result<Declaration, ConfigError> {
    let at = |key: &str| format!("{place}.{key}");
    let wrong = |key: &str| {
        let place = at(key);
        move |error: ShapeError| ConfigError::new(place, error)
    };
    let method = match (&file.method, methods) {
        (Some(method), _) => method.as_str(),
        (None, Methods::Some(methods)) => methods.first().map_or("GET", Method::as_str),
        (None, Methods::All) if file.body.is_some() => "POST",
        (None, Methods::All) => "GET",
    };
    let sold = match methods {
        Methods::All => true,
        Methods::Some(methods) => methods.iter().any(|sold| sold.as_str() == method),
    };
    if !sold {
        return Err(ConfigError::new(at("method"), "is not one of the route's"));
    }
    let mut declaration = match &file.body {
        Some(body) => {
            let kind = file.body_type.as_deref().map_or(Ok(BodyType::Json), BodyType::parse).map_err(wrong("body_type"))?;
            Declaration::body(method, kind, body.clone()).map_err(wrong("body"))?
        }
        None => Declaration::query(method).map_err(wrong("method"))?,
    };
    if file.params.is_some() || file.params_schema.is_some() {
        let example = file.params.clone().unwrap_or_default();
        declaration = declaration.params(example, file.params_schema.clone()).map_err(wrong("params_schema"))?;
    }
    if file.body.is_none() && file.body_type.is_some() {
        return Err(ConfigError::new(at("body_type"), "goes with `body`"));
    }
    match (&file.body, &file.body_schema) {
        (Some(_), Some(schema)) => declaration = declaration.body_schema(schema.clone()).map_err(wrong("body_schema"))?,
        (None, Some(_)) => return Err(ConfigError::new(at("body_schema"), "goes with `body`")),
        (_, None) => {}
    }
    match (&file.output, &file.example, &file.output_schema) {
        (Some(kind), example, schema) => {
            declaration = declaration.output(kind, example.clone(), schema.clone()).map_err(wrong("output"))?;
        }
        (None, None, None) => {}
        (None, ..) => return Err(ConfigError::new(at("output"), "is missing: what the example is of, such as \"json\"")),
    }
    Ok(match pattern.template().and_then(|template| RouteTemplate::parse(&template).ok()) {
        Some(template) => declaration.listed_under(template),
        None => declaration,
    })
}
