//! What is wrong with the bytes, and where.

use alloc::string::String;
use core::fmt;

use crate::address::AddressError;
use crate::amount::AmountError;
use crate::eip712::TypedDataError;
use crate::hex::HexError;
use crate::money::MoneyError;
use crate::network::NetworkError;
use crate::nonce::NonceError;
use crate::payment_id::PaymentIdError;
use crate::resource::ResourceError;
use crate::signature::SignatureError;
use crate::time::TimeError;

reasons! {
    /// Why bytes are not the text that a header or body must hold.
    pub enum EncodingError {
        /// Nothing, or nothing but white space, is there. An empty header is malformed, not absent (catalogue row 2).
        Empty = "empty", "nothing there";
        /// More bytes than the limit.
        TooLarge = "too_large", "longer than the limit";
        /// A byte outside the standard base64 alphabet: white space, the url-safe alphabet, control bytes.
        Base64Symbol = "base64_symbol", "not a symbol of the standard base64 alphabet";
        /// Missing, superfluous or misplaced padding.
        Base64Padding = "base64_padding", "base64 padding is wrong";
        /// The unused bits of the last symbol are not zero, so that another text decodes to the same bytes.
        Base64Canonical = "base64_canonical", "base64 is not in its one canonical form";
        /// The decoded bytes are not UTF-8.
        Utf8 = "utf8", "not valid UTF-8";
        /// A byte order mark stands in front.
        ByteOrderMark = "byte_order_mark", "begins with a byte order mark";
        /// A header that may occur once occurs more than once.
        Repeated = "header_repeated", "the header occurs more than once";
        /// Headers of two protocol versions occur together.
        Conflict = "header_conflict", "headers of two protocol versions occur together";
    }
}

reasons! {
    /// Why text is not one strict JSON document (RFC 8259 within I-JSON, RFC 7493).
    pub enum JsonError {
        /// The text ends inside a value.
        End = "json_end", "the text ends inside a value";
        /// The grammar of RFC 8259 does not allow this byte here.
        Syntax = "json_syntax", "not JSON";
        /// Deeper than the limit.
        Depth = "json_depth", "nested too deeply";
        /// One object holds the same name twice; names are compared after unescaping.
        DuplicateKey = "json_duplicate_key", "an object holds the same name twice";
        /// Something other than white space follows the document.
        Trailing = "json_trailing", "something follows the document";
        /// An escape names half of a surrogate pair.
        Surrogate = "json_surrogate", "an escape names half of a surrogate pair";
        /// A number that double precision cannot hold, or an integer beyond 2^53 - 1.
        Number = "json_number", "a number that implementations would read differently";
    }
}

reasons! {
    /// Why a JSON document is not the object that was expected.
    pub enum ShapeError {
        /// A required member is missing.
        Missing = "member_missing", "is required";
        /// The member has another JSON type than the specification gives it.
        Type = "member_type", "has the wrong type";
        /// A number where only a plain non-negative integer literal is allowed: no sign, fraction or exponent.
        Integer = "member_integer", "must be a plain integer";
        /// Text that must not be empty.
        EmptyText = "member_empty", "must not be empty";
        /// Members that exclude each other.
        Ambiguous = "member_ambiguous", "contradicts another member";
        /// `x402Version` is missing, of another type, or not a version this object exists in.
        Version = "x402_version", "must be a supported x402 version";
        /// Text outside the grammar that the specification gives for it.
        Grammar = "member_grammar", "is outside the grammar of the specification";
    }
}

/// The kind of a [`DecodeError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeErrorKind {
    /// The bytes are not text of the right form.
    #[error(transparent)]
    Encoding(#[from] EncodingError),
    /// The text is not one strict JSON document.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// The document is not the object expected.
    #[error(transparent)]
    Shape(#[from] ShapeError),
    /// An amount.
    #[error(transparent)]
    Amount(#[from] AmountError),
    /// An address.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// Hexadecimal bytes.
    #[error(transparent)]
    Hex(#[from] HexError),
    /// A price text.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// A network identifier.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// A nonce.
    #[error(transparent)]
    Nonce(#[from] NonceError),
    /// A payment identifier.
    #[error(transparent)]
    PaymentId(#[from] PaymentIdError),
    /// A resource URL.
    #[error(transparent)]
    Resource(#[from] ResourceError),
    /// A time.
    #[error(transparent)]
    Time(#[from] TimeError),
    /// The bytes of a signature.
    #[error(transparent)]
    Signature(#[from] SignatureError),
    /// EIP-712 typed data.
    #[error(transparent)]
    TypedData(#[from] TypedDataError),
}

impl DecodeErrorKind {
    /// The stable name of the reason, as the vectors write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Encoding(e) => e.name(),
            Self::Json(e) => e.name(),
            Self::Shape(e) => e.name(),
            Self::Amount(e) => e.name(),
            Self::Address(e) => e.name(),
            Self::Hex(e) => e.name(),
            Self::Money(e) => e.name(),
            Self::Network(e) => e.name(),
            Self::Nonce(e) => e.name(),
            Self::PaymentId(e) => e.name(),
            Self::Resource(e) => e.name(),
            Self::Time(e) => e.name(),
            Self::Signature(e) => e.name(),
            Self::TypedData(e) => e.name(),
        }
    }
}

/// Bytes that are not what they should be: what is wrong, and where.
///
/// It never holds a value from the input, which may be a live signature, but it holds the names that lead to the place. In an
/// extension, in typed data and in a facilitator's signers these are the sender's own words: a long or unprintable one shows as `?`, so that
/// it cannot forge a line of a log, and whoever writes the message into HTML escapes the rest.
///
/// A server answers it with HTTP 400 and [`code`](Self::code) (v2 HTTP transport, "Error Handling").
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DecodeError {
    kind: DecodeErrorKind,
    at: Position,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Position {
    Whole,
    Byte(usize),
    Member(String),
}

impl DecodeError {
    /// An error about the input as a whole.
    pub(crate) fn whole(kind: impl Into<DecodeErrorKind>) -> Self {
        Self { kind: kind.into(), at: Position::Whole }
    }

    /// An error at a byte offset.
    pub(crate) fn byte(kind: impl Into<DecodeErrorKind>, offset: usize) -> Self {
        Self { kind: kind.into(), at: Position::Byte(offset) }
    }

    /// An error about one member.
    pub(crate) fn member(kind: impl Into<DecodeErrorKind>, name: &str) -> Self {
        Self { kind: kind.into(), at: Position::Member(shown(name).into()) }
    }

    /// The same error seen from the object that contains the place, `name` being the member that leads there.
    #[must_use]
    pub(crate) fn inside(mut self, name: &str) -> Self {
        let name = shown(name);
        self.at = match self.at {
            Position::Whole | Position::Byte(_) => Position::Member(name.into()),
            Position::Member(inner) if inner.starts_with('[') => Position::Member(alloc::format!("{name}{inner}")),
            Position::Member(inner) => Position::Member(alloc::format!("{name}.{inner}")),
        };
        self
    }

    /// What is wrong.
    #[must_use]
    pub const fn kind(&self) -> DecodeErrorKind {
        self.kind
    }

    /// The member that is wrong, such as `accepts[0].amount`, where one can be named.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        match &self.at {
            Position::Member(path) => Some(path),
            Position::Whole | Position::Byte(_) => None,
        }
    }

    /// The byte at which reading stopped, where it is known: of the header as received if [`kind`](Self::kind) is about base64, else
    /// of the text that the header decodes to.
    #[must_use]
    pub const fn offset(&self) -> Option<usize> {
        match self.at {
            Position::Byte(offset) => Some(offset),
            Position::Whole | Position::Member(_) => None,
        }
    }

    /// The specification's code for this error (core specification v2, section 9).
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self.kind {
            DecodeErrorKind::Shape(ShapeError::Version) => "invalid_x402_version",
            DecodeErrorKind::Network(_) => "invalid_network",
            _ => "invalid_payload",
        }
    }
}

/// The name of a member, or `?` for one that only a stranger would choose. No name of the protocol has 64 characters, and every
/// secret written in hexadecimal digits has more.
fn shown(name: &str) -> &str {
    if name.len() < 64 && name.bytes().all(|byte| byte.is_ascii_graphic()) { name } else { "?" }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.at {
            Position::Whole => match self.kind {
                DecodeErrorKind::Shape(shape) => write!(f, "the document {shape}"),
                kind => write!(f, "{kind}"),
            },
            Position::Byte(offset) => write!(f, "byte {offset}: {}", self.kind),
            Position::Member(path) => write!(f, "{path}: {}", self.kind),
        }
    }
}

impl core::error::Error for DecodeError {}
