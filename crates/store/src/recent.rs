//! What the writer of a file still knows of it.
//!
//! Most steps are about a payment whose row was written a moment before, by the same connection. SQLite says whether any other
//! connection has committed in between (`data_version`, asked inside the transaction); as long as none has, a row is what it was when this
//! connection wrote it, and need not be read again. As soon as one has, everything here is forgotten, as it is with the connection after
//! a fault. A PostgreSQL says no such thing, so that nothing is kept there.

use std::collections::BTreeMap;
use std::sync::Arc;

use quittance_core::{ReplayKey, sha256};
use quittance_guard::replay::{Entry, Sent, State};

/// A payment's names in the database. To write them costs more than all the rest: the addresses in them have checksums.
pub(crate) struct Name {
    pub(crate) id: [u8; 32],
    pub(crate) text: String,
}

impl Name {
    pub(crate) fn of(key: &ReplayKey) -> Self {
        Self::of_text(key.to_string())
    }

    pub(crate) fn of_text(text: String) -> Self {
        Self { id: sha256(text.as_bytes()), text }
    }
}

/// A row as it stands in the database.
pub(crate) struct Known {
    pub(crate) name: Arc<Name>,
    pub(crate) entry: Entry,
}

/// Rows that nobody else has written since.
#[derive(Default)]
pub(crate) struct Recent {
    version: Option<i64>,
    rows: BTreeMap<ReplayKey, Known>,
}

/// How many rows at most. When there are more all are forgotten: it costs a reading of each that is still needed.
const MOST: usize = 1_024;
/// Of how many bytes to be sent the row is kept here.
const SENT: usize = 4_096;

impl Recent {
    /// Compares what the database says of itself, if it does, with what it said before.
    pub(crate) fn seen(&mut self, version: Option<i64>) {
        if version.is_none() || self.version != version {
            self.rows.clear();
        }
        self.version = version;
    }

    pub(crate) fn row(&self, key: &ReplayKey) -> Option<&Known> {
        self.rows.get(key)
    }

    /// Takes note of what is committed: rows, and none where one is gone.
    pub(crate) fn learn(&mut self, committed: Vec<(ReplayKey, Option<Known>)>) {
        if self.version.is_none() {
            return;
        }
        for (key, row) in committed {
            match row {
                Some(row) if is_asked_again(&row.entry) => {
                    if self.rows.len() >= MOST {
                        self.rows.clear();
                    }
                    self.rows.insert(key, row);
                }
                Some(_) | None => {
                    self.rows.remove(&key);
                }
            }
        }
    }
}

/// Whether another step is likely, and the row small.
fn is_asked_again(entry: &Entry) -> bool {
    let small = entry.sent.as_ref().map(Sent::expose).is_none_or(|sent| sent.len() <= SENT);
    small && entry.answer.is_none() && !entry.granted && !matches!(entry.state, State::Failed(_))
}

#[cfg(test)]
mod tests {
    use quittance_core::{Account, Address, Amount, Asset, Nonce, UnixSeconds, registry::networks};
    use quittance_guard::Fingerprint;
    use quittance_guard::replay::{Demand, Request};

    use super::*;

    fn row(number: u64) -> (ReplayKey, Option<Known>) {
        let (token, from) = (Address::from_bytes([1; 20]), Address::from_bytes([2; 20]));
        let mut nonce = [0; 32];
        nonce[24..].copy_from_slice(&number.to_be_bytes());
        let key = ReplayKey::Eip3009 { network: networks::BASE, token, from, nonce: Nonce::from_bytes(nonce) };
        let asset = Asset::parse(networks::BASE, &token.to_string()).unwrap();
        let (now, later) = (UnixSeconds::from_secs(1), UnixSeconds::from_secs(9));
        let demand = Demand::new(Fingerprint::from_bytes([3; 32]), now);
        let request = Request::new(key, Account::Evm(from), asset, Amount::from_u64(1), later, demand);
        (key, Some(Known { name: Arc::new(Name::of(&key)), entry: Entry::new(&request, now) }))
    }

    #[test]
    fn nothing_is_known_after_somebody_else_has_written_nor_where_one_cannot_see_it() {
        let (mut recent, key) = (Recent::default(), row(1).0);
        recent.learn(vec![row(1)]);
        assert!(recent.row(&key).is_none(), "the database says nothing of itself");
        for (version, kept) in [(Some(7), true), (Some(7), true), (Some(8), false), (None, false)] {
            recent.seen(version);
            assert_eq!(recent.row(&key).is_some(), kept && !recent.rows.is_empty(), "{version:?}");
            if version == Some(7) {
                recent.learn(vec![row(1)]);
                assert!(recent.row(&key).is_some());
            }
        }
    }

    #[test]
    fn what_is_done_or_gone_or_large_or_too_much_is_not_kept() {
        let mut recent = Recent::default();
        recent.seen(Some(1));
        let key = row(1).0;
        let changed = |change: fn(&mut Entry)| {
            let (key, known) = row(1);
            vec![(
                key,
                known.map(|mut known| {
                    change(&mut known.entry);
                    known
                }),
            )]
        };
        for gone in [
            vec![(key, None)],
            changed(|entry| entry.granted = true),
            changed(|entry| entry.sent = Sent::new(&[0; SENT + 1]).ok()),
            changed(|entry| entry.state = State::Failed(quittance_core::Rejection::InsufficientFunds)),
        ] {
            recent.learn(vec![row(1)]);
            recent.learn(gone);
            assert!(recent.row(&key).is_none());
        }
        for number in 0..=u64::try_from(MOST).unwrap() {
            recent.learn(vec![row(number)]);
        }
        assert_eq!(recent.rows.len(), 1);
    }
}
