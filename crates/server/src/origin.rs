//! Where a seller is reached: from its configuration, never from what a request says of itself (catalogue row 114, rule 3).

use std::fmt;

use http::HeaderValue;
use quittance_core::{Resource, ResourceError};

use crate::setup::SetupError;

/// What stands before the name of every tool.
const TOOLS: &str = "mcp://tool";

/// Scheme, host and port, without a path: `https://api.example.com`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Origin(Box<str>);

impl Origin {
    /// Reads an origin, in the one spelling that browsers use.
    ///
    /// # Errors
    ///
    /// [`SetupError::Origin`] for everything else, also for `*` and for an origin with a path.
    pub fn parse(text: &str) -> Result<Self, SetupError> {
        match Resource::parse(text) {
            Ok(resource) if resource.origin() == text && text.starts_with("http") => Ok(Self(text.into())),
            _ => Err(SetupError::Origin),
        }
    }

    /// The tools of a server of the Model Context Protocol, which have names in the place of addresses: `mcp://tool/<name>` (MCP transport). Each
    /// route below it is of one tool, [named](crate::Route::resource) as `/<name>`.
    #[must_use]
    pub fn tools() -> Self {
        Self(TOOLS.into())
    }

    /// Whether what is sold here are tools.
    pub(crate) fn is_of_tools(&self) -> bool {
        *self.0 == *TOOLS
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What a request for a target, path and query as they were sent, asks for here.
    pub(crate) fn resource(&self, prefix: &str, target: &str) -> Result<Resource, ResourceError> {
        Resource::parse(&[&self.0, prefix, target].concat())
    }

    pub(crate) fn is(&self, header: &HeaderValue) -> bool {
        header.as_bytes() == self.0.as_bytes()
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_has_one_spelling() {
        for (text, fine) in [
            ("https://api.example.com", true),
            ("http://127.0.0.1:3000", true),
            ("https://[::1]:8443", true),
            ("https://api.example.com/", false),
            ("https://api.example.com/v1", false),
            ("https://api.example.com:443", false),
            ("https://API.example.com", false),
            ("https://user@api.example.com", false),
            ("mcp://tool", false),
            ("api.example.com", false),
            ("*", false),
            ("", false),
        ] {
            assert_eq!(Origin::parse(text).is_ok(), fine, "{text}");
        }
    }

    #[test]
    fn row_112_and_113_every_spelling_of_a_target_is_a_resource_of_its_own_or_none() {
        let origin = Origin::parse("https://api.example.com").unwrap();
        let resource = |target| origin.resource("", target).map(|resource| resource.as_str().to_owned());
        let mut seen = std::collections::BTreeSet::new();
        for target in
            ["/p", "//p", "/p/", "/p;x", "/P", "/%2570", "/p%2Fq", "/p/q", "/p?a=1&b=2", "/p?b=2&a=1", "/p?a=+", "/p?a=%20"]
        {
            assert!(seen.insert(resource(target).unwrap()), "{target} is what another is");
        }
        for target in ["/./p", "/%2e%2e/p", "/p%", "/p%c", "/p\\q", "/p%00%", "/p#f", "/p q"] {
            assert!(resource(target).is_err(), "{target}");
        }
    }
}
