//! Headers and objects of the wire: read strictly, and written again byte for byte.

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use quittance_core::header;
use quittance_core::json::{self, Object, Value};
use quittance_core::terms_hash::canonical_terms;
use quittance_core::wire::{self, Asked, v1};
use quittance_core::{DecodeError, EncodingError, Limits, ShapeError, Terms};

use crate::answer::{Answer, Problem, members, shown};
use crate::arguments;

/// A reader of one object, which gives its text again where that is not the one that was read.
type Reader = fn(&[u8], &Limits) -> Result<Option<String>, DecodeError>;

/// Readers of a type. Reading and writing are inverse, so what comes out is what came in unless it was spelled in another way or
/// optional members were null.
macro_rules! whole {
    ($T:ty) => {
        |bytes, limits| <$T>::from_json_with_text(bytes, limits).map(|(_, text)| text)
    };
    ($T:ty, $judge:expr) => {
        |bytes, limits| {
            let (object, text) = <$T>::from_json_with_text(bytes, limits)?;
            let judge: fn(&$T) -> Result<(), DecodeError> = $judge;
            judge(&object).map(|()| text)
        }
    };
}

/// The object that a header carries.
fn in_header(name: &str) -> Result<Reader, Problem> {
    let readers: &[(&str, Reader)] = &[
        (header::PAYMENT_REQUIRED, whole!(wire::PaymentRequired)),
        (header::PAYMENT_SIGNATURE, whole!(wire::PaymentPayload)),
        (header::PAYMENT_RESPONSE, whole!(wire::SettleResponse)),
        (header::X_PAYMENT, whole!(v1::PaymentPayload)),
        (header::X_PAYMENT_RESPONSE, whole!(wire::SettleResponse)),
        #[cfg(feature = "full")]
        (header::SIGN_IN_WITH_X, whole!(wire::SignInWithX)),
        #[cfg(feature = "full")]
        (header::EXTENSION_RESPONSES, whole!(wire::ExtensionResponses)),
    ];
    let found = readers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
    found.map(|(_, reader)| *reader).ok_or_else(|| unknown("header"))
}

/// The objects by name. Requirements and payments have their network and amount judged: whoever reads one alone is about to use it.
fn by_name(name: &str) -> Result<Reader, Problem> {
    Ok(match name {
        "PaymentRequired" => whole!(wire::PaymentRequired),
        "PaymentRequirements" => whole!(wire::PaymentRequirements, judge_offer),
        "PaymentPayload" => whole!(wire::PaymentPayload, |payment| judge_offer(&payment.accepted)),
        "PaymentRequiredV1" => whole!(v1::PaymentRequired),
        "PaymentRequirementsV1" => whole!(v1::PaymentRequirements, |offer| offer.parse_amount().map(drop)),
        "PaymentPayloadV1" => whole!(v1::PaymentPayload),
        "ResourceInfo" => whole!(wire::ResourceInfo),
        "SettleResponse" => whole!(wire::SettleResponse),
        "VerifyResponse" => whole!(wire::VerifyResponse),
        "VerifyRequest" => whole!(wire::VerifyRequest),
        "SettleRequest" => whole!(wire::SettleRequest),
        "SupportedResponse" => whole!(wire::SupportedResponse),
        "DiscoveryResources" => whole!(wire::DiscoveryResources),
        "DiscoverySearch" => whole!(wire::DiscoverySearch),
        _ => return Err(unknown("object")),
    })
}

fn judge_offer(offer: &wire::PaymentRequirements) -> Result<(), DecodeError> {
    offer.parse_network()?;
    offer.parse_amount().map(drop)
}

fn unknown(what: &str) -> Problem {
    Problem::named("unknown_name", alloc::format!("no {what} has this name"))
}

/// The text of the object in a header.
pub(crate) fn decode(name: &[u8], value: &[u8]) -> Result<String, Problem> {
    let read = in_header(arguments::text(name)?)?;
    let text = header::text(value, &Limits::HEADER)?;
    match read(&text, &Limits::HEADER)? {
        Some(other) => Ok(other),
        None => String::from_utf8(text).map_err(|_| Problem::of_kind(EncodingError::Utf8)),
    }
}

/// The header that carries an object.
pub(crate) fn encode(name: &[u8], object: &[u8]) -> Answer {
    let read = in_header(arguments::text(name)?)?;
    let text = read(object, &Limits::BODY)?;
    let header = header::encode_text(text.as_ref().map_or(object, String::as_bytes), &Limits::HEADER)?;
    Ok(members([("header", header.into())]))
}

/// The text of an object that came by itself.
pub(crate) fn read(name: &[u8], object: &[u8]) -> Result<String, Problem> {
    match by_name(arguments::text(name)?)?(object, &Limits::BODY)? {
        Some(other) => Ok(other),
        None => arguments::text(object).map(Into::into),
    }
}

/// Any JSON text, by the strict reader: the spelling of RFC 8785, and the one that keeps order and numbers as they are.
pub(crate) fn json_text(text: &[u8], limits: &Limits) -> Answer {
    let value = json::parse(text, limits)?;
    Ok(members([("canonical", json::canonical(&value).into()), ("text", shown(value))]))
}

/// An offer of version 1 in the words of version 2.
pub(crate) fn to_v2(offer: &[u8]) -> Answer {
    let offer = v1::PaymentRequirements::from_json(offer, &Limits::BODY)?;
    let resource = json::canonical(&Object::from(&offer.resource).into());
    Ok(members([("requirements", canonical_terms(&offer.to_v2()?).into()), ("resource", resource.into())]))
}

/// What a 402 asks, whichever version of the protocol says it.
pub(crate) fn ask(required: Option<&[u8]>, body: &[u8]) -> Answer {
    Ok(asked(&Asked::read(required, body, &Limits::BODY)?))
}

/// What is told of a 402.
pub(crate) fn asked(asked: &Asked) -> Object {
    let list = |texts: Vec<String>| texts.into_iter().map(Value::String).collect::<Vec<_>>();
    let mut told = members([
        ("offers", list(asked.offers().iter().map(|offer: &Terms| offer.requirements().to_json()).collect()).into()),
        ("unread", shown(asked.unread())),
        ("claims", list(asked.claims().iter().map(wire::ResourceInfo::to_json).collect()).into()),
        ("extensions", shown(Value::Object(asked.extensions().as_object().clone()))),
    ]);
    if let Some(reason) = asked.reason() {
        told.insert("reason", reason.to_string());
    }
    told
}

/// Which header of a request is the payment; nothing when none is.
pub(crate) fn find_payment(headers: &[u8]) -> Answer {
    let pairs = pairs(headers)?;
    let found = header::find_payment(pairs.iter().map(|(name, value)| (name.as_str(), value.as_bytes())))?;
    Ok(match found {
        None => Object::new(),
        Some(found) => {
            let name = if found.version == wire::Version::V1 { header::X_PAYMENT } else { header::PAYMENT_SIGNATURE };
            let value = core::str::from_utf8(found.value).unwrap_or_default();
            members([("name", name.into()), ("value", value.into())])
        }
    })
}

/// Headers as `[[name, value], …]`.
pub(crate) fn pairs(headers: &[u8]) -> Result<Vec<(String, String)>, Problem> {
    let mut pairs = Vec::new();
    for value in &arguments::texts(headers)? {
        let [name, value] = value.as_array().unwrap_or_default() else { return Err(Problem::of_kind(ShapeError::Type)) };
        pairs.push((arguments::element(name)?.into(), arguments::element(value)?.into()));
    }
    Ok(pairs)
}
