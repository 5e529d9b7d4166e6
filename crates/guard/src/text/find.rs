//! The one pass over a text, and what is done with what it finds.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::ops::Range;

use super::{address, iban, number, parameter, secret};

/// One row per kind: variant, name, whether it is a secret.
macro_rules! kinds {
    ($( $(#[$meta:meta])* $Kind:ident = $name:literal, $words:literal; )+) => {
        /// What a text may hold that is nobody else's business.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
        #[non_exhaustive]
        pub enum Sensitive {
            $( $(#[$meta])* $Kind, )+
        }

        impl Sensitive {
            /// Every kind.
            pub const ALL: &'static [Self] = &[ $( Self::$Kind, )+ ];

            /// Its name, in a policy and between the brackets that stand in its place.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $( Self::$Kind => $name, )+ }
            }

            /// What it is, for people, with its article.
            #[must_use]
            pub const fn words(self) -> &'static str {
                match self { $( Self::$Kind => $words, )+ }
            }
        }
    };
}

kinds! {
    /// An e-mail address.
    Email = "email", "an e-mail address";
    /// A telephone number, if it is written with its country or in the groups of North America, France or Germany.
    Phone = "phone", "a telephone number";
    /// The number of a payment card: a known issuer, the right length, the right check digit.
    Card = "card", "a card number";
    /// An account number by ISO 13616: a known country, its length, the right check digits.
    Iban = "iban", "a bank account";
    /// A number of the United States' social security.
    SocialSecurity = "social_security", "a social security number";
    /// An address of a machine, other than one's own.
    IpAddress = "ip_address", "an IP address";
    /// The value of a parameter that is called `email`, `phone`, `surname` and the like.
    PersonalParameter = "personal_parameter", "a parameter with a personal name";
    /// A private key in its armour.
    PrivateKey = "private_key", "a private key";
    /// As many hexadecimal digits, or base58 symbols, as a private key or a signature has.
    KeyMaterial = "key_material", "what looks like a private key";
    /// Twelve or more bare words in a row, as the phrases are that wallets are restored from.
    SeedPhrase = "seed_phrase", "what looks like a seed phrase";
    /// A JSON web token.
    WebToken = "web_token", "a web token";
    /// A key by whose first letters its issuer recognizes it.
    ApiKey = "api_key", "an API key";
    /// What follows `Bearer` or `Basic`.
    Credentials = "credentials", "credentials";
    /// The value of a parameter that is called `password`, `api_key`, `access_token` and the like.
    SecretParameter = "secret_parameter", "a parameter with a secret name";
}

impl Sensitive {
    /// The kind of a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.name() == name)
    }
}

impl fmt::Display for Sensitive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Something sensitive, and the bytes of the text that it takes.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub struct Finding {
    /// What it is.
    pub kind: Sensitive,
    /// Where it stands; both ends lie between characters.
    pub range: Range<usize>,
}

/// Where a pass stands: at the beginning of a word.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    /// What has been passed since the last finding.
    pub(super) before: &'a str,
    /// What comes, beginning with the word.
    pub(super) rest: &'a str,
}

/// A look at a place: what it finds, as bytes of the rest.
type Look = fn(Place<'_>) -> Option<(Sensitive, Range<usize>)>;

/// The looks in the order in which they are tried: the surest first.
const LOOKS: &[Look] = &[
    secret::private_key,
    secret::web_token,
    secret::api_key,
    secret::credentials,
    parameter::look,
    address::email,
    iban::look,
    secret::key_material,
    address::ip,
    number::look,
    secret::seed_phrase,
];

/// The looks of them that can find something at a word of few letters that is followed by nothing but a space or the end of a sentence.
const AT_BARE_WORDS: &[Look] = &[secret::credentials, secret::seed_phrase];

/// Whether most looks can be spared; most words are such.
fn is_bare_word(rest: &str) -> bool {
    let length = span(rest, 20, |b| b.is_ascii_alphabetic());
    (1..20).contains(&length) && matches!(rest.as_bytes().get(length), None | Some(b' ' | b',' | b';' | b'/' | b'!' | b'?' | b')'))
}

/// What is sensitive in a text, in the order in which it stands there; findings do not overlap.
///
/// ```
/// use quittance_guard::text::{Sensitive, find};
///
/// let found = find("ask bob@example.com");
/// assert_eq!((found[0].kind, &found[0].range), (Sensitive::Email, &(4..19)));
/// ```
#[must_use]
pub fn find(text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let (mut passed, mut inside) = (0, false);
    for (at, letter) in text.char_indices() {
        let starts = at >= passed && !inside && (is_word(letter) || matches!(letter, '+' | '(' | '-'));
        inside = is_word(letter);
        if !starts {
            continue;
        }
        let (Some(before), Some(rest)) = (text.get(passed..at), text.get(at..)) else { continue };
        let looks = if is_bare_word(rest) { AT_BARE_WORDS } else { LOOKS };
        if let Some((kind, range)) = looks.iter().find_map(|look| look(Place { before, rest })) {
            let range = at.saturating_add(range.start)..at.saturating_add(range.end);
            passed = range.end;
            findings.push(Finding { kind, range });
        }
    }
    findings
}

/// How long what stands at the beginning of a text is, by the looks that are about shape alone.
pub(super) fn shaped(text: &str) -> usize {
    let looks: [Look; 6] =
        [secret::private_key, secret::seed_phrase, secret::credentials, address::email, iban::look, number::look];
    looks.iter().filter_map(|look| look(Place { before: "", rest: text })).map(|(_, range)| range.end).max().unwrap_or_default()
}

/// The text with `[email]` in place of an address, and so on for every kind but those let through.
///
/// ```
/// use quittance_guard::text::redact;
///
/// assert_eq!(redact("ask bob@example.com", &[]), "ask [email]");
/// ```
#[must_use]
pub fn redact(text: &str, let_through: &[Sensitive]) -> String {
    let mut redacted = String::with_capacity(text.len());
    let mut passed = 0;
    for finding in find(text).iter().filter(|finding| !let_through.contains(&finding.kind)) {
        redacted.push_str(text.get(passed..finding.range.start).unwrap_or_default());
        redacted.push('[');
        redacted.push_str(finding.kind.name());
        redacted.push(']');
        passed = finding.range.end;
    }
    redacted.push_str(text.get(passed..).unwrap_or_default());
    redacted
}

/// Whether a character belongs to a word.
pub(super) fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// How many bytes at the beginning of a text satisfy a condition; `longest` bounds the look.
pub(super) fn span(text: &str, longest: usize, is_part: impl Fn(u8) -> bool) -> usize {
    text.bytes().take(longest).take_while(|byte| is_part(*byte)).count()
}

/// Whether what follows so many bytes does not continue the word.
pub(super) fn ends_at(text: &str, length: usize) -> bool {
    text.get(length..).is_some_and(|rest| !rest.chars().next().is_some_and(is_word))
}
