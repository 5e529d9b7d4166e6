//! An event as JSON; `spec-vectors/AUDIT.md` is the list of its members.

use alloc::string::{String, ToString as _};

use quittance_core::json::{Object, Value, canonical};

use super::event::Event;
use super::facts::{Budget, Offer, Settlement, Times};
use super::vocabulary::Stage;
use crate::signed_receipt::SignedReceipt;

/// The event of a writer that opens the log.
pub(super) fn opened(generation: u64, times: Times) -> String {
    let mut object = Object::new();
    object.insert("stage", Stage::Opened.as_str());
    object.insert("generation", generation.to_string());
    object.insert("time", time(times));
    canonical(&object.into())
}

/// The canonical text of an event.
pub(super) fn event(event: &Event, times: Times) -> String {
    let mut object = Object::new();
    let mut text = |name: &str, text: Option<&str>| {
        if let Some(text) = text {
            object.insert(name, text);
        }
    };
    text("stage", Some(event.stage.as_str()));
    text("side", Some(event.side.as_str()));
    text("request_id", Some(event.request.as_str()));
    text("resource_category", Some(event.category.as_str()));
    text("method", Some(event.method.as_str()));
    text("origin", event.origin.as_ref().map(|origin| origin.as_str()));
    text("purchase", event.purchase.as_ref().map(|name| name.as_str()));
    text("task", event.task.as_ref().map(|name| name.as_str()));
    text("session", event.session.as_ref().map(|name| name.as_str()));
    text("wallet_role", event.wallet_role.as_ref().map(|role| role.as_str()));
    text("refusal", event.refusal.map(|refusal| refusal.word()));
    text("retry_decision", event.retry.map(|retry| retry.as_str()));
    text("signed_receipt", event.signed_receipt.map(SignedReceipt::as_str));
    text("service_version", event.service_version.as_ref().map(|version| version.as_str()));
    if let Some((decision, rule)) = &event.policy {
        text("policy_decision", Some(decision.as_str()));
        text("policy_rule", Some(rule.as_str()));
    }
    if let Some((word, code)) = event.facilitator.map(|result| result.words()) {
        text("facilitator_result", Some(word));
        text("facilitator_reason", code);
    }
    if let Some(output) = &event.output {
        text("output_validation", Some(&output.to_string()));
    }
    if let Some(offer) = &event.offer {
        members_of(offer, &mut object);
    }
    if let Some(signed) = event.signed {
        object.insert("signed_retry", signed.to_string());
        object.insert("signature_stored", false);
    }
    if let Some(found) = &event.settlement {
        object.insert("settlement", settlement(found));
    }
    if let Some(found) = &event.budget {
        object.insert("budget", budget(found));
        object.insert("spend_limit", found.spend_limit(event.offer.as_ref()));
        object.insert("next_action", found.next_action(event.offer.as_ref()));
    }
    object.insert("time", time(times));
    canonical(&object.into())
}

fn members_of(offer: &Offer, object: &mut Object) {
    object.insert("terms_hash", offer.terms.to_string());
    object.insert("amount", offer.amount.to_string());
    object.insert("network", offer.network.as_str());
    object.insert("asset", offer.asset.as_str());
    object.insert("payee", offer.payee.as_str());
}

fn time(times: Times) -> Value {
    let mut object = Object::new();
    object.insert("local", times.local.to_string());
    if let Some(chain) = times.chain {
        object.insert("chain", chain.to_string());
    }
    object.into()
}

fn settlement(settlement: &Settlement) -> Value {
    let mut object = Object::new();
    object.insert("amount", settlement.amount.to_string());
    object.insert("attested", settlement.attested.as_str());
    if let Some(transaction) = &settlement.transaction {
        object.insert("transaction", transaction.as_str());
    }
    if let Some(block) = settlement.block {
        object.insert("block", block.to_string());
    }
    object.into()
}

fn budget(budget: &Budget) -> Value {
    let mut object = Object::new();
    object.insert("meter", budget.limit.meter.as_str());
    object.insert("limit", budget.limit.max.to_string());
    object.insert("before", budget.before.to_string());
    object.insert("after", budget.after.to_string());
    object.into()
}
