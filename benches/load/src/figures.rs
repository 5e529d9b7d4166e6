//! What the rounds say together.

use std::fmt;
use std::time::Duration;

use serde_json::{Value, json};

use crate::load::Done;
use crate::proxy::Asked;

/// One round of one facilitator.
pub(crate) struct Round {
    /// Payments per second.
    rate: f64,
    /// Milliseconds: the middle one, and the one that 99 of 100 do not exceed.
    p50: f64,
    p99: f64,
    /// Microseconds per payment of the facilitator's and of the chain's processor time.
    processor: Option<f64>,
    chain: Option<f64>,
}

impl Round {
    pub(crate) fn new(mut done: Done, processor: Option<Duration>, chain: Option<Duration>) -> Self {
        done.each.sort_unstable();
        let count = done.each.len() as f64;
        let at = |share: f64| {
            let place = (count * share).ceil() as usize;
            done.each.get(place.saturating_sub(1)).map_or(0.0, |time| time.as_secs_f64() * 1e3)
        };
        let per_payment = |time: Duration| time.as_secs_f64() * 1e6 / count;
        Self {
            rate: count / done.together.as_secs_f64(),
            p50: at(0.5),
            p99: at(0.99),
            processor: processor.map(per_payment),
            chain: chain.map(per_payment),
        }
    }
}

impl fmt::Display for Round {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rate, p50, p99, processor, chain } = self;
        write!(f, "{rate:.1}/s, p50 {p50:.2} ms, p99 {p99:.2} ms, ")?;
        write!(f, "processor {:.0} µs, chain's {:.0} µs", processor.unwrap_or(f64::NAN), chain.unwrap_or(f64::NAN))
    }
}

/// All rounds of one facilitator under one load.
pub(crate) struct Row {
    pub(crate) case: &'static str,
    pub(crate) side: &'static str,
    pub(crate) connections: usize,
    pub(crate) rounds: Vec<Round>,
    /// What a round through the proxy asked the chain, for how many payments.
    pub(crate) asked: Option<(Asked, usize)>,
}

impl Row {
    pub(crate) fn json(&self) -> Value {
        let over = |figure: fn(&Round) -> f64| spread(self.rounds.iter().map(figure));
        let known = |figure: fn(&Round) -> Option<f64>| spread(self.rounds.iter().filter_map(figure));
        let per_payment = |(asked, payments): &(Asked, usize)| {
            let of = |count: u64| count as f64 / *payments as f64;
            let methods = asked.methods.iter().map(|(method, count)| (method.clone(), json!(of(*count))));
            json!({
                "requests": of(asked.requests),
                "calls": of(asked.calls),
                "methods": Value::Object(methods.collect()),
                "payments": payments,
            })
        };
        json!({
            "case": self.case,
            "side": self.side,
            "connections": self.connections,
            "perSecond": over(|round| round.rate),
            "p50Milliseconds": over(|round| round.p50),
            "p99Milliseconds": over(|round| round.p99),
            "processorMicroseconds": known(|round| round.processor),
            "chainProcessorMicroseconds": known(|round| round.chain),
            "askedPerPayment": self.asked.as_ref().map(per_payment),
        })
    }

    /// How many times faster than another, by rounds that ran right after each other.
    pub(crate) fn times(&self, other: &Self) -> Value {
        spread(self.rounds.iter().zip(&other.rounds).map(|(ours, theirs)| ours.rate / theirs.rate))
    }
}

/// The median and the edges; nothing of nothing.
fn spread(numbers: impl Iterator<Item = f64>) -> Value {
    let mut numbers = numbers.collect::<Vec<_>>();
    numbers.sort_by(f64::total_cmp);
    let (Some(smallest), Some(largest)) = (numbers.first(), numbers.last()) else { return Value::Null };
    let middle = numbers.len() / 2;
    let upper = numbers.get(middle).copied().unwrap_or_default();
    let lower = if numbers.len() % 2 == 0 { numbers.get(middle - 1).copied().unwrap_or_default() } else { upper };
    json!({ "median": f64::midpoint(lower, upper), "smallest": smallest, "largest": largest })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::{Value, json};

    use super::{Round, spread};
    use crate::load::Done;

    #[test]
    fn medians_and_edges() {
        let of = |numbers: &[f64]| spread(numbers.iter().copied());
        assert_eq!(of(&[3.0, 1.0, 2.0]), json!({ "median": 2.0, "smallest": 1.0, "largest": 3.0 }));
        assert_eq!(of(&[4.0, 1.0]), json!({ "median": 2.5, "smallest": 1.0, "largest": 4.0 }));
        assert_eq!(of(&[]), Value::Null);
    }

    #[test]
    fn the_99th_of_a_hundred_is_not_the_worst() {
        let each = (1..=100).rev().map(Duration::from_millis).collect();
        let round = Round::new(Done { each, together: Duration::from_secs(4) }, Some(Duration::from_millis(5)), None);
        assert_eq!((round.rate, round.p50, round.p99), (25.0, 50.0, 99.0));
        assert_eq!((round.processor, round.chain), (Some(50.0), None));
    }
}
