//! Bounds on what a seller does for strangers.

use std::time::Duration;

use quittance_guard::Reach;
use quittance_guard::receipt::Attested;
use quittance_guard::replay::Demand;

/// The bounds, each with a default that suits an API in front of an ordinary chain.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// The longest body of a paid request. It is read as a whole before the payment is claimed, because its hash is part of what was paid for.
    pub body: usize,
    /// How long that body may take to come.
    pub body_time: Duration,
    /// The longest answer that is kept for a buyer who was cut off, and that the log gives it again.
    pub keep: usize,
    /// The longest answer that is held back where the work comes before the money.
    pub hold: usize,
    /// How long a facilitator may take to verify.
    pub verify: Duration,
    /// How long a facilitator may take to settle. After that the outcome is unknown.
    pub settle: Duration,
    /// How long the chain may take to show what a facilitator says, where there is a [`Witness`](crate::Witness). After that the outcome is unknown.
    pub look: Duration,
    /// For how many seconds a payment that is being worked on is nobody else's.
    pub lease: u64,
    /// For how many seconds after its end a payment is remembered.
    pub finality: u64,
    /// How often what was paid for and not delivered is tried, the first time included.
    pub attempts: u32,
    /// How many paid requests are at the facilitator at once; one more is answered with 503, and its payment is not touched.
    pub concurrency: usize,
    /// After how many failures in a row the facilitator is left alone.
    pub failures: u32,
    /// For how long.
    pub rest: Duration,
    /// Whose word a settlement is. [`Attested::Answer`] is for a facilitator of somebody else: a transaction that it names for two payments
    /// is then a fraud (catalogue row 137). One of one's own, that reads the logs of each transaction and may put several payments into one,
    /// is [`Attested::Chain`].
    pub attested: Attested,
    /// How far apart those are who sell from the same log: a seller is refused a log that does not reach so far (catalogue row 121).
    pub reach: Reach,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            body: 1 << 20,
            body_time: Duration::from_secs(10),
            keep: 256 << 10,
            hold: 8 << 20,
            verify: Duration::from_secs(10),
            settle: Duration::from_secs(45),
            look: Duration::from_secs(10),
            lease: Demand::LEASE,
            finality: Demand::FINALITY,
            attempts: 5,
            concurrency: 1_024,
            failures: 5,
            rest: Duration::from_secs(5),
            attested: Attested::Answer,
            reach: Reach::Process,
        }
    }
}
