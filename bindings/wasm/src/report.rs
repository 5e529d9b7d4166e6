//! The inspector's report, as a value.

use quittance_core::Limits;
use quittance_core::json::{self, Value};
use quittance_inspect::Context;

use crate::answer::Answer;
use crate::arguments;

/// Says what is in a text.
pub(crate) fn inspect(given: &[u8], now: &[u8], offer: Option<&[u8]>) -> Answer {
    let context = Context::at(arguments::seconds(now)?);
    let terms = offer.map(|offer| arguments::text(offer).and_then(arguments::offer)).transpose()?;
    let context = terms.as_ref().map_or(context, |terms| context.with_terms(terms));
    let report = quittance_inspect::inspect(arguments::text(given)?, &context);
    match json::parse(report.to_json().as_bytes(), &Limits::BODY.with_bytes(usize::MAX))? {
        Value::Object(object) => Ok(object),
        _ => Ok(json::Object::new()),
    }
}
