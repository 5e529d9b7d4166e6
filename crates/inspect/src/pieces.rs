//! Finding what is to be read in what was pasted, and reading base64 that the strict reader refuses.

use alloc::borrow::Cow;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::fmt;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use quittance_core::header::{
    EXTENSION_RESPONSES, Envelope, PAYMENT_REQUIRED, PAYMENT_RESPONSE, PAYMENT_SIGNATURE, SIGN_IN_WITH_X, X_PAYMENT,
    X_PAYMENT_RESPONSE,
};
use quittance_core::json::{self, Object, Value};
use quittance_core::{DecodeError, Limits};

use crate::mistake::Mistake;

/// Longer text is looked at no further than this: a report is for people.
const MOST: usize = 1 << 20;
/// So many things in one text, and no more.
const MANY: usize = 64;
/// Base64 in base64 is seen through so often.
const LAYERS: usize = 4;

/// Where something stood.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Place {
    /// In the header of this name.
    Header(&'static str),
    /// Base64, with no header's name beside it.
    Base64,
    /// JSON, as in a body.
    Json,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Header(name) => name,
            Self::Base64 => "base64",
            Self::Json => "json",
        })
    }
}

/// A text to be read, and where it stood.
pub(crate) struct Piece<'a> {
    pub(crate) place: Place,
    pub(crate) text: &'a str,
}

/// The headers that carry something, the longer of two names that begin alike first.
const HEADERS: [&str; 7] =
    [PAYMENT_REQUIRED, PAYMENT_SIGNATURE, X_PAYMENT_RESPONSE, PAYMENT_RESPONSE, X_PAYMENT, SIGN_IN_WITH_X, EXTENSION_RESPONSES];

/// What there is to read: every header that is named, and a body after them; or the whole text.
pub(crate) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let text = text.get(..MOST).unwrap_or(text).trim();
    let mut found = Vec::new();
    let mut bodies = Vec::new();
    let (mut at, mut end, mut unclosed) = (0, 0, 0);
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        if let Some((name, value)) = header(line) {
            found.push(Piece { place: Place::Header(name), text: value });
        } else if start >= end && unclosed < MANY && line.trim_start().starts_with('{') {
            let rest = text.get(start..).unwrap_or_default();
            match whole(rest) {
                Some(body) => {
                    end = start + body.len();
                    bodies.push(body);
                }
                // what is not closed can have anything behind it, another body too
                None => {
                    unclosed += 1;
                    bodies.extend(rest.rfind('}').and_then(|end| rest.get(..=end)));
                }
            }
        }
    }
    if found.is_empty() && text.starts_with(['{', '[']) {
        return [Piece { place: Place::Json, text }].into();
    }
    // in a transcript of a POST the question has a body too, and the answer's is the later one
    let is_ours = |body: &&&str| body.contains("\"x402Version\"");
    let body = bodies.iter().rev().find(is_ours).or_else(|| bodies.last()).copied();
    if found.is_empty() && body.is_none() {
        return [Piece { place: Place::Base64, text }].into();
    }
    // in version 1 a 402 has no header of its own, and a transcript of it nothing but the body
    if let Some(body) = body {
        found.push(Piece { place: Place::Json, text: body });
    }
    found.truncate(MANY);
    found
}

/// The object that a text begins with, if it is closed.
fn whole(text: &str) -> Option<&str> {
    let (mut depth, mut is_text, mut is_escaped) = (0_usize, false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            // no text goes over the end of a line
            b'\n' if is_text => return None,
            _ if is_escaped => is_escaped = false,
            b'\\' if is_text => is_escaped = true,
            b'"' => is_text = !is_text,
            b'{' if !is_text => depth += 1,
            b'}' if !is_text => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return text.get(..=at);
                }
            }
            _ => {}
        }
    }
    None
}

/// The header that a line holds, as a program that speaks HTTP writes it, or as the option of a command line.
fn header(line: &str) -> Option<(&'static str, &str)> {
    let upper = line.to_ascii_uppercase();
    HEADERS.into_iter().find_map(|name| {
        let at = upper.find(name)?;
        let before = line.get(..at)?.chars().next_back();
        let value = line.get(at + name.len()..)?.trim_start().strip_prefix(':')?;
        let quote = before.filter(|quote| matches!(quote, '\'' | '"'));
        let value = quote.map_or(value, |quote| value.split(quote).next().unwrap_or(value));
        (!before.is_some_and(|before| before.is_alphanumeric() || before == '-')).then(|| (name, value.trim()))
    })
}

/// What a piece holds, the mistakes that were seen through, and what the strict reader says to it as it stands.
pub(crate) struct Opened {
    pub(crate) object: Result<Object, DecodeError>,
    pub(crate) mistakes: Vec<Mistake>,
}

/// Reads a piece: strictly, and if that fails by seeing through one mistake after the other.
pub(crate) fn open(piece: &Piece<'_>) -> Opened {
    let bytes = piece.text.as_bytes();
    if piece.place == Place::Json {
        let read = Envelope::from_json(bytes, &Limits::BODY).map(Envelope::into_object);
        return Opened { object: read, mistakes: Vec::new() };
    }
    let strict = match Envelope::from_header(bytes, &Limits::BODY) {
        Ok(envelope) => return Opened { object: Ok(envelope.into_object()), mistakes: Vec::new() },
        Err(error) => error,
    };
    let mut mistakes = Vec::new();
    let mut text = Cow::Borrowed(piece.text);
    for _ in 0..LAYERS {
        match layer(&text, &mut mistakes) {
            Layer::Object(object) => return Opened { object: object.map_err(|_| strict), mistakes },
            Layer::Text(inner) => text = Cow::Owned(inner),
            Layer::Nothing => break,
        }
    }
    Opened { object: Err(strict), mistakes: Vec::new() }
}

enum Layer {
    Object(Result<Object, DecodeError>),
    Text(String),
    Nothing,
}

/// Takes one wrapping off.
fn layer(text: &str, mistakes: &mut Vec<Mistake>) -> Layer {
    let bare = text.trim_matches(['"', '\'']);
    if bare.len() < text.len() {
        mistakes.push(Mistake::Quoted);
        // a JSON text has its own way with quotation marks
        return Layer::Text(if text.contains('\\') { in_text(text) } else { None }.unwrap_or_else(|| bare.to_string()));
    }
    if text.starts_with('{') {
        // the innermost: what was inside base64 is meant to be JSON
        if mistakes.is_empty() {
            mistakes.push(Mistake::RawJson);
        }
        return Layer::Object(Envelope::from_json(text.as_bytes(), &Limits::BODY).map(Envelope::into_object));
    }
    if let Some(bytes) = hexadecimal(text) {
        mistakes.push(Mistake::Hexadecimal);
        return String::from_utf8(bytes).map_or(Layer::Nothing, Layer::Text);
    }
    let mut text = Cow::Borrowed(text);
    if text.contains('%') {
        mistakes.push(Mistake::PercentEncoded);
        text = Cow::Owned(
            text.replace("%2B", "+")
                .replace("%2F", "/")
                .replace("%3D", "=")
                .replace("%2b", "+")
                .replace("%2f", "/")
                .replace("%3d", "="),
        );
    }
    if text.contains(char::is_whitespace) {
        mistakes.push(Mistake::WhiteSpace);
        text = Cow::Owned(text.split_whitespace().collect());
    }
    if text.contains(['-', '_']) {
        mistakes.push(Mistake::UrlSafe);
        text = Cow::Owned(text.replace('-', "+").replace('_', "/"));
    }
    let Some(inner) = LENIENT.decode(text.trim_end_matches('=')).ok().and_then(|bytes| String::from_utf8(bytes).ok()) else {
        return Layer::Nothing;
    };
    let padded = text.len().is_multiple_of(4) && text.trim_end_matches('=').len() + 2 >= text.len();
    if !padded {
        mistakes.push(Mistake::Padding);
    } else if base64::engine::general_purpose::STANDARD.decode(text.as_bytes()).is_err() {
        mistakes.push(Mistake::Trailing);
    }
    if inner.starts_with('{') {
        return Layer::Object(Envelope::from_json(inner.as_bytes(), &Limits::BODY).map(Envelope::into_object));
    }
    match in_text(&inner) {
        Some(json) => {
            mistakes.push(Mistake::JsonInText);
            Layer::Object(Envelope::from_json(json.as_bytes(), &Limits::BODY).map(Envelope::into_object))
        }
        None => {
            mistakes.push(Mistake::EncodedTwice);
            Layer::Text(inner)
        }
    }
}

/// The text that a JSON text holds.
fn in_text(text: &str) -> Option<String> {
    match json::parse(text.as_bytes(), &Limits::BODY) {
        Ok(Value::String(inner)) => Some(inner),
        _ => None,
    }
}

fn hexadecimal(text: &str) -> Option<Vec<u8>> {
    let digits = text.strip_prefix("0x").unwrap_or(text);
    if digits.is_empty() || !digits.len().is_multiple_of(2) || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    let pairs = digits.as_bytes().chunks_exact(2).map(|pair| core::str::from_utf8(pair).ok());
    pairs.map(|pair| u8::from_str_radix(pair?, 16).ok()).collect()
}

/// Base64 as the most tolerant of readers takes it.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent).with_decode_allow_trailing_bits(true),
);
