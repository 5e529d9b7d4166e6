//! The parameters of a call, by position.

use alloy_primitives::{U64, U256};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::RpcError;

pub(super) struct Params(Vec<Value>);

impl Params {
    pub(super) fn new(params: Option<Value>) -> Result<Self, RpcError> {
        match params {
            None | Some(Value::Null) => Ok(Self(Vec::new())),
            Some(Value::Array(params)) => Ok(Self(params)),
            Some(_) => Err(RpcError::invalid_params("parameters are an array")),
        }
    }

    /// A parameter that has to be there.
    pub(super) fn need<T: DeserializeOwned>(&self, index: usize) -> Result<T, RpcError> {
        self.may(index)?.ok_or_else(|| RpcError::invalid_params(format!("missing value for required argument {index}")))
    }

    /// A parameter that may be left out or `null`.
    pub(super) fn may<T: DeserializeOwned>(&self, index: usize) -> Result<Option<T>, RpcError> {
        match self.0.get(index) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => T::deserialize(value)
                .map(Some)
                .map_err(|error| RpcError::invalid_params(format!("invalid argument {index}: {error}"))),
        }
    }

    /// A whole number, which some tools write as hex and others as a JSON number or in decimal.
    pub(super) fn number(&self, index: usize) -> Result<Option<u64>, RpcError> {
        let wrong = || RpcError::invalid_params(format!("invalid argument {index}: not a whole number"));
        match self.0.get(index) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Number(number)) => number.as_u64().map(Some).ok_or_else(wrong),
            Some(Value::String(text)) => {
                let number = text.parse::<U64>().ok().or_else(|| text.parse::<U256>().ok().map(|n| n.saturating_to()));
                number.map(|number| Some(number.to())).ok_or_else(wrong)
            }
            Some(_) => Err(wrong()),
        }
    }
}
