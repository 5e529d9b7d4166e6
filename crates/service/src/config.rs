//! Configurations in TOML or in JSON.
//!
//! Every text may refer to variables, `${NAME}`; who they are asked of is the caller's business, because here nobody reads the environment. A
//! reference stands for a text and never for a piece of the file's structure. `$$` is a dollar sign.
//!
//! Nothing is skipped: a key that does not exist is refused with its line and column, and what is written down and cannot be built is an error.
//! An error holds nothing of what a variable or a file of secrets said.

mod read;
mod secret;
mod store;
mod values;
mod words;

use std::fmt;
use std::path::Path;

pub use read::read;
pub use secret::{NOT_HERE, key, secret_file};
pub use store::{Instances, store};
pub use values::{count, distinct, millis, path, positive, seconds};
pub use words::{ConfigError, is_reference, resolve};

/// How a configuration is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(clippy::exhaustive_enums, reason = "there are these two")]
pub enum Format {
    /// TOML.
    Toml,
    /// JSON.
    Json,
}

impl Format {
    /// The format that a file's name says, if it says one.
    #[must_use]
    pub fn of(path: &Path) -> Option<Self> {
        let extension = path.extension()?;
        if extension.eq_ignore_ascii_case("toml") {
            Some(Self::Toml)
        } else if extension.eq_ignore_ascii_case("json") {
            Some(Self::Json)
        } else {
            None
        }
    }
}

/// What a configuration refers to.
#[derive(Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "a caller must provide both")]
pub struct Around<'a> {
    /// Variables by their names.
    pub variable: &'a dyn Fn(&str) -> Option<String>,
    /// The folder that relative paths begin in.
    pub folder: &'a Path,
}

impl fmt::Debug for Around<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Around").field("folder", &self.folder).finish_non_exhaustive()
    }
}
