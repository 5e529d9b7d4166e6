//! `quittance sign`: a payment for an offer, signed and printed, and sent by somebody else.
//!
//! The policy is asked as for `pay`, and that is all: nothing is set aside, nothing is kept, and nobody sees whether it was sent once, twice, or
//! never. So a policy with budgets is none for this command.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use quittance_client::{Host, sign};
use quittance_core::wire::{Asked, PaymentRequired};
use quittance_core::{Limits, Money, Resource, header};
use quittance_guard::PurchaseId;
use quittance_guard::policy::{Decision, Snapshot};
use serde_json::json;

use crate::format::{self, Format};
use crate::inspect::{escape, text};
use crate::pay::means::{self, KeyPlace, Wish};
use crate::{Answer, Failure};

/// What stands below the options in the help.
const NOTES: &str = "Variables: EVM_PRIVATE_KEY, the key that signs; X402_MAX_PER_TX, a limit like $0.05.
SVM_PRIVATE_KEY is not read: nothing is signed for Solana yet.

Exit codes: 0 it is signed; 1 the policy is against it; 2 an argument, a file or the key cannot be used.";

#[derive(Args)]
#[command(after_help = NOTES)]
pub(crate) struct Arguments {
    /// The 402: its PAYMENT-REQUIRED header, or its body; text, a file, or `-` or nothing for standard input.
    what: Option<String>,
    /// The URL that the payment will be sent to; the payment is bound to it.
    #[arg(long, value_name = "URL")]
    url: String,
    /// The method that it will be sent by.
    #[arg(short = 'X', long, default_value = "GET")]
    method: String,
    /// The policy; without one, the limit of --max-amount.
    #[arg(long, value_name = "FILE", conflicts_with = "max_amount")]
    policy: Option<PathBuf>,
    /// The most that may be signed for, like $0.05.
    #[arg(long, value_name = "MONEY")]
    max_amount: Option<Money>,
    /// A network that may be paid on, without a policy; all that are known, if none is named.
    #[arg(long = "network", value_name = "NAME", conflicts_with = "policy")]
    networks: Vec<String>,
    /// Sign for this machine over plain http, without a policy that allows it.
    #[arg(long, conflicts_with = "policy")]
    allow_http: bool,
    #[command(flatten)]
    key: KeyPlace,
}

pub(crate) fn run(arguments: &Arguments, style: Format, out: &mut impl Write) -> Result<Answer, Failure> {
    if style == Format::Csv {
        return Err(Failure::new("a payment is no table: leave --csv out"));
    }
    let key = arguments.key.find()?;
    let key = key.ok_or_else(|| Failure::new("set EVM_PRIVATE_KEY, or give --keystore and --password-file"))?;
    let Arguments { networks, allow_http, .. } = arguments;
    let urls = std::slice::from_ref(&arguments.url);
    let wish = Wish { urls, most: arguments.max_amount.as_ref(), networks, payees: &[], allow_http: *allow_http };
    let policy = means::policy(arguments.policy.as_deref(), wish)?;
    let resource = Resource::parse(&arguments.url).map_err(|error| Failure::new(format!("{}: {error}", arguments.url)))?;
    let asked = asked(&text(arguments.what.as_deref())?)?;
    let host = Host::system();
    let now = host.now().map_err(|fault| Failure::new(fault.to_string()))?;
    let name = PurchaseId::parse("sign").map_err(|error| Failure::new(error.to_string()))?;
    let mut snapshot = Snapshot::new(asked.offers(), &resource, &arguments.method, &name, now);
    snapshot.claims = asked.claims();
    let allowed = match policy.decide(&snapshot) {
        Decision::Allow(allowed) => allowed,
        Decision::Ask(ask) => return refused(ask.words(), style, out),
        Decision::Deny(denied) => return refused(denied.words(), style, out),
    };
    if !allowed.limits().is_empty() {
        return Err(Failure::new("this policy has budgets, and nothing keeps them here: `quittance pay` does"));
    }
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let signed = runtime.block_on(sign(&key, &host, &asked, &allowed, (&arguments.method, &resource), now));
    let (paying, kept) = signed.map_err(|error| Failure::new(error.to_string()))?;
    let terms = allowed.terms();
    match style {
        Format::Json => writeln!(
            out,
            "{}",
            json!({
                "header": paying.name(), "value": paying.expose(), "expires": kept.expires().as_secs(), "network": terms.network().to_string(),
                "amount": terms.amount().to_string(), "payTo": terms.pay_to().to_string(), "scheme": terms.scheme().as_str(),
            })
        )?,
        Format::Human | Format::Csv => {
            writeln!(out, "{}: {}", paying.name(), paying.expose())?;
            let amount = format::amount(terms.amount(), terms.network(), &terms.requirements().asset);
            eprintln!(
                "{amount} to {} on {}, until {}; whoever has this line can have it paid",
                terms.pay_to(),
                terms.network(),
                kept.expires()
            );
        }
    }
    Ok(Answer::Yes)
}

/// The 402, as its header or as its body.
fn asked(text: &str) -> Result<Asked, Failure> {
    let text = text.trim();
    // what version 2 says in a header is often looked at and passed on as the JSON that it is
    let encoded = PaymentRequired::from_json(text.as_bytes(), &Limits::BODY)
        .ok()
        .and_then(|required| header::encode(&required, &Limits::BODY).ok());
    let read = match encoded {
        Some(value) => Asked::read(Some(value.as_bytes()), b"", &Limits::BODY),
        None if text.starts_with('{') => Asked::read(None, text.as_bytes(), &Limits::BODY),
        None => {
            let value = text.split_once(':').map_or(text, |(_, value)| value.trim());
            Asked::read(Some(value.as_bytes()), b"", &Limits::BODY)
        }
    };
    read.map_err(|error| Failure::new(error.to_string()))
}

fn refused(words: &str, style: Format, out: &mut impl Write) -> Result<Answer, Failure> {
    match style {
        Format::Json => writeln!(out, "{}", json!({ "refused": words }))?,
        Format::Human | Format::Csv => writeln!(out, "not signed: {}", escape(words))?,
    }
    Ok(Answer::No)
}
