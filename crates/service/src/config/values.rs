//! What stands behind a key: numbers, times, paths.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{Around, ConfigError, resolve};

/// The file that a path leads to, from the folder of the configuration.
///
/// # Errors
///
/// [`ConfigError`] when the text refers to what is not there.
pub fn path(text: &str, place: &str, around: Around<'_>) -> Result<PathBuf, ConfigError> {
    Ok(around.folder.join(Path::new(resolve(text, place, around)?.as_str())))
}

/// A number above zero.
///
/// # Errors
///
/// [`ConfigError`] for zero.
pub fn positive(value: Option<u64>, default: u64, place: &str) -> Result<u64, ConfigError> {
    match value {
        Some(0) => Err(ConfigError::new(place, "must not be zero")),
        Some(value) => Ok(value),
        None => Ok(default),
    }
}

/// The same as a number of things.
///
/// # Errors
///
/// [`ConfigError`] for zero, and for more than there can be.
pub fn count(value: Option<u64>, default: usize, place: &str) -> Result<usize, ConfigError> {
    match value {
        Some(value) => usize::try_from(positive(Some(value), 0, place)?).map_err(|_| ConfigError::new(place, "is too large")),
        None => Ok(default),
    }
}

/// The longest time that a key can name: a day.
const LONGEST: Duration = Duration::from_secs(86_400);

/// A time in seconds.
///
/// # Errors
///
/// [`ConfigError`] for no time at all, and for more than a day.
pub fn seconds(value: Option<u64>, default: Duration, place: &str) -> Result<Duration, ConfigError> {
    time(value.map(Duration::from_secs), default, place)
}

/// A time in milliseconds.
///
/// # Errors
///
/// As [`seconds`].
pub fn millis(value: Option<u64>, default: Duration, place: &str) -> Result<Duration, ConfigError> {
    time(value.map(Duration::from_millis), default, place)
}

fn time(value: Option<Duration>, default: Duration, place: &str) -> Result<Duration, ConfigError> {
    match value {
        Some(value) if value.is_zero() || value > LONGEST => Err(ConfigError::new(place, "must be above zero and at most a day")),
        Some(value) => Ok(value),
        None => Ok(default),
    }
}

/// Things of which none is there twice.
///
/// # Errors
///
/// [`ConfigError`] with these words if one is.
pub fn distinct<T: PartialEq>(values: &[T], place: &str, words: &str) -> Result<(), ConfigError> {
    let twice = values.iter().enumerate().any(|(place, value)| values.iter().take(place).any(|other| other == value));
    if twice { Err(ConfigError::new(place, words)) } else { Ok(()) }
}
