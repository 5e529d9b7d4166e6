//! `evm/on-chain` and `evm/settlement`: what a chain has to say of a payment, and what settles it.

use quittance_core::chain::{Call, ChainAnswer, ChainQuery, Plan, Step};
use quittance_core::eip712::permit2::{EXACT_PROXY, UPTO_PROXY};
use quittance_core::wire::PaymentRequirements;
use quittance_core::{
    Address, Admitted, Amount, ChainMode, Limits, Payment, Progress, Scheme, Terms, UnixSeconds, VerifyInput, header,
};
use quittance_evm::{EXACT, Sponsoring, UPTO};
use serde_json::{Value, json};

use super::{bytes, hex, refusal, text};
use crate::vectors::Outcome;

/// The payment, the offer and the scheme of an input, and what is to be made of them.
fn with_parts(group: &Value, input: &Value, make: impl FnOnce(&dyn Scheme, VerifyInput<'_>) -> Outcome) -> Outcome {
    let payment = header::payment_signature(text(input, "header").as_bytes(), &Limits::HEADER).map_err(|e| refusal(&e))?;
    let payment = Payment::try_from(payment).map_err(|e| refusal(&e))?;
    let offer = PaymentRequirements::from_json(text(input, "offer").as_bytes(), &Limits::BODY);
    let terms = offer.and_then(Terms::parse).expect("an offer of the vectors");
    let list = |name: &str| input[name].as_array().expect("a list").iter().map(|item| item.as_str().expect("text"));
    let factories = list("factories").map(|factory| Address::parse_party(factory).expect("an address")).collect::<Vec<_>>();
    let all = [Sponsoring::Eip2612, Sponsoring::Erc20Approval];
    let sponsoring = list("sponsoring").map(|id| *all.iter().find(|way| way.id() == id).expect("an extension")).collect::<Vec<_>>();
    let input = VerifyInput::offline(&payment, &terms, UnixSeconds::parse(text(group, "now")).expect("a time of the vectors"));
    match terms.scheme().as_str() {
        "exact" => make(&EXACT.with_factories(&factories).with_sponsoring(&sponsoring), input),
        "upto" => make(&UPTO.with_factories(&factories).with_sponsoring(&sponsoring), input),
        other => panic!("no scheme {other}"),
    }
}

pub(super) fn on_chain(group: &Value, input: &Value) -> Outcome {
    let mode = match text(input, "mode") {
        "state" => ChainMode::State,
        "simulated" => ChainMode::Simulated,
        other => panic!("no mode {other}"),
    };
    let chain = &input["chain"];
    with_parts(group, input, |scheme, input| {
        let payer = input.payment.from().expect("who pays");
        let first = scheme.questions(&input.in_mode(mode)).map_err(|e| e.code())?;
        let mut answers = Vec::new();
        loop {
            let input = input.in_mode(mode).with_answers(&answers);
            match scheme.verify(&input).map_err(|e| e.code())? {
                Progress::Verified(verified) => {
                    let questions = first.iter().map(question_json).collect::<Vec<_>>();
                    return Ok(json!({ "questions": questions, "payer": verified.payer().to_string() }));
                }
                Progress::Ask(asked) => {
                    let questions = scheme.questions(&input).map_err(|e| e.code())?;
                    assert_eq!(questions.first(), Some(&asked), "what is foreseen begins with what is asked");
                    let told = questions.into_iter().map(|question| (question.clone(), told(chain, payer, &question)));
                    answers.extend(told.collect::<Vec<_>>());
                }
                other => panic!("{other:?}"),
            }
        }
    })
}

/// What the chain of a case answers.
fn told(chain: &Value, payer: Address, question: &ChainQuery) -> ChainAnswer {
    let number = |name: &str| match text(chain, name) {
        "failed" => ChainAnswer::Failed(Vec::new()),
        number => ChainAnswer::Amount(Amount::parse(number).expect("a number of the vectors")),
    };
    let flag = |name: &str| match &chain[name] {
        Value::Bool(flag) => ChainAnswer::Flag(*flag),
        Value::String(text) if text == "failed" => ChainAnswer::Failed(Vec::new()),
        Value::String(reason) => ChainAnswer::Failed(bytes(reason)),
        other => panic!("no answer {other}"),
    };
    match question {
        ChainQuery::Code { address } if *address == payer => ChainAnswer::Bytes(bytes(text(chain, "payerCode"))),
        ChainQuery::Code { address } if [EXACT_PROXY, UPTO_PROXY].contains(address) => {
            ChainAnswer::Bytes(bytes(text(chain, "proxyCode")))
        }
        ChainQuery::Code { .. } => ChainAnswer::Bytes(bytes(text(chain, "tokenCode"))),
        ChainQuery::ContractSignature { .. } | ChainQuery::CounterfactualSignature { .. } => flag("signed"),
        ChainQuery::NonceState { .. } | ChainQuery::PermitNonce { .. } => flag("used"),
        ChainQuery::Balance { .. } => number("balance"),
        ChainQuery::Allowance { .. } => number("allowance"),
        ChainQuery::TokenNonce { .. } => number("tokenNonce"),
        ChainQuery::Transactions { .. } => number("transactions"),
        ChainQuery::Funds { .. } => number("funds"),
        ChainQuery::Simulate(_) => flag("simulation"),
        other => panic!("nobody asks {other:?}"),
    }
}

fn call_json(call: &Call) -> Value {
    let mut shown = json!({ "target": call.target.to_string(), "data": hex(&call.data) });
    if let Some(sender) = call.sender {
        shown["sender"] = sender.to_string().into();
    }
    shown
}

/// A question in the format's own words.
pub(super) fn question_json(question: &ChainQuery) -> Value {
    match question {
        ChainQuery::Code { address } => json!({ "kind": "code", "address": address.to_string() }),
        ChainQuery::ContractSignature { wallet, digest, signature } => json!({
            "kind": "contractSignature",
            "wallet": wallet.to_string(),
            "digest": digest.to_string(),
            "signature": signature.to_hex(),
        }),
        ChainQuery::CounterfactualSignature { wallet, deployment, digest, signature } => json!({
            "kind": "counterfactualSignature",
            "wallet": wallet.to_string(),
            "deployment": call_json(deployment),
            "digest": digest.to_string(),
            "signature": signature.to_hex(),
        }),
        ChainQuery::Balance { token, owner } => {
            json!({ "kind": "balance", "token": token.to_string(), "owner": owner.to_string() })
        }
        ChainQuery::Allowance { token, owner, spender } => json!({
            "kind": "allowance",
            "token": token.to_string(),
            "owner": owner.to_string(),
            "spender": spender.to_string(),
        }),
        ChainQuery::NonceState { token, authorizer, nonce } => json!({
            "kind": "nonceState",
            "token": token.to_string(),
            "authorizer": authorizer.to_string(),
            "nonce": nonce.to_string(),
        }),
        ChainQuery::PermitNonce { owner, nonce } => {
            json!({ "kind": "permitNonce", "owner": owner.to_string(), "nonce": nonce.to_string() })
        }
        ChainQuery::TokenNonce { token, owner } => {
            json!({ "kind": "tokenNonce", "token": token.to_string(), "owner": owner.to_string() })
        }
        ChainQuery::Transactions { account } => json!({ "kind": "transactions", "account": account.to_string() }),
        ChainQuery::Funds { account } => json!({ "kind": "funds", "account": account.to_string() }),
        ChainQuery::Simulate(calls) => json!({ "kind": "simulate", "calls": calls.iter().map(call_json).collect::<Vec<_>>() }),
        other => panic!("no words for {other:?}"),
    }
}

pub(super) fn settlement(group: &Value, input: &Value) -> Outcome {
    let charge = Amount::parse(text(input, "charge")).expect("an amount of the vectors");
    with_parts(group, input, |scheme, input| {
        let verified = match scheme.verify(&input).map_err(|e| e.code())? {
            Progress::Verified(verified) => verified,
            other => panic!("a key's signature needs no chain: {other:?}"),
        };
        let plan = scheme.plan(&Admitted::assertion(verified), charge).map_err(|e| e.code())?;
        Ok(plan_json(&plan))
    })
}

fn plan_json(plan: &Plan) -> Value {
    let steps = plan.steps.iter().map(|step| match step {
        Step::Call(call) => {
            let mut shown = call_json(call);
            shown["kind"] = "call".into();
            shown
        }
        Step::Deploy { wallet, call } => {
            json!({ "kind": "deploy", "wallet": wallet.to_string(), "target": call.target.to_string(), "data": hex(&call.data) })
        }
        Step::Broadcast(transaction) => json!({ "kind": "broadcast", "hash": hex(&transaction.hash()) }),
        other => panic!("no words for {other:?}"),
    });
    let evidence = plan.evidence.iter().map(|log| {
        let topics = log.topics.iter().map(|topic| hex(topic)).collect::<Vec<_>>();
        json!({ "emitter": log.emitter.to_string(), "topics": topics, "data": hex(&log.data) })
    });
    json!({ "steps": steps.collect::<Vec<_>>(), "evidence": evidence.collect::<Vec<_>>() })
}
