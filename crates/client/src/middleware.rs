//! A buyer as a layer of `reqwest-middleware`.
//!
//! The layer lets the client beneath it ask first. What is answered with a 402 is asked for anew by the buyer, which judges the terms that it
//! is given over its own connection, and pays there: the client beneath may follow redirects, go through proxies and log headers, and is
//! never given a payment (catalogue rows 189 and 190).

use http::Extensions;
use quittance_core::Signer;
use quittance_guard::{Ledger, PurchaseId};
use reqwest::header::HeaderMap;
use reqwest::{Method, Request, Response, ResponseBuilderExt as _, Url};
use reqwest_middleware::{Error, Middleware, Next, Result};

use crate::answer::Answer;
use crate::buyer::Buyer;
use crate::trip::OURS;

#[async_trait::async_trait]
impl<S, L> Middleware for Buyer<S, L>
where
    S: Signer + Send + Sync + 'static,
    L: Ledger + Send + Sync + 'static,
{
    async fn handle(&self, request: Request, extensions: &mut Extensions, next: Next<'_>) -> Result<Response> {
        let again = request.try_clone();
        let first = next.run(request, extensions).await?;
        let Some(again) = again.filter(|again| first.status() == 402 && is_to_be_bought(again, first.url())) else {
            return Ok(first);
        };
        let url = first.url().clone();
        drop(first);
        let body = again.body().and_then(reqwest::Body::as_bytes).unwrap_or_default();
        let mut request = self.request(again.method().as_str(), url.as_str()).body(body);
        for (name, value) in again.headers().iter().filter(|(name, _)| !OURS.contains(&name.as_str())) {
            request = request.header(name.as_str(), value.to_str().map_err(Error::middleware)?);
        }
        if let Some(purchase) = extensions.get::<PurchaseId>() {
            request = request.purchase(purchase.as_str()).map_err(Error::middleware)?;
        }
        let answer = request.send().await.map_err(Error::middleware)?;
        response(answer, url)
    }
}

/// Whether a request can be asked again as it was: it brings no payment of its own, its body is there in full, and where it was led elsewhere
/// it is one that is the same there.
fn is_to_be_bought(request: &Request, answered: &Url) -> bool {
    let brings_payment = |headers: &HeaderMap| headers.contains_key("payment-signature") || headers.contains_key("x-payment");
    let is_whole = request.body().is_none_or(|body| body.as_bytes().is_some());
    let is_there = request.url() == answered || [Method::GET, Method::HEAD].contains(request.method());
    !brings_payment(request.headers()) && is_whole && is_there
}

/// The answer as reqwest gives one, with the name of the purchase and its receipt among its extensions.
fn response(answer: Answer, url: Url) -> Result<Response> {
    let (exchange, purchase, receipt) = answer.into_parts();
    let mut builder = http::Response::builder().status(exchange.status).url(url);
    if let Some(headers) = builder.headers_mut() {
        *headers = exchange.headers;
    }
    if let Some(extensions) = builder.extensions_mut() {
        purchase.map(|purchase| extensions.insert(purchase));
        receipt.map(|receipt| extensions.insert(receipt));
    }
    builder.body(exchange.body).map(Response::from).map_err(Error::middleware)
}
