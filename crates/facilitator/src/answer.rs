//! What is answered, in the words of the version that was spoken.

use std::sync::Arc;

use quittance_core::json::Object;
use quittance_core::registry;
use quittance_core::rejection::Vocabulary;
use quittance_core::wire::{SettleResponse, SupportedKind, SupportedResponse, VerifyResponse, Version};
use quittance_core::{Amount, Rejection, Scheme, SchemeId};

use crate::case::{Case, Unreadable};
use crate::chain::TransactionHash;
use crate::lane::Lane;

/// A request that cannot be read, for verification.
pub(crate) fn unverifiable(unreadable: Unreadable, words: Vocabulary) -> VerifyResponse {
    VerifyResponse::invalid(unreadable.rejection.reason_in(words), unreadable.payer)
}

/// A request that cannot be read, for settlement.
pub(crate) fn unsettleable(unreadable: Unreadable, words: Vocabulary) -> SettleResponse {
    let mut response = SettleResponse::failed(unreadable.network, unreadable.rejection.reason_in(words));
    response.payer = unreadable.payer;
    response
}

/// A receipt. The charge of a payment up to a ceiling is always said (`scheme_upto_evm`, phase 4).
pub(crate) fn settled(case: &Case, transaction: &str, charged: Amount) -> SettleResponse {
    let mut response = SettleResponse::settled(case.network(), transaction, case.payer().unwrap_or_default());
    if case.payment.version() == Version::V2 && *case.terms.scheme() != SchemeId::Exact {
        response.amount = Some(charged.to_string());
    }
    response
}

/// A refusal, with the transaction that it is about if there is one.
pub(crate) fn refused(case: &Case, rejection: Rejection, hash: Option<TransactionHash>, words: Vocabulary) -> SettleResponse {
    let mut response = SettleResponse::failed(case.network(), rejection.reason_in(words));
    response.payer = case.payer();
    if let Some(hash) = hash {
        response.transaction = hash.to_string();
    }
    response
}

/// What can be settled, and with which accounts.
pub(crate) fn supported<C>(lanes: &[Arc<Lane<C>>], schemes: &[Arc<dyn Scheme>]) -> SupportedResponse {
    let mut kinds = Vec::new();
    for lane in lanes {
        for scheme in schemes.iter().filter(|scheme| scheme.serves(lane.network)) {
            let id = scheme.id();
            let mut kind = SupportedKind::new(Version::V2, id.as_str(), lane.network.to_string());
            if let (SchemeId::Upto, Some(desk)) = (&id, lane.signers.first()) {
                let mut extra = Object::new();
                extra.insert("facilitatorAddress", desk.signer.to_string().as_str());
                kind.extra = Some(extra);
            }
            kinds.push(kind);
            if let (SchemeId::Exact, Some(name)) = (&id, registry::v1_name(lane.network)) {
                kinds.push(SupportedKind::new(Version::V1, id.as_str(), name));
            }
        }
    }
    let mut response = SupportedResponse::new(kinds);
    let signers =
        |lane: &Arc<Lane<C>>| (lane.network.to_string(), lane.signers.iter().map(|desk| desk.signer.to_string()).collect());
    response.signers = Some(lanes.iter().map(signers).collect());
    response
}
