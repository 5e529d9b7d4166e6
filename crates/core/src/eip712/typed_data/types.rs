//! The types that typed data declares, and `encodeType`.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::{DOMAIN, TypedDataError, object, only, required, text};
use crate::eip712::export::member_json;
use crate::error::{DecodeError, ShapeError};
use crate::hash::keccak256;
use crate::json::{Object, Value};

/// How many struct types one message may declare, with the domain's.
///
/// The domain's counts whether it is declared or not, because it is always written: what is read can then be read again.
/// A type's text contains every type it refers to, so the work grows with the square of their number; nobody can read a message of
/// so many types in a wallet anyway.
const MAX_TYPES: usize = 64;

/// The struct types, by name. Every type that a member refers to is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Types(BTreeMap<String, Struct>);

/// A struct type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Struct {
    pub(super) members: Vec<Member>,
    /// Kept because a message may hold thousands of values of one type.
    pub(super) type_hash: [u8; 32],
}

/// A member of a struct type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Member {
    pub(super) name: String,
    pub(super) kind: Kind,
}

/// The type of a member: `T`, `T[]`, `T[2][]`, …
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Kind {
    /// The text of the whole.
    text: String,
    /// What stands before the brackets.
    pub(super) base: Base,
    /// The brackets from left to right, so from the innermost array to the outermost: a length, or nothing for any length.
    pub(super) arrays: Vec<Option<usize>>,
}

/// An atomic, dynamic or struct type (EIP-712, "Definition of typed structured data").
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Base {
    Bool,
    Address,
    String,
    Bytes,
    /// `bytes1` to `bytes32`, by the number of bytes.
    FixedBytes(usize),
    /// `uint8` to `uint256`, by the number of bytes.
    Uint(usize),
    /// `int8` to `int256`, by the number of bytes.
    Int(usize),
    Struct(String),
}

impl Types {
    /// Reads `types`; the list for the domain is the caller's.
    pub(super) fn read(declared: &Object) -> Result<Self, DecodeError> {
        let structs = || declared.iter().filter(|(name, _)| *name != DOMAIN);
        if structs().count() >= MAX_TYPES {
            return Err(DecodeError::whole(TypedDataError::TooManyTypes));
        }
        let mut types = Self(BTreeMap::new());
        for (name, members) in structs() {
            let members = if is_struct_name(name) { read_members(members) } else { Err(DecodeError::whole(TypedDataError::Name)) };
            let members = members.map_err(|error| error.inside(name))?;
            types.0.insert(name.into(), Struct { members, type_hash: [0; 32] });
        }
        types.require_closed()?;
        let hashes: Vec<[u8; 32]> = types.0.keys().map(|name| keccak256(types.collect(name).as_bytes())).collect();
        for (declared, hash) in types.0.values_mut().zip(hashes) {
            declared.type_hash = hash;
        }
        Ok(types)
    }

    fn require_closed(&self) -> Result<(), DecodeError> {
        for (name, declared) in &self.0 {
            for (i, member) in declared.members.iter().enumerate() {
                if member.kind.struct_name().is_some_and(|referred| !self.0.contains_key(referred)) {
                    return Err(DecodeError::member(TypedDataError::UnknownType, &format!("{name}[{i}].type")));
                }
            }
        }
        Ok(())
    }

    pub(super) fn get(&self, name: &str) -> Option<&Struct> {
        self.0.get(name)
    }

    /// `encodeType` of a type that is declared.
    pub(super) fn encode_type(&self, name: &str) -> Option<String> {
        self.get(name).map(|_| self.collect(name))
    }

    /// The struct itself, then every struct that it refers to, each once, in the order of their names (EIP-712, "Definition of
    /// `encodeType`").
    fn collect(&self, name: &str) -> String {
        let referred = self.reachable(name).into_iter().filter(|referred| *referred != name);
        [name].into_iter().chain(referred).filter_map(|name| self.encode_one(name)).collect()
    }

    /// `name ‖ "(" ‖ member₁ ‖ "," ‖ member₂ ‖ … ‖ ")"`, where a member is `type ‖ " " ‖ name`.
    fn encode_one(&self, name: &str) -> Option<String> {
        let members = self.get(name)?.members.iter().map(|member| format!("{} {}", member.kind.text, member.name));
        Some(format!("{name}({})", members.collect::<Vec<_>>().join(",")))
    }

    /// The struct types that a struct refers to, at any distance, and itself. Types may refer to each other in circles.
    fn reachable<'a>(&'a self, name: &'a str) -> BTreeSet<&'a str> {
        let mut reached = BTreeSet::from([name]);
        let mut open = Vec::from([name]);
        while let Some(declared) = open.pop().and_then(|name| self.get(name)) {
            for referred in declared.members.iter().filter_map(|member| member.kind.struct_name()) {
                if reached.insert(referred) {
                    open.push(referred);
                }
            }
        }
        reached
    }

    pub(super) fn to_json(&self) -> Object {
        let list = |declared: &Struct| declared.members.iter().map(|member| member_json(&member.kind.text, &member.name)).collect();
        self.0.iter().map(|(name, declared)| (name.as_str(), Value::Array(list(declared)))).collect()
    }
}

/// Reads the list of a struct's members, each `{"name": …, "type": …}`.
fn read_members(value: &Value) -> Result<Vec<Member>, DecodeError> {
    let listed = value.as_array().ok_or_else(|| DecodeError::whole(ShapeError::Type))?;
    let mut names = BTreeSet::new();
    let mut members = Vec::with_capacity(listed.len());
    for (i, value) in listed.iter().enumerate() {
        members.push(read_member(value, &mut names).map_err(|error| error.inside(&format!("[{i}]")))?);
    }
    Ok(members)
}

fn read_member<'a>(value: &'a Value, names: &mut BTreeSet<&'a str>) -> Result<Member, DecodeError> {
    let member = object(value)?;
    only(member, &["name", "type"])?;
    let name = required(member, "name", text)?;
    if !is_identifier(name) {
        return Err(DecodeError::member(TypedDataError::Name, "name"));
    }
    if !names.insert(name) {
        return Err(DecodeError::member(TypedDataError::RepeatedMember, "name"));
    }
    let kind = required(member, "type", |value| Kind::parse(text(value)?).map_err(DecodeError::whole))?;
    Ok(Member { name: name.into(), kind })
}

impl Kind {
    fn parse(text: &str) -> Result<Self, TypedDataError> {
        let (base, brackets) = text.split_at(text.find('[').unwrap_or(text.len()));
        let base = Base::parse(base)?;
        let mut arrays = Vec::new();
        let mut rest = brackets;
        while !rest.is_empty() {
            let (length, after) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')).ok_or(TypedDataError::TypeForm)?;
            arrays.push(if length.is_empty() { None } else { Some(positive(length).ok_or(TypedDataError::TypeForm)?) });
            rest = after;
        }
        Ok(Self { text: text.into(), base, arrays })
    }

    fn struct_name(&self) -> Option<&str> {
        match &self.base {
            Base::Struct(name) => Some(name),
            _ => None,
        }
    }
}

impl Base {
    fn parse(text: &str) -> Result<Self, TypedDataError> {
        match text {
            "bool" => return Ok(Self::Bool),
            "address" => return Ok(Self::Address),
            "string" => return Ok(Self::String),
            "bytes" => return Ok(Self::Bytes),
            _ => {}
        }
        if let Some((family, width)) = family_and_width(text) {
            return Self::sized(family, width).ok_or(TypedDataError::TypeForm);
        }
        if is_identifier(text) { Ok(Self::Struct(text.into())) } else { Err(TypedDataError::TypeForm) }
    }

    /// A width is a whole number of bytes and always written: `uint` and `int` stand for nothing (EIP-712, "Definition of typed
    /// structured data").
    fn sized(family: &str, width: &str) -> Option<Self> {
        let width = positive(width)?;
        let bytes = if family == "bytes" { width } else { width / 8 };
        let is_whole = family == "bytes" || width % 8 == 0;
        let base = match family {
            "bytes" => Self::FixedBytes(bytes),
            "uint" => Self::Uint(bytes),
            _ => Self::Int(bytes),
        };
        (is_whole && (1..=32).contains(&bytes)).then_some(base)
    }
}

/// Splits what looks like a sized atomic type, of whatever width: `uint`, `int7`, `bytes33`.
fn family_and_width(text: &str) -> Option<(&str, &str)> {
    let digits = text.bytes().rev().take_while(u8::is_ascii_digit).count();
    let (family, width) = text.split_at(text.len() - digits);
    matches!(family, "bytes" | "uint" | "int").then_some((family, width))
}

/// A struct can have any identifier as its name but that of an atomic type, or what a hurried reader would take for one.
fn is_struct_name(name: &str) -> bool {
    matches!(Base::parse(name), Ok(Base::Struct(_)))
}

/// The identifiers of Solidity.
fn is_identifier(text: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'$');
    text.bytes().next().is_some_and(is_letter) && text.bytes().all(|byte| is_letter(byte) || byte.is_ascii_digit())
}

/// A decimal number above zero without leading zeros.
fn positive(digits: &str) -> Option<usize> {
    let is_canonical = matches!(digits.as_bytes(), [b'1'..=b'9', rest @ ..] if rest.iter().all(u8::is_ascii_digit));
    is_canonical.then(|| digits.parse().ok()).flatten()
}
