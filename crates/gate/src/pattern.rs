//! Which paths a route is for, and how else an upstream could read a path.

use std::fmt;

use quittance_core::Resource;

/// A path of a route: `/v1/report/{id}`, `/v1/*`.
///
/// `{name}` stands for one segment that is not empty, `*` at the end for whatever is behind a slash, also nothing. Everything else is compared byte
/// for byte.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pattern {
    text: Box<str>,
    segments: Vec<Segment>,
}

/// In the order in which they win where several match.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Segment {
    Literal(Box<str>),
    One,
    Rest,
}

/// Why a text is no pattern.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PatternError {
    /// It does not begin with a slash.
    #[error("a path begins with /")]
    Slash,
    /// No client could send it.
    #[error("not a path as clients send it")]
    Path,
    /// An empty segment that is not the last.
    #[error("a path has no empty segments")]
    Empty,
    /// A brace or a star where none can stand.
    #[error("{{name}} stands for a whole segment, and * for the last one")]
    Wildcard,
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    ///
    /// [`PatternError`].
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        let inside = text.strip_prefix('/').ok_or(PatternError::Slash)?;
        let count = inside.split('/').count();
        let segments = inside.split('/').enumerate().map(|(place, text)| segment(text, place + 1 == count));
        let segments = segments.collect::<Result<Vec<_>, _>>()?;
        let plain = text.replace(['{', '}', '*'], "");
        if plain.contains(['?', '#', ';']) || Resource::parse(&["https://0.invalid", &plain].concat()).is_err() {
            return Err(PatternError::Path);
        }
        Ok(Self { text: text.into(), segments })
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The same as listings write it, `/v1/report/:id`, where a part of it varies: a star is `:var1`. None where nothing of it is said, or all.
    #[must_use]
    pub fn template(&self) -> Option<String> {
        let part = |text: &str| match (text, text.strip_prefix('{').and_then(|name| name.strip_suffix('}'))) {
            ("*", _) => ":var1".to_owned(),
            (_, Some(name)) => format!(":{name}"),
            (other, None) => other.to_owned(),
        };
        let varies = self.segments.iter().any(|segment| !matches!(segment, Segment::Literal(_)));
        let says = self.segments.iter().any(|segment| matches!(segment, Segment::Literal(text) if !text.is_empty()));
        (varies && says).then(|| self.text.split('/').map(part).collect::<Vec<_>>().join("/"))
    }

    /// Whether it is for a path, as it was sent.
    #[must_use]
    pub fn matches(&self, path: &str) -> bool {
        let Some(inside) = path.strip_prefix('/') else { return false };
        self.takes(&inside.split('/').collect::<Vec<_>>(), 1)
    }

    /// Whether it is for a path, as it was sent, in segments.
    pub(crate) fn takes_sent(&self, path: &[&str]) -> bool {
        self.takes(path, 1)
    }

    /// Whether this, [folded](Self::folded), is for a path in any spelling that an upstream may take for one of its paths. The path is what
    /// [`loosely`] gives.
    pub(crate) fn takes_loose(&self, path: &[&str]) -> bool {
        self.takes(path, 0)
    }

    fn takes(&self, path: &[&str], least: usize) -> bool {
        let mut rest = path;
        for segment in &self.segments {
            match (segment, rest) {
                (Segment::Rest, rest) => return rest.len() >= least,
                (Segment::One, [first, behind @ ..]) if !first.is_empty() => rest = behind,
                (Segment::Literal(text), [first, behind @ ..]) if **text == **first => rest = behind,
                _ => return false,
            }
        }
        rest.is_empty()
    }

    /// The same without what an upstream may not tell apart.
    pub(crate) fn folded(&self) -> Self {
        let fold = |segment: &Segment| match segment {
            Segment::Literal(text) if text.is_empty() => None,
            Segment::Literal(text) => Some(Segment::Literal(decoded(text).to_lowercase().into())),
            other => Some(other.clone()),
        };
        Self { text: self.text.clone(), segments: self.segments.iter().filter_map(fold).collect() }
    }

    /// Whether two are for the same paths.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.segments == other.segments
    }

    /// Which one wins where both match: the one that says more about the first segment in which they differ.
    pub(crate) fn before(&self, other: &Self) -> std::cmp::Ordering {
        self.segments.cmp(&other.segments)
    }
}

fn segment(text: &str, is_last: bool) -> Result<Segment, PatternError> {
    match text {
        "" if is_last => Ok(Segment::Literal("".into())),
        "" => Err(PatternError::Empty),
        "*" if is_last => Ok(Segment::Rest),
        _ => match text.strip_prefix('{').map(|text| text.strip_suffix('}')) {
            Some(Some(name)) if !name.is_empty() && !name.contains(['{', '}', '*']) => Ok(Segment::One),
            None if !text.contains(['}', '*', '{']) => Ok(Segment::Literal(text.into())),
            _ => Err(PatternError::Wildcard),
        },
    }
}

/// How often a path may be escaped.
const ROUNDS: usize = 4;

/// The segments of a path as the most generous reader has them: escapes read, however often they are escaped, letters in small, either slash, no
/// empty segments, nothing behind a semicolon. None for a path that such a reader could take anywhere.
pub(crate) fn loosely(path: &str) -> Option<Vec<String>> {
    let mut path = path.to_owned();
    for round in 0.. {
        let read = decoded(&path);
        if read == path {
            break;
        }
        if round == ROUNDS {
            return None;
        }
        path = read;
    }
    if path.chars().any(char::is_control) {
        return None;
    }
    let path = path.replace('\\', "/").to_lowercase();
    let segments = path.split('/').map(|segment| segment.split(';').next().unwrap_or_default().trim());
    let segments: Vec<_> = segments.filter(|segment| !segment.is_empty()).map(str::to_owned).collect();
    if segments.iter().any(|segment| segment == "." || segment == "..") { None } else { Some(segments) }
}

/// The text with its escapes read.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let digit = |place: usize| behind.get(place).and_then(|digit| char::from(*digit).to_digit(16));
        match (first, digit(0), digit(1)) {
            (b'%', Some(high), Some(low)) => {
                bytes.push(u8::try_from(high * 16 + low).unwrap_or_default());
                rest = behind.get(2..).unwrap_or_default();
            }
            _ => {
                bytes.push(*first);
                rest = behind;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> Pattern {
        Pattern::parse(text).unwrap()
    }

    #[test]
    fn a_pattern_is_for_the_paths_that_it_says() {
        for (text, path, matches) in [
            ("/", "/", true),
            ("/", "/a", false),
            ("/*", "/", true),
            ("/*", "/a/b", true),
            ("/v1/*", "/v1/", true),
            ("/v1/*", "/v1", false),
            ("/v1/*", "/v1/a/b/", true),
            ("/v1/{id}", "/v1/42", true),
            ("/v1/{id}", "/v1/", false),
            ("/v1/{id}", "/v1/42/", false),
            ("/v1/{id}", "/V1/42", false),
            ("/v1/{id}/pdf", "/v1/42/pdf", true),
            ("/v1/a/", "/v1/a", false),
            ("/v1/a/", "/v1/a/", true),
        ] {
            assert_eq!(pattern(text).matches(path), matches, "{text} {path}");
        }
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        for (text, error) in [
            ("v1", PatternError::Slash),
            ("", PatternError::Slash),
            ("/a//b", PatternError::Empty),
            ("/*/a", PatternError::Wildcard),
            ("/a*", PatternError::Wildcard),
            ("/{id}.pdf", PatternError::Wildcard),
            ("/{}", PatternError::Wildcard),
            ("/{a}{b}", PatternError::Wildcard),
            ("/a}", PatternError::Wildcard),
            ("/../a", PatternError::Path),
            ("/a?b", PatternError::Path),
            ("/a b", PatternError::Path),
            ("/a;b", PatternError::Path),
        ] {
            assert_eq!(Pattern::parse(text), Err(error), "{text}");
        }
    }

    #[test]
    fn the_pattern_that_says_more_wins() {
        let mut all = ["/*", "/v1/{id}", "/v1/latest", "/v1/*", "/v1"].map(pattern);
        all.sort_by(Pattern::before);
        assert_eq!(all.each_ref().map(Pattern::as_str), ["/v1", "/v1/latest", "/v1/{id}", "/v1/*", "/*"]);
    }

    #[test]
    fn row_113_every_spelling_of_a_path_is_read_as_that_path() {
        for path in [
            "/v1/report/42",
            "//v1/report/42",
            "/v1//report/42/",
            "/V1/Report/42",
            "/v1/report%2F42",
            "/v1/%72eport/42",
            "/v1/%2572eport/42",
            "/v1;x=1/report;/42",
            "/v1\\report\\42",
            "/v1%5Creport/42",
            "/%76%31/report/42",
        ] {
            assert_eq!(loosely(path).unwrap(), ["v1", "report", "42"], "{path}");
        }
        for path in ["/v1/../x", "/v1/%2e%2e/x", "/v1/%252e%252e/x", "/v1/.%2e/x", "/a%00b", "/a%0d%0ab", "/%2525252525252541"] {
            assert_eq!(loosely(path), None, "{path}");
        }
        for (text, path, takes) in [("/v1/Report/{id}/", "/V1/report/42", true), ("/v1/*", "/V1", true), ("/v1/{id}", "/v1", false)]
        {
            let path = loosely(path).unwrap();
            assert_eq!(pattern(text).folded().takes_loose(&path.iter().map(String::as_str).collect::<Vec<_>>()), takes, "{text}");
        }
    }
}
