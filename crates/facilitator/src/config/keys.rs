//! The keys of accounts: where they come from.

use quittance_core::SecretKey;
use quittance_service::config::{NOT_HERE, is_reference, resolve, secret_file as read};
use zeroize::Zeroizing;

use super::{Around, ConfigError, file, keystore};

/// The key of an account, from the one place that is named.
pub(super) fn signer(file: &file::Signer, place: &str, around: Around<'_>) -> Result<SecretKey, ConfigError> {
    let at = |key: &str| format!("{place}.{key}");
    let locked = file.password.is_some() || file.password_file.is_some();
    match (&file.key, &file.key_file, &file.keystore) {
        (Some(key), None, None) if !locked => {
            if !is_reference(key) {
                return Err(ConfigError::new(at("key"), NOT_HERE));
            }
            parse(&resolve(key, &at("key"), around)?, &at("key"))
        }
        (None, Some(path), None) if !locked => parse(&read(path, &at("key_file"), around)?, &at("key_file")),
        (None, None, Some(path)) => {
            let place = at("keystore");
            let password = match (&file.password, &file.password_file) {
                (Some(password), None) if is_reference(password) => resolve(password, &at("password"), around)?,
                (Some(_), None) => return Err(ConfigError::new(at("password"), NOT_HERE)),
                (None, Some(path)) => {
                    let text = read(path, &at("password_file"), around)?;
                    Zeroizing::new(text.trim_end_matches(['\r', '\n']).into())
                }
                _ => return Err(ConfigError::new(place, "needs either `password` or `password_file`")),
            };
            keystore::open(&read(path, &place, around)?, password.as_bytes()).map_err(|error| ConfigError::new(place, error))
        }
        _ => Err(ConfigError::new(place, "needs just one of `key`, `key_file`, and `keystore` with a password")),
    }
}

fn parse(text: &str, place: &str) -> Result<SecretKey, ConfigError> {
    let text = text.trim();
    let prefixed = if text.starts_with("0x") { Zeroizing::new(text.into()) } else { Zeroizing::new(format!("0x{text}")) };
    SecretKey::parse(&prefixed).map_err(|error| ConfigError::new(place, error))
}
