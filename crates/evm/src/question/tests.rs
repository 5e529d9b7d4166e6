use alloc::vec;
use alloc::vec::Vec;

use quittance_core::eip712::Digest;
use quittance_core::signature::SignatureBytes;
use quittance_core::{Address, keccak256};

use super::*;

const TOKEN: Address = Address::from_bytes([1; 20]);
const OWNER: Address = Address::from_bytes([2; 20]);

fn nonce(number: u64) -> Nonce {
    Nonce::from_bytes(Amount::from_u64(number).to_be_bytes())
}

fn signature() -> ChainQuery {
    let signature = SignatureBytes::from_bytes(&[5; 33]).unwrap();
    ChainQuery::ContractSignature { wallet: OWNER, digest: Digest::from_bytes([3; 32]), signature }
}

fn balance() -> ChainQuery {
    ChainQuery::Balance { token: TOKEN, owner: OWNER }
}

fn check_call(question: &ChainQuery, target: Address, function: &str, words: &[[u8; 32]]) {
    let call = call(question).unwrap();
    let data = [&keccak256(function.as_bytes())[..4], &words.concat()].concat();
    assert_eq!((call.sender, call.target, call.data), (None, target, data), "{function}");
}

#[test]
fn a_question_is_a_call() {
    let (token, owner) = (abi::address_word(TOKEN), abi::address_word(OWNER));
    check_call(&balance(), TOKEN, "balanceOf(address)", &[owner]);
    let allowance = ChainQuery::Allowance { token: TOKEN, owner: OWNER, spender: TOKEN };
    check_call(&allowance, TOKEN, "allowance(address,address)", &[owner, token]);
    let state = ChainQuery::NonceState { token: TOKEN, authorizer: OWNER, nonce: Nonce::from_bytes([9; 32]) };
    check_call(&state, TOKEN, "authorizationState(address,bytes32)", &[owner, [9; 32]]);
    let bitmap = ChainQuery::PermitNonce { owner: OWNER, nonce: nonce(0x01_02_03) };
    check_call(&bitmap, PERMIT2, "nonceBitmap(address,uint256)", &[owner, *nonce(0x01_02).as_bytes()]);
    let mut last = [0; 32];
    last[0] = 5;
    let length = *nonce(33).as_bytes();
    let words = [[3; 32], *nonce(64).as_bytes(), length, [5; 32], last];
    check_call(&signature(), OWNER, "isValidSignature(bytes32,bytes)", &words);
    let simulated = Call::new(TOKEN, vec![1, 2]);
    assert_eq!(call(&ChainQuery::Simulate(vec![simulated.clone()])), Some(simulated.clone()));
    assert_eq!(call(&ChainQuery::Simulate(vec![simulated.clone(), simulated])), None);
    assert_eq!(call(&ChainQuery::Code { address: TOKEN }), None);
}

fn check_answer(question: &ChainQuery, returned: &[u8], expected: ChainAnswer) {
    assert_eq!(answer(question, Outcome::Returned(returned)), expected, "{question:?} {returned:02x?}");
}

#[test]
fn an_answer_is_one_word_and_nothing_else() {
    let word = |last| {
        let mut word = vec![0; 32];
        word[31] = last;
        word
    };
    let state = ChainQuery::NonceState { token: TOKEN, authorizer: OWNER, nonce: nonce(1) };
    check_answer(&balance(), &word(7), ChainAnswer::Amount(Amount::from_u64(7)));
    check_answer(&balance(), &[0xff; 32], ChainAnswer::Amount(Amount::MAX));
    check_answer(&state, &word(1), ChainAnswer::Flag(true));
    check_answer(&state, &word(0), ChainAnswer::Flag(false));
    let mut high = word(1);
    high[0] = 1;
    for (question, bytes) in [
        (&balance(), vec![]),
        (&balance(), vec![0; 31]),
        (&balance(), vec![0; 64]),
        (&state, word(2)),
        (&state, high),
        (&state, vec![]),
    ] {
        check_answer(question, &bytes, ChainAnswer::Failed(bytes.clone()));
    }
    for question in [balance(), state, ChainQuery::Simulate(Vec::new())] {
        assert_eq!(answer(&question, Outcome::Reverted(&[8, 9])), ChainAnswer::Failed(vec![8, 9]));
    }
    check_answer(&ChainQuery::Simulate(Vec::new()), &[], ChainAnswer::Flag(true));
    check_answer(&ChainQuery::Code { address: TOKEN }, &[0xef], ChainAnswer::Bytes(vec![0xef]));
}

#[test]
fn row_101_only_the_magic_value_is_a_yes() {
    let magic = [&[0x16, 0x26, 0xba, 0x7e][..], &[0; 28]].concat();
    check_answer(&signature(), &magic, ChainAnswer::Flag(true));
    // the contracts that ask read the first word
    check_answer(&signature(), &[&magic[..], &[1]].concat(), ChainAnswer::Flag(true));
    let mut dirty = magic.clone();
    dirty[31] = 1;
    for wrong in [&magic[..31], &magic[..4], &[], &[0xff; 32], &dirty] {
        check_answer(&signature(), wrong, ChainAnswer::Flag(false));
    }
    assert_eq!(answer(&signature(), Outcome::Reverted(&magic)), ChainAnswer::Flag(false));
}

#[test]
fn row_120_a_nonce_is_one_bit_of_its_word() {
    let state =
        |number, bytes: &[u8]| answer(&ChainQuery::PermitNonce { owner: OWNER, nonce: nonce(number) }, Outcome::Returned(bytes));
    let mut word = [0; 32];
    word[31] = 0b0000_0101;
    word[0] = 0b1000_0000;
    for (number, used) in [(0, true), (1, false), (2, true), (8, false), (254, false), (255, true), (256, true), (257, false)] {
        assert_eq!(state(number, &word), ChainAnswer::Flag(used), "{number}");
    }
    assert_eq!(state(0, &[0; 31]), ChainAnswer::Failed(vec![0; 31]));
}

#[test]
fn an_outcome_prints_no_bytes() {
    assert_eq!(
        alloc::format!("{:?} {:?}", Outcome::Returned(&[1; 65]), Outcome::Reverted(&[])),
        "Returned(65 bytes) Reverted(0 bytes)"
    );
}
