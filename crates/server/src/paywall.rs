//! The page that a person sees whose browser comes to a paid route: the terms in plain words.
//!
//! It is static: no script, no image, nothing that is fetched, and a policy that forbids all of it. What stands in it that anybody outside may
//! have chosen (the URL, the description) is escaped (catalogue row 171).

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue, REFERRER_POLICY, USER_AGENT, VARY};
use http::{HeaderMap, Method, Response};
use quittance_core::registry::networks::{NetworkKind, network_info};
use quittance_core::{Resource, SchemeId, Terms, sha256};

/// Whether a person is looking (map section 6.4): a page is asked for, by what calls itself Mozilla.
pub(crate) fn is_wanted(method: &Method, headers: &HeaderMap) -> bool {
    let says = |name, word: &str| headers.get(name).is_some_and(|value| contains(value.as_bytes(), word.as_bytes()));
    matches!(*method, Method::GET | Method::HEAD) && says(ACCEPT, "text/html") && says(USER_AGENT, "Mozilla")
}

fn contains(text: &[u8], word: &[u8]) -> bool {
    text.windows(word.len()).any(|window| window == word)
}

/// Puts the page into the place of the body.
pub(crate) fn put(response: &mut Response<Bytes>, resource: &Resource, description: Option<&str>, offers: &[Terms]) {
    if !response.status().is_client_error() {
        return;
    }
    *response.body_mut() = page(resource, description, offers).into();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        STANDARD.encode(sha256(STYLE.as_bytes()))
    );
    if let Ok(policy) = HeaderValue::try_from(policy) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.append(VARY, HeaderValue::from_static("accept, user-agent"));
}

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:4rem auto;padding:0 1rem;color:#222;background:#fff;overflow-wrap:anywhere}\
code{background:#f4f4f4;padding:.1em .3em;border-radius:3px}li{margin:.6rem 0}.note{color:#555}\
@media(prefers-color-scheme:dark){body{color:#ddd;background:#111}code{background:#222}.note{color:#aaa}}";

fn page(resource: &Resource, description: Option<&str>, offers: &[Terms]) -> String {
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <meta name=\"robots\" content=\"noindex\"><title>Payment required</title><style>{STYLE}</style></head><body>\n\
         <h1>Payment required</h1>\n"
    );
    if let Some(description) = description {
        let _ = writeln!(page, "<p>{}</p>", escape(description));
    }
    let _ = writeln!(page, "<p><code>{}</code> is sold for each request. The price is</p>\n<ul>", escape(resource.as_str()));
    for offer in offers {
        let _ = writeln!(page, "<li>{}</li>", escape(&words(offer)));
    }
    page.push_str(
        "</ul>\n<p class=\"note\">This page is for programs that pay by x402 (HTTP status 402). The terms stand in the header \
         <code>PAYMENT-REQUIRED</code>; a client that speaks x402 reads them, signs a payment within its owner's limits and asks \
         again. There is nothing to click here.</p>\n</body></html>\n",
    );
    page
}

/// An offer as a person would say it.
fn words(offer: &Terms) -> String {
    let price = offer.asset().registered().map_or_else(
        || format!("{} smallest units of the token {}", offer.amount(), offer.asset().token()),
        |asset| format!("{} {}", offer.amount().format_units(asset.decimals), asset.symbol),
    );
    let network = match network_info(offer.network()) {
        Some(info) if info.kind == NetworkKind::Test => format!("{}, a test network without real money", info.name),
        Some(info) => info.name.to_owned(),
        None => offer.network().to_string(),
    };
    let most = if *offer.scheme() == SchemeId::Upto { "at most " } else { "" };
    let seconds = offer.max_timeout_seconds();
    format!("{most}{price} on {network}, paid to {}, within {seconds} seconds", offer.pay_to())
}

/// Text that is nothing but text, in an element and in a quoted attribute alike.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if c.is_control() => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use quittance_core::registry::networks::{BASE, BASE_SEPOLIA};

    use super::*;
    use crate::offer;

    const PAYEE: &str = "0x209693Bc6afc0C5328bA36FaF03C514EF312287C";

    #[test]
    fn an_offer_is_said_in_plain_words() {
        let words = |network, price| words(&offer::exact(network, price, PAYEE).unwrap());
        assert_eq!(words(BASE, "$0.01"), format!("0.01 USDC on Base, paid to {PAYEE}, within 60 seconds"));
        assert_eq!(
            words(BASE_SEPOLIA, "$12.5"),
            format!("12.5 USDC on Base Sepolia, a test network without real money, paid to {PAYEE}, within 60 seconds")
        );
    }

    #[test]
    fn row_171_nothing_that_is_written_into_the_page_becomes_markup() {
        for sign in [
            "<script>alert(1)</script>",
            "\"><img src=x onerror=alert(1)>",
            "' onmouseover='x",
            "</title><svg/onload=x>",
            "&lt;b&gt;",
        ] {
            let resource = Resource::parse("https://a.example/'onload='x?q='&amp;%3Cscript%3E").unwrap();
            let (page, plain) = (page(&resource, Some(sign), &[]), page(&resource, Some("a report"), &[]));
            assert!(!page.contains(sign) && !page.contains("'onload"), "{page}");
            for mark in ['<', '>', '"'] {
                assert_eq!(page.matches(mark).count(), plain.matches(mark).count(), "{page}");
            }
        }
    }
}
