//! Prints what one call of each of our paths allocates, on average over the samples: `name allocations bytes`, tab-separated.
//!
//! The counting allocator needs `unsafe`, which this workspace forbids; the small crate `stats_alloc` has it. It is the allocator
//! of this program only, so that nothing else that is measured pays for the counting.

use std::alloc::System;

use quittance_benches::{Side, paths};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static COUNTING: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() {
    for path in paths().iter().filter(|path| path.side == Side::Ours) {
        let calls = path.calls();
        // what is built once and kept is not a call's
        let first = calls.iter().map(quittance_benches::Call::run).all(|verdict| verdict == path.verdict);
        let region = Region::new(COUNTING);
        let second = calls.iter().map(quittance_benches::Call::run).all(|verdict| verdict == path.verdict);
        let change = region.change();
        assert!(first && second, "{} does what it says", path.name);
        let handled = calls.len() * usize::try_from(path.items).expect("few items");
        let allocations = change.allocations + change.reallocations;
        println!("{}\t{}\t{}", path.name, allocations.div_ceil(handled), change.bytes_allocated.div_ceil(handled));
    }
}
