//! What the gate has done, in numbers. Labels are routes of the configuration, codes and networks, never what a client sent.

use std::time::Duration;

use quittance_core::wire::{SettleRequest, SettleResponse, SupportedResponse, VerifyRequest, VerifyResponse};
use quittance_core::{Amount, Facilitator, Fault};
use quittance_service::metrics::{Counter, Family, Gauge, Histogram};

use std::sync::Arc;

/// The numbers of a gate.
#[derive(Default, Debug)]
pub(crate) struct Metrics {
    answers: Family<Counter>,
    upstream: Family<Histogram>,
    failures: Family<Counter>,
    settled: Family<Counter>,
    charged: Family<Counter>,
    reloads: Family<Counter>,
    open: Family<Gauge>,
    elsewhere: Family<Gauge>,
}

impl Metrics {
    pub(crate) fn answered(&self, route: &str, status: u16) {
        self.answers.of(&[route, &status.to_string()]).add(1);
    }

    pub(crate) fn upstream_answered(&self, took: Duration) {
        self.upstream.of(&[]).observe(took);
    }

    pub(crate) fn upstream_failed(&self, code: &'static str) {
        self.failures.of(&[code]).add(1);
    }

    pub(crate) fn reloaded(&self, outcome: &'static str) {
        self.reloads.of(&[outcome]).add(1);
    }

    pub(crate) fn open(&self) -> Arc<Gauge> {
        self.open.of(&[])
    }

    pub(crate) fn elsewhere(&self, count: usize) {
        self.elsewhere.of(&[]).set(i64::try_from(count).unwrap_or(i64::MAX));
    }

    /// All of it, in Prometheus' text format.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        let out = &mut text;
        self.answers.write(out, "quittance_gate_answers_total", "Answers by route.", &["route", "status"]);
        self.open.write(out, "quittance_gate_open_requests", "Requests that are being worked on.", &[]);
        self.upstream.write(out, "quittance_gate_upstream_seconds", "How long the upstream took to begin an answer.", &[]);
        self.failures.write(out, "quittance_gate_upstream_failures_total", "Requests that the upstream did not answer.", &["code"]);
        self.settled.write(
            out,
            "quittance_gate_settlements_total",
            "What the facilitator said to a settlement.",
            &["network", "outcome"],
        );
        self.charged.write(
            out,
            "quittance_gate_charged_total",
            "Settled, in the smallest unit of the token.",
            &["network", "asset"],
        );
        self.elsewhere.write(
            out,
            "quittance_gate_settlements_elsewhere",
            "Open settlements that were sent to another facilitator than the one of now, and wait for that one.",
            &[],
        );
        self.reloads.write(out, "quittance_gate_reloads_total", "Configurations that were read again.", &["outcome"]);
        text
    }

    fn settled(&self, request: &SettleRequest, outcome: &Result<SettleResponse, Fault>) {
        let Ok(offer) = request.0.offer() else { return };
        // the offer is the seller's own
        let network = offer.network.as_str();
        let word = match outcome {
            Ok(answer) if answer.success => "settled",
            Ok(_) => "refused",
            Err(_) => "unknown",
        };
        self.settled.of(&[network, word]).add(1);
        if word == "settled"
            && let Ok(amount) = Amount::parse(&offer.amount)
        {
            let amount = amount.to_string().parse::<u128>().unwrap_or(u128::MAX);
            self.charged.of(&[network, &offer.asset]).add(amount);
        }
    }
}

/// A facilitator whose answers are counted.
pub(crate) struct Counted<F> {
    pub(crate) facilitator: F,
    pub(crate) metrics: Arc<Metrics>,
}

impl<F: Facilitator + Send + Sync> Facilitator for Counted<F> {
    fn name(&self) -> &str {
        self.facilitator.name()
    }

    async fn verify(&self, request: &VerifyRequest) -> Result<VerifyResponse, Fault> {
        self.facilitator.verify(request).await
    }

    async fn settle(&self, request: &SettleRequest) -> Result<SettleResponse, Fault> {
        let outcome = self.facilitator.settle(request).await;
        self.metrics.settled(request, &outcome);
        outcome
    }

    async fn supported(&self) -> Result<SupportedResponse, Fault> {
        self.facilitator.supported().await
    }
}
