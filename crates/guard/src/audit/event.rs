//! The event: a trip so far.

use super::digest::SaltedHash;
use super::escaped::Escaped;
use super::facts::{Attempt, Budget, Offer, Settlement};
use super::origin::Origin;
use super::vocabulary::{Decision, FacilitatorResult, Method, Refusal, RetryDecision, Side, Stage};
use super::word::{Name, Word};
use crate::label::{PurchaseId, RequestId, SessionId, TaskId};
use crate::output::Summary;
use crate::signed_receipt::SignedReceipt;

/// What is known about one paid request at one stage of it.
///
/// It grows: [`requested`](Self::requested) begins a trip, each stage adds what it has found, and every stage is appended to the log
/// before the step that it announces is taken. What was known before stays, so the last event of a trip joins all of it.
///
/// A stage takes what it cannot do without as arguments. What concerns every stage is added with `with_…`.
///
/// ```
/// use quittance_guard::audit::{Decision, Event, Method, Side, Stage, Word};
/// use quittance_guard::{RequestId, TaskId};
///
/// let request = RequestId::parse("req_0902")?;
/// let event = Event::requested(Side::Buyer, &request, Word::parse("paid_report")?, Method::Get)
///     .with_task(&TaskId::parse("research_report_42")?)
///     .intent(Word::parse("price_below_task_budget")?, Decision::Allow);
/// assert_eq!(event.stage(), Stage::Intent);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
#[must_use = "an event says nothing until it is appended"]
pub struct Event {
    pub(super) stage: Stage,
    pub(super) side: Side,
    pub(super) request: Name,
    pub(super) category: Word,
    pub(super) method: Method,
    pub(super) origin: Option<Origin>,
    pub(super) purchase: Option<Name>,
    pub(super) task: Option<Name>,
    pub(super) session: Option<Name>,
    pub(super) offer: Option<Offer>,
    pub(super) policy: Option<(Decision, Word)>,
    pub(super) refusal: Option<Refusal>,
    pub(super) wallet_role: Option<Word>,
    pub(super) signed: Option<SaltedHash>,
    pub(super) facilitator: Option<FacilitatorResult>,
    pub(super) settlement: Option<Settlement>,
    pub(super) signed_receipt: Option<SignedReceipt>,
    pub(super) service_version: Option<Escaped>,
    pub(super) output: Option<Summary>,
    pub(super) retry: Option<RetryDecision>,
    pub(super) budget: Option<Budget>,
}

/// The stages of a trip.
impl Event {
    /// A first request: an ordinary one as far as anybody can see.
    pub fn requested(side: Side, request: &RequestId, category: Word, method: Method) -> Self {
        Self::bare(Stage::Requested, side, request.into(), category, method)
    }

    pub(super) const fn bare(stage: Stage, side: Side, request: Name, category: Word, method: Method) -> Self {
        Self {
            stage,
            side,
            request,
            category,
            method,
            origin: None,
            purchase: None,
            task: None,
            session: None,
            offer: None,
            policy: None,
            refusal: None,
            wallet_role: None,
            signed: None,
            facilitator: None,
            settlement: None,
            signed_receipt: None,
            service_version: None,
            output: None,
            retry: None,
            budget: None,
        }
    }

    /// The terms are known: received by a buyer, made by a seller.
    pub fn quoted(mut self, offer: Offer) -> Self {
        self.offer = Some(offer);
        (self.signed, self.settlement) = (None, None);
        self.at(Stage::Quoted)
    }

    /// Our policy said no, by this rule.
    pub fn denied(mut self, rule: Word) -> Self {
        self.policy = Some((Decision::Deny, rule));
        self.at(Stage::Denied)
    }

    /// The payment that came was refused.
    pub fn refused(mut self, refusal: Refusal) -> Self {
        self.refusal = Some(refusal);
        self.at(Stage::Refused)
    }

    /// A payment is intended: this rule decided so, and the budget is reserved.
    pub fn intent(mut self, rule: Word, decision: Decision) -> Self {
        self.policy = Some((decision, rule));
        self.at(Stage::Intent)
    }

    /// The intent was given up before anything was signed.
    pub fn abandoned(self) -> Self {
        self.at(Stage::Abandoned)
    }

    /// The payment was verified and claimed.
    pub fn admitted(self, attempt: &Attempt) -> Self {
        self.about(attempt).at(Stage::Admitted)
    }

    /// Signed bytes exist.
    pub fn signed(self, attempt: &Attempt) -> Self {
        self.about(attempt).at(Stage::Signed)
    }

    /// The signed bytes are about to leave.
    pub fn sent(self, attempt: &Attempt) -> Self {
        self.about(attempt).at(Stage::Sent)
    }

    /// The settlement is about to be asked for.
    pub fn settling(self, attempt: &Attempt) -> Self {
        self.about(attempt).at(Stage::Settling)
    }

    /// Money may have moved.
    pub fn unknown(self, attempt: &Attempt) -> Self {
        self.with_retry_decision(RetryDecision::Reconcile).about(attempt).at(Stage::Unknown)
    }

    /// Money moved, by this evidence.
    pub fn settled(self, attempt: &Attempt, settlement: Settlement) -> Self {
        let mut event = self.about(attempt);
        event.settlement = Some(settlement);
        // evidence ends the waiting for it, and nothing else
        event.retry = event.retry.filter(|retry| *retry != RetryDecision::Reconcile).max(Some(RetryDecision::NotNeeded));
        event.at(Stage::Settled)
    }

    /// There is evidence that no money moved and none will.
    pub fn released(mut self, attempt: &Attempt) -> Self {
        self.settlement = None;
        self.retry = self.retry.filter(|retry| *retry != RetryDecision::Reconcile);
        self.about(attempt).at(Stage::Released)
    }

    /// The chain took its evidence back.
    pub fn reopened(mut self, attempt: &Attempt) -> Self {
        self.settlement = None;
        self.with_retry_decision(RetryDecision::Reconcile).about(attempt).at(Stage::Reopened)
    }

    /// The answer was delivered.
    pub fn answered(self) -> Self {
        self.at(Stage::Answered)
    }

    fn about(mut self, attempt: &Attempt) -> Self {
        // what an earlier attempt came to is not evidence about this one
        if self.signed.is_some_and(|signed| signed != attempt.signed) {
            (self.settlement, self.facilitator, self.signed_receipt) = (None, None, None);
        }
        self.offer = Some(attempt.offer.clone());
        self.signed = Some(attempt.signed);
        self
    }

    const fn at(mut self, stage: Stage) -> Self {
        self.stage = stage;
        self
    }
}

/// What can be added at any stage.
impl Event {
    /// Adds where the request went; see [`Origin`] for what that leaves out.
    pub fn with_origin(mut self, origin: Option<Origin>) -> Self {
        self.origin = origin;
        self
    }

    /// Adds what is being bought.
    pub fn with_purchase(mut self, purchase: &PurchaseId) -> Self {
        self.purchase = Some(purchase.into());
        self
    }

    /// Adds the task that it is bought for.
    pub fn with_task(mut self, task: &TaskId) -> Self {
        self.task = Some(task.into());
        self
    }

    /// Adds the session.
    pub fn with_session(mut self, session: &SessionId) -> Self {
        self.session = Some(session.into());
        self
    }

    /// Adds which of the operator's wallets it is, by its role.
    pub fn with_wallet_role(mut self, role: Word) -> Self {
        self.wallet_role = Some(role);
        self
    }

    /// Adds what the facilitator answered.
    pub const fn with_facilitator_result(mut self, result: FacilitatorResult) -> Self {
        self.facilitator = Some(result);
        self
    }

    /// Adds what the receipt is worth that the seller has signed.
    pub const fn with_signed_receipt(mut self, verdict: SignedReceipt) -> Self {
        self.signed_receipt = Some(verdict);
        self
    }

    /// Adds what the service says its version is.
    pub fn with_service_version(mut self, version: Escaped) -> Self {
        self.service_version = Some(version);
        self
    }

    /// Adds what the checks of the paid answer came to, and what follows from it: never a second payment.
    pub fn with_output(mut self, output: Summary) -> Self {
        let decision = output.retry_decision();
        self.output = Some(output);
        self.with_retry_decision(decision)
    }

    /// Adds what may happen next without a person. A decision that allows less, made before, stays.
    pub fn with_retry_decision(mut self, decision: RetryDecision) -> Self {
        self.retry = self.retry.max(Some(decision));
        self
    }

    /// Adds the budget before and after.
    pub const fn with_budget(mut self, budget: Budget) -> Self {
        self.budget = Some(budget);
        self
    }
}

/// What the event says.
impl Event {
    /// The stage.
    #[must_use]
    pub const fn stage(&self) -> Stage {
        self.stage
    }

    /// Whose event it is.
    #[must_use]
    pub const fn side(&self) -> Side {
        self.side
    }

    /// The trip.
    #[must_use]
    pub const fn request(&self) -> &Name {
        &self.request
    }

    /// What kind of thing was asked for.
    #[must_use]
    pub const fn category(&self) -> &Word {
        &self.category
    }

    /// The method.
    #[must_use]
    pub const fn method(&self) -> Method {
        self.method
    }

    /// Where the request went.
    #[must_use]
    pub const fn origin(&self) -> Option<&Origin> {
        self.origin.as_ref()
    }

    /// What is being bought.
    #[must_use]
    pub const fn purchase(&self) -> Option<&Name> {
        self.purchase.as_ref()
    }

    /// For which task.
    #[must_use]
    pub const fn task(&self) -> Option<&Name> {
        self.task.as_ref()
    }

    /// In which session.
    #[must_use]
    pub const fn session(&self) -> Option<&Name> {
        self.session.as_ref()
    }

    /// The terms.
    #[must_use]
    pub const fn offer(&self) -> Option<&Offer> {
        self.offer.as_ref()
    }

    /// What the policy decided, and by which rule.
    #[must_use]
    pub fn policy(&self) -> Option<(Decision, &Word)> {
        self.policy.as_ref().map(|(decision, rule)| (*decision, rule))
    }

    /// Why the payment was refused.
    #[must_use]
    pub const fn refusal(&self) -> Option<Refusal> {
        self.refusal
    }

    /// The role of the wallet.
    #[must_use]
    pub const fn wallet_role(&self) -> Option<&Word> {
        self.wallet_role.as_ref()
    }

    /// The salted hash of the signed bytes.
    #[must_use]
    pub const fn signed_retry(&self) -> Option<SaltedHash> {
        self.signed
    }

    /// What the facilitator answered.
    #[must_use]
    pub const fn facilitator_result(&self) -> Option<FacilitatorResult> {
        self.facilitator
    }

    /// The evidence that money moved.
    #[must_use]
    pub const fn settlement(&self) -> Option<&Settlement> {
        self.settlement.as_ref()
    }

    /// What the receipt is worth that the seller has signed.
    #[must_use]
    pub const fn signed_receipt(&self) -> Option<SignedReceipt> {
        self.signed_receipt
    }

    /// What the service says its version is.
    #[must_use]
    pub const fn service_version(&self) -> Option<&Escaped> {
        self.service_version.as_ref()
    }

    /// What the checks of the answer came to.
    #[must_use]
    pub const fn output(&self) -> Option<&Summary> {
        self.output.as_ref()
    }

    /// What may happen next without a person.
    #[must_use]
    pub const fn retry_decision(&self) -> Option<RetryDecision> {
        self.retry
    }

    /// The budget before and after.
    #[must_use]
    pub const fn budget(&self) -> Option<&Budget> {
        self.budget.as_ref()
    }
}
