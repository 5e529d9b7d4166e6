//! The HTTP headers of x402: base64 over one strict JSON object.
//!
//! Spec: HTTP transport v2 and v1 (`transports-v2/http.md`, `transports-v1/http.md`), the `bazaar` and `sign-in-with-x` extensions.
//!
//! The specification says "base64" and no more; implementations then differ in padding, alphabet, white space and the unused bits
//! of the last symbol (map section 1.6). One payment that can be written in two ways is two payments to whoever keys on the text,
//! so exactly one spelling is read here: the standard alphabet, padded, canonical (catalogue rows 7 to 10). A header is refused
//! unread beyond [`Limits`]; nothing here looks at the clock, the terms or the signature.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::error::{DecodeError, EncodingError, ShapeError};
use crate::json::{self, Object, Value};
use crate::limits::Limits;
use crate::misuse::Misuse;
use crate::wire::{self, Version, Wire, read_json};

/// v2, server to client: the terms. Holds a [`wire::PaymentRequired`].
pub const PAYMENT_REQUIRED: &str = "PAYMENT-REQUIRED";
/// v2, client to server: the payment. Holds a [`wire::PaymentPayload`].
pub const PAYMENT_SIGNATURE: &str = "PAYMENT-SIGNATURE";
/// v2, server to client: the receipt. Holds a [`wire::SettleResponse`].
pub const PAYMENT_RESPONSE: &str = "PAYMENT-RESPONSE";
/// v1, client to server: the payment. Holds a [`wire::v1::PaymentPayload`]. (The terms of v1 are the JSON body of the 402.)
pub const X_PAYMENT: &str = "X-PAYMENT";
/// v1, server to client: the receipt. Holds a [`wire::SettleResponse`].
pub const X_PAYMENT_RESPONSE: &str = "X-PAYMENT-RESPONSE";
/// Client to server: a signed proof of identity. Holds a [`wire::SignInWithX`].
pub const SIGN_IN_WITH_X: &str = "SIGN-IN-WITH-X";
/// Facilitator to server: what became of each extension. Holds a [`wire::ExtensionResponses`].
pub const EXTENSION_RESPONSES: &str = "EXTENSION-RESPONSES";

/// One strict JSON object out of a header or body, its size, depth and names bounded, not yet typed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Envelope(Object);

impl Envelope {
    /// Reads the value of a header.
    ///
    /// # Errors
    ///
    /// When the value is not canonical base64 of one strict JSON object within the limits.
    pub fn from_header(value: &[u8], limits: &Limits) -> Result<Self, DecodeError> {
        Self::from_json(&decode_base64(value, limits)?, limits)
    }

    /// Reads a JSON body.
    ///
    /// # Errors
    ///
    /// When the bytes are not one strict JSON object within the limits.
    pub fn from_json(bytes: &[u8], limits: &Limits) -> Result<Self, DecodeError> {
        match json::parse(bytes, limits)? {
            Value::Object(object) => Ok(Self(object)),
            _ => Err(DecodeError::whole(ShapeError::Type)),
        }
    }

    /// The object as it came.
    #[must_use]
    pub fn into_object(self) -> Object {
        self.0
    }
}

/// Reads the terms of a v2 402 answer: the value of [`PAYMENT_REQUIRED`].
///
/// # Errors
///
/// When the value is not what [`Envelope::from_header`] and [`wire::PaymentRequired`] ask.
pub fn payment_required(value: &[u8], limits: &Limits) -> Result<wire::PaymentRequired, DecodeError> {
    read(value, limits)
}

/// Reads the payment of a v2 request: the value of [`PAYMENT_SIGNATURE`]. A v1 object in it is refused (catalogue row 15).
///
/// # Errors
///
/// When the value is not what [`Envelope::from_header`] and [`wire::PaymentPayload`] ask.
pub fn payment_signature(value: &[u8], limits: &Limits) -> Result<wire::PaymentPayload, DecodeError> {
    read(value, limits)
}

/// Reads the payment of a v1 request: the value of [`X_PAYMENT`].
///
/// # Errors
///
/// When the value is not what [`Envelope::from_header`] and [`wire::v1::PaymentPayload`] ask.
pub fn x_payment(value: &[u8], limits: &Limits) -> Result<wire::v1::PaymentPayload, DecodeError> {
    read(value, limits)
}

/// Reads a receipt: the value of [`PAYMENT_RESPONSE`] or [`X_PAYMENT_RESPONSE`].
///
/// # Errors
///
/// When the value is not what [`Envelope::from_header`] and [`wire::SettleResponse`] ask.
pub fn payment_response(value: &[u8], limits: &Limits) -> Result<wire::SettleResponse, DecodeError> {
    read(value, limits)
}

/// Reads the value of [`SIGN_IN_WITH_X`].
///
/// # Errors
///
/// When the value is not what [`Envelope::from_header`] and [`wire::SignInWithX`] ask.
pub fn sign_in_with_x(value: &[u8], limits: &Limits) -> Result<wire::SignInWithX, DecodeError> {
    read(value, limits)
}

/// Reads the value of [`EXTENSION_RESPONSES`].
///
/// # Errors
///
/// When the value is not what [`Envelope::from_header`] and [`wire::ExtensionResponses`] ask.
pub fn extension_responses(value: &[u8], limits: &Limits) -> Result<wire::ExtensionResponses, DecodeError> {
    read(value, limits)
}

/// The bytes of JSON text that a header carries, not yet read: for whoever wants them beside what they say.
///
/// # Errors
///
/// When the value is too long, empty, or not canonical base64.
pub fn text(value: &[u8], limits: &Limits) -> Result<Vec<u8>, DecodeError> {
    decode_base64(value, limits)
}

fn read<T: Wire>(value: &[u8], limits: &Limits) -> Result<T, DecodeError> {
    read_json(&decode_base64(value, limits)?, limits)
}

/// Writes a wire object as the value of its header.
///
/// # Errors
///
/// [`Misuse::TermsTooLong`] when the value would be longer than `limits.bytes`: a seller finds at start-up that its terms would
/// not pass common front ends, not at the first sale (catalogue row 44).
pub fn encode(object: impl Into<Object>, limits: &Limits) -> Result<String, Misuse> {
    use alloc::string::ToString as _;
    encode_text(object.into().to_string().as_bytes(), limits)
}

/// The same of the text of an object, which is written as it stands.
///
/// # Errors
///
/// As [`encode`].
pub fn encode_text(text: &[u8], limits: &Limits) -> Result<String, Misuse> {
    let text = STANDARD.encode(text);
    if text.len() > limits.bytes { Err(Misuse::TermsTooLong) } else { Ok(text) }
}

/// The payment among the headers of a request: which version it speaks, and its value, still unread.
///
/// It does not print the value, which holds a live signature.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct PaymentHeader<'a> {
    /// The version of the header's name. The object in it must say the same.
    pub version: Version,
    /// The value.
    pub value: &'a [u8],
}

impl fmt::Debug for PaymentHeader<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PaymentHeader({:?}, {} bytes)", self.version, self.value.len())
    }
}

/// Finds the payment header of a request, whatever the case of its name (catalogue row 16).
///
/// Absent is one thing, empty another: `None` is answered with 402 and terms, an empty value is malformed (rows 1, 2).
///
/// # Errors
///
/// [`EncodingError::Repeated`] when the header occurs twice, equal or not (row 12); [`EncodingError::Conflict`] when both versions'
/// headers occur, agreeing or not (row 14): there is no precedence for an attacker to use.
pub fn find_payment<'a>(headers: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Result<Option<PaymentHeader<'a>>, DecodeError> {
    let mut found: Option<PaymentHeader<'a>> = None;
    for (name, value) in headers {
        let version = if name.eq_ignore_ascii_case(PAYMENT_SIGNATURE) {
            Version::V2
        } else if name.eq_ignore_ascii_case(X_PAYMENT) {
            Version::V1
        } else {
            continue;
        };
        match found {
            None => found = Some(PaymentHeader { version, value }),
            Some(first) if first.version == version => return Err(DecodeError::whole(EncodingError::Repeated)),
            Some(_) => return Err(DecodeError::whole(EncodingError::Conflict)),
        }
    }
    Ok(found)
}

/// Canonical base64 to the bytes of a text. What is no text from its beginning on is refused for less than decoding costs.
pub(crate) fn decode_base64(value: &[u8], limits: &Limits) -> Result<Vec<u8>, DecodeError> {
    // a value of common length is decoded in the time that a look at it takes; a module that is downloaded goes without the look
    #[cfg(not(target_family = "wasm"))]
    if value.len() > 1024
        && value.len() <= limits.bytes
        && let Some(error) = no_text(value)
    {
        return Err(error);
    }
    decode_whole(value, limits)
}

/// The error of canonical base64 whose first bytes are not UTF-8, the same as after decoding all of it; `None` when there is more to
/// be found out.
#[cfg(not(target_family = "wasm"))]
fn no_text(value: &[u8]) -> Option<DecodeError> {
    let (first, rest) = value.split_first_chunk::<64>()?;
    let mut bytes = [0; 48];
    STANDARD.decode_slice(first, &mut bytes).ok()?;
    let error = core::str::from_utf8(&bytes).err()?;
    // a character that is only cut off may go on, and a byte order mark has an error of its own
    error.error_len()?;
    if bytes.starts_with(json::BYTE_ORDER_MARK) {
        return None;
    }
    // everything that is said about base64 comes first
    let (rest, last) = rest.split_last_chunk::<4>()?;
    STANDARD.decode_slice(last, &mut bytes).ok()?;
    (rest.len().is_multiple_of(4) && are_symbols(rest)).then(|| DecodeError::byte(EncodingError::Utf8, error.valid_up_to()))
}

/// Whether all are symbols of the standard alphabet; without a branch inside a block, so that many are looked at in one step.
#[cfg(not(target_family = "wasm"))]
fn are_symbols(bytes: &[u8]) -> bool {
    let is_foreign = |byte: &u8| !(byte.is_ascii_alphanumeric() | (*byte == b'+') | (*byte == b'/'));
    bytes.chunks(64).all(|block| block.iter().fold(0, |foreign, byte| foreign | u8::from(is_foreign(byte))) == 0)
}

/// Canonical base64 to bytes, with a reason that says which rule was broken and where.
fn decode_whole(value: &[u8], limits: &Limits) -> Result<Vec<u8>, DecodeError> {
    if value.len() > limits.bytes {
        return Err(DecodeError::whole(EncodingError::TooLarge));
    }
    if value.iter().all(|byte| matches!(byte, b' ' | b'\t')) {
        return Err(DecodeError::whole(EncodingError::Empty));
    }
    #[cfg(not(target_family = "wasm"))]
    let decoded = STANDARD.decode(value).ok();
    #[cfg(target_family = "wasm")]
    let decoded = decode_by_symbol(value);
    decoded.ok_or_else(|| why_not_base64(value))
}

/// The bytes of canonical base64, symbol by symbol: a fifth of the code that decodes eight symbols in one step.
#[cfg(any(test, target_family = "wasm"))]
fn decode_by_symbol(value: &[u8]) -> Option<Vec<u8>> {
    let ([symbols @ .., b'=', b'='] | [symbols @ .., b'='] | symbols) = value;
    let mut bytes = Vec::with_capacity(value.len() / 4 * 3);
    let (mut bits, mut count) = (0_u32, 0_u32);
    for symbol in symbols {
        let (first, number) = match symbol {
            b'A'..=b'Z' => (b'A', 0),
            b'a'..=b'z' => (b'a', 26),
            b'0'..=b'9' => (b'0', 52),
            b'+' => (b'+', 62),
            b'/' => (b'/', 63),
            _ => return None,
        };
        bits = bits << 6 | u32::from(symbol - first + number);
        count += 6;
        if let Some(left) = count.checked_sub(8) {
            let [.., byte] = (bits >> left).to_be_bytes();
            bytes.push(byte);
            bits &= (1 << left) - 1;
            count = left;
        }
    }
    (bits == 0 && value.len().is_multiple_of(4)).then_some(bytes)
}

/// Names the first rule that is broken, in a fixed order, so that every implementation can give the same reason: the alphabet, then
/// the padding, then the unused bits.
fn why_not_base64(value: &[u8]) -> DecodeError {
    let foreign = |byte: &u8| !(byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='));
    if let Some(at) = value.iter().position(foreign) {
        return DecodeError::byte(EncodingError::Base64Symbol, at);
    }
    let symbols = value.iter().position(|byte| *byte == b'=').unwrap_or(value.len());
    let padding = value.len() - symbols;
    let in_place = value.iter().skip(symbols).all(|byte| *byte == b'=');
    if !value.len().is_multiple_of(4) || padding > 2 || !in_place {
        return DecodeError::byte(EncodingError::Base64Padding, symbols);
    }
    DecodeError::byte(EncodingError::Base64Canonical, symbols.saturating_sub(1))
}

#[cfg(test)]
mod tests;
