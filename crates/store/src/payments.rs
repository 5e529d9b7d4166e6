//! An entry of the replay log as a row.

use quittance_core::Fault;
use quittance_guard::Fingerprint;
use quittance_guard::replay::{Answer, Entry, Sent, State};

use crate::db::{Row, Value};
use crate::seal::Seal;
use crate::word::{self, TORN};

/// The columns, in the order of [`values`] and [`entry`].
pub(crate) const COLUMNS: &str = "id, key, payer, asset, amount, fingerprint, payment_id, claimed_at, keep_until, attempt, state, lease, \
     charged, hash, attested, rejection, granted, answer, quota_span, is_open, idle_from, over_from, sent";

/// What a row that is there already becomes.
pub(crate) const REPLACE: &str = "ON CONFLICT (id) DO UPDATE SET payer = excluded.payer, asset = excluded.asset, amount = excluded.amount, \
     fingerprint = excluded.fingerprint, payment_id = excluded.payment_id, claimed_at = excluded.claimed_at, \
     keep_until = excluded.keep_until, attempt = excluded.attempt, state = excluded.state, lease = excluded.lease, \
     charged = excluded.charged, hash = excluded.hash, attested = excluded.attested, rejection = excluded.rejection, \
     granted = excluded.granted, answer = excluded.answer, quota_span = excluded.quota_span, is_open = excluded.is_open, \
     idle_from = excluded.idle_from, over_from = excluded.over_from, sent = excluded.sent";

/// The columns with a table's name before each.
pub(crate) fn columns_of(table: &str) -> String {
    COLUMNS.split(", ").map(|column| format!("{table}.{}", column.trim())).collect::<Vec<_>>().join(", ")
}

pub(crate) fn values(entry: &Entry, seal: &Seal) -> Result<Vec<Value>, Fault> {
    let (lease, receipt, rejection) = match &entry.state {
        State::Reserved { lease } | State::Settling { lease } => (Some(*lease), None, None),
        State::Unknown => (None, None, None),
        State::Settled { receipt, lease } => (Some(*lease), Some(receipt), None),
        State::Failed(rejection) => (None, None, Some(rejection.code())),
    };
    let key = entry.key.to_string();
    let answer = entry.answer.as_ref().map(|answer| seal.seal(&place("answer", &key, entry), answer.as_bytes())).transpose()?;
    let sent = entry.sent.as_ref().map(|sent| seal.seal(&place("sent", &key, entry), sent.expose())).transpose()?;
    let [charged, hash, attested] = word::receipt_values(receipt);
    Ok(vec![
        word::id_of_text(&key),
        key.into(),
        entry.payer.to_string().into(),
        word::asset_text(&entry.asset).into(),
        entry.amount.to_string().into(),
        entry.fingerprint.as_bytes()[..].into(),
        word::maybe_text(entry.payment_id.as_ref().map(|id| id.as_str())),
        word::seconds(entry.at).into(),
        word::seconds(entry.keep_until).into(),
        i64::from(entry.attempt).into(),
        entry.state.as_str().into(),
        word::maybe_seconds(lease),
        charged,
        hash,
        attested,
        word::maybe_text(rejection),
        word::flag(entry.granted),
        Value::Bytes(answer),
        Value::Int(entry.quota_span.map(word::number)),
        word::flag(entry.is_open()),
        word::maybe_seconds(entry.idle_from()),
        word::maybe_seconds(entry.over_from()),
        Value::Bytes(sent),
    ])
}

pub(crate) fn entry(row: &Row, seal: &Seal) -> Result<Entry, Fault> {
    let asset = word::asset(&row.text(3)?)?;
    let lease = || word::time(row.int(11)?);
    let state = match &*row.text(10)? {
        "reserved" => State::Reserved { lease: lease()? },
        "settling" => State::Settling { lease: lease()? },
        "unknown" => State::Unknown,
        "settled" => State::Settled { receipt: word::receipt(row, 12)?, lease: lease()? },
        "failed" => State::Failed(word::rejection(&row.text(15)?)?),
        _ => return Err(TORN),
    };
    let key = row.text(1)?;
    let mut entry = Entry {
        key: word::key(&key)?,
        payer: word::account(asset.network(), &row.text(2)?)?,
        asset,
        amount: word::amount(&row.text(4)?)?,
        fingerprint: Fingerprint::from_bytes(word::hash(row.bytes(5)?)?),
        payment_id: row.maybe_text(6)?.map(|id| id.parse().map_err(|_| TORN)).transpose()?,
        at: word::time(row.int(7)?)?,
        keep_until: word::time(row.int(8)?)?,
        attempt: word::count(row.int(9)?)?,
        state,
        sent: None,
        granted: row.int(16)? == 1,
        answer: None,
        quota_span: row.maybe_int(18)?.map(word::unsigned).transpose()?,
    };
    if let Some(sealed) = row.maybe_bytes(17)? {
        entry.answer = Some(Answer::new(&seal.open(&place("answer", &key, &entry), &sealed)?));
    }
    if let Some(sealed) = row.maybe_bytes(22)? {
        entry.sent = Some(Sent::new(&seal.open(&place("sent", &key, &entry), &sealed)?).map_err(|_| TORN)?);
    }
    Ok(entry)
}

/// Where an answer, or what was sent, is at home.
fn place(column: &str, key: &str, entry: &Entry) -> String {
    format!("payments/{column}/{key}/{}", entry.attempt)
}
