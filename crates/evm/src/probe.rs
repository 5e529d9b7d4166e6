//! All questions at once, at one block, of any chain that runs EVM code, without a contract there.
//!
//! [`creation`] is the code of a contract that is never created: an `eth_call` without a recipient runs it, and it answers with what it
//! found instead of with code to keep. It can read code, which Multicall3 can not, and so needs no `eth_getCode` beside it, which another
//! node might answer from another block.
//!
//! What payers choose is kept apart (catalogue row 100). Each question has its own gas, and if there is too little left for the next one
//! there is no answer at all, rather than a wrong one; no more is copied of what a contract returns than the answer can have; questions are
//! asked by calls that can change nothing, and what has to change something, a simulation or a wallet that is deployed to be asked, happens
//! in a probe of its own inside this one, which reverts.

use alloc::vec::Vec;

use quittance_core::chain::{Call, ChainAnswer, ChainQuery};

use crate::abi::Reader;
use crate::question::{self, Outcome};

pub use crate::abi::AbiError;

/// The gas for a question to a token or to Permit2.
const READ_GAS: u32 = 500_000;
/// The gas for a wallet to look at a signature; the dearest curves in Solidity take about a million.
const WALLET_GAS: u32 = 3_000_000;
/// The gas for each call of a simulation.
const CALL_GAS: u32 = 5_000_000;

/// The most that is copied of what is returned: for questions a word, for code enough to know a delegation from anything longer, for a
/// simulation enough to know an error by its name and its first arguments.
const WORD: u16 = 32;
const PREFIX: u16 = 24;
const REASON: u16 = 164;

/// Whether the probe asks such a question. It does not count an account's transactions or coins, and makes no call that only its own sender
/// can make.
#[must_use]
pub fn can_ask(question: &ChainQuery) -> bool {
    match question {
        ChainQuery::Code { .. } | ChainQuery::CounterfactualSignature { .. } => true,
        ChainQuery::Simulate(calls) => calls.iter().all(|call| call.sender.is_none()),
        other => question::call(other).is_some(),
    }
}

/// The creation code that asks these questions. None if it [can not](can_ask) ask one of them.
///
/// Twice the gas that a question may use has to be left when its turn comes, and nobody needs as much: eleven million are enough to ask
/// anything, and what is not used up serves the next.
#[must_use]
pub fn creation(questions: &[ChainQuery]) -> Option<Vec<u8>> {
    let mut code = begin();
    for question in questions {
        append(&mut code, question)?;
    }
    Some(code)
}

/// The [`creation`] code that asks nothing yet.
#[must_use]
pub fn begin() -> Vec<u8> {
    CODE.to_vec()
}

/// Lets [`creation`] code ask one question more, after those that it asks. None, and the code is as it was, if it [can not](can_ask).
#[must_use = "a question that cannot be asked is asked in another way"]
pub fn append(code: &mut Vec<u8>, question: &ChainQuery) -> Option<()> {
    match question {
        ChainQuery::Code { address } => entry(code, KIND_CODE, 0, PREFIX, &Call::new(*address, Vec::new())),
        ChainQuery::CounterfactualSignature { wallet, deployment, digest, signature } => {
            let (wallet, digest, signature) = (*wallet, *digest, signature.clone());
            let asked = question::call(&ChainQuery::ContractSignature { wallet, digest, signature })?;
            apart(code, &[(KIND_CALL, CALL_GAS, 0, deployment), (KIND_READ, WALLET_GAS, WORD, &asked)])?;
        }
        ChainQuery::Simulate(calls) => {
            apart(code, &calls.iter().map(|call| (KIND_CALL, CALL_GAS, REASON, call)).collect::<Vec<_>>())?;
        }
        ChainQuery::ContractSignature { .. } => entry(code, KIND_READ, WALLET_GAS, WORD, &question::call(question)?),
        _ => entry(code, KIND_READ, READ_GAS, WORD, &question::call(question)?),
    }
    Some(())
}

/// The answers, from what the `eth_call` returned.
///
/// # Errors
///
/// When the bytes are not what the probe returns for these questions; among others when it ran out of gas. Then nothing is known, and that
/// is a fault of ours.
pub fn answers(questions: &[ChainQuery], returned: &[u8]) -> Result<Vec<ChainAnswer>, AbiError> {
    let mut reader = Reader::new(returned);
    let answers = questions.iter().map(|question| match question {
        ChainQuery::Code { .. } => {
            let (_, code) = record(&mut reader, PREFIX)?;
            Ok(ChainAnswer::Bytes(code.bytes.into()))
        }
        ChainQuery::Simulate(calls) => simulated(nested(&mut reader)?, calls.len()),
        ChainQuery::CounterfactualSignature { .. } => {
            let mut inside = Reader::new(nested(&mut reader)?);
            // that the deployment failed is no matter if the wallet is there afterwards, and if it is not, it says nothing
            record(&mut inside, 0)?;
            let (success, told) = record(&mut inside, WORD)?;
            inside.end()?;
            Ok(question::answer(question, told.outcome(success)))
        }
        _ => {
            let (success, told) = record(&mut reader, WORD)?;
            let cut = told.size > told.bytes.len();
            let wallet = matches!(question, ChainQuery::ContractSignature { .. });
            // more than one word is no answer; a wallet's first word is
            let outcome = if cut && success && !wallet { Outcome::Reverted(told.bytes) } else { told.outcome(success) };
            Ok(question::answer(question, outcome))
        }
    });
    let answers = answers.collect::<Result<Vec<_>, _>>()?;
    reader.end()?;
    Ok(answers)
}

/// Adds one entry to the table: the place of its kind, its gas, how much of the answer is copied, how much data follows, and the contract.
fn entry(code: &mut Vec<u8>, kind: u8, gas: u32, copied: u16, call: &Call) {
    code.push(kind);
    code.extend(gas.to_be_bytes());
    code.extend(copied.to_be_bytes());
    let length = (call.data.len() as u64).to_be_bytes();
    code.extend(length.iter().skip(3));
    code.extend(call.target.as_bytes());
    code.extend(&call.data);
}

/// Adds a probe inside the probe, whose every change is undone: its table, to which the probe adds its own code.
fn apart(code: &mut Vec<u8>, calls: &[(u8, u32, u16, &Call)]) -> Option<()> {
    let mut inside = Vec::new();
    for (kind, gas, copied, call) in calls {
        if call.sender.is_some() {
            return None;
        }
        entry(&mut inside, *kind, *gas, *copied, call);
    }
    entry(code, KIND_APART, 0, u16::MAX, &Call::new(quittance_core::Address::ZERO, inside));
    Some(())
}

/// What is told of one question: how much a contract returned, and as much of it as was copied.
struct Told<'a> {
    size: usize,
    bytes: &'a [u8],
}

impl<'a> Told<'a> {
    const fn outcome(&self, success: bool) -> Outcome<'a> {
        if success { Outcome::Returned(self.bytes) } else { Outcome::Reverted(self.bytes) }
    }
}

/// One record: a word with success in its first byte and the size in the others, and the bytes that were copied.
fn record<'a>(reader: &mut Reader<'a>, copied: u16) -> Result<(bool, Told<'a>), AbiError> {
    let mut word = *reader.word()?;
    let [success, ..] = &mut word;
    let success = match core::mem::take(success) {
        0 => false,
        1 => true,
        _ => return Err(AbiError::Flag),
    };
    let size = Reader::new(&word).size()?;
    Ok((success, Told { size, bytes: reader.take(size.min(copied.into()))? }))
}

/// What a probe inside the probe found. It has reverted; if it had not, it would have been created.
fn nested<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8], AbiError> {
    let (reverted, told) = record(reader, u16::MAX)?;
    if reverted { Ok(told.bytes) } else { Err(AbiError::Flag) }
}

/// Whether all calls of a simulation succeeded, or what the first that did not reverted with.
fn simulated(found: &[u8], calls: usize) -> Result<ChainAnswer, AbiError> {
    let mut reader = Reader::new(found);
    let mut answer = ChainAnswer::Flag(true);
    for _ in 0..calls {
        let (success, told) = record(&mut reader, REASON)?;
        if !success && answer == ChainAnswer::Flag(true) {
            answer = ChainAnswer::Failed(told.bytes.into());
        }
    }
    reader.end()?;
    Ok(answer)
}

/// The places of the four kinds of entries in the code.
const KIND_CODE: u8 = 0x52;
const KIND_READ: u8 = 0x83;
const KIND_CALL: u8 = 0x9b;
const KIND_APART: u8 = 0xb5;

/// The probe, which returns its answers. The table of entries follows the code, and the answers are put into memory one behind the other.
///
/// A probe inside it is the same code with a table of its own, and reverts with its answers where this one returns them.
#[rustfmt::skip]
const CODE: [u8; 254] = [
    // where the table begins, and where the first answer goes
    0x60, 0xfe, 0x60, 0x20, // PUSH1 :table PUSH1 20
    // position, out
    0x5b, // loop:
    0x38, 0x82, 0x10, 0x60, 0x12, 0x57, // CODESIZE DUP3 LT PUSH1 :entry JUMPI
    // all answered
    0x60, 0x20, 0x80, 0x82, 0x03, 0x90, // PUSH1 20 DUP1 DUP3 SUB SWAP1
    0xf3, // end: RETURN
    // the entry's word and what follows it
    0x5b, // entry:
    0x60, 0x20, 0x82, 0x60, 0x00, 0x39, 0x60, 0x00, 0x51, // PUSH1 20 DUP3 PUSH1 00 CODECOPY PUSH1 00 MLOAD
    0x64, 0xff, 0xff, 0xff, 0xff, 0xff, 0x81, 0x60, 0xa0, 0x1c, 0x16, // PUSH5 ffffffffff DUP2 PUSH1 a0 SHR AND
    0x80, 0x84, 0x60, 0x20, 0x01, 0x84, 0x39, // DUP1 DUP5 PUSH1 20 ADD DUP5 CODECOPY
    // the next position: next, out, word, length
    0x83, 0x81, 0x01, 0x60, 0x20, 0x01, 0x93, 0x50, // DUP4 DUP2 ADD PUSH1 20 ADD SWAP4 POP
    // with less than twice the gas that the entry may use, no answer at all
    0x5a, 0x82, 0x60, 0xd8, 0x1c, 0x63, 0xff, 0xff, 0xff, 0xff, 0x16, 0x60, 0x01, 0x1b, 0x11, 0x60, 0x4d, 0x57, // GAS DUP3 PUSH1 d8 SHR PUSH4 ffffffff AND PUSH1 01 SHL GT PUSH1 :poor JUMPI
    // the entry's first byte is the place of its kind
    0x81, 0x60, 0xf8, 0x1c, 0x56, // DUP2 PUSH1 f8 SHR JUMP
    0x5b, // poor:
    0x60, 0x00, 0x80, 0xfd, // PUSH1 00 DUP1 REVERT
    // how much code there is, and its beginning
    0x5b, // code:
    0x50, 0x80, 0x3b, // POP DUP1 EXTCODESIZE
    0x80, 0x60, 0x01, 0x60, 0xf8, 0x1b, 0x17, 0x83, 0x52, // DUP1 PUSH1 01 PUSH1 f8 SHL OR DUP4 MSTORE
    0x81, 0x60, 0xc8, 0x1c, 0x61, 0xff, 0xff, 0x16, // DUP2 PUSH1 c8 SHR PUSH2 ffff AND
    0x81, 0x81, 0x11, 0x82, 0x82, 0x18, 0x02, 0x18, 0x90, 0x50, // DUP2 DUP2 GT DUP3 DUP3 XOR MUL XOR SWAP1 POP
    0x80, 0x60, 0x00, 0x84, 0x60, 0x20, 0x01, 0x84, 0x3c, // DUP1 PUSH1 00 DUP5 PUSH1 20 ADD DUP5 EXTCODECOPY
    0x90, 0x50, 0x01, 0x60, 0x20, 0x01, 0x60, 0x04, 0x56, // SWAP1 POP ADD PUSH1 20 ADD PUSH1 :loop JUMP
    // a call that can change nothing
    0x5b, // read:
    0x60, 0x00, 0x60, 0x00, 0x82, 0x85, 0x85, 0x80, 0x60, 0xd8, 0x1c, 0x63, 0xff, 0xff, 0xff, 0xff, 0x16, 0xfa, // PUSH1 00 PUSH1 00 DUP3 DUP6 DUP6 DUP1 PUSH1 d8 SHR PUSH4 ffffffff AND STATICCALL
    0x90, 0x50, 0x60, 0xd4, 0x56, // SWAP1 POP PUSH1 :told JUMP
    0x5b, // call:
    0x60, 0x00, 0x60, 0x00, 0x82, 0x85, 0x60, 0x00, 0x86, 0x80, 0x60, 0xd8, 0x1c, 0x63, 0xff, 0xff, 0xff, 0xff, 0x16, 0xf1, // PUSH1 00 PUSH1 00 DUP3 DUP6 PUSH1 00 DUP7 DUP1 PUSH1 d8 SHR PUSH4 ffffffff AND CALL
    0x90, 0x50, 0x60, 0xd4, 0x56, // SWAP1 POP PUSH1 :told JUMP
    // a probe of its own, which reverts with what it was told, and so leaves nothing behind
    0x5b, // apart:
    0x80, 0x80, 0x85, 0x03, 0x84, 0x60, 0xfe, 0x01, 0x39, // DUP1 DUP1 DUP6 SUB DUP5 PUSH1 :table ADD CODECOPY
    0x60, 0xfe, 0x60, 0x00, 0x84, 0x39, // PUSH1 :table PUSH1 00 DUP5 CODECOPY
    0x60, 0xfd, 0x83, 0x60, 0x11, 0x01, 0x53, // PUSH1 REVERT DUP4 PUSH1 :end ADD MSTORE8
    0x60, 0xfe, 0x01, 0x82, 0x60, 0x00, 0xf0, 0x15, // PUSH1 :table ADD DUP3 PUSH1 00 CREATE ISZERO
    // next, out, word, success
    0x5b, // told:
    0x60, 0xf8, 0x1b, 0x3d, 0x17, 0x82, 0x52, // PUSH1 f8 SHL RETURNDATASIZE OR DUP3 MSTORE
    0x3d, 0x90, 0x60, 0xc8, 0x1c, 0x61, 0xff, 0xff, 0x16, // RETURNDATASIZE SWAP1 PUSH1 c8 SHR PUSH2 ffff AND
    0x81, 0x81, 0x11, 0x82, 0x82, 0x18, 0x02, 0x18, 0x90, 0x50, // DUP2 DUP2 GT DUP3 DUP3 XOR MUL XOR SWAP1 POP
    0x80, 0x60, 0x00, 0x83, 0x60, 0x20, 0x01, 0x3e, // DUP1 PUSH1 00 DUP4 PUSH1 20 ADD RETURNDATACOPY
    0x01, 0x60, 0x20, 0x01, 0x60, 0x04, 0x56, // ADD PUSH1 20 ADD PUSH1 :loop JUMP
];

#[cfg(test)]
mod tests;
