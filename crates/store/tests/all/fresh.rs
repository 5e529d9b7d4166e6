//! Databases of a server of the tests' own, as a place for stores.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use quittance_store::Store;

use crate::cluster::Cluster;
use crate::place::{Database, Place, place_of_database};

/// A database that nobody has used yet.
pub(crate) struct Fresh {
    pub(crate) cluster: Arc<Cluster>,
    pub(crate) name: String,
}

impl Fresh {
    pub(crate) fn new() -> Self {
        Self::on(Cluster::shared())
    }

    /// On a server that no other test uses.
    pub(crate) fn alone() -> Self {
        Self::on(Arc::new(Cluster::start()))
    }

    pub(crate) fn on(cluster: Arc<Cluster>) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("store{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        cluster.sql("postgres", &format!("CREATE DATABASE {name}"));
        Self { cluster, name }
    }
}

impl Database for Fresh {
    fn url(&self) -> String {
        format!("postgres://postgres:unused-password@127.0.0.1:{}/{}", self.cluster.port, self.name)
    }
}

place_of_database!(Fresh);
