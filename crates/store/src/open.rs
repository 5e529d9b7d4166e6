//! Opening a store, and why it may refuse to open.

use std::fmt;
use std::io;

use quittance_core::{Fault, sha256};

use crate::batch::Keeper;
use crate::db::{Broken, Db, Value};
use crate::generation::Beside;
use crate::link::{Connection, Link, Unconnected, beside};
use crate::schema::{self, Schema};
use crate::seal::{Seal, SealingKey};
use crate::word;

/// How a store is opened.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// How many payments the log holds, and how many attempts the ledger. What is more is refused and nothing is forgotten to make room
    /// (catalogue row 122). Several writers of one PostgreSQL may each be one batch past it.
    pub capacity: usize,
    /// The generation that the caller has seen; a database that is behind it was restored from an earlier state (row 152).
    pub expected: Option<u64>,
    /// What to do with such a database.
    pub restored: Restored,
}

/// What to do with a database that was put back to an earlier state.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(clippy::exhaustive_enums, reason = "there is no third way")]
pub enum Restored {
    /// Do not open it.
    Refuse,
    /// Open it: the operator knows that what happened since is not in it, and has reconciled it with the chain.
    Accept,
}

impl Default for Options {
    fn default() -> Self {
        Self { capacity: Self::CAPACITY, expected: None, restored: Restored::Refuse }
    }
}

impl Options {
    /// More than a busy seller has in a year, and about as much as a machine with a few gigabytes of memory answers quickly.
    pub const CAPACITY: usize = 50_000_000;

    /// The same with another capacity.
    #[must_use]
    pub fn with_capacity(self, capacity: usize) -> Self {
        Self { capacity, ..self }
    }

    /// The same for a caller that has seen a generation.
    #[must_use]
    pub fn expecting(self, generation: u64) -> Self {
        Self { expected: Some(generation), ..self }
    }

    /// The same for an operator who knows that the database was restored.
    #[must_use]
    pub fn accept_restore(self) -> Self {
        Self { restored: Restored::Accept, ..self }
    }
}

/// Why a store was not opened. It names the place without user, password or parameters.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OpenError {
    place: Box<str>,
    reason: Reason,
}

/// What is in the way.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Reason {
    /// The text is no URL of a database, or has parameters that a store does not take.
    #[error("neither sqlite:<file> nor postgres://<user>@<host>/<database>")]
    Url,
    /// It cannot be reached, created or read.
    #[error("cannot be opened: {0}")]
    Unavailable(Box<str>),
    /// It cannot be used as it is.
    #[error("{0}")]
    Fault(Fault),
    /// A later version of this crate has changed its tables.
    #[error("its tables are of step {found} and this program knows {known}: it is too old for them")]
    Newer {
        /// How many steps the tables have taken.
        found: i64,
        /// How many this program knows.
        known: i64,
    },
    /// It was sealed under another key.
    #[error("it was made with another sealing key")]
    OtherKey,
    /// It was put back to an earlier state, or the file beside it was lost: somebody has seen a later generation than it has.
    #[error(
        "it is of generation {found} and generation {expected} has been seen: it was restored from an earlier state, and what was paid \
         since then is not in it"
    )]
    Restored {
        /// What the database says.
        found: i64,
        /// What was seen.
        expected: i64,
    },
    /// The file with the generation is gone, though the database is not new.
    #[error("the file with its generation is not beside it: it was moved or restored without it")]
    Unwitnessed,
    /// The file with the generation cannot be read or written.
    #[error("the file with its generation: {0}")]
    Beside(io::ErrorKind),
}

impl OpenError {
    pub(crate) fn new(place: &str, reason: Reason) -> Self {
        Self { place: place.into(), reason }
    }

    /// What is in the way.
    #[must_use]
    pub const fn reason(&self) -> &Reason {
        &self.reason
    }

    /// The fault that whoever needs the store has meanwhile.
    #[must_use]
    pub const fn fault(&self) -> Fault {
        match &self.reason {
            Reason::Fault(fault) => *fault,
            Reason::Url | Reason::Unavailable(_) | Reason::Newer { .. } | Reason::OtherKey => Fault::StoreUnavailable,
            Reason::Restored { .. } | Reason::Unwitnessed | Reason::Beside(_) => Fault::StoreInconsistent,
        }
    }
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.reason)
    }
}

impl core::error::Error for OpenError {}

/// A database that may be used.
pub(crate) struct Opened {
    pub(crate) connection: Connection,
    pub(crate) keeper: Keeper,
    pub(crate) generation: i64,
    /// No other database's: of the sealed word, which was sealed with a nonce of its own.
    pub(crate) identity: [u8; 16],
    pub(crate) beside: Option<Beside>,
}

pub(crate) async fn open(link: &Link, key: &SealingKey, options: &Options) -> Result<Opened, OpenError> {
    let place = link.place();
    let refuse = |reason| OpenError::new(&place, reason);
    let broken = |broken: Broken| refuse(Reason::Fault(broken.into()));
    let witness = link.file().map(|file| Beside::new(beside(file, "-generation")));
    // read before the database: whoever raises it meanwhile has raised the database first
    let witnessed = witness.as_ref().map(Beside::read).transpose().map_err(|error| refuse(Reason::Beside(error.kind())))?.flatten();
    if let Some(file) = link.file() {
        keep_to_owner(file).map_err(|error| refuse(Reason::Unavailable(error.kind().to_string().into())))?;
    }
    let mut connection = link.connect().await.map_err(|error| refuse(unavailable(&error)))?;
    match schema::bring_up_to_date(&mut connection.db()).await.map_err(broken)? {
        Schema::Current => {}
        Schema::Newer { found } => return Err(refuse(Reason::Newer { found, known: schema::known() })),
    }
    // what another process has written and not flushed, or could not flush, is taken along; who reads an older state meanwhile is not waited for
    connection.carry_over().await.map_err(broken)?;
    let keeper = Keeper { seal: Seal::new(key), capacity: options.capacity };
    let expected = options.expected.map(word::number).max(witnessed);
    let (generation, identity) = begin(
        &mut connection.db(),
        &keeper.seal,
        Expectation { expected, witness: witness.is_some() && witnessed.is_none(), restored: options.restored },
    )
    .await
    .map_err(broken)?
    .map_err(refuse)?;
    if let Some(witness) = &witness {
        witness.raise(generation).map_err(|error| refuse(Reason::Beside(error.kind())))?;
    }
    Ok(Opened { connection, keeper, generation, identity, beside: witness })
}

/// What a database is held against.
struct Expectation {
    expected: Option<i64>,
    /// There should be a file beside it, and there is none.
    witness: bool,
    restored: Restored,
}

/// Checks the key and the generation, and begins a new one. Which database it is comes with it.
async fn begin(db: &mut Db<'_>, seal: &Seal, against: Expectation) -> Result<Result<(i64, [u8; 16]), Reason>, Broken> {
    const PLACE: &str = "about/seal";
    const PLAIN: &[u8] = b"quittance";

    db.begin().await?;
    let insert =
        "INSERT INTO about (name, number, bytes) VALUES ('generation', 0, NULL), ('seal', NULL, $1) ON CONFLICT (name) DO NOTHING";
    db.run(insert.into(), vec![Value::from(&seal.seal(PLACE, PLAIN)?[..])]).await?;
    // PostgreSQL: whoever opens at the same time waits here
    let rows =
        db.rows("UPDATE about SET number = number + 1 WHERE name = 'generation' RETURNING number - 1".into(), Vec::new()).await?;
    let found = rows.first().ok_or(word::TORN)?.int(0)?;
    let rows = db.rows("SELECT bytes FROM about WHERE name = 'seal'".into(), Vec::new()).await?;
    let sealed = rows.first().ok_or(word::TORN)?.bytes(0)?;
    let problem = if seal.open(PLACE, &sealed).as_deref() != Ok(PLAIN) {
        Some(Reason::OtherKey)
    } else if against.restored == Restored::Accept {
        None
    } else if let Some(expected) = against.expected.filter(|expected| *expected > found) {
        Some(Reason::Restored { found, expected })
    } else {
        // the first process may have died between making the database and the file
        (against.witness && found > 1).then_some(Reason::Unwitnessed)
    };
    if let Some(problem) = problem {
        db.simple("ROLLBACK").await?;
        return Ok(Err(problem));
    }
    let next = against.expected.unwrap_or_default().max(found).saturating_add(1);
    db.run("UPDATE about SET number = $1 WHERE name = 'generation'".into(), vec![next.into()]).await?;
    db.simple("COMMIT").await?;
    let digest = sha256(&sealed);
    let identity = *digest.first_chunk().ok_or(word::TORN)?;
    Ok(Ok((next, identity)))
}

/// A new file is its owner's alone, and so is everything that SQLite lays beside it.
fn keep_to_owner(file: &std::path::Path) -> io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(file) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

/// What a driver says about a connection that did not come about. Its own words can hold the URL, so only those are taken that cannot.
fn unavailable(why: &Unconnected) -> Reason {
    match why {
        Unconnected::Sqlite(rusqlite::Error::SqliteFailure(failure, words)) => match failure.extended_code & 0xff {
            rusqlite::ffi::SQLITE_CORRUPT | rusqlite::ffi::SQLITE_NOTADB => Reason::Fault(Fault::StoreInconsistent),
            _ => Reason::Unavailable(words.as_deref().unwrap_or("no connection").into()),
        },
        Unconnected::Postgres(sqlx::Error::Database(error)) => Reason::Unavailable(error.message().into()),
        Unconnected::Postgres(sqlx::Error::Io(error)) => Reason::Unavailable(error.kind().to_string().into()),
        Unconnected::Postgres(sqlx::Error::Tls(_)) => Reason::Unavailable("no TLS connection".into()),
        Unconnected::Sqlite(_) | Unconnected::Postgres(_) => Reason::Unavailable("no connection".into()),
    }
}
