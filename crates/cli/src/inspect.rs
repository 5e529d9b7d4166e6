//! `quittance inspect`: any header, payment, offer or answer of either version, decoded, checked and explained.

mod web;

use std::fs;
use std::io::{self, IsTerminal as _, Read as _, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use clap::Args;
use quittance_core::wire::{PaymentRequired, PaymentRequirements};
use quittance_core::{Limits, Terms, UnixSeconds, find_offer, header};
use quittance_inspect::{Context, Finding, Mark, Outcome, Report, Verdict};

use crate::format::{self, Format};
use crate::{Answer, Failure};

/// A larger file is no header and no body of x402.
const MOST: u64 = 1 << 20;

#[derive(Args)]
pub(crate) struct Arguments {
    /// A header's value, a line with its name, JSON, or a file that holds one of them or a transcript; `-` or nothing for standard input.
    what: Option<String>,
    /// Judge payments by what the seller really asks: a file with the 402 or one offer of it, as JSON or as the header.
    #[arg(long)]
    terms: Option<PathBuf>,
    /// Judge payments at this time, in seconds since 1970.
    #[arg(long, value_parser = |text: &str| UnixSeconds::parse(text).map_err(|error| error.to_string()))]
    now: Option<UnixSeconds>,
    /// Show the inspector as a page, on this machine alone, until Ctrl-C. DIR is the npm package, unpacked, if it is not beside this program.
    #[arg(long, value_name = "DIR", num_args = 0..=1, conflicts_with_all = ["what", "terms", "now"])]
    web: Option<Option<PathBuf>>,
    /// The port of 127.0.0.1 for the page; 0 for a free one.
    #[arg(long, default_value_t = 0, requires = "web")]
    port: u16,
}

pub(crate) fn run(arguments: &Arguments, format: Format, out: &mut impl Write) -> Result<Answer, Failure> {
    if let Some(folder) = &arguments.web {
        return web::run(folder.as_deref(), arguments.port, format, out);
    }
    let text = text(arguments.what.as_deref())?;
    let now = match arguments.now {
        Some(now) => now,
        None => clock()?,
    };
    let offers = arguments.terms.as_deref().map(offers).transpose()?.unwrap_or_default();
    let context = Context::at(now);
    let report = match chosen(&text, &offers) {
        Some(terms) => quittance_inspect::inspect(&text, &context.with_terms(terms)),
        None => quittance_inspect::inspect(&text, &context),
    };
    match format {
        Format::Human => human(out, &report)?,
        Format::Json => writeln!(out, "{}", report.to_json())?,
        Format::Csv => csv(out, &report)?,
    }
    Ok(if report.is_fine() { Answer::Yes } else { Answer::No })
}

/// What is to be read. A name of a file is no header: none has a dot or a slash early on and exists.
pub(crate) fn text(what: Option<&str>) -> Result<String, Failure> {
    match what {
        None | Some("-") => {
            if io::stdin().is_terminal() {
                eprintln!("paste it, then end with control-D");
            }
            let mut text = String::new();
            io::stdin().lock().take(MOST).read_to_string(&mut text)?;
            Ok(text)
        }
        Some(text) if text.len() < 4_096 && Path::new(text).is_file() => file(Path::new(text)),
        Some(text) => Ok(text.to_owned()),
    }
}

fn file(path: &Path) -> Result<String, Failure> {
    let failed = |error: io::Error| Failure::new(format!("{}: {error}", path.display()));
    if fs::metadata(path).map_err(failed)?.len() > MOST {
        return Err(Failure::new(format!("{}: longer than anything of x402", path.display())));
    }
    fs::read_to_string(path).map_err(failed)
}

pub(crate) fn clock() -> Result<UnixSeconds, Failure> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).map_err(|_| Failure::new("there is no usable clock; say --now"))?;
    Ok(UnixSeconds::from_secs(since.as_secs()))
}

/// The offers of a file: one, or those of a 402, which may be written as the header.
pub(crate) fn offers(path: &Path) -> Result<Vec<Terms>, Failure> {
    let text = file(path)?;
    let bytes = text.trim().as_bytes();
    let one = || PaymentRequirements::from_json(bytes, &Limits::BODY).map(|offer| vec![offer]);
    let found = if bytes.starts_with(b"{") {
        one().or_else(|_| PaymentRequired::from_json(bytes, &Limits::BODY).map(|required| required.accepts))
    } else {
        header::payment_required(bytes, &Limits::BODY).map(|required| required.accepts)
    };
    let found = found.and_then(|offers| offers.into_iter().map(Terms::parse).collect::<Result<Vec<_>, _>>());
    found.map_err(|error| Failure::new(format!("{}: {error}", path.display())))
}

/// The offer that the payment takes, or the first, so that what differs can be shown.
fn chosen<'a>(text: &str, offers: &'a [Terms]) -> Option<&'a Terms> {
    let payment = header::payment_signature(text.trim().as_bytes(), &Limits::BODY).ok();
    let payment = payment.and_then(|payment| payment.try_into().ok());
    let taken = payment.and_then(|payment| find_offer(offers, &payment).ok());
    taken.or_else(|| offers.first())
}

fn human(out: &mut impl Write, report: &Report) -> Result<(), Failure> {
    for (number, finding) in report.findings.iter().enumerate() {
        if number > 0 {
            writeln!(out)?;
        }
        explain(out, finding)?;
    }
    Ok(())
}

fn explain(out: &mut impl Write, finding: &Finding) -> Result<(), Failure> {
    writeln!(out, "{} · {}", finding.place, finding.kind)?;
    for (mistake, member) in &finding.mistakes {
        let member = member.as_deref().map(|member| format!("{member}: ")).unwrap_or_default();
        writeln!(out, "  ! {}{mistake}", escape(&member))?;
    }
    if let Some(error) = &finding.error {
        writeln!(out, "  ✗ {error}  ({})", error.code())?;
    }
    let width = finding.fields.iter().map(|field| field.path.chars().count()).max().unwrap_or_default().min(48);
    if !finding.fields.is_empty() {
        writeln!(out)?;
    }
    for field in &finding.fields {
        let note = field.note.as_deref().map(|note| format!("   {note}")).unwrap_or_default();
        let (path, value) = (escape(&field.path), escape(&field.value));
        writeln!(out, "  {:<8} {path:<width$}  {value}{note}", mark(field.mark))?;
    }
    section(out, "", finding.facts.iter().map(|(name, says)| format!("{name:<10} {}", escape(says))))?;
    section(
        out,
        "rules",
        finding.rules.iter().map(|rule| {
            let sign = match rule.outcome {
                Outcome::Holds => "✓",
                Outcome::Fails => "✗",
                Outcome::Open => "?",
                _ => "·",
            };
            let why = rule.rejection.map(|rejection| format!("\n      {} · {}", rejection.reason(), rejection.citation()));
            format!("{sign} {:<10} {}{}", rule.name, escape(&rule.detail), why.unwrap_or_default())
        }),
    )?;
    section(out, "what others can do with it", finding.abuse.iter().map(|says| escape(says)))?;
    writeln!(out)?;
    writeln!(out, "  {}", finding.verdict)?;
    if let Verdict::Refused(rejection) = finding.verdict {
        writeln!(out, "  {} {} · {}", rejection.status(), rejection.reason(), rejection.citation())?;
    }
    Ok(())
}

fn section(out: &mut impl Write, title: &str, lines: impl Iterator<Item = String>) -> Result<(), Failure> {
    let lines = lines.collect::<Vec<_>>();
    if lines.is_empty() {
        return Ok(());
    }
    writeln!(out)?;
    if !title.is_empty() {
        writeln!(out, "  {title}")?;
    }
    for line in lines {
        writeln!(out, "  {line}")?;
    }
    Ok(())
}

const fn mark(mark: Mark) -> &'static str {
    match mark {
        Mark::Said => "",
        other => other.as_str(),
    }
}

/// A stranger's text on one line of a terminal: no control character moves the cursor, no mark turns the direction of writing.
pub(crate) fn escape(text: &str) -> String {
    let hidden =
        |c: char| c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().map(|c| if hidden(c) { c.escape_unicode().to_string() } else { c.to_string() }).collect()
}

fn csv(out: &mut impl Write, report: &Report) -> Result<(), Failure> {
    format::csv_row(out, ["finding", "path", "value", "mark", "note"])?;
    for (number, finding) in report.findings.iter().enumerate() {
        for field in &finding.fields {
            let note = field.note.as_deref().unwrap_or_default();
            format::csv_row(out, [&*number.to_string(), &field.path, &field.value, field.mark.as_str(), note])?;
        }
    }
    Ok(())
}
