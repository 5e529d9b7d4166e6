//! From a verified payment to an admitted one.

use quittance_core::proof::{Admitted, Verified};
use quittance_core::{Fault, Rejection, UnixSeconds};

use super::{Answer, Claim, Claimed, Conflict, Demand, ReplayLog, Request};
use crate::receipt::Receipt;

/// What becomes of a verified payment.
///
/// The cases are those of [`Claimed`]; where the payment goes on, its proof goes with it.
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "a seller must answer every case")]
#[must_use = "an admitted payment holds a claim that has to be settled or released"]
pub enum Admission {
    /// Claimed for this request; nothing has been sent.
    Fresh(Admitted, Claim),
    /// Claimed, and sent to settle before: send the same again.
    Resume(Admitted, Claim),
    /// Paid and never delivered.
    Redeliver(Claim, Receipt),
    /// Under way.
    Pending(UnixSeconds),
    /// Paid and delivered.
    Done(Receipt, Option<Answer>),
    /// Paid, and tried to be delivered as often as may be.
    Undelivered(Receipt),
    /// Refused for good.
    Failed(Rejection),
    /// Somebody else's, or for something else.
    Taken(Conflict),
    /// The payer has had enough for now.
    Limited(Option<UnixSeconds>),
    /// Too late.
    Expired,
}

/// Claims a verified payment for a request.
///
/// # Errors
///
/// [`Fault`] when the log cannot be asked: the payment is then neither refused nor admitted.
pub async fn admit<L: ReplayLog>(log: &L, verified: Verified, demand: &Demand) -> Result<Admission, Fault> {
    Ok(match log.claim(&Request::of(&verified, demand)).await? {
        Claimed::Fresh(claim) => Admission::Fresh(Admitted::assertion(verified), claim),
        Claimed::Resume(claim) => Admission::Resume(Admitted::assertion(verified), claim),
        Claimed::Redeliver(claim, receipt) => Admission::Redeliver(claim, receipt),
        Claimed::Pending(until) => Admission::Pending(until),
        Claimed::Done(receipt, answer) => Admission::Done(receipt, answer),
        Claimed::Undelivered(receipt) => Admission::Undelivered(receipt),
        Claimed::Failed(rejection) => Admission::Failed(rejection),
        Claimed::Taken(conflict) => Admission::Taken(conflict),
        Claimed::Limited(from) => Admission::Limited(from),
        Claimed::Expired => Admission::Expired,
    })
}
