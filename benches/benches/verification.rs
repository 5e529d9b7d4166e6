//! Criterion's statistics for every path, for a look at one of them: `cargo bench -p quittance-benches -- header-to-verified`.
//!
//! Times of one run say little about another machine or another hour; `cargo xtask bench` compares in pairs and prints ratios.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use quittance_benches::paths;

fn verification(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("verification");
    for path in paths() {
        let calls = path.calls();
        let mut next = calls.iter().cycle();
        group.throughput(Throughput::Elements(path.items.into()));
        group.bench_function(path.name, |bencher| {
            bencher.iter(|| black_box(next.next().map(quittance_benches::Call::run)));
        });
    }
    group.finish();
}

criterion_group!(benches, verification);
criterion_main!(benches);
