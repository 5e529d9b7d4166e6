//! The rules that every authorization of a transfer is held to, each written once.

use quittance_core::window::WindowError;
use quittance_core::{Address, Amount, Rejection, Terms, UnixSeconds, Window, WindowRule};

/// How one transfer method calls what can be wrong.
pub(crate) struct Names {
    pub(crate) amount: Rejection,
    pub(crate) recipient: Rejection,
    pub(crate) expired: Rejection,
    pub(crate) early: Rejection,
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
