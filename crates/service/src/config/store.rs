//! Where a service keeps its payments, and with whom.

use zeroize::Zeroizing;

use super::{Around, ConfigError, resolve};

/// How many of a service have one store and one address.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[expect(clippy::exhaustive_enums, reason = "one or more")]
pub enum Instances {
    /// It is alone, or beside others on its machine.
    #[default]
    One,
    /// There are several, anywhere.
    Several,
}

/// The URL of a store, and how many have it: `"one"` or `"several"`. What several have is a database that they ask for; a file on each machine,
/// or one that they reach over a network, would let each take the same payment (catalogue row 121).
///
/// # Errors
///
/// [`ConfigError`] at `store` or `instances`.
pub fn store(text: &str, instances: Option<&str>, around: Around<'_>) -> Result<(Zeroizing<String>, Instances), ConfigError> {
    let url = resolve(text, "store", around)?;
    let is_server = ["postgres://", "postgresql://"].iter().any(|begin| url.starts_with(begin));
    if !is_server && !url.starts_with("sqlite:") {
        return Err(ConfigError::new("store", "neither sqlite:<file> nor postgres://<user>@<host>/<database>"));
    }
    let instances = match instances {
        None | Some("one") => Instances::One,
        Some("several") => Instances::Several,
        Some(_) => return Err(ConfigError::new("instances", "one of \"one\", \"several\"")),
    };
    if instances == Instances::Several && !is_server {
        let words = "is a file, and there are several `instances`: each would take the same payment; they need postgres://";
        return Err(ConfigError::new("store", words));
    }
    Ok((url, instances))
}
