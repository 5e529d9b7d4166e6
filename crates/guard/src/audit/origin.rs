//! Where a request went, without what it asked for.

use alloc::boxed::Box;
use core::fmt;

use quittance_core::Resource;

use super::word::looks_secret;

/// Scheme, host and port of a resource: never its path or query, which can leak a document, a customer or a prompt.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Origin(Box<str>);

impl Origin {
    /// The origin of a resource; nothing where there is none (`mcp`), or where it is longer than 128 characters or looks like a secret.
    #[must_use]
    pub fn of(resource: &Resource) -> Option<Self> {
        let origin = resource.origin();
        (origin.starts_with("http") && origin.len() <= 128 && !looks_secret(origin)).then(|| Self(origin.into()))
    }

    pub(super) fn read(text: &str) -> Option<Self> {
        Self::of(&Resource::parse(text).ok()?).filter(|origin| *origin.0 == *text)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Origin({})", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn row_220_an_origin_has_no_path_and_no_query() {
        let of = |url: &str| Origin::of(&Resource::parse(url).unwrap()).map(|origin| alloc::string::String::from(origin.as_str()));
        assert_eq!(of("https://api.example.com/v1/anna?token=7").as_deref(), Some("https://api.example.com"));
        assert_eq!(of(&std::format!("https://{}.example.com/", "ab".repeat(17))), None);
        assert_eq!(of("mcp://tool/get_weather"), None);
        assert!(Origin::read("https://api.example.com").is_some());
        for other in ["https://api.example.com/", "https://API.example.com", "api.example.com", "https://a/?q"] {
            assert_eq!(Origin::read(other), None, "{other}");
        }
    }
}
