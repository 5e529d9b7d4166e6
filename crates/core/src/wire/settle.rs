//! `SettlementResponse` (core specification v2, section 5.3; v1 likewise).

use alloc::string::String;
use core::fmt;

use super::{Extensions, Members, Quiet, Unknown, Wire, Writer, verbatim, wire_object};
use crate::amount::Amount;
use crate::error::{DecodeError, ShapeError};
use crate::json::Object;
use crate::network::Network;
use crate::registry;
use crate::rejection::Reason;

/// What a facilitator says became of a settlement, and the receipt a server hands to its client.
///
/// It is a claim. `success: false` with HTTP 200 has been served as paid before (catalogue row 133); nothing in this workspace
/// serves content on the strength of this object, only on a [`Settled`](crate::Settled).
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SettleResponse {
    /// Whether the money moved.
    pub success: bool,
    /// Why not. Read as any text: see [`Reason`](crate::rejection::Reason).
    pub error_reason: Option<String>,
    /// More about why not, for people.
    pub error_message: Option<String>,
    /// Who paid. Required by version 1, optional in version 2.
    pub payer: Option<String>,
    /// The transaction's hash or signature; empty when there was none.
    pub transaction: String,
    /// The network, as CAIP-2 in version 2 and by its short name in version 1.
    pub network: String,
    /// How much was charged, where the scheme allows less than was authorized.
    pub amount: Option<String>,
    /// Extension id to entry, such as a signed receipt.
    pub extensions: Option<Extensions>,
    /// Data of the scheme.
    pub extra: Option<Object>,
    /// Members that this version of the crate does not know.
    pub other: Unknown,
}

impl SettleResponse {
    /// A settlement that succeeded.
    #[must_use]
    pub fn settled(network: impl Into<String>, transaction: impl Into<String>, payer: impl Into<String>) -> Self {
        Self { payer: Some(payer.into()), ..Self::bare(true, network.into(), transaction.into()) }
    }

    /// A settlement that failed before there was a transaction. `transaction` is written, empty, as the specification asks.
    #[must_use]
    pub fn failed(network: impl Into<String>, error_reason: impl Into<String>) -> Self {
        Self { error_reason: Some(error_reason.into()), ..Self::bare(false, network.into(), String::new()) }
    }

    /// A network is named, in the words of either version, unless the settlement failed before one was known (map W18).
    fn check_network(&self) -> Result<(), DecodeError> {
        let unknown_yet = self.network.is_empty() && !self.success;
        if unknown_yet || registry::network_by_v1_name(&self.network).is_some() {
            return Ok(());
        }
        Network::parse(&self.network).map(|_| ()).map_err(|e| DecodeError::member(e, "network"))
    }

    const fn bare(success: bool, network: String, transaction: String) -> Self {
        Self {
            success,
            error_reason: None,
            error_message: None,
            payer: None,
            transaction,
            network,
            amount: None,
            extensions: None,
            extra: None,
            other: Unknown::new(),
        }
    }
}

/// Of a reason it shows what the reason means, of a message the length.
impl fmt::Debug for SettleResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SettleResponse")
            .field("success", &self.success)
            .field("error_reason", &self.error_reason.as_deref().map(Reason::parse))
            .field("error_message", &Quiet::optional(self.error_message.as_ref()))
            .field("payer", &self.payer)
            .field("transaction", &self.transaction)
            .field("network", &self.network)
            .field("amount", &self.amount)
            .finish_non_exhaustive()
    }
}

impl Wire for SettleResponse {
    /// An answer that contradicts itself, success with a reason for failure, is refused: what became of the money is then unknown.
    fn read(mut members: Members<'_>) -> Result<Self, DecodeError> {
        let response = Self {
            success: members.flag("success")?,
            error_reason: members.optional_text("errorReason")?,
            error_message: members.optional_text("errorMessage")?,
            payer: members.optional_text("payer")?,
            transaction: members.text("transaction")?,
            network: members.text("network")?,
            amount: members.optional_text("amount")?,
            extensions: members.optional_nested("extensions")?,
            extra: members.optional_object("extra")?,
            other: members.rest(),
        };
        if response.success && response.error_reason.as_deref().is_some_and(|reason| !reason.is_empty()) {
            return Err(DecodeError::member(ShapeError::Ambiguous, "errorReason"));
        }
        response.check_network()?;
        // Batch settlement writes an empty amount where nothing moved on chain (`scheme_batch_settlement_evm`, responses).
        if let Some(amount) = response.amount.as_deref().filter(|text| !text.is_empty()) {
            Amount::parse(amount).map_err(|e| DecodeError::member(e, "amount"))?;
        }
        Ok(response)
    }

    fn write(&self) -> Object {
        Writer::new()
            .member("success", self.success)
            .optional("errorReason", self.error_reason.as_deref())
            .optional("errorMessage", self.error_message.as_deref())
            .member("transaction", self.transaction.as_str())
            .member("network", self.network.as_str())
            .optional("payer", self.payer.as_deref())
            .optional("amount", self.amount.as_deref())
            .optional("extensions", self.extensions.as_ref().map(Object::from))
            .optional("extra", self.extra.clone())
            .rest(&self.other)
    }
}

wire_object!(SettleResponse);
verbatim!(SettleResponse);
