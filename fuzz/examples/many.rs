//! Runs one target over mutations of its seeds, as many as one likes, at full speed: no fuzzer, no instrumentation.
//!
//! `cargo run --release --example many -- recovery 10000000 1`: the target, how many, and the number that decides which.

use std::time::Instant;

use quittance_fuzz::TARGETS;
use quittance_fuzz::mutation::{Random, mutated};
use quittance_fuzz::vectors::Vectors;

const USAGE: &str = "usage: many <target> <count> <seed>";

fn main() {
    let arguments = std::env::args().skip(1).collect::<Vec<_>>();
    let [name, count, seed] = arguments.as_slice() else { panic!("{USAGE}") };
    let (count, seed) = (count.parse::<u64>().expect(USAGE), seed.parse::<u64>().expect(USAGE));
    let target = TARGETS.iter().find(|target| target.name == name).expect("a target of that name");
    let seeds = (target.seeds)(&Vectors::load());
    let (mut random, start) = (Random::new(seed), Instant::now());
    for number in 1..=count {
        let input = mutated(&seeds, &mut random);
        if std::panic::catch_unwind(|| (target.run)(&input)).is_err() {
            panic!("{name} breaks on number {number} of seed {seed}: {input:02x?}");
        }
        if number % (count / 10).max(1) == 0 {
            println!("{number} after {:.0} s", start.elapsed().as_secs_f64());
        }
    }
    println!("{name}: {count} inputs of seed {seed} in {:.1} s, no law broken", start.elapsed().as_secs_f64());
}
