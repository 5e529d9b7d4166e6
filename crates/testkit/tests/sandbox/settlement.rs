//! From a payment to its proof: asked, verified, planned, carried out, read off the receipt.

use quittance_core::chain::{Call, ChainAnswer, ChainQuery, Plan, Proof, SignedTransaction, Step};
use quittance_core::eip712::permit2::PERMIT2;
use quittance_core::wire::{Erc20ApprovalGasSponsoring, Extensions};
use quittance_core::{
    Address, Admitted, Amount, Payment, Progress, Rejection, Scheme, Terms, UnixSeconds, Verified, VerifyInput, keccak256,
};
use quittance_devnet::WALLET_FACTORY;
use quittance_evm::{EXACT, Sponsoring, UPTO, multicall3};

use super::node::{Node, key, proofs, transaction};
use super::payments::{
    PRICE, allowance, by_eip3009, exact_permit, extension, permit2_terms, terms, token, transfer, upto_permit, wrapped,
};

const BOTH: &[Sponsoring] = &[Sponsoring::Eip2612, Sponsoring::Erc20Approval];

/// The verdict with the chain's word, in at most two rounds.
fn verify(node: &Node, scheme: &dyn Scheme, payment: &Payment, terms: &Terms) -> Result<Verified, Rejection> {
    let input = VerifyInput::offline(payment, terms, UnixSeconds::from_secs(node.time()));
    let mut answers = Vec::<(ChainQuery, ChainAnswer)>::new();
    for _ in 0..2 {
        let questions = scheme.questions(&input.on_chain(&answers))?;
        let told = node.answers(&questions);
        answers.extend(questions.into_iter().zip(told));
        match scheme.verify(&input.on_chain(&answers))? {
            Progress::Verified(verified) => return Ok(verified),
            Progress::Ask(question) => assert!(answers.iter().all(|(asked, _)| *asked != question), "{question:?}"),
            other => panic!("{other:?}"),
        }
    }
    panic!("a third round: {answers:?}")
}

fn planned(node: &Node, scheme: &dyn Scheme, payment: &Payment, terms: &Terms, charge: Amount) -> Result<Plan, Rejection> {
    let verified = verify(node, scheme, payment, terms).unwrap_or_else(|rejection| panic!("{rejection:?}"));
    scheme.plan(&Admitted::assertion(verified), charge)
}

fn plan(node: &Node, scheme: &dyn Scheme, payment: &Payment, terms: &Terms, charge: Amount) -> Plan {
    planned(node, scheme, payment, terms, charge).expect("what was verified can be settled")
}

/// Settles a payment, and then tries it again.
fn check(node: &Node, scheme: &dyn Scheme, payment: &Payment, terms: &Terms, charge: Amount, again: Rejection) {
    let plan = plan(node, scheme, payment, terms, charge);
    assert_eq!(node.carry_out(&plan), Proof::Complete);
    assert_eq!(verify(node, scheme, payment, terms).expect_err("spent"), again);
}

fn selector(function: &str) -> Vec<u8> {
    keccak256(function.as_bytes())[..4].to_vec()
}

fn word(address: Address) -> Vec<u8> {
    [&[0; 12][..], address.as_bytes()].concat()
}

fn approve(amount: Amount) -> Vec<u8> {
    [selector("approve(address,uint256)"), word(PERMIT2), amount.to_be_bytes().to_vec()].concat()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transfer_is_settled_once() {
    let node = Node::start().await;
    let payment = by_eip3009(&key(1), transfer(key(1).address(), "transfer", node.time()));
    check(&node, &EXACT, &payment, &terms(), PRICE, Rejection::Eip3009NonceUsed);
    // Row 149: whoever has nothing pays nothing.
    let poor = quittance_core::SecretKey::from_bytes(&[9; 32]).expect("a key");
    let payment = by_eip3009(&poor, transfer(poor.address(), "poor", node.time()));
    assert_eq!(verify(&node, &EXACT, &payment, &terms()).expect_err("poor"), Rejection::InsufficientFunds);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_166_a_permit_needs_an_allowance_or_brings_one() {
    let node = Node::start().await;
    let terms = permit2_terms("exact");
    let scheme = EXACT.with_sponsoring(BOTH);
    let bare = exact_permit(&key(4), "bare", node.time(), Extensions::new());
    assert_eq!(verify(&node, &scheme, &bare, &terms).expect_err("no allowance"), Rejection::Permit2Allowance);
    // by EIP-2612
    let sponsored = exact_permit(&key(4), "sponsored", node.time(), allowance(&key(4), 0, node.time()));
    assert_eq!(verify(&node, &EXACT, &sponsored, &terms).expect_err("nobody takes it"), Rejection::Permit2Allowance);
    check(&node, &scheme, &sponsored, &terms, PRICE, Rejection::Permit2NonceUsed);
    let stale = exact_permit(&key(4), "stale", node.time(), allowance(&key(4), 0, node.time()));
    assert_eq!(verify(&node, &scheme, &stale, &terms).expect_err("that permit is used"), Rejection::Permit2Allowance);
    // by the payer's own transaction
    let raw = transaction(&key(5), 84_532, 0, 70_000, token(), &approve(Amount::MAX));
    let approval =
        Erc20ApprovalGasSponsoring::new(key(5).address(), token(), PERMIT2, Amount::MAX, SignedTransaction::from_bytes(raw));
    let more = extension(Erc20ApprovalGasSponsoring::ID, &(&approval).into());
    let sponsored = exact_permit(&key(5), "approved", node.time(), more.clone());
    check(&node, &scheme, &sponsored, &terms, PRICE, Rejection::Permit2NonceUsed);
    // it is sent already, and the allowance is there
    let next = exact_permit(&key(5), "approved before", node.time(), more);
    assert!(verify(&node, &scheme, &next, &terms).is_ok());
    // and with an allowance nothing has to be brought
    assert_eq!(node.send(4, token(), &approve(PRICE))["status"], "0x1");
    check(&node, &EXACT, &bare, &terms, PRICE, Rejection::Permit2NonceUsed);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_161_and_164_a_ceiling_is_charged_by_the_named_facilitator_and_by_nobody_else() {
    let node = Node::start().await;
    let terms = permit2_terms("upto");
    let scheme = UPTO.with_sponsoring(BOTH);
    let payment = upto_permit(&key(6), "ceiling", node.time(), allowance(&key(6), 0, node.time()));
    check(&node, &scheme, &payment, &terms, Amount::from_u64(1_234), Rejection::Permit2NonceUsed);
    assert_eq!(node.send(6, token(), &approve(Amount::MAX))["status"], "0x1");
    let payment = upto_permit(&key(6), "another", node.time(), Extensions::new());
    // what a charge above the ceiling would be, and what the contract says to it
    let more = PRICE.checked_add(Amount::from_u64(1)).expect("small");
    assert_eq!(planned(&node, &UPTO, &payment, &terms, more).expect_err("above it"), Rejection::UptoExceeds);
    let steps = plan(&node, &UPTO, &payment, &terms, PRICE).steps;
    let [Step::Call(Call { target, data, .. })] = &steps[..] else { panic!("{steps:?}") };
    let charge = data.windows(32).rposition(|at| at == PRICE.to_be_bytes()).expect("what is charged");
    let beyond = [&data[..charge], &more.to_be_bytes(), &data[charge + 32..]].concat();
    let refused = |who: usize, data: &[u8]| {
        let said = node.call(Some(key(who).address()), Some(*target), data, 1_000_000).expect_err("it reverts");
        said.0.expect("with an error of the contract's")[..4].to_vec()
    };
    assert_eq!(refused(0, &beyond), selector("AmountExceedsPermitted()"));
    assert_eq!(refused(3, data), selector("UnauthorizedFacilitator()"));
    check(&node, &UPTO, &payment, &terms, PRICE, Rejection::Permit2NonceUsed);
}

/// The wallet of an account at the sandbox's factory, and the call that makes it.
fn wallet_of(node: &Node, owner: usize) -> (Address, Vec<u8>) {
    let arguments = [word(key(owner).address()), vec![1; 32]].concat();
    let at = [selector("addressOf(address,bytes32)"), arguments.clone()].concat();
    let factory = Address::from_bytes(WALLET_FACTORY.into_array());
    let address = node.call(None, Some(factory), &at, 1_000_000).expect("the factory knows");
    let wallet = Address::from_bytes(address[12..].try_into().expect("a word"));
    (wallet, [selector("deploy(address,bytes32)"), arguments].concat())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_97_to_103_a_wallet_is_deployed_and_pays() {
    let node = Node::start().await;
    let (wallet, deploy) = wallet_of(&node, 2);
    let factory = Address::from_bytes(WALLET_FACTORY.into_array());
    let factories = [factory];
    let listed = EXACT.with_factories(&factories);
    let give = [selector("transfer(address,uint256)"), word(wallet), Amount::from_u64(1_000_000).to_be_bytes().to_vec()].concat();
    assert_eq!(node.send(0, token(), &give)["status"], "0x1");
    let payment = wrapped(&key(2), transfer(wallet, "wallet", node.time()), factory, &deploy);
    assert_eq!(verify(&node, &EXACT, &payment, &terms()).expect_err("no factory is listed"), Rejection::WalletFactory);
    let forged = wrapped(&key(3), transfer(wallet, "wallet", node.time()), factory, &deploy);
    assert_eq!(verify(&node, &listed, &forged, &terms()).expect_err("another owner's key"), Rejection::Eip3009Signature);
    // a factory that deploys something else
    let (_, elsewhere) = wallet_of(&node, 3);
    let nowhere = wrapped(&key(2), transfer(wallet, "wallet", node.time()), factory, &elsewhere);
    assert_eq!(verify(&node, &listed, &nowhere, &terms()).expect_err("no wallet there"), Rejection::Eip3009Signature);
    let bare = by_eip3009(&key(2), transfer(wallet, "bare", node.time()));
    assert_eq!(verify(&node, &listed, &bare, &terms()).expect_err("nobody's code"), Rejection::Eip3009Signature);
    assert!(matches!(plan(&node, &listed, &payment, &terms(), PRICE).steps[..], [Step::Deploy { .. }, Step::Call(_)]));
    check(&node, &listed, &payment, &terms(), PRICE, Rejection::Eip3009NonceUsed);
    // Row 99: now that it is there, its code decides, whoever listed what.
    let payment = wrapped(&key(2), transfer(wallet, "again", node.time()), factory, &deploy);
    check(&node, &EXACT, &payment, &terms(), PRICE, Rejection::Eip3009NonceUsed);
    check(&node, &EXACT, &bare, &terms(), PRICE, Rejection::Eip3009NonceUsed);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_103_a_delegated_account_is_asked_and_not_its_key() {
    let node = Node::start().await;
    let payment = by_eip3009(&key(7), transfer(key(7).address(), "delegated", node.time()));
    assert!(verify(&node, &EXACT, &payment, &terms()).is_ok());
    let delegate = |to: Address| {
        let code = to.as_bytes().iter().fold(String::from("0xef0100"), |text, byte| format!("{text}{byte:02x}"));
        node.tell("anvil_setCode", &serde_json::json!([key(7).address().to_string(), code]));
    };
    delegate(multicall3::ADDRESS);
    assert_eq!(verify(&node, &EXACT, &payment, &terms()).expect_err("no ERC-1271 there"), Rejection::Eip3009Signature);
    delegate(Address::from_bytes(quittance_devnet::WALLET.into_array()));
    check(&node, &EXACT, &payment, &terms(), PRICE, Rejection::Eip3009NonceUsed);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_settlements_share_a_transaction_and_each_is_proved_by_itself() {
    let node = Node::start().await;
    // two equal transfers but for their nonces, one that is spent by then, and a permit
    let [first, second, third] =
        ["first", "second", "third"].map(|name| by_eip3009(&key(1), transfer(key(1).address(), name, node.time())));
    assert_eq!(node.send(1, token(), &approve(PRICE))["status"], "0x1");
    let permitted = permit2_terms("exact");
    let permit = exact_permit(&key(1), "permit", node.time(), Extensions::new());
    let plans = [(&first, &terms()), (&second, &terms()), (&third, &terms()), (&permit, &permitted)]
        .map(|(payment, terms)| plan(&node, &EXACT, payment, terms, PRICE));
    assert_eq!(node.carry_out(&plans[1]), Proof::Complete);
    let calls = plans.iter().flat_map(|plan| plan.shareable().expect("calls of anybody")).collect::<Vec<_>>();
    let Call { target, data, .. } = multicall3::call(&calls).expect("calls of anybody");
    let receipt = node.send(0, target, &data);
    assert_eq!(receipt["status"], "0x1");
    let plans = plans.iter().collect::<Vec<_>>();
    // all four name the same transfer, and three are there: the permit, which has no log of its own, cannot tell its from the others'
    assert_eq!(proofs(&plans[..3], &receipt), [Proof::Complete, Proof::Missing, Proof::Complete]);
    assert_eq!(proofs(&plans, &receipt), [Proof::Complete, Proof::Missing, Proof::Complete, Proof::Complete]);
}
