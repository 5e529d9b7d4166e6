//! Value to text: as it was read, or in the canonical spelling of RFC 8785 (JCS).

use alloc::string::String;
use alloc::vec::Vec;

use super::parse::plain_length;
use super::{Number, Object, Value};

/// Writes a value in the one spelling of RFC 8785: no white space, names sorted by UTF-16 code units (section 3.2.3), numbers as
/// ECMAScript writes them (3.2.2.3), the shortest escapes (3.2.2.2).
#[must_use]
pub fn canonical(value: &Value) -> String {
    let mut out = String::new();
    write(value, Spelling::Canonical, &mut out);
    out
}

/// How a value is written. Text is written in the same way in both.
#[derive(Clone, Copy)]
pub(super) enum Spelling {
    /// Members in their order, numbers with their text.
    AsRead,
    /// That of RFC 8785.
    Canonical,
}

pub(super) fn write(value: &Value, spelling: Spelling, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(number) => match spelling {
            Spelling::AsRead => out.push_str(Number::text(number)),
            Spelling::Canonical => out.push_str(&number.canonical()),
        },
        Value::String(text) => write_text(text, out),
        Value::Array(elements) => {
            out.push('[');
            for (i, element) in elements.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                write(element, spelling, out);
            }
            out.push(']');
        }
        Value::Object(object) => write_object(object, spelling, out),
    }
}

pub(super) fn write_object(object: &Object, spelling: Spelling, out: &mut String) {
    let mut members: Vec<(&str, &Value)> = object.iter().collect();
    match spelling {
        Spelling::AsRead => {}
        Spelling::Canonical => members.sort_unstable_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16())),
    }
    out.push('{');
    for (i, (name, value)) in members.into_iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        write_text(name, out);
        out.push(':');
        write(value, spelling, out);
    }
    out.push('}');
}

/// Most texts stand for themselves. Of the rest, serde_json escapes exactly the characters that section 3.2.2.2 asks to escape, and
/// in the same way.
fn write_text(text: &str, out: &mut String) {
    if plain_length(text.as_bytes()) == text.len() {
        out.push('"');
        out.push_str(text);
        out.push('"');
    } else {
        out.push_str(&serde_json::to_string(text).expect("text can always be written"));
    }
}
