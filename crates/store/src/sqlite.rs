//! A file of SQLite, asked on the thread of whoever asks.
//!
//! A statement takes less time than to wake another thread for it and to be woken again, and a transaction here has eight or so. So whoever writes
//! has a thread for all of them ([`store`](crate::store)), and whoever only reads is put on one of the runtime's for its question.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use quittance_core::Fault;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OpenFlags, ToSql, params_from_iter};
use tokio::sync::Semaphore;

use crate::db::{Broken, Value};
use crate::link::{READERS, STATEMENTS};

/// How long another process on the same file is waited for.
const BUSY: Duration = Duration::from_secs(10);
/// How large a page of a new file is, in bytes. The place of a payment in a large log is as random as its key, so that each claim writes a page
/// that no other of its batch needs: half of SQLite's usual page is half of what that costs. A file keeps the size that it was made with.
const PAGE: u32 = 2_048;

/// A connection to a file.
pub(crate) struct Sqlite(Connection);

/// What a column of a row holds.
pub(crate) enum Column {
    Null,
    Int(i64),
    Text(String),
    Bytes(Vec<u8>),
}

impl Sqlite {
    /// Opens a file to write to it, and makes it if it is not there.
    pub(crate) fn open(path: &PathBuf) -> rusqlite::Result<Self> {
        let connection = open(path, OpenFlags::SQLITE_OPEN_CREATE)?;
        connection.execute_batch(&format!("PRAGMA page_size = {PAGE}"))?;
        // SQLite says what it has become, and leaves it as it was where it cannot change it; all that is said here about flushing is about this log
        let mode = "PRAGMA journal_mode = WAL";
        let mode: String = connection.prepare(mode)?.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<_, _>>()?;
        if mode != "wal" {
            return Err(rusqlite::Error::SqliteFailure(
                rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CANTOPEN),
                Some("the file takes no write-ahead log".into()),
            ));
        }
        connection.execute_batch(
            "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -4096; PRAGMA temp_store = MEMORY; \
             PRAGMA wal_autocheckpoint = 4000; PRAGMA journal_size_limit = 67108864",
        )?;
        Ok(Self(connection))
    }

    /// Opens a file that is there to read from it. Who reads now and then keeps no pages for it: there are several, and each would have as many as
    /// who writes.
    fn open_to_read(path: &PathBuf) -> rusqlite::Result<Self> {
        let connection = open(path, OpenFlags::empty())?;
        connection.execute_batch("PRAGMA query_only = 1; PRAGMA cache_size = -1024; PRAGMA temp_store = MEMORY")?;
        Ok(Self(connection))
    }

    /// Runs statements without values, past the cache of prepared ones.
    pub(crate) fn simple(&self, sql: &str) -> rusqlite::Result<()> {
        self.0.execute_batch(sql)
    }

    /// Begins a transaction that will write, if no other process is at one; and says whether it did.
    pub(crate) fn begin_at_once(&self) -> rusqlite::Result<bool> {
        self.0.busy_timeout(Duration::ZERO)?;
        let begun = self.simple("BEGIN IMMEDIATE");
        self.0.busy_timeout(BUSY)?;
        match begun {
            Ok(()) => Ok(true),
            Err(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Runs a statement and says how many rows it touched.
    pub(crate) fn run(&self, sql: &str, values: &[Value]) -> rusqlite::Result<usize> {
        self.0.prepare_cached(&numbered(sql))?.execute(params_from_iter(values))
    }

    /// Runs a statement and gives its rows.
    pub(crate) fn rows(&self, sql: &str, values: &[Value]) -> Result<Vec<Vec<Column>>, Broken> {
        let mut statement = self.0.prepare_cached(&numbered(sql))?;
        let columns = statement.column_count();
        let (mut rows, mut found) = (statement.query(params_from_iter(values))?, Vec::new());
        while let Some(row) = rows.next()? {
            let column = |index| Ok::<_, Broken>(column(row.get_ref(index)?)?);
            found.push((0..columns).map(column).collect::<Result<Vec<_>, _>>()?);
        }
        Ok(found)
    }

    pub(crate) fn close(self) -> rusqlite::Result<()> {
        self.0.close().map_err(|(_, error)| error)
    }
}

/// The path is one, and no URI, whose parameters could switch off what makes a file durable.
fn open(path: &PathBuf, more: OpenFlags) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | more;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(connection)
}

/// Here a place for a value that has a number is `?1`; `$1` is a name, and gets the number of its first appearance.
fn numbered(sql: &str) -> std::borrow::Cow<'_, str> {
    if sql.contains('$') { sql.replace('$', "?").into() } else { sql.into() }
}

fn column(value: ValueRef<'_>) -> Result<Column, Fault> {
    match value {
        ValueRef::Null => Ok(Column::Null),
        ValueRef::Integer(number) => Ok(Column::Int(number)),
        ValueRef::Text(text) => String::from_utf8(text.into()).map(Column::Text).map_err(|_| Fault::StoreInconsistent),
        ValueRef::Blob(bytes) => Ok(Column::Bytes(bytes.into())),
        // nothing here is one
        ValueRef::Real(_) => Err(Fault::StoreInconsistent),
    }
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let value = match self {
            Self::Int(Some(number)) => ValueRef::Integer(*number),
            Self::Text(Some(text)) => ValueRef::Text(text.as_bytes()),
            Self::Bytes(Some(bytes)) => ValueRef::Blob(bytes),
            Self::Int(None) | Self::Text(None) | Self::Bytes(None) => ValueRef::Null,
        };
        Ok(ToSqlOutput::Borrowed(value))
    }
}

impl From<rusqlite::Error> for Broken {
    fn from(error: rusqlite::Error) -> Self {
        Self::Fault(match error {
            rusqlite::Error::SqliteFailure(failure, _) => match failure.extended_code & 0xff {
                rusqlite::ffi::SQLITE_FULL => Fault::StoreFull,
                rusqlite::ffi::SQLITE_CORRUPT | rusqlite::ffi::SQLITE_NOTADB | rusqlite::ffi::SQLITE_CONSTRAINT => {
                    Fault::StoreInconsistent
                }
                _ => Fault::StoreUnavailable,
            },
            _ => Fault::StoreUnavailable,
        })
    }
}

/// Connections that are shared, for reading. Each is made when it is needed. Clones share them.
#[derive(Clone)]
pub(crate) struct Files(Arc<Shared>);

struct Shared {
    path: PathBuf,
    idle: Mutex<Vec<Sqlite>>,
    places: Arc<Semaphore>,
}

impl Files {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self(Arc::new(Shared { path, idle: Mutex::default(), places: Arc::new(Semaphore::new(READERS as usize)) }))
    }

    /// Runs a statement that changes nothing and gives its rows.
    pub(crate) async fn rows(&self, sql: String, values: Vec<Value>) -> Result<Vec<Vec<Column>>, Broken> {
        let place = Arc::clone(&self.0.places).acquire_owned().await.map_err(|_| Fault::StoreUnavailable)?;
        let shared = Arc::clone(&self.0);
        let read = tokio::task::spawn_blocking(move || {
            // whoever does not wait for the answer any more has not made room for another question
            let _place = place;
            let idle = shared.with(Vec::pop);
            let file = idle.map_or_else(|| Sqlite::open_to_read(&shared.path), Ok)?;
            let rows = file.rows(&sql, &values)?;
            // after an error it is not used again
            shared.with(|idle| idle.push(file));
            Ok(rows)
        });
        read.await.unwrap_or(Err(Broken::Fault(Fault::StoreUnavailable)))
    }

    /// Lets go of the file, when what is being asked is answered.
    pub(crate) async fn close(&self) {
        let all = self.0.places.acquire_many(READERS).await;
        self.0.places.close();
        self.0.with(Vec::clear);
        drop(all);
    }
}

impl Shared {
    fn with<T>(&self, change: impl FnOnce(&mut Vec<Sqlite>) -> T) -> T {
        change(&mut self.idle.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::numbered;

    #[test]
    fn places_keep_their_numbers() {
        assert_eq!(numbered("UPDATE a SET b = b + $4 WHERE c = $1"), "UPDATE a SET b = b + ?4 WHERE c = ?1");
        assert_eq!(numbered("VALUES (?, ?)"), "VALUES (?, ?)");
    }
}
