//! The replay log's part of a batch: what its operations depend on, read, and what they have changed, written.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use quittance_core::{Account, Asset, Network, ReplayKey, UnixSeconds};
use quittance_guard::replay::{Changes, Register, Step};
use quittance_guard::rolling;

use crate::db::{Broken, Db, Value, insert, select, update, write};
use crate::operation::Operation;
use crate::recent::{Known, Name, Recent};
use crate::seal::Seal;
use crate::{payments, word};

/// The payments that a batch has met.
#[derive(Default)]
pub(crate) struct Log {
    names: BTreeMap<ReplayKey, Arc<Name>>,
    /// Those that have a row, and until when that is kept.
    rows: BTreeMap<ReplayKey, UnixSeconds>,
}

impl Log {
    /// Tells a register whatever the operations depend on.
    pub(crate) async fn read(
        db: &mut Db<'_>,
        seal: &Seal,
        operations: &[&Operation],
        recent: &Recent,
        register: &mut Register,
    ) -> Result<Self, Broken> {
        let (mut keys, mut names, mut open, mut spans, mut hashes) =
            (BTreeSet::new(), BTreeSet::new(), BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for operation in operations {
            keys.extend(operation.payment());
            match operation {
                Operation::Claim(request) => {
                    let demand = &request.demand;
                    names.extend(demand.payment_id.as_ref().map(|name| (&request.payer, name.as_str())));
                    open.extend(demand.exposure.map(|_| (&request.payer, &request.asset)));
                    spans.extend(demand.quota.map(|quota| (&request.payer, quota.span)));
                }
                Operation::Step {
                    claim, step: Step::Settled(receipt) | Step::Sold(receipt) | Step::Watched(receipt, _), ..
                } => {
                    hashes.insert((claim.key().network(), &*receipt.transaction));
                }
                _ => {}
            }
        }
        let mut log = Self::default();
        let mut ids = Vec::new();
        for key in keys {
            if let Some(known) = recent.row(key) {
                log.names.insert(*key, Arc::clone(&known.name));
                log.rows.insert(*key, known.entry.keep_until);
                register.know(known.entry.clone());
            } else {
                ids.push(vec![log.name(key).id[..].into()]);
            }
        }
        log.know_ids(db, seal, register, ids).await?;
        let columns = payments::columns_of("p");
        let named: Vec<_> = names.into_iter().map(|(payer, name)| vec![payer.to_string().into(), name.into()]).collect();
        let tail = format!(
            ") SELECT {columns} FROM w CROSS JOIN payments AS p WHERE p.payer = w.payer AND p.payment_id = w.name \
             AND p.payment_id IS NOT NULL"
        );
        log.know(db, seal, register, "WITH w(payer, name) AS (", &tail, named).await?;
        let exposed: Vec<_> = open
            .into_iter()
            .map(|(payer, asset): (&Account, &Asset)| vec![payer.to_string().into(), word::asset_text(asset).into()])
            .collect();
        let tail = format!(
            ") SELECT {columns} FROM w CROSS JOIN payments AS p WHERE p.payer = w.payer AND p.asset = w.asset AND p.is_open = 1"
        );
        log.know(db, seal, register, "WITH w(payer, asset) AS (", &tail, exposed).await?;
        read_counts(db, spans, register).await?;
        read_settlements(db, hashes, register).await?;
        Ok(log)
    }

    /// Tells a register the entries of these rows.
    pub(crate) async fn know_ids(
        &mut self,
        db: &mut Db<'_>,
        seal: &Seal,
        register: &mut Register,
        ids: Vec<Vec<Value>>,
    ) -> Result<(), Broken> {
        let head = format!("SELECT {} FROM payments WHERE id IN (", payments::COLUMNS);
        self.know(db, seal, register, &head, ")", ids).await
    }

    /// Tells a register the entries that a question finds.
    async fn know(
        &mut self,
        db: &mut Db<'_>,
        seal: &Seal,
        register: &mut Register,
        head: &str,
        tail: &str,
        wanted: Vec<Vec<Value>>,
    ) -> Result<(), Broken> {
        for row in select(db, head, tail, wanted).await? {
            let (text, entry) = payments::entry(&row, seal)?;
            self.names.entry(entry.key).or_insert_with(|| Arc::new(Name::of_text(text)));
            self.rows.insert(entry.key, entry.keep_until);
            register.know(entry);
        }
        Ok(())
    }

    /// Writes what has changed, and gives the rows as they are when this is committed.
    pub(crate) async fn write(
        mut self,
        db: &mut Db<'_>,
        seal: &Seal,
        register: &mut Register,
    ) -> Result<Vec<(ReplayKey, Option<Known>)>, Broken> {
        let Changes { forgotten, entries, transactions, counts, .. } = register.take_changes();
        let (mut gone, mut ended) = (Vec::new(), Vec::new());
        for key in &forgotten {
            // what was claimed and given back in one batch never had one
            if let Some(keep_until) = self.rows.get(key).copied() {
                let id = self.name(key).id;
                gone.push(vec![id[..].into()]);
                ended.push(vec![word::seconds(keep_until).into(), id[..].into()]);
            }
        }
        write(db, "DELETE FROM settlements WHERE (keep_until, payment) IN (", ")", &ended).await?;
        write(db, "DELETE FROM payments WHERE id IN (", ")", &gone).await?;
        let reported: Vec<_> = transactions
            .iter()
            .map(|((network, hash), key)| {
                let keep_until = entries.get(key).and_then(Option::as_ref).map(|entry| entry.keep_until);
                vec![network.as_str().into(), (&**hash).into(), self.name(key).id[..].into(), word::maybe_seconds(keep_until)]
            })
            .collect();
        let (mut begun, mut changed, mut rows) = (Vec::new(), Vec::new(), Vec::new());
        for (key, entry) in entries {
            let name = self.name(&key);
            if let Some(entry) = &entry {
                if self.rows.contains_key(&key) && !forgotten.contains(&key) {
                    changed.push(payments::changing(entry, &name, seal)?);
                } else {
                    begun.push(payments::values(entry, &name, seal)?);
                }
            }
            rows.push((key, entry.map(|entry| Known { name, entry })));
        }
        insert(db, &format!("payments ({})", payments::ALL), "(id)", begun).await?;
        update(db, "payments", "id", payments::CHANGING, changed).await?;
        insert(db, "settlements (network, hash, payment, keep_until)", "(network, hash)", reported).await?;
        write_counts(db, &counts).await?;
        Ok(rows)
    }

    /// The names of a payment, written once.
    fn name(&mut self, key: &ReplayKey) -> Arc<Name> {
        Arc::clone(self.names.entry(*key).or_insert_with(|| Arc::new(Name::of(key))))
    }
}

async fn read_counts(db: &mut Db<'_>, spans: BTreeSet<(&Account, u64)>, register: &mut Register) -> Result<(), Broken> {
    let by_text: BTreeMap<_, _> = spans.iter().map(|(payer, _)| (payer.to_string(), *payer)).collect();
    let wanted: Vec<_> = spans
        .iter()
        .map(|(payer, span)| {
            let oldest = rolling::oldest(Some(*span), register.latest());
            vec![payer.to_string().into(), word::number(*span).into(), word::number(oldest).into()]
        })
        .collect();
    let tail = ") SELECT q.payer, q.span, q.slot, q.counted FROM w CROSS JOIN quotas AS q \
                WHERE q.payer = w.payer AND q.span = w.span AND q.slot >= w.oldest AND q.counted > 0";
    for row in select(db, "WITH w(payer, span, oldest) AS (", tail, wanted).await? {
        let payer = by_text.get(&row.text(0)?).ok_or(word::TORN)?;
        register.know_count(payer, word::unsigned(row.int(1)?)?, word::unsigned(row.int(2)?)?, word::unsigned(row.int(3)?)?);
    }
    Ok(())
}

async fn read_settlements(db: &mut Db<'_>, hashes: BTreeSet<(Network, &str)>, register: &mut Register) -> Result<(), Broken> {
    let wanted: Vec<_> = hashes.into_iter().map(|(network, hash)| vec![network.as_str().into(), hash.into()]).collect();
    let tail = ") SELECT s.network, s.hash, p.key FROM w CROSS JOIN settlements AS s CROSS JOIN payments AS p \
                WHERE s.network = w.network AND s.hash = w.hash AND p.id = s.payment";
    for row in select(db, "WITH w(network, hash) AS (", tail, wanted).await? {
        let key = word::key(&row.text(2)?)?;
        register.know_transaction(key.network(), &row.text(1)?, key);
    }
    Ok(())
}

async fn write_counts(db: &mut Db<'_>, counts: &BTreeMap<(Account, u64, u64), i64>) -> Result<(), Broken> {
    let (more, less): (Vec<_>, Vec<_>) = counts.iter().filter(|(_, by)| **by != 0).partition(|(_, by)| **by > 0);
    let more = more.into_iter().map(|((payer, span, slot), by)| {
        let forgotten_at = word::maybe_seconds(rolling::forgotten_at(Some(*span), *slot));
        vec![payer.to_string().into(), word::number(*span).into(), word::number(*slot).into(), (*by).into(), forgotten_at]
    });
    let tail = "ON CONFLICT (payer, span, slot) DO UPDATE SET counted = quotas.counted + excluded.counted";
    write(db, "INSERT INTO quotas (payer, span, slot, counted, forgotten_at)", tail, &more.collect::<Vec<_>>()).await?;
    for ((payer, span, slot), by) in less {
        let sql = "UPDATE quotas SET counted = CASE WHEN counted + $4 > 0 THEN counted + $4 ELSE 0 END \
                   WHERE payer = $1 AND span = $2 AND slot = $3";
        let values = vec![payer.to_string().into(), word::number(*span).into(), word::number(*slot).into(), (*by).into()];
        db.run(sql.into(), values).await?;
    }
    Ok(())
}
