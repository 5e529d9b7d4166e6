//! Static messages as the JSON that wallets are asked to sign.

use alloc::string::ToString as _;
use alloc::vec::Vec;

use crate::address::Address;
use crate::amount::Amount;
use crate::eip712::message::Sealed;
use crate::eip712::typed_data::{DOMAIN, domain_type_json};
use crate::eip712::{Domain, Members, Message};
use crate::hex;
use crate::json::{Number, Object, Value};

/// The argument of `eth_signTypedData_v4` for a message: `types`, `primaryType`, `domain`, `message`.
///
/// `types` lists `EIP712Domain` with the fields that the domain has: a wallet may take its absence for a domain without fields, and
/// then signs something that no contract accepts (catalogue row 88). Whole numbers are decimal text, since JSON numbers lose
/// digits; only `chainId` is a number where JSON can hold it, because wallets compare it with the number of the chain they are on.
#[must_use]
pub fn export<M: Message>(domain: &Domain<'_>, message: &M) -> Value {
    let mut types = Object::new();
    types.insert(DOMAIN, domain_type_json(domain));
    for (name, members) in structs(M::ENCODE_TYPE) {
        types.insert(name, members);
    }
    let mut whole = Object::new();
    whole.insert("types", types);
    whole.insert("primaryType", M::ENCODE_TYPE.split('(').next().unwrap_or_default());
    whole.insert("domain", domain_json(domain));
    whole.insert("message", message_json(message));
    whole.into()
}

/// Takes the text of `encodeType` apart: one struct up to each closing parenthesis.
fn structs(encode_type: &str) -> impl Iterator<Item = (&str, Value)> {
    encode_type.split(')').filter_map(|part| part.split_once('(')).map(|(name, members)| {
        let members = members.split(',').filter_map(|member| member.split_once(' '));
        (name, members.map(|(kind, name)| member_json(kind, name)).collect::<Vec<_>>().into())
    })
}

/// An entry of a type's list.
pub(super) fn member_json(kind: &str, name: &str) -> Value {
    [("name", name), ("type", kind)].into_iter().collect::<Object>().into()
}

/// The fields that a domain has.
pub(super) fn domain_json(domain: &Domain<'_>) -> Object {
    let mut json = JsonMembers(Object::new());
    domain.encode_data(&mut json);
    let chain_id = domain.chain_id.and_then(Amount::to_u128).and_then(|id| u64::try_from(id).ok()).and_then(Number::from_u64);
    if let Some(chain_id) = chain_id {
        json.0.insert("chainId", Value::Number(chain_id));
    }
    json.0
}

fn message_json(message: &impl Message) -> Object {
    let mut json = JsonMembers(Object::new());
    message.encode_data(&mut json);
    json.0
}

/// Writes members as JSON.
struct JsonMembers(Object);

impl Sealed for JsonMembers {}

impl Members for JsonMembers {
    fn address(&mut self, name: &'static str, value: &Address) {
        self.0.insert(name, value.to_string());
    }

    fn uint(&mut self, name: &'static str, value: &Amount) {
        self.0.insert(name, value.to_string());
    }

    fn bytes32(&mut self, name: &'static str, value: &[u8; 32]) {
        self.0.insert(name, hex::encode(value));
    }

    fn string(&mut self, name: &'static str, value: &str) {
        self.0.insert(name, value);
    }

    fn message(&mut self, name: &'static str, value: &impl Message) {
        self.0.insert(name, message_json(value));
    }
}
