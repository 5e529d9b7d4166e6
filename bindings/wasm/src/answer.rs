//! What every export gives back: the text of one JSON object that says what was found, or what is wrong, whose fault that is and what
//! may be done next.
//!
//! `{"ok":true,"value":…}` or `{"ok":false,"error":{"code":…,"detail":…,"retry":…}}`. A `code` is the name that the shared vectors use;
//! `reason` is what goes onto the wire, where it has another name there. Nothing that a stranger writes ends in a trap.

use alloc::string::{String, ToString as _};
use core::fmt::Display;

use quittance_core::json::{Object, Value};
use quittance_core::rejection::{Reason, Retry};
use quittance_core::{DecodeError, DecodeErrorKind, Misuse, Rejection};

/// What an export found, or why it found nothing.
pub(crate) type Answer = Result<Object, Problem>;

/// What is wrong.
pub(crate) struct Problem(Object);

impl Problem {
    /// A problem with a name of its own.
    pub(crate) fn new(code: &str, detail: impl Display, retry: Retry) -> Self {
        let mut object = Object::new();
        object.insert("code", code);
        object.insert("detail", detail.to_string());
        object.insert("retry", retry.word());
        Self(object)
    }

    /// The same with one more thing to say.
    pub(crate) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.insert(name, value);
        self
    }

    /// Something about a text that no second attempt with the same text changes.
    pub(crate) fn named(code: &str, detail: impl Display) -> Self {
        Self::new(code, detail, Retry::Never)
    }

    /// What a domain type has against a text.
    pub(crate) fn of_kind(error: impl Into<DecodeErrorKind>) -> Self {
        let kind = error.into();
        Self::named(kind.name(), kind)
    }
}

impl From<DecodeError> for Problem {
    fn from(error: DecodeError) -> Self {
        let problem = Self::named(error.kind().name(), &error).with("reason", error.code()).with("status", 400);
        match error.path() {
            Some(path) => problem.with("path", path),
            None => problem,
        }
    }
}

impl From<Rejection> for Problem {
    fn from(rejection: Rejection) -> Self {
        let problem = Self::new(rejection.code(), rejection.description(), rejection.retry());
        let problem = problem.with("reason", rejection.reason()).with("status", u32::from(rejection.status()));
        problem.with("spec", rejection.citation())
    }
}

impl From<Misuse> for Problem {
    fn from(misuse: Misuse) -> Self {
        Self::named(misuse.name(), misuse)
    }
}

/// The text of an answer.
pub(crate) fn text(answer: Answer) -> String {
    Value::Object(object(answer)).to_string()
}

/// A text that was found, as it is behind a mark that no JSON begins with: a text inside a text would be written twice and read
/// twice.
pub(crate) fn bare(answer: Result<String, Problem>) -> String {
    match answer {
        Ok(mut found) => {
            found.insert(0, '=');
            found
        }
        Err(problem) => text(Err(problem)),
    }
}

/// The object of an answer.
pub(crate) fn object(answer: Answer) -> Object {
    let mut whole = Object::new();
    match answer {
        Ok(found) => {
            whole.insert("ok", true);
            whole.insert("value", found);
        }
        Err(problem) => {
            whole.insert("ok", false);
            whole.insert("error", problem.0);
        }
    }
    whole
}

/// An object of these members.
pub(crate) fn members<const N: usize>(members: [(&str, Value); N]) -> Object {
    let mut object = Object::new();
    for (name, value) in members {
        object.insert(name, value);
    }
    object
}

/// A value as its text.
pub(crate) fn shown(value: impl Display) -> Value {
    Value::String(value.to_string())
}

/// What somebody else's reason means.
pub(crate) fn reason(text: &str) -> Object {
    let known = |kind: &str, code: &str, detail: &str, status: u16, retry: Retry| {
        members([
            ("kind", kind.into()),
            ("code", code.into()),
            ("detail", detail.into()),
            ("status", u32::from(status).into()),
            ("retry", retry.word().into()),
        ])
    };
    match Reason::parse(text) {
        Reason::Rejection(it) => known("rejection", it.code(), it.description(), it.status(), it.retry()),
        Reason::Fault(it) => known("fault", it.code(), it.description(), it.status(), it.retry()),
        Reason::Other => members([("kind", "other".into())]),
    }
}
