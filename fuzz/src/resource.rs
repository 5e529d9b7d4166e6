//! Canonical resources, held to the reader of URLs that browsers have.

use quittance_core::Resource;
use url::{Host, Url};

use crate::text_laws;
use crate::vectors::Vectors;

/// Text to a resource, and again.
pub fn run(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let Some(resource) = text_laws::canonical(text, Resource::parse) else { return };
    let canonical = resource.as_str();
    assert!(canonical.len() <= 2048 && canonical.bytes().all(|byte| byte.is_ascii_graphic()));
    let rest = canonical.strip_prefix(resource.origin()).expect("the origin is the beginning");
    assert!(rest.starts_with('/'));
    if canonical.starts_with("mcp:") {
        assert_eq!(text.get(3..), canonical.get(3..), "a tool is kept as it is");
        return;
    }
    let root = Resource::parse(resource.origin()).expect("an origin is a resource");
    assert_eq!((root.origin(), root.as_str()), (resource.origin(), format!("{}/", resource.origin()).as_str()));
    assert!(text.ends_with(rest) || rest.starts_with("/?") || rest == "/", "path and query are kept");
    check_browser(text, &resource);
}

/// The URLs of the vectors.
pub fn seeds(vectors: &Vectors) -> Vec<Vec<u8>> {
    let mut seeds = vectors.texts(&["binding/resource"], "url");
    seeds.extend(vectors.texts(&["binding/nonce"], "resource"));
    seeds
}

/// What is read here is read by a browser to the same place; a browser would go nowhere else with it.
fn check_browser(text: &str, resource: &Resource) {
    let ours = resource.as_str();
    let (given, canonical) = match (Url::parse(text), Url::parse(ours)) {
        (Ok(given), Ok(canonical)) => (given, canonical),
        // an international name is decoded by a browser, and refused if it is badly encoded; here it is letters and hyphens
        _ if ours.contains("xn--") => return,
        (given, canonical) => panic!("a browser refuses it: {given:?}, {canonical:?}"),
    };
    assert_eq!(given, canonical, "a browser goes elsewhere with the canonical text");
    assert!(given.username().is_empty() && given.password().is_none() && given.fragment().is_none());
    let (scheme, authority) = resource.origin().split_once("://").expect("an origin has a scheme");
    assert_eq!(given.scheme(), scheme);
    let host = match given.host().expect("a web address has a host") {
        // the spelling of an address in brackets is kept here, and shortened by a browser
        Host::Ipv6(_) => authority.split_inclusive(']').next().unwrap_or_default().to_owned(),
        other => other.to_string(),
    };
    let port = given.port().map_or_else(String::new, |port| format!(":{port}"));
    assert_eq!(format!("{host}{port}"), authority);
    let (path, query) = given.as_str().split_once("://").and_then(|(_, rest)| rest.find('/').map(|at| rest.split_at(at))).map_or(
        ("", None),
        |(_, target)| match target.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (target, None),
        },
    );
    // an apostrophe in a query is the one sign that a browser writes otherwise
    let theirs = format!("{path}{}", query.map_or_else(String::new, |query| format!("?{}", query.replace("%27", "'"))));
    let ours = ours.strip_prefix(resource.origin()).unwrap_or_default();
    let (our_path, our_query) = ours.split_once('?').map_or((ours, None), |(path, query)| (path, Some(query)));
    assert_eq!(
        format!("{our_path}{}", our_query.map_or_else(String::new, |query| format!("?{}", query.replace("%27", "'")))),
        theirs
    );
}
