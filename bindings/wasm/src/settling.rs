//! What a facilitator does with a payment: what is to be sent, and what the receipt of it proves.
//!
//! A plan, and a receipt for the buyer, come only out of a check that has passed, and it is made anew each time: nothing that was found before is
//! taken from outside but what the chain has answered. That a payment was claimed for one settlement, in a store that all instances share, is
//! the host's to see to; it says so by naming the key that it has claimed, and a plan is made for no other.

use alloc::string::String;
use alloc::vec::Vec;

use quittance_core::chain::{Log, Plan, Step};
use quittance_core::header;
use quittance_core::json::{Object, Value};
use quittance_core::proof::{Admitted, Settled};
use quittance_core::wire::{self, SettleRequest, VerifyRequest};
use quittance_core::{Address, Amount, HexError, Limits, Scheme, SchemeId, ShapeError, Verified};
use quittance_evm::evidence::{self, Status, Word};

use crate::answer::{Answer, Problem, members, shown};
use crate::arguments::{self, Texts};
use crate::chain::{self, Case, unknown};
use crate::digits::{hex, unhex};

/// The body of a request to a facilitator, as what a check and a plan are made of.
pub(crate) fn request(purpose: &[u8], body: &[u8]) -> Answer {
    let SettleRequest(request) = SettleRequest::from_json(body, &Limits::BODY)?;
    let payment = request.payment()?;
    let (terms, charge) = match arguments::text(purpose)? {
        "verify" => request.terms(&payment)?,
        "settle" => request.terms_to_settle(&payment)?,
        _ => return Err(unknown("purpose")),
    };
    let (name, payload) = match &request {
        VerifyRequest::V1 { payload, .. } => (header::X_PAYMENT, Object::from(payload)),
        VerifyRequest::V2 { payload, .. } => (header::PAYMENT_SIGNATURE, Object::from(payload)),
        _ => return Err(Problem::of_kind(ShapeError::Type)),
    };
    Ok(members([
        ("name", name.into()),
        ("header", header::encode(payload, &Limits::HEADER)?.into()),
        ("terms", wire::PaymentRequirements::to_json(terms.requirements()).into()),
        ("charge", shown(charge)),
    ]))
}

/// What is to be done to settle a payment, if it passes; the open questions, while only the chain can say.
pub(crate) fn plan(given: &[u8]) -> Answer {
    let texts = Texts::read(given)?;
    let case = Case::read(&texts)?;
    case.check(|scheme, verified| {
        let facts = case.facts(&verified);
        let settlement = Settlement::of(&texts, scheme, verified)?;
        let plan = &settlement.plan;
        let mut told = members([
            ("verified", facts.into()),
            ("charge", shown(settlement.charge)),
            ("steps", plan.steps.iter().map(step).collect::<Result<Vec<_>, _>>()?.into()),
            ("evidence", plan.evidence.iter().map(|log| Value::Object(log_object(&log.into()))).collect::<Vec<_>>().into()),
        ]);
        told.insert("shareable", plan.shareable().is_some());
        Ok(told)
    })
}

/// What a receipt says of a settlement, and what to answer if it was paid.
pub(crate) fn judge(given: &[u8], receipt: &[u8]) -> Answer {
    let texts = Texts::read(given)?;
    let case = Case::read(&texts)?;
    let receipt = Texts::read(receipt)?;
    case.check(|scheme, verified| {
        let settlement = Settlement::of(&texts, scheme, verified)?;
        // nothing is charged, and nothing was sent
        if settlement.plan.steps.is_empty() {
            Ok(settlement.paid(String::new()))
        } else {
            settlement.judge(&Receipt::read(&receipt)?)
        }
    })
}

/// A payment that was claimed, and what settles it.
struct Settlement {
    admitted: Admitted,
    charge: Amount,
    plan: Plan,
}

impl Settlement {
    fn of(texts: &Texts, scheme: &dyn Scheme, verified: Verified) -> Result<Self, Problem> {
        if shown(verified.key()).as_str() != Some(texts.required("claimed")?) {
            return Err(Problem::named("not_claimed", "what was claimed is not the key of this payment"));
        }
        let charge = match texts.amount("charge")? {
            Some(charge) => charge,
            // of a ceiling nobody has said how much of it was used
            None if *verified.terms().scheme() == SchemeId::Upto => {
                return Err(Problem::of_kind(ShapeError::Missing).with("path", "charge"));
            }
            None => verified.amount(),
        };
        let admitted = Admitted::assertion(verified);
        let plan = scheme.plan(&admitted, charge)?;
        Ok(Self { admitted, charge, plan })
    }

    fn judge(self, receipt: &Receipt) -> Answer {
        let logs = receipt.logs.iter().map(ReceiptLog::log).collect::<Vec<_>>();
        let word = match evidence::ours(receipt.status, &logs, &self.plan, &self.admitted.verified().key()) {
            Word::Paid => return Ok(self.paid(hex(&receipt.transaction))),
            Word::Reverted => "reverted",
            _ => "otherwise",
        };
        Ok(members([("outcome", word.into())]))
    }

    fn paid(self, transaction: String) -> Object {
        let settled = Settled::assertion(self.admitted, transaction, self.charge);
        members([("outcome", "paid".into()), ("response", settled.receipt().to_json().into())])
    }
}

/// A step in the words of the vectors.
fn step(step: &Step) -> Result<Value, Problem> {
    let kind = |kind: &str, mut told: Object| {
        told.insert("kind", kind);
        told
    };
    Ok(Value::Object(match step {
        Step::Call(call) => kind("call", chain::call_object(call)),
        Step::Deploy { wallet, call } => {
            let mut told = kind("deploy", chain::call_object(call));
            told.insert("wallet", shown(wallet));
            told
        }
        Step::Fund { account, needs, most } => {
            members([("kind", "fund".into()), ("account", shown(account)), ("needs", shown(needs)), ("most", shown(most))])
        }
        Step::Broadcast(transaction) => members([
            ("kind", "broadcast".into()),
            ("hash", hex(&transaction.hash()).into()),
            ("transaction", hex(transaction.as_bytes()).into()),
        ]),
        // what cannot be said cannot be left out of a settlement either
        _ => return Err(unknown("step")),
    }))
}

fn log_object(log: &Log<'_>) -> Object {
    let topics = log.topics.iter().map(|topic| hex(topic).into()).collect::<Vec<Value>>();
    members([("emitter", shown(log.emitter)), ("topics", topics.into()), ("data", hex(log.data).into())])
}

/// What a node says of a transaction in a block.
struct Receipt {
    transaction: Vec<u8>,
    status: Status,
    logs: Vec<ReceiptLog>,
}

struct ReceiptLog {
    emitter: Address,
    topics: Vec<[u8; 32]>,
    data: Vec<u8>,
}

impl Receipt {
    fn read(texts: &Texts) -> Result<Self, Problem> {
        let status = match texts.required("status")? {
            "succeeded" => Status::Succeeded,
            "reverted" => Status::Reverted,
            _ => return Err(unknown("status")),
        };
        let transaction = word(texts.required("transaction")?)?.into();
        let logs = texts.list("logs")?.iter().map(ReceiptLog::read).collect::<Result<_, _>>()?;
        Ok(Self { transaction, status, logs })
    }
}

impl ReceiptLog {
    fn read(value: &Value) -> Result<Self, Problem> {
        let texts = Texts::of(value)?;
        let emitter = Address::parse(texts.required("address")?).map_err(Problem::of_kind)?;
        let topics = texts.list("topics")?.iter().map(|topic| word(arguments::element(topic)?)).collect::<Result<_, _>>()?;
        Ok(Self { emitter, topics, data: unhex(texts.required("data")?)? })
    }

    fn log(&self) -> Log<'_> {
        Log::new(self.emitter, &self.topics, &self.data)
    }
}

/// Thirty-two bytes.
fn word(text: &str) -> Result<[u8; 32], Problem> {
    unhex(text)?.try_into().map_err(|_| Problem::of_kind(HexError::Length))
}
