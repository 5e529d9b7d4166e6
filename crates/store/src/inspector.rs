//! Reading a store without taking part in it.

use quittance_core::Fault;
use quittance_guard::budget::{Record, Ticket};

use crate::db::Broken;
use crate::link::{Link, Readers};
use crate::open::{OpenError, Reason};
use crate::{purchases, schema};

/// The ledger of a store, for whoever looks and does not touch: no key, no write, and no new generation.
///
/// What was signed stays sealed, so the records say that something was and not what.
pub struct Inspector(Readers);

impl Inspector {
    /// Looks into `sqlite:payments.db` or `postgres://user:password@host/database`, which must be there.
    ///
    /// # Errors
    ///
    /// [`OpenError`]: the database cannot be reached, is not a store, or is of another version.
    pub async fn open(url: &str) -> Result<Self, OpenError> {
        let link = Link::parse(url)?;
        let place = link.place();
        if link.file().is_some_and(|file| !file.exists()) {
            return Err(OpenError::new(&place, Reason::Unavailable("there is no such file".into())));
        }
        let readers = link.readers();
        let taken = async { schema::taken(&mut readers.reader().await?.db()).await };
        let reason = match taken.await {
            Ok(found) if found == schema::known() => return Ok(Self(readers)),
            Ok(found) if found > schema::known() => Reason::Newer { found, known: schema::known() },
            Ok(_) => Reason::Unavailable("it has not been brought up to date by a program that writes to it".into()),
            Err(broken) => Reason::Fault(broken.into()),
        };
        readers.close().await;
        Err(OpenError::new(&place, reason))
    }

    /// The attempts of the ledger by purchase, from behind one on: so many at most.
    ///
    /// # Errors
    ///
    /// [`Fault`] when the database cannot be asked.
    pub async fn records(&self, behind: Option<&Ticket>, most: u32) -> Result<Vec<Record>, Fault> {
        let rows = async { self.0.reader().await?.db().rows(purchases::page_sql(), purchases::page(behind, most)).await };
        let rows = rows.await.map_err(|broken: Broken| Fault::from(broken))?;
        rows.iter().map(|row| purchases::record(row, None)).collect()
    }

    /// Lets go of the database.
    pub async fn close(self) {
        self.0.close().await;
    }
}
