//! Where in a body a field stands.

use alloc::boxed::Box;
use core::fmt;

use quittance_core::json::{Object, Value};

reasons! {
    /// Why text is not the place of a field.
    pub enum FieldError {
        /// Empty, or with an empty name in it.
        Empty = "field_empty", "the place of a field is made of names that are not empty";
        /// Longer than 128 characters.
        Length = "field_length", "the place of a field has at most 128 characters";
        /// A character other than visible ASCII.
        Symbol = "field_symbol", "the place of a field is written in visible ASCII";
    }
}

/// The names that lead to a field, with points between them: `meta.generated_at`. Names that hold a point cannot be reached.
#[derive(Clone, PartialEq, Eq)]
pub struct Field(Box<str>);

impl Field {
    /// Reads the place of a field.
    ///
    /// # Errors
    ///
    /// [`FieldError`] for what is none.
    pub fn parse(text: &str) -> Result<Self, FieldError> {
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            Err(FieldError::Symbol)
        } else if text.len() > 128 {
            Err(FieldError::Length)
        } else if text.split('.').any(str::is_empty) {
            Err(FieldError::Empty)
        } else {
            Ok(Self(text.into()))
        }
    }

    /// The value that stands there.
    pub(super) fn find<'a>(&self, body: &'a Value) -> Option<&'a Value> {
        self.0.split('.').try_fold(body, |value, name| value.as_object().and_then(|object: &Object| object.member(name)))
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Field({})", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places() {
        let check = |text: &str, expected: Result<(), FieldError>| assert_eq!(Field::parse(text).map(|_| ()), expected, "{text:?}");
        check("version", Ok(()));
        check("meta.generated_at", Ok(()));
        check("", Err(FieldError::Empty));
        check("meta.", Err(FieldError::Empty));
        check(".a", Err(FieldError::Empty));
        check("a b", Err(FieldError::Symbol));
        check("a\n", Err(FieldError::Symbol));
        check(&"a".repeat(129), Err(FieldError::Length));
    }
}
