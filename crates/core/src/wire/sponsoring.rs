//! The extensions `eip2612GasSponsoring` and `erc20ApprovalGasSponsoring`: how a payer gives Permit2 its allowance without ether of its own.
//!
//! A server advertises either with a description and a version; the client adds what it signed. What the client adds is all or nothing: a
//! part of it is malformed, none of it is an echo of the advertisement.

use alloc::string::String;

use super::extension::extension_info;
use super::{Extension, Extensions, Members, Unknown, Wire, Writer};
use crate::address::Address;
use crate::amount::Amount;
use crate::chain::SignedTransaction;
use crate::eip712::eip2612::Permit;
use crate::error::{DecodeError, ShapeError};
use crate::hex::{self, HexError};
use crate::json::Object;
use crate::signature::SignatureBytes;
use crate::time::UnixSeconds;

/// What a client returns in the `info` of `eip2612GasSponsoring`: a signed allowance of the token's own (EIP-2612).
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Eip2612GasSponsoring {
    /// The token.
    pub asset: Address,
    /// The allowance: `from`, `spender`, `amount`, `nonce` and `deadline`.
    pub permit: Permit,
    /// The owner's signature over it, in the domain of the token.
    pub signature: SignatureBytes,
    /// The version of the extension that the client speaks.
    pub version: String,
    /// Members that this version of the crate does not know, the server's description among them.
    pub other: Unknown,
}

impl Eip2612GasSponsoring {
    /// The extension's name.
    pub const ID: &'static str = "eip2612GasSponsoring";

    /// What the client added to the advertisement; `None` if it added nothing.
    ///
    /// # Errors
    ///
    /// When a part of it is missing or malformed: that is not an absence.
    pub fn find(extensions: &Extensions) -> Result<Option<Self>, DecodeError> {
        find(extensions, Self::ID)
    }

    /// A signed allowance.
    #[must_use]
    pub fn new(asset: Address, permit: Permit, signature: impl Into<SignatureBytes>) -> Self {
        Self { asset, permit, signature: signature.into(), version: VERSION.into(), other: Unknown::default() }
    }
}

/// What a client returns in the `info` of `erc20ApprovalGasSponsoring`: a transaction that approves Permit2, signed and not yet sent.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Erc20ApprovalGasSponsoring {
    /// Who approves, and signs.
    pub from: Address,
    /// The token.
    pub asset: Address,
    /// Who is approved.
    pub spender: Address,
    /// How much.
    pub amount: Amount,
    /// The transaction.
    pub transaction: SignedTransaction,
    /// The version of the extension that the client speaks.
    pub version: String,
    /// Members that this version of the crate does not know, the server's description among them.
    pub other: Unknown,
}

impl Erc20ApprovalGasSponsoring {
    /// The extension's name.
    pub const ID: &'static str = "erc20ApprovalGasSponsoring";

    /// The most bytes that a transaction is read with. One that approves has about 180.
    pub const MAX_TRANSACTION_BYTES: usize = 1_024;

    /// What the client added to the advertisement; `None` if it added nothing.
    ///
    /// # Errors
    ///
    /// When a part of it is missing or malformed: that is not an absence.
    pub fn find(extensions: &Extensions) -> Result<Option<Self>, DecodeError> {
        find(extensions, Self::ID)
    }

    /// A signed approval.
    #[must_use]
    pub fn new(from: Address, asset: Address, spender: Address, amount: Amount, transaction: SignedTransaction) -> Self {
        Self { from, asset, spender, amount, transaction, version: VERSION.into(), other: Unknown::default() }
    }
}

/// Whether a client has added anything to the advertisement of either extension.
fn answered(entry: &Extension) -> bool {
    ["from", "asset", "spender", "amount", "nonce", "deadline", "signature", "signedTransaction"]
        .iter()
        .any(|name| entry.info.member(name).is_some())
}

fn find<T: for<'a> TryFrom<&'a Extension, Error = DecodeError>>(
    extensions: &Extensions,
    id: &str,
) -> Result<Option<T>, DecodeError> {
    let entry = extensions.entry(id)?.filter(answered);
    entry.map(|entry| T::try_from(&entry).map_err(|e| e.inside(id))).transpose()
}

/// The version that the extensions are in.
const VERSION: &str = "1";

/// `1`, `1.0`, `1.2.3`: the pattern that both extensions state.
fn version(text: &str) -> Result<String, ShapeError> {
    let number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if text.split('.').all(number) { Ok(text.into()) } else { Err(ShapeError::Grammar) }
}

fn transaction(text: &str) -> Result<SignedTransaction, HexError> {
    let longest = 2 + 2 * Erc20ApprovalGasSponsoring::MAX_TRANSACTION_BYTES;
    if text.len() > longest {
        return Err(HexError::Length);
    }
    hex::decode(text).map(SignedTransaction::from_bytes)
}

impl Wire for Eip2612GasSponsoring {
    fn read(mut members: Members<'_>) -> Result<Self, DecodeError> {
        let owner = members.parsed("from", Address::parse_party)?;
        let asset = members.parsed("asset", Address::parse_party)?;
        let permit = Permit {
            owner,
            spender: members.parsed("spender", Address::parse_party)?,
            value: members.parsed("amount", Amount::parse)?,
            nonce: members.parsed("nonce", Amount::parse)?,
            deadline: members.parsed("deadline", UnixSeconds::parse)?,
        };
        let signature = members.parsed("signature", SignatureBytes::parse)?;
        Ok(Self { asset, permit, signature, version: members.parsed("version", version)?, other: members.rest() })
    }

    fn write(&self) -> Object {
        Writer::new()
            .shown("from", self.permit.owner)
            .shown("asset", self.asset)
            .shown("spender", self.permit.spender)
            .shown("amount", self.permit.value)
            .shown("nonce", self.permit.nonce)
            .shown("deadline", self.permit.deadline)
            .member("signature", self.signature.to_hex())
            .member("version", self.version.as_str())
            .rest(&self.other)
    }
}

impl Wire for Erc20ApprovalGasSponsoring {
    fn read(mut members: Members<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            from: members.parsed("from", Address::parse_party)?,
            asset: members.parsed("asset", Address::parse_party)?,
            spender: members.parsed("spender", Address::parse_party)?,
            amount: members.parsed("amount", Amount::parse)?,
            transaction: members.parsed("signedTransaction", transaction)?,
            version: members.parsed("version", version)?,
            other: members.rest(),
        })
    }

    fn write(&self) -> Object {
        Writer::new()
            .shown("from", self.from)
            .shown("asset", self.asset)
            .shown("spender", self.spender)
            .shown("amount", self.amount)
            .member("signedTransaction", hex::encode(self.transaction.as_bytes()))
            .member("version", self.version.as_str())
            .rest(&self.other)
    }
}

extension_info!(Eip2612GasSponsoring);
extension_info!(Erc20ApprovalGasSponsoring);
