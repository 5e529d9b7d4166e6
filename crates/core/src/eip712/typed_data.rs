//! Typed data whose types are only known when it arrives.

mod encode;
mod types;

#[cfg(test)]
mod tests;

use alloc::string::String;
use alloc::vec::Vec;

use crate::address::Address;
use crate::amount::Amount;
use crate::eip712::export::{domain_json, member_json};
use crate::eip712::{Digest, Domain, DomainSeparator};
use crate::error::{DecodeError, ShapeError};
use crate::hex;
use crate::json::{self, Object, Value};
use crate::limits::Limits;
use types::Types;

reasons! {
    /// Why JSON is not typed data.
    ///
    /// What is wrong with the JSON itself, with an address or with hexadecimal text has the reasons of those.
    pub enum TypedDataError {
        /// A type or member name that is not an identifier, or a struct named like an atomic type.
        Name = "typed_data_name", "not a name that a type or member can have";
        /// A type that EIP-712 does not know in this form: `uint` for `uint256`, `bytes33`, `T[0]`, `T[01]`.
        TypeForm = "typed_data_type_form", "not a type in its canonical form";
        /// A type that `types` does not declare.
        UnknownType = "typed_data_unknown_type", "the type is not declared";
        /// A type declares one member twice.
        RepeatedMember = "typed_data_repeated_member", "the type has a member of this name already";
        /// More types than the limit.
        TooManyTypes = "typed_data_too_many_types", "more types than the limit";
        /// `types` lists other fields for `EIP712Domain` than the domain has, or in another order (catalogue row 88).
        DomainType = "typed_data_domain_type", "EIP712Domain does not list the fields of the domain";
        /// A member that nothing declares, and that nobody would sign.
        UnknownMember = "typed_data_unknown_member", "the type has no such member";
        /// An array of another length than its type says.
        ArrayLength = "typed_data_array_length", "the array has another length than its type";
        /// Text that is no whole number: a sign without need, a leading zero, a fraction, an exponent.
        Integer = "typed_data_integer", "not a whole number";
        /// A number that the type cannot hold.
        Range = "typed_data_range", "the number is out of the type's range";
        /// Values nested too deeply.
        Depth = "typed_data_depth", "nested too deeply";
    }
}

/// Typed data as `eth_signTypedData_v4` takes it: `types`, `primaryType`, `domain`, `message`.
///
/// It was read to its end: every value fits its type, and the hashes are known. Strict where libraries differ, since a policy must
/// not see another message than the wallet signs:
///
/// - types are in canonical form (`uint` and `int` are refused) and names are identifiers of Solidity;
/// - every declared member is there and no other is, at every level; `null` stands for nothing;
/// - whole numbers are JSON integers, decimal text or hexadecimal text (`0x`, never negative), and fit their type;
/// - bytes have exactly the length of their type; mixed-case addresses have a correct checksum;
/// - a list for `EIP712Domain` names exactly the fields of the domain, in the order of the EIP. It may be absent and is then
///   derived, as the common libraries do, but [`to_json`](Self::to_json) always writes it, because a wallet may take its
///   absence for an empty one (catalogue row 88).
///
/// A type may contain itself, in an array. Types that the message does not use are allowed, and must be well-formed.
///
/// ```
/// use quittance_core::eip712::TypedData;
///
/// let data = TypedData::parse(
///     r#"{
///         "types": {"Vote": [{"name": "voter", "type": "address"}, {"name": "choices", "type": "uint8[]"}]},
///         "primaryType": "Vote",
///         "domain": {"name": "Poll", "version": "1", "chainId": 8453},
///         "message": {"voter": "0x209693Bc6afc0C5328bA36FaF03C514EF312287C", "choices": [1, "2", "0x3"]}
///     }"#,
/// )?;
/// assert_eq!(data.encode_type("Vote").as_deref(), Some("Vote(address voter,uint8[] choices)"));
/// println!("{} signs {}", data.primary_type(), data.digest());
/// # Ok::<(), quittance_core::DecodeError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypedData {
    types: Types,
    primary_type: String,
    domain: DomainFields,
    message: Object,
    encoded: Vec<u8>,
    hash_struct: [u8; 32],
    separator: DomainSeparator,
}

impl TypedData {
    /// Reads typed data from JSON text of at most [`Limits::BODY`].
    ///
    /// # Errors
    ///
    /// Those of [`json::parse`], and those of [`from_json`](Self::from_json).
    pub fn parse(text: &str) -> Result<Self, DecodeError> {
        Self::from_json(&json::parse(text.as_bytes(), &Limits::BODY)?)
    }

    /// Reads typed data from a JSON value.
    ///
    /// # Errors
    ///
    /// [`ShapeError`] for a member that is missing or of another JSON type, [`TypedDataError`] for what is no typed data,
    /// [`AddressError`](crate::AddressError) and [`HexError`](crate::HexError) for values of those types; each with its path.
    pub fn from_json(value: &Value) -> Result<Self, DecodeError> {
        let whole = object(value)?;
        only(whole, &["types", "primaryType", "domain", "message"])?;

        let domain = required(whole, "domain", DomainFields::read)?;
        let types = required(whole, "types", |value| {
            let declared = object(value)?;
            check_domain_type(declared, &domain.lend())?;
            Types::read(declared)
        })?;
        let (primary_type, kind) = required(whole, "primaryType", |value| {
            let name = text(value)?;
            types.get(name).map(|kind| (name, kind)).ok_or_else(|| DecodeError::whole(TypedDataError::UnknownType))
        })?;
        let (message, encoded) = required(whole, "message", |value| {
            let message = object(value)?;
            Ok((message, encode::data(&types, kind, message)?))
        })?;

        let hash_struct = encode::hash_struct(kind, &encoded);
        let separator = domain.lend().separator();
        let (primary_type, message) = (primary_type.into(), message.clone());
        Ok(Self { types, primary_type, domain, message, encoded, hash_struct, separator })
    }

    /// What is signed.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(&self.separator, &self.hash_struct)
    }

    /// The name of the message's type.
    #[must_use]
    pub fn primary_type(&self) -> &str {
        &self.primary_type
    }

    /// The domain.
    #[must_use]
    pub fn domain(&self) -> Domain<'_> {
        self.domain.lend()
    }

    /// The message, with the spelling of its values as it was read.
    #[must_use]
    pub const fn message(&self) -> &Object {
        &self.message
    }

    /// `encodeType` of a declared struct type.
    #[must_use]
    pub fn encode_type(&self, name: &str) -> Option<String> {
        self.types.encode_type(name)
    }

    /// `typeHash` of a declared struct type.
    #[must_use]
    pub fn type_hash(&self, name: &str) -> Option<[u8; 32]> {
        self.types.get(name).map(|kind| kind.type_hash)
    }

    /// `encodeData` of the message.
    #[must_use]
    pub fn encode_data(&self) -> &[u8] {
        &self.encoded
    }

    /// `hashStruct` of the message.
    #[must_use]
    pub const fn hash_struct(&self) -> [u8; 32] {
        self.hash_struct
    }

    /// `domainSeparator`.
    #[must_use]
    pub const fn domain_separator(&self) -> DomainSeparator {
        self.separator
    }

    /// The JSON for a wallet; `EIP712Domain` is always among its types (catalogue row 88).
    #[must_use]
    pub fn to_json(&self) -> Value {
        let domain = self.domain();
        let mut types = self.types.to_json();
        types.insert(DOMAIN, domain_type_json(&domain));
        let mut whole = Object::new();
        whole.insert("types", types);
        whole.insert("primaryType", self.primary_type.as_str());
        whole.insert("domain", domain_json(&domain));
        whole.insert("message", self.message.clone());
        whole.into()
    }
}

/// The name of the domain's type; it is no type of a message.
pub(super) const DOMAIN: &str = "EIP712Domain";

/// The fields of a domain that was read, which [`Domain`] borrows.
#[derive(Clone, Debug, PartialEq, Eq)]
struct DomainFields {
    name: Option<String>,
    version: Option<String>,
    chain_id: Option<Amount>,
    verifying_contract: Option<Address>,
    salt: Option<[u8; 32]>,
}

impl DomainFields {
    fn read(value: &Value) -> Result<Self, DecodeError> {
        let fields = object(value)?;
        only(fields, &["name", "version", "chainId", "verifyingContract", "salt"])?;
        Ok(Self {
            name: optional(fields, "name", text)?.map(Into::into),
            version: optional(fields, "version", text)?.map(Into::into),
            chain_id: optional(fields, "chainId", encode::uint256)?,
            verifying_contract: optional(fields, "verifyingContract", encode::address)?,
            salt: optional(fields, "salt", |value| hex::decode_array(text(value)?).map_err(DecodeError::whole))?,
        })
    }

    fn lend(&self) -> Domain<'_> {
        let Self { name, version, chain_id, verifying_contract, salt } = self;
        Domain {
            name: name.as_deref(),
            version: version.as_deref(),
            chain_id: *chain_id,
            verifying_contract: *verifying_contract,
            salt: *salt,
        }
    }
}

/// What `types` says about the domain, if anything, is what the domain is (EIP-712, "Definition of `domainSeparator`").
fn check_domain_type(declared: &Object, domain: &Domain<'_>) -> Result<(), DecodeError> {
    match declared.member(DOMAIN) {
        Some(listed) if *listed != domain_type_json(domain) => Err(DecodeError::member(TypedDataError::DomainType, DOMAIN)),
        _ => Ok(()),
    }
}

/// The list of the fields that a domain has.
pub(super) fn domain_type_json(domain: &Domain<'_>) -> Value {
    Value::Array(domain.members().map(|(kind, name)| member_json(kind, name)).collect())
}

fn object(value: &Value) -> Result<&Object, DecodeError> {
    value.as_object().ok_or_else(|| DecodeError::whole(ShapeError::Type))
}

fn text(value: &Value) -> Result<&str, DecodeError> {
    value.as_str().ok_or_else(|| DecodeError::whole(ShapeError::Type))
}

/// Refuses members that are not among the names.
fn only(object: &Object, names: &[&str]) -> Result<(), DecodeError> {
    match object.iter().find(|(name, _)| !names.contains(name)) {
        Some((name, _)) => Err(DecodeError::member(TypedDataError::UnknownMember, name)),
        None => Ok(()),
    }
}

/// Reads a member that must be there.
fn required<'a, T>(
    object: &'a Object,
    name: &str,
    read: impl FnOnce(&'a Value) -> Result<T, DecodeError>,
) -> Result<T, DecodeError> {
    optional(object, name, read)?.ok_or_else(|| DecodeError::member(ShapeError::Missing, name))
}

/// Reads a member if it is there.
fn optional<'a, T>(
    object: &'a Object,
    name: &str,
    read: impl FnOnce(&'a Value) -> Result<T, DecodeError>,
) -> Result<Option<T>, DecodeError> {
    object.member(name).map(|value| read(value).map_err(|error| error.inside(name))).transpose()
}
