//! Why there are no figures.

use std::error::Error;
use std::fmt;

/// What went wrong, for the person who reads it.
#[derive(Debug)]
pub(crate) struct Failure(String);

/// A failure in words.
pub(crate) fn failure(text: impl Into<String>) -> Failure {
    Failure(text.into())
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<E: Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}
