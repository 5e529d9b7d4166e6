//! What the seller's extensions say: its signed offers and receipts, and its description for listings.

use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use quittance_core::statement::{self, Payload, StatementError};
use quittance_core::wire::{
    Artifact, Bazaar, BazaarInput, Extensions, OfferPayload, OfferReceipt, PaymentRequired, ReceiptPayload, SettleResponse,
};
use quittance_core::{Account, Network, UnixSeconds};

use crate::mistake::Mistake;
use crate::report::Finding;
use crate::words;

/// Of a 402: which offers are signed, by whom, and whether what is signed is what stands beside it.
pub(crate) fn of_terms(finding: &mut Finding, required: &PaymentRequired, now: UnixSeconds) {
    let Some(extensions) = &required.extensions else { return };
    described(finding, extensions);
    let Some(found) = found(finding, extensions) else { return };
    let offers = found.offers.unwrap_or_default();
    for (number, artifact) in offers.iter().enumerate() {
        let at = format!("extensions.offer-receipt.info.offers[{number}]");
        let Ok(said) = statement::unchecked(artifact) else {
            finding.facts.push(("signed offer", who(artifact, None)));
            wrong(finding, Mistake::Statement, artifact, &at);
            continue;
        };
        let entry = required.accepts.iter().position(|offer| said.is_of(offer));
        let about = required.resource.as_ref().is_none_or(|resource| resource.url == said.resource_url);
        let speaks = match entry {
            Some(entry) if about => format!("accepts[{entry}]"),
            Some(_) => "another resource".to_string(),
            None => "no entry of accepts".to_string(),
        };
        let payee = entry.and_then(|entry| required.accepts.get(entry)).and_then(|offer| payee(&offer.network, &offer.pay_to));
        let ends = said.ends().map_or_else(|| ", without an end".to_string(), |end| format!(", until {}", words::time(end, now)));
        finding.facts.push(("signed offer", format!("of {speaks}{ends}; {}", who(artifact, payee.as_ref()))));
        if entry.is_none() || !about {
            finding.mistakes.push((Mistake::OtherStatement, Some(at.clone())));
        }
        wrong(finding, Mistake::Statement, artifact, &at);
    }
    if !offers.is_empty() {
        let unsigned = required.accepts.iter().enumerate();
        let unsigned = unsigned.filter(|(_, offer)| !offers.iter().any(|artifact| is_of(artifact, offer)));
        let unsigned: Vec<String> = unsigned.map(|(number, _)| format!("accepts[{number}]")).collect();
        if !unsigned.is_empty() {
            finding.facts.push(("unsigned", format!("{}: nobody has put a name to it", unsigned.join(", "))));
        }
    }
}

/// Of what became of a settlement: by whom a receipt is signed, and whether it says what stands beside it.
pub(crate) fn of_settlement(finding: &mut Finding, said: &SettleResponse, now: UnixSeconds) {
    let Some(receipt) = said.extensions.as_ref().and_then(|extensions| found(finding, extensions)).and_then(|found| found.receipt)
    else {
        return;
    };
    let at = "extensions.offer-receipt.info.receipt";
    let Ok(written) = statement::unchecked(&receipt) else {
        finding.facts.push(("signed receipt", who(&receipt, None)));
        wrong(finding, Mistake::Statement, &receipt, at);
        return;
    };
    let transaction = written.transaction().map_or("no transaction named", |_| "with the transaction");
    let time = words::time(written.issued_at, now);
    finding.facts.push((
        "signed receipt",
        format!("{} paid for {}, {time}, {transaction}; {}", written.payer, written.resource_url, who(&receipt, None)),
    ));
    if !is_of_this(&written, said) {
        finding.mistakes.push((Mistake::OtherStatement, Some(at.to_string())));
    }
    wrong(finding, Mistake::Statement, &receipt, at);
}

/// The extension, if there is one; one that cannot be read is a mistake.
fn found(finding: &mut Finding, extensions: &Extensions) -> Option<OfferReceipt> {
    match OfferReceipt::find(extensions) {
        Ok(found) => found,
        Err(error) => {
            finding.mistakes.push((Mistake::Extension, Some(format!("extensions: {error}"))));
            None
        }
    }
}

fn is_of(artifact: &Artifact<OfferPayload>, offer: &quittance_core::wire::PaymentRequirements) -> bool {
    statement::unchecked(artifact).is_ok_and(|said| said.is_of(offer))
}

fn payee(network: &str, text: &str) -> Option<Account> {
    Account::parse(Network::parse(network).ok()?, text).ok()
}

/// Whether a receipt agrees with the settlement around it, as far as both say the same things.
fn is_of_this(written: &ReceiptPayload, said: &SettleResponse) -> bool {
    let network = Network::parse(&said.network).ok().or_else(|| quittance_core::registry::network_by_v1_name(&said.network));
    let Some(network) = network else { return false };
    let account = |text: &str| Account::parse(network, text).ok();
    written.network == network.as_str()
        && said.payer.as_ref().is_none_or(|payer| account(payer) == account(&written.payer))
        && written.transaction().is_none_or(|named| named.eq_ignore_ascii_case(&said.transaction))
}

/// Who has signed, in words.
fn who<P: Payload>(artifact: &Artifact<P>, payee: Option<&Account>) -> String {
    match statement::check(artifact) {
        Ok(statement) => {
            let may = match payee {
                Some(payee) if statement.by().speaks_for(payee, &[]) => ", the payee",
                _ => "; whether that key speaks for the seller, its buyers know or do not",
            };
            format!("signed by {}{may}", statement.by())
        }
        Err(error) if error.is_open() => format!("by whom cannot be told here: {error}"),
        Err(error) => format!("signed by nobody: {error}"),
    }
}

fn wrong<P: Payload>(finding: &mut Finding, mistake: Mistake, artifact: &Artifact<P>, at: &str) {
    if statement::check(artifact).is_err_and(|error: StatementError| !error.is_open()) {
        finding.mistakes.push((mistake, Some(at.to_string())));
    }
}

/// How a seller describes itself to whoever lists resources.
fn described(finding: &mut Finding, extensions: &Extensions) {
    let (bazaar, template) = match Bazaar::find(extensions) {
        Ok(Some(found)) => found,
        Ok(None) => return,
        Err(error) => {
            finding.mistakes.push((Mistake::Extension, Some(format!("extensions: {error}"))));
            return;
        }
    };
    let input = match &bazaar.input {
        BazaarInput::Http(http) => match &http.body {
            Some(body) => format!("{} with a body of {}", http.method, body.kind.as_str()),
            None => http.method.clone(),
        },
        BazaarInput::Tool(tool) => format!("the tool {}", tool.name),
        _ => "a way that is not known here".to_string(),
    };
    let output = bazaar.output.as_ref().map(|output| format!(", answers {}", output.kind)).unwrap_or_default();
    let under = template.map(|template| format!(", under {}", template.as_str())).unwrap_or_default();
    finding.facts.push(("described as", format!("{input}{output}{under}; nobody signs this")));
}
