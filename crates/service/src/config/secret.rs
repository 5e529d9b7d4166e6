//! Secrets: from a variable or from a file of their own, never out of the configuration itself.

use std::fs::File;
use std::io::Read as _;

use zeroize::Zeroizing;

use super::{Around, ConfigError, is_reference, path, resolve};

/// What is said about a secret that stands in a configuration.
pub const NOT_HERE: &str = "does not belong into this file: write ${NAME} and set that variable, or name a file";

/// The longest file with a secret in it, in bytes.
const LONGEST: u64 = 64 * 1024;

/// What a file says that has a secret in it.
///
/// # Errors
///
/// [`ConfigError`] when it cannot be read, or is too long to be one.
pub fn secret_file(text: &str, place: &str, around: Around<'_>) -> Result<Zeroizing<String>, ConfigError> {
    let path = path(text, place, around)?;
    let failed = |error: std::io::Error| ConfigError::new(place, format!("cannot be read: {}", error.kind()));
    let file = File::open(path).map_err(failed)?;
    // as long as it may be, so that no shorter copy of it is left behind on the way
    let mut secret = Zeroizing::new(String::with_capacity(usize::try_from(LONGEST).unwrap_or_default()));
    let length = file.take(LONGEST).read_to_string(&mut secret).map_err(failed)?;
    if length as u64 == LONGEST {
        return Err(ConfigError::new(place, "is too long for a secret"));
    }
    Ok(secret)
}

/// Thirty-two bytes in hexadecimal digits, out of a reference, `name = "${NAME}"`, or a file, `name_file = "path"`: just one of the two.
///
/// # Errors
///
/// [`ConfigError`].
pub fn key(
    name: &str,
    (reference, file): (Option<&str>, Option<&str>),
    around: Around<'_>,
) -> Result<Zeroizing<[u8; 32]>, ConfigError> {
    let of_file = format!("{name}_file");
    let (place, text) = match (reference, file) {
        (Some(text), None) if is_reference(text) => (name, resolve(text, name, around)?),
        (Some(_), None) => return Err(ConfigError::new(name, NOT_HERE)),
        (None, Some(path)) => (of_file.as_str(), secret_file(path, &of_file, around)?),
        (None, None) => return Err(ConfigError::new(name, format!("is missing; so is `{of_file}`"))),
        (Some(_), Some(_)) => return Err(ConfigError::new(name, format!("contradicts `{of_file}`"))),
    };
    let digits = text.trim().strip_prefix("0x").unwrap_or_else(|| text.trim()).as_bytes();
    let wrong = || ConfigError::new(place, "must be 64 hexadecimal digits");
    let mut key = Zeroizing::new([0; 32]);
    let (pairs, []) = digits.as_chunks::<2>() else { return Err(wrong()) };
    if pairs.len() != key.len() {
        return Err(wrong());
    }
    for (byte, [high, low]) in key.iter_mut().zip(pairs) {
        let digit = |digit: u8| char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok()).ok_or_else(wrong);
        *byte = digit(*high)? << 4 | digit(*low)?;
    }
    Ok(key)
}
