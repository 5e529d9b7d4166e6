//! `quittance verify`: whether a payment meets a seller's terms; by itself, by the chain, and by a facilitator.
//!
//! Without `--rpc` and `--facilitator` nobody is asked, and the answer is about terms and signature alone: a payment that is right may be spent,
//! and its payer may have nothing. None of the three says that anybody has paid.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use quittance_core::chain::ChainAnswer;
use quittance_core::header::{PAYMENT_SIGNATURE, X_PAYMENT, find_payment};
use quittance_core::wire::{ResourceInfo, VerifyRequest};
use quittance_core::{
    ChainMode, Facilitator as _, Fault, Limits, Payment, Progress, Reason, Rejection, Scheme, SchemeId, Terms, UnixSeconds,
    VerifyInput, find_offer, header,
};
use quittance_evm::{EXACT, UPTO};
use quittance_facilitator::{Chain as _, EndpointUrl, Metrics, Rpc, RpcOptions};
use quittance_remote::RemoteFacilitator;
use serde_json::{Value, json};

use crate::format::Format;
use crate::inspect::{clock, escape, offers, text};
use crate::pay::means::variable;
use crate::waiting::Waiting;
use crate::{Answer, Failure};

/// What stands below the options in the help.
const NOTES: &str = "Variables: EVM_RPC_URL, for --rpc without a URL; FACILITATOR_URL, for --facilitator without one.

Exit codes: 0 everybody who was asked says that it is right; 1 somebody says that it is not; 2 somebody could not be
asked.";

#[derive(Args)]
#[command(after_help = NOTES)]
pub(crate) struct Arguments {
    /// The payment: a header's value, the line with its name, or a file; `-` or nothing for standard input.
    what: Option<String>,
    /// What the seller asks: a file with the 402 or one offer of it, as JSON or as the header.
    #[arg(long, value_name = "FILE")]
    terms: PathBuf,
    /// Judge it at this time, in seconds since 1970.
    #[arg(long, value_name = "SECONDS", value_parser = |text: &str| UnixSeconds::parse(text).map_err(|error| error.to_string()))]
    now: Option<UnixSeconds>,
    /// Ask the chain as well, at this node.
    #[arg(long, value_name = "URL", num_args = 0..=1, default_missing_value = "")]
    rpc: Option<String>,
    /// Ask a facilitator as well.
    #[arg(long, value_name = "URL", num_args = 0..=1, default_missing_value = "")]
    facilitator: Option<String>,
}

/// What one of those who were asked says.
enum Word {
    Right(String),
    Wrong {
        code: String,
        says: String,
    },
    /// Only the chain can say.
    Open,
}

impl From<Rejection> for Word {
    fn from(rejection: Rejection) -> Self {
        Self::Wrong { code: rejection.reason().into(), says: rejection.to_string() }
    }
}

pub(crate) fn run(arguments: &Arguments, format: Format, out: &mut impl Write) -> Result<Answer, Failure> {
    let text = text(arguments.what.as_deref())?;
    let now = arguments.now.map_or_else(clock, Ok)?;
    let offers = offers(&arguments.terms)?;
    let mut words = Vec::new();
    match read(text.trim(), &offers) {
        Err(word) => words.push(("offline", word)),
        Ok((payment, terms, request)) => {
            let scheme = scheme(terms)?;
            words.push(("offline", offline(scheme, &payment, terms, now)));
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            if let Some(url) = named(arguments.rpc.as_deref(), "EVM_RPC_URL")? {
                words.push(("chain", {
                    let _waiting = Waiting::on("the node", format);
                    runtime.block_on(by_chain(&url, scheme, &payment, terms, now))?
                }));
            }
            if let Some(url) = named(arguments.facilitator.as_deref(), "FACILITATOR_URL")? {
                words.push(("facilitator", {
                    let _waiting = Waiting::on("the facilitator", format);
                    runtime.block_on(by_facilitator(&url, &request))?
                }));
            }
        }
    }
    show(&words, format, out)?;
    // what only the chain can say is no yes, unless the chain was asked
    let chain = words.iter().any(|(who, _)| *who != "offline");
    let holds = words.iter().all(|(who, word)| match word {
        Word::Right(_) => true,
        Word::Wrong { .. } => false,
        Word::Open => chain && *who == "offline",
    });
    Ok(if holds { Answer::Yes } else { Answer::No })
}

/// A URL that was given, or that of a variable where one was asked for and not given.
fn named(given: Option<&str>, name: &str) -> Result<Option<String>, Failure> {
    match given {
        Some("") => variable(name).map(Some).ok_or_else(|| Failure::new(format!("say a URL, or set {name}"))),
        other => Ok(other.map(str::to_owned)),
    }
}

/// The payment, the offer that it takes, and what a facilitator is asked about it.
fn read<'a>(text: &str, offers: &'a [Terms]) -> Result<(Payment, &'a Terms, VerifyRequest), Word> {
    let malformed = |error: quittance_core::DecodeError| Word::Wrong { code: error.code().into(), says: error.to_string() };
    let named = text.split_once(':').map(|(name, value)| (name.trim(), value.trim()));
    let (name, value) = named.unwrap_or_else(|| match header::payment_signature(text.as_bytes(), &Limits::HEADER) {
        Err(_) if header::x_payment(text.as_bytes(), &Limits::HEADER).is_ok() => (X_PAYMENT, text),
        _ => (PAYMENT_SIGNATURE, text),
    });
    let found = find_payment([(name, value.as_bytes())]).map_err(malformed)?;
    let found = found.ok_or_else(|| Word::Wrong { code: "no_payment".into(), says: "a header of another name".into() })?;
    let payment = Payment::from_header_for(found, offers, &Limits::HEADER).map_err(malformed)?;
    let terms = find_offer(offers, &payment).map_err(Word::from)?;
    // what is being sold is no part of what a facilitator judges
    let request =
        VerifyRequest::of_header(found, terms, &ResourceInfo::new("https://0.invalid/"), &Limits::HEADER).map_err(malformed)?;
    Ok((payment, terms, request))
}

fn scheme(terms: &Terms) -> Result<&'static dyn Scheme, Failure> {
    match terms.scheme() {
        SchemeId::Exact => Ok(&EXACT),
        SchemeId::Upto => Ok(&UPTO),
        other => Err(Failure::new(format!("nobody here has rules for `{}`", escape(other.as_str())))),
    }
}

fn offline(scheme: &dyn Scheme, payment: &Payment, terms: &Terms, now: UnixSeconds) -> Word {
    match scheme.verify(&VerifyInput::offline(payment, terms, now)) {
        Ok(Progress::Verified(verified)) => Word::Right(verified.payer().to_string()),
        Ok(_) => Word::Open,
        Err(rejection) => rejection.into(),
    }
}

/// How often an answer may raise another question.
const ROUNDS: usize = 4;

/// What the chain says, with the settlement tried out on it.
async fn by_chain(url: &str, scheme: &dyn Scheme, payment: &Payment, terms: &Terms, now: UnixSeconds) -> Result<Word, Failure> {
    let failed = |error: &dyn std::fmt::Display| Failure::new(format!("--rpc: {error}"));
    let url = EndpointUrl::parse(url).map_err(|error| failed(&error))?;
    let node =
        Rpc::connect(terms.network(), vec![url], RpcOptions::default(), &Metrics::new()).await.map_err(|error| failed(&error))?;
    let mut answers: Vec<(_, ChainAnswer)> = Vec::new();
    for round in 0..ROUNDS {
        let input = VerifyInput::offline(payment, terms, now).in_mode(ChainMode::Simulated).with_answers(&answers);
        if round > 0 {
            match scheme.verify(&input) {
                Ok(Progress::Verified(verified)) => return Ok(Word::Right(verified.payer().to_string())),
                Ok(_) => {}
                Err(rejection) => return Ok(rejection.into()),
            }
        }
        let questions = match scheme.questions(&input) {
            Ok(questions) => questions,
            Err(rejection) => return Ok(rejection.into()),
        };
        let told = node.ask(&questions).await.map_err(|fault| failed(&fault))?;
        answers.extend(questions.into_iter().zip(told));
    }
    Err(failed(&Fault::ChainReply))
}

async fn by_facilitator(url: &str, request: &VerifyRequest) -> Result<Word, Failure> {
    let failed = |error: &dyn std::fmt::Display| Failure::new(format!("--facilitator: {error}"));
    let facilitator = RemoteFacilitator::new(url).map_err(|error| failed(&error))?;
    let answer = facilitator.verify(request).await.map_err(|fault| failed(&fault))?;
    Ok(if answer.is_valid {
        Word::Right(answer.payer.unwrap_or_default())
    } else {
        let code = answer.invalid_reason.unwrap_or_default();
        let known = if let Reason::Rejection(rejection) = Reason::parse(&code) { Some(rejection.to_string()) } else { None };
        Word::Wrong { says: answer.invalid_message.or(known).unwrap_or_default(), code }
    })
}

fn show(words: &[(&str, Word)], format: Format, out: &mut impl Write) -> Result<(), Failure> {
    match format {
        Format::Json => {
            let said = |(who, word): &(&str, Word)| {
                let said = match word {
                    Word::Right(payer) => json!({ "verdict": "right", "payer": payer }),
                    Word::Wrong { code, says } => json!({ "verdict": "refused", "code": code, "says": says }),
                    Word::Open => json!({ "verdict": "open" }),
                };
                ((*who).to_owned(), said)
            };
            writeln!(out, "{}", Value::from_iter(words.iter().map(said)))?;
        }
        Format::Csv => {
            crate::format::csv_row(out, ["by", "verdict", "code", "payer"])?;
            for (who, word) in words {
                let (verdict, code, payer) = match word {
                    Word::Right(payer) => ("right", "", &**payer),
                    Word::Wrong { code, .. } => ("refused", &**code, ""),
                    Word::Open => ("open", "", ""),
                };
                crate::format::csv_row(out, [who, verdict, code, payer])?;
            }
        }
        Format::Human => {
            for (who, word) in words {
                match word {
                    Word::Right(payer) if *who == "offline" => writeln!(
                        out,
                        "offline      terms and signature are right, of {}; that it was paid nobody says",
                        escape(payer)
                    )?,
                    Word::Right(payer) => writeln!(out, "{who:<12} it would settle now, from {}", escape(payer))?,
                    Word::Wrong { code, says } => writeln!(out, "{who:<12} refused: {} ({})", escape(says), escape(code))?,
                    Word::Open => writeln!(out, "{who:<12} only the chain can say whose signature it is: --rpc URL")?,
                }
            }
        }
    }
    Ok(())
}
