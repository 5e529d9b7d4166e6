//! The serde face of JSON values.
//!
//! Reading through serde keeps the rules that serde can express: no duplicate names, no integer outside the agreed range. It cannot
//! see the depth or the text of a number: `1.50` comes back as the same double in another spelling, `1e-400` as zero, and an integer
//! of more than 21 digits, which a format hands over as a double, as that double;
//! [`parse`](super::parse) and `Display` do, and are what every entry of this crate uses.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Unexpected, Visitor};
use serde::ser::{Serialize, SerializeMap as _, Serializer};

use super::object::repeated_name;
use super::{Number, Object, Value};

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.as_i64() {
            Some(integer) => serializer.serialize_i64(integer),
            // Any serde format can say a double, and none but serde_json the text of one.
            None => serializer.serialize_f64(self.as_f64()),
        }
    }
}

impl Serialize for Object {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.len()))?;
        for (name, value) in self.iter() {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Number(number) => number.serialize(serializer),
            Self::String(text) => serializer.serialize_str(text),
            Self::Array(elements) => elements.serialize(serializer),
            Self::Object(object) => object.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::Object(object) => Ok(object),
            _ => Err(Error::custom("expected an object")),
        }
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        literal(Unexpected::Unsigned(value), &alloc::format!("{value}"))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        literal(Unexpected::Signed(value), &alloc::format!("{value}"))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        // The exponent form is a fraction's spelling even for whole values, so that 1.0 does not turn into the integer 1.
        literal(Unexpected::Float(value), &alloc::format!("{value:e}"))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = access.next_element()? {
            elements.push(element);
        }
        Ok(Value::Array(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut members: Vec<(String, Value)> = Vec::new();
        while let Some(member) = access.next_entry()? {
            members.push(member);
        }
        match repeated_name(&members) {
            None => Ok(Value::Object(Object::from_unique(members))),
            Some(_) => Err(Error::custom("an object holds the same name twice")),
        }
    }
}

fn literal<E: Error>(found: Unexpected<'_>, text: &str) -> Result<Value, E> {
    Number::from_literal(text)
        .map(Value::Number)
        .ok_or_else(|| Error::invalid_value(found, &"a number that implementations read alike"))
}
