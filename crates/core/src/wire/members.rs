//! How wire objects are read from and written to JSON objects.

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::fmt::Display;

use crate::error::{DecodeError, DecodeErrorKind, ShapeError};
use crate::json::{Number, Object, Value};
use crate::wire::{Unknown, Version};

/// A JSON object being taken apart, member by member.
///
/// An optional member that is `null` counts as absent, and is not written again: the references disagree about `null`
/// (map section 1.7), and a member that is not there cannot be misread.
pub(super) struct Members(Unknown);

impl Members {
    pub(super) fn of(object: Object) -> Self {
        Self(Unknown(object.into_iter().map(|(name, value)| (name, Some(value))).collect()))
    }

    /// What no reader asked for.
    pub(super) fn rest(self) -> Unknown {
        self.0
    }

    /// The whole object again, of an object that nothing was taken from.
    pub(super) fn into_object(self) -> Object {
        Object::from_unique(self.0.0.into_iter().filter_map(|(name, value)| Some((name, value?))).collect())
    }

    /// Takes a member out and leaves its place.
    ///
    /// A second member of that name in other letters is refused: Go's reader takes both for one, and the last of them counts (map
    /// section 1.7). What is verified here as `payload` would be settled there as `Payload`.
    fn take(&mut self, name: &str) -> Result<Option<Value>, DecodeError> {
        let Some((_, value)) = self.0.0.iter_mut().find(|(n, _)| n == name) else { return Ok(None) };
        let value = value.take();
        if self.0.0.iter().any(|(n, _)| n != name && folded(n).eq(folded(name))) {
            return Err(DecodeError::member(ShapeError::Ambiguous, name));
        }
        Ok(value)
    }

    fn present(&mut self, name: &str) -> Result<Option<Value>, DecodeError> {
        Ok(self.take(name)?.filter(|value| *value != Value::Null))
    }

    /// Takes an optional member and reads it; a reader that wants another type returns nothing.
    pub(super) fn optional_value<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(Value) -> Option<T>,
    ) -> Result<Option<T>, DecodeError> {
        match self.present(name)? {
            None => Ok(None),
            Some(value) => read(value).map(Some).ok_or_else(|| DecodeError::member(ShapeError::Type, name)),
        }
    }

    pub(super) fn optional_text(&mut self, name: &str) -> Result<Option<String>, DecodeError> {
        self.optional_value(name, text)
    }

    pub(super) fn text(&mut self, name: &str) -> Result<String, DecodeError> {
        required(name, self.required_value(name)?, text)
    }

    /// Text of at least one character.
    pub(super) fn nonempty_text(&mut self, name: &str) -> Result<String, DecodeError> {
        let text = self.text(name)?;
        if text.is_empty() { Err(DecodeError::member(ShapeError::EmptyText, name)) } else { Ok(text) }
    }

    /// Text that a domain type reads.
    pub(super) fn parsed<T, E: Into<DecodeErrorKind>>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<T, DecodeError> {
        parse(&self.text(name)?).map_err(|e| DecodeError::member(e, name))
    }

    /// Optional text that a domain type reads.
    pub(super) fn optional_parsed<T, E: Into<DecodeErrorKind>>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<Option<T>, DecodeError> {
        self.optional_text(name)?.map(|text| parse(&text)).transpose().map_err(|e| DecodeError::member(e, name))
    }

    pub(super) fn flag(&mut self, name: &str) -> Result<bool, DecodeError> {
        required(name, self.required_value(name)?, flag)
    }

    pub(super) fn optional_flag(&mut self, name: &str) -> Result<Option<bool>, DecodeError> {
        self.optional_value(name, flag)
    }

    /// A plain non-negative integer literal (catalogue rows 26 and 39: `60.0`, `6e1` and `"60"` are not).
    pub(super) fn integer(&mut self, name: &str) -> Result<u64, DecodeError> {
        match self.required_value(name)? {
            Value::Number(number) => number.as_u64().ok_or_else(|| DecodeError::member(ShapeError::Integer, name)),
            _ => Err(DecodeError::member(ShapeError::Type, name)),
        }
    }

    pub(super) fn object(&mut self, name: &str) -> Result<Object, DecodeError> {
        required(name, self.required_value(name)?, object)
    }

    pub(super) fn optional_object(&mut self, name: &str) -> Result<Option<Object>, DecodeError> {
        self.optional_value(name, object)
    }

    pub(super) fn nested<T: Wire>(&mut self, name: &str) -> Result<T, DecodeError> {
        T::read(Self::of(self.object(name)?)).map_err(|e| e.inside(name))
    }

    pub(super) fn optional_nested<T: Wire>(&mut self, name: &str) -> Result<Option<T>, DecodeError> {
        self.optional_object(name)?.map(|object| T::read(Self::of(object)).map_err(|e| e.inside(name))).transpose()
    }

    pub(super) fn optional_texts(&mut self, name: &str) -> Result<Option<Vec<String>>, DecodeError> {
        self.optional_value(name, array)?.map(|elements| texts(name, elements)).transpose()
    }

    pub(super) fn list<T: Wire>(&mut self, name: &str) -> Result<Vec<T>, DecodeError> {
        let elements = required(name, self.required_value(name)?, array)?;
        let read = |(i, element): (usize, Value)| match element {
            Value::Object(object) => T::read(Self::of(object)).map_err(|e| e.inside(&alloc::format!("{name}[{i}]"))),
            _ => Err(DecodeError::member(ShapeError::Type, &alloc::format!("{name}[{i}]"))),
        };
        elements.into_iter().enumerate().map(read).collect()
    }

    /// `x402Version`, which must be the integer literal of one of `allowed` (catalogue row 27).
    pub(super) fn version(&mut self, allowed: &[Version]) -> Result<Version, DecodeError> {
        let wrong = || DecodeError::member(ShapeError::Version, "x402Version");
        let Some(Value::Number(number)) = self.take("x402Version")? else { return Err(wrong()) };
        let number = number.as_u64().ok_or_else(wrong)?;
        allowed.iter().copied().find(|version| version.number() == number).ok_or_else(wrong)
    }

    fn required_value(&mut self, name: &str) -> Result<Value, DecodeError> {
        self.take(name)?.ok_or_else(|| DecodeError::member(ShapeError::Missing, name))
    }
}

/// A name as Go compares it: without case, and with the two letters beyond ASCII whose other case is an ASCII letter.
fn folded(name: &str) -> impl Iterator<Item = char> {
    name.chars().map(|letter| match letter {
        '\u{17f}' => 's',
        '\u{212a}' => 'k',
        other => other.to_ascii_lowercase(),
    })
}

fn required<T>(name: &str, value: Value, read: impl FnOnce(Value) -> Option<T>) -> Result<T, DecodeError> {
    read(value).ok_or_else(|| DecodeError::member(ShapeError::Type, name))
}

fn text(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        _ => None,
    }
}

fn flag(value: Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(flag),
        _ => None,
    }
}

fn object(value: Value) -> Option<Object> {
    match value {
        Value::Object(object) => Some(object),
        _ => None,
    }
}

fn array(value: Value) -> Option<Vec<Value>> {
    match value {
        Value::Array(elements) => Some(elements),
        _ => None,
    }
}

pub(super) fn texts(name: &str, elements: Vec<Value>) -> Result<Vec<String>, DecodeError> {
    let read = |(i, element)| text(element).ok_or_else(|| DecodeError::member(ShapeError::Type, &alloc::format!("{name}[{i}]")));
    elements.into_iter().enumerate().map(read).collect()
}

/// A JSON object being put together. Absent members are left out, never written as `null`.
pub(super) struct Writer(Object);

impl Writer {
    pub(super) const fn new() -> Self {
        Self(Object::new())
    }

    pub(super) fn member(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.insert(name, value);
        self
    }

    /// A domain value, in its canonical text.
    pub(super) fn shown(self, name: &str, value: impl Display) -> Self {
        self.member(name, value.to_string())
    }

    pub(super) fn version(self, version: Version) -> Self {
        self.integer("x402Version", version.number())
    }

    /// Values beyond 2^53 - 1 cannot be written so that every reader agrees; the largest that can is written instead, which only
    /// an integrator's own nonsense reaches, never something that was read.
    pub(super) fn integer(self, name: &str, value: u64) -> Self {
        let capped = value.min(crate::json::MAX_INTEGER);
        let number = Number::from_u64(capped).expect("the value was capped to the range");
        self.member(name, Value::Number(number))
    }

    pub(super) fn optional(self, name: &str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.member(name, value),
            None => self,
        }
    }

    pub(super) fn list<T: Wire>(self, name: &str, elements: &[T]) -> Self {
        self.member(name, elements.iter().map(|e| Value::Object(e.write())).collect::<Vec<_>>())
    }

    pub(super) fn texts(self, name: &str, elements: &[String]) -> Self {
        self.member(name, elements.iter().map(|text| text.as_str().into()).collect::<Vec<Value>>())
    }

    pub(super) fn optional_texts(self, name: &str, elements: Option<&Vec<String>>) -> Self {
        match elements {
            Some(elements) => self.texts(name, elements),
            None => self,
        }
    }

    /// Ends with the unknown members, everything in the order in which it was read; what was not read stands at the end. An unknown
    /// member that carries the name of a known one is left out.
    pub(super) fn rest(mut self, other: &Unknown) -> Object {
        let mut out = Vec::with_capacity(self.0.len() + other.0.len());
        for (name, value) in &other.0 {
            if let Some(value) = self.0.remove(name).or_else(|| value.clone()) {
                out.push((name.clone(), value));
            }
        }
        out.extend(self.0);
        Object::from_unique(out)
    }

    /// Ends an object that keeps no unknown members.
    pub(super) fn done(self) -> Object {
        self.0
    }
}

/// An object of the wire: read from a JSON object, written to one, the two being inverse.
pub(super) trait Wire: Sized {
    fn read(members: Members) -> Result<Self, DecodeError>;
    fn write(&self) -> Object;
}

/// Gives a wire object its public faces: JSON text under limits, envelopes, objects and serde.
macro_rules! wire_object {
    ($($Name:ty),+ $(,)?) => { $(
        impl $Name {
            /// Reads a JSON body.
            ///
            /// # Errors
            ///
            /// When the bytes are not one strict JSON object within the limits, or not this object.
            pub fn from_json(bytes: &[u8], limits: &$crate::limits::Limits) -> Result<Self, $crate::error::DecodeError> {
                $crate::header::Envelope::from_json(bytes, limits)?.try_into()
            }

            /// Writes the JSON text.
            #[must_use]
            pub fn to_json(&self) -> alloc::string::String {
                use alloc::string::ToString as _;

                $crate::wire::members::Wire::write(self).to_string()
            }
        }

        impl TryFrom<$crate::json::Object> for $Name {
            type Error = $crate::error::DecodeError;

            fn try_from(object: $crate::json::Object) -> Result<Self, Self::Error> {
                $crate::wire::members::Wire::read($crate::wire::members::Members::of(object))
            }
        }

        impl TryFrom<$crate::header::Envelope> for $Name {
            type Error = $crate::error::DecodeError;

            fn try_from(envelope: $crate::header::Envelope) -> Result<Self, Self::Error> {
                envelope.into_object().try_into()
            }
        }

        impl From<&$Name> for $crate::json::Object {
            fn from(object: &$Name) -> Self {
                $crate::wire::members::Wire::write(object)
            }
        }

        impl serde::Serialize for $Name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::wire::members::Wire::write(self).serialize(serializer)
            }
        }

        impl<'de> serde::Deserialize<'de> for $Name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let object = $crate::json::Object::deserialize(deserializer)?;
                object.try_into().map_err(serde::de::Error::custom)
            }
        }
    )+ };
}
pub(super) use wire_object;
