//! The canonical spelling of RFC 8785 (JCS).

use alloc::string::String;
use alloc::vec::Vec;

use super::Value;

/// Writes a value in the one spelling of RFC 8785: no white space, names sorted by UTF-16 code units (section 3.2.3), numbers as
/// ECMAScript writes them (3.2.2.3), the shortest escapes (3.2.2.2).
#[must_use]
pub fn canonical(value: &Value) -> String {
    let mut out = String::new();
    write(value, &mut out);
    out
}

fn write(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(number) => out.push_str(&number.canonical()),
        Value::String(text) => out.push_str(&quoted(text)),
        Value::Array(elements) => {
            out.push('[');
            for (i, element) in elements.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                write(element, out);
            }
            out.push(']');
        }
        Value::Object(object) => {
            let mut members: Vec<(&str, &Value)> = object.iter().collect();
            members.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
            out.push('{');
            for (i, (name, value)) in members.into_iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                out.push_str(&quoted(name));
                out.push(':');
                write(value, out);
            }
            out.push('}');
        }
    }
}

/// serde_json escapes exactly the characters that section 3.2.2.2 asks to escape, and in the same way.
fn quoted(text: &str) -> String {
    serde_json::to_string(text).expect("text can always be written")
}
