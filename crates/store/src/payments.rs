//! An entry of the replay log as a row.

use quittance_core::Fault;
use quittance_guard::Fingerprint;
use quittance_guard::replay::{Answer, Entry, Sent, State};

use crate::db::{Row, Value};
use crate::recent::Name;
use crate::seal::Seal;
use crate::word::{self, TORN};

/// The columns that an entry is read from, in the order of [`entry`].
pub(crate) const COLUMNS: &str = "key, payer, asset, amount, fingerprint, payment_id, claimed_at, keep_until, quota_span, attempt, state, \
     lease, charged, hash, attested, rejection, granted, answer, sent, watched_until, taken_back, deliveries";

/// Every column, in the order of [`values`].
pub(crate) const ALL: &str = "key, payer, asset, amount, fingerprint, payment_id, claimed_at, keep_until, quota_span, id, attempt, state, \
     lease, charged, hash, attested, rejection, granted, answer, sent, watched_until, taken_back, deliveries, is_open, idle_from, over_from";

/// The columns that change, in the order of [`changing`], behind the row's name. Who pays what to whom for what never does.
pub(crate) const CHANGING: &str = "attempt, state, lease, charged, hash, attested, rejection, granted, answer, sent, watched_until, taken_back, deliveries, is_open, \
     idle_from, over_from";

/// The columns with a table's name before each.
pub(crate) fn columns_of(table: &str) -> String {
    COLUMNS.split(", ").map(|column| format!("{table}.{}", column.trim())).collect::<Vec<_>>().join(", ")
}

pub(crate) fn values(entry: &Entry, name: &Name, seal: &Seal) -> Result<Vec<Value>, Fault> {
    let mut values = vec![
        name.text.as_str().into(),
        entry.payer.to_string().into(),
        word::asset_text(&entry.asset).into(),
        entry.amount.to_string().into(),
        entry.fingerprint.as_bytes()[..].into(),
        word::maybe_text(entry.payment_id.as_ref().map(|id| id.as_str())),
        word::seconds(entry.at).into(),
        word::seconds(entry.keep_until).into(),
        Value::Int(entry.quota_span.map(word::number)),
    ];
    values.append(&mut changing(entry, name, seal)?);
    Ok(values)
}

/// The row's name, and what becomes of it.
pub(crate) fn changing(entry: &Entry, name: &Name, seal: &Seal) -> Result<Vec<Value>, Fault> {
    let (lease, receipt, rejection) = match &entry.state {
        State::Reserved { lease } | State::Settling { lease } => (Some(*lease), None, None),
        State::Unknown => (None, None, None),
        State::Settled { receipt, lease } => (Some(*lease), Some(receipt), None),
        State::Failed(rejection) => (None, None, Some(rejection.code())),
    };
    let sealed = |column, bytes: Option<&[u8]>| {
        let place = || place(column, &name.text, entry.attempt);
        bytes.map(|bytes| seal.seal(&place(), bytes)).transpose().map(Value::Bytes)
    };
    let [charged, hash, attested] = word::receipt_values(receipt);
    Ok(vec![
        name.id[..].into(),
        i64::from(entry.attempt).into(),
        entry.state.as_str().into(),
        word::maybe_seconds(lease),
        charged,
        hash,
        attested,
        word::maybe_text(rejection),
        word::flag(entry.granted),
        sealed("answer", entry.answer.as_ref().map(Answer::as_bytes))?,
        sealed("sent", entry.sent.as_ref().map(Sent::expose))?,
        word::maybe_seconds(entry.watched_until),
        word::maybe_text(entry.taken_back.as_deref()),
        i64::from(entry.deliveries).into(),
        word::flag(entry.is_open()),
        word::maybe_seconds(entry.idle_from()),
        word::maybe_seconds(entry.over_from()),
    ])
}

/// An entry, and the text of its key.
pub(crate) fn entry(row: &Row, seal: &Seal) -> Result<(String, Entry), Fault> {
    let asset = word::asset(&row.text(2)?)?;
    let lease = || word::time(row.int(11)?);
    let state = match &*row.text(10)? {
        "reserved" => State::Reserved { lease: lease()? },
        "settling" => State::Settling { lease: lease()? },
        "unknown" => State::Unknown,
        "settled" => State::Settled { receipt: word::receipt(row, 12)?, lease: lease()? },
        "failed" => State::Failed(word::rejection(&row.text(15)?)?),
        _ => return Err(TORN),
    };
    let (key, attempt) = (row.text(0)?, word::count(row.int(9)?)?);
    let opened = |column, index| {
        let sealed = row.maybe_bytes(index)?;
        sealed.map(|sealed| seal.open(&place(column, &key, attempt), &sealed)).transpose()
    };
    let answer = opened("answer", 17)?.map(|bytes| Answer::new(&bytes));
    let sent = opened("sent", 18)?.map(|bytes| Sent::new(&bytes).map_err(|_| TORN)).transpose()?;
    let entry = Entry {
        key: word::key(&key)?,
        payer: word::account(asset.network(), &row.text(1)?)?,
        asset,
        amount: word::amount(&row.text(3)?)?,
        fingerprint: Fingerprint::from_bytes(word::hash(row.bytes(4)?)?),
        payment_id: row.maybe_text(5)?.map(|id| id.parse().map_err(|_| TORN)).transpose()?,
        at: word::time(row.int(6)?)?,
        keep_until: word::time(row.int(7)?)?,
        attempt,
        state,
        sent,
        watched_until: row.maybe_int(19)?.map(word::time).transpose()?,
        taken_back: row.maybe_text(20)?.map(Into::into),
        deliveries: word::count(row.int(21)?)?,
        granted: row.int(16)? == 1,
        answer,
        quota_span: row.maybe_int(8)?.map(word::unsigned).transpose()?,
    };
    Ok((key, entry))
}

/// Where an answer, or what was sent, is at home.
fn place(column: &str, key: &str, attempt: u32) -> String {
    format!("payments/{column}/{key}/{attempt}")
}
