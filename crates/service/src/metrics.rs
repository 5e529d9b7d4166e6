//! Numbers for Prometheus: of one kind, told apart by labels.
//!
//! Labels are for whoever uses this to choose, and must never be what a stranger chose, so that their number is bounded. Nothing is read back: no
//! decision hangs on a number of here.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
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
pub struct Histogram {
    within: [AtomicU64; BUCKETS.len()],
    count: AtomicU64,
    micros: AtomicU64,
}

impl Histogram {
    /// Something took so long.
    pub fn observe(&self, took: Duration) {
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

/// A number that goes up and down.
#[derive(Default, Debug)]
pub struct Gauge(AtomicI64);

impl Gauge {
    /// It is so much now.
    pub fn set(&self, value: i64) {
        self.0.store(value, Ordering::Relaxed);
    }

    /// It is one more.
    pub fn up(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// It is one less.
    pub fn down(&self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }

    /// How much it is.
    #[must_use]
    pub fn value(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// What a number is to Prometheus.
pub trait Number: Default {
    /// The word for its kind.
    const KIND: &'static str;

    /// Writes its lines.
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
        let within = |end: &str| match labels {
            "" => format!("le=\"{end}\""),
            _ => format!("{labels},le=\"{end}\""),
        };
        for (count, (_, end)) in self.within.iter().zip(BUCKETS) {
            line(out, &bucket, &within(end), &count.load(Ordering::Relaxed).to_string());
        }
        let count = self.count.load(Ordering::Relaxed).to_string();
        line(out, &bucket, &within("+Inf"), &count);
        let micros = self.micros.load(Ordering::Relaxed);
        line(out, &format!("{name}_sum"), labels, &format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000));
        line(out, &format!("{name}_count"), labels, &count);
    }
}

impl Number for Gauge {
    const KIND: &'static str = "gauge";

    fn write(&self, out: &mut String, name: &str, labels: &str) {
        line(out, name, labels, &self.value().to_string());
    }
}

fn line(out: &mut String, name: &str, labels: &str, value: &str) {
    // a String takes whatever is written to it
    let _written = match labels {
        "" => writeln!(out, "{name} {value}"),
        _ => writeln!(out, "{name}{{{labels}}} {value}"),
    };
}

/// Numbers told apart by the values of their labels.
#[derive(Debug)]
pub struct Family<N>(RwLock<BTreeMap<Vec<String>, Arc<N>>>);

impl<N> Default for Family<N> {
    fn default() -> Self {
        Self(RwLock::default())
    }
}

impl<N: Number> Family<N> {
    /// The number with these values, which begins with the first question.
    #[must_use]
    pub fn of(&self, values: &[&str]) -> Arc<N> {
        let known = |(key, number): (&Vec<String>, &Arc<N>)| (*key == values).then(|| Arc::clone(number));
        let numbers = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(number) = numbers.iter().find_map(known) {
            return number;
        }
        drop(numbers);
        let key = values.iter().map(|value| (*value).to_owned()).collect();
        Arc::clone(self.0.write().unwrap_or_else(PoisonError::into_inner).entry(key).or_default())
    }

    /// All of them with their values.
    #[must_use]
    pub fn all(&self) -> Vec<(Vec<String>, Arc<N>)> {
        let numbers = self.0.read().unwrap_or_else(PoisonError::into_inner);
        numbers.iter().map(|(key, number)| (key.clone(), Arc::clone(number))).collect()
    }

    /// Writes them in Prometheus' text format; nothing if there are none.
    pub fn write(&self, out: &mut String, name: &str, help: &str, labels: &[&str]) {
        let numbers = self.all();
        if numbers.is_empty() {
            return;
        }
        let _written = write!(out, "# HELP {name} {help}\n# TYPE {name} {}\n", N::KIND);
        for (values, number) in numbers {
            let pairs =
                labels.iter().zip(values).map(|(label, value)| format!("{label}=\"{}\"", escaped(&value))).collect::<Vec<_>>();
            number.write(out, name, &pairs.join(","));
        }
    }
}

/// A value as it may stand between quotes.
fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_prometheus_reads_them() {
        let (gauges, counters) = (Family::<Gauge>::default(), Family::<Counter>::default());
        gauges.of(&[]).up();
        gauges.of(&[]).up();
        gauges.of(&[]).down();
        counters.of(&["/a \"b\" \\", "200"]).add(3);
        let mut out = String::new();
        gauges.write(&mut out, "open", "What is open.", &[]);
        counters.write(&mut out, "answers", "Answers.", &["route", "status"]);
        Family::<Histogram>::default().write(&mut out, "nothing", "Nothing.", &[]);
        let expected = "# HELP open What is open.\n# TYPE open gauge\nopen 1\n# HELP answers Answers.\n# TYPE answers counter\n\
                        answers{route=\"/a \\\"b\\\" \\\\\",status=\"200\"} 3\n";
        assert_eq!(out, expected);
        let times = Family::<Histogram>::default();
        times.of(&[]).observe(Duration::from_millis(3));
        let mut out = String::new();
        times.write(&mut out, "took", "Time.", &[]);
        assert!(out.contains("\ntook_bucket{le=\"0.005\"} 1\n") && out.ends_with("took_sum 0.003000\ntook_count 1\n"), "{out}");
    }
}
