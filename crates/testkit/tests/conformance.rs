//! The laws of schemes: the schemes of this workspace keep to them, and a scheme that breaks one is told which.

use quittance_core::chain::{ChainAnswer, ChainQuery, ExpectedLog, Plan};
use quittance_core::eip712::eip3009::Authorization as Transfer;
use quittance_core::eip712::permit2::{
    EXACT_PROXY, ExactWitness, PermitWitnessTransferFrom, TokenPermissions, UPTO_PROXY, UptoWitness, Witness,
};
use quittance_core::eip712::{self, Domain};
use quittance_core::json::Object;
use quittance_core::registry::{default_asset, networks::BASE_SEPOLIA};
use quittance_core::wire::{Eip3009Payload, PaymentPayload, Permit2Payload};
use quittance_core::{
    Account, Address, Admitted, Amount, ChainMode, Money, Network, Nonce, Payment, Progress, Rejection, ReplayKey, Scheme,
    SchemeId, SecretKey, Terms, UnixSeconds, Verified, VerifyInput, Window,
};
use quittance_evm::{EXACT, UPTO};
use quittance_testkit::conformance::{self, Breach, Law, Sample};

#[expect(dead_code, reason = "its main function is for those who run it")]
#[path = "../examples/tab.rs"]
mod tab;

const NOW: u64 = 1_740_672_100;
const PAYEE: &str = "0x209693Bc6afc0C5328bA36FaF03C514EF312287C";

fn key() -> SecretKey {
    SecretKey::from_bytes(&[7; 32]).unwrap()
}

fn at(seconds: u64) -> UnixSeconds {
    UnixSeconds::from_secs(seconds)
}

fn exact_terms() -> Terms {
    Terms::exact(default_asset(BASE_SEPOLIA).unwrap(), &Money::parse("$0.01").unwrap(), PAYEE, 60).unwrap()
}

fn permit2_terms(scheme: &str) -> Terms {
    let facilitator = Address::from_bytes([0xfa; 20]).to_string();
    let extra: Object = [("assetTransferMethod", "permit2"), ("facilitatorAddress", &facilitator)].into_iter().collect();
    let mut offer = exact_terms().requirements().clone().with_extra(extra);
    offer.scheme = scheme.into();
    Terms::parse(offer).unwrap()
}

fn transferred(terms: &Terms) -> Payment {
    let transfer = Transfer {
        from: key().address(),
        to: terms.pay_to().address().unwrap(),
        value: terms.amount(),
        window: Window::new(at(0), at(NOW + 60)),
        nonce: Nonce::from_bytes([9; 32]),
    };
    let payload = Eip3009Payload::sign(&key(), &terms.token().unwrap().erc20().unwrap().domain_separator(), transfer);
    PaymentPayload::new(terms.requirements().clone(), (&payload).into()).try_into().unwrap()
}

fn permitted<W: Witness>(terms: &Terms, spender: Address, witness: W) -> Payment
where
    Object: for<'a> From<&'a Permit2Payload<W>>,
{
    let permit = PermitWitnessTransferFrom {
        permitted: TokenPermissions { token: terms.asset().token().address().unwrap(), amount: terms.amount() },
        spender,
        nonce: Nonce::from_bytes([9; 32]),
        deadline: at(NOW + 60),
        witness,
    };
    let signature = key().sign(&eip712::digest(&Domain::permit2(84_532).separator(), &permit));
    let payload = Permit2Payload::new(signature, key().address(), permit);
    PaymentPayload::new(terms.requirements().clone(), (&payload).into()).try_into().unwrap()
}

/// A chain on which key 7 has a key's account and enough of everything.
fn chain(question: &ChainQuery) -> ChainAnswer {
    match question {
        ChainQuery::Code { address } if *address == key().address() => ChainAnswer::Bytes(Vec::new()),
        ChainQuery::Code { .. } => ChainAnswer::Bytes(vec![0x60, 0x80]),
        ChainQuery::Balance { .. } | ChainQuery::Allowance { .. } => ChainAnswer::Amount(Amount::from_u64(1_000_000)),
        ChainQuery::Simulate(_) => ChainAnswer::Flag(true),
        _ => ChainAnswer::Flag(false),
    }
}

/// The same chain, on which key 7 has delegated to a wallet that takes its signatures.
fn delegated(question: &ChainQuery) -> ChainAnswer {
    match question {
        ChainQuery::Code { address } if *address == key().address() => ChainAnswer::Bytes([&[0xef, 1, 0][..], &[1; 20]].concat()),
        ChainQuery::ContractSignature { .. } => ChainAnswer::Flag(true),
        other => chain(other),
    }
}

fn sample<'a>(payment: &'a Payment, terms: &'a Terms, chain: &'a dyn Fn(&ChainQuery) -> ChainAnswer) -> Sample<'a> {
    Sample { payment, terms, now: at(NOW), chain }
}

fn exact_breaches(scheme: &dyn Scheme) -> Vec<Breach> {
    let (terms, permit2) = (exact_terms(), permit2_terms("exact"));
    let payment = transferred(&terms);
    let to = Address::parse(PAYEE).unwrap();
    let permit = permitted(&permit2, EXACT_PROXY, ExactWitness { to, valid_after: at(0) });
    let samples = [sample(&payment, &terms, &chain), sample(&payment, &terms, &delegated), sample(&permit, &permit2, &chain)];
    conformance::scheme(scheme, &samples).err().unwrap_or_default()
}

#[test]
fn the_schemes_of_this_workspace_keep_to_every_law() {
    assert_eq!(exact_breaches(&EXACT), []);
    assert_eq!(exact_breaches(&EXACT.keys_only()), []);
    let terms = permit2_terms("upto");
    let witness =
        UptoWitness { to: Address::parse(PAYEE).unwrap(), facilitator: Address::from_bytes([0xfa; 20]), valid_after: at(0) };
    let payment = permitted(&terms, UPTO_PROXY, witness);
    for chain in [&chain as &dyn Fn(&ChainQuery) -> ChainAnswer, &delegated] {
        assert_eq!(conformance::scheme(&UPTO, &[sample(&payment, &terms, chain)]), Ok(()));
    }
}

#[test]
fn a_scheme_of_ones_own_can_keep_to_them_too() {
    assert!(tab::type_hash_is_the_types());
    assert_eq!(tab::held_to_the_laws(&tab::Tab), Ok(()));
}

#[test]
#[should_panic(expected = "no payment to try the scheme with")]
fn a_trial_without_payments_proves_nothing() {
    let _ = conformance::scheme(&EXACT, &[]);
}

/// `exact`, but for one thing that it does wrong.
struct Wrong(How);

#[derive(Clone, Copy, Debug)]
enum How {
    RefusesTheGood,
    NeverEnds,
    ChangesItsMind,
    BatchesInReverse,
    TrustsTheCache,
    Overstates,
    BelievesTheClient,
    Forgets,
    PassesUnsigned,
    NeverAsks,
    AsksSomethingElse,
    AsksTwice,
    TakesAnyAnswer,
    PlansNothing,
    ChargesAnything,
    PlansForeign,
    Prints,
}

impl Wrong {
    fn proof(input: &VerifyInput<'_>, amount: Amount, expires: UnixSeconds) -> Progress {
        let from = input.payment.from().unwrap();
        let key = ReplayKey::Eip3009 { network: BASE_SEPOLIA, token: from, from, nonce: Nonce::from_bytes([9; 32]) };
        Progress::Verified(Verified::assertion(input.payment, input.terms, Account::Evm(from), amount, key, expires))
    }
}

static TIMES: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);

impl Scheme for Wrong {
    fn id(&self) -> SchemeId {
        EXACT.id()
    }

    fn serves(&self, network: Network) -> bool {
        EXACT.serves(network)
    }

    fn verify(&self, input: &VerifyInput<'_>) -> Result<Progress, Rejection> {
        let right = EXACT.verify(input);
        match (self.0, right) {
            (How::RefusesTheGood, Ok(Progress::Verified(_))) => Err(Rejection::InsufficientFunds),
            (How::NeverEnds, Ok(Progress::Verified(_))) if input.mode != ChainMode::Offline => {
                let owner = Address::from_bytes([u8::try_from(input.answers.len()).unwrap(); 20]);
                Ok(Progress::Ask(ChainQuery::Balance { token: owner, owner }))
            }
            (How::ChangesItsMind, Ok(Progress::Verified(_)))
                if TIMES.fetch_add(1, std::sync::atomic::Ordering::Relaxed) % 3 == 2 =>
            {
                Err(Rejection::Eip3009Signature)
            }
            (How::TrustsTheCache, Ok(_)) if input.payers.is_some() => Err(Rejection::Eip3009Signature),
            (How::Overstates, Ok(Progress::Verified(proof))) => Ok(Self::proof(input, Amount::MAX, proof.expires())),
            (How::BelievesTheClient, Err(_)) => {
                let mut believed = *input;
                believed.terms = input.payment.accepted().unwrap();
                EXACT.verify(&believed)
            }
            (How::Forgets, Err(Rejection::Eip3009ValidBefore)) => Ok(Self::proof(input, input.terms.amount(), at(NOW + 60))),
            (How::PassesUnsigned, Ok(Progress::Ask(_))) if input.mode == ChainMode::Offline && input.answers.is_empty() => {
                Ok(Self::proof(input, input.terms.amount(), at(NOW + 60)))
            }
            (How::NeverAsks, Ok(Progress::Ask(_))) => EXACT.verify(&input.in_mode(ChainMode::Offline).with_answers(&[])),
            (How::TakesAnyAnswer, Ok(Progress::Ask(question))) if input.answer(&question).is_some() => {
                Err(Rejection::Eip3009Signature)
            }
            (_, right) => right,
        }
    }

    fn verify_many(&self, inputs: &[VerifyInput<'_>]) -> Vec<Result<Progress, Rejection>> {
        let mut verdicts = inputs.iter().map(|input| self.verify(input)).collect::<Vec<_>>();
        if matches!(self.0, How::BatchesInReverse) {
            verdicts.reverse();
        }
        verdicts
    }

    fn questions(&self, input: &VerifyInput<'_>) -> Result<Vec<ChainQuery>, Rejection> {
        let first = match self.verify(input)? {
            Progress::Ask(question) => vec![question],
            _ => Vec::new(),
        };
        match self.0 {
            How::AsksSomethingElse => Ok(vec![ChainQuery::Code { address: Address::ZERO }]),
            How::AsksTwice => Ok([first.clone(), first].concat()),
            _ => Ok(first),
        }
    }

    fn plan(&self, admitted: &Admitted, charge: Amount) -> Result<Plan, Rejection> {
        match self.0 {
            How::PlansNothing => EXACT.plan(admitted, charge).map(|plan| Plan::new(plan.steps, Vec::new())),
            How::ChargesAnything => EXACT.plan(admitted, charge).or_else(|_| EXACT.plan(admitted, admitted.verified().amount())),
            How::PlansForeign => EXACT.plan(admitted, charge).or_else(|rejection| match rejection {
                Rejection::UnsupportedPayloadType => Ok(Plan::new(Vec::new(), Vec::new())),
                other => Err(other),
            }),
            How::Prints => EXACT.plan(admitted, charge).map(|mut plan| {
                if let quittance_core::Authorization::Eip3009(payload) = admitted.verified().payment().authorization() {
                    plan.evidence.push(ExpectedLog::new(Address::ZERO, Vec::new(), payload.signature.as_bytes().into()));
                }
                plan
            }),
            _ => EXACT.plan(admitted, charge),
        }
    }
}

#[test]
fn a_scheme_that_breaks_a_law_is_told_which() {
    for (how, law) in [
        (How::RefusesTheGood, Law::GoodPasses),
        (How::NeverEnds, Law::GoodPasses),
        (How::ChangesItsMind, Law::Deterministic),
        (How::BatchesInReverse, Law::Batch),
        (How::TrustsTheCache, Law::Cache),
        (How::Overstates, Law::Proof),
        (How::BelievesTheClient, Law::OtherTerms),
        (How::Forgets, Law::Expired),
        (How::PassesUnsigned, Law::Unsigned),
        (How::NeverAsks, Law::AsksFirst),
        (How::AsksSomethingElse, Law::Questions),
        (How::AsksTwice, Law::Questions),
        (How::TakesAnyAnswer, Law::WrongKind),
        (How::PlansNothing, Law::Plans),
        (How::ChargesAnything, Law::Ceiling),
        (How::PlansForeign, Law::Foreign),
        (How::Prints, Law::Secrets),
    ] {
        let breaches = exact_breaches(&Wrong(how));
        let mut laws = breaches.iter().map(|breach| breach.law).collect::<Vec<_>>();
        laws.sort_unstable();
        laws.dedup();
        assert!(laws.contains(&law), "{how:?} breaks {law:?} and is told {laws:?}");
    }
}
