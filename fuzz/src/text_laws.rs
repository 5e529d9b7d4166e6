//! What holds for every type with one canonical text.

use std::fmt::{Debug, Display};

/// Reads a text, and holds the value to its own text: it is read again as the same value, and written again the same.
pub(crate) fn canonical<T: PartialEq + Debug + Display, E: Debug>(text: &str, read: impl Fn(&str) -> Result<T, E>) -> Option<T> {
    let value = read(text).ok()?;
    let written = value.to_string();
    let again = read(&written).expect("what was written is read");
    assert_eq!(again, value, "{text:?} written as {written:?}");
    assert_eq!(again.to_string(), written);
    Some(value)
}
