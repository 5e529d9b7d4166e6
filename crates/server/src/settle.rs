//! What a facilitator is asked, and what is made of its answers.
//!
//! Its word is taken for what it says and for nothing more: an answer about another payer, another network or another amount, or one without a
//! transaction, is none (catalogue rows 133 to 136). From the moment a settlement may have left, every end that is not a refusal of that very
//! attempt leaves the outcome open (rule 12), and the same payment may be sent again to the same facilitator and to no other (row 154): the
//! log keeps its name, and what was sent to another waits until that one is asked again.

use std::time::Duration;

use quittance_core::proof::{Admitted, Settled};
use quittance_core::rejection::Reason;
use quittance_core::settling::{Answered, Charge};
use quittance_core::wire::{SettleRequest, SettleResponse, VerifyRequest};
use quittance_core::{Account, Amount, Facilitator, Fault, Network, Rejection, Retry, Settling, UnixSeconds, registry};
use quittance_guard::receipt::{Attested, Receipt};
use quittance_guard::replay::{Claim, Entry, ReplayLog, Step, StepError};
use tokio::time::timeout;

use crate::open::{self, Open};
use crate::seller::{Reconciled, Shared};
use crate::witness::Look;

/// How a settlement ended.
pub(crate) enum Outcome {
    /// The money moved.
    Settled(Settled),
    /// It did not and will not by this attempt; what the facilitator said.
    Refused(Rejection, SettleResponse),
    /// Nobody knows; what the facilitator said, if it said anything.
    Open(Fault, Option<SettleResponse>),
    /// Somebody else is at it by now.
    Lost,
}

/// The same before it is said who had the claim.
enum End {
    Paid(Answered),
    Refused(Rejection, SettleResponse),
    Open(Fault, Option<SettleResponse>),
    Lost,
}

/// Whether a payment was sent to settle before.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Attempt {
    First,
    Again,
}

/// What an answer has to agree with.
struct Expected {
    network: Network,
    settling: Settling,
    attempt: Attempt,
    /// The step that says that the money moved, by who delivers or by who does not.
    paid: fn(Receipt) -> Step,
}

impl Expected {
    fn new((network, payer, charge): (Network, Account, Amount), attempt: Attempt, paid: fn(Receipt) -> Step) -> Self {
        Self { network, settling: Settling::new(network, Some(payer), Charge::Exactly(charge)), attempt, paid }
    }
}

/// A verdict of a facilitator: nothing against the payment, or what.
pub(crate) async fn verify<F: Facilitator + Sync, L>(
    shared: &Shared<F, L>,
    request: &VerifyRequest,
    payer: &Account,
) -> Result<Result<(), Rejection>, Fault> {
    let asked = timeout(shared.options.verify, shared.facilitator.verify(request)).await;
    // a verification moves nothing, so that an answer that does not come leaves nothing open (row 140)
    let answer = asked.unwrap_or(Err(Fault::VerifyFailed));
    heard(shared, answer.as_ref().err());
    let verdict = answer?;
    if verdict.is_valid {
        // whose key signed was seen here; a facilitator that names another means another payment
        return if names(verdict.payer.as_deref(), network_named(request.network()), payer) {
            Ok(Ok(()))
        } else {
            Err(Fault::FacilitatorReply)
        };
    }
    match Reason::parse(verdict.invalid_reason.as_deref().unwrap_or_default()) {
        Reason::Rejection(rejection) => Ok(Err(rejection)),
        Reason::Fault(fault) => Err(fault),
        Reason::Other => Ok(Err(Rejection::VerificationFailed)),
    }
}

/// Settles what was admitted.
pub(crate) async fn settle<F: Facilitator + Sync, L: ReplayLog + Sync>(
    shared: &Shared<F, L>,
    (admitted, claim): (Admitted, &Claim),
    request: SettleRequest,
    charge: Amount,
    attempt: Attempt,
) -> Outcome {
    let verified = admitted.verified();
    let network = verified.terms().network();
    let expected = Expected::new((network, verified.payer().clone(), charge), attempt, Step::Sold);
    let ended = attempt_to(shared, claim, request, expected).await;
    match ended {
        End::Paid(answered) => {
            tracing::info!(%network, transaction = answered.transaction(), "settled");
            Outcome::Settled(Settled::assertion(admitted, answered.transaction().to_owned(), answered.charged()))
        }
        End::Refused(rejection, answer) => Outcome::Refused(rejection, answer),
        End::Open(fault, answer) => Outcome::Open(fault, answer),
        End::Lost => Outcome::Lost,
    }
}

/// Writes down what is about to be sent, sends it, and writes down what became of it.
async fn attempt_to<F: Facilitator + Sync, L: ReplayLog + Sync>(
    shared: &Shared<F, L>,
    claim: &Claim,
    request: SettleRequest,
    expected: Expected,
) -> End {
    let sent = match expected.attempt {
        Attempt::First => match open::keep(shared.facilitator.name(), None, &request) {
            Ok(sent) => Some(sent),
            Err(fault) => return End::Open(fault, None),
        },
        Attempt::Again => None,
    };
    let entry = match take(shared, claim, Step::Settling(sent)).await {
        Ok(entry) => entry,
        Err(StepError::Fault(fault)) => return End::Open(fault, None),
        Err(_) => return End::Lost,
    };
    // what was sent before is what is sent again, in whichever clothes the payment came this time
    let (by, request) = match entry.as_ref().and_then(Open::of) {
        Some(open) if is_elsewhere(shared, &open, expected.network) => {
            drop(take(shared, claim, Step::Unknown).await);
            return End::Open(Fault::SettleFailed, None);
        }
        Some(open) => (open.by, open.request),
        None if expected.attempt == Attempt::First => (None, request),
        None => {
            unreadable(expected.network);
            drop(take(shared, claim, Step::Unknown).await);
            return End::Open(Fault::StoreInconsistent, None);
        }
    };
    // to a facilitator that keeps nothing the nonce is used, and no more is to be had of it than it has said before
    let mut answer = match shown(shared, (claim, &request), &expected, by.as_deref()).await {
        Some(said) => Ok(said),
        None => ask(shared, &request).await,
    };
    if let Ok(pending) = &answer
        && !pending.success
        && matches!(Reason::parse(reason(pending)), Reason::Rejection(Rejection::SettlementPending))
    {
        // it is on its way: asked once more, a facilitator waits for the same transaction
        answer = ask(shared, &request).await;
    }
    conclude(shared, (claim, &request), &expected, answer).await
}

async fn ask<F: Facilitator + Sync, L>(shared: &Shared<F, L>, request: &SettleRequest) -> Result<SettleResponse, Fault> {
    let asked = timeout(shared.options.settle, shared.facilitator.settle(request)).await;
    let answer = asked.unwrap_or(Err(Fault::FacilitatorTimeout));
    heard(shared, answer.as_ref().err());
    answer
}

/// Writes down what an answer means.
async fn conclude<F: Facilitator + Sync, L: ReplayLog + Sync>(
    shared: &Shared<F, L>,
    (claim, request): (&Claim, &SettleRequest),
    expected: &Expected,
    answer: Result<SettleResponse, Fault>,
) -> End {
    let mut end = read(shared.options.attested, expected, answer);
    let mut word = shared.options.attested;
    if let End::Paid(answered) = &end {
        match attested(shared, (claim, request), answered).await {
            Ok(attested) => word = attested,
            Err(instead) => end = instead,
        }
    }
    let step = match &end {
        End::Paid(answered) => (expected.paid)(Receipt::new(answered.charged(), answered.transaction(), word)),
        End::Refused(rejection, _) => Step::Failed(*rejection),
        End::Open(fault, _) => {
            tracing::warn!(network = %expected.network, code = fault.code(), "the outcome of a settlement is unknown");
            Step::Unknown
        }
        End::Lost => return End::Lost,
    };
    match (persist(shared, claim, step).await, end) {
        (Ok(_), end) => end,
        (Err(StepError::Fault(fault)), _) => {
            // the claim runs out, and whoever asks next is told the same by the same facilitator (row 153)
            tracing::error!(code = fault.code(), "the log does not take the outcome of a settlement");
            End::Open(fault, None)
        }
        (Err(StepError::Misstep(misstep)), End::Paid(answered)) => {
            let transaction = answered.transaction();
            tracing::error!(%misstep, transaction, "a facilitator reports a transaction that cannot be of this payment");
            drop(take(shared, claim, Step::Unknown).await);
            End::Open(Fault::FacilitatorReply, None)
        }
        (Err(_), _) => End::Lost,
    }
}

/// What was said of a payment before, if by now somebody sees that it is so.
async fn shown<F, L>(
    shared: &Shared<F, L>,
    (claim, request): (&Claim, &SettleRequest),
    expected: &Expected,
    by: Option<&str>,
) -> Option<SettleResponse> {
    let mut said = SettleResponse::settled(expected.network.as_str(), by?, "");
    said.payer = None;
    let answered = expected.settling.judge(&said).ok()?;
    let look = Look::at(shared, (claim.key(), request), &answered).ok()??;
    (look.once().await == Ok(true)).then_some(said)
}

/// Whose word it is that a payment is settled: the facilitator's, or the chain's where somebody has looked.
///
/// The transaction is on the disk before it is looked for. What cannot be seen now is so looked for again, and a loss of power that takes back
/// what was seen is made up for by another look: the facilitator may keep nothing.
async fn attested<F: Facilitator, L: ReplayLog + Sync>(
    shared: &Shared<F, L>,
    (claim, request): (&Claim, &SettleRequest),
    answered: &Answered,
) -> Result<Attested, End> {
    let open = |fault| End::Open(fault, None);
    let word = shared.options.attested;
    let Some(look) = Look::at(shared, (claim.key(), request), answered).map_err(open)? else { return Ok(word) };
    let named = open::keep(shared.facilitator.name(), Some(answered.transaction()), request).ok();
    let is_named = named.is_some();
    if let Some(named) = named {
        match persist(shared, claim, Step::Settling(Some(named))).await {
            Ok(_) => {}
            Err(StepError::Fault(fault)) => return Err(open(fault)),
            Err(_) => return Err(End::Lost),
        }
    }
    let seen = look.attested(shared.facilitator.name()).await.map_err(open)?;
    // what there was no room for is as good as its facilitator's word, and flushed as that
    Ok(if is_named { seen } else { word })
}

/// What an answer means.
fn read(word: Attested, expected: &Expected, answer: Result<SettleResponse, Fault>) -> End {
    let answer = match answer {
        Ok(answer) => answer,
        Err(fault) => return End::Open(fault, None),
    };
    if answer.success {
        let mistaken = match expected.settling.judge(&answer) {
            Ok(answered) => return End::Paid(answered),
            Err(mistaken) => mistaken,
        };
        tracing::error!(network = %expected.network, code = mistaken.name(), "a facilitator says settled of something else");
        return End::Open(Fault::FacilitatorReply, None);
    }
    match Reason::parse(reason(&answer)) {
        // that an attempt is refused says nothing of one before it, unless whoever says so looks at the chain for it
        Reason::Rejection(rejection)
            if rejection.retry() != Retry::UnknownOutcome
                && (expected.attempt == Attempt::First
                    // that it cannot be the one who charges says nothing of who could before
                    || word == Attested::Chain && rejection != Rejection::UptoFacilitator) =>
        {
            End::Refused(rejection, answer)
        }
        Reason::Fault(fault) => End::Open(fault, Some(answer)),
        Reason::Rejection(_) | Reason::Other => End::Open(Fault::SettleFailed, Some(answer)),
    }
}

fn reason(answer: &SettleResponse) -> &str {
    answer.error_reason.as_deref().unwrap_or_default()
}

/// A network in the words of either version.
fn network_named(text: &str) -> Option<Network> {
    registry::network_by_v1_name(text).or_else(|| Network::parse(text).ok())
}

/// Whether a facilitator that names a payer names this one.
fn names(named: Option<&str>, network: Option<Network>, payer: &Account) -> bool {
    named.is_none_or(|text| network.is_some_and(|network| Account::parse(network, text).as_ref() == Ok(payer)))
}

/// Tells the circuit breaker.
fn heard<F, L>(shared: &Shared<F, L>, fault: Option<&Fault>) {
    match fault {
        None => shared.breaker.answered(),
        Some(fault) => {
            tracing::warn!(code = fault.code(), "the facilitator gives no answer");
            shared.breaker.failed();
        }
    }
}

/// Takes a step.
pub(crate) async fn take<F, L: ReplayLog + Sync>(
    shared: &Shared<F, L>,
    claim: &Claim,
    step: Step,
) -> Result<Option<Entry>, StepError> {
    let now = shared.clock.now().map_err(StepError::Fault)?;
    shared.log.step(claim, step, now).await
}

/// The same with some patience: what is to be written down has happened.
async fn persist<F, L: ReplayLog + Sync>(shared: &Shared<F, L>, claim: &Claim, step: Step) -> Result<Option<Entry>, StepError> {
    for pause in [50, 200, 800] {
        match take(shared, claim, step.clone()).await {
            Err(StepError::Fault(_)) => tokio::time::sleep(Duration::from_millis(pause)).await,
            taken => return taken,
        }
    }
    take(shared, claim, step).await
}

/// Whether something was sent to another facilitator than the one that is asked now, which an operator is told: it comes to no end before
/// that one is asked again.
fn is_elsewhere<F: Facilitator, L>(shared: &Shared<F, L>, open: &Open, network: Network) -> bool {
    let asked = shared.facilitator.name();
    let Some(sent_to) = open.elsewhere(asked) else { return false };
    tracing::error!(%network, sent_to, asked, "an open settlement was sent to another facilitator, and waits for that one");
    true
}

/// Nobody can say what was sent, or to whom, so that nobody else is sent anything, and an operator is told.
fn unreadable(network: Network) {
    tracing::error!(%network, "what was sent to settle cannot be read");
}

/// Sends again what was sent before, whatever it charges, and says whether that is paid now.
pub(crate) async fn once_more<F: Facilitator + Sync, L: ReplayLog + Sync>(
    shared: &Shared<F, L>,
    claim: &Claim,
) -> Result<bool, Fault> {
    let entry = match take(shared, claim, Step::Settling(None)).await {
        Ok(Some(entry)) => entry,
        Err(StepError::Fault(fault)) => return Err(fault),
        Ok(None) | Err(_) => return Ok(false),
    };
    let Some(open) = Open::of(&entry) else {
        if entry.sent.is_none() {
            return Ok(false);
        }
        unreadable(entry.key.network());
        drop(take(shared, claim, Step::Unknown).await);
        return Err(Fault::StoreInconsistent);
    };
    let Some(charge) = open.charge() else { return Ok(false) };
    let expected = Expected::new((entry.key.network(), entry.payer, charge), Attempt::Again, Step::Settled);
    Ok(matches!(attempt_to(shared, claim, open.request, expected).await, End::Paid(_)))
}

/// Goes on with what is open.
pub(crate) async fn reconcile<F: Facilitator + Sync, L: ReplayLog + Sync>(shared: &Shared<F, L>) -> Result<Reconciled, Fault> {
    let now: UnixSeconds = shared.clock.now()?;
    let mut found = Reconciled::default();
    for entry in shared.log.open(now).await? {
        let Some(open) = Open::of(&entry) else {
            if entry.sent.is_some() {
                unreadable(entry.key.network());
            }
            continue;
        };
        let Some(charge) = open.charge() else { continue };
        if is_elsewhere(shared, &open, entry.key.network()) {
            found.elsewhere += 1;
            continue;
        }
        let Some(claim) = shared.log.resume(&entry.key, shared.lease(entry.key.network()), shared.clock.now()?).await? else {
            continue;
        };
        let expected = Expected::new((entry.key.network(), entry.payer, charge), Attempt::Again, Step::Settled);
        match attempt_to(shared, &claim, open.request, expected).await {
            End::Paid(_) | End::Refused(..) => found.ended += 1,
            End::Open(..) | End::Lost => {}
        }
    }
    Ok(found)
}
