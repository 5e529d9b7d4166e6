//! What is wrong with a configuration, where, and what stands in its texts.

use std::fmt;

use zeroize::Zeroizing;

use super::Around;

/// What is wrong with a configuration, and where: a line and a column where the text itself is wrong, the path of a key where its meaning is. In front
/// of a line, the name of the file and a colon make a place that editors know.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ConfigError {
    place: String,
    words: String,
}

impl ConfigError {
    /// An error at the path of a key.
    #[must_use]
    pub fn new(place: impl Into<String>, words: impl fmt::Display) -> Self {
        Self { place: place.into(), words: words.to_string() }
    }

    /// An error at a byte of a text.
    pub(crate) fn at_byte(text: &str, byte: usize, words: impl fmt::Display) -> Self {
        let before = text.get(..byte).unwrap_or(text);
        let line = before.rsplit('\n').next().unwrap_or_default();
        Self::at(before.matches('\n').count() + 1, line.chars().count() + 1, words)
    }

    /// An error at a line and a column, both from one.
    pub(crate) fn at(line: usize, column: usize, words: impl fmt::Display) -> Self {
        Self::new(format!("{line}:{column}"), words)
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.words)
    }
}

impl std::error::Error for ConfigError {}

/// A text with what its references stand for. It may be a secret.
///
/// # Errors
///
/// [`ConfigError`] when a reference is not written as one, or stands for nothing.
pub fn resolve(text: &str, place: &str, around: Around<'_>) -> Result<Zeroizing<String>, ConfigError> {
    let mut resolved = Zeroizing::new(String::new());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('$') {
        resolved.push_str(before);
        if let Some(behind) = behind.strip_prefix('$') {
            resolved.push('$');
            rest = behind;
            continue;
        }
        let reference = behind.strip_prefix('{').and_then(|behind| behind.split_once('}'));
        let Some((name, behind)) = reference.filter(|(name, _)| is_name(name)) else {
            return Err(ConfigError::new(place, "`$` begins a reference, ${NAME}; a dollar sign is written $$"));
        };
        let value = (around.variable)(name).map(Zeroizing::new);
        let value = value.ok_or_else(|| ConfigError::new(place, format!("the variable {name} is not set")))?;
        if value.is_empty() {
            return Err(ConfigError::new(place, format!("the variable {name} is empty")));
        }
        resolved.push_str(&value);
        rest = behind;
    }
    resolved.push_str(rest);
    Ok(resolved)
}

/// Whether a text is a reference and nothing else, so that what it stands for does not stand in the file.
#[must_use]
pub fn is_reference(text: &str) -> bool {
    text.strip_prefix("${").and_then(|text| text.strip_suffix('}')).is_some_and(is_name)
}

fn is_name(name: &str) -> bool {
    let first = |byte: u8| byte.is_ascii_alphabetic() || byte == b'_';
    name.bytes().next().is_some_and(first) && name.bytes().all(|byte| first(byte) || byte.is_ascii_digit())
}
