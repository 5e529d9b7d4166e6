//! Strict JSON: the only place in the workspace where text becomes values.
//!
//! x402 puts JSON from strangers in front of money, and two readers that see two different objects in the same bytes are an
//! attack (one checks, the other pays). So this reader accepts what every conforming reader must read alike, and nothing else:
//!
//! - RFC 8259 grammar, one document, UTF-8 without a byte order mark (catalogue rows 20, 23);
//! - within I-JSON (RFC 7493): no duplicate names at any level, compared after unescaping (row 22); no half surrogate pairs
//!   (row 21); no number that double precision would change (row 26);
//! - a size and a depth that the caller sets (rows 11, 24).
//!
//! Members keep their order and numbers their text, so that what is read and written again is the same JSON, which an echo of a
//! seller's offer needs. [`canonical`] gives the one spelling of RFC 8785 that hashes are taken over.
//!
//! Why not a general JSON library: such a reader must be lenient exactly where this one must not be. It keeps the last of two equal names,
//! rounds `1e-400` to zero and `2^64` to a float.

mod node;
mod number;
mod object;
mod parse;
mod serde;
mod write;

pub(crate) use node::Node;
pub use number::Number;
pub(crate) use number::{MAX_INTEGER, plain_integer};
pub use object::Object;
#[cfg(not(target_family = "wasm"))]
pub(crate) use parse::BYTE_ORDER_MARK;
pub use parse::parse;
pub(crate) use parse::{Spelled, parse_node, parse_spelled};
pub use write::canonical;

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// A JSON value.
///
/// Equality is by meaning: the order of members and the spelling of numbers do not count (catalogue row 38).
/// `Debug` shows the shape only, because the text may hold a live signature; `Display` writes the JSON.
#[derive(Clone, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "RFC 8259 has these six kinds of value and will have no other")]
pub enum Value {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number.
    Number(Number),
    /// Text.
    String(String),
    /// An array.
    Array(Vec<Self>),
    /// An object.
    Object(Object),
}

impl Value {
    /// The text, if this is text.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The object, if this is one.
    #[must_use]
    pub const fn as_object(&self) -> Option<&Object> {
        match self {
            Self::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The elements, if this is an array.
    #[must_use]
    pub fn as_array(&self) -> Option<&[Self]> {
        match self {
            Self::Array(elements) => Some(elements),
            _ => None,
        }
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(_) => f.write_str("bool"),
            Self::Number(_) => f.write_str("number"),
            Self::String(text) => write!(f, "string of {} bytes", text.len()),
            Self::Array(elements) => write!(f, "array of {}", elements.len()),
            Self::Object(object) => object.fmt(f),
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = String::new();
        write::write(self, write::Spelling::AsRead, &mut out);
        f.write_str(&out)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::String(text)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<u32> for Value {
    fn from(value: u32) -> Self {
        Self::Number(value.into())
    }
}

impl From<Object> for Value {
    fn from(object: Object) -> Self {
        Self::Object(object)
    }
}

impl From<Vec<Self>> for Value {
    fn from(elements: Vec<Self>) -> Self {
        Self::Array(elements)
    }
}

#[cfg(test)]
pub(crate) mod tests;
