//! What is counted together, and up to which amount.

use core::fmt;

use quittance_core::{Amount, Asset};

use super::Purchase;
use crate::label::{SessionId, TaskId};

/// What is counted together, always for one asset.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
#[expect(clippy::exhaustive_enums, reason = "a store keeps one sum for each of them")]
pub enum Meter {
    /// Everything bought for one task, however long it takes.
    Task,
    /// Everything bought in one session, however long it takes.
    Session,
    /// Everything bought by this wallet within an hour.
    Hour,
    /// Everything bought by this wallet within a day.
    Day,
}

impl Meter {
    /// Every meter, in the order in which a refusal names them.
    pub const ALL: [Self; 4] = [Self::Task, Self::Session, Self::Hour, Self::Day];

    /// How many seconds it looks back; a meter without a span never forgets.
    #[must_use]
    pub const fn span(self) -> Option<u64> {
        match self {
            Self::Task | Self::Session => None,
            Self::Hour => Some(3_600),
            Self::Day => Some(86_400),
        }
    }

    /// The word for it: `task`, `session`, `hour`, `day`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Task => "task",
            Self::Session => "session",
            Self::Hour => "hour",
            Self::Day => "day",
        }
    }
}

impl fmt::Display for Meter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The most that a meter may show, in the smallest unit of the asset that is being spent.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub struct Limit {
    /// What is counted.
    pub meter: Meter,
    /// The most it may come to, this amount included.
    pub max: Amount,
}

impl Limit {
    /// A limit.
    #[must_use]
    pub const fn new(meter: Meter, max: Amount) -> Self {
        Self { meter, max }
    }
}

/// Whose purchases a sum counts.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
#[expect(clippy::exhaustive_enums, reason = "one for each kind of meter")]
pub enum Subject {
    /// Those of a task.
    Task(TaskId),
    /// Those of a session.
    Session(SessionId),
    /// All of the wallet's, over the span of a meter.
    Wallet(Meter),
}

/// One sum that a ledger keeps.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
#[non_exhaustive]
pub struct Sum {
    /// Whose purchases.
    pub subject: Subject,
    /// In which token.
    pub asset: Asset,
}

impl Sum {
    /// A sum.
    #[must_use]
    pub const fn new(subject: Subject, asset: Asset) -> Self {
        Self { subject, asset }
    }

    /// The sum of a meter that a purchase is counted in; none for a session, if it belongs to none.
    #[must_use]
    pub fn of(purchase: &Purchase, meter: Meter) -> Option<Self> {
        let subject = match meter {
            Meter::Task => Subject::Task(purchase.task.clone()),
            Meter::Session => Subject::Session(purchase.session.clone()?),
            Meter::Hour | Meter::Day => Subject::Wallet(meter),
        };
        Some(Self::new(subject, purchase.asset.clone()))
    }

    /// Every sum that a purchase is counted in, whatever the policy limits today: what it limits tomorrow counts today's purchases too.
    pub fn all_of(purchase: &Purchase) -> impl Iterator<Item = Self> {
        Meter::ALL.into_iter().filter_map(|meter| Self::of(purchase, meter))
    }

    /// How many seconds it looks back.
    #[must_use]
    pub const fn span(&self) -> Option<u64> {
        match &self.subject {
            Subject::Task(_) | Subject::Session(_) => None,
            Subject::Wallet(meter) => meter.span(),
        }
    }
}
