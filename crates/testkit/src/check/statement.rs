//! `statement/…` and the extensions of `wire/…`: what sellers say beside the payment, and who said it.

use quittance_core::json::Object;
use quittance_core::statement::{self, Issuer, KeyId, Payload};
use quittance_core::wire::{Artifact, Bazaar, Extension, OfferPayload, OfferReceipt, ReceiptPayload, RouteTemplate};
use quittance_core::{DecodeError, Limits, SecretKey};
use serde_json::{Value, json};

use super::{refusal, reread, text};
use crate::vectors::Outcome;

pub(super) fn bazaar(_group: &Value, input: &Value) -> Outcome {
    let given = text(input, "text");
    let (entry, info) = entry::<Bazaar>(given).map_err(|e| refusal(&e))?;
    let mut again = entry.clone();
    again.info = Extension::from(&info).info;
    let mut facts = json!({ "info": reread(&again.info.to_string()) });
    if let Some(template) = RouteTemplate::of(&entry) {
        facts["routeTemplate"] = template.as_str().into();
    }
    Ok(written(facts, &again, given))
}

pub(super) fn offer_receipt(_group: &Value, input: &Value) -> Outcome {
    let given = text(input, "text");
    let (mut again, info) = entry::<OfferReceipt>(given).map_err(|e| refusal(&e))?;
    again.info = Extension::from(&info).info;
    Ok(written(reread(&again.info.to_string()), &again, given))
}

/// An entry, and its `info` as that of one extension.
fn entry<T: for<'a> TryFrom<&'a Extension, Error = DecodeError>>(text: &str) -> Result<(Extension, T), DecodeError> {
    let entry = Extension::from_json(text.as_bytes(), &Limits::BODY)?;
    let info = T::try_from(&entry)?;
    Ok((entry, info))
}

fn written(facts: Value, again: &Extension, given: &str) -> Value {
    let again = Object::from(again).to_string();
    if again == given { json!({ "facts": facts }) } else { json!({ "facts": facts, "encoded": again }) }
}

pub(super) fn sign(_group: &Value, input: &Value) -> Outcome {
    let key = || SecretKey::parse(text(input, "privateKey")).map_err(|e| e.name().to_owned());
    let issuer = match (text(input, "format"), input["kid"].as_str()) {
        ("eip712", _) => Issuer::eip712(key()?),
        (_, None) => Issuer::jws(key()?),
        (_, Some(kid)) => {
            let kid = KeyId::parse(kid).map_err(|e| e.name().to_owned())?;
            Issuer::jws_named(key()?, kid).map_err(|e| e.name().to_owned())?
        }
    };
    let payload = text(input, "payload").as_bytes();
    let artifact = if text(input, "kind") == "offer" {
        Object::from(&issuer.sign(OfferPayload::from_json(payload, &Limits::BODY).map_err(|e| refusal(&e))?))
    } else {
        Object::from(&issuer.sign(ReceiptPayload::from_json(payload, &Limits::BODY).map_err(|e| refusal(&e))?))
    };
    Ok(json!({ "text": artifact.to_string(), "signer": issuer.key().to_string() }))
}

pub(super) fn check(_group: &Value, input: &Value) -> Outcome {
    let given = text(input, "text").as_bytes();
    if text(input, "kind") == "offer" {
        checked(&Artifact::<OfferPayload>::from_json(given, &Limits::BODY).map_err(|e| refusal(&e))?)
    } else {
        checked(&Artifact::<ReceiptPayload>::from_json(given, &Limits::BODY).map_err(|e| refusal(&e))?)
    }
}

fn checked<P: Payload>(artifact: &Artifact<P>) -> Outcome
where
    for<'a> Object: From<&'a P>,
{
    let statement = statement::check(artifact).map_err(|e| e.name().to_owned())?;
    Ok(json!({ "payload": reread(&Object::from(statement.payload()).to_string()), "signer": statement.by().to_string() }))
}
