//! Numbers of one kind, told apart by labels.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

/// A number that only grows.
#[derive(Default, Debug)]
pub struct Counter(Mutex<u128>);

impl Counter {
    /// Adds to it. At the end of the range it stays.
    pub fn add(&self, more: u128) {
        let mut count = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *count = count.saturating_add(more);
    }

    /// How much it is.
    #[must_use]
    pub fn count(&self) -> u128 {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The upper ends of the buckets, in microseconds, and as Prometheus is to read them.
const BUCKETS: [(u64, &str); 14] = [
    (1_000, "0.001"),
    (2_500, "0.0025"),
    (5_000, "0.005"),
    (10_000, "0.01"),
    (25_000, "0.025"),
    (50_000, "0.05"),
    (100_000, "0.1"),
    (250_000, "0.25"),
    (500_000, "0.5"),
    (1_000_000, "1"),
    (2_500_000, "2.5"),
    (5_000_000, "5"),
    (10_000_000, "10"),
    (60_000_000, "60"),
];

/// How long things took.
#[derive(Default, Debug)]
pub(super) struct Histogram {
    within: [AtomicU64; BUCKETS.len()],
    count: AtomicU64,
    micros: AtomicU64,
}

impl Histogram {
    pub(super) fn observe(&self, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        for (within, (end, _)) in self.within.iter().zip(BUCKETS) {
            if micros <= end {
                within.fetch_add(1, Ordering::Relaxed);
            }
        }
        self.count.fetch_add(1, Ordering::Relaxed);
        self.micros.fetch_add(micros, Ordering::Relaxed);
    }
}

/// What a number is to Prometheus.
pub(super) trait Number: Default {
    const KIND: &'static str;

    fn write(&self, out: &mut String, name: &str, labels: &str);
}

impl Number for Counter {
    const KIND: &'static str = "counter";

    fn write(&self, out: &mut String, name: &str, labels: &str) {
        line(out, name, labels, &self.count().to_string());
    }
}

impl Number for Histogram {
    const KIND: &'static str = "histogram";

    fn write(&self, out: &mut String, name: &str, labels: &str) {
        let bucket = format!("{name}_bucket");
        for (within, (_, end)) in self.within.iter().zip(BUCKETS) {
            line(out, &bucket, &format!("{labels},le=\"{end}\""), &within.load(Ordering::Relaxed).to_string());
        }
        let count = self.count.load(Ordering::Relaxed).to_string();
        line(out, &bucket, &format!("{labels},le=\"+Inf\""), &count);
        let micros = self.micros.load(Ordering::Relaxed);
        line(out, &format!("{name}_sum"), labels, &format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000));
        line(out, &format!("{name}_count"), labels, &count);
    }
}

fn line(out: &mut String, name: &str, labels: &str, value: &str) {
    // a String takes whatever is written to it
    let _written = writeln!(out, "{name}{{{labels}}} {value}");
}

/// Numbers told apart by the values of their labels.
#[derive(Debug)]
pub(super) struct Family<N>(RwLock<BTreeMap<Vec<String>, Arc<N>>>);

impl<N> Default for Family<N> {
    fn default() -> Self {
        Self(RwLock::default())
    }
}

impl<N: Number> Family<N> {
    /// The number with these values, which begins with the first question.
    pub(super) fn of(&self, values: &[&str]) -> Arc<N> {
        let known = |(key, number): (&Vec<String>, &Arc<N>)| (*key == values).then(|| Arc::clone(number));
        let numbers = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(number) = numbers.iter().find_map(known) {
            return number;
        }
        drop(numbers);
        let key = values.iter().map(|value| (*value).to_owned()).collect();
        Arc::clone(self.0.write().unwrap_or_else(PoisonError::into_inner).entry(key).or_default())
    }

    pub(super) fn all(&self) -> Vec<(Vec<String>, Arc<N>)> {
        let numbers = self.0.read().unwrap_or_else(PoisonError::into_inner);
        numbers.iter().map(|(key, number)| (key.clone(), Arc::clone(number))).collect()
    }

    pub(super) fn write(&self, out: &mut String, name: &str, help: &str, labels: &[&str]) {
        let numbers = self.all();
        if numbers.is_empty() {
            return;
        }
        let _written = write!(out, "# HELP {name} {help}\n# TYPE {name} {}\n", N::KIND);
        for (values, number) in numbers {
            let pairs = labels.iter().zip(values).map(|(label, value)| format!("{label}=\"{value}\"")).collect::<Vec<_>>();
            number.write(out, name, &pairs.join(","));
        }
    }
}
