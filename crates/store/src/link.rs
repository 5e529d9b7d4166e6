//! Connections, and how they are set up.

use std::path::{Path, PathBuf};
use std::str::FromStr as _;

use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions, PgSslMode};
use sqlx::{ConnectOptions as _, Connection as _, Postgres, pool::PoolConnection};

use crate::db::{Broken, Db};
use crate::open::{OpenError, Reason};
use crate::sqlite::{Files, Sqlite};

/// How many connections answer questions that change nothing.
pub(crate) const READERS: u32 = 4;
/// How many connections write. A file has one writer at a time whatever one does.
const WRITERS_OF_A_SERVER: usize = 4;
/// How many prepared statements a connection keeps.
pub(crate) const STATEMENTS: usize = 256;

/// Where a database is.
#[derive(Clone)]
pub(crate) enum Link {
    Sqlite(PathBuf),
    Postgres(Box<PgConnectOptions>),
}

/// Why there is no connection.
#[derive(Debug)]
pub(crate) enum Unconnected {
    Sqlite(rusqlite::Error),
    Postgres(sqlx::Error),
}

impl From<Unconnected> for Broken {
    fn from(why: Unconnected) -> Self {
        match why {
            Unconnected::Sqlite(error) => error.into(),
            Unconnected::Postgres(error) => error.into(),
        }
    }
}

/// A connection of one's own.
pub(crate) enum Connection {
    Sqlite(Sqlite),
    Postgres(PgConnection),
}

/// What became of what stands in the log of a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Carried {
    /// It stands in the file, and is flushed there.
    Over,
    /// Somebody reads an older state, and needs it where it is.
    Busy,
}

/// Connections that are shared, for reading.
pub(crate) enum Readers {
    Sqlite(Files),
    Postgres(PgPool),
}

/// One of them.
pub(crate) enum Reader {
    Sqlite(Files),
    Postgres(PoolConnection<Postgres>),
}

impl Link {
    /// Reads `sqlite:payments.db`, `sqlite:///var/lib/payments.db` or `postgres://user:password@host/database`.
    pub(crate) fn parse(url: &str) -> Result<Self, OpenError> {
        let unreadable = || OpenError::new("the URL", Reason::Url);
        if let Some(path) = url.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            // a database in memory would forget what was sold, and a parameter could switch off what makes a file durable; what begins with
            // `file:` SQLite reads as a URI and not as the path that lies beside it
            if path.is_empty() || path.contains(['?', '#']) || path == ":memory:" || path.starts_with("file:") {
                return Err(unreadable());
            }
            return Ok(Self::Sqlite(path.into()));
        }
        if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            let options = PgConnectOptions::from_str(url).map_err(|_| unreadable())?;
            let options = match options.get_ssl_mode() {
                // without TLS in the build there is nothing to prefer
                PgSslMode::Prefer | PgSslMode::Allow if !cfg!(feature = "tls") => options.ssl_mode(PgSslMode::Disable),
                _ => options,
            };
            // every question here has an index, also while a table is too young for the planner to know it; to compile one, because it
            // looks expensive then, takes longer than to answer it
            let settings = [
                ("jit", "off"),
                ("enable_seqscan", "off"),
                ("enable_hashjoin", "off"),
                ("enable_mergejoin", "off"),
                ("statement_timeout", "60s"),
                ("idle_in_transaction_session_timeout", "60s"),
            ];
            let options = options.options(settings).application_name("quittance").statement_cache_capacity(STATEMENTS);
            return Ok(Self::Postgres(Box::new(options.disable_statement_logging())));
        }
        Err(unreadable())
    }

    /// The place, for people: never a password, never a parameter.
    pub(crate) fn place(&self) -> String {
        match self {
            Self::Sqlite(path) => format!("sqlite:{}", path.display()),
            Self::Postgres(options) => {
                let (host, port) = (options.get_host(), options.get_port());
                format!("postgres://{host}:{port}/{}", options.get_database().unwrap_or_default())
            }
        }
    }

    /// The file, if it is one.
    pub(crate) fn file(&self) -> Option<&Path> {
        match self {
            Self::Sqlite(path) => Some(path),
            Self::Postgres(_) => None,
        }
    }

    pub(crate) const fn writers(&self) -> usize {
        match self {
            Self::Sqlite(_) => 1,
            Self::Postgres(_) => WRITERS_OF_A_SERVER,
        }
    }

    pub(crate) async fn connect(&self) -> Result<Connection, Unconnected> {
        Ok(match self {
            Self::Sqlite(path) => Connection::Sqlite(Sqlite::open(path).map_err(Unconnected::Sqlite)?),
            Self::Postgres(options) => {
                let mut connection = options.connect().await.map_err(Unconnected::Postgres)?;
                // an answer is given when it is on the disk, whatever the server's own default is
                let durable = "SELECT set_config('synchronous_commit', 'on', false) \
                               WHERE current_setting('synchronous_commit') IN ('off', 'local')";
                sqlx::raw_sql(durable).execute(&mut connection).await.map_err(Unconnected::Postgres)?;
                Connection::Postgres(connection)
            }
        })
    }

    /// A pool that connects when it is asked.
    pub(crate) fn readers(&self) -> Readers {
        match self {
            Self::Sqlite(path) => Readers::Sqlite(Files::new(path.clone())),
            Self::Postgres(options) => {
                Readers::Postgres(PgPoolOptions::new().max_connections(READERS).connect_lazy_with((**options).clone()))
            }
        }
    }
}

impl Connection {
    pub(crate) const fn db(&mut self) -> Db<'_> {
        match self {
            Self::Sqlite(file) => Db::Sqlite(file),
            Self::Postgres(connection) => Db::Postgres(connection),
        }
    }

    /// Begins a transaction without waiting for anybody, if that is possible; and says whether it did.
    pub(crate) fn begin_at_once(&self) -> Result<bool, Broken> {
        match self {
            Self::Sqlite(file) => Ok(file.begin_at_once()?),
            Self::Postgres(_) => Ok(false),
        }
    }

    /// The row of [`clocks`](crate::batch::Clocks) that this connection writes to.
    pub(crate) async fn shard(&mut self) -> Result<i64, Broken> {
        const SHARDS: i64 = 64;
        if !self.db().is_postgres() {
            return Ok(0);
        }
        let rows = self.db().rows("SELECT CAST(pg_backend_pid() AS BIGINT)".into(), Vec::new()).await?;
        Ok(rows.first().ok_or(crate::word::TORN)?.int(0)? % SHARDS)
    }

    /// Writes what stands in the log of a file into the file itself, and begins the log anew; or says that somebody else is in the way.
    pub(crate) async fn carry_over(&mut self) -> Result<Carried, Broken> {
        if self.db().is_postgres() {
            return Ok(Carried::Over);
        }
        let rows = self.db().rows("PRAGMA wal_checkpoint(TRUNCATE)".into(), Vec::new()).await?;
        let busy = rows.first().ok_or(crate::word::TORN)?.int(0)? != 0;
        Ok(if busy { Carried::Busy } else { Carried::Over })
    }

    pub(crate) async fn close(self) -> Result<(), Broken> {
        match self {
            Self::Sqlite(file) => Ok(file.close()?),
            Self::Postgres(connection) => Ok(connection.close().await?),
        }
    }
}

impl Readers {
    pub(crate) async fn reader(&self) -> Result<Reader, Broken> {
        Ok(match self {
            Self::Sqlite(files) => Reader::Sqlite(files.clone()),
            Self::Postgres(pool) => Reader::Postgres(pool.acquire().await?),
        })
    }

    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite(files) => files.close().await,
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

impl Reader {
    pub(crate) fn db(&mut self) -> Db<'_> {
        match self {
            Self::Sqlite(files) => Db::Files(files),
            Self::Postgres(connection) => Db::Postgres(connection),
        }
    }
}

/// The file beside a database.
pub(crate) fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(ending);
    name.into()
}
