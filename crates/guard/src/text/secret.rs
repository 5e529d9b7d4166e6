//! Secrets by their armour, their prefix, their length.

use core::ops::Range;

use super::find::{Place, Sensitive, ends_at, is_word, span};

/// `-----BEGIN … PRIVATE KEY-----` up to its end, or to the end of the text.
pub(super) fn private_key(place: Place<'_>) -> Option<(Sensitive, Range<usize>)> {
    const CLOSING: &str = "KEY-----";
    let label = place.rest.strip_prefix("-----BEGIN ")?;
    let length = span(label, 64, |b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b' ');
    let (label, armour) = label.split_at_checked(length)?;
    if !label.ends_with("PRIVATE KEY") || !armour.starts_with("-----") {
        return None;
    }
    let footer = place.rest.find("-----END ").unwrap_or(place.rest.len());
    let closing = place.rest.get(footer..).and_then(|footer| footer.find(CLOSING)).map(|at| at.saturating_add(CLOSING.len()));
    Some((Sensitive::PrivateKey, 0..closing.map_or(place.rest.len(), |closing| footer.saturating_add(closing))))
}

/// Three parts of base64url joined by points, of which two are objects: `eyJ` is `{"`.
pub(super) fn web_token(place: Place<'_>) -> Option<(Sensitive, Range<usize>)> {
    let is_symbol = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    let part = |text: &str| span(text, usize::MAX, is_symbol);
    let head = place.rest.strip_prefix("eyJ").map(part).filter(|length| *length >= 7)?.saturating_add(3);
    let rest = place.rest.get(head..)?.strip_prefix('.')?;
    let body = rest.strip_prefix("eyJ").map(part).filter(|length| *length >= 2)?.saturating_add(3);
    let seal = part(rest.get(body..)?.strip_prefix('.')?);
    Some((Sensitive::WebToken, 0..head.saturating_add(body).saturating_add(seal).saturating_add(2)))
}

/// A prefix, and the fewest symbols that follow it.
const PREFIXES: &[(&str, usize)] = &[
    ("sk_live_", 16),
    ("sk_test_", 16),
    ("rk_live_", 16),
    ("rk_test_", 16),
    ("whsec_", 16),
    ("sk-", 20),
    ("ghp_", 30),
    ("gho_", 30),
    ("ghu_", 30),
    ("ghs_", 30),
    ("ghr_", 30),
    ("github_pat_", 22),
    ("glpat-", 16),
    ("xoxb-", 16),
    ("xoxp-", 16),
    ("xoxa-", 16),
    ("xapp-", 16),
    ("AKIA", 16),
    ("ASIA", 16),
    ("AIza", 30),
    ("ya29.", 20),
    ("npm_", 30),
    ("pypi-", 30),
    ("hf_", 30),
    ("SG.", 30),
    ("dop_v1_", 40),
    ("shpat_", 30),
];

/// The keys of services that mark theirs.
pub(super) fn api_key(place: Place<'_>) -> Option<(Sensitive, Range<usize>)> {
    // no key is shorter than twenty symbols, and few words are longer
    const SHORTEST: usize = 20;
    if span(place.rest, SHORTEST, is_key_symbol) < SHORTEST {
        return None;
    }
    PREFIXES.iter().find_map(|(prefix, fewest)| {
        let tail = place.rest.strip_prefix(prefix)?;
        let length = span(tail, usize::MAX, is_key_symbol);
        // words joined by dashes are no key
        let has_digit = tail.get(..length)?.bytes().any(|b| b.is_ascii_digit());
        let length = tail.get(..length)?.trim_end_matches('.').len();
        (length >= *fewest && has_digit).then(|| (Sensitive::ApiKey, 0..prefix.len().saturating_add(length)))
    })
}

fn is_key_symbol(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')
}

/// `Bearer` or `Basic`, a space, and what is no word.
pub(super) fn credentials(place: Place<'_>) -> Option<(Sensitive, Range<usize>)> {
    let scheme = ["bearer ", "basic "].iter().find_map(|scheme| {
        let front = place.rest.get(..scheme.len())?;
        front.eq_ignore_ascii_case(scheme).then_some(scheme.len())
    })?;
    let tail = place.rest.get(scheme..)?;
    let length =
        span(tail, usize::MAX, |b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'~' | b'+' | b'/' | b'='));
    let token = tail.get(..length)?;
    let is_no_word = token.ends_with('=') || token.bytes().any(|b| b.is_ascii_digit());
    (length >= 12 && is_no_word).then(|| (Sensitive::Credentials, scheme..scheme.saturating_add(length)))
}

/// Words after which a long number is a public one.
const PUBLIC: &[&str] = &[
    "tx",
    "txid",
    "txhash",
    "txn",
    "transaction",
    "hash",
    "block",
    "blockhash",
    "sha256",
    "keccak256",
    "digest",
    "root",
    "commit",
];

/// 64, 128 or 130 hexadecimal digits: a key of either curve, or a signature; 87 or 88 symbols of base58: a Solana key pair. What a word
/// in front calls a hash is left alone.
pub(super) fn key_material(place: Place<'_>) -> Option<(Sensitive, Range<usize>)> {
    let prefix = if place.rest.starts_with("0x") || place.rest.starts_with("0X") { 2 } else { 0 };
    let symbols = place.rest.get(prefix..)?;
    let hex = span(symbols, 131, |b| b.is_ascii_hexdigit());
    let base58 = span(symbols, 89, |b| b.is_ascii_alphanumeric() && !matches!(b, b'0' | b'O' | b'I' | b'l'));
    let (length, fits) =
        if base58 > hex && prefix == 0 { (base58, matches!(base58, 87 | 88)) } else { (hex, matches!(hex, 64 | 128 | 130)) };
    let end = length.saturating_add(prefix);
    (fits && ends_at(place.rest, end) && !is_called_public(place.before)).then_some((Sensitive::KeyMaterial, 0..end))
}

/// Whether the word in front, whatever parts it from the number, is one of [`PUBLIC`].
fn is_called_public(before: &str) -> bool {
    let before = before.trim_end_matches(|letter: char| !is_word(letter));
    let word = before.rsplit(|letter: char| !letter.is_ascii_alphanumeric()).next().unwrap_or_default();
    PUBLIC.iter().any(|public| word.eq_ignore_ascii_case(public))
}

/// Words that no word list of a wallet has, and no sentence does without.
const GLUE: &[&str] = &[
    "the", "and", "for", "from", "are", "was", "were", "has", "had", "not", "but", "its", "our", "their", "been", "than", "these",
    "those", "would", "could", "should", "which", "while", "him", "her", "his", "she", "who", "how", "may", "per", "via", "did",
    "does", "being", "because", "between", "through", "without",
];

/// Twelve or more words of three to eight small letters in a row, parted by single spaces, none of them one of [`GLUE`].
///
/// It looks at the first of such words only, and then at all that follow it, so that a long row of words is walked through once.
pub(super) fn seed_phrase(place: Place<'_>) -> Option<(Sensitive, Range<usize>)> {
    const FEWEST: usize = 12;
    if follows_such_a_word(place.before) || words_in_a_row(place.rest).nth(FEWEST.saturating_sub(1)).is_none() {
        return None;
    }
    let (mut start, mut end, mut words) = (0, 0, 0_usize);
    for word in words_in_a_row(place.rest) {
        if place.rest.get(word.clone()).is_some_and(|word| GLUE.contains(&word)) {
            if words >= FEWEST {
                break;
            }
            words = 0;
            continue;
        }
        start = if words == 0 { word.start } else { start };
        end = word.end;
        words = words.saturating_add(1);
    }
    (words >= FEWEST).then_some((Sensitive::SeedPhrase, start..end))
}

/// The places of the words that stand at the beginning of a text, as long as they have three to eight small letters.
fn words_in_a_row(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut next = 0_usize;
    core::iter::from_fn(move || {
        let rest = text.get(next..)?;
        let length = span(rest, 9, |b| b.is_ascii_lowercase());
        if !(3..=8).contains(&length) || !ends_at(rest, length) {
            return None;
        }
        let word = next..next.saturating_add(length);
        // behind the text when no space follows, where nothing is found any more
        next = if rest.as_bytes().get(length) == Some(&b' ') { word.end.saturating_add(1) } else { usize::MAX };
        Some(word)
    })
}

/// Whether such a word stands in front, from where this one was looked at already.
fn follows_such_a_word(before: &str) -> bool {
    let Some(before) = before.strip_suffix(' ') else { return false };
    let length = before.bytes().rev().take(9).take_while(u8::is_ascii_lowercase).count();
    let front = before.get(..before.len().saturating_sub(length)).unwrap_or_default();
    (3..=8).contains(&length) && !front.ends_with(is_word)
}
