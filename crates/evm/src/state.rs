//! What the state of the chain has to be for a payment that is right in itself.
//!
//! Each demand is a question, what its answer has to be, and what is wrong if it is not. They stand in the order in which they decide. An
//! answer of another kind than was asked for says nothing of the payment: the question stays open, and never becomes a refusal.

use alloc::vec::Vec;

use quittance_core::chain::{ChainAnswer, ChainQuery, Plan, Step};
use quittance_core::{Address, Amount, Rejection, VerifyInput};

/// One thing that has to be so.
pub(crate) struct Demand {
    question: ChainQuery,
    needs: Needs,
    failed: Rejection,
    /// What is wrong if the contract gives no answer to the question.
    unknown: Rejection,
}

/// What an answer has to be.
pub(crate) enum Needs {
    /// Some code.
    Code,
    /// A nonce that is not used.
    Unused,
    /// No less than this.
    AtLeast(Amount),
    /// Success.
    Success,
}

impl Demand {
    pub(crate) const fn new(question: ChainQuery, needs: Needs, failed: Rejection) -> Self {
        Self { question, needs, failed, unknown: failed }
    }

    /// A contract at an address.
    pub(crate) const fn code(address: Address, failed: Rejection) -> Self {
        Self::new(ChainQuery::Code { address }, Needs::Code, failed)
    }

    /// That the settlement would succeed, as one that could be sent now.
    pub(crate) fn success(plan: &Plan, failed: Rejection) -> Self {
        let calls = plan.steps.iter().filter_map(|step| match step {
            Step::Call(call) | Step::Deploy { call, .. } => Some(call.clone()),
            _ => None,
        });
        Self::new(ChainQuery::Simulate(calls.collect()), Needs::Success, failed)
    }

    /// The same demand with a name for a contract that gives no answer.
    pub(crate) fn or_unknown(self, unknown: Rejection) -> Self {
        Self { unknown, ..self }
    }

    /// The verdict of an answer; none of an answer that is none.
    fn judge(&self, answer: &ChainAnswer) -> Option<Result<(), Rejection>> {
        let met = match (&self.needs, answer) {
            (Needs::Code, ChainAnswer::Bytes(code)) => !code.is_empty(),
            (Needs::Unused, ChainAnswer::Flag(used)) => !used,
            (Needs::AtLeast(least), ChainAnswer::Amount(amount)) => amount >= least,
            (Needs::Success, ChainAnswer::Flag(success)) => *success,
            (Needs::Unused | Needs::AtLeast(_) | Needs::Success, ChainAnswer::Failed(_)) => return Some(Err(self.unknown)),
            _ => return None,
        };
        Some(if met { Ok(()) } else { Err(self.failed) })
    }
}

/// The questions that are open up to the first demand that is known not to be met; if that comes first, what is wrong.
pub(crate) fn open(demands: Vec<Demand>, input: &VerifyInput<'_>) -> Result<Vec<ChainQuery>, Rejection> {
    let mut questions = Vec::new();
    for demand in demands {
        match input.answer(&demand.question).and_then(|answer| demand.judge(answer)) {
            Some(Ok(())) => {}
            Some(Err(rejection)) if questions.is_empty() => return Err(rejection),
            Some(Err(_)) => break,
            None => questions.push(demand.question),
        }
    }
    Ok(questions)
}
