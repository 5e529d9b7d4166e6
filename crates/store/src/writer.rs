//! The tasks that write.
//!
//! A writer takes whatever waits in the queue, runs it as one [batch](crate::batch), and answers when that is committed. While it waits for
//! the disk the queue fills again: the busier a store is, the more callers share one transaction.
//!
//! A transaction waits for the disk if anybody in it needs that ([`Durability`]); if nobody does it is only written, in order, and the next one that
//! waits takes it along: SQLite flushes its log as a whole. What nobody takes along is flushed after [`LONGEST`]. A PostgreSQL waits always: who
//! holds a claim would live on when the server has lost it.
//!
//! Where one caller comes after the other there is nothing to share, and to wake a writer and to be woken by it takes longer than to write. So an
//! operation that needs no flush is then carried out by whoever asks ([`at_once`]), with the writer's own connection, if nobody else is at it. The writer
//! is told of what waits for the disk from then on.
//!
//! After anything but a conflict the connection is thrown away. A database whose disk once failed to take something may hold pages
//! that it believes to be written; what is read next is read anew from the file. What was only written may be among these pages, with no flush ever
//! to take them again; so the next connection first carries the log over into the file, which writes them elsewhere.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use quittance_core::Fault;
use quittance_guard::Durability;
use tokio::sync::{Mutex, Notify, mpsc};
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
/// How many transactions in a row have to be of one operation for callers to come one after the other.
const LONE: u32 = 16;

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

/// The place of one writer.
pub(crate) struct Desk {
    seat: Mutex<Seat>,
    /// Something waits for the disk that the writer does not know of.
    owes: Notify,
    /// How many of the writer's last transactions were of one operation.
    lone: AtomicU32,
}

struct Seat {
    held: Option<Held>,
    /// A flush has failed for which nobody waited, and nobody has carried over since what it was of.
    torn: bool,
}

impl Desk {
    pub(crate) fn new(connection: Option<Connection>) -> Self {
        Self {
            seat: Mutex::new(Seat { held: connection.map(Held::new), torn: false }),
            owes: Notify::new(),
            lone: AtomicU32::new(0),
        }
    }

    /// Whether callers come one after the other.
    pub(crate) fn is_quiet(&self) -> bool {
        self.lone.load(Ordering::Relaxed) >= LONE
    }

    fn count(&self, operations: usize) {
        match operations {
            0 => {}
            1 => self.lone.store(self.lone.load(Ordering::Relaxed).saturating_add(1), Ordering::Relaxed),
            _ => self.lone.store(0, Ordering::Relaxed),
        }
    }
}

impl Seat {
    /// When there is something to do although nobody asks for anything.
    fn due(&self) -> Option<Instant> {
        match &self.held {
            Some(held) => held.owes.map(|since| since + LONGEST),
            None => self.torn.then(|| Instant::now() + AGAIN),
        }
    }

    /// Takes the connection away, which does not come back if something panics or fails meanwhile: what it owes is then carried over by the next.
    fn take_if(&mut self, wanted: impl FnOnce(&mut Held) -> bool) -> Option<Held> {
        let held = self.held.take_if(wanted)?;
        self.torn |= held.owes.is_some();
        Some(held)
    }

    /// Puts back what was taken. What is there owes what it knows of: a new one carries over first of all.
    fn put(&mut self, held: Option<Held>) {
        self.torn &= held.is_none();
        self.held = held;
    }

    async fn catch_up(&mut self, writers: &Writers) {
        let mut held = self.take_if(|_| true);
        if held.is_none() {
            self.torn = connected(writers, &mut held).await.is_err();
        } else {
            flush(&mut held).await;
        }
        self.put(held);
    }
}

/// Writes until nobody can ask any more.
pub(crate) async fn write(writers: Arc<Writers>, desk: Arc<Desk>) {
    loop {
        let due = desk.seat.lock().await.due();
        let jobs = match due {
            None => tokio::select! {
                biased;
                jobs = take(&writers.queue) => jobs,
                () = desk.owes.notified() => continue,
            },
            Some(due) => match timeout_at(due, take(&writers.queue)).await {
                Ok(jobs) => jobs,
                Err(_) => {
                    desk.seat.lock().await.catch_up(&writers).await;
                    continue;
                }
            },
        };
        if jobs.is_empty() {
            break;
        }
        let (purges, others): (Vec<_>, Vec<_>) = jobs.into_iter().partition(|job| matches!(job.operation, Operation::Purge { .. }));
        desk.count(others.len());
        let mut seat = desk.seat.lock().await;
        let mut held = seat.take_if(|_| true);
        serve(&writers, &mut held, others).await;
        for purge in purges {
            forget(&writers, &mut held, purge).await;
        }
        seat.put(held);
    }
    let mut held = desk.seat.lock().await.take_if(|_| true);
    flush(&mut held).await;
    if let Some(held) = held {
        // nothing is lost if it does not say goodbye: everything is committed
        let _ = held.connection.close().await;
    }
}

/// Carries out an operation where the caller is, if nobody is at the desk and nothing has to wait, neither for the disk nor for another process; gives
/// it back otherwise.
pub(crate) async fn at_once(writers: &Writers, desk: &Desk, operation: Operation) -> Result<Result<Reply, Fault>, Operation> {
    let Ok(mut seat) = desk.seat.try_lock() else { return Err(operation) };
    // the next generation is flushed
    let turn = writers.batches.load(Ordering::Relaxed).wrapping_add(1);
    let may = |held: &mut Held| operation.durability() == Durability::Written && held.shard.is_some() && !held.is_late();
    if turn.is_multiple_of(BATCHES_OF_A_GENERATION) {
        return Err(operation);
    }
    // a connection that fails, or in whose hands something panics, is not put back
    let Some(mut held) = seat.take_if(may) else { return Err(operation) };
    match held.carry_out(writers, &operation).await {
        Ok(Some(reply)) => {
            writers.batches.fetch_add(1, Ordering::Relaxed);
            let owed = held.owes.is_some();
            held.committed();
            seat.put(Some(held));
            drop(seat);
            if !owed {
                desk.owes.notify_one();
            }
            Ok(Ok(reply))
        }
        Ok(None) => {
            seat.put(Some(held));
            Err(operation)
        }
        Err(broken) => {
            // what it owed is for the writer to carry over
            drop(seat);
            desk.owes.notify_one();
            Ok(Err(broken.into()))
        }
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

    /// Carries out one operation that is only to be written; none if that would have to wait for another process.
    async fn carry_out(&mut self, writers: &Writers, operation: &Operation) -> Result<Option<Reply>, Broken> {
        let Some(shard) = self.shard else { return Ok(None) };
        self.promise(Durability::Written).await?;
        if !self.connection.begin_at_once()? {
            return Ok(None);
        }
        let marks = (Generation::Same, self.owed());
        let (db, recent) = (&mut self.connection.db(), &mut self.recent);
        let (replies, _) = batch::run_begun(db, &writers.keeper, shard, &[operation], marks, recent).await?;
        Ok(replies.into_iter().next())
    }

    /// Whether something has waited for the disk for long enough.
    fn is_late(&self) -> bool {
        self.owes.is_some_and(|since| since.elapsed() >= LONGEST)
    }

    /// Lets the next transaction wait for the disk, or not.
    async fn promise(&mut self, durability: Durability) -> Result<(), Broken> {
        let late = self.is_late();
        let mut db = self.connection.db();
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
