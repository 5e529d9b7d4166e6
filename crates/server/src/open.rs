//! A settlement that was sent to a facilitator and whose outcome is open: what was sent, and to whom.
//!
//! The log keeps both in one, as `to NAME` on a line and the request below it; between them `by TRANSACTION`, where that was named and is looked for
//! on the chain. One facilitator is asked about a payment until it is known what
//! became of it: a second one that sees a nonce used, or the first one's transaction not yet in a block, would be believed about money that
//! it never touched (catalogue row 154, rule 19).

use std::fmt::Write as _;

use quittance_core::wire::SettleRequest;
use quittance_core::{Amount, Fault, Limits};
use quittance_guard::replay::{Entry, Sent};

/// The longest name of a facilitator.
const LONGEST: usize = 512;

/// What was sent, as the log keeps it.
pub(crate) struct Open {
    /// To whom; nobody knows of what was sent before names were kept, and it belongs to whoever is asked now.
    to: Option<Box<str>>,
    /// The transaction that it is said to be settled by.
    pub(crate) by: Option<Box<str>>,
    pub(crate) request: SettleRequest,
}

/// What the log is to keep of what is about to be sent, or was, and is said to be settled by a transaction.
pub(crate) fn keep(name: &str, by: Option<&str>, request: &SettleRequest) -> Result<Sent, Fault> {
    let mut text = String::new();
    // a String takes whatever is written
    let _written = writeln!(text, "to {name}");
    if let Some(transaction) = by {
        let _written = writeln!(text, "by {transaction}");
    }
    text.push_str(&request.to_json());
    Sent::new(text.as_bytes()).map_err(|_| Fault::StoreFull)
}

/// Whether a facilitator can be called so.
pub(crate) fn is_name(text: &str) -> bool {
    (1..=LONGEST).contains(&text.len()) && !text.chars().any(char::is_control)
}

impl Open {
    /// What an entry says. Nothing if nothing was sent, or if it is not what this crate writes.
    pub(crate) fn of(entry: &Entry) -> Option<Self> {
        let bytes = entry.sent.as_ref()?.expose();
        let (to, rest) = said(bytes, b"to ")?;
        let (by, json) = said(rest, b"by ")?;
        let request = SettleRequest::from_json(json, &Limits::BODY.with_bytes(Sent::MAX)).ok()?;
        Some(Self { to, by, request })
    }

    /// What it charges.
    pub(crate) fn charge(&self) -> Option<Amount> {
        self.request.0.offer().ok()?.parse_amount().ok()
    }

    /// The facilitator that it was sent to, if that is another one.
    pub(crate) fn elsewhere(&self, name: &str) -> Option<&str> {
        self.to.as_deref().filter(|to| *to != name)
    }
}

/// What a line says that begins so, if the first one does, and what comes after it. Nothing if that is no text or has no end.
fn said<'a>(bytes: &'a [u8], word: &[u8]) -> Option<(Option<Box<str>>, &'a [u8])> {
    let Some(rest) = bytes.strip_prefix(word) else { return Some((None, bytes)) };
    let end = rest.iter().position(|byte| *byte == b'\n')?;
    let (text, after) = rest.split_at_checked(end)?;
    Some((Some(str::from_utf8(text).ok()?.into()), after.get(1..)?))
}
