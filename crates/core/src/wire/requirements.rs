//! `PaymentRequirements` (core specification v2, section 5.1.2).

use alloc::string::String;

use super::{Members, Unknown, Wire, Writer, verbatim, wire_object};
use crate::amount::Amount;
use crate::error::DecodeError;
use crate::json::{Node, Object, plain_integer};
use crate::network::Network;

/// One way to pay: what is asked, of whom, where and how long the seller will wait.
///
/// The texts are kept as they came. [`Terms`](crate::Terms) reads them.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct PaymentRequirements {
    /// The payment scheme, such as `exact`.
    pub scheme: String,
    /// The network, as CAIP-2.
    pub network: String,
    /// The price in the smallest unit of the asset, as decimal text.
    pub amount: String,
    /// The token's address, mint or currency code.
    pub asset: String,
    /// Who is paid: an address, or a role constant of the scheme.
    pub pay_to: String,
    /// How many seconds the seller allows from terms to settlement.
    pub max_timeout_seconds: u64,
    /// Data of the scheme. Absent, `null` and `{}` mean the same (catalogue row 43).
    pub extra: Option<Object>,
    /// Members that this version of the crate does not know.
    pub other: Unknown,
}

impl PaymentRequirements {
    /// Requirements without `extra`.
    #[must_use]
    pub fn new(
        scheme: impl Into<String>,
        network: impl Into<String>,
        amount: impl Into<String>,
        asset: impl Into<String>,
        pay_to: impl Into<String>,
        max_timeout_seconds: u64,
    ) -> Self {
        Self {
            scheme: scheme.into(),
            network: network.into(),
            amount: amount.into(),
            asset: asset.into(),
            pay_to: pay_to.into(),
            max_timeout_seconds,
            extra: None,
            other: Unknown::new(),
        }
    }

    /// Reads the network.
    ///
    /// # Errors
    ///
    /// [`NetworkError`](crate::NetworkError).
    pub fn parse_network(&self) -> Result<Network, DecodeError> {
        Network::parse(&self.network).map_err(|e| DecodeError::member(e, "network"))
    }

    /// Reads the price.
    ///
    /// # Errors
    ///
    /// [`AmountError`](crate::AmountError).
    pub fn parse_amount(&self) -> Result<Amount, DecodeError> {
        Amount::parse(&self.amount).map_err(|e| DecodeError::member(e, "amount"))
    }

    /// Whether the members are these requirements word by word, so that reading them could give nothing else.
    ///
    /// It says so only of the members that the specification names, of which none is written in two ways here; their order does not
    /// count.
    pub(super) fn are_in(&self, members: &Members<'_>) -> bool {
        let text = |name, own: &str| !own.is_empty() && matches!(members.look(name), Some(Node::String(text)) if text == own);
        self.other.is_empty()
            && members.len() == 6 + usize::from(self.extra.is_some())
            && text("payTo", &self.pay_to)
            && text("amount", &self.amount)
            && text("asset", &self.asset)
            && text("network", &self.network)
            && text("scheme", &self.scheme)
            && matches!(members.look("maxTimeoutSeconds"), Some(Node::Number(literal)) if plain_integer(literal) == Some(self.max_timeout_seconds))
            && self.extra.as_ref().is_none_or(|own| members.look("extra").is_some_and(|extra| extra.is_object(own)))
    }

    /// The same requirements with data of the scheme.
    #[must_use]
    pub fn with_extra(self, extra: Object) -> Self {
        Self { extra: Some(extra), ..self }
    }
}

impl Wire for PaymentRequirements {
    fn read(mut members: Members<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            scheme: members.nonempty_text("scheme")?,
            network: members.text("network")?,
            amount: members.text("amount")?,
            asset: members.nonempty_text("asset")?,
            pay_to: members.nonempty_text("payTo")?,
            max_timeout_seconds: members.integer("maxTimeoutSeconds")?,
            extra: members.optional_object("extra")?,
            other: members.rest(),
        })
    }

    fn write(&self) -> Object {
        Writer::new()
            .member("scheme", self.scheme.as_str())
            .member("network", self.network.as_str())
            .member("amount", self.amount.as_str())
            .member("asset", self.asset.as_str())
            .member("payTo", self.pay_to.as_str())
            .integer("maxTimeoutSeconds", self.max_timeout_seconds)
            .optional("extra", self.extra.clone())
            .rest(&self.other)
    }
}

wire_object!(PaymentRequirements);
verbatim!(PaymentRequirements);
