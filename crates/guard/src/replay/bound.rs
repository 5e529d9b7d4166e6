//! Proof that whoever shows a payment is who made it.

use quittance_core::binding::{Binding, BindingError};
use quittance_core::{ReplayKey, Salt};

/// The secret behind the bound nonce of one payment was shown, for this very request.
///
/// It exists only because the nonce was recomputed; its content is private.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bound {
    key: ReplayKey,
}

impl Bound {
    /// Recomputes the nonce of a payment from what the request is for and from the secret that came with it.
    ///
    /// # Errors
    ///
    /// [`BindingError::Nonce`]: the payment is not bound to this request, or the secret is not its secret.
    pub fn prove(binding: &Binding<'_>, salt: &Salt, key: ReplayKey) -> Result<Self, BindingError> {
        // another kind of payment has no nonce to bind
        let (ReplayKey::Eip3009 { nonce, .. } | ReplayKey::Permit2 { nonce, .. }) = key else { return Err(BindingError::Nonce) };
        binding.check(salt, nonce).map(|()| Self { key })
    }

    /// The payment.
    #[must_use]
    pub const fn key(&self) -> &ReplayKey {
        &self.key
    }
}
