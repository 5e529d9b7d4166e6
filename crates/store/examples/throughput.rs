//! How many payments go through a store in a second, beside what one `fsync` costs on the same disk:
//! `throughput [url] [seconds] [tasks …]`.
//!
//! A payment is a claim, `settling`, `settled` and `granted`, each asked after the answer to the one before. The times are for
//! orientation; what lasts are the ratios: operations for each transaction, payments in the time of one `fsync`, and, where the system
//! says so, the processor's time for each payment, which those who share the machine touch least.
//!
//! A file on a machine with two processors that other work kept busy (a load of 17, 5 to 6 ms for an `fsync`) took 142 to 170 µs of the
//! processor for a payment of 64 at once, and 103 to 125 µs of 256.

#[path = "../tests/all/samples.rs"]
mod samples;

use std::error::Error;
use std::fs::{self, File};
use std::io::{Seek as _, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use quittance_guard::ReplayLog;
use quittance_guard::receipt::Attested;
use quittance_guard::replay::{Answer, Claimed, Step};
use quittance_store::Store;

use samples::{at, claim_by, receipt, sealing_key};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let url = arguments.next().unwrap_or_else(|| "sqlite:throughput.db".into());
    let seconds = arguments.next().map_or(Ok(5), |text| text.parse())?;
    let tasks = arguments.map(|text| text.parse::<u64>()).collect::<Result<Vec<_>, _>>()?;
    let tasks = if tasks.is_empty() { vec![1, 16, 64, 256] } else { tasks };
    let fsync = fsync()?;
    println!("one fsync after 4 KiB appended: {fsync:?}");
    let store = Arc::new(Store::open(&url, &sealing_key()).await?);
    // apart from what earlier runs have left in the same database
    let base = store.generation() << 40;
    for (turn, tasks) in tasks.into_iter().enumerate() {
        let (paid, before, begin, busy) = (Arc::new(AtomicU64::new(0)), store.batches(), Instant::now(), processor());
        let end = begin + Duration::from_secs(seconds);
        let mut running = Vec::new();
        for task in 0..tasks {
            let (store, paid) = (Arc::clone(&store), Arc::clone(&paid));
            let first = base + ((u64::try_from(turn)? << 32) | (task << 20));
            running.push(tokio::spawn(async move {
                for number in first.. {
                    if Instant::now() > end {
                        break;
                    }
                    pay(&store, number).await.map_err(|error| error.to_string())?;
                    paid.fetch_add(1, Ordering::Relaxed);
                }
                Ok::<_, String>(())
            }));
        }
        for task in running {
            task.await??;
        }
        let (paid, took, batches) = (paid.load(Ordering::Relaxed), begin.elapsed(), store.batches() - before);
        println!(
            "{tasks:>4} at once: {:>6.0} payments/s, {:>5.1} operations for each transaction, {:>5.2} payments in the time of one fsync, {:?} a transaction{}",
            paid as f64 / took.as_secs_f64(),
            (paid * 4) as f64 / batches as f64,
            paid as f64 * fsync.as_secs_f64() / took.as_secs_f64(),
            took / u32::try_from(batches)?,
            processor().zip(busy).map_or_else(String::new, |(after, before)| {
                format!(", {:.0} µs of the processor for each payment", (after - before).as_micros() as f64 / paid as f64)
            }),
        );
    }
    Ok(())
}

async fn pay(store: &Store, number: u64) -> Result<(), Box<dyn Error>> {
    let Claimed::Fresh(claim) = store.claim(&claim_by(number, number, "a", 0)).await? else { return Err("claimed before".into()) };
    ReplayLog::step(store, &claim, Step::Settling(None), at(1)).await?;
    ReplayLog::step(store, &claim, Step::Settled(receipt(&format!("0x{number:x}"), Attested::Answer)), at(1)).await?;
    ReplayLog::step(store, &claim, Step::Grant(Some(Answer::new(&[7; 200]))), at(1)).await?;
    Ok(())
}

/// For how long this program has had a processor. Linux counts it in hundredths of a second.
fn processor() -> Option<Duration> {
    let line = fs::read_to_string("/proc/self/stat").ok()?;
    // the name of the program may hold anything, and ends with the last parenthesis
    let (_, numbers) = line.rsplit_once(") ")?;
    let mut times = numbers.split(' ').skip(11).map(|text| text.parse::<u64>().ok());
    Some(Duration::from_millis(10 * (times.next()?? + times.next()??)))
}

/// What it costs to have 4 KiB on the disk, in a file of the present folder that is written over, as a write-ahead log is.
fn fsync() -> Result<Duration, Box<dyn Error>> {
    const TIMES: u32 = 200;
    let name = "throughput.fsync";
    let mut file = File::create(name)?;
    file.write_all(&[0; 4_096 * 64])?;
    file.sync_all()?;
    let begin = Instant::now();
    for turn in 0..TIMES {
        if turn % 64 == 0 {
            file.rewind()?;
        }
        file.write_all(&[1; 4_096])?;
        file.sync_data()?;
    }
    let took = begin.elapsed() / TIMES;
    fs::remove_file(name)?;
    Ok(took)
}
