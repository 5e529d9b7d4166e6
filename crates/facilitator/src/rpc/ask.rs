//! Many questions in one request.
//!
//! All of them go into the probe of `quittance-evm`: one `eth_call`, at one block, in which no question can harm another. What a probe cannot ask
//! (a simulation that only its own sender can make, an account's coins and how many transactions it has sent) stands beside it in the same batch, and so do further probes if one would be too large. A
//! node that does not run a probe is asked question by question, in one more request.

use std::ops::Range;

use alloy_primitives::{Bytes, U256, hex};
use quittance_core::chain::{Call, ChainAnswer, ChainQuery};
use quittance_core::{Address, Fault};
use quittance_evm::question::Outcome;
use quittance_evm::{multicall3, probe, question};
use serde_json::{Map, Value, json};

use super::envelope::{Ask, Said};
use super::node::{Nodes, call_object};
use super::read;
use super::transport::Trouble;

/// How long a probe may be: creation code is bounded (EIP-3860).
const PROBE: usize = 48_000;
/// How many questions a probe may hold: what it returns is bounded as code is (EIP-170), and the longest answer has 260 bytes.
const QUESTIONS: usize = 90;
/// How many calls go into one batch.
const BATCH: usize = 100;

/// Asks in one request, and once more what a node does not answer in company.
pub(super) async fn ask(nodes: &Nodes, questions: &[ChainQuery]) -> Result<Vec<ChainAnswer>, Fault> {
    let mut asked = Asked { questions, answers: vec![None; questions.len()] };
    let together = group(questions);
    asked.put(nodes, &together).await?;
    let open = asked.answers.iter().enumerate().filter(|(_, answer)| answer.is_none()).map(|(place, _)| Group::Direct(place));
    let open = open.collect::<Vec<_>>();
    asked.put(nodes, &open).await?;
    asked.answers.into_iter().collect::<Option<_>>().ok_or(Fault::ChainReply)
}

/// Questions that one call of a batch asks.
enum Group {
    /// By a probe, which is this code.
    Probe(Range<usize>, Vec<u8>),
    /// One by itself.
    Direct(usize),
}

/// Questions, as many in a probe as fit.
fn group(questions: &[ChainQuery]) -> Vec<Group> {
    let mut groups = Vec::new();
    for (place, question) in questions.iter().enumerate() {
        if let Some(Group::Probe(range, code)) = groups.last_mut()
            && range.len() < QUESTIONS
        {
            let before = code.len();
            if probe::append(code, question).is_some() && code.len() <= PROBE {
                range.end = place + 1;
                continue;
            }
            code.truncate(before);
        }
        let mut code = probe::begin();
        groups.push(match probe::append(&mut code, question) {
            Some(()) => Group::Probe(place..place + 1, code),
            None => Group::Direct(place),
        });
    }
    groups
}

struct Asked<'a> {
    questions: &'a [ChainQuery],
    answers: Vec<Option<ChainAnswer>>,
}

impl Asked<'_> {
    async fn put(&mut self, nodes: &Nodes, groups: &[Group]) -> Result<(), Fault> {
        for groups in groups.chunks(BATCH) {
            let calls = groups.iter().map(|group| self.call(nodes, group)).collect::<Result<Vec<_>, _>>()?;
            let read = |said: Vec<Said>| {
                let found = groups.iter().zip(said).map(|(group, said)| self.read(group, said)).collect::<Result<Vec<_>, _>>()?;
                Ok(found.concat())
            };
            for (place, answer) in nodes.ask(&calls, read).await? {
                if let Some(open) = self.answers.get_mut(place) {
                    *open = Some(answer);
                }
            }
        }
        Ok(())
    }

    fn call(&self, nodes: &Nodes, group: &Group) -> Result<Ask, Fault> {
        let at = |place: &usize| self.questions.get(*place).ok_or(Fault::ChainReply);
        match group {
            Group::Probe(_, code) => {
                // moved, where `json!` would copy
                let call = Map::from_iter([("input".into(), Value::String(hex::encode_prefixed(code)))]);
                Ok(Ask::new("eth_call", Value::Array(vec![Value::Object(call), "latest".into()])))
            }
            Group::Direct(place) => match at(place)? {
                ChainQuery::Code { address } => Ok(Ask::new("eth_getCode", json!([address.to_string(), "latest"]))),
                ChainQuery::Transactions { account } => {
                    Ok(Ask::new("eth_getTransactionCount", json!([account.to_string(), "latest"])))
                }
                ChainQuery::Funds { account } => Ok(Ask::new("eth_getBalance", json!([account.to_string(), "latest"]))),
                ChainQuery::Simulate(calls) if calls.len() != 1 => in_order(nodes, calls),
                ChainQuery::CounterfactualSignature { wallet, deployment, digest, signature } => {
                    let (wallet, digest, signature) = (*wallet, *digest, signature.clone());
                    let asked = question::call(&ChainQuery::ContractSignature { wallet, digest, signature });
                    in_order(nodes, &[deployment.clone(), asked.ok_or(Fault::ChainReply)?])
                }
                other => {
                    let call = question::call(other).ok_or(Fault::ChainReply)?;
                    Ok(Ask::new("eth_call", json!([call_object(call.sender, call.target, &call.data), "latest"])))
                }
            },
        }
    }

    /// What one call of the batch answers; nothing where it has to be asked in another way.
    fn read(&self, group: &Group, said: Said) -> Result<Vec<(usize, ChainAnswer)>, Trouble> {
        if let Group::Direct(place) = group
            && let Some(ChainQuery::Transactions { .. } | ChainQuery::Funds { .. }) = self.questions.get(*place)
        {
            let number = said.read::<U256>()?.map_err(|_| Trouble::Declined)?;
            return Ok(vec![(*place, ChainAnswer::Amount(read::amount(number)))]);
        }
        let said = said.read::<Bytes>()?;
        match group {
            Group::Probe(range, _) => {
                // not every chain runs a contract that is not created, and not every node has the gas for many questions
                let Ok(returned) = said else { return Ok(Vec::new()) };
                let questions = self.questions.get(range.clone()).ok_or(Trouble::Garbage)?;
                let answers = probe::answers(questions, &returned).map_err(|_| Trouble::Garbage)?;
                Ok(range.clone().zip(answers).collect())
            }
            Group::Direct(place) => {
                let question = self.questions.get(*place).ok_or(Trouble::Garbage)?;
                let reverted = match &said {
                    Ok(_) => None,
                    Err(error) => Some(error.reverted().ok_or(Trouble::Declined)?),
                };
                let outcome = match (&said, &reverted) {
                    (_, Some(bytes)) => Outcome::Reverted(bytes),
                    (Ok(bytes), None) => Outcome::Returned(bytes),
                    (Err(_), None) => return Err(Trouble::Declined),
                };
                let answer = match (question, outcome) {
                    (ChainQuery::Code { .. }, Outcome::Reverted(_)) => return Err(Trouble::Declined),
                    (ChainQuery::Simulate(calls), Outcome::Returned(returned)) if calls.len() != 1 => {
                        simulated(returned, calls.len())?
                    }
                    (ChainQuery::CounterfactualSignature { .. }, Outcome::Returned(returned)) => {
                        let told = multicall3::outcomes(returned, 2).map_err(|_| Trouble::Garbage)?;
                        question::answer(question, *told.last().ok_or(Trouble::Garbage)?)
                    }
                    _ => question::answer(question, outcome),
                };
                Ok(vec![(*place, answer)])
            }
        }
    }
}

/// Calls in one another's state, by Multicall3; by its code at the address of the account that alone can make them, if there is one.
fn in_order(nodes: &Nodes, calls: &[Call]) -> Result<Ask, Fault> {
    let anybodys = calls.iter().map(|call| Call::new(call.target, call.data.clone())).collect::<Vec<_>>();
    let all = multicall3::call(&anybodys).ok_or(Fault::ChainReply)?;
    let Some(sender) = calls.iter().find_map(|call| call.sender) else {
        return Ok(Ask::new("eth_call", json!([call_object(None, all.target, &all.data), "latest"])));
    };
    let code = nodes.multicall.as_ref().ok_or(Fault::ChainUnavailable)?;
    let place = |address: Address| address.to_string();
    Ok(Ask::new("eth_call", json!([call_object(None, sender, &all.data), "latest", { place(sender): { "code": code } }])))
}

fn simulated(returned: &[u8], calls: usize) -> Result<ChainAnswer, Trouble> {
    let outcomes = multicall3::outcomes(returned, calls).map_err(|_| Trouble::Garbage)?;
    let failed = outcomes.iter().find_map(|outcome| match outcome {
        Outcome::Reverted(bytes) => Some(bytes.to_vec()),
        Outcome::Returned(_) => None,
    });
    Ok(failed.map_or(ChainAnswer::Flag(true), ChainAnswer::Failed))
}
