//! What the state of the chain has to be for a payment that is right in itself.
//!
//! Each demand is a question, what its answer has to be, and what is wrong if it is not. They stand in the order in which they decide. An
//! answer of another kind than was asked for says nothing of the payment: the question stays open, and never becomes a refusal.

use alloc::vec;
use alloc::vec::Vec;

use quittance_core::chain::{ChainAnswer, ChainQuery, Plan, Step};
use quittance_core::{Address, Amount, Rejection, VerifyInput};

use crate::revert;

/// One thing that has to be so, or what will do instead.
pub(crate) struct Demand {
    question: ChainQuery,
    needs: Needs,
    failed: Rejection,
    /// What is wrong if the contract gives no answer to the question.
    unknown: Rejection,
    /// Demands that together do as well.
    instead: Vec<Self>,
}

/// What an answer has to be.
pub(crate) enum Needs {
    /// Some code.
    Code,
    /// A nonce that is not used.
    Unused,
    /// No less than this.
    AtLeast(Amount),
    /// This number.
    Exactly(Amount),
    /// Success.
    Success,
}

/// How a demand stands.
enum Standing {
    Met,
    Open(Vec<ChainQuery>),
    Failed(Rejection),
}

impl Demand {
    pub(crate) const fn new(question: ChainQuery, needs: Needs, failed: Rejection) -> Self {
        Self { question, needs, failed, unknown: failed, instead: Vec::new() }
    }

    /// A contract at an address.
    pub(crate) const fn code(address: Address, failed: Rejection) -> Self {
        Self::new(ChainQuery::Code { address }, Needs::Code, failed)
    }

    /// That the settlement would succeed if it were sent now. A wallet that is there is not deployed again.
    pub(crate) fn success(plan: &Plan, input: &VerifyInput<'_>, failed: Rejection) -> Self {
        let calls = plan.steps.iter().filter_map(|step| match step {
            Step::Call(call) => Some(call.clone()),
            Step::Deploy { wallet, call } => {
                let code = input.answer(&ChainQuery::Code { address: *wallet });
                let there = matches!(code, Some(ChainAnswer::Bytes(code)) if !code.is_empty());
                (!there).then(|| call.clone())
            }
            _ => None,
        });
        Self::new(ChainQuery::Simulate(calls.collect()), Needs::Success, failed)
    }

    /// Whether the chain has said that it is so.
    pub(crate) fn is_met(&self, input: &VerifyInput<'_>) -> bool {
        input.answer(&self.question).and_then(|answer| self.judge(answer)) == Some(Ok(()))
    }

    /// Whether the chain has said nothing of it.
    pub(crate) fn is_open(&self, input: &VerifyInput<'_>) -> bool {
        input.answer(&self.question).is_none()
    }

    /// The same demand with a name for a contract that gives no answer.
    pub(crate) fn or_unknown(self, unknown: Rejection) -> Self {
        Self { unknown, ..self }
    }

    /// The same demand, or all of these; if it comes to them, it is by them that it fails.
    pub(crate) fn or(self, instead: Vec<Self>) -> Self {
        Self { instead, ..self }
    }

    /// The verdict of an answer; none of an answer that is none.
    fn judge(&self, answer: &ChainAnswer) -> Option<Result<(), Rejection>> {
        let met = match (&self.needs, answer) {
            (Needs::Code, ChainAnswer::Bytes(code)) => !code.is_empty(),
            (Needs::Unused, ChainAnswer::Flag(used)) => !used,
            (Needs::AtLeast(least), ChainAnswer::Amount(amount)) => amount >= least,
            (Needs::Exactly(number), ChainAnswer::Amount(amount)) => amount == number,
            (Needs::Success, ChainAnswer::Flag(success)) => *success,
            (Needs::Code, ChainAnswer::Failed(_)) => return None,
            (Needs::Success, ChainAnswer::Failed(reason)) => return Some(Err(revert::rejection(reason).unwrap_or(self.failed))),
            (_, ChainAnswer::Failed(_)) => return Some(Err(self.unknown)),
            _ => return None,
        };
        Some(if met { Ok(()) } else { Err(self.failed) })
    }

    fn standing(self, input: &VerifyInput<'_>) -> Standing {
        let told = input.answer(&self.question).and_then(|answer| self.judge(answer));
        match told {
            Some(Ok(())) => Standing::Met,
            Some(Err(rejection)) if self.instead.is_empty() => Standing::Failed(rejection),
            Some(Err(_)) => all(self.instead, input),
            None if self.instead.is_empty() => Standing::Open(vec![self.question]),
            None => match all(self.instead, input) {
                Standing::Met => Standing::Met,
                Standing::Open(others) => Standing::Open([self.question].into_iter().chain(others).collect()),
                Standing::Failed(_) => Standing::Open(vec![self.question]),
            },
        }
    }
}

/// All of the demands: what is open up to the first that is known not to be met, or, if nothing is open before it, what is wrong.
fn all(demands: Vec<Demand>, input: &VerifyInput<'_>) -> Standing {
    let mut questions = Vec::new();
    for demand in demands {
        match demand.standing(input) {
            Standing::Met => {}
            Standing::Open(open) => questions.extend(open),
            Standing::Failed(rejection) if questions.is_empty() => return Standing::Failed(rejection),
            Standing::Failed(_) => break,
        }
    }
    if questions.is_empty() { Standing::Met } else { Standing::Open(questions) }
}

/// The questions that are open up to the first demand that is known not to be met; if that comes first, what is wrong.
pub(crate) fn open(demands: Vec<Demand>, input: &VerifyInput<'_>) -> Result<Vec<ChainQuery>, Rejection> {
    match all(demands, input) {
        Standing::Met => Ok(Vec::new()),
        Standing::Open(questions) => Ok(questions),
        Standing::Failed(rejection) => Err(rejection),
    }
}
