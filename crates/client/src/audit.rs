//! The events of one trip, for a buyer that keeps a log and for one that does not.

use quittance_core::Fault;
use quittance_guard::Purchase;
use quittance_guard::audit::{Attempt, Event, Offer, Recorded, Stage, Times};

use crate::host::Host;
use crate::journal::{Flushing, Journal};

/// A trip so far.
pub(crate) struct Trip<'a> {
    journal: Option<&'a Journal>,
    host: &'a Host,
    event: Event,
}

/// The right to let signed bytes leave: that they are about to stands in the log, or there is none.
#[must_use]
pub(crate) struct Clearance(#[expect(dead_code, reason = "holding it is what it is for")] Option<Recorded>);

impl<'a> Trip<'a> {
    pub(crate) const fn new(journal: Option<&'a Journal>, host: &'a Host, event: Event) -> Self {
        Self { journal, host, event }
    }

    /// What is added to every entry from here on.
    pub(crate) fn adding(&mut self, add: impl FnOnce(Event) -> Event) {
        self.event = add(self.event.clone());
    }

    /// Takes the trip to its next stage, in the log before anywhere else.
    pub(crate) fn record(&mut self, next: impl FnOnce(Event) -> Event) -> Result<Option<Recorded>, Fault> {
        self.event = next(self.event.clone());
        self.journal.map(|journal| journal.append(&self.event, Times::local(self.host.now()?))).transpose()
    }

    /// The attempt, as the log knows it: by a salted hash.
    pub(crate) fn attempt(&self, purchase: &Purchase, line: &[u8]) -> Option<Attempt> {
        self.journal.map(|journal| Attempt::new(Offer::of_purchase(purchase), journal.salted(line)))
    }

    /// What came of a trip whose bytes were answered. A log that cannot be written changes nothing about that any more: it stands still, and
    /// with it everything that would be bought next.
    pub(crate) fn outcome(&mut self, next: impl FnOnce(Event) -> Event) {
        let _stopped = self.record(next);
    }

    /// Begins to bring the log to the disk, as far as it was written; none where there is no log.
    pub(crate) fn flush(&self) -> Option<Flushing> {
        self.journal.map(Journal::flush)
    }

    /// Records that signed bytes are about to leave.
    pub(crate) fn clear(&mut self, attempt: Option<&Attempt>) -> Result<Clearance, Fault> {
        let Some(attempt) = attempt else { return Ok(Clearance(None)) };
        let recorded = self.record(|event| event.sent(attempt))?.filter(|recorded| recorded.covers(Stage::Sent, attempt));
        recorded.map(|recorded| Clearance(Some(recorded))).ok_or(Fault::AuditUnavailable)
    }
}
