//! From an allowed offer to the header that pays for it.

use quittance_core::binding::{self, Binding};
use quittance_core::json::Object;
use quittance_core::payment_id;
use quittance_core::signature::SignatureBytes;
use quittance_core::wire::{self, Asked, Extension, Paying};
use quittance_core::{Limits, PaymentId, Resource, Salt, Signer, UnixSeconds, Window};
use quittance_evm::Unsigned;
use quittance_guard::budget::Signed;
use quittance_guard::policy::Allowed;

use crate::error::Error;
use crate::host::Host;

/// How many seconds before now a payment becomes good: clocks differ, and the chain's is the time of its newest block (catalogue row 54).
const BEFORE: u64 = 600;

/// Signs for what a policy allowed, and gives the header with what a ledger has to keep of it.
///
/// A [`Buyer`](crate::Buyer) does this after it has set the price aside, and keeps the bytes before it sends them. Whoever calls it alone, to hand the
/// payment to another program, has no budget and no second line of defence: what was signed can be paid.
///
/// The nonce is always bound to the request; whoever does not know the extension sees an ordinary one. The salt goes to sellers that ask for
/// it. Whether the payment fits into a header is known before the signer is asked: a signature that cannot be sent had better not exist.
///
/// # Errors
///
/// [`Error::Offer`] for an offer that is not signed for, [`Error::Request`] for a method that is none, [`Error::Misuse`] where the payment does not
/// fit into a header, [`Error::Signer`], and [`Error::Fault`] without a random source.
pub async fn sign<S: Signer>(
    signer: &S,
    host: &Host,
    asked: &Asked,
    allowed: &Allowed,
    (method, resource): (&str, &Resource),
    now: UnixSeconds,
) -> Result<(Paying, Signed), Error> {
    sign_with(signer, host, asked, allowed, (method, resource, None), now).await
}

/// The same, with metadata in the bound nonce.
pub(crate) async fn sign_with<S: Signer>(
    signer: &S,
    host: &Host,
    asked: &Asked,
    allowed: &Allowed,
    (method, resource, metadata): (&str, &Resource, Option<&Object>),
    now: UnixSeconds,
) -> Result<(Paying, Signed), Error> {
    let terms = allowed.terms();
    let salt = Salt::from_bytes(host.fresh()?);
    let binding = Binding::new(terms.hash(), method, resource).map_err(|_| Error::Request)?;
    let nonce = metadata.map_or_else(|| binding.clone(), |metadata| binding.clone().with_metadata(metadata)).nonce(&salt);
    let until = now.checked_add(allowed.window()).unwrap_or(now);
    let window = Window::new(UnixSeconds::from_secs(now.as_secs().saturating_sub(BEFORE)), until);
    let unsigned = Unsigned::new(terms, signer.address(), nonce, window).map_err(Error::Offer)?;
    let additions = additions(asked, (&salt, metadata), host)?;
    let paying = |signature: SignatureBytes| {
        asked.pay(terms, unsigned.signed(signature), &additions, &Limits::HEADER).map_err(Error::Misuse)
    };
    paying(SignatureBytes::parse(&format!("0x{}", "00".repeat(65))).map_err(|_| Error::Request)?)?;
    let signature = signer.sign(unsigned.request()).await.map_err(|error| Error::Signer(error.to_string()))?;
    let paying = paying(signature.into())?;
    let kept = Signed::new(unsigned.key(), unsigned.expires(), &paying.line());
    Ok((paying, kept))
}

/// What is said in answer to the seller's extensions: the salt of the bound nonce, and a name for the payment. An entry that is malformed
/// is returned as it came.
fn additions(
    asked: &Asked,
    (salt, metadata): (&Salt, Option<&Object>),
    host: &Host,
) -> Result<Vec<(&'static str, Extension)>, Error> {
    let mut additions = Vec::new();
    let entry = |id| asked.extensions().entry(id).ok().flatten();
    if let Some(offered) = entry(binding::EXTENSION).and_then(|entry| wire::Binding::try_from(&entry).ok()) {
        additions.push((binding::EXTENSION, (&offered.answer(salt.clone(), metadata.cloned())).into()));
    }
    if let Some(offered) = entry(payment_id::EXTENSION).and_then(|entry| wire::PaymentIdentifier::try_from(&entry).ok()) {
        let digits = host.fresh::<16>()?.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let id = PaymentId::parse(&format!("pay_{digits}")).map_err(|_| Error::Request)?;
        additions.push((payment_id::EXTENSION, (&offered.answer(id)).into()));
    }
    Ok(additions)
}
