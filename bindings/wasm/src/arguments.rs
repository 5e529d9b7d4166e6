//! What an export is given: bytes of text, or of a JSON object of texts.
//!
//! JavaScript has one type of number and it is a double, so numbers come as decimal text. A text of JavaScript may hold half of a
//! surrogate pair; the layer in JavaScript turns such a one into bytes that are no UTF-8, and it is refused here (catalogue row 230).

use alloc::vec::Vec;

use quittance_core::json::{self, Object, Value};
use quittance_core::{Amount, DecodeError, EncodingError, Limits, ShapeError, Terms, UnixSeconds, wire};

use crate::answer::Problem;

/// The limits of arguments. Each text in them has limits of its own.
const ARGUMENTS: Limits = Limits::BODY.with_bytes(usize::MAX);

/// The text of an argument.
pub(crate) fn text(bytes: &[u8]) -> Result<&str, Problem> {
    core::str::from_utf8(bytes).map_err(|_| Problem::of_kind(EncodingError::Utf8))
}

/// A time in seconds.
pub(crate) fn seconds(bytes: &[u8]) -> Result<UnixSeconds, Problem> {
    UnixSeconds::parse(text(bytes)?).map_err(Problem::of_kind)
}

/// A list of texts, written as JSON.
pub(crate) fn texts(bytes: &[u8]) -> Result<Vec<Value>, Problem> {
    match json::parse(bytes, &ARGUMENTS)? {
        Value::Array(elements) => Ok(elements),
        _ => Err(Problem::of_kind(ShapeError::Type)),
    }
}

/// The text of an element.
pub(crate) fn element(value: &Value) -> Result<&str, Problem> {
    value.as_str().ok_or_else(|| Problem::of_kind(ShapeError::Type))
}

/// One offer, as text.
pub(crate) fn offer(text: &str) -> Result<Terms, Problem> {
    Ok(read_offer(text)?)
}

fn read_offer(text: &str) -> Result<Terms, DecodeError> {
    wire::PaymentRequirements::from_json(text.as_bytes(), &Limits::BODY).and_then(Terms::parse)
}

/// The same, of the seller's own: what is wrong with it is no fault of whoever pays, and no answer to a request.
pub(crate) fn own_offer(text: &str) -> Result<Terms, Problem> {
    read_offer(text).map_err(|error| Problem::named("own_offer", error))
}

/// Offers, as a JSON list of texts.
pub(crate) fn offers(bytes: &[u8]) -> Result<Vec<Terms>, Problem> {
    texts(bytes)?.iter().map(|value| offer(element(value)?)).collect()
}

/// The same, of the seller's own: what is wrong with them is no fault of whoever pays, and no answer to a request.
pub(crate) fn own_offers(bytes: &[u8]) -> Result<Vec<Terms>, Problem> {
    let mut own = Vec::new();
    for (number, value) in texts(bytes)?.iter().enumerate() {
        let offer = read_offer(element(value)?);
        own.push(offer.map_err(|error| Problem::named("own_offer", alloc::format!("offer {number}: {error}")))?);
    }
    Ok(own)
}

/// The members of a JSON object that are texts.
pub(crate) struct Texts(Object);

impl Texts {
    /// Reads the object.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, Problem> {
        Self::of(&json::parse(bytes, &ARGUMENTS)?)
    }

    /// Takes an object inside another.
    pub(crate) fn of(value: &Value) -> Result<Self, Problem> {
        value.as_object().cloned().map(Self).ok_or_else(|| Problem::of_kind(ShapeError::Type))
    }

    /// A text that has to be there.
    pub(crate) fn required(&self, name: &str) -> Result<&str, Problem> {
        self.optional(name)?.ok_or_else(|| Problem::of_kind(ShapeError::Missing).with("path", name))
    }

    /// An amount that may be.
    pub(crate) fn amount(&self, name: &str) -> Result<Option<Amount>, Problem> {
        let read = |text| Amount::parse(text).map_err(|error| Problem::of_kind(error).with("path", name));
        self.optional(name)?.map(read).transpose()
    }

    /// A text that may be.
    pub(crate) fn optional(&self, name: &str) -> Result<Option<&str>, Problem> {
        match self.0.member(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(Problem::of_kind(ShapeError::Type).with("path", name)),
        }
    }

    /// The elements of a list; none where there is no list.
    pub(crate) fn list(&self, name: &str) -> Result<&[Value], Problem> {
        match self.0.member(name) {
            None => Ok(&[]),
            Some(Value::Array(elements)) => Ok(elements),
            Some(_) => Err(Problem::of_kind(ShapeError::Type).with("path", name)),
        }
    }
}
