//! The tables, and how an older database becomes a newer one.

use crate::db::{Broken, Db};
use crate::word;

/// The steps from nothing to the present, in order; the number of a step is its place, counted from 1. A step that was once released is
/// never edited: what is to change is another step.
const STEPS: &[&str] = &[
    include_str!("../migrations/0001_begin.sql"),
    include_str!("../migrations/0002_sent.sql"),
    include_str!("../migrations/0003_settlements.sql"),
    include_str!("../migrations/0004_watched.sql"),
    include_str!("../migrations/0005_deliveries.sql"),
];

/// What a database turned out to be.
pub(crate) enum Schema {
    /// Ours, and up to date now.
    Current,
    /// Made by a later version of this crate.
    Newer {
        /// How many steps it has taken.
        found: i64,
    },
}

/// How many steps this version knows.
pub(crate) fn known() -> i64 {
    word::number(STEPS.len())
}

/// How many steps a database has taken; none where it is not ours, or not there yet.
pub(crate) async fn taken(db: &mut Db<'_>) -> Result<i64, Broken> {
    let rows = db.rows("SELECT COALESCE(MAX(step), 0) FROM quittance_schema".into(), Vec::new()).await?;
    Ok(rows.first().ok_or(word::TORN)?.int(0)?)
}

/// Takes the steps that a database has not taken, all in one transaction that nobody else can be in.
pub(crate) async fn bring_up_to_date(db: &mut Db<'_>) -> Result<Schema, Broken> {
    db.begin().await?;
    if db.is_postgres() {
        // two that open an empty database at once would both create its tables
        db.simple("SELECT pg_advisory_xact_lock(8749122366401)").await?;
    }
    db.simple("CREATE TABLE IF NOT EXISTS quittance_schema (step BIGINT PRIMARY KEY)").await?;
    let rows = db.rows("SELECT COALESCE(MAX(step), 0) FROM quittance_schema".into(), Vec::new()).await?;
    let found = rows.first().ok_or(word::TORN)?.int(0)?;
    if found > known() {
        db.simple("ROLLBACK").await?;
        return Ok(Schema::Newer { found });
    }
    for (step, sql) in (1i64..).zip(STEPS).filter(|(step, _)| *step > found) {
        db.simple(sql).await?;
        db.run("INSERT INTO quittance_schema (step) VALUES ($1)".into(), vec![step.into()]).await?;
    }
    db.simple("COMMIT").await?;
    Ok(Schema::Current)
}
