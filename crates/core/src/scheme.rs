//! What a payment scheme is: pure checks, which end in a proof or in a question to the chain.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

use crate::amount::Amount;
use crate::chain::{ChainAnswer, ChainQuery, Plan};
use crate::eip712::Digest;
use crate::network::Network;
use crate::payment::Payment;
use crate::proof::{Admitted, Verified};
use crate::rejection::Rejection;
use crate::signature::{KeySigned, PayerCache};
use crate::terms::Terms;
use crate::time::UnixSeconds;

/// A way to pay on one kind of network.
///
/// It is a value, passed in by whoever composes a seller or a facilitator; there is no registry of schemes. It does no I/O and has no
/// clock: where only a chain can tell, it answers [`Progress::Ask`] and is called again with the answer.
pub trait Scheme: Send + Sync {
    /// The name of the scheme.
    fn id(&self) -> SchemeId;

    /// Whether this value has rules for a network.
    fn serves(&self, network: Network) -> bool;

    /// Checks a payment against the seller's own terms.
    ///
    /// # Errors
    ///
    /// The first check that fails, in the specification's order.
    fn verify(&self, input: &VerifyInput<'_>) -> Result<Progress, Rejection>;

    /// Checks many payments, in their order. Each is told what [`verify`](Self::verify) tells it alone, whatever stands beside it; a
    /// scheme that can share work among them does.
    fn verify_many(&self, inputs: &[VerifyInput<'_>]) -> Vec<Result<Progress, Rejection>> {
        inputs.iter().map(|input| self.verify(input)).collect()
    }

    /// All questions that [`verify`](Self::verify) is going to ask about this payment and that can be foreseen, so that one request to a
    /// node answers them together. None when it has nothing to ask.
    ///
    /// Answers may raise another: a payer's code says who answers for it. So this is asked until it is answered:
    ///
    /// ```
    /// # use quittance_core::chain::{ChainAnswer, ChainQuery};
    /// # use quittance_core::{Progress, Rejection, Scheme, Verified, VerifyInput};
    /// fn check(
    ///     scheme: &dyn Scheme,
    ///     input: &VerifyInput<'_>,
    ///     mut ask: impl FnMut(&[ChainQuery]) -> Vec<ChainAnswer>,
    /// ) -> Result<Option<Verified>, Rejection> {
    ///     let mut answers = Vec::new();
    ///     for _ in 0..4 {
    ///         let input = input.on_chain(&answers);
    ///         if let Progress::Verified(verified) = scheme.verify(&input)? {
    ///             return Ok(Some(verified));
    ///         }
    ///         let questions = scheme.questions(&input)?;
    ///         let told = ask(&questions);
    ///         answers.extend(questions.into_iter().zip(told));
    ///     }
    ///     Ok(None) // asked for the same again: the answers were of the wrong kind, which is a fault of ours
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// The first check that fails without an answer, or by the answers so far.
    fn questions(&self, input: &VerifyInput<'_>) -> Result<Vec<ChainQuery>, Rejection> {
        Ok(match self.verify(input)? {
            Progress::Verified(_) => Vec::new(),
            Progress::Ask(question) => [question].into(),
        })
    }

    /// What a settlement of an admitted payment has to do.
    ///
    /// # Errors
    ///
    /// [`Rejection`] when this scheme cannot settle what was admitted: a charge above the ceiling, or another than the price where
    /// there is one price; a payment that another scheme verified.
    fn plan(&self, admitted: &Admitted, charge: Amount) -> Result<Plan, Rejection>;
}

/// What a check is made of. New inputs can be added without breaking schemes.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct VerifyInput<'a> {
    /// The payment.
    pub payment: &'a Payment,
    /// The seller's own terms, never the client's copy.
    pub terms: &'a Terms,
    /// The time, from the caller's clock.
    pub now: UnixSeconds,
    /// How much the chain has to say before the payment passes.
    pub mode: ChainMode,
    /// What the chain has answered so far.
    pub answers: &'a [(ChainQuery, ChainAnswer)],
    /// Payers whose keys are known. They make the check faster, and no verdict depends on them.
    pub payers: Option<&'a PayerCache>,
    /// What an earlier check of this payment came to. It makes this one faster, and no verdict depends on it.
    pub earlier: Option<&'a Verified>,
}

impl<'a> VerifyInput<'a> {
    /// A check without any knowledge of a chain.
    #[must_use]
    pub const fn offline(payment: &'a Payment, terms: &'a Terms, now: UnixSeconds) -> Self {
        Self { payment, terms, now, mode: ChainMode::Offline, answers: &[], payers: None, earlier: None }
    }

    /// The same check, resumed with what the chain answered.
    #[must_use]
    pub const fn with_answers(self, answers: &'a [(ChainQuery, ChainAnswer)]) -> Self {
        Self { answers, ..self }
    }

    /// The same check with a chain at hand: the payment passes only once the chain has said that it would settle. At first nothing is
    /// answered.
    #[must_use]
    pub const fn on_chain(self, answers: &'a [(ChainQuery, ChainAnswer)]) -> Self {
        Self { mode: ChainMode::Simulated, answers, ..self }
    }

    /// The same check in another mode.
    #[must_use]
    pub const fn in_mode(self, mode: ChainMode) -> Self {
        Self { mode, ..self }
    }

    /// The same check, by payers whose keys are known.
    #[must_use]
    pub const fn with_payers(self, payers: &'a PayerCache) -> Self {
        Self { payers: Some(payers), ..self }
    }

    /// The same check, made again: with what the first came to, if it passed without a chain.
    #[must_use]
    pub const fn with_earlier(self, earlier: Option<&'a Verified>) -> Self {
        Self { earlier, ..self }
    }

    /// What the earlier check found of the signature.
    #[must_use]
    pub fn found(&self) -> Option<&'a KeySigned> {
        self.earlier?.found()
    }

    /// What the payer has to have signed, if the earlier check has worked it out, and was of this very payment under these very terms: not one that
    /// says the same, but the same.
    #[must_use]
    pub fn digest(&self) -> Option<Digest> {
        let earlier = self.earlier?;
        let same = earlier.payment().is(self.payment) && earlier.terms().is(self.terms);
        earlier.found().filter(|_| same).map(KeySigned::digest)
    }

    /// The answer to a question, when it has been asked.
    #[must_use]
    pub fn answer(&self, question: &ChainQuery) -> Option<&'a ChainAnswer> {
        self.answers.iter().find(|(asked, _)| asked == question).map(|(_, answer)| answer)
    }
}

/// How much a chain has to say before a payment passes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum ChainMode {
    /// Nothing, if a key's signature is right in all that can be seen without one. The payer may be out of funds.
    Offline,
    /// Who answers for the payer, that the nonce is unused, and that there is enough to take.
    State,
    /// All that, and that the settlement would succeed if it were sent now (core specification v2, section 6.1.2, step 6).
    Simulated,
}

/// How far a check got without failing.
#[derive(Debug)]
#[non_exhaustive]
#[must_use = "a check that asks a question has not passed"]
pub enum Progress {
    /// The terms are met and the signature is the payer's.
    Verified(Verified),
    /// Only the chain can say. Without a chain the payment is unverifiable, which is not valid.
    /// [`Scheme::questions`] has this question and what else can be foreseen. A question that comes again although it was answered was answered with the wrong kind of answer: a fault of whoever asked,
    /// never the payer's.
    Ask(ChainQuery),
}

/// The name of a payment scheme. Names are compared byte for byte: `Exact` and `exact ` are other schemes, which nobody
/// has (catalogue row 36).
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
#[non_exhaustive]
pub enum SchemeId {
    /// A fixed amount, moved by the payer's authorization.
    Exact,
    /// A ceiling, of which the server charges what was used.
    Upto,
    /// A scheme that this crate has no rules for. It is a value, not an error, until somebody needs to know it.
    Other(Box<str>),
}

impl SchemeId {
    /// The name on the wire.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Exact => "exact",
            Self::Upto => "upto",
            Self::Other(name) => name,
        }
    }
}

impl From<&str> for SchemeId {
    fn from(name: &str) -> Self {
        match name {
            "exact" => Self::Exact,
            "upto" => Self::Upto,
            other => Self::Other(other.into()),
        }
    }
}

impl fmt::Display for SchemeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::Address;
    use crate::json::Object;
    use crate::wire::{PaymentPayload, PaymentRequirements};

    #[test]
    fn row_101_without_a_chain_a_question_has_no_answer() {
        let offer = PaymentRequirements::new("exact", "x402:test", "1", "coin", "somebody", 60);
        let terms = Terms::parse(offer.clone()).unwrap();
        let payment = PaymentPayload::new(offer, Object::new()).try_into().unwrap();
        let input = VerifyInput::offline(&payment, &terms, UnixSeconds::from_secs(0));
        let code = |last| ChainQuery::Code { address: Address::from_bytes([last; 20]) };
        let answers = [(code(1), ChainAnswer::Bytes([0xef].into()))];
        assert_eq!(input.answer(&code(1)), None);
        assert_eq!(input.with_answers(&answers).answer(&code(2)), None);
        assert_eq!(input.with_answers(&answers).answer(&code(1)), Some(&answers[0].1));
    }
}
