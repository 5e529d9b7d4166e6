//! The laws, tried one by one.

use std::collections::BTreeSet;

use quittance_core::chain::{ChainAnswer, ChainQuery};
use quittance_core::json::Object;
use quittance_core::registry::networks::BASE;
use quittance_core::signature::PayerCache;
use quittance_core::wire::{PaymentPayload, PaymentRequirements};
use quittance_core::{
    Account, Address, Admitted, Amount, ChainMode, Nonce, Payment, Progress, Rejection, ReplayKey, Scheme, Terms, UnixSeconds,
    Verified, VerifyInput,
};

use super::{Breach, Law, Sample, edits};

/// The most rounds of questions that one payment may take.
const ROUNDS: usize = 8;

type Answers = Vec<(ChainQuery, ChainAnswer)>;
type Verdict = Result<Progress, Rejection>;

/// One sample before one scheme.
pub(super) struct Trial<'a> {
    pub(super) scheme: &'a dyn Scheme,
    pub(super) sample: &'a Sample<'a>,
    pub(super) number: usize,
    pub(super) breaches: &'a mut Vec<Breach>,
}

/// A verdict in words, all of it.
fn told(verdict: &Verdict) -> String {
    match verdict {
        Ok(Progress::Verified(proof)) => {
            format!("verified: {} pays {} by {:?} until {}", proof.payer(), proof.amount(), proof.key(), proof.expires())
        }
        Ok(Progress::Ask(question)) => format!("asks: {question:?}"),
        Ok(other) => format!("{other:?}"),
        Err(rejection) => format!("refuses: {}", rejection.code()),
    }
}

/// Every payment in company, forwards, backwards and twice, is told what it is told alone.
pub(super) fn batches(scheme: &dyn Scheme, samples: &[Sample<'_>], breaches: &mut Vec<Breach>) {
    let mut inputs = Vec::new();
    for sample in samples {
        let good = VerifyInput::offline(sample.payment, sample.terms, sample.now);
        let late = VerifyInput::offline(sample.payment, sample.terms, UnixSeconds::from_secs(u64::MAX));
        inputs.extend([good, late, good.on_chain(&[])]);
    }
    let backwards = inputs.iter().rev().copied().collect::<Vec<_>>();
    for inputs in [inputs.clone(), backwards, [inputs.clone(), inputs].concat(), Vec::new()] {
        let alone = inputs.iter().map(|input| told(&scheme.verify(input))).collect::<Vec<_>>();
        let together = scheme.verify_many(&inputs).iter().map(told).collect::<Vec<_>>();
        if alone != together {
            let by = format!("{} payments at once: {together:?}, one by one: {alone:?}", inputs.len());
            breaches.push(Breach { law: Law::Batch, by });
        }
    }
}

impl<'a> Trial<'a> {
    pub(super) fn run(&mut self) {
        for mode in [ChainMode::Offline, ChainMode::State, ChainMode::Simulated] {
            self.in_mode(mode);
        }
        self.asks_first();
        self.other_terms();
        self.unsigned();
    }

    fn breach(&mut self, law: Law, by: impl Into<String>) {
        self.breaches.push(Breach { law, by: format!("sample {}: {}", self.number, by.into()) });
    }

    fn holds(&mut self, law: Law, holds: bool, by: impl FnOnce() -> String) {
        if !holds {
            self.breach(law, by());
        }
    }

    fn input(&self) -> VerifyInput<'a> {
        VerifyInput::offline(self.sample.payment, self.sample.terms, self.sample.now)
    }

    /// Asks until there is a verdict, and looks at each step.
    fn in_mode(&mut self, mode: ChainMode) {
        let mut answers = Answers::new();
        for _ in 0..ROUNDS {
            let input = self.input().in_mode(mode).with_answers(&answers);
            let verdict = self.scheme.verify(&input);
            self.repeat(&input, &verdict);
            match verdict {
                Ok(Progress::Ask(question)) => {
                    let questions = self.questions(&input, Some(&question));
                    self.wrong_kind(mode, &answers, &question);
                    answers.extend(questions.into_iter().map(|question| {
                        let answer = (self.sample.chain)(&question);
                        (question, answer)
                    }));
                }
                Ok(Progress::Verified(verified)) => {
                    self.questions(&input, None);
                    self.expired(&input, &verified);
                    self.proof(&verified);
                    self.plans(verified);
                    return;
                }
                other => return self.breach(Law::GoodPasses, format!("in mode {mode:?} {}", told(&other))),
            }
        }
        self.breach(Law::GoodPasses, format!("in mode {mode:?} it still asks after {ROUNDS} rounds"));
    }

    fn repeat(&mut self, input: &VerifyInput<'_>, verdict: &Verdict) {
        let first = told(verdict);
        for _ in 0..3 {
            let again = told(&self.scheme.verify(input));
            self.holds(Law::Deterministic, again == first, || format!("{first}, and then {again}"));
        }
        let empty = PayerCache::with_places(1);
        let cached = told(&self.scheme.verify(&input.with_payers(&empty)));
        self.holds(Law::Cache, cached == first, || format!("{first}, but with a cache {cached}"));
        self.secrets(&format!("{verdict:?}"));
    }

    /// All questions, if they are what the check asks.
    fn questions(&mut self, input: &VerifyInput<'_>, asked: Option<&ChainQuery>) -> Vec<ChainQuery> {
        let questions = match self.scheme.questions(input) {
            Ok(questions) => questions,
            Err(rejection) => {
                self.breach(Law::Questions, format!("refused as {} where the check asks {asked:?}", rejection.code()));
                return asked.into_iter().cloned().collect();
            }
        };
        self.holds(Law::Questions, questions.first() == asked, || format!("{questions:?} where the check asks {asked:?}"));
        let distinct = questions.iter().map(|question| format!("{question:?}")).collect::<BTreeSet<_>>().len();
        let answered = questions.iter().any(|question| input.answer(question).is_some());
        self.holds(Law::Questions, distinct == questions.len() && !answered, || format!("asked twice: {questions:?}"));
        self.secrets(&format!("{questions:?}"));
        questions
    }

    /// Whatever else is answered, a question is open until it is answered in its own kind.
    fn wrong_kind(&mut self, mode: ChainMode, before: &Answers, question: &ChainQuery) {
        let right = (self.sample.chain)(question);
        let kinds = [
            ChainAnswer::Bytes(Vec::new()),
            ChainAnswer::Bytes(vec![1]),
            ChainAnswer::Amount(Amount::ZERO),
            ChainAnswer::Amount(Amount::MAX),
            ChainAnswer::Flag(true),
            ChainAnswer::Flag(false),
        ];
        for wrong in kinds.into_iter().filter(|kind| core::mem::discriminant(kind) != core::mem::discriminant(&right)) {
            let answers = before.iter().cloned().chain([(question.clone(), wrong.clone())]).collect::<Answers>();
            let verdict = self.scheme.verify(&self.input().in_mode(mode).with_answers(&answers));
            let open = matches!(&verdict, Ok(Progress::Ask(again)) if again == question);
            self.holds(Law::WrongKind, open, || format!("{question:?}, answered by {wrong:?}: {}", told(&verdict)));
        }
    }

    fn expired(&mut self, input: &VerifyInput<'_>, verified: &Verified) {
        let until = verified.expires().as_secs();
        for late in [until, until.saturating_add(1), until.saturating_add(1_000_000), u64::MAX] {
            let mut input = *input;
            input.now = UnixSeconds::from_secs(late);
            let verdict = self.scheme.verify(&input);
            self.holds(Law::Expired, verdict.is_err(), || format!("good until {until}, at {late} it {}", told(&verdict)));
        }
    }

    fn proof(&mut self, verified: &Verified) {
        let sample = self.sample;
        let (terms, payment) = (sample.terms, sample.payment);
        self.holds(Law::Proof, verified.amount() == terms.amount(), || format!("{} for {}", verified.amount(), terms.amount()));
        let payer = payment.from().is_none_or(|from| *verified.payer() == Account::Evm(from));
        self.holds(Law::Proof, payer, || format!("{} for {:?}", verified.payer(), payment.from()));
        self.holds(Law::Proof, verified.terms().is_same_offer(terms), || "other terms".into());
        self.holds(Law::Proof, edits::payload(verified.payment()) == edits::payload(payment), || "another payment".into());
        self.holds(Law::Proof, verified.expires() > sample.now, || format!("expired at {}", verified.expires()));
        self.secrets(&format!("{verified:?}"));
    }

    fn plans(&mut self, verified: Verified) {
        let amount = verified.amount();
        let admitted = Admitted::assertion(verified);
        match self.scheme.plan(&admitted, amount) {
            Ok(plan) => {
                let whole = !plan.steps.is_empty() && !plan.evidence.is_empty();
                self.holds(Law::Plans, whole, || format!("{} steps, {} logs", plan.steps.len(), plan.evidence.len()));
                self.holds(Law::Plans, self.scheme.plan(&admitted, amount).as_ref() == Ok(&plan), || "two plans for one".into());
                self.secrets(&format!("{plan:?}"));
            }
            Err(rejection) => self.breach(Law::Plans, format!("refused as {}", rejection.code())),
        }
        let above = [amount.checked_add(Amount::from_u64(1)), amount.checked_add(amount), Some(Amount::MAX)];
        for charge in above.into_iter().flatten().filter(|charge| *charge > amount) {
            let planned = self.scheme.plan(&admitted, charge);
            self.holds(Law::Ceiling, planned.is_err(), || format!("{charge} of {amount}"));
        }
        let planned = self.scheme.plan(&foreign(), Amount::from_u64(1));
        self.holds(Law::Foreign, planned.is_err(), || "it plans what another scheme verified".into());
    }

    /// Nobody has asked yet, so nobody passes.
    fn asks_first(&mut self) {
        for mode in [ChainMode::State, ChainMode::Simulated] {
            let verdict = self.scheme.verify(&self.input().in_mode(mode));
            let asks = matches!(verdict, Ok(Progress::Ask(_)));
            self.holds(Law::AsksFirst, asks, || format!("in mode {mode:?} it {} without an answer", told(&verdict)));
        }
    }

    /// A payment for other terms is refused; and if it says that it is for those, it does not pass, though a wallet may be asked whether it
    /// signed that.
    fn other_terms(&mut self) {
        let (payment, now) = (self.sample.payment, self.sample.now);
        for (name, terms) in edits::other_terms(self.sample.terms) {
            let verdict = self.scheme.verify(&VerifyInput::offline(payment, &terms, now));
            self.holds(Law::OtherTerms, verdict.is_err(), || format!("{name}: {}", told(&verdict)));
            let Some(renamed) = edits::paid(&terms, payment, edits::payload(payment)) else { continue };
            let verdict = self.scheme.verify(&VerifyInput::offline(&renamed, &terms, now));
            let passed = matches!(verdict, Ok(Progress::Verified(_)));
            self.holds(Law::OtherTerms, !passed, || format!("{name}, renamed: {}", told(&verdict)));
        }
    }

    fn unsigned(&mut self) {
        let (payment, terms) = (self.sample.payment, self.sample.terms);
        for (name, payload) in edits::changed(&edits::payload(payment)) {
            let Some(payment) = edits::paid(terms, payment, payload) else { continue };
            let verdict = self.scheme.verify(&VerifyInput::offline(&payment, terms, self.sample.now));
            let passed = matches!(verdict, Ok(Progress::Verified(_)));
            self.holds(Law::Unsigned, !passed, || format!("{name} can be changed: {}", told(&verdict)));
        }
    }

    /// No text holds the signature, in digits or as a list of bytes.
    fn secrets(&mut self, printed: &str) {
        let payload = edits::payload(self.sample.payment);
        let Some(signature) = payload.member("signature").and_then(|signature| signature.as_str()) else { return };
        let digits = signature.trim_start_matches("0x");
        let Some(part) = digits.get(..32.min(digits.len())).filter(|part| part.len() == 32) else { return };
        let bytes = (0..8).filter_map(|i| u8::from_str_radix(&part[2 * i..2 * i + 2], 16).ok()).collect::<Vec<_>>();
        let listed = format!("{bytes:?}");
        let shown = printed.contains(part) || printed.contains(listed.trim_matches(['[', ']']));
        self.holds(Law::Secrets, !shown, || "a signature shows".into());
    }
}

/// What a scheme that does not exist has verified, for every other to refuse to plan.
fn foreign() -> Admitted {
    let offer = PaymentRequirements::new("of-another-scheme", BASE.to_string(), "1", SOMEBODY, SOMEBODY, 60);
    let terms = Terms::parse(offer.clone()).expect("an offer");
    let payment: Payment = PaymentPayload::new(offer, Object::new()).try_into().expect("a payment");
    let from = Address::from_bytes([1; 20]);
    let key = ReplayKey::Eip3009 { network: BASE, token: from, from, nonce: Nonce::from_bytes([1; 32]) };
    let end = UnixSeconds::from_secs(u64::MAX);
    Admitted::assertion(Verified::assertion(&payment, &terms, Account::Evm(from), terms.amount(), key, end))
}

const SOMEBODY: &str = "0x2222222222222222222222222222222222222222";
