//! The members of an object, one by one: what each says, what stands behind it, what it means.

use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use quittance_core::eip712::permit2::{EXACT_PROXY, PERMIT2, UPTO_PROXY};
use quittance_core::json::{Object, Value};
use quittance_core::registry::{NetworkKind, contested_v1_name, network_by_v1_name, network_info};
use quittance_core::{Address, Amount, Asset, Network, UnixSeconds};

use crate::report::{Field, Mark};
use crate::words;

/// What the members are members of.
pub(crate) struct Setting<'a> {
    pub(crate) now: UnixSeconds,
    /// The token that amounts are of, where it is known.
    pub(crate) asset: Option<Asset>,
    /// Whether this is a payment, and whether its nonce is bound.
    pub(crate) payment: Option<Bound>,
    /// Goes in front of every path.
    pub(crate) prefix: &'a str,
}

/// Whether a payment's nonce is bound to its request.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bound {
    Yes,
    No,
}

/// Every member, in order.
pub(crate) fn fields(object: &Object, setting: &Setting<'_>) -> Vec<Field> {
    let mut found = Vec::new();
    walk(object, setting.prefix, setting, &mut found);
    found
}

fn walk(object: &Object, path: &str, setting: &Setting<'_>, found: &mut Vec<Field>) {
    for (name, value) in object.iter() {
        let path = if path.is_empty() { name.to_string() } else { format!("{path}.{name}") };
        member(&path, name, value, setting, found);
    }
}

fn member(path: &str, name: &str, value: &Value, setting: &Setting<'_>, found: &mut Vec<Field>) {
    match value {
        Value::Object(object) if !object.is_empty() => walk(object, path, setting, found),
        Value::Array(items) if !items.is_empty() => {
            for (at, item) in items.iter().enumerate() {
                member(&format!("{path}[{at}]"), name, item, setting, found);
            }
        }
        leaf => {
            let mark = mark(path, name, setting);
            let value = text(leaf, mark);
            let note = leaf.as_str().and_then(|text| note(path, name, text, setting));
            found.push(Field { path: path.to_string(), value, mark, note });
        }
    }
}

fn text(value: &Value, mark: Mark) -> String {
    match value {
        Value::String(text) if mark == Mark::Secret || is_long_hexadecimal(text) => words::ends(text),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Whether a text is hexadecimal and longer than any hash or address: a signature, or data with one in it, under whatever name.
fn is_long_hexadecimal(text: &str) -> bool {
    let digits = text.strip_prefix("0x").unwrap_or(text);
    digits.len() > 64 && digits.bytes().all(|digit| digit.is_ascii_hexdigit())
}

/// Members that hold a signature, or what one was made of in secret, wherever they stand.
const SECRET: [&str; 4] = ["signature", "salt", "signedTransaction", "transaction"];

fn mark(path: &str, name: &str, setting: &Setting<'_>) -> Mark {
    let in_payload = path.strip_prefix("payload.");
    // the hash of a transaction is public, and so is a receipt
    let is_hash = name == "transaction" && in_payload.is_none();
    if SECRET.contains(&name) && !is_hash {
        return Mark::Secret;
    }
    if let Some(member) = path.strip_prefix("extensions.offer-receipt.info.") {
        return vouched(member);
    }
    let Some(bound) = setting.payment else { return Mark::Said };
    match in_payload {
        // the payer of a permit is whoever signed it
        Some("permit2Authorization.from") => Mark::Compared,
        Some(member) if member.starts_with("authorization.") || member.starts_with("permit2Authorization.") => Mark::Signed,
        Some(_) => Mark::Unsigned,
        None if path.starts_with("accepted.") => {
            if bound == Bound::Yes {
                Mark::Bound
            } else {
                Mark::Compared
            }
        }
        None if matches!(path, "scheme" | "network") => Mark::Compared,
        None if path == "resource.url" && bound == Bound::Yes => Mark::Bound,
        None if path.starts_with("extensions.quittance-binding.info.metadata") && bound == Bound::Yes => Mark::Bound,
        None => Mark::Unsigned,
    }
}

/// What stands behind a member of an offer or a receipt. The hint at an offer is signed by nobody, and so is what the type does not have.
fn vouched(member: &str) -> Mark {
    const SIGNED: [&str; 11] = [
        "version",
        "resourceUrl",
        "scheme",
        "network",
        "asset",
        "payTo",
        "amount",
        "validUntil",
        "payer",
        "issuedAt",
        "transaction",
    ];
    match member.split_once(".payload.") {
        Some((_, name)) if SIGNED.contains(&name) => Mark::Vouched,
        _ => Mark::Unsigned,
    }
}

fn note(path: &str, name: &str, text: &str, setting: &Setting<'_>) -> Option<String> {
    match name {
        "amount" | "value" | "maxAmountRequired" => {
            let asset = setting.asset.as_ref()?;
            Some(words::amount(Amount::parse(text).ok()?, asset)).filter(|words| !words.starts_with(text))
        }
        "validAfter" | "validBefore" | "deadline" => Some(words::time(UnixSeconds::parse(text).ok()?, setting.now)),
        "network" => network(text),
        "asset" | "token" => {
            let info = setting.asset.as_ref()?.registered()?;
            info.id.eq_ignore_ascii_case(text).then(|| info.symbol.to_string())
        }
        "spender" => contract(text),
        "url" if text.starts_with("http://") => Some("not encrypted: whoever carries it sees the payment".to_string()),
        "nonce" if path.starts_with("payload.") => match setting.payment {
            Some(Bound::Yes) => Some("bound to this request".to_string()),
            Some(Bound::No) => Some("free: says nothing of what is bought".to_string()),
            None => None,
        },
        _ => None,
    }
}

fn network(text: &str) -> Option<String> {
    let network = Network::parse(text).ok().or_else(|| network_by_v1_name(text))?;
    let Some(info) = network_info(network) else { return Some("not in the registry".to_string()) };
    let real = if info.kind == NetworkKind::Main { "" } else { ", test money" };
    let contested = if contested_v1_name(text).is_some() { ", a name that implementations disagree about" } else { "" };
    Some(format!("{}{real}{contested}", info.name))
}

fn contract(text: &str) -> Option<String> {
    let address = Address::parse(text).ok()?;
    let known = [(PERMIT2, "Permit2"), (EXACT_PROXY, "the x402 proxy for exact"), (UPTO_PROXY, "the x402 proxy for upto")];
    let name = known.iter().find(|(contract, _)| *contract == address).map(|(_, name)| *name);
    Some(name.unwrap_or("no contract of x402").to_string())
}
