//! The audit log: whether one is whole, and what an entry is.

use quittance_core::{Limits, json};
use quittance_guard::audit::{Anchor, Entry, Escaped, LogId, LogSalt, SaltedHash, verify_log};

use crate::answer::{Answer, Problem, members, shown};
use crate::arguments;
use crate::digits::unhex;

/// Checks a log from its first line, or from where an anchor holds it.
pub(crate) fn verify(log: &[u8], anchor: Option<&[u8]>) -> Answer {
    let anchor = anchor.map(read_anchor).transpose()?;
    let verified = verify_log(log, anchor.as_ref())
        .map_err(|broken| Problem::named(broken.why.name(), broken.why).with("seq", shown(broken.seq)))?;
    let head = verified.head();
    Ok(members([
        ("log", shown(head.log())),
        ("generation", shown(head.generation())),
        ("anchor", shown(head.anchor())),
        ("validBytes", shown(verified.valid_bytes())),
        ("tornBytes", shown(verified.torn_bytes())),
    ]))
}

/// The line of an event after another entry.
pub(crate) fn entry(log: &[u8], after: Option<&[u8]>, event: &[u8]) -> Answer {
    let named = |error: quittance_guard::audit::LogIdError| Problem::named(error.name(), error);
    let log = LogId::parse(arguments::text(log)?).map_err(named)?;
    let after = after.map(read_anchor).transpose()?;
    let event = json::parse(event, &Limits::BODY)?;
    let entry = Entry::of(log, after.as_ref(), &event).map_err(|why| Problem::named(why.name(), why))?;
    let line = entry.line();
    Ok(members([("line", line.strip_suffix('\n').unwrap_or(line).into()), ("anchor", shown(entry.anchor()))]))
}

/// What stands in a log for bytes that are nobody's business.
pub(crate) fn salted_hash(salt: &[u8], bytes: &[u8]) -> Answer {
    let salt = unhex(arguments::text(salt)?)?;
    let salt = salt.try_into().map_err(|_| Problem::of_kind(quittance_core::HexError::Length))?;
    Ok(members([("hash", shown(SaltedHash::new(&LogSalt::from_bytes(salt), bytes)))]))
}

/// Text as a log shows it.
pub(crate) fn escaped(text: &[u8]) -> Answer {
    Ok(members([("shown", Escaped::of(arguments::text(text)?).as_str().into())]))
}

fn read_anchor(text: &[u8]) -> Result<Anchor, Problem> {
    Anchor::parse(arguments::text(text)?).map_err(|error| Problem::named(error.name(), error))
}
