//! `wire/…`: JSON objects to facts, in one vocabulary for both versions, and back to text.

use quittance_core::json::{Object, canonical};
use quittance_core::terms_hash::canonical_terms;
use quittance_core::wire::{
    DiscoveryItem, DiscoveryOffer, DiscoveryResources, DiscoverySearch, Extensions, LastUpdated, PaymentPayload, PaymentRequired,
    PaymentRequirements, ResourceInfo, SettleRequest, SettleResponse, SignInWithX, SupportedResponse, VerifyRequest,
    VerifyResponse, Version, v1,
};
use quittance_core::{DecodeError, Limits, registry};
use serde_json::{Map, Value, json};

use super::{refusal, reread, text};
use crate::vectors::Outcome;

/// Reads the text of a case as `T`: its facts, and the text that is written again where it is not the one that was read.
fn read<T>(input: &Value, facts: impl FnOnce(&T) -> Result<Value, DecodeError>) -> Outcome
where
    T: TryFrom<quittance_core::header::Envelope, Error = DecodeError>,
    for<'a> Object: From<&'a T>,
{
    let given = text(input, "text");
    let object: T = quittance_core::header::Envelope::from_json(given.as_bytes(), &Limits::BODY)
        .and_then(TryInto::try_into)
        .map_err(|e| refusal(&e))?;
    let facts = facts(&object).map_err(|e| refusal(&e))?;
    let again = Object::from(&object).to_string();
    Ok(if again == given { json!({ "facts": facts }) } else { json!({ "facts": facts, "encoded": again }) })
}

/// An object without the members that are null or, in `extra` and `extensions`, empty.
fn some<const N: usize>(members: [(&str, Value); N]) -> Value {
    Value::Object(members.into_iter().filter(|(_, value)| !value.is_null()).map(|(name, value)| (name.into(), value)).collect())
}

fn object(object: Option<&Object>) -> Value {
    object.filter(|object| !object.is_empty()).map_or(Value::Null, |object| reread(&object.to_string()))
}

fn extension_ids(extensions: Option<&Extensions>) -> Value {
    extensions
        .filter(|extensions| !extensions.is_empty())
        .map_or(Value::Null, |extensions| extensions.as_object().iter().map(|(id, _)| id).collect())
}

/// The vocabulary names networks by CAIP-2 whatever the version.
fn caip2(name: &str) -> String {
    registry::network_by_v1_name(name).map_or_else(|| name.into(), |network| network.to_string())
}

pub(super) fn offer_v2(offer: &PaymentRequirements) -> Value {
    some([
        ("scheme", json!(offer.scheme)),
        ("network", json!(offer.network)),
        ("amount", json!(offer.amount)),
        ("asset", json!(offer.asset)),
        ("payTo", json!(offer.pay_to)),
        ("maxTimeoutSeconds", json!(offer.max_timeout_seconds)),
        ("extra", object(offer.extra.as_ref())),
    ])
}

fn offer_v1(offer: &v1::PaymentRequirements) -> Value {
    some([
        ("scheme", json!(offer.scheme)),
        ("network", json!(caip2(&offer.network))),
        ("amount", json!(offer.max_amount_required)),
        ("asset", json!(offer.asset)),
        ("payTo", json!(offer.pay_to)),
        ("maxTimeoutSeconds", json!(offer.max_timeout_seconds)),
        ("resource", resource(&offer.resource)),
        ("outputSchema", object(offer.output_schema.as_ref())),
        ("extra", object(offer.extra.as_ref())),
    ])
}

fn resource(resource: &ResourceInfo) -> Value {
    some([
        ("url", json!(resource.url)),
        ("description", json!(resource.description)),
        ("mimeType", json!(resource.mime_type)),
        ("serviceName", json!(resource.service_name)),
        ("tags", json!(resource.tags)),
        ("iconUrl", json!(resource.icon_url)),
    ])
}

pub(super) fn required_v2(required: &PaymentRequired) -> Value {
    some([
        ("version", json!(2)),
        ("error", json!(required.error)),
        ("accepts", required.accepts.iter().map(offer_v2).collect()),
        ("resource", required.resource.as_ref().map_or(Value::Null, resource)),
        ("extensions", extension_ids(required.extensions.as_ref())),
    ])
}

pub(super) fn payload_v2(payment: &PaymentPayload) -> Value {
    some([
        ("version", json!(2)),
        ("scheme", json!(payment.accepted.scheme)),
        ("network", json!(payment.accepted.network)),
        ("accepted", offer_v2(&payment.accepted)),
        ("payload", reread(&payment.payload.to_string())),
        ("resource", payment.resource.as_ref().map_or(Value::Null, resource)),
        ("extensions", extension_ids(payment.extensions.as_ref())),
    ])
}

pub(super) fn payload_v1(payment: &v1::PaymentPayload) -> Value {
    json!({
        "version": 1,
        "scheme": payment.scheme,
        "network": caip2(&payment.network),
        "payload": reread(&payment.payload.to_string()),
    })
}

pub(super) fn settlement(response: &SettleResponse) -> Value {
    some([
        ("success", json!(response.success)),
        ("errorReason", json!(response.error_reason)),
        ("payer", json!(response.payer)),
        ("transaction", json!(response.transaction)),
        ("amount", json!(response.amount)),
        ("network", if response.network.is_empty() { Value::Null } else { json!(caip2(&response.network)) }),
        ("extensions", extension_ids(response.extensions.as_ref())),
    ])
}

pub(super) fn identity(proof: &SignInWithX) -> Value {
    some([
        ("domain", json!(proof.domain)),
        ("address", json!(proof.address)),
        ("uri", json!(proof.uri)),
        ("version", json!(proof.version)),
        ("chainId", json!(proof.chain_id)),
        ("type", json!(proof.kind)),
        ("nonce", json!(proof.nonce)),
        ("issuedAt", json!(proof.issued_at)),
        ("statement", json!(proof.statement)),
        ("expirationTime", json!(proof.expiration_time)),
        ("notBefore", json!(proof.not_before)),
        ("requestId", json!(proof.request_id)),
        ("resources", json!(proof.resources)),
        ("signatureScheme", json!(proof.signature_scheme)),
        ("signature", json!(proof.signature)),
    ])
}

pub(super) fn requirements(group: &Value, input: &Value) -> Outcome {
    if group["version"] == 1 {
        read::<v1::PaymentRequirements>(input, |offer| {
            offer.parse_amount()?;
            Ok(offer_v1(offer))
        })
    } else {
        read::<PaymentRequirements>(input, |offer| {
            offer.parse_network()?;
            offer.parse_amount()?;
            Ok(offer_v2(offer))
        })
    }
}

pub(super) fn resource_info(_group: &Value, input: &Value) -> Outcome {
    read::<ResourceInfo>(input, |info| Ok(resource(info)))
}

pub(super) fn payment_required(group: &Value, input: &Value) -> Outcome {
    if group["version"] == 1 {
        read::<v1::PaymentRequired>(input, |required| {
            Ok(some([
                ("version", json!(1)),
                ("error", json!(required.error)),
                ("accepts", required.accepts.iter().map(offer_v1).collect()),
            ]))
        })
    } else {
        read::<PaymentRequired>(input, |required| Ok(required_v2(required)))
    }
}

pub(super) fn payment_payload(group: &Value, input: &Value) -> Outcome {
    if group["version"] == 1 {
        read::<v1::PaymentPayload>(input, |payment| Ok(payload_v1(payment)))
    } else {
        read::<PaymentPayload>(input, |payment| {
            payment.accepted.parse_network()?;
            payment.accepted.parse_amount()?;
            Ok(payload_v2(payment))
        })
    }
}

pub(super) fn settle_response(_group: &Value, input: &Value) -> Outcome {
    read::<SettleResponse>(input, |response| Ok(settlement(response)))
}

pub(super) fn verify_response(_group: &Value, input: &Value) -> Outcome {
    read::<VerifyResponse>(input, |response| {
        Ok(some([
            ("isValid", json!(response.is_valid)),
            ("invalidReason", json!(response.invalid_reason)),
            ("payer", json!(response.payer)),
            ("extra", object(response.extra.as_ref())),
        ]))
    })
}

fn request(request: &VerifyRequest) -> Value {
    match request {
        VerifyRequest::V1 { payload, requirements, .. } => {
            json!({ "version": 1, "payment": payload_v1(payload), "requirements": offer_v1(requirements) })
        }
        VerifyRequest::V2 { payload, requirements, .. } => {
            json!({ "version": 2, "payment": payload_v2(payload), "requirements": offer_v2(requirements) })
        }
        _ => unreachable!("there are two versions"),
    }
}

pub(super) fn verify_request(_group: &Value, input: &Value) -> Outcome {
    read::<VerifyRequest>(input, |verify| Ok(request(verify)))
}

pub(super) fn settle_request(_group: &Value, input: &Value) -> Outcome {
    read::<SettleRequest>(input, |settle| Ok(request(&settle.0)))
}

pub(super) fn supported(_group: &Value, input: &Value) -> Outcome {
    read::<SupportedResponse>(input, |supported| {
        let kinds = supported.kinds.iter().map(|kind| {
            let network = if kind.version == Version::V1 { caip2(&kind.network) } else { kind.network.clone() };
            some([
                ("version", json!(kind.version.number())),
                ("scheme", json!(kind.scheme)),
                ("network", json!(network)),
                ("extra", object(kind.extra.as_ref())),
            ])
        });
        let signers: Map<String, Value> =
            supported.signers.iter().flatten().map(|(pattern, keys)| (pattern.clone(), json!(keys))).collect();
        Ok(some([
            ("kinds", kinds.collect()),
            ("extensions", json!(supported.extensions.as_ref().filter(|extensions| !extensions.is_empty()))),
            ("signers", if signers.is_empty() { Value::Null } else { Value::Object(signers) }),
        ]))
    })
}

fn item(item: &DiscoveryItem) -> Value {
    let last_updated = match &item.last_updated {
        Some(LastUpdated::Number(number)) => json!(number),
        Some(LastUpdated::Text(text)) => json!(text),
        _ => Value::Null,
    };
    let accepts = item.accepts.iter().map(|offer| match offer {
        DiscoveryOffer::V1(offer) => offer_v1(offer),
        DiscoveryOffer::V2(offer) => offer_v2(offer),
        _ => unreachable!("there are two versions"),
    });
    some([
        ("resource", json!(item.resource)),
        ("type", json!(item.kind)),
        ("version", json!(item.version.number())),
        ("accepts", accepts.collect()),
        ("lastUpdated", last_updated),
        ("description", json!(item.description)),
        ("mimeType", json!(item.mime_type)),
        ("serviceName", json!(item.service_name)),
        ("tags", json!(item.tags)),
        ("iconUrl", json!(item.icon_url)),
        ("extensions", extension_ids(item.extensions.as_ref())),
    ])
}

pub(super) fn discovery(group: &Value, input: &Value) -> Outcome {
    if group["endpoint"] == "search" {
        read::<DiscoverySearch>(input, |found| {
            let pagination = found.pagination.as_ref();
            Ok(some([
                ("version", json!(found.version.number())),
                ("items", found.resources.iter().map(item).collect()),
                ("partialResults", json!(found.partial_results)),
                ("pagination", pagination.map_or(Value::Null, |p| some([("limit", json!(p.limit)), ("cursor", json!(p.cursor))]))),
            ]))
        })
    } else {
        read::<DiscoveryResources>(input, |page| {
            let p = &page.pagination;
            Ok(json!({
                "version": page.version.number(),
                "items": page.items.iter().map(item).collect::<Value>(),
                "pagination": { "limit": p.limit, "offset": p.offset, "total": p.total },
            }))
        })
    }
}

pub(super) fn mapping(_group: &Value, input: &Value) -> Outcome {
    let offer = v1::PaymentRequirements::from_json(text(input, "text").as_bytes(), &Limits::BODY).map_err(|e| refusal(&e))?;
    let v2 = offer.to_v2().map_err(|e| refusal(&e))?;
    let resource = canonical(&Object::from(&offer.resource).into());
    Ok(json!({ "requirements": canonical_terms(&v2), "resource": resource }))
}
