//! Texts that people wrote: what in them is nobody's business, and how they are shown.
//!
//! A URL, a reason or a description can carry a customer's address or a key out of the house (catalogue row 207), and a seller's words
//! can forge a line of a log or a terminal (row 221). [`find`] says what is sensitive and where, [`redact`] puts `[email]` in its place,
//! [`escape`] makes any text one printable line of bounded length. Texts are data: nothing here, or that uses it, follows what they say
//! (row 205, rule 25).
//!
//! Everything is found by shape, in one pass, each look ahead bounded by a constant, without backtracking: addresses, numbers with their
//! check digits, the prefixes of well-known keys, the names of telling parameters. Shape has limits. A name, a street or a diagnosis has
//! none; a transaction hash has the shape of a key, so a hash is taken for one unless the word in front says what it is. The module does
//! not know who wrote the text, and does not withstand somebody who hides a value from it on purpose.

mod address;
mod escape;
mod find;
mod iban;
mod number;
mod parameter;
mod secret;
mod url;

pub use escape::{Escaped, escape};
pub use find::{Finding, Sensitive, find, redact};
pub use url::{find_in_path, find_in_query, redact_url};

#[cfg(test)]
mod corpus;
#[cfg(test)]
mod tests;
