//! Values by the name that stands in front of them: `password=…`, `"api_key": "…"`.

use alloc::string::String;
use core::ops::Range;

use super::find::{Place, Sensitive, shaped, span};

/// Ends of names, without their marks: `user_password` and `x-api-key` are telling too.
const SECRET: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "apikey",
    "apisecret",
    "clientsecret",
    "secretkey",
    "privatekey",
    "accesstoken",
    "refreshtoken",
    "idtoken",
    "authtoken",
    "sessionid",
    "mnemonic",
    "seedphrase",
    "accesskey",
    "credential",
    "credentials",
];
/// Whole names.
const SECRET_WHOLE: &[&str] = &["pwd", "secret", "jwt", "cvv", "cvc", "otp"];
/// Whole names that also stand for something public; the value has to look like a secret.
const DOUBTFUL: &[&str] = &["token", "auth", "key", "sig", "signature", "session", "sid", "authorization"];
/// Ends of names.
const PERSONAL: &[&str] = &[
    "email",
    "emailaddress",
    "phone",
    "phonenumber",
    "mobile",
    "firstname",
    "lastname",
    "fullname",
    "surname",
    "birthdate",
    "birthday",
    "dateofbirth",
    "passport",
    "passportnumber",
    "taxid",
    "socialsecurity",
];
/// Whole names.
const PERSONAL_WHOLE: &[&str] = &["mail", "tel", "dob", "ssn"];

/// What a parameter's name says about its value, if the value can be what the name says.
pub(super) fn telling(name: &str, value: &str) -> Option<Sensitive> {
    if value.is_empty() || name.len() > 64 {
        return None;
    }
    let name: String = name.chars().filter(|c| c.is_ascii_alphanumeric()).map(|c| c.to_ascii_lowercase()).collect();
    let ends = |names: &[&str]| names.iter().any(|end| name.ends_with(end));
    let is = |names: &[&str]| names.contains(&name.as_str());
    if ends(SECRET) || is(SECRET_WHOLE) || (is(DOUBTFUL) && looks_secret(value)) {
        Some(Sensitive::SecretParameter)
    } else if ends(PERSONAL) || is(PERSONAL_WHOLE) {
        Some(Sensitive::PersonalParameter)
    } else {
        None
    }
}

/// At least sixteen symbols with letters and digits, and no address of a chain.
fn looks_secret(value: &str) -> bool {
    let has = |is: fn(&u8) -> bool| value.as_bytes().iter().any(is);
    let is_address = value.len() == 42 && value.starts_with("0x");
    value.len() >= 16 && has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic) && !is_address && !value.contains(' ')
}

/// `name=value` or `name: value`, either of them in quotes or not.
pub(super) fn look(place: Place<'_>) -> Option<(Sensitive, Range<usize>)> {
    let length = span(place.rest, 65, |b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
    let (name, rest) = place.rest.split_at_checked(length)?;
    let rest = rest.strip_prefix(['"', '\'']).unwrap_or(rest);
    let rest = rest.strip_prefix(['=', ':'])?;
    let rest = rest.strip_prefix(' ').unwrap_or(rest);
    let rest = rest.strip_prefix(['"', '\'']).unwrap_or(rest);
    let is_value = |b: u8| !b.is_ascii_whitespace() && !matches!(b, b'&' | b';' | b',' | b'"' | b'\'' | b'<' | b'>' | b'}' | b')');
    let value = rest.get(..span(rest, usize::MAX, is_value))?;
    let kind = telling(name, value)?;
    // a value that has a shape of its own may go on behind a space: a number, a phrase
    let start = place.rest.len().saturating_sub(rest.len());
    let length = shaped(rest).max(value.len());
    Some((kind, start..start.saturating_add(length)))
}
