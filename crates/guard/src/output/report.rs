//! What the checks of an answer came to.

use alloc::vec::Vec;
use core::fmt;

use quittance_core::DecodeErrorKind;

use super::matching::Mismatch;
use super::timestamp::TimestampError;
use crate::audit::RetryDecision;

/// A thing that can be demanded.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub enum Check {
    /// The HTTP status.
    Status,
    /// The media type.
    ContentType,
    /// The number of bytes.
    Size,
    /// The time that the answer took.
    ResponseTime,
    /// The body is strict JSON.
    Json,
    /// The body is what a schema says.
    Schema,
    /// The body says which version it is.
    Version,
    /// The body names its sources.
    SourceLinks,
    /// The body says when it was made.
    Timestamp,
    /// The body was made lately.
    Freshness,
}

impl Check {
    /// Every check, in the order in which a report names them.
    pub const ALL: &'static [Self] = &[
        Self::Status,
        Self::ContentType,
        Self::Size,
        Self::ResponseTime,
        Self::Json,
        Self::Schema,
        Self::Version,
        Self::SourceLinks,
        Self::Timestamp,
        Self::Freshness,
    ];

    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::ContentType => "content_type",
            Self::Size => "size",
            Self::ResponseTime => "response_time",
            Self::Json => "json",
            Self::Schema => "schema",
            Self::Version => "version",
            Self::SourceLinks => "source_links",
            Self::Timestamp => "timestamp",
            Self::Freshness => "freshness",
        }
    }
}

/// Why a demand is not met. No text of the body is in it.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// Another status.
    #[error("the status is another")]
    Status,
    /// No content type, or another.
    #[error("the content type is missing or another")]
    ContentType,
    /// Too many bytes.
    #[error("the body has too many bytes")]
    Size,
    /// It took too long, or nobody knows how long.
    #[error("the answer took too long, or an unknown time")]
    Slow,
    /// The body is not strict JSON.
    #[error("the body is not strict JSON: {0}")]
    Json(DecodeErrorKind),
    /// The body is not what the schema says.
    #[error(transparent)]
    Schema(Mismatch),
    /// The field is missing.
    #[error("the field is missing")]
    Missing,
    /// The version is none of those that are wanted.
    #[error("the version is another")]
    Version,
    /// There are too few links to sources, or one is no `http` or `https` URL.
    #[error("there are too few links to sources, or one is none")]
    SourceLinks,
    /// The time cannot be read.
    #[error(transparent)]
    Timestamp(TimestampError),
    /// The body is too old.
    #[error("the body is too old")]
    Stale,
    /// The body is from the future.
    #[error("the body is from the future")]
    Future,
}

/// What each demand came to.
#[derive(Clone, PartialEq, Eq, Debug)]
#[must_use = "a report says whether the paid answer is what was bought"]
pub struct Report(Vec<(Check, Result<(), Failure>)>);

impl Report {
    pub(super) fn new(mut outcomes: Vec<(Check, Result<(), Failure>)>) -> Self {
        outcomes.sort_by_key(|(check, _)| *check);
        Self(outcomes)
    }

    /// Every demand, and why it is not met if it is not.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (Check, Option<&Failure>)> {
        self.0.iter().map(|(check, outcome)| (*check, outcome.as_ref().err()))
    }

    /// The short form, for the audit event.
    #[must_use]
    pub fn summary(&self) -> Summary {
        Summary(self.0.iter().map(|(check, outcome)| (*check, Verdict::of(outcome.is_ok()))).collect())
    }

    /// What follows: nothing, or a person has to look. Never a payment.
    #[must_use]
    pub fn retry_decision(&self) -> RetryDecision {
        self.summary().retry_decision()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.summary().fmt(f)
    }
}

/// Which demands passed and which failed, in the words of the audit event: `schema_pass source_links_pass freshness_fail`, or `no_checks`
/// where nothing was demanded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Summary(Vec<(Check, Verdict)>);

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Verdict {
    Pass,
    Fail,
}

impl Verdict {
    const fn of(passed: bool) -> Self {
        if passed { Self::Pass } else { Self::Fail }
    }
}

const NO_CHECKS: &str = "no_checks";

impl Summary {
    /// Whether a check passed; nothing if it was not demanded.
    #[must_use]
    pub fn passed(&self, check: Check) -> Option<bool> {
        self.0.iter().find(|(other, _)| *other == check).map(|(_, verdict)| *verdict == Verdict::Pass)
    }

    /// What follows: nothing, or a person has to look.
    #[must_use]
    pub fn retry_decision(&self) -> RetryDecision {
        let failed = self.0.iter().any(|(_, verdict)| *verdict == Verdict::Fail);
        if failed { RetryDecision::HumanReview } else { RetryDecision::NotNeeded }
    }

    /// Reads what an event says: each check once, in order.
    pub(crate) fn read(text: &str) -> Option<Self> {
        if text == NO_CHECKS {
            return Some(Self(Vec::new()));
        }
        let one = |word: &str| {
            let (name, verdict) = match word.strip_suffix("_pass") {
                Some(name) => (name, Verdict::Pass),
                None => (word.strip_suffix("_fail")?, Verdict::Fail),
            };
            Some((Check::ALL.iter().copied().find(|check| check.as_str() == name)?, verdict))
        };
        let checks: Vec<_> = text.split(' ').map(one).collect::<Option<_>>()?;
        checks.is_sorted_by(|(a, _), (b, _)| a < b).then_some(Self(checks))
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str(NO_CHECKS);
        }
        for (i, (check, verdict)) in self.0.iter().enumerate() {
            let space = if i > 0 { " " } else { "" };
            let word = match verdict {
                Verdict::Pass => "pass",
                Verdict::Fail => "fail",
            };
            write!(f, "{space}{}_{word}", check.as_str())?;
        }
        Ok(())
    }
}
