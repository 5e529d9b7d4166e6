//! The ledger and the replay log of `quittance-guard`, durable.
//!
//! [`Store`] is both, in one of two databases: **SQLite**, one file beside the program and no server, for one machine and any number of
//! processes on it; **PostgreSQL** for many machines. The tables are the same, and so are the answers: a store makes no decision. It reads what
//! an operation depends on, lets the rules of `quittance-guard` decide, and writes what has changed, in one transaction that is shared
//! by all callers who wait at that moment.
//!
//! ```no_run
//! # async fn open(key: [u8; 32]) -> Result<(), quittance_store::OpenError> {
//! use quittance_store::{SealingKey, Store};
//!
//! let store = Store::open("sqlite:payments.db", &SealingKey::from_bytes(key)).await?;
//! # Ok(())
//! # }
//! ```
//!
//! # What an answer means
//!
//! Whoever is answered finds the answer again after a crash of the process, however that ends: it was committed. A process that is killed loses
//! what it had not been told yet. That may or may not have happened, as after a [`Fault`](quittance_core::Fault); asking again finds out.
//!
//! A loss of power is survived by whatever was handed to the disk. By SQLite (`WAL`) that is everything that has to be on it before somebody
//! acts ([`Flushed`](quittance_guard::Durability::Flushed), `synchronous=FULL`), with all that was written before it; what is only
//! [`Written`](quittance_guard::Durability::Written) (`synchronous=NORMAL`) follows a tenth of a second later at most, or when the file is
//! opened again after the process was killed, and says itself who makes up for its loss. By PostgreSQL it is every answer
//! (`synchronous_commit`, whatever the server's default is). A torn end of the write-ahead log is cut off by its checksums; a file that is
//! damaged elsewhere is answered with [`StoreInconsistent`](quittance_core::Fault::StoreInconsistent) as soon as what is damaged is read. A
//! full disk is a [`StoreFull`](quittance_core::Fault::StoreFull), and nothing is half written. An error of the disk, also of a flush alone,
//! is a [`StoreUnavailable`](quittance_core::Fault::StoreUnavailable), after which nothing is believed that was not read anew. What cannot
//! be seen from here: a disk that says it has written and has not, and a PostgreSQL whose administrator has set `fsync=off`.
//!
//! # What stands in it
//!
//! Amounts in decimal, keys, accounts, labels, hashes of requests and terms, in clear and easy to read with any SQL client. Signatures
//! that can still be spent, what is being sent to settle, and the answers that were sold are sealed under a [`SealingKey`]. URLs, bodies,
//! prompts and headers are never given to a store in the first place.
//!
//! # Over a network
//!
//! A PostgreSQL elsewhere is reached through TLS with the feature `tls` and a URL that says what to believe:
//! `postgres://user@host/database?sslmode=verify-full&sslrootcert=/path/authority.crt`. Without `sslrootcert` it is what the system trusts. With
//! `sslmode=require` and no certificate to compare with, what is sent is encrypted for whoever answers.
//!
//! # How long
//!
//! A payment is kept until its authorization has ended and the chain can no longer change its mind (`keep_until`), and for as long as
//! its outcome is open; then [`purge`](quittance_guard::ReplayLog::purge) removes it. Nothing is removed without being asked, and nothing to make
//! room. Purchases and budgets stay: they are what an operator is asked about later.
//!
//! # Backups
//!
//! Copy a SQLite database with `VACUUM INTO` or the `.backup` command of its shell, never the file alone under a running program, and the file
//! `…-generation` with it. A store that is put back to an earlier state has forgotten payments that were accepted since, and would accept
//! them again, so it does not open until the operator says that this is known; see [`Options::accept_restore`] and, for what it
//! does not see, the module `generation` in the source. A replica that follows every transaction needs no such decision.

mod batch;
mod db;
mod generation;
mod inspector;
mod link;
mod log;
mod open;
mod operation;
mod payments;
mod purchases;
mod recent;
mod schema;
mod seal;
mod sqlite;
mod store;
mod trace;
mod word;
mod writer;

pub use inspector::Inspector;
pub use open::{OpenError, Options, Reason, Restored};
pub use seal::SealingKey;
pub use store::Store;
pub use trace::Trace;
