//! The interface as OpenAPI 3.1. It is written by hand; the tests hold it against the routes and against real answers.

use axum::http::StatusCode;

use super::reply::{self, Response};

/// The document, as JSON.
#[must_use]
pub const fn openapi() -> &'static str {
    include_str!("openapi.json")
}

pub(super) fn answer() -> Response {
    reply::text(StatusCode::OK, "application/json", openapi())
}
