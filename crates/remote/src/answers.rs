//! What an answer says, if it says anything.
//!
//! | status | body | is |
//! |---|---|---|
//! | 200 | a verdict that holds | the verdict |
//! | 400, 412 | a refusal | the refusal; some facilitators answer so |
//! | 429, 5xx | anything | a fault; a refusal in it is not believed, because a server that is breaking says many things |
//! | any other | anything | a fault: it is no facilitator, or it does not know us |
//!
//! A verdict holds if it is one object with every member in place, a boolean where one belongs, and speaks of the payer, the network, the
//! amount and a transaction that the question allows (catalogue rows 134 to 136). A refusal whose reason is an outage is that outage.

use quittance_core::rejection::Reason;
use quittance_core::wire::{SettleRequest, SettleResponse, SupportedResponse, VerifyRequest, VerifyResponse};
use quittance_core::{Address, Fault, Limits, Settling, json};

use crate::web::{Exchange, Lost, Whole};

/// What a question that got no answer comes to.
pub(crate) const fn lost(lost: Lost) -> Fault {
    match lost {
        Lost::Unreachable => Fault::FacilitatorUnreachable,
        Lost::Late => Fault::FacilitatorTimeout,
        Lost::Broken => Fault::ConnectionLost,
    }
}

pub(crate) fn verified(exchange: &Exchange, request: &VerifyRequest) -> Result<VerifyResponse, Fault> {
    let refusals = readable(exchange, Fault::VerifyFailed)?;
    let response = VerifyResponse::from_json(&exchange.body, &Limits::BODY).map_err(|_| Fault::FacilitatorReply)?;
    if !response.is_valid {
        return outage(response.invalid_reason.as_deref()).map_or(Ok(response), Err);
    }
    let holds = refusals == Refusals::Mixed && is_payer(request, response.payer.as_deref());
    if holds { Ok(response) } else { Err(Fault::FacilitatorReply) }
}

pub(crate) fn settled(exchange: &Exchange, request: &SettleRequest) -> Result<SettleResponse, Fault> {
    let refusals = readable(exchange, Fault::SettleFailed)?;
    let response = SettleResponse::from_json(&exchange.body, &Limits::BODY).map_err(|_| Fault::FacilitatorReply)?;
    if !response.success {
        return outage(response.error_reason.as_deref()).map_or(Ok(response), Err);
    }
    let answered = Settling::of_request(&request.0).is_ok_and(|asked| asked.judge(&response).is_ok());
    if refusals == Refusals::Mixed && answered { Ok(response) } else { Err(Fault::FacilitatorReply) }
}

pub(crate) fn supported(exchange: &Exchange) -> Result<SupportedResponse, Fault> {
    match readable(exchange, Fault::VerifyFailed)? {
        Refusals::Mixed => SupportedResponse::from_json(&exchange.body, &Limits::BODY).map_err(|_| Fault::FacilitatorReply),
        Refusals::Only => Err(Fault::FacilitatorReply),
    }
}

/// What may stand in an answer of a status.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Refusals {
    /// A verdict of either kind.
    Mixed,
    /// A refusal.
    Only,
}

/// Whether there is a body worth reading, by the status and its size.
fn readable(exchange: &Exchange, broken: Fault) -> Result<Refusals, Fault> {
    let refusals = match exchange.status {
        200 => Refusals::Mixed,
        400 | 412 => Refusals::Only,
        429 | 500..=599 => return Err(told(&exchange.body).unwrap_or(broken)),
        _ => return Err(Fault::FacilitatorReply),
    };
    match exchange.whole {
        Whole::Yes => Ok(refusals),
        Whole::TooLong => Err(Fault::FacilitatorReply),
        Whole::Broken => Err(Fault::ConnectionLost),
    }
}

/// The fault that a body names as its `error.code`, where the other side is one of ours.
fn told(body: &[u8]) -> Option<Fault> {
    let json::Value::Object(object) = json::parse(body, &Limits::BODY).ok()? else { return None };
    let Some(json::Value::Object(error)) = object.member("error") else { return None };
    let Some(json::Value::String(code)) = error.member("code") else { return None };
    Fault::ALL.iter().copied().find(|fault| *code == fault.code())
}

/// The outage that a reason is.
fn outage(reason: Option<&str>) -> Option<Fault> {
    match Reason::parse(reason?) {
        Reason::Fault(fault) => Some(fault),
        Reason::Rejection(_) | Reason::Other => None,
    }
}

/// Whether a facilitator names the payer that the payment does, if it names one and the payment does.
fn is_payer(request: &VerifyRequest, named: Option<&str>) -> bool {
    let payer = request.payment().ok().and_then(|payment| payment.from());
    match (payer, named) {
        (Some(payer), Some(named)) => Address::parse(named) == Ok(payer),
        _ => true,
    }
}
