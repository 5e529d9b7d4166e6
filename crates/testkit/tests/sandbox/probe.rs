//! What the probe says is what the chain says.

use quittance_core::chain::{Call, ChainAnswer, ChainQuery};
use quittance_core::eip712::Digest;
use quittance_core::eip712::permit2::{EXACT_PROXY, PERMIT2};
use quittance_core::signature::SignatureBytes;
use quittance_core::{Address, Amount, Nonce, Scheme as _, UnixSeconds, VerifyInput, keccak256};
use quittance_evm::{EXACT, probe};
use serde_json::json;

use super::node::{Node, key};
use super::payments::{by_eip3009, nonce, terms, token, transfer};

fn selector(function: &str) -> Vec<u8> {
    keccak256(function.as_bytes())[..4].to_vec()
}

/// A wallet's word about a signature.
fn signature(wallet: Address) -> ChainQuery {
    ChainQuery::ContractSignature {
        wallet,
        digest: Digest::from_bytes([7; 32]),
        signature: SignatureBytes::from_bytes(&[1; 65]).expect("small"),
    }
}

/// Puts code at an address of its own.
fn code(node: &Node, byte: u8, code: &str) -> Address {
    let address = Address::from_bytes([byte; 20]);
    node.tell("anvil_setCode", &json!([address.to_string(), code]));
    address
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_questions_at_once_are_answered_as_each_alone() {
    let node = Node::start().await;
    let owner = key(1).address();
    let delegated = code(&node, 0x71, &format!("0xef0100{}", "11".repeat(20)));
    let one_byte = code(&node, 0x72, "0x00");
    // mstore the magic value and return it; revert; return nothing
    let magic = code(&node, 0x73, "0x631626ba7e60e01b5f5260205ff3");
    let reverts = code(&node, 0x74, "0x5f5ffd");
    let nothing = code(&node, 0x75, "0x00");
    let questions = [
        ChainQuery::Code { address: owner },
        ChainQuery::Code { address: token() },
        ChainQuery::Code { address: delegated },
        ChainQuery::Code { address: one_byte },
        ChainQuery::Balance { token: token(), owner },
        ChainQuery::Balance { token: token(), owner: Address::from_bytes([0x99; 20]) },
        ChainQuery::Balance { token: owner, owner },
        ChainQuery::Balance { token: reverts, owner },
        ChainQuery::Allowance { token: token(), owner, spender: PERMIT2 },
        ChainQuery::NonceState { token: token(), authorizer: owner, nonce: nonce("unused") },
        ChainQuery::NonceState { token: EXACT_PROXY, authorizer: owner, nonce: nonce("unused") },
        ChainQuery::PermitNonce { owner, nonce: nonce("unused") },
        ChainQuery::TokenNonce { token: token(), owner },
        signature(magic),
        signature(reverts),
        signature(nothing),
        signature(owner),
        signature(delegated),
        ChainQuery::Simulate(vec![Call::new(token(), selector("totalSupply()"))]),
        ChainQuery::Simulate(vec![Call::new(token(), selector("nothing of that name()"))]),
    ];
    let at_once = node.answers(&questions);
    for (question, told) in questions.iter().zip(&at_once) {
        let alone = node.one(question);
        match (told, &alone) {
            // enough to know a delegation from a contract
            (ChainAnswer::Bytes(beginning), ChainAnswer::Bytes(whole)) => assert_eq!(beginning[..], whole[..whole.len().min(24)]),
            _ => assert_eq!(*told, alone, "{question:?}"),
        }
    }
    let million = ChainAnswer::Amount(Amount::from_u64(1_000_000_000_000));
    assert_eq!((&at_once[4], &at_once[6], &at_once[13]), (&million, &ChainAnswer::Failed(vec![]), &ChainAnswer::Flag(true)));
    // and by Multicall3, what is a call
    let calls = questions[4..].iter().filter(|question| !matches!(question, ChainQuery::Simulate(_))).cloned().collect::<Vec<_>>();
    assert_eq!(node.by_multicall3(&calls), at_once[4..18]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_120_a_spent_nonce_is_seen_and_its_neighbour_is_not() {
    let node = Node::start().await;
    let owner = key(2).address();
    // invalidateUnorderedNonces(uint256,uint256): word 5, bits 0, 9 and 255
    let mut mask = [0; 32];
    (mask[31], mask[30], mask[0]) = (1, 2, 0x80);
    let call = [&selector("invalidateUnorderedNonces(uint256,uint256)")[..], &Amount::from_u64(5).to_be_bytes(), &mask].concat();
    assert_eq!(node.send(2, PERMIT2, &call)["status"], "0x1");
    for (number, used) in
        [(5 * 256, true), (5 * 256 + 1, false), (5 * 256 + 9, true), (5 * 256 + 255, true), (4 * 256, false), (6 * 256, false)]
    {
        let question = ChainQuery::PermitNonce { owner, nonce: Nonce::from_bytes(Amount::from_u64(number).to_be_bytes()) };
        assert_eq!(node.answers(&[question]), [ChainAnswer::Flag(used)], "{number}");
    }
}

/// A wallet that burns its gas, one that returns a megabyte, one that calls back: nobody else's answer is another for it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_100_what_a_payer_deploys_spoils_no_other_answer() {
    let node = Node::start().await;
    let sink = code(&node, 0x81, "0x5b5f56");
    let invalid = code(&node, 0x82, "0xfe");
    let bomb = code(&node, 0x83, "0x621000005ff3");
    let reverting_bomb = code(&node, 0x84, "0x621000005ffd");
    let balance = ChainQuery::Balance { token: token(), owner: key(1).address() };
    let expected = node.one(&balance);
    let mut questions = Vec::new();
    for wallet in [sink, invalid, bomb, reverting_bomb] {
        questions.extend([signature(wallet), balance.clone()]);
    }
    for (i, told) in node.answers(&questions).into_iter().enumerate() {
        assert_eq!(told, if i % 2 == 0 { ChainAnswer::Flag(false) } else { expected.clone() }, "{i}");
    }
    // with too little gas for the next question there is no answer at all
    let many = vec![signature(sink); 9];
    let creation = probe::creation(&many).expect("questions of anybody");
    let refused = node.call(None, None, &creation, 30_000_000).expect_err("no answer");
    assert_eq!(refused.0.unwrap_or_default(), Vec::<u8>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_simulation_leaves_nothing_behind() {
    let node = Node::start().await;
    let (payer, terms) = (key(3).address(), terms());
    let simulation = |name| {
        let payment = by_eip3009(&key(3), transfer(payer, name, node.time()));
        let input = VerifyInput::offline(&payment, &terms, UnixSeconds::from_secs(node.time())).on_chain(&[]);
        EXACT.questions(&input).expect("questions").pop().expect("a simulation")
    };
    let balance = ChainQuery::Balance { token: token(), owner: payer };
    let (one, two, yes) = (simulation("first"), simulation("second"), ChainAnswer::Flag(true));
    let questions = [balance.clone(), one.clone(), balance.clone(), one, two, balance.clone()];
    let funds = node.one(&balance);
    assert_eq!(node.answers(&questions), [funds.clone(), yes.clone(), funds.clone(), yes.clone(), yes, funds]);
}
