//! What a claim costs as a log grows: `growth <file> <entries> [<entries> …]`, ascending.
//!
//! One payment is sold through the store; the rest of the log are copies of its row under other keys, made by SQL because it would take
//! an hour otherwise. Then claims are timed, one at a time and 64 at once. What is asked is the ratio of the last to the first.

#[path = "../tests/all/samples.rs"]
mod samples;

use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};

use quittance_guard::ReplayLog;
use quittance_guard::receipt::Attested;
use quittance_guard::replay::{Claimed, Step};
use quittance_store::Store;
use sqlx::Connection as _;

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
        fill(&file, &store, filled, size).await?;
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

/// Sells once, and copies what that left under random keys.
async fn fill(file: &str, store: &Store, from: u64, to: u64) -> Result<(), Failure> {
    const AT_ONCE: u64 = 100_000;
    if from == 0 {
        let Claimed::Fresh(claim) = store.claim(&claim_by(1, 1, "a", 0)).await? else { return Err("claimed before".into()) };
        ReplayLog::step(store, &claim, Step::Settling(None), at(1)).await?;
        ReplayLog::step(store, &claim, Step::Settled(receipt("0x1", Attested::Answer)), at(1)).await?;
    }
    let mut database = sqlx::SqliteConnection::connect(file).await?;
    let mut held = from.max(1);
    while held < to {
        let count = i64::try_from(AT_ONCE.min(to - held))?;
        let copies = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1) INSERT INTO payments \
             SELECT randomblob(32), substr(key, 1, length(key) - 64) || lower(hex(randomblob(32))), payer, asset, amount, fingerprint, \
             payment_id, claimed_at, keep_until, attempt, state, lease, charged, hash, attested, rejection, granted, answer, quota_span, \
             is_open, idle_from, over_from, sent FROM n CROSS JOIN (SELECT * FROM payments WHERE state = 'settled' LIMIT 1)";
        sqlx::query(copies).bind(count).execute(&mut database).await?;
        sqlx::query("UPDATE clocks SET payments = payments + $1").bind(count).execute(&mut database).await?;
        held += count.unsigned_abs();
    }
    sqlx::raw_sql("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut database).await?;
    Ok(database.close().await?)
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
