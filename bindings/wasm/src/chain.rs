//! What only a chain can say: questions as values, the calls that ask them, and what the calls return, read.
//!
//! Nothing here reaches a chain. A host asks a node whatever it is told to ask, and comes back with the answers; the check is made again from
//! the beginning, so nothing is kept in between.

use alloc::vec::Vec;

use quittance_core::chain::{Call, ChainAnswer, ChainQuery};
use quittance_core::json::{Object, Value};
use quittance_core::signature::SignatureBytes;
use quittance_core::{
    Address, Amount, ChainMode, Nonce, Payment, Progress, Scheme, SchemeId, Terms, UnixSeconds, Verified, VerifyInput,
};
use quittance_evm::question::{self, Outcome};
use quittance_evm::{EXACT, Sponsoring, UPTO, multicall3};

use crate::answer::{Answer, Problem, members, shown};
use crate::arguments::{self, Texts};
use crate::digits::{hex, unhex};
use crate::{hashing, verifying};

/// How often answers may raise other questions.
const ROUNDS: usize = 8;

/// A payment, checked with what a chain has answered so far: the verdict, or what is still to be asked.
pub(crate) fn check(given: &[u8]) -> Answer {
    let case = Case::read(&Texts::read(given)?)?;
    case.check(|_, verified| Ok(members([("verified", case.facts(&verified).into())])))
}

/// What is checked, and what is known.
pub(crate) struct Case {
    terms: Terms,
    payment: Payment,
    now: UnixSeconds,
    mode: ChainMode,
    factories: Vec<Address>,
    sponsoring: Vec<Sponsoring>,
    told: Vec<(Value, ChainAnswer)>,
}

impl Case {
    /// Reads the arguments.
    pub(crate) fn read(texts: &Texts) -> Result<Self, Problem> {
        let terms = arguments::offer(texts.required("terms")?)?;
        let headers = [(texts.required("name")?.into(), texts.required("value")?.into())];
        let (payment, _) = verifying::payment(&headers, core::slice::from_ref(&terms))?;
        let now = UnixSeconds::parse(texts.required("now")?).map_err(Problem::of_kind)?;
        let mode = match texts.required("mode")? {
            "offline" => ChainMode::Offline,
            "state" => ChainMode::State,
            "simulated" => ChainMode::Simulated,
            _ => return Err(unknown("mode")),
        };
        let address = |value: &Value| Address::parse_party(arguments::element(value)?).map_err(Problem::of_kind);
        let factories = texts.list("factories")?.iter().map(address).collect::<Result<_, _>>()?;
        let sponsoring = texts.list("sponsoring")?.iter().map(sponsoring).collect::<Result<_, _>>()?;
        let told = texts.list("answers")?.iter().map(told).collect::<Result<_, _>>()?;
        Ok(Self { terms, payment, now, mode, factories, sponsoring, told })
    }

    /// What is made of the proof, if the payment passes; the open questions, while only the chain can say.
    pub(crate) fn check(&self, then: impl FnOnce(&dyn Scheme, Verified) -> Answer) -> Answer {
        let exact = EXACT.with_factories(&self.factories).with_sponsoring(&self.sponsoring);
        let upto = UPTO.with_factories(&self.factories).with_sponsoring(&self.sponsoring);
        let scheme: &dyn Scheme = if *self.terms.scheme() == SchemeId::Upto { &upto } else { &exact };
        let mut answers = Vec::new();
        for _ in 0..ROUNDS {
            let input = VerifyInput::offline(&self.payment, &self.terms, self.now).in_mode(self.mode).with_answers(&answers);
            let questions = match scheme.verify(&input)? {
                Progress::Verified(verified) => return then(scheme, verified),
                _ => scheme.questions(&input)?,
            };
            let known = |question: &ChainQuery| {
                let written = Value::Object(question_object(question));
                self.told.iter().find(|(asked, _)| *asked == written).map(|(_, answer)| (question.clone(), answer.clone()))
            };
            let fresh = questions.iter().filter(|question| input.answer(question).is_none()).filter_map(known).collect::<Vec<_>>();
            if fresh.is_empty() {
                return Ok(members([("questions", questions.iter().map(asked).collect::<Vec<_>>().into())]));
            }
            answers.extend(fresh);
        }
        Err(Problem::named("chain_needed", "the answers lead to no end"))
    }

    /// What is known of the payment once it has passed.
    pub(crate) fn facts(&self, verified: &Verified) -> Object {
        verifying::facts(verified, &self.terms, core::slice::from_ref(&self.terms))
    }
}

/// The answer to a question, from what its call returned, or reverted with.
pub(crate) fn answer(question: &[u8], returned: Option<&[u8]>, reverted: Option<&[u8]>) -> Answer {
    let question = read_question(&Texts::read(question)?)?;
    let answer = match (returned, reverted) {
        (Some(returned), None) => question::answer(&question, Outcome::Returned(&unhex(arguments::text(returned)?)?)),
        (None, Some(reverted)) => question::answer(&question, Outcome::Reverted(&unhex(arguments::text(reverted)?)?)),
        _ => return Err(unknown("outcome")),
    };
    let (name, value) = match answer {
        ChainAnswer::Flag(flag) => ("flag", flag.into()),
        ChainAnswer::Amount(amount) => ("amount", shown(amount)),
        ChainAnswer::Bytes(bytes) => ("bytes", hex(&bytes).into()),
        ChainAnswer::Failed(bytes) => ("failed", hex(&bytes).into()),
        _ => return Err(unknown("answer")),
    };
    Ok(members([(name, value)]))
}

/// The call that asks a question.
pub(crate) fn call(question: &[u8]) -> Answer {
    let question = read_question(&Texts::read(question)?)?;
    question::call(&question).map(|call| call_object(&call)).ok_or_else(|| unknown("call"))
}

/// One call that makes many.
pub(crate) fn multicall(calls: &[u8]) -> Answer {
    let one = |value: &Value| {
        let texts = Texts::of(value)?;
        let target = Address::parse_party(texts.required("target")?).map_err(Problem::of_kind)?;
        Ok(Call::new(target, unhex(texts.required("data")?)?))
    };
    let calls = arguments::texts(calls)?.iter().map(one).collect::<Result<Vec<_>, Problem>>()?;
    multicall3::call(&calls).map(|call| call_object(&call)).ok_or_else(|| unknown("call"))
}

/// What each of so many calls came to.
pub(crate) fn outcomes(returned: &[u8], count: usize) -> Answer {
    let returned = unhex(arguments::text(returned)?)?;
    let outcomes = multicall3::outcomes(&returned, count).map_err(|error| Problem::named(error.name(), error))?;
    let told = outcomes.iter().map(|outcome| {
        let (success, bytes) = match outcome {
            Outcome::Returned(bytes) => (true, bytes),
            Outcome::Reverted(bytes) => (false, bytes),
        };
        Value::Object(members([("success", success.into()), ("bytes", hex(bytes).into())]))
    });
    Ok(members([("outcomes", told.collect::<Vec<_>>().into())]))
}

pub(crate) fn unknown(what: &str) -> Problem {
    Problem::named("unknown_name", alloc::format!("there is no such {what}"))
}

fn sponsoring(value: &Value) -> Result<Sponsoring, Problem> {
    let id = arguments::element(value)?;
    [Sponsoring::Eip2612, Sponsoring::Erc20Approval].into_iter().find(|way| way.id() == id).ok_or_else(|| unknown("extension"))
}

/// `{question, answer}`, the question as it was asked.
fn told(value: &Value) -> Result<(Value, ChainAnswer), Problem> {
    let member = |name| value.as_object().and_then(|object| object.member(name)).ok_or_else(|| unknown("answer"));
    let answer = member("answer")?.as_object().ok_or_else(|| unknown("answer"))?;
    let only = answer.iter().next().ok_or_else(|| unknown("answer"))?;
    let answer = match only {
        ("flag", Value::Bool(flag)) => ChainAnswer::Flag(*flag),
        ("amount", Value::String(amount)) => ChainAnswer::Amount(Amount::parse(amount).map_err(Problem::of_kind)?),
        ("bytes", Value::String(bytes)) => ChainAnswer::Bytes(unhex(bytes)?),
        ("failed", Value::String(bytes)) => ChainAnswer::Failed(unhex(bytes)?),
        _ => return Err(unknown("answer")),
    };
    Ok((member("question")?.clone(), answer))
}

fn asked(question: &ChainQuery) -> Value {
    Value::Object(question_object(question))
}

/// A question in the words of the vectors.
fn question_object(question: &ChainQuery) -> Object {
    match question {
        ChainQuery::Code { address } => members([("kind", "code".into()), ("address", shown(address))]),
        ChainQuery::ContractSignature { wallet, digest, signature } => members([
            ("kind", "contractSignature".into()),
            ("wallet", shown(wallet)),
            ("digest", shown(digest)),
            ("signature", signature.to_hex().into()),
        ]),
        ChainQuery::CounterfactualSignature { wallet, deployment, digest, signature } => members([
            ("kind", "counterfactualSignature".into()),
            ("wallet", shown(wallet)),
            ("deployment", call_object(deployment).into()),
            ("digest", shown(digest)),
            ("signature", signature.to_hex().into()),
        ]),
        ChainQuery::Balance { token, owner } => {
            members([("kind", "balance".into()), ("token", shown(token)), ("owner", shown(owner))])
        }
        ChainQuery::Allowance { token, owner, spender } => {
            members([("kind", "allowance".into()), ("token", shown(token)), ("owner", shown(owner)), ("spender", shown(spender))])
        }
        ChainQuery::NonceState { token, authorizer, nonce } => members([
            ("kind", "nonceState".into()),
            ("token", shown(token)),
            ("authorizer", shown(authorizer)),
            ("nonce", shown(nonce)),
        ]),
        ChainQuery::PermitNonce { owner, nonce } => {
            members([("kind", "permitNonce".into()), ("owner", shown(owner)), ("nonce", shown(nonce))])
        }
        ChainQuery::TokenNonce { token, owner } => {
            members([("kind", "tokenNonce".into()), ("token", shown(token)), ("owner", shown(owner))])
        }
        ChainQuery::Transactions { account } => members([("kind", "transactions".into()), ("account", shown(account))]),
        ChainQuery::Funds { account } => members([("kind", "funds".into()), ("account", shown(account))]),
        ChainQuery::Simulate(calls) => {
            let calls = calls.iter().map(|call| Value::Object(call_object(call))).collect::<Vec<_>>();
            members([("kind", "simulate".into()), ("calls", calls.into())])
        }
        // a question that this layer has no words for is answered by nobody, and stays open
        _ => members([("kind", "unknown".into())]),
    }
}

pub(crate) fn call_object(call: &Call) -> Object {
    let mut told = members([("target", shown(call.target)), ("data", hex(&call.data).into())]);
    if let Some(sender) = call.sender {
        told.insert("sender", shown(sender));
    }
    told
}

/// Reads a question that one call asks.
fn read_question(texts: &Texts) -> Result<ChainQuery, Problem> {
    let party = |name| Address::parse_party(texts.required(name)?).map_err(Problem::of_kind);
    let nonce = || Nonce::parse(texts.required("nonce")?).map_err(Problem::of_kind);
    Ok(match texts.required("kind")? {
        "contractSignature" => ChainQuery::ContractSignature {
            wallet: party("wallet")?,
            digest: hashing::digest(texts.required("digest")?.as_bytes())?,
            signature: SignatureBytes::parse(texts.required("signature")?).map_err(Problem::of_kind)?,
        },
        "balance" => ChainQuery::Balance { token: party("token")?, owner: party("owner")? },
        "allowance" => ChainQuery::Allowance { token: party("token")?, owner: party("owner")?, spender: party("spender")? },
        "nonceState" => ChainQuery::NonceState { token: party("token")?, authorizer: party("authorizer")?, nonce: nonce()? },
        "permitNonce" => ChainQuery::PermitNonce { owner: party("owner")?, nonce: nonce()? },
        "tokenNonce" => ChainQuery::TokenNonce { token: party("token")?, owner: party("owner")? },
        _ => return Err(unknown("question")),
    })
}
