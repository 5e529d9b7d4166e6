//! Value to text: as it was read, or in the canonical spelling of RFC 8785 (JCS).

use alloc::string::String;
use alloc::vec::Vec;

use super::parse::plain_length;
use super::{Number, Object, Value};
use crate::hex;

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
        Value::String(text) => quote(text, out),
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
        quote(name, out);
        out.push(':');
        write(value, spelling, out);
    }
    out.push('}');
}

/// Text as section 3.2.2.2 asks for it: a quote, a backslash and what lies below a space are escaped, each in the shortest way, and
/// nothing else is. Most texts have none of them.
fn quote(text: &str, out: &mut String) {
    out.reserve(text.len() + 2);
    out.push('"');
    let mut rest = text;
    while let Some((plain, after)) = rest.split_at_checked(plain_length(rest.as_bytes())) {
        out.push_str(plain);
        let mut letters = after.chars();
        let Some(letter) = letters.next() else { break };
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            control => {
                out.push_str("\\u00");
                out.extend(u8::try_from(control).map(hex::pair_of).unwrap_or_default().map(char::from));
            }
        }
        rest = letters.as_str();
    }
    out.push('"');
}
