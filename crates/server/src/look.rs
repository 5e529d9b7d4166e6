//! All that is decided about a request without asking anybody: cheapest first (rule 10).
//!
//! ```text
//! method ─▶ target ─▶ size, base64, JSON, words ─▶ resource ─▶ offer ─▶ extensions ─▶ window, amount, payee, signature ─▶ payer
//!   405       400              400                    402        402        400, 402                402                     403
//! ```
//!
//! What costs a stranger nothing costs nobody else anything: until here no facilitator was asked, nothing was written down, and the handler has
//! not run (catalogue row 173).

use std::borrow::Cow;

use bytes::Bytes;
use http::request::Parts;
use http::{Method, Response, StatusCode};
use quittance_core::chain::{ChainAnswer, ChainQuery};
use quittance_core::proof::Verified;
use quittance_core::wire::{Bazaar, Binding as BindingInfo, Extension, PaymentIdentifier, VerifyRequest};
use quittance_core::{
    Binding, DecodeError, Limits, Payment, PaymentId, Progress, Rejection, Resource, Scheme, SchemeId, Terms, UnixSeconds,
    VerifyInput, binding, find_offer, header, payment_id,
};
use quittance_guard::replay::Bound;
use quittance_guard::screening::Screened;

use crate::quote::{Standing, Wanted};
use crate::reply::{self, Refusal};
use crate::route::{Bind, Naming, Order};
use crate::seller::{Selling, Shared};

/// A request with a payment that is right as far as can be told here.
pub(crate) struct Case {
    pub(crate) now: UnixSeconds,
    pub(crate) method: Method,
    pub(crate) resource: Resource,
    /// What the facilitator is asked.
    pub(crate) request: VerifyRequest,
    pub(crate) verified: Verified,
    /// Why it would be refused if it had not been bought with before: it, or the offer that it takes, has ended.
    pub(crate) late: Option<Rejection>,
    pub(crate) bound: Option<Bound>,
    pub(crate) payment_id: Option<PaymentId>,
    /// What is offered now, for a refusal that comes later.
    pub(crate) offers: Vec<Terms>,
}

impl<F, L> Shared<F, L> {
    /// A request that may go on, or its answer.
    pub(crate) fn look(&self, selling: &Selling, parts: &Parts) -> Result<Box<Case>, Response<Bytes>> {
        match parts.method {
            Method::OPTIONS => {
                let mut response = reply::text(StatusCode::NO_CONTENT, String::new());
                response.headers_mut().remove(http::header::CONTENT_TYPE);
                return Err(response);
            }
            Method::TRACE | Method::CONNECT => return Err(Refusal::Method.into()),
            _ => {}
        }
        let resource = match &selling.fixed {
            Some(resource) => resource.clone(),
            None => {
                let target = parts.uri.path_and_query().map_or("/", |target| target.as_str());
                self.origin.resource(&selling.route.prefix, target).map_err(|_| Response::from(Refusal::Target))?
            }
        };
        let offers = selling.offers(parts)?;
        let headers = || parts.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
        let Some(found) = header::find_payment(headers()).map_err(|wrong| reply::malformed(&wrong))? else {
            let offers = self.offered(selling, Wanted { method: &parts.method, resource: &resource }, &offers)?;
            let signed = self.signed(selling, &resource, &offers);
            return Err(selling.ask.first(&resource, &offers, (&parts.method, &parts.headers), signed.as_ref()));
        };
        let payment = Payment::from_header_for(found, &offers, &Limits::HEADER).map_err(|wrong| reply::malformed(&wrong))?;
        let now = self.clock.now().map_err(|fault| reply::fault(fault, reply::COME_BACK))?;
        let refuse = |rejection| self.refuse(selling, &resource, &offers, (&parts.method, rejection));

        // the client's word about the resource is compared, never used (rows 70 and 71)
        if payment.resource().is_some_and(|claimed| Resource::parse(claimed).as_ref() != Ok(&resource)) {
            return Err(refuse(Rejection::NoMatchingOffer));
        }
        let (terms, quote_ended) = self
            .offer_of(selling, Wanted { method: &parts.method, resource: &resource }, &offers, &payment, now)
            .map_err(refuse)?;
        // whatever the method: what a listing shows under the resource is the same for all of them
        let ours = selling.route.discovery.as_ref().map(|discovery| &discovery.1);
        if !is_described_by_us(ours, &payment).map_err(|wrong| reply::malformed(&wrong))? {
            return Err(refuse(Rejection::ExtensionEchoMismatch));
        }
        let payment_id = name_of(selling.route.naming, &payment)?;
        let Some(scheme) = self.scheme(&terms) else {
            tracing::error!(scheme = terms.scheme().as_str(), "a price list offers a scheme that the seller was not given");
            return Err(reply::bug());
        };
        if matches!(selling.route.order, Order::Metered { .. }) && *terms.scheme() != SchemeId::Upto {
            tracing::error!(
                scheme = terms.scheme().as_str(),
                "a price list offers what is metered by a scheme that charges all or nothing"
            );
            return Err(reply::bug());
        }
        let check = |now| scheme.verify(&VerifyInput::offline(&payment, &terms, now));
        let (checked, late) = match check(now) {
            // it may have ended because it was settled, and its buyer comes back for what it has paid for
            Err(ended @ (Rejection::Eip3009ValidBefore | Rejection::Permit2Deadline)) => {
                match payment.heyday().filter(|then| *then < now).map(check) {
                    Some(checked) => (checked, Some(ended)),
                    None => (Err(ended), None),
                }
            }
            checked => (checked, quote_ended),
        };
        let verified = match checked.map_err(refuse)? {
            Progress::Verified(verified) => verified,
            Progress::Ask(question) => return Err(refuse(unasked(scheme, &VerifyInput::offline(&payment, &terms, now), question))),
            _ => return Err(refuse(Rejection::UnsupportedPayloadType)),
        };
        let bound = bound(selling.route.bind, &payment, &verified, &parts.method, &resource)?.map_err(refuse)?;
        if let Some(screening) = &self.screening
            && screening.screen(terms.network(), verified.payer()) == Screened::Denied
        {
            return Err(Refusal::Denied.into());
        }
        let request = VerifyRequest::of_header(found, &terms, &selling.ask.info(&resource), &Limits::HEADER)
            .map_err(|wrong| reply::malformed(&wrong))?;
        let offers = offers.into_owned();
        let method = parts.method.clone();
        Ok(Box::new(Case { now, method, resource, request, verified, late, bound, payment_id, offers }))
    }

    /// A refusal with what is offered now.
    pub(crate) fn refuse(
        &self,
        selling: &Selling,
        resource: &Resource,
        offers: &[Terms],
        (method, rejection): (&Method, Rejection),
    ) -> Response<Bytes> {
        match self.offered(selling, Wanted { method, resource }, offers) {
            Ok(offers) => {
                let signed = self.signed(selling, resource, &offers);
                selling.ask.refused(resource, &offers, (method, rejection), signed.as_ref())
            }
            Err(response) => response,
        }
    }

    /// The offers, signed, if somebody signs.
    fn signed(&self, selling: &Selling, resource: &Resource, offers: &[Terms]) -> Option<Extension> {
        let desk = self.desk.as_ref()?;
        match self.clock.now() {
            Ok(now) => {
                let life = |offer: &Terms| selling.route.quote.unwrap_or_else(|| offer.max_timeout_seconds());
                Some(desk.offers(resource, offers, life, now))
            }
            Err(fault) => {
                tracing::warn!(code = fault.code(), "offers go unsigned: nobody knows the time");
                None
            }
        }
    }

    /// The offers as they are written into an answer: sealed, where they are to be honoured later.
    fn offered<'a>(&self, selling: &Selling, wanted: Wanted<'_>, offers: &'a [Terms]) -> Result<Cow<'a, [Terms]>, Response<Bytes>> {
        let (Some(life), Some(key)) = (selling.route.quote, &self.quotes) else { return Ok(offers.into()) };
        let now = self.clock.now().map_err(|fault| reply::fault(fault, reply::COME_BACK))?;
        let end = now.checked_add(life).ok_or_else(reply::bug)?;
        offers.iter().map(|offer| key.seal(offer, wanted, end).ok_or_else(reply::bug)).collect()
    }

    /// The offer that a payment takes: one that is made now, or one of before that is still good. One that has ended is named with what is to be
    /// said of it unless something was bought with it already: whoever has paid is not to be asked to pay again.
    fn offer_of(
        &self,
        selling: &Selling,
        wanted: Wanted<'_>,
        offers: &[Terms],
        payment: &Payment,
        now: UnixSeconds,
    ) -> Result<(Terms, Option<Rejection>), Rejection> {
        // the route may have been sold by another scheme when the offer was made, and cannot settle that any more
        let claimed = payment.accepted().filter(|claimed| offers.iter().any(|offer| offer.scheme() == claimed.scheme()));
        if let (Some(_), Some(key), Some(claimed)) = (selling.route.quote, &self.quotes, claimed) {
            match key.stands(claimed, wanted, now) {
                Standing::Live => return Ok((claimed.clone(), None)),
                Standing::Ended => return Ok((claimed.clone(), Some(Rejection::NoMatchingOffer))),
                Standing::Unsealed => {}
            }
        }
        find_offer(offers, payment).map(|offer| (offer.clone(), None))
    }
}

/// Why a payment is refused whose signature is not that of a key: a contract may answer for the payer, and a seller has no chain to ask it on.
/// As far as can be seen here there is none, and the scheme has a word for that.
fn unasked(scheme: &dyn Scheme, input: &VerifyInput<'_>, question: ChainQuery) -> Rejection {
    let none = ChainAnswer::Bytes(Vec::new());
    let refused =
        matches!(question, ChainQuery::Code { .. }).then(|| scheme.verify(&input.with_answers(&[(question, none)])).err());
    refused.flatten().unwrap_or(Rejection::UnsupportedPayloadType)
}

/// Whether a payment describes the resource as we do, if it describes it: a facilitator lists what it finds there (catalogue row 69).
fn is_described_by_us(ours: Option<&Extension>, payment: &Payment) -> Result<bool, DecodeError> {
    let Some(ours) = ours else { return Ok(true) };
    let Some(theirs) = payment.extensions().entry(Bazaar::ID)? else { return Ok(true) };
    let is_ours = |(name, value)| ours.siblings.iter().any(|(own, said)| own == name && said == value);
    // what is left out is not said
    Ok(theirs.info == ours.info && (theirs.schema.is_none() || theirs.schema == ours.schema) && theirs.siblings.iter().all(is_ours))
}

/// The name that the buyer gave to its payment.
fn name_of(naming: Naming, payment: &Payment) -> Result<Option<PaymentId>, Response<Bytes>> {
    if naming == Naming::Ignored {
        return Ok(None);
    }
    let entry = payment.extensions().entry(payment_id::EXTENSION).map_err(|wrong| reply::malformed(&wrong))?;
    let info = entry.as_ref().map(PaymentIdentifier::try_from).transpose().map_err(|wrong| reply::malformed(&wrong))?;
    match info.and_then(|info| info.id) {
        None if naming == Naming::Required => Err(Refusal::NameMissing.into()),
        name => Ok(name),
    }
}

/// The proof that a payment is bound to this request, if it says so. A binding that is there has to hold, wanted or only preferred.
fn bound(
    bind: Bind,
    payment: &Payment,
    verified: &Verified,
    method: &Method,
    resource: &Resource,
) -> Result<Result<Option<Bound>, Rejection>, Response<Bytes>> {
    let Some(mode) = bind.mode() else { return Ok(Ok(None)) };
    let missing = || if bind == Bind::Required { Err(Refusal::BindingMissing.into()) } else { Ok(Ok(None)) };
    let entry = payment.extensions().entry(binding::EXTENSION).map_err(|wrong| reply::malformed(&wrong))?;
    let Some(entry) = entry else { return missing() };
    let info = BindingInfo::try_from(&entry).map_err(|wrong| reply::malformed(&wrong))?;
    if info.mode != mode {
        return Ok(Err(Rejection::ExtensionEchoMismatch));
    }
    // an echo without a secret is an echo
    let Some(salt) = &info.salt else { return missing() };
    let Ok(binding) = Binding::new(verified.terms().hash(), method.as_str(), resource) else {
        return Err(Refusal::Method.into());
    };
    let binding = match &info.metadata {
        Some(metadata) => binding.with_metadata(metadata),
        None => binding,
    };
    Ok(Bound::prove(&binding, salt, verified.key()).map(Some).map_err(|_| Rejection::ExtensionEchoMismatch))
}
