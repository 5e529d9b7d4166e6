//! What a ledger's records come to.

use std::collections::BTreeMap;

use quittance_core::{Amount, Asset, UnixSeconds};
use quittance_guard::budget::{Record, State};
use quittance_guard::rolling;

/// What records are counted together by.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, clap::ValueEnum)]
pub(crate) enum By {
    /// The task that they were made for.
    Task,
    /// The day on which the money was set aside, in UTC.
    Day,
    /// Who was paid.
    Payee,
}

impl By {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Task => "task",
            Self::Day => "day",
            Self::Payee => "payee",
        }
    }

    fn name(self, record: &Record) -> String {
        match self {
            Self::Task => record.purchase.task.to_string(),
            Self::Day => day(record.at),
            Self::Payee => record.purchase.payee.to_string(),
        }
    }
}

/// What some attempts come to.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(crate) struct Spend {
    settled: Vec<Amount>,
    set_aside: Vec<Amount>,
    pub(crate) purchases: usize,
}

impl Spend {
    fn take(&mut self, record: &Record) {
        match &record.state {
            State::Settled(receipt) => self.settled.push(receipt.charged),
            State::Reserved { .. } | State::Signed => self.set_aside.push(record.purchase.amount),
            State::Released(_) => return,
        }
        self.purchases += 1;
    }

    /// What was paid. A sum beyond every amount is shown as the greatest.
    pub(crate) fn settled(&self) -> Amount {
        rolling::total(self.settled.iter().copied()).unwrap_or(Amount::MAX)
    }

    /// What may still be paid: set aside, signed, or unknown.
    pub(crate) fn set_aside(&self) -> Amount {
        rolling::total(self.set_aside.iter().copied()).unwrap_or(Amount::MAX)
    }

    /// Both, which is what counts.
    pub(crate) fn counts(&self) -> Amount {
        self.settled().checked_add(self.set_aside()).unwrap_or(Amount::MAX)
    }
}

/// Spending by token and by a name.
#[derive(Default, Debug)]
pub(crate) struct Table(BTreeMap<Asset, BTreeMap<(By, String), Spend>>);

impl Table {
    pub(crate) fn take(&mut self, record: &Record, by: &[By]) {
        let names = self.0.entry(record.purchase.asset.clone()).or_default();
        for by in by {
            names.entry((*by, by.name(record))).or_default().take(record);
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Asset, &BTreeMap<(By, String), Spend>)> {
        self.0.iter()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The day of a moment, in UTC: `2026-11-28`.
fn day(at: UnixSeconds) -> String {
    // days since 1970 as a date of the Gregorian calendar, counted in eras of 400 years that begin on the first of March
    let days = at.as_secs() / 86_400 + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_calendar() {
        for (seconds, expected) in [
            (0, "1970-01-01"),
            (86_399, "1970-01-01"),
            (951_782_400, "2000-02-29"),
            (951_868_800, "2000-03-01"),
            (1_709_164_800, "2024-02-29"),
            (1_735_689_599, "2024-12-31"),
            (1_795_824_000, "2026-11-28"),
            (4_107_542_400, "2100-03-01"),
        ] {
            assert_eq!(day(UnixSeconds::from_secs(seconds)), expected);
        }
    }
}
