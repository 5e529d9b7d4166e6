//! What a claim costs as a log grows: `growth <file> <entries> [<entries> …]`, ascending.
//!
//! The file is filled up to each number with payments that are settled, which are what a log consists of; then claims are timed, one at a
//! time and many at once. What is asked is the ratio of the last to the first.

#[path = "../tests/all/samples.rs"]
mod samples;

use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};

use quittance_guard::ReplayLog;
use quittance_guard::receipt::Attested;
use quittance_guard::replay::{Claimed, Step};
use quittance_store::Store;

use samples::{at, claim_by, receipt, sealing_key};

type Failure = Box<dyn Error + Send + Sync>;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next().ok_or("usage: growth <file> <entries> [<entries> …]")?;
    let sizes = arguments.map(|text| text.parse::<u64>()).collect::<Result<Vec<_>, _>>()?;
    let store = Arc::new(Store::open(&format!("sqlite:{file}"), &sealing_key()).await?);
    let (mut filled, mut first) = (0, None);
    for size in sizes {
        let begin = Instant::now();
        fill(&store, filled, size).await?;
        filled = size;
        let filling = begin.elapsed();
        let alone = alone(&store, size).await?;
        let many = many(&store, size).await?;
        let (alone_first, many_first) = *first.get_or_insert((alone, many));
        println!(
            "{size:>9} entries (filled in {filling:.1?}): a claim alone {alone:?} ({:.2} of the first), among 64 {many:?} ({:.2} of the first)",
            alone.as_secs_f64() / alone_first.as_secs_f64(),
            many.as_secs_f64() / many_first.as_secs_f64(),
        );
    }
    Ok(())
}

async fn fill(store: &Arc<Store>, from: u64, to: u64) -> Result<(), Failure> {
    const LANES: u64 = 512;
    let mut lanes = Vec::new();
    for lane in 0..LANES {
        let store = Arc::clone(store);
        lanes.push(tokio::spawn(async move {
            for number in (from..to).filter(|number| number % LANES == lane) {
                let Claimed::Fresh(claim) = store.claim(&claim_by(number % 10_000, number, "a", 0)).await? else {
                    return Err("claimed before".into());
                };
                ReplayLog::step(&*store, &claim, Step::Settling, at(1)).await?;
                ReplayLog::step(&*store, &claim, Step::Settled(receipt(&format!("0x{number:x}"), Attested::Answer)), at(1)).await?;
            }
            Ok::<_, Failure>(())
        }));
    }
    for lane in lanes {
        lane.await??;
    }
    Ok(())
}

/// The middle one of many claims, each waited for, and each given back so that the log stays as large as it is.
async fn alone(store: &Store, size: u64) -> Result<Duration, Failure> {
    let mut times = Vec::new();
    for number in 0..400 {
        let request = claim_by(number, (size << 32) + number, "b", 0);
        let begin = Instant::now();
        let Claimed::Fresh(claim) = store.claim(&request).await? else { return Err("claimed before".into()) };
        times.push(begin.elapsed());
        ReplayLog::step(store, &claim, Step::Release, at(1)).await?;
    }
    times.sort();
    Ok(times[times.len() / 2])
}

/// The time of a claim when 64 are made at once, over many rounds.
async fn many(store: &Arc<Store>, size: u64) -> Result<Duration, Failure> {
    const TASKS: u64 = 64;
    const EACH: u64 = 60;
    let (mut times, begin_number) = (Vec::new(), (size << 32) + 1_000_000);
    for round in 0..EACH {
        let begin = Instant::now();
        let mut claims = Vec::new();
        for task in 0..TASKS {
            let (store, number) = (Arc::clone(store), begin_number + round * TASKS + task);
            claims.push(tokio::spawn(async move { store.claim(&claim_by(number, number, "b", 0)).await }));
        }
        let mut held = Vec::new();
        for claim in claims {
            match claim.await?? {
                Claimed::Fresh(claim) => held.push(claim),
                other => return Err(format!("{other:?}").into()),
            }
        }
        times.push(begin.elapsed() / u32::try_from(TASKS)?);
        for claim in held {
            ReplayLog::step(&**store, &claim, Step::Release, at(1)).await?;
        }
    }
    times.sort();
    Ok(times[times.len() / 2])
}
