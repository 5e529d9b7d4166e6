//! The trip of one request: from the ordinary question to the answer that was paid for.

use quittance_core::registry::AssetInfo;
use quittance_core::rejection::{Reason, Retry};
use quittance_core::wire::{Asked, Paying};
use quittance_core::{Denial, Fault, Limits, Money, Resource, Signer, Terms};
use quittance_guard::audit::{self, Attempt, Budget, Event, FacilitatorResult, Origin, Settlement, Side, Word};
use quittance_guard::budget::{Record, Reserve, ReserveError, Reserved, State, Step, StepError, Sum, Ticket, Unspent};
use quittance_guard::output::Delivery;
use quittance_guard::policy::{Allowed, Decision, Snapshot};
use quittance_guard::{Fingerprint, Ledger, Purchase, PurchaseId, RequestId, TaskId};
use quittance_remote::{Exchange, Lost, Wanted};
use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, HeaderName, HeaderValue};

use crate::answer::Answer;
use crate::audit::Trip;
use crate::buyer::Inner;
use crate::carrier::carried;
use crate::error::Error;
use crate::receipt::{self, Held};
use crate::request::Request;
use crate::sign::sign_with;

/// What stands in the log for a resource that the policy has no category for.
pub(crate) const CATEGORY: &str = "paid_resource";
/// The task of what is bought for none.
const TASK: &str = "no-task";
/// Headers that a request cannot bring along: a second payment, and what would make another request of it than the one that is judged.
pub(crate) const OURS: [&str; 5] = ["payment-signature", "x-payment", "host", "content-length", "transfer-encoding"];

pub(crate) async fn run<S, L>(request: &Request<'_, S, L>) -> Result<Answer, Error>
where
    S: Signer + Send + Sync,
    L: Ledger + Send + Sync,
{
    let mut leg = Leg::new(request)?;
    // what was signed for this purchase before is what is sent, and nothing is asked again (row 188)
    if let Some(record) = leg.before().await? {
        return leg.go_on(record).await;
    }
    match leg.ask().await? {
        Asking::Free(answer) => Ok(answer),
        Asking::Priced(asked, allowed) => leg.buy(&asked, &allowed).await,
    }
}

/// What came of the first request.
#[expect(clippy::large_enum_variant, reason = "there is one at a time")]
pub(crate) enum Asking {
    /// No 402.
    Free(Answer),
    /// Terms, one of which the policy allows.
    Priced(Asked, Allowed),
}

/// What one trip needs on every step.
pub(crate) struct Leg<'a, S, L> {
    inner: &'a Inner<S, L>,
    request: &'a Request<'a, S, L>,
    resource: Resource,
    fingerprint: Fingerprint,
    purchase: PurchaseId,
    task: TaskId,
    wanted: Wanted,
    pub(crate) trip: Trip<'a>,
}

impl<'a, S: Signer + Send + Sync, L: Ledger + Send + Sync> Leg<'a, S, L> {
    pub(crate) fn new(request: &'a Request<'a, S, L>) -> Result<Self, Error> {
        let inner = &*request.buyer.0;
        let resource = Resource::parse(&request.url)?;
        let wanted = wanted(request, &resource)?;
        inner.policy.may_send(&resource).map_err(Error::Denied)?;
        let fingerprint = Fingerprint::of(&request.method, &resource, &request.body);
        let purchase = match &request.purchase {
            Some(purchase) => purchase.clone(),
            None => PurchaseId::parse(&fresh(inner, "auto-")?).map_err(|_| Error::Request)?,
        };
        let id = match &request.id {
            Some(id) => id.clone(),
            None => RequestId::parse(&fresh(inner, "req-")?).map_err(|_| Error::Request)?,
        };
        let task = request.task.clone().map_or_else(|| TaskId::parse(TASK).map_err(|_| Error::Request), Ok)?;
        let category = inner.policy.category(&resource, &request.method).map_or(CATEGORY, |category| category.as_str());
        let category = Word::parse(category).or_else(|_| Word::parse(CATEGORY)).map_err(|_| Error::Request)?;
        let mut event = Event::requested(Side::Buyer, &id, category, audit::Method::of(&request.method))
            .with_origin(Origin::of(&resource))
            .with_purchase(&purchase)
            .with_task(&task);
        if let Some(session) = &request.session {
            event = event.with_session(session);
        }
        let trip = Trip::new(inner.journal.as_ref(), &inner.host, event);
        Ok(Self { inner, request, resource, fingerprint, purchase, task, wanted, trip })
    }

    /// What was signed for the purchase before.
    pub(crate) async fn before(&self) -> Result<Option<Record>, Error> {
        if self.request.purchase.is_none() {
            return Ok(None);
        }
        // what cannot be looked up may have been paid for
        let found = self.inner.ledger.find(&self.purchase).await.map_err(|fault| self.open(fault))?;
        let Some(record) = found else { return Ok(None) };
        if record.purchase.request != self.fingerprint || record.purchase.task != self.task {
            return Err(Error::Budget(ReserveError::OtherPurchase));
        }
        Ok(matches!(record.state, State::Signed | State::Settled(_)).then_some(record))
    }

    /// The first request, and the policy's word about what it is answered.
    pub(crate) async fn ask(&mut self) -> Result<Asking, Error> {
        self.trip.record(|event| event)?;
        let first = self.exchange(None).await;
        let first = first.map_err(|lost| Error::Fault(fault(lost)))?;
        if first.status != 402 {
            return Ok(Asking::Free(Answer::free(first)));
        }
        let asked = Asked::read(first.header("payment-required"), &first.body, &Limits::BODY)?;
        drop(first);
        let allowed = self.decide(&asked)?;
        Ok(Asking::Priced(asked, allowed))
    }

    async fn exchange(&self, payment: Option<&Paying>) -> Result<Exchange, Lost> {
        let settings = &self.inner.settings;
        match &self.request.carrier {
            Some(carrier) => carried(&**carrier, &self.wanted, payment, settings).await,
            None => self.inner.way.exchange(&self.wanted, payment, settings).await,
        }
    }

    /// Signs for what was allowed, and sends it.
    pub(crate) async fn buy(&mut self, asked: &Asked, allowed: &Allowed) -> Result<Answer, Error> {
        let (inner, request) = (self.inner, self.request);
        let ticket = match self.reserve(allowed).await? {
            Reserved::Fresh(ticket) => ticket,
            Reserved::Again(record) if record.signed.is_some() => return self.resume(*record).await,
            Reserved::Again(record) => return Err(Error::Busy(record.purchase.id)),
        };
        // what was decided is on the disk before the ledger knows of a signature: where that has one, the log says why. Until then the one waits for
        // its disk beside the other's work
        let log = self.trip.flush();
        let now = inner.host.now()?;
        let signed = sign_with(
            &inner.signer,
            &inner.host,
            asked,
            allowed,
            (&request.method, &self.resource, request.metadata.as_ref()),
            now,
        )
        .await;
        let (paying, kept) = match signed {
            Ok(signed) => signed,
            Err(error) => {
                // nothing exists that could be spent; if this cannot be written, the lease frees the amount
                let _ = inner.ledger.step(&ticket, Step::Release(Unspent::NeverSigned), now).await;
                self.trip.record(Event::abandoned)?;
                return Err(error);
            }
        };
        if let Some(log) = log {
            log.done().await?;
        }
        let record = inner.ledger.step(&ticket, Step::Sign(kept), now).await.map_err(not_stepped)?;
        let attempt = self.trip.attempt(&record.purchase, &paying.line());
        if let Some(attempt) = &attempt {
            self.trip.record(|event| event.signed(attempt))?;
        }
        self.pay(record, &paying, attempt.as_ref(), Bytes::Fresh).await
    }

    /// The policy pause.
    fn decide(&mut self, asked: &Asked) -> Result<Allowed, Error> {
        let request = self.request;
        let (pins, prices) = self.inner.known.of(&self.resource, &self.fingerprint, (&request.pins, &request.prices));
        let signed = asked.signed_offers();
        let mut snapshot = Snapshot::new(asked.offers(), &self.resource, &request.method, &self.purchase, self.inner.host.now()?);
        snapshot.claims = asked.claims();
        snapshot.signed = &signed;
        snapshot.task = request.task.as_ref();
        snapshot.session = request.session.as_ref();
        snapshot.reason = request.reason.as_deref();
        snapshot.approval = request.approval.as_ref();
        snapshot.prices = &prices;
        snapshot.pins = &pins;
        match self.inner.policy.decide(&snapshot) {
            Decision::Allow(allowed) => {
                if let Some(most) = request.most.iter().find(|most| !is_at_most(allowed.terms(), allowed.asset(), most)) {
                    self.deny(allowed.terms(), "at_most")?;
                    return Err(Error::TooDear(Box::new((allowed.terms().clone(), most.clone()))));
                }
                self.trip.record(|event| event.quoted(audit::Offer::of(allowed.terms())))?;
                Ok(allowed)
            }
            Decision::Ask(ask) => {
                self.deny(ask.terms(), "ask_above")?;
                Err(Error::Approval(Box::new(ask)))
            }
            Decision::Deny(denied) => {
                if let Some(first) = asked.offers().first() {
                    self.deny(first, denied.rule())?;
                }
                Err(Error::Denied(denied))
            }
        }
    }

    fn deny(&mut self, terms: &Terms, rule: &str) -> Result<(), Error> {
        self.trip.record(|event| event.quoted(audit::Offer::of(terms)))?;
        let rule = Word::parse(rule).or_else(|_| Word::parse("policy")).map_err(|_| Error::Request)?;
        self.trip.record(|event| event.denied(rule))?;
        Ok(())
    }

    /// Sets the price aside, and writes down that it is intended to be paid.
    async fn reserve(&mut self, allowed: &Allowed) -> Result<Reserved, Error> {
        let ledger = &self.inner.ledger;
        let mut purchase = Purchase::allowed(self.purchase.clone(), self.task.clone(), self.fingerprint, allowed);
        if let Some(session) = &self.request.session {
            purchase = purchase.in_session(session.clone());
        }
        let now = self.inner.host.now()?;
        let first = allowed.limits().first().and_then(|limit| Some((*limit, Sum::of(&purchase, limit.meter)?)));
        let before = match first {
            Some((limit, sum)) => Some((limit, ledger.spent(&sum, now).await?)),
            None => None,
        };
        let ticket = match ledger.reserve(&Reserve::new(&purchase, allowed.limits(), now)).await {
            Ok(Reserved::Fresh(ticket)) => ticket,
            Ok(again) => return Ok(again),
            Err(ReserveError::Fault(fault)) => return Err(Error::Fault(fault)),
            Err(error) => {
                let rule = error.denial().unwrap_or(Denial::OverBudget);
                self.deny(allowed.terms(), rule.name())?;
                return Err(Error::Budget(error));
            }
        };
        if let Some((limit, before)) = before {
            let after = before.checked_add(purchase.amount).unwrap_or(before);
            self.trip.adding(|event| event.with_budget(Budget::new(limit, before, after)));
        }
        let rule = Word::parse("within_policy").map_err(|_| Error::Request)?;
        let decision = if allowed.approval().is_some() { audit::Decision::Approved } else { audit::Decision::Allow };
        self.trip.record(|event| event.intent(rule, decision))?;
        Ok(Reserved::Fresh(ticket))
    }

    /// Goes on, in a trip of its own, with what was signed before.
    pub(crate) async fn go_on(&mut self, record: Record) -> Result<Answer, Error> {
        self.trip.record(|event| event).map_err(|fault| self.open(fault))?;
        self.resume(record).await
    }

    /// What is said of a purchase whose bytes may be in the world, whatever is wrong here.
    fn open(&self, fault: Fault) -> Error {
        Error::Open { purchase: self.purchase.clone(), fault }
    }

    /// Goes on with what was signed before.
    async fn resume(&mut self, record: Record) -> Result<Answer, Error> {
        let inconsistent = || self.open(Fault::StoreInconsistent);
        let Some(signed) = &record.signed else { return Err(inconsistent()) };
        let paying = Paying::parse(signed.expose()).map_err(|_| inconsistent())?;
        // what is settled has its end in the log, and its bytes move nothing any more
        let attempt = match record.state {
            State::Settled(_) => None,
            _ => self.trip.attempt(&record.purchase, signed.expose()),
        };
        self.pay(record, &paying, attempt.as_ref(), Bytes::MayBeOut).await
    }

    /// Sends signed bytes until there is an answer, the same each time.
    async fn pay(&mut self, record: Record, paying: &Paying, attempt: Option<&Attempt>, bytes: Bytes) -> Result<Answer, Error> {
        let settings = &self.inner.settings;
        let purchase = record.purchase.id.clone();
        // whoever made them may have been gone before the log was on the disk
        if bytes == Bytes::MayBeOut
            && let Some(log) = self.trip.flush()
        {
            log.done().await.map_err(|fault| self.open(fault))?;
        }
        let mut pause = settings.pause;
        let mut last = Why::Fault(Fault::ConnectionLost);
        for number in 1..=settings.attempts.max(1) {
            // bytes that are in the world already cannot be called back by a log that is full
            let _clearance = match self.trip.clear(attempt) {
                Ok(clearance) => clearance,
                Err(fault) if number == 1 && bytes == Bytes::Fresh => return Err(Error::Fault(fault)),
                Err(fault) => return Err(Error::Open { purchase, fault }),
            };
            let sent = self.exchange(Some(paying)).await;
            let wait = match sent {
                Ok(exchange) if (200..300).contains(&exchange.status) => {
                    return self.paid(exchange, record, paying, attempt).await;
                }
                Ok(exchange) => match verdict(&exchange) {
                    Verdict::Again(fault) => {
                        last = Why::Fault(fault);
                        exchange.retry_after()
                    }
                    Verdict::Later(reason) => {
                        let wait = exchange.retry_after();
                        last = Why::Refused(exchange, reason);
                        wait
                    }
                    Verdict::Refused(reason) => return Err(self.refused(&exchange, purchase, reason, attempt)),
                },
                Err(lost) => {
                    last = Why::Fault(fault(lost));
                    None
                }
            };
            if number < settings.attempts {
                tokio::time::sleep(wait.unwrap_or(pause).min(settings.longest_pause)).await;
                pause = (pause * 2).min(settings.longest_pause);
            }
        }
        let fault = match last {
            Why::Fault(fault) => fault,
            Why::Refused(exchange, reason) => return Err(self.refused(&exchange, purchase, Some(reason), attempt)),
        };
        if let Some(attempt) = attempt {
            self.trip.outcome(|event| event.unknown(attempt));
        }
        Err(Error::Open { purchase, fault })
    }

    /// The answer that was paid for: its receipt is kept, its body is checked, and nothing in it makes anybody pay again (row 204).
    async fn paid(
        &mut self,
        exchange: Exchange,
        record: Record,
        paying: &Paying,
        attempt: Option<&Attempt>,
    ) -> Result<Answer, Error> {
        let purchase = record.purchase.id.clone();
        let now = self.inner.host.now().map_err(|fault| self.open(fault))?;
        let payer = self.inner.signer.address();
        let held = receipt::of(&exchange, &record, paying, payer);
        let asked = (&self.resource, self.request.method.as_str());
        let vouched = receipt::vouched(&exchange, &record, &self.inner.policy, asked, (payer, now));
        if let Some(vouched) = &vouched {
            self.trip.adding(|event| event.with_signed_receipt(vouched.verdict()));
        }
        if let Some(Held::Full(receipt)) = &held {
            let stepped = self.inner.ledger.step(&Ticket::of(&record), Step::Settle(receipt.clone()), now).await;
            if let (Err(StepError::Fault(fault)), false) = (&stepped, matches!(record.state, State::Settled(_))) {
                return Err(Error::Open { purchase, fault: *fault });
            }
            self.inner.known.learn(&self.resource, &record.purchase);
        }
        let report = self.request.demands.as_ref().map(|demands| {
            let mut delivery = Delivery::new(exchange.status, &exchange.body, now)
                .with_milliseconds(exchange.took.as_millis().try_into().unwrap_or(u64::MAX));
            if let Some(media_type) = exchange.header(CONTENT_TYPE.as_str()).and_then(|value| core::str::from_utf8(value).ok()) {
                delivery = delivery.with_content_type(media_type);
            }
            demands.check(&delivery)
        });
        if let Some(attempt) = attempt {
            let network = record.signed.as_ref().map(|signed| signed.key().network());
            let settlement = match (&held, network) {
                (Some(Held::Full(receipt)), Some(network)) => Settlement::of(network, receipt),
                _ => None,
            };
            self.trip.outcome(|event| match settlement {
                Some(settlement) => event.with_facilitator_result(FacilitatorResult::Settled).settled(attempt, settlement),
                None => event.unknown(attempt),
            });
        }
        if let Some(report) = &report {
            let summary = report.summary();
            self.trip.adding(|event| event.with_output(summary));
        }
        self.trip.outcome(Event::answered);
        let receipt = held.map(|held| held.receipt().clone());
        Ok(Answer::paid(exchange, purchase, (receipt, vouched), report))
    }

    fn refused(&mut self, exchange: &Exchange, purchase: PurchaseId, reason: Option<Reason>, attempt: Option<&Attempt>) -> Error {
        if let Some(attempt) = attempt {
            let result = match reason {
                Some(Reason::Rejection(rejection)) => FacilitatorResult::Refused(rejection),
                Some(Reason::Fault(fault)) => FacilitatorResult::Fault(fault),
                _ => FacilitatorResult::Unreadable,
            };
            self.trip.outcome(|event| event.with_facilitator_result(result).unknown(attempt));
        }
        Error::Refused { purchase, status: exchange.status, reason }
    }
}

/// Where signed bytes have been.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Bytes {
    /// Nowhere: they were made in this trip.
    Fresh,
    /// With the seller, as far as anybody knows.
    MayBeOut,
}

/// Why there is no answer after the last attempt.
enum Why {
    Fault(Fault),
    /// The seller's word, as it was last.
    Refused(Exchange, Reason),
}

/// What an answer without success means for the bytes that were sent.
enum Verdict {
    /// The same may be sent again, after a pause.
    Again(Fault),
    /// It was refused for something that can pass, such as a purse that is filled meanwhile: the same may be sent again.
    Later(Reason),
    /// It was refused, or so the seller says.
    Refused(Option<Reason>),
}

fn verdict(exchange: &Exchange) -> Verdict {
    let reason = receipt::reason(exchange);
    match (exchange.status, reason) {
        // it says itself that another payment is not what is wrong
        (402 | 409 | 412 | 425 | 429 | 500..=599, Some(Reason::Fault(fault))) => Verdict::Again(fault),
        (402, Some(reason @ Reason::Rejection(rejection))) if rejection.retry() == Retry::SameBytesLater => Verdict::Later(reason),
        (402, Some(Reason::Rejection(rejection))) if rejection.retry() == Retry::UnknownOutcome => {
            Verdict::Again(Fault::SettleFailed)
        }
        (409, _) if exchange.retry_after().is_some() => Verdict::Again(Fault::SettleFailed),
        (425 | 429 | 500 | 502..=504, _) => Verdict::Again(Fault::SettleFailed),
        (_, reason) => Verdict::Refused(reason),
    }
}

fn wanted<S, L>(request: &Request<'_, S, L>, resource: &Resource) -> Result<Wanted, Error> {
    let method = Method::from_bytes(request.method.as_bytes()).map_err(|_| Error::Request)?;
    // what was judged is what is asked for: the canonical spelling, not the caller's
    let mut wanted = Wanted::new(method, resource.as_str());
    wanted.body.clone_from(&request.body);
    for (name, value) in &request.headers {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| Error::Request)?;
        if OURS.contains(&name.as_str()) {
            return Err(Error::Request);
        }
        wanted.headers.append(name, HeaderValue::from_str(value).map_err(|_| Error::Request)?);
    }
    Ok(wanted)
}

/// Whether an offer asks for no more than an amount of money; not if the two are of different currencies.
fn is_at_most(terms: &Terms, asset: &AssetInfo, most: &Money) -> bool {
    most.ticker().is_none_or(|ticker| ticker.eq_ignore_ascii_case(asset.symbol))
        && most.to_amount(asset.decimals).is_ok_and(|most| terms.amount() <= most)
}

/// What is wrong where there is no answer of the seller.
const fn fault(lost: Lost) -> Fault {
    match lost {
        Lost::Unreachable => Fault::NetworkUnavailable,
        Lost::Late | Lost::Broken => Fault::ConnectionLost,
    }
}

pub(crate) fn fresh<S, L>(inner: &Inner<S, L>, prefix: &str) -> Result<String, Fault> {
    let bytes = inner.host.fresh::<16>()?;
    Ok(prefix.to_owned() + &bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
}

fn not_stepped(error: StepError) -> Error {
    match error {
        StepError::Fault(fault) => Error::Fault(fault),
        // somebody has taken the purchase over while this one was signing
        _ => Error::Fault(Fault::StoreInconsistent),
    }
}
