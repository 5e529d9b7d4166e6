//! Canonical resources: one text for what a payment buys.
//!
//! The bound nonce commits to the bytes of this text, so buyer and seller must arrive at the same bytes in every language, and two
//! resources that a server tells apart must never arrive at the same ones. Hence the rules below only fold what no HTTP server can
//! tell apart (the case of scheme and host, the default port, an empty path), refuse what readers of URLs disagree about, and keep
//! every other byte. `?a=1&b=2` and `?b=2&a=1`, `+` and `%20`, `%2f` and `%2F`, `/p` and `//p` are different resources (catalogue
//! rows 112 and 113).
//!
//! # Rules
//!
//! The first rule that is broken names the reason.
//!
//! 1. The text is at most 2048 bytes. So is its canonical form, which is looked at last.
//! 2. Every byte is from 0x21 to 0x7e and none of `"`, `<`, `>`, `\`, `^`, `` ` ``, `{`, `|`, `}`. There is no `#` either: a
//!    fragment never reaches a server. The first such byte names the reason.
//! 3. Up to the first `:` stands the scheme, `http`, `https` or `mcp` in any case, and `//` follows the colon. The scheme is
//!    lower-cased.
//! 4. `mcp` is followed by `tool/` exactly and the name of the tool: one or more letters, digits, `-`, `.`, `_`, `~`, but not `.`
//!    or `..` alone. It is kept as it is, and the remaining rules are about `http` and `https` only.
//! 5. The authority ends before the first `/` or `?`, or at the end. It holds no `@`.
//! 6. The host is either an IPv6 address (RFC 4291, section 2.2, without a zone) in brackets, or labels of letters, digits and `-`
//!    joined by single points, none of them empty, so that a point at either end is refused. If the last label consists of digits,
//!    or of `0x` in either case and any number of hexadecimal digits, the host must be four decimal numbers up to 255 without
//!    leading zeros: browsers read `127.1` and `0x7f000001` as addresses, others as names. The host is lower-cased and not
//!    otherwise changed.
//! 7. A port is `:` and a decimal number from 1 to 65535 without a leading zero. The default one, 80 of `http` and 443 of `https`,
//!    is removed.
//! 8. The path ends before the first `?`; the query is the rest. An empty path becomes `/`. Every `%` in either is followed by two
//!    hexadecimal digits. No segment of the path is `.` or `..`, a point spelled `%2e` or `%2E` counting as a point: clients remove
//!    such segments, servers do not. Path and query are otherwise kept byte for byte.
//!
//! The canonical form of a canonical form is itself, and resources are equal if their canonical bytes are. Whether a router folds
//! more (a slash at the end, a second slash, `%2F`) is unknown here, and the reason to gate the handler rather than the text.

use alloc::string::String;
use core::fmt;
use core::net::{Ipv4Addr, Ipv6Addr};
use core::str::FromStr;

reasons! {
    /// Why text is not a resource, in the order of the rules.
    pub enum ResourceError {
        /// More than 2048 bytes, as it stands or in its canonical form.
        TooLong = "resource_too_long", "a resource has at most 2048 bytes";
        /// A byte that no URL holds: a space, a control character, one beyond ASCII, or one of the excluded signs.
        Symbol = "resource_symbol", "a character that must not stand in a URL";
        /// A fragment.
        Fragment = "resource_fragment", "a resource has no fragment";
        /// No scheme that this protocol knows, or none followed by two slashes.
        Scheme = "resource_scheme", "a resource is an http, https or mcp URL";
        /// An `mcp` URL that does not name a tool.
        Tool = "resource_tool", "an mcp resource is written mcp://tool/ and the name of the tool";
        /// A user or a password in front of the host.
        UserInfo = "resource_user_info", "a resource names no user";
        /// No host, or text that is none.
        Host = "resource_host", "a host is a name, four decimal numbers, or an IPv6 address in brackets";
        /// Text after the host that is no port.
        Port = "resource_port", "a port is a decimal number from 1 to 65535 without a leading zero";
        /// A percent sign without two hexadecimal digits.
        Escape = "resource_escape", "a percent sign is followed by two hexadecimal digits";
        /// A `.` or `..` segment, however it is spelled.
        DotSegment = "resource_dot_segment", "a path has no . or .. segment";
    }
}

/// The canonical text of what a payment buys.
///
/// `Debug` leaves the query out: it may hold what a log must not.
///
/// ```
/// use quittance_core::resource::Resource;
///
/// let resource = Resource::parse("HTTPS://API.example.com:443?b=2&a=%20")?;
/// assert_eq!(resource.as_str(), "https://api.example.com/?b=2&a=%20");
/// assert_eq!(resource.origin(), "https://api.example.com");
/// # Ok::<(), quittance_core::resource::ResourceError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Resource {
    text: String,
    /// Where the origin ends in the text, which determines it.
    origin: usize,
}

/// The longest text, in bytes.
const LONGEST: usize = 2048;

impl Resource {
    /// Reads a URL and brings it into canonical form by the rules of this module.
    ///
    /// # Errors
    ///
    /// Names the first rule that the text breaks.
    pub fn parse(text: &str) -> Result<Self, ResourceError> {
        require_length(text)?;
        require_bytes(text)?;
        let (scheme, rest) = split_scheme(text)?;
        let resource = match scheme {
            Scheme::Mcp => parse_tool(rest)?,
            Scheme::Http | Scheme::Https => parse_web(scheme, rest)?,
        };
        require_length(&resource.text)?;
        Ok(resource)
    }

    /// The canonical text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Scheme, host and port, without a slash at the end: `https://api.example.com`. For a tool it is `mcp://tool`.
    #[must_use]
    pub fn origin(&self) -> &str {
        self.text.split_at(self.origin).0
    }

    /// Whether the host is this machine by its very text, so that what is sent there goes over no wire: `localhost`, or an address of the
    /// loopback (RFC 1122, section 3.2.1.3; RFC 4291, section 2.5.3). A name is not looked up.
    #[must_use]
    pub fn is_on_this_machine(&self) -> bool {
        let authority = self.origin().split_once("://").map_or("", |(_, authority)| authority);
        match authority.strip_prefix('[') {
            Some(bracketed) => {
                let address = bracketed.split(']').next().unwrap_or_default();
                address.parse().is_ok_and(|address: Ipv6Addr| address.is_loopback())
            }
            None => {
                let host = authority.split(':').next().unwrap_or_default();
                host == "localhost" || host.parse().is_ok_and(|address: Ipv4Addr| address.is_loopback())
            }
        }
    }
}

#[derive(Clone, Copy)]
enum Scheme {
    Http,
    Https,
    Mcp,
}

const fn require_length(text: &str) -> Result<(), ResourceError> {
    if text.len() > LONGEST { Err(ResourceError::TooLong) } else { Ok(()) }
}

fn require_bytes(text: &str) -> Result<(), ResourceError> {
    text.bytes().try_for_each(|byte| match byte {
        b'#' => Err(ResourceError::Fragment),
        b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}' => Err(ResourceError::Symbol),
        0x21..=0x7e => Ok(()),
        _ => Err(ResourceError::Symbol),
    })
}

fn split_scheme(text: &str) -> Result<(Scheme, &str), ResourceError> {
    // no scheme that is known has a colon in its name
    let (scheme, rest) = split_before(text, |byte| byte == b':');
    let rest = rest.strip_prefix("://").ok_or(ResourceError::Scheme)?;
    [("http", Scheme::Http), ("https", Scheme::Https), ("mcp", Scheme::Mcp)]
        .into_iter()
        .find_map(|(name, known)| scheme.eq_ignore_ascii_case(name).then_some((known, rest)))
        .ok_or(ResourceError::Scheme)
}

fn parse_tool(rest: &str) -> Result<Resource, ResourceError> {
    const ORIGIN: &str = "mcp://tool";
    let name = rest.strip_prefix("tool/").ok_or(ResourceError::Tool)?;
    let is_unreserved = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    if matches!(name, "" | "." | "..") || !name.bytes().all(is_unreserved) {
        return Err(ResourceError::Tool);
    }
    Ok(Resource { text: alloc::format!("{ORIGIN}/{name}"), origin: ORIGIN.len() })
}

fn parse_web(scheme: Scheme, rest: &str) -> Result<Resource, ResourceError> {
    let (authority, target) = split_before(rest, |byte| matches!(byte, b'/' | b'?'));
    let (host, port) = parse_authority(authority)?;
    let (path, query) = split_before(target, |byte| byte == b'?');
    require_escapes(target)?;
    if parts(path, b'/').any(is_dot_segment) {
        return Err(ResourceError::DotSegment);
    }
    let (name, default_port) = if matches!(scheme, Scheme::Https) { ("https", 443) } else { ("http", 80) };
    let mut text = alloc::format!("{name}://{}", host.to_ascii_lowercase());
    if let Some(port) = port.filter(|port| *port != default_port) {
        text.push_str(&alloc::format!(":{port}"));
    }
    let origin = text.len();
    text.push_str(if path.is_empty() { "/" } else { path });
    text.push_str(query);
    Ok(Resource { text, origin })
}

/// Splits in front of the first delimiter, which is in ASCII; the second part is empty if there is none.
fn split_before(text: &str, is_delimiter: impl FnMut(u8) -> bool) -> (&str, &str) {
    text.split_at(text.bytes().position(is_delimiter).unwrap_or(text.len()))
}

/// What stands between the delimiters. A URL is in ASCII, and searching for letters takes thrice the code.
fn parts(text: &str, delimiter: u8) -> impl DoubleEndedIterator<Item = &[u8]> {
    text.as_bytes().split(move |byte| *byte == delimiter)
}

fn parse_authority(authority: &str) -> Result<(&str, Option<u16>), ResourceError> {
    if authority.bytes().any(|byte| byte == b'@') {
        return Err(ResourceError::UserInfo);
    }
    let (host, port) = match split_before(authority, |byte| byte == b']') {
        (bracketed, rest) if bracketed.starts_with('[') => {
            let end = bracketed.len() + usize::from(!rest.is_empty());
            authority.split_at(end)
        }
        _ => split_before(authority, |byte| byte == b':'),
    };
    require_host(host)?;
    match port {
        "" => Ok((host, None)),
        port => parse_port(port).map(|port| (host, Some(port))),
    }
}

fn require_host(host: &str) -> Result<(), ResourceError> {
    let is_host = match host.strip_prefix('[') {
        Some(bracketed) => bracketed.strip_suffix(']').is_some_and(|address| address.parse::<Ipv6Addr>().is_ok()),
        None if parts(host, b'.').next_back().is_some_and(is_number) => host.parse::<Ipv4Addr>().is_ok(),
        None => parts(host, b'.').all(is_label),
    };
    if is_host { Ok(()) } else { Err(ResourceError::Host) }
}

fn is_label(label: &[u8]) -> bool {
    !label.is_empty() && label.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
}

/// Whether a browser takes a host with this last label for an IPv4 address.
fn is_number(label: &[u8]) -> bool {
    match label {
        [b'0', b'x' | b'X', digits @ ..] => digits.iter().all(u8::is_ascii_hexdigit),
        _ => !label.is_empty() && label.iter().all(u8::is_ascii_digit),
    }
}

fn parse_port(port: &str) -> Result<u16, ResourceError> {
    let digits = port.strip_prefix(':').ok_or(ResourceError::Port)?;
    if !matches!(digits.as_bytes(), [b'1'..=b'9', ..]) {
        return Err(ResourceError::Port);
    }
    digits.parse().map_err(|_| ResourceError::Port)
}

fn require_escapes(target: &str) -> Result<(), ResourceError> {
    parts(target, b'%').skip(1).try_for_each(|after| match after {
        [high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => Ok(()),
        _ => Err(ResourceError::Escape),
    })
}

fn is_dot_segment(segment: &[u8]) -> bool {
    const fn after_dot(text: &[u8]) -> Option<&[u8]> {
        match text {
            [b'.', rest @ ..] | [b'%', b'2', b'e' | b'E', rest @ ..] => Some(rest),
            _ => None,
        }
    }
    after_dot(segment).is_some_and(|rest| rest.is_empty() || after_dot(rest) == Some(b""))
}

impl FromStr for Resource {
    type Err = ResourceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl fmt::Debug for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.text.split_once('?') {
            Some((before, _)) => write!(f, "Resource({before}?..)"),
            None => write!(f, "Resource({})", self.text),
        }
    }
}

#[cfg(test)]
mod tests;
