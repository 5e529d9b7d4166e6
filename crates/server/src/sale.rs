//! The paid path: claim, verify, settle, run the handler, deliver; or with the handler before the settlement.
//!
//! ```text
//!                       ┌─▶ verify ─▶ settle ─▶ run ─▶ deliver            settle, then serve
//! claim ─ fresh ────────┤
//!   │                   ├────────────▶ settle ─▶ run ─▶ deliver            up front
//!   │                   ├─▶ verify ─▶ run ─▶ settle ─▶ deliver            serve, then settle
//!   │                   └─▶ verify ─▶ run ─▶ deliver ─▶ settle            metered: what was delivered
//!   ├──── sent before ────▶ settle the same ─▶ run ─▶ deliver
//!   ├──── owed ───────────▶ run ─▶ deliver                                nothing is charged
//!   └──── anything else ──▶ its answer
//! ```
//!
//! The handler runs only for a [`Warrant`], which only a settlement, the log's word that something is owed, or an admitted payment in a route
//! that says so can make. It runs in a task of its own: a client that goes away does not leave a payment behind that nobody decides
//! about (catalogue row 158).

use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt as _;
use http::{Response, StatusCode};
use http_body::Body;
use http_body_util::Limited;
use quittance_core::proof::{Admitted, Settled};
use quittance_core::wire::{SettleResponse, VerifyRequest, Version};
use quittance_core::{Amount, Authorization, Facilitator, Fault, Rejection, UnixSeconds};
use quittance_guard::receipt::Receipt;
use quittance_guard::replay::{Admission, Claim, Conflict, Demand, ReplayLog, Step, StepError, admit};
use quittance_guard::{Durability, Fingerprint};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, timeout_at};

use crate::answer;
use crate::body::{Metered, SoldBody, collected};
use crate::deliver::{self, Delivery};
use crate::look::Case;
use crate::meter::Meter;
use crate::offer;
use crate::reply::{self, COME_BACK};
use crate::route::Order;
use crate::seller::{Selling, Shared};
use crate::settle::{self, Attempt, Outcome};

/// Why the handler may run.
pub(crate) enum Warrant {
    /// It is paid for.
    Paid(Settled),
    /// It was paid for before and not delivered.
    Owed(Receipt),
    /// The route takes the risk, up to its exposure.
    OnCredit(Admitted),
}

/// The handler with its request.
#[expect(clippy::type_complexity, reason = "it is called once, here")]
pub(crate) struct Run<B, E>(
    pub(crate) Box<dyn FnOnce(&Warrant) -> Pin<Box<dyn Future<Output = Result<Response<B>, E>> + Send>> + Send>,
);

impl<B, E> Run<B, E> {
    /// Lets the handler run; none if it panics, which must not leave the payment undecided.
    async fn run(self, warrant: &Warrant) -> Option<Result<Response<B>, E>> {
        // the handler may panic before there is anything to be waited for; nothing of it is looked at after a panic
        AssertUnwindSafe(async { (self.0)(warrant).await }).catch_unwind().await.ok()
    }
}

/// Why a body broke off.
pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

/// One paid request.
pub(crate) struct Sale<F, L> {
    pub(crate) shared: Arc<Shared<F, L>>,
    pub(crate) selling: Arc<Selling>,
    case: Facts,
    meter: Option<Meter>,
    under_way: UnderWay,
}

/// What is counted as long as a paid request has not come to its end. There is none where more are under way than anybody waits for.
pub(crate) type UnderWay = Option<OwnedSemaphorePermit>;

/// What stays of a case when its proof has gone on.
struct Facts {
    now: UnixSeconds,
    method: http::Method,
    resource: quittance_core::Resource,
    request: VerifyRequest,
    offers: Vec<quittance_core::Terms>,
    receipt: Paper,
    bound: bool,
    head: bool,
    /// When the authorization ends.
    expires: UnixSeconds,
}

/// What a receipt is written with.
#[derive(Clone)]
pub(crate) struct Paper {
    payment: quittance_core::Payment,
    terms: quittance_core::Terms,
    payer: quittance_core::Account,
}

impl Paper {
    pub(crate) fn version(&self) -> Version {
        self.payment.version()
    }

    /// A receipt that was written down.
    fn of(&self, receipt: &Receipt) -> SettleResponse {
        let charged = (receipt.charged != self.terms.amount()).then_some(receipt.charged);
        SettleResponse::receipt(&self.payment, self.terms.network(), &receipt.transaction, &self.payer, charged)
    }
}

impl<F: Facilitator + Send + Sync + 'static, L: ReplayLog + Send + Sync + 'static> Sale<F, L> {
    /// Goes through with it. `run` is the handler; it is given the request once, if there is a warrant.
    pub(crate) async fn go<B, E>(
        shared: Arc<Shared<F, L>>,
        selling: Arc<Selling>,
        case: Case,
        (fingerprint, head): (Fingerprint, bool),
        meter: Option<Meter>,
        run: Run<B, E>,
    ) -> Result<Response<SoldBody<B>>, E>
    where
        B: Body<Data = Bytes, Error: Into<Failure> + Send> + Send + 'static,
    {
        let Case { now, method, resource, request, verified, late, bound, payment_id, offers } = case;
        let mut demand = Demand::new(fingerprint, now);
        demand.bound = bound;
        demand.payment_id = payment_id;
        demand.quota = selling.route.quota;
        demand.finality = shared.options.finality;
        demand.lease = shared.lease(verified.key().network());
        demand.deliveries = shared.options.attempts;
        match selling.route.order {
            // nothing is served or sent before `settling` is flushed, and the claim with it
            Order::SettleThenServe | Order::Upfront => demand.durability = Durability::Written,
            Order::ServeThenSettle { exposure } | Order::Metered { exposure } => demand.exposure = Some(exposure),
        }
        let expires = verified.expires();
        if meter.is_some() {
            // nobody else is at it while an answer streams
            let left = expires.as_secs().saturating_sub(now.as_secs());
            demand.lease = demand.lease.saturating_add(left).saturating_add(shared.options.settle.as_secs());
        }
        let receipt =
            Paper { payment: verified.payment().clone(), terms: verified.terms().clone(), payer: verified.payer().clone() };
        let case = Facts { now, method, resource, request, offers, receipt, bound: bound.is_some(), head, expires };
        let log = Arc::clone(&shared.log);
        let under_way = Arc::clone(&shared.sales).try_acquire_owned().ok();
        let sale = Self { shared, selling, case, meter, under_way };
        if let Some(ended) = late {
            match log.find(&verified.key()).await {
                Ok(Some(_)) => {}
                Ok(None) => return Ok(whole(sale.refuse(ended))),
                Err(fault) => return Ok(whole(reply::fault(fault, COME_BACK))),
            }
        }
        let admission = match admit(&*log, verified, &demand).await {
            Ok(admission) => admission,
            Err(fault) => return Ok(whole(reply::fault(fault, COME_BACK))),
        };
        match (admission, late) {
            // it was left before anything was sent, and nothing will be
            (Admission::Fresh(_, claim), Some(ended)) => {
                sale.release(&claim).await;
                Ok(whole(sale.refuse(ended)))
            }
            (admission, _) => sale.after(admission, run).await,
        }
    }

    /// Goes on from the log's answer.
    async fn after<B, E>(self, admission: Admission, run: Run<B, E>) -> Result<Response<SoldBody<B>>, E>
    where
        B: Body<Data = Bytes, Error: Into<Failure> + Send> + Send + 'static,
    {
        match admission {
            Admission::Fresh(admitted, claim) => self.fresh(admitted, claim, run).await,
            // what is metered was delivered before it was settled
            Admission::Resume(_, claim) if self.meter.is_some() => Ok(whole(self.go_on(&claim).await)),
            Admission::Redeliver(claim, receipt) if self.meter.is_some() => {
                drop(settle::take(&self.shared, &claim, Step::Grant(None)).await);
                Ok(whole(self.delivered_before(&receipt)))
            }
            Admission::Resume(admitted, claim) => self.pay_and_serve(admitted, claim, Attempt::Again, run).await,
            Admission::Redeliver(claim, receipt) => {
                let paper = self.case.receipt.of(&receipt);
                self.serve(Warrant::Owed(receipt), claim, paper, run).await
            }
            Admission::Done(receipt, answer) => {
                let kept = answer.as_ref().and_then(answer::read);
                let Some(mut response) = kept else { return Ok(whole(self.delivered_before(&receipt))) };
                let paper = self.vouched(self.case.receipt.of(&receipt));
                reply::put_receipt(response.headers_mut(), self.case.receipt.version(), &paper);
                Ok(whole(response))
            }
            Admission::Undelivered(receipt) => Ok(whole(self.undelivered(&receipt))),
            Admission::Pending(until) => Ok(whole(self.busy(until))),
            Admission::Failed(rejection) => Ok(whole(self.refuse(rejection))),
            Admission::Taken(conflict) => Ok(whole(taken(conflict))),
            Admission::Limited(from) => Ok(whole(reply::limited(from.map_or(COME_BACK, |from| self.until(from))))),
            Admission::Expired => Ok(whole(self.refuse(self.ended()))),
        }
    }

    /// A payment that nobody has seen before.
    async fn fresh<B, E>(self, admitted: Admitted, claim: Claim, run: Run<B, E>) -> Result<Response<SoldBody<B>>, E>
    where
        B: Body<Data = Bytes, Error: Into<Failure> + Send> + Send + 'static,
    {
        if !self.is_upfront()
            && let Some(response) = self.verify(&admitted).await
        {
            self.release(&claim).await;
            return Ok(whole(response));
        }
        match self.selling.route.order {
            Order::SettleThenServe | Order::Upfront => self.pay_and_serve(admitted, claim, Attempt::First, run).await,
            Order::ServeThenSettle { .. } => self.serve_and_pay(admitted, claim, run).await,
            Order::Metered { .. } => self.serve_by_meter(admitted, claim, run).await,
        }
    }

    /// Whether the payment is settled without being asked about: the route does so, and the offer that the buyer took says so, which may be one of
    /// before.
    fn is_upfront(&self) -> bool {
        self.selling.route.order == Order::Upfront && offer::is_upfront(&self.case.receipt.terms)
    }

    /// What the facilitator has against a payment, as an answer.
    async fn verify(&self, admitted: &Admitted) -> Option<Response<Bytes>> {
        let Ok(_place) = Arc::clone(&self.shared.places).try_acquire_owned() else {
            return Some(reply::fault(Fault::FacilitatorUnreachable, COME_BACK));
        };
        if let Some(rest) = self.shared.breaker.wait() {
            return Some(reply::fault(Fault::FacilitatorUnreachable, rest));
        }
        match settle::verify(&self.shared, &self.case.request, admitted.verified().payer()).await {
            Ok(Ok(())) => None,
            Ok(Err(rejection)) => Some(self.refuse(rejection)),
            Err(fault) => Some(reply::fault(fault, COME_BACK)),
        }
    }

    /// The money first.
    async fn pay_and_serve<B, E>(
        self,
        admitted: Admitted,
        claim: Claim,
        attempt: Attempt,
        run: Run<B, E>,
    ) -> Result<Response<SoldBody<B>>, E>
    where
        B: Body<Data = Bytes, Error: Into<Failure> + Send> + Send + 'static,
    {
        match self.settle(admitted, &claim, attempt).await {
            Ok(settled) => {
                let paper = settled.receipt();
                self.serve(Warrant::Paid(settled), claim, paper, run).await
            }
            Err(response) => Ok(whole(response)),
        }
    }

    /// The work first, and nothing of it out of the house before the money.
    async fn serve_and_pay<B, E>(self, admitted: Admitted, claim: Claim, run: Run<B, E>) -> Result<Response<SoldBody<B>>, E>
    where
        B: Body<Data = Bytes, Error: Into<Failure> + Send> + Send + 'static,
    {
        let warrant = Warrant::OnCredit(admitted);
        let response = match run.run(&warrant).await {
            Some(Ok(response)) => response,
            Some(Err(error)) => {
                self.release(&claim).await;
                return Err(error);
            }
            None => {
                self.release(&claim).await;
                return Ok(whole(panicked()));
            }
        };
        let Warrant::OnCredit(admitted) = warrant else { return Ok(whole(reply::bug())) };
        if response.status().is_client_error() || response.status().is_server_error() {
            // nothing was sent and nothing will be (row 157)
            self.release(&claim).await;
            return Ok(deliver::unsold(response));
        }
        let (parts, body) = response.into_parts();
        let Some(held) = collected(Limited::new(body, self.shared.options.hold)).await else {
            tracing::error!("an answer broke off, or is longer than may be held back until it is paid");
            self.release(&claim).await;
            return Ok(whole(reply::bug()));
        };
        let response = Response::from_parts(parts, held);
        match self.settle(admitted, &claim, Attempt::First).await {
            Ok(settled) => Ok(self.delivery(claim, settled.receipt()).hand_over(response).await),
            Err(response) => Ok(whole(response)),
        }
    }

    /// The work while it is counted, and what was counted when it ends.
    async fn serve_by_meter<B, E>(self, admitted: Admitted, claim: Claim, run: Run<B, E>) -> Result<Response<SoldBody<B>>, E>
    where
        B: Body<Data = Bytes, Error: Into<Failure> + Send> + Send + 'static,
    {
        let Some(meter) = self.meter.clone() else { return Ok(whole(reply::bug())) };
        // what is delivered has to be settled before the authorization ends (row 165)
        let left = Duration::from_secs(self.case.expires.as_secs().saturating_sub(self.case.now.as_secs()));
        let Some(runway) = left.checked_sub(self.shared.options.settle).filter(|runway| !runway.is_zero()) else {
            self.release(&claim).await;
            return Ok(whole(self.refuse(self.ended())));
        };
        let until = Instant::now() + runway;
        let warrant = Warrant::OnCredit(admitted);
        let response = match timeout_at(until, run.run(&warrant)).await {
            Ok(Some(Ok(response))) => response,
            Ok(Some(Err(error))) => {
                self.release(&claim).await;
                return Err(error);
            }
            Ok(None) => {
                self.release(&claim).await;
                return Ok(whole(panicked()));
            }
            Err(_) => {
                // nothing of it has left the house
                self.release(&claim).await;
                return Ok(whole(self.refuse(self.ended())));
            }
        };
        let Warrant::OnCredit(admitted) = warrant else { return Ok(whole(reply::bug())) };
        if !is_delivered(response.status()) {
            self.release(&claim).await;
            return Ok(deliver::unsold(response));
        }
        let (metered, delivered) = Metered::new(meter, until);
        tokio::spawn(async move { self.close(admitted, claim, delivered.await).await });
        Ok(deliver::metered(response, metered))
    }

    /// Settles once more what was delivered before, whatever it was.
    async fn go_on(&self, claim: &Claim) -> Response<Bytes> {
        if let Some(rest) = self.shared.breaker.wait() {
            drop(settle::take(&self.shared, claim, Step::Unknown).await);
            return reply::fault(Fault::SettleFailed, rest);
        }
        match settle::once_more(&self.shared, claim).await {
            Ok(true) => {
                drop(settle::take(&self.shared, claim, Step::Grant(None)).await);
                reply::conflict("delivered", "this was delivered, and is paid for now", None)
            }
            Ok(false) => reply::fault(Fault::SettleFailed, COME_BACK),
            Err(fault) => reply::fault(fault, COME_BACK),
        }
    }

    /// Settles what was delivered. There is nobody who would come back for this, so it waits for a place.
    async fn close(self, admitted: Admitted, claim: Claim, charge: Amount) {
        // the places are never closed
        let Ok(_place) = Arc::clone(&self.shared.places).acquire_owned().await else { return };
        let request = self.case.request.clone().charging(charge);
        match settle::settle(&self.shared, (admitted, &claim), request, charge, Attempt::First).await {
            Outcome::Settled(_) => drop(settle::take(&self.shared, &claim, Step::Grant(None)).await),
            Outcome::Refused(rejection, _) => tracing::error!(code = rejection.code(), "what was delivered is not paid for"),
            Outcome::Open(fault, _) => tracing::warn!(code = fault.code(), "whether what was delivered is paid for is open"),
            Outcome::Lost => tracing::error!("what was delivered is settled by somebody else"),
        }
    }

    /// Runs the handler for what is paid, and hands over what it makes.
    async fn serve<B, E>(
        self,
        warrant: Warrant,
        claim: Claim,
        paper: SettleResponse,
        run: Run<B, E>,
    ) -> Result<Response<SoldBody<B>>, E>
    where
        B: Body<Data = Bytes, Error: Into<Failure> + Send> + Send + 'static,
    {
        match run.run(&warrant).await {
            Some(Ok(response)) => Ok(self.delivery(claim, paper).deliver(response).await),
            Some(Err(error)) => {
                deliver::owe(&self.shared, &claim).await;
                Err(error)
            }
            None => {
                deliver::owe(&self.shared, &claim).await;
                let mut response = panicked();
                reply::put_receipt(response.headers_mut(), self.case.receipt.version(), &paper);
                Ok(whole(response))
            }
        }
    }

    fn delivery(self, claim: Claim, paper: SettleResponse) -> Delivery<F, L> {
        let vouched = self.vouched(paper.clone());
        let Facts { receipt, bound, head, .. } = self.case;
        let version = receipt.version();
        Delivery { shared: self.shared, claim, paper, vouched, version, bound, head, _under_way: self.under_way }
    }

    /// What is said of a settlement, with a signed receipt if somebody signs. It goes with what is delivered and with nothing else: it says
    /// that both sides have what they are owed (offer and receipt extension, section 5).
    fn vouched(&self, mut paper: SettleResponse) -> SettleResponse {
        let Some(desk) = &self.shared.desk else { return paper };
        match self.shared.clock.now() {
            Ok(now) => {
                let Paper { terms, payer, .. } = &self.case.receipt;
                desk.receipt(&mut paper, terms.network(), payer, &self.case.resource, now);
            }
            Err(fault) => tracing::warn!(code = fault.code(), "a receipt goes unsigned: nobody knows the time"),
        }
        paper
    }

    /// Moves the money, or says why not.
    async fn settle(&self, admitted: Admitted, claim: &Claim, attempt: Attempt) -> Result<Settled, Response<Bytes>> {
        let Ok(_place) = Arc::clone(&self.shared.places).try_acquire_owned() else {
            if attempt == Attempt::First {
                // nothing was sent: the payment is its buyer's again
                self.release(claim).await;
            }
            return Err(reply::fault(Fault::FacilitatorUnreachable, COME_BACK));
        };
        // whoever asked about a payment a moment ago knows that somebody is there
        if (attempt == Attempt::Again || self.is_upfront())
            && let Some(rest) = self.shared.breaker.wait()
        {
            return Err(match attempt {
                Attempt::First => {
                    self.release(claim).await;
                    reply::fault(Fault::FacilitatorUnreachable, rest)
                }
                Attempt::Again => {
                    drop(settle::take(&self.shared, claim, Step::Unknown).await);
                    reply::fault(Fault::SettleFailed, rest)
                }
            });
        }
        let charge = self.case.receipt.terms.amount();
        let request = self.case.request.clone().charging(charge);
        match settle::settle(&self.shared, (admitted, claim), request, charge, attempt).await {
            Outcome::Settled(settled) => Ok(settled),
            Outcome::Refused(rejection, said) => Err(self.with_paper(self.refuse(rejection), &said)),
            Outcome::Open(fault, said) => {
                let response = reply::fault(fault, COME_BACK);
                Err(match said {
                    Some(said) => self.with_paper(response, &said),
                    None => response,
                })
            }
            Outcome::Lost => Err(reply::conflict("in_progress", "the same payment is being worked on", Some(COME_BACK))),
        }
    }

    /// The failure of a settlement says so in its header (row 160), in words of ours alone.
    fn with_paper(&self, mut response: Response<Bytes>, said: &SettleResponse) -> Response<Bytes> {
        let Paper { payment, terms, .. } = &self.case.receipt;
        let mut reason = said.error_reason.as_deref().unwrap_or_default();
        if matches!(quittance_core::rejection::Reason::parse(reason), quittance_core::rejection::Reason::Other) {
            reason = Fault::SettleFailed.code();
        }
        let transaction = Some(said.transaction.as_str()).filter(|text| text.len() <= 128).unwrap_or_default();
        let paper = SettleResponse::refusal(payment, terms.network(), reason, transaction);
        reply::put_receipt(response.headers_mut(), payment.version(), &paper);
        response
    }

    /// Gives the payment back: nothing was sent. If the log cannot be reached, it is free when its lease ends.
    async fn release(&self, claim: &Claim) {
        if let Err(StepError::Fault(fault)) = settle::take(&self.shared, claim, Step::Release).await {
            tracing::warn!(code = fault.code(), "a payment cannot be given back before its lease ends");
        }
    }

    fn refuse(&self, rejection: Rejection) -> Response<Bytes> {
        self.shared.refuse(&self.selling, &self.case.resource, &self.case.offers, (&self.case.method, rejection))
    }

    /// That the payment has ended, in the words of its method.
    fn ended(&self) -> Rejection {
        match self.case.receipt.payment.authorization() {
            Authorization::ExactPermit2(_) | Authorization::UptoPermit2(_) => Rejection::Permit2Deadline,
            _ => Rejection::Eip3009ValidBefore,
        }
    }

    fn busy(&self, until: UnixSeconds) -> Response<Bytes> {
        let after = self.until(until).min(COME_BACK);
        reply::conflict("in_progress", "the same request is being worked on; send the same payment again", Some(after))
    }

    fn until(&self, then: UnixSeconds) -> Duration {
        Duration::from_secs(then.as_secs().saturating_sub(self.case.now.as_secs()).max(1))
    }

    fn delivered_before(&self, receipt: &Receipt) -> Response<Bytes> {
        self.over("delivered", "this was paid for and delivered, and is not kept", receipt)
    }

    /// It is owed, and will not come by asking again.
    fn undelivered(&self, receipt: &Receipt) -> Response<Bytes> {
        self.over("undelivered", "this was paid for and could not be delivered; the receipt says so to whoever sells it", receipt)
    }

    fn over(&self, code: &str, words: &str, receipt: &Receipt) -> Response<Bytes> {
        let mut response = reply::conflict(code, words, None);
        reply::put_receipt(response.headers_mut(), self.case.receipt.version(), &self.case.receipt.of(receipt));
        response
    }
}

/// What is answered for a handler that panicked.
fn panicked() -> Response<Bytes> {
    tracing::error!("a handler panicked");
    reply::bug()
}

/// A payment that is spent, or somebody else's: nothing but that is said.
fn taken(conflict: Conflict) -> Response<Bytes> {
    reply::conflict(conflict.name(), Rejection::DuplicateSettlement.description(), None)
}

/// What needs no proof to be sent: an answer without what is sold, or what the log keeps for its buyer.
pub(crate) fn whole<B>(response: Response<Bytes>) -> Response<SoldBody<B>> {
    response.map(SoldBody::whole)
}

/// Whether a status says that there is something in the answer.
pub(crate) fn is_delivered(status: StatusCode) -> bool {
    !(status.is_client_error() || status.is_server_error())
}
