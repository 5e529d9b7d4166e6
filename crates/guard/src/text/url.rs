//! The two parts of a URL that people put data into.
//!
//! What is looked at is what a server reads: escapes are undone, up to three times over, and a plus sign in a query is a space.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write as _;

use quittance_core::Resource;

use super::find::{Sensitive, find, redact};
use super::parameter::telling;

/// The kinds that the path of a resource holds, in their order and each once.
#[must_use]
pub fn find_in_path(resource: &Resource) -> Vec<Sensitive> {
    kinds(find(&unescaped(split(resource).0)).into_iter().map(|finding| finding.kind).collect())
}

/// The kinds that the query of a resource holds, in their order and each once.
#[must_use]
pub fn find_in_query(resource: &Resource) -> Vec<Sensitive> {
    let Some(query) = split(resource).1 else { return Vec::new() };
    let mut found = Vec::new();
    for (name, value) in parameters(query) {
        let value = value.unwrap_or_default();
        found.extend(telling(&name, &value));
        found.extend(find(&name).into_iter().chain(find(&value)).map(|finding| finding.kind));
    }
    kinds(found)
}

/// A resource for people to read, with `[email]` and the like in place of what is sensitive. It is no URL any more.
///
/// ```
/// use quittance_core::Resource;
/// use quittance_guard::text::redact_url;
///
/// let resource = Resource::parse("https://api.example.com/people/bob%40example.com?page=2&api_key=x")?;
/// assert_eq!(redact_url(&resource, &[]), "https://api.example.com/people/[email]?page=2&api_key=[secret_parameter]");
/// # Ok::<(), quittance_core::ResourceError>(())
/// ```
#[must_use]
pub fn redact_url(resource: &Resource, let_through: &[Sensitive]) -> String {
    let (path, query) = split(resource);
    let mut shown = String::from(resource.origin());
    push_escaped(&mut shown, &redact(&unescaped(path), let_through));
    for (number, (name, value)) in query.into_iter().flat_map(parameters).enumerate() {
        shown.push(if number == 0 { '?' } else { '&' });
        push_escaped(&mut shown, &redact(&name, let_through));
        let Some(value) = value else { continue };
        shown.push('=');
        match telling(&name, &value).filter(|kind| !let_through.contains(kind)) {
            Some(kind) => shown.extend(["[", kind.name(), "]"]),
            None => push_escaped(&mut shown, &redact(&value, let_through)),
        }
    }
    shown
}

/// The path, and the query without its question mark.
fn split(resource: &Resource) -> (&str, Option<&str>) {
    let target = resource.as_str().get(resource.origin().len()..).unwrap_or_default();
    target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query)))
}

/// Names and values as a form's reader sees them; a parameter may have no value.
fn parameters(query: &str) -> impl Iterator<Item = (Cow<'_, str>, Option<Cow<'_, str>>)> {
    query.split(['&', ';']).filter(|part| !part.is_empty()).map(|part| match part.split_once('=') {
        Some((name, value)) => (form_text(name), Some(form_text(value))),
        None => (form_text(part), None),
    })
}

/// A part of a form: a plus sign is a space, unless it is escaped.
fn form_text(text: &str) -> Cow<'_, str> {
    if text.contains('+') { Cow::Owned(unescaped(&text.replace('+', " ")).into_owned()) } else { unescaped(text) }
}

fn kinds(mut kinds: Vec<Sensitive>) -> Vec<Sensitive> {
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

/// The text behind its escapes, and behind the escapes of those.
fn unescaped(text: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(text);
    for _ in 0..3 {
        if !text.contains('%') {
            break;
        }
        text = Cow::Owned(unescaped_once(&text));
    }
    text
}

fn unescaped_once(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        match (first, tail) {
            (b'%', [high, low, after @ ..]) => match (digit(*high), digit(*low)) {
                (Some(high), Some(low)) => {
                    bytes.push(high << 4 | low);
                    rest = after;
                }
                _ => bytes.push(b'%'),
            },
            (byte, _) => bytes.push(*byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Escapes what must not stand in a line again; brackets stay for people to see.
fn push_escaped(shown: &mut String, text: &str) {
    for letter in text.chars() {
        if letter.is_ascii_graphic() && letter != '%' {
            shown.push(letter);
            continue;
        }
        for byte in letter.encode_utf8(&mut [0; 4]).bytes() {
            // A String takes everything.
            let _ = write!(shown, "%{byte:02X}");
        }
    }
}
