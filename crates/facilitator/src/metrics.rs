//! What has happened since the start, in numbers, for Prometheus.
//!
//! Labels are networks, our own names of states and operations, and codes of the closed list of reasons; never anything that a stranger
//! chose, so their number is bounded. Nothing is read back: no decision hangs on a number of here.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use quittance_core::rejection::Reason;
use quittance_core::{Fault, Network};

pub use quittance_service::metrics::Counter;
use quittance_service::metrics::{Family, Histogram};

/// What the service is asked to do.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[expect(clippy::exhaustive_enums, reason = "the specification has these two")]
pub enum Operation {
    /// `POST /verify`.
    Verify,
    /// `POST /settle`.
    Settle,
}

impl Operation {
    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Verify => "verify",
            Self::Settle => "settle",
        }
    }
}

/// What becomes of a settlement.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[expect(clippy::exhaustive_enums, reason = "these are the states of the machine")]
pub enum SettlementState {
    /// It was claimed.
    Reserved,
    /// A transaction for it was kept and sent.
    Settling,
    /// The chain shows that it happened.
    Settled,
    /// The chain shows that it cannot happen any more, or it was refused before anything was sent.
    Failed,
    /// Nobody can say yet.
    Unknown,
    /// The chain took back what was settled. It is settled again after that, or lost.
    Vanished,
    /// What was settled and taken back cannot be settled any more: somebody was told of money that never came to stay.
    Lost,
    /// What had failed has paid after all, because the chain took back why it had failed.
    Revived,
}

impl SettlementState {
    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reserved => "reserved",
            Self::Settling => "settling",
            Self::Settled => "settled",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
            Self::Vanished => "vanished",
            Self::Lost => "lost",
            Self::Revived => "revived",
        }
    }
}

/// What has happened since the start, in numbers.
#[derive(Default)]
pub struct Metrics {
    answers: Family<Counter>,
    verdicts: Family<Counter>,
    latency: Family<Histogram>,
    rpc: Family<Counter>,
    settlements: Family<Counter>,
    transactions: Family<Counter>,
    gas: Family<Counter>,
    vain: Family<Counter>,
    turned_away: Family<Counter>,
}

impl Metrics {
    /// Nothing has happened.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// An answer over HTTP.
    pub fn answered(&self, route: &'static str, status: u16) {
        self.answers.of(&[route, &status.to_string()]).add(1);
    }

    /// A verdict: none of the reasons for "yes". A reason that is nobody's code counts as `other`. What it counts as is given back, for logs.
    pub fn verdict(&self, operation: Operation, reason: Option<&str>, took: Duration) -> &'static str {
        let code = reason.map_or("ok", |reason| match Reason::parse(reason) {
            Reason::Rejection(rejection) => rejection.code(),
            Reason::Fault(fault) => fault.code(),
            _ => "other",
        });
        self.verdicts.of(&[operation.as_str(), code]).add(1);
        self.latency.of(&[operation.as_str()]).observe(took);
        code
    }

    /// Something of ours was down.
    pub fn fault(&self, operation: Operation, fault: Fault, took: Duration) {
        self.verdicts.of(&[operation.as_str(), fault.code()]).add(1);
        self.latency.of(&[operation.as_str()]).observe(took);
    }

    /// The counter of HTTP requests to the nodes of a chain, by how they ended.
    #[must_use]
    pub fn rpc_requests(&self, network: Network, outcome: &'static str) -> Arc<Counter> {
        self.rpc.of(&[network.as_str(), outcome])
    }

    /// How many HTTP requests went to the nodes of all chains.
    #[must_use]
    pub fn rpc_total(&self) -> u128 {
        self.rpc.all().iter().map(|(_, counter)| counter.count()).sum()
    }

    /// A settlement came into a state.
    pub fn settlement(&self, network: Network, state: SettlementState) {
        self.settlements.of(&[network.as_str(), state.as_str()]).add(1);
    }

    /// Transactions were sent, with so many settlements in them.
    pub fn transaction(&self, network: Network, settlements: usize) {
        self.transactions.of(&[network.as_str(), "transactions"]).add(1);
        self.transactions.of(&[network.as_str(), "settlements"]).add(settlements as u128);
    }

    /// Wei were spent on gas.
    pub fn gas_spent(&self, network: Network, wei: u128) {
        self.gas.of(&[network.as_str()]).add(wei);
    }

    /// A settlement failed on the chain that had passed every look, and took so many wei for gas, where that can be told.
    pub fn failed_in_vain(&self, network: Network, wei: u128) {
        self.vain.of(&[network.as_str(), "settlements"]).add(1);
        self.vain.of(&[network.as_str(), "wei"]).add(wei);
    }

    /// A settlement was turned away because too many of its payer had failed.
    pub fn turned_away(&self, network: Network) {
        self.turned_away.of(&[network.as_str()]).add(1);
    }

    /// All of it, in Prometheus' text format.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        let out = &mut text;
        self.answers.write(out, "quittance_http_answers_total", "Answers over HTTP.", &["route", "status"]);
        self.verdicts.write(out, "quittance_verdicts_total", "Verdicts by code.", &["operation", "code"]);
        self.latency.write(out, "quittance_verdict_seconds", "How long a verdict took.", &["operation"]);
        self.rpc.write(out, "quittance_rpc_requests_total", "HTTP requests to nodes.", &["network", "outcome"]);
        self.settlements.write(out, "quittance_settlements_total", "Settlements that came into a state.", &["network", "state"]);
        self.transactions.write(out, "quittance_sent_total", "Transactions sent, and settlements in them.", &["network", "what"]);
        self.gas.write(out, "quittance_gas_wei_total", "Wei spent on gas.", &["network"]);
        let what =
            "Settlements that failed on the chain after they passed every look, and the gas of those that shared no transaction.";
        self.vain.write(out, "quittance_vain_total", what, &["network", "what"]);
        let what = "Settlements turned away because too many of their payer had failed.";
        self.turned_away.write(out, "quittance_turned_away_total", what, &["network"]);
        text
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use quittance_core::registry::networks;

    use super::*;

    #[test]
    fn what_happened_is_written_as_prometheus_reads_it() {
        let metrics = Metrics::new();
        metrics.answered("/verify", 200);
        metrics.verdict(Operation::Verify, None, Duration::from_millis(3));
        metrics.verdict(Operation::Verify, Some("insufficient_funds"), Duration::from_secs(120));
        metrics.fault(Operation::Settle, Fault::ChainUnavailable, Duration::ZERO);
        metrics.rpc_requests(networks::BASE, "ok").add(7);
        metrics.settlement(networks::BASE, SettlementState::Settled);
        metrics.transaction(networks::BASE, 5);
        metrics.gas_spent(networks::BASE, u128::from(u64::MAX) + 1);
        metrics.failed_in_vain(networks::BASE, 9);
        metrics.turned_away(networks::BASE);
        let text = metrics.text();
        for line in [
            "# TYPE quittance_http_answers_total counter",
            "quittance_http_answers_total{route=\"/verify\",status=\"200\"} 1",
            "quittance_verdicts_total{operation=\"verify\",code=\"ok\"} 1",
            "quittance_verdicts_total{operation=\"verify\",code=\"insufficient_funds\"} 1",
            "quittance_verdicts_total{operation=\"settle\",code=\"chain_unavailable\"} 1",
            "# TYPE quittance_verdict_seconds histogram",
            "quittance_verdict_seconds_bucket{operation=\"verify\",le=\"0.0025\"} 0",
            "quittance_verdict_seconds_bucket{operation=\"verify\",le=\"0.005\"} 1",
            "quittance_verdict_seconds_bucket{operation=\"verify\",le=\"+Inf\"} 2",
            "quittance_verdict_seconds_sum{operation=\"verify\"} 120.003000",
            "quittance_verdict_seconds_count{operation=\"verify\"} 2",
            "quittance_rpc_requests_total{network=\"eip155:8453\",outcome=\"ok\"} 7",
            "quittance_settlements_total{network=\"eip155:8453\",state=\"settled\"} 1",
            "quittance_sent_total{network=\"eip155:8453\",what=\"settlements\"} 5",
            "quittance_gas_wei_total{network=\"eip155:8453\"} 18446744073709551616",
            "quittance_vain_total{network=\"eip155:8453\",what=\"wei\"} 9",
            "quittance_turned_away_total{network=\"eip155:8453\"} 1",
        ] {
            assert!(text.lines().any(|written| written == line), "{line}\nis not in\n{text}");
        }
        assert_eq!(metrics.rpc_total(), 7);
    }

    #[test]
    fn row_221_a_strangers_words_are_no_label() {
        let metrics = Metrics::new();
        metrics.verdict(Operation::Settle, Some("x\"} 1\nforged 1"), Duration::ZERO);
        let text = metrics.text();
        assert!(text.contains("code=\"other\"") && !text.contains("forged"), "{text}");
    }
}
