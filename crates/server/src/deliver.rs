//! Handing over what was paid for, with its receipt.
//!
//! What can be kept is kept before it is sent, for a buyer who can prove to be the one; what passes through is watched, and only what was taken
//! to its end is delivered. Whatever fails after the money has moved is owed (rule 18, catalogue row 156).

use std::sync::Arc;

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue};
use http::{Response, StatusCode};
use http_body::Body;
use quittance_core::header::{PAYMENT_REQUIRED, PAYMENT_RESPONSE, X_PAYMENT_RESPONSE};
use quittance_core::wire::{SettleResponse, Version};
use quittance_guard::replay::{Answer, Claim, ReplayLog, Step};

use crate::answer;
use crate::body::{Ended, Metered, SoldBody, Watch, collected};
use crate::reply;
use crate::sale::{UnderWay, is_delivered};
use crate::seller::Shared;
use crate::settle;

/// What is paid, and for whom.
pub(crate) struct Delivery<F, L> {
    pub(crate) shared: Arc<Shared<F, L>>,
    pub(crate) claim: Claim,
    /// What is said of the settlement where nothing is delivered.
    pub(crate) paper: SettleResponse,
    /// The same with what is signed where something is.
    pub(crate) vouched: SettleResponse,
    pub(crate) version: Version,
    /// Whether the buyer can prove to be the one, and so have it again.
    pub(crate) bound: bool,
    /// Whether only the head of the answer is wanted.
    pub(crate) head: bool,
    /// Held until it is written down what became of it.
    pub(crate) _under_way: UnderWay,
}

impl<F: Send + Sync + 'static, L: ReplayLog + Send + Sync + 'static> Delivery<F, L> {
    /// Hands over an answer whose body is yet to come.
    pub(crate) async fn deliver<B>(self, response: Response<B>) -> Response<SoldBody<B>>
    where
        B: Body<Data = Bytes, Error: Send> + Send + 'static,
    {
        if !is_delivered(response.status()) {
            self.owe().await;
            let mut response = unsold(response);
            reply::put_receipt(response.headers_mut(), self.version, &self.paper);
            return response;
        }
        if self.head || response.status() == StatusCode::SWITCHING_PROTOCOLS {
            // nobody takes a body here that could be watched
            let (mut parts, body) = response.into_parts();
            self.mark(&mut parts.headers);
            self.grant(None).await;
            return Response::from_parts(parts, SoldBody::passing(body, None));
        }
        let short = response.body().size_hint().exact().is_some_and(|length| length <= self.shared.options.keep as u64);
        if !short {
            return self.pass(response);
        }
        let (parts, body) = response.into_parts();
        match collected(body).await {
            Some(body) => self.hand_over(Response::from_parts(parts, body)).await,
            None => {
                tracing::warn!("an answer that is paid for broke off; it is owed");
                self.owe().await;
                let mut response = reply::bug();
                reply::put_receipt(response.headers_mut(), self.version, &self.paper);
                response.map(SoldBody::whole)
            }
        }
    }

    /// Hands over an answer that is there as a whole: first it is kept, then it is sent.
    pub(crate) async fn hand_over<B>(self, mut response: Response<Bytes>) -> Response<SoldBody<B>> {
        own(response.headers_mut());
        make_private(response.headers_mut());
        let keep = self.bound && response.body().len() <= self.shared.options.keep;
        let kept = if keep { answer::keep(response.status(), response.headers(), response.body()) } else { None };
        reply::put_receipt(response.headers_mut(), self.version, &self.vouched);
        self.grant(kept).await;
        response.map(SoldBody::whole)
    }

    /// Lets an answer pass through, and takes note when it has arrived.
    fn pass<B: Body<Data = Bytes>>(self, response: Response<B>) -> Response<SoldBody<B>> {
        let (mut parts, body) = response.into_parts();
        own(&mut parts.headers);
        make_private(&mut parts.headers);
        let (status, headers) = (parts.status, parts.headers.clone());
        reply::put_receipt(&mut parts.headers, self.version, &self.vouched);
        let most = if self.bound { self.shared.options.keep } else { 0 };
        let runtime = tokio::runtime::Handle::current();
        let announced = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
        let watch = Watch::new(most, announced.or_else(|| body.size_hint().exact()), move |ended| {
            runtime.spawn(async move {
                match ended {
                    Ended::Taken(copy) => {
                        let kept = copy.filter(|_| self.bound).and_then(|copy| answer::keep(status, &headers, &copy));
                        self.grant(kept).await;
                    }
                    Ended::Broken => self.owe().await,
                }
            });
        });
        Response::from_parts(parts, SoldBody::passing(body, Some(watch)))
    }

    /// Writes down that it could not be given, so that its buyer can have it at once. If that fails the buyer waits until the claim's lease ends.
    async fn owe(&self) {
        owe(&self.shared, &self.claim).await;
    }

    fn mark(&self, headers: &mut HeaderMap) {
        own(headers);
        make_private(headers);
        reply::put_receipt(headers, self.version, &self.vouched);
    }

    /// Writes down that it was given. If that fails the same buyer can have it again, and nobody else can.
    async fn grant(&self, answer: Option<Answer>) {
        if let Err(error) = settle::take(&self.shared, &self.claim, Step::Grant(answer)).await {
            tracing::warn!(%error, "the log does not take a delivery");
        }
    }
}

/// Writes down that what is paid for could not be given (rule 18).
pub(crate) async fn owe<F, L: ReplayLog + Sync>(shared: &Shared<F, L>, claim: &Claim) {
    if let Err(error) = settle::take(shared, claim, Step::Owe).await {
        tracing::warn!(%error, "the log does not take what is owed");
    }
}

/// An answer that is charged for as it goes. How much that is nobody knows before its end, so neither its length nor a receipt can be announced.
pub(crate) fn metered<B: Body<Data = Bytes>>(response: Response<B>, metered: Metered) -> Response<SoldBody<B>> {
    let (mut parts, body) = response.into_parts();
    own(&mut parts.headers);
    make_private(&mut parts.headers);
    parts.headers.remove(CONTENT_LENGTH);
    Response::from_parts(parts, SoldBody::metered(body, metered))
}

/// An answer of the handler for which nothing was charged, or with nothing in it that was paid for.
pub(crate) fn unsold<B>(mut response: Response<B>) -> Response<SoldBody<B>> {
    own(response.headers_mut());
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    unsay(response.headers_mut());
    response.map(|body| SoldBody::passing(body, None))
}

/// The headers of payment are ours: a handler, or a server behind it, has no say in them (row 163).
fn own(headers: &mut HeaderMap) {
    for name in [PAYMENT_REQUIRED, PAYMENT_RESPONSE, X_PAYMENT_RESPONSE] {
        headers.remove(reply::name(name));
    }
    headers.remove(HeaderName::from_static("settlement-overrides"));
}

/// What was paid for is for who paid (row 169): whatever the handler says about caches, it is private.
fn make_private(headers: &mut HeaderMap) {
    let said: Vec<String> = headers
        .get_all(CACHE_CONTROL)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|word| word.trim().to_ascii_lowercase())
        .filter(|word| !word.is_empty() && word != "public" && word != "private" && !word.starts_with("s-maxage"))
        .collect();
    let words: Vec<_> = std::iter::once("private").chain(said.iter().map(String::as_str)).collect();
    if let Ok(value) = HeaderValue::try_from(words.join(", ")) {
        headers.insert(CACHE_CONTROL, value);
    }
    unsay(headers);
}

/// Takes away what is said to one kind of cache alone, such as `cdn-cache-control`, because there it counts in the place of `cache-control`
/// (RFC 9213, section 2.1).
fn unsay(headers: &mut HeaderMap) {
    let targeted = |name: &HeaderName| {
        let name = name.as_str();
        name.ends_with("-cache-control") || ["surrogate-control", "edge-control", "x-accel-expires"].contains(&name)
    };
    let names: Vec<_> = headers.keys().filter(|name| targeted(name)).cloned().collect();
    for name in names {
        headers.remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn row_169_what_was_paid_for_is_private_whatever_the_handler_says() {
        for (said, expected) in [
            (&[][..], "private"),
            (&["public, max-age=60"], "private, max-age=60"),
            (&["s-maxage=9, no-cache", "Public"], "private, no-cache"),
            (&["no-store"], "private, no-store"),
            (&["private"], "private"),
        ] {
            let mut headers = HeaderMap::new();
            for value in said {
                headers.append(CACHE_CONTROL, HeaderValue::from_static(value));
            }
            make_private(&mut headers);
            let all: Vec<_> = headers.get_all(CACHE_CONTROL).iter().collect();
            assert_eq!(all, [expected]);
        }
    }

    #[test]
    fn row_169_no_kind_of_cache_is_told_otherwise() {
        let mut headers = HeaderMap::new();
        let targeted =
            ["cdn-cache-control", "cloudflare-cdn-cache-control", "surrogate-control", "edge-control", "x-accel-expires"];
        for name in targeted {
            headers.append(name, HeaderValue::from_static("max-age=60"));
            headers.append(name, HeaderValue::from_static("public"));
        }
        headers.insert("etag", HeaderValue::from_static("\"one\""));
        make_private(&mut headers);
        let left: Vec<_> = headers.keys().map(HeaderName::as_str).collect();
        assert_eq!(
            (left.len(), headers.contains_key("etag"), &headers[CACHE_CONTROL]),
            (2, true, &HeaderValue::from_static("private"))
        );
    }
}
