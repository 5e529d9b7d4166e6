//! What is answered, in the words of the version that was spoken.

use std::sync::Arc;

use quittance_core::json::Object;
use quittance_core::rejection::Vocabulary;
use quittance_core::wire::{SettleResponse, SupportedKind, SupportedResponse, VerifyResponse};
use quittance_core::{Account, Address, Amount, Rejection, Scheme, SchemeId};

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
    let said = (*case.terms.scheme() != SchemeId::Exact).then_some(charged);
    let payer = Account::Evm(case.payment.from().unwrap_or(Address::ZERO));
    SettleResponse::receipt(&case.payment, case.terms.network(), transaction, &payer, said)
}

/// A refusal, with the transaction that it is about if there is one.
pub(crate) fn refused(case: &Case, rejection: Rejection, hash: Option<TransactionHash>, words: Vocabulary) -> SettleResponse {
    let transaction = hash.map(|hash| hash.to_string()).unwrap_or_default();
    SettleResponse::refusal(&case.payment, case.terms.network(), rejection.reason_in(words), &transaction)
}

/// What can be settled, and with which accounts.
pub(crate) fn supported<C>(lanes: &[Arc<Lane<C>>], schemes: &[Arc<dyn Scheme>]) -> SupportedResponse {
    let mut kinds = Vec::new();
    for lane in lanes {
        for scheme in schemes.iter().filter(|scheme| scheme.serves(lane.network)) {
            let extra = lane.signers.first().filter(|_| scheme.id() == SchemeId::Upto).map(|desk| {
                let mut extra = Object::new();
                extra.insert("facilitatorAddress", desk.signer.to_string().as_str());
                extra
            });
            kinds.extend(SupportedKind::each(&scheme.id(), lane.network, extra.as_ref()));
        }
    }
    let mut response = SupportedResponse::new(kinds);
    let signers =
        |lane: &Arc<Lane<C>>| (lane.network.to_string(), lane.signers.iter().map(|desk| desk.signer.to_string()).collect());
    let mut extensions = Vec::new();
    for way in lanes.iter().flat_map(|lane| &lane.settings.sponsoring) {
        if !extensions.iter().any(|known| known == way.id()) {
            extensions.push(way.id().to_owned());
        }
    }
    response.extensions = Some(extensions);
    response.signers = Some(lanes.iter().map(signers).collect());
    response
}
