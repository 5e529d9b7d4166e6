//! Nodes that answer as they are told, badly more often than not. What real nodes answer is tested with the sandbox and with another node, in the
//! testkit.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use alloy_primitives::{U256, hex};
use axum::Router;
use axum::body::{Bytes, to_bytes};
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use quittance_core::chain::{Call, ChainAnswer, ChainQuery};
use quittance_core::registry::networks;
use quittance_core::{Address, Amount, Fault, UnixSeconds};
use quittance_evm::probe;
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use super::{ConnectError, EndpointUrl, Rpc, RpcOptions};
use crate::chain::{Block, Broadcast, Chain as _, DataFee, Fees, Gas, LogFilter, OperatorFee, TransactionHash};
use crate::metrics::Metrics;

/// What a node answers: a result, or an error of JSON-RPC.
type Answer = Result<Value, (i64, &'static str)>;
type Script = Arc<dyn Fn(&str, &Value) -> Answer + Send + Sync>;

/// How a node is, whatever it is asked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mood {
    Well,
    Garbage,
    Overloaded,
    Limiting,
    Silent,
    Endless,
    Elsewhere,
}

/// A node that answers as it is told.
struct Node {
    url: String,
    mood: Arc<Mutex<Mood>>,
    script: Arc<Mutex<Script>>,
    /// The methods of each request.
    asked: Arc<Mutex<Vec<Vec<String>>>>,
    server: JoinHandle<()>,
}

impl Drop for Node {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Node {
    async fn start(script: impl Fn(&str, &Value) -> Answer + Send + Sync + 'static) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/secret-path", listener.local_addr().unwrap());
        let mood = Arc::new(Mutex::new(Mood::Well));
        let script: Arc<Mutex<Script>> = Arc::new(Mutex::new(Arc::new(script)));
        let asked = Arc::<Mutex<Vec<Vec<String>>>>::default();
        let state = (Arc::clone(&mood), Arc::clone(&script), Arc::clone(&asked));
        let router = Router::new().fallback(move |request: Request| {
            let (mood, script, asked) = state.clone();
            async move { respond(request, &mood, &script, &asked).await }
        });
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, mood, script, asked, server }
    }

    fn is(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    fn says(&self, script: impl Fn(&str, &Value) -> Answer + Send + Sync + 'static) {
        *self.script.lock().unwrap() = Arc::new(script);
    }

    fn requests(&self) -> usize {
        self.asked.lock().unwrap().len()
    }

    fn methods(&self) -> Vec<String> {
        self.asked.lock().unwrap().concat()
    }
}

async fn respond(request: Request, mood: &Mutex<Mood>, script: &Mutex<Script>, asked: &Mutex<Vec<Vec<String>>>) -> Response {
    let body = to_bytes(request.into_body(), 1 << 24).await.unwrap();
    let body: Value = serde_json::from_slice(&body).unwrap();
    let calls = body.as_array().cloned().unwrap_or_else(|| vec![body.clone()]);
    let methods = calls.iter().map(|call| call["method"].as_str().unwrap().to_owned()).collect();
    asked.lock().unwrap().push(methods);
    let mood = *mood.lock().unwrap();
    match mood {
        Mood::Well => {}
        Mood::Garbage => return "<html>sentinel</html>".into_response(),
        Mood::Overloaded => return StatusCode::SERVICE_UNAVAILABLE.into_response(),
        Mood::Limiting => return StatusCode::TOO_MANY_REQUESTS.into_response(),
        Mood::Silent => std::future::pending().await,
        Mood::Endless => return Bytes::from(vec![b' '; 1 << 20]).into_response(),
        Mood::Elsewhere => return (StatusCode::TEMPORARY_REDIRECT, [("location", "http://127.0.0.1:9/")]).into_response(),
    }
    let script = Arc::clone(&script.lock().unwrap());
    let answers = calls.iter().map(|call| {
        let answer = script(call["method"].as_str().unwrap(), &call["params"]);
        match answer {
            Ok(result) => json!({ "jsonrpc": "2.0", "id": call["id"], "result": result }),
            Err((code, message)) => json!({ "jsonrpc": "2.0", "id": call["id"], "error": { "code": code, "message": message } }),
        }
    });
    let answers = answers.collect::<Vec<_>>();
    let answer = if body.is_array() { Value::Array(answers) } else { answers[0].clone() };
    ([("content-type", "application/json")], answer.to_string()).into_response()
}

/// What a node of Base at a height says to what it is asked at the start and for the newest block.
fn at(height: u64) -> impl Fn(&str, &Value) -> Answer + Send + Sync + 'static {
    move |method, _| {
        Ok(match method {
            "eth_chainId" => json!("0x2105"),
            "eth_blockNumber" => json!(format!("{height:#x}")),
            "eth_getCode" => json!("0x"),
            "eth_getBlockByNumber" => {
                let hash = format!("0x{height:064x}");
                json!({ "number": format!("{height:#x}"), "hash": hash, "timestamp": "0x65", "baseFeePerGas": "0x7", "miner": "0x" })
            }
            "eth_feeHistory" => {
                json!({ "oldestBlock": "0x1", "baseFeePerGas": ["0x6", "0x7", "0x8"], "reward": [["0x1"], ["0x3"]] })
            }
            "eth_maxPriorityFeePerGas" => json!("0x2"),
            "eth_getTransactionCount" => json!(format!("{height:#x}")),
            other => return Err((-32601, Box::leak(format!("no {other}").into_boxed_str()))),
        })
    }
}

fn options() -> RpcOptions {
    RpcOptions::default().with_timeout(Duration::from_secs(2)).with_most_bytes(64 << 10).looking_every(Duration::from_secs(3600))
}

async fn connect(nodes: &[&Node]) -> Rpc {
    let urls = nodes.iter().map(|node| EndpointUrl::parse(&node.url).unwrap()).collect();
    Rpc::connect(networks::BASE, urls, options(), &Metrics::new()).await.unwrap()
}

const SOMEBODY: Address = Address::from_bytes([5; 20]);

#[tokio::test]
async fn a_node_that_does_not_answer_as_one_is_passed_over() {
    for (mood, fault) in [
        (Mood::Garbage, Fault::ChainReply),
        (Mood::Endless, Fault::ChainReply),
        (Mood::Elsewhere, Fault::ChainReply),
        (Mood::Overloaded, Fault::ChainUnavailable),
        (Mood::Limiting, Fault::ChainUnavailable),
        (Mood::Silent, Fault::ChainUnavailable),
    ] {
        let (first, second) = (Node::start(at(5)).await, Node::start(at(6)).await);
        let rpc = connect(&[&first, &second]).await;
        assert_eq!(rpc.nonce(SOMEBODY, Block::Latest).await, Ok(5));
        first.is(mood);
        assert_eq!(rpc.nonce(SOMEBODY, Block::Latest).await, Ok(6));
        assert_eq!(rpc.well(), (1, 2));
        // and left alone from then on
        let before = first.requests();
        assert_eq!(rpc.nonce(SOMEBODY, Block::Pending).await, Ok(6));
        assert_eq!(first.requests(), before);
        second.is(mood);
        assert_eq!(rpc.nonce(SOMEBODY, Block::Latest).await, Err(fault));
        // the one whose time comes first is still asked, and one answer is enough to be taken back
        first.is(Mood::Well);
        second.is(Mood::Well);
        assert!(rpc.nonce(SOMEBODY, Block::Latest).await.is_ok());
        assert_eq!(rpc.well(), (1, 2));
    }
}

#[tokio::test]
async fn a_node_that_is_not_there_is_passed_over_at_the_start() {
    let second = Node::start(at(6)).await;
    let gone = Node::start(at(5)).await;
    let url = gone.url.clone();
    drop(gone);
    tokio::task::yield_now().await;
    let urls = [url.as_str(), &second.url].map(|url| EndpointUrl::parse(url).unwrap());
    let rpc = Rpc::connect(networks::BASE, urls.to_vec(), options(), &Metrics::new()).await.unwrap();
    assert_eq!(rpc.nonce(SOMEBODY, Block::Latest).await, Ok(6));
}

#[tokio::test]
async fn a_node_of_another_chain_ends_the_start() {
    let (right, wrong) = (Node::start(at(5)).await, Node::start(|method, params| at(5)(method, params)).await);
    wrong.says(|method, params| if method == "eth_chainId" { Ok(json!("0x1")) } else { at(5)(method, params) });
    let urls = [&right, &wrong].map(|node| EndpointUrl::parse(&node.url).unwrap()).to_vec();
    let metrics = Metrics::new();
    let outcome = Rpc::connect(networks::BASE, urls.clone(), options(), &metrics).await;
    assert_eq!(outcome.err(), Some(ConnectError::OtherChain { endpoint: 2, chain: 1 }));
    right.is(Mood::Garbage);
    wrong.is(Mood::Garbage);
    let outcome = Rpc::connect(networks::BASE, urls, options(), &metrics).await;
    assert_eq!(outcome.err(), Some(ConnectError::Unreachable));
    let outcome = Rpc::connect(networks::BASE, Vec::new(), options(), &metrics).await;
    assert_eq!(outcome.err(), Some(ConnectError::NoEndpoints));
    assert_eq!(metrics.rpc_total(), 4);
}

#[tokio::test]
async fn a_node_that_is_behind_is_passed_over_until_it_has_caught_up() {
    let (first, second) = (Node::start(at(10)).await, Node::start(at(20)).await);
    let rpc = connect(&[&first, &second]).await;
    let head = rpc.head().await.unwrap();
    assert_eq!(
        (head.number, head.time, head.fees),
        (20, UnixSeconds::from_secs(0x65), Fees { base: 8, tip: 2, data: DataFee::NONE, operator: OperatorFee::NONE })
    );
    assert_eq!(rpc.well(), (1, 2));
    // the only one that is left may be behind
    second.is(Mood::Overloaded);
    assert_eq!(rpc.head().await.unwrap().number, 10);
}

#[tokio::test]
async fn nodes_that_are_not_asked_are_looked_at() {
    let (first, second) = (Node::start(at(20)).await, Node::start(at(20)).await);
    let urls = [&first, &second].map(|node| EndpointUrl::parse(&node.url).unwrap()).to_vec();
    let looking = options().looking_every(Duration::ZERO);
    let rpc = Rpc::connect(networks::BASE, urls, looking, &Metrics::new()).await.unwrap();
    second.says(at(3));
    while rpc.well() != (1, 2) {
        rpc.head().await.unwrap();
        tokio::task::yield_now().await;
    }
    second.says(at(20));
    while rpc.well() != (2, 2) {
        rpc.head().await.unwrap();
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    second.says(|method, params| if method == "eth_chainId" { Ok(json!("0x1")) } else { at(20)(method, params) });
    while rpc.well() != (1, 2) {
        rpc.head().await.unwrap();
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_chain_without_a_history_of_fees_has_a_head() {
    let node = Node::start(|method, params| match method {
        "eth_feeHistory" | "eth_maxPriorityFeePerGas" => Err((-32601, "no such method")),
        _ => at(5)(method, params),
    });
    let node = node.await;
    assert_eq!(
        connect(&[&node]).await.head().await.unwrap().fees,
        Fees { base: 7, tip: 0, data: DataFee::NONE, operator: OperatorFee::NONE }
    );
    node.says(|method, params| match method {
        "eth_maxPriorityFeePerGas" => Err((-32601, "no such method")),
        _ => at(5)(method, params),
    });
    assert_eq!(
        connect(&[&node]).await.head().await.unwrap().fees,
        Fees { base: 8, tip: 3, data: DataFee::NONE, operator: OperatorFee::NONE }
    );
}

/// The methods of the requests that were made since the last look.
fn since(node: &Node) -> Vec<Vec<String>> {
    core::mem::take(&mut *node.asked.lock().unwrap())
}

/// What a contract of the OP stack says, if there is one; it knows of no operator.
fn with_oracle(code: &'static str, size: Answer, sample: Answer) -> impl Fn(&str, &Value) -> Answer + Send + Sync + 'static {
    move |method, params| match method {
        "eth_getCode" if params[0] == "0x420000000000000000000000000000000000000F" => Ok(json!(code)),
        "eth_call" if params[0]["input"].as_str().is_some_and(|input| input.starts_with("0xf1c7a58b")) => size.clone(),
        "eth_call" if params[0]["input"].as_str().is_some_and(|input| input.starts_with("0x49948e0e")) => sample.clone(),
        "eth_call" if params[0]["input"].as_str().is_some_and(|input| input.starts_with("0x275aedd2")) => {
            Err((3, "execution reverted"))
        }
        _ => at(5)(method, params),
    }
}

#[tokio::test]
async fn what_bytes_cost_comes_with_the_newest_block_in_one_request() {
    let word = |wei: u64| Ok(json!(format!("0x{wei:064x}")));
    let reverted = || Err((3, "execution reverted"));
    let chain = ["eth_getBlockByNumber", "eth_feeHistory", "eth_maxPriorityFeePerGas"].map(String::from).to_vec();
    let each = [&chain[..], &["eth_getCode".into()], &["eth_call"; 6].map(String::from)].concat();
    for (script, fee) in [
        (with_oracle("0x60", word(7), word(9)), DataFee::new(7, 7)),
        (with_oracle("0x60", reverted(), word(9)), DataFee::new(9, 9)),
        (with_oracle("0x", word(7), word(9)), DataFee::NONE),
        (with_oracle("0x60", reverted(), Ok(json!("0x"))), DataFee::NONE),
    ] {
        let node = Node::start(script).await;
        let rpc = connect(&[&node]).await;
        since(&node);
        for _ in 0..3 {
            assert_eq!(rpc.head().await.unwrap().fees.data, fee);
        }
        assert_eq!(since(&node), [each.clone(), chain.clone(), chain.clone()], "{fee:?}");
    }
    // before anybody knows what it costs nobody says that it costs nothing
    let busy = || Err((-32000, "busy"));
    let node = Node::start(with_oracle("0x60", busy(), busy())).await;
    assert_eq!(connect(&[&node]).await.head().await, Err(Fault::ChainUnavailable));
}

#[tokio::test]
async fn a_transaction_goes_to_all_nodes_and_one_that_takes_it_is_enough() {
    let raw = [0x02, 0xaa];
    let hash = format!("0x{}", hex::encode(quittance_core::keccak256(&raw)));
    let takes = move |method: &str, params: &Value| match method {
        "eth_sendRawTransaction" => Ok(json!(hash)),
        _ => at(5)(method, params),
    };
    let refuses = |words: &'static str| {
        move |method: &str, params: &Value| match method {
            "eth_sendRawTransaction" => Err((-32000, words)),
            _ => at(5)(method, params),
        }
    };
    let (first, second) = (Node::start(refuses("nonce too low")).await, Node::start(takes.clone()).await);
    let rpc = connect(&[&first, &second]).await;
    assert_eq!(rpc.broadcast(&raw).await, Ok(Broadcast::Accepted));
    while ![&first, &second].iter().all(|node| node.methods().iter().any(|method| method == "eth_sendRawTransaction")) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    second.says(refuses("insufficient funds for gas * price + value"));
    assert_eq!(rpc.broadcast(&raw).await, Ok(Broadcast::NonceUsed));
    first.says(refuses("txpool is full"));
    assert_eq!(rpc.broadcast(&raw).await, Ok(Broadcast::OutOfFunds));
    second.is(Mood::Silent);
    assert_eq!(rpc.broadcast(&raw).await, Ok(Broadcast::Refused));
    // a node that names another transaction has not taken this one
    first.says(|method, params| match method {
        "eth_sendRawTransaction" => Ok(json!(format!("0x{:064x}", 1))),
        _ => at(5)(method, params),
    });
    assert_eq!(rpc.broadcast(&raw).await, Err(Fault::ChainReply));
}

#[tokio::test]
async fn an_estimate_is_gas_or_the_bytes_of_a_revert() {
    let node = Node::start(at(5)).await;
    let rpc = connect(&[&node]).await;
    let call = Call::new(SOMEBODY, vec![1, 2]);
    for (answer, expected) in [
        (Ok(json!("0x5208")), Ok(Gas::Units(21_000))),
        (Err((3, "execution reverted")), Ok(Gas::Reverts(vec![]))),
        (Err((-32000, "header not found")), Err(Fault::ChainUnavailable)),
        (Ok(json!("21000 or so")), Err(Fault::ChainReply)),
    ] {
        node.says(move |method, params| match method {
            "eth_estimateGas" => {
                assert_eq!(params[0]["from"], "0x0505050505050505050505050505050505050505");
                assert_eq!(params[0]["input"], "0x0102");
                answer.clone()
            }
            _ => at(5)(method, params),
        });
        assert_eq!(rpc.estimate(SOMEBODY, &call).await, expected);
    }
}

fn receipt(hash: &str) -> Value {
    json!({
        "transactionHash": hash, "blockNumber": "0x5", "blockHash": format!("0x{:064x}", 5), "status": "0x1", "type": "0x7e",
        "gasUsed": "0xa", "effectiveGasPrice": "0x3", "l1Fee": "0x64", "logs": [{
            "address": "0x0505050505050505050505050505050505050505", "topics": [format!("0x{:064x}", 9)], "data": "0xbeef",
            "transactionHash": hash, "blockNumber": "0x5", "logIndex": "0x0", "removed": false,
        }],
    })
}

#[tokio::test]
async fn receipts_are_those_of_the_transactions_that_were_asked_about() {
    let node = Node::start(at(5)).await;
    let rpc = connect(&[&node]).await;
    let hashes = [1, 2, 3].map(|byte| TransactionHash::from_bytes([byte; 32]));
    let missing = hashes[1].to_string();
    node.says(move |method, params| match method {
        "eth_getTransactionReceipt" if params[0] == missing.as_str() => Ok(Value::Null),
        "eth_getTransactionReceipt" => Ok(receipt(params[0].as_str().unwrap())),
        _ => at(5)(method, params),
    });
    let before = node.requests();
    let receipts = rpc.receipts(&hashes).await.unwrap();
    assert_eq!(node.requests(), before + 1, "one request for all");
    let (head, beside) = rpc.look(&hashes).await.unwrap();
    assert_eq!(node.requests(), before + 2, "one request for the newest block as well");
    assert_eq!((head, &beside), (rpc.head().await.unwrap(), &receipts));
    assert!(receipts[1].is_none());
    let third = receipts[2].as_ref().unwrap();
    assert_eq!((third.transaction, third.block, third.succeeded, third.cost), (hashes[2], 5, true, 130));
    assert_eq!((&*third.logs[0].data, third.logs[0].emitter, third.logs[0].topics.len()), (&[0xbe, 0xef][..], SOMEBODY, 1));

    type Change = fn(&mut Value);
    let changes: [Change; 8] = [
        |receipt| receipt["transactionHash"] = json!(format!("0x{:064x}", 7)),
        |receipt| receipt["logs"][0]["transactionHash"] = json!(format!("0x{:064x}", 7)),
        |receipt| receipt["logs"][0]["blockNumber"] = json!("0x6"),
        |receipt| receipt["status"] = json!("0x2"),
        |receipt| receipt["status"] = Value::Null,
        |receipt| receipt["blockHash"] = json!("0x05"),
        |receipt| receipt["gasUsed"] = json!("lots"),
        |receipt| receipt["logs"] = Value::Null,
    ];
    for (number, change) in changes.into_iter().enumerate() {
        node.says(move |method, params| match method {
            "eth_getTransactionReceipt" => {
                let mut receipt = receipt(params[0].as_str().unwrap());
                change(&mut receipt);
                Ok(receipt)
            }
            _ => at(5)(method, params),
        });
        assert_eq!(rpc.receipts(&hashes[..1]).await, Err(Fault::ChainReply), "change {number}");
        assert_eq!(rpc.look(&hashes[..1]).await, Err(Fault::ChainReply), "change {number}");
    }
}

#[tokio::test]
async fn logs_are_those_that_the_filter_picks_in_their_order() {
    let log = |block: u64, index: u64| {
        json!({
            "address": "0x0505050505050505050505050505050505050505", "topics": [format!("0x{:064x}", 9), format!("0x{index:064x}")],
            "data": "0x", "transactionHash": format!("0x{block:064x}"), "blockNumber": format!("{block:#x}"),
            "logIndex": format!("{index:#x}"),
        })
    };
    let nine = U256::from(9).to_be_bytes();
    let filter = LogFilter { emitter: SOMEBODY, topics: vec![Some(nine), None], blocks: 2..=4 };
    let node = Node::start(at(5)).await;
    let rpc = connect(&[&node]).await;
    let answer = move |logs: Vec<Value>| {
        node.says(move |method, params| match method {
            "eth_getLogs" => {
                assert_eq!((&params[0]["fromBlock"], &params[0]["toBlock"]), (&json!("0x2"), &json!("0x4")));
                assert_eq!(params[0]["topics"], json!([format!("0x{:064x}", 9), null]));
                Ok(json!(logs))
            }
            _ => at(5)(method, params),
        });
    };
    let mut undone = log(3, 7);
    undone["removed"] = json!(true);
    answer(vec![log(4, 0), log(3, 2), undone, log(3, 1)]);
    let found = rpc.logs(&filter).await.unwrap();
    let order = found.iter().map(|log| (log.block, log.topics[1][31])).collect::<Vec<_>>();
    assert_eq!(order, [(3, 1), (3, 2), (4, 0)]);

    let (mut stranger, mut other_event, mut waiting) = (log(3, 0), log(3, 0), log(3, 0));
    stranger["address"] = json!("0x0606060606060606060606060606060606060606");
    other_event["topics"] = json!([format!("0x{:064x}", 8), format!("0x{:064x}", 0)]);
    waiting["blockNumber"] = Value::Null;
    for wrong in [stranger, other_event, waiting, log(5, 0), log(1, 0)] {
        answer(vec![log(3, 1), wrong]);
        assert_eq!(rpc.logs(&filter).await, Err(Fault::ChainReply));
    }
}

#[tokio::test]
async fn what_one_node_does_not_do_another_is_asked_for() {
    let (first, second) = (Node::start(at(5)).await, Node::start(at(5)).await);
    let rpc = connect(&[&first, &second]).await;
    second.says(|method, params| if method == "eth_getTransactionByHash" { Ok(Value::Null) } else { at(6)(method, params) });
    assert_eq!(rpc.call(TransactionHash::from_bytes([1; 32])).await, Ok(None));
    // which is no reason not to ask it for the rest
    assert_eq!(rpc.well(), (2, 2));
    assert_eq!(rpc.nonce(SOMEBODY, Block::Latest).await, Ok(5));
}

/// Says what a token of so many units says, to a probe and to a call.
fn balances(probes: bool) -> impl Fn(&str, &Value) -> Answer + Send + Sync + 'static {
    move |method, params| match method {
        "eth_getCode" => Ok(json!("0x6001")),
        "eth_call" if params[0].get("to").is_none() && !probes => Err((-32000, "create is not for you")),
        "eth_call" if params[0].get("to").is_none() => {
            // each entry of the probe's table is 32 bytes, and the data of a balance 36
            let code = hex::decode(params[0]["input"].as_str().unwrap()).unwrap();
            let record = |entry: &[u8]| {
                let mut record = U256::from(32).to_be_bytes::<32>();
                record[0] = 1;
                [record, U256::from(entry[12]).to_be_bytes()].concat()
            };
            Ok(json!(hex::encode_prefixed(code[probe::begin().len()..].chunks(68).map(record).collect::<Vec<_>>().concat())))
        }
        "eth_call" => {
            let token = hex::decode(params[0]["to"].as_str().unwrap()).unwrap()[0];
            if token == 4 { Err((3, "execution reverted")) } else { Ok(json!(format!("0x{token:064x}"))) }
        }
        _ => at(5)(method, params),
    }
}

fn balance(token: u8) -> ChainQuery {
    ChainQuery::Balance { token: Address::from_bytes([token; 20]), owner: SOMEBODY }
}

const fn units(units: u64) -> ChainAnswer {
    ChainAnswer::Amount(Amount::from_u64(units))
}

#[tokio::test]
async fn many_questions_are_one_call_in_one_request() {
    let node = Node::start(balances(true)).await;
    let rpc = connect(&[&node]).await;
    let before = node.requests();
    let questions = (1..=80).map(balance).collect::<Vec<_>>();
    assert_eq!(rpc.ask(&questions).await, Ok((1..=80).map(units).collect()));
    assert_eq!((node.requests(), node.methods().last().unwrap().as_str()), (before + 1, "eth_call"));
    assert_eq!(node.asked.lock().unwrap().last().unwrap().len(), 1);
    // what does not fit into one probe goes into another, in the same request
    let questions = (1..=200).map(balance).collect::<Vec<_>>();
    assert_eq!(rpc.ask(&questions).await, Ok((1..=200).map(units).collect()));
    assert_eq!(node.requests(), before + 2);
    assert_eq!(node.asked.lock().unwrap().last().unwrap().len(), 3);
    assert_eq!(rpc.ask(&[]).await, Ok(vec![]));
    assert_eq!(node.requests(), before + 2);
}

#[tokio::test]
async fn a_node_that_runs_no_probe_is_asked_question_by_question() {
    let node = Node::start(balances(false)).await;
    let rpc = connect(&[&node]).await;
    let before = node.requests();
    let questions = [balance(1), ChainQuery::Code { address: SOMEBODY }, balance(4)];
    let expected = vec![units(1), ChainAnswer::Bytes(vec![0x60, 1]), ChainAnswer::Failed(vec![])];
    assert_eq!(rpc.ask(&questions).await, Ok(expected));
    assert_eq!(node.requests(), before + 2);
}

#[tokio::test]
async fn a_call_that_one_account_alone_can_make_is_made_in_its_name() {
    let node = Node::start(balances(true)).await;
    let rpc = connect(&[&node]).await;
    let sender = Address::from_bytes([9; 20]);
    let call = |sender| Call::new(Address::from_bytes([1; 20]), vec![1]).by(sender);
    node.says(|method, params| match method {
        "eth_call" if params[0].get("to").is_some() => {
            assert_eq!(params[0]["from"], "0x0909090909090909090909090909090909090909");
            Ok(json!("0x"))
        }
        _ => balances(true)(method, params),
    });
    let before = node.requests();
    let questions = [balance(1), ChainQuery::Simulate(vec![call(sender)]), balance(2)];
    assert_eq!(rpc.ask(&questions).await, Ok(vec![units(1), ChainAnswer::Flag(true), units(2)]));
    assert_eq!(node.requests(), before + 1);
    // several of them run in one another's state, as if Multicall3 stood at the account
    node.says(|method, params| match method {
        "eth_call" => {
            assert_eq!(params[0]["to"], "0x0909090909090909090909090909090909090909");
            assert_eq!(params[2]["0x0909090909090909090909090909090909090909"]["code"], "0x6001");
            let outcome = |success: u8| [U256::from(success), U256::from(64), U256::ZERO];
            let words = [U256::from(32), U256::from(2), U256::from(64), U256::from(160)];
            let words = words.into_iter().chain(outcome(1)).chain(outcome(0));
            Ok(json!(hex::encode_prefixed(words.flat_map(|word| word.to_be_bytes::<32>()).collect::<Vec<_>>())))
        }
        _ => balances(true)(method, params),
    });
    let questions = [ChainQuery::Simulate(vec![call(sender), call(sender)])];
    assert_eq!(rpc.ask(&questions).await, Ok(vec![ChainAnswer::Failed(vec![])]));
}

#[tokio::test]
async fn an_answer_that_is_none_is_the_nodes_fault() {
    for answer in ["0x", "0x00", "nonsense", "0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"] {
        let node = Node::start(move |method: &str, params: &Value| match method {
            "eth_call" => Ok(json!(answer)),
            _ => balances(true)(method, params),
        });
        let node = node.await;
        let rpc = connect(&[&node]).await;
        assert_eq!(rpc.ask(&[balance(1), balance(2)]).await, Err(Fault::ChainReply), "{answer}");
    }
}

#[tokio::test]
async fn row_220_nothing_prints_where_a_node_is() {
    let node = Node::start(at(5)).await;
    let rpc = connect(&[&node]).await;
    assert_eq!(format!("{rpc:?}"), "Rpc(eip155:8453, 1 of 1 nodes)");
}
