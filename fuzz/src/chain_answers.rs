//! What a node returns for all questions of a moment, and what is made of it.
//!
//! The same facts are written down as the probe and Multicall3 return them, by an encoder of this target's own, and have to be read as they were; with
//! a byte too few or too many nothing may be read at all, because an answer that slips to another question is a verdict about another payment
//! (catalogue row 100). Bytes that nobody wrote never make more or fewer answers than there were questions, nor answers of another kind.

use arbitrary::Unstructured;
use quittance_core::chain::{Call, ChainAnswer, ChainQuery};
use quittance_core::eip712::Digest;
use quittance_core::signature::SignatureBytes;
use quittance_core::{Address, Amount, Nonce};
use quittance_evm::question::Outcome;
use quittance_evm::{multicall3, probe};

use crate::vectors::Vectors;

/// How much of what a contract returns the probe copies: of code, of an answer, of the reason for a failure.
const COPIED: (usize, usize, usize) = (24, 32, 164);
/// The word of a wallet that takes a signature for its own (ERC-1271).
const MAGIC: [u8; 4] = [0x16, 0x26, 0xba, 0x7e];

/// Some facts, written and read; then the rest of the bytes as they are.
pub fn run(data: &[u8]) {
    let mut bytes = Unstructured::new(data);
    if let Ok(facts) = facts(&mut bytes) {
        probed(&facts);
        called(&facts);
        let questions: Vec<_> = facts.iter().map(|fact| fact.question.clone()).collect();
        raw(&questions, bytes.take_rest());
    }
}

/// Facts of each kind, alone and in company, and answers without a sense.
pub fn seeds(_: &Vectors) -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for kind in 0..6 {
        for returned in [&[1, 0][..], &[1, 1], &[1, 2], &[1, 33, 9, 9], &[0, 4, 1, 2, 3, 4], &[1, 32, 0]] {
            seeds.push([&[1, kind], returned].concat());
            seeds.push([&[3, kind], returned, &[(kind + 1) % 6], returned, &[(kind + 4) % 6], returned, &[0; 160]].concat());
        }
    }
    seeds
}

/// One question, and what the chain has to say of it.
struct Fact {
    question: ChainQuery,
    /// Whether each call succeeded, and what it returned.
    calls: Vec<(bool, Vec<u8>)>,
}

fn facts(bytes: &mut Unstructured<'_>) -> arbitrary::Result<Vec<Fact>> {
    let count = bytes.int_in_range(0..=5)?;
    (0..count).map(|number| fact(bytes, number)).collect()
}

fn fact(bytes: &mut Unstructured<'_>, number: u8) -> arbitrary::Result<Fact> {
    let address = Address::from_bytes([number + 1; 20]);
    let nonce = Nonce::from_bytes([number; 32]);
    let question = match bytes.int_in_range(0..=5)? {
        0 => ChainQuery::Code { address },
        1 => ChainQuery::Balance { token: address, owner: address },
        2 => ChainQuery::NonceState { token: address, authorizer: address, nonce },
        3 => ChainQuery::PermitNonce { owner: address, nonce },
        4 => {
            let (digest, signature) = (
                Digest::from_bytes([number; 32]),
                SignatureBytes::from_bytes(&[number; 65]).expect("a length that signatures have"),
            );
            ChainQuery::ContractSignature { wallet: address, digest, signature }
        }
        _ => ChainQuery::Simulate((0..bytes.int_in_range(0..=3)?).map(|_| Call::new(address, vec![number])).collect()),
    };
    let calls = if let ChainQuery::Simulate(calls) = &question { calls.len() } else { 1 };
    let calls = (0..calls).map(|_| returned(bytes)).collect::<arbitrary::Result<_>>()?;
    Ok(Fact { question, calls })
}

/// Whether a call succeeded, and a word, nearly a word, or anything.
fn returned(bytes: &mut Unstructured<'_>) -> arbitrary::Result<(bool, Vec<u8>)> {
    let success = bytes.arbitrary()?;
    let word = |last: u8| [&[0; 31][..], &[last]].concat();
    let told = match bytes.int_in_range(0..=5)? {
        0 => word(0),
        1 => word(1),
        2 => [&MAGIC[..], &[0; 28]].concat(),
        3 => bytes.bytes(32.min(bytes.len()))?.to_vec(),
        _ => {
            let length = bytes.int_in_range(0..=200)?;
            bytes.bytes(length.min(bytes.len()))?.to_vec()
        }
    };
    Ok((success, told))
}

impl Fact {
    /// What has to be read, where only so much is copied.
    fn meaning(&self) -> ChainAnswer {
        let cut = |told: &[u8], most: usize| told[..told.len().min(most)].to_vec();
        if let ChainQuery::Simulate(_) = &self.question {
            let failed = self.calls.iter().find(|(success, _)| !success);
            return failed.map_or(ChainAnswer::Flag(true), |(_, told)| ChainAnswer::Failed(cut(told, COPIED.2)));
        }
        let (success, told) = &self.calls[0];
        let failed = || ChainAnswer::Failed(cut(told, COPIED.1));
        match &self.question {
            ChainQuery::Code { .. } => ChainAnswer::Bytes(cut(told, COPIED.0)),
            ChainQuery::ContractSignature { .. } => {
                ChainAnswer::Flag(*success && told.len() >= 32 && told[..4] == MAGIC && told[4..32].iter().all(|byte| *byte == 0))
            }
            _ if !success || told.len() != 32 => failed(),
            ChainQuery::Balance { .. } => ChainAnswer::Amount(Amount::from_be_bytes(told[..].try_into().expect("a word"))),
            ChainQuery::NonceState { .. } => match (told[..31].iter().all(|byte| *byte == 0), told[31]) {
                (true, 0) => ChainAnswer::Flag(false),
                (true, 1) => ChainAnswer::Flag(true),
                _ => failed(),
            },
            ChainQuery::PermitNonce { nonce, .. } => {
                let place = usize::from(nonce.as_bytes()[31]);
                ChainAnswer::Flag(told[31 - place / 8] & 1 << (place % 8) != 0)
            }
            other => unreachable!("{other:?} is not drawn"),
        }
    }

    fn copied(&self) -> usize {
        match &self.question {
            ChainQuery::Code { .. } => COPIED.0,
            ChainQuery::Simulate(_) => COPIED.2,
            _ => COPIED.1,
        }
    }
}

/// A record of the probe: a word with success before the size, and what was copied.
fn record(out: &mut Vec<u8>, success: bool, told: &[u8], copied: usize) {
    out.push(u8::from(success));
    out.extend([0; 23]);
    out.extend((told.len() as u64).to_be_bytes());
    out.extend(&told[..told.len().min(copied)]);
}

/// As the probe returns it.
fn probed(facts: &[Fact]) {
    let mut returned = Vec::new();
    for fact in facts {
        if let ChainQuery::Simulate(_) = fact.question {
            let mut inside = Vec::new();
            fact.calls.iter().for_each(|(success, told)| record(&mut inside, *success, told, COPIED.2));
            record(&mut returned, true, &inside, inside.len());
        } else {
            record(&mut returned, fact.calls[0].0, &fact.calls[0].1, fact.copied());
        }
    }
    let questions: Vec<_> = facts.iter().map(|fact| fact.question.clone()).collect();
    let expected: Vec<_> = facts.iter().map(Fact::meaning).collect();
    assert_eq!(probe::answers(&questions, &returned).as_ref(), Ok(&expected), "{questions:?}");
    assert!(probe::creation(&questions).is_some(), "what can be read can be asked");
    if let Some((_, short)) = returned.split_last() {
        assert!(probe::answers(&questions, short).is_err(), "a byte too few");
    }
    returned.push(0);
    assert!(probe::answers(&questions, &returned).is_err(), "a byte too many");
}

/// As Multicall3 returns it.
fn called(facts: &[Fact]) {
    let calls: Vec<_> = facts.iter().flat_map(|fact| &fact.calls).collect();
    let word = |number: usize| [&[0; 24][..], &(number as u64).to_be_bytes()].concat();
    let padded = |told: &[u8]| [told, &vec![0; told.len().next_multiple_of(32) - told.len()]].concat();
    let (mut heads, mut tails) = (Vec::new(), Vec::new());
    for (success, told) in &calls {
        heads.extend(word(32 * calls.len() + tails.len()));
        tails.extend([word(usize::from(*success)), word(64), word(told.len()), padded(told)].concat());
    }
    let mut returned = [word(32), word(calls.len()), heads, tails].concat();
    let outcomes = multicall3::outcomes(&returned, calls.len()).expect("what was written");
    assert!(outcomes.iter().zip(&calls).all(|(outcome, (success, told))| match outcome {
        Outcome::Returned(bytes) => *success && bytes == told,
        Outcome::Reverted(bytes) => !success && bytes == told,
    }));
    assert!(multicall3::outcomes(&returned, calls.len() + 1).is_err());
    assert!(multicall3::outcomes(&returned[..returned.len() - 1], calls.len()).is_err());
    returned.push(0);
    assert!(multicall3::outcomes(&returned, calls.len()).is_err());
}

/// Bytes as they come.
fn raw(questions: &[ChainQuery], returned: &[u8]) {
    if let Ok(answers) = probe::answers(questions, returned) {
        assert_eq!(answers.len(), questions.len());
        for (question, answer) in questions.iter().zip(&answers) {
            let fits = match question {
                ChainQuery::Code { .. } => matches!(answer, ChainAnswer::Bytes(code) if code.len() <= COPIED.0),
                ChainQuery::Balance { .. } => matches!(answer, ChainAnswer::Amount(_) | ChainAnswer::Failed(_)),
                ChainQuery::ContractSignature { .. } => matches!(answer, ChainAnswer::Flag(_)),
                _ => matches!(answer, ChainAnswer::Flag(_) | ChainAnswer::Failed(_)),
            };
            assert!(fits, "{question:?}: {answer:?}");
        }
    }
    for calls in 0..4 {
        if let Ok(outcomes) = multicall3::outcomes(returned, calls) {
            let told = |outcome: &Outcome<'_>| match outcome {
                Outcome::Returned(bytes) | Outcome::Reverted(bytes) => bytes.len().next_multiple_of(32),
            };
            // nothing is left out and nothing is read twice
            let size = 64 + outcomes.iter().map(|outcome| 128 + told(outcome)).sum::<usize>();
            assert_eq!((outcomes.len(), size), (calls, returned.len()));
        }
    }
}
