//! The answer to a request that has not paid: terms in the header of version 2, and in the body for version 1 (HTTP transport v2 and v1).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{HeaderMap, Method, Response, StatusCode};
use quittance_core::header::{self, PAYMENT_REQUIRED};
use quittance_core::wire::{Extension, OfferReceipt, PaymentRequired, ResourceInfo};
use quittance_core::{Limits, Misuse, Rejection, Resource, Terms};

use crate::paywall;
use crate::reply;
use crate::route::Route;

/// A URL that nobody sells at, in whose place the resource is written. Neither it nor any resource is changed by being written into JSON.
const ANYWHERE: &str = "https://0.invalid/";
/// As long as a resource can be.
const LONGEST_RESOURCE: usize = 2_048;

/// How a route asks for payment.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    route: Route,
    /// What is asked on a first request, around the resource; only where the offers are always the same.
    first: Option<Written>,
    /// The same with what is said to whoever lists resources.
    described: Option<Written>,
}

/// Terms around the places of the resource.
#[derive(Clone, Debug)]
struct Written {
    header: Vec<String>,
    body: Vec<String>,
}

impl Ask {
    /// Asks by the conditions of a route, for these offers if they are always the same.
    ///
    /// # Errors
    ///
    /// [`Misuse::TermsTooLong`] when there is a resource for which they would not pass common front ends (catalogue row 44).
    pub(crate) fn new(route: Route, fixed: Option<&[Terms]>) -> Result<Self, Misuse> {
        let mut ask = Self { route, first: None, described: None };
        let Some(offers) = fixed else { return Ok(ask) };
        let longest = ANYWHERE.to_owned() + &"x".repeat(LONGEST_RESOURCE - ANYWHERE.len());
        let described = ask.route.discovery.as_ref().map(|discovery| &discovery.1);
        header::encode(&ask.terms(&longest, offers, Rejection::NoMatchingOffer.reason(), (described, None)), &Limits::HEADER)?;
        if ask.route.quote.is_none() {
            let written = |described| {
                let terms = ask.terms(ANYWHERE, offers, FIRST, (described, None));
                let pieces = |text: String| text.split(ANYWHERE).map(str::to_owned).collect();
                Written { header: pieces(terms.to_json()), body: pieces(body(&terms)) }
            };
            (ask.first, ask.described) = (Some(written(None)), described.map(|entry| written(Some(entry))));
        }
        Ok(ask)
    }

    /// The answer to a request without payment.
    pub(crate) fn first(
        &self,
        resource: &Resource,
        offers: &[Terms],
        (method, headers): (&Method, &HeaderMap),
        signed: Option<&Extension>,
    ) -> Response<Bytes> {
        let html = paywall::is_wanted(method, headers);
        let described = self.route.described(method);
        let written = if described.is_some() { &self.described } else { &self.first };
        match written {
            Some(written) if !html && signed.is_none() => {
                let json = written.header.join(resource.as_str());
                let header = HeaderValue::from_maybe_shared(Bytes::from(STANDARD.encode(json)));
                answer(StatusCode::PAYMENT_REQUIRED, header.ok(), written.body.join(resource.as_str()))
            }
            _ => {
                let terms = self.terms(resource.as_str(), offers, FIRST, (described, signed));
                let mut response = self.write(StatusCode::PAYMENT_REQUIRED, terms);
                if html {
                    paywall::put(&mut response, resource, self.route.description.as_deref(), offers);
                }
                response
            }
        }
    }

    /// The answer to a request whose payment is refused, with the terms if another may pass.
    pub(crate) fn refused(
        &self,
        resource: &Resource,
        offers: &[Terms],
        (method, rejection): (&Method, Rejection),
        signed: Option<&Extension>,
    ) -> Response<Bytes> {
        let status = StatusCode::from_u16(rejection.status()).unwrap_or(StatusCode::PAYMENT_REQUIRED);
        if !matches!(status, StatusCode::PAYMENT_REQUIRED | StatusCode::PRECONDITION_FAILED) {
            return reply::rejected(rejection);
        }
        self.write(status, self.terms(resource.as_str(), offers, rejection.reason(), (self.route.described(method), signed)))
    }

    fn terms(
        &self,
        resource: &str,
        offers: &[Terms],
        error: &str,
        (described, signed): (Option<&Extension>, Option<&Extension>),
    ) -> PaymentRequired {
        let mut info = ResourceInfo::new(resource);
        info.description = self.route.description.as_deref().map(str::to_owned);
        info.mime_type = self.route.mime_type.as_deref().map(str::to_owned);
        let service = &self.route.service;
        info.service_name = service.name.as_deref().map(str::to_owned);
        info.tags = Some(service.tags.iter().map(ToString::to_string).collect()).filter(|tags: &Vec<_>| !tags.is_empty());
        info.icon_url = service.icon.as_deref().map(str::to_owned);
        let mut terms = PaymentRequired::new(info, offers.iter().map(|offer| offer.requirements().clone()).collect());
        terms.error = Some(error.to_owned());
        terms.extensions = self.route.extensions(described, signed);
        terms
    }

    /// What the resource is called when a facilitator is asked in the words of version 1.
    pub(crate) fn info(&self, resource: &Resource) -> ResourceInfo {
        let mut info = ResourceInfo::new(resource.as_str());
        info.description = self.route.description.as_deref().map(str::to_owned);
        info.mime_type = self.route.mime_type.as_deref().map(str::to_owned);
        info
    }

    fn write(&self, status: StatusCode, mut terms: PaymentRequired) -> Response<Bytes> {
        let written = header::encode(&terms, &Limits::HEADER).or_else(|_| {
            // what is signed repeats the resource for every offer; without it the terms are the same
            terms.extensions = terms.extensions.take().map(|extensions| extensions.without(OfferReceipt::ID));
            header::encode(&terms, &Limits::HEADER)
        });
        match written {
            Ok(text) => answer(status, HeaderValue::try_from(text).ok(), body(&terms)),
            Err(_) => {
                tracing::error!(route = self.route.description.as_deref(), "the terms of a price list do not fit into a header");
                reply::bug()
            }
        }
    }
}

/// What the specification's own example says to a request without payment.
const FIRST: &str = "PAYMENT-SIGNATURE header is required";

/// The body: version 1's terms, or nothing.
fn body(terms: &PaymentRequired) -> String {
    terms.body_v1().map_or_else(|| "{}".into(), |body| body.to_json())
}

fn answer(status: StatusCode, header: Option<HeaderValue>, body: String) -> Response<Bytes> {
    let Some(header) = header else { return reply::bug() };
    let mut response = reply::text(status, body);
    response.headers_mut().insert(reply::name(PAYMENT_REQUIRED), header);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
