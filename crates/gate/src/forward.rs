//! What passes from one connection to the other, and what does not (RFC 9110, section 7.6).

use std::net::IpAddr;

use http::header::{CONNECTION, CONTENT_LENGTH, EXPECT, FORWARDED, HOST, HeaderName, HeaderValue, TE, TRAILER, TRANSFER_ENCODING};
use http::header::{PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, UPGRADE};
use http::{HeaderMap, Uri};
use quittance_server::{Origin, Paid};

use crate::headers::{AMOUNT, NETWORK, PAYER, PREFIX, TRANSACTION};

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// Headers of one connection.
const HOPS: [HeaderName; 9] = [
    CONNECTION,
    PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION,
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
];

/// What a client may not say to an upstream: what would make it serve something else than what was asked for here, and what the gate says itself.
const FORGED: [&str; 13] = [
    "http2-settings",
    "payment-required",
    "payment-response",
    "x-payment-response",
    "x-forwarded-host",
    "x-forwarded-port",
    "x-forwarded-prefix",
    "x-forwarded-proto",
    "x-http-method",
    "x-http-method-override",
    "x-method-override",
    "x-original-url",
    "x-rewrite-url",
];
/// What a client says of who it is: believed only behind a proxy of one's own.
const CHAIN: [&str; 2] = ["forwarded", "x-forwarded-for"];
/// Payments.
const PAYMENT: [&str; 2] = ["payment-signature", "x-payment"];

/// Who is believed about where a request comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Chain {
    /// Nobody: what a request says of its way is taken off.
    #[default]
    Begin,
    /// The other end of the connection, which is a proxy of one's own: the way goes on from there.
    Continue,
}

/// Takes off a request what belongs to its connection, and what only the gate may say. A server that is asked by CGI or one of its kin reads `_` as
/// `-`, so such names go with the others. Payments stay, for the layer to find.
pub(crate) fn scrub(headers: &mut HeaderMap, chain: Chain) {
    hops(headers);
    let unwanted = |name: &HeaderName| {
        let text = name.as_str();
        let read = text.replace('_', "-");
        let disguised = read != text;
        FORGED.contains(&&*read)
            || read.starts_with(PREFIX)
            || (CHAIN.contains(&&*read) && (disguised || chain == Chain::Begin))
            || (disguised && (PAYMENT.contains(&&*read) || HOPS.iter().any(|hop| *hop == *read) || read == "content-length"))
    };
    let unwanted: Vec<_> = headers.keys().filter(|name| unwanted(name)).cloned().collect();
    for name in unwanted {
        headers.remove(name);
    }
}

/// Takes off what belongs to a connection, by name and by what `Connection` names.
pub(crate) fn hops(headers: &mut HeaderMap) {
    let named: Vec<_> = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| HeaderName::try_from(name.trim()).ok())
        .collect();
    for name in named.iter().chain(&HOPS) {
        headers.remove(name);
    }
}

/// Whether a client wants to go on in another protocol. HTTP/2 without TLS is an offer that may be passed over.
pub(crate) fn is_upgrade(headers: &HeaderMap) -> bool {
    let words = headers.get_all(UPGRADE).iter().flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
    words.map(<[u8]>::trim_ascii).any(|word| !word.is_empty() && !word.eq_ignore_ascii_case(b"h2c"))
}

/// What the upstream is told of where a request comes from.
pub(crate) struct Way<'a> {
    pub(crate) peer: Option<IpAddr>,
    pub(crate) origin: &'a Origin,
    pub(crate) chain: Chain,
}

/// Makes the headers of a request to the upstream. Its length is its body's, whatever the client said of it.
pub(crate) fn to_upstream(headers: &mut HeaderMap, way: &Way<'_>, paid: Option<&Paid>) {
    for name in PAYMENT {
        headers.remove(name);
    }
    for name in [HOST, CONTENT_LENGTH, EXPECT] {
        headers.remove(name);
    }
    tell_way(headers, way);
    if let Some(paid) = paid {
        // addresses, names of networks and numbers are texts of a header
        let mut tell = |name: HeaderName, text: &str| {
            if let Ok(value) = HeaderValue::try_from(text) {
                headers.insert(name, value);
            }
        };
        tell(PAYER, &paid.payer.to_string());
        tell(NETWORK, paid.network.as_str());
        tell(AMOUNT, &paid.amount.to_string());
        if let Some(transaction) = &paid.transaction {
            tell(TRANSACTION, transaction);
        }
    }
}

fn tell_way(headers: &mut HeaderMap, way: &Way<'_>) {
    let Ok(uri) = way.origin.as_str().parse::<Uri>() else { return };
    let (scheme, host) = (uri.scheme_str().unwrap_or("http"), uri.authority().map_or("", |authority| authority.as_str()));
    let mut tell = |name: HeaderName, text: String| {
        if let Ok(value) = HeaderValue::try_from(text) {
            headers.insert(name, value);
        }
    };
    tell(FORWARDED_HOST, host.to_owned());
    tell(FORWARDED_PROTO, scheme.to_owned());
    let Some(peer) = way.peer.map(|peer| peer.to_canonical()) else { return };
    let node = match peer {
        IpAddr::V4(peer) => format!("for={peer}"),
        IpAddr::V6(peer) => format!("for=\"[{peer}]\""),
    };
    let link = format!("{node};host=\"{host}\";proto={scheme}");
    add(headers, way.chain, FORWARDED_FOR, peer.to_string());
    add(headers, way.chain, FORWARDED, link);
}

/// A link at the end of a chain, or the only one.
fn add(headers: &mut HeaderMap, chain: Chain, name: HeaderName, link: String) {
    let before: Vec<_> = headers.get_all(&name).iter().filter_map(|value| value.to_str().ok()).collect();
    let text = match chain {
        Chain::Continue if !before.is_empty() => format!("{}, {link}", before.join(", ")),
        _ => link,
    };
    headers.remove(&name);
    if let Ok(value) = HeaderValue::try_from(text) {
        headers.insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[(&str, &str)]) -> HeaderMap {
        lines.iter().map(|(name, value)| (HeaderName::try_from(*name).unwrap(), value.parse().unwrap())).collect()
    }

    fn names(headers: &HeaderMap) -> Vec<&str> {
        let mut names: Vec<_> = headers.keys().map(HeaderName::as_str).collect();
        names.sort_unstable();
        names
    }

    #[test]
    fn row_178_what_belongs_to_a_connection_stays_on_it() {
        let mut headers = headers(&[
            ("connection", "close, X-Once, payment-signature"),
            ("x-once", "1"),
            ("payment-signature", "p"),
            ("keep-alive", "1"),
            ("te", "trailers"),
            ("trailer", "x-late"),
            ("transfer-encoding", "chunked"),
            ("upgrade", "h2c"),
            ("proxy-authorization", "secret"),
            ("proxy-connection", "close"),
            ("authorization", "theirs"),
            ("accept", "*/*"),
        ]);
        scrub(&mut headers, Chain::Begin);
        assert_eq!(names(&headers), ["accept", "authorization"]);
    }

    #[test]
    fn row_114_no_client_says_what_only_the_gate_may_say() {
        let mut forged = headers(&[
            ("quittance-payer", "0x1"),
            ("quittance_payer", "0x1"),
            ("Quittance-Anything", "x"),
            ("x-forwarded-host", "evil.example"),
            ("x_forwarded_for", "10.0.0.1"),
            ("x-forwarded-for", "10.0.0.1"),
            ("forwarded", "for=10.0.0.1"),
            ("x-original-url", "/admin"),
            ("x-http-method-override", "DELETE"),
            ("payment_signature", "p"),
            ("transfer_encoding", "chunked"),
            ("payment-signature", "p"),
            ("x_api_key", "k"),
        ]);
        scrub(&mut forged, Chain::Begin);
        assert_eq!(names(&forged), ["payment-signature", "x_api_key"]);
        let mut believed = headers(&[("x-forwarded-for", "10.0.0.1"), ("x_forwarded_for", "10.0.0.2")]);
        scrub(&mut believed, Chain::Continue);
        assert_eq!(names(&believed), ["x-forwarded-for"]);
    }

    #[test]
    fn the_upstream_is_told_the_way_and_no_payment() {
        let origin = Origin::parse("https://api.example.com:8443").unwrap();
        let way = |chain| Way { peer: Some("::ffff:192.0.2.7".parse().unwrap()), origin: &origin, chain };
        let mut first = headers(&[
            ("host", "evil.example"),
            ("payment-signature", "p"),
            ("x-payment", "p"),
            ("content-length", "7"),
            ("expect", "100-continue"),
        ]);
        to_upstream(&mut first, &way(Chain::Begin), None);
        assert_eq!(names(&first), ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"]);
        assert_eq!(first["forwarded"], "for=192.0.2.7;host=\"api.example.com:8443\";proto=https");
        assert_eq!(first["x-forwarded-for"], "192.0.2.7");
        assert_eq!(first["x-forwarded-host"], "api.example.com:8443");
        let mut second = headers(&[("x-forwarded-for", "198.51.100.1"), ("forwarded", "for=198.51.100.1")]);
        to_upstream(&mut second, &way(Chain::Continue), None);
        assert_eq!(second["x-forwarded-for"], "198.51.100.1, 192.0.2.7");
        let v6 = Way { peer: Some("2001:db8::1".parse().unwrap()), origin: &origin, chain: Chain::Begin };
        to_upstream(&mut second, &v6, None);
        assert!(second["forwarded"].to_str().unwrap().starts_with("for=\"[2001:db8::1]\";"));
    }

    #[test]
    fn row_131_another_protocol_is_noticed() {
        for (value, is) in [("websocket", true), ("h2c", false), ("h2c, websocket", true), ("", false), ("H2C", false)] {
            assert_eq!(is_upgrade(&headers(&[("upgrade", value)])), is, "{value}");
        }
    }
}
