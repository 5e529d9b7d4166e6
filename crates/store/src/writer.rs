//! The tasks that write.
//!
//! A writer takes whatever waits in the queue, runs it as one [batch](crate::batch), and answers when that is committed. While it waits for
//! the disk the queue fills again: the busier a store is, the more callers share one transaction.
//!
//! A transaction waits for the disk if anybody in it needs that ([`Durability`]); if nobody does it is only written, in order, and the next one that
//! waits takes it along: SQLite flushes its log as a whole. What nobody takes along is flushed after [`LONGEST`]. A PostgreSQL waits always: who
//! holds a claim would live on when the server has lost it.
//!
//! After anything but a conflict the connection is thrown away. A database whose disk once failed to take something may hold pages
//! that it believes to be written; what is read next is read anew from the file. What was only written may be among these pages, with no flush ever
//! to take them again; so the next connection first carries the log over into the file, which writes them elsewhere.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use quittance_core::Fault;
use quittance_guard::Durability;
use tokio::sync::{Mutex, mpsc};
use tokio::time::{Instant, timeout_at};

use crate::batch::{self, Generation, Keeper, Owed};
use crate::db::Broken;
use crate::generation::Beside;
use crate::link::{Carried, Connection, Link};
use crate::operation::{Job, Operation, Reply};
use crate::recent::Recent;

/// How many operations share a transaction at most.
const MOST: usize = 256;
/// How often a transaction is begun that others are in the way of.
const ATTEMPTS: u32 = 8;
/// After how many batches the generation goes up.
const BATCHES_OF_A_GENERATION: u64 = 256;
/// How long to wait until what could not be flushed is carried over, where nobody asks for anything.
const AGAIN: Duration = Duration::from_secs(1);
/// How long something may be written and not flushed.
const LONGEST: Duration = Duration::from_millis(100);

/// What the writers of a store share.
pub(crate) struct Writers {
    pub(crate) link: Link,
    pub(crate) keeper: Keeper,
    pub(crate) queue: Mutex<mpsc::Receiver<Job>>,
    pub(crate) generation: AtomicI64,
    pub(crate) identity: [u8; 16],
    pub(crate) beside: Option<Beside>,
    pub(crate) batches: AtomicU64,
}

/// Writes until nobody can ask any more.
pub(crate) async fn write(writers: Arc<Writers>, connection: Option<Connection>) {
    let mut connection = connection.map(Held::new);
    // a flush has failed for which nobody waited, and nobody has carried over since what it was of
    let mut torn = false;
    loop {
        let due = match &connection {
            Some(held) => held.owes.map(|since| since + LONGEST),
            None => torn.then(|| Instant::now() + AGAIN),
        };
        let jobs = match due {
            None => take(&writers.queue).await,
            Some(due) => match timeout_at(due, take(&writers.queue)).await {
                Ok(jobs) => jobs,
                Err(_) if connection.is_none() => {
                    torn = connected(&writers, &mut connection).await.is_err();
                    continue;
                }
                Err(_) => {
                    flush(&mut connection).await;
                    torn = connection.is_none();
                    continue;
                }
            },
        };
        if jobs.is_empty() {
            break;
        }
        let (purges, others): (Vec<_>, Vec<_>) = jobs.into_iter().partition(|job| matches!(job.operation, Operation::Purge { .. }));
        serve(&writers, &mut connection, others).await;
        for purge in purges {
            forget(&writers, &mut connection, purge).await;
        }
    }
    flush(&mut connection).await;
    if let Some(held) = connection {
        // nothing is lost if it does not say goodbye: everything is committed
        let _ = held.connection.close().await;
    }
}

/// Waits for a job and takes all that wait with it; none when the store is gone.
async fn take(queue: &Mutex<mpsc::Receiver<Job>>) -> Vec<Job> {
    let mut jobs = Vec::new();
    queue.lock().await.recv_many(&mut jobs, MOST).await;
    jobs
}

async fn serve(writers: &Writers, connection: &mut Option<Held>, jobs: Vec<Job>) {
    if jobs.is_empty() {
        return;
    }
    let turn = writers.batches.fetch_add(1, Ordering::Relaxed).wrapping_add(1);
    let generation = if turn.is_multiple_of(BATCHES_OF_A_GENERATION) { Generation::Next } else { Generation::Same };
    let operations: Vec<_> = jobs.iter().map(|job| &job.operation).collect();
    let mut durability = operations.iter().map(|operation| operation.durability()).max().unwrap_or(Durability::Flushed);
    // the file beside the database is flushed, and must not be ahead of it
    if generation == Generation::Next {
        durability = Durability::Flushed;
    }
    let mut outcome = Err(Fault::StoreUnavailable);
    for _ in 0..ATTEMPTS {
        let attempt = match connected(writers, connection).await {
            Ok((held, shard)) => match held.promise(durability).await {
                Ok(()) => {
                    let marks = (generation, held.owed());
                    let (db, recent) = (&mut held.connection.db(), &mut held.recent);
                    let done = batch::run(db, &writers.keeper, shard, &operations, marks, recent).await;
                    done.inspect(|_| held.committed())
                }
                Err(broken) => Err(broken),
            },
            Err(broken) => Err(broken),
        };
        match conclude(connection, attempt).await {
            Ok(done) => {
                outcome = Ok(done);
                break;
            }
            Err(Broken::Conflict) => {}
            Err(Broken::Fault(fault)) => {
                outcome = Err(fault);
                break;
            }
        }
    }
    match outcome {
        Ok((replies, generation)) => {
            if let Some(generation) = generation {
                witness(writers, generation);
            }
            for (job, reply) in jobs.into_iter().zip(replies) {
                // whoever does not wait any more is told nothing, and what was decided stands
                let _ = job.reply.send(Ok(reply));
            }
        }
        Err(fault) => {
            for job in jobs {
                let _ = job.reply.send(Err(fault));
            }
        }
    }
}

async fn forget(writers: &Writers, connection: &mut Option<Held>, job: Job) {
    let Operation::Purge { now } = job.operation else { return };
    let mut outcome = Err(Fault::StoreUnavailable);
    for _ in 0..ATTEMPTS {
        let attempt = match connected(writers, connection).await {
            Ok((held, shard)) => match held.promise(Durability::Flushed).await {
                // where there is nothing to forget nothing is flushed, so that what waits for the disk goes on to
                Ok(()) => batch::purge(&mut held.connection.db(), &writers.keeper, shard, now, &mut held.recent).await,
                Err(broken) => Err(broken),
            },
            Err(broken) => Err(broken),
        };
        match conclude(connection, attempt).await {
            Err(Broken::Conflict) => {}
            other => {
                outcome = other.map(|(forgotten, more)| Reply::Purged(forgotten, more)).map_err(Fault::from);
                break;
            }
        }
    }
    let _ = job.reply.send(outcome);
}

/// Takes to the disk what was only written. If that fails the connection is thrown away.
async fn flush(connection: &mut Option<Held>) {
    let Some(held) = connection.as_mut().filter(|held| held.owes.is_some()) else { return };
    let flushed = match held.promise(Durability::Flushed).await {
        Ok(()) => {
            let done = batch::flush(&mut held.connection.db()).await;
            done.inspect(|()| held.committed())
        }
        Err(broken) => Err(broken),
    };
    if conclude(connection, flushed).await.is_err() {
        *connection = None;
    }
}

/// A connection, its row among the clocks once that is known, and what it has written last.
struct Held {
    connection: Connection,
    shard: Option<i64>,
    recent: Recent,
    /// How far a transaction of this connection has come when it is committed.
    durability: Durability,
    /// Since when something is only written.
    owes: Option<Instant>,
}

impl Held {
    fn new(connection: Connection) -> Self {
        Self { connection, shard: None, recent: Recent::default(), durability: Durability::Flushed, owes: None }
    }

    /// Lets the next transaction wait for the disk, or not.
    async fn promise(&mut self, durability: Durability) -> Result<(), Broken> {
        let mut db = self.connection.db();
        let late = self.owes.is_some_and(|since| since.elapsed() >= LONGEST);
        let durability = if db.is_postgres() || late { Durability::Flushed } else { durability };
        if self.durability != durability {
            // carrying over, which SQLite begins by itself after a commit, flushes what nobody has flushed, and tells nobody if that fails: so not
            // after a commit that has not flushed its own
            let settings = match durability {
                Durability::Written => ["PRAGMA wal_autocheckpoint = 0", "PRAGMA synchronous = NORMAL"],
                Durability::Flushed => ["PRAGMA wal_autocheckpoint = 4000", "PRAGMA synchronous = FULL"],
            };
            for setting in settings {
                db.simple(setting).await?;
            }
            self.durability = durability;
        }
        Ok(())
    }

    /// Whether the next transaction has to take something along.
    fn owed(&self) -> Owed {
        if self.durability == Durability::Flushed && self.owes.is_some() { Owed::Something } else { Owed::Nothing }
    }

    /// Takes note that a transaction was committed.
    fn committed(&mut self) {
        self.owes = match self.durability {
            Durability::Flushed => None,
            Durability::Written => self.owes.or_else(|| Some(Instant::now())),
        };
    }
}

async fn connected<'a>(writers: &Writers, held: &'a mut Option<Held>) -> Result<(&'a mut Held, i64), Broken> {
    if held.is_none() {
        let mut connection = writers.link.connect().await?;
        if connection.carry_over().await? == Carried::Busy {
            return Err(Broken::Fault(Fault::StoreUnavailable));
        }
        *held = Some(Held::new(connection));
    }
    let held = held.as_mut().ok_or(Broken::Fault(Fault::StoreUnavailable))?;
    let shard = match held.shard {
        Some(shard) => shard,
        None => *held.shard.insert(held.connection.shard().await?),
    };
    Ok((held, shard))
}

/// Rolls back after a conflict, and drops the connection after anything worse.
async fn conclude<T>(connection: &mut Option<Held>, outcome: Result<T, Broken>) -> Result<T, Broken> {
    match (&outcome, connection.as_mut()) {
        (Err(Broken::Conflict), Some(held)) => {
            if held.connection.db().simple("ROLLBACK").await.is_err() {
                *connection = None;
            }
        }
        (Err(Broken::Fault(_)), _) => *connection = None,
        (Ok(_), _) | (Err(Broken::Conflict), None) => {}
    }
    outcome
}

/// Takes note of a generation that is committed.
fn witness(writers: &Writers, generation: i64) {
    writers.generation.fetch_max(generation, Ordering::Relaxed);
    if let Some(beside) = &writers.beside {
        // a file that lags sees less and accuses nobody; the next one catches up
        let _ = beside.raise(generation);
    }
}
