//! What a facilitator knows its caller by.

use std::fmt;
use std::sync::Arc;

/// The value of an `Authorization` header. It does not print itself.
#[derive(Clone)]
pub struct Key(Arc<str>);

/// The text cannot stand in a header.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a key is of printable characters, at least one")]
pub struct KeyError;

impl Key {
    /// A key that is shown as `Authorization: Bearer …`.
    ///
    /// # Errors
    ///
    /// [`KeyError`] for text that is empty or holds a space or anything that is not printable ASCII.
    pub fn bearer(key: &str) -> Result<Self, KeyError> {
        if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(KeyError);
        }
        Ok(Self(format!("Bearer {key}").into()))
    }

    /// The whole value of the header, for other ways to show who asks.
    ///
    /// # Errors
    ///
    /// [`KeyError`] for text that is empty or holds anything but printable ASCII and spaces between.
    pub fn authorization(value: &str) -> Result<Self, KeyError> {
        let fine = |byte: u8| byte.is_ascii_graphic() || byte == b' ';
        if value.trim() != value || value.is_empty() || !value.bytes().all(fine) {
            return Err(KeyError);
        }
        Ok(Self(value.into()))
    }

    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(..)")
    }
}
