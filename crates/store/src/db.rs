//! Two databases behind one small surface: text of SQL with `$1` in it, values in, rows out.
//!
//! Everything above this module is written once. What differs, how a transaction begins and what an error means, stands here.

use quittance_core::Fault;
use sqlx::postgres::{PgArguments, PgConnection, PgRow};
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, Postgres, Row as _};

use crate::sqlite::{Column, Files, Sqlite};

/// A value to be bound. What is absent has a type too: PostgreSQL asks for it.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Int(Option<i64>),
    Text(Option<String>),
    Bytes(Option<Vec<u8>>),
}

/// A connection in use.
pub(crate) enum Db<'a> {
    Sqlite(&'a mut Sqlite),
    /// One that is only read from.
    Files(&'a Files),
    Postgres(&'a mut PgConnection),
}

/// A row that came back.
pub(crate) enum Row {
    Sqlite(Vec<Column>),
    Postgres(PgRow),
}

/// Why a transaction was not committed.
#[derive(Debug)]
pub(crate) enum Broken {
    /// Another one was in its way: nothing was written, and it may be begun again at once.
    Conflict,
    /// Anything else. Whether something was written is not known if it broke at the commit.
    Fault(Fault),
}

impl Db<'_> {
    /// Begins a transaction that will write, before anything is read: so that what is read cannot change until it is written.
    pub(crate) async fn begin(&mut self) -> Result<(), Broken> {
        let sql = match self {
            Self::Sqlite(_) | Self::Files(_) => "BEGIN IMMEDIATE",
            Self::Postgres(_) => "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE",
        };
        self.simple(sql).await
    }

    /// Runs a statement without values, past the cache of prepared ones.
    pub(crate) async fn simple(&mut self, sql: &'static str) -> Result<(), Broken> {
        match self {
            Self::Sqlite(file) => file.simple(sql)?,
            Self::Files(_) => return Err(READ_ONLY),
            Self::Postgres(connection) => sqlx::raw_sql(sql).execute(&mut **connection).await.map(|_| ())?,
        }
        Ok(())
    }

    /// Runs a statement and says how many rows it touched.
    pub(crate) async fn run(&mut self, sql: String, values: Vec<Value>) -> Result<u64, Broken> {
        Ok(match self {
            Self::Sqlite(file) => u64::try_from(file.run(&sql, &values)?).unwrap_or(u64::MAX),
            Self::Files(_) => return Err(READ_ONLY),
            Self::Postgres(connection) => postgres(sql, values).execute(&mut **connection).await?.rows_affected(),
        })
    }

    /// Runs a statement and gives its rows.
    pub(crate) async fn rows(&mut self, sql: String, values: Vec<Value>) -> Result<Vec<Row>, Broken> {
        Ok(match self {
            Self::Sqlite(file) => file.rows(&sql, &values)?.into_iter().map(Row::Sqlite).collect(),
            Self::Files(files) => files.rows(sql, values).await?.into_iter().map(Row::Sqlite).collect(),
            Self::Postgres(connection) => {
                postgres(sql, values).fetch_all(&mut **connection).await?.into_iter().map(Row::Postgres).collect()
            }
        })
    }

    pub(crate) const fn is_postgres(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    /// What a statement is to do about an error in its middle. Nobody goes on after one, and SQLite would otherwise copy every page aside to
    /// be able to take back the statement alone.
    const fn or_rollback(&self) -> &'static str {
        if self.is_postgres() { "" } else { "OR ROLLBACK " }
    }
}

// Every text of SQL is a constant of this crate with placeholders in it; what comes from outside is bound.
fn postgres(sql: String, values: Vec<Value>) -> Query<'static, Postgres, PgArguments> {
    values.into_iter().fold(sqlx::query(AssertSqlSafe(sql)), |query, value| match value {
        Value::Int(value) => query.bind(value),
        Value::Text(value) => query.bind(value),
        Value::Bytes(value) => query.bind(value),
    })
}

/// Whoever reads changes nothing.
const READ_ONLY: Broken = Broken::Fault(Fault::StoreUnavailable);

macro_rules! column {
    ($name:ident, $maybe:ident, $Type:ty, $Kind:ident) => {
        pub(crate) fn $name(&self, index: usize) -> Result<$Type, Fault> {
            self.$maybe(index)?.ok_or(Fault::StoreInconsistent)
        }

        pub(crate) fn $maybe(&self, index: usize) -> Result<Option<$Type>, Fault> {
            match self {
                Self::Sqlite(row) => match row.get(index) {
                    Some(Column::$Kind(value)) => Ok(Some(value.clone())),
                    Some(Column::Null) => Ok(None),
                    _ => Err(Fault::StoreInconsistent),
                },
                Self::Postgres(row) => row.try_get(index).map_err(|_| Fault::StoreInconsistent),
            }
        }
    };
}

impl Row {
    column!(int, maybe_int, i64, Int);
    column!(text, maybe_text, String, Text);
    column!(bytes, maybe_bytes, Vec<u8>, Bytes);
}

impl From<Fault> for Broken {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<Broken> for Fault {
    fn from(broken: Broken) -> Self {
        match broken {
            Broken::Conflict => Self::StoreUnavailable,
            Broken::Fault(fault) => fault,
        }
    }
}

impl From<sqlx::Error> for Broken {
    fn from(error: sqlx::Error) -> Self {
        let sqlx::Error::Database(error) = &error else {
            return Self::Fault(match error {
                sqlx::Error::ColumnDecode { .. } | sqlx::Error::ColumnNotFound(_) | sqlx::Error::Decode(_) => {
                    Fault::StoreInconsistent
                }
                _ => Fault::StoreUnavailable,
            });
        };
        match &*error.code().unwrap_or_default() {
            // serialization, deadlock, and a row that somebody else has just made
            "40001" | "40P01" | "23505" => Self::Conflict,
            "53100" => Self::Fault(Fault::StoreFull),
            "XX001" | "XX002" => Self::Fault(Fault::StoreInconsistent),
            _ => Self::Fault(Fault::StoreUnavailable),
        }
    }
}

/// How many rows go into one statement at most.
const MOST: usize = 256;

/// `($1, $2), ($3, $4)`, or `(?, ?), (?, ?)` for SQLite, which would look up each name among all the others.
pub(crate) fn tuples(db: &Db<'_>, rows: usize, columns: usize) -> String {
    let (postgres, mut text) = (db.is_postgres(), String::with_capacity(rows * columns * 4));
    for row in 0..rows {
        text.push_str(if row == 0 { "(" } else { "), (" });
        for column in 0..columns {
            text.push_str(match (column, postgres) {
                (0, false) => "?",
                (0, true) => "$",
                (_, false) => ", ?",
                (_, true) => ", $",
            });
            if postgres {
                text.push_str(&(row * columns + column + 1).to_string());
            }
        }
    }
    text.push(')');
    text
}

/// Cuts rows into powers of two, so that few different statements have to be prepared.
pub(crate) fn pieces(mut rows: &[Vec<Value>]) -> Vec<&[Vec<Value>]> {
    let mut pieces = Vec::new();
    while !rows.is_empty() {
        let (piece, rest) = rows.split_at((1 << rows.len().ilog2()).min(MOST));
        pieces.push(piece);
        rows = rest;
    }
    pieces
}

/// Asks for rows that belong to any of many tuples: `head VALUES ($1, $2), … tail`. To ask for the same twice does no harm, so that the
/// last tuple is repeated up to the next power of two.
pub(crate) async fn select(db: &mut Db<'_>, head: &str, tail: &str, wanted: Vec<Vec<Value>>) -> Result<Vec<Row>, Broken> {
    let mut found = Vec::new();
    for piece in chunks(wanted) {
        let (sql, values) = padded(db, head, tail, piece);
        found.append(&mut db.rows(sql, values).await?);
    }
    Ok(found)
}

/// Changes columns of rows that are there, each found by the first value of its tuple.
pub(crate) async fn update(db: &mut Db<'_>, table: &str, id: &str, columns: &str, rows: Vec<Vec<Value>>) -> Result<(), Broken> {
    let set: Vec<_> = columns.split(", ").map(|column| format!("{column} = w.{column}")).collect();
    let head = format!("WITH w({id}, {columns}) AS (");
    let tail = format!(") UPDATE {}{table} SET {} FROM w WHERE {table}.{id} = w.{id}", db.or_rollback(), set.join(", "));
    for piece in chunks(rows) {
        let count = piece.len();
        // a tuple that stands there twice changes one row, once
        let (sql, values) = padded(db, &head, &tail, piece);
        all_of(count, db.run(sql, values).await?, Broken::Fault(Fault::StoreInconsistent))?;
    }
    Ok(())
}

/// Adds rows that are not there, to a table and its columns. Somebody else may have made one of them meanwhile, where there can be
/// somebody else.
pub(crate) async fn insert(db: &mut Db<'_>, into: &str, unique: &str, rows: Vec<Vec<Value>>) -> Result<(), Broken> {
    let head = format!("INSERT {}INTO {into}", db.or_rollback());
    let tail = format!("ON CONFLICT {unique} DO NOTHING");
    for piece in chunks(rows) {
        let count = piece.len();
        let (sql, values) = padded(db, &head, &tail, piece);
        let otherwise = if db.is_postgres() { Broken::Conflict } else { Broken::Fault(Fault::StoreInconsistent) };
        all_of(count, db.run(sql, values).await?, otherwise)?;
    }
    Ok(())
}

fn all_of(rows: usize, touched: u64, otherwise: Broken) -> Result<(), Broken> {
    if usize::try_from(touched) == Ok(rows) { Ok(()) } else { Err(otherwise) }
}

/// Rows for one statement after the other.
fn chunks(rows: Vec<Vec<Value>>) -> Vec<Vec<Vec<Value>>> {
    let (mut rows, mut chunks) = (rows, Vec::new());
    while !rows.is_empty() {
        let rest = rows.split_off(rows.len().min(MOST));
        chunks.push(std::mem::replace(&mut rows, rest));
    }
    chunks
}

/// A statement with tuples, the last of them repeated up to the next power of two, so that few different statements have to be prepared.
fn padded(db: &Db<'_>, head: &str, tail: &str, rows: Vec<Vec<Value>>) -> (String, Vec<Value>) {
    let (count, last) = (rows.len(), rows.last().cloned().unwrap_or_default());
    let (wanted, columns) = (count.next_power_of_two(), last.len());
    let repeated = std::iter::repeat_n(last, wanted - count);
    (format!("{head} VALUES {} {tail}", tuples(db, wanted, columns)), rows.into_iter().chain(repeated).flatten().collect())
}

/// Writes many rows: `head VALUES ($1, $2), … tail`.
pub(crate) async fn write(db: &mut Db<'_>, head: &str, tail: &str, rows: &[Vec<Value>]) -> Result<(), Broken> {
    for piece in pieces(rows) {
        let Some(first) = piece.first() else { continue };
        let sql = format!("{head} VALUES {} {tail}", tuples(db, piece.len(), first.len()));
        db.run(sql, piece.iter().flatten().cloned().collect()).await?;
    }
    Ok(())
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(Some(value))
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(Some(value.into()))
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(Some(value))
    }
}

impl From<&[u8]> for Value {
    fn from(value: &[u8]) -> Self {
        Self::Bytes(Some(value.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_row_is_lost_between_statements() {
        let rows: Vec<_> = (0..600).map(|number| vec![Value::from(number)]).collect();
        let chunks = chunks(rows);
        assert_eq!(chunks.iter().map(Vec::len).collect::<Vec<_>>(), [256, 256, 88]);
        let all: Vec<_> = chunks.into_iter().flatten().flatten().collect();
        assert!((0..600).zip(&all).all(|(number, value)| matches!(value, Value::Int(Some(kept)) if *kept == number)));
    }

    #[test]
    fn rows_are_cut_into_few_sizes() {
        let rows = vec![vec![Value::from(1)]; 300];
        assert_eq!(pieces(&rows).iter().map(|piece| piece.len()).collect::<Vec<_>>(), [256, 32, 8, 4]);
        assert!(pieces(&[]).is_empty());
    }
}
