//! The request that a payment came with, as its host received it.
//!
//! What the client says of the resource is compared and never used (catalogue rows 70 and 71). A nonce that the payer bound to a request has to
//! be bound to this one (rows 107 to 109), where the seller has offered that, whether it insists on bound nonces or not.

use alloc::string::String;

use quittance_core::binding::{self, Mode};
use quittance_core::wire;
use quittance_core::{Binding, Payment, Rejection, ReplayKey, Resource, Verified};

use crate::answer::Problem;
use crate::arguments::Texts;

/// A request, and whether payments for it are held to a binding.
pub(crate) struct Request {
    method: String,
    resource: Resource,
    bind: Option<Mode>,
}

impl Request {
    /// Reads `{method, url, bind}`; without `bind` nobody has been asked to bind anything.
    pub(crate) fn read(given: &[u8]) -> Result<Self, Problem> {
        let texts = Texts::read(given)?;
        let resource = Resource::parse(texts.required("url")?).map_err(|error| Problem::of_kind(error).with("path", "url"))?;
        let bind =
            texts.optional("bind")?.map(Mode::parse).transpose().map_err(|error| Problem::of_kind(error).with("path", "bind"))?;
        Ok(Self { method: texts.required("method")?.into(), resource, bind })
    }

    /// Whether a payment that names a resource names this one.
    pub(crate) fn is_named_by(&self, payment: &Payment) -> Result<(), Rejection> {
        match payment.resource() {
            Some(claimed) if Resource::parse(claimed).as_ref() != Ok(&self.resource) => Err(Rejection::NoMatchingOffer),
            _ => Ok(()),
        }
    }

    /// Whether the payment is bound to this request. One that says so and is not is refused.
    pub(crate) fn is_bound(&self, payment: &Payment, verified: &Verified) -> Result<bool, Problem> {
        let Some(mode) = self.bind else { return Ok(false) };
        let entry = payment.extensions().entry(binding::EXTENSION)?;
        let info = entry.as_ref().map(wire::Binding::try_from).transpose()?;
        if info.as_ref().is_some_and(|info| info.mode != mode) {
            return Err(Rejection::ExtensionEchoMismatch.into());
        }
        // an echo without a secret is an echo
        let Some((info, salt)) = info.as_ref().and_then(|info| Some((info, info.salt.as_ref()?))) else {
            return match mode {
                Mode::Preferred => Ok(false),
                _ => Err(Problem::named("binding_missing", "the extension quittance-binding is required")
                    .with("reason", Rejection::InvalidPayload.reason())
                    .with("status", 400)),
            };
        };
        let not_bound = |error: binding::BindingError| Problem::named(error.name(), error).with("status", 405);
        let mut binding = Binding::new(verified.terms().hash(), &self.method, &self.resource).map_err(not_bound)?;
        if let Some(metadata) = &info.metadata {
            binding = binding.with_metadata(metadata);
        }
        let (ReplayKey::Eip3009 { nonce, .. } | ReplayKey::Permit2 { nonce, .. }) = verified.key() else {
            return Err(Rejection::ExtensionEchoMismatch.into());
        };
        binding.check(salt, nonce).map(|()| true).map_err(|_| Rejection::ExtensionEchoMismatch.into())
    }
}
