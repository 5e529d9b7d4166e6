//! `quittance explain`: one request, from the question to the answer.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use quittance_guard::audit::{Anchor, Event, FacilitatorResult, Refusal, Side, Stage};
use quittance_guard::output::Check;
use quittance_guard::{Attested, RequestId};
use serde_json::{Value, json};

use crate::format::{self, Format};
use crate::trip::Trip;
use crate::{Answer, Failure, log};

#[derive(Args)]
pub(crate) struct Arguments {
    /// The request, by its correlation id.
    request: RequestId,
    /// The audit log.
    #[arg(long)]
    log: PathBuf,
    /// An anchor that was kept elsewhere.
    #[arg(long)]
    anchor: Option<Anchor>,
}

pub(crate) fn run(arguments: &Arguments, format: Format, out: &mut impl Write) -> Result<Answer, Failure> {
    let mut trip = Trip::of(&arguments.request);
    let checked = log::read(&arguments.log, arguments.anchor, |line, record| trip.take(line, record))?;
    match format {
        Format::Human => human(out, &trip)?,
        Format::Json => format::json(out, &as_json(&trip, checked.is_ok()))?,
        Format::Csv => csv(out, &trip)?,
    }
    if let Err(broken) = &checked {
        eprintln!("warning: the log is broken at {broken}; what is told stands before that");
    }
    if trip.steps().is_empty() {
        eprintln!("the log has no entry of {}", trip.name());
    }
    Ok(if checked.is_ok() && !trip.steps().is_empty() { Answer::Yes } else { Answer::No })
}

fn human(out: &mut impl Write, trip: &Trip) -> Result<(), Failure> {
    for side in trip.sides() {
        let Some(last) = trip.last(side) else { continue };
        let event = &last.event;
        let names = [("purchase", event.purchase()), ("task", event.task()), ("session", event.session())];
        let names = names.iter().filter_map(|(what, name)| name.map(|name| format!(" · {what} {name}")));
        writeln!(out, "{} · {side}{}", trip.name(), names.collect::<String>())?;
        for (question, answer) in answers(trip, side, event) {
            writeln!(out, "  {question:<12} {answer}")?;
        }
        let first = trip.steps().first().map(|step| step.at).unwrap_or(last.at);
        let stages = trip.steps().iter().filter(|step| step.event.side() == side).map(|step| {
            let after = step.at.as_secs().saturating_sub(first.as_secs());
            format!("{} {} (entry {})", format::later(after), step.event.stage(), step.seq)
        });
        writeln!(out, "  {:<12} {}", "timeline", stages.collect::<Vec<_>>().join(" · "))?;
    }
    Ok(())
}

/// The questions that an operator has to be able to answer, in the order of the trip.
fn answers(trip: &Trip, side: Side, event: &Event) -> Vec<(&'static str, String)> {
    let mut answers = vec![("why", why(event)), ("bound to", bound_to(event))];
    if let Some(offer) = event.offer() {
        let amount = format::amount(offer.amount(), offer.network(), offer.asset().as_str());
        answers.push(("price", format!("{amount} on {} to {}", offer.network(), offer.payee())));
    }
    answers.push(("replay", replay(trip, side, event)));
    answers.push(("facilitator", event.facilitator_result().map_or_else(|| "not asked".into(), facilitator)));
    answers.push(("evidence", evidence(event)));
    if let Some(output) = event.output() {
        let passed = Check::ALL.iter().filter_map(|check| output.passed(*check).map(|passed| (check, passed)));
        let words = passed.map(|(check, passed)| format!("{} {}", check.as_str(), if passed { "pass" } else { "FAIL" }));
        let words = words.collect::<Vec<_>>().join(" · ");
        answers.push(("body", if words.is_empty() { "nothing was demanded of it".into() } else { words }));
    }
    if let Some(version) = event.service_version() {
        answers.push(("service", format!("version {}", version.as_str())));
    }
    if let Some((budget, offer)) = event.budget().zip(event.offer()) {
        let amount = |amount| format::amount(amount, offer.network(), offer.asset().as_str());
        let (limit, meter) = (budget.limit(), budget.limit().meter);
        answers.push((
            "budget",
            format!("{meter}: {} before, {} after, of {}", amount(budget.before()), amount(budget.after()), amount(limit.max)),
        ));
    }
    if let Some(retry) = event.retry_decision() {
        answers.push(("next", retry.as_str().replace('_', " ")));
    }
    answers
}

fn why(event: &Event) -> String {
    match (event.policy(), event.refusal()) {
        (_, Some(Refusal::Rejected(rejection))) => format!("refused: {}", rejection.description()),
        (_, Some(refusal)) => format!("refused: {}", refusal_words(refusal)),
        (Some((decision, rule)), None) => format!("{decision} by the rule {rule}"),
        (None, None) => "no decision was recorded".into(),
    }
}

const fn refusal_words(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::Malformed => "the payment could not be read",
        Refusal::Replayed => "the payment was used already, or for another request",
        _ => "the payment is not good",
    }
}

/// Which resource, as far as a log may say: its category, its origin, the method, and the hash of the terms that were signed for.
fn bound_to(event: &Event) -> String {
    let mut words = vec![event.category().to_string(), event.method().to_string()];
    words.extend(event.origin().map(ToString::to_string));
    words.extend(event.offer().map(|offer| format!("terms {}", offer.terms_hash())));
    words.join(" · ")
}

fn replay(trip: &Trip, side: Side, event: &Event) -> String {
    let Some(signed) = event.signed_retry() else { return "nothing was signed".into() };
    let (attempts, sent) = (trip.attempts(side), trip.count(side, Stage::Sent).max(trip.count(side, Stage::Settling)));
    let sets = if attempts == 1 { "one set of signed bytes".into() } else { format!("{attempts} sets of signed bytes") };
    format!("{sets}, known by {signed}; sent {sent} times; the signature is not stored")
}

fn facilitator(result: FacilitatorResult) -> String {
    match result {
        FacilitatorResult::Verified => "verified".into(),
        FacilitatorResult::Settled => "settled".into(),
        FacilitatorResult::Refused(rejection) => format!("refused: {} ({})", rejection.description(), rejection.code()),
        FacilitatorResult::Fault(fault) => format!("broke down: {} ({})", fault.description(), fault.code()),
        _ => "answered with a reason that no vocabulary has".into(),
    }
}

fn evidence(event: &Event) -> String {
    let Some((settlement, offer)) = event.settlement().zip(event.offer()) else {
        return match event.stage() {
            Stage::Released => "there is proof that no money moved and none will".into(),
            Stage::Requested | Stage::Quoted | Stage::Denied | Stage::Refused | Stage::Intent | Stage::Abandoned => {
                "none: nothing was sent".into()
            }
            _ => "NONE YET: money may have moved; reconcile before anything is signed again".into(),
        };
    };
    let mut words = vec![format::amount(settlement.amount(), offer.network(), offer.asset().as_str())];
    words.extend(settlement.transaction().map(|transaction| format!("transaction {transaction}")));
    words.extend(settlement.block().map(|block| format!("block {block}")));
    words.push(match settlement.attested() {
        Attested::Chain => "seen on the chain".into(),
        Attested::Answer => "by the word of whoever answered, not looked up".into(),
    });
    words.join(" · ")
}

fn as_json(trip: &Trip, whole: bool) -> Value {
    let entries = trip.steps().iter().map(|step| json!({ "seq": step.seq.to_string(), "event": step.json }));
    json!({ "request_id": trip.name().as_str(), "log_whole": whole, "entries": entries.collect::<Vec<_>>() })
}

fn csv(out: &mut impl Write, trip: &Trip) -> Result<(), Failure> {
    const NAMES: [&str; 12] = [
        "request_id",
        "side",
        "stage",
        "resource_category",
        "policy_decision",
        "policy_rule",
        "terms_hash",
        "amount",
        "facilitator_result",
        "output_validation",
        "retry_decision",
        "next_action",
    ];
    format::csv_row(out, ["seq", "time"].into_iter().chain(NAMES))?;
    for step in trip.steps() {
        let (seq, time) = (step.seq.to_string(), step.at.to_string());
        let members = NAMES.iter().map(|name| step.json[*name].as_str().unwrap_or_default());
        format::csv_row(out, [seq.as_str(), &time].into_iter().chain(members))?;
    }
    Ok(())
}
