//! `evm/question` and `evm/multicall3`: questions as calls, and what calls return as answers.

use quittance_core::chain::{Call, ChainAnswer, ChainQuery};
use quittance_core::eip712::Digest;
use quittance_core::signature::SignatureBytes;
use quittance_core::{Address, Nonce};
use quittance_evm::multicall3;
use quittance_evm::question::{self, Outcome as Told};
use serde_json::{Value, json};

use super::settlement::question_json;
use super::{bytes, hex, text, word};
use crate::vectors::Outcome;

fn read(value: &Value) -> ChainQuery {
    let party = |name: &str| Address::parse_party(text(value, name)).expect("an address of the vectors");
    let nonce = || Nonce::parse(text(value, "nonce")).expect("a nonce of the vectors");
    let question = match text(value, "kind") {
        "contractSignature" => ChainQuery::ContractSignature {
            wallet: party("wallet"),
            digest: Digest::from_bytes(word(text(value, "digest"))),
            signature: SignatureBytes::parse(text(value, "signature")).expect("a signature of the vectors"),
        },
        "balance" => ChainQuery::Balance { token: party("token"), owner: party("owner") },
        "allowance" => ChainQuery::Allowance { token: party("token"), owner: party("owner"), spender: party("spender") },
        "nonceState" => ChainQuery::NonceState { token: party("token"), authorizer: party("authorizer"), nonce: nonce() },
        "permitNonce" => ChainQuery::PermitNonce { owner: party("owner"), nonce: nonce() },
        "tokenNonce" => ChainQuery::TokenNonce { token: party("token"), owner: party("owner") },
        other => panic!("no question {other}"),
    };
    assert_eq!(question_json(&question), *value, "a question is written as it is read");
    question
}

pub(super) fn question(_group: &Value, input: &Value) -> Outcome {
    let question = read(&input["question"]);
    let Call { target, data, .. } = question::call(&question).expect("the questions of this feature are calls");
    let told = |name: &str| input[name].as_str().map(bytes);
    let answer = match (told("returned"), told("reverted")) {
        (Some(returned), None) => question::answer(&question, Told::Returned(&returned)),
        (None, Some(reverted)) => question::answer(&question, Told::Reverted(&reverted)),
        _ => panic!("a call returns or reverts"),
    };
    let answer = match answer {
        ChainAnswer::Flag(flag) => flag.into(),
        ChainAnswer::Amount(amount) => amount.to_string().into(),
        ChainAnswer::Failed(_) => Value::from("none"),
        other => panic!("no words for {other:?}"),
    };
    Ok(json!({ "target": target.to_string(), "data": hex(&data), "answer": answer }))
}

pub(super) fn multicall3(_group: &Value, input: &Value) -> Outcome {
    if let Some(calls) = input["calls"].as_array() {
        let call = |call: &Value| {
            let target = Address::parse_party(text(call, "target")).expect("an address of the vectors");
            Call::new(target, bytes(text(call, "data")))
        };
        let Call { target, data, .. } = multicall3::call(&calls.iter().map(call).collect::<Vec<_>>()).expect("calls of anybody");
        return Ok(json!({ "target": target.to_string(), "data": hex(&data) }));
    }
    let count = input["count"].as_u64().and_then(|count| usize::try_from(count).ok()).expect("a number of calls");
    let returned = bytes(text(input, "returned"));
    let outcomes = multicall3::outcomes(&returned, count).map_err(|e| e.name())?;
    let shown = outcomes.iter().map(|outcome| match outcome {
        Told::Returned(bytes) => json!({ "success": true, "bytes": hex(bytes) }),
        Told::Reverted(bytes) => json!({ "success": false, "bytes": hex(bytes) }),
    });
    Ok(json!({ "outcomes": shown.collect::<Vec<_>>() }))
}
