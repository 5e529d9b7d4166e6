//! Many operations in one transaction.
//!
//! A batch reads everything its operations depend on, tells it to a [`Register`] and a [`Book`] that know just that, lets them decide one
//! operation after the other, and writes what has changed. An operation that is refused changes nothing, so it needs no savepoint; the
//! number of statements does not grow with the number of operations; and the transaction, with the one wait for the disk in it, is shared
//! by all of them. Nobody is answered before it is committed.
//!
//! # Why it is enough
//!
//! SQLite has one writer at a time, and `BEGIN IMMEDIATE` makes this transaction that writer before it reads anything. What this
//! connection wrote last it need not read again as long as nobody else has written ([`Recent`]).
//!
//! PostgreSQL has many. Every decision of the rules depends on rows that can be named before they are read: a payment, a payer, a
//! transaction's hash, a purchase, an approval; and, once the purchases are read, the sums that they are counted in, which never change for an attempt.
//! Each name is an advisory lock that is held to the end of the transaction; names come before sums, and each kind in ascending
//! order, so that no two transactions can wait for each other. Whoever holds the locks reads in statements of their own, at `READ
//! COMMITTED`, and so sees all that the holders before have committed. What is written without a lock (a payer's count of a slot that a
//! release takes back, a writer's own clock) is added to and not replaced. Should the database still report a conflict, the batch is
//! begun again.

use std::collections::{BTreeMap, BTreeSet};

use quittance_core::UnixSeconds;
use quittance_guard::budget::{Book, Record, Sum};
use quittance_guard::replay::Register;
use quittance_guard::rolling;

use crate::db::{Broken, Db, Row, Value, select, tuples, write};
use crate::log::Log;
use crate::operation::{Operation, Reply, lock_of_payment, lock_of_sum};
use crate::recent::Recent;
use crate::seal::Seal;
use crate::{purchases, word};

/// What does not change while a store is open.
pub(crate) struct Keeper {
    pub(crate) seal: Seal,
    pub(crate) capacity: usize,
}

/// Whether the generation goes up with this batch.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Generation {
    Same,
    Next,
}

/// Whether something waits for the disk that was written before.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Owed {
    Nothing,
    Something,
}

/// What a batch ends in: an answer for each operation, and the generation if it has gone up.
pub(crate) type Done = (Vec<Reply>, Option<i64>);

/// How many payments are forgotten in one transaction, so that nobody waits long for the end of it.
pub(crate) const PURGED_AT_ONCE: usize = 500;

/// Runs operations, none of which is a purge, in one transaction. When it fails it is for the caller to roll back.
pub(crate) async fn run(
    db: &mut Db<'_>,
    keeper: &Keeper,
    shard: i64,
    operations: &[&Operation],
    (generation, owed): (Generation, Owed),
    recent: &mut Recent,
) -> Result<Done, Broken> {
    db.begin().await?;
    run_begun(db, keeper, shard, operations, (generation, owed), recent).await
}

/// The same in a transaction that is begun.
pub(crate) async fn run_begun(
    db: &mut Db<'_>,
    keeper: &Keeper,
    shard: i64,
    operations: &[&Operation],
    (generation, owed): (Generation, Owed),
    recent: &mut Recent,
) -> Result<Done, Broken> {
    lock(db, || operations.iter().flat_map(|operation| operation.locks()).collect()).await?;
    let records = read_records(db, &keeper.seal, operations).await?;
    let sums = sums_of(operations, &records);
    lock(db, || sums.keys().map(lock_of_sum).collect()).await?;

    let clocks = Clocks::read(db).await?;
    recent.seen(clocks.version);
    let mut register = Register::part(keeper.capacity, clocks.payments, clocks.log);
    let log = Log::read(db, &keeper.seal, operations, recent, &mut register).await?;
    let mut book = Book::part(keeper.capacity, clocks.attempts, clocks.ledger);
    read_sums(db, sums, clocks.ledger, &mut book).await?;
    records.into_iter().for_each(|record| book.know(record));
    read_approved(db, &keeper.seal, operations).await?.into_iter().for_each(|record| book.know(record));

    let replies = operations.iter().map(|operation| operation.decide(&mut register, &mut book)).collect();

    let rows = log.write(db, &keeper.seal, &mut register).await?;
    write_purchases(db, &keeper.seal, &mut book).await?;
    write_traces(db, operations).await?;
    clocks.write(db, shard, &register, &book).await?;
    let generation = match generation {
        Generation::Same => {
            if owed == Owed::Something {
                count_flush(db).await?;
            }
            None
        }
        Generation::Next => Some(next_generation(db).await?),
    };
    db.simple("COMMIT").await?;
    recent.learn(rows);
    Ok((replies, generation))
}

/// Takes to the disk whatever was written before.
pub(crate) async fn flush(db: &mut Db<'_>) -> Result<(), Broken> {
    db.begin().await?;
    count_flush(db).await?;
    db.simple("COMMIT").await
}

/// Changes something in any case: SQLite flushes nothing for a transaction that leaves every row as it was.
async fn count_flush(db: &mut Db<'_>) -> Result<(), Broken> {
    let sql = "INSERT INTO about (name, number) VALUES ('flushes', 1) ON CONFLICT (name) DO UPDATE SET number = about.number + 1";
    db.run(sql.into(), Vec::new()).await.map(|_| ())
}

/// Forgets some of what is over, and says how much and whether there is more.
pub(crate) async fn purge(
    db: &mut Db<'_>,
    keeper: &Keeper,
    shard: i64,
    now: UnixSeconds,
    recent: &mut Recent,
) -> Result<(usize, bool), Broken> {
    db.begin().await?;
    let latest = Clocks::read(db).await?.log.max(now);
    let over = "over_from IS NOT NULL AND over_from <= $1 ORDER BY over_from";
    let unwatched = "watched_until IS NOT NULL AND watched_until < $1 ORDER BY watched_until";
    let (mut rows, mut more) = (Vec::new(), false);
    for which in [over, unwatched] {
        let sql = format!("SELECT key FROM payments WHERE {which} LIMIT {PURGED_AT_ONCE}");
        let mut found = db.rows(sql, vec![word::seconds(latest).into()]).await?;
        more |= found.len() >= PURGED_AT_ONCE;
        rows.append(&mut found);
    }
    let keys = rows.iter().map(|row| word::key(&row.text(0)?)).collect::<Result<BTreeSet<_>, _>>()?;
    lock(db, || keys.iter().map(lock_of_payment).collect()).await?;

    let clocks = Clocks::read(db).await?;
    recent.seen(clocks.version);
    let mut register = Register::part(keeper.capacity, clocks.payments, clocks.log);
    let ids: Vec<_> = keys.iter().map(|key| vec![word::id(key)]).collect();
    let mut log = Log::default();
    log.know_ids(db, &keeper.seal, &mut register, ids).await?;
    let purged = register.purge(now);
    let rows = log.write(db, &keeper.seal, &mut register).await?;
    db.run("DELETE FROM quotas WHERE forgotten_at <= $1".into(), vec![word::seconds(register.latest()).into()]).await?;
    let book = Book::part(keeper.capacity, clocks.attempts, clocks.ledger);
    clocks.write(db, shard, &register, &book).await?;
    db.simple("COMMIT").await?;
    recent.learn(rows);
    Ok((purged, more))
}

/// Waits until nobody else is at these.
async fn lock(db: &mut Db<'_>, names: impl FnOnce() -> BTreeSet<i64>) -> Result<(), Broken> {
    if !db.is_postgres() {
        return Ok(());
    }
    let names: Vec<_> = names().into_iter().map(|name| vec![Value::from(name)]).collect();
    for piece in crate::db::pieces(&names) {
        let sql = format!("SELECT pg_advisory_xact_lock(k) FROM (VALUES {}) AS w(k)", tuples(db, piece.len(), 1));
        db.run(sql, piece.iter().flatten().cloned().collect()).await?;
    }
    Ok(())
}

/// The latest times that were seen, and how much is held.
#[derive(Clone, Copy)]
pub(crate) struct Clocks {
    pub(crate) log: UnixSeconds,
    pub(crate) ledger: UnixSeconds,
    payments: usize,
    attempts: usize,
    /// What changes when anybody else has committed, where the database says so.
    version: Option<i64>,
}

impl Clocks {
    pub(crate) async fn read(db: &mut Db<'_>) -> Result<Self, Broken> {
        let version = if db.is_postgres() { "CAST(NULL AS BIGINT)" } else { "(SELECT data_version FROM pragma_data_version)" };
        let sql = format!(
            "SELECT COALESCE(MAX(log), 0), COALESCE(MAX(ledger), 0), CAST(COALESCE(SUM(payments), 0) AS BIGINT), \
             CAST(COALESCE(SUM(attempts), 0) AS BIGINT), {version} FROM clocks"
        );
        let rows = db.rows(sql, Vec::new()).await?;
        let row = rows.first().ok_or(word::TORN)?;
        let held = |column| row.int(column).and_then(|number| usize::try_from(number).map_err(|_| word::TORN));
        let (log, ledger) = (word::time(row.int(0)?)?, word::time(row.int(1)?)?);
        Ok(Self { log, ledger, payments: held(2)?, attempts: held(3)?, version: row.maybe_int(4)? })
    }

    /// Adds what has changed to a writer's own row.
    async fn write(&self, db: &mut Db<'_>, shard: i64, register: &Register, book: &Book) -> Result<(), Broken> {
        let same = (register.latest(), book.latest()) == (self.log, self.ledger);
        if same && (register.held(), book.attempts()) == (self.payments, self.attempts) {
            return Ok(());
        }
        let more = |after: usize, before: usize| word::number(after).saturating_sub(word::number(before));
        let row = vec![
            shard.into(),
            word::seconds(register.latest()).into(),
            word::seconds(book.latest()).into(),
            more(register.held(), self.payments).into(),
            more(book.attempts(), self.attempts).into(),
        ];
        let tail = "ON CONFLICT (shard) DO UPDATE SET \
             log = CASE WHEN excluded.log > clocks.log THEN excluded.log ELSE clocks.log END, \
             ledger = CASE WHEN excluded.ledger > clocks.ledger THEN excluded.ledger ELSE clocks.ledger END, \
             payments = clocks.payments + excluded.payments, attempts = clocks.attempts + excluded.attempts";
        write(db, "INSERT INTO clocks (shard, log, ledger, payments, attempts)", tail, &[row]).await
    }
}

/// The attempts that operations are about: the latest one of a purchase that is to begin, and the one of a ticket.
async fn read_records(db: &mut Db<'_>, seal: &Seal, operations: &[&Operation]) -> Result<Vec<Record>, Broken> {
    let (mut latest, mut exact) = (BTreeSet::new(), BTreeSet::new());
    for operation in operations {
        match operation {
            Operation::Reserve { purchase, .. } => {
                latest.insert(&purchase.id);
            }
            Operation::Take { ticket, .. } => {
                exact.insert((ticket.id(), ticket.attempt()));
            }
            _ => {}
        }
    }
    let columns = purchases::columns_of("p");
    let latest: Vec<_> = latest.into_iter().map(|id| vec![id.as_str().into()]).collect();
    let tail = ") AND p.attempt = (SELECT MAX(q.attempt) FROM purchases AS q WHERE q.purchase = p.purchase)";
    let mut rows = select(db, &format!("SELECT {columns} FROM purchases AS p WHERE p.purchase IN ("), tail, latest).await?;
    let exact: Vec<_> = exact.into_iter().map(|(id, attempt)| vec![id.as_str().into(), i64::from(attempt).into()]).collect();
    let tail =
        format!(") SELECT {columns} FROM w CROSS JOIN purchases AS p WHERE p.purchase = w.purchase AND p.attempt = w.attempt");
    rows.append(&mut select(db, "WITH w(purchase, attempt) AS (", &tail, exact).await?);
    Ok(rows.iter().map(|row| purchases::record(row, Some(seal))).collect::<Result<_, _>>()?)
}

/// The attempts that were begun under an approval that is shown again.
async fn read_approved(db: &mut Db<'_>, seal: &Seal, operations: &[&Operation]) -> Result<Vec<Record>, Broken> {
    let mut approvals = BTreeSet::new();
    for operation in operations {
        if let Operation::Reserve { purchase, .. } = operation {
            approvals.extend(purchase.approval);
        }
    }
    let wanted: Vec<_> = approvals.iter().map(|approval| vec![approval.as_bytes()[..].into()]).collect();
    let columns = purchases::columns_of("p");
    let tail =
        format!(") SELECT {columns} FROM w CROSS JOIN purchases AS p WHERE p.approval = w.approval AND p.approval IS NOT NULL");
    let rows = select(db, "WITH w(approval) AS (", &tail, wanted).await?;
    Ok(rows.iter().map(|row| purchases::record(row, Some(seal))).collect::<Result<_, _>>()?)
}

/// Every sum that a batch can touch, and the time of the oldest attempt in it whose slot is needed, if that lies behind the sum's span.
fn sums_of(operations: &[&Operation], records: &[Record]) -> BTreeMap<Sum, Option<UnixSeconds>> {
    let mut sums = BTreeMap::<Sum, Option<UnixSeconds>>::new();
    for record in records {
        for sum in Sum::all_of(&record.purchase) {
            let since = sums.entry(sum).or_default();
            *since = Some(since.map_or(record.at, |since| since.min(record.at)));
        }
    }
    for operation in operations {
        if let Operation::Reserve { purchase, .. } = operation {
            Sum::all_of(purchase).for_each(|sum| {
                sums.entry(sum).or_default();
            });
        }
    }
    sums
}

async fn read_sums(
    db: &mut Db<'_>,
    sums: BTreeMap<Sum, Option<UnixSeconds>>,
    latest: UnixSeconds,
    book: &mut Book,
) -> Result<(), Broken> {
    let wanted: Vec<_> = sums
        .iter()
        .map(|(sum, since)| {
            let oldest = rolling::oldest(sum.span(), latest);
            let oldest = since.map_or(oldest, |since| oldest.min(rolling::slot(sum.span(), since)));
            let [meter, subject, asset] = purchases::sum_values(sum);
            vec![meter, subject, asset, word::number(oldest).into()]
        })
        .collect();
    for row in &slots(db, wanted).await? {
        book.know_sum(&purchases::sum(row)?, word::unsigned(row.int(3)?)?, word::amount(&row.text(4)?)?);
    }
    Ok(())
}

/// The slots of sums from an oldest one on: meter, subject, asset, slot, amount.
pub(crate) async fn slots(db: &mut Db<'_>, wanted: Vec<Vec<Value>>) -> Result<Vec<Row>, Broken> {
    let tail = ") SELECT b.meter, b.subject, b.asset, b.slot, b.amount FROM w CROSS JOIN budgets AS b \
                WHERE b.meter = w.meter AND b.subject = w.subject AND b.asset = w.asset AND b.slot >= w.oldest";
    select(db, "WITH w(meter, subject, asset, oldest) AS (", tail, wanted).await
}

async fn write_purchases(db: &mut Db<'_>, seal: &Seal, book: &mut Book) -> Result<(), Broken> {
    let changes = book.take_changes();
    let rows = changes.records.values().map(|record| purchases::values(record, seal)).collect::<Result<Vec<_>, _>>()?;
    write(db, &format!("INSERT INTO purchases ({})", purchases::COLUMNS), purchases::REPLACE, &rows).await?;
    let sums = changes.sums.iter().map(|((sum, slot), amount)| {
        let [meter, subject, asset] = purchases::sum_values(sum);
        vec![meter, subject, asset, word::number(*slot).into(), amount.to_string().into()]
    });
    let tail = "ON CONFLICT (meter, subject, asset, slot) DO UPDATE SET amount = excluded.amount";
    write(db, "INSERT INTO budgets (meter, subject, asset, slot, amount)", tail, &sums.collect::<Vec<_>>()).await
}

async fn write_traces(db: &mut Db<'_>, operations: &[&Operation]) -> Result<(), Broken> {
    let mut traces = BTreeMap::new();
    for operation in operations {
        if let Operation::Note(trace) = operation {
            traces.insert(trace.sequence, trace);
        }
    }
    let rows = traces.into_values().map(|trace| {
        let purchase = word::maybe_text(trace.purchase.as_ref().map(|purchase| purchase.as_str()));
        vec![word::number(trace.sequence).into(), trace.request.as_str().into(), word::number(trace.place).into(), purchase]
    });
    let tail =
        "ON CONFLICT (sequence) DO UPDATE SET request = excluded.request, place = excluded.place, purchase = excluded.purchase";
    write(db, "INSERT INTO traces (sequence, request, place, purchase)", tail, &rows.collect::<Vec<_>>()).await
}

async fn next_generation(db: &mut Db<'_>) -> Result<i64, Broken> {
    let sql = "UPDATE about SET number = number + 1 WHERE name = 'generation' RETURNING number";
    let rows = db.rows(sql.into(), Vec::new()).await?;
    Ok(rows.first().ok_or(word::TORN)?.int(0)?)
}
