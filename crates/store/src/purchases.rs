//! An attempt of a purchase, and a budget, as rows.

use quittance_core::{Fault, TermsHash};
use quittance_guard::Fingerprint;
use quittance_guard::budget::{Meter, Purchase, Record, Signed, State, Subject, Sum, Ticket, Unspent};
use quittance_guard::policy::ApprovalId;

use crate::db::{Row, Value};
use crate::seal::Seal;
use crate::word::{self, TORN};

/// The columns, in the order of [`values`] and [`record`].
pub(crate) const COLUMNS: &str = "purchase, attempt, task, session, request, asset, amount, payee, terms, reserved_at, state, lease, key, \
     expires, signed, charged, hash, attested, unspent, chain_time, is_open, approval";

/// What a row that is there already becomes. What is bought, for which task and when never changes.
pub(crate) const REPLACE: &str = "ON CONFLICT (purchase, attempt) DO UPDATE SET state = excluded.state, lease = excluded.lease, \
     key = excluded.key, expires = excluded.expires, signed = excluded.signed, charged = excluded.charged, hash = excluded.hash, \
     attested = excluded.attested, unspent = excluded.unspent, chain_time = excluded.chain_time, is_open = excluded.is_open";

/// The columns with a table's name before each.
pub(crate) fn columns_of(table: &str) -> String {
    COLUMNS.split(", ").map(|column| format!("{table}.{}", column.trim())).collect::<Vec<_>>().join(", ")
}

/// The attempts by purchase, from behind one on: the text of the question, and its values.
pub(crate) fn page_sql() -> String {
    format!("SELECT {COLUMNS} FROM purchases WHERE (purchase, attempt) > ($1, $2) ORDER BY purchase, attempt LIMIT $3")
}

pub(crate) fn page(behind: Option<&Ticket>, most: u32) -> Vec<Value> {
    let (id, attempt) = behind.map_or(("", 0), |ticket| (ticket.id().as_str(), ticket.attempt()));
    vec![id.into(), i64::from(attempt).into(), i64::from(most).into()]
}

pub(crate) fn values(record: &Record, seal: &Seal) -> Result<Vec<Value>, Fault> {
    let purchase = &record.purchase;
    let (lease, receipt, unspent) = match &record.state {
        State::Reserved { lease } => (Some(*lease), None, None),
        State::Signed => (None, None, None),
        State::Settled(receipt) => (None, Some(receipt), None),
        State::Released(unspent) => (None, None, Some(*unspent)),
    };
    let chain_time = match unspent {
        Some(Unspent::Expired { chain_time }) => Some(chain_time),
        Some(Unspent::NeverSigned | Unspent::Cancelled) | None => None,
    };
    let signed = record.signed.as_ref();
    let sealed = signed.map(|signed| seal.seal(&place(record, signed.key().to_string().as_str()), signed.expose())).transpose()?;
    let [charged, hash, attested] = word::receipt_values(receipt);
    Ok(vec![
        purchase.id.as_str().into(),
        i64::from(record.attempt).into(),
        purchase.task.as_str().into(),
        word::maybe_text(purchase.session.as_ref().map(|session| session.as_str())),
        purchase.request.as_bytes()[..].into(),
        word::asset_text(&purchase.asset).into(),
        purchase.amount.to_string().into(),
        purchase.payee.to_string().into(),
        purchase.terms.as_bytes()[..].into(),
        word::seconds(record.at).into(),
        record.state.as_str().into(),
        word::maybe_seconds(lease),
        Value::Text(signed.map(|signed| signed.key().to_string())),
        word::maybe_seconds(signed.map(Signed::expires)),
        Value::Bytes(sealed),
        charged,
        hash,
        attested,
        word::maybe_text(unspent.map(Unspent::as_str)),
        word::maybe_seconds(chain_time),
        word::flag(record.is_open()),
        Value::Bytes(purchase.approval.map(|approval| approval.as_bytes().to_vec())),
    ])
}

/// A record, without what was signed for whoever has no key.
pub(crate) fn record(row: &Row, seal: Option<&Seal>) -> Result<Record, Fault> {
    let asset = word::asset(&row.text(5)?)?;
    let state = match &*row.text(10)? {
        "reserved" => State::Reserved { lease: word::time(row.int(11)?)? },
        "signed" => State::Signed,
        "settled" => State::Settled(word::receipt(row, 15)?),
        "released" => State::Released(unspent(row)?),
        _ => return Err(TORN),
    };
    let purchase = Purchase {
        id: row.text(0)?.parse().map_err(|_| TORN)?,
        task: row.text(2)?.parse().map_err(|_| TORN)?,
        session: row.maybe_text(3)?.map(|session| session.parse().map_err(|_| TORN)).transpose()?,
        request: Fingerprint::from_bytes(word::hash(row.bytes(4)?)?),
        payee: word::account(asset.network(), &row.text(7)?)?,
        asset,
        amount: word::amount(&row.text(6)?)?,
        terms: TermsHash::from_bytes(word::hash(row.bytes(8)?)?),
        approval: row.maybe_bytes(21)?.map(|bytes| word::hash(bytes).map(ApprovalId::from_bytes)).transpose()?,
    };
    let mut record = Record { purchase, attempt: word::count(row.int(1)?)?, at: word::time(row.int(9)?)?, signed: None, state };
    if let Some((seal, sealed)) = seal.zip(row.maybe_bytes(14)?) {
        let key = row.text(12)?;
        let bytes = seal.open(&place(&record, &key), &sealed)?;
        record.signed = Some(Signed::new(word::key(&key)?, word::time(row.int(13)?)?, &bytes));
    }
    Ok(record)
}

fn unspent(row: &Row) -> Result<Unspent, Fault> {
    let word = row.text(18)?;
    let chain_time = row.maybe_int(19)?.map(word::time).transpose()?;
    let expired = chain_time.map(|chain_time| Unspent::Expired { chain_time });
    let all = [Some(Unspent::NeverSigned), Some(Unspent::Cancelled), expired];
    all.into_iter().flatten().find(|unspent| unspent.as_str() == word).ok_or(TORN)
}

/// Where a signature is at home.
fn place(record: &Record, key: &str) -> String {
    format!("purchases/signed/{}/{}/{key}", record.purchase.id, record.attempt)
}

/// The three columns that name a sum: meter, subject, asset.
pub(crate) fn sum_values(sum: &Sum) -> [Value; 3] {
    let (meter, subject) = names(sum);
    [meter.as_str().into(), subject.into(), word::asset_text(&sum.asset).into()]
}

/// What is counted together, and whose.
pub(crate) fn names(sum: &Sum) -> (Meter, &str) {
    match &sum.subject {
        Subject::Task(task) => (Meter::Task, task.as_str()),
        Subject::Session(session) => (Meter::Session, session.as_str()),
        Subject::Wallet(meter) => (*meter, ""),
    }
}

/// The sum that the first three columns of a row name.
pub(crate) fn sum(row: &Row) -> Result<Sum, Fault> {
    let (word, subject) = (row.text(0)?, row.text(1)?);
    let meter = Meter::ALL.into_iter().find(|meter| meter.as_str() == word).ok_or(TORN)?;
    let subject = match meter {
        Meter::Task => Subject::Task(subject.parse().map_err(|_| TORN)?),
        Meter::Session => Subject::Session(subject.parse().map_err(|_| TORN)?),
        Meter::Hour | Meter::Day => Subject::Wallet(meter),
    };
    Ok(Sum::new(subject, word::asset(&row.text(2)?)?))
}
