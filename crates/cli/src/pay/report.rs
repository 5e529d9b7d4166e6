//! What is said about what happened. The answer's body goes to the output as it came, the rest beside it.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use quittance_client::{Error, Price, Quote, Request};
use quittance_core::rejection::Retry;
use quittance_core::{Signer, Terms};
use quittance_guard::text::escape;
use quittance_guard::{Ledger, SignedReceipt};
use serde_json::{Value, json};

use super::unpaid;
use crate::format::{self, Format};
use crate::waiting::Waiting;
use crate::{Answer, Failure};

/// How much of a stranger's text is shown.
pub(super) const SHOWN: usize = 200;

/// What each of the requests would cost.
pub(super) async fn quotes<S, L>(requests: Vec<Request<'_, S, L>>, format: Format, out: &mut impl Write) -> Result<Answer, Failure>
where
    S: Signer + Send + Sync,
    L: Ledger + Send + Sync,
{
    let (mut all, mut answer) = (Vec::new(), Answer::No);
    for request in requests {
        let waiting = Waiting::on("a price", format);
        let quote = request.quote().await;
        drop(waiting);
        match quote {
            Ok(Quote::Priced(price)) => {
                answer = Answer::Yes;
                match format {
                    Format::Json => all.push(priced(&price)),
                    _ => human(out, &price)?,
                }
            }
            Ok(Quote::Free(free)) => {
                if (200..300).contains(&free.status()) {
                    answer = Answer::Yes;
                }
                match format {
                    Format::Json => all.push(json!({ "outcome": "free", "status": free.status() })),
                    _ => writeln!(out, "free  {} without a payment", free.status())?,
                }
            }
            Err(error) => match format {
                Format::Json => all.push(unpaid::document(&error, None)),
                _ => writeln!(out, "no    {}", escape(&error.to_string(), SHOWN))?,
            },
        }
    }
    if format == Format::Json {
        format::json(out, &Value::Array(all))?;
    }
    Ok(answer)
}

fn human(out: &mut impl Write, price: &Price) -> io::Result<()> {
    let terms = price.terms();
    writeln!(out, "costs {} on {} to {}", amount(terms), terms.network(), escape(&terms.pay_to().to_string(), SHOWN))?;
    writeln!(out, "allow {}", escape(price.rule(), SHOWN))?;
    price.passed_over().iter().try_for_each(|words| writeln!(out, "not   {}", escape(words, SHOWN)))
}

fn amount(terms: &Terms) -> String {
    format::amount(terms.amount(), terms.network(), &terms.requirements().asset)
}

fn priced(price: &Price) -> Value {
    let terms = price.terms();
    json!({
        "outcome": "priced",
        "amount": terms.amount().to_string(),
        "shown": amount(terms),
        "network": terms.network().as_str(),
        "asset": price.asset().id,
        "pay_to": terms.pay_to().to_string(),
        "scheme": terms.scheme().as_str(),
        "terms_hash": terms.hash().to_string(),
        "policy": price.rule(),
        "passed_over": price.passed_over(),
    })
}

/// The answer, which was paid for or free.
pub(super) fn answer(
    answer: &quittance_client::Answer,
    file: Option<&Path>,
    format: Format,
    out: &mut impl Write,
) -> Result<Answer, Failure> {
    if let Some(path) = file {
        fs::write(path, answer.body()).map_err(|error| Failure::new(format!("{}: {error}", path.display())))?;
    }
    let success = (200..300).contains(&answer.status());
    match format {
        Format::Json => {
            let receipt = answer.receipt().map(|receipt| {
                json!({
                    "charged": receipt.charged.to_string(),
                    "transaction": &*receipt.transaction,
                    "attested": receipt.attested.as_str(),
                })
            });
            let signed = answer.signed_receipt().map(|vouched| {
                let artifact = vouched.artifact().map(|artifact| artifact.to_json());
                let artifact = artifact.and_then(|text| serde_json::from_str::<Value>(&text).ok());
                json!({ "worth": vouched.verdict().as_str(), "receipt": artifact })
            });
            let body = file.is_none().then(|| String::from_utf8_lossy(answer.body()));
            let document = json!({
                "outcome": if answer.purchase().is_some() { "paid" } else { "free" },
                "status": answer.status(),
                "purchase": answer.purchase().map(ToString::to_string),
                "receipt": receipt,
                "signed_receipt": signed,
                "whole": answer.is_whole(),
                "bytes": answer.body().len(),
                "body": body,
            });
            format::json(out, &document)?;
        }
        Format::Human | Format::Csv => {
            if file.is_none() {
                out.write_all(answer.body())?;
            }
            match (answer.purchase(), answer.receipt()) {
                (None, _) => eprintln!("{} without a payment", answer.status()),
                (Some(purchase), Some(receipt)) => {
                    eprintln!(
                        "{} paid, {purchase}: {} in {}",
                        answer.status(),
                        receipt.charged,
                        escape(&receipt.transaction, SHOWN)
                    );
                }
                (Some(purchase), None) => eprintln!("{} paid, {purchase}: without a receipt that holds", answer.status()),
            }
            if let Some(vouched) = answer.signed_receipt() {
                eprintln!("signed receipt: {}", worth(vouched.verdict()));
            }
            if !answer.is_whole() {
                eprintln!("the answer broke off, or is longer than is read");
            }
        }
    }
    Ok(if success { Answer::Yes } else { Answer::No })
}

/// Why there is no answer, and what may be done.
pub(super) fn error(error: &Error, purchase: &str, format: Format, out: &mut impl Write) -> io::Result<()> {
    if format == Format::Json {
        return format::json(out, &unpaid::document(error, Some(purchase)));
    }
    eprintln!("{}", escape(&error.to_string(), SHOWN));
    match error.retry() {
        Retry::UnknownOutcome => {
            eprintln!("run it again with --purchase {purchase}: what was signed is sent again, and nothing else is signed")
        }
        Retry::SameBytesLater => eprintln!("nothing was paid; it may work later"),
        _ => eprintln!("nothing was paid"),
    }
    Ok(())
}

/// What a signed receipt is worth, in words.
const fn worth(verdict: SignedReceipt) -> &'static str {
    match verdict {
        SignedReceipt::Holds => "the seller has signed that this was bought",
        SignedReceipt::Stranger => "by a key that is neither the payee's nor among the `signers` of the policy",
        SignedReceipt::Unchecked => "who has signed it cannot be found out here",
        SignedReceipt::Malformed => "WRONG: it is none",
        SignedReceipt::NotSigned => "WRONG: the key that it names has not signed it",
        SignedReceipt::OtherNetwork => "WRONG: it is of another network",
        SignedReceipt::OtherResource => "WRONG: it is for another resource",
        SignedReceipt::OtherPayer => "WRONG: it is somebody else's",
        SignedReceipt::OtherTransaction => "WRONG: it names another transaction",
        SignedReceipt::OtherTime => "WRONG: it is of another time than this purchase",
        _ => "of a worth that is not known here",
    }
}
