//! A ledger and a replay log in one database.

use std::cmp::Reverse;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::{io, thread};

use quittance_core::{Amount, Fault, ReplayKey, UnixSeconds};
use quittance_guard::budget::{self, Record, Reserve, ReserveError, Reserved, Sum, Ticket};
use quittance_guard::replay::{self, Claim, Claimed, Entry, Request, Watched};
use quittance_guard::{Identity, Ledger, PurchaseId, Reach, ReplayLog, RequestId, rolling};
use tokio::runtime::Handle;
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio::task::spawn_blocking;

use crate::batch::{self, Clocks};
use crate::db::{Broken, Row};
use crate::link::{Link, Readers};
use crate::open::{OpenError, Options, Reason, open};
use crate::operation::{Job, Operation, Reply};
use crate::seal::SealingKey;
use crate::trace::Trace;
use crate::writer::{Desk, Writers, at_once, write};
use crate::{payments, purchases, word};

/// How many callers may wait in the queue; more wait in front of it.
const QUEUE: usize = 4_096;

/// A [`Ledger`] and a [`ReplayLog`] in SQLite or PostgreSQL.
///
/// It is shared by reference. What was asked and not yet answered when it is dropped may or may not have happened, as after a crash;
/// [`close`](Self::close) waits for it.
pub struct Store {
    queue: mpsc::Sender<Job>,
    writers: Arc<Writers>,
    /// Where the one writer of a file sits.
    desk: Option<Arc<Desk>>,
    /// Each ends when a writer has.
    ends: Vec<oneshot::Receiver<()>>,
    readers: Readers,
}

impl Store {
    /// Opens `sqlite:payments.db`, which is made if it is not there, or `postgres://user:password@host/database`, which must be there. Must be
    /// called inside a tokio runtime, and lives no longer than it.
    ///
    /// # Errors
    ///
    /// [`OpenError`]: the database cannot be reached, is of a later version, was sealed under another key, or was restored from an
    /// earlier state.
    pub async fn open(url: &str, key: &SealingKey) -> Result<Self, OpenError> {
        Self::open_with(url, key, &Options::default()).await
    }

    /// The same with options.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub async fn open_with(url: &str, key: &SealingKey, options: &Options) -> Result<Self, OpenError> {
        let link = Link::parse(url)?;
        let opened = if link.file().is_some() {
            // a file that another process is busy with is waited for, and not on the thread of whoever else waits for something
            let (link, key, options, runtime) = (link.clone(), key.twin(), options.clone(), Handle::current());
            let place = link.place();
            let opening = spawn_blocking(move || runtime.block_on(open(&link, &key, &options)));
            opening.await.map_err(|_| OpenError::new(&place, Reason::Unavailable("it was not opened to the end".into())))??
        } else {
            open(&link, key, options).await?
        };
        let (queue, waiting) = mpsc::channel(QUEUE);
        let (readers, count) = (link.readers(), link.writers());
        let writers = Arc::new(Writers {
            link,
            keeper: opened.keeper,
            queue: Mutex::new(waiting),
            generation: AtomicI64::new(opened.generation),
            identity: opened.identity,
            beside: opened.beside,
            batches: AtomicU64::new(0),
        });
        let connections = std::iter::once(Some(opened.connection)).chain(std::iter::repeat_with(|| None));
        let desks: Vec<_> = connections.take(count).map(|connection| Arc::new(Desk::new(connection))).collect();
        let desk = desks.first().filter(|_| writers.link.file().is_some()).cloned();
        let ends = desks.into_iter().map(|desk| begin(Arc::clone(&writers), desk)).collect::<io::Result<_>>();
        let unavailable =
            |error: io::Error| OpenError::new(&writers.link.place(), Reason::Unavailable(error.kind().to_string().into()));
        Ok(Self { queue, desk, ends: ends.map_err(unavailable)?, writers, readers })
    }

    /// The generation, which goes up whenever the store is opened and as it is written to. Whoever keeps a log elsewhere writes it there and
    /// [expects](Options::expecting) the last one.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.writers.generation.load(Ordering::Relaxed).unsigned_abs()
    }

    /// How many transactions were committed or tried since it was opened.
    #[must_use]
    pub fn batches(&self) -> u64 {
        self.writers.batches.load(Ordering::Relaxed)
    }

    /// The entry of a payment.
    ///
    /// # Errors
    ///
    /// [`Fault`] when the database cannot be asked.
    pub async fn entry(&self, key: &ReplayKey) -> Result<Option<Entry>, Fault> {
        let sql = format!("SELECT {} FROM payments WHERE id = $1", payments::COLUMNS);
        self.read(sql, vec![word::id(key)], |row| self.entry_of(row)).await.map(only)
    }

    /// The entries of the replay log in the order of their rows' names, from behind one on: so many at most. For reports.
    ///
    /// # Errors
    ///
    /// [`Fault`] when the database cannot be asked.
    pub async fn entries(&self, behind: Option<&ReplayKey>, most: u32) -> Result<Vec<Entry>, Fault> {
        let sql = format!("SELECT {} FROM payments WHERE id > $1 ORDER BY id LIMIT $2", payments::COLUMNS);
        let behind = behind.map_or_else(|| (&[] as &[u8]).into(), word::id);
        self.read(sql, vec![behind, i64::from(most).into()], |row| self.entry_of(row)).await
    }

    /// The attempts of the ledger by purchase, from behind one on: so many at most. For reports.
    ///
    /// # Errors
    ///
    /// [`Fault`] when the database cannot be asked.
    pub async fn records(&self, behind: Option<&Ticket>, most: u32) -> Result<Vec<Record>, Fault> {
        self.read(purchases::page_sql(), purchases::page(behind, most), |row| {
            purchases::record(row, Some(&self.writers.keeper.seal))
        })
        .await
    }

    /// Every slot of every sum, for reports.
    ///
    /// # Errors
    ///
    /// [`Fault`] when the database cannot be asked.
    pub async fn sums(&self) -> Result<Vec<(Sum, u64, Amount)>, Fault> {
        let sql = "SELECT meter, subject, asset, slot, amount FROM budgets ORDER BY meter, subject, asset, slot";
        self.read(sql.into(), Vec::new(), slot).await
    }

    /// Keeps where the audit log speaks of a request.
    ///
    /// # Errors
    ///
    /// [`Fault`] when the database cannot be written.
    pub async fn note(&self, trace: Trace) -> Result<(), Fault> {
        match self.ask(Operation::Note(trace)).await? {
            Reply::Noted => Ok(()),
            _ => Err(Fault::StoreInconsistent),
        }
    }

    /// Where the audit log speaks of a request, in its order.
    ///
    /// # Errors
    ///
    /// [`Fault`] when the database cannot be asked.
    pub async fn traces(&self, request: &RequestId) -> Result<Vec<Trace>, Fault> {
        let sql = "SELECT sequence, place, purchase FROM traces WHERE request = $1 ORDER BY sequence";
        self.read(sql.into(), vec![request.as_str().into()], |row| {
            let mut trace = Trace::new(word::unsigned(row.int(0)?)?, request.clone(), word::unsigned(row.int(1)?)?);
            trace.purchase = row.maybe_text(2)?.map(|id| id.parse().map_err(|_| word::TORN)).transpose()?;
            Ok(trace)
        })
        .await
    }

    /// Answers what is in the queue and lets go of the database.
    pub async fn close(self) {
        drop(self.queue);
        for end in self.ends {
            // a writer that panicked has answered nobody; there is nothing left to wait for
            let _ = end.await;
        }
        self.readers.close().await;
    }

    async fn ask(&self, mut operation: Operation) -> Result<Reply, Fault> {
        // what waits in the queue was there before
        let is_first = !self.queue.is_closed() && self.queue.capacity() == self.queue.max_capacity();
        if let Some(desk) = self.desk.as_ref().filter(|desk| is_first && desk.is_quiet()) {
            // what few need is not kept room for in every caller
            match Box::pin(at_once(&self.writers, desk, operation)).await {
                Ok(replied) => return replied,
                Err(given_back) => operation = given_back,
            }
        }
        let (reply, answer) = oneshot::channel();
        self.queue.send(Job { operation, reply }).await.map_err(|_| Fault::StoreUnavailable)?;
        answer.await.map_err(|_| Fault::StoreUnavailable)?
    }

    async fn read<T>(
        &self,
        sql: String,
        values: Vec<crate::db::Value>,
        decode: impl Fn(&Row) -> Result<T, Fault>,
    ) -> Result<Vec<T>, Fault> {
        let mut reader = self.readers.reader().await?;
        let rows = reader.db().rows(sql, values).await?;
        rows.iter().map(decode).collect()
    }

    fn entry_of(&self, row: &Row) -> Result<Entry, Fault> {
        payments::entry(row, &self.writers.keeper.seal).map(|(_, entry)| entry)
    }

    async fn clocks(&self) -> Result<Clocks, Broken> {
        Clocks::read(&mut self.readers.reader().await?.db()).await
    }
}

/// Begins to write, on a thread of its own where to write is to wait for a file; and gives what ends with it.
fn begin(writers: Arc<Writers>, desk: Arc<Desk>) -> io::Result<oneshot::Receiver<()>> {
    let (ends, end) = oneshot::channel::<()>();
    let waits = writers.link.file().is_some();
    let writing = {
        let writers = Arc::clone(&writers);
        async move {
            write(writers, desk).await;
            drop(ends);
        }
    };
    if waits {
        let runtime = Handle::current();
        let ended = Ended(Arc::clone(&writers));
        let write = move || {
            let _ended = ended;
            runtime.block_on(writing);
        };
        thread::Builder::new().name("quittance-store".into()).spawn(write)?;
    } else {
        tokio::spawn(writing);
    }
    Ok(end)
}

/// The one writer of a file. When it is gone, by a panic too, whoever still waits for it is told so.
struct Ended(Arc<Writers>);

impl Drop for Ended {
    fn drop(&mut self) {
        if let Ok(mut queue) = self.0.queue.try_lock() {
            queue.close();
            while queue.try_recv().is_ok() {}
        }
    }
}

fn slot(row: &Row) -> Result<(Sum, u64, Amount), Fault> {
    Ok((purchases::sum(row)?, word::unsigned(row.int(3)?)?, word::amount(&row.text(4)?)?))
}

fn watched(row: &Row) -> Result<Watched, Fault> {
    let transaction = row.maybe_text(1)?.unwrap_or_default().into();
    Ok(Watched { key: word::key(&row.text(0)?)?, transaction, until: word::time(row.int(2)?)? })
}

fn only<T>(rows: Vec<T>) -> Option<T> {
    rows.into_iter().next()
}

impl ReplayLog for Store {
    fn reach(&self) -> Reach {
        // the locks of a file hold between processes, and not between machines that have it over a network
        if self.writers.link.file().is_some() { Reach::Machine } else { Reach::Anywhere }
    }

    fn identity(&self) -> Identity {
        Identity::Lasting(self.writers.identity)
    }

    async fn claim(&self, request: &Request) -> Result<Claimed, Fault> {
        match self.ask(Operation::Claim(Box::new(request.clone()))).await? {
            Reply::Claimed(claimed) => claimed,
            _ => Err(Fault::StoreInconsistent),
        }
    }

    async fn find(&self, key: &ReplayKey) -> Result<Option<Entry>, Fault> {
        self.entry(key).await
    }

    async fn step(&self, claim: &Claim, step: replay::Step, now: UnixSeconds) -> Result<Option<Entry>, replay::StepError> {
        match self.ask(Operation::Step { claim: claim.clone(), step, now }).await {
            Ok(Reply::Stepped(stepped)) => stepped,
            Ok(_) => Err(replay::StepError::Fault(Fault::StoreInconsistent)),
            Err(fault) => Err(replay::StepError::Fault(fault)),
        }
    }

    async fn open(&self, now: UnixSeconds) -> Result<Vec<Entry>, Fault> {
        let now = self.clocks().await?.log.max(now);
        let sql = format!("SELECT {} FROM payments WHERE idle_from IS NOT NULL AND idle_from <= $1", payments::COLUMNS);
        let mut open = self.read(sql, vec![word::seconds(now).into()], |row| self.entry_of(row)).await?;
        open.sort_by_key(|entry| (entry.at, entry.key));
        Ok(open)
    }

    async fn resume(&self, key: &ReplayKey, lease: u64, now: UnixSeconds) -> Result<Option<Claim>, Fault> {
        match self.ask(Operation::Resume { key: *key, lease, now }).await? {
            Reply::Resumed(claim) => Ok(claim),
            _ => Err(Fault::StoreInconsistent),
        }
    }

    async fn watched(&self, now: UnixSeconds, most: usize) -> Result<Vec<Watched>, Fault> {
        let now = self.clocks().await?.log.max(now);
        let some = "watched_until IS NOT NULL AND watched_until >= $1 ORDER BY watched_until DESC";
        let sql = format!("SELECT key, hash, watched_until FROM payments WHERE {some} LIMIT {most}");
        let mut watched = self.read(sql, vec![word::seconds(now).into()], watched).await?;
        watched.sort_by_key(|watched| (Reverse(watched.until), watched.key));
        Ok(watched)
    }

    async fn reopen(&self, key: &ReplayKey, transaction: &str, lease: u64, now: UnixSeconds) -> Result<Option<Claim>, Fault> {
        match self.ask(Operation::Reopen { key: *key, transaction: transaction.into(), lease, now }).await? {
            Reply::Resumed(claim) => Ok(claim),
            _ => Err(Fault::StoreInconsistent),
        }
    }

    async fn purge(&self, now: UnixSeconds) -> Result<usize, Fault> {
        let mut purged = 0usize;
        loop {
            match self.ask(Operation::Purge { now }).await? {
                Reply::Purged(count, more) => {
                    purged = purged.saturating_add(count);
                    if !more {
                        return Ok(purged);
                    }
                }
                _ => return Err(Fault::StoreInconsistent),
            }
        }
    }
}

impl Ledger for Store {
    async fn reserve(&self, request: &Reserve<'_>) -> Result<Reserved, ReserveError> {
        let operation = Operation::Reserve {
            purchase: Box::new(request.purchase.clone()),
            limits: request.limits.into(),
            lease: request.lease,
            now: request.now,
        };
        match self.ask(operation).await {
            Ok(Reply::Reserved(reserved)) => reserved,
            Ok(_) => Err(ReserveError::Fault(Fault::StoreInconsistent)),
            Err(fault) => Err(ReserveError::Fault(fault)),
        }
    }

    async fn step(&self, ticket: &Ticket, step: budget::Step, now: UnixSeconds) -> Result<Record, budget::StepError> {
        match self.ask(Operation::Take { ticket: ticket.clone(), step, now }).await {
            Ok(Reply::Taken(taken)) => taken,
            Ok(_) => Err(budget::StepError::Fault(Fault::StoreInconsistent)),
            Err(fault) => Err(budget::StepError::Fault(fault)),
        }
    }

    async fn find(&self, id: &PurchaseId) -> Result<Option<Record>, Fault> {
        let sql = format!("SELECT {} FROM purchases WHERE purchase = $1 ORDER BY attempt DESC LIMIT 1", purchases::COLUMNS);
        self.read(sql, vec![id.as_str().into()], |row| purchases::record(row, Some(&self.writers.keeper.seal))).await.map(only)
    }

    async fn open(&self) -> Result<Vec<Record>, Fault> {
        let sql = format!("SELECT {} FROM purchases WHERE is_open = 1", purchases::COLUMNS);
        let mut open = self.read(sql, Vec::new(), |row| purchases::record(row, Some(&self.writers.keeper.seal))).await?;
        open.sort_by(|a, b| (a.at, &a.purchase.id).cmp(&(b.at, &b.purchase.id)));
        Ok(open)
    }

    async fn spent(&self, sum: &Sum, now: UnixSeconds) -> Result<Amount, Fault> {
        let now = self.clocks().await?.ledger.max(now);
        let [meter, subject, asset] = purchases::sum_values(sum);
        let wanted = vec![meter, subject, asset, word::number(rolling::oldest(sum.span(), now)).into()];
        let mut reader = self.readers.reader().await?;
        let slots = batch::slots(&mut reader.db(), vec![wanted]).await?;
        let amounts = slots.iter().map(|row| word::amount(&row.text(4)?)).collect::<Result<Vec<_>, _>>()?;
        Ok(rolling::total(amounts).unwrap_or(Amount::MAX))
    }
}
