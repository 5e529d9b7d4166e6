//! `guard/…`: the audit log.

use quittance_core::{Limits, json as strict};
use quittance_guard::audit::{Anchor, Entry, Escaped, LogId, LogSalt, SaltedHash, verify_log};
use serde_json::{Value, json};

use super::{bytes, refusal, text, word};
use crate::vectors::Outcome;

pub(super) fn audit_entry(_group: &Value, input: &Value) -> Outcome {
    let log = LogId::parse(text(input, "log")).map_err(|e| e.name())?;
    let seq: u64 = text(input, "seq").parse().expect("a number");
    let before = seq.checked_sub(1).map(|before| Anchor::parse(&format!("{before}@{}", text(input, "prev"))));
    let before = before.transpose().map_err(|e| e.name())?;
    let event = strict::parse(text(input, "event").as_bytes(), &Limits::BODY).map_err(|e| refusal(&e))?;
    let entry = Entry::of(log, before.as_ref(), &event).map_err(|e| e.name())?;
    let anchor = entry.anchor().to_string();
    let hash = anchor.strip_prefix(&format!("{seq}@")).expect("the entry has the number that was asked for");
    Ok(json!({ "line": entry.line().strip_suffix('\n'), "hash": hash }))
}

pub(super) fn audit_log(_group: &Value, input: &Value) -> Outcome {
    let anchor = input["anchor"].as_str().map(Anchor::parse).transpose().map_err(|e| e.name())?;
    let verified = match verify_log(text(input, "text").as_bytes(), anchor.as_ref()) {
        Ok(verified) => verified,
        Err(broken) if text(input, "firstBad").parse() == Ok(broken.seq) => return Err(broken.why.name().into()),
        Err(broken) => return Err(format!("{} at entry {}", broken.why.name(), broken.seq)),
    };
    let head = verified.head();
    Ok(json!({
        "log": head.log().to_string(),
        "generation": head.generation().to_string(),
        "anchor": head.anchor().to_string(),
        "validBytes": verified.valid_bytes().to_string(),
        "tornBytes": verified.torn_bytes().to_string(),
    }))
}

pub(super) fn salted_hash(_group: &Value, input: &Value) -> Outcome {
    let salt = LogSalt::from_bytes(word(text(input, "salt")));
    Ok(json!({ "hash": SaltedHash::new(&salt, &bytes(text(input, "bytes"))).to_string() }))
}

pub(super) fn escaped(_group: &Value, input: &Value) -> Outcome {
    Ok(json!({ "shown": Escaped::of(text(input, "text")).as_str() }))
}
