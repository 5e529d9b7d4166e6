//! One call that costs money.
//!
//! The purchase is named when it is made: by the server, and by chance. If one for the same tool, arguments and task is open, it is that one which
//! is gone on with. So a call that is made again after an unknown outcome sends what was signed, and one that has ended is followed by
//! another purchase. Two equal calls at the same time are two purchases, one after the other.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use quittance_client::{Error, Request};
use quittance_core::rejection::{Reason, Retry};
use quittance_core::{Money, UnixSeconds};
use quittance_guard::budget::{Record, State};
use quittance_guard::{Fingerprint, Ledger as _};
use quittance_mcp::relay::{CallId, Said, Sale};
use quittance_mcp::{NoResult, PAYMENT, fingerprint};
use quittance_store::Store;
use serde_json::Value;
use serde_json::value::to_raw_value;
use tokio::sync::{mpsc, oneshot};

use super::till::{Closed, Open, Till};
use super::words::{self, Told};
use crate::format::Format;
use crate::pay::means::Purse;
use crate::pay::unpaid;
use crate::{Failure, wallet};

/// The task of what is bought for none, as it is called elsewhere too.
const NO_TASK: &str = "no-task";

/// Where calls are bought.
pub(super) struct Desk {
    till: Till,
    most: Vec<Money>,
    task: String,
    format: Format,
    /// Equal calls that are being bought wait for each other here.
    equal: Mutex<BTreeMap<Fingerprint, Arc<tokio::sync::Mutex<()>>>>,
    /// Purchases that were answered and whose payment has no end yet: the same call is another purchase.
    answered: Mutex<BTreeSet<String>>,
}

/// A call to be made at the server.
pub(super) struct Wanted {
    pub(super) call: CallId,
    pub(super) params: Value,
    pub(super) reply: oneshot::Sender<Result<Said, NoResult>>,
}

impl Desk {
    pub(super) fn new(till: Till, most: Vec<Money>, task: Option<String>, format: Format) -> Self {
        // said, so that what was signed for another task is another purchase
        let task = task.unwrap_or_else(|| NO_TASK.to_owned());
        Self { till, most, task, format, equal: Mutex::default(), answered: Mutex::default() }
    }

    /// Buys a call, and gives what answers it.
    ///
    /// The future may be dropped at any time: what was signed until then is open.
    pub(super) async fn buy(&self, sale: Sale, calls: mpsc::UnboundedSender<Wanted>) -> Said {
        let Sale { call, params, first, .. } = sale;
        let tool = params.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
        let way = Arc::new(Way { call, first, calls, heard: Mutex::default() });
        let watch = Watch { format: self.format, tool: &tool, way: &way };
        let told = match self.bought(&params, &way).await {
            Ok(told) => told,
            Err(told) => told.with_failure(way.failure()),
        };
        watch.done();
        words::line(self.format, &told.line(&tool));
        match (way.last(), &told) {
            (Some(said), Told::Paid(_)) => said,
            _ => Said::Result(result(&told.result(&tool, &way.first))),
        }
    }

    async fn bought(&self, params: &Value, way: &Arc<Way>) -> Result<Told, Box<Told>> {
        let unpaid = |error: Error| Box::new(Told::unpaid(unpaid::document(&error, None)));
        let request = fingerprint(params).map_err(unpaid)?;
        let equal = {
            let mut all = self.equal();
            all.retain(|_, equal| Arc::strong_count(equal) > 1);
            Arc::clone(all.entry(request).or_default())
        };
        let _turn = equal.lock().await;
        self.in_turn(params, request, way).await
    }

    async fn in_turn(&self, params: &Value, request: Fingerprint, way: &Arc<Way>) -> Result<Told, Box<Told>> {
        let open = self.till.open().await.map_err(|closed| Box::new(without_wallet(closed)))?;
        let failed = |error: &Error, name: Option<&str>| Box::new(Told::unpaid(unpaid::document(error, name)));
        let before = self.open_already(&open, request).await.map_err(|error| failed(&error, None))?;
        let mut name = match &before {
            Some(record) => record.purchase.id.to_string(),
            None => self.fresh(&open)?,
        };
        let mut answer = self.request(&open, params, way, &name)?.send().await;
        // the seller says that it was not used, and it cannot be used any more: that purchase has ended, by all that can be known here, while its
        // amount stays set aside until the chain says the same
        if let (Err(error), Some(record)) = (&answer, &before)
            && is_over(error, record, now()?)
        {
            name = self.fresh(&open)?;
            answer = self.request(&open, params, way, &name)?.send().await;
        }
        let answer = answer.map_err(|error| failed(&error, Some(&name)))?;
        way.has_answer();
        self.answered().insert(name.clone());
        let record = match answer.purchase() {
            // the answer is here whatever the ledger says now
            Some(purchase) => open.buyer.buyer().ledger().find(purchase).await.ok().flatten(),
            None => None,
        };
        if answer.purchase().is_none() || record.as_ref().is_some_and(|record| record.state != State::Signed) {
            self.answered().remove(&name);
        }
        Ok(Told::Paid(words::paid(&name, record.as_ref(), answer.receipt())))
    }

    /// What was signed for the same call before, and has neither an end nor an answer. Of several it is the last: a purchase is followed by another
    /// only when it is over, so that those before it are.
    async fn open_already(&self, open: &Open, request: Fingerprint) -> Result<Option<Record>, Error> {
        let is_same = |record: &Record| {
            record.purchase.request == request
                && record.purchase.id.as_str().starts_with(&open.prefix)
                && record.purchase.task.as_str() == self.task
                && !self.answered().contains(record.purchase.id.as_str())
        };
        Ok(open.buyer.buyer().open().await?.into_iter().filter(is_same).max_by_key(|record| record.at))
    }

    fn request<'a>(
        &self,
        open: &'a Open,
        params: &Value,
        way: &Arc<Way>,
        name: &str,
    ) -> Result<Request<'a, Purse, Store>, Box<Told>> {
        let failed = |error: Error| Box::new(Told::unpaid(unpaid::document(&error, None)));
        let way = Arc::clone(way);
        let through = move |params| {
            let way = Arc::clone(&way);
            async move { way.go(params).await }
        };
        let request = open.buyer.call_through(params, through).map_err(failed)?;
        let request = request.purchase(name).and_then(|request| request.task(&self.task)).map_err(|_| failed(Error::Request))?;
        Ok(self.most.iter().fold(request, |request, most| request.at_most(most.clone())))
    }

    fn fresh(&self, open: &Open) -> Result<String, Box<Told>> {
        let bytes = wallet::fresh::<8>().map_err(|failure| Box::new(broken(&failure)))?;
        Ok(open.prefix.clone() + &bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
    }

    fn answered(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.answered.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn equal(&self) -> MutexGuard<'_, BTreeMap<Fingerprint, Arc<tokio::sync::Mutex<()>>>> {
        // whoever panicked here left the map whole
        self.equal.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a purchase can have no other end than that nothing was paid, if the seller is believed.
fn is_over(error: &Error, record: &Record, now: UnixSeconds) -> bool {
    let is_unused = |reason: &Reason| matches!(reason, Reason::Rejection(rejection) if rejection.retry() == Retry::NewPayment);
    matches!(error, Error::Refused { reason: Some(reason), .. } if is_unused(reason))
        && record.signed.as_ref().is_some_and(|signed| signed.expires() < now)
}

fn now() -> Result<UnixSeconds, Box<Told>> {
    wallet::now().map_err(|failure| Box::new(broken(&failure)))
}

fn without_wallet(closed: Closed) -> Told {
    match closed {
        Closed::Busy => {
            let words = "the wallet has been in use elsewhere for more than a minute";
            Told::unpaid(unpaid::said("wallet_busy", words, Retry::SameBytesLater, None))
        }
        Closed::Broken(failure) => broken(&failure),
    }
}

fn broken(Failure(words): &Failure) -> Told {
    // what is wrong with a file is for whoever owns it, and no business of a model
    words::line(Format::Human, &Value::from(words.as_str()));
    Told::unpaid(unpaid::said("wallet", "the wallet cannot be used", Retry::Never, None))
}

fn result(value: &Value) -> Box<serde_json::value::RawValue> {
    to_raw_value(value).expect("a value is JSON")
}

/// The way of one call to the server.
struct Way {
    call: CallId,
    first: Result<Value, NoResult>,
    calls: mpsc::UnboundedSender<Wanted>,
    heard: Mutex<Heard>,
}

/// What came of the calls with a payment.
#[derive(Default)]
struct Heard {
    /// Whether there was one.
    has_paid: bool,
    /// Whether it was answered, so that the purchase is over.
    has_answer: bool,
    last: Option<Said>,
    /// What the tool said for itself when it failed.
    failure: Vec<Value>,
}

impl Way {
    async fn go(&self, params: Value) -> Result<Value, NoResult> {
        if params.get("_meta").is_none_or(|meta| meta.get(PAYMENT).is_none()) {
            // that was asked, by the host itself
            return self.first.clone();
        }
        let (reply, replied) = oneshot::channel();
        self.heard().has_paid = true;
        self.calls.send(Wanted { call: self.call, params, reply }).map_err(|_| NoResult::NotSent)?;
        let said = replied.await.unwrap_or(Err(NoResult::Lost))?;
        let read = said.read();
        let mut heard = self.heard();
        if let Some(failure) = read.as_ref().ok().and_then(words::failure) {
            heard.failure = failure;
        }
        heard.last = Some(said);
        read
    }

    fn last(&self) -> Option<Said> {
        self.heard().last.clone()
    }

    fn failure(&self) -> Vec<Value> {
        self.heard().failure.clone()
    }

    fn has_answer(&self) {
        self.heard().has_answer = true;
    }

    fn state(&self) -> words::Cancelled {
        let heard = self.heard();
        match (heard.has_answer, heard.has_paid) {
            (true, _) => words::Cancelled::Answered,
            (false, true) => words::Cancelled::Paid,
            (false, false) => words::Cancelled::Unpaid,
        }
    }

    fn heard(&self) -> MutexGuard<'_, Heard> {
        // whoever panicked here left every member whole
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Says on the way out that a call was cancelled.
struct Watch<'a> {
    format: Format,
    tool: &'a str,
    way: &'a Way,
}

impl Watch<'_> {
    fn done(self) {
        std::mem::forget(self);
    }
}

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        words::line(self.format, &words::cancelled(self.tool, self.way.state()));
    }
}

#[cfg(test)]
mod tests {
    use quittance_core::registry::{default_asset, networks};
    use quittance_core::rejection::Rejection;
    use quittance_core::{Address, Fault, Nonce, ReplayKey, Terms};
    use quittance_guard::budget::{Signed, Step};
    use quittance_guard::{Purchase, PurchaseId, TaskId};

    use super::*;

    #[test]
    fn a_purchase_is_over_when_the_seller_says_unused_and_its_time_has_passed() {
        let usdc = default_asset(networks::BASE_SEPOLIA).unwrap();
        let payee = "0x209693Bc6afc0C5328bA36FaF03C514EF312287C";
        let terms = Terms::exact(usdc, &Money::parse("$0.01").unwrap(), payee, 60).unwrap();
        let id = PurchaseId::parse("p-1").unwrap();
        let purchase = Purchase::new(id.clone(), TaskId::parse("t").unwrap(), Fingerprint::from_bytes([1; 32]), &terms);
        let [at, end, after] = [1_000, 1_060, 1_061].map(UnixSeconds::from_secs);
        let (token, from) = (Address::from_bytes([2; 20]), Address::from_bytes([3; 20]));
        let key = ReplayKey::Eip3009 { network: networks::BASE_SEPOLIA, token, from, nonce: Nonce::from_bytes([4; 32]) };
        let record = Record::reserved(purchase, 1, at, end).step(Step::Sign(Signed::new(key, end, b"bytes"))).unwrap();
        let refused = |reason| Error::Refused { purchase: id.clone(), status: 402, reason };
        let expired = || refused(Some(Reason::Rejection(Rejection::Eip3009ValidBefore)));
        assert!(is_over(&expired(), &record, after));
        assert!(!is_over(&expired(), &record, end), "it can be used still");
        for other in [
            // that it was used is no reason to pay again, and no reason at all is none
            refused(Some(Reason::Rejection(Rejection::Eip3009NonceUsed))),
            refused(Some(Reason::Fault(Fault::SettleFailed))),
            refused(None),
            Error::Open { purchase: id.clone(), fault: Fault::ConnectionLost },
        ] {
            assert!(!is_over(&other, &record, after), "{other}");
        }
    }
}
