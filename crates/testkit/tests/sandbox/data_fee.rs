//! What a rollup takes for the bytes of a transaction and for its operator: a contract where those of the OP stack have theirs, and a facilitator that
//! counts it before it sends.

use std::sync::Arc;

use quittance_core::registry::networks::BASE_SEPOLIA;
use quittance_core::{Address, Amount, Facilitator as _, Fault, Nonce, UnixSeconds, Window, keccak256};
use quittance_devnet::Devnet;
use quittance_facilitator::{
    Chain as _, ChainSettings, ChainSetup, Clock, DataFee, EndpointUrl, Facilitator, FeeLimit, Metrics, OperatorFee, Rpc,
    RpcOptions, Settings,
};
use quittance_guard::memory::MemoryReplayLog;
use quittance_testkit::payer::{Order, Way};
use serde_json::json;

use super::node::{Node, key};
use super::payments::{PAYEE, PRICE, token};

/// Where the contract stands.
const ORACLE: &str = "0x420000000000000000000000000000000000000f";

/// A contract that knows some questions: each by its name, the place in the arguments of what it is about, and how much is taken for each of that.
fn oracle(questions: &[(&str, u8, u64)]) -> String {
    // the selector, a way for each question, and a revert for any other
    let mut code = vec![0x5f, 0x35, 0x60, 0xe0, 0x1c];
    let bodies = code.len() + 10 * questions.len() + 3;
    for (index, (question, ..)) in questions.iter().enumerate() {
        let body = u8::try_from(bodies + 20 * index).expect("a short contract");
        code.extend([&[0x80, 0x63][..], &keccak256(question.as_bytes())[..4], &[0x14, 0x60, body, 0x57]].concat());
    }
    code.extend([0x5f, 0x5f, 0xfd]);
    for (_, place, wei) in questions {
        code.extend(
            [&[0x5b, 0x60, *place, 0x35, 0x67][..], &wei.to_be_bytes(), &[0x02, 0x5f, 0x52, 0x60, 0x20, 0x5f, 0xf3]].concat(),
        );
    }
    code.iter().fold("0x".into(), |text, byte| format!("{text}{byte:02x}"))
}

/// By the size, as since Fjord; by the bytes, of which only the number matters here, as before.
fn oracles(wei: u64) -> [String; 2] {
    [oracle(&[(SIZE, 4, wei)]), oracle(&[("getL1Fee(bytes)", 36, wei)])]
}

/// The same where bytes are free and the operator takes something for each unit of gas, as since Isthmus.
fn operated(wei: u64) -> String {
    oracle(&[(SIZE, 4, 0), ("getOperatorFee(uint256)", 4, wei)])
}

const SIZE: &str = "getL1FeeUpperBound(uint256)";

async fn connect(node: &Node) -> Rpc {
    let url = EndpointUrl::parse(&node.devnet.url()).expect("a URL");
    Rpc::connect(BASE_SEPOLIA, vec![url], RpcOptions::default(), &Metrics::new()).await.expect("the sandbox answers")
}

fn order(node: &Node) -> Order {
    let (payer, network, pay_to) = (Arc::new(key(1)), BASE_SEPOLIA, Address::parse(PAYEE).expect("an address"));
    let window = Window::new(UnixSeconds::from_secs(0), UnixSeconds::from_secs(node.time() + 60));
    let nonce = Nonce::from_bytes([7; 32]);
    Order { payer, way: Way::Eip3009, network, token: token(), pay_to, amount: PRICE, window, nonce, wallet: None, brings: None }
}

/// A facilitator that pays no more for gas than a payment is worth, an ether being worth a hundred payments.
async fn facilitator(node: &Node) -> Facilitator<Rpc, MemoryReplayLog> {
    let mut settings = ChainSettings::default();
    settings.fee_limit = Some(FeeLimit::new(1_000, [(token(), Amount::from_u64(1_000_000))].into()));
    let setup = ChainSetup::new(Arc::new(connect(node).await), vec![key(0)]).with(settings);
    let (log, time) = (Arc::new(MemoryReplayLog::new(100)), UnixSeconds::from_secs(node.time()));
    let clock = Clock::new(move || Ok(time));
    Facilitator::new(vec![setup], log, clock, Settings::default(), Arc::default()).expect("it can be")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_paid_beside_gas_is_asked_of_the_contract_of_the_chain() {
    for code in oracles(3) {
        let node = Node { devnet: Devnet::builder().start().await.expect("a sandbox") };
        node.tell("anvil_setCode", &json!([ORACLE, code]));
        let data = connect(&node).await.head().await.expect("a block").fees.data;
        assert_eq!(data, DataFee::new(3 * 256, 3 * 1_280));
        assert_eq!(data.of(5_000), 15_000);
    }
    let node = Node::start().await;
    node.tell("anvil_setCode", &json!([ORACLE, operated(3)]));
    let fees = connect(&node).await.head().await.expect("a block").fees;
    assert_eq!((fees.data, fees.operator), (DataFee::NONE, OperatorFee::new(0, 3_000_000)));
    let node = Node::start().await;
    assert_eq!(connect(&node).await.head().await.expect("a block").fees.data, DataFee::NONE);
    // something else that stands there
    node.tell("anvil_setCode", &json!([ORACLE, "0x5f5ffd"]));
    assert_eq!(connect(&node).await.head().await.expect("a block").fees.data, DataFee::NONE);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_paid_beside_gas_counts_before_anything_is_sent() {
    // about 420 bytes, or a hundred thousand units of gas, for a thousandth of an ether or for a half
    let dear = |bytes, gas| oracles(bytes).into_iter().chain([operated(gas)]);
    let codes = dear(2_400_000_000_000, 10_000_000_000).map(|code| (code, true));
    for (code, enough) in codes.chain(dear(1_200_000_000_000_000, 5_000_000_000_000).map(|code| (code, false))) {
        let node = Node::start().await;
        node.tell("anvil_setCode", &json!([ORACLE, code]));
        let (facilitator, order) = (facilitator(&node).await, order(&node));
        let settled = facilitator.settle(&order.settle(60, PRICE)).await;
        if enough {
            assert!(settled.expect("an answer").success, "{code}");
        } else {
            assert_eq!(settled, Err(Fault::GasTooDear), "{code}");
            assert_eq!(node.tell("eth_getTransactionCount", &json!([key(0).address().to_string(), "pending"])), "0x0");
        }
    }
}
