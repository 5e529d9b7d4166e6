//! The rules that every authorization of a transfer is held to, each written once.

use quittance_core::registry::TransferMethod;
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
