//! What a log says of one request.

use quittance_core::UnixSeconds;
use quittance_guard::RequestId;
use quittance_guard::audit::{Event, Name, Record, Side, Stage};
use serde_json::Value;

/// The entries of one request, in the order of the log.
pub(crate) struct Trip {
    name: Name,
    steps: Vec<Step>,
}

/// One entry.
pub(crate) struct Step {
    pub(crate) seq: u64,
    pub(crate) at: UnixSeconds,
    pub(crate) event: Event,
    /// The event as it stands in the log.
    pub(crate) json: Value,
}

impl Trip {
    pub(crate) fn of(request: &RequestId) -> Self {
        Self { name: request.into(), steps: Vec::new() }
    }

    /// Takes an entry of the log, if it is about this request.
    pub(crate) fn take(&mut self, line: &str, record: &Record) {
        let Some(event) = record.event().filter(|event| *event.request() == self.name) else { return };
        let json = serde_json::from_str::<Value>(line).map(|mut line| line["event"].take()).unwrap_or_default();
        self.steps.push(Step { seq: record.seq(), at: record.times().by_our_clock(), event: event.clone(), json });
    }

    /// How the log calls the request.
    pub(crate) const fn name(&self) -> &Name {
        &self.name
    }

    pub(crate) fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The sides that the log has entries of.
    pub(crate) fn sides(&self) -> Vec<Side> {
        let mut sides: Vec<_> = self.steps.iter().map(|step| step.event.side()).collect();
        sides.sort_unstable();
        sides.dedup();
        sides
    }

    /// The last entry of a side, which joins all that was known.
    pub(crate) fn last(&self, side: Side) -> Option<&Step> {
        self.steps.iter().rfind(|step| step.event.side() == side)
    }

    /// How many entries of a side are of a stage.
    pub(crate) fn count(&self, side: Side, stage: Stage) -> usize {
        self.steps.iter().filter(|step| step.event.side() == side && step.event.stage() == stage).count()
    }

    /// How many sets of signed bytes a side's entries name.
    pub(crate) fn attempts(&self, side: Side) -> usize {
        let mut signed: Vec<_> =
            self.steps.iter().filter(|step| step.event.side() == side).filter_map(|step| step.event.signed_retry()).collect();
        signed.sort_unstable();
        signed.dedup();
        signed.len()
    }
}
