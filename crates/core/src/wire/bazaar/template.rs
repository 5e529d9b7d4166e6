//! Under which path a resource is listed.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::error::ShapeError;
use crate::wire::Extension;

/// Under which path a resource with parts that vary is listed: `/users/:userId`. It is the sibling `routeTemplate` of the extension.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RouteTemplate(String);

impl RouteTemplate {
    pub(super) const MEMBER: &'static str = "routeTemplate";
    /// So often a text is unescaped to find out what it stands for. One that then still changes stands for nothing.
    const PASSES: usize = 5;

    /// Reads a template by the rules of the extension: `/` and then letters, digits and `_/:.-~%`; nothing that climbs (`..`) or names
    /// another place (`://`), also when it is unescaped, and unescaped again.
    ///
    /// # Errors
    ///
    /// [`ShapeError::Grammar`] for any other text.
    pub fn parse(text: &str) -> Result<Self, ShapeError> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_/:.-~%".contains(&byte);
        let rest = text.strip_prefix('/').filter(|rest| !rest.is_empty() && rest.bytes().all(allowed));
        let plain = rest.and_then(|_| unescaped(text)).filter(|plain| !plain.contains("..") && !plain.contains("://"));
        plain.map(|_| Self(text.into())).ok_or(ShapeError::Grammar)
    }

    /// That of an extension, if it has one that is one.
    #[must_use]
    pub fn of(entry: &Extension) -> Option<Self> {
        let (_, value) = entry.siblings.iter().find(|(name, _)| *name == Self::MEMBER)?;
        Self::parse(value.as_str()?).ok()
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for RouteTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RouteTemplate({})", self.0)
    }
}

/// What a text stands for when nothing in it is an escape any more.
fn unescaped(text: &str) -> Option<String> {
    let mut text = String::from(text);
    for _ in 0..RouteTemplate::PASSES {
        let next = unescaped_once(&text)?;
        if next == text {
            return Some(text);
        }
        text = next;
    }
    None
}

fn unescaped_once(text: &str) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            out.push(byte);
            continue;
        }
        let mut digit = || char::from(bytes.next()?).to_digit(16);
        let (high, low) = (digit()?, digit()?);
        out.push(u8::try_from(high * 16 + low).ok()?);
    }
    String::from_utf8(out).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_says_one_thing_however_often_it_is_unescaped() {
        for (text, fine) in [
            ("/users/:userId", true),
            ("/weather/:country/:city", true),
            ("/a%20b", true),
            ("/a.b", true),
            ("/", false),
            ("", false),
            ("users", false),
            ("/users/../admin", false),
            ("/users/%2e%2e/admin", false),
            ("/users/%252e%252e/admin", false),
            ("/users/%25252e%25252e/admin", false),
            ("/http%3a//evil.example", false),
            ("/http://evil.example", false),
            ("/a%", false),
            ("/a%2", false),
            ("/a%ff", false),
            ("/a b", false),
            ("/a?b", false),
            ("/%2525252525252525", false),
        ] {
            assert_eq!(RouteTemplate::parse(text).is_ok(), fine, "{text}");
        }
    }
}
