//! How wire objects are read from and written to JSON objects.

use alloc::borrow::Cow;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::fmt::Display;

use crate::address::Address;
use crate::each::{each, try_each};
use crate::error::{DecodeError, DecodeErrorKind, ShapeError};
use crate::json::{Node, Number, Object, Spelled, Value, parse_node, parse_spelled, plain_integer};
use crate::limits::Limits;
use crate::terms::{self, Terms};
use crate::wire::{Unknown, Version};

/// A JSON object being taken apart, member by member.
///
/// An optional member that is `null` counts as absent, and is not written again: the references disagree about `null`
/// (map section 1.7), and a member that is not there cannot be misread. Texts are borrowed from the input until somebody keeps them.
pub(crate) struct Members<'a> {
    slots: Vec<(Cow<'a, str>, Slot<'a>)>,
    /// Offers that were read before, whose texts need not be judged a second time.
    offers: &'a [Terms],
}

enum Slot<'a> {
    Left(Node<'a>),
    Taken(&'static str),
}

impl<'a> Members<'a> {
    pub(crate) fn of(members: Vec<(Cow<'a, str>, Node<'a>)>) -> Self {
        Self { slots: each(members, |(name, value)| (name, Slot::Left(value))), offers: &[] }
    }

    /// The members of an object that owns its texts.
    pub(super) fn of_object(object: Object) -> Self {
        Self::of(object.into_nodes())
    }

    /// The members of an object that somebody else keeps.
    pub(super) fn in_object(object: &'a Object) -> Self {
        Self::of(object.iter().map(|(name, value)| (Cow::Borrowed(name), value.into())).collect())
    }

    /// The same members, read with knowledge of offers; so are the objects inside. Nothing that is read depends on it.
    pub(crate) fn beside<'b>(self, offers: &'b [Terms]) -> Members<'b>
    where
        'a: 'b,
    {
        Members { slots: self.slots, offers }
    }

    /// What no reader asked for, and where the rest stood.
    pub(super) fn rest(self) -> Unknown {
        let keep = |(name, slot): (Cow<'a, str>, Slot<'a>)| match slot {
            Slot::Left(value) => (Cow::Owned(name.into_owned()), Some(value.into())),
            Slot::Taken(name) => (Cow::Borrowed(name), None),
        };
        Unknown(each(self.slots, keep))
    }

    /// What is left, as an object; of an object that nothing was taken from, all of it.
    pub(crate) fn into_object(self) -> Object {
        Object::from_unique(self.into_left().map(|(name, value)| (name.into_owned(), value.into())).collect())
    }

    /// What is left, member by member.
    pub(super) fn into_left(self) -> impl Iterator<Item = (Cow<'a, str>, Node<'a>)> {
        self.slots.into_iter().filter_map(|(name, slot)| match slot {
            Slot::Left(value) => Some((name, value)),
            Slot::Taken(_) => None,
        })
    }

    /// How many members there are, taken or not.
    pub(super) const fn len(&self) -> usize {
        self.slots.len()
    }

    /// The value of a member that was not taken.
    pub(super) fn look(&self, name: &str) -> Option<&Node<'a>> {
        self.slots.iter().find_map(|(n, slot)| match slot {
            Slot::Left(value) if n == name => Some(value),
            _ => None,
        })
    }

    /// Whether a member is there, taken or not.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.slots.iter().any(|(n, _)| n == name)
    }

    /// Takes a member out and leaves its place.
    ///
    /// A second member of that name in other letters is refused: Go's reader takes both for one, and the last of them counts (map
    /// section 1.7). What is verified here as `payload` would be settled there as `Payload`.
    fn take(&mut self, name: &'static str) -> Result<Option<Node<'a>>, DecodeError> {
        let (mut found, mut ambiguous) = (None, false);
        for (n, slot) in &mut self.slots {
            if n == name {
                found = Some(slot);
            } else {
                ambiguous |= is_read_as(n, name);
            }
        }
        let Some(slot) = found else { return Ok(None) };
        if ambiguous {
            return Err(DecodeError::member(ShapeError::Ambiguous, name));
        }
        Ok(match core::mem::replace(slot, Slot::Taken(name)) {
            Slot::Left(value) => Some(value),
            Slot::Taken(_) => None,
        })
    }

    fn present(&mut self, name: &'static str) -> Result<Option<Node<'a>>, DecodeError> {
        Ok(self.take(name)?.filter(|value| !matches!(value, Node::Null)))
    }

    /// Takes an optional member and reads it; a reader that wants another type returns nothing.
    pub(super) fn optional_value<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(Node<'a>) -> Option<T>,
    ) -> Result<Option<T>, DecodeError> {
        match self.present(name)? {
            None => Ok(None),
            Some(value) => required(name, value, read).map(Some),
        }
    }

    fn required_value<T>(&mut self, name: &'static str, read: impl FnOnce(Node<'a>) -> Option<T>) -> Result<T, DecodeError> {
        let value = self.take(name)?.ok_or_else(|| DecodeError::member(ShapeError::Missing, name))?;
        required(name, value, read)
    }

    pub(super) fn optional_text(&mut self, name: &'static str) -> Result<Option<String>, DecodeError> {
        Ok(self.optional_value(name, text)?.map(Cow::into_owned))
    }

    pub(super) fn text(&mut self, name: &'static str) -> Result<String, DecodeError> {
        self.required_value(name, text).map(Cow::into_owned)
    }

    /// Text of at least one character.
    pub(super) fn nonempty_text(&mut self, name: &'static str) -> Result<String, DecodeError> {
        self.nonempty_words(name).map(Cow::into_owned)
    }

    /// Optional text that nobody has to keep.
    pub(super) fn optional_words(&mut self, name: &'static str) -> Result<Option<Cow<'a, str>>, DecodeError> {
        self.optional_value(name, text)
    }

    /// Text of at least one character that nobody has to keep.
    pub(super) fn nonempty_words(&mut self, name: &'static str) -> Result<Cow<'a, str>, DecodeError> {
        let words = self.required_value(name, text)?;
        if words.is_empty() { Err(DecodeError::member(ShapeError::EmptyText, name)) } else { Ok(words) }
    }

    /// The address of a party to a payment.
    pub(super) fn party(&mut self, name: &'static str) -> Result<Address, DecodeError> {
        let offers = self.offers;
        self.parsed(name, |text| terms::parse_party(text, offers))
    }

    /// Text that a domain type reads.
    pub(super) fn parsed<T, E: Into<DecodeErrorKind>>(
        &mut self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<T, DecodeError> {
        parse(&self.required_value(name, text)?).map_err(|e| DecodeError::member(e, name))
    }

    /// Optional text that a domain type reads.
    pub(super) fn optional_parsed<T, E: Into<DecodeErrorKind>>(
        &mut self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<Option<T>, DecodeError> {
        let text = self.optional_value(name, text)?;
        text.map(|text| parse(&text)).transpose().map_err(|e| DecodeError::member(e, name))
    }

    pub(super) fn flag(&mut self, name: &'static str) -> Result<bool, DecodeError> {
        self.required_value(name, flag)
    }

    pub(super) fn optional_flag(&mut self, name: &'static str) -> Result<Option<bool>, DecodeError> {
        self.optional_value(name, flag)
    }

    /// A plain non-negative integer literal (catalogue rows 26 and 39: `60.0`, `6e1` and `"60"` are not).
    pub(super) fn integer(&mut self, name: &'static str) -> Result<u64, DecodeError> {
        let literal = self.required_value(name, number)?;
        plain_integer(&literal).ok_or_else(|| DecodeError::member(ShapeError::Integer, name))
    }

    /// The members of an object.
    pub(crate) fn members(&mut self, name: &'static str) -> Result<Self, DecodeError> {
        self.required_value(name, members).map(|members| members.beside(self.offers))
    }

    /// The members of an optional object.
    pub(super) fn optional_members(&mut self, name: &'static str) -> Result<Option<Self>, DecodeError> {
        Ok(self.optional_value(name, members)?.map(|members| members.beside(self.offers)))
    }

    pub(super) fn object(&mut self, name: &'static str) -> Result<Object, DecodeError> {
        self.members(name).map(Self::into_object)
    }

    pub(super) fn optional_object(&mut self, name: &'static str) -> Result<Option<Object>, DecodeError> {
        Ok(self.optional_members(name)?.map(Self::into_object))
    }

    pub(super) fn nested<T: Wire>(&mut self, name: &'static str) -> Result<T, DecodeError> {
        self.read(name, T::read)
    }

    pub(super) fn optional_nested<T: Wire>(&mut self, name: &'static str) -> Result<Option<T>, DecodeError> {
        self.optional_read(name, T::read)
    }

    /// An object that `read` reads.
    pub(super) fn read<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(Self) -> Result<T, DecodeError>,
    ) -> Result<T, DecodeError> {
        read(self.members(name)?).map_err(|e| e.inside(name))
    }

    /// An optional object that `read` reads.
    pub(super) fn optional_read<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(Self) -> Result<T, DecodeError>,
    ) -> Result<Option<T>, DecodeError> {
        self.optional_members(name)?.map(|members| read(members).map_err(|e| e.inside(name))).transpose()
    }

    pub(super) fn optional_texts(&mut self, name: &'static str) -> Result<Option<Vec<String>>, DecodeError> {
        self.optional_value(name, array)?.map(|elements| texts(name, elements)).transpose()
    }

    pub(super) fn list<T: Wire>(&mut self, name: &'static str) -> Result<Vec<T>, DecodeError> {
        let elements = self.required_value(name, array)?;
        let read = |(i, element)| match members(element) {
            Some(members) => T::read(members).map_err(|e| e.inside(&alloc::format!("{name}[{i}]"))),
            None => Err(DecodeError::member(ShapeError::Type, &alloc::format!("{name}[{i}]"))),
        };
        try_each(elements, read)
    }

    /// `x402Version`, which must be the integer literal of one of `allowed` (catalogue row 27).
    pub(super) fn version(&mut self, allowed: &[Version]) -> Result<Version, DecodeError> {
        let wrong = || DecodeError::member(ShapeError::Version, "x402Version");
        let Some(Node::Number(literal)) = self.take("x402Version")? else { return Err(wrong()) };
        let number = plain_integer(&literal).ok_or_else(wrong)?;
        allowed.iter().copied().find(|version| version.number() == number).ok_or_else(wrong)
    }
}

/// Whether Go reads a member of one name as the member of another, which is in ASCII.
fn is_read_as(other: &str, name: &str) -> bool {
    // few names begin alike; a letter beyond ASCII is never shorter than the one it is read as
    let begin_alike = |(a, b): (u8, u8)| a | 0x20 == b | 0x20 || !a.is_ascii();
    other.len() >= name.len() && other.bytes().zip(name.bytes()).next().is_some_and(begin_alike) && folded(other).eq(folded(name))
}

/// A name as Go compares it: without case, and with the two letters beyond ASCII whose other case is an ASCII letter.
fn folded(name: &str) -> impl Iterator<Item = char> {
    name.chars().map(|letter| match letter {
        '\u{17f}' => 's',
        '\u{212a}' => 'k',
        other => other.to_ascii_lowercase(),
    })
}

fn required<'a, T>(name: &str, value: Node<'a>, read: impl FnOnce(Node<'a>) -> Option<T>) -> Result<T, DecodeError> {
    read(value).ok_or_else(|| DecodeError::member(ShapeError::Type, name))
}

pub(super) fn text(value: Node<'_>) -> Option<Cow<'_, str>> {
    match value {
        Node::String(text) => Some(text),
        _ => None,
    }
}

pub(super) fn number(value: Node<'_>) -> Option<Cow<'_, str>> {
    match value {
        Node::Number(literal) => Some(literal),
        _ => None,
    }
}

fn flag(value: Node<'_>) -> Option<bool> {
    match value {
        Node::Bool(flag) => Some(flag),
        _ => None,
    }
}

fn members(value: Node<'_>) -> Option<Members<'_>> {
    match value {
        Node::Object(members) => Some(Members::of(members)),
        _ => None,
    }
}

pub(super) fn array(value: Node<'_>) -> Option<Vec<Node<'_>>> {
    match value {
        Node::Array(elements) => Some(elements),
        _ => None,
    }
}

pub(super) fn texts(name: &str, elements: Vec<Node<'_>>) -> Result<Vec<String>, DecodeError> {
    let read = |(i, element)| match text(element) {
        Some(text) => Ok(text.into_owned()),
        None => Err(DecodeError::member(ShapeError::Type, &alloc::format!("{name}[{i}]"))),
    };
    try_each(elements, read)
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
                out.push((name.clone().into_owned(), value));
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
pub(crate) trait Wire: Sized {
    fn read(members: Members<'_>) -> Result<Self, DecodeError>;
    fn write(&self) -> Object;
}

/// Reads one strict JSON object.
pub(crate) fn read_json<T: Wire>(bytes: &[u8], limits: &Limits) -> Result<T, DecodeError> {
    T::read(members_of(bytes, limits)?)
}

/// An object of the wire that keeps every text as it came: what writing changes in it is what a [`Spelled`] tells, and nothing else.
pub(crate) trait Verbatim: Wire {}

/// Reads one strict JSON object, and gives the text that writing it gives where that is not the one that was read.
pub(crate) fn read_again<T: Verbatim>(bytes: &[u8], limits: &Limits) -> Result<(T, Option<String>), DecodeError> {
    let (node, spelled) = parse_spelled(bytes, limits)?;
    let object = T::read(members(node).ok_or_else(|| DecodeError::whole(ShapeError::Type))?)?;
    let text = (spelled == Spelled::Otherwise).then(|| object.write().to_string());
    Ok((object, text))
}

/// The members of one strict JSON object.
pub(crate) fn members_of<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Members<'a>, DecodeError> {
    members(parse_node(bytes, limits)?).ok_or_else(|| DecodeError::whole(ShapeError::Type))
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
                $crate::wire::members::read_json(bytes, limits)
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
                $crate::wire::members::Wire::read($crate::wire::members::Members::of_object(object))
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

/// Gives an object that keeps its texts the reader that says so.
macro_rules! verbatim {
    ($($Name:ty),+ $(,)?) => { $(
        impl $crate::wire::members::Verbatim for $Name {}

        impl $Name {
            /// Reads a JSON body, and gives the text that [`to_json`](Self::to_json) gives where that is another one: whoever passes
            /// an object on need not write what was read.
            ///
            /// # Errors
            ///
            /// As [`from_json`](Self::from_json).
            pub fn from_json_with_text(
                bytes: &[u8],
                limits: &$crate::limits::Limits,
            ) -> Result<(Self, Option<alloc::string::String>), $crate::error::DecodeError> {
                $crate::wire::members::read_again(bytes, limits)
            }
        }
    )+ };
}
pub(super) use verbatim;
