//! What the gate answers for itself: fixed codes, never the words of an upstream or of a system (catalogue row 172).

use http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderValue, RETRY_AFTER, X_CONTENT_TYPE_OPTIONS};
use http::{Method, Response, StatusCode};
use quittance_core::json::{Object, Value};

use crate::body::AnswerBody;

/// Why a request gets no answer of the upstream's.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Refusal {
    /// The target is no path, or could be any.
    Target,
    /// It is one route's in one reading and another's in another.
    Ambiguous,
    /// There is no such route.
    Unlisted,
    /// The route has other methods.
    Method,
    /// The client wants to speak something else.
    Upgrade,
    /// The body is longer than is passed on.
    TooLarge,
    /// The body came too slowly.
    Slow,
    /// The body broke off.
    Broken,
    /// The upstream is not there.
    Unreachable,
    /// It hung up, or answered what is no HTTP.
    Lost,
    /// It said nothing in time.
    Late,
    /// It asks for a payment itself.
    Asks,
    /// It cannot be charged for by what it says.
    Charge,
}

/// What a client has to do with its payment, if it came with one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Payment {
    /// Nothing: there is none.
    None,
    /// It was left alone, whatever was charged for it before: it may be sent again.
    Untouched,
    /// It was charged: the same bytes again are free.
    Taken,
}

impl Refusal {
    pub(crate) const fn status(self) -> StatusCode {
        match self {
            Self::Target | Self::Ambiguous | Self::Broken => StatusCode::BAD_REQUEST,
            Self::Unlisted => StatusCode::NOT_FOUND,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::Upgrade => StatusCode::NOT_IMPLEMENTED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Slow => StatusCode::REQUEST_TIMEOUT,
            Self::Unreachable | Self::Lost | Self::Asks | Self::Charge => StatusCode::BAD_GATEWAY,
            Self::Late => StatusCode::GATEWAY_TIMEOUT,
        }
    }

    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Target => "invalid_target",
            Self::Ambiguous => "ambiguous_path",
            Self::Unlisted => "not_found",
            Self::Method => "method_not_allowed",
            Self::Upgrade => "upgrade_not_supported",
            Self::TooLarge => "too_large",
            Self::Slow => "too_slow",
            Self::Broken => "broken_off",
            Self::Unreachable => "upstream_unreachable",
            Self::Lost => "upstream_lost",
            Self::Late => "upstream_timeout",
            Self::Asks => "upstream_asks_for_payment",
            Self::Charge => "upstream_charge",
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::Target => "the target is no path as clients send it",
            Self::Ambiguous => "the path can be read as that of another route: send it in its plain spelling",
            Self::Unlisted => "there is nothing here",
            Self::Method => "this path has other methods",
            Self::Upgrade => "no other protocol is spoken here",
            Self::TooLarge => "the body is longer than is allowed",
            Self::Slow => "the body did not come in time",
            Self::Broken => "the body ended before its end",
            Self::Unreachable => "what is sold here cannot be reached",
            Self::Lost => "what is sold here broke off",
            Self::Late => "what is sold here did not answer in time",
            Self::Asks | Self::Charge => "what is sold here cannot be delivered",
        }
    }

    /// The answer.
    pub(crate) fn answer(self, payment: Payment) -> Response<AnswerBody> {
        let mut words = self.words().to_owned();
        match payment {
            Payment::None => {}
            Payment::Untouched => words.push_str("; this request charged nothing"),
            Payment::Taken => words.push_str("; it is paid for: send the same payment again"),
        }
        let mut body = Object::from_iter([("error", Value::from(self.code())), ("message", Value::from(words.as_str()))]);
        if payment != Payment::None {
            body.insert("retry", "same_bytes_later");
        }
        let mut response = Response::new(AnswerBody::own(body.to_string()));
        *response.status_mut() = self.status();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        if payment != Payment::None {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("2"));
        }
        response
    }

    /// The answer for a method that a route does not have.
    pub(crate) fn method(methods: &[Method]) -> Response<AnswerBody> {
        let mut response = Self::Method.answer(Payment::None);
        let mut names: Vec<_> = methods.iter().map(Method::as_str).collect();
        names.sort_unstable();
        names.dedup();
        if let Ok(value) = HeaderValue::try_from(names.join(", ")) {
            response.headers_mut().insert(ALLOW, value);
        }
        response
    }
}
