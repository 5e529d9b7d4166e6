//! `quittance audit`.

use std::io::Write;
use std::path::PathBuf;

use clap::Subcommand;
use quittance_guard::audit::{Anchor, Broken, Finding, Reconciliation, Verified};
use serde_json::json;

use crate::format::{self, Format};
use crate::{Answer, Failure, log};

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Check that nothing in a log was changed, removed or put in, and that every payment in it has one end.
    Verify {
        /// The log.
        log: PathBuf,
        /// An anchor that was kept elsewhere, `42@sha256:…`; without one, a log that was cut at its end, or rewritten as a whole, looks whole.
        #[arg(long)]
        anchor: Option<Anchor>,
    },
}

pub(crate) fn run(command: &Command, format: Format, out: &mut impl Write) -> Result<Answer, Failure> {
    let Command::Verify { log, anchor } = command;
    let mut reconciliation = Reconciliation::new();
    let checked = log::read(log, *anchor, |_, record| reconciliation.take(record))?;
    let findings = reconciliation.findings();
    match format {
        Format::Human => human(out, &checked, &findings, anchor.is_some())?,
        Format::Json => as_json(out, &checked, &findings)?,
        Format::Csv => csv(out, &checked, &findings)?,
    }
    Ok(if checked.is_ok() && findings.is_empty() { Answer::Yes } else { Answer::No })
}

fn human(out: &mut impl Write, checked: &Result<Verified, Broken>, findings: &[Finding], anchored: bool) -> Result<(), Failure> {
    match checked {
        Ok(verified) => {
            let head = verified.head();
            let entries = head.anchor().seq().saturating_add(1);
            writeln!(out, "whole     {entries} entries, log {}, store generation {}", head.log(), head.generation())?;
            writeln!(out, "anchor    {}", head.anchor())?;
            if verified.torn_bytes() > 0 {
                let torn = verified.torn_bytes();
                writeln!(out, "torn      {torn} bytes after the last entry, of a write that never succeeded; cut them off")?;
            }
            if !anchored {
                writeln!(out, "note      no anchor was given, so a cut end would not show; keep the line above elsewhere")?;
            }
        }
        Err(broken) => writeln!(out, "BROKEN    {broken}; nothing from there on is to be believed")?,
    }
    for finding in findings {
        writeln!(out, "{:<9} {}", finding.problem.as_str(), place(finding))?;
    }
    if findings.is_empty() && checked.is_ok() {
        writeln!(out, "payments  each has one end")?;
    }
    Ok(())
}

fn place(finding: &Finding) -> String {
    let mut words = Vec::new();
    words.extend(finding.request.as_ref().map(|request| format!("request {request}")));
    words.extend(finding.seq.map(|seq| format!("entry {seq}")));
    words.extend(finding.transaction.as_ref().map(|transaction| format!("transaction {transaction}")));
    words.join(", ")
}

fn as_json(out: &mut impl Write, checked: &Result<Verified, Broken>, findings: &[Finding]) -> Result<(), Failure> {
    let findings = findings.iter().map(|finding| {
        json!({
            "problem": finding.problem.as_str(),
            "request_id": finding.request.as_ref().map(ToString::to_string),
            "seq": finding.seq.map(|seq| seq.to_string()),
            "transaction": finding.transaction.as_ref().map(ToString::to_string),
        })
    });
    let findings = findings.collect::<Vec<_>>();
    let document = match checked {
        Ok(verified) => json!({
            "whole": true,
            "entries": verified.head().anchor().seq().saturating_add(1).to_string(),
            "log": verified.head().log().to_string(),
            "generation": verified.head().generation().to_string(),
            "anchor": verified.head().anchor().to_string(),
            "torn_bytes": verified.torn_bytes().to_string(),
            "findings": findings,
        }),
        Err(broken) => json!({
            "whole": false,
            "seq": broken.seq.to_string(),
            "line": broken.line().to_string(),
            "reason": broken.why.name(),
            "findings": findings,
        }),
    };
    Ok(format::json(out, &document)?)
}

fn csv(out: &mut impl Write, checked: &Result<Verified, Broken>, findings: &[Finding]) -> Result<(), Failure> {
    format::csv_row(out, ["problem", "seq", "request_id", "transaction"])?;
    if let Err(broken) = checked {
        format::csv_row(out, [broken.why.name(), &broken.seq.to_string(), "", ""])?;
    }
    for finding in findings {
        let text = |text: Option<String>| text.unwrap_or_default();
        let seq = text(finding.seq.map(|seq| seq.to_string()));
        let request = text(finding.request.as_ref().map(ToString::to_string));
        let transaction = text(finding.transaction.as_ref().map(ToString::to_string));
        format::csv_row(out, [finding.problem.as_str(), &seq, &request, &transaction])?;
    }
    Ok(())
}
