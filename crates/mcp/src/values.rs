//! The names of the transport, and its values as the strict ones of the core.

use quittance_core::header::Envelope;
use quittance_core::json::{self, Object};
use quittance_core::{DecodeError, Limits, sha256};
use serde_json::Value;

/// The member of a call's `_meta` that holds the payment.
pub const PAYMENT: &str = "x402/payment";
/// The member of a result's `_meta` that holds the receipt, or what became of a settlement that failed.
pub const RECEIPT: &str = "x402/payment-response";
/// The code of the JSON-RPC error in which some servers give their terms. It is read and not written.
pub const CODE: i64 = 402;

/// The member of a binding's metadata that holds the hash of the arguments: `0x` and 64 digits.
pub(crate) const ARGUMENTS: &str = "arguments";
/// The most that arguments may be, as a body over HTTP.
const LONGEST_ARGUMENTS: usize = 1 << 20;

/// A value that somebody else wrote, read again by the strict reader.
pub(crate) fn object(value: &Value, limits: &Limits) -> Result<Object, DecodeError> {
    Envelope::from_json(value.to_string().as_bytes(), limits).map(Envelope::into_object)
}

/// An object of the core as a value; nothing of it can be none.
pub(crate) fn value(object: &Object) -> Value {
    serde_json::from_str(&object.to_string()).unwrap_or_default()
}

/// The arguments of a call.
pub(crate) struct Arguments(String);

impl Arguments {
    /// Brings arguments into their one spelling (RFC 8785). None are the empty ones.
    pub(crate) fn of(arguments: Option<&Value>) -> Result<Self, DecodeError> {
        let limits = Limits::BODY.with_bytes(LONGEST_ARGUMENTS).with_depth(Limits::DEEPEST);
        let arguments = match arguments {
            None | Some(Value::Null) => Object::new(),
            Some(value) => object(value, &limits)?,
        };
        Ok(Self(json::canonical(&arguments.into())))
    }

    /// What a payment for them is bound to.
    pub(crate) fn hash(&self) -> String {
        sha256(self.0.as_bytes()).iter().fold("0x".to_owned(), |hash, byte| hash + &format!("{byte:02x}"))
    }

    /// The text, as the body of a request.
    pub(crate) fn into_body(self) -> Vec<u8> {
        self.0.into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn arguments_have_one_spelling() {
        let hash = |arguments: Option<Value>| Arguments::of(arguments.as_ref()).unwrap().hash();
        assert_eq!(hash(None), hash(Some(json!({}))));
        // sha256 of `{}`
        assert_eq!(hash(None), "0x44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
        assert_eq!(hash(Some(json!({"a": 1, "b": 2.0}))), hash(Some(json!({"b": 2, "a": 1}))));
        assert_ne!(hash(Some(json!({"a": 1}))), hash(Some(json!({"a": "1"}))));
        for other in [json!([]), json!("x"), json!({"a": "x".repeat(LONGEST_ARGUMENTS)})] {
            assert!(Arguments::of(Some(&other)).is_err());
        }
    }
}
