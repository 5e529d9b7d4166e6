//! What a buyer may demand of the answer it has paid for.
//!
//! Payment success does not make an answer right: it may be an error page, last year's report, or a sentence that asks for another
//! payment. [`Demands`] are the buyer's; [`Demands::check`] holds a [`Delivery`] against them and gives a [`Report`], in which every
//! demand passes or fails: `schema_pass source_links_pass freshness_fail`. The report goes into the audit event and to a person. It is
//! **never a reason to pay again** (catalogue row 204): [`Report::retry_decision`] knows two words, and neither lets anybody sign.
//!
//! ```compile_fail,E0277
//! # use quittance_guard::output::Report;
//! fn pay_again(report: Report) -> quittance_core::rejection::Retry {
//!     report.into()
//! }
//! ```
//!
//! The body is a stranger's. It is read by the strict reader of `quittance_core`, within a size and a depth; what that reader refuses
//! (a name that occurs twice, nesting beyond the depth, a number that readers disagree about) fails the checks that need JSON, with the
//! reason, and nothing panics. No text of the body gets into a report: not an instruction, not a name (rows 205 and 220).
//!
//! # Keys
//!
//! In a policy file, demands have these keys:
//!
//! | key | value | method |
//! |---|---|---|
//! | `status` | number | [`Demands::status`] |
//! | `content_type` | list of media types | [`Demands::content_type`], each |
//! | `max_bytes`, `max_depth` | numbers | [`Demands::max_bytes`], [`Demands::max_depth`] |
//! | `max_milliseconds` | number | [`Demands::max_milliseconds`] |
//! | `json` | `true` | [`Demands::json`] |
//! | `schema` | path of a JSON file | [`Demands::schema`] |
//! | `version` | `{ field, one_of = [...] }` | [`Demands::version`] |
//! | `timestamp` | `{ field }` | [`Demands::timestamp`] |
//! | `freshness` | `{ field, max_age, skew }` in seconds | [`Demands::freshness`] |
//! | `source_links` | `{ field, at_least }` | [`Demands::source_links`] |

mod decimal;
mod demands;
mod field;
mod matching;
mod report;
mod schema;
mod timestamp;

pub use demands::{ContentTypeError, Delivery, Demands};
pub use field::{Field, FieldError};
pub use matching::{Keyword, Mismatch};
pub use report::{Check, Failure, Report, Summary};
pub use schema::{Schema, SchemaError, SchemaWhy};
pub use timestamp::{TimestampError, parse_timestamp};

#[cfg(test)]
mod tests;
