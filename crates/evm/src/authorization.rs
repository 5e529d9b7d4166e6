//! The rules that every authorization of a transfer is held to, each written once.

use quittance_core::eip712::{Domain, DomainSeparator};
use quittance_core::registry::{TokenDomain, TransferMethod};
use quittance_core::window::WindowError;
use quittance_core::{Address, Amount, Rejection, SchemeId, Terms, UnixSeconds, VerifyInput, Window, WindowRule};

/// How one transfer method calls what can be wrong.
pub(crate) struct Names {
    pub(crate) amount: Rejection,
    pub(crate) recipient: Rejection,
    pub(crate) expired: Rejection,
    pub(crate) early: Rejection,
}

/// One scheme, one network, and the seller's own offer.
///
/// What the client says it accepted is a claim; one that is not this offer was made for another (catalogue rows 61 to 67).
pub(crate) fn offer(input: &VerifyInput<'_>, scheme: &SchemeId, other: Rejection, elsewhere: Rejection) -> Result<(), Rejection> {
    let (payment, terms) = (input.payment, input.terms);
    if payment.scheme() != scheme || terms.scheme() != scheme {
        return Err(other);
    }
    if payment.network() != terms.network() {
        return Err(elsewhere);
    }
    if payment.accepted().is_some_and(|claimed| !terms.is_same_offer(claimed)) { Err(Rejection::NoMatchingOffer) } else { Ok(()) }
}

/// The method of the seller's offer, where it names one (`scheme_exact_evm`, `assetTransferMethod`).
pub(crate) fn method(terms: &Terms, paid_by: TransferMethod) -> Result<(), Rejection> {
    match terms.extra_text("assetTransferMethod") {
        Some(named) if named != paid_by.name() => Err(Rejection::UnsupportedPayloadType),
        _ => Ok(()),
    }
}

/// Exactly the price: not less, and not more (`scheme_exact_evm`, verification step 3; catalogue rows 57 and 58). A price of zero is
/// no price (row 59).
pub(crate) fn amount(authorized: Amount, terms: &Terms, names: &Names) -> Result<(), Rejection> {
    if authorized == terms.amount() && !authorized.is_zero() { Ok(()) } else { Err(names.amount) }
}

/// The seller's own payee (step 5; rows 60 and 61).
pub(crate) fn recipient(to: Address, terms: &Terms, names: &Names) -> Result<(), Rejection> {
    if terms.pay_to().address() == Some(to) { Ok(()) } else { Err(names.recipient) }
}

/// Inside the window, with time left to settle in (step 4; rows 46 to 53).
pub(crate) fn window(window: Window, now: UnixSeconds, rule: &WindowRule, names: &Names) -> Result<(), Rejection> {
    window.judge(now, rule).map_err(|error| match error {
        WindowError::NotYet => names.early,
        // A window that ends before it begins, or in fifty thousand years, has a wrong end.
        _ => names.expired,
    })
}

/// The token's domain: from the registry, where the seller's `extra` may repeat it but not contradict it (catalogue rows 68 and 83); for a token
/// that the registry does not know, from the seller's own words.
pub(crate) fn domain(terms: &Terms, token: Address) -> Result<DomainSeparator, Rejection> {
    let (name, version) = (terms.extra_text("name"), terms.extra_text("version"));
    if let Some(known) = terms.asset().registered().and_then(|info| info.erc20()) {
        let TokenDomain::NameVersion { name: known_name, version: known_version } = known.domain else {
            return Err(Rejection::AssetUnknown);
        };
        if name.is_some_and(|name| name != known_name) {
            return Err(Rejection::TokenNameMismatch);
        }
        if version.is_some_and(|version| version != known_version) {
            return Err(Rejection::TokenVersionMismatch);
        }
        return Ok(known.domain_separator());
    }
    let chain = terms.network().chain_id().ok_or(Rejection::InvalidNetwork)?;
    let (name, version) = name.zip(version).ok_or(Rejection::MissingEip712Domain)?;
    Ok(Domain::token(name, version, chain, token).separator())
}
