//! Who may ask: callers with keys of their own, if there are any.
//!
//! Of a key only its SHA-256 is kept, and that does not print itself. What a request shows is hashed and held against all callers, in a time
//! that depends neither on the key nor on who it is.

use std::fmt;

use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, HeaderName};
use quittance_core::sha256;
use subtle::{Choice, ConditionallySelectable as _, ConstantTimeEq as _};

/// The header that may hold a key in place of `Authorization: Bearer`.
pub(super) const API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// How short a key may be. Whoever can try many must not find it.
const SHORTEST: usize = 16;
/// How long a name may be, so that a line of a log stays one.
const LONGEST_NAME: usize = 64;

/// Somebody who may ask.
#[derive(Clone)]
pub struct Caller {
    name: Box<str>,
    hash: [u8; 32],
}

/// Why there can be no such caller.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum CallerError {
    /// The name is empty, longer than 64 characters, or has others than letters, digits, `-`, `_` and `.`.
    Name,
    /// The key has fewer than 16 characters, or some that a header cannot hold.
    Key,
}

impl fmt::Display for CallerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Name => "a name is of letters, digits, -, _ and ., at most 64",
            Self::Key => "a key has at least 16 printable characters and no spaces",
        })
    }
}

impl std::error::Error for CallerError {}

impl Caller {
    /// A caller with a key.
    ///
    /// # Errors
    ///
    /// [`CallerError`].
    pub fn new(name: &str, key: &str) -> Result<Self, CallerError> {
        if key.len() < SHORTEST || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(CallerError::Key);
        }
        Self::hashed(name, sha256(key.as_bytes()))
    }

    /// A caller whose key has this SHA-256.
    ///
    /// # Errors
    ///
    /// [`CallerError::Name`].
    pub fn hashed(name: &str, hash: [u8; 32]) -> Result<Self, CallerError> {
        let fine = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        if name.is_empty() || name.len() > LONGEST_NAME || !name.bytes().all(fine) {
            return Err(CallerError::Name);
        }
        Ok(Self { name: name.into(), hash })
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Debug for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Caller({})", self.name)
    }
}

/// Nobody that is known.
pub(super) struct Stranger;

/// Who asks: nobody in particular where anybody may.
pub(super) fn who<'c>(callers: &'c [Caller], headers: &HeaderMap) -> Result<Option<&'c str>, Stranger> {
    if callers.is_empty() {
        return Ok(None);
    }
    let hash = sha256(shown(headers).ok_or(Stranger)?);
    let mut found = u64::MAX;
    for (place, caller) in (0_u64..).zip(callers) {
        let same: Choice = caller.hash.ct_eq(&hash);
        found = u64::conditional_select(&found, &place, same);
    }
    let caller = usize::try_from(found).ok().and_then(|place| callers.get(place));
    caller.map(|caller| Some(caller.name())).ok_or(Stranger)
}

/// The key that a request shows, if it shows just one.
fn shown(headers: &HeaderMap) -> Option<&[u8]> {
    let mut bearers = headers.get_all(AUTHORIZATION).iter();
    let mut keys = headers.get_all(API_KEY).iter();
    match (bearers.next(), bearers.next(), keys.next(), keys.next()) {
        (Some(bearer), None, None, None) => {
            let (scheme, key) = bearer.as_bytes().split_at_checked("Bearer ".len())?;
            scheme.eq_ignore_ascii_case(b"Bearer ").then_some(key)
        }
        (None, None, Some(key), None) => Some(key.as_bytes()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    const KEYS: [(&str, &str); 2] = [("shop", "0123456789abcdef"), ("other", "fedcba9876543210")];

    fn check(headers: &[(HeaderName, &str)], expected: Option<&str>) {
        let callers = KEYS.map(|(name, key)| Caller::new(name, key).unwrap());
        let headers = headers.iter().map(|(name, value)| (name.clone(), HeaderValue::from_str(value).unwrap())).collect();
        assert_eq!(who(&callers, &headers).ok().flatten(), expected);
        assert!(who(&[], &headers).is_ok_and(|caller| caller.is_none()));
    }

    #[test]
    fn a_key_is_shown_in_one_of_two_ways_and_once() {
        check(&[(AUTHORIZATION, "Bearer 0123456789abcdef")], Some("shop"));
        check(&[(AUTHORIZATION, "bearer fedcba9876543210")], Some("other"));
        check(&[(API_KEY, "fedcba9876543210")], Some("other"));
        check(&[], None);
        check(&[(AUTHORIZATION, "Basic 0123456789abcdef")], None);
        check(&[(AUTHORIZATION, "Bearer 0123456789abcdeF")], None);
        check(&[(AUTHORIZATION, "Bearer  0123456789abcdef")], None);
        check(&[(AUTHORIZATION, "Bearer 0123456789abcde")], None);
        check(&[(API_KEY, "")], None);
        check(&[(API_KEY, "0123456789abcdef"), (API_KEY, "0123456789abcdef")], None);
        check(&[(API_KEY, "0123456789abcdef"), (AUTHORIZATION, "Bearer 0123456789abcdef")], None);
    }

    #[test]
    fn a_caller_has_a_name_and_a_key_that_nobody_guesses() {
        assert_eq!(Caller::new("shop", "short").err(), Some(CallerError::Key));
        assert_eq!(Caller::new("shop", "0123456789 abcdef").err(), Some(CallerError::Key));
        for name in ["", "a b", "a\nb", &"a".repeat(65)] {
            assert_eq!(Caller::new(name, "0123456789abcdef").err(), Some(CallerError::Name));
        }
    }

    #[test]
    fn row_220_a_caller_does_not_print_its_key() {
        let shown = format!("{:?}", Caller::hashed("shop", [0xab; 32]).unwrap());
        assert_eq!(shown, "Caller(shop)");
    }
}
