//! What the model is told about a call that was not bought, and whoever reads the host's log about every call that costs money.

use std::io::{self, Write as _};

use quittance_core::wire::PaymentRequired;
use quittance_core::{Amount, Limits, Network};
use quittance_guard::Receipt;
use quittance_guard::budget::Record;
use quittance_guard::text::escape;
use quittance_mcp::NoResult;
use serde_json::{Value, json};

use crate::format::{self, Format};

/// How much of a stranger's text is shown.
const SHOWN: usize = 200;

/// What became of a call.
pub(super) enum Told {
    /// It was paid for; what for the log.
    Paid(Value),
    /// It was not, or nobody knows: the document that says why, and what the tool said itself if it failed.
    Unpaid(Value, Vec<Value>),
}

/// What was paid.
pub(super) fn paid(purchase: &str, record: Option<&Record>, receipt: Option<&Receipt>) -> Value {
    let bought = record.map(|record| &record.purchase);
    let network = bought.map(|bought| bought.asset.network());
    let charged = receipt.map(|receipt| receipt.charged).or_else(|| bought.map(|bought| bought.amount));
    let shown =
        charged.zip(bought).map(|(charged, bought)| shown(charged, bought.asset.network(), &bought.asset.token().to_string()));
    json!({
        "outcome": "paid",
        "purchase": purchase,
        "amount": charged.map(|charged| charged.to_string()),
        "shown": shown,
        "network": network.map(|network| network.to_string()),
        "pay_to": bought.map(|bought| bought.payee.to_string()),
        "transaction": receipt.map(|receipt| &*receipt.transaction),
    })
}

/// How far a call was that the host does not want any more.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Cancelled {
    Unpaid,
    Paid,
    Answered,
}

/// What is said about it.
pub(super) fn cancelled(tool: &str, state: Cancelled) -> Value {
    let message = match state {
        Cancelled::Unpaid => "no payment was sent",
        Cancelled::Paid => "a payment was sent and may have been taken; when the same is called again, it is sent again",
        Cancelled::Answered => "it was paid for and answered, and the answer came too late",
    };
    json!({"tool": tool, "outcome": "cancelled", "message": message})
}

impl Told {
    pub(super) const fn unpaid(document: Value) -> Self {
        Self::Unpaid(document, Vec::new())
    }

    /// With what the tool said when it failed. Then that is what is wrong, whatever else is.
    pub(super) fn with_failure(self, failure: Vec<Value>) -> Self {
        match self {
            Self::Unpaid(mut document, _) if !failure.is_empty() => {
                if let Value::Object(members) = &mut document {
                    members.insert("code".into(), "tool_failed".into());
                    members.insert("message".into(), "the tool says that it failed, in its own words below".into());
                }
                Self::Unpaid(document, failure)
            }
            told => told,
        }
    }

    /// For the log.
    pub(super) fn line(&self, tool: &str) -> Value {
        let (Self::Paid(document) | Self::Unpaid(document, _)) = self;
        let mut document = document.clone();
        if let Value::Object(members) = &mut document {
            members.insert("tool".into(), tool.into());
        }
        document
    }

    /// For the model: a sentence, the same for programs, and the tool's own words.
    pub(super) fn result(&self, tool: &str, first: &Result<Value, NoResult>) -> Value {
        let (document, failure) = match self {
            Self::Paid(document) => (document, [].as_slice()),
            Self::Unpaid(document, failure) => (document, failure.as_slice()),
        };
        let mut content = vec![json!({"type": "text", "text": sentence(tool, document, price(first).as_deref())})];
        content.extend(failure.iter().cloned());
        json!({"isError": true, "structuredContent": document, "content": content})
    }
}

fn sentence(tool: &str, document: &Value, price: Option<&str>) -> String {
    let text = |name: &str| document.get(name).and_then(Value::as_str).unwrap_or_default();
    let price = price.map_or_else(String::new, |price| format!(", which costs {price}"));
    let (paid, next) = match (text("outcome"), text("retry")) {
        ("open", _) => (
            "A payment was signed for it and may have been taken",
            "Calling the same again with the same arguments is safe: the same payment is sent, and nothing is paid twice",
        ),
        (_, "same_bytes_later") => ("Nothing was paid", "It may work later"),
        _ => (
            "Nothing was paid",
            "Calling it again will not help unless a person changes the limits or the server changes its terms",
        ),
    };
    format!(
        "There is no answer of the tool {}{price} ({}): {}. {paid}. {next}.",
        escape(tool, SHOWN),
        text("code"),
        text("message")
    )
}

/// What the server asked for first, for people.
fn price(first: &Result<Value, NoResult>) -> Option<String> {
    let terms = match first {
        Ok(result) => result.get("structuredContent").filter(|said| said.is_object()).cloned().or_else(|| {
            let text = result.get("content")?.get(0)?.get("text")?.as_str()?;
            serde_json::from_str(text).ok()
        })?,
        Err(NoResult::Error(error)) => error.get("data")?.clone(),
        Err(_) => return None,
    };
    let terms = PaymentRequired::from_json(terms.to_string().as_bytes(), &Limits::BODY).ok()?;
    let offer = terms.accepts.first()?;
    let network = Network::parse(&offer.network).ok()?;
    Some(shown(Amount::parse(&offer.amount).ok()?, network, &escape(&offer.asset, SHOWN).to_string()))
}

fn shown(amount: Amount, network: Network, asset: &str) -> String {
    format!("{} on {network}", format::amount(amount, network, asset))
}

/// The content of a result in which the tool itself says that it failed. Terms, and what a seller says about a payment, are for whoever pays.
pub(super) fn failure(result: &Value) -> Option<Vec<Value>> {
    let is_for_payers = |said: &Value| ["accepts", "retry"].iter().any(|name| said.get(name).is_some());
    let content = result.get("content").filter(|_| result.get("isError").and_then(Value::as_bool) == Some(true))?.as_array()?;
    let text = content.first().and_then(|first| first.get("text")?.as_str());
    let written = text.and_then(|text| serde_json::from_str::<Value>(text).ok());
    let said = [result.get("structuredContent"), written.as_ref()];
    (!said.into_iter().flatten().any(is_for_payers)).then(|| content.clone())
}

/// Says something on standard error, in one line.
pub(super) fn line(format: Format, what: &Value) {
    let text = |name: &str| escape(what.get(name).and_then(Value::as_str).unwrap_or("-"), SHOWN).to_string();
    let line = match (format, what) {
        (Format::Json, _) => what.to_string(),
        (_, Value::String(words)) => format!("quittance: {}", escape(words, 2 * SHOWN)),
        _ => match what.get("outcome").and_then(Value::as_str) {
            Some("paid") => {
                let [tool, shown, payee, transaction, purchase] = ["tool", "shown", "pay_to", "transaction", "purchase"].map(text);
                format!("quittance: paid {tool}: {shown} to {payee}, transaction {transaction}, purchase {purchase}")
            }
            Some("cancelled") => format!("quittance: cancelled {}: {}", text("tool"), text("message")),
            _ => {
                let [tool, outcome, code, message] = ["tool", "outcome", "code", "message"].map(text);
                format!("quittance: {outcome} {tool}: {code}: {message}")
            }
        },
    };
    // a host that keeps no log is not a reason to stop
    let _unread = writeln!(io::stderr(), "{line}");
}
