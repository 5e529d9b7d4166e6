//! Where the tests keep what they test: in memory, in a file, in a server of their own.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use quittance_guard::memory::{MemoryLedger, MemoryReplayLog};
use quittance_guard::{Ledger, ReplayLog};
use quittance_store::{Options, Store};

use crate::samples::sealing_key;

/// A place for stores that can be left and found again.
pub(crate) trait Place {
    type Log: ReplayLog + Sync;
    type Ledger: Ledger + Sync;

    async fn log(&self, capacity: usize) -> Self::Log;
    async fn ledger(&self, capacity: usize) -> Self::Ledger;
    /// The same log after its process ended and another began, where it outlives one.
    async fn log_again(&self, log: Self::Log) -> Self::Log;
    async fn ledger_again(&self, ledger: Self::Ledger) -> Self::Ledger;
}

pub(crate) struct Memory;

impl Place for Memory {
    type Log = MemoryReplayLog;
    type Ledger = MemoryLedger;

    async fn log(&self, capacity: usize) -> Self::Log {
        MemoryReplayLog::new(capacity)
    }

    async fn ledger(&self, capacity: usize) -> Self::Ledger {
        MemoryLedger::new(capacity)
    }

    async fn log_again(&self, log: Self::Log) -> Self::Log {
        log
    }

    async fn ledger_again(&self, ledger: Self::Ledger) -> Self::Ledger {
        ledger
    }
}

/// A database by its URL.
pub(crate) trait Database {
    fn url(&self) -> String;

    async fn open(&self, capacity: usize) -> Store {
        Store::open_with(&self.url(), &sealing_key(), &Options::default().with_capacity(capacity)).await.unwrap()
    }
}

macro_rules! place_of_database {
    ($Database:ty) => {
        impl Place for $Database {
            type Log = Store;
            type Ledger = Store;

            async fn log(&self, capacity: usize) -> Store {
                self.open(capacity).await
            }

            async fn ledger(&self, capacity: usize) -> Store {
                self.open(capacity).await
            }

            async fn log_again(&self, log: Store) -> Store {
                log.close().await;
                self.open(1_000).await
            }

            async fn ledger_again(&self, ledger: Store) -> Store {
                self.log_again(ledger).await
            }
        }
    };
}
#[cfg(feature = "postgres-tests")]
pub(crate) use place_of_database;

/// A folder that goes with the test.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        Self::within(&std::env::temp_dir())
    }

    /// In a file system without a disk behind it, for tests that ask for answers and not for durability.
    pub(crate) fn quick() -> Self {
        let memory = PathBuf::from("/dev/shm");
        if memory.is_dir() { Self::within(&memory) } else { Self::new() }
    }

    fn within(folder: &std::path::Path) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = folder.join(format!("quittance-store-{}-{number}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.0.join("payments.db")
    }
}

impl Database for Folder {
    fn url(&self) -> String {
        format!("sqlite:{}", self.file().display())
    }
}

place_of_database!(Folder);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Runs one law in every place.
macro_rules! everywhere {
    ($($(#[$meta:meta])* async fn $name:ident($place:ident: &impl Place) $body:block)+) => { $(
        $(#[$meta])*
        mod $name {
            use super::*;

            async fn law($place: &impl Place) $body

            #[tokio::test]
            async fn in_memory() {
                law(&crate::place::Memory).await;
            }

            #[tokio::test]
            async fn in_a_file() {
                law(&crate::place::Folder::quick()).await;
            }

            #[cfg(feature = "postgres-tests")]
            #[tokio::test]
            async fn in_postgres() {
                law(&crate::fresh::Fresh::new()).await;
            }
        }
    )+ };
}
pub(crate) use everywhere;
