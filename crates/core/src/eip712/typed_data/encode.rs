//! `encodeData` for values whose types were read.

use alloc::format;
use alloc::vec::Vec;

use super::types::{Base, Struct, Types};
use super::{TypedDataError, object, text};
use crate::address::Address;
use crate::amount::Amount;
use crate::eip712::message::address_word;
use crate::error::{DecodeError, ShapeError};
use crate::hash::keccak256;
use crate::hex;
use crate::json::{Number, Object, Value};
use crate::limits::Limits;

/// `encodeData` of a message, which must have every member of its type and no other.
pub(super) fn data(types: &Types, kind: &Struct, message: &Object) -> Result<Vec<u8>, DecodeError> {
    Encoder { types, depth_left: Limits::BODY.depth }.data(kind, message)
}

/// `hashStruct`: `keccak256(typeHash ‖ encodeData(s))` (EIP-712, "Definition of `hashStruct`").
pub(super) fn hash_struct(kind: &Struct, data: &[u8]) -> [u8; 32] {
    keccak256(&[&kind.type_hash, data].concat())
}

/// Walks down the values; `depth_left` is how many structs and arrays it may still enter. The types do not bound it, since a type
/// may contain itself.
#[derive(Clone, Copy)]
struct Encoder<'a> {
    types: &'a Types,
    depth_left: usize,
}

impl Encoder<'_> {
    fn deeper(self) -> Result<Self, DecodeError> {
        let depth_left = self.depth_left.checked_sub(1).ok_or_else(|| DecodeError::whole(TypedDataError::Depth))?;
        Ok(Self { depth_left, ..self })
    }

    /// `enc(value₁) ‖ enc(value₂) ‖ …`, 32 bytes each (EIP-712, "Definition of `encodeData`").
    fn data(self, kind: &Struct, message: &Object) -> Result<Vec<u8>, DecodeError> {
        let inner = self.deeper()?;
        let members = &kind.members;
        let mut out = Vec::with_capacity(members.len() * 32);
        for member in members {
            let value = message.member(&member.name).ok_or_else(|| DecodeError::member(ShapeError::Missing, &member.name))?;
            let word = inner.word(&member.kind.base, &member.kind.arrays, value).map_err(|error| error.inside(&member.name))?;
            out.extend_from_slice(&word);
        }
        match message.iter().find(|(name, _)| !members.iter().any(|member| member.name == *name)) {
            Some((unknown, _)) => Err(DecodeError::member(TypedDataError::UnknownMember, unknown)),
            None => Ok(out),
        }
    }

    fn word(self, base: &Base, arrays: &[Option<usize>], value: &Value) -> Result<[u8; 32], DecodeError> {
        match arrays.split_last() {
            Some((length, inner)) => self.array(base, inner, *length, value),
            None => self.single(base, value),
        }
    }

    /// The hash of the elements' words, one after another; a fixed length is not part of them (EIP-712, "Definition of
    /// `encodeData`").
    fn array(self, base: &Base, arrays: &[Option<usize>], length: Option<usize>, value: &Value) -> Result<[u8; 32], DecodeError> {
        let inner = self.deeper()?;
        let elements = value.as_array().ok_or_else(|| DecodeError::whole(ShapeError::Type))?;
        if length.is_some_and(|length| length != elements.len()) {
            return Err(DecodeError::whole(TypedDataError::ArrayLength));
        }
        let mut words = Vec::with_capacity(elements.len() * 32);
        for (i, element) in elements.iter().enumerate() {
            let word = inner.word(base, arrays, element).map_err(|error| error.inside(&format!("[{i}]")))?;
            words.extend_from_slice(&word);
        }
        Ok(keccak256(&words))
    }

    /// Atomic values as 32 bytes, dynamic values as the hash of their contents, structs as their `hashStruct`.
    fn single(self, base: &Base, value: &Value) -> Result<[u8; 32], DecodeError> {
        match base {
            Base::Bool => match value {
                Value::Bool(value) => Ok(Amount::from_u64((*value).into()).to_be_bytes()),
                _ => Err(DecodeError::whole(ShapeError::Type)),
            },
            Base::Address => address(value).map(|address| address_word(&address)),
            Base::String => text(value).map(|text| keccak256(text.as_bytes())),
            Base::Bytes => hex::decode(text(value)?).map(|bytes| keccak256(&bytes)).map_err(DecodeError::whole),
            Base::FixedBytes(length) => fixed_bytes(*length, value),
            Base::Uint(bytes) => integer(value)?.unsigned(*bytes).map_err(DecodeError::whole),
            Base::Int(bytes) => integer(value)?.signed(*bytes).map_err(DecodeError::whole),
            Base::Struct(name) => {
                let kind = self.types.get(name).expect("types are read only if they declare every type that they refer to");
                self.data(kind, object(value)?).map(|data| hash_struct(kind, &data))
            }
        }
    }
}

/// An address, checked like every other one in this crate.
pub(super) fn address(value: &Value) -> Result<Address, DecodeError> {
    Address::parse(text(value)?).map_err(DecodeError::whole)
}

/// A `uint256`.
pub(super) fn uint256(value: &Value) -> Result<Amount, DecodeError> {
    integer(value)?.unsigned(32).map(Amount::from_be_bytes).map_err(DecodeError::whole)
}

/// Bytes at the high end, zeros after them; numbers and addresses are the other way round (EIP-712, "Definition of `encodeData`").
fn fixed_bytes(length: usize, value: &Value) -> Result<[u8; 32], DecodeError> {
    let bytes = hex::decode(text(value)?).map_err(DecodeError::whole)?;
    if bytes.len() != length {
        return Err(DecodeError::whole(hex::HexError::Length));
    }
    let mut word = [0; 32];
    for (to, from) in word.iter_mut().zip(bytes) {
        *to = from;
    }
    Ok(word)
}

/// A whole number between ±(2^256 - 1).
struct Integer {
    sign: Sign,
    magnitude: [u8; 32],
}

enum Sign {
    Plus,
    Minus,
}

impl Integer {
    /// The word of an unsigned type of so many bytes.
    fn unsigned(&self, bytes: usize) -> Result<[u8; 32], TypedDataError> {
        match self.sign {
            Sign::Plus if self.extends(bytes, 0) => Ok(self.magnitude),
            _ => Err(TypedDataError::Range),
        }
    }

    /// The word of a signed type of so many bytes: two's complement, the sign extended to the whole word.
    fn signed(&self, bytes: usize) -> Result<[u8; 32], TypedDataError> {
        let (word, fill) = match self.sign {
            Sign::Plus => (self.magnitude, 0x00),
            Sign::Minus => (negated(self.magnitude), 0xff),
        };
        let sign_bit = word.get(32 - bytes).map(|byte| byte & 0x80);
        let fits = Self { sign: Sign::Plus, magnitude: word }.extends(bytes, fill) && sign_bit == Some(fill & 0x80);
        if fits { Ok(word) } else { Err(TypedDataError::Range) }
    }

    /// Whether every byte above the lowest `bytes` is `fill`.
    fn extends(&self, bytes: usize, fill: u8) -> bool {
        self.magnitude.iter().take(32 - bytes).all(|byte| *byte == fill)
    }
}

/// The two's complement of a number above zero.
fn negated(magnitude: [u8; 32]) -> [u8; 32] {
    let mut word = magnitude.map(|byte| !byte);
    for byte in word.iter_mut().rev() {
        *byte = byte.wrapping_add(1);
        if *byte != 0 {
            break;
        }
    }
    word
}

/// Reads a whole number: a JSON integer, or decimal or hexadecimal text.
fn integer(value: &Value) -> Result<Integer, DecodeError> {
    match value {
        Value::Number(number) => decimal(Number::text(number)),
        Value::String(text) => match text.strip_prefix("0x") {
            Some(digits) => hexadecimal(digits).map(|magnitude| Integer { sign: Sign::Plus, magnitude }),
            None => decimal(text),
        },
        _ => return Err(DecodeError::whole(ShapeError::Type)),
    }
    .map_err(DecodeError::whole)
}

/// `0`, or digits without a leading zero, with or without a minus sign; `-0` is not a whole number.
fn decimal(text: &str) -> Result<Integer, TypedDataError> {
    let (sign, digits) = text.strip_prefix('-').map_or((Sign::Plus, text), |digits| (Sign::Minus, digits));
    match (&sign, digits.as_bytes()) {
        (Sign::Plus, b"0") => {}
        (_, [b'1'..=b'9', rest @ ..]) if rest.iter().all(u8::is_ascii_digit) => {}
        _ => return Err(TypedDataError::Integer),
    }
    // The grammar of amounts was just checked, so what is left to go wrong is the size.
    let magnitude = Amount::parse(digits).map_err(|_| TypedDataError::Range)?.to_be_bytes();
    Ok(Integer { sign, magnitude })
}

/// One to sixty-four digits.
fn hexadecimal(digits: &str) -> Result<[u8; 32], TypedDataError> {
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(TypedDataError::Integer);
    }
    hex::decode_array(&format!("0x{digits:0>64}")).map_err(|_| TypedDataError::Range)
}
