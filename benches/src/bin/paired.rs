//! Measures every path against two others, in one process and in turn: `paired [--quick]`.
//!
//! A time says more about the machine and its mood than about the code, so none is compared with one from another run. For each
//! path there are rounds; in each, a batch of the path, one of libsecp256k1's recover and one of alloy's run right after each
//! other, each long enough for the clock and short enough that the machine is the same machine. One round gives one ratio; the
//! median of the rounds is the result, and the smallest and largest of them say how calm it was. The row of libsecp256k1 against
//! itself shows what the method cannot tell apart. The clock is the thread's own: what other programs do with the processor
//! meanwhile is not in it.
//!
//! Prints one line per path, tab-separated: name, whose it is, what it does, nanoseconds per payment (median); then three numbers
//! each (median, smallest, largest) for its time in libsecp256k1's recoveries and for alloy's recovery in its times.

use std::hint::black_box;
use std::time::Duration;

use cpu_time::ThreadTime;
use quittance_benches::{Call, Path, Side, path, paths};

/// How long a batch runs, and how many rounds there are.
struct Effort {
    batch: Duration,
    rounds: usize,
}

const FULL: Effort = Effort { batch: Duration::from_millis(8), rounds: 75 };
const QUICK: Effort = Effort { batch: Duration::from_millis(2), rounds: 15 };

fn main() {
    let effort = if std::env::args().any(|argument| argument == "--quick") { QUICK } else { FULL };
    let find = |name| Runner::new(&path(name).expect("it is on the list"), &effort);
    let mut reference = find("libsecp256k1-recover");
    let mut alloy = find("alloy-recover");
    for path in paths() {
        let mut runner = Runner::new(&path, &effort);
        let mut rounds = Vec::with_capacity(effort.rounds);
        for round in 0..effort.rounds {
            // Whoever follows another finds its tables gone from the cache; so each follows either neighbour.
            rounds.push(if round % 2 == 0 {
                [runner.batch(), reference.batch(), alloy.batch()]
            } else {
                let [alloy, reference, path] = [alloy.batch(), reference.batch(), runner.batch()];
                [path, reference, alloy]
            });
        }
        let time = Spread::of(rounds.iter().map(|[path, _, _]| *path));
        let of_reference = Spread::of(rounds.iter().map(|[path, reference, _]| path / reference));
        let of_alloy = Spread::of(rounds.iter().map(|[path, _, alloy]| alloy / path));
        let side = if path.side == Side::Ours { "ours" } else { "peer" };
        println!("{}\t{side}\t{}\t{:.1}\t{of_reference}\t{of_alloy}", path.name, path.about, time.median);
    }
}

/// A path that is ready to run batches of a fitting size.
struct Runner {
    calls: Vec<Call>,
    items: u32,
    /// The next call, going round.
    next: usize,
    /// Calls per batch.
    size: u32,
}

impl Runner {
    fn new(path: &Path, effort: &Effort) -> Self {
        let mut runner = Self { calls: path.calls(), items: path.items, next: 0, size: 1 };
        // Warm, and long enough.
        while runner.run() < effort.batch {
            runner.size *= 2;
        }
        let (took, size) = (runner.run().as_secs_f64(), f64::from(runner.size));
        let fitting = (size * effort.batch.as_secs_f64() / took).clamp(1.0, size);
        // A count of calls, far below what a u32 holds.
        while f64::from(runner.size) > fitting && runner.size > 1 {
            runner.size -= runner.size.div_ceil(16);
        }
        runner
    }

    /// Nanoseconds per payment.
    fn batch(&mut self) -> f64 {
        self.run().as_secs_f64() * 1e9 / f64::from(self.size) / f64::from(self.items)
    }

    fn run(&mut self) -> Duration {
        let start = ThreadTime::now();
        for _ in 0..self.size {
            let Some(call) = self.calls.get(self.next) else { unreachable!("`next` goes round") };
            black_box(call.run());
            self.next = (self.next + 1) % self.calls.len();
        }
        start.elapsed()
    }
}

/// The middle and the edges of some numbers.
struct Spread {
    median: f64,
    smallest: f64,
    largest: f64,
}

impl Spread {
    fn of(numbers: impl Iterator<Item = f64>) -> Self {
        let mut sorted = numbers.collect::<Vec<_>>();
        sorted.sort_unstable_by(f64::total_cmp);
        let at = |index: usize| sorted.get(index).copied().unwrap_or(f64::NAN);
        Self { median: at(sorted.len() / 2), smallest: at(0), largest: at(sorted.len().saturating_sub(1)) }
    }
}

impl std::fmt::Display for Spread {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.4}\t{:.4}\t{:.4}", self.median, self.smallest, self.largest)
    }
}
