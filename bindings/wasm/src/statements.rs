//! What a seller signs and describes beside the payment: offers and receipts (extension `offer-receipt`), and how a resource is called
//! (extension `bazaar`).
//!
//! Who signed is half of an answer; whether that key may speak for the seller is the other, and asked with the seller's offer.

use alloc::vec::Vec;

use quittance_core::eip712::Digest;
use quittance_core::header::Envelope;
use quittance_core::json::{Object, Value};
use quittance_core::signature::SignatureBytes;
use quittance_core::statement::{self, Key, KeyId, Payload, StatementError, Unsigned};
use quittance_core::wire::{
    Artifact, Bazaar, BodyType, Declaration, Extension, OfferPayload, OfferReceipt, ReceiptPayload, RouteTemplate,
};
use quittance_core::{Account, DecodeError, Limits, Network, Resource, ShapeError, Terms, UnixSeconds};
use quittance_guard::signed_receipt::{Bought, SignedReceipt};

use crate::answer::{Answer, Problem, members, shown};
use crate::arguments::{self, Texts};
use crate::chain::unknown;
use crate::key::{Held, held};

/// Who made an artifact, and what it says. With the seller's offer, whether that key may speak for the payee, and whether it is said of this
/// offer.
pub(crate) fn check(given: &[u8]) -> Answer {
    let texts = Texts::read(given)?;
    let artifact = texts.required("artifact")?.as_bytes();
    let offer = texts.optional("offer")?.map(arguments::offer).transpose()?;
    let told = keys(&texts)?;
    match texts.required("kind")? {
        "offer" => {
            let statement = statement::check(&Artifact::<OfferPayload>::from_json(artifact, &Limits::BODY)?).map_err(not_known)?;
            let mut facts = facts(statement.payload(), statement.by(), offer.as_ref(), &told);
            if let Some(offer) = &offer {
                facts.insert("isOfOffer", statement.payload().is_of(offer.requirements()));
            }
            Ok(facts)
        }
        "receipt" => {
            let statement =
                statement::check(&Artifact::<ReceiptPayload>::from_json(artifact, &Limits::BODY)?).map_err(not_known)?;
            Ok(facts(statement.payload(), statement.by(), offer.as_ref(), &told))
        }
        _ => Err(unknown("statement")),
    }
}

fn facts<P>(payload: &P, by: &Key, offer: Option<&Terms>, told: &[Key]) -> Object
where
    for<'a> Object: From<&'a P>,
{
    let mut facts = members([("payload", shown(Value::Object(payload.into()))), ("signer", shown(by))]);
    if let Some(offer) = offer {
        facts.insert("speaks", by.speaks_for(offer.pay_to(), told));
    }
    facts
}

/// What a receipt is worth to whoever bought this.
pub(crate) fn judge(given: &[u8]) -> Answer {
    let texts = Texts::read(given)?;
    let artifact = Artifact::<ReceiptPayload>::from_json(texts.required("artifact")?.as_bytes(), &Limits::BODY)?;
    let network = Network::parse(texts.required("network")?).map_err(Problem::of_kind)?;
    let account = |name| Account::parse(network, texts.required(name)?).map_err(Problem::of_kind);
    let time = |name| UnixSeconds::parse(texts.required(name)?).map_err(Problem::of_kind);
    let verdict = SignedReceipt::judge(
        &artifact,
        &Bought {
            network,
            resource: &Resource::parse(texts.required("resource")?).map_err(Problem::of_kind)?,
            payer: &account("payer")?,
            payee: &account("payee")?,
            signers: &keys(&texts)?,
            transaction: texts.required("transaction")?,
            since: time("since")?,
            now: time("now")?,
        },
    );
    Ok(members([("verdict", verdict.as_str().into()), ("isWrong", verdict.is_wrong().into())]))
}

/// The names of a key: its account, and its did:key.
pub(crate) fn names(key: &Held) -> Answer {
    let key = held(key)?;
    Ok(members([("address", shown(key.address())), ("did", shown(Key::Secp256k1(key.public_key())))]))
}

/// Signs with a key at hand.
pub(crate) fn sign(key: &Held, given: &[u8]) -> Answer {
    let key = held(key)?;
    let asked = Asked::read(&Texts::read(given)?, &Key::Secp256k1(key.public_key()))?;
    let signature = key.sign(&asked.digest());
    asked.signed(&signature.to_bytes())
}

/// What has to be signed, where somebody else holds the key.
pub(crate) fn prepare(given: &[u8]) -> Answer {
    let asked = by_name(given)?;
    let mut told = members([("digest", shown(asked.digest())), ("signer", shown(asked.by()))]);
    let (typed_data, message) = match &asked {
        Asked::Offer(it) => (it.typed_data(), it.message()),
        Asked::Receipt(it) => (it.typed_data(), it.message()),
    };
    if let Some(data) = typed_data {
        told.insert("typedData", shown(data));
    }
    if let Some(message) = message {
        told.insert("message", message);
    }
    Ok(told)
}

/// The artifact, with a signature that was made elsewhere.
pub(crate) fn finish(given: &[u8], signature: &[u8]) -> Answer {
    let signature = SignatureBytes::parse(arguments::text(signature)?).map_err(Problem::of_kind)?;
    by_name(given)?.signed(signature.as_bytes())
}

fn by_name(given: &[u8]) -> Result<Asked, Problem> {
    let texts = Texts::read(given)?;
    Asked::read(&texts, &Key::parse(texts.required("by")?).map_err(not_known)?)
}

/// A statement that lacks its signature.
enum Asked {
    Offer(Unsigned<OfferPayload>),
    Receipt(Unsigned<ReceiptPayload>),
}

impl Asked {
    fn read(texts: &Texts, by: &Key) -> Result<Self, Problem> {
        match texts.required("kind")? {
            "offer" => Ok(Self::Offer(unsigned(texts, by)?)),
            "receipt" => Ok(Self::Receipt(unsigned(texts, by)?)),
            _ => Err(unknown("statement")),
        }
    }

    fn digest(&self) -> Digest {
        match self {
            Self::Offer(it) => it.digest(),
            Self::Receipt(it) => it.digest(),
        }
    }

    const fn by(&self) -> &Key {
        match self {
            Self::Offer(it) => it.by(),
            Self::Receipt(it) => it.by(),
        }
    }

    fn signed(self, signature: &[u8]) -> Answer {
        let signer = shown(self.by());
        let artifact = match self {
            Self::Offer(it) => Object::from(&it.signed(signature).map_err(not_known)?),
            Self::Receipt(it) => Object::from(&it.signed(signature).map_err(not_known)?),
        };
        Ok(members([("artifact", shown(Value::Object(artifact))), ("signer", signer)]))
    }
}

/// What a key signs: typed data by its account, a JWS by itself, under its own name or under one that is given.
fn unsigned<P>(texts: &Texts, by: &Key) -> Result<Unsigned<P>, Problem>
where
    P: Payload + TryFrom<Envelope, Error = DecodeError>,
{
    let kid = texts.optional("kid")?.map(KeyId::parse).transpose().map_err(not_known)?;
    let payload: P = Envelope::from_json(texts.required("payload")?.as_bytes(), &Limits::BODY)?.try_into()?;
    match (texts.required("format")?, by, by.address()) {
        ("eip712", _, Some(account)) => Ok(Unsigned::eip712(payload, account)),
        ("eip712", ..) => Err(not_known(StatementError::Kid)),
        ("jws", Key::Secp256k1(key), _) => match &kid {
            Some(kid) => Unsigned::jws_named(payload, *key, kid).map_err(not_known),
            None => Ok(Unsigned::jws(payload, *key)),
        },
        ("jws", ..) => Err(not_known(StatementError::Algorithm)),
        _ => Err(unknown("format")),
    }
}

/// The keys that a buyer was told of.
fn keys(texts: &Texts) -> Result<Vec<Key>, Problem> {
    texts.list("told")?.iter().map(|key| Key::parse(arguments::element(key)?).map_err(not_known)).collect()
}

fn not_known(error: StatementError) -> Problem {
    Problem::named(error.name(), error).with("open", error.is_open())
}

/// The entry of one of the two extensions, written again, and what it says.
pub(crate) fn entry(id: &[u8], given: &[u8]) -> Answer {
    let mut entry = Extension::from_json(given, &Limits::BODY)?;
    let template = match arguments::text(id)? {
        Bazaar::ID => {
            entry.info = Extension::from(&Bazaar::try_from(&entry)?).info;
            RouteTemplate::of(&entry)
        }
        OfferReceipt::ID => {
            entry.info = Extension::from(&OfferReceipt::try_from(&entry)?).info;
            None
        }
        _ => return Err(unknown("extension")),
    };
    let text = shown(Value::Object(Object::from(&entry)));
    let mut told = members([("text", text), ("info", shown(Value::Object(entry.info)))]);
    if let Some(template) = template {
        told.insert("routeTemplate", template.as_str());
    }
    Ok(told)
}

/// Signed offers, or a signed receipt, as the entry of the extension, with the schema that goes along.
pub(crate) fn bundle(info: &[u8]) -> Answer {
    let info = Envelope::from_json(info, &Limits::BODY)?.into_object();
    written(&OfferReceipt::try_from(&Extension::new(info))?.entry())
}

/// The entry that describes how a resource is called, with its schema.
pub(crate) fn describe(given: &[u8]) -> Answer {
    let given = Described(Envelope::from_json(given, &Limits::BODY)?.into_object());
    written(&given.declaration().map_err(|(error, at)| Problem::of_kind(error).with("path", at))?.entry())
}

fn written(entry: &Extension) -> Answer {
    Ok(members([("text", shown(Value::Object(Object::from(entry))))]))
}

/// What a seller says of a resource: `{method}` or `{tool, inputSchema}`, and what goes along with it.
struct Described(Object);

/// What is wrong, and in which member.
type Wrong = (ShapeError, &'static str);

impl Described {
    fn declaration(&self) -> Result<Declaration, Wrong> {
        let mut declared = match (text(&self.0, "tool")?, text(&self.0, "method")?, object(&self.0, "body")?) {
            (Some(tool), None, None) => {
                let schema = object(&self.0, "inputSchema")?.ok_or((ShapeError::Missing, "inputSchema"))?;
                Declaration::tool(tool, schema.clone()).map_err(at("tool"))?
            }
            (None, Some(method), None) => Declaration::query(method).map_err(at("method"))?,
            (None, Some(method), Some(body)) => {
                let kind = text(body, "type")?.map_or(Ok(BodyType::Json), BodyType::parse).map_err(at("body.type"))?;
                let example = body.member("example").ok_or((ShapeError::Missing, "body.example"))?;
                let declared = Declaration::body(method, kind, example.clone()).map_err(at("method"))?;
                match object(body, "schema")? {
                    Some(schema) => declared.body_schema(schema.clone()).map_err(at("body.schema"))?,
                    None => declared,
                }
            }
            _ => return Err((ShapeError::Ambiguous, "method")),
        };
        if let Some(params) = object(&self.0, "params")? {
            let example = object(params, "example")?.ok_or((ShapeError::Missing, "params.example"))?;
            declared = declared.params(example.clone(), object(params, "schema")?.cloned()).map_err(at("params.schema"))?;
        }
        if let Some(output) = object(&self.0, "output")? {
            let (kind, example) = (text(output, "type")?.unwrap_or("json"), output.member("example").cloned());
            declared = declared.output(kind, example, object(output, "schema")?.cloned()).map_err(at("output"))?;
        }
        if let Some(words) = text(&self.0, "description")? {
            declared = declared.description(words);
        }
        if let Some(template) = text(&self.0, "routeTemplate")? {
            declared = declared.listed_under(RouteTemplate::parse(template).map_err(at("routeTemplate"))?);
        }
        Ok(declared)
    }
}

fn at(member: &'static str) -> impl Fn(ShapeError) -> Wrong {
    move |error| (error, member)
}

fn text<'a>(object: &'a Object, name: &'static str) -> Result<Option<&'a str>, Wrong> {
    object.member(name).map(|value| value.as_str().ok_or((ShapeError::Type, name))).transpose()
}

fn object<'a>(object: &'a Object, name: &'static str) -> Result<Option<&'a Object>, Wrong> {
    object.member(name).map(|value| value.as_object().ok_or((ShapeError::Type, name))).transpose()
}
