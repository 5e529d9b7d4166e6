//! What a claim costs as a log grows: `growth <folder> <rounds> <entries> [<entries> …]`.
//!
//! Each log is a file of its own in the folder, which belongs on a disk. One payment is sold through the store; the rest of the log are
//! copies of its row under other keys, made by SQL because it would take an hour otherwise. Then all logs are asked in turns, so that
//! whatever else the machine does meets all of them: claims one at a time and 64 at once, each given back so that a log stays as large
//! as it is. What is asked is the ratio to the first log: of time, of the processor's time, and of the bytes that are written. The last two
//! are of Linux, and are those of a claim and of giving it back.

#[path = "../tests/all/samples.rs"]
mod samples;

use std::error::Error;
use std::fs;
use std::path::PathBuf;
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
    let usage = "usage: growth <folder> <rounds> <entries> [<entries> …]";
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().ok_or(usage)?);
    let rounds = arguments.next().ok_or(usage)?.parse::<u64>()?;
    let mut logs = Vec::new();
    for size in arguments.map(|text| text.parse::<u64>()) {
        let begin = Instant::now();
        logs.push(Log::filled(&folder, size?).await?);
        println!("filled in {:.1?}", begin.elapsed());
    }
    // the first numbers are sold
    for round in 1..=rounds {
        for log in &mut logs {
            log.alone(round).await?;
            log.many(round).await?;
        }
    }
    let first = logs.first_mut().ok_or(usage)?.costs();
    for log in &mut logs {
        let costs = log.costs();
        println!("{:>9} entries, {} MB", log.size, fs::metadata(&log.file)?.len() / 1_000_000);
        for (what, cost, first) in [("alone", &costs[0], &first[0]), ("among 64", &costs[1], &first[1])] {
            println!(
                "  a claim {what:<8} {:>9.1?} ({:.2}), {:>9.1?} of the processor ({:.2}), {:>6.0} bytes written ({:.2})",
                cost.time,
                cost.time.as_secs_f64() / first.time.as_secs_f64(),
                cost.processor,
                cost.processor.as_secs_f64() / first.processor.as_secs_f64(),
                cost.written,
                cost.written / first.written,
            );
        }
    }
    Ok(())
}

/// What a claim costs: the middle of the times, and the mean of the rest.
struct Cost {
    time: Duration,
    processor: Duration,
    written: f64,
}

#[derive(Default)]
struct Seen {
    times: Vec<Duration>,
    claims: u32,
    processor: Duration,
    written: u64,
}

struct Log {
    file: PathBuf,
    store: Arc<Store>,
    size: u64,
    /// Alone, and among 64.
    seen: [Seen; 2],
}

impl Log {
    async fn filled(folder: &std::path::Path, size: u64) -> Result<Self, Failure> {
        let file = folder.join(format!("growth-{size}.db"));
        let store = Arc::new(Store::open(&format!("sqlite:{}", file.display()), &sealing_key()).await?);
        fill(&file, &store, size).await?;
        Ok(Self { file, store, size, seen: Default::default() })
    }

    async fn alone(&mut self, round: u64) -> Result<(), Failure> {
        const EACH: u64 = 20;
        let begin = Spent::now()?;
        for number in 0..EACH {
            let number = (round << 32) + number;
            let request = claim_by(number, number, "b", 0);
            let begin = Instant::now();
            let Claimed::Fresh(claim) = self.store.claim(&request).await? else { return Err("claimed before".into()) };
            self.seen[0].times.push(begin.elapsed());
            ReplayLog::step(&*self.store, &claim, Step::Release, at(1)).await?;
        }
        self.seen[0].add(&begin, u32::try_from(EACH)?)
    }

    async fn many(&mut self, round: u64) -> Result<(), Failure> {
        const TASKS: u64 = 64;
        const EACH: u64 = 8;
        let spent = Spent::now()?;
        for turn in 0..EACH {
            let begin = Instant::now();
            let claims = (0..TASKS).map(|task| {
                let (store, number) = (Arc::clone(&self.store), (round << 32) + 1_000_000 + turn * TASKS + task);
                tokio::spawn(async move { store.claim(&claim_by(number, number, "b", 0)).await })
            });
            let mut held = Vec::new();
            for claim in claims.collect::<Vec<_>>() {
                match claim.await?? {
                    Claimed::Fresh(claim) => held.push(claim),
                    other => return Err(format!("{other:?}").into()),
                }
            }
            self.seen[1].times.push(begin.elapsed() / u32::try_from(TASKS)?);
            let given_back = held.into_iter().map(|claim| {
                let store = Arc::clone(&self.store);
                tokio::spawn(async move { ReplayLog::step(&*store, &claim, Step::Release, at(1)).await })
            });
            for given_back in given_back.collect::<Vec<_>>() {
                given_back.await??;
            }
        }
        self.seen[1].add(&spent, u32::try_from(TASKS * EACH)?)
    }

    fn costs(&mut self) -> [Cost; 2] {
        self.seen.each_mut().map(|seen| {
            seen.times.sort();
            let time = seen.times.get(seen.times.len() / 2).copied().unwrap_or_default();
            Cost { time, processor: seen.processor / seen.claims, written: seen.written as f64 / f64::from(seen.claims) }
        })
    }
}

impl Seen {
    fn add(&mut self, begin: &Spent, claims: u32) -> Result<(), Failure> {
        let end = Spent::now()?;
        self.claims += claims;
        self.processor += end.processor.saturating_sub(begin.processor);
        self.written += end.written - begin.written;
        Ok(())
    }
}

/// What this program has used so far.
struct Spent {
    processor: Duration,
    written: u64,
}

impl Spent {
    fn now() -> Result<Self, Failure> {
        let mut nanoseconds = 0;
        for task in fs::read_dir("/proc/self/task")? {
            // a thread may end while one looks
            let text = fs::read_to_string(task?.path().join("schedstat")).unwrap_or_default();
            nanoseconds += text.split(' ').next().and_then(|number| number.parse::<u64>().ok()).unwrap_or(0);
        }
        let io = fs::read_to_string("/proc/self/io")?;
        let written = io.lines().find_map(|line| line.strip_prefix("wchar: ")).ok_or("no count of what is written")?;
        Ok(Self { processor: Duration::from_nanos(nanoseconds), written: written.parse()? })
    }
}

/// Sells once, and copies what that left under random keys.
async fn fill(file: &std::path::Path, store: &Store, size: u64) -> Result<(), Failure> {
    const AT_ONCE: u64 = 100_000;
    let Claimed::Fresh(claim) = store.claim(&claim_by(1, 1, "a", 0)).await? else { return Err("filled before".into()) };
    ReplayLog::step(store, &claim, Step::Settling(None), at(1)).await?;
    ReplayLog::step(store, &claim, Step::Settled(receipt("0x1", Attested::Answer)), at(1)).await?;
    let database = rusqlite::Connection::open(file)?;
    database.execute_batch("PRAGMA cache_size = -500000")?;
    let mut held = 1;
    while held < size {
        let count = i64::try_from(AT_ONCE.min(size - held))?;
        let copies = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1) INSERT INTO payments \
             SELECT randomblob(32), substr(key, 1, length(key) - 64) || lower(hex(randomblob(32))), payer, asset, amount, fingerprint, \
             payment_id, claimed_at, keep_until, attempt, state, lease, charged, hash, attested, rejection, granted, answer, quota_span, \
             is_open, idle_from, over_from, sent FROM n CROSS JOIN (SELECT * FROM payments WHERE state = 'settled' LIMIT 1)";
        database.execute(copies, [count])?;
        database.execute("UPDATE clocks SET payments = payments + $1", [count])?;
        held += count.unsigned_abs();
    }
    database.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")?;
    Ok(database.close().map_err(|(_, error)| error)?)
}
