//! What somebody else could do with the bytes of a payment.

use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use quittance_core::{Authorization, Payment, Terms, UnixSeconds, Window};

use crate::report::{Outcome, Rule};
use crate::words;

/// Longer than this a payment needs nowhere (catalogue rule 24).
const LONG: u64 = 900;

/// Sentences, the weightiest first. Bytes that nobody signed, or that are over, do no harm, and that is said instead.
pub(crate) fn of(payment: &Payment, terms: &Terms, now: UnixSeconds, bound: bool, rules: &[Rule]) -> Vec<String> {
    let signature = rules.iter().find(|rule| rule.name == "signature").map(|rule| rule.outcome);
    if signature == Some(Outcome::NotReached) {
        return Vec::new();
    }
    if signature != Some(Outcome::Holds) {
        return [
            "nothing, unless a contract at the payer's address takes the signature: the payer's key did not sign this".to_string()
        ]
        .into();
    }
    let Some((window, what)) = authorized(payment, terms) else { return Vec::new() };
    if window.valid_before() < now {
        return [format!(
            "nothing any more: it was over {} ago",
            words::span(now.as_secs().saturating_sub(window.valid_before().as_secs()))
        )]
        .into();
    }
    let left = window.valid_before().as_secs().saturating_sub(now.as_secs());
    let mut says = [format!("whoever holds these bytes can {what}, within the next {}, once", words::span(left))].to_vec();
    if !bound {
        says.push(
            "until then they can be shown for anything that this payee sells at this price: what is bought is not signed \
             (a nonce bound to the request closes this)"
                .to_string(),
        );
    }
    if left > LONG {
        says.push(format!("{} is long: a payment needs minutes, and what is not used can be used later", words::span(left)));
    }
    if payment.resource().is_some_and(|url| url.starts_with("http://")) {
        says.push("the resource is not encrypted on its way, so others may hold these bytes already".to_string());
    }
    says
}

fn authorized(payment: &Payment, terms: &Terms) -> Option<(Window, String)> {
    Some(match payment.authorization() {
        Authorization::Eip3009(payload) => {
            let paid = &payload.authorization;
            let amount = words::amount(paid.value, terms.asset());
            (paid.window, format!("have {amount} moved from {} to {}, and nowhere else", paid.from, paid.to))
        }
        Authorization::ExactPermit2(payload) => {
            let (permit, witness) = (&payload.permit, &payload.permit.witness);
            let amount = words::amount(permit.permitted.amount, terms.asset());
            let says = format!("have {amount} moved from {} to {}, and nowhere else", payload.from, witness.to);
            (Window::new(witness.valid_after, permit.deadline), says)
        }
        Authorization::UptoPermit2(payload) => {
            let (permit, witness) = (&payload.permit, &payload.permit.witness);
            let amount = words::amount(permit.permitted.amount, terms.asset());
            let (from, to, settler) = (payload.from, witness.to, witness.facilitator);
            let says = format!("ask {settler}, and only that one, to move any amount up to {amount} from {from} to {to}");
            (Window::new(witness.valid_after, permit.deadline), says)
        }
        _ => return None,
    })
}
