//! What only the sandbox has: its handle, its faults, its HTTP.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use alloy_eips::BlockNumberOrTag;
use alloy_primitives::{Address, U256};
use alloy_provider::Provider;
use alloy_rpc_types_eth::TransactionRequest;
use alloy_sol_types::SolCall;
use quittance_devnet::{BlockTime, ChainTime, Cors, Devnet, Fault, Token};
use serde_json::json;

use crate::cases::abi::IToken;
use crate::cases::node::{Node, address, sign};

#[tokio::test]
async fn the_handle_moves_time_money_and_blocks() {
    let devnet = Devnet::builder().time(ChainTime::Frozen(1_900_000_000)).start().await.unwrap();
    let node = Node::at(&devnet.url()).await;
    assert_eq!((devnet.height(), devnet.time(), devnet.chain_id()), (0, 1_900_000_000, 84532));
    devnet.advance_time(90);
    let hash = devnet.mine(3);
    assert_eq!((devnet.height(), devnet.time()), (3, 1_900_000_090));
    assert_eq!(node.rpc.get_block(alloy_eips::BlockId::latest()).await.unwrap().unwrap().header.hash, hash);
    let snapshot = devnet.snapshot();
    let poor = Address::repeat_byte(5);
    devnet.fund_token(poor, U256::from(77)).unwrap();
    devnet.set_balance(poor, U256::from(5));
    assert_eq!((node.balance(poor).await, node.rpc.get_balance(poor).await.unwrap()), (U256::from(77), U256::from(5)));
    assert!(devnet.fund_token(poor, U256::MAX).is_err() && devnet.fund(poor, poor, U256::from(1)).is_err());
    assert!(devnet.revert(snapshot) && !devnet.revert(snapshot));
    assert_eq!(node.balance(poor).await, U256::ZERO);
}

#[tokio::test]
async fn base_has_its_own_usdc_and_tokens_can_be_added() {
    let euro = Token::new(Address::repeat_byte(0xee), "Euro of the sandbox", "7").with_decimals(18);
    let devnet = Devnet::builder().chain_id(8453).token(euro.clone()).accounts(2).start().await.unwrap();
    let node = Node::at(&devnet.url()).await;
    let domain = alloy_primitives::b256!("0x02fa7265e7c5d81118673727957699e4d68f74cd74b7db77da710fe8a2c7834f");
    assert_eq!(node.read(devnet.tokens()[0].address, IToken::DOMAIN_SEPARATORCall {}).await, domain);
    assert_eq!(node.read(euro.address, IToken::nameCall {}).await, "Euro of the sandbox");
    assert_eq!(node.read(euro.address, IToken::decimalsCall {}).await, 18);
    let whole = U256::from(1_000_000) * U256::from(10).pow(U256::from(18));
    assert_eq!(node.read(euro.address, IToken::balanceOfCall { account: address(1) }).await, whole);
    assert_eq!(node.rpc.get_balance(address(2)).await.unwrap(), U256::ZERO);
    let long = Token::new(Address::repeat_byte(1), "a name that is longer than a word has bytes", "1");
    assert!(Devnet::builder().token(long).start().await.is_err());
}

#[tokio::test]
async fn blocks_come_by_time() {
    let devnet = Devnet::builder().block_time(BlockTime::Every(Duration::from_millis(20))).start().await.unwrap();
    let node = Node::at(&devnet.url()).await;
    let receipt = node.do_it(1, node.token, IToken::transferCall { to: address(2), value: U256::from(1) }.abi_encode()).await;
    let mined = receipt.block_number.unwrap();
    // blocks go on without transactions
    while devnet.height() < mined + 3 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    node.tell("evm_setIntervalMining", json!([0])).await;
    node.tell("evm_setAutomine", json!([true])).await;
    let receipt = node.do_it(1, address(2), Vec::new()).await;
    assert_eq!(receipt.block_number, Some(devnet.height()));
    let by_hand = Devnet::builder().block_time(BlockTime::Manual).start().await.unwrap();
    let node = Node::at(&by_hand.url()).await;
    let pending = node.rpc.send_raw_transaction(&sign(1, node.request(1, address(2), Vec::new()).await)).await.unwrap();
    assert_eq!(by_hand.height(), 0);
    by_hand.mine(1);
    assert!(pending.get_receipt().await.unwrap().status());
}

#[tokio::test]
async fn old_state_is_an_error_that_says_so() {
    let devnet = Devnet::builder().history(10).start().await.unwrap();
    let node = Node::at(&devnet.url()).await;
    devnet.mine(400);
    node.tell("eth_getBalance", json!([address(1), "0x186"])).await;
    let failed = node.ask("eth_getBalance", json!([address(1), "0x185"])).await.unwrap_err();
    assert!(failed.message.contains("no longer kept, only that of the last 10"), "{failed:?}");
    assert!(node.rpc.get_block_by_number(1.into()).await.unwrap().is_some());
}

#[tokio::test]
async fn old_blocks_are_forgotten_where_few_are_kept() {
    let devnet = Devnet::builder().keep(10).start().await.unwrap();
    let node = Node::at(&devnet.url()).await;
    let old = node.do_it(1, address(2), Vec::new()).await;
    let number = old.block_number.unwrap();
    devnet.mine(10);
    assert!(node.rpc.get_transaction_receipt(old.transaction_hash).await.unwrap().is_some());
    devnet.mine(1);
    assert!(node.rpc.get_transaction_receipt(old.transaction_hash).await.unwrap().is_none());
    assert!(node.rpc.get_transaction_by_hash(old.transaction_hash).await.unwrap().is_none());
    assert!(node.rpc.get_block_by_number(number.into()).await.unwrap().is_none());
    assert!(node.rpc.get_block_by_hash(old.block_hash.unwrap()).await.unwrap().is_none());
    let first = node.rpc.get_block_by_number(BlockNumberOrTag::Earliest).await.unwrap().unwrap();
    assert_eq!(first.header.number, devnet.height() - 10);
    // what was there and is forgotten is no empty list
    let logs = |from: u64| json!([{ "fromBlock": format!("{from:#x}"), "toBlock": "latest" }]);
    let failed = node.ask("eth_getLogs", logs(first.header.number - 1)).await.unwrap_err();
    assert!(failed.message.contains(&format!("the oldest block that is kept is {}", first.header.number)), "{failed:?}");
    node.tell("eth_getLogs", logs(first.header.number)).await;
    node.tell("eth_getLogs", json!([{ "fromBlock": "earliest" }])).await;
    node.ask("eth_getBalance", json!([address(1), format!("{number:#x}")])).await.unwrap_err();
    let fees = node.rpc.get_fee_history(50, BlockNumberOrTag::Latest, &[]).await.unwrap();
    assert_eq!((fees.oldest_block, fees.gas_used_ratio.len()), (first.header.number, 11));
    assert_eq!(node.rpc.get_transaction_count(address(1)).await.unwrap(), 1);
}

#[tokio::test]
async fn a_snapshot_keeps_the_block_that_it_is_of() {
    let devnet = Devnet::builder().keep(2).start().await.unwrap();
    let node = Node::at(&devnet.url()).await;
    devnet.mine(5);
    let (snapshot, height) = (devnet.snapshot(), devnet.height());
    let after = node.do_it(1, address(2), Vec::new()).await;
    devnet.mine(9);
    assert!(node.rpc.get_transaction_receipt(after.transaction_hash).await.unwrap().is_some());
    assert!(devnet.revert(snapshot));
    assert_eq!(devnet.height(), height);
    devnet.mine(9);
    assert!(node.rpc.get_block_by_number(height.into()).await.unwrap().is_none());
    assert_eq!(devnet.height(), height + 9);
}

#[tokio::test]
async fn row_139_faults_happen_when_asked_for() {
    let devnet = Devnet::builder().start().await.unwrap();
    let node = Node::at(&devnet.url()).await;
    devnet.inject(Some("eth_chainId"), Fault::Error { code: -32005, message: "limit exceeded".into() }, 1);
    assert_eq!(node.ask("eth_chainId", json!([])).await.unwrap_err().code, -32005);
    let raw = sign(1, node.request(1, address(2), Vec::new()).await);
    devnet.inject(Some("eth_sendRawTransaction"), Fault::LoseRequest, 1);
    assert!(node.rpc.send_raw_transaction(&raw).await.is_err());
    assert_eq!(devnet.height(), 0);
    // broadcast, and nobody told us
    devnet.inject(Some("eth_sendRawTransaction"), Fault::LoseAnswer, 1);
    assert!(node.rpc.send_raw_transaction(&raw).await.is_err());
    assert_eq!(devnet.height(), 1);
    let hash = alloy_primitives::keccak256(&raw);
    assert!(node.rpc.get_transaction_receipt(hash).await.unwrap().unwrap().status());
    devnet.inject(None, Fault::Delay(Duration::from_millis(1)), 1);
    node.tell("eth_chainId", json!([])).await;
    devnet.inject(None, Fault::LoseAnswer, 9);
    devnet.clear_faults();
    node.tell("eth_chainId", json!([])).await;
}

#[tokio::test]
async fn row_147_a_filter_tells_of_blocks_in_the_place_of_others() {
    let devnet = Devnet::builder().start().await.unwrap();
    let node = Node::at(&devnet.url()).await;
    let filter = node.tell("eth_newBlockFilter", json!([])).await;
    let snapshot = devnet.snapshot();
    devnet.mine(5);
    let old = node.tell("eth_getFilterChanges", json!([filter])).await;
    devnet.revert(snapshot);
    devnet.advance_time(60);
    let newest = devnet.mine(7);
    let new = node.tell("eth_getFilterChanges", json!([filter])).await;
    assert_eq!((old.as_array().unwrap().len(), new.as_array().unwrap().len()), (5, 7));
    assert_eq!(new[6], json!(newest));
    assert_ne!(old[0], new[0]);
}

// The other node takes any higher price; the most used one, and so the sandbox, wants a tenth more of both.
#[tokio::test]
async fn a_replacement_pays_a_tenth_more() {
    const GWEI: u128 = 1_000_000_000;
    let devnet = Devnet::builder().block_time(BlockTime::Manual).start().await.unwrap();
    let node = Node::at(&devnet.url()).await;
    let first = node.request(5, address(0), Vec::new()).await;
    let mut expected = node.rpc.get_transaction_count(address(5)).await.unwrap();
    for (fee, tip, taken) in [(20, 20, true), (21, 22, false), (22, 21, false), (22, 22, true), (23, 30, false), (25, 25, true)] {
        let bid = TransactionRequest {
            max_fee_per_gas: Some(fee * GWEI),
            max_priority_fee_per_gas: Some(tip.min(fee) * GWEI),
            ..first.clone()
        };
        let outcome = node.rpc.send_raw_transaction(&sign(5, bid)).await;
        assert_eq!(outcome.is_ok(), taken, "{fee} {tip}");
        if let Err(error) = outcome {
            assert_eq!(error.as_error_resp().unwrap().message, "replacement transaction underpriced");
        }
    }
    devnet.mine(1);
    expected += 1;
    assert_eq!(node.rpc.get_transaction_count(address(5)).await.unwrap(), expected);
}

/// What the server says to some bytes, as far as it says it.
async fn raw(devnet: &Devnet, request: String) -> String {
    let address = devnet.url().trim_start_matches("http://").to_owned();
    let exchange = move || {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8(answer).unwrap()
    };
    tokio::task::spawn_blocking(exchange).await.unwrap()
}

async fn said(devnet: &Devnet, head: &str, body: &str) -> String {
    raw(devnet, format!("{head}\r\nhost: x\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}", body.len())).await
}

#[tokio::test]
async fn http_takes_json_and_nothing_else() {
    let closed = Devnet::builder().start().await.unwrap();
    let check = async |head: &str, body: &str, expected: &str| {
        let answer = said(&closed, head, body).await;
        assert!(answer.contains(expected), "{head} {body}: {answer}");
    };
    let json = "POST / HTTP/1.1\r\ncontent-type: application/json; charset=utf-8";
    check(json, r#"{"jsonrpc":"2.0","id":7,"method":"eth_chainId"}"#, r#"{"id":7,"jsonrpc":"2.0","result":"0x14a34"}"#).await;
    check(json, "{", r#""code":-32700"#).await;
    check(json, "[]", r#""code":-32600"#).await;
    check(json, r#"[1,{"method":"eth_chainId"}]"#, r#""code":-32600"#).await;
    check(json, r#"{"jsonrpc":"2.0","method":"eth_chainId"}"#, "HTTP/1.1 204").await;
    check("POST / HTTP/1.1\r\ncontent-type: text/plain", "{}", "HTTP/1.1 415").await;
    check("POST / HTTP/1.1", "{}", "HTTP/1.1 415").await;
    check("GET / HTTP/1.1", "", "HTTP/1.1 405").await;
    check("OPTIONS / HTTP/1.1\r\norigin: http://elsewhere", "", "HTTP/1.1 405").await;
    assert!(!said(&closed, json, "{}").await.contains("access-control"));
    let open = Devnet::builder().cors(Cors::Open).start().await.unwrap();
    let answer = said(&open, "OPTIONS / HTTP/1.1\r\norigin: http://elsewhere", "").await;
    assert!(answer.contains("HTTP/1.1 204") && answer.contains("access-control-allow-origin: *"), "{answer}");
}

#[tokio::test]
async fn a_body_too_large_is_refused() {
    let devnet = Devnet::builder().start().await.unwrap();
    let json = "POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json";
    let answer = raw(&devnet, format!("{json}\r\ncontent-length: {}\r\n\r\n", (8 << 20) + 1)).await;
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
}
