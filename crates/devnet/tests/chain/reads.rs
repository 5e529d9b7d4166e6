//! Questions: errors, gas, overrides, logs, filters, batches.

use alloy_primitives::{Address, B256, Bytes, U64, U256};
use alloy_provider::Provider;
use alloy_rpc_types_eth::{Filter, TransactionRequest};
use alloy_sol_types::{SolCall, SolEvent};
use serde_json::{Value, json};

use super::abi::{IMulticall3, IToken};
use super::node::{Node, address};
use quittance_devnet::MULTICALL3;

fn pay(to: Address, value: u64) -> Vec<u8> {
    IToken::transferCall { to, value: U256::from(value) }.abi_encode()
}

pub(crate) async fn errors_have_their_codes(node: &Node) {
    let code = async |method: &'static str, params: Value| node.ask(method, params).await.unwrap_err().code;
    assert_eq!(code("eth_doSomethingElse", json!([])).await, -32601);
    assert_eq!(code("eth_getBalance", json!(["0x12"])).await, -32602);
    assert_eq!(code("eth_getBlockByNumber", json!(["newest", false])).await, -32602);
    assert_eq!(code("eth_sendRawTransaction", json!([])).await, -32602);
    let failed = node.simulate(address(1), node.token, pay(address(2), u64::MAX)).await.unwrap_err();
    assert_eq!((failed.code, failed.message.as_str()), (3, "execution reverted: ERC20: transfer amount exceeds balance"));
    assert_eq!(failed.data.unwrap()[..4], [0x08, 0xc3, 0x79, 0xa0]);
    assert_eq!(node.tell("eth_getBlockByNumber", json!(["0xffffffff", false])).await, Value::Null);
    assert_eq!(node.tell("eth_getTransactionReceipt", json!([B256::ZERO])).await, Value::Null);
    assert_eq!(node.tell("eth_getTransactionByHash", json!([B256::ZERO])).await, Value::Null);
}

pub(crate) async fn gas_is_estimated_and_enough(node: &Node) {
    let plain = TransactionRequest::default().from(address(1)).to(address(2)).value(U256::from(1));
    assert_eq!(node.rpc.estimate_gas(plain).await.unwrap(), 21_000);
    let call = TransactionRequest::default().from(address(1)).to(node.token).input(Bytes::from(pay(address(2), 5)).into());
    let gas = node.rpc.estimate_gas(call).await.unwrap();
    let request = TransactionRequest { gas: Some(gas), ..node.request(1, node.token, pay(address(2), 5)).await };
    let receipt = node.send_request(1, request).await;
    assert!(receipt.status());
    assert!(receipt.gas_used <= gas && gas <= receipt.gas_used * 3 / 2, "{} of {gas}", receipt.gas_used);
    let request =
        TransactionRequest::default().from(address(1)).to(node.token).input(Bytes::from(pay(address(2), u64::MAX)).into());
    let failed = node.ask("eth_estimateGas", json!([request])).await.unwrap_err();
    assert_eq!(failed.code, 3, "{failed:?}");
}

pub(crate) async fn calls_can_be_overridden(node: &Node) {
    // the token with the code of Multicall3, for one call
    let code = node.rpc.get_code_at(MULTICALL3).await.unwrap();
    let call = TransactionRequest::default().to(node.token).input(Bytes::from(IMulticall3::getChainIdCall {}.abi_encode()).into());
    let answer = node.tell("eth_call", json!([call, "latest", { node.token.to_string(): { "code": code } }])).await;
    assert_eq!(answer, json!(B256::from(U256::from(node.chain_id))));
    // money that is not there, for one call
    let poor = Address::repeat_byte(0x77);
    let call = TransactionRequest::default().from(poor).to(address(1)).value(U256::from(5));
    assert!(node.ask("eth_call", json!([call, "latest"])).await.is_err());
    node.tell("eth_call", json!([call, "latest", { poor.to_string(): { "balance": "0x5" } }])).await;
    assert_eq!(node.rpc.get_balance(poor).await.unwrap(), U256::ZERO);
}

pub(crate) async fn logs_are_found_by_what_is_asked(node: &Node) {
    let payee = Address::repeat_byte(0x33);
    let first = node.do_it(1, node.token, pay(payee, 1)).await;
    let second = node.do_it(2, node.token, pay(payee, 2)).await;
    node.do_it(2, node.token, pay(address(3), 3)).await;
    let (from, to) = (first.block_number.unwrap(), second.block_number.unwrap());
    let found = async |filter: Filter| {
        let logs = node.rpc.get_logs(&filter).await.unwrap();
        logs.into_iter().map(|log| log.transaction_hash.unwrap()).collect::<Vec<_>>()
    };
    let all = Filter::new().address(node.token).event_signature(IToken::Transfer::SIGNATURE_HASH).from_block(from);
    let both = vec![first.transaction_hash, second.transaction_hash];
    assert_eq!(found(all.clone()).await.len(), 3);
    assert_eq!(found(all.clone().topic2(payee.into_word())).await, both);
    assert_eq!(found(all.clone().to_block(to)).await, both);
    assert_eq!(found(all.clone().topic1(vec![address(1).into_word(), address(9).into_word()])).await, both[..1]);
    assert_eq!(found(Filter::new().at_block_hash(second.block_hash.unwrap())).await, both[1..]);
    assert!(found(all.clone().address(MULTICALL3)).await.is_empty());
    assert!(found(all.event_signature(IToken::AuthorizationUsed::SIGNATURE_HASH)).await.is_empty());
    let unknown = node.ask("eth_getLogs", json!([{ "blockHash": B256::repeat_byte(1) }])).await;
    assert!(unknown.is_err(), "{unknown:?}");
}

pub(crate) async fn filters_tell_what_is_new(node: &Node) {
    let open = async |method: &'static str, params: Value| node.tell(method, params).await;
    let blocks = open("eth_newBlockFilter", json!([])).await;
    let transfers = Filter::new().address(node.token).event_signature(IToken::Transfer::SIGNATURE_HASH);
    let logs = open("eth_newFilter", json!([transfers])).await;
    let news = async |filter: &Value| {
        let news = node.tell("eth_getFilterChanges", json!([filter])).await;
        news.as_array().unwrap().clone()
    };
    assert!(news(&logs).await.is_empty());
    news(&blocks).await;
    let receipt = node.do_it(1, node.token, pay(address(2), 4)).await;
    assert_eq!(news(&blocks).await, [json!(receipt.block_hash)]);
    let found = news(&logs).await;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["transactionHash"], json!(receipt.transaction_hash));
    assert!(news(&logs).await.is_empty() && news(&blocks).await.is_empty());
    let all = node.tell("eth_getFilterLogs", json!([logs])).await;
    assert_eq!(all.as_array().unwrap().last().unwrap()["transactionHash"], json!(receipt.transaction_hash));
    for filter in [blocks, logs] {
        assert_eq!(node.tell("eth_uninstallFilter", json!([filter])).await, json!(true));
        assert_eq!(node.tell("eth_uninstallFilter", json!([filter])).await, json!(false));
    }
}

pub(crate) async fn batches_are_answered(node: &Node) {
    let mut batch = node.client.new_batch();
    let chain = batch.add_call::<_, U64>("eth_chainId", &()).unwrap();
    let missing = batch.add_call::<_, Value>("eth_nothing", &()).unwrap();
    let balance = batch.add_call::<_, U256>("eth_getBalance", &(address(1), "latest")).unwrap();
    batch.send().await.unwrap();
    assert_eq!(chain.await.unwrap().to::<u64>(), node.chain_id);
    assert!(missing.await.is_err());
    assert!(balance.await.unwrap() > U256::ZERO);
}
